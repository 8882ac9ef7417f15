//! Whose account is whose, where nobody says so: only what cannot be meant otherwise.

use std::collections::{BTreeMap, BTreeSet};

use mock_ad::directory::AttributeId;
use mock_cloud::{CloudKey, SecurityIdentifier, SyncObjectType};
use store::{Text, eq_fold};

use super::components::{connected, is_purged, names_of_object, object};
use super::solve::holdings;
use crate::engine::Source;
use crate::repair::Aim;
use crate::world::World;

/// Whose account is whose, as far as anchors, addresses and security identifiers tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owners {
    /// The person and the account have an anchor or a name in common with each other and with
    /// nobody else.
    pub exact: BTreeMap<Source, CloudKey>,
    /// There are several accounts, and one of them alone holds something; or only an alias or a
    /// security identifier says so.
    pub likely: BTreeMap<Source, CloudKey>,
    /// There are several, and nothing tells them apart: the accounts that it could be.
    pub ambiguous: BTreeMap<Source, Vec<CloudKey>>,
}

/// What speaks for an account, the weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Evidence {
    Alias,
    Name,
    Anchor,
}

/// Looks for the account of each user in scope.
pub fn owners(world: &World) -> Owners {
    let people = Aim::of(world, BTreeMap::new()).homes;
    let found: BTreeMap<Source, BTreeMap<CloudKey, Evidence>> = people
        .into_keys()
        .map(|source| (source, candidates(world, source)))
        .collect();
    // What several people have a claim to is theirs with the best one, if there is one.
    let mut claims: BTreeMap<CloudKey, Vec<(Evidence, Source)>> = BTreeMap::new();
    for (source, accounts) in &found {
        for (key, evidence) in accounts {
            claims.entry(*key).or_default().push((*evidence, *source));
        }
    }
    let is_anothers = |key: CloudKey, source: Source, own: Evidence| {
        let others = claims.get(&key).into_iter().flatten();
        let mut others = others.filter(|(_, other)| *other != source);
        others.any(|(evidence, _)| *evidence >= own)
    };
    let mut owners = Owners::default();
    for (source, accounts) in &found {
        let mut mine: Vec<(CloudKey, Evidence)> = accounts.iter().map(|(k, e)| (*k, *e)).collect();
        mine.retain(|(key, evidence)| !is_anothers(*key, *source, *evidence));
        let shared = mine.len() < accounts.len();
        let holds = |key: &CloudKey| {
            let account = world.tenant().object(*key);
            account.is_some_and(|it| !holdings(it).is_empty())
        };
        match mine.as_slice() {
            [] => {
                if shared {
                    let all = accounts.keys().copied().collect();
                    owners.ambiguous.insert(*source, all);
                }
            }
            [(key, evidence)] if !shared && *evidence > Evidence::Alias => {
                owners.exact.insert(*source, *key);
            }
            [(key, _)] => {
                owners.likely.insert(*source, *key);
            }
            several => {
                let holding: Vec<CloudKey> =
                    several.iter().map(|(key, _)| *key).filter(holds).collect();
                let joined = connected(world, *source);
                let joined = joined.filter(|key| accounts.contains_key(key));
                match (holding.as_slice(), joined) {
                    ([one], _) => drop(owners.likely.insert(*source, *one)),
                    ([], Some(joined)) => drop(owners.likely.insert(*source, joined)),
                    _ => {
                        let all = several.iter().map(|(key, _)| *key).collect();
                        owners.ambiguous.insert(*source, all);
                    }
                }
            }
        }
    }
    owners
}

/// The accounts that have something in common with a person.
fn candidates(world: &World, source: Source) -> BTreeMap<CloudKey, Evidence> {
    let tenant = world.tenant();
    let mut found = BTreeMap::new();
    let Some(image) = object(world, source) else {
        return found;
    };
    let mut put = |key: CloudKey, evidence: Evidence| {
        let account = tenant.object(key);
        if account.is_some_and(|it| it.kind.is_user() && !is_purged(it)) {
            let known = found.entry(key).or_insert(evidence);
            *known = evidence.max(*known);
        }
    };
    let anchor = world.engine().source_anchor(world.forests(), source);
    if let Some(anchor) = anchor {
        for key in tenant.find_by_anchor(&anchor, SyncObjectType::User) {
            put(key, Evidence::Anchor);
        }
    }
    let upn = image.text(AttributeId::USER_PRINCIPAL_NAME);
    let names: BTreeSet<String> = names_of_object(image).collect();
    for name in &names {
        let is_upn = upn.is_some_and(|upn| eq_fold(upn, name));
        for key in tenant.owners_of(name) {
            let account = tenant.object(key);
            let is_first = |it: &Text| eq_fold(it, name);
            let own = account.and_then(|it| it.user_principal_name.as_ref());
            let primary = account.and_then(|it| it.primary_smtp());
            let first = is_upn
                || own.is_some_and(|it| is_first(it.text()))
                || primary.is_some_and(|it| eq_fold(it, name));
            put(
                key,
                if first {
                    Evidence::Name
                } else {
                    Evidence::Alias
                },
            );
        }
    }
    if let Some(sid) = image.bytes(AttributeId::OBJECT_SID) {
        let sid = SecurityIdentifier::from_bytes(sid.into());
        for key in tenant.find_by_security_identifier(&sid) {
            put(key, Evidence::Alias);
        }
    }
    found
}
