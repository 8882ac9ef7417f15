//! What an administrator may do, and what is answered otherwise (catalogue section 7.1).

use jiff::{SignedDuration, Timestamp};

use crate::address::ProxyAddress;
use crate::profile::Profile;
use crate::rule::RuleId;
use crate::sync_object::SyncObjectType::User;
use crate::tenant::administer::{ObjectUpdate, RestoreOptions};
use crate::tenant::{FEATURES, Refusal, Role, State};
use crate::workbench::{Workbench, account, anchor, at, group, list, person};

const MASTERED: &str = "Unable to update the specified properties for on-premises mastered \
     Directory Sync objects or objects currently undergoing migration.";

fn bench() -> Workbench {
    Workbench::new(Profile::Entra2025)
}

/// What is refused, and that nothing changed.
fn refused<T: std::fmt::Debug>(
    bench: &mut Workbench,
    act: impl FnOnce(&mut Workbench) -> Result<T, Refusal>,
) -> Refusal {
    let before = bench.everything();
    let refusal = act(bench).expect_err("it has to be refused");
    assert_eq!(bench.everything(), before, "a refusal changes nothing");
    assert!(!refusal.hint.is_empty());
    refusal
}

fn upn(name: &str) -> ObjectUpdate {
    ObjectUpdate {
        user_principal_name: Some(at(name).into()),
        ..ObjectUpdate::default()
    }
}

#[test]
fn an_anchor_is_set_changed_and_cleared_on_a_cloud_user() {
    let mut bench = bench();
    let key = bench.add(account(1, "ann"));
    for value in [Some(9), Some(9), Some(8), None] {
        let result = bench.tenant.set_immutable_id(key, value.map(anchor));
        assert_eq!(result, Ok(()));
        assert_eq!(bench.get(key).on_premises.immutable_id, value.map(anchor));
    }
}

#[test]
fn an_anchor_is_not_set_on_what_active_directory_masters() {
    let mut bench = bench();
    let synced = bench.sync(&person(9, "ann"));
    let refusal = refused(&mut bench, |it| it.tenant.set_immutable_id(synced, None));
    assert_eq!((refusal.status, refusal.code), (400, "Request_BadRequest"));
    assert_eq!(refusal.message, MASTERED);
    let group = bench.add(list(1, &["SMTP:crew"]));
    let refusal = refused(&mut bench, |it| it.tenant.set_immutable_id(group, None));
    assert_eq!(refusal.rule, Some(RuleId::R1_13));
}

#[test]
fn an_anchor_has_one_holder() {
    let mut bench = bench();
    let holder = bench.add(account(1, "ann").anchored(9));
    let key = bench.add(account(2, "bea"));
    let set = |it: &mut Workbench| it.tenant.set_immutable_id(key, Some(anchor(9)));
    let refusal = refused(&mut bench, set);
    assert_eq!(
        refusal.message,
        "Another object with the same value for property onPremisesImmutableId already exists."
    );
    assert_eq!(refusal.rule, Some(RuleId::R2_4));
    assert!(refusal.hint.contains("ann@"));
    bench
        .tenant
        .delete_object(holder, bench.now)
        .expect("it is live");
    assert!(refused(&mut bench, set).hint.contains("recycle bin"));
    bench.tenant.policy.immutable_id_ignores_recycle_bin = true;
    assert_eq!(set(&mut bench), Ok(()));
    // Wrong order W4: the deleted holder can't come back beside the new one.
    let restore = |it: &mut Workbench| {
        let options = RestoreOptions::default();
        it.tenant.restore_object(holder, &options, it.now)
    };
    assert_eq!(refused(&mut bench, restore).rule, Some(RuleId::R2_4));
    let create = |it: &mut Workbench| it.tenant.create_object(account(3, "c").anchored(9));
    assert_eq!(refused(&mut bench, create).rule, Some(RuleId::R2_4));
}

#[test]
fn an_anchor_of_a_formerly_synced_user_is_a_switch() {
    let mut bench = bench();
    let mut formerly = account(1, "ann").anchored(9);
    formerly.on_premises.sync_enabled = Some(false);
    let key = bench.add(formerly);
    let set = |it: &mut Workbench| it.tenant.set_immutable_id(key, Some(anchor(8)));
    bench.tenant.policy.allow_id_change_when_sync_enabled_false = false;
    let refusal = refused(&mut bench, set);
    assert!(
        refusal
            .message
            .ends_with("that have originated within an external service.")
    );
    bench.tenant.policy.allow_id_change_when_sync_enabled_false = true;
    assert_eq!(set(&mut bench), Ok(()));
}

#[test]
fn an_anchor_is_not_set_on_a_federated_upn_nor_with_reserved_characters() {
    let mut bench = bench();
    let key = bench.add(account(1, "ann@fed.lamplight.example"));
    let refusal = refused(&mut bench, |it| {
        it.tenant.set_immutable_id(key, Some(anchor(9)))
    });
    assert!(refusal.message.contains("FederatedUser.SourceAnchor"));
    assert!(refusal.hint.contains("@lamplight.onmicrosoft.com"));
    bench
        .tenant
        .update_object(key, &upn("ann@INI"))
        .expect("it is verified");
    for text in ["a$b", "a_b"] {
        let anchor = crate::SourceAnchor::from_text(text);
        refused(&mut bench, |it| {
            it.tenant.set_immutable_id(key, Some(anchor))
        });
    }
    assert_eq!(bench.tenant.set_immutable_id(key, Some(anchor(9))), Ok(()));
}

#[test]
fn deleting_purging_and_restoring_work_once() {
    let mut bench = bench();
    let key = bench.add(account(1, "ann"));
    let not_found = |refusal: Refusal| {
        assert_eq!(
            (refusal.status, refusal.code),
            (404, "Request_ResourceNotFound")
        );
        assert!(
            refusal.message.starts_with("Resource '01010101-"),
            "{refusal}"
        );
    };
    let restore = |it: &mut Workbench| {
        let options = RestoreOptions::default();
        it.tenant.restore_object(key, &options, it.now)
    };
    let delete = |it: &mut Workbench| it.tenant.delete_object(key, it.now);
    let purge = |it: &mut Workbench| it.tenant.purge_object(key, it.now);
    not_found(refused(&mut bench, purge));
    not_found(refused(&mut bench, restore));
    assert_eq!(delete(&mut bench), Ok(()));
    not_found(refused(&mut bench, delete));
    assert_eq!(restore(&mut bench), Ok(()));
    assert!(bench.get(key).is_live() && bench.get(key).account_enabled);
    assert_eq!(delete(&mut bench), Ok(()));
    bench
        .tenant
        .roles
        .assign(key, Role("Reports Reader".into()));
    assert_eq!(purge(&mut bench), Ok(()));
    assert!(bench.tenant.roles.of(key).is_empty());
    not_found(refused(&mut bench, purge));
    not_found(refused(&mut bench, restore));
    not_found(refused(&mut bench, delete));
}

#[test]
fn the_recycle_bin_keeps_for_thirty_days() {
    let mut bench = bench();
    let key = bench.add(account(1, "ann"));
    bench
        .tenant
        .delete_object(key, bench.now)
        .expect("it is live");
    let due = bench.now + SignedDuration::from_hours(24 * 30);
    assert_eq!(bench.tenant.next_expiry(), Some(due));
    let early = due - SignedDuration::from_secs(1);
    assert_eq!(bench.tenant.expire_recycle_bin(early), []);
    bench.now = due + SignedDuration::from_secs(1);
    let refusal = refused(&mut bench, |it| {
        let options = RestoreOptions::default();
        it.tenant.restore_object(key, &options, it.now)
    });
    assert_eq!(refusal.rule, Some(RuleId::R5_21));
    assert_eq!(bench.tenant.expire_recycle_bin(due), [key]);
    assert!(matches!(bench.get(key).state, State::Purged { .. }));
    assert_eq!(bench.tenant.next_expiry(), None);
}

#[test]
fn the_end_of_time_is_no_trap() {
    let mut bench = bench();
    let mut object = account(1, "ann");
    object.state = State::SoftDeleted { at: Timestamp::MAX };
    let key = bench.add(object);
    assert_eq!(bench.tenant.next_expiry(), Some(Timestamp::MAX));
    let options = RestoreOptions::default();
    let result = bench.tenant.restore_object(key, &options, Timestamp::MAX);
    assert_eq!(result, Ok(()));
    assert_eq!(bench.tenant.expire_recycle_bin(Timestamp::MIN), []);
}

#[test]
fn a_restore_needs_free_names() {
    let mut bench = bench();
    let key = bench.add(account(1, "ann").with(&["SMTP:ann", "smtp:a"]));
    bench
        .tenant
        .delete_object(key, bench.now)
        .expect("it is live");
    bench.add(account(2, "ann").with(&["SMTP:x", "smtp:A"]));
    let restore = |it: &mut Workbench, upn: Option<&str>, reconcile: bool| {
        let options = RestoreOptions {
            new_user_principal_name: upn.map(|upn| at(upn).into()),
            auto_reconcile_proxy_conflicts: reconcile,
        };
        it.tenant.restore_object(key, &options, it.now)
    };
    let refusal = refused(&mut bench, |it| restore(it, None, true));
    assert_eq!(
        refusal.message,
        "Restore-MsolUser : The specified user account cannot be restored because of the following \
         error: Error Type UserPrincipalName"
    );
    let refusal = refused(&mut bench, |it| restore(it, Some("a.new"), false));
    assert!(refusal.message.ends_with("Error Type proxyAddress"));
    refused(&mut bench, |it| {
        restore(it, Some("a@nowhere.example"), true)
    });
    assert_eq!(restore(&mut bench, Some("a.new"), true), Ok(()));
    // The address that the other's UPN owns is taken, too.
    assert_eq!(bench.names(key), "a.new@ | - | - | {}");
}

#[test]
fn synced_objects_are_changed_in_active_directory() {
    let mut bench = bench();
    let key = bench.sync(&person(9, "ann"));
    let update = ObjectUpdate {
        display_name: Some("Ann".into()),
        ..ObjectUpdate::default()
    };
    let refusal = refused(&mut bench, |it| it.tenant.update_object(key, &update));
    assert_eq!(refusal.message, MASTERED);
    let mut allowed = upn("ann@INI");
    allowed.usage_location = Some("NL".into());
    assert_eq!(bench.tenant.update_object(key, &allowed), Ok(()));
    assert_eq!(bench.get(key).usage_location.as_deref(), Some("NL"));
    assert!(bench.names(key).starts_with("ann@INI"));
}

#[test]
fn names_of_others_are_refused() {
    let mut bench = bench();
    let key = bench.add(account(1, "ann"));
    bench.add(account(2, "bea").with(&["SMTP:b"]));
    let taken = |property: &str| {
        format!("Another object with the same value for property {property} already exists.")
    };
    let refusal = refused(&mut bench, |it| it.tenant.update_object(key, &upn("B")));
    assert_eq!(refusal.message, taken("userPrincipalName"));
    let addresses = ObjectUpdate {
        proxy_addresses: Some(vec![ProxyAddress::alias(&at("BEA"))]),
        ..ObjectUpdate::default()
    };
    let refusal = refused(&mut bench, |it| it.tenant.update_object(key, &addresses));
    assert_eq!(refusal.message, taken("proxyAddresses"));
    let mail = ObjectUpdate {
        mail: Some(at("b").into()),
        ..ObjectUpdate::default()
    };
    let refusal = refused(&mut bench, |it| it.tenant.update_object(key, &mail));
    assert_eq!(refusal.message, taken("mail"));
    refused(&mut bench, |it| {
        it.tenant.update_object(key, &upn("a@nowhere.example"))
    });
    refused(&mut bench, |it| it.tenant.create_object(account(3, "BEA")));
    let twice = refused(&mut bench, |it| it.tenant.create_object(account(1, "new")));
    assert_eq!(twice.message, taken("id"));
}

/// A tenant that was read may hold what no administrator could make; it can still be edited.
#[test]
fn names_that_were_double_before_do_not_block_other_edits() {
    let mut bench = bench();
    let key = bench.add(account(1, "ann"));
    bench.add(account(2, "bea").with(&["SMTP:ann"]));
    let update = ObjectUpdate {
        display_name: Some("Ann".into()),
        mail_nickname: Some("ann".into()),
        account_enabled: Some(false),
        ..ObjectUpdate::default()
    };
    assert_eq!(bench.tenant.update_object(key, &update), Ok(()));
    let after = bench.get(key);
    assert_eq!(after.display_name.as_deref(), Some("Ann"));
    assert_eq!(
        (after.mail_nickname.as_deref(), after.account_enabled),
        (Some("ann"), false)
    );
}

#[test]
fn licences_are_for_users_and_taken_only_where_held() {
    let mut bench = bench();
    let crew = bench.add(list(1, &["SMTP:crew"]));
    let key = bench.sync(&person(9, "ann"));
    refused(&mut bench, |it| {
        it.tenant.assign_licence(crew, "E1".into(), &mut it.entropy)
    });
    refused(&mut bench, |it| it.tenant.remove_licence(key, "E1"));
    bench.license(key);
    let once = bench.everything();
    bench.license(key);
    assert_eq!(bench.everything(), once);
    let second = bench
        .tenant
        .assign_licence(key, "E1".into(), &mut bench.entropy);
    assert_eq!(second, Ok(()));
    bench.tenant.remove_licence(key, "E1").expect("it is held");
    // One licence is left, and with it the addresses.
    assert_eq!(
        bench.names(key),
        "ann@ | ann@ | ann | {SMTP:ann@ smtp:ann@INI}"
    );
}

#[test]
fn roles_come_and_go() {
    let mut bench = bench();
    let key = bench.add(account(1, "ann"));
    let role = Role("Global Administrator".into());
    let remove = |it: &mut Workbench| it.tenant.remove_role(key, &role);
    assert_eq!(refused(&mut bench, remove).status, 404);
    bench.promote(key);
    let roles = &bench.tenant.roles;
    assert!(roles.is_administrator(key) && roles.is_privileged_or_eligible(key));
    assert_eq!(
        (roles.held(key), roles.holders(&role).count()),
        (vec![role.clone()], 1)
    );
    assert_eq!(remove(&mut bench), Ok(()));
    bench.tenant.roles.make_eligible(key, role.clone());
    let roles = &bench.tenant.roles;
    assert!(!roles.is_administrator(key) && roles.is_privileged_or_eligible(key));
    assert_eq!(remove(&mut bench), Ok(()));
    assert!(!bench.tenant.roles.is_privileged_or_eligible(key));
}

/// Rule R2.35.
#[test]
fn some_features_stay_on() {
    let mut bench = Workbench::new(Profile::DirSync2013);
    for feature in FEATURES {
        assert_eq!(bench.tenant.set_feature(feature, true), Ok(()));
        let result = bench.tenant.set_feature(feature, false);
        assert_eq!(result.is_err(), feature.one_way, "{}", feature.name);
        if let Err(refusal) = result {
            assert_eq!(refusal.rule, Some(RuleId::R2_35));
        }
        assert_eq!((feature.get)(&bench.tenant.features), feature.one_way);
    }
    let one_way = FEATURES.iter().filter(|feature| feature.one_way).count();
    assert_eq!(one_way, 4);
}

/// Rule R2.30.
#[test]
fn only_synced_users_become_cloud_managed() {
    let mut bench = bench();
    let cloud_only = bench.add(account(1, "ann"));
    let crew = bench.sync(&group(8, &["SMTP:crew"]));
    let key = bench.sync(&person(9, "bea"));
    for other in [cloud_only, crew] {
        refused(&mut bench, |it| it.tenant.set_cloud_managed(other, true));
    }
    for managed in [true, true, false] {
        assert_eq!(bench.tenant.set_cloud_managed(key, managed), Ok(()));
        let facts = &bench.get(key).on_premises;
        assert_eq!((facts.sync_enabled, facts.cloud_managed), (None, managed));
    }
}

/// Rules R5.17 and R5.19 for what an administrator deletes.
#[test]
fn what_is_recoverable_depends_on_the_type() {
    let mut bench = bench();
    let crew = bench.add(list(1, &["SMTP:crew"]));
    let team = crate::workbench::thing(2, crate::tenant::Kind::Microsoft365Group);
    let team = bench.add(team);
    let key = bench.sync(&person(9, "ann"));
    for deleted in [crew, team, key] {
        bench
            .tenant
            .delete_object(deleted, bench.now)
            .expect("it is live");
    }
    assert!(matches!(bench.get(crew).state, State::Purged { .. }));
    assert!(bench.get(team).is_soft_deleted() && bench.get(key).is_soft_deleted());
    // Deleting in the cloud leaves the account synced (rule R5.25).
    assert!(bench.get(key).is_synced());
    assert_eq!(bench.tenant.find_by_anchor(&anchor(9), User), [key]);
}
