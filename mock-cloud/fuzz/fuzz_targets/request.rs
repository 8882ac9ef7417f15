//! Requests of any bytes: method, target and body, each on a line of its own.
//!
//! `cargo +nightly fuzz run request` in `mock-cloud/`.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use mock_cloud::server::{Request, Service, Settings, StandaloneHost, Tokens, respond};
use mock_cloud::{Profile, Tenant};

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.splitn(3, |byte| *byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (method, target, body) = (line(), line(), line());
    let method = String::from_utf8_lossy(method).to_uppercase();
    let target = String::from_utf8_lossy(target);
    let tenant = Tenant::new("contoso.onmicrosoft.com", Profile::Entra2026);
    let mut host = StandaloneHost::new(tenant, Timestamp::UNIX_EPOCH, 1);
    let mut service = Service::new(Settings {
        tokens: Tokens::Any,
        ..Settings::default()
    });
    let request = Request::new(&method, &target)
        .header("Authorization", "Bearer any")
        .header("ConsistencyLevel", "eventual")
        .bytes(body);
    let response = respond(&mut service, &mut host, &request);
    assert_ne!(response.status, 500);
});
