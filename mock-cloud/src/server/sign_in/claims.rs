//! Tokens: what is in them, and whose they are.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::host::Host;
use super::super::message::Request;
use super::super::problem::Problem;
use super::super::service::{Identity, Service, TOKEN_SECONDS, Tokens};
use super::Visit;
use crate::ids::CloudId;
use crate::tenant::Tenant;

/// The application id of Microsoft Graph.
const GRAPH_APPLICATION: &str = "00000003-0000-0000-c000-000000000000";

/// Who sends a request, by its `Authorization` header.
pub(in super::super) fn bearer(
    service: &Service,
    host: &dyn Host,
    request: &Request,
) -> Result<Identity, Problem> {
    let header = request.header_value("authorization").unwrap_or_default();
    let scheme_and_token = header.trim().split_once(' ');
    let token = scheme_and_token
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty())
        .ok_or_else(|| refuse("Access token is empty."))?;
    if let Some((identity, until)) = service.holder(token) {
        if *until <= host.now() {
            return Err(refuse("Lifetime validation failed, the token is expired."));
        }
        return Ok(identity.clone());
    }
    let is_believed = match &service.settings.tokens {
        Tokens::Any => true,
        Tokens::Fixed(fixed) => fixed == token,
        Tokens::Issued => false,
    };
    if is_believed {
        return Ok(stands_for(service, host.tenant(), token));
    }
    if token.contains('.') {
        return Err(refuse(
            "Signature validation failed, the token was not issued here.",
        ));
    }
    Err(refuse(
        "IDX14100: JWT is not well formed, there are no dots (.).",
    ))
}

fn refuse(message: &str) -> Problem {
    let challenge = format!(
        "Bearer realm=\"\", \
         authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", \
         client_id=\"{GRAPH_APPLICATION}\""
    );
    Problem::new(401, "InvalidAuthenticationToken", message).header("WWW-Authenticate", challenge)
}

/// Who a token stands for that is believed without having been issued: the user that the settings
/// name, or the one that the token itself names.
fn stands_for(service: &Service, tenant: &Tenant, token: &str) -> Identity {
    let claims = payload(token).unwrap_or_default();
    let object = claims["oid"]
        .as_str()
        .and_then(|id| id.parse::<CloudId>().ok());
    let named = object.and_then(|id| tenant.find_by_id(id));
    let me = service.settings.me.as_deref();
    let me = me.and_then(|upn| tenant.find_user_by_upn(upn));
    match named.or(me) {
        Some(user) => Identity::User {
            client: claims["appid"].as_str().unwrap_or_default().to_owned(),
            user,
            scopes: words(
                claims["scp"]
                    .as_str()
                    .unwrap_or("Directory.AccessAsUser.All"),
            ),
        },
        None => Identity::Anybody,
    }
}

/// The claims of a JSON web token, unchecked.
pub(super) fn payload(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, payload) = (parts.next()?, parts.next()?);
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

pub(super) fn words(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

impl Visit<'_> {
    /// An access token for an identity, remembered.
    pub(super) fn access_token(&mut self, identity: &Identity, audience: &str) -> String {
        let now = self.now();
        let tid = self.tenant_id();
        let mut claims = json!({
            "aud": audience,
            "iss": format!("https://sts.windows.net/{tid}/"),
            "idp": format!("https://sts.windows.net/{tid}/"),
            "iat": now.as_second(),
            "nbf": now.as_second(),
            "exp": now.as_second() + TOKEN_SECONDS,
            "aio": self.service.next_uuid().simple().to_string(),
            "appid": identity.client(),
            "app_displayname": "dirsync-lab",
            "appidacr": "1",
            "tid": tid,
            "tenant_region_scope": "EU",
            "uti": self.service.next_uuid().simple().to_string(),
            "ver": "1.0",
            "xms_tcdt": 0,
        });
        match identity {
            Identity::Anybody => {}
            Identity::Application { client, roles } => {
                let object = derived(&tid, client);
                claims["idtyp"] = json!("app");
                claims["oid"] = json!(object);
                claims["sub"] = json!(object);
                claims["roles"] = json!(roles);
            }
            Identity::User { user, scopes, .. } => {
                let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
                claims["idtyp"] = json!("user");
                claims["scp"] = json!(scopes.join(" "));
                self.add_person(&mut claims, *user, true);
            }
        }
        let token = self.service.key.sign(&claims);
        self.service.remember(&token, identity.clone(), now);
        token
    }

    /// An id token for a signed-in user.
    pub(super) fn id_token(&mut self, identity: &Identity, nonce: Option<&str>) -> Option<String> {
        let user = identity.user()?;
        let now = self.now();
        let mut claims = json!({
            "aud": identity.client(),
            "iss": self.issuer(),
            "iat": now.as_second(),
            "nbf": now.as_second(),
            "exp": now.as_second() + TOKEN_SECONDS,
            "tid": self.tenant_id(),
            "rh": "0.",
            "uti": self.service.next_uuid().simple().to_string(),
            "ver": "2.0",
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        self.add_person(&mut claims, user, false);
        Some(self.service.key.sign(&claims))
    }

    fn add_person(&self, claims: &mut Value, user: crate::CloudKey, for_access: bool) {
        let tenant = self.host.tenant();
        let Some(object) = tenant.object(user) else {
            return;
        };
        let upn = object.user_principal_name.as_ref().map(crate::Upn::as_str);
        claims["oid"] = json!(object.id.to_string());
        claims["sub"] = json!(object.id.simple());
        claims["name"] = json!(object.display_name);
        claims["preferred_username"] = json!(upn);
        if for_access {
            let roles = tenant.roles.held(user);
            let roles = roles.iter().map(|role| role.template_id().to_string());
            claims["upn"] = json!(upn);
            claims["unique_name"] = json!(upn);
            claims["wids"] = roles.collect();
        }
    }

    /// `client_info`, by which MSAL names accounts.
    pub(super) fn client_info(&self, identity: &Identity) -> Option<String> {
        let object = self.host.tenant().object(identity.user()?)?;
        let info = json!({ "uid": object.id.to_string(), "utid": self.tenant_id() });
        Some(URL_SAFE_NO_PAD.encode(info.to_string()))
    }
}

/// The id of the service principal of an application.
pub(super) fn derived(tenant: &str, client: &str) -> String {
    let namespace = uuid::Uuid::try_parse(tenant).unwrap_or_default();
    uuid::Uuid::new_v5(&namespace, client.as_bytes()).to_string()
}

/// Whether a token is past its end.
pub(super) fn is_over(until: Timestamp, now: Timestamp) -> bool {
    until.as_second() <= now.as_second()
}
