//! A world, a session of PowerShell over it, and what it shows.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use host::{Lab, Settings};
use jiff::{SignedDuration, Timestamp};
use modules::Stage;
use powershell::host::{FileEntry, FileError, Host, Stream};
use powershell::interpreter::{Interpreter, Limits};
use sim::rehearse::{Prelude, Rehearsal};

/// What stands around a session: the clock of the world, text that is shown.
struct Desk {
    stage: Stage,
    shown: Rc<RefCell<String>>,
    files: BTreeMap<String, Vec<u8>>,
}

impl Host for Desk {
    fn write(&mut self, _stream: Stream, text: &str, _colour: Option<&str>) {
        self.shown.borrow_mut().push_str(text);
    }

    fn ask(&mut self, _prompt: &str, _secret: bool) -> Option<String> {
        Some("Y".to_owned())
    }

    fn now(&self) -> Timestamp {
        self.stage.now()
    }

    fn sleep(&mut self, duration: SignedDuration) {
        self.stage.sleep(0, duration);
    }

    fn random(&mut self) -> u64 {
        7
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.files.get(path).cloned().ok_or(FileError::NotFound)
    }

    fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        self.files.insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn entry(&self, path: &str) -> Result<FileEntry, FileError> {
        let bytes = self.read(path)?;
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        Ok(FileEntry {
            name,
            folder: false,
            size: bytes.len() as u64,
        })
    }

    fn list(&self, _path: &str) -> Result<Vec<FileEntry>, FileError> {
        Ok(Vec::new())
    }

    fn make_folder(&mut self, _path: &str) -> Result<(), FileError> {
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        self.files.remove(path).map(drop).ok_or(FileError::NotFound)
    }
}

/// A world in two people: Ann is synced, Bob has an account that nothing agrees with.
pub(crate) const WORLD: &str = "\
scenario: Two people
world:
  profile: entra-2026
  ous: [OU=Parked]
  engine: { scope: [OU=Staff] }
  tenant: { initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }
  ad:
    ann: { ou: OU=Staff, upn: ann@contoso.com, smtp: [ann@contoso.com], display-name: Ann Lee }
    bob: { ou: OU=Parked, upn: bob@contoso.com, display-name: Bob Ray }
    sales: { type: group, ou: OU=Staff, members: [ann] }
  cloud:
    bob-mailbox:
      upn: b.ray@contoso.onmicrosoft.com
      smtp: [b.ray@contoso.com]
      display-name: Bob Ray
      mailbox: true
steps:
  - sync: delta
  - sync: delta
check: { finally: [no-errors] }
";

/// The stage of a scenario after its steps.
pub(crate) fn stage(source: &str) -> Stage {
    let scenario = sim::run::load("two.yaml", source, &sim::run::known()).expect("a scenario");
    let settings = Settings::default();
    let profile = scenario.profiles().into_iter().map(Into::into).max();
    let rehearsal = Rehearsal::of_scenario(
        "two.yaml",
        &scenario,
        profile.expect("a profile"),
        Prelude::All,
        &mut settings.arrange(),
    );
    Stage::new(Lab::new(rehearsal.expect("a world"), settings), true)
}

/// Runs a script over a stage, and gives what it shows.
pub(crate) fn run_on(stage: &Stage, script: &str) -> String {
    let shown = Rc::new(RefCell::new(String::new()));
    let desk = Desk {
        stage: stage.clone(),
        shown: Rc::clone(&shown),
        files: BTreeMap::new(),
    };
    let mut all = modules::all(stage);
    all.push(powershell::cmdlets::core());
    let mut session = Interpreter::new(Box::new(desk), all, Limits::default());
    session.run_script("/t.ps1", script, Vec::new());
    drop(session);
    Rc::unwrap_or_clone(shown).into_inner()
}

/// The same over the world of two people.
pub(crate) fn run(script: &str) -> String {
    run_on(&stage(WORLD), script)
}

/// The lines of what a script shows, without empty ones and without blanks at their ends.
pub(crate) fn lines(script: &str) -> Vec<String> {
    let shown = run(script);
    let lines = shown
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}
