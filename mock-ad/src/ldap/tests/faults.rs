//! What goes wrong on purpose.

use std::time::Duration;

use super::*;
use crate::search::ResultCode;

const ANN: &str = "CN=Ann,OU=Staff,DC=example,DC=test";

fn title(host: &mut Standalone) -> Option<String> {
    let directory = host.directory_mut();
    let ann = directory.find_by_sam_account_name("ann").unwrap();
    let object = directory.object(ann).unwrap();
    object
        .text(crate::directory::AttributeId::TITLE)
        .map(ToString::to_string)
}

#[test]
fn a_fault_strikes_one_request_of_its_kind_and_does_what_it_says() {
    let delay = Duration::from_millis(5);
    for (fault, done, answered, next) in [
        (Fault::Busy, false, Some(ResultCode::BUSY), Next::Continue),
        (
            Fault::Unavailable,
            false,
            Some(ResultCode::UNAVAILABLE),
            Next::Continue,
        ),
        (Fault::Dropped, false, None, Next::Close),
        (Fault::LostReply, true, None, Next::Close),
        (Fault::NoReply, true, None, Next::Continue),
        (
            Fault::Delayed(delay),
            true,
            Some(ResultCode::SUCCESS),
            Next::Continue,
        ),
    ] {
        let mut host = host();
        let mut session = Session::administrator();
        host.inject(Kind::Modify, fault);
        let who = Request::Extended {
            oid: "1.3.6.1.4.1.4203.1.11.3".to_owned(),
            value: None,
        };
        assert_eq!(
            ask(&mut session, &mut host, who, Vec::new())
                .responses
                .len(),
            1
        );
        let write = || modify(ANN, &[(Change::Replace, "title", &[b"Clerk"])]);
        let answer = ask(&mut session, &mut host, write(), Vec::new());
        let code = answer
            .responses
            .first()
            .map(|response| match &response.body {
                Body::Result(Kind::Modify, outcome) => outcome.code,
                other => panic!("{other:?}"),
            });
        assert_eq!((code, answer.next), (answered, next), "{fault:?}");
        assert_eq!(title(&mut host).is_some(), done, "{fault:?}");
        assert_eq!(
            answer.delay,
            matches!(fault, Fault::Delayed(_)).then_some(delay)
        );
        assert_eq!(
            ask(&mut session, &mut host, write(), Vec::new())
                .responses
                .len(),
            1
        );
    }
}
