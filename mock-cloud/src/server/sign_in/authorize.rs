//! Sign-in by a person: authorization code and device code, without a page to click on.
//!
//! Both are granted at once to the user that is asked for (`login_hint`, `username`), else to the
//! one the settings name, else to the first global administrator.

use jiff::SignedDuration;
use serde_json::json;

use super::super::message::Response;
use super::super::service::{Asked, Grant, Identity};
use super::{Visit, no_store};
use crate::ids::CloudKey;
use crate::tenant::Role;

/// How long a code is good for, in seconds.
const CODE_SECONDS: i64 = 900;

impl Visit<'_> {
    pub(super) fn device_code(&mut self) -> Response {
        let form = self.form();
        let Some(client) = form.get("client_id").map(str::to_owned) else {
            let text = "The request body must contain the following parameter: 'client_id'.";
            return self.refuse(400, "invalid_request", 900_144, text);
        };
        let scope = form.get("scope").unwrap_or_default().to_owned();
        let user = self.person(form.get("login_hint"));
        let code = self.grant(&client, user, scope, Asked::default());
        let user_code = code.get(..9).unwrap_or_default().to_uppercase();
        let address = format!("{}/devicelogin", self.request.origin());
        no_store(Response::json(
            200,
            &json!({
                "user_code": user_code,
                "device_code": code,
                "verification_uri": address,
                "expires_in": CODE_SECONDS,
                "interval": 1,
                "message": format!(
                    "To sign in, use a web browser to open the page {address} and enter the code \
                     {user_code} to authenticate."
                ),
            }),
        ))
    }

    pub(super) fn authorize(&mut self) -> Response {
        let form = self.form();
        let (Some(client), Some(redirect)) = (form.get("client_id"), form.get("redirect_uri"))
        else {
            let text = "The request must contain 'client_id' and 'redirect_uri'.";
            return self.refuse(400, "invalid_request", 900_144, text);
        };
        let challenge = form.get("code_challenge").map(|challenge| {
            let is_hashed = form.get("code_challenge_method") != Some("plain");
            (challenge.to_owned(), is_hashed)
        });
        let scope = form.get("scope").unwrap_or_default().to_owned();
        let asked = Asked {
            challenge,
            nonce: form.get("nonce").map(str::to_owned),
            redirect: Some(redirect.to_owned()),
        };
        let user = self.person(form.get("login_hint"));
        let code = self.grant(client, user, scope, asked);
        let separator = match form.get("response_mode") {
            Some("fragment") => '#',
            _ if redirect.contains('?') => '&',
            _ => '?',
        };
        let mut location = format!("{redirect}{separator}code={code}");
        if let Some(state) = form.get("state") {
            location.push_str("&state=");
            location.push_str(&percent_encode(state));
        }
        Response::empty(302).with_header("Location", location)
    }

    /// Who signs in where nobody is there to type a name.
    fn person(&self, hint: Option<&str>) -> Option<CloudKey> {
        let tenant = self.host.tenant();
        let me = self.service.settings.me.as_deref();
        let named = hint.or(me).and_then(|upn| tenant.find_user_by_upn(upn));
        let administrator = Role("Global Administrator".into());
        named.or_else(|| {
            let is_able = |key: &CloudKey| {
                tenant
                    .object(*key)
                    .is_some_and(|it| it.is_live() && it.account_enabled)
            };
            tenant.roles.holders(&administrator).find(is_able)
        })
    }

    fn grant(
        &mut self,
        client: &str,
        user: Option<CloudKey>,
        scope: String,
        asked: Asked,
    ) -> String {
        let (code, now) = (self.service.next_secret(), self.now());
        let client = client.to_owned();
        let identity = match user {
            Some(user) => Identity::User {
                client,
                user,
                scopes: std::collections::BTreeSet::new(),
            },
            None => Identity::Anybody,
        };
        let lifetime = SignedDuration::from_secs(CODE_SECONDS);
        let grant = Grant {
            identity,
            scope,
            until: now.saturating_add(lifetime).unwrap_or(now),
            asked,
        };
        self.service.keep_grant(code.clone(), grant, now);
        code
    }
}

/// The value of a query option, escaped.
fn percent_encode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
