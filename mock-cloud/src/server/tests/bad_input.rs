//! Whatever arrives, something sensible goes back.

use proptest::prelude::*;

use super::{Bench, Request, refusal};
use crate::odata::contract::violations;

fn paths() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("v1.0"),
        Just("beta"),
        Just("users"),
        Just("groups"),
        Just("me"),
        Just("contacts"),
        Just("$batch"),
        Just("$count"),
        Just("$ref"),
        Just("$value"),
        Just("delta()"),
        Just("directory"),
        Just("deletedItems"),
        Just("microsoft.graph.user"),
        Just("restore"),
        Just("members"),
        Just("manager"),
        Just("getByIds"),
        Just("assignLicense"),
        Just("directoryRoles"),
        Just("roleManagement"),
        Just("roleAssignments"),
        Just("domains"),
        Just("organization"),
        Just("onPremisesSynchronization"),
        Just("onPremisesSyncBehavior"),
        Just("ann@lamplight.example"),
        Just("users('x')"),
        Just("..%2f.."),
        Just("%00"),
        Just("%ff"),
        Just("('"),
        Just("oauth2"),
        Just("v2.0"),
        Just("token"),
        Just("devicecode"),
        Just("authorize"),
        Just("common"),
        Just(".well-known"),
        Just("openid-configuration"),
    ];
    let any = "[ -~]{0,12}".prop_map(|text| text);
    let segment = prop_oneof![4 => word.prop_map(str::to_owned), 1 => any];
    proptest::collection::vec(segment, 0..7).prop_map(|parts| format!("/{}", parts.join("/")))
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let json = prop_oneof![
        Just("{}"),
        Just("[]"),
        Just("null"),
        Just("{\"requests\":[{\"id\":1,\"url\":\"\"}]}"),
        Just("{\"displayName\":{\"a\":[[[[]]]]},\"id\":1}"),
        Just("{\"@odata.id\":\"https://x/y('\"}"),
        Just("{\"ids\":[null]}"),
        Just("{\"addLicenses\":[1],\"removeLicenses\":[{}]}"),
        Just("{\"passwordProfile\":{\"password\":1}}"),
        Just("{\"features\":{\"x\":1}}"),
        Just("grant_type=password&username=%&client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46"),
    ];
    prop_oneof![
        json.prop_map(|text| text.as_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 0..64),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// No request makes the server fail: there is always a status, and an error has a code.
    #[test]
    fn every_request_is_answered(
        method in prop_oneof![
            Just("GET"), Just("POST"), Just("PATCH"), Just("PUT"), Just("DELETE"), Just("TRACE"),
        ],
        path in paths(),
        query in "[$%&=a-z'() ]{0,24}",
        body in bodies(),
    ) {
        let mut bench = Bench::new();
        let request = Request::new(method, &format!("{path}?{query}"))
            .header("Authorization", "Bearer any")
            .bytes(body);
        let response = bench.send(&request);
        prop_assert!((200..=501).contains(&response.status));
        prop_assert_ne!(response.status, 500);
        let is_graph = path.starts_with("/v1.0") || path.starts_with("/beta");
        if is_graph && response.status >= 400 {
            let body = response.body_json();
            prop_assert!(body["error"]["code"].is_string(), "{body}");
            prop_assert!(body["error"]["innerError"]["request-id"].is_string());
        }
    }
}

/// The requests of the parity page: method, target, body.
fn good() -> Vec<(&'static str, &'static str, &'static str)> {
    let lines = include_str!("parity.tsv").lines();
    let cells = lines.map(|line| line.split('\t').collect::<Vec<_>>());
    let steps = cells.filter(|cells| cells.len() == 4);
    steps
        .filter_map(|cells| {
            let (method, target) = cells[1].split_once(' ')?;
            Some((method.trim_start_matches('~'), target, cells[2]))
        })
        .collect()
}

/// A change of a few bytes: what stands at a place goes, and something else comes.
type Edit = (prop::sample::Index, usize, Vec<u8>);

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..3),
        prop::sample::select(vec![
            "/",
            "//",
            "'",
            "(",
            ")",
            "%",
            "%00",
            "%2F",
            "$",
            "&",
            "=",
            "..",
            "null",
            "{",
            "[",
            "\"",
            "999999999999999999999",
            "eq",
            " or ",
            "any(",
            "\u{0}",
            "\u{202e}",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), 0usize..6, bytes), 1..4)
}

fn edited(text: &str, edits: &[Edit]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (place, gone, come) in edits {
        let start = place.index(bytes.len() + 1);
        let end = (start + gone).min(bytes.len());
        bytes.splice(start..end, come.iter().copied());
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// A good request with a few bytes changed is answered, and whatever it gets keeps to the
    /// published types.
    #[test]
    fn nearly_good_requests_are_answered_in_the_published_types(
        place in any::<prop::sample::Index>(),
        in_target in edits(),
        in_body in edits(),
        which in 0..3,
        level in any::<bool>(),
    ) {
        let all = good();
        let (method, target, body) = all[place.index(all.len())];
        let mut bench = Bench::new();
        bench.add_user("ann");
        bench.add_group("staff");
        let (no_edits, in_target) = (Vec::new(), if which == 0 { Vec::new() } else { in_target });
        let target = String::from_utf8_lossy(&edited(target, &in_target)).into_owned();
        let body = edited(body, if which == 1 { &no_edits } else { &in_body });
        let mut request = Request::new(method, &target)
            .header("Authorization", "Bearer any")
            .header("Content-Type", "application/json");
        if level {
            request = request.header("ConsistencyLevel", "eventual");
        }
        if method != "GET" {
            request = request.bytes(body);
        }
        let response = bench.send(&request);
        prop_assert!((200..=501).contains(&response.status), "{}", response.status);
        prop_assert_ne!(response.status, 500);
        let kind = response.header_value("Content-Type").unwrap_or_default();
        let said = response.body_json();
        let is_object = kind.contains("odata.metadata") && said["responses"].is_null();
        let has_kind = said["value"][0]["kind"] == "EntitySet";
        if is_object && !has_kind {
            let none: [String; 0] = [];
            prop_assert_eq!(violations(&said), none, "{} {}", method, target);
        }
    }
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    for body in [
        &b""[..],
        b"{",
        b"[]",
        b"\xff\xfe",
        b"\"x\"",
        b"{\"a\":1}}",
        b"nul",
    ] {
        let request = Request::new("PATCH", &format!("/v1.0/users/{ann}"))
            .header("Authorization", "Bearer any")
            .bytes(body);
        assert_eq!(
            refusal(&bench.send(&request)),
            "400 BadRequest: Unable to read JSON request payload. Please ensure Content-Type \
             header is set and payload is of valid JSON format."
        );
    }
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let mut bench = Bench::new();
    let send = |bench: &mut Bench, request: Request| {
        bench
            .send(&request.header("Authorization", "Bearer any"))
            .status
    };
    let huge = Request::new("POST", "/v1.0/users").bytes(vec![b'['; super::super::BODY_MAX + 1]);
    assert_eq!(send(&mut bench, huge), 413);
    let deep = Request::new("POST", "/v1.0/users").bytes(vec![b'['; 100_000]);
    assert_eq!(send(&mut bench, deep), 400);
    let long = Request::new("GET", &format!("/v1.0/{}", "a".repeat(40_000)));
    assert_eq!(send(&mut bench, long), 414);
    let many = Request::new("GET", &format!("/v1.0{}", "/users".repeat(40)));
    assert_eq!(send(&mut bench, many), 400);
}
