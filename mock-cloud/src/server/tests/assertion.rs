//! Applications that prove themselves by a certificate.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use serde_json::{Value, json};

use super::{Bench, Client, Request, Settings};
use crate::server::{Certificate, CertificateUnread};

/// A key and its certificate; they protect nothing.
const CLIENT: &str = include_str!("client.pem");
/// A certificate for another kind of key.
const ELLIPTIC: &str = include_str!("elliptic.pem");

fn key() -> RsaKeyPair {
    let body = CLIENT.split("PRIVATE KEY-----").nth(1).unwrap();
    let body: String = body
        .trim_end_matches("-----END ")
        .split_whitespace()
        .collect();
    RsaKeyPair::from_pkcs8(&STANDARD.decode(body).unwrap()).unwrap()
}

fn signed(header: &Value, claims: &Value, encoding: &'static dyn RsaEncoding) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let content = format!("{}.{}", encode(header), encode(claims));
    let key = key();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        encoding,
        &SystemRandom::new(),
        content.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{content}.{}", URL_SAFE_NO_PAD.encode(signature))
}

struct Desk {
    bench: Bench,
    client: String,
    header: Value,
    claims: Value,
}

impl Desk {
    fn new(certificates: Vec<Certificate>) -> Self {
        let certificate = Certificate::from_pem(CLIENT).unwrap();
        let client = Client {
            certificates,
            ..Client::for_seed(1)
        };
        let id = client.id.clone();
        let bench = Bench::with(Settings {
            clients: vec![client],
            ..Settings::default()
        });
        let now = super::super::Host::now(&bench.host).as_second();
        let tenant = bench.tenant().organization.id;
        Self {
            bench,
            header: json!({ "alg": "RS256", "typ": "JWT", "x5t": certificate.thumbprint() }),
            claims: json!({
                "aud": format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"),
                "iss": id, "sub": id, "jti": "1", "nbf": now, "exp": now + 600,
            }),
            client: id,
        }
    }

    /// Sends an assertion; status, and the number of the error.
    fn send(&mut self, assertion: &str) -> (u16, u64) {
        let form = format!(
            "grant_type=client_credentials&client_id={}&scope=https://graph.microsoft.com/.default\
             &client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer\
             &client_assertion={assertion}",
            self.client
        );
        let target = "/lamplight.example/oauth2/v2.0/token";
        let response = self.bench.send(&Request::new("POST", target).bytes(form));
        let body = response.body_json();
        assert_eq!(
            response.status == 200,
            body["access_token"].is_string(),
            "{body}"
        );
        (
            response.status,
            body["error_codes"][0].as_u64().unwrap_or_default(),
        )
    }

    fn said(&mut self) -> (u16, u64) {
        let assertion = signed(&self.header, &self.claims, &RSA_PKCS1_SHA256);
        self.send(&assertion)
    }
}

fn registered() -> Desk {
    Desk::new(vec![Certificate::from_pem(CLIENT).unwrap()])
}

#[test]
fn a_certificate_proves_an_application() {
    let mut desk = registered();
    assert_eq!(desk.said(), (200, 0));
    let certificate = Certificate::from_pem(CLIENT).unwrap();
    let header = json!({ "alg": "PS256", "x5t#S256": certificate.thumbprint_256() });
    let assertion = signed(&header, &desk.claims, &RSA_PSS_SHA256);
    assert_eq!(desk.send(&assertion), (200, 0));
    for audience in [
        "https://graph.microsoft.com/lamplight.example/oauth2/v2.0/token",
        "https://login.microsoftonline.com/common/v2.0",
        "https://login.microsoftonline.com/lamplight.example/oauth2/token",
    ] {
        desk.claims["aud"] = audience.into();
        assert_eq!(desk.said(), (200, 0), "{audience}");
    }
}

#[test]
fn each_part_of_an_assertion_is_held_against_what_is_known() {
    for (part, name, value, number) in [
        ("header", "alg", json!("none"), 5_002_738),
        ("header", "alg", json!("HS256"), 5_002_738),
        ("header", "x5t", json!("AAAA"), 700_027),
        ("header", "x5t", Value::Null, 5_002_723),
        ("header", "alg", json!("RS512"), 700_027),
        (
            "claims",
            "iss",
            json!("04b07795-8ddb-461a-bbee-02f9e1bf7b46"),
            700_021,
        ),
        ("claims", "sub", Value::Null, 700_021),
        (
            "claims",
            "aud",
            json!("https://login.example/x/oauth2/v2.0/token"),
            700_023,
        ),
        (
            "claims",
            "aud",
            json!("https://login.microsoftonline.com/other/v2.0"),
            700_023,
        ),
        ("claims", "aud", Value::Null, 700_023),
        ("claims", "exp", json!(1), 700_024),
        ("claims", "exp", Value::Null, 700_024),
    ] {
        let mut desk = registered();
        let place = if part == "header" {
            &mut desk.header
        } else {
            &mut desk.claims
        };
        place[name] = value.clone();
        let status = desk.said();
        assert_eq!(status, (401, number), "{part} {name} {value}");
    }
    // The clocks of client and service may be apart a little.
    let mut desk = registered();
    let end = desk.claims["exp"].as_i64().unwrap() - 600;
    desk.claims["exp"] = json!(end - 200);
    assert_eq!(desk.said(), (200, 0));
    desk.claims["exp"] = serde_json::from_str(&format!("{end}.25")).unwrap();
    assert_eq!(desk.said(), (200, 0), "msal writes decimals");
    desk.claims["exp"] = json!(end - 400);
    assert_eq!(desk.said(), (401, 700_024));
}

#[test]
fn a_signature_of_somebody_else_proves_nothing() {
    let mut desk = registered();
    let assertion = signed(&desk.header, &desk.claims, &RSA_PKCS1_SHA256);
    let (content, signature) = assertion.rsplit_once('.').unwrap();
    let mut claims = desk.claims.clone();
    claims["jti"] = json!("2");
    let other = URL_SAFE_NO_PAD.encode(claims.to_string());
    let header = content.split('.').next().unwrap();
    assert_eq!(
        desk.send(&format!("{header}.{other}.{signature}")),
        (401, 700_027)
    );
    assert_eq!(desk.send(&format!("{content}.")), (401, 700_027));
    for malformed in ["x", "a.b", "a.b.c", &format!("{content}.%21")] {
        assert_eq!(desk.send(malformed), (401, 50_027), "{malformed}");
    }
    // Where nobody has registered a certificate, none is believed.
    assert_eq!(Desk::new(Vec::new()).said(), (401, 700_027));
}

#[test]
fn what_is_no_certificate_for_rsa_is_refused() {
    let read = Certificate::from_pem;
    assert_eq!(read(""), Err(CertificateUnread::Missing));
    assert_eq!(read(ELLIPTIC), Err(CertificateUnread::NotRsa));
    let damaged = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
    assert_eq!(read(damaged), Err(CertificateUnread::Damaged));
    let whole = STANDARD.decode(
        CLIENT
            .split("CERTIFICATE-----")
            .nth(1)
            .unwrap()
            .trim_end_matches("-----END ")
            .split_whitespace()
            .collect::<String>(),
    );
    let whole = whole.unwrap();
    for length in 0..whole.len() {
        // The signature at its end is nothing that is read, but the length before it is.
        assert!(
            Certificate::from_der(whole[..length].to_vec()).is_err(),
            "{length}"
        );
    }
    assert!(Certificate::from_der(whole).is_ok());
}
