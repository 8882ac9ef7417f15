//! Any bytes are answered or end the connection, and never more than that.
//!
//! `cargo +nightly fuzz run message -- -max_total_time=60`
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use mock_ad::directory::{Directory, DirectoryOptions, ObjectGuid};
use mock_ad::ldap::{
    Session, Standalone, decode, encode, frame_length, provision, respond, respond_to_failure,
};

fn domain() -> &'static Directory {
    static DOMAIN: OnceLock<Directory> = OnceLock::new();
    DOMAIN.get_or_init(|| {
        let mut next = 0u128;
        let mut guids = || {
            next += 1;
            ObjectGuid::from_bytes(next.to_le_bytes())
        };
        let options = DirectoryOptions::new("DC=example,DC=test".parse().expect("a name"));
        let now = jiff::Timestamp::UNIX_EPOCH;
        let mut directory = Directory::new(options, now, &mut guids);
        provision(&mut directory, "Passw0rd!23", now, &mut guids);
        directory
    })
}

fuzz_target!(|bytes: &[u8]| {
    let mut host = Standalone::new(domain().clone(), 1, jiff::Timestamp::UNIX_EPOCH);
    let mut session = Session::administrator();
    let mut rest = bytes;
    let mut out = Vec::new();
    while let Ok(Some(length)) = frame_length(rest) {
        let Some(frame) = rest.get(..length) else {
            break;
        };
        rest = &rest[length..];
        let answer = match decode(frame) {
            Ok(message) => respond(&mut session, message, &mut host),
            Err(failure) => respond_to_failure(&failure, &host),
        };
        out.clear();
        for response in &answer.responses {
            encode(response, &mut out);
        }
    }
});
