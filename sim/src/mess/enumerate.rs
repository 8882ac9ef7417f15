//! All messes up to a scope.

use std::collections::BTreeSet;

use super::{Anchor, Mess, Of, Synced, Thing, Type};

/// How large messes may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// How many people there are.
    pub people: u8,
    /// How many objects the tenant has, besides an administrator who is always there.
    pub cloud: u8,
    /// In how many points a mess may differ from a plain world.
    pub oddities: usize,
}

impl Mess {
    /// Whether the service could have come to hold these objects side by side, and an
    /// administrator could mend it; see the module's documentation for what is left out.
    pub fn is_possible(&self) -> bool {
        let mut owners = BTreeSet::new();
        let mut upns = BTreeSet::new();
        let mut addresses = BTreeSet::new();
        let mut anchors = BTreeSet::new();
        for thing in &self.things {
            if !thing.is_possible() {
                return false;
            }
            let mut fits = thing.owner.is_none_or(|owner| owners.insert(owner));
            if let Anchor::Person(of) = thing.anchor {
                fits &= anchors.insert(of);
            }
            if !thing.deleted {
                if let Of::Person(of) = thing.upn {
                    fits &= upns.insert(of);
                }
                if let Some(Of::Person(of)) = thing.primary {
                    fits &= addresses.insert(of);
                }
                if let Some(of) = thing.alias {
                    fits &= addresses.insert(of);
                }
            }
            if !fits {
                return false;
            }
        }
        true
    }
}

impl Thing {
    /// Whether its facts fit together.
    pub fn is_possible(&self) -> bool {
        let user = self.kind == Type::User;
        let plain = Self::plain(self.owner);
        let bare = self.anchor == Anchor::None
            && self.synced == Synced::Never
            && !self.role
            && !self.mapped
            && self.owner.is_none()
            && !self.holds;
        let addressed = self.primary.is_some() || self.alias.is_some();
        let fits_kind = match self.kind {
            Type::User => true,
            Type::Guest => bare && !self.deleted,
            // Groups and contacts matter only for the addresses that they own.
            Type::Group | Type::Contact => {
                bare && !self.deleted && self.upn == plain.upn && addressed
            }
        };
        let synced_from = self.synced != Synced::Yes || self.anchor != Anchor::None;
        let orphan = self.synced == Synced::Yes && self.anchor == Anchor::Stale;
        let hopeless = orphan && (self.owner.is_some() || self.holds);
        let mapped = !self.mapped || user && self.synced != Synced::Yes;
        fits_kind && synced_from && !hopeless && mapped
    }
}

/// Every order of so many people.
pub(super) fn permutations(count: usize) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    for next in 0..count as u8 {
        all = all
            .into_iter()
            .flat_map(|order: Vec<u8>| {
                (0..=order.len()).map(move |place| {
                    let mut longer = order.clone();
                    longer.insert(place, next);
                    longer
                })
            })
            .collect();
    }
    all
}

/// Every possible object with no more oddities than that, in order.
fn things(scope: Scope) -> Vec<Thing> {
    let people = 0..scope.people;
    let owners = std::iter::once(None).chain(people.clone().map(Some));
    let mut all: BTreeSet<Thing> = owners.map(Thing::plain).collect();
    let mut latest: Vec<Thing> = all.iter().copied().collect();
    for _ in 0..scope.oddities {
        let mut next = Vec::new();
        for thing in &latest {
            for odder in odder(thing, scope.people) {
                if odder.oddities() > thing.oddities() && all.insert(odder) {
                    next.push(odder);
                }
            }
        }
        latest = next;
    }
    all.into_iter().filter(Thing::is_possible).collect()
}

/// Every way to differ in one more point.
fn odder(thing: &Thing, people: u8) -> Vec<Thing> {
    let thing = *thing;
    let mut all = Vec::new();
    for person in 0..people {
        let of = Of::Person(person);
        all.push(Thing { upn: of, ..thing });
        all.push(Thing {
            primary: Some(of),
            ..thing
        });
        all.push(Thing {
            alias: Some(person),
            ..thing
        });
        all.push(Thing {
            anchor: Anchor::Person(person),
            ..thing
        });
    }
    all.push(Thing {
        primary: Some(Of::Nobody),
        ..thing
    });
    all.push(Thing {
        anchor: Anchor::Stale,
        ..thing
    });
    for synced in [Synced::Formerly, Synced::Yes] {
        all.push(Thing { synced, ..thing });
    }
    for kind in [Type::Guest, Type::Group, Type::Contact] {
        all.push(Thing { kind, ..thing });
    }
    all.push(Thing {
        role: true,
        ..thing
    });
    all.push(Thing {
        deleted: true,
        ..thing
    });
    all.push(Thing {
        holds: thing.owner.is_none(),
        ..thing
    });
    all.push(Thing {
        mapped: true,
        ..thing
    });
    all
}

/// Every mess of a scope, canonical, each once, in order.
pub fn all(scope: Scope) -> Vec<Mess> {
    let things = things(scope);
    let mut found = BTreeSet::new();
    let flags = 0..1u32 << scope.people;
    for flags in flags {
        let people: Vec<bool> = (0..scope.people)
            .map(|place| flags >> place & 1 == 0)
            .collect();
        let lacking = people.iter().filter(|has| !**has).count();
        if lacking > scope.oddities {
            continue;
        }
        let mut chosen = Vec::new();
        let mut pick = Pick {
            things: &things,
            count: usize::from(scope.cloud),
            people: &people,
            found: &mut found,
        };
        pick.choose(0, scope.oddities - lacking, &mut chosen);
    }
    found.into_iter().collect()
}

struct Pick<'a> {
    things: &'a [Thing],
    count: usize,
    people: &'a [bool],
    found: &'a mut BTreeSet<Mess>,
}

impl Pick<'_> {
    /// Chooses objects in ascending order, so that each multiset is met once.
    fn choose(&mut self, first: usize, left: usize, chosen: &mut Vec<Thing>) {
        let mess = Mess {
            people: self.people.to_vec(),
            things: chosen.clone(),
        };
        if !mess.is_possible() {
            return;
        }
        if chosen.len() == self.count {
            self.found.insert(mess.canonical());
            return;
        }
        for place in first..self.things.len() {
            let thing = self.things[place];
            let odd = thing.oddities();
            if odd <= left {
                chosen.push(thing);
                self.choose(place, left - odd, chosen);
                chosen.pop();
            }
        }
    }
}
