//! Replication metadata.

use super::*;

fn metadata(lab: &mut Lab, account: &str, attribute: &str) -> Vec<String> {
    let filter = format!("(sAMAccountName={account})");
    let wanted = request(BASE, Scope::Subtree, &filter).for_attributes([attribute]);
    let reply = lab.run(&wanted, &[]);
    values(&reply.entries[0], attribute)
}

/// What an element of a value says.
fn field<'a>(value: &'a str, name: &str) -> &'a str {
    let (_, rest) = value.split_once(&format!("<{name}>")).unwrap();
    rest.split_once(&format!("</{name}>")).unwrap().0
}

fn of<'a>(values: &'a [String], attribute: &str) -> &'a str {
    let is_it = |value: &&String| field(value, "pszAttributeName") == attribute;
    values
        .iter()
        .find(is_it)
        .unwrap_or_else(|| panic!("no {attribute}"))
}

#[test]
fn each_attribute_tells_how_often_and_when_it_changed() {
    let mut lab = staffed();
    let ann = lab.directory.find_by_sam_account_name("ann").unwrap();
    let created = lab.directory.object(ann).unwrap().usn_created;
    lab.modify(ann, Modification::replace(AttributeId::TITLE, ["Clerk"]));
    lab.modify(ann, Modification::replace(AttributeId::TITLE, ["Head"]));
    lab.modify(ann, Modification::replace(AttributeId::DISPLAY_NAME, ["A"]));
    let last = lab.directory.object(ann).unwrap().usn_changed;
    let values = metadata(&mut lab, "ann", "msDS-ReplAttributeMetaData");
    for (attribute, version, usn) in [
        ("objectClass", "1", created.to_string()),
        ("cn", "1", created.to_string()),
        ("sAMAccountName", "1", created.to_string()),
        ("title", "2", (last.0 - 1).to_string()),
        ("displayName", "2", last.to_string()),
    ] {
        let value = of(&values, attribute);
        assert_eq!(field(value, "dwVersion"), version, "{attribute}");
        assert_eq!(field(value, "usnOriginatingChange"), usn, "{attribute}");
        assert_eq!(field(value, "usnLocalChange"), usn, "{attribute}");
    }
    let value = of(&values, "title");
    assert!(
        value.starts_with("<DS_REPL_ATTR_META_DATA>\n\t<pszAttributeName>title<"),
        "{value}"
    );
    assert!(value.ends_with("</DS_REPL_ATTR_META_DATA>\n\0"), "{value}");
    let invocation = lab.directory.invocation_id().to_string();
    assert_eq!(
        field(value, "uuidLastOriginatingDsaInvocationID"),
        invocation
    );
    for left_out in ["badPwdCount", "member", "uSNChanged", "canonicalName"] {
        let has = |value: &String| field(value, "pszAttributeName") == left_out;
        assert!(!values.iter().any(has), "{left_out}");
    }
    // The name and the attribute of the RDN change together.
    lab.directory
        .move_or_rename(ann, Some("Anna".into()), None, lab.now())
        .unwrap();
    let values = metadata(&mut lab, "ann", "msDS-ReplAttributeMetaData");
    for attribute in ["name", "cn"] {
        assert_eq!(
            field(of(&values, attribute), "dwVersion"),
            "2",
            "{attribute}"
        );
    }
}

#[test]
fn links_are_told_one_by_one_also_when_they_are_gone() {
    let mut lab = staffed();
    let ann = lab.directory.find_by_sam_account_name("ann").unwrap();
    let group = lab.add("CN=Pair", "group", &[("sAMAccountName", "pair")]);
    let dn = lab.directory.dn_text(ann);
    lab.modify(group, Modification::add(AttributeId::MEMBER, [dn.clone()]));
    let there = metadata(&mut lab, "pair", "msDS-ReplValueMetaData");
    let [value] = &*there else {
        panic!("{there:?}");
    };
    assert_eq!(field(value, "pszObjectDn"), dn);
    assert_eq!(field(value, "dwVersion"), "1");
    assert_eq!(field(value, "ftimeDeleted"), "1601-01-01T00:00:00Z");
    let added = field(value, "ftimeCreated").to_owned();
    lab.modify(group, Modification::delete(AttributeId::MEMBER, [dn]));
    let gone = metadata(&mut lab, "pair", "msDS-ReplValueMetaData");
    assert_eq!(field(&gone[0], "dwVersion"), "2");
    assert_eq!(field(&gone[0], "ftimeCreated"), added);
    assert_ne!(field(&gone[0], "ftimeDeleted"), "1601-01-01T00:00:00Z");
}

#[test]
fn the_vector_holds_the_same_in_bytes() {
    let mut lab = staffed();
    let ann = lab.directory.find_by_sam_account_name("ann").unwrap();
    lab.modify(ann, Modification::replace(AttributeId::TITLE, ["Clerk"]));
    let last = lab.directory.object(ann).unwrap().usn_changed;
    let wanted = request(BASE, Scope::Subtree, "(sAMAccountName=ann)");
    let wanted = wanted.for_attributes(["replPropertyMetaData"]);
    let reply = lab.run(&wanted, &[]);
    let value = reply.entries[0].attributes[0].1.first().unwrap();
    let bytes = value.as_bytes().unwrap();
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!((number(0), number(4), number(12)), (1, 0, 0));
    let count = number(8) as usize;
    assert_eq!(bytes.len(), 16 + 48 * count);
    let entries: Vec<&[u8]> = bytes[16..].chunks(48).collect();
    assert_eq!(
        entries[0][..4],
        [0, 0, 0, 0],
        "objectClass is 2.5.4.0 and comes first"
    );
    // title is 2.5.4.12.
    let title = entries
        .iter()
        .find(|entry| entry[..4] == [12, 0, 0, 0])
        .unwrap();
    assert_eq!(title[4..8], 1u32.to_le_bytes());
    assert_eq!(title[16..32], *lab.directory.invocation_id().as_bytes());
    assert_eq!(title[32..40], last.0.to_le_bytes());
    assert_eq!(title[40..48], last.0.to_le_bytes());
}

#[test]
fn classes_tell_what_may_stand_below_them_and_groups_their_names() {
    let mut lab = staffed();
    let schema = "CN=Organizational-Unit,CN=Schema,CN=Configuration,DC=example,DC=test";
    let wanted = request(schema, Scope::Base, "(objectClass=*)");
    let reply = lab.run(&wanted.for_attributes(["possibleInferiors"]), &[]);
    let below = values(&reply.entries[0], "possibleInferiors");
    assert!(below.iter().any(|class| class == "user"), "{below:?}");
    assert!(
        below
            .iter()
            .all(|class| class != "domainDNS" && class != "top")
    );

    let ann = lab.directory.find_by_sam_account_name("ann").unwrap();
    let dn = lab.directory.dn_text(ann).to_string();
    let wanted = request(&dn, Scope::Base, "(objectClass=*)");
    let wanted = wanted.for_attributes(["msds-tokenGroupNames", "tokenGroups", "fromEntry"]);
    let reply = lab.run(&wanted, &[]);
    let names = values(&reply.entries[0], "msds-tokenGroupNames");
    assert!(
        names.contains(&"CN=Inner,DC=example,DC=test".to_owned()),
        "{names:?}"
    );
    assert_eq!(values(&reply.entries[0], "fromEntry"), ["TRUE"]);
}
