//! Binds: who a name means, and whether a password is right.

use jiff::Timestamp;
use store::eq_fold;

use super::host::Host;
use super::message::Authentication;
use super::outcome::{bind_failed, plain, unknown_mechanism};
use super::session::Session;
use crate::directory::{
    AttributeId, Change, Directory, Object, ObjectGuid, ObjectId, PasswordState, Sid, file_time,
};
use crate::search::{Bound, Outcome, ResultCode};

/// ERROR_NO_SUCH_USER, 525 in the text.
const NO_SUCH_USER: u32 = 0x525;
/// ERROR_LOGON_FAILURE.
const LOGON_FAILURE: u32 = 0x52E;
/// ERROR_INVALID_LOGON_HOURS.
const INVALID_LOGON_HOURS: u32 = 0x530;
/// ERROR_PASSWORD_EXPIRED.
const PASSWORD_EXPIRED: u32 = 0x532;
/// ERROR_ACCOUNT_DISABLED.
const ACCOUNT_DISABLED: u32 = 0x533;
/// ERROR_ACCOUNT_EXPIRED.
const ACCOUNT_EXPIRED: u32 = 0x701;
/// ERROR_PASSWORD_MUST_CHANGE.
const PASSWORD_MUST_CHANGE: u32 = 0x773;
/// ERROR_ACCOUNT_LOCKED_OUT.
const ACCOUNT_LOCKED_OUT: u32 = 0x775;

/// Answers a bind request; whoever was bound before is forgotten first (RFC 4511, section 4.2.1).
pub(super) fn bind(
    session: &mut Session,
    host: &mut dyn Host,
    version: i64,
    name: &str,
    authentication: &Authentication,
) -> Outcome {
    session.forget();
    let directory = host.directory();
    if !(2..=3).contains(&version) {
        return plain(ResultCode::PROTOCOL_ERROR);
    }
    let password = match authentication {
        Authentication::Simple(password) => password,
        Authentication::Sasl { .. } | Authentication::Sicily(..) => {
            return unknown_mechanism(directory);
        }
    };
    if password.is_empty() {
        // A name without a password is an unauthenticated bind, which leaves the connection
        // anonymous, as a name that is empty does (MS-ADTS 5.1.1.1.1; RFC 4513, section 5.1.2).
        return plain(ResultCode::SUCCESS);
    }
    let Some(account) = account_of(directory, name) else {
        return bind_failed(directory, NO_SUCH_USER);
    };
    let verdict = check(directory, account, password, host.now());
    count(host, account, password, verdict);
    let directory = host.directory();
    if let Err(data) = verdict {
        return bind_failed(directory, data);
    }
    if !session.fast_bind {
        session.bound = Bound::Account(account);
        session.privileged = is_privileged(directory, account);
    }
    plain(ResultCode::SUCCESS)
}

/// Has the directory count a wrong password, and forget what it counted after the right one.
///
/// A domain controller that takes no writes counts nothing.
fn count(host: &mut dyn Host, account: ObjectId, password: &[u8], verdict: Result<(), u32>) {
    let directory = host.directory();
    let counted = |attribute| {
        let object = directory.object(account);
        object
            .and_then(|object| object.integer(attribute))
            .unwrap_or_default()
            != 0
    };
    let accepted = verdict.is_ok();
    let needed = match verdict {
        Ok(()) => counted(AttributeId::BAD_PWD_COUNT) || counted(AttributeId::LOCKOUT_TIME),
        Err(LOGON_FAILURE) => directory.counts_as_wrong(account, password),
        Err(_) => false,
    };
    if needed && host.refers_writes_to().is_none() {
        // The answer to the bind is the same if it cannot be written down.
        let _ = host.change(&Change::Authenticate {
            object: account,
            accepted,
        });
    }
}

/// Whether an account may sign in with a password; otherwise why not.
///
/// All but a lockout is told only to who knows the password ("measured on Samba 4.17").
fn check(
    directory: &Directory,
    account: ObjectId,
    password: &[u8],
    now: Timestamp,
) -> Result<(), u32> {
    let Some(object) = directory.object(account) else {
        return Err(NO_SUCH_USER);
    };
    let time = |attribute| object.integer(attribute).unwrap_or_default();
    if directory.is_locked_out(object, now) {
        return Err(ACCOUNT_LOCKED_OUT);
    }
    let known = directory.password(account);
    if known.is_none_or(|known| known.as_bytes() != password) {
        return Err(LOGON_FAILURE);
    }
    let control = time(AttributeId::USER_ACCOUNT_CONTROL);
    if control & 0x2 != 0 {
        return Err(ACCOUNT_DISABLED);
    }
    let expires = time(AttributeId::ACCOUNT_EXPIRES);
    if expires != 0 && expires != i64::MAX && expires <= file_time(now) {
        return Err(ACCOUNT_EXPIRED);
    }
    if !may_sign_in_at(directory, object, now) {
        return Err(INVALID_LOGON_HOURS);
    }
    check_age(directory, object, now)
}

/// Whether logonHours has the hour: a bit for each of the week, Sunday from midnight UTC on, the
/// lowest bit of a byte first. An account without it may sign in at any time.
fn may_sign_in_at(directory: &Directory, object: &Object, now: Timestamp) -> bool {
    const HOUR: i64 = 3600;
    let hours = directory.schema().attribute("logonHours");
    let Some(hours) = hours.and_then(|id| object.bytes(id)) else {
        return true;
    };
    // The epoch was a Thursday.
    let hour = (now.as_second().div_euclid(HOUR) + 4 * 24).rem_euclid(7 * 24);
    let bit = usize::try_from(hour).unwrap_or_default();
    let byte = hours.get(bit / 8);
    byte.is_none_or(|byte| byte & (1 << (bit % 8)) != 0)
}

/// Whether a password is not too old, by the policy of the domain, if it has one.
fn check_age(directory: &Directory, object: &Object, now: Timestamp) -> Result<(), u32> {
    match directory.password_state(object, now) {
        PasswordState::Good | PasswordState::NeverSet => Ok(()),
        PasswordState::MustChange => Err(PASSWORD_MUST_CHANGE),
        PasswordState::Expired => Err(PASSWORD_EXPIRED),
    }
}

/// The account that a name means: the first form under which exactly one is found (MS-ADTS
/// 5.1.1.1.1).
fn account_of(directory: &Directory, name: &str) -> Option<ObjectId> {
    let account = |id: &ObjectId| directory.is_live(*id) && directory.kind(*id).is_account();
    by_dn(directory, name)
        .or_else(|| directory.find_by_user_principal_name(name))
        .or_else(|| by_account_name(directory, name))
        .or_else(|| by_canonical_name(directory, name))
        .or_else(|| {
            let guid: ObjectGuid = name.parse().ok().filter(|_| name.starts_with('{'))?;
            directory.find_by_guid(&guid)
        })
        .or_else(|| by_text(directory, AttributeId::DISPLAY_NAME, name))
        .or_else(|| {
            let services = directory.schema().attribute("servicePrincipalName")?;
            by_text(directory, services, name)
        })
        .or_else(|| {
            let sid: Sid = name.parse().ok()?;
            directory.find_by_sid(&sid)
        })
        .filter(account)
}

fn by_dn(directory: &Directory, name: &str) -> Option<ObjectId> {
    let name: crate::directory::ObjectName = name.contains('=').then(|| name.parse().ok())??;
    directory.resolve(&name)
}

/// `DOMAIN\account`, and `account@domain` with the name of the domain in either form.
fn by_account_name(directory: &Directory, name: &str) -> Option<ObjectId> {
    let (account, domain) = match name.split_once('\\') {
        Some((domain, account)) => (account, domain),
        None => name.rsplit_once('@')?,
    };
    let netbios = eq_fold(domain, directory.netbios_name());
    let ours = netbios || (name.contains('@') && eq_fold(domain, directory.dns_name()));
    ours.then(|| directory.find_by_sam_account_name(account))?
}

/// `example.test/Users/Ann`.
fn by_canonical_name(directory: &Directory, name: &str) -> Option<ObjectId> {
    let (domain, path) = name.split_once('/')?;
    if !eq_fold(domain, directory.dns_name()) {
        return None;
    }
    path.split('/')
        .try_fold(directory.domain(), |parent, part| {
            let mut children = directory.children(parent);
            children.find(|child| {
                let object = directory.object(*child);
                object.is_some_and(|object| eq_fold(object.name(), part))
            })
        })
}

/// The one live object with a text; `None` if there are several.
fn by_text(directory: &Directory, attribute: AttributeId, text: &str) -> Option<ObjectId> {
    let mut found = directory.live_with_text(attribute, text);
    (found.len() == 1).then(|| found.pop())?
}

/// Whether an account is an administrator, directly or through groups (MS-ADTS 6.1.1.6).
pub(super) fn is_privileged(directory: &Directory, account: ObjectId) -> bool {
    const ADMINISTRATOR: u32 = 500;
    const GROUPS: [u32; 3] = [512, 519, 544];
    let rid = |id: ObjectId| {
        let bytes = directory.object(id)?.bytes(AttributeId::OBJECT_SID)?;
        Sid::from_bytes(bytes).ok()?.rid()
    };
    if rid(account) == Some(ADMINISTRATOR) {
        return true;
    }
    let mut seen = vec![account];
    let mut next = 0;
    while let Some(at) = seen.get(next).copied() {
        next += 1;
        for group in directory.back_links(at, AttributeId::MEMBER_OF) {
            if rid(group).is_some_and(|rid| GROUPS.contains(&rid)) {
                return true;
            }
            if !seen.contains(&group) {
                seen.push(group);
            }
        }
    }
    false
}
