//! What a server in staging mode would export, held against what the engine here would.
//!
//! A server in staging mode imports and synchronises, and exports nothing; `csexport` writes what
//! is pending at its connector to the tenant. Where the two lists agree, the copy behaves as the
//! server does; where they differ, one of them knows something that the other does not.

mod csexport;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use mock_cloud::SyncObjectType;
use mock_cloud::sync_object::{Property, SyncObject, property};

pub use csexport::{Pending, PendingExports, read};

use crate::engine::{CsEntry, CyclePolicy, PendingExport};
use crate::world::{Action, EngineChange, World};

/// What an export does to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// It is new to the tenant's connector.
    Add,
    /// Some of its attributes change.
    Update,
    /// It is deleted.
    Delete,
}

impl Operation {
    /// All operations.
    pub const ALL: [Self; 3] = [Self::Add, Self::Update, Self::Delete];

    /// The word in reports, as `csexport` writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// How an attribute differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing {
    /// Its name at the tenant's connector.
    pub name: &'static str,
    /// The values that the engine here would export.
    pub here: Vec<String>,
    /// The values that the server would.
    pub there: Vec<String>,
}

/// An object of which the two lists say different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What a person calls it: its distinguished name in Active Directory, else its UPN or name.
    pub label: String,
    /// Its distinguished name in the connector space: `CN={…}`.
    pub dn: String,
    /// What the engine here would do to it.
    pub here: Option<Operation>,
    /// What the server would do to it.
    pub there: Option<Operation>,
    /// The line of the file that tells it, where the server would do anything.
    pub line: Option<usize>,
    /// Where both would do the same, what differs in its values.
    pub attributes: Vec<Differing>,
}

/// Both lists, compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// How many objects both treat alike, by what is done to them.
    pub same: BTreeMap<Operation, usize>,
    /// Those that they do not.
    pub differences: Vec<Difference>,
    /// Attributes that only the server exports because they have no place here, and how many
    /// objects have them.
    pub not_modelled: BTreeMap<String, usize>,
    /// How many updates of the server change nothing but such attributes.
    pub updates_not_modelled: usize,
}

impl Comparison {
    /// Whether nothing differs.
    pub const fn is_same(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Lets a copy of a world import and synchronise, as a server in staging mode does, and compares
/// what is pending then with what is pending at a server.
pub fn compare(world: &World, there: &PendingExports) -> Comparison {
    let mut future = world.clone();
    future.apply(&Action::Configure(EngineChange::Staging(true)));
    future.apply(&Action::Cycle(CyclePolicy::Initial));
    let mut here = BTreeMap::new();
    for (_, entry) in future.engine().entra().iter() {
        if let Some(operation) = operation(entry) {
            let key = key(entry.kind, &entry.anchor.connector_space_dn());
            here.insert(key, (operation, entry));
        }
    }
    let mut compared = Comparison::default();
    let mut seen = BTreeSet::new();
    for pending in &there.objects {
        let key = key(pending.kind, &pending.dn);
        let expected = here.get(&key);
        seen.insert(key);
        compare_object(&mut compared, &future, pending, expected.copied());
    }
    for (key, (operation, entry)) in &here {
        if !seen.contains(key) {
            compared.differences.push(Difference {
                label: label(&future, entry),
                dn: entry.anchor.connector_space_dn(),
                here: Some(*operation),
                there: None,
                line: None,
                attributes: Vec::new(),
            });
        }
    }
    let names = |it: &Difference| (it.here, it.there, it.label.clone());
    compared.differences.sort_by_key(names);
    compared
}

/// Distinguished names in connector spaces differ in case from one version to another.
fn key(kind: SyncObjectType, dn: &str) -> (SyncObjectType, String) {
    (kind, dn.to_ascii_uppercase())
}

fn operation(entry: &CsEntry) -> Option<Operation> {
    match entry.pending_export {
        _ if entry.deleted => None,
        PendingExport::None => None,
        PendingExport::Add => Some(Operation::Add),
        PendingExport::Update => Some(Operation::Update),
        PendingExport::Delete => Some(Operation::Delete),
    }
}

fn compare_object(
    compared: &mut Comparison,
    future: &World,
    pending: &Pending,
    expected: Option<(Operation, &CsEntry)>,
) {
    let unknown = |name: &&String| reader(name).is_none();
    for name in pending.changed.iter().filter(unknown) {
        *compared.not_modelled.entry(name.clone()).or_default() += 1;
    }
    let is_silent = pending.operation == Operation::Update
        && !pending.changed.is_empty()
        && pending.changed.iter().all(|name| reader(name).is_none());
    if expected.is_none() && is_silent {
        compared.updates_not_modelled += 1;
        return;
    }
    let image = expected.and_then(|(_, entry)| image(future, entry));
    let attributes = match (expected, image) {
        (Some((operation, _)), Some(image)) if operation == pending.operation => {
            differing(image, &pending.values)
        }
        _ => Vec::new(),
    };
    let operation = expected.map(|(operation, _)| operation);
    if operation == Some(pending.operation) && attributes.is_empty() {
        *compared.same.entry(pending.operation).or_default() += 1;
        return;
    }
    compared.differences.push(Difference {
        label: expected.map_or_else(|| pending.label(), |(_, entry)| label(future, entry)),
        dn: pending.dn.clone(),
        here: operation,
        there: Some(pending.operation),
        line: Some(pending.line),
        attributes,
    });
}

/// What would be exported of an object; nothing of one that is deleted.
fn image<'w>(world: &'w World, entry: &CsEntry) -> Option<&'w SyncObject> {
    let person = world.engine().metaverse().get(entry.metaverse?)?;
    person.attributes.as_deref()
}

fn label(world: &World, entry: &CsEntry) -> String {
    let place = image(world, entry).or(entry.exported.as_deref());
    let named = place.map(|it| it.distinguished_name.to_string());
    let account = || {
        let object = world.tenant().object(entry.cloud?)?;
        Some(object.label().to_string())
    };
    let named = named.or_else(account);
    named.unwrap_or_else(|| entry.anchor.connector_space_dn())
}

/// Which of the attributes that the server tells have other values here. Only the whole image of
/// an object tells what has none.
fn differing(here: &SyncObject, there: &BTreeMap<String, Vec<String>>) -> Vec<Differing> {
    let mut all = Vec::new();
    for (name, values) in there {
        let Some((name, read)) = reader(name) else {
            continue;
        };
        let sorted = |mut values: Vec<String>| {
            values.sort();
            values
        };
        let (here, there) = (sorted(read.of(here)), sorted(values.clone()));
        if here != there {
            all.push(Differing { name, here, there });
        }
    }
    all
}

/// Gives the values of an attribute.
type Read = fn(&SyncObject) -> Vec<String>;

/// How an attribute of the tenant's connector is read here.
enum Reader {
    Own(Read),
    Plain(Property),
}

impl Reader {
    fn of(&self, object: &SyncObject) -> Vec<String> {
        match self {
            Self::Own(read) => read(object),
            Self::Plain(wanted) => texts(property(&object.properties, *wanted)),
        }
    }
}

fn texts<T: ToString>(value: Option<&T>) -> Vec<String> {
    value.map(ToString::to_string).into_iter().collect()
}

/// The attributes that are compared, besides the plain ones, by their names at the tenant's
/// connector.
const OWN: [(&str, Read); 9] = [
    ("sourceAnchor", |it| vec![it.source_anchor.to_string()]),
    ("userPrincipalName", |it| {
        texts(it.user_principal_name.as_ref())
    }),
    ("mail", |it| texts(it.mail.as_ref())),
    ("alias", |it| texts(it.mail_nickname.as_ref())),
    ("displayName", |it| texts(it.display_name.as_ref())),
    ("accountEnabled", |it| texts(it.account_enabled.as_ref())),
    ("proxyAddresses", |it| {
        let addresses = it.proxy_addresses.iter();
        addresses.map(|value| value.as_str().to_owned()).collect()
    }),
    ("onPremisesSamAccountName", |it| {
        texts(it.sam_account_name.as_ref())
    }),
    ("usageLocation", |it| texts(it.usage_location.as_ref())),
];

fn reader(name: &str) -> Option<(&'static str, Reader)> {
    let own = OWN
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    if let Some((known, read)) = own {
        return Some((known, Reader::Own(*read)));
    }
    let plain = Property::all().find(|it| it.name().eq_ignore_ascii_case(name))?;
    Some((plain.name(), Reader::Plain(plain)))
}
