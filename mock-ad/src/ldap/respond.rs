//! The answer to one message, as a plain function.

use std::time::Duration;

use super::decode::DecodeFailure;
use super::fault::Fault;
use super::host::Host;
use super::message::{Body, Kind, Message, Request, Response};
use super::outcome::{not_decoded, plain};
use super::session::Session;
use super::{bind, extended, write};
use crate::search::outcome::{not_bound, referral, unknown_control};
use crate::search::{
    Bound, Control, NOTIFICATIONS_MAX, Notification, Outcome, ResultCode, SearchRequest, search,
};

/// What is said to a message, and what becomes of the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The responses in order; none to an abandon or unbind request.
    pub responses: Vec<Response>,
    /// What comes after them.
    pub next: Next,
    /// How long they are held back, because a fault says so.
    pub delay: Option<Duration>,
}

/// What comes after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The next message.
    Continue,
    /// TLS, and then the next message.
    StartTls,
    /// The end of the connection.
    Close,
}

impl Answer {
    fn new(responses: Vec<Response>, next: Next) -> Self {
        Self {
            responses,
            next,
            delay: None,
        }
    }

    fn result(id: i32, kind: Kind, outcome: Outcome) -> Self {
        let body = match kind {
            Kind::Extended => Body::Extended {
                outcome,
                oid: None,
                value: None,
            },
            kind => Body::Result(kind, outcome),
        };
        Self::new(vec![response(id, body)], Next::Continue)
    }
}

fn response(id: i32, body: Body) -> Response {
    Response {
        id,
        body,
        controls: Vec::new(),
    }
}

/// Says why the connection ends (RFC 4511, section 4.4.1).
pub fn notice_of_disconnection(code: ResultCode, diagnostic: &str) -> Response {
    response(
        0,
        Body::Extended {
            outcome: Outcome {
                code,
                diagnostic: diagnostic.to_owned(),
                ..Outcome::default()
            },
            oid: Some("1.3.6.1.4.1.1466.20036".to_owned()),
            value: None,
        },
    )
}

/// Answers a message.
pub fn respond(session: &mut Session, message: Message, host: &mut dyn Host) -> Answer {
    let kind = message.request.kind();
    let id = message.id;
    let fault = match kind {
        Kind::Unbind | Kind::Abandon => None,
        kind => host.fault(kind),
    };
    match fault {
        Some(Fault::Busy) => return Answer::result(id, kind, plain(ResultCode::BUSY)),
        Some(Fault::Unavailable) => {
            return Answer::result(id, kind, plain(ResultCode::UNAVAILABLE));
        }
        Some(Fault::Dropped) => return Answer::new(Vec::new(), Next::Close),
        _ => {}
    }
    let mut answer = answer(session, message, host);
    match fault {
        Some(Fault::LostReply) => {
            answer.responses.clear();
            answer.next = Next::Close;
        }
        Some(Fault::NoReply) => answer.responses.clear(),
        Some(Fault::Delayed(delay)) => answer.delay = Some(delay),
        _ => {}
    }
    answer
}

/// Answers bytes that are no message: with a result, if it is known to what, and otherwise with
/// the end of the connection.
pub fn respond_to_failure(failure: &DecodeFailure, host: &dyn Host) -> Answer {
    let outcome = not_decoded(host.directory());
    match (failure.id, failure.kind) {
        (Some(id), Some(kind)) if !matches!(kind, Kind::Unbind | Kind::Abandon) && id > 0 => {
            Answer::result(id, kind, outcome)
        }
        _ => {
            let notice = notice_of_disconnection(outcome.code, &outcome.diagnostic);
            Answer::new(vec![notice], Next::Close)
        }
    }
}

fn answer(session: &mut Session, message: Message, host: &mut dyn Host) -> Answer {
    let Message {
        id,
        request,
        controls,
    } = message;
    let kind = request.kind();
    let result = |outcome| Answer::result(id, kind, outcome);
    if kind != Kind::Search && refuses_controls(kind, &controls) {
        return result(unknown_control());
    }
    let open = matches!(
        kind,
        Kind::Bind | Kind::Unbind | Kind::Search | Kind::Abandon | Kind::Extended
    );
    if !open && session.bound == Bound::Anonymous {
        return result(not_bound(host.directory()));
    }
    if kind.is_write()
        && let Some(controller) = host.refers_writes_to()
    {
        return result(referral(controller, request.target()));
    }
    match request {
        Request::Unbind => Answer::new(Vec::new(), Next::Close),
        // Other requests are answered in order, so that none is under way when this one comes.
        Request::Abandon(given_up) => {
            session
                .notifications
                .retain(|(waiting, _)| *waiting != given_up);
            Answer::new(Vec::new(), Next::Continue)
        }
        Request::Bind {
            version,
            name,
            authentication,
        } => result(bind::bind(session, host, version, &name, &authentication)),
        Request::Search(request) if Notification::is_asked_for(&controls) => {
            match register(session, host, id, &request, &controls) {
                Ok(()) => Answer::new(Vec::new(), Next::Continue),
                Err(outcome) => result(*outcome),
            }
        }
        Request::Search(request) => Answer::new(
            found(session, host, id, &request, &controls),
            Next::Continue,
        ),
        Request::Extended { oid, value: _ } => {
            let (body, next) = extended::extended(session, host, &oid);
            Answer::new(vec![response(id, body)], next)
        }
        request => result(write::write(session, host, request, &controls)),
    }
}

/// What a search finds, with its result at the end.
fn found(
    session: &mut Session,
    host: &dyn Host,
    id: i32,
    request: &SearchRequest,
    controls: &[Control],
) -> Vec<Response> {
    let context = session.context(host.now());
    let reply = search(
        host.directory(),
        &context,
        &mut session.searches,
        request,
        controls,
    );
    let mut responses = Vec::with_capacity(reply.entries.len() + 1);
    let entries = reply.entries.into_iter().map(Body::Entry);
    let references = reply.references.into_iter().map(Body::Reference);
    responses.extend(entries.chain(references).map(|body| response(id, body)));
    responses.push(Response {
        id,
        body: Body::Result(Kind::Search, reply.result),
        controls: reply.controls,
    });
    responses
}

/// Registers a search for notification; it is answered by [`notify`] from now on.
fn register(
    session: &mut Session,
    host: &dyn Host,
    id: i32,
    request: &SearchRequest,
    controls: &[Control],
) -> Result<(), Box<Outcome>> {
    let directory = host.directory();
    if session.notifications.len() >= NOTIFICATIONS_MAX {
        return Err(Box::new(plain(ResultCode::ADMIN_LIMIT_EXCEEDED)));
    }
    let context = session.context(host.now());
    let registered = Notification::register(directory, &context, request, controls)?;
    if session.notifications.is_empty() {
        session.notified = directory.highest_committed_usn();
    }
    session.notifications.push((id, registered));
    Ok(())
}

/// What changed since the last time, for the searches that were registered for notification.
pub fn notify(session: &mut Session, host: &dyn Host) -> Vec<Response> {
    let directory = host.directory();
    let last = directory.highest_committed_usn();
    if !session.waits_for_changes() || last <= session.notified {
        return Vec::new();
    }
    let context = session.context(host.now());
    let mut responses = Vec::new();
    for (id, registered) in &session.notifications {
        let entries = registered.changes(directory, &context, session.notified);
        let bodies = entries.into_iter().map(Body::Entry);
        responses.extend(bodies.map(|body| response(*id, body)));
    }
    session.notified = last;
    responses
}

/// Whether a control that is critical is not known to a request other than a search.
fn refuses_controls(kind: Kind, controls: &[Control]) -> bool {
    let unknown = |control: &Control| !write::knows_control(kind, &control.oid);
    let mut critical = controls.iter().filter(|control| control.critical);
    critical.any(unknown)
}
