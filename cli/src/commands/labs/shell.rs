//! `lab shell`: PowerShell typed against the world of a lab.

use clap::Args;
use modules::Stage;

use super::Where;
use super::serve::kept;
use crate::commands::shell::prompt;
use crate::error::Error;
use crate::exit::Exit;
use crate::report;

/// Type PowerShell against the world of the lab, with the cmdlets of `dirsync-lab shell`.
///
/// Each cmdlet that writes goes into the learner's journal before it is answered. `exit` ends it;
/// `lab check` judges, `lab predict` is asked beside it, before `Start-ADSyncSyncCycle`.
#[derive(Debug, Args)]
pub(super) struct Shell {
    #[command(flatten)]
    place: Where,
}

impl Shell {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let mut desk = self.place.open()?;
        let (lab, _held) = kept(&mut desk, &self.place.dir)?;
        let stage = Stage::new(lab, true);
        let name = format!("{} {}", desk.session.lab().lab, desk.session.lab().title);
        let code = prompt(&stage, &self.place.dir, &name)?;
        report::note("`dirsync-lab lab check` judges\n");
        Ok(if code == 0 {
            Exit::Success
        } else {
            Exit::Failure
        })
    }
}
