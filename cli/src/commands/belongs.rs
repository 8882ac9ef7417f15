//! `belongs`: whose account is whose, inferred and decided.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use sim::ownership::{Confidence, Ownership, file, infer_in};
use sim::snapshot::{EngineMemory, Snapshot};

use crate::error::Error;
use crate::exit::Exit;
use crate::{files, report};

/// Say whose account is whose, as far as it can be told, for a person to decide the rest.
///
/// Prints a file: what is exact (anchor, SID), what is likely (UPN, addresses), and what is
/// ambiguous, side by side. Decide there, and give the file back with `--take`; then `plan` knows.
///
/// Exit codes: 0 nothing is left to decide; 1 somebody has to look; 2 usage or invalid input.
#[derive(Debug, Args)]
pub(crate) struct Belongs {
    /// The directory of a snapshot.
    snapshot: PathBuf,
    /// Write what this file decides into lab.yaml of the snapshot.
    #[arg(long, value_name = "FILE")]
    take: Option<PathBuf>,
    /// Write the file here instead of printing it.
    #[arg(long, short, value_name = "FILE", conflicts_with = "take")]
    output: Option<PathBuf>,
}

impl Belongs {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let mut snapshot = files::snapshot(&self.snapshot)?;
        if let Some(path) = &self.take {
            let told = take(&mut snapshot, path)?;
            files::replace(&self.snapshot.join("lab.yaml"), &snapshot.lab.write())?;
            report::note(&told.text);
            return Ok(if told.open == 0 {
                Exit::Success
            } else {
                Exit::Failure
            });
        }
        let ownership = inferred(&snapshot);
        let text = file::write(&snapshot.forests, &snapshot.tenant, &ownership);
        let count = |confidence| ownership.of(confidence).count();
        let ambiguous = count(Confidence::Ambiguous);
        let mut told = format!(
            "{} exact, {} likely, {ambiguous} ambiguous, {} users share nothing with any account\n",
            count(Confidence::Exact),
            count(Confidence::Likely),
            ownership.without
        );
        let name = match &self.output {
            Some(path) if path.exists() => {
                return Err(Error::Usage {
                    message: format!("{} is there already", path.display()),
                    help: "what a person decided is not written over; choose another name"
                        .to_owned(),
                });
            }
            Some(path) => {
                files::write(path, &text)?;
                path.display().to_string()
            }
            None => {
                report::print(&text);
                "FILE".to_owned()
            }
        };
        if ambiguous > 0 {
            told.push_str("hint: decide what is ambiguous, then ");
        } else {
            told.push_str("hint: ");
        }
        let place = self.snapshot.display();
        let _ = writeln!(told, "run `dirsync-lab belongs {place} --take {name}`");
        report::note(&told);
        Ok(if ambiguous == 0 {
            Exit::Success
        } else {
            Exit::Failure
        })
    }
}

pub(super) fn inferred(snapshot: &Snapshot) -> Ownership {
    // The anchor is the engine's to compute; nothing is synchronised for that.
    infer_in(&snapshot.world(None, EngineMemory::Fresh))
}

/// What was taken from a file.
pub(super) struct TakenOver {
    /// How many are not decided.
    open: usize,
    /// What to say about it.
    pub(super) text: String,
}

/// Takes what a file decides into the snapshot.
pub(super) fn take(snapshot: &mut Snapshot, path: &std::path::Path) -> Result<TakenOver, Error> {
    let (name, text) = files::yaml(path)?;
    let decided =
        file::read(&name, &text, &snapshot.forests, &snapshot.tenant).map_err(Error::Content)?;
    let (known, open) = (decided.belongs.len(), decided.open.len());
    let mut text = format!(
        "{known} accounts are somebody's, {} people have none",
        decided.without
    );
    if let Some(first) = decided.open.first() {
        let _ = write!(text, "; {open} are not decided, such as `{first}`");
    }
    text.push('\n');
    snapshot.lab.belongs = decided.belongs;
    Ok(TakenOver { open, text })
}
