//! DirSync (MS-ADTS 3.1.1.3.4.1.3) and change notification.

use super::*;
use crate::search::controls::ber::{self, Reader};

const INCREMENTAL: u32 = 0x8000_0000;

/// A client that keeps its cookie.
struct Client {
    cookie: Vec<u8>,
    flags: u32,
    bytes: i64,
    attributes: Vec<&'static str>,
    filter: &'static str,
    more: bool,
}

impl Client {
    fn new(flags: u32) -> Self {
        Self {
            cookie: Vec::new(),
            flags,
            bytes: 0,
            attributes: Vec::new(),
            filter: "(objectClass=*)",
            more: false,
        }
    }

    fn control(&self) -> Control {
        let mut contents = Vec::new();
        ber::put_integer(&mut contents, ber::INTEGER, i64::from(self.flags));
        ber::put_integer(&mut contents, ber::INTEGER, self.bytes);
        ber::put(&mut contents, ber::OCTETS, &self.cookie);
        control(oid::DIRSYNC, &ber::sequence(&contents))
    }

    fn ask(&mut self, lab: &mut Lab) -> Vec<Entry> {
        let wanted = request(BASE, Scope::Subtree, self.filter);
        let wanted = wanted.for_attributes(self.attributes.iter().copied());
        let reply = lab.run(&wanted, &[self.control()]);
        assert_eq!(reply.result.code, ResultCode::SUCCESS, "{:?}", reply.result);
        assert_eq!(reply.controls[0].oid, oid::DIRSYNC);
        let value = reply.controls[0].value.clone().unwrap();
        let mut value = Reader::new(&value).inside(ber::SEQUENCE).unwrap();
        self.more = value.integer() != Some(0);
        value.integer();
        self.cookie = value.tagged(ber::OCTETS).unwrap().to_vec();
        reply.entries
    }
}

fn labels(entry: &Entry) -> Vec<&str> {
    entry.attributes.iter().map(|(label, _)| &**label).collect()
}

fn id(lab: &Lab, account: &str) -> ObjectId {
    lab.directory.find_by_sam_account_name(account).unwrap()
}

#[test]
fn the_first_answer_is_everything_that_replicates() {
    let mut lab = staffed();
    let mut client = Client::new(0);
    let entries = client.ask(&mut lab);
    assert_eq!(entries.len(), lab.directory.places());
    let ann = entries
        .iter()
        .find(|entry| entry.dn.starts_with("CN=Ann"))
        .unwrap();
    let given = labels(ann);
    for present in [
        "objectGUID",
        "instanceType",
        "objectClass",
        "name",
        "parentGUID",
        "mail",
    ] {
        assert!(given.contains(&present), "{present}");
    }
    for absent in [
        "cn",
        "whenChanged",
        "uSNChanged",
        "uSNCreated",
        "badPwdCount",
        "lastLogon",
        "memberOf",
        "directReports",
        "canonicalName",
        "distinguishedName",
        "isDeleted",
    ] {
        assert!(!given.contains(&absent), "{absent}");
    }
    assert!(client.ask(&mut lab).is_empty() && !client.more);
}

#[test]
fn later_answers_hold_what_changed() {
    let mut lab = staffed();
    let mut client = Client::new(0);
    client.ask(&mut lab);
    let ann = id(&lab, "ann");
    lab.modify(ann, Modification::replace(AttributeId::TITLE, ["Clerk"]));
    lab.modify(ann, Modification::clear(AttributeId::MAIL));
    let entries = client.ask(&mut lab);
    assert_eq!(entries.len(), 1);
    assert_eq!(
        labels(&entries[0]),
        ["title", "instanceType", "objectGUID", "mail"]
    );
    assert_eq!(values(&entries[0], "title"), ["Clerk"]);
    assert!(
        values(&entries[0], "mail").is_empty(),
        "removed: an attribute without values"
    );
}

#[test]
fn a_rename_brings_the_parent_and_nothing_of_what_is_below() {
    let mut lab = staffed();
    let mut client = Client::new(0);
    client.ask(&mut lab);
    let staff = lab
        .directory
        .find(&"OU=Staff,DC=example,DC=test".parse().unwrap())
        .unwrap();
    let now = lab.now();
    lab.directory
        .move_or_rename(staff, Some("Team".into()), None, now)
        .unwrap();
    let entries = client.ask(&mut lab);
    assert_eq!(entries.len(), 1);
    assert_eq!(
        labels(&entries[0]),
        ["instanceType", "name", "objectGUID", "parentGUID"]
    );
}

#[test]
fn links_come_whole_or_as_additions_and_removals() {
    let mut lab = staffed();
    let mut whole = Client::new(0);
    let mut parts = Client::new(INCREMENTAL);
    whole.ask(&mut lab);
    let first = parts.ask(&mut lab);
    let outer = first
        .iter()
        .find(|entry| entry.dn.starts_with("CN=Outer"))
        .unwrap();
    assert_eq!(values(outer, "member;range=1-1").len(), 2);
    let outer = id(&lab, "Outer");
    lab.modify(
        outer,
        Modification::add(AttributeId::MEMBER, [format!("CN=Ann,OU=Staff,{BASE}")]),
    );
    lab.modify(
        outer,
        Modification::delete(AttributeId::MEMBER, [format!("CN=Inner,{BASE}")]),
    );
    let entries = whole.ask(&mut lab);
    assert_eq!(entries.len(), 1, "the members did not change");
    assert_eq!(
        labels(&entries[0]),
        ["member", "instanceType", "objectGUID"]
    );
    assert_eq!(values(&entries[0], "member").len(), 2);
    let entries = parts.ask(&mut lab);
    assert_eq!(
        values(&entries[0], "member;range=1-1"),
        ["CN=Ann,OU=Staff,DC=example,DC=test"]
    );
    assert_eq!(
        values(&entries[0], "member;range=0-0"),
        ["CN=Inner,DC=example,DC=test"]
    );
}

#[test]
fn deletions_are_told_without_being_asked_for() {
    let mut lab = staffed();
    let mut client = Client::new(0);
    client.attributes = vec!["mail"];
    client.ask(&mut lab);
    let bob = id(&lab, "bob");
    lab.delete(bob);
    let entries = client.ask(&mut lab);
    assert_eq!(entries.len(), 1);
    assert_eq!(values(&entries[0], "isDeleted"), ["TRUE"]);
    let mut categorised = Client::new(0);
    categorised.filter = "(&(objectCategory=person)(sAMAccountName=bob))";
    assert!(
        categorised.ask(&mut lab).is_empty(),
        "a deleted object has no category"
    );
    let now = lab.now();
    lab.directory.restore(bob, None, now).unwrap();
    let back = client.ask(&mut lab);
    assert!(labels(&back[0]).contains(&"isDeleted") && values(&back[0], "isDeleted").is_empty());
}

#[test]
fn what_is_asked_for_also_chooses_the_objects() {
    let mut lab = staffed();
    for nothing in ["cn", "parentGUID", "objectGUID"] {
        let mut client = Client::new(0);
        client.attributes = vec![nothing];
        assert!(client.ask(&mut lab).is_empty(), "{nothing}");
    }
    let mut mails = Client::new(0);
    mails.attributes = vec!["cn", "mail"];
    let entries = mails.ask(&mut lab);
    assert_eq!(entries.len(), 1);
    assert_eq!(labels(&entries[0]), ["instanceType", "objectGUID", "mail"]);
}

#[test]
fn answers_are_cut_and_ancestors_come_first() {
    let mut lab = staffed();
    let mut client = Client::new(0x800);
    client.bytes = 600;
    let mut seen: Vec<String> = Vec::new();
    loop {
        let entries = client.ask(&mut lab);
        seen.extend(entries.into_iter().map(|entry| entry.dn.to_string()));
        if !client.more {
            break;
        }
    }
    for (at, dn) in seen.iter().enumerate() {
        if let Some((_, parent)) = dn
            .split_once(',')
            .filter(|(_, parent)| parent.starts_with("OU="))
        {
            assert!(seen[..at].iter().any(|before| before == parent), "{dn}");
        }
    }
    let mut distinct = seen.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), lab.directory.places());
}

#[test]
fn what_is_wrong_is_refused() {
    let mut lab = staffed();
    let client = Client::new(0);
    let wanted = request(BASE, Scope::Subtree, "(objectClass=*)");
    let staff = request(
        "OU=Staff,DC=example,DC=test",
        Scope::Subtree,
        "(objectClass=*)",
    );
    let code = |reply: Reply| reply.result.code.0;
    assert_eq!(code(lab.run(&staff, &[client.control()])), 50);
    let own = Client::new(1);
    assert_eq!(code(lab.run(&staff, &[own.control()])), 53);
    let mut bad = Client::new(0);
    bad.cookie = b"aa".to_vec();
    let reply = lab.run(&wanted, &[bad.control()]);
    assert_eq!(reply.result.code.0, 12);
    assert!(reply.result.diagnostic.starts_with("0000203D: LdapErr"));
    let mut context = Context::administrator(lab.now());
    context.privileged = false;
    let mut as_user = |control: Control| {
        code(search(
            &lab.directory,
            &context,
            &mut lab.state,
            &wanted,
            &[control],
        ))
    };
    assert_eq!(as_user(client.control()), 50);
    assert_eq!(as_user(own.control()), 0);
    // A cookie of another domain controller knows nothing of this one.
    let mut other = Client::new(0);
    other.ask(&mut lab);
    let mut controller = lab.directory.domain_controller().clone();
    "DC2".clone_into(&mut controller.name);
    lab.directory.set_domain_controller(controller);
    assert_eq!(other.ask(&mut lab).len(), lab.directory.places());
}

#[test]
fn notification_tells_of_changes_and_deletions() {
    let mut lab = staffed();
    let context = Context::administrator(lab.now());
    let asked = [Control::critical(oid::NOTIFICATION)];
    let register = |lab: &Lab, base: &str, scope, filter: &str| {
        Notification::register(
            &lab.directory,
            &context,
            &request(base, scope, filter),
            &asked,
        )
    };
    let staff = "OU=Staff,DC=example,DC=test";
    let registered = register(&lab, staff, Scope::OneLevel, "(objectClass=*)").unwrap();
    let everything = register(&lab, BASE, Scope::Subtree, "(objectClass=*)").unwrap();
    for refused in [
        register(&lab, staff, Scope::Subtree, "(objectClass=*)"),
        register(&lab, staff, Scope::OneLevel, "(cn=Ann)"),
    ] {
        assert_eq!(refused.unwrap_err().code, ResultCode::UNWILLING_TO_PERFORM);
    }
    let since = lab.directory.highest_committed_usn();
    let (ann, bob, inner) = (id(&lab, "ann"), id(&lab, "bob"), id(&lab, "Inner"));
    lab.modify(ann, Modification::replace(AttributeId::TITLE, ["Clerk"]));
    lab.modify(
        inner,
        Modification::replace(AttributeId::INFO, ["elsewhere"]),
    );
    lab.delete(bob);
    let told = registered.changes(&lab.directory, &context, since);
    assert_eq!(told.len(), 2);
    assert!(told[0].dn.starts_with("CN=Ann,") && told[1].dn.starts_with("CN=Bob\\0ADEL:"));
    assert_eq!(everything.changes(&lab.directory, &context, since).len(), 3);
}

#[test]
fn secrets_are_never_told_whether_public_data_is_asked_for_or_not() {
    const PUBLIC_DATA_ONLY: u32 = 0x2000;
    let mut lab = staffed();
    let ann = id(&lab, "ann");
    lab.directory.set_password(ann, "Secret!1");
    let [all, public] = [0, PUBLIC_DATA_ONLY].map(|flags| {
        let entries = Client::new(flags).ask(&mut lab);
        let told: Vec<String> = entries.iter().map(|entry| format!("{entry:?}")).collect();
        told
    });
    assert_eq!(all, public);
    let secret = |entry: &String| entry.contains("unicodePwd") || entry.contains("Secret!1");
    assert!(!all.is_empty() && !all.iter().any(secret));
}
