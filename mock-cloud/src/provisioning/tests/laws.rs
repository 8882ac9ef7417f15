//! What holds of every history, however the names collide.

use std::collections::BTreeMap;

use proptest::prelude::*;
use store::fold;

use crate::address::{ProxyAddress, Upn};
use crate::ids::CloudKey;
use crate::provisioning::{ErrorCode, Operation, Outcome};
use crate::sync_object::SyncObjectType;
use crate::tenant::{ConflictProperty, DirectoryObject};
use crate::workbench::Workbench;
use crate::workbench::random::{Step, history, sync_object};

/// The names that a live object owns, folded.
fn names(object: &DirectoryObject) -> Vec<String> {
    let upn = object.user_principal_name.as_ref().map(Upn::as_str);
    let listed = object.proxy_addresses.iter().filter(|it| it.is_smtp());
    let listed = listed.map(ProxyAddress::address);
    let all = upn.into_iter().chain(object.mail.as_deref()).chain(listed);
    all.map(|name| fold(name).to_string()).collect()
}

/// Who owns which name; no name has two owners.
fn owners(bench: &Workbench) -> BTreeMap<String, CloudKey> {
    let mut owners = BTreeMap::new();
    for (key, object) in bench.tenant.objects().filter(|(_, it)| it.is_live()) {
        for name in names(object) {
            let other = owners.insert(name.clone(), key);
            assert!(
                other.is_none_or(|other| other == key),
                "{name} is owned twice"
            );
        }
    }
    owners
}

fn no_anchor_is_carried_twice(bench: &Workbench) {
    let mut carried = BTreeMap::new();
    let live = bench
        .tenant
        .objects()
        .filter(|(_, object)| object.is_live());
    for (key, object) in live {
        if let Some(anchor) = &object.on_premises.immutable_id {
            let other = carried.insert((object.kind.sync_type(), anchor.clone()), key);
            assert_eq!(other, None, "{anchor} is carried twice");
        }
    }
}

/// What is withheld from an object is not among its addresses.
fn what_is_withheld_is_not_there(bench: &Workbench) {
    for (_, object) in bench.tenant.objects().filter(|(_, it)| it.is_live()) {
        for error in object.on_premises.provisioning_errors.iter() {
            let mut listed = object.proxy_addresses.iter();
            let listed = listed.any(|value| fold(value.as_str()) == fold(&error.value));
            let is_address = error.property == ConflictProperty::ProxyAddresses;
            assert!(
                !(is_address && listed),
                "{} is withheld and there",
                error.value
            );
        }
    }
}

/// An object without the marks that every export leaves.
fn unmarked(object: &DirectoryObject) -> DirectoryObject {
    let mut object = object.clone();
    object.on_premises.last_sync = None;
    object.changed = 0;
    object
}

fn run(bench: &mut Workbench, steps: &[Step], mut each: impl FnMut(&Workbench)) {
    for step in steps {
        let before = (bench.everything(), bench.tenant.roles.clone());
        let answer = bench.step(step);
        if answer.is_some_and(|answer| answer.result.is_err()) {
            let after = (bench.everything(), bench.tenant.roles.clone());
            assert!(before == after, "a refused export changes nothing");
        }
        each(bench);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Rules R3.2, R3.3, R3.5 and R3.7.
    #[test]
    fn names_and_anchors_stay_unique((beginning, steps) in history()) {
        let mut bench = beginning.workbench();
        owners(&bench);
        no_anchor_is_carried_twice(&bench);
        run(&mut bench, &steps, |bench| {
            owners(bench);
            no_anchor_is_carried_twice(bench);
            what_is_withheld_is_not_there(bench);
        });
    }

    /// Rule R3.8.
    #[test]
    fn healing_never_takes_from_others((beginning, steps) in history()) {
        let mut bench = beginning.workbench();
        run(&mut bench, &steps, |_| {});
        let (before, owned) = (bench.everything(), owners(&bench));
        let healed = bench.tenant.heal(bench.now, &mut bench.entropy);
        let touched: Vec<CloudKey> = healed.iter().map(|one| one.key).collect();
        for (key, object) in bench.tenant.objects() {
            if touched.contains(&key) {
                // What another owned, that one gave up in the same hour, for its own name.
                let others = names(object).into_iter().filter_map(|name| owned.get(&name));
                let gave_up = |owner: &CloudKey| *owner == key || touched.contains(owner);
                prop_assert!(others.into_iter().all(gave_up));
            } else {
                prop_assert_eq!(&**object, &before[key.0 as usize]);
            }
        }
        owners(&bench);
        // Names given up may free others: so many hours, and nothing is left to do.
        for _ in 0..before.len() {
            bench.tenant.heal(bench.now, &mut bench.entropy);
        }
        prop_assert_eq!(bench.tenant.heal(bench.now, &mut bench.entropy), []);
    }

    /// Rules R2.1, R2.14k and R3.6.
    #[test]
    fn sending_twice_is_sending_once((beginning, steps) in history(), sent in sync_object()) {
        let mut bench = beginning.workbench();
        run(&mut bench, &steps, |_| {});
        let first = bench.send(&sent);
        let before: Vec<_> = bench.everything().iter().map(unmarked).collect();
        let second = bench.send(&sent);
        match first.result {
            Ok(Outcome::Skipped) => prop_assert_eq!(second.result, Ok(Outcome::Skipped)),
            Ok(_) => {
                prop_assert_eq!(second.result, Ok(Outcome::Updated));
                prop_assert_eq!(second.key, first.key);
                prop_assert_eq!(second.withheld, first.withheld);
            }
            Err(mut error) => {
                let mut again = second.result.expect_err("it was refused before");
                // Every try has a tracking id of its own.
                (error.reference, again.reference) = (None, None);
                prop_assert_eq!(again, error);
            }
        }
        let after: Vec<_> = bench.everything().iter().map(unmarked).collect();
        prop_assert_eq!(after, before);
    }

    /// Rules R2.6, R2.27, R5.17 and R5.20; what may stand in the way are rules R2.7, R2.20 and
    /// R3.11d.
    #[test]
    fn a_deleted_user_comes_back_as_it_was((beginning, steps) in history(), sent in sync_object()) {
        let mut bench = beginning.workbench();
        run(&mut bench, &steps, |_| {});
        let first = bench.send(&sent);
        let skipped = matches!(first.result, Ok(Outcome::Skipped));
        let (Some(key), Ok(_), false) = (first.key, &first.result, skipped) else {
            return Ok(());
        };
        if sent.kind != SyncObjectType::User {
            return Ok(());
        }
        let (before, roles) = (bench.get(key).clone(), bench.tenant.roles.of(key));
        let delete = Operation::Delete(sent.kind, sent.source_anchor.clone());
        prop_assert_eq!(bench.provision(&delete).result, Ok(Outcome::Deleted));
        let gone = bench.get(key);
        prop_assert!(gone.is_soft_deleted());
        prop_assert_eq!(gone.on_premises.sync_enabled, Some(false));
        prop_assert_eq!(&gone.on_premises.immutable_id, &before.on_premises.immutable_id);
        let back = bench.send(&sent);
        match back.result {
            Ok(outcome) => {
                prop_assert_eq!((outcome, back.key), (Outcome::Restored, Some(key)));
                let after = bench.get(key);
                prop_assert!(after.is_live() && after.is_synced());
                prop_assert_eq!(after.id, before.id);
                prop_assert_eq!(&after.licences, &before.licences);
                prop_assert_eq!(&after.mailbox, &before.mailbox);
                prop_assert_eq!(bench.tenant.roles.of(key), roles);
            }
            Err(error) => prop_assert!(matches!(
                error.code,
                ErrorCode::InvalidHardMatch
                    | ErrorCode::AttributeUpdateNotAllowed
                    | ErrorCode::AttributeValueMustBeUnique
            )),
        }
    }

    #[test]
    fn equal_histories_give_equal_tenants((beginning, steps) in history()) {
        let [mut one, mut two] = [beginning.workbench(), beginning.workbench()];
        for step in &steps {
            prop_assert_eq!(one.step(step), two.step(step));
        }
        prop_assert_eq!(one.everything(), two.everything());
        prop_assert_eq!(one.entropy, two.entropy);
    }
}
