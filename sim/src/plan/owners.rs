//! Whose account is whose, where nobody says so: what [`crate::ownership`] infers, as far as a
//! plan may go by it.

use std::collections::BTreeMap;

use mock_cloud::CloudKey;

use super::components::connected;
use super::solve::holdings;
use crate::engine::Source;
use crate::ownership::{Claim, Confidence, Person, infer_in};
use crate::repair::Aim;
use crate::world::World;

/// Whose account is whose among the users in scope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owners {
    /// [`Confidence::Exact`].
    pub exact: BTreeMap<Source, CloudKey>,
    /// [`Confidence::Likely`]; or nobody else has a claim, and one account alone holds something,
    /// or none does and the engine is connected with one.
    pub likely: BTreeMap<Source, CloudKey>,
    /// There are several, and nothing tells them apart: the accounts that it could be.
    pub ambiguous: BTreeMap<Source, Vec<CloudKey>>,
}

/// Looks for the account of each user in scope.
pub fn owners(world: &World) -> Owners {
    let people = Aim::of(world, BTreeMap::new()).homes;
    let mut owners = Owners::default();
    for person in infer_in(world).people {
        if !people.contains_key(&person.object) {
            continue;
        }
        let first = person.claims[0].account;
        match person.confidence {
            Confidence::Exact => drop(owners.exact.insert(person.object, first)),
            Confidence::Likely => drop(owners.likely.insert(person.object, first)),
            Confidence::Ambiguous => {
                if let Some(account) = told_apart(world, &person) {
                    owners.likely.insert(person.object, account);
                } else {
                    let all = person.claims.iter().map(|claim| claim.account).collect();
                    owners.ambiguous.insert(person.object, all);
                }
            }
        }
    }
    owners
}

/// Which of several accounts is meant, where nobody else has a claim to any: the only one that
/// holds something, or, if none does, the one that the engine is connected with.
fn told_apart(world: &World, person: &Person) -> Option<CloudKey> {
    let only_names = person.claims.iter().all(Claim::is_name_only);
    if only_names || !person.rivals.is_empty() || person.claims.len() < 2 {
        return None;
    }
    let holds = |key: &CloudKey| {
        let account = world.tenant().object(*key);
        account.is_some_and(|it| !holdings(it).is_empty())
    };
    let claimed = || person.claims.iter().map(|claim| claim.account);
    let mut holding = claimed().filter(holds);
    match (holding.next(), holding.next()) {
        (Some(one), None) => Some(one),
        (None, _) => connected(world, person.object).filter(|key| claimed().any(|it| it == *key)),
        (Some(_), Some(_)) => None,
    }
}
