//! Sessions without a socket.

mod binds;
mod bytes;
mod damage;
mod faults;
mod forest;
mod notifications;
mod replica;
mod writes;

use jiff::Timestamp;

use super::*;
use crate::ldif::{LoadOptions, load};
use crate::search::{Control, Outcome};

pub(super) const NOW: &str = "2026-11-24T09:00:00Z";
pub(super) const PASSWORD: &str = "Passw0rd!23";

const DOMAIN: &str = "\
dn: OU=Staff,DC=example,DC=test
objectClass: organizationalUnit

dn: OU=Gone,DC=example,DC=test
objectClass: organizationalUnit

dn: CN=Ann,OU=Staff,DC=example,DC=test
objectClass: user
sAMAccountName: ann
userPrincipalName: ann.lee@example.test
displayName: Ann Lee
userAccountControl: 512
pwdLastSet: 133000000000000000
proxyAddresses: SMTP:ann@example.test

dn: CN=Bob,OU=Staff,DC=example,DC=test
objectClass: user
sAMAccountName: bob
userAccountControl: 512
pwdLastSet: 134000000000000000

dn: CN=Team,OU=Staff,DC=example,DC=test
objectClass: group
sAMAccountName: team
member: CN=Ann,OU=Staff,DC=example,DC=test
";

pub(super) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub(super) fn host_with(ldif: &str, recycle_bin: bool) -> Standalone {
    let options = LoadOptions {
        now: now(),
        complete: true,
        recycle_bin,
        ..LoadOptions::default()
    };
    let mut directory = load(ldif.as_bytes(), &options).unwrap().directory;
    let mut entropy = store::Entropy::new(1);
    let mut guids = || crate::directory::ObjectGuid::from_bytes(entropy.next_uuid());
    provision(&mut directory, PASSWORD, now(), &mut guids);
    Standalone::new(directory, 2, now())
}

pub(super) fn host() -> Standalone {
    host_with(DOMAIN, true)
}

pub(super) fn ask(
    session: &mut Session,
    host: &mut Standalone,
    request: Request,
    controls: Vec<Control>,
) -> Answer {
    let message = Message {
        id: 7,
        request,
        controls,
    };
    respond(session, message, host)
}

/// The result of a request.
pub(super) fn outcome(
    session: &mut Session,
    host: &mut Standalone,
    request: Request,
    controls: &[&str],
) -> Outcome {
    let controls = controls.iter().map(|oid| Control::critical(*oid)).collect();
    let answer = ask(session, host, request, controls);
    match answer
        .responses
        .last()
        .map(|response| response.body.clone())
    {
        Some(Body::Result(_, outcome) | Body::Extended { outcome, .. }) => outcome,
        other => panic!("no result: {other:?}"),
    }
}

pub(super) fn bind(name: &str, password: &str) -> Request {
    Request::Bind {
        version: 3,
        name: name.to_owned(),
        authentication: Authentication::Simple(password.as_bytes().to_vec()),
    }
}

pub(super) fn modify(dn: &str, changes: &[(Change, &str, &[&[u8]])]) -> Request {
    let changes = changes
        .iter()
        .map(|(operation, attribute, values)| Modification {
            operation: *operation,
            attribute: (*attribute).to_owned(),
            values: values.iter().map(|value| value.to_vec()).collect(),
        });
    Request::Modify {
        dn: dn.to_owned(),
        changes: changes.collect(),
    }
}

/// A password as unicodePwd takes it.
pub(super) fn quoted(password: &str) -> Vec<u8> {
    format!("\"{password}\"")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect()
}
