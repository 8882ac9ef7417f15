//! A mess as a scenario.

use mock_cloud::Profile;

use super::{Anchor, Mess, Of, PEOPLE, Synced, Thing, Type};
use crate::scenario::model::{
    self, AdObject, Attention, Check, CloudObject, CloudType, Expectation, Explore, Faults,
    InitialWorld, Interleave, Scenario,
};
use crate::scenario::{Name, Named, OneOrMany, Spanned};

fn name(text: impl Into<String>) -> Name {
    Spanned::derived(text.into())
}

fn upn(person: u8) -> String {
    format!("{}@contoso.com", PEOPLE[usize::from(person)])
}

fn address(person: u8) -> String {
    format!("{}.mail@contoso.com", PEOPLE[usize::from(person)])
}

/// What the object of this place is called.
fn called(place: usize, thing: &Thing) -> String {
    match thing.owner {
        Some(owner) => format!("{}-own", PEOPLE[usize::from(owner)]),
        None => format!("other-{}", place + 1),
    }
}

impl Mess {
    /// The mess as a scenario for a repair in a closed loop, with at most so many faults.
    pub fn scenario(&self, profile: Profile, faults: u32) -> Scenario {
        let converged = Spanned::derived(Expectation::Converged);
        Scenario {
            scenario: name(format!("A mess: {self}")),
            about: None,
            source: None,
            tags: Vec::new(),
            hazards: Vec::new(),
            world: self.world(profile),
            steps: Vec::new(),
            check: Check {
                always: Vec::new(),
                finally: vec![converged],
            },
            explore: Some(Explore {
                interleave: Interleave::Scheduler,
                procedure: Attention::ClosedLoop,
                faults: Faults {
                    at_most: faults,
                    kinds: Vec::new(),
                },
                ..Explore::default()
            }),
        }
    }

    fn world(&self, profile: Profile) -> InitialWorld {
        let mut world = InitialWorld {
            profile: Some(Spanned::derived(crate::run::model_profile(profile))),
            seed: 1,
            ..InitialWorld::default()
        };
        let staff = "OU=Staff".parse().ok().map(Spanned::derived);
        world.engine.scope.extend(staff.clone());
        let parking = "OU=NotSynced".parse().ok().map(Spanned::derived);
        world.ous.extend(parking);
        world.tenant = model::Tenant {
            initial_domain: Some(name("contoso.onmicrosoft.com")),
            verified: vec![name("contoso.com")],
            ..model::Tenant::default()
        };
        let people = self.people.iter().zip(0u8..);
        let ad = people.map(|(has_primary, person)| {
            let smtp = has_primary.then(|| name(address(person)));
            let object = AdObject {
                ou: staff.clone(),
                upn: Some(name(upn(person))),
                smtp: OneOrMany(smtp.into_iter().collect()),
                ..AdObject::default()
            };
            (name(PEOPLE[usize::from(person)]), Spanned::derived(object))
        });
        world.ad = Named(ad.collect());
        let things = self.things.iter().enumerate();
        let mut cloud: Vec<(Name, Spanned<CloudObject>)> = things
            .map(|(place, thing)| {
                (
                    name(called(place, thing)),
                    Spanned::derived(object(place, thing)),
                )
            })
            .collect();
        let administrator = CloudObject {
            upn: Some(name("root@contoso.onmicrosoft.com")),
            roles: vec![name("Global Administrator")],
            ..CloudObject::default()
        };
        cloud.push((name("root"), Spanned::derived(administrator)));
        world.cloud = Named(cloud);
        let things = self.things.iter().enumerate();
        let belongs = things.filter_map(|(place, thing)| {
            let owner = PEOPLE[usize::from(thing.owner?)];
            Some((name(owner), name(called(place, thing))))
        });
        world.belongs = Named(belongs.collect());
        world
    }
}

fn object(place: usize, thing: &Thing) -> CloudObject {
    let own = called(place, thing);
    let user = matches!(thing.kind, Type::User | Type::Guest);
    let upn = match thing.upn {
        Of::Person(person) => upn(person),
        Of::Nobody => format!("{own}@contoso.onmicrosoft.com"),
    };
    let mut smtp = Vec::new();
    match thing.primary {
        Some(Of::Person(person)) => smtp.push(name(format!("SMTP:{}", address(person)))),
        Some(Of::Nobody) => smtp.push(name(format!("SMTP:{own}@contoso.com"))),
        None => {}
    }
    smtp.extend(
        thing
            .alias
            .map(|person| name(format!("smtp:{}", address(person)))),
    );
    let (anchor_of, immutable_id) = match thing.anchor {
        Anchor::Person(person) => (Some(name(PEOPLE[usize::from(person)])), None),
        Anchor::Stale => (None, Some(name(stale(place)))),
        Anchor::None => (None, None),
    };
    CloudObject {
        kind: match thing.kind {
            Type::User | Type::Guest => CloudType::User,
            Type::Group => CloudType::Group,
            Type::Contact => CloudType::Contact,
        },
        guest: thing.kind == Type::Guest,
        upn: user.then(|| name(upn)),
        smtp: OneOrMany(smtp),
        anchor_of,
        immutable_id,
        synced: match thing.synced {
            Synced::Never => model::Synced::Never,
            Synced::Formerly => model::Synced::Formerly,
            Synced::Yes => model::Synced::Yes,
        },
        mailbox: thing.holds,
        licences: thing.holds.then(|| name("E3")).into_iter().collect(),
        roles: thing
            .role
            .then(|| name("Global Administrator"))
            .into_iter()
            .collect(),
        deleted: thing
            .deleted
            .then(|| "1d".parse().ok().map(Spanned::derived))
            .flatten(),
        on_premises_object_identifier: thing.mapped.then(|| name(mapped(place))),
        ..CloudObject::default()
    }
}

/// The anchor of an object that no forest has.
fn stale(place: usize) -> String {
    mock_cloud::SourceAnchor::from_guid_bytes([0xa0 + place as u8; 16]).to_string()
}

fn mapped(place: usize) -> String {
    uuid::Uuid::from_bytes([0xb0 + place as u8; 16]).to_string()
}
