//! Another way it could have gone: the same entries with something put between them.

use host::{Entry, Lab};
use jiff::{SignedDuration, Timestamp};
use sim::engine::CyclePolicy;
use sim::rehearse::{Happening, counts, describe};
use sim::scenario::value::Duration;
use sim::world::{Action, Event, World};

/// What is put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inserted {
    /// The scheduler fires.
    Cycle(CyclePolicy),
    /// Time passes.
    Pause(SignedDuration),
    /// Nothing: what follows is left out.
    Nothing,
}

/// One thing that happens on a branch.
#[derive(Debug, Clone)]
pub(crate) struct Happened {
    /// When.
    pub(crate) at: Timestamp,
    /// What, in an administrator's words.
    pub(crate) what: String,
    /// What came of it.
    pub(crate) came: String,
    /// Whether it is what was put in.
    pub(crate) inserted: bool,
    /// Whether it was refused.
    pub(crate) refused: bool,
}

/// A branch, as far as it goes.
#[derive(Debug, Clone)]
pub(crate) struct Branch {
    /// Its number, from 1.
    pub(crate) number: usize,
    /// After which entry it leaves the journal.
    pub(crate) from: usize,
    /// What is put in there.
    pub(crate) inserted: Inserted,
    /// Whether the entries behind follow it.
    pub(crate) follows: bool,
    /// What happens on it.
    pub(crate) happened: Vec<Happened>,
    /// The world at its end.
    pub(crate) world: World,
}

impl Branch {
    /// Goes through what would have happened.
    pub(crate) fn of(
        lab: &Lab,
        number: usize,
        from: usize,
        inserted: Inserted,
        follows: bool,
    ) -> Option<Self> {
        let mut branch = Self {
            number,
            from,
            inserted,
            follows,
            happened: Vec::new(),
            world: lab.world_after(from)?,
        };
        match inserted {
            Inserted::Cycle(policy) => branch.act(lab, &Action::Cycle(policy), true),
            Inserted::Pause(length) => branch.act(lab, &Action::Advance(length), true),
            Inserted::Nothing => {}
        }
        if follows {
            for entry in &lab.journal()[from..] {
                branch.repeat(lab, entry);
            }
        }
        Some(branch)
    }

    /// What it is called.
    pub(crate) fn title(&self) -> String {
        let what = match self.inserted {
            Inserted::Cycle(CyclePolicy::Delta) => "the scheduler fires".to_owned(),
            Inserted::Cycle(CyclePolicy::Initial) => "an initial cycle runs".to_owned(),
            Inserted::Pause(length) => {
                let seconds = u64::try_from(length.as_secs()).unwrap_or_default();
                format!("{} pass", Duration::from_secs(seconds))
            }
            Inserted::Nothing => "nothing more happens".to_owned(),
        };
        let rest = if self.follows { ", then the rest" } else { "" };
        format!(
            "Branch {}: after entry {} {what}{rest}",
            self.number, self.from
        )
    }

    fn act(&mut self, lab: &Lab, action: &Action, inserted: bool) {
        let what = describe(&self.world, action, lab.rehearsal().labels());
        let at = self.world.now();
        let events = self.world.apply(action);
        let refused = |event: &Event| matches!(event, Event::AdRefused(_) | Event::CloudRefused(_));
        let refusal = events.iter().find_map(|event| match event {
            Event::AdRefused(refusal) => Some(refusal.message.trim().to_owned()),
            Event::CloudRefused(refusal) => Some(refusal.message.clone()),
            _ => None,
        });
        self.happened.push(Happened {
            at,
            what,
            came: refusal.unwrap_or_else(|| counts(&events)),
            inserted,
            refused: events.iter().any(refused),
        });
    }

    fn repeat(&mut self, lab: &Lab, entry: &Entry) {
        match &entry.happening {
            Happening::Act(action) => self.act(lab, action, false),
            Happening::Reset => self.world = lab.rehearsal().world().clone(),
            // What was kept before the branch is not what would have been kept on it.
            Happening::Save(_) | Happening::Restore(_) => {}
        }
    }
}
