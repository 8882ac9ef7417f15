//! Controls, one by one.

use super::*;
use crate::search::controls::ber::{self, Reader};

fn paged(size: u8, cookie: &[u8]) -> Control {
    let mut contents = Vec::new();
    ber::put_integer(&mut contents, ber::INTEGER, i64::from(size));
    ber::put(&mut contents, ber::OCTETS, cookie);
    control(oid::PAGED_RESULTS, &ber::sequence(&contents))
}

/// The value of a response control.
fn answered<'a>(reply: &'a Reply, oid: &str) -> Reader<'a> {
    let control = reply
        .controls
        .iter()
        .find(|control| control.oid == oid)
        .unwrap();
    let value = control.value.as_deref().unwrap();
    Reader::new(value).inside(ber::SEQUENCE).unwrap()
}

fn cookie(reply: &Reply) -> Vec<u8> {
    let mut value = answered(reply, oid::PAGED_RESULTS);
    assert_eq!(value.integer(), Some(0), "no estimate");
    value.tagged(ber::OCTETS).unwrap().to_vec()
}

#[test]
fn unknown_controls_count_if_they_are_critical() {
    let mut lab = staffed();
    let wanted = request(BASE, Scope::Base, "(objectClass=*)");
    let mut unknown = Control::critical("1.2.3.4.5.6");
    let reply = lab.run(&wanted, std::slice::from_ref(&unknown));
    assert_eq!(
        reply.result.code,
        ResultCode::UNAVAILABLE_CRITICAL_EXTENSION
    );
    assert!(reply.result.diagnostic.starts_with("00002040: SvcErr: "));
    unknown.critical = false;
    assert_eq!(lab.run(&wanted, &[unknown]).entries.len(), 1);
    let broken = control(oid::PAGED_RESULTS, b"nonsense");
    assert_eq!(
        lab.run(&wanted, &[broken]).result.code,
        ResultCode::PROTOCOL_ERROR
    );
}

#[test]
fn a_security_descriptor_says_what_the_server_does_in_the_parts_asked_for() {
    let mut lab = staffed();
    let mut told = |attributes: &[&str], flags: Option<u8>| {
        let wanted = request(BASE, Scope::Subtree, "(sAMAccountName=ann)");
        let wanted = wanted.for_attributes(attributes.iter().copied());
        let flags = flags.map(|flags| control(oid::SD_FLAGS, &[0x30, 3, 2, 1, flags]));
        let reply = lab.run(&wanted, flags.as_slice());
        let values = reply.entries[0].values("nTSecurityDescriptor");
        values.first().map(|value| value.ldap_bytes().to_vec())
    };
    assert_eq!(told(&["*"], None), None, "only where it is asked for");
    assert!(told(&["*"], Some(7)).is_some());
    let whole = told(&["nTSecurityDescriptor"], None).unwrap();
    let list = told(&["nTSecurityDescriptor"], Some(4)).unwrap();
    let owner = told(&["nTSecurityDescriptor"], Some(1)).unwrap();
    // Revision 1, self-relative; SE_DACL_PRESENT where there is a list.
    assert_eq!(whole[..4], [1, 0, 0x04, 0x80]);
    assert_eq!(list[..4], [1, 0, 0x04, 0x80]);
    assert_eq!(owner[..4], [1, 0, 0x00, 0x80]);
    // The owner is Domain Admins; five entries allow something.
    let sid = crate::directory::Sid::from_bytes(&owner[20..]).unwrap();
    assert_eq!(sid.rid(), Some(512));
    assert_eq!(list[20..26], [4, 0, (list.len() - 20) as u8, 0, 5, 0]);
    assert_eq!(whole.len(), list.len() + 2 * sid.as_bytes().len());
}

#[test]
fn pages_follow_each_other_and_cookies_belong_to_one_search() {
    let mut lab = staffed();
    let wanted = request(BASE, Scope::Subtree, "(objectClass=person)").for_attributes(["1.1"]);
    let first = lab.run(&wanted, &[paged(2, b"")]);
    assert_eq!(names(&first), ["Ann", "Bob"]);
    assert!(
        first.references.is_empty(),
        "references come with the last page"
    );
    let cookie_of_first = cookie(&first);
    let other = request(BASE, Scope::Subtree, "(objectClass=*)").for_attributes(["1.1"]);
    let wrong = lab.run(&other, &[paged(2, &cookie_of_first)]);
    assert_eq!(
        wrong.result.code,
        ResultCode::UNAVAILABLE_CRITICAL_EXTENSION
    );
    assert!(wrong.result.diagnostic.contains("00000057: LdapErr: DSID-"));
    let last = lab.run(&wanted, &[paged(2, &cookie_of_first)]);
    assert_eq!(names(&last), ["PC1"]);
    assert!(cookie(&last).is_empty() && last.references.len() == 1);
    let again = lab.run(&wanted, &[paged(2, &cookie_of_first)]);
    assert_eq!(
        again.result.code,
        ResultCode::UNAVAILABLE_CRITICAL_EXTENSION,
        "used up"
    );
    let nothing = lab.run(&wanted, &[paged(0, b"")]);
    assert_eq!(nothing.result.code, ResultCode::OPERATIONS_ERROR);
    let open = lab.run(&wanted, &[paged(2, b"")]);
    let ended = lab.run(&wanted, &[paged(0, &cookie(&open))]);
    assert!(ended.entries.is_empty() && lab.state.open_searches() == 0);
    for _ in 0..20 {
        lab.run(&wanted, &[paged(1, b"")]);
    }
    assert_eq!(lab.state.open_searches(), 10, "MaxResultSetsPerConn");
}

pub(super) fn sort(name: &str, reverse: bool) -> Control {
    let mut key = Vec::new();
    ber::put(&mut key, ber::OCTETS, name.as_bytes());
    if reverse {
        ber::put(&mut key, 0x81, &[0xff]);
    }
    control(oid::SORT, &ber::sequence(&ber::sequence(&key)))
}

#[test]
fn results_are_sorted_by_one_key() {
    let mut lab = staffed();
    let people = request(BASE, Scope::Subtree, "(objectClass=person)");
    let reply = lab.run(&people, &[sort("sn", false)]);
    assert_eq!(
        names(&reply),
        ["Bob", "Ann", "PC1"],
        "those without come last"
    );
    assert_eq!(answered(&reply, oid::SORT_RESPONSE).integer(), Some(0));
    assert_eq!(
        names(&lab.run(&people, &[sort("SN", true)])),
        ["Ann", "Bob", "PC1"]
    );
    let unknown = lab.run(&people, &[sort("nosuch", false)]);
    assert_eq!(
        unknown.result.code,
        ResultCode::UNAVAILABLE_CRITICAL_EXTENSION
    );
    assert_eq!(answered(&unknown, oid::SORT_RESPONSE).integer(), Some(16));
    let first = lab.run(&people, &[sort("cn", true), paged(2, b"")]);
    assert_eq!(names(&first), ["PC1", "Bob"]);
    let last = lab.run(&people, &[sort("cn", true), paged(2, &cookie(&first))]);
    assert_eq!(names(&last), ["Ann"]);
}

#[test]
fn windows_show_a_part_of_a_sorted_list() {
    let mut lab = Lab::new();
    for n in 1..=20 {
        lab.add(&format!("CN=c{n:02}"), "contact", &[]);
    }
    let all = request(BASE, Scope::Subtree, "(objectClass=contact)");
    let window = |before: i64, after: i64, target: &[u8]| {
        let mut contents = Vec::new();
        ber::put_integer(&mut contents, ber::INTEGER, before);
        ber::put_integer(&mut contents, ber::INTEGER, after);
        contents.extend_from_slice(target);
        control(oid::VLV, &ber::sequence(&contents))
    };
    let offset = |offset: i64, count: i64| {
        let mut place = Vec::new();
        ber::put_integer(&mut place, ber::INTEGER, offset);
        ber::put_integer(&mut place, ber::INTEGER, count);
        let mut out = Vec::new();
        ber::put(&mut out, 0xa0, &place);
        out
    };
    let by_name = sort("cn", false);
    let mut ask = |window: Control| {
        let reply = lab.run(&all, &[by_name.clone(), window]);
        let mut value = answered(&reply, oid::VLV_RESPONSE);
        let (target, count) = (value.integer().unwrap(), value.integer().unwrap());
        assert_eq!((count, value.integer()), (20, Some(0)));
        (target, names(&reply))
    };
    assert_eq!(
        ask(window(0, 2, &offset(1, 0))),
        (1, vec!["c01".into(), "c02".into(), "c03".into()])
    );
    assert_eq!(
        ask(window(1, 1, &offset(5, 10))).0,
        10,
        "half of what the client counts"
    );
    assert_eq!(ask(window(2, 2, &offset(10, 10))).1, ["c18", "c19", "c20"]);
    assert_eq!(
        ask(window(0, 0, &[0x81, 3, b'C', b'1', b'5'])),
        (15, vec!["c15".into()])
    );
    assert_eq!(
        ask(window(1, 0, &[0x81, 1, b'z'])),
        (21, vec!["c20".into()])
    );
    let alone = lab.run(&all, &[window(0, 2, &offset(1, 0))]);
    assert_eq!(alone.result.code, ResultCode::SORT_CONTROL_MISSING);
}

#[test]
fn names_come_extended() {
    let mut lab = staffed();
    let ann = request(
        "CN=Ann,OU=Staff,DC=example,DC=test",
        Scope::Base,
        "(objectClass=*)",
    );
    let ann = ann.for_attributes(["memberOf"]);
    let readable = lab.run(&ann, &[control(oid::EXTENDED_DN, &[0x30, 3, 2, 1, 1])]);
    let entry = &readable.entries[0];
    assert!(
        entry.dn.starts_with("<GUID=00000000-0000-0000-"),
        "{}",
        entry.dn
    );
    assert!(entry.dn.contains(">;<SID=S-1-5-21-"));
    assert!(entry.dn.ends_with(">;CN=Ann,OU=Staff,DC=example,DC=test"));
    assert!(values(entry, "memberOf")[0].starts_with("<GUID="));
    for digits in [
        control(oid::EXTENDED_DN, &[]),
        control(oid::EXTENDED_DN, &[0x30, 3, 2, 1, 0]),
    ] {
        let reply = lab.run(&ann, &[digits]);
        assert!(reply.entries[0].dn.contains(";<SID=0105000000000005150000"));
    }
    let staff = request(
        "OU=Staff,DC=example,DC=test",
        Scope::Base,
        "(objectClass=*)",
    );
    let reply = lab.run(&staff, &[control(oid::EXTENDED_DN, &[])]);
    assert!(!reply.entries[0].dn.contains("SID"), "it has none");
}

#[test]
fn a_query_may_be_scoped_by_an_attribute() {
    let mut lab = staffed();
    let outer = request(
        "CN=Outer,DC=example,DC=test",
        Scope::Base,
        "(objectClass=user)",
    );
    let mut name = Vec::new();
    ber::put(&mut name, ber::OCTETS, b"member");
    let scoped = control(oid::ATTRIBUTE_SCOPED_QUERY, &ber::sequence(&name));
    let reply = lab.run(&outer, std::slice::from_ref(&scoped));
    assert_eq!(names(&reply), ["Bob"]);
    assert_eq!(
        answered(&reply, oid::ATTRIBUTE_SCOPED_QUERY).integer(),
        Some(0)
    );
}

#[test]
fn a_sorted_search_in_pages_tells_what_is_still_so() {
    let mut lab = staffed();
    let people = request(
        BASE,
        Scope::Subtree,
        "(&(objectClass=person)(sAMAccountName=*))",
    );
    let by_name = || sort("cn", false);
    let first = lab.run(&people, &[by_name(), paged(1, b"")]);
    assert_eq!(names(&first), ["Ann"]);
    // The order belongs to the search that a cookie goes on with.
    for other in [sort("cn", true), sort("sn", false)] {
        let wrong = lab.run(&people, &[other, paged(1, &cookie(&first))]);
        let code = ResultCode::UNAVAILABLE_CRITICAL_EXTENSION;
        assert_eq!(wrong.result.code, code);
    }
    let bob = lab.directory.find_by_sam_account_name("bob").unwrap();
    lab.delete(bob);
    let rest = lab.run(&people, &[by_name(), paged(5, &cookie(&first))]);
    assert_eq!(names(&rest), ["PC1"], "Bob is deleted");
    assert!(cookie(&rest).is_empty());
}

#[test]
fn a_window_in_pages_is_nothing_a_domain_controller_gives() {
    let mut lab = staffed();
    let people = request(BASE, Scope::Subtree, "(objectClass=person)");
    let value = b"\x30\x0e\x02\x01\x00\x02\x01\x02\xa0\x06\x02\x01\x01\x02\x01\x00";
    let window = control(oid::VLV, value);
    let reply = lab.run(&people, &[sort("cn", false), window.clone(), paged(5, b"")]);
    let code = ResultCode::UNAVAILABLE_CRITICAL_EXTENSION;
    assert_eq!(reply.result.code, code);
    let alone = lab.run(&people, &[sort("cn", false), window]);
    assert_eq!(alone.result.code, ResultCode::SUCCESS);
}
