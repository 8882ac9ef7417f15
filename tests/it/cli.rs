//! The command line as scripts see it: exit codes, messages, and that nothing is left behind.

mod good;
mod imports;
mod labs;
mod lamplight;
mod plans;
mod program;
mod scenarios;
mod scripts;

use std::fmt::Write as _;

use program::Desk;

/// Lines of an export that is right; the cases below spoil it.
const AD: &str = "\
dn: OU=Staff,DC=corp,DC=example
objectClass: organizationalUnit
objectGUID:: AQAAAAAAAAAAAAAAAAAAAA==

dn: CN=Ann,OU=Staff,DC=corp,DC=example
objectClass: user
objectGUID:: AgAAAAAAAAAAAAAAAAAAAA==
sAMAccountName: ann
userPrincipalName: ann@corp.example
title: Clerk
";

const USERS: &str = r#"{
  "value": [
    {
      "id": "00000000-0000-4000-8000-000000000001",
      "userPrincipalName": "ann@corp.onmicrosoft.com",
      "proxyAddresses": []
    }
  ]
}
"#;

const DOMAINS: &str = r#"{
  "value": [
    {
      "id": "corp.onmicrosoft.com",
      "isInitial": true,
      "isVerified": true,
      "authenticationType": "Managed"
    }
  ]
}
"#;

/// What says that the list goes on elsewhere.
const NEXT: &str = "  \"@odata.nextLink\": \"https://graph.microsoft.com/v1.0/users?p=2\",\n";

/// An export whose photographs are the name of a type.
const CSV_LOST: &str =
    "\"Id\",\"UserPrincipalName\",\"Photo\"\n\"1\",\"ann@x\",\"System.Byte[]\"\n";

const IMPORT: [&str; 7] = ["import", "--ad", "ad.ldif", "--cloud", "cloud", "-o", "out"];

/// One way to go wrong.
struct Case {
    name: &'static str,
    /// Files beside, or instead of, those that are right.
    files: Vec<(&'static str, String)>,
    arguments: Vec<&'static str>,
    /// What the message has to name: the file and the line, or the argument.
    place: &'static str,
}

/// An import of a file that is wrong.
fn import(
    name: &'static str,
    file: &'static str,
    content: impl Into<String>,
    place: &'static str,
) -> Case {
    Case {
        name,
        files: vec![(file, content.into())],
        arguments: IMPORT.to_vec(),
        place,
    }
}

/// A right import with further arguments, or without some.
fn arguments(name: &'static str, arguments: &[&'static str], place: &'static str) -> Case {
    Case {
        name,
        files: Vec::new(),
        arguments: arguments.to_vec(),
        place,
    }
}

/// Runs all cases: each ends with 2, says where and what to do, prints no data, writes nothing.
/// Gives the messages, one after the other.
fn refusals(cases: Vec<Case>) -> String {
    let mut all = String::new();
    for case in cases {
        let desk = Desk::new();
        desk.put("ad.ldif", AD);
        desk.put("cloud/users.json", USERS);
        desk.put("cloud/domains.json", DOMAINS);
        for (name, content) in &case.files {
            desk.put(name, content);
        }
        let before = desk.files();
        let ran = desk.run(&case.arguments);
        let (name, said) = (case.name, &ran.stderr);
        assert_eq!(ran.code, Some(2), "{name}: {said}");
        assert_eq!(ran.stdout, b"", "{name} prints data");
        assert!(
            said.contains(case.place),
            "{name} does not name {}:\n{said}",
            case.place
        );
        let helps = said.contains("= help: ") || said.contains("try '--help'");
        assert!(helps, "{name} does not help:\n{said}");
        assert!(desk.files() == before, "{name} leaves something behind");
        let command = case.arguments.join(" ");
        let _ = writeln!(
            all,
            "# {name}\n$ dirsync-lab {command}\n{}\n",
            said.trim_end()
        );
    }
    all
}

/// The right export with one line in the place of another.
fn ad(line: &str, instead: &str) -> String {
    assert_eq!(AD.matches(line).count(), 1, "{line} is there once");
    AD.replace(line, instead)
}

fn users(text: &str, instead: &str) -> String {
    assert_eq!(USERS.matches(text).count(), 1, "{text} is there once");
    USERS.replace(text, instead)
}

#[test]
fn exports_of_active_directory_that_are_wrong() {
    let file = "ad.ldif";
    let of = |name, content, place| import(name, file, content, place);
    let guid = "objectGUID:: AgAAAAAAAAAAAAAAAAAAAA==\n";
    let title = "title: Clerk";
    let twice = format!("{AD}\n{}", AD.split("\n\n").nth(1).expect("Ann"));
    let elsewhere = "\ndn: CN=Bea,OU=Staff,DC=other,DC=example\nobjectClass: user\n\
                     objectGUID:: AwAAAAAAAAAAAAAAAAAAAA==\n";
    let domain = "dn: DC=corp,DC=example\nobjectClass: domainDNS\n\
                  objectGUID:: BAAAAAAAAAAAAAAAAAAAAA==\n\n";
    let typed = "#TYPE Microsoft.ActiveDirectory.Management.ADUser\n\
                 \"Name\",\"objectGUID\",\"userCertificate\"\n\"Ann\",\"\",\"System.Byte[]\"\n";
    let several = ad(title, "userAccountControl: many\ndisplayNam: Ann");
    let cases = vec![
        of("bad base64", ad(guid, "objectGUID:: A*==\n"), "ad.ldif:7"),
        of("missing colon", ad(title, "title Clerk"), "ad.ldif:10"),
        of(
            "action list",
            ad("objectClass: user", "changetype: modify"),
            "ad.ldif:6",
        ),
        of(
            "unknown attribute",
            ad(title, "displayNam: Ann"),
            "ad.ldif:10",
        ),
        of("missing objectGUID", ad(guid, ""), "ad.ldif:5"),
        of(
            "name outside the forest",
            [domain, AD, elsewhere].concat(),
            "ad.ldif:16",
        ),
        of("name given twice", twice, "ad.ldif:12"),
        of("several mistakes", several, "ad.ldif:11"),
        of("empty file", String::new(), "ad.ldif:1"),
        of("JSON", "[{ \"Name\": \"Ann\" }]\n".to_owned(), "ad.ldif:1"),
        of("CSV that lost binary values", typed.to_owned(), "ad.ldif:3"),
        of(
            "CSV",
            "\"DN\",\"objectClass\"\n\"CN=Ann\",\"user\"\n".to_owned(),
            "ad.ldif:1",
        ),
    ];
    insta::assert_snapshot!("active_directory", refusals(cases));
}

#[test]
fn exports_of_the_tenant_that_are_wrong() {
    let file = "cloud/users.json";
    let of = |name, content, place| import(name, file, content, place);
    let list = "\"proxyAddresses\": []";
    let id = "\"id\": \"00000000-0000-4000-8000-000000000001\"";
    let cut = USERS.split_once(list).expect("the list").0.to_owned();
    let one = "    {\n      \"id\": \"00000000-0000-4000-8000-000000000001\"\n    },\n";
    let twice = users("    {\n", &format!("{one}    {{\n"));
    let error = "{\n  \"error\": { \"code\": \"Authorization_RequestDenied\", \
                 \"message\": \"Insufficient privileges to complete the operation.\" }\n}\n";
    let plain = "Id,UserPrincipalName\n1,ann@x\n";
    let single = [
        "import",
        "--ad",
        "ad.ldif",
        "--cloud",
        "users.csv",
        "-o",
        "out",
    ];
    let csv = |name, content: &str, place| Case {
        name,
        files: vec![("users.csv", content.to_owned())],
        arguments: single.to_vec(),
        place,
    };
    let cases = vec![
        of("cut off", cut, "users.json:6"),
        of(
            "wrong type",
            users(list, "\"proxyAddresses\": 7"),
            "users.json:6",
        ),
        of(
            "flattened list",
            users("[]", "\"System.String[]\""),
            "users.json:6",
        ),
        of("no id", users(&format!("{id},"), ""), "users.json:"),
        of(
            "id that is none",
            users(id, "\"id\": \"ann\""),
            "users.json:",
        ),
        of("id given twice", twice, "users.json"),
        of("body of an error", error.to_owned(), "users.json:"),
        of(
            "page of a longer list",
            users("  \"value\"", &format!("{NEXT}  \"value\"")),
            "users.json",
        ),
        import(
            "no initial domain",
            "cloud/domains.json",
            "{\"value\":[{\"id\":\"corp.example\"}]}",
            "domains.json",
        ),
        csv("CSV that lost binary values", CSV_LOST, "users.csv:2"),
        csv("CSV", plain, "users.csv:1"),
    ];
    insta::assert_snapshot!("tenant", refusals(cases));
}

#[test]
fn command_lines_that_do_not_fit() {
    let with = |more: &[&'static str]| [&IMPORT[..], more].concat();
    let of = |name, more: &[&'static str], place| arguments(name, &with(more), place);
    let [import, ad, _, cloud, _, o, out] = IMPORT;
    let taken = Case {
        files: vec![("out/ad.ldif", AD.to_owned())],
        ..arguments("output that is a snapshot already", &IMPORT, "out")
    };
    let cases = vec![
        of(
            "unknown profile",
            &["--profile", "entra-2027"],
            "entra-2027",
        ),
        of(
            "scope outside the forest",
            &["--scope", "OU=Staff,DC=other"],
            "OU=Staff,DC=other",
        ),
        of(
            "scope not in the export",
            &["--scope", "OU=Stuff,DC=corp,DC=example"],
            "OU=Stuff",
        ),
        of("scope that is no name", &["--scope", "Staff"], "Staff"),
        taken,
        arguments(
            "missing export",
            &[import, ad, "no.ldif", cloud, "cloud", o, out],
            "no.ldif",
        ),
        arguments(
            "missing tenant",
            &[import, ad, "ad.ldif", cloud, "nube", o, out],
            "nube",
        ),
        arguments("no output", &IMPORT[..5], "--output"),
        arguments("missing snapshot", &["predict", "nowhere"], "nowhere"),
        arguments(
            "directory that is no snapshot",
            &["predict", "cloud"],
            "cloud",
        ),
        arguments("no cycle", &["predict", ".", "--cycles", "0"], "--cycles"),
        arguments("unknown command", &["forecast"], "forecast"),
    ];
    insta::assert_snapshot!("command_line", refusals(cases));
}

#[test]
fn lab_files_that_are_wrong() {
    let of = |name, content: &str, place| Case {
        files: vec![("lab.yaml", content.to_owned())],
        ..arguments(name, &["predict", "."], place)
    };
    let cases = vec![
        of(
            "unknown key",
            "# what is synced\nscopes:\n  - DC=corp,DC=example\n",
            "lab.yaml:2",
        ),
        of("no YAML", "scope: [\n", "lab.yaml:"),
        of("wrong type", "seed: many\n", "lab.yaml:1"),
        of(
            "unknown profile",
            "seed: 2\nprofile: entra-2027\n",
            "lab.yaml:2",
        ),
        of("unknown anchor", "anchor: mail\n", "lab.yaml:1"),
        of(
            "unknown switch",
            "switches:\n  match-clears-all: true\n",
            "lab.yaml:2",
        ),
        of("scope that is no name", "scope:\n  - Staff\n", "lab.yaml:2"),
        of(
            "scope not in the export",
            "# OU=Stuff,DC=corp,DC=example\nscope:\n  - OU=Stuff,DC=corp,DC=example\n",
            "lab.yaml:3:5",
        ),
        of(
            "scope outside the forest",
            "scope:\n  - OU=Staff,DC=other\n",
            "lab.yaml:2:5",
        ),
        of(
            "belongings that are not there",
            "belongs:\n  \"CN=Anm,OU=Staff,DC=corp,DC=example\": ann\n",
            "lab.yaml:2:3",
        ),
        of("unknown alias", "scope: *all\n", "lab.yaml:1:8"),
        of("time that is none", "taken: yesterday\n", "lab.yaml:1"),
    ];
    insta::assert_snapshot!("lab_file", refusals(cases));
}

#[test]
fn mappings_of_columns_that_are_wrong() {
    let with = [&IMPORT[..], &["--columns", "columns.yaml"]].concat();
    let of = |name, content: &str, place| Case {
        files: vec![("columns.yaml", content.to_owned())],
        ..arguments(name, &with, place)
    };
    let cases = vec![
        of(
            "unknown attribute",
            "# of the portal\nName: sAMAccountNam\n",
            "columns.yaml:2:7",
        ),
        of("list", "Name: [mail]\n", "columns.yaml:1"),
        of("no YAML", "Name: 'mail\n", "columns.yaml:"),
    ];
    insta::assert_snapshot!("columns_file", refusals(cases));
}

#[test]
fn configurations_that_are_wrong() {
    const RULE: &str = "<synchronizationRule>\n  <name>Mine</name>\n  \
        <direction>Inbound</direction>\n  <connector>{1}</connector>\n  \
        <sourceObjectType>user</sourceObjectType>\n  \
        <targetObjectType>person</targetObjectType>\n  <linkType>Join</linkType>\n  \
        <precedence>50</precedence>\n  <attribute-mappings>\n    <mapping>\n      \
        <dest>mail</dest>\n      <expression>Trim([mail])</expression>\n    </mapping>\n  \
        </attribute-mappings>\n</synchronizationRule>\n";
    const CONNECTOR: &str = "<ma-data>\n  <id>{1}</id>\n  <name>corp</name>\n  \
        <category>AD</category>\n  <ma-partition-data>\n    <partition>\n      \
        <name>DC=other,DC=example</name>\n      <selected>1</selected>\n    </partition>\n  \
        </ma-partition-data>\n</ma-data>\n";
    let with = [&IMPORT[..], &["--config", "adsync"]].concat();
    let of = |name, rule: String, connector: &str, place| Case {
        files: vec![
            ("adsync/SynchronizationRules/rule.xml", rule),
            ("adsync/Connectors/connector.xml", connector.to_owned()),
        ],
        ..arguments(name, &with, place)
    };
    let rule = |from: &str, to: &str| RULE.replace(from, to);
    let cases = vec![
        arguments("no folder", &with, "adsync"),
        of(
            "cut off",
            rule("</synchronizationRule>", ""),
            CONNECTOR,
            "rule.xml:1",
        ),
        of(
            "no number",
            rule(">50<", ">first<"),
            CONNECTOR,
            "rule.xml:8",
        ),
        of(
            "no expression",
            rule("Trim([mail])", "Trim([mail]"),
            CONNECTOR,
            "rule.xml:12",
        ),
        of("other domain", RULE.to_owned(), CONNECTOR, "connector.xml"),
        of("no rule", "<html/>".to_owned(), CONNECTOR, "rule.xml:1"),
    ];
    insta::assert_snapshot!("configuration", refusals(cases));
}

#[test]
fn rule_files_that_are_wrong() {
    let of = |name, content: &str, place| Case {
        files: vec![("rules.yaml", content.to_owned())],
        ..arguments(name, &["predict", "."], place)
    };
    let rule = "rules:\n- name: Mine\n  precedence: 50\n  from: [user]\n  to: person\n";
    let cases = vec![
        of("unknown key", "rule: []\n", "rules.yaml:1"),
        of("no YAML", "rules: [\n", "rules.yaml:"),
        of(
            "no expression",
            &format!("{rule}  flow:\n    mail: Trim([mail]\n"),
            "rules.yaml:7",
        ),
        of(
            "unknown operator",
            &format!("{rule}  scope:\n  - [title EQUALS x]\n"),
            "rules.yaml:7",
        ),
    ];
    insta::assert_snapshot!("rules_file", refusals(cases));
}
