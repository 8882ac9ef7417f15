//! Objects whose verdict hangs on what happens to another object in the same run.

use std::collections::BTreeSet;

use super::model::{AdPerson, CloudThing, Kind, Outcome, Profile, Tenant, anchor};
use super::names::{address, cloud_upn, names_of, stated_upn};

use super::verdict;

/// Per person: does another one in scope claim one of the same names or the same SID?
pub(crate) fn collides_with_other_new(people: &[AdPerson]) -> Vec<bool> {
    let claims = |o: &AdPerson| -> BTreeSet<String> {
        let upn = (o.kind == Kind::User).then(|| stated_upn(o).to_lowercase());
        o.proxies
            .iter()
            .chain(&o.mail)
            .map(|a| address(a))
            .chain(upn)
            .chain(o.sid.clone())
            .collect()
    };
    let all: Vec<_> = people.iter().map(claims).collect();
    overlaps(&all, &all, |j| people[j].in_scope)
}

/// Per person: does the fate hang on a name that another object's change gives up or takes?
pub(crate) fn order_dependent(
    people: &[AdPerson],
    things: &[CloudThing],
    tenant: &Tenant,
    profile: Profile,
    established: bool,
) -> Vec<bool> {
    let mut wanted = Vec::new();
    let mut moving: Vec<BTreeSet<String>> = Vec::new();
    for o in people {
        let v = verdict(o, things, tenant, profile, established);
        let upns = [
            cloud_upn(o, None, tenant),
            (o.kind == Kind::User).then(|| stated_upn(o)),
        ];
        let listed = o.proxies.iter().filter(|value| !value.starts_with("sip:"));
        let mut names: BTreeSet<String> = listed.map(|a| address(a)).collect();
        names.extend(o.mail.iter().map(|mail| mail.to_lowercase()));
        let sip = o.proxies.iter().filter(|value| value.starts_with("sip:"));
        names.extend(sip.map(|value| value.to_lowercase()));
        names.extend(o.sid.clone());
        names.extend(upns.into_iter().flatten().map(|u| u.to_lowercase()));
        let target = things.iter().find(|t| v.cloud_id.as_ref() == Some(&t.id));
        // Any of them may become the nickname, and with it an address of the initial domain.
        let stems = names.iter().cloned().chain(o.mail_nickname.clone());
        let stems: Vec<String> = stems
            .chain([&o.sam, &o.mail, &o.upn].into_iter().flatten().cloned())
            .chain(target.and_then(|t| t.mail_nickname.clone()))
            .collect();
        names.extend(stems.iter().map(|stem| {
            let local = stem.split('@').next().unwrap_or_default();
            format!("{local}@{}", tenant.initial).to_lowercase()
        }));
        let of_target = target
            .map(names_of)
            .unwrap_or_default()
            .into_iter()
            .map(|(_, n)| n);
        let sip = target.map(|t| t.proxies.iter().map(|value| value.to_lowercase()));
        let sid = target.and_then(|t| t.sid.clone());
        let of_target: Vec<String> = of_target
            .chain(sip.into_iter().flatten())
            .chain(sid)
            .collect();
        // An account comes back only while the names it had are free (3.11d).
        let own = anchor(o);
        let binned = things
            .iter()
            .filter(|t| t.deleted && t.immutable_id.as_ref() == Some(&own));
        names.extend(binned.flat_map(names_of).map(|(_, name)| name));
        let still =
            matches!(v.outcome, Outcome::Unchanged | Outcome::OutOfScope) && v.withheld.is_empty();
        let moved = if still {
            BTreeSet::new()
        } else {
            names.iter().cloned().collect()
        };
        moving.push(
            moved
                .into_iter()
                .chain(of_target.into_iter().filter(|_| !still))
                .collect(),
        );
        wanted.push(if still { BTreeSet::new() } else { names });
    }
    loop {
        let hangs = overlaps(&wanted, &moving, |_| true);
        let before: usize = moving.iter().map(BTreeSet::len).sum();
        // Whose own fate is open may come to any account that it could match, and change its names.
        for (place, person) in people.iter().enumerate().filter(|(at, _)| hangs[*at]) {
            let own = anchor(person);
            let within_reach = things.iter().filter(|thing| {
                thing.immutable_id.as_ref() == Some(&own)
                    || names_of(thing)
                        .iter()
                        .any(|(_, name)| wanted[place].contains(name))
            });
            let names: Vec<String> = within_reach
                .flat_map(names_of)
                .map(|(_, name)| name)
                .collect();
            moving[place].extend(names);
        }
        if moving.iter().map(BTreeSet::len).sum::<usize>() == before {
            return hangs;
        }
    }
}

/// Per entry of `mine`: does it meet the entry of another index in `theirs`?
fn overlaps(
    mine: &[BTreeSet<String>],
    theirs: &[BTreeSet<String>],
    counts: impl Fn(usize) -> bool,
) -> Vec<bool> {
    let meets = |i: usize, j: usize| i != j && counts(j) && !mine[i].is_disjoint(&theirs[j]);
    (0..mine.len())
        .map(|i| (0..theirs.len()).any(|j| meets(i, j)))
        .collect()
}
