//! The results with which searches are refused, worded as domain controllers word them.
//!
//! The first eight characters are a Win32 code in hexadecimal, which is all that the protocol
//! promises (MS-ADTS 3.1.1.3.1.9); scripts parse the rest all the same. DSIDs differ between
//! builds; these are of one build each.

use std::fmt::Write as _;

use super::{Outcome, ResultCode};
use crate::directory::Directory;

/// What every diagnostic message ends with.
pub(crate) const TERMINATOR: &str = "\n\0";

fn refusal(code: ResultCode, detail: &str) -> Outcome {
    Outcome {
        code,
        diagnostic: format!("{detail}{TERMINATOR}"),
        ..Outcome::default()
    }
}

/// An error of the LDAP front end, which ends with the build of the server.
pub(crate) fn front_end(
    directory: &Directory,
    code: ResultCode,
    win32: u32,
    dsid: &str,
    comment: &str,
) -> Outcome {
    let build = directory.domain_controller().version.build();
    let detail =
        format!("{win32:08X}: LdapErr: DSID-{dsid}, comment: {comment}, data 0, v{build:x}");
    // Such messages end with a NUL alone.
    Outcome {
        code,
        diagnostic: format!("{detail}\0"),
        ..Outcome::default()
    }
}

/// There is no such object; `best` is what exists of its name.
pub(crate) fn no_such_object(best: &str) -> Outcome {
    let detail = format!(
        "0000208D: NameErr: DSID-03100238, problem 2001 (NO_OBJECT), data 0, best match of:\n\t\
         '{best}'"
    );
    Outcome {
        matched_dn: best.to_owned(),
        ..refusal(ResultCode::NO_SUCH_OBJECT, &detail)
    }
}

/// The base is no name at all.
pub(super) fn bad_name(text: &str) -> Outcome {
    let detail = format!(
        "0000208F: NameErr: DSID-03100225, problem 2006 (BAD_NAME), data 8350, best match of:\n\t\
         '{text}'"
    );
    refusal(ResultCode::INVALID_DN_SYNTAX, &detail)
}

/// The base belongs to another directory.
pub(crate) fn referral(host: &str, dn: &str) -> Outcome {
    let detail =
        format!("0000202B: RefErr: DSID-0310084B, data 0, 1 access points\n\tref 1: '{host}'");
    Outcome {
        referrals: vec![format!("ldap://{host}/{}", url_escaped(dn))],
        ..refusal(ResultCode::REFERRAL, &detail)
    }
}

/// Nobody is bound.
pub(crate) fn not_bound(directory: &Directory) -> Outcome {
    let comment = "In order to perform this operation a successful bind must be completed on the \
                   connection.";
    front_end(
        directory,
        ResultCode::OPERATIONS_ERROR,
        0x4DC,
        "0C090A5C",
        comment,
    )
}

/// The value of a control cannot be read, or does not fit the request.
pub(super) fn bad_control(directory: &Directory, code: ResultCode) -> Outcome {
    let comment = "Error processing control";
    front_end(directory, code, 0x57, "0C090A65", comment)
}

/// The cookie of DirSync is not one of ours.
pub(super) fn bad_dirsync_cookie(directory: &Directory) -> Outcome {
    let comment = "Error processing control";
    let code = ResultCode::UNAVAILABLE_CRITICAL_EXTENSION;
    front_end(directory, code, 0x203D, "0C090A65", comment)
}

/// A critical control is not known.
pub(crate) fn unknown_control() -> Outcome {
    let detail = "00002040: SvcErr: DSID-031401E7, problem 5010 (UNAVAIL_EXTENSION), data 0";
    refusal(ResultCode::UNAVAILABLE_CRITICAL_EXTENSION, detail)
}

/// The right to replicate changes is missing.
pub(super) fn access_denied() -> Outcome {
    let detail = "00002105: SecErr: DSID-03151D9A, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0";
    refusal(ResultCode::INSUFFICIENT_ACCESS_RIGHTS, detail)
}

/// The base of a DirSync search is not the top of a naming context.
pub(super) fn not_a_naming_context() -> Outcome {
    let detail = "00002105: SecErr: DSID-03151D9A, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0";
    refusal(ResultCode::INSUFFICIENT_ACCESS_RIGHTS, detail)
}

/// The server will not do that.
pub(super) fn unwilling(win32: u32) -> Outcome {
    let detail =
        format!("{win32:08X}: SvcErr: DSID-031A1254, problem 5003 (WILL_NOT_PERFORM), data 0");
    refusal(ResultCode::UNWILLING_TO_PERFORM, &detail)
}

/// A range begins after the last value.
pub(super) fn range_beyond_end() -> Outcome {
    let detail = "00002121: SvcErr: DSID-03140A1D, problem 5012 (DIR_ERROR), data 0";
    refusal(ResultCode::OPERATIONS_ERROR, detail)
}

/// The filter is deeper or longer than the server takes.
pub(super) fn filter_too_large() -> Outcome {
    let detail = "00002024: SvcErr: DSID-03140A1E, problem 5008 (ADMIN_LIMIT_EXCEEDED), data 0";
    refusal(ResultCode::ADMIN_LIMIT_EXCEEDED, detail)
}

/// A result of a code alone.
pub(super) fn bare(code: ResultCode) -> Outcome {
    Outcome {
        code,
        ..Outcome::default()
    }
}

/// A distinguished name as it stands in an LDAP URL (RFC 4516).
pub(super) fn url_escaped(dn: &str) -> String {
    let mut url = String::with_capacity(dn.len());
    for byte in dn.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'=' | b',' | b'-' | b'.' | b'_' => {
                url.push(char::from(byte));
            }
            _ => {
                // Writing to text cannot fail.
                let _ = write!(url, "%{byte:02X}");
            }
        }
    }
    url
}
