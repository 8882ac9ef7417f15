//! The example tenant.

use crate::graph::{Part, load, write_part, written_parts};
use crate::profile::Profile;
use crate::tenant::{Kind, Tenant};

const FILES: [(Part, &str, usize); 8] = [
    (
        Part::Domains,
        include_str!("../../../../examples/lamplight/cloud/domains.json"),
        2,
    ),
    (
        Part::Organization,
        include_str!("../../../../examples/lamplight/cloud/organization.json"),
        1,
    ),
    (
        Part::Features,
        include_str!("../../../../examples/lamplight/cloud/features.json"),
        1,
    ),
    (
        Part::Users,
        include_str!("../../../../examples/lamplight/cloud/users.json"),
        830,
    ),
    (
        Part::Groups,
        include_str!("../../../../examples/lamplight/cloud/groups.json"),
        12,
    ),
    (
        Part::Contacts,
        include_str!("../../../../examples/lamplight/cloud/contacts.json"),
        8,
    ),
    (
        Part::Deleted,
        include_str!("../../../../examples/lamplight/cloud/deleted.json"),
        20,
    ),
    (
        Part::Roles,
        include_str!("../../../../examples/lamplight/cloud/roles.json"),
        10,
    ),
];

fn lamplight() -> Tenant {
    let mut tenant = Tenant::new("nobody.onmicrosoft.com", Profile::Entra2025);
    for (part, text, count) in FILES {
        assert_eq!(
            load(&mut tenant, part, text.as_bytes()),
            Ok(count),
            "{part:?}"
        );
    }
    tenant
}

#[test]
fn the_example_is_read_completely() {
    let tenant = lamplight();
    let count = |wanted: fn(Kind) -> bool, live: bool| {
        let all = tenant
            .objects()
            .filter(|(_, it)| wanted(it.kind) && it.is_live() == live);
        all.count()
    };
    assert_eq!(
        (count(Kind::is_user, true), count(Kind::is_user, false)),
        (830, 20)
    );
    assert_eq!(count(|kind| kind == Kind::Contact, true), 8);
    assert_eq!(&**tenant.domains.initial(), "lamplight.onmicrosoft.com");
    assert!(tenant.domains.is_verified("LAMPLIGHT.example"));
    assert_eq!(tenant.deletion_threshold, Some(500));
    let administrators = tenant.roles.iter().count();
    assert_eq!(administrators, 10);
    let deleted = tenant.find_by_id(
        "3f9e3f61-8599-5d63-a85a-40cf745ed0d2"
            .parse()
            .expect("an id"),
    );
    let deleted = deleted
        .and_then(|key| tenant.object(key))
        .expect("it is in the bin");
    assert_eq!(&*deleted.label(), "j.kaya@lamplight.example");
}

#[test]
fn the_example_survives_the_round_trip() {
    let tenant = lamplight();
    let mut again = Tenant::new("nobody.onmicrosoft.com", Profile::Entra2025);
    for part in written_parts() {
        let text = write_part(&tenant, part);
        load(&mut again, part, text.as_bytes()).expect("what was written can be read");
    }
    for part in Part::ALL {
        assert_eq!(
            write_part(&again, part),
            write_part(&tenant, part),
            "{part:?}"
        );
    }
}
