//! Hard match and restore: rules R2.4 to R2.8, R2.20 to R2.23, R3.11d, R5.17 to R5.22.

use jiff::SignedDuration;

use crate::profile::Profile;
use crate::rule::RuleId;
use crate::sync_object::SyncObjectType::User;
use crate::tenant::administer::RestoreOptions;
use crate::tenant::{Role, State};
use crate::workbench::{Workbench, account, anchor, at, eras, line, person};

const RESTORED: &str = "restored : R2.4 R5.20 R2.24";

#[test]
fn an_anchor_that_an_administrator_set_matches_whatever_the_names() {
    let lines = eras(|bench| {
        let key = bench.add(account(1, "old.mira@INI").anchored(9));
        let answer = bench.send(&person(9, "mira"));
        assert_eq!(answer.key, Some(key));
        let taken = bench.get(key);
        assert_eq!(taken.on_premises.sync_enabled, Some(true));
        assert_eq!(bench.names(key), "mira@ | - | mira | {}");
        answer
    });
    assert_eq!(lines, ["hard : R2.4 R2.6 R2.24"; 4]);
}

#[test]
fn a_live_holder_of_the_anchor_comes_before_a_deleted_one() {
    let mut bench = Workbench::new(Profile::AadConnect2017);
    let mut deleted = account(1, "ann").anchored(9);
    deleted.state = State::SoftDeleted { at: bench.now };
    bench.add(deleted);
    let live = bench.add(account(2, "bea").anchored(9));
    let answer = bench.send(&person(9, "ann"));
    assert_eq!(line(&answer), "hard : R2.4 R2.6 R2.24");
    assert_eq!(answer.key, Some(live));
}

#[test]
fn anchors_differ_by_case() {
    let mut bench = Workbench::new(Profile::AadConnect2017);
    let mut found = account(1, "ann@INI");
    found.on_premises.immutable_id = Some(crate::SourceAnchor::from_text("ABC="));
    bench.add(found);
    let mut sent = person(9, "ann");
    sent.source_anchor = crate::SourceAnchor::from_text("abc=");
    assert!(line(&bench.send(&sent)).starts_with("created"));
}

/// Rules R5.17, R5.18 and R5.20.
#[test]
fn out_of_scope_and_back_is_the_same_account() {
    let lines = eras(|bench| {
        let ann = person(9, "ann").with(&["SMTP:ann"]);
        let key = bench.sync(&ann);
        bench.license(key);
        assert_eq!(line(&bench.delete(User, 9)), "deleted : R5.17");
        let gone = bench.get(key).clone();
        assert_eq!(gone.on_premises.sync_enabled, Some(false));
        assert_eq!(gone.on_premises.immutable_id, Some(anchor(9)));
        assert!(!gone.account_enabled && gone.is_soft_deleted());
        let shown = gone.graph_user_principal_name().unwrap_or_default();
        assert_eq!(*shown, format!("{}{}", gone.id.simple(), at("ann")));
        assert!(bench.tenant.owners_of(&at("ann")).next().is_none());
        bench.pass(SignedDuration::from_hours(24 * 5));
        let answer = bench.send(&ann);
        assert_eq!(answer.key, Some(key));
        let back = bench.get(key);
        assert_eq!(back.id, gone.id);
        assert_eq!(back.licences, gone.licences);
        assert!(back.is_synced() && back.account_enabled && back.is_live());
        answer
    });
    assert_eq!(lines, [RESTORED; 4]);
}

/// Rules R5.21 and R5.22.
#[test]
fn after_a_purge_or_thirty_days_it_is_somebody_new() {
    let created = "created : R2.4 R2.10 R2.9 R2.3";
    let purged = eras(|bench| {
        let key = bench.sync(&person(9, "ann"));
        bench.delete(User, 9);
        bench
            .tenant
            .purge_object(key, bench.now)
            .expect("it is in the bin");
        bench.send(&person(9, "ann"))
    });
    assert_eq!(purged[1..], [created; 3]);
    let too_late = eras(|bench| {
        bench.sync(&person(9, "ann"));
        bench.delete(User, 9);
        bench.pass(SignedDuration::from_hours(24 * 31));
        bench.send(&person(9, "ann"))
    });
    assert_eq!(too_late[1..], [created; 3]);
    let recreated = eras(|bench| {
        bench.sync(&person(9, "ann"));
        bench.delete(User, 9);
        bench.send(&person(8, "ann"))
    });
    assert_eq!(recreated[1..], [created; 3]);
}

#[test]
fn the_tenant_flag_blocks_what_is_not_synced() {
    let block = |bench: &mut Workbench| {
        bench
            .tenant
            .features
            .block_cloud_object_takeover_through_hard_match = true;
    };
    let blocked = format!(
        "error InvalidHardMatch sourceAnchor={} : R2.4 R2.7",
        anchor(9)
    );
    let cloud_only = eras(|bench| {
        block(bench);
        bench.add(account(1, "mira").anchored(9));
        let answer = bench.send(&person(9, "mira"));
        let error = answer.result.clone().expect_err("the flag is on");
        assert_eq!(
            error.message(),
            "Another cloud created object with the same source anchor already exists in Azure \
             Active Directory"
        );
        answer
    });
    assert_eq!(cloud_only, [&*blocked; 4]);
    let back_in_scope = eras(|bench| {
        bench.sync(&person(9, "mira"));
        bench.delete(User, 9);
        block(bench);
        bench.send(&person(9, "mira"))
    });
    assert_eq!(back_in_scope, [&*blocked; 4]);
    let restored_in_the_cloud = eras(|bench| {
        let key = bench.sync(&person(9, "mira"));
        bench.delete(User, 9);
        block(bench);
        let restored = bench
            .tenant
            .restore_object(key, &RestoreOptions::default(), bench.now);
        restored.expect("nobody took its names");
        assert_eq!(bench.get(key).on_premises.sync_enabled, Some(false));
        bench.send(&person(9, "mira"))
    });
    assert_eq!(restored_in_the_cloud, [&*blocked; 4]);
}

/// Rule R2.8; R2.7 speaks of accounts whose DirSyncEnabled is not true, so one that was deleted in
/// the cloud while it was synced (rule R5.25) comes back in spite of the flag.
#[test]
fn the_tenant_flag_leaves_synced_accounts_alone() {
    let updated = eras(|bench| {
        bench.sync(&person(9, "mira"));
        bench
            .tenant
            .features
            .block_cloud_object_takeover_through_hard_match = true;
        bench.send(&person(9, "mira.k"))
    });
    assert_eq!(updated, ["updated : R2.1"; 4]);
    let restored = eras(|bench| {
        let key = bench.sync(&person(9, "mira"));
        bench
            .tenant
            .features
            .block_cloud_object_takeover_through_hard_match = true;
        bench
            .tenant
            .delete_object(key, bench.now)
            .expect("it is live");
        assert_eq!(bench.get(key).on_premises.sync_enabled, Some(true));
        bench.send(&person(9, "mira"))
    });
    assert_eq!(restored, [RESTORED; 4]);
}

#[test]
fn hardening_refuses_privileged_accounts() {
    let blocked = format!(
        "error InvalidHardMatch sourceAnchor={} : R2.4 R2.20",
        anchor(9)
    );
    let holds = eras(|bench| {
        let key = bench.add(account(1, "mira").anchored(9));
        bench.promote(key);
        bench.send(&person(9, "mira"))
    });
    let taken = "hard : R2.4 R2.6 R2.24";
    assert_eq!(holds, [taken, taken, taken, &blocked]);
    let eligible = eras(|bench| {
        let key = bench.add(account(1, "mira").anchored(9));
        bench
            .tenant
            .roles
            .make_eligible(key, Role("User Administrator".into()));
        bench.send(&person(9, "mira"))
    });
    assert_eq!(eligible, holds);
    let deleted = eras(|bench| {
        let key = bench.sync(&person(9, "mira"));
        bench.promote(key);
        bench.delete(User, 9);
        bench.send(&person(9, "mira"))
    });
    assert_eq!(deleted, [RESTORED, RESTORED, RESTORED, &blocked]);
}

#[test]
fn hardening_refuses_what_is_mapped_elsewhere() {
    let mapped = |bench: &mut Workbench| {
        let mut mapped = account(1, "mira").anchored(9);
        mapped.on_premises.object_identifier = Some([8; 16]);
        bench.add(mapped)
    };
    let sent = "09090909-0909-0909-0909-090909090909";
    let refused =
        format!("error AttributeUpdateNotAllowed onPremisesObjectIdentifier={sent} : R2.4 R2.21");
    let lines = eras(|bench| {
        mapped(bench);
        bench.send(&person(9, "mira"))
    });
    let taken = "hard : R2.4 R2.6 R2.24";
    assert_eq!(lines, [taken, taken, taken, &refused]);

    let mut bench = Workbench::new(Profile::Entra2026);
    let key = mapped(&mut bench);
    let error = bench
        .send(&person(9, "mira"))
        .result
        .expect_err("it is mapped");
    assert_eq!(
        error.message(),
        "Hard match operation blocked due to security hardening. Review \
         OnPremisesObjectIdentifier mapping."
    );
    bench
        .tenant
        .features
        .allow_on_prem_update_of_on_premises_object_identifier = true;
    let mut fork = Workbench::new(Profile::Entra2026);
    fork.tenant = bench.tenant.clone();
    assert_eq!(
        line(&fork.send(&person(9, "mira"))),
        "hard : R2.4 R2.22 R2.6 R2.24"
    );
    bench
        .tenant
        .features
        .allow_on_prem_update_of_on_premises_object_identifier = false;
    bench
        .tenant
        .clear_object_identifier(key)
        .expect("it is live");
    assert_eq!(line(&bench.send(&person(9, "mira"))), taken);
    assert_eq!(bench.get(key).on_premises.object_identifier, Some([9; 16]));
}

/// Rule R2.21, the reading of Microsoft Japan, and rule R2.20's note on the ordinary restore.
#[test]
fn whether_an_equal_identifier_blocks_is_a_switch() {
    let mut bench = Workbench::new(Profile::Entra2026);
    bench.sync(&person(9, "mira"));
    bench.delete(User, 9);
    let mut strict = Workbench::new(Profile::Entra2026);
    strict.tenant = bench.tenant.clone();
    strict.tenant.policy.object_identifier_must_be_empty = true;
    assert_eq!(line(&bench.send(&person(9, "mira"))), RESTORED);
    let answer = strict.send(&person(9, "mira"));
    assert_eq!(answer.why.last().map(|why| why.rule), Some(RuleId::R2_21));
    assert!(answer.result.is_err());
}

/// Rule R2.23.
#[test]
fn hardening_leaves_soft_matches_and_updates_alone() {
    let mut bench = Workbench::new(Profile::Entra2026);
    let mut mapped = account(1, "mira");
    mapped.on_premises.object_identifier = Some([8; 16]);
    bench.add(mapped);
    let answer = bench.send(&person(9, "mira"));
    assert_eq!(line(&answer), "soft-upn : R2.4 R2.10 R2.13 R2.24");
    let key = answer.key.expect("it was matched");
    bench.promote(key);
    assert_eq!(line(&bench.send(&person(9, "mira.k"))), "updated : R2.1");
}

/// Rule R3.11d.
#[test]
fn names_taken_meanwhile_keep_an_account_in_the_bin() {
    let lines = eras(|bench| {
        let key = bench.sync(&person(9, "ann").with(&["SMTP:ann", "smtp:anna"]));
        bench.delete(User, 9);
        let usurper = bench.add(account(2, "bea").with(&["SMTP:ANNA"]));
        let before = bench.everything();
        let answer = bench.send(&person(9, "ann").with(&["SMTP:ann", "smtp:anna"]));
        assert_eq!(answer.key, Some(key));
        let error = answer.result.clone().expect_err("the alias is taken");
        assert_eq!(error.in_conflict_with, Some(usurper));
        assert_eq!(
            error.message(),
            "Unable to update this object because the following attributes associated with this \
             object have values that may already be associated with another object in your local \
             directory services: [ProxyAddresses smtp:anna@lamplight.example;]. Correct or remove \
             the duplicate values in your local directory. Please refer to \
             https://support.microsoft.com/kb/2647098 for more information on identifying objects \
             with duplicate attribute values."
        );
        assert_eq!(bench.everything(), before);
        answer
    });
    let refused = "error AttributeValueMustBeUnique ProxyAddresses=smtp:anna@ : R2.4 R5.20 R3.11d";
    assert_eq!(lines, [refused; 4]);
    let upn_and_mail = eras(|bench| {
        let mut gone = account(1, "ann").anchored(9);
        gone.mail = Some(at("mail").into());
        gone.state = State::SoftDeleted { at: bench.now };
        bench.add(gone);
        bench.add(account(2, "ann").with(&["SMTP:mail"]));
        bench.send(&person(9, "ann"))
    });
    let refused = "error AttributeValueMustBeUnique UserPrincipalName=ann@ \
                   ProxyAddresses=SMTP:mail@ : R2.4 R5.20 R3.11d";
    assert_eq!(upn_and_mail, [refused; 4]);
}
