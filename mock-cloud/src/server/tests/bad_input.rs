//! Whatever arrives, something sensible goes back.

use proptest::prelude::*;

use super::{Bench, Request, refusal};

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
