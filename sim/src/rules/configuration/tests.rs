use proptest::prelude::*;

use super::*;

const CONNECTOR: &str = "<ma-data>
  <id>{7D0C1F52-9A34-4E0B-8C1D-2F6B7A905E11}</id>
  <name>example.test</name>
  <category>AD</category>
  <ma-partition-data>
    <partition>
      <name>DC=example,DC=test</name>
      <selected>1</selected>
      <filter><containers>
        <exclusions><exclusion>DC=example,DC=test</exclusion></exclusions>
        <inclusions><inclusion>OU=Staff,DC=example,DC=test</inclusion></inclusions>
      </containers></filter>
    </partition>
  </ma-partition-data>
</ma-data>
";

const RULE: &str = "<synchronizationRule>
  <name>In from AD - User Sales</name>
  <direction>Inbound</direction>
  <disabled>False</disabled>
  <connector>{7d0c1f52-9a34-4e0b-8c1d-2f6b7a905e11}</connector>
  <sourceObjectType>user</sourceObjectType>
  <targetObjectType>person</targetObjectType>
  <linkType>Join</linkType>
  <precedence>50</precedence>
  <attribute-mappings>
    <mapping>
      <dest>department</dest>
      <src><attr>department</attr></src>
      <expression>IIF([department]=\"Sales\",\"Sales &amp; more\",NULL)</expression>
      <valueMergeType>Update</valueMergeType>
    </mapping>
    <mapping><dest>mail</dest><src><attr>mail</attr></src></mapping>
    <mapping><dest>company</dest><src>Contoso</src></mapping>
  </attribute-mappings>
  <relationshipCriteria />
  <synchronizationCriteria>
    <conditions>
      <scope>
        <csAttribute>title</csAttribute>
        <csOperator>ISNOTNULL</csOperator>
        <csValue />
      </scope>
    </conditions>
    <conditions />
  </synchronizationCriteria>
</synchronizationRule>
";

fn file(name: &str, text: impl Into<Vec<u8>>) -> SourceFile {
    SourceFile {
        name: name.to_owned(),
        bytes: text.into(),
    }
}

fn read(texts: &[&str]) -> Result<Configuration, Vec<Problem>> {
    let files: Vec<SourceFile> = texts
        .iter()
        .enumerate()
        .map(|(place, text)| file(&format!("{place}.xml"), *text))
        .collect();
    Configuration::read(&files)
}

fn directory() -> Directory {
    let text = "dn: CN=Ann,OU=Staff,DC=example,DC=test\nobjectClass: user\nsAMAccountName: ann\n\
        objectGUID:: AREkO7viVUKMr0E2xWapYg==\n";
    let options = mock_ad::ldif::LoadOptions::default();
    mock_ad::ldif::load(text.as_bytes(), &options)
        .unwrap()
        .directory
}

#[test]
fn a_connector_and_a_rule_become_scope_and_data() {
    let read = read(&[CONNECTOR, RULE]).unwrap();
    assert_eq!(read.not_evaluated, Vec::<String>::new());
    let applied = read.apply(&[directory()]).unwrap();
    assert_eq!(applied.notes, Vec::<String>::new());
    let names = |list: &[Dn]| -> Vec<String> { list.iter().map(ToString::to_string).collect() };
    assert_eq!(
        names(&applied.scope.include),
        ["OU=Staff,DC=example,DC=test"]
    );
    assert_eq!(names(&applied.scope.exclude), ["DC=example,DC=test"]);
    let rule = applied.rules.find("In from AD - User Sales").unwrap();
    assert_eq!(rule.system, ConnectedSystem::ActiveDirectory);
    assert_eq!(rule.scope.len(), 1, "a group without clauses is none");
    let flows: Vec<String> = rule
        .flows
        .iter()
        .map(|it| format!("{} <- {}", it.target, it.source))
        .collect();
    assert_eq!(
        flows,
        [
            "department <- IIF([department]=\"Sales\",\"Sales & more\",NULL)",
            "mail <- [mail]",
            "company <- \"Contoso\"",
        ]
    );
}

/// What a person writes back is what was read.
#[test]
fn rules_survive_the_round_trip_through_yaml() {
    let rules = read(&[CONNECTOR, RULE])
        .unwrap()
        .apply(&[directory()])
        .unwrap()
        .rules;
    let variant = crate::rules::Variant {
        anchor: crate::engine::AnchorAttribute::ObjectGuid,
        policy: crate::engine::EnginePolicy::of(mock_cloud::Profile::Entra2026),
    };
    for rules in [rules, crate::rules::default_rules(&variant)] {
        let text = rules.write();
        let forms: crate::rules::RulesFile =
            crate::scenario::read_document("rules.yaml", &text).unwrap();
        let again = RuleSet::read(&forms.rules, &variant).unwrap();
        assert_eq!(again.write(), text);
        assert_eq!(again.rules().len(), rules.rules().len());
    }
}

#[test]
fn what_is_not_evaluated_is_listed_by_rule() {
    let spoilt = RULE
        .replace("[department]=\"Sales\"", "IsPresent(Guid())")
        .replace(
            "<src>Contoso</src>",
            "<src/><expression>Shiny([cn])</expression>",
        )
        .replace("ISNOTNULL", "ISMEMBEROF");
    let read = read(&[CONNECTOR, &spoilt]).unwrap();
    assert_eq!(
        read.not_evaluated,
        [
            "the rule `In from AD - User Sales` gives `department` with the function Guid: it \
             gives nothing here",
            "the rule `In from AD - User Sales` asks `title ISMEMBEROF `: that is no distinguished \
             name, so it never holds",
            "the rule `In from AD - User Sales` gives `company` with the function Shiny, \
             which is not known: it gives nothing here",
        ]
    );
}

#[test]
fn a_parameter_that_is_not_known_is_listed_and_not_taken_for_nothing() {
    let spoilt = RULE.replace(
        "<src>Contoso</src>",
        "<src/><expression>%Shop.Number%</expression>",
    );
    let read = read(&[CONNECTOR, &spoilt]).unwrap();
    let line = "the rule `In from AD - User Sales` gives `company` with the parameter \
                %Shop.Number%, which is not known: it gives nothing here";
    assert_eq!(read.not_evaluated, [line]);
    let wrong = crate::rules::Expression::read("%Domain.FQDM%").unwrap_err();
    let message = "at character 1: there is no parameter `%Domain.FQDM%`: did you mean \
                   `%Domain.FQDN%`?";
    assert_eq!(wrong.to_string(), message);
}

/// Each with the file, the line and what is expected.
#[test]
fn mistakes_are_told_with_their_place() {
    let of = |from: &str, to: &str| {
        let found = read(&[CONNECTOR, &RULE.replace(from, to)]).unwrap_err();
        let [one] = found.as_slice() else {
            panic!("{found:?}");
        };
        format!("{}:{}: {}", one.file, one.line, one.message)
    };
    let rule = "in the rule `In from AD - User Sales`, ";
    for (from, to, expected) in [
        (
            "</name>",
            "",
            "1.xml:31: this is no well-formed XML".to_owned(),
        ),
        (
            "Inbound",
            "Sideways",
            format!("1.xml:3: {rule}`<direction>` is `Sideways`: expected Inbound or Outbound"),
        ),
        (
            "<precedence>50</precedence>",
            "",
            format!("1.xml:1: {rule}`<precedence>` is ``: expected a number"),
        ),
        (
            "ISNOTNULL",
            "ISSOME",
            format!("1.xml:25: {rule}`ISSOME` is no known operator of a scoping filter"),
        ),
        (
            "NULL)</expression>",
            "NULL</expression>",
            format!(
                "1.xml:14: {rule}the flow of `department` can't be read at character 45: \
                the expression ends, expected `)`"
            ),
        ),
    ] {
        let said = of(from, to);
        assert!(said.starts_with(&expected), "{said}\n{expected}");
    }
    let other = read(&["<html/>"]).unwrap_err();
    assert_eq!(other[0].message, "`<html>` is no part of a configuration");
    let none = read(&[CONNECTOR]).unwrap_err();
    assert_eq!(none[0].message, "the folder holds no synchronization rules");
    let broken = CONNECTOR.replace("OU=Staff,", "Staff,");
    let broken = read(&[&broken, RULE]).unwrap_err();
    assert_eq!((broken[0].line, broken[0].file.as_str()), (11, "0.xml"));
}

#[test]
fn the_domain_has_to_be_one_of_the_connector() {
    let apply = |from: &str, to: &str| {
        let read = read(&[&CONNECTOR.replace(from, to), RULE]).unwrap();
        read.apply(&[directory()])
    };
    let other = apply("<name>DC=example", "<name>DC=sample").unwrap_err();
    assert_eq!(
        other.help,
        "its connectors are for `DC=sample,DC=test`: export the domain that is meant"
    );
    let off = apply("<selected>1", "<selected>0").unwrap_err();
    assert_eq!((off.line, off.file.as_str()), (6, "0.xml"));
    let gone = apply("OU=Staff", "OU=Gone").unwrap();
    assert_eq!(
        gone.notes,
        ["the connector includes `OU=Gone,DC=example,DC=test`, which the export does not contain"]
    );
    assert!(
        !gone
            .scope
            .contains(&"OU=Staff,DC=example,DC=test".parse().unwrap())
    );
}

#[test]
fn utf_16_is_read_as_powershell_writes_it() {
    let wide = |text: &str| -> Vec<u8> {
        std::iter::once(0xfeff)
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect()
    };
    let files = [file("c.xml", wide(CONNECTOR)), file("r.xml", wide(RULE))];
    assert_eq!(Configuration::read(&files).unwrap().rule_count(), 1);
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Configuration::read(&[file("x.xml", bytes)]);
    }

    /// Pieces of right files in any order, cut anywhere.
    #[test]
    fn no_damage_panics(
        which in any::<bool>(),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = if which { CONNECTOR } else { RULE }.as_bytes().to_vec();
        for (place, byte) in cuts {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(read) = Configuration::read(&[file("x.xml", bytes), file("y.xml", RULE)]) {
            let _ = read.apply(&[directory()]);
        }
    }
}
