//! Which attributes come back, under which names, and how much of them.

use super::*;
use crate::directory::Sid;

fn ann(lab: &mut Lab, attributes: &[&str]) -> Entry {
    let wanted = request(
        "CN=Ann,OU=Staff,DC=example,DC=test",
        Scope::Base,
        "(objectClass=*)",
    );
    let wanted = wanted.for_attributes(attributes.iter().copied());
    lab.run(&wanted, &[]).entries.remove(0)
}

fn labels(entry: &Entry) -> Vec<&str> {
    entry.attributes.iter().map(|(label, _)| &**label).collect()
}

#[test]
fn all_attributes_come_in_the_order_of_a_domain_controller() {
    let mut lab = staffed();
    let entry = ann(&mut lab, &[]);
    assert_eq!(
        labels(&entry),
        [
            "objectClass",
            "cn",
            "sn",
            "givenName",
            "distinguishedName",
            "instanceType",
            "whenCreated",
            "whenChanged",
            "displayName",
            "uSNCreated",
            "memberOf",
            "uSNChanged",
            "proxyAddresses",
            "directReports",
            "name",
            "objectGUID",
            "userAccountControl",
            "badPwdCount",
            "codePage",
            "countryCode",
            "badPasswordTime",
            "lastLogoff",
            "lastLogon",
            "pwdLastSet",
            "primaryGroupID",
            "objectSid",
            "accountExpires",
            "logonCount",
            "sAMAccountName",
            "sAMAccountType",
            "userPrincipalName",
            "objectCategory",
            "mail",
        ]
    );
    assert_eq!(
        values(&entry, "objectClass"),
        ["top", "person", "organizationalPerson", "user"]
    );
    assert_eq!(values(&entry, "memberOf"), ["CN=Inner,DC=example,DC=test"]);
    assert_eq!(values(&entry, "accountExpires"), ["9223372036854775807"]);
}

#[test]
fn lists_choose_and_the_schema_spells() {
    let mut lab = staffed();
    assert_eq!(labels(&ann(&mut lab, &["1.1"])), [""; 0]);
    assert_eq!(
        labels(&ann(&mut lab, &["MAIL", "nosuch", "2.5.4.3", "info"])),
        ["mail", "cn"]
    );
    let more = ann(&mut lab, &["*", "canonicalname"]);
    assert_eq!(values(&more, "canonicalName"), ["example.test/Staff/Ann"]);
    assert!(labels(&more).len() > 30);
    let wanted = request(BASE, Scope::Base, "(objectClass=*)").for_attributes(["dc", "name"]);
    let types = SearchRequest {
        types_only: true,
        ..wanted
    };
    let entry = lab.run(&types, &[]).entries.remove(0);
    assert_eq!(labels(&entry), ["dc", "name"]);
    assert!(entry.attributes.iter().all(|(_, values)| values.is_empty()));
}

#[test]
fn constructed_attributes_are_worked_out_on_request() {
    let mut lab = staffed();
    let entry = ann(
        &mut lab,
        &[
            "createTimeStamp",
            "structuralObjectClass",
            "subSchemaSubEntry",
            "msDS-parentdistname",
            "msDS-User-Account-Control-Computed",
            "msDS-PrincipalName",
            "parentGUID",
            "tokenGroups",
            "primaryGroupToken",
            "allowedAttributesEffective",
            "sDRightsEffective",
        ],
    );
    assert_eq!(values(&entry, "createTimeStamp"), ["20231114221520.0Z"]);
    assert_eq!(
        values(&entry, "structuralObjectClass"),
        ["top", "person", "organizationalPerson", "user"]
    );
    assert_eq!(
        values(&entry, "subSchemaSubEntry"),
        ["CN=Aggregate,CN=Schema,CN=Configuration,DC=example,DC=test"]
    );
    assert_eq!(
        values(&entry, "msDS-parentdistname"),
        ["OU=Staff,DC=example,DC=test"]
    );
    // The password was never set, and may expire.
    assert_eq!(
        values(&entry, "msDS-User-Account-Control-Computed"),
        ["8388608"]
    );
    assert_eq!(values(&entry, "msDS-PrincipalName"), ["EXAMPLE\\ann"]);
    assert!(
        values(&entry, "primaryGroupToken").is_empty(),
        "for groups only"
    );
    let writable = values(&entry, "allowedAttributesEffective");
    for name in [
        "mail",
        "sAMAccountName",
        "displayName",
        "description",
        "userCertificate",
    ] {
        assert!(writable.iter().any(|allowed| allowed == name), "{name}");
    }
    assert!(!writable.iter().any(|allowed| allowed == "objectGUID"));
    assert!(!writable.iter().any(|allowed| allowed == "groupType"));
    // Inner, Outer through Inner, and the primary group.
    let groups: Vec<u32> = entry
        .attributes
        .iter()
        .find(|(label, _)| label == "tokenGroups")
        .map(|(_, sids)| {
            sids.iter()
                .filter_map(|sid| Sid::from_bytes(sid.as_bytes()?).ok()?.rid())
                .collect()
        })
        .unwrap_or_default();
    assert_eq!(groups.len(), 3);
    assert!(groups.contains(&513));
    // In a search over a subtree there are no token groups (MS-ADTS 3.1.1.4.5.19).
    let wide = request(BASE, Scope::Subtree, "(cn=Ann)").for_attributes(["tokenGroups"]);
    assert!(labels(&lab.run(&wide, &[]).entries[0]).is_empty());
}

#[test]
fn who_may_write_nothing_is_told_so() {
    let mut lab = Lab::new();
    let mut context = Context::administrator(lab.now());
    context.privileged = false;
    let rights = ["allowedAttributesEffective", "sDRightsEffective"];
    let wanted = request(BASE, Scope::Base, "(objectClass=*)").for_attributes(rights);
    let mut told = |context: &Context| {
        let reply = search(&lab.directory, context, &mut lab.state, &wanted, &[]);
        let entry = &reply.entries[0];
        let writable = values(entry, "allowedAttributesEffective").len();
        (writable > 0, values(entry, "sDRightsEffective"))
    };
    assert_eq!(told(&context), (false, vec!["0".to_owned()]));
    context.privileged = true;
    assert_eq!(told(&context), (true, vec!["15".to_owned()]));
}

#[test]
fn a_password_that_is_too_old_shows() {
    let mut lab = Lab::new();
    let set = |directory: &mut Directory, id: ObjectId, name: &str, value: i64| {
        let attribute = directory.schema().attribute(name).expect("it is known");
        let modification = Modification::replace(attribute, [Value::Integer(value)]);
        let now = Timestamp::UNIX_EPOCH;
        directory
            .modify(id, &[modification], now)
            .expect("it is taken");
    };
    let id = lab.add("CN=Old", "user", &[]);
    let dn = format!("CN=Old,{BASE}");
    let shown = |lab: &mut Lab| {
        let wanted = request(&dn, Scope::Base, "(objectClass=*)")
            .for_attributes(["msDS-User-Account-Control-Computed"]);
        let reply = lab.run(&wanted, &[]);
        values(&reply.entries[0], "msDS-User-Account-Control-Computed")
    };
    assert_eq!(shown(&mut lab), ["8388608"], "never set");
    // The ninth of October 2023, and the fourteenth of November.
    set(
        &mut lab.directory,
        id,
        "pwdLastSet",
        133_413_120_000_000_000,
    );
    let domain = lab.directory.domain();
    set(
        &mut lab.directory,
        domain,
        "maxPwdAge",
        -42 * 864_000_000_000,
    );
    assert_eq!(shown(&mut lab), ["0"]);
    set(
        &mut lab.directory,
        domain,
        "maxPwdAge",
        -30 * 864_000_000_000,
    );
    assert_eq!(shown(&mut lab), ["8388608"]);
}

/// A group of two thousand members.
fn crowded() -> Lab {
    let mut lab = Lab::new();
    let mut members: Vec<String> = Vec::new();
    for n in 0..2_000 {
        lab.add(&format!("CN=c{n:04}"), "contact", &[]);
        members.push(format!("CN=c{n:04},{BASE}"));
    }
    let members: Vec<(&str, &str)> = members.iter().map(|dn| ("member", &**dn)).collect();
    lab.add("CN=Big", "group", &members);
    lab
}

#[test]
fn long_lists_come_in_ranges() {
    let mut lab = crowded();
    let mut ask = |attribute: &str, controls: &[Control]| {
        let big = request("CN=Big,DC=example,DC=test", Scope::Base, "(objectClass=*)");
        let reply = lab.run(&big.for_attributes([attribute]), controls);
        let counts: Vec<(String, usize)> = reply
            .entries
            .iter()
            .flat_map(|entry| &entry.attributes)
            .map(|(label, values)| (label.to_string(), values.len()))
            .collect();
        (reply.result.code.0, counts)
    };
    let one = |label: &str, count| (0, vec![(label.to_owned(), count)]);
    let both = vec![
        ("member".to_owned(), 0),
        ("member;range=0-1499".to_owned(), 1500),
    ];
    assert_eq!(ask("member", &[]), (0, both));
    assert_eq!(ask("member;range=0-9", &[]), one("member;range=0-9", 10));
    assert_eq!(
        ask("member;range=0-*", &[]),
        one("member;range=0-1499", 1500)
    );
    assert_eq!(
        ask("member;range=1500-*", &[]),
        one("member;range=1500-*", 500)
    );
    assert_eq!(
        ask("member;range=1999-2500", &[]),
        one("member;range=1999-*", 1)
    );
    assert_eq!(ask("MEMBER;RANGE=0-0", &[]), one("member;range=0-0", 1));
    // Beyond the end: an error, unless a control says otherwise (MS-ADTS 3.1.1.3.4.1.17).
    assert_eq!(ask("member;range=2000-*", &[]), (1, vec![]));
    let no_error = [Control::critical(oid::RANGE_NO_ERROR)];
    assert_eq!(
        ask("member;range=2000-*", &no_error),
        one("member;range=2000-*", 0)
    );
    assert_eq!(ask("info;range=0-*", &[]), (0, vec![]));
}

#[test]
fn answers_hold_a_thousand_entries_at_most() {
    let mut lab = crowded();
    let all = request(BASE, Scope::Subtree, "(objectClass=contact)").for_attributes(["1.1"]);
    let reply = lab.run(&all, &[]);
    assert_eq!((reply.entries.len(), reply.result.code.0), (1000, 4));
    let few = SearchRequest {
        size_limit: 5,
        ..all.clone()
    };
    let reply = lab.run(&few, &[]);
    assert_eq!((reply.entries.len(), reply.result.code.0), (5, 4));
    let exact = SearchRequest {
        size_limit: 5,
        ..request(BASE, Scope::Subtree, "(cn=c000*)")
    };
    assert_eq!(lab.run(&exact, &[]).result.code.0, 4);
    let mut context = Context::administrator(lab.now());
    context.visits_max = Some(100);
    let reply = search(&lab.directory, &context, &mut lab.state, &all, &[]);
    assert_eq!(reply.result.code, ResultCode::TIME_LIMIT_EXCEEDED);
    assert!(!reply.entries.is_empty() && reply.entries.len() <= 100);
}

#[test]
fn a_search_that_takes_longer_than_allowed_says_so() {
    let mut lab = crowded();
    // Every object is tried against every item, more than a second's worth in all.
    let items = vec!["(description=*never*)"; 2_000].join("");
    let endless = request(BASE, Scope::Subtree, &format!("(|{items})")).for_attributes(["1.1"]);
    let hasty = SearchRequest {
        time_limit: 1,
        ..endless.clone()
    };
    for controls in [vec![], vec![super::controls::sort("cn", false)]] {
        let reply = lab.run(&hasty, &controls);
        assert_eq!(reply.result.code, ResultCode::TIME_LIMIT_EXCEEDED);
    }
    let patient = SearchRequest {
        time_limit: 60,
        ..endless
    };
    assert_eq!(lab.run(&patient, &[]).result.code.0, 0);
}
