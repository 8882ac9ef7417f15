//! A second domain controller.

use jiff::SignedDuration;

use super::*;
use crate::search::ResultCode;

const ANN: &str = "CN=Ann,OU=Staff,DC=example,DC=test";

/// The code, and where to, if it is a referral.
fn outcome(answer: &Answer) -> (ResultCode, Vec<String>) {
    match &answer.responses[0].body {
        Body::Result(_, outcome) => (outcome.code, outcome.referrals.clone()),
        other => panic!("{other:?}"),
    }
}

fn retitle() -> Request {
    modify(ANN, &[(Change::Replace, "title", &[b"Clerk"])])
}

#[test]
fn a_second_controller_hears_of_changes_late_and_refers_who_writes() {
    let mut host = host();
    let start = host.now();
    let at = |seconds| start + SignedDuration::from_secs(seconds);
    host.replicate(SignedDuration::from_secs(15));
    let mut session = Session::administrator();
    let has_title = |host: &mut Standalone| {
        let second = host.second_controller().unwrap();
        let directory = second.directory();
        let ann = directory.find_by_sam_account_name("ann").unwrap();
        let title = crate::directory::AttributeId::TITLE;
        directory.object(ann).unwrap().text(title).is_some()
    };
    assert!(!has_title(&mut host));
    let written = ask(&mut session, &mut host, retitle(), Vec::new());
    assert_eq!(outcome(&written).0, ResultCode::SUCCESS);
    for (seconds, known) in [(0, false), (14, false), (15, true)] {
        host.set_now(at(seconds));
        assert_eq!(has_title(&mut host), known, "{seconds}");
    }
    let mut second = host.second_controller().unwrap();
    let message = Message {
        id: 7,
        request: retitle(),
        controls: Vec::new(),
    };
    let referred = respond(&mut session, message, &mut second);
    let target = format!("ldap://dc1.example.test/{ANN}");
    assert_eq!(outcome(&referred), (ResultCode::REFERRAL, vec![target]));
    assert_eq!(second.directory().dns_host_name(), "dc2.example.test");
    assert_ne!(
        second.directory().invocation_id(),
        host.directory().invocation_id()
    );
}

#[test]
fn a_directory_that_is_set_back_in_time_is_set_back_everywhere() {
    let mut host = host();
    let start = host.now();
    host.set_now(start + SignedDuration::from_secs(60));
    host.replicate(SignedDuration::from_hours(1));
    let before = host.directory().clone();
    let mut session = Session::administrator();
    ask(&mut session, &mut host, retitle(), Vec::new());
    *host.directory_mut() = before;
    host.set_now(start);
    let usn = host.directory().highest_committed_usn();
    let second = host.second_controller().unwrap();
    assert_eq!(second.directory().highest_committed_usn(), usn);
}
