//! Open questions read the other way, where no scenario could tell: spellings and texts.

use uuid::Uuid;

use crate::profile::{Profile, SERVICE_SWITCHES};
use crate::sync_object::SyncObjectType::User;
use crate::tenant::administer::RestoreOptions;
use crate::workbench::{Workbench, account, at, person};

fn bench(profile: Profile, switch: &str, word: &str) -> Workbench {
    let mut bench = Workbench::new(profile);
    let known = SERVICE_SWITCHES.iter().find(|it| it.name == switch);
    let known = known.expect("a switch");
    assert!(known.answer(&mut bench.tenant.policy, word));
    bench
}

/// Rule R3.7, question Q9.7.
#[test]
fn a_withheld_address_is_recorded_under_either_name() {
    for (word, name) in [("off", "ProxyAddresses"), ("on", "ProxyAddress")] {
        let switch = "provisioning-errors-say-proxy-address";
        let mut bench = bench(Profile::Entra2025, switch, word);
        bench.add(account(1, "holder").with(&["SMTP:holder", "smtp:shared"]));
        let key = bench.sync(&person(9, "ann").with(&["SMTP:ann", "smtp:shared"]));
        let recorded = bench.get(key).on_premises.provisioning_errors.clone();
        let [one] = &*recorded else {
            panic!("one value is withheld");
        };
        assert_eq!(one.property.name(), name);
        // Sent again it is the same entry, of the same date.
        bench.sync(&person(9, "ann").with(&["SMTP:ann", "smtp:shared"]));
        assert_eq!(bench.get(key).on_premises.provisioning_errors, recorded);
    }
}

/// Rule R5.18, question Q9.24.
#[test]
fn a_deleted_upn_stands_behind_the_id_with_hyphens_or_without() {
    for (word, hyphens) in [("off", 0), ("on", 4)] {
        let mut bench = bench(Profile::Entra2025, "deleted-upn-keeps-hyphens", word);
        let key = bench.sync(&person(9, "ann"));
        assert!(bench.delete(User, 9).result.is_ok());
        let shown = bench.get(key).graph_user_principal_name();
        let shown = shown.expect("a user has one");
        assert!(shown.ends_with(&at("ann")));
        assert_eq!(shown.matches('-').count(), hyphens, "{shown}");
    }
}

/// Table 2.9 and question Q9.17: the text of a duplicate, old and new.
#[test]
fn newer_texts_of_duplicates_name_the_object_in_conflict() {
    for (word, is_told) in [("off", false), ("on", true)] {
        let switch = "errors-name-the-object-in-conflict";
        let mut bench = bench(Profile::Entra2025, switch, word);
        let holder = bench.sync(&person(8, "ann").with(&["SMTP:ann"]));
        let id = bench.get(holder).id;
        let answer = bench.send(&person(9, "a.lee").with(&["SMTP:ann"]));
        let error = answer.result.expect_err("the address is another's");
        let message = error.message();
        assert!(message.starts_with("Unable to update this object because"));
        assert!(message.contains(&format!("[ProxyAddresses SMTP:{};]", at("ann"))));
        let detail = error.detail();
        let Some(more) = detail
            .strip_prefix(&message)
            .filter(|more| !more.is_empty())
        else {
            assert!(!is_told);
            continue;
        };
        assert!(is_told);
        let lines: Vec<&str> = more.trim().lines().collect();
        let tracking = lines[0]
            .strip_prefix("Tracking Id: ")
            .map(str::parse::<Uuid>);
        assert!(tracking.is_some_and(|id| id.is_ok()), "{detail}");
        assert_eq!(lines[1], "ExtraErrorDetails:");
        let keys = format!("[{{\"Key\":\"ObjectIdInConflict\",\"Value\":[\"{id}\"]}}]");
        assert_eq!(lines[2], keys);
    }
}

/// Table 2.9: the deletion of an account that is not synced is told with a tracking id in every
/// era, another one in every run.
#[test]
fn a_deletion_that_is_not_valid_has_a_tracking_id() {
    for profile in Profile::ALL {
        let mut bench = Workbench::new(profile);
        let key = bench.sync(&person(9, "ann"));
        assert!(bench.delete(User, 9).result.is_ok());
        let options = RestoreOptions::default();
        let restored = bench.tenant.restore_object(key, &options, bench.now);
        restored.expect("nobody took its names");
        let drawn = bench.entropy.clone();
        let refused = |bench: &mut Workbench| {
            let error = bench.delete(User, 9).result.expect_err("it is not synced");
            let text = error.detail();
            let start = "This synchronization operation, Delete, is not valid. Contact Technical \
                         Support. Tracking Id: ";
            let id = text.strip_prefix(start).map(str::parse::<Uuid>);
            id.and_then(Result::ok).expect("a tracking id")
        };
        let first = refused(&mut bench);
        bench.run = bench.run.saturating_add(1);
        assert_ne!(first, refused(&mut bench));
        assert_eq!(bench.entropy, drawn, "a refusal draws nothing");
    }
}
