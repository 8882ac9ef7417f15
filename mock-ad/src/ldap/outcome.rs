//! Results as domain controllers word them.

use crate::directory::{Directory, Refusal};
use crate::search::outcome::{TERMINATOR, front_end};
use crate::search::{Outcome, ResultCode};

/// What a refusal of the directory looks like to a client.
///
/// Messages of the directory service end with a line feed and a NUL, those of the LDAP front end
/// with a NUL alone (seen in captures; MS-ADTS 3.1.1.3.1.9 leaves it open).
pub(super) fn refused(refusal: Refusal) -> Outcome {
    let end = if refusal.message.contains(": LdapErr: ") {
        "\0"
    } else {
        TERMINATOR
    };
    Outcome {
        code: refusal.code,
        matched_dn: refusal.matched_dn,
        diagnostic: refusal.message + end,
        referrals: Vec::new(),
    }
}

/// A result without any text.
pub(super) fn plain(code: ResultCode) -> Outcome {
    Outcome {
        code,
        ..Outcome::default()
    }
}

/// A bind that failed; `data` tells why, in hexadecimal.
pub(super) fn bind_failed(directory: &Directory, data: u32) -> Outcome {
    let build = directory.domain_controller().version.build();
    Outcome {
        code: ResultCode::INVALID_CREDENTIALS,
        diagnostic: format!(
            "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data \
             {data:x}, v{build:x}\0"
        ),
        ..Outcome::default()
    }
}

/// A message that cannot be read.
pub(super) fn not_decoded(directory: &Directory) -> Outcome {
    let comment = "Error decoding ldap message";
    front_end(
        directory,
        ResultCode::PROTOCOL_ERROR,
        0x57,
        "0C0C0095",
        comment,
    )
}

/// An extended request that is not known.
pub(super) fn unknown_extension(directory: &Directory) -> Outcome {
    let comment = "Unknown extended request OID";
    front_end(
        directory,
        ResultCode::PROTOCOL_ERROR,
        0x203D,
        "0C090E4D",
        comment,
    )
}

/// A way to bind that the server does not know.
pub(super) fn unknown_mechanism(directory: &Directory) -> Outcome {
    let comment = "The server does not support the requested authentication method";
    let code = ResultCode::AUTH_METHOD_NOT_SUPPORTED;
    front_end(directory, code, 0x2027, "0C090526", comment)
}

/// StartTLS on a connection that is encrypted already.
pub(super) fn encrypted_already(directory: &Directory) -> Outcome {
    let comment = "TLS or SSL already in effect";
    front_end(
        directory,
        ResultCode::OPERATIONS_ERROR,
        0,
        "0C090E17",
        comment,
    )
}
