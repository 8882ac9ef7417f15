//! Every index answers like a scan over all objects, however the tenant came to be.

use std::collections::BTreeSet;

use proptest::prelude::*;
use store::eq_fold;

use crate::address::{ProxyAddress, Upn, without_sip_prefix};
use crate::ids::CloudKey;
use crate::sync_object::{SecurityIdentifier, SyncObjectType};
use crate::tenant::{DirectoryObject, State, Tenant};
use crate::workbench::random::{ANCHORS, NAMES, SIDS, history};
use crate::workbench::{anchor, at};

fn scan(tenant: &Tenant, wanted: impl Fn(&DirectoryObject) -> bool) -> BTreeSet<CloudKey> {
    let all = tenant.objects().filter(|(_, object)| wanted(object));
    all.map(|(key, _)| key).collect()
}

fn check(tenant: &Tenant) {
    let live = |wanted: &dyn Fn(&DirectoryObject) -> bool| {
        scan(tenant, |object| object.is_live() && wanted(object))
    };
    for (key, object) in tenant.objects() {
        assert_eq!(tenant.find_by_id(object.id), Some(key));
    }
    check_anchors(tenant);
    let placeholders = tenant.objects().filter_map(|(_, object)| {
        let upn = object.user_principal_name.as_ref()?;
        Some(upn.as_str().to_owned())
    });
    for name in NAMES.map(at).into_iter().chain(placeholders) {
        let owners = live(&|object| {
            let upn = object.user_principal_name.as_ref().map(Upn::as_str);
            let mut listed = object.proxy_addresses.iter().filter(|it| it.is_smtp());
            let named = |text: &str| eq_fold(text, &name);
            upn.is_some_and(named)
                || object.mail.as_deref().is_some_and(named)
                || listed.any(|value| named(value.address()))
        });
        assert_eq!(
            tenant.owners_of(&name).collect::<BTreeSet<_>>(),
            owners,
            "{name}"
        );
        let callers = live(&|object| {
            let mut listed = object.proxy_addresses.iter().filter(|it| it.is_sip());
            let shadow = object.on_premises.shadow.as_deref();
            let own = shadow.and_then(|shadow| shadow.sip_address.as_ref());
            let own = own.is_some_and(|own| eq_fold(without_sip_prefix(own), &name));
            own || listed.any(|value: &ProxyAddress| eq_fold(value.address(), &name))
        });
        assert_eq!(
            tenant.owners_of_sip(&name).collect::<BTreeSet<_>>(),
            callers,
            "{name}"
        );
    }
    for sid in SIDS {
        let sid: SecurityIdentifier = sid.parse().expect("it is one");
        let found: BTreeSet<_> = tenant.find_by_security_identifier(&sid).collect();
        let stems = live(&|it| it.on_premises.security_identifier.as_ref() == Some(&sid));
        assert_eq!(found, stems);
    }
    let waiting = live(&|object| !object.on_premises.provisioning_errors.is_empty());
    assert!(tenant.quarantined().eq(waiting));
    let deleted = tenant
        .objects()
        .filter_map(|(key, object)| match object.state {
            State::SoftDeleted { at } => Some((at, key)),
            _ => None,
        });
    assert_eq!(
        tenant.deleted.iter().copied().collect::<BTreeSet<_>>(),
        deleted.collect()
    );
}

fn check_anchors(tenant: &Tenant) {
    use SyncObjectType::{Contact, Group, User};
    for (number, kind) in (1..=ANCHORS).flat_map(|n| [User, Group, Contact].map(|kind| (n, kind))) {
        let anchor = anchor(number);
        let found = tenant.find_by_anchor(&anchor, kind);
        let carries = scan(tenant, |object| {
            object.kind.sync_type() == kind
                && object.on_premises.immutable_id.as_ref() == Some(&anchor)
                && !matches!(object.state, State::Purged { .. })
        });
        assert_eq!(found.iter().copied().collect::<BTreeSet<_>>(), carries);
        let is_live = |key: &CloudKey| tenant.object(*key).is_some_and(|it| it.is_live());
        assert!(
            found.iter().is_sorted_by_key(|key| !is_live(key)),
            "live ones first"
        );
    }
}

/// Everything that changed after a count, each object once, told by the objects themselves.
fn check_changes(tenant: &Tenant, count: u64) {
    let changed = scan(tenant, |object| object.changed > count);
    let told: Vec<CloudKey> = tenant.changes_since(count).collect();
    assert_eq!(told.iter().copied().collect::<BTreeSet<_>>(), changed);
    assert_eq!(told.len(), changed.len(), "each once");
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn indexes_answer_like_a_scan((beginning, steps) in history(), fork_at in 0..16_usize) {
        let mut bench = beginning.workbench();
        check(&bench.tenant);
        let mut forks = Vec::new();
        for (place, step) in steps.iter().enumerate() {
            if place == fork_at {
                // From here on the original writes into overlays.
                forks.push((bench.tenant.clone(), bench.everything()));
            }
            let count = bench.tenant.change_count();
            bench.step(step);
            check(&bench.tenant);
            check_changes(&bench.tenant, count);
        }
        for (fork, objects) in forks {
            check(&fork);
            let after: Vec<_> = fork.objects().map(|(_, object)| (**object).clone()).collect();
            prop_assert_eq!(after, objects, "a fork stays as it was");
        }
        check_changes(&bench.tenant, 0);
    }
}
