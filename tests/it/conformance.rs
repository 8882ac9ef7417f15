//! What an Active Directory-compatible server answered to a list of operations, replayed against
//! ours.
//!
//! `tests/data/ldap/recorded.json` holds the operations in order and what Samba 4.17 answered as a
//! domain controller; cases without an answer run because later ones depend on what they leave.
//! `tests/data/ldap/differences.tsv` lists every difference that stays, with the reason: Samba is
//! near to Active Directory but is not it. Texts are compared by whether there is one, for Samba
//! writes its own; a success has none here, where Samba says `00000000: Success` after a write.

#![expect(clippy::unwrap_used, reason = "a test fails by unwrapping")]

mod compare;
mod population;
mod replay;

use std::collections::BTreeMap;

use serde_json::Value;

const RECORDED: &str = include_str!("../data/ldap/recorded.json");
const DIFFERENCES: &str = include_str!("../data/ldap/differences.tsv");

/// The reason of each difference that stays, by the case, with what differs.
fn listed() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    let lines = DIFFERENCES.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut columns = line.splitn(3, '\t');
            let mut next = || columns.next().unwrap_or_default();
            (next(), (next(), next()))
        })
        .collect()
}

#[test]
fn recorded_answers_are_given_or_the_difference_is_argued() {
    let cases: Vec<Value> = serde_json::from_str(RECORDED).unwrap();
    let mut replay = replay::Replay::new();
    let mut listed = listed();
    let mut table = vec!["case | recorded | ours | difference".to_owned()];
    let mut problems = Vec::new();
    let (mut same, mut argued, mut without) = (0, 0, 0);
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let ours = replay.run(case);
        let recorded = &case["answer"];
        let found = if recorded.is_null() {
            without += 1;
            None
        } else {
            compare::difference(case["op"] == "search", recorded, &ours)
        };
        let code = recorded["code"]
            .as_u64()
            .map_or("-".to_owned(), |code| code.to_string());
        let shown = found.as_deref().unwrap_or("");
        table.push(format!("{name} | {code} | {} | {shown}", ours.code));
        match (found, listed.remove(name)) {
            (None, None) if recorded.is_null() => {}
            (None, None) => same += 1,
            (Some(found), Some((known, reason))) if found == known && !reason.is_empty() => {
                argued += 1;
            }
            (Some(found), _) => problems.push(format!("{name}\t{found}\t")),
            (None, Some(_)) => problems.push(format!("{name}: listed, but no difference")),
        }
        assert!(compare::is_worded(&ours.text), "{name}: {:?}", ours.text);
    }
    for name in listed.keys() {
        problems.push(format!("{name}: listed, but no such case"));
    }
    table.push(format!(
        "{same} same, {argued} argued, {without} without a recorded answer"
    ));
    let table = table.join("\n");
    assert!(
        problems.is_empty(),
        "not argued in differences.tsv:\n{}\n{table}",
        problems.join("\n")
    );
    insta::assert_snapshot!(table);
}
