//! Places in Active Directory that name a domain.

use super::{codes, said, scenario};

const ONE: &str = "
profile: entra-2025
ad: { ann: { ou: OU=Staff }, crew: { count: 2 } }";

const TWO: &str = "
profile: entra-2025
forests: { north: { base: \"DC=north,DC=lamp,DC=test\" }, south: {} }
ad: { ann: { forest: north }, bo: { forest: south }, crew: { forest: south, count: 2 } }";

/// A scope that was dropped for lying elsewhere left the whole domain in scope.
#[test]
fn a_scope_outside_the_forest() {
    let world = format!("{ONE}\nengine: {{ scope: [\"OU=Staff,DC=other,DC=test\"] }}");
    assert_eq!(
        said(&scenario(&world, "- sync: delta")),
        "\
error[outside-forest]: `OU=Staff,DC=other,DC=test` lies outside the forest
 --> s.yaml:5:21
  |
5 |   engine: { scope: [\"OU=Staff,DC=other,DC=test\"] }
  |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected a name that ends in \
`DC=contoso,DC=test`
  |
  = help: write `OU=Staff`: the domain is added
"
    );
}

#[test]
fn a_scope_in_none_of_several_forests() {
    let world = format!("{TWO}\nengine: {{ scope: [\"OU=Staff,DC=sauth,DC=test\"] }}");
    assert_eq!(
        said(&scenario(&world, "- sync: delta")),
        "\
error[outside-forest]: `OU=Staff,DC=sauth,DC=test` lies in none of the forests
 --> s.yaml:6:21
  |
6 |   engine: { scope: [\"OU=Staff,DC=sauth,DC=test\"] }
  |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected a name that ends in \
`DC=north,DC=lamp,DC=test` or `DC=south,DC=test`
  |
  = help: did you mean `OU=Staff,DC=south,DC=test`?
"
    );
}

#[test]
fn an_object_moved_into_another_forest() {
    let steps = "- move: { user: ann, to: \"OU=Staff,DC=south,DC=test\" }";
    assert_eq!(
        said(&scenario(TWO, steps)),
        "\
error[outside-forest]: `OU=Staff,DC=south,DC=test` lies outside the forest `north`
 --> s.yaml:7:28
  |
7 |   - move: { user: ann, to: \"OU=Staff,DC=south,DC=test\" }
  |                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected a name that ends in \
`DC=north,DC=lamp,DC=test`
  |
  = help: write `OU=Staff`: the domain is added
"
    );
}

/// Lines under `world`, steps, and how many places lie elsewhere.
const CASES: &[(&str, &str, usize)] = &[
    ("engine: { exclude: [\"OU=A,DC=x\"] }", "", 1),
    ("engine: { scope: [\"DC=other,DC=test\"] }", "", 1),
    ("engine: { scope: [\"DC=contoso,DC=test\"] }", "", 0),
    ("engine: { scope: [\"ou=A, dc=Contoso, dc=TEST\"] }", "", 0),
    (
        "engine: { scope: [\"OU=A,DC=b,DC=contoso,DC=test\"] }",
        "",
        1,
    ),
    ("ous: [\"OU=A,DC=x\", OU=B, \"OU=C,DC=y\"]", "", 2),
    ("", "- set-engine: { scope: \"OU=A,DC=x\" }", 1),
    (
        "",
        "- set-engine: { scope: OU=A, exclude: [\"OU=A,DC=x\"] }",
        1,
    ),
    ("", "- move: { user: ann, to: \"OU=A,DC=x\" }", 1),
    ("", "- move: { user: crew-2, to: \"OU=A,DC=x\" }", 1),
    ("", "- move-ou: { ou: \"OU=A,DC=x\", to: \"DC=x\" }", 2),
    ("", "- move-ou: { ou: OU=A, to: \"DC=contoso,DC=test\" }", 0),
    ("", "- rename-ou: { ou: \"OU=A,DC=x\", to: B }", 1),
    ("", "- add: { name: cy, ou: \"OU=A,DC=x\" }", 1),
    ("", "- restore: { user: ann, to: \"OU=A,DC=x\" }", 1),
];

#[test]
fn every_place_is_looked_at() {
    for (world, steps, count) in CASES {
        let source = scenario(
            &format!("{ONE}\n{world}"),
            &format!("- sync: delta\n{steps}"),
        );
        assert_eq!(codes(&source), vec!["outside-forest"; *count], "{source}");
    }
    let source = "profile: entra-2025\nad: { ann: { ou: \"OU=A,DC=x\" } }";
    assert_eq!(
        codes(&scenario(source, "- sync: delta")),
        ["outside-forest"]
    );
}

/// Steps where there are two forests, and how many places lie elsewhere.
const IN_TWO: &[(&str, usize)] = &[
    (
        "- set-engine: { scope: [\"OU=A,DC=south,DC=test\", \"OU=B,DC=north,DC=lamp,DC=test\"] }",
        0,
    ),
    ("- set-engine: { scope: [\"OU=A,DC=contoso,DC=test\"] }", 1),
    ("- move: { user: bo, to: \"OU=A,DC=south,DC=test\" }", 0),
    ("- move: { user: crew-1, to: \"OU=A,DC=south,DC=test\" }", 0),
    (
        "- move: { user: crew, to: \"OU=A,DC=north,DC=lamp,DC=test\" }",
        1,
    ),
    ("- add: { name: cy, ou: \"OU=A,DC=south,DC=test\" }", 1),
    (
        "- add: { name: cy, forest: south, ou: \"OU=A,DC=south,DC=test\" }",
        0,
    ),
    (
        "- move-ou: { ou: \"OU=A,DC=south,DC=test\", to: \"DC=south,DC=test\" }",
        0,
    ),
    (
        "- move-ou: { ou: \"OU=A,DC=south,DC=test\", to: \"DC=north,DC=lamp,DC=test\" }",
        1,
    ),
];

#[test]
fn each_object_stays_in_its_own_of_several_forests() {
    for (steps, count) in IN_TWO {
        let source = scenario(TWO, steps);
        assert_eq!(codes(&source), vec!["outside-forest"; *count], "{steps}");
    }
}

/// Names that the shape lets pass and no directory takes were dropped in silence as well.
#[test]
fn a_place_that_is_no_name() {
    let world = format!("{ONE}\nengine: {{ scope: ['OU=a\"b'] }}");
    assert_eq!(codes(&scenario(&world, "- sync: delta")), ["invalid-value"]);
}
