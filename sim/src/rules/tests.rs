use mock_ad::directory::Dn;
use mock_cloud::Profile;
use proptest::prelude::*;

use super::*;

fn variants() -> Vec<Variant> {
    let anchors = [
        AnchorAttribute::ObjectGuid,
        AnchorAttribute::ConsistencyGuid,
    ];
    let each = |anchor| {
        Profile::ALL.map(|profile| Variant {
            anchor,
            policy: EnginePolicy::of(profile),
        })
    };
    anchors.into_iter().flat_map(each).collect()
}

#[test]
fn the_installed_rules_can_be_read_in_every_era() {
    for variant in variants() {
        let file = crate::scenario::read_document::<RulesFile>("default-rules.yaml", DEFAULT_RULES);
        let file = file.unwrap_or_else(|found| panic!("{found:?}"));
        let rules = RuleSet::read(&file.rules, &variant).unwrap_or_else(|it| panic!("{it:?}"));
        assert_eq!(rules.rules().len(), 24);
        let anchors = rules.rules().iter().flat_map(|rule| &rule.flows);
        assert_eq!(
            anchors.filter(|flow| flow.target == "sourceAnchor").count(),
            9
        );
        for rule in rules.rules() {
            assert!(
                rule.flows
                    .iter()
                    .all(|flow| flow.source.not_evaluated().is_empty())
            );
        }
    }
}

struct Sam(&'static str);

impl Source for Sam {
    fn attribute(&self, name: &str) -> RuleValue {
        match name {
            "sAMAccountName" => RuleValue::text(self.0),
            "userAccountControl" => RuleValue::Number(514),
            "proxyAddresses" => RuleValue::Many(vec![
                RuleValue::text("smtp:a@x"),
                RuleValue::text("SMTP:b@x"),
            ]),
            _ => RuleValue::Null,
        }
    }

    fn parameter(&self, _: &str) -> RuleValue {
        RuleValue::Null
    }

    fn is_member_of(&self, group: &Dn) -> bool {
        *group == "CN=Pilot,DC=x".parse::<Dn>().unwrap()
    }
}

#[test]
fn clauses_ask_what_their_operators_say() {
    for (clause, holds) in [
        ("sAMAccountName EQUAL ANN", true),
        ("sAMAccountName NOTEQUAL ann", false),
        ("absent NOTEQUAL ann", true),
        ("absent EQUAL", false),
        ("sAMAccountName STARTSWITH A", true),
        ("sAMAccountName NOTSTARTSWITH b", true),
        ("absent NOTSTARTSWITH User_", true),
        ("sAMAccountName ENDSWITH nn", true),
        ("sAMAccountName NOTENDSWITH nn", false),
        ("sAMAccountName CONTAINS N", true),
        ("sAMAccountName NOTCONTAINS x", true),
        ("absent ISNULL", true),
        ("sAMAccountName ISNOTNULL", true),
        ("proxyAddresses ISIN SMTP:B@X", true),
        ("proxyAddresses ISNOTIN smtp:c@x", true),
        ("userAccountControl ISBITSET 2", true),
        ("userAccountControl ISBITNOTSET 2", false),
        ("userAccountControl ISNOTBITSET 1", true),
        ("userAccountControl LESSTHAN 1000", true),
        ("userAccountControl GREATERTHAN 1000", false),
        ("userAccountControl GREATERTHAN_OR_EQUAL 514", true),
        ("userAccountControl LESSTHAN_OR_EQUAL 513", false),
        ("absent LESSTHAN 5", false),
        ("sAMAccountName LESSTHAN bea", true),
        ("dn ISMEMBEROF cn=Pilot, DC=x", true),
        ("dn ISMEMBEROF CN=Other,DC=x", false),
        ("dn ISNOTMEMBEROF CN=Other,DC=x", true),
        ("dn ISNOTMEMBEROF CN=Pilot,DC=x", false),
        ("dn ISNOTMEMBEROF Pilot", false),
    ] {
        let form = RuleForm {
            name: "Mine".to_owned(),
            scope: vec![vec![clause.to_owned()]],
            ..RuleForm::default()
        };
        let rule = form
            .read(&variants()[0])
            .unwrap_or_else(|found| panic!("{found:?}"));
        assert_eq!(rule.keeps_out(&Sam("Ann")).is_none(), holds, "{clause}");
    }
}

#[test]
fn mistakes_in_a_rule_are_told_all_at_once() {
    let form = RuleForm {
        name: "Mine".to_owned(),
        direction: "Sideways".to_owned(),
        scope: vec![vec!["title EQUALS x".to_owned(), "title".to_owned()]],
        join: vec![vec!["mail is mail".to_owned()]],
        flow: [("mail".to_owned(), "Trim([mail]".to_owned())].into(),
        merge: [("title".to_owned(), "Merge".to_owned())].into(),
        ..RuleForm::default()
    };
    let said: Vec<String> = form
        .read(&variants()[0])
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        said,
        [
            "in the rule `Mine`, unknown direction `Sideways`: expected `Inbound` or `Outbound`",
            "in the rule `Mine`, the flow of `mail` can't be read at character 12: the expression \
             ends, expected `)`",
            "in the rule `Mine`, `merge` names an attribute that does not flow",
            "in the rule `Mine`, the clause `title EQUALS x` has no known operator: did you mean \
             `EQUAL`?",
            "in the rule `Mine`, the clause `title` has no known operator: expected an attribute, \
             an operator such as EQUAL, a value",
            "in the rule `Mine`, the join `mail is mail` is none: expected `attribute = \
             attribute`, that in the connector space first",
        ]
    );
}

/// The values of several rules come together as `merge` says (rule R5.2).
#[test]
fn values_merge_without_doubles() {
    let rule = |name: &str, precedence, value: &str, merge: &str| RuleForm {
        name: name.to_owned(),
        precedence,
        from: vec!["user".to_owned()],
        to: "person".to_owned(),
        link: "Provision".to_owned(),
        flow: [("proxyAddresses".to_owned(), value.to_owned())].into(),
        merge: [("proxyAddresses".to_owned(), merge.to_owned())].into(),
        ..RuleForm::default()
    };
    for (merge, expected) in [
        ("Update", vec!["smtp:a@x", "SMTP:b@x"]),
        (
            "Merge",
            vec!["smtp:a@x", "SMTP:b@x", "smtp:b@x", "smtp:c@x"],
        ),
        (
            "MergeCaseInsensitive",
            vec!["smtp:a@x", "SMTP:b@x", "smtp:c@x"],
        ),
    ] {
        let forms = [
            rule("One", 1, "[proxyAddresses]", merge),
            rule("Two", 2, "Split(\"smtp:b@x,smtp:c@x\",\",\")", merge),
        ];
        let rules = RuleSet::read(&forms, &variants()[0]).unwrap();
        let image = rules
            .project("user", &Sam("Ann"), &|_| RuleValue::Null)
            .unwrap();
        let values: Vec<_> = image
            .value("proxyAddresses")
            .values()
            .iter()
            .filter_map(RuleValue::as_text)
            .collect();
        assert_eq!(values, expected, "{merge}");
        assert_eq!(image.giver("proxyAddresses"), Some("One"));
    }
}

/// Words of rules, and what is none.
fn word() -> impl Strategy<Value = String> {
    let known = [
        "",
        "Inbound",
        "Outbound",
        "AD",
        "Entra",
        "Join",
        "Update",
        "Merge",
        "mail",
        "mail EQUAL x",
        "mail ISNULL",
        "mail = mail",
        "mail == ",
        "Trim([mail])",
        "IIF(",
        "[",
        "\u{e9}",
    ];
    prop_oneof![
        prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        any::<String>(),
    ]
}

fn form() -> impl Strategy<Value = RuleForm> {
    let words = || prop::collection::vec(word(), 0..3);
    let groups = || prop::collection::vec(prop::collection::vec(word(), 0..3), 0..3);
    let pairs = || prop::collection::btree_map(word(), word(), 0..3);
    let kinds = (word(), word(), word(), word());
    (
        kinds,
        groups(),
        groups(),
        words(),
        words(),
        pairs(),
        pairs(),
    )
        .prop_map(
            |((name, direction, connector, link), scope, join, copied, trimmed, flow, merge)| {
                RuleForm {
                    name,
                    direction,
                    connector,
                    link,
                    scope,
                    join,
                    copied,
                    trimmed,
                    flow,
                    merge,
                    ..RuleForm::default()
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_form_panics(form in form()) {
        for variant in variants() {
            match form.read(&variant) {
                Err(found) => prop_assert!(!found.is_empty()),
                Ok(rule) => drop(RuleForm::of(&rule).read(&variant)),
            }
        }
    }

    #[test]
    fn no_file_of_rules_panics(
        noise in prop::collection::vec(any::<u8>(), 0..120),
        start in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
    ) {
        let lines: Vec<&str> = DEFAULT_RULES.lines().collect();
        let start = start.index(lines.len());
        let part = lines.iter().skip(start).take(40).map(|line| format!("{line}\n"));
        let mut part = format!("rules:\n{}", part.collect::<String>()).into_bytes();
        for (place, byte) in damage {
            let place = place.index(part.len());
            part[place] = byte;
        }
        for bytes in [noise, part] {
            let text = String::from_utf8_lossy(&bytes);
            let file = crate::scenario::read_document::<RulesFile>("rules.yaml", &text);
            match file {
                Err(found) => prop_assert!(!found.is_empty()),
                Ok(file) => drop(RuleSet::read(&file.rules, &variants()[0])),
            }
        }
    }
}
