//! The files of a server in staging mode, and what is said of them.

use std::fmt::Write as _;

use mock_ad::directory::{AttributeId, Modification};
use mock_cloud::SourceAnchor;
use mock_cloud::graph::Part;

use super::{Comparison, Operation, compare, read};
use crate::engine::CyclePolicy;
use crate::snapshot::{self, EngineMemory, Files, Lab, SourceFile};
use crate::world::{Action, AdChange, World};

const AD: &str = "\
dn: OU=Staff,DC=corp,DC=example
objectClass: organizationalUnit
objectGUID:: AQAAAAAAAAAAAAAAAAAAAA==

dn: OU=Left,DC=corp,DC=example
objectClass: organizationalUnit
objectGUID:: CQAAAAAAAAAAAAAAAAAAAA==

dn: CN=Ann,OU=Left,DC=corp,DC=example
objectClass: user
objectGUID:: AgAAAAAAAAAAAAAAAAAAAA==
sAMAccountName: ann
displayName: Ann
userPrincipalName: ann@corp.example
proxyAddresses: SMTP:ann@corp.example
proxyAddresses: smtp:a@corp.example

dn: CN=Ben,OU=Staff,DC=corp,DC=example
objectClass: user
objectGUID:: AwAAAAAAAAAAAAAAAAAAAA==
sAMAccountName: ben
displayName: Ben
userPrincipalName: ben@corp.example

dn: CN=Cas,OU=Staff,DC=corp,DC=example
objectClass: user
objectGUID:: BAAAAAAAAAAAAAAAAAAAAA==
sAMAccountName: cas
userPrincipalName: cas@corp.example

dn: CN=Dee,OU=Staff,DC=corp,DC=example
objectClass: user
objectGUID:: BQAAAAAAAAAAAAAAAAAAAA==
sAMAccountName: dee
displayName: Dee
userPrincipalName: dee@corp.example
";

fn file(name: &str, text: &str) -> SourceFile {
    SourceFile {
        name: name.to_owned(),
        bytes: text.as_bytes().to_vec(),
    }
}

/// Ben, Cas and Dee are synced; then Ann comes into scope, Ben gets another name and Cas leaves.
fn world() -> World {
    let domains = r#"[{ "id": "corp.example", "isInitial": true, "isVerified": true }]"#;
    let files = Files {
        ad: vec![file("ad.ldif", AD)],
        cloud: vec![
            (Part::Users, file("users.json", "[]")),
            (Part::Domains, file("domains.json", domains)),
        ],
        lab: Lab {
            scope: vec!["OU=Staff,DC=corp,DC=example".parse().expect("a name")],
            ..Lab::default()
        },
        ..Files::default()
    };
    let snapshot = snapshot::read(&files).expect("a snapshot");
    let mut world = snapshot.world(None, EngineMemory::Fresh);
    for _ in 0..2 {
        world.apply(&Action::Cycle(CyclePolicy::Delta));
    }
    let find = |name: &str| {
        let name = format!("{name},DC=corp,DC=example")
            .parse()
            .expect("a name");
        world.forests()[0].find(&name).expect("it is there")
    };
    let (ann, ben, cas) = (
        find("CN=Ann,OU=Left"),
        find("CN=Ben,OU=Staff"),
        find("CN=Cas,OU=Staff"),
    );
    let (staff, left) = (find("OU=Staff"), find("OU=Left"));
    let moved = |object, parent| AdChange::Move {
        object,
        name: None,
        parent: Some(parent),
    };
    let named = AdChange::Modify {
        object: ben,
        changes: vec![Modification::replace(
            AttributeId::DISPLAY_NAME,
            ["Benjamin"],
        )],
    };
    for change in [moved(ann, staff), named, moved(cas, left)] {
        world.apply(&Action::Ad { forest: 0, change });
    }
    world
}

/// The name that an anchor has in the connector space, in small letters as some versions write it.
fn dn(anchor: &str) -> String {
    let name = SourceAnchor::from_text(anchor).connector_space_dn();
    name.to_ascii_lowercase().replacen("cn", "CN", 1)
}

/// A connector space object as `csexport` writes it.
fn object(anchor: &str, operation: &str, values: &[(&str, &[&str])]) -> String {
    let dn = dn(anchor);
    let mut attributes = String::new();
    for (name, values) in values {
        let values = values.join("</value><value>");
        let _ = writeln!(
            attributes,
            "   <attr name=\"{name}\"><value>{values}</value></attr>"
        );
    }
    let hologram = if operation == "delete" {
        String::new()
    } else {
        format!(
            "  <unapplied-export-hologram><entry dn=\"{dn}\">\n{attributes}  \
             </entry></unapplied-export-hologram>\n"
        )
    };
    format!(
        " <cs-object id=\"{{0}}\" object-type=\"user\">\n  <unapplied-export>\n   <delta \
         operation=\"{operation}\" dn=\"{dn}\">\n{attributes}   </delta>\n  \
         </unapplied-export>\n{hologram} </cs-object>\n"
    )
}

const ANN: &str = "AgAAAAAAAAAAAAAAAAAAAA==";
const BEN: &str = "AwAAAAAAAAAAAAAAAAAAAA==";
const CAS: &str = "BAAAAAAAAAAAAAAAAAAAAA==";
const DEE: &str = "BQAAAAAAAAAAAAAAAAAAAA==";

const ANN_IS: [(&str, &[&str]); 4] = [
    ("sourceAnchor", &[ANN]),
    ("userPrincipalName", &["ann@corp.example"]),
    (
        "proxyAddresses",
        &["smtp:a@corp.example", "SMTP:ann@corp.example"],
    ),
    ("displayName", &["Ann"]),
];

fn compared(objects: &[String]) -> Comparison {
    let text = format!("<cs-objects>\n{}</cs-objects>\n", objects.concat());
    let there = read(&file("pending.xml", &text)).expect("a file of csexport");
    compare(&world(), &there)
}

/// What differs: whom, here, there.
fn told(compared: &Comparison) -> Vec<(&str, Option<&str>, Option<&str>)> {
    let differences = compared.differences.iter();
    differences
        .map(|it| {
            let label = it.label.split(',').next().unwrap_or_default();
            (
                label,
                it.here.map(Operation::name),
                it.there.map(Operation::name),
            )
        })
        .collect()
}

fn same() -> [String; 3] {
    [
        object(ANN, "add", &ANN_IS),
        object(BEN, "update", &[("displayName", &["Benjamin"])]),
        object(CAS, "delete", &[]),
    ]
}

#[test]
fn a_server_that_agrees_has_no_differences() {
    let compared = compared(&same());
    assert_eq!(compared.differences, []);
    let counts: Vec<_> = compared.same.into_iter().collect();
    let one_each = Operation::ALL.map(|operation| (operation, 1));
    assert_eq!(counts, one_each);
}

#[test]
fn each_side_is_told_what_only_the_other_would_do() {
    let [add, update, _] = same();
    let more = object(DEE, "delete", &[]);
    let compared = compared(&[add, update, more]);
    let dee = dn(DEE);
    assert_eq!(
        told(&compared),
        [
            (dee.as_str(), None, Some("delete")),
            ("CN=Cas", Some("delete"), None),
        ]
    );
}

#[test]
fn values_that_differ_are_named_whatever_their_order() {
    let mut ann = ANN_IS;
    ann[1] = ("userPrincipalName", &["a.lee@corp.example"]);
    let [_, update, delete] = same();
    let compared = compared(&[object(ANN, "add", &ann), update, delete]);
    assert_eq!(told(&compared), [("CN=Ann", Some("add"), Some("add"))]);
    let [differing] = &compared.differences[0].attributes[..] else {
        panic!("{compared:?}");
    };
    assert_eq!(differing.name, "userPrincipalName");
    assert_eq!(differing.here, ["ann@corp.example"]);
    assert_eq!(differing.there, ["a.lee@corp.example"]);
    assert_eq!(compared.differences[0].line, Some(2));
}

#[test]
fn an_update_of_what_has_no_place_here_is_counted_and_no_difference() {
    let mut all = same().to_vec();
    all.push(object(DEE, "update", &[("thumbnailPhoto", &["AAAA"])]));
    let compared = compared(&all);
    assert!(compared.is_same(), "{compared:?}");
    assert_eq!(compared.updates_not_modelled, 1);
    assert_eq!(compared.not_modelled["thumbnailPhoto"], 1);
}

#[test]
fn what_is_no_file_of_csexport_is_refused_with_its_line() {
    let unknown = same()[0].replace("\"add\"", "\"escrow\"");
    let cases = [
        (
            "<cs-objects>\n<cs-object>".to_owned(),
            2,
            "no well-formed XML",
        ),
        (
            "<rules/>".to_owned(),
            1,
            "expected `<cs-objects>`, found `<rules>`",
        ),
        (
            format!("<cs-objects>\n{unknown}</cs-objects>"),
            2,
            "the operation `escrow`",
        ),
        (String::new(), 1, "no well-formed XML"),
    ];
    for (text, line, message) in cases {
        let problems = read(&file("pending.xml", &text)).unwrap_err();
        assert_eq!(problems[0].line, line, "{text}");
        assert!(problems[0].message.contains(message), "{}", problems[0]);
    }
}

#[test]
fn objects_that_are_at_rest_or_of_another_type_are_counted() {
    let rest = " <cs-object object-type=\"user\"></cs-object>\n".to_owned();
    let other = same()[0].replace("\"user\"", "\"publicFolder\"");
    let text = format!("<cs-objects>\n{rest}{other}</cs-objects>\n");
    let mut wide = vec![0xFF, 0xFE];
    wide.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let bytes = SourceFile {
        name: "pending.xml".to_owned(),
        bytes: wide,
    };
    let there = read(&bytes).expect("UTF-16, as the program writes it");
    assert_eq!(there.objects, []);
    assert_eq!(
        there.notes,
        [
            "1 objects have nothing to export",
            "1 objects of the type `publicFolder` are passed over",
        ]
    );
}
