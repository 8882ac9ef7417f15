//! Filters as domain controllers evaluate them (MS-ADTS 3.1.1.3.1.3).

use super::*;

#[track_caller]
fn check(cases: &[(&str, &[&str])]) {
    let mut lab = staffed();
    for (filter, expected) in cases {
        assert_eq!(lab.found(filter), *expected, "{filter}");
    }
}

#[test]
fn text_compares_without_case() {
    check(&[
        ("(sAMAccountName=ANN)", &["Ann"]),
        ("(mail=ANN@EXAMPLE.test)", &["Ann"]),
        ("(proxyAddresses=smtp:ANN@example.test)", &["Ann"]),
        ("(proxyAddresses=*frey@*)", &["Ann"]),
        ("(description=ZOË*)", &["Bob"]),
        (r"(description=*\28temp\29\2a)", &["Bob"]),
        ("(description=Zo*temp*x)", &[]),
        ("(mail~=ann@example.test)", &["Ann"]),
        ("(2.5.4.42=ann)", &["Ann"]),
        ("(OID.2.5.4.42=ann)", &["Ann"]),
        ("(&(objectClass=user)(sn>=b))", &["Ann"]),
        ("(&(objectClass=user)(sn<=b))", &["Bob"]),
    ]);
}

#[test]
fn what_nobody_knows_is_neither_true_nor_false() {
    check(&[
        ("(nosuch=1)", &[]),
        ("(!(nosuch=1))", &[]),
        ("(&(sAMAccountName=ann)(!(nosuch=1)))", &[]),
        ("(|(sAMAccountName=ann)(nosuch=1))", &["Ann"]),
        ("(&(sAMAccountName=ann)(!(&(nosuch=1)(sn=x))))", &["Ann"]),
        ("(canonicalName=*)", &[]),
        ("(!(canonicalName=*))", &[]),
        ("(userAccountControl=abc)", &[]),
        ("(!(userAccountControl=abc))", &[]),
        ("(whenCreated>=notatime)", &[]),
        ("(member=notadn)", &[]),
        ("(cn:1.2.3.4:=Ann)", &[]),
        ("(|)", &[]),
    ]);
    // An attribute that an object merely lacks is false, so that its negation is true.
    let mut lab = staffed();
    assert_eq!(
        lab.found("(&(objectClass=user)(!(mail=*)))"),
        ["Bob", "PC1"]
    );
    assert_eq!(lab.found("(&)").len(), lab.found("(objectClass=*)").len());
}

#[test]
fn classes_and_categories_have_their_short_forms() {
    check(&[
        ("(objectClass=user)", &["Ann", "Bob", "PC1"]),
        ("(objectClass=1.2.840.113556.1.5.9)", &["Ann", "Bob", "PC1"]),
        ("(objectClass=computer)", &["PC1"]),
        ("(objectClass=person)", &["Ann", "Bob", "PC1"]),
        ("(objectClass=nosuch)", &[]),
        ("(objectClass=us*)", &[]),
        // Several classes share one objectCategory (MS-ADTS 3.1.1.3.1.3.5).
        ("(objectCategory=person)", &["Ann", "Bob"]),
        ("(objectCategory=user)", &["Ann", "Bob"]),
        ("(objectCategory=contact)", &["Ann", "Bob"]),
        ("(objectCategory=computer)", &["PC1"]),
        (
            "(objectCategory=CN=Person,CN=Schema,CN=Configuration,DC=example,DC=test)",
            &["Ann", "Bob"],
        ),
        (
            "(objectCategory=CN=Person,CN=Schema,DC=example,DC=test)",
            &[],
        ),
        ("(sAMAccountType=805306369)", &["PC1"]),
    ]);
}

#[test]
fn bits_are_compared_as_patterns() {
    check(&[
        ("(userAccountControl:1.2.840.113556.1.4.803:=2)", &["Bob"]),
        ("(userAccountControl:1.2.840.113556.1.4.803:=514)", &["Bob"]),
        (
            "(userAccountControl:1.2.840.113556.1.4.804:=514)",
            &["Ann", "Bob"],
        ),
        // groupType is negative as a number of 32 bits.
        (
            "(groupType:1.2.840.113556.1.4.803:=2147483648)",
            &["Inner", "Outer"],
        ),
        (
            "(groupType:1.2.840.113556.1.4.803:=-2147483646)",
            &["Inner", "Outer"],
        ),
        ("(groupType=-2147483646)", &["Inner", "Outer"]),
        ("(groupType:1.2.840.113556.1.4.804:=4)", &[]),
        ("(userAccountControl:1.2.840.113556.1.4.803:=x)", &[]),
        ("(cn:1.2.840.113556.1.4.803:=2)", &[]),
    ]);
}

#[test]
fn links_are_matched_by_name_from_both_ends() {
    check(&[
        ("(member=cn=ann, ou=STAFF,dc=example,dc=test)", &["Inner"]),
        ("(memberOf=CN=Inner,DC=example,DC=test)", &["Ann"]),
        ("(manager=CN=Ann,OU=Staff,DC=example,DC=test)", &["Bob"]),
        (
            "(directReports=CN=Bob,OU=Staff,DC=example,DC=test)",
            &["Ann"],
        ),
        ("(memberOf=*)", &["Ann", "Bob", "Inner"]),
        ("(member=*)", &["Inner", "Outer"]),
        ("(member=*Ann*)", &[]),
        ("(member=CN=Ghost,DC=example,DC=test)", &[]),
        (
            "(distinguishedName=cn=ann,ou=staff,dc=example,dc=test)",
            &["Ann"],
        ),
    ]);
    let mut lab = staffed();
    let ann = lab.directory.find_by_sam_account_name("ann").unwrap();
    let guid = lab.directory.object(ann).unwrap().guid;
    assert_eq!(lab.found(&format!("(member=<GUID={guid}>)")), ["Inner"]);
}

#[test]
fn chains_of_links_are_followed() {
    check(&[
        (
            "(member:1.2.840.113556.1.4.1941:=CN=Ann,OU=Staff,DC=example,DC=test)",
            &["Inner", "Outer"],
        ),
        (
            "(memberOf:1.2.840.113556.1.4.1941:=CN=Outer,DC=example,DC=test)",
            &["Ann", "Bob", "Inner"],
        ),
        (
            "(memberOf:1.2.840.113556.1.4.1941:=CN=Ghost,DC=example,DC=test)",
            &[],
        ),
    ]);
    let mut lab = staffed();
    let inner = lab.directory.find_by_sam_account_name("inner").unwrap();
    lab.modify(
        inner,
        Modification::add(AttributeId::MEMBER, ["CN=Outer,DC=example,DC=test"]),
    );
    let cycle = "(memberOf:1.2.840.113556.1.4.1941:=CN=Outer,DC=example,DC=test)";
    assert_eq!(lab.found(cycle), ["Ann", "Bob", "Inner", "Outer"]);
}

#[test]
fn ambiguous_names_are_resolved() {
    check(&[
        ("(anr=ann)", &["Ann", "Bob"]),
        ("(anr=Ann Frey)", &["Ann"]),
        ("(anr=frey ann)", &["Ann"]),
        ("(anr=an fr)", &["Ann"]),
        ("(anr==ann)", &["Ann", "Bob"]),
        ("(anr==an)", &[]),
        ("(anr=*)", &[]),
        ("(anr=bo*)", &["Bob"]),
        ("(anr=smtp:a.frey)", &["Ann"]),
    ]);
}

#[test]
fn guids_and_sids_are_matched_as_bytes_and_as_printed() {
    let mut lab = staffed();
    let ann = lab.directory.find_by_sam_account_name("ann").unwrap();
    let object = lab.directory.object(ann).unwrap().clone();
    let escaped = |bytes: &[u8]| hex(bytes, "\\");
    let sid_bytes = object.bytes(AttributeId::OBJECT_SID).unwrap();
    let sid = crate::directory::Sid::from_bytes(sid_bytes).unwrap();
    for filter in [
        format!("(objectGUID={})", escaped(object.guid.as_bytes())),
        format!("(objectGUID={})", object.guid),
        format!("(objectSid={sid})"),
        format!("(objectSid={})", escaped(sid_bytes)),
    ] {
        assert_eq!(lab.found(&filter), ["Ann"], "{filter}");
    }
}

#[test]
fn numbers_and_times_are_ordered() {
    let mut lab = staffed();
    let bob = lab.directory.find_by_sam_account_name("bob").unwrap();
    let object = lab.directory.object(bob).unwrap().clone();
    let usn = object.usn_changed;
    assert_eq!(
        lab.found(&format!("(&(objectClass=user)(uSNChanged<={usn}))")),
        ["Ann", "Bob"]
    );
    assert_eq!(
        lab.found(&format!("(&(objectClass=user)(uSNChanged>={usn}))")),
        ["Bob", "PC1"]
    );
    assert_eq!(lab.found(&format!("(uSNChanged={usn})")), ["Bob"]);
    let time = crate::directory::generalized_time(object.when_created);
    let utc = format!("{}Z", &time[2..14]);
    for time in [&*time, &utc] {
        let filter = format!("(&(objectClass=user)(whenCreated<={time}))");
        assert_eq!(lab.found(&filter), ["Ann", "Bob"], "{filter}");
    }
}

#[test]
fn filters_without_end_are_refused() {
    let mut lab = staffed();
    let mut deep = Filter::any_object();
    for _ in 0..600 {
        deep = Filter::Not(Box::new(deep));
    }
    let reply = lab.run(&SearchRequest::new(BASE, Scope::Subtree, deep), &[]);
    assert_eq!(reply.result.code, ResultCode::ADMIN_LIMIT_EXCEEDED);
    let wide = Filter::Or(vec![Filter::any_object(); 30_000]);
    let reply = lab.run(&SearchRequest::new(BASE, Scope::Subtree, wide), &[]);
    assert_eq!(reply.result.code, ResultCode::ADMIN_LIMIT_EXCEEDED);
}

#[test]
fn a_number_of_32_bits_is_the_same_without_its_sign() {
    let mut lab = staffed();
    let groups = lab.found("(groupType=-2147483646)");
    assert_eq!(groups, ["Inner", "Outer"]);
    assert_eq!(lab.found("(groupType=2147483650)"), groups);
    assert!(lab.found("(groupType=6442450946)").is_empty());
    // uSNChanged has 64 bits.
    assert!(lab.found("(uSNChanged>=4294967295)").is_empty());
}
