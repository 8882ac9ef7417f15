//! What is written can be read, and is then the same in everything that is written.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use store::Text;

use crate::graph::{Part, load, write_part, written_parts};
use crate::profile::Profile;
use crate::sync_object::{OnPremisesPlace, Property, SyncObject};
use crate::tenant::{DirectoryObject, OnPremises, Tenant};
use crate::workbench::random::{history, sync_object};

/// What Graph shows of an object; the anchors of groups and contacts are not in it, and neither is
/// what only this tenant remembers.
fn shown(object: &DirectoryObject) -> DirectoryObject {
    let facts = object.on_premises.clone();
    let shadow = facts.shadow.as_deref();
    let dn = shadow.map(|shadow| Text::from(shadow.distinguished_name.to_string()));
    let upn = object.user_principal_name.as_ref();
    DirectoryObject {
        // Names compare without regard to case; here every letter counts.
        display_name: object
            .display_name
            .clone()
            .or_else(|| upn.map(|upn| upn.text().clone())),
        was_recipient: !object.licences.is_empty(),
        mailbox: None,
        members: [].into(),
        changed: 0,
        account_enabled: object.account_enabled || !object.kind.is_user(),
        on_premises: OnPremises {
            immutable_id: facts.immutable_id.filter(|_| object.kind.is_user()),
            distinguished_name: facts.distinguished_name.or(dn.map(Arc::new)),
            shadow: None,
            admin_role_conflict: false,
            created_in_run: None,
            ..facts
        },
        ..object.clone()
    }
}

/// Without what no export says: whose password an account has.
fn without_password(mut object: DirectoryObject) -> DirectoryObject {
    if object.extras().password_is_on_premises {
        object.change_extras(|extras| extras.password_is_on_premises = false);
    }
    object
}

fn all_shown(tenant: &Tenant) -> Vec<DirectoryObject> {
    let there = tenant
        .objects()
        .filter(|(_, it)| it.is_live() || it.is_soft_deleted());
    let mut all: Vec<_> = there
        .map(|(_, object)| without_password(shown(object)))
        .collect();
    all.sort_by_key(|object| object.id);
    all
}

fn check(tenant: &Tenant) {
    let mut read = Tenant::new("nobody.onmicrosoft.com", Profile::AadConnect2017);
    for part in written_parts() {
        let text = write_part(tenant, part);
        load(&mut read, part, text.as_bytes()).expect("what was written can be read");
    }
    for (was, is) in all_shown(tenant).iter().zip(all_shown(&read)) {
        assert_eq!(*was, is);
    }
    assert_eq!(all_shown(tenant).len(), all_shown(&read).len());
    assert_eq!(read.features, tenant.features);
    assert_eq!(read.deletion_threshold, tenant.deletion_threshold);
    assert_eq!(read.domains, tenant.domains);
    for part in Part::ALL {
        assert_eq!(
            write_part(&read, part),
            write_part(tenant, part),
            "{part:?}"
        );
    }
}

/// What may stand in a text attribute: anything but nothing.
fn texts() -> impl Strategy<Value = Vec<Option<String>>> {
    let count = Property::all().count();
    vec(proptest::option::weighted(0.3, ".{1,6}"), count)
}

fn detailed(mut sent: SyncObject, texts: Vec<Option<String>>) -> SyncObject {
    // Graph has no property for what Active Directory keeps in `c` and in `info`.
    let all = Property::all()
        .zip(texts)
        .filter(|(property, _)| !matches!(property.name(), "c" | "info"));
    let all = all.filter_map(|(property, text)| Some((property, Text::from(text?))));
    sent.properties = all.collect();
    sent.sam_account_name = Some("sam".into());
    sent.distinguished_name.place = Arc::new(OnPremisesPlace {
        attribute: "CN".into(),
        parent: "DC=example,DC=test".into(),
        domain_name: "example.test".into(),
        net_bios_name: "EXAMPLE".into(),
    });
    sent.distinguished_name.name = "Ann".into();
    sent
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_undoes_writing(
        (beginning, steps) in history(), sent in sync_object(), texts in texts(),
    ) {
        let mut bench = beginning.workbench();
        for step in &steps {
            bench.step(step);
        }
        bench.send(&detailed(sent, texts));
        check(&bench.tenant);
    }
}
