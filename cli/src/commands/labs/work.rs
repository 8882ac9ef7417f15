//! What a learner does: `lab show`, `do`, `sync`, `predict`, `undo` and `hint`.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use sim::lab::Session;
use sim::scenario::render;

use super::Where;
use crate::error::Error;
use crate::exit::Exit;
use crate::labs::{Desk, Entry};
use crate::report::{self, labs as words};

/// Show both directories and what links them, the goal beside the present, or one object in full.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Objects to show in full, by the names that `show` lists.
    names: Vec<String>,
    #[command(flatten)]
    place: Where,
    /// List every object, however many there are.
    #[arg(long)]
    all: bool,
    /// List what waits for the next export to the tenant instead; in staging mode, all of it.
    #[arg(long, conflicts_with = "names")]
    pending: bool,
}

impl Show {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let desk = self.place.open()?;
        if self.pending {
            report::print(&words::pending(&desk.session, self.all));
            return Ok(Exit::Success);
        }
        if self.names.is_empty() {
            report::print(&words::present(&desk.session, self.all));
            return Ok(Exit::Success);
        }
        let mut text = String::new();
        for name in &self.names {
            let found = desk.session.details(name);
            let found = found.ok_or_else(|| unknown(&desk.session, name))?;
            text.push_str(&words::details(name, &found));
        }
        report::print(&text);
        Ok(Exit::Success)
    }
}

fn unknown(session: &Session, name: &str) -> Error {
    let names = session.names();
    let near = names
        .iter()
        .map(|own| (strsim::damerau_levenshtein(own, name), own))
        .min();
    Error::Usage {
        message: format!("nothing is named `{name}`"),
        help: match near {
            Some((distance, near)) if distance <= 3 => format!("did you mean `{near}`?"),
            _ => "`dirsync-lab lab show` lists the names".to_owned(),
        },
    }
}

/// Do something: steps in the words of the scenario language.
///
/// For example: lab do "move: { user: j.doe, to: OU=NotSynced }". Every verb of the scenario
/// language is a command; `dirsync-lab schema` lists them with their keys.
#[derive(Debug, Args)]
pub(super) struct Do {
    /// A step, such as "set-immutable-id: { user: jane-mailbox, from: j.doe }".
    #[arg(required = true)]
    steps: Vec<String>,
    #[command(flatten)]
    place: Where,
    /// Run a cycle although it was not predicted; the prediction counts as wrong.
    #[arg(long)]
    unpredicted: bool,
}

impl Do {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let mut desk = self.place.open()?;
        for step in &self.steps {
            let exit = command(&mut desk, step, self.unpredicted)?;
            if exit != Exit::Success {
                return Ok(exit);
            }
        }
        Ok(Exit::Success)
    }
}

/// Run a cycle of imports, synchronisations and exports.
#[derive(Debug, Args)]
pub(super) struct Sync {
    /// What kind of cycle.
    #[arg(value_enum, default_value_t = Policy::Delta)]
    policy: Policy,
    #[command(flatten)]
    place: Where,
    /// Run it although it was not predicted; the prediction counts as wrong.
    #[arg(long)]
    unpredicted: bool,
}

/// What kind of cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Policy {
    /// What has changed since the last cycle.
    Delta,
    /// Everything.
    Initial,
}

impl Sync {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let mut desk = self.place.open()?;
        let step = match self.policy {
            Policy::Delta => "sync: delta",
            Policy::Initial => "sync: initial",
        };
        command(&mut desk, step, self.unpredicted)
    }
}

/// Carries out a command, unless something has to be predicted first.
fn command(desk: &mut Desk, text: &str, unpredicted: bool) -> Result<Exit, Error> {
    desk.refuse_while_served()?;
    let read = desk.session.read(text, &desk.words);
    let steps =
        read.map_err(|found| Error::Scenario(render(&found, text).trim_end().to_owned()))?;
    let open = desk.session.open_questions(&steps);
    if !open.is_empty() && !unpredicted {
        return Err(words::predict_first(&open));
    }
    let done = desk.enter(&Entry::Do(text.to_owned()))?;
    report::print(&words::came(&done.came, &desk.session, &desk.begun));
    Ok(if done.came.refused.is_some() {
        Exit::Failure
    } else {
        Exit::Success
    })
}

/// Say what the next cycle will do, before it is run: it is scored apart.
#[derive(Debug, Args)]
pub(super) struct Predict {
    /// Object and outcome: hard-match, soft-match, create, restore, update, delete, quarantined,
    /// error or unchanged.
    #[arg(required = true, value_name = "NAME=OUTCOME")]
    all: Vec<String>,
    #[command(flatten)]
    place: Where,
}

impl Predict {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let mut desk = self.place.open()?;
        let mut all = BTreeMap::new();
        for one in &self.all {
            let (name, outcome) = one.rsplit_once('=').ok_or_else(|| Error::Usage {
                message: format!("`{one}` is no prediction"),
                help: "write NAME=OUTCOME, such as j.doe=create".to_owned(),
            })?;
            all.insert(name.to_owned(), outcome.to_owned());
        }
        desk.enter(&Entry::Predict(all))?;
        let waiting = desk.session.announced().iter();
        let waiting: Vec<String> = waiting.map(|(name, it)| format!("{name}: {it}")).collect();
        report::note(&format!(
            "the next cycle decides on {}\n",
            waiting.join(", ")
        ));
        Ok(Exit::Success)
    }
}

/// Undo the last commands; as often as you like, but not in an exam.
#[derive(Debug, Args)]
pub(super) struct Undo {
    /// How many.
    #[arg(default_value_t = 1)]
    count: usize,
    #[command(flatten)]
    place: Where,
}

impl Undo {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let mut desk = self.place.open()?;
        desk.refuse_in_exam("nothing is undone")?;
        desk.refuse_while_served()?;
        let told = desk.session.deeds().told.clone();
        if desk.session.length() == 0 {
            report::note("there is nothing to undo\n");
            return Ok(Exit::NothingSelected);
        }
        desk.enter(&Entry::Undo(self.count))?;
        let stays = desk.session.deeds().told.len();
        for one in told.iter().skip(stays).rev() {
            report::note(&format!("undone: {}\n", one.what));
        }
        Ok(Exit::Success)
    }
}

/// Take a hint: first the idea, then the object, then the command. Each costs points.
#[derive(Debug, Args)]
pub(super) struct Hint {
    #[command(flatten)]
    place: Where,
    /// On this stage, counted from 1 [default: the first that is not over].
    #[arg(long, value_name = "N")]
    stage: Option<usize>,
}

impl Hint {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let mut desk = self.place.open()?;
        desk.refuse_in_exam("there are no hints")?;
        let stages = desk.session.lab().hints.len();
        let stage = match self.stage {
            None => desk.session.stage(),
            Some(number) => number.checked_sub(1).filter(|place| *place < stages),
        };
        let Some(place) = stage else {
            return Err(Error::Usage {
                message: "there is no such stage".to_owned(),
                help: format!("the lab has {stages}"),
            });
        };
        let done = desk.enter(&Entry::Hint(place))?;
        if let Some(hint) = done.hint {
            report::print(&words::hint(&hint, stages));
        }
        Ok(Exit::Success)
    }
}
