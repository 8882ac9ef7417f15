use proptest::prelude::*;

use super::*;
use crate::directory::*;

const LAMPLIGHT: &[u8] = include_bytes!("../../../examples/lamplight/ad.ldif");

fn loaded(text: &str) -> Loaded {
    load(text.as_bytes(), &LoadOptions::default()).unwrap()
}

fn errors(text: &str) -> Vec<LdifError> {
    load(text.as_bytes(), &LoadOptions::default()).unwrap_err()
}

/// A user by a number, so that entries differ in name and GUID.
fn user(number: u8, more: &str) -> String {
    let guid = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [number; 16]);
    format!(
        "dn: CN=u{number},OU=Staff,DC=example,DC=test\nobjectClass: user\nobjectGUID:: {guid}\n\
         {more}\n\n"
    )
}

type Told = Vec<(AttributeId, Vec<Value>)>;

/// Everything an export tells of each object, by its GUID, but for the counting of changes.
fn told(directory: &Directory) -> Vec<(ObjectGuid, Told)> {
    let mut all: Vec<_> = directory
        .objects()
        .filter(|(_, object)| !object.placeholder)
        .map(|(id, object)| {
            let attributes = directory
                .schema()
                .attributes()
                .map(|(attribute, _)| attribute)
                .filter(|a| !matches!(*a, AttributeId::USN_CHANGED | AttributeId::USN_CREATED))
                .map(|attribute| {
                    let mut values = directory.attribute_values(id, attribute);
                    values.sort();
                    (attribute, values)
                })
                .filter(|(_, values)| !values.is_empty())
                .collect();
            (object.guid, attributes)
        })
        .collect();
    all.sort_by_key(|(guid, _)| *guid);
    all
}

#[test]
fn the_lamplight_export_loads_whole() {
    let Loaded { directory, notes } = load(LAMPLIGHT, &LoadOptions::default()).unwrap();
    assert_eq!(notes.entries, 1045);
    assert_eq!(directory.dns_name(), "example.test");
    assert_eq!(notes.duplicate_names, []);
    let ann = directory.find_by_sam_account_name("CNOVAK3").unwrap();
    let object = directory.object(ann).unwrap();
    assert_eq!(object.text(AttributeId::DEPARTMENT).unwrap(), "Ünïts 4");
    assert_eq!(object.integer(AttributeId::USER_ACCOUNT_CONTROL), Some(544));
    assert_eq!(object.integer(AttributeId::COUNTRY_CODE), Some(0));
    assert_eq!(directory.domain_sid().to_string().matches('-').count(), 6);
    let admins = "CN=Enterprise Admins,CN=Users,DC=example,DC=test"
        .parse()
        .unwrap();
    let admins = directory.find(&admins).unwrap();
    assert_eq!(directory.link_targets(admins, AttributeId::MEMBER).len(), 1);
    let unresolved: Vec<&str> = notes
        .unresolved_links
        .iter()
        .map(|links| &*links.attribute)
        .collect();
    assert!(
        unresolved.contains(&"member"),
        "foreign security principals: {unresolved:?}"
    );
}

#[test]
fn what_is_written_is_read_again() {
    let first = load(LAMPLIGHT, &LoadOptions::default()).unwrap().directory;
    let utf16 = write_ldifde(&first);
    let plain = write(&first, WriteOptions::default());
    assert!(
        plain
            .lines()
            .all(|line| line.len() <= 76 && line.is_ascii())
    );
    for bytes in [utf16.as_slice(), plain.as_bytes()] {
        let again = load(bytes, &LoadOptions::default()).unwrap();
        assert_eq!(again.notes.unresolved_links, []);
        assert!(told(&again.directory) == told(&first));
    }
    let again = load(&utf16, &LoadOptions::default()).unwrap();
    assert_eq!(again.notes.encoding, Encoding::Utf16Le);
}

#[test]
fn deleted_objects_are_written_on_demand() {
    let mut directory = loaded(&(user(1, "sAMAccountName: one") + &user(2, ""))).directory;
    let id = directory.find_by_sam_account_name("one").unwrap();
    directory.delete(id, jiff::Timestamp::UNIX_EPOCH).unwrap();
    let plain = write(&directory, WriteOptions::default());
    assert!(!plain.contains("u1"));
    let options = WriteOptions {
        deleted: true,
        ..WriteOptions::default()
    };
    let mut again = loaded(&write(&directory, options)).directory;
    assert!(told(&again) == told(&directory));
    let guid = directory.object(id).unwrap().guid;
    let id = again.find_by_guid(&guid).unwrap();
    again
        .restore(id, None, jiff::Timestamp::UNIX_EPOCH)
        .unwrap();
    assert_eq!(again.dn_text(id), "CN=u1,OU=Staff,DC=example,DC=test");
}

#[test]
fn awkward_but_right() {
    let text = "\
# a comment
#  that goes
  on
version: 1

dn:: Q049SsO2cmcgV2Vpw58sT1U9U3RhZmYsREM9Y29ycCxEQz1leGFtcGxl
changetype: add
objectClass: top
objectClass: person
objectClass: user
# a comment inside
cn:: SsO2cmcgV2Vpw58=
objectGUID:: AREkO7viVUKMr0E2xWapYg
manager:
 CN=Ann,OU=Staff,DC=corp,DC=example
description: folded once ri
 ght here
userCertificate;binary:: AAEC
whenCreated: 20190801164342.0Z
accountExpires: 9223372036854775807
msExchWhatever: yes
ref: ignored

dn: CN=Ann,OU=Staff,DC=corp,DC=example
objectClass: inetOrgPerson
objectGUID: 7c9e6679-7425-40de-944b-e07fc1f90ae7

# search result
search: 2
result: 0 Success
control: 1.2.840.113556.1.4.319 false MAUCAQAEAA==
pagedresults: estimate=198 cookie=
";
    let options = LoadOptions {
        accept: vec!["REF".to_owned()],
        ..LoadOptions::default()
    };
    let crlf = text.replace('\n', "\r\n");
    for text in [text, &crlf] {
        let Loaded { directory, notes } = load(text.as_bytes(), &options).unwrap();
        assert_eq!(notes.accepted, ["msExchWhatever", "ref"]);
        let joerg = "cn=JÖRG weiß,ou=staff,dc=corp,dc=example".parse().unwrap();
        let id = directory.find(&joerg).unwrap();
        let joerg = directory.object(id).unwrap();
        assert_eq!(
            joerg.text(AttributeId::DESCRIPTION).unwrap(),
            "folded once right here"
        );
        assert_eq!(
            joerg.bytes(AttributeId::USER_CERTIFICATE),
            Some(&[0, 1, 2][..])
        );
        assert_eq!(joerg.when_created.to_string(), "2019-08-01T16:43:42Z");
        let boss = directory.link_targets(id, AttributeId::MANAGER);
        assert_eq!(directory.kind(boss[0]), ObjectKind::InetOrgPerson);
        assert_eq!(
            directory.back_links(boss[0], AttributeId::DIRECT_REPORTS),
            [id]
        );
    }
}

/// A text with one mistake: its line, and a part of the message and of the help.
type Mistake<'a> = (&'a str, usize, &'a str, &'a str);

fn check_mistake((text, line, message, help): Mistake<'_>) {
    let errors = errors(text);
    assert_eq!(errors.len(), 1, "{text}\n{errors:?}");
    let error = &errors[0];
    assert_eq!(error.line, line, "{error}");
    assert!(error.message.contains(message), "{error}");
    assert!(error.help.contains(help), "{}", error.help);
}

#[test]
fn each_mistake_in_an_attribute_is_told_with_its_line() {
    for (more, line, message, help) in [
        (
            "userAccountControl: abc",
            4,
            "an integer, not `abc`",
            "correct",
        ),
        (
            "displayNam: x",
            4,
            "no attribute `displayNam`",
            "mean `displayName`",
        ),
        (
            "member;range=0-1499: CN=x",
            4,
            "part of the values",
            "ldifde",
        ),
        ("jpegPhoto:< file:///x", 4, "another file", "base64"),
        ("title: a\ntitle: b", 5, "one value only", "leave"),
        ("title:: *", 4, "not base64", "again"),
        ("title;lang-de: x", 4, "option `lang-de`", "leave"),
        ("title", 4, "no `attribute: value`", "one space"),
        ("ti tle: x", 4, "not the name of an attribute", "one space"),
        ("title:", 4, "no value", "leave"),
        (
            "changetype: modify",
            4,
            "action list, not state",
            "ldifde -f",
        ),
        ("whenCreated: gestern", 4, "a time looks like", "correct"),
        ("objectSid:: AAA=", 4, "SID", "correct"),
        ("objectGUID:: AAA=", 4, "16 bytes", "ldifde"),
        (
            "distinguishedName: CN=b",
            4,
            "distinguishedName is not",
            "correct",
        ),
        ("objectClass: robot", 4, "no class `robot`", "accept"),
    ] {
        check_mistake((&user(1, more), line, message, help));
    }
}

#[test]
fn each_mistake_in_an_entry_is_told_with_its_line() {
    let one = user(1, "");
    let twice = format!("{one}{one}");
    let same_guid = one.clone() + &one.replace("u1", "u9");
    let no_guid = one.replace("objectGUID", "title");
    let no_class = one.replace("objectClass: user\n", "");
    let no_name = format!("cn: x\nsn: y\n\n{one}");
    let bad_name = format!("dn: CN=a+SN=b,DC=x\n\n{one}");
    for mistake in [
        (&*twice, 6, "in lines 1 and 6", "leave one"),
        (&same_guid, 6, "the objectGUID", "leave one"),
        (&no_guid, 1, "no objectGUID", "ldifde -f ad.ldf -u -d"),
        (&no_class, 1, "no objectClass", "-l"),
        (&no_name, 1, "instead of `dn:`", "dn:"),
        (&bad_name, 1, "multi-valued", "RFC 4514"),
        ("", 1, "no entry", "ldifde"),
    ] {
        check_mistake(mistake);
    }
}

#[test]
fn errors_are_bounded_and_in_order() {
    let text: String = (0..99).map(|n| user(n, "userAccountControl: x")).collect();
    let errors = errors(&text);
    assert_eq!(errors.len(), 20);
    assert!(errors.is_sorted_by_key(|error| error.line));
}

#[test]
fn a_foreign_entry_is_refused_when_the_base_is_given() {
    let options = LoadOptions {
        base: Some("DC=other,DC=test".parse().unwrap()),
        ..LoadOptions::default()
    };
    let errors = load(user(1, "").as_bytes(), &options).unwrap_err();
    assert!(
        errors[0]
            .message
            .contains("not within the domain `DC=other,DC=test`")
    );
}

#[test]
fn an_export_is_taken_as_it_is() {
    let text = user(1, "sAMAccountName: twin\nuserPrincipalName: a@x")
        + &user(
            2,
            "sAMAccountName: TWIN\nmanager: CN=gone,DC=example,DC=test",
        );
    let Loaded { directory, notes } = loaded(&text);
    assert_eq!(notes.duplicate_names.len(), 1);
    assert_eq!(notes.duplicate_names[0].lines, [1, 7]);
    assert_eq!(notes.unresolved_links[0].line, 11);
    assert_eq!(notes.placeholders.len(), 2);
    assert!(notes.to_string().contains("lines 1, 7"), "{notes}");
    let written = write(&directory, WriteOptions::default());
    assert!(!written.contains("dn: OU=Staff"), "placeholders stay out");
}

/// What files are made of, right and wrong.
const PIECES: &[&str] = &[
    "dn: CN=a,DC=x\n",
    "dn: OU=b,DC=x\n",
    "dn: DC=x\n",
    "dn: CN=c\\0ADEL:1,CN=Deleted Objects,DC=x\n",
    "dn:: ",
    "objectClass: user\n",
    "objectClass: group\n",
    "objectClass: own\n",
    "objectGUID:: AREkO7viVUKMr0E2xWapYg==\n",
    "objectGUID: 7c9e6679-7425-40de-944b-e07fc1f90ae7\n",
    "member: CN=a,DC=x\n",
    "sAMAccountName: a\n",
    "changetype: add\n",
    "isDeleted: TRUE\n",
    "own: 1\n",
    "\n",
    "\r\n",
    " ",
    "#",
    ":",
    "ä",
    "QQ==",
];

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = load(&bytes, &LoadOptions::default());
    }

    #[test]
    fn any_ldif_like_text_is_read_or_refused(
        parts in prop::collection::vec(
            prop::sample::select(PIECES),
            0..24,
        )
    ) {
        let accept = vec!["*".to_owned()];
        let options = LoadOptions { accept, ..LoadOptions::default() };
        if let Ok(loaded) = load(parts.concat().as_bytes(), &options) {
            let written = write(&loaded.directory, WriteOptions::default());
            if !written.is_empty() {
                let base = Some(loaded.directory.base().clone());
                let options = LoadOptions { base, ..options };
                prop_assert!(load(written.as_bytes(), &options).is_ok(), "{}", written);
            }
        }
    }
}
