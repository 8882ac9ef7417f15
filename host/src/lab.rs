//! A world that several doors lead to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mock_ad::directory::{Directory, ObjectGuid};
use mock_ad::ldap::{give_passwords, provision};
use mock_cloud::conduct::{Conduct, Replication};
use mock_cloud::{CloudId, Tenant};
use sim::engine::CyclePolicy;
use sim::judge::Property;
use sim::rehearse::{Happening, Judgement, Rehearsal, conduct_words, counts, describe};
use sim::world::{Action, Discard, Event, World};
use store::Entropy;

use crate::fault::{Chaos, Faults};
use crate::kept::{self, Keep};

/// Sets objectGUIDs of the accounts that a server adds apart from those of the world.
const ACCOUNTS: u64 = 0x4C44_4150;
/// Sets the ids of accounts that Graph makes apart from everything else.
const IDS: u64 = 0x4752_4150;
/// How long a request of Graph takes while a write is still on its way, where no clock on the wall
/// says it: whoever asks until it has arrived gets on.
const REQUEST_TAKES: SignedDuration = SignedDuration::from_secs(1);
/// So many worlds are remembered at most; older ones are made again from the beginning.
const PAST_MAX: usize = 4_096;

/// Who brought something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// An LDAP client, at the forest of this place.
    Ldap(usize),
    /// A Graph client.
    Graph,
    /// Somebody at the control API.
    Control,
    /// Somebody at the console.
    Console,
    /// The pace that was asked for: a cycle after so many writes, time that writes take.
    Pace,
    /// The clock on the wall.
    Clock,
    /// A script that runs inside, with its line.
    Script(u32),
    /// The steps of a scenario that is over.
    Scenario,
    /// Whoever did it before the world was served.
    Earlier,
}

impl Origin {
    /// The word in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ldap(_) => "ldap",
            Self::Graph => "graph",
            Self::Control => "control",
            Self::Console => "console",
            Self::Pace => "pace",
            Self::Clock => "clock",
            Self::Script(_) => "script",
            Self::Scenario => "scenario",
            Self::Earlier => "earlier",
        }
    }
}

/// One entry of the journal.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its number, counted from 1.
    pub number: u64,
    /// The virtual time before it.
    pub at: Timestamp,
    /// Who brought it about.
    pub from: Origin,
    /// What happened.
    pub happening: Happening,
    /// The same in an administrator's words.
    pub what: String,
    /// What came of it.
    pub events: Vec<Event>,
}

impl Entry {
    /// What came of it in words: a refusal, or the counts of a cycle.
    pub fn came(&self) -> String {
        let refusal = self.events.iter().find_map(|event| match event {
            Event::AdRefused(refusal) => Some(format!("{} {}", refusal.code.0, refusal.message)),
            Event::CloudRefused(refusal) => Some(format!("{} {}", refusal.status, refusal.message)),
            _ => None,
        });
        refusal.unwrap_or_else(|| counts(&self.events))
    }

    /// Whether a directory refused it.
    pub fn is_refused(&self) -> bool {
        let refused = |event: &Event| matches!(event, Event::AdRefused(_) | Event::CloudRefused(_));
        self.events.iter().any(refused)
    }
}

/// What happens by itself while somebody writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pace {
    /// A delta cycle is run after every so many requests that write; 0 for none.
    pub sync_every: u64,
    /// So much virtual time passes with every request that writes.
    pub write_takes: SignedDuration,
    /// A clock on the wall moves the time; else the waiting that Graph asks of a client passes in
    /// the world as soon as it is asked for.
    pub follows_wall: bool,
}

/// When a lab stops answering, as it looks to a script that is killed just then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freeze {
    /// After so many requests, whatever they asked for.
    AfterRequest(u64),
    /// After so many requests that wrote something.
    AfterWrite(u64),
}

/// How a lab is set up.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The password of the administrator of each forest.
    pub password: String,
    /// The password of every account that has none.
    pub user_password: Option<String>,
    /// What happens by itself.
    pub pace: Pace,
    /// From here on nothing is answered any more, until [`thaw`](Lab::thaw).
    pub freeze: Option<Freeze>,
    /// Whether the control API keeps to itself what would happen: from a learner, who is asked
    /// for just that.
    pub tells_no_branches: bool,
}

impl Settings {
    /// Gives each forest what a server needs: an administrator with a password, indexes.
    pub fn arrange(&self) -> impl FnMut(usize, &mut Directory, Timestamp) + use<> {
        let settings = self.clone();
        move |place, directory, now| {
            let mut entropy = Entropy::new(ACCOUNTS ^ place as u64);
            let mut guids = || ObjectGuid::from_bytes(entropy.next_uuid());
            provision(directory, &settings.password, now, &mut guids);
            if let Some(password) = &settings.user_password {
                give_passwords(directory, password, now);
            }
            directory.index_values();
        }
    }
}

/// A world that several doors lead to, with everything that was done to it.
#[derive(Debug, Clone)]
pub struct Lab {
    rehearsal: Rehearsal,
    world: World,
    kept: BTreeMap<String, World>,
    journal: Vec<Entry>,
    /// What the world was after the last entries, where somebody looks back.
    past: Option<VecDeque<World>>,
    ids: Entropy,
    settings: Settings,
    /// What goes wrong on purpose.
    pub faults: Faults,
    /// How the service treats its clients.
    conduct: Conduct,
    /// What reads of Graph still see.
    replication: Replication,
    /// How many seconds a client that was sent away has to wait.
    owed: u32,
    /// Requests that were answered.
    requests: u64,
    /// Those that wrote something.
    writes: u64,
    /// Whether the request that is being answered has written something.
    wrote: bool,
    frozen: bool,
    keep: Option<Arc<dyn Keep>>,
    /// Whether something could not be kept.
    broken: bool,
}

impl Lab {
    /// A lab at the beginning of a rehearsal.
    pub fn new(rehearsal: Rehearsal, settings: Settings) -> Self {
        Self {
            world: rehearsal.world().clone(),
            rehearsal,
            kept: BTreeMap::new(),
            journal: Vec::new(),
            past: None,
            ids: Entropy::new(IDS),
            settings,
            faults: Faults::default(),
            conduct: Conduct::default(),
            replication: Replication::default(),
            owed: 0,
            requests: 0,
            writes: 0,
            wrote: false,
            frozen: false,
            keep: None,
            broken: false,
        }
    }

    /// Goes through the entries of a journal that was kept, and keeps what comes from now on.
    ///
    /// # Errors
    ///
    /// The entry that can't be read, with its number.
    pub fn reopen(
        &mut self,
        entries: impl Iterator<Item = serde_json::Value>,
        keep: Arc<dyn Keep>,
    ) -> Result<(), String> {
        for entry in entries {
            let number = self.journal.len() + 1;
            let read = kept::read(&self.world, &entry);
            let (from, happening) = read.map_err(|why| format!("entry {number}: {why}"))?;
            match happening {
                Happening::Act(action) => {
                    self.act(from, action);
                }
                Happening::Reset => self.reset(from),
                Happening::Save(name) => self.save(from, &name),
                Happening::Restore(name) => {
                    self.restore(from, &name);
                }
                Happening::Conduct(conduct) => self.set_conduct(from, conduct),
            }
            let by_client = matches!(from, Origin::Ldap(_) | Origin::Graph);
            let refused = self.journal.last().is_some_and(Entry::is_refused);
            self.writes += u64::from(by_client && !refused);
        }
        // What was drawn for requests that came to nothing is not known any more.
        self.ids = Entropy::new(IDS ^ store::mix(IDS, self.journal.len() as u64));
        self.keep = Some(keep);
        Ok(())
    }

    /// Draws ids of accounts apart from those that another lab over the same world has drawn
    /// before.
    pub fn draw_apart(&mut self, salt: u64) {
        self.ids = Entropy::new(IDS ^ store::mix(IDS, salt));
    }

    /// The world as it is.
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// The rehearsal that it began with.
    pub const fn rehearsal(&self) -> &Rehearsal {
        &self.rehearsal
    }

    /// How it is set up.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Says whether a clock on the wall moves the time.
    pub(crate) const fn follow_wall(&mut self, follows: bool) {
        self.settings.pace.follows_wall = follows;
    }

    /// Everything that happened, in order.
    pub fn journal(&self) -> &[Entry] {
        &self.journal
    }

    /// From now on keeps the world after each entry at hand, so that looking back costs nothing.
    pub fn remember(&mut self) {
        self.past.get_or_insert_default();
    }

    /// The world after so many entries of the journal; 0 is the beginning.
    pub fn world_after(&self, entries: usize) -> Option<World> {
        let later = self.journal.len().checked_sub(entries)?;
        if later == 0 {
            return Some(self.world.clone());
        }
        let past = self.past.as_ref();
        let place = past.and_then(|past| past.len().checked_sub(later + 1));
        let known = past.zip(place).and_then(|(past, place)| past.get(place));
        Some(known.cloned().unwrap_or_else(|| self.again(entries)))
    }

    /// Goes through the first entries of the journal again.
    fn again(&self, entries: usize) -> World {
        let start = self.rehearsal.world();
        let mut world = start.clone();
        let mut kept = BTreeMap::new();
        for entry in &self.journal[..entries] {
            match &entry.happening {
                Happening::Act(action) => world.apply_into(action, &mut Discard),
                Happening::Reset => world = start.clone(),
                Happening::Save(name) => drop(kept.insert(name, world.clone())),
                Happening::Restore(name) => {
                    if let Some(known) = kept.get(name) {
                        world = World::clone(known);
                    }
                }
                Happening::Conduct(_) => {}
            }
        }
        world
    }

    /// The names that worlds are kept under.
    pub fn kept(&self) -> impl Iterator<Item = &str> {
        self.kept.keys().map(String::as_str)
    }

    /// How many requests were answered.
    pub const fn requests(&self) -> u64 {
        self.requests
    }

    /// How many requests wrote something.
    pub const fn writes(&self) -> u64 {
        self.writes
    }

    /// Carries out an action, and gives what came of it.
    pub fn act(&mut self, from: Origin, action: Action) -> &[Event] {
        let what = describe(&self.world, &action, self.rehearsal.labels());
        let at = self.world.now();
        let is_write = matches!(action, Action::Cloud(_));
        let before = (is_write && self.conduct.lags()).then(|| self.world.tenant().clone());
        let events = self.world.apply(&action);
        if let Some(before) = before {
            let now = self.world.now();
            self.replication.note(&self.conduct, before, now);
        } else if !is_write {
            self.let_arrive(&action);
        }
        self.note(from, at, Happening::Act(action), what, events)
    }

    /// Lets what was written before arrive with what an engine's run has exported: a run takes
    /// longer than that.
    fn let_arrive(&mut self, action: &Action) {
        if let Action::Cycle(_) | Action::Run { .. } | Action::BrokenExport(_) = action {
            self.replication.arrive();
        }
    }

    /// How the service treats its clients.
    pub const fn conduct(&self) -> Conduct {
        self.conduct
    }

    /// Lets the service treat its clients differently from now on.
    pub fn set_conduct(&mut self, from: Origin, conduct: Conduct) {
        self.conduct = conduct;
        self.replication.settle();
        let at = self.world.now();
        let what = conduct_words(&conduct);
        self.note(from, at, Happening::Conduct(conduct), what, Vec::new());
    }

    /// Lets a seed decide on faults, and on how late reads are.
    pub fn set_chaos(&mut self, from: Origin, seed: u64) {
        let chaos = Chaos::new(seed);
        self.set_conduct(from, chaos.conduct());
        self.faults.set_chaos(Some(chaos));
    }

    /// Forgets all faults that are planned; limits and late reads end.
    pub fn calm(&mut self, from: Origin) {
        self.faults.clear();
        if !self.conduct.is_plain() {
            self.set_conduct(from, Conduct::default());
        }
    }

    /// The tenant as reads of Graph see it.
    pub(crate) fn seen_tenant(&self) -> &Tenant {
        let now = self.world.now();
        let seen = self.replication.seen(now);
        seen.unwrap_or_else(|| self.world.tenant())
    }

    /// Takes note that a client of Graph was sent away, and has to wait so many seconds.
    pub(crate) fn owe(&mut self, seconds: u32) {
        self.owed = self.owed.max(seconds);
    }

    /// Lets the time pass that a client of Graph waits, where no clock on the wall says it.
    pub(crate) fn pass_waiting(&mut self) {
        let owed = SignedDuration::from_secs(std::mem::take(&mut self.owed).into());
        if self.settings.pace.follows_wall {
            return;
        }
        let is_late = self.replication.seen(self.world.now()).is_some();
        let length = if is_late {
            owed.max(REQUEST_TAKES)
        } else {
            owed
        };
        if length > SignedDuration::ZERO {
            self.act(Origin::Pace, Action::Advance(length));
        }
    }

    /// Sets the world to its beginning again.
    pub fn reset(&mut self, from: Origin) {
        self.replication.settle();
        let at = self.world.now();
        self.world = self.rehearsal.world().clone();
        let what = "set the world to its beginning".to_owned();
        self.note(from, at, Happening::Reset, what, Vec::new());
    }

    /// Keeps the world under a name.
    pub fn save(&mut self, from: Origin, name: &str) {
        self.kept.insert(name.to_owned(), self.world.clone());
        let what = format!("keep the world as `{name}`");
        let at = self.world.now();
        self.note(from, at, Happening::Save(name.to_owned()), what, Vec::new());
    }

    /// Sets the world to what was kept under a name; `false` where that is not known.
    pub fn restore(&mut self, from: Origin, name: &str) -> bool {
        let Some(kept) = self.kept.get(name) else {
            return false;
        };
        let at = self.world.now();
        self.replication.settle();
        self.world = kept.clone();
        let what = format!("set the world to `{name}`");
        self.note(
            from,
            at,
            Happening::Restore(name.to_owned()),
            what,
            Vec::new(),
        );
        true
    }

    /// Takes the last actions back, as if they had not been: at most to where the world was last
    /// set back, kept or begun. Gives how many there were.
    ///
    /// Where a journal is kept elsewhere, whoever keeps it has to be told.
    pub fn take_back(&mut self, actions: usize) -> usize {
        let acts = |entry: &&Entry| matches!(entry.happening, Happening::Act(_));
        let last = self.journal.iter().rev().take_while(acts).count();
        let actions = actions.min(last);
        let stays = self.journal.len() - actions;
        let Some(world) = self.world_after(stays) else {
            return 0;
        };
        self.world = world;
        self.replication.settle();
        self.journal.truncate(stays);
        if let Some(past) = &mut self.past {
            past.truncate(past.len().saturating_sub(actions));
        }
        actions
    }

    fn note(
        &mut self,
        from: Origin,
        at: Timestamp,
        happening: Happening,
        what: String,
        events: Vec<Event>,
    ) -> &[Event] {
        let number = self.journal.len() as u64 + 1;
        if let Some(keep) = &self.keep {
            let kept = match kept::write(&self.world, from, &happening) {
                Some(entry) => keep.keep(number, &entry),
                None => Err("the action has no form to be kept in".to_owned()),
            };
            // What is not kept must not be acknowledged, nor anything that builds on it.
            self.broken |= kept.is_err();
            self.frozen |= self.broken;
        }
        if let Some(past) = &mut self.past {
            past.push_back(self.world.clone());
            if past.len() > PAST_MAX {
                past.pop_front();
            }
        }
        self.journal.push(Entry {
            number,
            at,
            from,
            happening,
            what,
            events,
        });
        self.journal.last().map_or(&[], |entry| &entry.events)
    }

    /// Takes note that the request that is being answered has written something.
    pub(crate) const fn wrote(&mut self) {
        self.wrote = true;
    }

    /// An id for an account that Graph makes. It is not drawn from the world, which changes by
    /// actions only.
    pub fn fresh_id(&mut self) -> CloudId {
        CloudId::from_bytes(self.ids.next_uuid())
    }

    /// What comes after a request was answered: what the pace asks for, if it wrote something.
    pub fn finish_request(&mut self) {
        self.requests += 1;
        let wrote = std::mem::take(&mut self.wrote);
        if wrote {
            self.writes += 1;
            self.keep_pace();
        }
        self.frozen |= match self.settings.freeze {
            Some(Freeze::AfterRequest(count)) => self.requests == count,
            Some(Freeze::AfterWrite(count)) => wrote && self.writes == count,
            None => false,
        };
    }

    fn keep_pace(&mut self) {
        let Pace {
            sync_every,
            write_takes,
            ..
        } = self.settings.pace;
        if write_takes > SignedDuration::ZERO {
            self.act(Origin::Pace, Action::Advance(write_takes));
        }
        if sync_every > 0 && self.writes.is_multiple_of(sync_every) {
            self.act(Origin::Pace, Action::Cycle(CyclePolicy::Delta));
        }
    }

    /// Whether nothing is answered any more.
    pub const fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// Whether something that has happened could not be kept: nothing may be acknowledged.
    pub const fn is_broken(&self) -> bool {
        self.broken
    }

    /// Answers again.
    pub const fn thaw(&mut self) {
        self.frozen = false;
    }

    /// Judges everything that happened.
    pub fn judge(&self, allowed: &[Property]) -> Judgement {
        let happened = self.journal.iter().map(|entry| &entry.happening);
        self.rehearsal.judge(happened, allowed)
    }
}
