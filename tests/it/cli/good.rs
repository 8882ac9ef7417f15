//! What works: real exports in, the same prediction out of each form of them.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::program::Desk;
use crate::examples::lamplight_directory;

const SCOPE: &str = "OU=Sync,DC=example,DC=test";

/// The path of the example, or of something in it.
fn example(name: &str) -> String {
    let path = lamplight_directory().join(name);
    path.to_str()
        .expect("the repository has a path of plain text")
        .to_owned()
}

/// A prediction of the example as JSON text.
fn predict(more: &[&str]) -> String {
    let lamplight = example("");
    let fixed = ["predict", &lamplight, "--format", "json", "--exit-zero"];
    let ran = Desk::new().run(&[&fixed, more].concat());
    ran.output(0).to_owned()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("the prediction is JSON")
}

/// Outcome and account of each object, by its name.
fn outcomes(prediction: &Value) -> BTreeMap<String, [Value; 2]> {
    let objects = prediction["objects"].as_array().expect("a list of objects");
    let one = |object: &Value| {
        let name = object["dn"].as_str().expect("each object has a name");
        (
            name.to_owned(),
            [object["outcome"].clone(), object["cloudId"].clone()],
        )
    };
    objects.iter().map(one).collect()
}

#[test]
fn both_forms_of_an_export_give_the_prediction_of_the_example() {
    let desk = Desk::new();
    let plain = fs::read(example("ad.ldif")).expect("the example has an export");
    let loaded = mock_ad::ldif::load(&plain, &mock_ad::ldif::LoadOptions::default());
    let ldifde = mock_ad::ldif::write_ldifde(&loaded.expect("the export is right").directory);
    assert!(
        ldifde.starts_with(&[0xFF, 0xFE]),
        "UTF-16 with a byte order mark"
    );
    let crlf: Vec<u8> = "\r\nchangetype: add\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert!(ldifde.windows(crlf.len()).any(|at| at == crlf));
    desk.put("plain.ldf", plain);
    desk.put("ldifde.ldf", ldifde);
    let cloud = example("cloud");
    let expected = predict(&[]);
    for name in ["plain", "ldifde"] {
        let ad = format!("{name}.ldf");
        let import = [
            "import", "--ad", &ad, "--cloud", &cloud, "--scope", SCOPE, "-o", name,
        ];
        let ran = desk.run(&import);
        assert_eq!(ran.output(0), "", "the report is no data");
        let hint = format!("hint: run `dirsync-lab predict {name}`");
        assert!(ran.stderr.contains(&hint), "{}", ran.stderr);
        let ran = desk.run(&["predict", name, "--format", "json", "--exit-zero"]);
        assert!(ran.output(0) == expected, "{name} gives another prediction");
    }
    // Importing on top of a snapshot is refused, and leaves it as it was.
    let before = desk.files();
    let ran = desk.run(&[
        "import",
        "--ad",
        "plain.ldf",
        "--cloud",
        &cloud,
        "-o",
        "ldifde",
    ]);
    assert_eq!(ran.output(2), "");
    assert!(desk.files() == before);
}

#[test]
fn damage_is_an_exit_code_unless_it_is_waved_through() {
    let lamplight = example("");
    let run = |more: &[&str]| {
        let ran = Desk::new().run(&[&["predict", &lamplight], more].concat());
        (ran.code, ran.stdout)
    };
    let (code, report) = run(&[]);
    assert_eq!(code, Some(1));
    assert_eq!(run(&["--exit-zero"]), (Some(0), report));
    let unharmed = ["--object", "Ceres Novak 714"];
    assert_eq!(run(&unharmed).0, Some(0));
    let (code, report) = run(&["--object", "nobody of this name"]);
    assert_eq!((code, &*report), (Some(4), &b""[..]));
}

#[test]
fn the_json_has_the_shape_that_scripts_rely_on() {
    let validator = jsonschema::validator_for(&shape()).expect("the schema is one");
    for more in [
        &["--profile", "dirsync-2013"][..],
        &["--profile", "aadconnect-2017"],
        &[],
    ] {
        let prediction = parsed(&predict(more));
        let wrong: Vec<String> = validator
            .iter_errors(&prediction)
            .take(5)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{more:?}: {wrong:#?}");
        let summary = prediction["summary"].as_object().expect("a summary");
        let counted = outcomes(&prediction).into_values().fold(
            BTreeMap::<String, u64>::new(),
            |mut counts, [outcome, _]| {
                *counts
                    .entry(outcome.as_str().unwrap_or_default().to_owned())
                    .or_default() += 1;
                counts
            },
        );
        for (outcome, count) in counted {
            assert_eq!(summary[&outcome], count, "{outcome}");
        }
        assert_eq!(summary["objects"], 1040);
    }
}

/// What the design promises of `predict --format json`; other keys may come, none of these go.
fn shape() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    let list = |required: &[&str], properties: Value| {
        let items = json!({ "type": "object", "required": required, "properties": properties });
        json!({ "type": "array", "minItems": 1, "items": items })
    };
    let outcomes = json!([
        "hard-match",
        "soft-match",
        "create",
        "update",
        "unchanged",
        "delete",
        "restore",
        "out-of-scope",
        "quarantined",
        "error"
    ]);
    let mut counts = outcomes.as_array().expect("a list").clone();
    counts.push(json!("objects"));
    let id = json!({ "type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" });
    let is = |outcome: &[&str]| json!({ "properties": { "outcome": { "enum": outcome } } });
    let error = json!({
        "type": "object",
        "required": ["code", "message", "attribute", "values", "conflictsWith"],
        "properties": { "code": text, "message": text, "attribute": text, "values": texts,
                        "conflictsWith": id }
    });
    let object = json!({
        "type": "object",
        "required": ["dn", "kind", "sourceAnchor", "outcome", "why"],
        "properties": {
            "dn": text,
            "kind": { "enum": ["user", "group", "contact"] },
            "sourceAnchor": { "type": "string", "pattern": "^[A-Za-z0-9+/]{22}==$" },
            "outcome": { "enum": outcomes },
            "by": { "enum": ["sourceAnchor", "primarySmtp", "userPrincipalName"] },
            "cloudId": id,
            "error": error,
            "quarantined": list(&["attribute", "value"],
                json!({ "attribute": { "enum": ["UserPrincipalName", "ProxyAddresses"] },
                        "value": text, "conflictsWith": id })),
            "changes": list(&["property", "from", "to"],
                json!({ "property": text, "from": texts, "to": texts })),
            "loses": list(&["property", "value"], json!({ "property": text, "value": text })),
            "why": list(&["rule", "text"],
                json!({ "rule": { "type": "string", "pattern": "^R[0-9]+\\.[0-9]+[a-z]?$" },
                        "text": text })),
        },
        "allOf": [
            { "if": is(&["error"]), "then": { "required": ["error"] } },
            { "if": is(&["quarantined"]), "then": { "required": ["quarantined"] } },
            { "if": is(&["hard-match", "soft-match", "restore"]),
              "then": { "required": ["by", "cloudId"] } },
            { "if": is(&["create", "update", "delete", "unchanged"]),
              "then": { "required": ["cloudId"] } },
        ]
    });
    json!({
        "type": "object",
        "required": ["profile", "summary", "objects"],
        "properties": {
            "profile": { "enum": sim_profiles() },
            "summary": { "type": "object", "required": counts,
                         "additionalProperties": { "type": "integer", "minimum": 0 } },
            "objects": { "type": "array", "items": object },
        }
    })
}

fn sim_profiles() -> Vec<&'static str> {
    mock_cloud::Profile::ALL
        .map(mock_cloud::Profile::name)
        .to_vec()
}

#[test]
fn the_csv_has_a_row_for_each_object() {
    let lamplight = example("");
    let ran = Desk::new().run(&["predict", &lamplight, "--format", "csv"]);
    let text = ran.output(1);
    let rows = rows(text);
    let [head, rows @ ..] = &*rows else {
        panic!("there is no head")
    };
    assert_eq!(head[..4], ["dn", "kind", "sourceAnchor", "outcome"]);
    assert!(
        rows.iter().all(|row| row.len() == head.len()),
        "every row is complete"
    );
    let said: BTreeMap<_, _> = rows
        .iter()
        .map(|row| (row[0].clone(), row[3].clone()))
        .collect();
    let expected = outcomes(&parsed(&predict(&[])));
    let expected = expected.into_iter().map(|(name, [outcome, _])| {
        (
            name,
            outcome.as_str().expect("outcomes are words").to_owned(),
        )
    });
    assert_eq!(rows.len(), 1040);
    assert_eq!(said, expected.collect());
}

/// The cells of CSV (RFC 4180).
fn rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    for c in text.trim_end_matches("\r\n").chars() {
        let row = rows.last_mut().expect("there is a row");
        let cell = row.last_mut().expect("there is a cell");
        match c {
            // Two quotes in a row close and open again, so that a comma between stays inside.
            '"' => {
                quoted = !quoted;
                cell.push(c);
            }
            ',' if !quoted => row.push(String::new()),
            '\n' if !quoted => rows.push(vec![String::new()]),
            _ => cell.push(c),
        }
    }
    let plain = |cell: String| {
        let cell = cell.trim_end_matches('\r');
        let inner = cell
            .strip_prefix('"')
            .and_then(|cell| cell.strip_suffix('"'));
        inner.map_or_else(|| cell.to_owned(), |inner| inner.replace("\"\"", "\""))
    };
    rows.into_iter()
        .map(|row| row.into_iter().map(plain).collect())
        .collect()
}

#[test]
fn a_fresh_engine_deletes_nothing_and_agrees_on_all_else() {
    let [established, fresh] = [&[][..], &["--engine", "fresh"]].map(|more| parsed(&predict(more)));
    let (established, fresh) = (outcomes(&established), outcomes(&fresh));
    let mut spared = 0;
    for (name, before) in established {
        let now = &fresh[&name];
        if before[0] == "delete" {
            spared += 1;
            // The account is named as an orphan: it stays, and nobody is in charge of it.
            assert_eq!(*now, [json!("out-of-scope"), before[1].clone()], "{name}");
        } else {
            assert_eq!(*now, before, "{name}");
        }
    }
    assert_eq!(spared, 25);
}

/// The outcomes of one cycle and of three, and whether an object counts.
fn same_after_three_cycles(counts: impl Fn(&Value) -> bool) {
    let [once, thrice] = ["1", "3"].map(|n| outcomes(&parsed(&predict(&["--cycles", n]))));
    assert_eq!(once.len(), thrice.len());
    let mut compared = 0;
    for (name, [outcome, _]) in once.into_iter().filter(|(_, [outcome, _])| counts(outcome)) {
        compared += 1;
        assert_eq!(thrice[&name][0], outcome, "{name}");
    }
    assert!(compared > 0, "there is something to compare");
}

#[test]
fn further_cycles_keep_what_the_first_one_did() {
    same_after_three_cycles(|outcome| outcome != "delete");
}

#[test]
fn further_cycles_keep_the_deletions_of_the_first_one() {
    same_after_three_cycles(|outcome| outcome == "delete");
}
