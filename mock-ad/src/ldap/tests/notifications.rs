//! Searches that go on answering.

use super::*;
use crate::search::{Filter, ResultCode, Scope, SearchRequest, oid};

const STAFF: &str = "OU=Staff,DC=example,DC=test";

fn watch(session: &mut Session, host: &mut Standalone, id: i32) -> Answer {
    let request = SearchRequest::new(STAFF, Scope::OneLevel, Filter::any_object());
    let message = Message {
        id,
        request: Request::Search(request),
        controls: vec![Control::critical(oid::NOTIFICATION)],
    };
    respond(session, message, host)
}

fn told(session: &mut Session, host: &Standalone) -> Vec<(i32, String)> {
    let responses = notify(session, host).into_iter();
    let entries = responses.map(|response| match response.body {
        Body::Entry(entry) => (response.id, entry.dn.to_string()),
        other => panic!("{other:?}"),
    });
    entries.collect()
}

#[test]
fn a_change_is_told_once_to_who_waits_until_they_give_up() {
    let mut host = host();
    let (session, writer) = (&mut Session::administrator(), &mut Session::administrator());
    assert_eq!(watch(session, &mut host, 3).responses, []);
    assert_eq!(watch(session, &mut host, 4).responses, []);
    assert_eq!(
        told(session, &host),
        [],
        "what was there before is no change"
    );

    let ann = format!("CN=Ann,{STAFF}");
    let write = || modify(&ann, &[(Change::Replace, "title", &[b"Clerk"])]);
    assert_eq!(
        outcome(writer, &mut host, write(), &[]).code,
        ResultCode::SUCCESS
    );
    let elsewhere = modify(
        "DC=example,DC=test",
        &[(Change::Replace, "description", &[b"x"])],
    );
    assert_eq!(
        outcome(writer, &mut host, elsewhere, &[]).code,
        ResultCode::SUCCESS
    );
    assert_eq!(told(session, &host), [(3, ann.clone()), (4, ann.clone())]);
    assert_eq!(told(session, &host), []);

    ask(session, &mut host, Request::Abandon(3), Vec::new());
    outcome(writer, &mut host, write(), &[]);
    assert_eq!(told(session, &host), [(4, ann.clone())]);
    outcome(writer, &mut host, Request::Delete(ann), &[]);
    let gone = told(session, &host);
    assert!(gone[0].1.starts_with("CN=Ann\\0ADEL:"), "{gone:?}");
    outcome(session, &mut host, bind("x", ""), &[]);
    assert!(
        !session.waits_for_changes(),
        "a bind ends what was asked before"
    );
}

#[test]
fn a_connection_waits_for_five_things_at_most() {
    let mut host = host();
    let session = &mut Session::administrator();
    for id in 1..=5 {
        assert_eq!(watch(session, &mut host, id).responses, []);
    }
    let sixth = watch(session, &mut host, 6);
    let Some(Body::Result(Kind::Search, outcome)) = sixth.responses.first().map(|r| &r.body) else {
        panic!("no result")
    };
    assert_eq!(outcome.code, ResultCode::ADMIN_LIMIT_EXCEEDED);
}
