//! The second layer: names and meaning.

use super::super::{Known, load};
use super::{codes, said, scenario};

/// Most kinds of mistakes of meaning in one file.
#[test]
fn a_meaningless_scenario() {
    let source = include_str!("meaningless.yaml");
    assert_eq!(said(source), include_str!("meaningless.txt"));
}

const WORLD: &str = "
profile: entra-2026
tenant: { verified: [contoso.com] }
ad: { ann: { upn: ann@contoso.com }, staff: { type: group, members: [ann] } }
cloud: { ann-mailbox: { upn: a.lee@contoso.com, mailbox: true }, team: { type: m365-group } }
belongs: { ann: ann-mailbox }";

#[test]
fn an_unknown_name() {
    let source = scenario(
        WORLD,
        "- sync: delta\n- set-immutable-id: { user: ann-mailbox, from: an }",
    );
    assert_eq!(
        said(&source),
        "\
error[unknown-object]: no object is named `an`
  --> s.yaml:10:50
   |
10 |   - set-immutable-id: { user: ann-mailbox, from: an }
   |                                                  ^^ no such name under `world.ad`
   |
   = help: did you mean `ann`?
"
    );
}

#[test]
fn a_name_of_the_wrong_side() {
    let source = scenario(WORLD, "- remove-cloud-user: { user: ann }");
    assert_eq!(
        said(&source),
        "\
error[wrong-side]: `ann` is an Active Directory object
 --> s.yaml:9:32
  |
5 |   ad: { ann: { upn: ann@contoso.com }, staff: { type: group, members: [ann] } }
  |         --- it is declared here
...
9 |   - remove-cloud-user: { user: ann }
  |                                ^^^ a cloud account is needed here
  |
  = help: its account is `ann-mailbox`
"
    );
}

#[test]
fn a_name_used_too_early() {
    let source = scenario(
        WORLD,
        "\
- remove-cloud-user: { user: copy }
- sync: delta
- expect: { provisioned: { for: ann, as: copy } }",
    );
    assert_eq!(
        said(&source),
        "\
error[used-too-early]: `copy` does not exist yet at this step
  --> s.yaml:9:32
   |
 9 |   - remove-cloud-user: { user: copy }
   |                                ^^^^ used here
10 |   - sync: delta
11 |   - expect: { provisioned: { for: ann, as: copy } }
   |                                            ---- introduced here
"
    );
}

/// Steps, and the codes of what is said about them.
const STEPS: &[(&str, &[&str])] = &[
    ("- add: { name: ann }", &["duplicate-name"]),
    ("- add: { name: bo, manager: bo }", &[]),
    ("- add: { name: bo }\n- delete: { user: bo }", &[]),
    (
        "- delete: { user: bo }\n- add: { name: bo }",
        &["used-too-early"],
    ),
    (
        "- add-member: { group: ann, member: staff }",
        &["does-not-fit"],
    ),
    (
        "- set-immutable-id: { user: team, from: ann }",
        &["does-not-fit"],
    ),
    (
        "- set-immutable-id: { user: ann-mailbox }",
        &["missing-key"],
    ),
    (
        "- set-immutable-id: { user: ann-mailbox, from: ann, value: x }",
        &["contradiction"],
    ),
    (
        "- set-immutable-id: { user: ann-mailbox, from: ann, clear: true }",
        &["contradiction"],
    ),
    (
        "- set-consistency-guid: { user: ann, from: ann-mailbox }",
        &[],
    ),
    ("- set-consistency-guid: { user: ann }", &["missing-key"]),
    (
        "- set: { user: ann, attribute: titel, to: x }",
        &["unknown-attribute"],
    ),
    ("- set: { user: ann, attribute: TITLE, to: x }", &[]),
    (
        "- assign-role: { user: ann-mailbox, role: Global Admin }",
        &["unknown-role"],
    ),
    ("- set-engine: {}", &["nothing-to-do"]),
    (
        "- set-cloud-user: { user: ann-mailbox }",
        &["nothing-to-do"],
    ),
    ("- wait: 0s", &["nothing-to-do"]),
    ("- wait: 5", &["invalid-value"]),
    ("- expect: []", &["nothing-to-do"]),
    ("- expect: refused", &["misplaced"]),
    ("- sync: delta\n- expect: refused", &["misplaced"]),
    (
        "- delete: { user: ann }\n- expect: no-errors\n- expect: refused",
        &[],
    ),
    ("- expect: { any-of: [no-errors] }", &["nothing-to-do"]),
    ("- expect: { any-of: [refused, no-errors] }", &["misplaced"]),
    (
        "- expect: { any-of: [{ kept: bo }, no-errors] }",
        &["unknown-object"],
    ),
    (
        "- expect: { error: { on: ann, code: InvalidSoftMach } }",
        &["unknown-error-code"],
    ),
    ("- expect: { count: {} }", &["nothing-to-do"]),
    (
        "- expect: { ad-object: { user: ann, attribute: title } }",
        &["missing-key"],
    ),
    (
        "- run-profile: { connector: ad:north, run: export }",
        &["unknown-forest"],
    ),
    (
        "- set-cloud-user: { user: ann-mailbox, upn: a@other.com }",
        &["unverified-domain"],
    ),
    (
        "- set-cloud-user: { user: ann-mailbox, upn: a@other.com }\n- expect: refused",
        &[],
    ),
    (
        "- verify-domain: { domain: b.com }\n- set-cloud-user: { user: ann-mailbox, upn: a@b.com }",
        &[],
    ),
    ("- verify-domain: { domain: other }", &["invalid-value"]),
];

#[test]
fn steps_and_what_is_said_about_them() {
    for (steps, expected) in STEPS {
        assert_eq!(codes(&scenario(WORLD, steps)), *expected, "{steps}");
    }
}

/// Lines under `world`, and the codes of what is said about them.
const WORLDS: &[(&str, &[&str])] = &[
    ("seed: 1", &["missing-key"]),
    (
        "profile: entra-2025\nprofiles: [entra-2026]",
        &["contradiction"],
    ),
    ("profiles: [entra-2026, entra-2026]", &["duplicate-name"]),
    ("profile: entra-2024", &["unknown-value"]),
    (
        "profile: dirsync-2013\ntenant: { features: { block-soft-match: true } }",
        &["not-in-profile"],
    ),
    (
        "profile: dirsync-2013\ntenant: { features: { block-soft-match: false } }",
        &[],
    ),
    (
        "profile: entra-2025\nswitches: { match-clears-absent: true }",
        &[],
    ),
    (
        "profile: entra-2025\nswitches: { match-clear-absent: true }",
        &["unknown-switch"],
    ),
    (
        "profile: entra-2025\nswitches: { match-clears-absent: ja }",
        &["unknown-value"],
    ),
    (
        "profile: entra-2025\nforest: {}\nforests: { a: {} }",
        &["contradiction"],
    ),
    (
        "profile: entra-2025\nforest: { base: OU=A }",
        &["invalid-value"],
    ),
    (
        "profile: entra-2025\ntenant: { initial-domain: contoso.com }",
        &["invalid-value"],
    ),
    (
        "profile: entra-2025\nad: { a: { forest: b } }",
        &["unknown-forest"],
    ),
    (
        "profile: entra-2025\nad: { a: { upn: x@b.c }, b: { upn: X@b.c } }",
        &["duplicate-value"],
    ),
    ("profile: entra-2025\nad: { a: { upn: no suffix } }", &[]),
    (
        "profile: entra-2025\nad: { a: { count: 0 } }",
        &["invalid-value"],
    ),
    (
        "profile: entra-2025\nad: { a: { manager: a-2 }, b: { count: 2 } }",
        &["unknown-object"],
    ),
    (
        "profile: entra-2025\nad: { a: { manager: b-2 }, b: { count: 2 } }",
        &[],
    ),
    (
        "profile: entra-2025\ncloud: { a: { upn: a } }",
        &["invalid-value"],
    ),
    (
        "profile: entra-2025\ncloud: { a: { type: contact, licences: [E3] } }",
        &["does-not-fit"],
    ),
    (
        "profile: entra-2025\ncloud: { a: { anchor-of: b } }",
        &["unknown-object"],
    ),
    (
        "profile: entra-2025\nad: { a: {} }\ncloud: { a: {} }",
        &["duplicate-name"],
    ),
    (
        "profile: entra-2025\nad: { a: {} }\nbelongs: { a: b }",
        &["unknown-object"],
    ),
];

#[test]
fn worlds_and_what_is_said_about_them() {
    for (world, expected) in WORLDS {
        assert_eq!(
            codes(&scenario(world, "- sync: delta")),
            *expected,
            "{world}"
        );
    }
    let idle = "scenario: A\nworld: { profile: entra-2025 }\n";
    assert_eq!(codes(idle), ["nothing-to-do"]);
}

#[test]
fn callers_decide_which_words_are_known() {
    let source = scenario(WORLD, "- set: { user: ann, attribute: shoeSize, to: '43' }");
    let shoes = Known {
        attributes: &["shoeSize"],
        ..Known::default()
    };
    let anything = Known {
        attributes: &[],
        ..Known::default()
    };
    assert!(load("s.yaml", &source, &Known::default()).is_err());
    assert!(load("s.yaml", &source, &shoes).is_ok());
    assert!(load("s.yaml", &source, &anything).is_ok());
}
