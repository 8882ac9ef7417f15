//! Another way it could have gone: the same entries with something put between them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mock_ad::directory::{Directory, Object, ObjectId};
use mock_cloud::tenant::State;
use mock_cloud::{CloudKey, DirectoryObject};
use sim::engine::{CyclePolicy, Source};
use sim::rehearse::{Happening, counts, describe};
use sim::scenario::value::Duration;
use sim::world::{Action, Event, World};

use crate::lab::{Entry, Lab};

/// What is put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// The scheduler fires.
    Cycle(CyclePolicy),
    /// Time passes.
    Pause(SignedDuration),
    /// Nothing: what follows is left out.
    Nothing,
}

impl FromStr for Inserted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "delta" => Ok(Self::Cycle(CyclePolicy::Delta)),
            "initial" => Ok(Self::Cycle(CyclePolicy::Initial)),
            "nothing" => Ok(Self::Nothing),
            length => match Duration::from_str(length) {
                Ok(length) => Ok(Self::Pause(length.signed())),
                Err(_) => Err(format!(
                    "`{text}` can't be put in: expected delta, initial, nothing, or a length of \
                     time such as 30m"
                )),
            },
        }
    }
}

impl fmt::Display for Inserted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cycle(CyclePolicy::Delta) => formatter.write_str("delta"),
            Self::Cycle(CyclePolicy::Initial) => formatter.write_str("initial"),
            Self::Pause(length) => written(*length).fmt(formatter),
            Self::Nothing => formatter.write_str("nothing"),
        }
    }
}

fn written(length: SignedDuration) -> Duration {
    Duration::from_secs(u64::try_from(length.as_secs()).unwrap_or_default())
}

/// One thing that happens on a branch.
#[derive(Debug, Clone)]
pub struct Happened {
    /// When.
    pub at: Timestamp,
    /// What, in an administrator's words.
    pub what: String,
    /// What came of it.
    pub came: String,
    /// Whether it is what was put in.
    pub inserted: bool,
    /// Whether it was refused.
    pub refused: bool,
}

/// A branch, as far as it goes.
#[derive(Debug, Clone)]
pub struct Branch {
    /// After which entry it leaves the journal.
    pub from: usize,
    /// What is put in there.
    pub inserted: Inserted,
    /// Whether the entries behind follow it.
    pub follows: bool,
    /// What happens on it.
    pub happened: Vec<Happened>,
    /// The world at its end.
    pub world: World,
}

impl Branch {
    /// Goes through what would have happened; nothing where there is no such entry.
    pub fn of(lab: &Lab, from: usize, inserted: Inserted, follows: bool) -> Option<Self> {
        let mut branch = Self {
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

    /// What it is, in words.
    pub fn title(&self) -> String {
        let what = match self.inserted {
            Inserted::Cycle(CyclePolicy::Delta) => "the scheduler fires".to_owned(),
            Inserted::Cycle(CyclePolicy::Initial) => "an initial cycle runs".to_owned(),
            Inserted::Pause(length) => format!("{} pass", written(length)),
            Inserted::Nothing => "nothing more happens".to_owned(),
        };
        let rest = if self.follows { ", then the rest" } else { "" };
        format!("after entry {} {what}{rest}", self.from)
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
            Happening::Save(_) | Happening::Restore(_) | Happening::Conduct(_) => {}
        }
    }
}

/// An account that is not the same at two ends, each with its key there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing {
    /// What it is called.
    pub label: String,
    /// At the one end, if it is there.
    pub one: Option<CloudKey>,
    /// At the other.
    pub other: Option<CloudKey>,
}

/// The accounts that are not the same at two ends of one lab: by their ids.
pub fn differing(one: &World, other: &World) -> Vec<Differing> {
    let mut rows = Vec::new();
    for (key, object) in one.tenant().objects() {
        let there = other.tenant().find_by_id(object.id);
        let same = there.and_then(|key| other.tenant().object(key));
        if same.is_some_and(|same| Arc::ptr_eq(same, object) || facts(same) == facts(object)) {
            continue;
        }
        rows.push(Differing {
            label: object.label().to_string(),
            one: Some(key),
            other: there,
        });
    }
    for (key, object) in other.tenant().objects() {
        if one.tenant().find_by_id(object.id).is_none() {
            rows.push(Differing {
                label: object.label().to_string(),
                one: None,
                other: Some(key),
            });
        }
    }
    rows
}

/// The objects of the forests that are not the same at two ends of one lab. Of a container that was
/// moved, that is the container, not what is in it.
pub fn differing_in_ad(one: &World, other: &World) -> Vec<Source> {
    let mut all = Vec::new();
    for (forest, directory) in one.forests().iter().enumerate() {
        let Some(there) = other.forests().get(forest) else {
            continue;
        };
        let count = directory.places().max(there.places()) as u32;
        for object in (0..count).map(ObjectId) {
            let same = match (directory.object(object), there.object(object)) {
                (Some(one), Some(other)) => {
                    Arc::ptr_eq(one, other)
                        || one.parent == other.parent
                            && one.name() == other.name()
                            && attributes(directory, one) == attributes(there, other)
                }
                (None, None) => true,
                _ => false,
            };
            if !same {
                all.push(Source { forest, object });
            }
        }
    }
    all
}

/// The attributes that an object of a forest has not alike at two ends, by their names.
pub fn changed_attributes(one: &World, other: &World, source: Source) -> Vec<String> {
    let at = |world: &World| {
        let directory = world.forests().get(source.forest);
        let found = directory.and_then(|it| Some(attributes(it, it.object(source.object)?)));
        found.unwrap_or_default()
    };
    let (one, other) = (at(one), at(other));
    let mut names: Vec<&String> = one.keys().chain(other.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let differs = names
        .into_iter()
        .filter(|name| one.get(*name) != other.get(*name));
    differs.cloned().collect()
}

/// What somebody has set on an object, by name: not the stamps of its last change.
fn attributes(directory: &Directory, object: &Object) -> BTreeMap<String, Vec<Vec<u8>>> {
    let stamps = ["whenChanged", "uSNChanged", "replPropertyMetaData"];
    let all = object.attributes().filter_map(|(attribute, values)| {
        let name = directory.schema().name(attribute);
        let values = values.iter().map(|value| value.ldap_bytes().into_owned());
        (!stamps.contains(&name)).then(|| (name.to_owned(), values.collect()))
    });
    all.collect()
}

/// What is compared of an account, in words.
pub fn facts(object: &DirectoryObject) -> Vec<String> {
    let state = match object.state {
        State::Live => "live",
        State::SoftDeleted { .. } => "in the recycle bin",
        State::Purged { .. } => "gone for good",
    };
    let anchor = object.on_premises.immutable_id.as_ref();
    let addresses = object.proxy_addresses.iter();
    let mut addresses: Vec<&str> = addresses.map(mock_cloud::ProxyAddress::as_str).collect();
    addresses.sort_unstable();
    let mut all = vec![
        state.to_owned(),
        format!("synced: {}", if object.is_synced() { "yes" } else { "no" }),
        format!(
            "ImmutableId: {}",
            anchor.map_or_else(|| "none".to_owned(), ToString::to_string)
        ),
        format!("addresses: {}", addresses.join(", ")),
    ];
    if let Some(upn) = &object.user_principal_name {
        all.push(format!("UPN: {upn}"));
    }
    if object.mailbox.is_some() || !object.licences.is_empty() {
        all.push(format!(
            "holds: mailbox or licences {}",
            object.licences.join(", ")
        ));
    }
    all
}
