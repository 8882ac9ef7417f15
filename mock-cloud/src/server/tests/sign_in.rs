use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Bench, Client, Request, Settings, Tokens};

const PUBLIC_CLIENT: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

fn bench() -> Bench {
    Bench::with(Settings {
        clients: vec![Client::for_seed(1)],
        password: "Default-Pass-1".to_owned(),
        ..Settings::default()
    })
}

impl Bench {
    fn token(&mut self, form: &str) -> (u16, Value) {
        let request = Request::new("POST", "/common/oauth2/v2.0/token").bytes(form);
        let response = self.send(&request);
        (response.status, response.body_json())
    }

    fn read_with(&mut self, token: &str) -> u16 {
        let header = format!("Bearer {token}");
        let request = Request::new("GET", "/v1.0/users").header("Authorization", &header);
        self.send(&request).status
    }

    fn make_user(&mut self, name: &str) {
        self.service.settings.tokens = Tokens::Any;
        self.add_user(name);
        self.service.settings.tokens = Tokens::Issued;
    }
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[test]
fn an_application_signs_in_with_its_secret() {
    let mut bench = bench();
    let client = Client::for_seed(1);
    let form = |secret: &str, scope: &str| {
        format!(
            "grant_type=client_credentials&client_id={}&client_secret={secret}&scope={scope}",
            client.id
        )
    };
    let scope = "https%3A%2F%2Fgraph.microsoft.com%2F.default";
    let (status, body) = bench.token(&form(&client.secret.replace('~', "%7E"), scope));
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["token_type"], json!("Bearer"));
    let token = body["access_token"].as_str().unwrap().to_owned();
    let claims = claims(&token);
    assert_eq!(claims["idtyp"], json!("app"));
    assert_eq!(claims["appid"], json!(client.id));
    assert!(
        claims["roles"]
            .as_array()
            .unwrap()
            .contains(&json!("User.ReadWrite.All"))
    );
    assert_eq!(bench.read_with(&token), 200);
    assert_eq!(bench.read_with(&format!("{token}x")), 401);
    let (status, body) = bench.token(&form("wrong", scope));
    assert_eq!((status, &body["error_codes"]), (401, &json!([7_000_215])));
    assert!(body["error_description"].as_str().unwrap().starts_with(
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the \
         request is the client secret value, not the client secret ID, for a secret added to app"
    ));
    let (status, body) = bench.token(&form(
        &client.secret,
        "https%3A%2F%2Fother.example%2F.default",
    ));
    assert_eq!((status, &body["error"]), (400, &json!("invalid_resource")));
    let now = super::super::Host::now(&bench.host);
    let later = now
        .saturating_add(jiff::SignedDuration::from_hours(2))
        .unwrap();
    bench.host.set_now(later);
    let header = format!("Bearer {token}");
    let request = Request::new("GET", "/v1.0/users").header("Authorization", &header);
    assert_eq!(
        super::refusal(&bench.send(&request)),
        "401 InvalidAuthenticationToken: Lifetime validation failed, the token is expired."
    );
}

#[test]
fn a_client_that_is_none_is_told_so() {
    let mut bench = bench();
    let (status, body) = bench.token("grant_type=client_credentials&client_id=me&client_secret=x");
    assert_eq!((status, &body["error_codes"]), (400, &json!([700_038])));
    let form = format!("grant_type=magic&client_id={PUBLIC_CLIENT}");
    let (_, body) = bench.token(&form);
    assert_eq!(body["error"], json!("unsupported_grant_type"));
    let form = format!("grant_type=client_credentials&client_id={PUBLIC_CLIENT}&client_secret=x");
    let (_, body) = bench.token(&form);
    assert_eq!(body["error_codes"], json!([700_016]));
}

#[test]
fn a_user_signs_in_with_a_password_and_stays_with_a_refresh_token() {
    let mut bench = bench();
    bench.make_user("ann");
    let form = |password: &str| {
        format!(
            "grant_type=password&client_id={PUBLIC_CLIENT}&username=ann%40lamplight.example\
             &password={password}&scope=User.Read+openid+offline_access"
        )
    };
    let (status, body) = bench.token(&form("Default-Pass-1"));
    assert_eq!(
        (status, &body["error_codes"]),
        (400, &json!([50_126])),
        "she has her own"
    );
    let (status, body) = bench.token(&form("Correct-Horse-9"));
    assert_eq!(status, 200, "{body}");
    let access = claims(body["access_token"].as_str().unwrap());
    assert_eq!(access["scp"], json!("User.Read"));
    assert_eq!(access["upn"], json!("ann@lamplight.example"));
    let identity = claims(body["id_token"].as_str().unwrap());
    assert_eq!(
        identity["preferred_username"],
        json!("ann@lamplight.example")
    );
    assert_eq!(identity["aud"], json!(PUBLIC_CLIENT));
    let refresh = body["refresh_token"].as_str().unwrap();
    let form =
        format!("grant_type=refresh_token&client_id={PUBLIC_CLIENT}&refresh_token={refresh}");
    let (status, body) = bench.token(&form);
    assert_eq!(status, 200, "{body}");
    assert!(
        body["refresh_token"].is_string(),
        "who came back may come back again"
    );
    let (status, _) = bench.token(&form.replace(refresh, "none"));
    assert_eq!(status, 400);
}

#[test]
fn only_who_asks_for_offline_access_may_come_back() {
    let mut bench = bench();
    bench.make_user("ann");
    let form = |scope: &str| {
        format!(
            "grant_type=password&client_id={PUBLIC_CLIENT}&username=ann@lamplight.example\
             &password=Correct-Horse-9&scope={scope}"
        )
    };
    let (status, body) = bench.token(&form("User.Read+openid"));
    assert_eq!((status, &body["refresh_token"]), (200, &Value::Null));
    let (_, body) = bench.token(&form("User.Read+offline_access"));
    assert!(body["refresh_token"].is_string());
    // The older endpoint knows no scopes.
    let request = Request::new("POST", "/common/oauth2/token").bytes(form(""));
    assert!(bench.send(&request).body_json()["refresh_token"].is_string());
}

#[test]
fn codes_are_redeemed_once_and_by_whoever_has_the_verifier() {
    let mut bench = bench();
    bench.make_user("ann");
    // RFC 7636, appendix B.
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let target = format!(
        "/organizations/oauth2/v2.0/authorize?client_id={PUBLIC_CLIENT}&response_type=code\
         &redirect_uri=http%3A%2F%2Flocalhost&state=a%26b&code_challenge={challenge}\
         &code_challenge_method=S256&login_hint=ann@lamplight.example"
    );
    let response = bench.send(&Request::new("GET", &target));
    assert_eq!(response.status, 302);
    let location = response.header_value("Location").unwrap();
    assert!(location.starts_with("http://localhost?code=") && location.ends_with("&state=a%26b"));
    let code = location.split(['=', '&']).nth(1).unwrap();
    let form = |verifier: &str| {
        format!(
            "grant_type=authorization_code&client_id={PUBLIC_CLIENT}&code={code}\
             &code_verifier={verifier}"
        )
    };
    let code_of = |(status, body): (u16, serde_json::Value)| {
        (status, body["error_codes"][0].as_u64().unwrap_or_default())
    };
    let elsewhere = form(verifier).replace(PUBLIC_CLIENT, "04b07795-8ddb-461a-bbee-02f9e1bf7b4a");
    assert_eq!(code_of(bench.token(&elsewhere)), (400, 70_000));
    let elsewhere = format!("{}&redirect_uri=http%3A%2F%2Fother", form(verifier));
    assert_eq!(code_of(bench.token(&elsewhere)), (400, 500_112));
    assert_eq!(code_of(bench.token(&form("guessed"))), (400, 501_481));
    let here = format!("{}&redirect_uri=http%3A%2F%2Flocalhost", form(verifier));
    assert_eq!(bench.token(&here).0, 200);
    assert_eq!(bench.token(&here).0, 400, "a code is good for once");
    let form =
        format!("client_id={PUBLIC_CLIENT}&scope=User.Read&login_hint=ann@lamplight.example");
    let request = Request::new("POST", "/common/oauth2/v2.0/devicecode").bytes(form);
    let device = bench.send(&request).body_json();
    let form = format!(
        "grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id={PUBLIC_CLIENT}\
         &device_code={}",
        device["device_code"].as_str().unwrap()
    );
    assert_eq!(bench.token(&form).0, 200);
}

#[test]
fn documents_lead_clients_to_this_server_by_the_name_they_used() {
    let mut bench = bench();
    let mut request = Request::new(
        "GET",
        "/lamplight.example/v2.0/.well-known/openid-configuration",
    );
    request.host = "localhost:8443".to_owned();
    let body = bench.send(&request).body_json();
    assert_eq!(
        body["token_endpoint"],
        json!("https://localhost:8443/lamplight.example/oauth2/v2.0/token")
    );
    let keys = bench
        .send(&Request::new("GET", "/common/discovery/v2.0/keys"))
        .body_json();
    assert_eq!(keys["keys"][0]["kty"], json!("RSA"));
    let modulus = URL_SAFE_NO_PAD
        .decode(keys["keys"][0]["n"].as_str().unwrap())
        .unwrap();
    assert_eq!(modulus.len(), 256);
    let target = "/common/discovery/instance?api-version=1.1&authorization_endpoint=\
                  https%3A%2F%2Flogin.microsoftonline.com%2Fcommon%2Foauth2%2Fv2.0%2Fauthorize";
    let body = bench.send(&Request::new("GET", target)).body_json();
    assert!(body["tenant_discovery_endpoint"].is_string());
    let body = bench.send(&Request::new(
        "GET",
        "/common/userrealm/a@lamplight.example?api-version=1.0",
    ));
    assert_eq!(body.body_json()["account_type"], json!("Managed"));
    let body = bench.send(&Request::new(
        "GET",
        "/metadata/endpoints?api-version=2022-09-01",
    ));
    for name in ["name", "resourceManager", "microsoftGraphResourceId"] {
        assert!(body.body_json()[name].is_string(), "{name}");
    }
    let body = bench.send(&Request::new(
        "GET",
        "/subscriptions?api-version=2022-12-01",
    ));
    assert_eq!(body.body_json()["value"], json!([]));
}

#[test]
fn a_request_without_a_token_is_told_how_to_get_one() {
    let mut bench = bench();
    let response = bench.send(&Request::new("GET", "/v1.0/users"));
    assert_eq!(
        super::refusal(&response),
        "401 InvalidAuthenticationToken: Access token is empty."
    );
    let challenge = response.header_value("WWW-Authenticate").unwrap();
    assert!(challenge.starts_with("Bearer realm=\"\", authorization_uri="));
    bench.service.settings.tokens = Tokens::Fixed("secret".to_owned());
    assert_eq!(bench.read_with("secret"), 200);
    assert_eq!(bench.read_with("Secret"), 401);
}

/// The signature is one that the published key answers for.
#[test]
fn tokens_are_signed_by_the_published_key() {
    use rsa::pkcs1v15::{Signature, VerifyingKey};
    use rsa::sha2::Sha256;
    use rsa::signature::Verifier as _;
    let mut bench = bench();
    let client = Client::for_seed(1);
    let (_, body) = bench.token(&format!(
        "grant_type=client_credentials&client_id={}&client_secret={}\
         &scope=https://graph.microsoft.com/.default",
        client.id, client.secret
    ));
    let token = body["access_token"].as_str().unwrap();
    let (content, signature) = token.rsplit_once('.').unwrap();
    let keys = bench
        .send(&Request::new("GET", "/common/discovery/v2.0/keys"))
        .body_json();
    let number = |name: &str| {
        let bytes = URL_SAFE_NO_PAD
            .decode(keys["keys"][0][name].as_str().unwrap())
            .unwrap();
        rsa::BoxedUint::from_be_slice_vartime(&bytes)
    };
    let public = rsa::PublicKey::new(number("n"), number("e")).unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let signature = Signature::try_from(signature.as_slice()).unwrap();
    let key = VerifyingKey::<Sha256>::new(public);
    key.verify(content.as_bytes(), &signature).unwrap();
}
