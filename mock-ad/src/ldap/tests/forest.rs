//! The recycle bin as clients turn it on and look into it.

use jiff::SignedDuration;

use super::*;
use crate::directory::AttributeId;
use crate::search::{Filter, ResultCode, Scope, SearchRequest};

const ANN: &str = "CN=Ann,OU=Staff,DC=example,DC=test";
const TEAM: &str = "CN=Team,OU=Staff,DC=example,DC=test";
const FEATURE: &str = "766ddcd8-acd0-445e-f3b9-a7f9b6744f2a";
const PARTITIONS: &str = "CN=Partitions,CN=Configuration,DC=example,DC=test";
const SERVICE: &str = "CN=Directory Service,CN=Windows NT,CN=Services,CN=Configuration,\
                       DC=example,DC=test";
const SHOW_DELETED: &str = "1.2.840.113556.1.4.417";
const SHOW_RECYCLED: &str = "1.2.840.113556.1.4.2064";
const SHOW_DEACTIVATED_LINK: &str = "1.2.840.113556.1.4.2065";

fn admin(host: &mut Standalone, request: Request, controls: &[&str]) -> Outcome {
    outcome(&mut Session::administrator(), host, request, controls)
}

/// The values of an attribute of the objects that a filter finds, in order.
fn values(host: &mut Standalone, filter: &str, attribute: &str, controls: &[&str]) -> Vec<String> {
    let filter = Filter::parse(filter).unwrap();
    let request = SearchRequest::new("DC=example,DC=test", Scope::Subtree, filter)
        .for_attributes([attribute, "objectClass"]);
    let controls = controls.iter().map(|oid| Control::critical(*oid)).collect();
    let session = &mut Session::administrator();
    let answer = ask(session, host, Request::Search(request), controls);
    let entries = answer
        .responses
        .into_iter()
        .filter_map(|response| match response.body {
            Body::Entry(entry) => Some(entry),
            _ => None,
        });
    let lists = entries.map(|entry| {
        let found = entry.attributes.iter().find(|(name, _)| *name == attribute);
        let texts = found.into_iter().flat_map(|(_, values)| values.iter());
        let texts: Vec<_> = texts
            .map(|value| String::from_utf8_lossy(&value.ldap_bytes()).into_owned())
            .collect();
        texts.join("|")
    });
    lists.collect()
}

fn enable(value: &str) -> Request {
    modify(
        "",
        &[(Change::Add, "enableOptionalFeature", &[value.as_bytes()])],
    )
}

#[test]
fn the_recycle_bin_is_turned_on_through_the_root_and_stays_on() {
    let mut host = host_with(DOMAIN, false);
    let good = format!("{PARTITIONS}:{FEATURE}");
    for (value, code, win32) in [
        (PARTITIONS.to_owned(), 1, "00000057: "),
        (
            format!("{PARTITIONS}:00000000-acd0-445e-f3b9-a7f9b6744f2a"),
            1,
            "00000057: ",
        ),
        (
            format!("CN=No,DC=example,DC=test:{FEATURE}"),
            1,
            "00000057: ",
        ),
        (format!("DC=example,DC=test:{FEATURE}"), 53, "00002040: "),
    ] {
        let refused = admin(&mut host, enable(&value), &[]);
        assert_eq!(refused.code.0, code, "{value}: {}", refused.diagnostic);
        assert!(
            refused.diagnostic.starts_with(win32),
            "{}",
            refused.diagnostic
        );
    }
    let nobody = outcome(&mut Session::default(), &mut host, enable(&good), &[]);
    assert_eq!(nobody.code, ResultCode::OPERATIONS_ERROR);
    assert!(!host.directory().has_recycle_bin());

    let on = admin(&mut host, enable(&good), &[]);
    assert_eq!(on.code, ResultCode::SUCCESS, "{}", on.diagnostic);
    assert!(host.directory().has_recycle_bin());
    let configuration = host.directory().configuration();
    let partitions = configuration.find(&PARTITIONS.parse().unwrap()).unwrap();
    let enabled = configuration
        .schema()
        .attribute("msDS-EnabledFeature")
        .unwrap();
    let scope = configuration.object(partitions).unwrap();
    assert!(
        scope
            .text(enabled)
            .unwrap()
            .starts_with("CN=Recycle Bin Feature,")
    );

    let again = admin(&mut host, enable(&good), &[]);
    assert_eq!(again.code, ResultCode::ATTRIBUTE_OR_VALUE_EXISTS);
    let off = modify(
        "",
        &[(Change::Add, "disableOptionalFeature", &[good.as_bytes()])],
    );
    let off = admin(&mut host, off, &[]);
    assert!(
        off.diagnostic.starts_with("00002040: "),
        "{}",
        off.diagnostic
    );
}

#[test]
fn deleted_recycled_and_gone_are_seen_by_their_own_controls() {
    let mut host = host();
    let ann = host.directory().find_by_sam_account_name("ann").unwrap();
    let name = format!("<GUID={}>", host.directory().object(ann).unwrap().guid);
    let lifetime = modify(SERVICE, &[(Change::Replace, "tombstoneLifetime", &[b"30"])]);
    assert_eq!(admin(&mut host, lifetime, &[]).code, ResultCode::SUCCESS);
    let other = modify(SERVICE, &[(Change::Replace, "dSHeuristics", &[b"1"])]);
    assert_eq!(
        admin(&mut host, other, &[]).code,
        ResultCode::UNWILLING_TO_PERFORM
    );
    admin(&mut host, Request::Delete(ANN.to_owned()), &[]);

    let ask = |host: &mut Standalone, controls: &[&str]| {
        values(host, "(sAMAccountName=ann)", "isRecycled", controls)
    };
    assert_eq!(ask(&mut host, &[]), [] as [&str; 0]);
    assert_eq!(ask(&mut host, &[SHOW_DELETED]), [""]);
    assert_eq!(ask(&mut host, &[SHOW_RECYCLED]), [""]);
    let day = |days: i64| now() + SignedDuration::from_hours(24 * days);
    host.set_now(day(30));
    assert_eq!(ask(&mut host, &[SHOW_DELETED]), [] as [&str; 0]);
    assert_eq!(ask(&mut host, &[SHOW_RECYCLED]), ["TRUE"]);

    let undelete = modify(
        &name,
        &[
            (Change::Delete, "isDeleted", &[]),
            (Change::Replace, "distinguishedName", &[ANN.as_bytes()]),
        ],
    );
    let hidden = admin(&mut host, undelete.clone(), &[SHOW_DELETED]);
    assert_eq!(hidden.code, ResultCode::NO_SUCH_OBJECT);
    let lost = admin(&mut host, undelete, &[SHOW_RECYCLED]);
    assert_eq!(lost.code, ResultCode::UNWILLING_TO_PERFORM);
    assert!(
        lost.diagnostic.starts_with("00002077: "),
        "{}",
        lost.diagnostic
    );
    host.set_now(day(60));
    assert_eq!(ask(&mut host, &[SHOW_RECYCLED]), [] as [&str; 0]);
}

#[test]
fn links_of_deleted_objects_show_where_they_are_asked_for() {
    let mut host = host();
    let delete = |dn: &str| Request::Delete(dn.to_owned());
    admin(&mut host, delete(ANN), &[]);
    let members = |host: &mut Standalone, controls: &[&str]| {
        values(host, "(sAMAccountName=team)", "member", controls).join("")
    };
    assert_eq!(members(&mut host, &[]), "");
    assert!(members(&mut host, &[SHOW_DEACTIVATED_LINK]).starts_with("CN=Ann\\0ADEL:"));

    // What is stored on a deleted object shows only where deleted objects do.
    let back = {
        let mut host = self::host();
        admin(&mut host, delete(TEAM), &[]);
        let groups = |host: &mut Standalone, controls: &[&str]| {
            values(host, "(sAMAccountName=ann)", "memberOf", controls).join("")
        };
        let alone = groups(&mut host, &[SHOW_DEACTIVATED_LINK]);
        (
            alone,
            groups(&mut host, &[SHOW_DEACTIVATED_LINK, SHOW_DELETED]),
        )
    };
    assert_eq!(back.0, "");
    assert!(back.1.starts_with("CN=Team\\0ADEL:"), "{}", back.1);
}

#[test]
fn what_is_in_the_recycle_bin_is_deleted_for_good() {
    let mut host = host();
    let ann = host.directory().find_by_sam_account_name("ann").unwrap();
    let name = format!("<GUID={}>", host.directory().object(ann).unwrap().guid);
    admin(&mut host, Request::Delete(ANN.to_owned()), &[]);
    let delete = || Request::Delete(name.clone());
    let hidden = admin(&mut host, delete(), &[]);
    assert_eq!(hidden.code, ResultCode::NO_SUCH_OBJECT);
    let done = admin(&mut host, delete(), &[SHOW_DELETED]);
    assert_eq!(done.code, ResultCode::SUCCESS, "{}", done.diagnostic);
    let recycled = host
        .directory()
        .attribute_values(ann, AttributeId::IS_RECYCLED);
    assert_eq!(recycled, [true.into()]);
    let again = admin(&mut host, delete(), &[SHOW_RECYCLED]);
    assert_eq!(again.code, ResultCode::UNWILLING_TO_PERFORM);
}
