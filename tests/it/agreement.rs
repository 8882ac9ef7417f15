//! Prediction and oracle agree: on lamplight, and on random small worlds.
//!
//! The oracle (`oracle.rs`) was written from the catalogue alone, scans linearly and knows no
//! World; the prediction is the World itself. Objects whose fate hangs on another object of the
//! same run have no verdict of their own and are left out; the oracle says which.

mod told;

use std::collections::BTreeMap;

use mock_cloud::Profile;
use proptest::prelude::*;
use sim::predict::{Prediction, predict};
use sim::snapshot::EngineMemory;

use crate::oracle::model::{AdPerson, CloudThing, Profile as Era, Tenant};
use crate::oracle::{lamplight, order, verdict};
use crate::small_worlds::{SmallWorld, small_worlds_of, world_of};
use told::Told;

pub(crate) fn profile(era: Era) -> Profile {
    era.name().parse().expect("the same names")
}

/// All objects on which the two do not agree.
fn disagreements(
    people: &[AdPerson],
    things: &[CloudThing],
    tenant: &Tenant,
    era: Era,
    established: bool,
    predicted: &[Prediction],
) -> Vec<String> {
    let skipped = order::order_dependent(people, things, tenant, era, established);
    let by_name: BTreeMap<&str, &Prediction> =
        predicted.iter().map(|one| (&*one.dn, one)).collect();
    let mut found = Vec::new();
    for (person, skipped) in people.iter().zip(skipped) {
        if skipped {
            continue;
        }
        let expected = Told::by_oracle(&verdict(person, things, tenant, era, established));
        let got = by_name
            .get(person.dn.as_str())
            .map(|one| Told::by_prediction(one));
        if got.as_ref() != Some(&expected) {
            found.push(format!(
                "{}\n  oracle     {expected:?}\n  prediction {got:?}",
                person.dn
            ));
        }
    }
    found
}

#[test]
fn on_lamplight_in_every_profile_with_either_engine() {
    let snapshot = crate::examples::lamplight();
    let (people, things, tenant) = lamplight::load(false);
    for era in Era::ALL {
        for (established, memory) in [
            (true, EngineMemory::Established),
            (false, EngineMemory::Fresh),
        ] {
            let report = predict(&snapshot.world(Some(profile(era)), memory), 1);
            assert_eq!(report.objects.len(), people.len());
            let found = disagreements(&people, &things, &tenant, era, established, &report.objects);
            assert!(found.is_empty(), "{}\n{}", era.name(), found.join("\n"));
        }
    }
}

#[test]
fn on_lamplight_with_the_tenants_own_flags() {
    let (people, things, tenant) = lamplight::load(true);
    let world = crate::examples::lamplight().world(None, EngineMemory::Established);
    let report = predict(&world, 1);
    let found = disagreements(
        &people,
        &things,
        &tenant,
        Era::Entra2026,
        true,
        &report.objects,
    );
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// As many cases as `PROPTEST_CASES` asks for, or enough for every run of the tests.
pub(crate) fn cases() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let usual = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let cases = if asked { usual.cases } else { 256 };
    ProptestConfig { cases, ..usual }
}

/// The engine and the oracle on one world.
fn agree(small: &SmallWorld) -> Result<(), TestCaseError> {
    let SmallWorld {
        people,
        things,
        tenant,
        era,
        established,
        ..
    } = small;
    let report = predict(&world_of(small), 1);
    let found = disagreements(people, things, tenant, *era, *established, &report.objects);
    prop_assert!(found.is_empty(), "{}\n{}", era.name(), found.join("\n"));
    Ok(())
}

/// `PROPTEST_CASES=1000000 cargo nextest run -p tests agreement::on_random_small_worlds` asks for a
/// million worlds of each profile.
mod on_random_small_worlds {
    use super::*;

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn of_dirsync_2013(small in small_worlds_of(Era::DirSync2013)) {
            agree(&small)?;
        }

        #[test]
        fn of_aadconnect_2017(small in small_worlds_of(Era::AadConnect2017)) {
            agree(&small)?;
        }

        #[test]
        fn of_entra_2025(small in small_worlds_of(Era::Entra2025)) {
            agree(&small)?;
        }

        #[test]
        fn of_entra_2026(small in small_worlds_of(Era::Entra2026)) {
            agree(&small)?;
        }
    }
}
