use std::collections::BTreeSet;

use mock_cloud::Profile;

use super::{Scope, all, sample};
use crate::run::{known, load};
use crate::scenario::expand;

fn scope(people: u8, cloud: u8, oddities: usize) -> Scope {
    Scope {
        people,
        cloud,
        oddities,
    }
}

#[test]
fn every_mess_is_met_once_and_is_its_own_canonical_form() {
    let messes = all(scope(2, 2, 2));
    let distinct: BTreeSet<_> = messes.iter().collect();
    assert_eq!(distinct.len(), messes.len());
    for mess in &messes {
        assert_eq!(*mess, mess.canonical(), "{mess}");
        assert!(mess.is_possible() && mess.oddities() <= 2, "{mess}");
    }
}

#[test]
fn a_larger_scope_holds_the_smaller_one() {
    let small: BTreeSet<_> = all(scope(2, 2, 1)).into_iter().collect();
    let large: BTreeSet<_> = all(scope(2, 2, 2)).into_iter().collect();
    assert!(small.is_subset(&large));
    assert!(small.len() < large.len());
}

#[test]
fn samples_follow_the_seed() {
    assert_eq!(sample(3, 3, 7, 20), sample(3, 3, 7, 20));
    assert_ne!(sample(3, 3, 7, 20), sample(3, 3, 8, 20));
    assert!(sample(3, 3, 7, 20).iter().all(super::Mess::is_possible));
}

#[test]
fn a_mess_can_be_written_as_a_scenario_and_read_again() {
    for mess in sample(2, 3, 1, 30) {
        let text = expand(&mess.scenario(Profile::Entra2025, 1));
        let read = load("mess.yaml", &text, &known());
        assert!(read.is_ok(), "{text}\n{read:?}");
    }
}
