//! `explain`: what a code, a rule or the profiles mean.

use clap::Args;

use crate::error::Error;
use crate::exit::Exit;
use crate::report;

/// Explain an error, a status, a rule or the profiles.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// An error or status such as `InvalidSoftMatch`, an event such as `6941`, a rule such as
    /// `R2.14a`, an open question such as `Q9.2`, a hazard such as `W04`, a sync rule such as
    /// `In from AD - User Join`, `profiles` or `rules`. Without a word, all codes are listed.
    word: Option<String>,
}

impl Explain {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let Some(word) = &self.word else {
            for entry in sim::explain::codes() {
                report::print(&format!("{:<38} {}\n", entry.code, entry.kind));
            }
            return Ok(Exit::Success);
        };
        let text = sim::explain::explain(word).map_err(|unknown| Error::Usage {
            message: format!("nothing is known about `{}`", unknown.word),
            help: unknown.nearest.map_or_else(
                || "`dirsync-lab explain` lists what there is; rules are written R2.14a".to_owned(),
                |nearest| format!("did you mean `{nearest}`?"),
            ),
        })?;
        report::print(&text);
        Ok(Exit::Success)
    }
}
