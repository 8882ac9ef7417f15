//! The first layer: words and shapes. All mistakes of a file are reported in one run.

use super::{codes, said, scenario};

/// Every kind of mistake of shape, one or more on most lines.
#[test]
fn a_misshapen_scenario() {
    let source = include_str!("misshapen.yaml");
    assert_eq!(said(source), include_str!("misshapen.txt"));
}

#[test]
fn a_misspelt_step() {
    let source = scenario(
        "profile: entra-2025\nad: { ann: {} }",
        "- moev: { user: ann, to: OU=X }",
    );
    assert_eq!(
        said(&source),
        "\
error[unknown-step]: unknown step `moev`
 --> s.yaml:6:5
  |
6 |   - moev: { user: ann, to: OU=X }
  |     ^^^^
  |
  = help: did you mean `move`?
"
    );
}

/// Devices have other names on either side.
#[test]
fn a_device_is_a_computer_in_active_directory() {
    for (world, word) in [
        ("ad: { pc: { type: device } }", "type: computer"),
        ("cloud: { pc: { type: computer } }", "type: device"),
    ] {
        let text = said(&scenario(
            &format!("profile: entra-2025\n{world}"),
            "- sync: delta",
        ));
        assert!(text.contains("error[unknown-value]"), "{text}");
        assert!(text.contains(word), "{text}");
    }
}

/// Rule R6.23.
#[test]
fn what_cloud_sync_does_not_have_is_refused() {
    for (profile, engine, step, what) in [
        (
            "aadconnect-2017",
            "",
            "sync: delta",
            "there is no Cloud Sync in the profile",
        ),
        (
            "entra-2025",
            ", staging: true",
            "sync: delta",
            "Cloud Sync has no staging mode",
        ),
        (
            "entra-2025",
            "",
            "run-profile: { connector: entra, run: export }",
            "Cloud Sync has no run profiles",
        ),
        (
            "entra-2025",
            "",
            "set-engine: { staging: true }",
            "Cloud Sync has no staging mode",
        ),
    ] {
        let world = format!("profile: {profile}\nengine: {{ kind: cloud-sync{engine} }}");
        let text = said(&scenario(&world, &format!("- {step}")));
        assert!(text.contains(what), "{text}");
    }
}

#[test]
fn keys_indented_too_little() {
    let source = scenario(
        "profile: entra-2025\nad: { ann: {} }",
        "- move:\n  user: ann\n  to: OU=X\n- sync: delta\n  wait: 1h",
    );
    assert_eq!(
        said(&source),
        "\
error[two-keys]: a step has exactly one key
 --> s.yaml:7:5
  |
6 |   - move:
  |     ---- the first key
7 |     user: ann
  |     ^^^^ a second key
  |
  = help: indent the keys of `move` further, or write them in braces

error[two-keys]: a step has exactly one key
  --> s.yaml:10:5
   |
 9 |   - sync: delta
   |     ---- the first key
10 |     wait: 1h
   |     ^^^^ a second key
   |
   = help: begin another step with `- `
"
    );
}

#[test]
fn a_key_written_twice() {
    let source = scenario("profile: entra-2025\nseed: 1\nseed: 2", "- sync: delta");
    assert_eq!(
        said(&source),
        "\
error[duplicate-key]: the key `seed` is written twice
 --> s.yaml:5:3
  |
4 |   seed: 1
  |   ---- first written here
5 |   seed: 2
  |   ^^^^ written again here
"
    );
}

#[test]
fn broken_yaml() {
    let source = "scenario: A\nworld: { profile: entra-2025\nsteps: [\n";
    assert_eq!(codes(source), ["invalid-yaml"]);
    assert_eq!(codes(""), ["invalid-yaml"]);
    assert_eq!(codes("# only a comment\n"), ["invalid-yaml"]);
    assert_eq!(codes("a: 1\n---\nb: 2\n"), ["invalid-yaml"]);
    assert_eq!(codes("a: *b\n"), ["invalid-yaml"]);
    assert_eq!(codes("a: !custom b\n"), ["invalid-yaml"]);
    assert_eq!(codes("{[a]: b}\n"), ["invalid-yaml"]);
    assert_eq!(codes("just text\n"), ["wrong-type"]);
    assert_eq!(codes("- a\n- b\n"), ["wrong-type"]);
}

#[test]
fn what_a_scenario_needs() {
    assert_eq!(
        said("world: { profile: entra-2025 }\nsteps: [sync: delta]\n"),
        "\
error[missing-key]: missing key `scenario`
 --> s.yaml:1:1
  |
1 | world: { profile: entra-2025 }
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a scenario needs the key `scenario`
"
    );
    assert_eq!(
        codes("scenario: A\nsteps: [sync: delta]\n"),
        ["missing-key"]
    );
}

#[test]
fn a_misspelt_key_is_not_missing_as_well() {
    let source = scenario(
        "profile: entra-2025\nad: { ann: {} }",
        "- move: { usre: ann, to: OU=X }",
    );
    assert_eq!(codes(&source), ["unknown-key"]);
}

#[test]
fn names_are_looked_at_beside_badly_written_values() {
    let source = scenario(
        "profile: entra-2025\nad: { ann: {} }",
        "- move: { user: ane, to: Park }",
    );
    assert_eq!(codes(&source), ["unknown-object", "invalid-value"]);
}

#[test]
fn keys_in_the_wrong_place_are_sent_to_the_right_one() {
    for (source, help) in [
        (
            "scenario: A\nworld: {}\ngiven: []\n",
            "write it as steps, under `steps`",
        ),
        (
            "scenario: A\nworld: { scope: [OU=A] }\n",
            "write it under `engine`",
        ),
        (
            "scenario: A\nworld: {}\nbelongs: {}\n",
            "write it under `world`",
        ),
        (
            "scenario: A\nworld: { engine: { profile: entra-2025 } }\n",
            "directly under `world`",
        ),
        (
            "scenario: A\nworld: { cloud: { a: { holds: {} } } }\n",
            "one level up",
        ),
    ] {
        assert!(said(source).contains(help), "{}", said(source));
    }
}
