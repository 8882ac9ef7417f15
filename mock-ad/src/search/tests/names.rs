//! Where searches begin, how far they go, and what lies elsewhere.

use super::*;

#[test]
fn a_base_has_many_forms() {
    let mut lab = staffed();
    let ann = lab.directory.find_by_sam_account_name("ann").unwrap();
    let object = lab.directory.object(ann).unwrap().clone();
    let sid_bytes = object.bytes(AttributeId::OBJECT_SID).unwrap();
    let sid = crate::directory::Sid::from_bytes(sid_bytes).unwrap();
    for base in [
        "cn=ann, ou=staff,DC=EXAMPLE,dc=test".to_owned(),
        format!("<GUID={}>", object.guid),
        format!("<guid={}>", object.guid.to_string().to_uppercase()),
        format!("<GUID={}>", hex(object.guid.as_bytes(), "")),
        format!("<SID={sid}>"),
        format!("<SID={}>", hex(sid_bytes, "")),
    ] {
        let reply = lab.run(&request(&base, Scope::Base, "(objectClass=*)"), &[]);
        assert_eq!(names(&reply), ["Ann"], "{base}");
    }
    let users = "<WKGUID=a9d1ca15768811d1aded00c04fd8d5cd,DC=example,DC=test>";
    let reply = lab.run(&request(users, Scope::Base, "(objectClass=*)"), &[]);
    assert_eq!(names(&reply), ["Users"]);
}

#[test]
fn wrong_bases_are_refused_each_in_its_way() {
    let mut lab = staffed();
    let mut outcome = |base: &str| {
        lab.run(&request(base, Scope::Subtree, "(cn=*)"), &[])
            .result
    };
    for bad in [
        "this is not a dn",
        "<GUID=zz>",
        "<GUID={11111111-2222-3333-4444-555555555555}>",
    ] {
        assert_eq!(outcome(bad).code, ResultCode::INVALID_DN_SYNTAX, "{bad}");
    }
    let missing = outcome("CN=a,OU=b,OU=Staff,DC=example,DC=test");
    assert_eq!(missing.code, ResultCode::NO_SUCH_OBJECT);
    assert_eq!(missing.matched_dn, "OU=Staff,DC=example,DC=test");
    assert_eq!(
        missing.diagnostic,
        "0000208D: NameErr: DSID-03100238, problem 2001 (NO_OBJECT), data 0, best match of:\n\t\
         'OU=Staff,DC=example,DC=test'\n\0"
    );
    let unknown = outcome("<GUID=11111111-2222-3333-4444-555555555555>");
    assert_eq!(unknown.code, ResultCode::NO_SUCH_OBJECT);
    assert_eq!(outcome("").code, ResultCode::NO_SUCH_OBJECT);
    let foreign = outcome("OU=x y,DC=other,DC=test");
    assert_eq!(foreign.code, ResultCode::REFERRAL);
    assert_eq!(
        foreign.referrals,
        ["ldap://other.test/OU=x%20y,DC=other,DC=test"]
    );
    assert!(
        foreign
            .diagnostic
            .starts_with("0000202B: RefErr: DSID-0310084B, data 0, 1 access")
    );
}

#[test]
fn nobody_reads_the_domain_unbound() {
    let lab = staffed();
    let mut context = Context::administrator(lab.now());
    context.bound = Bound::Anonymous;
    let mut state = SearchState::default();
    let wanted = request(BASE, Scope::Base, "(objectClass=*)");
    let reply = search(&lab.directory, &context, &mut state, &wanted, &[]);
    assert_eq!(reply.result.code, ResultCode::OPERATIONS_ERROR);
    assert_eq!(
        reply.result.diagnostic,
        "000004DC: LdapErr: DSID-0C090A5C, comment: In order to perform this operation a \
         successful bind must be completed on the connection., data 0, v4563\0"
    );
    let root = request("", Scope::Base, "(objectClass=*)");
    let reply = search(&lab.directory, &context, &mut state, &root, &[]);
    assert_eq!(values(&reply.entries[0], "defaultNamingContext"), [BASE]);
}

#[test]
fn scopes_reach_as_far_as_they_say() {
    let mut lab = staffed();
    let mut count = |base: &str, scope| {
        lab.run(&request(base, scope, "(objectClass=*)"), &[])
            .entries
            .len()
    };
    let staff = "OU=Staff,DC=example,DC=test";
    assert_eq!(count(staff, Scope::Base), 1);
    assert_eq!(count(staff, Scope::OneLevel), 3);
    assert_eq!(count(staff, Scope::Subtree), 4);
}

#[test]
fn searches_from_the_top_refer_to_what_hangs_below() {
    let mut lab = staffed();
    let whole = request(BASE, Scope::Subtree, "(cn=Ann)");
    let configuration = "ldap://example.test/CN=Configuration,DC=example,DC=test";
    assert_eq!(lab.run(&whole, &[]).references, [[configuration]]);
    let domain_only = [Control::critical(oid::DOMAIN_SCOPE)];
    assert!(lab.run(&whole, &domain_only).references.is_empty());
    let option = [control(oid::SEARCH_OPTIONS, &[0x30, 3, 2, 1, 1])];
    assert!(lab.run(&whole, &option).references.is_empty());
    let one = request(BASE, Scope::OneLevel, "(cn=Ann)");
    assert_eq!(
        lab.run(&one, &[]).references,
        [[format!("{configuration}??base")]]
    );
    let staff = request("OU=Staff,DC=example,DC=test", Scope::Subtree, "(cn=Ann)");
    assert!(lab.run(&staff, &[]).references.is_empty());
}

#[test]
fn deleted_objects_show_on_request_only() {
    let mut lab = staffed();
    let bob = lab.directory.find_by_sam_account_name("bob").unwrap();
    let guid = lab.directory.object(bob).unwrap().guid;
    lab.delete(bob);
    let show = [Control::critical(oid::SHOW_DELETED)];
    assert!(lab.found("(sAMAccountName=bob)").is_empty());
    let found = lab.found_with("(sAMAccountName=bob)", &show);
    assert_eq!(found, [format!("Bob\\0ADEL:{guid}")]);
    assert!(lab.found("(isDeleted=TRUE)").is_empty());
    assert_eq!(
        lab.found_with("(isDeleted=TRUE)", &show).len(),
        2,
        "with its container"
    );
    // A deleted object has lost its objectCategory (MS-ADTS 3.1.1.5.5.1).
    assert!(
        lab.found_with("(&(objectCategory=person)(sAMAccountName=bob))", &show)
            .is_empty()
    );
    let by_guid = request(&format!("<GUID={guid}>"), Scope::Base, "(objectClass=*)");
    assert_eq!(
        lab.run(&by_guid, &[]).result.code,
        ResultCode::NO_SUCH_OBJECT
    );
    let entry = &lab.run(&by_guid, &show).entries[0];
    assert_eq!(
        values(entry, "lastKnownParent"),
        ["OU=Staff,DC=example,DC=test"]
    );
    assert_eq!(values(entry, "isDeleted"), ["TRUE"]);
    let container = request(
        "CN=Deleted Objects,DC=example,DC=test",
        Scope::Base,
        "(cn=*)",
    );
    assert!(lab.run(&container, &[]).entries.is_empty());
    assert_eq!(lab.run(&container, &show).entries.len(), 1);
    // Its links rest, and show on request.
    let outer = request(
        "CN=Outer,DC=example,DC=test",
        Scope::Base,
        "(objectClass=*)",
    );
    let outer = outer.for_attributes(["member"]);
    assert_eq!(values(&lab.run(&outer, &[]).entries[0], "member").len(), 1);
    let resting = [Control::critical(oid::SHOW_DEACTIVATED_LINK)];
    assert_eq!(
        values(&lab.run(&outer, &resting).entries[0], "member").len(),
        2
    );
}

#[test]
fn a_phantom_root_joins_all_naming_contexts() {
    let mut lab = staffed();
    let everywhere = [control(oid::SEARCH_OPTIONS, &[0x30, 3, 2, 1, 2])];
    let reply = lab.run(
        &request("", Scope::Subtree, "(|(cn=Ann)(cn=Partitions))"),
        &everywhere,
    );
    assert_eq!(names(&reply), ["Ann", "Partitions"]);
    assert!(reply.references.is_empty());
}
