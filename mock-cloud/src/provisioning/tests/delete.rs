//! Exported deletions: rules R5.17, R5.19, R5.24, R5.25 and table 2.9.

use crate::sync_object::SyncObjectType::{Contact, Group, User};
use crate::tenant::State;
use crate::tenant::administer::RestoreOptions;
use crate::workbench::{account, contact, eras, group, line, person};

#[test]
fn what_is_not_there_cannot_be_deleted() {
    let lines = eras(|bench| {
        bench.sync(&person(8, "ann"));
        let before = bench.everything();
        let answer = bench.delete(User, 9);
        assert_eq!(bench.everything(), before);
        assert_eq!(answer.key, None);
        answer
    });
    assert_eq!(lines, ["error cd-missing-object : R6.16"; 4]);
    let twice = eras(|bench| {
        bench.sync(&person(9, "ann"));
        bench.delete(User, 9);
        bench.delete(User, 9)
    });
    assert_eq!(twice, lines);
    let other_type = eras(|bench| {
        bench.sync(&person(9, "ann"));
        bench.delete(Group, 9)
    });
    assert_eq!(other_type, lines);
}

/// Rule R5.24: restored in the cloud, the account is not the engine's any more.
#[test]
fn what_is_not_synced_may_not_be_deleted() {
    let refused = "error DeletingCloudOnlyObjectNotAllowed : R5.17";
    let restored = eras(|bench| {
        let key = bench.sync(&person(9, "ann"));
        bench.delete(User, 9);
        let options = RestoreOptions::default();
        let result = bench.tenant.restore_object(key, &options, bench.now);
        result.expect("nobody took its names");
        let before = bench.everything();
        let answer = bench.delete(User, 9);
        assert_eq!(bench.everything(), before);
        let error = answer.result.clone().expect_err("it is not synced");
        assert_eq!(
            error.message(),
            "This synchronization operation, Delete, is not valid. Contact Technical Support."
        );
        answer
    });
    assert_eq!(restored, [refused; 4]);
    let converted = eras(|bench| {
        let key = bench.sync(&person(9, "ann"));
        let result = bench.tenant.set_cloud_managed(key, true);
        result.expect("it is synced");
        bench.delete(User, 9)
    });
    assert_eq!(converted, [refused; 4]);
}

/// Of two accounts with one anchor, which only a repair gone wrong leaves, the synced one goes.
#[test]
fn the_synced_holder_of_an_anchor_is_deleted() {
    let lines = eras(|bench| {
        bench.add(account(1, "old").anchored(9));
        let mut synced = account(2, "ann").anchored(9);
        synced.on_premises.sync_enabled = Some(true);
        let key = bench.add(synced);
        let answer = bench.delete(User, 9);
        assert_eq!(answer.key, Some(key));
        answer
    });
    assert_eq!(lines, ["deleted : R5.17"; 4]);
}

/// Rule R5.19: no way back for groups and contacts; the next export makes new ones.
#[test]
fn groups_and_contacts_are_gone_at_once() {
    let groups = eras(|bench| {
        let key = bench.sync(&group(9, &["SMTP:crew"]));
        let answer = bench.delete(Group, 9);
        assert!(matches!(bench.get(key).state, State::Purged { .. }));
        assert!(bench.tenant.next_expiry().is_none());
        let again = bench.send(&group(9, &["SMTP:crew"]));
        assert_eq!(line(&again), "created : R2.9 R2.3");
        assert!(again.key != Some(key));
        answer
    });
    assert_eq!(groups, ["deleted : R5.19"; 4]);
    let contacts = eras(|bench| {
        let key = bench.sync(&contact(9, &["SMTP:vendor"]));
        let answer = bench.delete(Contact, 9);
        assert!(matches!(bench.get(key).state, State::Purged { .. }));
        answer
    });
    assert_eq!(contacts, ["deleted : R5.19"; 4]);
}

/// Rule R5.25.
#[test]
fn what_was_deleted_in_the_cloud_comes_back_with_the_next_addition() {
    let restored = eras(|bench| {
        let key = bench.sync(&person(9, "ann"));
        bench
            .tenant
            .delete_object(key, bench.now)
            .expect("it is live");
        let answer = bench.send(&person(9, "ann"));
        assert_eq!(answer.key, Some(key));
        answer
    });
    assert_eq!(restored, ["restored : R2.4 R5.20 R2.24"; 4]);
    let still_synced = eras(|bench| {
        let key = bench.sync(&person(9, "ann"));
        bench
            .tenant
            .delete_object(key, bench.now)
            .expect("it is live");
        let options = RestoreOptions::default();
        let result = bench.tenant.restore_object(key, &options, bench.now);
        result.expect("nobody took its names");
        bench.send(&person(9, "ann"))
    });
    assert_eq!(still_synced, ["updated : R2.1"; 4]);
}
