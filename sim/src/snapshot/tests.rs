//! Errors of the files that people write by hand, and that no input panics.

use mock_cloud::graph::Part;
use proptest::prelude::*;

use super::{Files, Lab, Problem, SourceFile, read, rules};

const AD: &str = "\
dn: OU=Staff,DC=corp,DC=example
objectClass: organizationalUnit
objectGUID:: AQAAAAAAAAAAAAAAAAAAAA==

dn: CN=Ann,OU=Staff,DC=corp,DC=example
objectClass: user
objectGUID:: AgAAAAAAAAAAAAAAAAAAAA==
sAMAccountName: ann
";

const ANN: &str = "CN=Ann,OU=Staff,DC=corp,DC=example";
const ACCOUNT: &str = "00000000-0000-4000-8000-000000000001";

const RULES: &str = "\
# an EQUALS here and mail: Trim([mail] there are no mistakes
rules:
- name: Mine
  precedence: 50
  from: [Outward, user]
  to: person
  direction: Outward
  scope:
  - [title EQUALS x]
  trimmed: ['no] name']
  flow:
    mail: |
      Trim([mail]
  merge: { title: Together }
- name: Other
  precedence: 51
  from: [user]
  to: person
  scope: [[title EQUALS x]]
";

fn file(name: &str, text: &str) -> SourceFile {
    SourceFile {
        name: name.to_owned(),
        bytes: text.as_bytes().to_vec(),
    }
}

/// The snapshot with this lab.
fn with(lab: Lab) -> Result<super::Snapshot, Vec<Problem>> {
    let users = format!(r#"[{{ "id": "{ACCOUNT}", "userPrincipalName": "ann@c.example" }}]"#);
    let domains = r#"[{ "id": "c.example", "isInitial": true }]"#;
    read(&Files {
        ad: vec![file("ad.ldif", AD)],
        cloud: vec![
            (Part::Users, file("users.json", &users)),
            (Part::Domains, file("domains.json", domains)),
        ],
        lab,
        ..Files::default()
    })
}

/// Where each problem is, and what helps.
fn told(problems: &[Problem]) -> Vec<(&str, usize, usize, &str)> {
    problems
        .iter()
        .map(|it| (it.file.as_str(), it.line, it.column, it.help.as_str()))
        .collect()
}

#[test]
fn errors_of_values_point_at_the_values_and_not_at_a_comment() {
    let source = "\
# entra-2062, mail, match-clears-absnt, Staff and yesterday are what this file is about
seed: 1
switches:
  { match-clears-absnt: true }
profile: entra-2062
anchor: objectGUI
scope: [Staff]
taken: yesterday
";
    let found = Lab::read("lab.yaml", source).unwrap_err();
    let expected = [
        ("lab.yaml", 4, 5, "did you mean `match-clears-absent`?"),
        ("lab.yaml", 5, 10, "did you mean `entra-2026`?"),
        ("lab.yaml", 6, 9, "did you mean `objectGUID`?"),
        (
            "lab.yaml",
            7,
            9,
            "names are written as in RFC 4514: OU=Staff,DC=contoso,DC=com",
        ),
        ("lab.yaml", 8, 8, "write it as 2026-06-01T07:12:00Z"),
    ];
    assert_eq!(told(&found), expected);
}

#[test]
fn keys_and_syntax_have_a_help_of_their_own() {
    for (source, help) in [
        ("scopes: []\n", "did you mean `scope`?"),
        ("scope: [\n", "each `[` needs its `]`"),
        ("scope: *all\n", "`*name` repeats what `&name` marked"),
        ("seed: \"1\nscope: []\n", "each quote needs"),
        ("scope: []\n\tseed: 1\n", "never with tabs"),
        ("seed: many\n", "docs/snapshots.md"),
    ] {
        let found = Lab::read("lab.yaml", source).unwrap_err();
        assert!(found[0].help.contains(help), "{source}: {}", found[0]);
    }
}

#[test]
fn a_scope_is_told_from_where_it_comes() {
    let lab = "# OU=Stuff,DC=corp,DC=example\nscope:\n- OU=Stuff,DC=corp,DC=example\n\
               exclude: ['OU=Staff, DC=other, DC=example']\n";
    let found = with(Lab::read("x/lab.yaml", lab).unwrap()).unwrap_err();
    let near = "did you mean `OU=Staff,DC=corp,DC=example`?";
    let there = told(&found);
    assert_eq!(there[0], ("x/lab.yaml", 3, 3, near));
    assert_eq!((there[1].0, there[1].1, there[1].2), ("x/lab.yaml", 4, 11));
    assert!(found[1].message.contains("outside the forest"));
    let lab = Lab {
        scope: vec!["OU=X,DC=other".parse().unwrap()],
        exclude: vec!["OU=Y,DC=other".parse().unwrap()],
        ..Lab::default()
    };
    let found = with(lab).unwrap_err();
    let files: Vec<&str> = found.iter().map(|it| it.file.as_str()).collect();
    assert_eq!(files, ["--scope", "--exclude"]);
}

#[test]
fn a_pilot_is_limited_to_a_group_of_the_export() {
    for (group, help) in [
        ("OU=Staff,DC=corp,DC=example", "name of the group"),
        ("CN=Pilot,DC=corp,DC=example", "export the group, too"),
    ] {
        let lab = format!("group: '{group}'\n");
        let found = with(Lab::read("x/lab.yaml", &lab).unwrap()).unwrap_err();
        assert_eq!((found[0].file.as_str(), found[0].line), ("x/lab.yaml", 1));
        assert!(found[0].help.contains(help), "{}", found[0]);
    }
}

/// A second forest, whose Ann holds the first one's address.
const OTHER: &str = "\
dn: OU=Team,DC=other,DC=example
objectClass: organizationalUnit
objectGUID:: CwAAAAAAAAAAAAAAAAAAAA==

dn: CN=Ann,OU=Team,DC=other,DC=example
objectClass: user
objectGUID:: DAAAAAAAAAAAAAAAAAAAAA==
sAMAccountName: ann
proxyAddresses: SMTP:ann@c.example

dn: CN=Ben,OU=Team,DC=other,DC=example
objectClass: user
objectGUID:: DQAAAAAAAAAAAAAAAAAAAA==
sAMAccountName: ben
";

fn two_forests(lab: Lab, further: &[&str]) -> Result<super::Snapshot, Vec<Problem>> {
    let users = format!(r#"[{{ "id": "{ACCOUNT}", "userPrincipalName": "ann@c.example" }}]"#);
    let domains = r#"[{ "id": "c.example", "isInitial": true }]"#;
    let further = further.iter().enumerate();
    read(&Files {
        ad: vec![file("ad.ldif", AD)],
        further: further
            .map(|(place, text)| vec![file(&format!("ad-{}.ldif", place + 2), text)])
            .collect(),
        cloud: vec![
            (Part::Users, file("users.json", &users)),
            (Part::Domains, file("domains.json", domains)),
        ],
        lab,
        ..Files::default()
    })
}

#[test]
fn several_forests_are_one_world_each_with_a_scope_of_its_own() {
    let other = "CN=Ann,OU=Team,DC=other,DC=example";
    let text = format!(
        "scope: ['OU=Staff,DC=corp,DC=example']\nexclude: ['OU=Team,DC=other,DC=example']\n\
         belongs: {{ '{other}': {ACCOUNT} }}\n"
    );
    let lab = Lab::read("lab.yaml", &text).unwrap();
    let snapshot = two_forests(lab, &[OTHER]).unwrap();
    let found = snapshot.find(&other.parse().unwrap()).unwrap();
    assert_eq!(found.forest, 1);
    let world = snapshot.world(None, super::EngineMemory::Established);
    let scopes = &world.engine().config().scopes;
    assert_eq!(world.forests().len(), 2);
    let count = |place: usize| (scopes[place].include.len(), scopes[place].exclude.len());
    assert_eq!((count(0), count(1)), ((1, 0), (0, 1)));
    let files = super::write(&snapshot);
    let get = |wanted: &str| {
        let found = files.iter().find(|(name, _)| name == wanted);
        found.unwrap().1.clone()
    };
    let lab = Lab::read("lab.yaml", &get("lab.yaml")).unwrap();
    let again = two_forests(lab, &[&get("ad-2.ldif")]).unwrap();
    let names = |of: &super::Snapshot| {
        let objects = of.forests[1].objects();
        objects
            .map(|(id, _)| of.forests[1].dn(id))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&again), names(&snapshot));
    assert_eq!(again.lab, snapshot.lab);
}

#[test]
fn a_forest_that_is_there_twice_or_is_nobodys_is_refused() {
    let found = two_forests(Lab::default(), &[AD]).unwrap_err();
    assert_eq!(found[0].file, "ad-2.ldif");
    assert!(
        found[0]
            .message
            .contains("`DC=corp,DC=example` is there twice")
    );
    let lab = Lab::read("lab.yaml", "scope: ['OU=X,DC=third,DC=example']\n").unwrap();
    let found = two_forests(lab, &[OTHER]).unwrap_err();
    let both = "outside the forest `DC=corp,DC=example` and `DC=other,DC=example`";
    assert!(found[0].message.contains(both), "{}", found[0]);
    // Two forests in one file are a mistake, whichever is meant.
    let found = two_forests(Lab::default(), &[&format!("{OTHER}\n{AD}")]).unwrap_err();
    assert!(found.iter().all(|it| it.file == "ad-2.ldif" && it.line > 0));
}

#[test]
fn belongings_that_are_not_there_are_refused_when_the_snapshot_is_read() {
    let lab = |dn: &str, id: &str| {
        let text = format!("# {dn}: {id}\nbelongs:\n  \"{dn}\": {id}\n");
        with(Lab::read("lab.yaml", &text).unwrap())
    };
    assert!(lab(ANN, ACCOUNT).is_ok());
    let near = format!("did you mean `{ANN}`?");
    for dn in [
        "CN=Anm,OU=Staff,DC=corp,DC=example",
        "CN=Ann,DC=corp,DC=example",
    ] {
        let found = lab(dn, ACCOUNT).unwrap_err();
        assert_eq!(told(&found), [("lab.yaml", 3, 3, near.as_str())]);
    }
    for id in ["00000000-0000-4000-8000-000000000002", "ann"] {
        let found = lab(ANN, id).unwrap_err();
        assert_eq!((found[0].line, found[0].column), (3, 41), "{}", found[0]);
        assert!(found[0].message.contains(id));
    }
    assert_eq!(lab("Ann", "ann").unwrap_err().len(), 2);
}

#[test]
fn labs_are_equal_wherever_they_are_written() {
    let text = format!("scope: ['OU=Staff,DC=corp,DC=example']\nbelongs: {{ \"{ANN}\": x }}\n");
    let lab = Lab::read("lab.yaml", &text).unwrap();
    let again = Lab::read("other.yaml", &lab.write()).unwrap();
    assert_eq!(again, lab);
}

#[test]
fn errors_of_rules_point_at_the_words_of_the_rule() {
    let found = rules::read(&file("rules.yaml", RULES), &Lab::default()).unwrap_err();
    let places: Vec<(usize, usize)> = found.iter().map(|it| (it.line, it.column)).collect();
    assert_eq!(
        places,
        [(7, 14), (9, 6), (10, 13), (13, 7), (14, 12), (19, 12)],
        "{found:#?}"
    );
    let latin = SourceFile {
        name: "rules.yaml".to_owned(),
        bytes: b"rules:\n- name: M\xfcller\n".to_vec(),
    };
    let found = rules::read(&latin, &Lab::default()).unwrap_err();
    assert_eq!(told(&found), [("rules.yaml", 2, 10, "save it as UTF-8")]);
}

/// Pieces of files in YAML, put together at random.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "scope",
        "exclude",
        "belongs",
        "switches",
        "match-clears-absent",
        "profile",
        "taken",
        "rules",
        "name",
        "flow",
        "merge",
        "OU=Staff,DC=corp",
        ": ",
        ":",
        "- ",
        "\n",
        "\n  ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "'",
        "\"",
        "&a ",
        "*a",
        "#",
        "|",
        "\u{e9}",
        "\u{feff}",
        "\t",
        "---",
        "null",
        "true",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// A file that is right with a few bytes that are not.
fn damaged(whole: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let damage = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    damage.prop_map(move |damage| {
        let mut bytes = whole.as_bytes().to_vec();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes
    })
}

const LAB: &str = "\
profile: entra-2026
scope: ['OU=Staff,DC=corp,DC=example']
exclude: [OU=Staff]
anchor: objectGUID
switches: { match-clears-absent: true }
accept: ['*']
belongs:
  \"CN=Ann,OU=Staff,DC=corp,DC=example\": 00000000-0000-4000-8000-000000000001
taken: 2026-06-01T07:12:00Z
seed: 7
";

/// Reads whatever it is as each of the files; what is wrong is in a line that is there.
fn read_as_both(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.matches('\n').count() + 1;
    let in_the_file = |found: Vec<Problem>| {
        assert!(!found.is_empty());
        for problem in found {
            assert!(problem.line <= lines, "{problem}");
            assert!(!problem.help.is_empty(), "{problem}");
        }
    };
    match Lab::read("lab.yaml", &text) {
        Err(found) => in_the_file(found),
        Ok(lab) => {
            assert_eq!(Lab::read("lab.yaml", &lab.write()).as_ref(), Ok(&lab));
            let _ = with(lab);
        }
    }
    let file = SourceFile {
        name: "rules.yaml".to_owned(),
        bytes: bytes.to_vec(),
    };
    if let Err(found) = rules::read(&file, &Lab::default()) {
        in_the_file(found);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_as_both(&bytes);
    }

    #[test]
    fn no_text_panics(text in ".{0,120}") {
        read_as_both(text.as_bytes());
    }

    #[test]
    fn no_heap_of_pieces_panics(text in pieces()) {
        read_as_both(text.as_bytes());
    }

    #[test]
    fn no_damage_panics(lab in damaged(LAB), rules in damaged(RULES)) {
        read_as_both(&lab);
        read_as_both(&rules);
    }
}
