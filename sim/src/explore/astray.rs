//! Messes from which the planner once did harm or came to no end, each the least of its kind.

use mock_cloud::Profile;

use super::messes;
use crate::mess::{Anchor, Mess, Of, Synced, Thing};

const NOBODYS: Thing = Thing::plain(None);

const fn own(person: u8) -> Thing {
    Thing::plain(Some(person))
}

/// What comes of a mess in each profile: whether the planner takes it on.
fn taken_on(people: usize, things: &[Thing]) -> Vec<bool> {
    let mess = Mess {
        people: vec![true; people],
        things: things.to_vec(),
    };
    let taken = |profile| {
        let tally = messes(std::slice::from_ref(&mess), profile, 1, 50_000).expect("a world");
        assert_eq!(
            tally.word(),
            "converges",
            "{profile}: {mess}: {:#?}",
            tally.failures.first()
        );
        tally.refused.is_empty()
    };
    Profile::ALL.map(taken).to_vec()
}

#[test]
fn a_name_that_becomes_free_gives_nobody_a_wrong_account() {
    let anns = Thing {
        upn: Of::Person(0),
        anchor: Anchor::Person(1),
        deleted: true,
        ..own(0)
    };
    assert_eq!(taken_on(2, &[anns, own(1)]), [true; 4]);
    let lure = Thing {
        anchor: Anchor::Person(2),
        ..NOBODYS
    };
    let bobs = Thing {
        upn: Of::Person(2),
        anchor: Anchor::Person(0),
        synced: Synced::Yes,
        ..own(1)
    };
    assert_eq!(taken_on(3, &[lure, bobs, own(2)]), [true; 4]);
}

#[test]
fn an_account_synced_with_anothers_anchor_is_never_joined_to_its_object() {
    let name = Thing {
        upn: Of::Person(0),
        ..NOBODYS
    };
    let bobs = Thing {
        upn: Of::Person(0),
        anchor: Anchor::Person(0),
        synced: Synced::Yes,
        deleted: true,
        ..own(1)
    };
    let things = [name, own(0), bobs];
    assert_eq!(taken_on(2, &things), [false, false, true, true]);
}

#[test]
fn an_administrator_that_is_still_synced_is_joined_and_not_matched() {
    let synced = |thing| Thing {
        anchor: Anchor::Person(0),
        synced: Synced::Yes,
        role: true,
        deleted: true,
        ..thing
    };
    assert_eq!(taken_on(1, &[synced(own(0))]), [true; 4]);
    assert_eq!(taken_on(1, &[synced(NOBODYS)]), [true; 4]);
}

#[test]
fn a_mailbox_of_nobody_is_not_converted_while_the_engine_takes_it_over() {
    let nobodys = Thing {
        upn: Of::Person(1),
        primary: Some(Of::Person(1)),
        anchor: Anchor::Person(1),
        synced: Synced::Yes,
        deleted: true,
        holds: true,
        ..NOBODYS
    };
    let anns = Thing {
        upn: Of::Person(1),
        ..own(0)
    };
    assert_eq!(taken_on(2, &[nobodys, anns, own(1)]), [true; 4]);
}
