//! Table R3.14, row by row: when duplicates arise, and when an error.

use crate::provisioning::Answer;
use crate::sync_object::{SyncObject, SyncObjectType::User};
use crate::workbench::{Workbench, account, eras, list, person};

/// A situation, how the old era's answer begins, and how that of `aadconnect-2017` does.
type Row = (fn(&mut Workbench) -> Answer, &'static str, &'static str);

const UNIQUE: &str = "error AttributeValueMustBeUnique UserPrincipalName=ann@";
const PLACEHOLDER: &str = "created without UserPrincipalName=ann@";
const INVALID: &str = "error InvalidSoftMatch";
const MISMATCH: &str = "error ObjectTypeMismatch";
const FED: &str = "ann@fed.lamplight.example";

const ROWS: [Row; 12] = [
    (same_address, "soft-smtp :", "soft-smtp :"),
    (same_upn, UNIQUE, "soft-upn :"),
    (same_upn_with_the_feature, "soft-upn :", "soft-upn :"),
    (everything_differs, "created :", "created :"),
    (other_anchor_same_address, INVALID, PLACEHOLDER),
    (other_anchor_same_upn, INVALID, PLACEHOLDER),
    (administrator, UNIQUE, PLACEHOLDER),
    (
        federated,
        INVALID,
        "created without UserPrincipalName=ann@fed.",
    ),
    (soft_match_blocked, UNIQUE, PLACEHOLDER),
    (address_of_a_group, MISMATCH, MISMATCH),
    (recreated_while_live, INVALID, PLACEHOLDER),
    (recreated_while_deleted, "created :", "created :"),
];

fn ann() -> SyncObject {
    person(9, "ann").with(&["SMTP:ann"])
}

fn same_address(bench: &mut Workbench) -> Answer {
    bench.add(account(1, "c@INI").with(&["SMTP:ann"]));
    bench.send(&ann())
}

fn same_upn(bench: &mut Workbench) -> Answer {
    bench.add(account(1, "ann"));
    bench.send(&person(9, "ann"))
}

fn same_upn_with_the_feature(bench: &mut Workbench) -> Answer {
    bench.tenant.features.soft_match_on_upn = true;
    same_upn(bench)
}

fn everything_differs(bench: &mut Workbench) -> Answer {
    bench.add(account(1, "ann.x@INI"));
    bench.send(&person(9, "ann@corp.lamplight.local"))
}

fn other_anchor_same_address(bench: &mut Workbench) -> Answer {
    bench.add(account(1, "ann").with(&["SMTP:ann"]).anchored(8));
    bench.send(&ann())
}

fn other_anchor_same_upn(bench: &mut Workbench) -> Answer {
    bench.tenant.features.soft_match_on_upn = true;
    bench.add(account(1, "ann").anchored(8));
    bench.send(&person(9, "ann"))
}

fn administrator(bench: &mut Workbench) -> Answer {
    let key = bench.add(account(1, "ann"));
    bench.promote(key);
    bench.send(&person(9, "ann"))
}

fn federated(bench: &mut Workbench) -> Answer {
    bench.tenant.features.soft_match_on_upn = true;
    bench.add(account(1, FED).anchored(8));
    bench.send(&person(9, FED))
}

fn soft_match_blocked(bench: &mut Workbench) -> Answer {
    bench.tenant.features.block_soft_match = true;
    same_upn(bench)
}

fn address_of_a_group(bench: &mut Workbench) -> Answer {
    bench.add(list(1, &["SMTP:ann"]));
    bench.send(&ann())
}

fn recreated_while_live(bench: &mut Workbench) -> Answer {
    bench.sync(&person(8, "ann").with(&["SMTP:ann"]));
    bench.send(&ann())
}

fn recreated_while_deleted(bench: &mut Workbench) -> Answer {
    let old = bench.sync(&person(8, "ann").with(&["SMTP:ann"]));
    bench.delete(User, 8);
    let answer = bench.send(&ann());
    assert!(bench.get(old).is_soft_deleted());
    answer
}

#[test]
fn the_era_decides_between_error_and_duplicate() {
    for (place, (ask, old, new)) in ROWS.into_iter().enumerate() {
        let lines = eras(ask);
        assert!(lines[0].starts_with(old), "row {place}: {}", lines[0]);
        assert!(lines[1].starts_with(new), "row {place}: {}", lines[1]);
    }
}
