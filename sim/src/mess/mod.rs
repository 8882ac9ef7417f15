//! Messes: starting points of a repair, over patterns of equality and not over names.
//!
//! Matching only ever asks whether two values are equal, so what matters of a mess is which account
//! has the UPN, the primary address or the anchor of which person, and what kind of account it is.
//! A [`Mess`] says just that. Messes are counted by their oddities: in how many points they differ
//! from a plain world, in which everybody has an account with a mailbox that has nothing in common
//! with Active Directory, and the other accounts hold nothing.
//!
//! What is left out, because no step of an administrator's repairs it in every era: an account that
//! belongs to somebody or holds something and is synced from an object that no forest has; two
//! accounts with one anchor, which the service refuses; federated domains; roles that somebody is
//! only eligible for; and two AD objects that claim one name.

mod enumerate;
mod sample;
#[cfg(test)]
mod tests;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use enumerate::{Scope, all};
pub use sample::sample;

/// Whose name a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of {
    /// Nobody has it in Active Directory.
    Nobody,
    /// The person of this number has it.
    Person(u8),
}

/// Where an account gets its anchor from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Anchor {
    /// It carries none.
    None,
    /// It carries that of an object that no forest has.
    Stale,
    /// It carries that of this person.
    Person(u8),
}

/// Whether it is synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Synced {
    /// It never was.
    Never,
    /// It was, and is not any more.
    Formerly,
    /// It is.
    Yes,
}

/// What it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// A member user.
    User,
    /// A guest.
    Guest,
    /// A mail-enabled group.
    Group,
    /// A contact.
    Contact,
}

/// One object of the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thing {
    /// The person it belongs to.
    pub owner: Option<u8>,
    /// What it is.
    pub kind: Type,
    /// Whose UPN it has.
    pub upn: Of,
    /// Whose primary address is its primary address; `None` for no primary address.
    pub primary: Option<Of>,
    /// Whose primary address it has as a secondary one.
    pub alias: Option<u8>,
    /// Whose anchor it carries.
    pub anchor: Anchor,
    /// Whether it is synced.
    pub synced: Synced,
    /// Whether it is a Global Administrator.
    pub role: bool,
    /// Whether it is in the recycle bin.
    pub deleted: bool,
    /// Whether it has a mailbox and a licence.
    pub holds: bool,
    /// Whether `onPremisesObjectIdentifier` names another object of Active Directory.
    pub mapped: bool,
}

/// A starting point: people, and objects of the tenant in ascending order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mess {
    /// For each person, whether Active Directory has a primary address.
    pub people: Vec<bool>,
    /// The objects of the tenant.
    pub things: Vec<Thing>,
}

impl Thing {
    /// An account without anything odd about it.
    pub const fn plain(owner: Option<u8>) -> Self {
        Self {
            owner,
            kind: Type::User,
            upn: Of::Nobody,
            primary: None,
            alias: None,
            anchor: Anchor::None,
            synced: Synced::Never,
            role: false,
            deleted: false,
            holds: owner.is_some(),
            mapped: false,
        }
    }

    /// In how many points it differs from a plain account.
    pub fn oddities(&self) -> usize {
        let plain = Self::plain(self.owner);
        [
            self.kind != plain.kind,
            self.upn != plain.upn,
            self.primary != plain.primary,
            self.alias != plain.alias,
            self.anchor != plain.anchor,
            self.synced != plain.synced,
            self.role,
            self.deleted,
            self.holds != plain.holds,
            self.mapped,
        ]
        .into_iter()
        .filter(|odd| *odd)
        .count()
    }

    /// Each way to be less odd by one point, for the search of what matters.
    pub fn simpler(&self) -> Vec<Self> {
        let plain = Self::plain(self.owner);
        let all = [
            Self {
                kind: plain.kind,
                ..*self
            },
            Self {
                upn: plain.upn,
                ..*self
            },
            Self {
                primary: plain.primary,
                ..*self
            },
            Self {
                alias: plain.alias,
                ..*self
            },
            Self {
                anchor: plain.anchor,
                ..*self
            },
            Self {
                synced: plain.synced,
                ..*self
            },
            Self {
                role: false,
                ..*self
            },
            Self {
                deleted: false,
                ..*self
            },
            Self {
                holds: plain.holds,
                ..*self
            },
            Self {
                mapped: false,
                ..*self
            },
        ];
        all.into_iter().filter(|one| one != self).collect()
    }

    /// The patterns that it shows, for the table of what was visited.
    pub fn patterns(&self) -> Vec<&'static str> {
        let mut all = Vec::new();
        let mut add = |shown: bool, word: &'static str| {
            if shown {
                all.push(word);
            }
        };
        let person = |of: u8| Some(of) == self.owner;
        add(self.owner.is_some(), "somebody's account");
        add(self.kind == Type::Guest, "guest");
        add(self.kind == Type::Group, "group");
        add(self.kind == Type::Contact, "contact");
        match self.upn {
            Of::Person(of) if person(of) => add(true, "UPN of the owner"),
            Of::Person(_) => add(true, "UPN of somebody else"),
            Of::Nobody => {}
        }
        match self.primary {
            Some(Of::Person(of)) if person(of) => add(true, "primary address of the owner"),
            Some(Of::Person(_)) => add(true, "primary address of somebody else"),
            Some(Of::Nobody) => add(true, "a primary address of its own"),
            None => {}
        }
        match self.alias {
            Some(of) if person(of) => add(true, "alias of the owner"),
            Some(_) => add(true, "alias of somebody else"),
            None => {}
        }
        match self.anchor {
            Anchor::Person(of) if person(of) => add(true, "anchor of the owner"),
            Anchor::Person(_) => add(true, "anchor of somebody else"),
            Anchor::Stale => add(true, "stale anchor"),
            Anchor::None => {}
        }
        add(self.synced == Synced::Yes, "synced");
        add(self.synced == Synced::Formerly, "formerly synced");
        add(self.role, "administrator");
        add(self.deleted, "in the recycle bin");
        add(
            self.owner.is_some() && !self.holds,
            "an own account that holds nothing",
        );
        add(
            self.owner.is_none() && self.holds,
            "nobody's, with a mailbox",
        );
        add(self.mapped, "mapped to another object");
        all
    }
}

impl Mess {
    /// In how many points it differs from a plain world.
    pub fn oddities(&self) -> usize {
        let people = self.people.iter().filter(|has| !**has).count();
        people + self.things.iter().map(Thing::oddities).sum::<usize>()
    }

    /// The same mess as any other that differs only in who is called what and which account comes
    /// first.
    #[must_use]
    pub fn canonical(&self) -> Self {
        let least = self.renamings().into_iter().next();
        least.unwrap_or_else(|| self.clone())
    }

    /// The same mess under every other naming of its people, itself among them, each once.
    pub fn renamings(&self) -> BTreeSet<Self> {
        let orders = enumerate::permutations(self.people.len());
        orders.iter().map(|order| self.renamed(order)).collect()
    }

    fn renamed(&self, order: &[u8]) -> Self {
        let of = |person: u8| order[usize::from(person)];
        let mut people = vec![true; self.people.len()];
        for (old, has) in self.people.iter().enumerate() {
            people[usize::from(order[old])] = *has;
        }
        let rename = |thing: &Thing| Thing {
            owner: thing.owner.map(of),
            upn: match thing.upn {
                Of::Person(person) => Of::Person(of(person)),
                Of::Nobody => Of::Nobody,
            },
            primary: thing.primary.map(|it| match it {
                Of::Person(person) => Of::Person(of(person)),
                Of::Nobody => Of::Nobody,
            }),
            alias: thing.alias.map(of),
            anchor: match thing.anchor {
                Anchor::Person(person) => Anchor::Person(of(person)),
                other => other,
            },
            ..*thing
        };
        let mut things: Vec<Thing> = self.things.iter().map(rename).collect();
        things.sort_unstable();
        Self { people, things }
    }

    /// Each mess that is less odd by one point, or has one object or one person's oddity less.
    pub fn simpler(&self) -> Vec<Self> {
        let mut all = Vec::new();
        for place in 0..self.things.len() {
            let mut without = self.clone();
            without.things.remove(place);
            all.push(without);
        }
        for (place, thing) in self.things.iter().enumerate() {
            for simple in thing.simpler() {
                let mut other = self.clone();
                other.things[place] = simple;
                all.push(other);
            }
        }
        for place in 0..self.people.len() {
            if !self.people[place] {
                let mut other = self.clone();
                other.people[place] = true;
                all.push(other);
            }
        }
        all.retain(Self::is_possible);
        all
    }

    /// How many objects show each pattern.
    pub fn patterns(&self) -> BTreeMap<&'static str, usize> {
        let mut all = BTreeMap::new();
        for thing in &self.things {
            for pattern in thing.patterns() {
                *all.entry(pattern).or_insert(0) += 1;
            }
        }
        if self.people.contains(&false) {
            all.insert("a person without a primary address", 1);
        }
        all
    }
}

/// A word for each person.
pub(crate) const PEOPLE: [&str; 4] = ["ann", "bob", "cyn", "dan"];

impl fmt::Display for Mess {
    /// What is odd, in one line.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, has) in self.people.iter().enumerate() {
            if !has {
                write!(formatter, "{} has no primary address; ", PEOPLE[place])?;
            }
        }
        for (place, thing) in self.things.iter().enumerate() {
            if place > 0 {
                formatter.write_str("; ")?;
            }
            write!(formatter, "{thing}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let person = |of: u8| PEOPLE[usize::from(of)];
        match self.owner {
            Some(owner) => write!(formatter, "{}'s account", person(owner))?,
            None => formatter.write_str("an account of nobody")?,
        }
        let mut facts: Vec<String> = Vec::new();
        match self.kind {
            Type::User => {}
            Type::Guest => facts.push("a guest".to_owned()),
            Type::Group => facts.push("a group".to_owned()),
            Type::Contact => facts.push("a contact".to_owned()),
        }
        if let Of::Person(of) = self.upn {
            facts.push(format!("UPN of {}", person(of)));
        }
        match self.primary {
            Some(Of::Person(of)) => facts.push(format!("primary address of {}", person(of))),
            Some(Of::Nobody) => facts.push("a primary address of its own".to_owned()),
            None => {}
        }
        if let Some(of) = self.alias {
            facts.push(format!("alias of {}", person(of)));
        }
        match self.anchor {
            Anchor::Person(of) => facts.push(format!("anchor of {}", person(of))),
            Anchor::Stale => facts.push("a stale anchor".to_owned()),
            Anchor::None => {}
        }
        match self.synced {
            Synced::Yes => facts.push("synced".to_owned()),
            Synced::Formerly => facts.push("formerly synced".to_owned()),
            Synced::Never => {}
        }
        let flags = [
            (self.role, "Global Administrator"),
            (self.deleted, "in the recycle bin"),
            (self.mapped, "mapped to another object"),
            (self.owner.is_none() && self.holds, "with a mailbox"),
            (self.owner.is_some() && !self.holds, "without a mailbox"),
        ];
        facts.extend(
            flags
                .iter()
                .filter(|(on, _)| *on)
                .map(|(_, word)| (*word).to_owned()),
        );
        if facts.is_empty() {
            return Ok(());
        }
        write!(formatter, " ({})", facts.join(", "))
    }
}
