//! The directory that a learner works in.
//!
//! Everything is in its folder `.lab`: a copy of the lab, and a journal with one line of JSON for
//! each thing the learner did. A line is on disk before the learner sees what came of it. Opening
//! the directory goes through the journal again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use console::{Note, Practice, Terms};
use mock_cloud::Profile;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sim::lab::{Came, Forecast, Hint, Session};
use sim::rehearse::Happening;
use sim::run::{Words, known};
use sim::scenario::render;

use super::{arrange, shelf};
use crate::error::Error;
use crate::files::{self, ScenarioFile};
use crate::report;

/// How a lab was begun: the first line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Begun {
    /// The file that the lab was read from.
    pub(crate) file: String,
    /// What the names and the defect were drawn from.
    pub(crate) seed: u64,
    /// The era.
    pub(crate) profile: String,
    /// Whether nothing can be undone and no hint be had.
    pub(crate) exam: bool,
    /// Whether errors come as the messages that really arrive, without reasons.
    pub(crate) incident: bool,
    /// Who learns.
    pub(crate) learner: Option<String>,
}

/// Something that a learner did: any other line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Entry {
    /// A command: a step, or a list of them.
    Do(String),
    /// What the next cycle will do to an object, by its name.
    Predict(BTreeMap<String, String>),
    /// A hint was taken, on the stage of that place.
    Hint(usize),
    /// So many deeds were undone.
    Undo(usize),
    /// The solution was shown.
    Shown(bool),
    /// From here on, the world is served.
    Serving {
        /// Whether with everything that was done before: then its beginning is that of the lab.
        whole: bool,
    },
    /// A client of the served world did this.
    Served(Value),
}

/// What came of an entry.
#[derive(Debug, Default)]
pub(crate) struct Done {
    /// Of a command.
    pub(crate) came: Came,
    /// Of a hint.
    pub(crate) hint: Option<Hint>,
    /// Of undoing: how many deeds.
    pub(crate) undone: usize,
}

/// A learner's directory, with the lab as it stands.
pub(crate) struct Desk {
    directory: PathBuf,
    pub(crate) begun: Begun,
    pub(crate) file: ScenarioFile,
    pub(crate) session: Session,
    pub(crate) words: Words,
    /// The length of the journal up to its last whole line that is known.
    whole: u64,
    /// How many lines that is.
    lines: usize,
    /// Where the world was when it began to be served.
    served_from: usize,
}

impl Desk {
    /// Begins a lab in a directory.
    pub(crate) fn begin(directory: &Path, file: ScenarioFile, begun: Begun) -> Result<Self, Error> {
        let journal = journal_of(directory);
        if journal.exists() {
            return Err(Error::Usage {
                message: format!("{} holds a lab already", directory.display()),
                help: "`dirsync-lab lab reset` begins it anew; another one needs another \
                       directory: --dir"
                    .to_owned(),
            });
        }
        let words = known();
        let session = open_session(&file, &begun, &words)?;
        files::make_directory(&folder_of(directory))?;
        files::replace(&copy_of(directory), &file.source)?;
        let line = json_line(&begun);
        files::append_line(&journal, 0, &line)?;
        Ok(Self {
            directory: directory.to_owned(),
            whole: line.len() as u64 + 1,
            begun,
            file,
            session,
            words,
            lines: 1,
            served_from: 0,
        })
    }

    /// Whether a directory holds a lab.
    pub(crate) fn is_there(directory: &Path) -> bool {
        journal_of(directory).exists()
    }

    /// Opens a directory, and goes through everything that was done in it.
    pub(crate) fn open(directory: &Path) -> Result<Self, Error> {
        let journal = journal_of(directory);
        if !journal.exists() {
            return Err(Error::Usage {
                message: format!("no lab was started in {}", place(directory)),
                help: "`dirsync-lab lab start LAB` starts one; --dir names another directory"
                    .to_owned(),
            });
        }
        let bytes = files::read(&journal)?;
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        if whole < bytes.len() {
            report::note("note: the last entry of the journal was cut off; it does not count\n");
        }
        let text = std::str::from_utf8(&bytes[..whole]);
        let text = text.map_err(|_| damaged(directory, 1, "it is no text"))?;
        let first = text.lines().next();
        let first = first.ok_or_else(|| damaged(directory, 1, "it is empty"))?;
        let begun: Begun = serde_json::from_str(first)
            .map_err(|error| damaged(directory, 1, &error.to_string()))?;
        let mut file = files::scenario(&copy_of(directory))?;
        file.name.clone_from(&begun.file);
        let words = known();
        let session = open_session(&file, &begun, &words)?;
        let mut desk = Self {
            directory: directory.to_owned(),
            begun,
            file,
            session,
            words,
            whole: first.len() as u64 + 1,
            lines: 1,
            served_from: 0,
        };
        desk.read_on(&bytes)?;
        Ok(desk)
    }

    /// Takes in what others have done since: a server of this world, or a command beside it.
    pub(crate) fn catch_up(&mut self) -> Result<(), Error> {
        let bytes = files::read(&journal_of(&self.directory))?;
        self.read_on(&bytes)
    }

    /// Goes through the whole lines of a journal that are not known yet.
    fn read_on(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let rest = bytes.get(self.whole as usize..).unwrap_or_default();
        for line in rest.split_inclusive(|byte| *byte == b'\n') {
            if !line.ends_with(b"\n") {
                break;
            }
            let number = self.lines + 1;
            let broken = |what: &str| damaged(&self.directory, number, what);
            let entry = serde_json::from_slice::<Entry>(line);
            let entry = entry.map_err(|error| broken(&error.to_string()))?;
            self.apply(&entry)
                .map_err(|error| damaged(&self.directory, number, &error.to_string()))?;
            self.whole += line.len() as u64;
            self.lines = number;
        }
        Ok(())
    }

    /// Does something: it is on disk when this returns.
    pub(crate) fn enter(&mut self, entry: &Entry) -> Result<Done, Error> {
        let _held = self.hold()?;
        let done = self.apply(entry)?;
        let line = json_line(entry);
        files::append_line(&journal_of(&self.directory), self.whole, &line)?;
        self.whole += line.len() as u64 + 1;
        self.lines += 1;
        Ok(done)
    }

    /// Keeps everybody else from writing, and sees that nobody has in the meantime.
    fn hold(&self) -> Result<std::fs::File, Error> {
        let busy = || Error::Usage {
            message: format!("somebody else is at work in {}", place(&self.directory)),
            help: "let the other command end, and try again".to_owned(),
        };
        let lock = files::try_lock(&folder_of(&self.directory).join("lock"))?;
        let lock = lock.ok_or_else(busy)?;
        let length = files::read(&journal_of(&self.directory))?;
        let whole = length
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        if whole as u64 == self.whole {
            Ok(lock)
        } else {
            Err(busy())
        }
    }

    /// Refuses a command while clients change the world.
    pub(crate) fn refuse_while_served(&self) -> Result<(), Error> {
        match self.serving()? {
            Some(_) => Ok(()),
            None => Err(Error::Usage {
                message: "the world of this lab is being served".to_owned(),
                help: "work through the server, or stop it (Ctrl-C) first; `check`, `show`, \
                       `hint` and `predict` go beside it"
                    .to_owned(),
            }),
        }
    }

    /// The right to serve; nothing where a server has it.
    pub(crate) fn serving(&self) -> Result<Option<std::fs::File>, Error> {
        files::try_lock(&folder_of(&self.directory).join("serving"))
    }

    /// Refuses what an exam does not allow.
    pub(crate) fn refuse_in_exam(&self, what: &str) -> Result<(), Error> {
        if !self.begun.exam {
            return Ok(());
        }
        Err(Error::Usage {
            message: format!("this is an exam: {what}"),
            help: "start the lab without --exam, in another directory, to practise".to_owned(),
        })
    }

    /// Forgets everything that was done, with another seed where one is given.
    pub(crate) fn reset(&mut self, seed: u64) -> Result<(), Error> {
        let _held = self.hold()?;
        let begun = Begun {
            seed,
            ..self.begun.clone()
        };
        self.session = open_session(&self.file, &begun, &self.words)?;
        let line = json_line(&begun);
        files::replace(&journal_of(&self.directory), &format!("{line}\n"))?;
        self.whole = line.len() as u64 + 1;
        self.lines = 1;
        self.begun = begun;
        Ok(())
    }

    fn apply(&mut self, entry: &Entry) -> Result<Done, Error> {
        let mut done = Done::default();
        match entry {
            Entry::Do(text) => done.came = self.command(text)?,
            Entry::Predict(all) => {
                for (object, forecast) in all {
                    let forecast: Forecast = forecast.parse().map_err(usage)?;
                    self.session.announce(object, forecast).map_err(usage)?;
                }
            }
            Entry::Hint(place) => done.hint = self.session.hint(Some(*place)),
            Entry::Undo(deeds) => {
                done.undone = self.session.undo(*deeds);
                self.served_from = self.served_from.min(self.session.length());
            }
            Entry::Shown(_) => self.session.show_solution(),
            Entry::Serving { whole: true } => self.served_from = 0,
            Entry::Serving { whole: false } => self.served_from = self.session.length(),
            Entry::Served(entry) => self.served(entry)?,
        }
        Ok(done)
    }

    fn command(&mut self, text: &str) -> Result<Came, Error> {
        let wrong = |found: Vec<_>| Error::Scenario(render(&found, text).trim_end().to_owned());
        let steps = self.session.read(text, &self.words).map_err(wrong)?;
        self.session.take(&steps).map_err(wrong)
    }

    /// What a client did, as the server kept it.
    fn served(&mut self, entry: &Value) -> Result<(), Error> {
        let read = host::read_entry(self.session.world(), entry);
        let (_, happening) = read.map_err(|message| Error::Usage {
            message,
            help: "it was written by another version of dirsync-lab".to_owned(),
        })?;
        match happening {
            Happening::Act(action) => {
                self.session.act(&action);
                return Ok(());
            }
            Happening::Save(name) => {
                self.session.save(&name);
                return Ok(());
            }
            // How the service treats a client is none of the learner's doing.
            Happening::Conduct(_) => return Ok(()),
            Happening::Reset => self.session.set_back(self.served_from),
            Happening::Restore(name) => self.session.restore(&name),
        }
        if self.begun.exam {
            self.session.void("the world was set back");
        }
        Ok(())
    }

    /// How far the journal has got: another number after whatever was done.
    pub(crate) const fn progress(&self) -> u64 {
        self.whole
    }

    /// The part of the desk that a server needs to keep what its clients do.
    pub(crate) fn keeper(&self) -> Keeper {
        Keeper {
            directory: self.directory.clone(),
        }
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Desk").finish_non_exhaustive()
    }
}

/// The learner at work in a console.
impl Practice for Desk {
    fn session(&self) -> &Session {
        &self.session
    }

    fn terms(&self) -> Terms {
        Terms {
            seed: self.begun.seed,
            learner: self.begun.learner.clone(),
            exam: self.begun.exam,
            incident: self.begun.incident,
        }
    }

    fn follow(&mut self) -> Result<(), String> {
        self.catch_up().map_err(|error| error.to_string())
    }

    fn note(&mut self, note: &Note) -> Result<(), String> {
        let entry = match note {
            Note::Predict { object, outcome } => {
                Entry::Predict(BTreeMap::from([(object.clone(), outcome.clone())]))
            }
            Note::Hint(place) => Entry::Hint(*place),
            Note::Undo(count) => Entry::Undo(*count),
            Note::Solution => Entry::Shown(true),
        };
        match self.enter(&entry) {
            Ok(_) => Ok(()),
            Err(Error::Usage { message, help }) => Err(format!("{message}: {help}")),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Keeps what clients of a served world do, before they are answered.
#[derive(Debug)]
pub(crate) struct Keeper {
    directory: PathBuf,
}

impl host::Keep for Keeper {
    fn keep(&self, _: u64, entry: &Value) -> Result<(), String> {
        let kept = || -> Result<(), Error> {
            // Hints are taken beside the server; they hold the journal for a moment only.
            let lock = folder_of(&self.directory).join("lock");
            let mut held = files::try_lock(&lock)?;
            while held.is_none() {
                std::thread::yield_now();
                held = files::try_lock(&lock)?;
            }
            let journal = journal_of(&self.directory);
            let bytes = files::read(&journal)?;
            let whole = bytes
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |at| at + 1);
            let line = json_line(&Entry::Served(entry.clone()));
            files::append_line(&journal, whole as u64, &line)
        };
        kept().map_err(|error| error.to_string())
    }
}

fn open_session(file: &ScenarioFile, begun: &Begun, words: &Words) -> Result<Session, Error> {
    let lab = shelf::read(file, begun.seed, words)?;
    let profile: Profile = begun.profile.parse().map_err(|_| Error::Usage {
        message: format!("there is no profile `{}`", begun.profile),
        help: "it was written by another version of dirsync-lab".to_owned(),
    })?;
    Session::begin(&file.name, &lab, profile, &mut arrange())
        .map_err(|found| Error::Scenario(render(&found, &file.source).trim_end().to_owned()))
}

fn damaged(directory: &Path, line: usize, what: &str) -> Error {
    let journal = journal_of(directory);
    Error::Usage {
        message: format!("{}:{line} can't be read: {what}", journal.display()),
        help: "it was changed by hand, or by another version of dirsync-lab".to_owned(),
    }
}

/// A message whose second line says what to write instead.
fn usage(message: String) -> Error {
    let (message, help) = match message.split_once('\n') {
        Some((message, help)) => (message.to_owned(), help.to_owned()),
        None => (message, "`dirsync-lab lab show` lists the names".to_owned()),
    };
    Error::Usage { message, help }
}

fn json_line<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn place(directory: &Path) -> String {
    if directory == Path::new(".") {
        return "this directory".to_owned();
    }
    directory.display().to_string()
}

fn folder_of(directory: &Path) -> PathBuf {
    directory.join(".lab")
}

fn journal_of(directory: &Path) -> PathBuf {
    folder_of(directory).join("journal.jsonl")
}

fn copy_of(directory: &Path) -> PathBuf {
    folder_of(directory).join("lab.yaml")
}
