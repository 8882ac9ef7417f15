//! One forest and one tenant in every shape, and what each shape loses.

use mock_cloud::graph::Part;
use proptest::prelude::*;

use super::{Columns, Input, columns, read};
use crate::snapshot::{Problem, Snapshot, SourceFile, write};

const LDIF: &str = "\
dn: CN=Jane Doe,OU=Staff,DC=corp,DC=example
objectClass: user
objectGUID:: eWaefCV03kCUS+B/wfkK5w==
sAMAccountName: jdoe
displayName: Jane Doe
givenName: Jane
userAccountControl: 512
userPrincipalName: jdoe@corp.example
mail: jdoe@corp.example
proxyAddresses: SMTP:jdoe@corp.example
proxyAddresses: smtp:jane@corp.example
objectSid: S-1-5-21-1-2-3-1104
";

/// The same object as csvde writes it.
const CSVDE: &str = include_str!("tests/csvde.csv");

/// As `Get-ADUser | Select-Object … | Export-Csv -Delimiter ';'` of Windows PowerShell writes it.
const GET_AD_USER: &str = include_str!("tests/get-ad-user.csv");

/// As `Get-ADUser -Properties … | ConvertTo-Json` of Windows PowerShell writes it.
const AD_JSON: &str = r#"{
  "DistinguishedName": "CN=Jane Doe,OU=Staff,DC=corp,DC=example",
  "Enabled": true,
  "GivenName": "Jane",
  "Name": "Jane Doe",
  "ObjectClass": "user",
  "ObjectGUID": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  "SamAccountName": "jdoe",
  "SID": {
    "BinaryLength": 28, "AccountDomainSid": { "BinaryLength": 24 }, "Value": "S-1-5-21-1-2-3-1104"
  },
  "UserPrincipalName": "jdoe@corp.example",
  "DisplayName": "Jane Doe",
  "mail": "jdoe@corp.example",
  "EmailAddress": "jdoe@corp.example",
  "proxyAddresses": { "value": ["SMTP:jdoe@corp.example", "smtp:jane@corp.example"], "Count": 2 },
  "PropertyNames": ["mail"]
}"#;

const USERS: &str = r#"[{
  "id": "0f0e0d0c-1111-4222-8333-444455556666",
  "userPrincipalName": "jdoe@corp.example",
  "displayName": "Jane Doe",
  "proxyAddresses": ["SMTP:jdoe@corp.example"],
  "onPremisesImmutableId": "eWaefCV03kCUS+B/wfkK5w==",
  "onPremisesSyncEnabled": true,
  "onPremisesLastSyncDateTime": "2026-06-01T07:12:00Z",
  "assignedLicenses": [{ "disabledPlans": [], "skuId": "corp:E3" }]
}]"#;
const USERS_CSV: &str = include_str!("tests/get-mg-user.csv");
const MSOL_CSV: &str = include_str!("tests/get-msol-user.csv");
const DOMAINS: &str =
    r#"{"value":[{"id":"corp.onmicrosoft.com","isInitial":true},{"id":"corp.example"}]}"#;

fn file(name: &str, bytes: impl Into<Vec<u8>>) -> SourceFile {
    SourceFile {
        name: name.to_owned(),
        bytes: bytes.into(),
    }
}

fn input(ad: impl Into<Vec<u8>>, users: impl Into<Vec<u8>>) -> Input {
    Input {
        ad: vec![file("ad", ad)],
        cloud: vec![
            (Some(Part::Users), file("users", users)),
            (None, file("domains.json", DOMAINS)),
        ],
        ..Input::default()
    }
}

/// What the snapshot is written as, without the notes.
fn written(result: Result<Snapshot, Vec<Problem>>) -> Vec<(String, String)> {
    write(&result.unwrap_or_else(|problems| panic!("{}", list(&problems))))
}

fn list(problems: &[Problem]) -> String {
    let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
    all.join("\n")
}

fn lines(result: Result<Snapshot, Vec<Problem>>) -> Vec<usize> {
    let problems = result.map(|_| "a snapshot").unwrap_err();
    problems.iter().map(|problem| problem.line).collect()
}

#[test]
fn every_shape_of_active_directory_gives_the_same_snapshot() {
    let expected = written(read(&input(LDIF, USERS)));
    let utf16 = |text: &str, mark: bool| {
        let mark = mark.then_some('\u{feff}');
        let text: String = mark.into_iter().chain(text.chars()).collect();
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    for (name, bytes) in [
        ("csvde", CSVDE.into()),
        ("csvde -u", utf16(CSVDE, true)),
        ("UTF-16 without its mark", utf16(CSVDE, false)),
        ("Get-ADUser CSV", GET_AD_USER.into()),
        ("CRLF", GET_AD_USER.replace('\n', "\r\n").into_bytes()),
        ("tabs", GET_AD_USER.replace(';', "\t").into_bytes()),
        ("Get-ADUser JSON", AD_JSON.into()),
        ("a list", format!("[{AD_JSON}]").into_bytes()),
    ] {
        assert_eq!(written(read(&input(bytes, USERS))), expected, "{name}");
    }
}

#[test]
fn every_shape_of_the_tenant_gives_the_same_snapshot() {
    let expected = written(read(&input(LDIF, USERS)));
    let pascal = serde_json::from_str::<serde_json::Value>(USERS).unwrap();
    let object = pascal[0].as_object().unwrap().iter();
    let pascal: serde_json::Map<_, _> = object
        .map(|(name, value)| (name[..1].to_uppercase() + &name[1..], value.clone()))
        .collect();
    let pascal = serde_json::to_string_pretty(&pascal).unwrap();
    for (name, text) in [
        ("Get-MgUser JSON", &*pascal),
        ("Get-MgUser CSV", USERS_CSV),
        ("Get-MsolUser", MSOL_CSV),
    ] {
        assert_eq!(written(read(&input(LDIF, text))), expected, "{name}");
    }
}

#[test]
fn deleted_users_of_msonline_go_to_the_recycle_bin() {
    let row = MSOL_CSV.lines().nth(1).unwrap();
    let gone = row
        .replace("0f0e0d0c", "1f0e0d0c")
        .replace("\"False\",", "\"False\",\"2026-06-02T08:00:00Z\"");
    let snapshot = read(&input(LDIF, format!("{MSOL_CSV}{gone}\n"))).unwrap();
    let deleted = snapshot
        .tenant
        .objects()
        .filter(|(_, it)| it.is_soft_deleted())
        .count();
    assert_eq!(deleted, 1);
}

#[test]
fn headers_of_ones_own_are_read_through_a_mapping() {
    let text = CSVDE
        .replace("sAMAccountName", "Anmeldename")
        .replace("givenName", "Vorname");
    let mut input = input(text, USERS);
    let notes = read(&input).unwrap().notes.join("\n");
    assert!(notes.contains("`Anmeldename`, `Vorname`"), "{notes}");
    let columns = "Anmeldename: sAMAccountName\nVorname: givenName\n";
    input.columns = Columns::read("columns.yaml", columns).unwrap();
    let expected = written(read(&super::tests::input(LDIF, USERS)));
    assert_eq!(written(read(&input)), expected);
    let problems = Columns::read("columns.yaml", "a: [b]\n").unwrap_err();
    assert_eq!(problems[0].line, 1);
}

#[test]
fn headers_that_are_given_no_attribute_are_refused() {
    let text = "# sAMAccountNam, email and zebra\nName: sAMAccountNam\nPost: email\n\
                Id: onPremisesImmutableID\nX: zebra\nY: Ignore\nZ: objectGUID\n";
    let problems = Columns::read("columns.yaml", text).unwrap_err();
    let told: Vec<(usize, usize, &str)> = problems
        .iter()
        .map(|it| (it.line, it.column, it.help.split(';').next().unwrap()))
        .collect();
    let example = "one header a line and what it means, such as `Anmeldename: sAMAccountName`";
    assert_eq!(
        told,
        [
            (2, 7, "did you mean `sAMAccountName`?"),
            (3, 7, "did you mean `mail`?"),
            (5, 4, example),
        ],
        "{}",
        list(&problems)
    );
    // Whatever a program writes can be written for a header of one's own.
    let meant = columns::DIRECTORY.iter().chain(columns::TENANT);
    for (_, meant) in meant {
        let text = format!("Header: {meant}\n");
        let read = Columns::read("columns.yaml", &text);
        assert_eq!(read.unwrap().target("header"), Some(*meant));
    }
    let ignored = Columns::read("columns.yaml", "a: IGNORE\n").unwrap();
    assert_eq!(ignored.target("A"), Some(columns::IGNORE));
}

#[test]
fn what_an_export_lost_is_refused_and_taken_only_on_demand() {
    let collection = "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection";
    let proxies = "SMTP:jdoe@corp.example smtp:jane@corp.example";
    let lost = GET_AD_USER.replace(proxies, collection);
    let cut = GET_AD_USER.replace(proxies, "{SMTP:jdoe@corp.example, smtp:ja...}");
    let column = GET_AD_USER.replace("\"proxyAddresses\"", "\"Postfach\"");
    for (text, line) in [(lost, 3), (cut, 3), (column, 2)] {
        let mut input = input(text, USERS);
        assert_eq!(lines(read(&input)), [line]);
        input.accept_loss = true;
        let notes = read(&input).unwrap().notes.join("\n");
        assert!(notes.contains(&format!("ad:{line}: ")), "{notes}");
    }
    let portal = "userPrincipalName,displayName,objectId\njdoe@corp.example,Jane,\
                  0f0e0d0c-1111-4222-8333-444455556666\n";
    let problems = read(&input(LDIF, portal)).unwrap_err();
    assert!(
        problems[0].message.contains("onPremisesImmutableId"),
        "{}",
        list(&problems)
    );
    assert!(problems[0].help.contains("Get-MgUser"));
}

#[test]
fn a_broken_line_does_not_hide_the_others() {
    let row = GET_AD_USER.lines().nth(2).unwrap();
    let other = |name: &str| {
        let guid = format!("{:0>8}-0000-4000-8000-000000000000", name.len());
        row.replace("Jane Doe", name)
            .replace("7c9e6679-7425-40de-944b-e07fc1f90ae7", &guid)
    };
    let head: Vec<&str> = GET_AD_USER.lines().take(2).collect();
    let head = head.join(
        "
",
    ) + "
";
    let unclosed = other("B").replacen("\"True\"", "\"True", 1);
    let no_guid = other("C").replace("00000001-", "");
    let short = "\"CN=D\";\"True\"";
    let text = [
        &*head,
        row,
        "\n",
        &unclosed,
        "\n",
        &no_guid,
        "\n",
        &other("EE"),
        "\n",
        short,
        "\n",
    ];
    let problems = read(&input(text.concat(), USERS)).unwrap_err();
    let told: Vec<usize> = problems.iter().map(|it| it.line).collect();
    for line in [4, 5, 7] {
        assert!(told.contains(&line), "{line} in {}", list(&problems));
    }
    let users = USERS.strip_suffix(']').unwrap();
    let users = format!("{users},\n{{\"id\": \"x\"}},\n{{\"id\": 7}},\n{{\"id\": \"y\"}}\n]");
    assert_eq!(lines(read(&input(LDIF, users))), [11, 12, 13]);
}

#[test]
fn half_an_export_and_two_forests_are_named() {
    for (name, text, line) in [
        ("cut off", LDIF.trim_end().to_owned(), 12),
        (
            "size limit",
            format!("{LDIF}\nresult: 4 Size limit exceeded\n"),
            14,
        ),
        ("counted", format!("{LDIF}\n# numEntries: 2\n"), 14),
        ("page", format!("{LDIF}\n# pagedresults: cookie=AAAA\n"), 14),
        (
            "page",
            format!("{LDIF}\nresult: 0 Success\npagedresults: estimate=9 cookie=AA==\n# end\n"),
            15,
        ),
        (
            "two forests",
            format!("{LDIF}\n{}", LDIF.replace("DC=corp", "DC=other")),
            14,
        ),
    ] {
        let found = lines(read(&input(text, USERS)));
        assert!(found.contains(&line), "{name}: {found:?}");
    }
    let mut input = input(LDIF.trim_end(), USERS);
    input.accept_loss = true;
    assert!(read(&input).is_ok());
}

#[test]
fn files_that_are_something_else_are_named() {
    for (text, says) in [
        ("<html><body>Sign in</body></html>", "web site"),
        (
            "Name        Id\n----        --\nJane Doe    1\n",
            "printed for people",
        ),
        ("Name : Jane\nId   : 1\n", "printed for people"),
        (
            "<Objs xmlns=\"http://schemas.microsoft.com/powershell/2004/04\"></Objs>",
            "CLIXML",
        ),
        (USERS, "give it to `--cloud`"),
    ] {
        let problems = read(&input(text, USERS)).unwrap_err();
        assert!(
            list(&problems).contains(says),
            "{says}: {}",
            list(&problems)
        );
    }
    let problems = read(&input(LDIF, AD_JSON)).unwrap_err();
    assert!(
        list(&problems).contains("give it to `--ad`"),
        "{}",
        list(&problems)
    );
}

/// The seeds of the property below.
fn seeds() -> Vec<Vec<u8>> {
    [
        LDIF,
        CSVDE,
        GET_AD_USER,
        AD_JSON,
        USERS,
        USERS_CSV,
        MSOL_CSV,
        DOMAINS,
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_panic_any_parser(
        seed in 0usize..8,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
        accept_loss in any::<bool>(),
    ) {
        let mut bytes = seeds()[seed].clone();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let mut ad = input(bytes.clone(), USERS);
        ad.accept_loss = accept_loss;
        let _ = read(&ad);
        let mut cloud = input(LDIF, bytes);
        cloud.accept_loss = accept_loss;
        let _ = read(&cloud);
    }

    #[test]
    fn no_mapping_of_columns_panics(
        noise in prop::collection::vec(any::<u8>(), 0..120),
        text in "[a-c\"':,\\[\\]{}&*#|>\\- \n\t\u{e9}]{0,60}",
        pairs in prop::collection::btree_map("[^\"\\\\]{0,8}", "[^\"\\\\]{0,8}", 0..4),
    ) {
        let pairs = pairs.iter().map(|(header, target)| format!("\"{header}\": \"{target}\"\n"));
        for text in [String::from_utf8_lossy(&noise).into_owned(), text, pairs.collect()] {
            if let Err(found) = Columns::read("columns.yaml", &text) {
                prop_assert!(!found.is_empty());
            }
        }
    }

    #[test]
    fn no_noise_panics_any_parser(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&input(bytes.clone(), USERS));
        let _ = read(&input(LDIF, bytes));
    }
}

#[test]
fn pseudonyms_keep_what_is_equal_and_nothing_that_was_there() {
    use super::pseudonym::hide;
    let users = USERS.replace(
        "\"proxyAddresses\"",
        "\"onPremisesDistinguishedName\": \"CN=Jane Doe,OU=Staff,DC=corp,DC=example\",\n\
         \"onPremisesSecurityIdentifier\": \"S-1-5-21-1-2-3-1104\",\n  \"proxyAddresses\"",
    );
    let mut input = input(
        LDIF.replace("corp", "fabrikam"),
        users.replace("corp", "fabrikam"),
    );
    input.cloud[1].1.bytes = DOMAINS.replace("corp", "fabrikam").into_bytes();
    input.lab.scope = vec!["OU=Staff,DC=fabrikam,DC=example".parse().unwrap()];
    let snapshot = read(&input).unwrap();
    let hidden = hide(&snapshot, "a key").unwrap().files;
    assert_eq!(
        hide(&snapshot, "a key").unwrap().files,
        hidden,
        "the same key, the same words"
    );
    assert_ne!(hide(&snapshot, "another").unwrap().files, hidden);
    let all: String = hidden.iter().map(|(_, text)| text.to_lowercase()).collect();
    let tokens = [
        "jane", "doe", "jdoe", "staff", "fabrikam", "ewaefc", "0f0e0d0c", "1104",
    ];
    for token in tokens {
        assert!(!all.contains(token), "{token} is left in {all}");
    }
    // Read back, everything still fits together.
    let get = |name: &str| hidden.iter().find(|(it, _)| it == name).unwrap().1.clone();
    let mut again = super::tests::input(get("ad.ldif"), get("cloud/users.json"));
    again.cloud[1].1.bytes = get("cloud/domains.json").into_bytes();
    let lab = get("lab.yaml");
    again.lab = crate::snapshot::Lab::read("lab.yaml", &lab).unwrap();
    let again = read(&again).unwrap();
    let (_, account) = again.tenant.objects().next().unwrap();
    let user = again.forests[0]
        .find_by_sam_account_name(&sam(account.label().as_str()))
        .unwrap();
    let object = again.forests[0].object(user).unwrap();
    let anchor = mock_cloud::SourceAnchor::from_guid_bytes(*object.guid.as_bytes());
    assert_eq!(account.on_premises.immutable_id, Some(anchor));
    let dn = account.on_premises.distinguished_name.as_ref().unwrap();
    assert_eq!(again.forests[0].dn(user).to_string(), dn.as_str());
    let sid = object
        .bytes(mock_ad::directory::AttributeId::OBJECT_SID)
        .unwrap();
    let known = account.on_premises.security_identifier.as_ref().unwrap();
    assert_eq!(known.as_bytes(), sid);
}

fn sam(upn: &str) -> String {
    upn.split('@').next().unwrap_or_default().to_owned()
}
