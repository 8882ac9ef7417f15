//! Extended requests.

use super::host::Host;
use super::message::Body;
use super::outcome::{encrypted_already, plain, unknown_extension};
use super::respond::Next;
use super::session::Session;
use crate::search::{Outcome, ResultCode};

/// StartTLS (RFC 4511, section 4.14).
const START_TLS: &str = "1.3.6.1.4.1.1466.20037";
/// "Who am I?" (RFC 4532).
const WHO_AM_I: &str = "1.3.6.1.4.1.4203.1.11.3";
/// LDAP_SERVER_FAST_BIND_OID (MS-ADTS 3.1.1.3.4.2.2).
const FAST_BIND: &str = "1.2.840.113556.1.4.1781";

/// Answers an extended request, and says what becomes of the connection.
pub(super) fn extended(session: &mut Session, host: &dyn Host, oid: &str) -> (Body, Next) {
    let directory = host.directory();
    let answer = |outcome: Outcome, value: Option<Vec<u8>>| Body::Extended {
        outcome,
        oid: Some(oid.to_owned()),
        value,
    };
    let success = || plain(ResultCode::SUCCESS);
    match oid {
        START_TLS if session.encrypted => {
            (answer(encrypted_already(directory), None), Next::Continue)
        }
        START_TLS => (answer(success(), None), Next::StartTls),
        WHO_AM_I => {
            let who = session.authorization(directory).into_bytes();
            let body = Body::Extended {
                outcome: success(),
                oid: None,
                value: Some(who),
            };
            (body, Next::Continue)
        }
        FAST_BIND => {
            session.forget();
            session.fast_bind = true;
            (answer(success(), None), Next::Continue)
        }
        _ => (answer(unknown_extension(directory), None), Next::Continue),
    }
}
