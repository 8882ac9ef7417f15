//! The token endpoint.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use rsa::sha2::{Digest as _, Sha256};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::message::Response;
use super::super::path::percent_decode;
use super::super::service::{Asked, Client, Grant, Identity, TOKEN_SECONDS};
use super::assertion::{ASSERTION_TYPE, Expected};
use super::claims::{is_over, words};
use super::{Form, Visit, no_store};
use crate::ids::CloudKey;
use crate::tenant::DirectoryObject;

/// The scopes that ask for nothing of Graph.
const PLAIN_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];
/// What a delegated token may do where a client asks for the default.
pub(super) const DEFAULT_SCOPES: &str =
    "Directory.AccessAsUser.All User.ReadWrite.All Group.ReadWrite.All Directory.ReadWrite.All";

impl Visit<'_> {
    pub(super) fn token(&mut self) -> Response {
        let mut form = self.form();
        self.read_basic(&mut form);
        let grant_type = form.get("grant_type").unwrap_or_default().to_owned();
        let Some(client) = form.get("client_id").map(str::to_owned) else {
            let text = "The request body must contain the following parameter: 'client_id'.";
            return self.refuse(400, "invalid_request", 900_144, text);
        };
        if Uuid::try_parse(&client).is_err() {
            let text = format!("{client} is not a valid application identifier.");
            return self.refuse(400, "unauthorized_client", 700_038, &text);
        }
        match grant_type.as_str() {
            "client_credentials" => self.client_credentials(&form, &client),
            "password" => self.password(&form, &client),
            "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => {
                let code = form.get("device_code").or_else(|| form.get("code"));
                let code = code.unwrap_or_default().to_owned();
                self.redeem(&form, &client, &code)
            }
            "authorization_code" => {
                let code = form.get("code").unwrap_or_default().to_owned();
                self.redeem(&form, &client, &code)
            }
            "refresh_token" => {
                let code = form.get("refresh_token").unwrap_or_default().to_owned();
                self.redeem(&form, &client, &code)
            }
            "" => {
                let text = "The request body must contain the following parameter: 'grant_type'.";
                self.refuse(400, "invalid_request", 900_144, text)
            }
            other => {
                let text = format!("The app requested an unsupported grant type '{other}'.");
                self.refuse(400, "unsupported_grant_type", 70_003, &text)
            }
        }
    }

    /// Client id and secret in an `Authorization: Basic` header (RFC 6749, section 2.3.1).
    fn read_basic(&self, form: &mut Form) {
        let header = self
            .request
            .header_value("authorization")
            .unwrap_or_default();
        let Some((scheme, encoded)) = header.split_once(' ') else {
            return;
        };
        if !scheme.eq_ignore_ascii_case("basic") {
            return;
        }
        let decoded = STANDARD.decode(encoded.trim()).unwrap_or_default();
        let decoded = String::from_utf8_lossy(&decoded);
        if let Some((id, secret)) = decoded.split_once(':') {
            for (name, value) in [("client_id", id), ("client_secret", secret)] {
                form.0.push((name.to_owned(), percent_decode(value, true)));
            }
        }
    }

    fn client_credentials(&mut self, form: &Form, client: &str) -> Response {
        let known = self.service.settings.clients.iter();
        let known = known
            .into_iter()
            .find(|it| it.id.eq_ignore_ascii_case(client))
            .cloned();
        let Some(known) = known else {
            let tenant = self.tenant_id();
            let text = format!(
                "Application with identifier '{client}' was not found in the directory \
                 '{tenant}'. This can happen if the application has not been installed by the \
                 administrator of the tenant or consented to by any user in the tenant. You may \
                 have sent your authentication request to the wrong tenant."
            );
            return self.refuse(400, "unauthorized_client", 700_016, &text);
        };
        if let Err(response) = self.prove_client(form, &known) {
            return response;
        }
        let scope = form
            .get("scope")
            .or_else(|| form.get("resource"))
            .unwrap_or_default();
        let audience = match self.audience(scope, true) {
            Ok(audience) => audience,
            Err(response) => return response,
        };
        let identity = Identity::Application {
            client: client.to_owned(),
            roles: known.roles.iter().cloned().collect(),
        };
        let token = self.access_token(&identity, &audience);
        no_store(Response::json(
            200,
            &json!({
                "token_type": "Bearer",
                "expires_in": TOKEN_SECONDS,
                "ext_expires_in": TOKEN_SECONDS,
                "access_token": token,
            }),
        ))
    }

    /// Checks a secret or an assertion.
    fn prove_client(&mut self, form: &Form, known: &Client) -> Result<(), Response> {
        if let Some(assertion) = form.get("client_assertion") {
            if form.get("client_assertion_type") != Some(ASSERTION_TYPE) {
                let text = format!(
                    "The request body must contain the following parameter: \
                     'client_assertion_type' with value '{ASSERTION_TYPE}'."
                );
                return Err(self.refuse(400, "invalid_request", 900_144, &text));
            }
            let tenant = self.tenant_id();
            let expected = Expected {
                client: &known.id,
                certificates: &known.certificates,
                hosts: [&self.request.host, "login.microsoftonline.com"],
                tenants: [&self.tenant, &tenant],
                now: self.now().as_second(),
            };
            let proven = expected.check(assertion);
            return proven.map_err(|unproven| {
                self.refuse(401, "invalid_client", unproven.number, &unproven.text)
            });
        }
        match form.get("client_secret") {
            Some(given) if given == known.secret => Ok(()),
            Some(_) => {
                let text = format!(
                    "Invalid client secret provided. Ensure the secret being sent in the request \
                     is the client secret value, not the client secret ID, for a secret added to \
                     app '{}'.",
                    known.id
                );
                Err(self.refuse(401, "invalid_client", 7_000_215, &text))
            }
            None => {
                let text = "The request body must contain the following parameter: \
                            'client_assertion' or 'client_secret'.";
                Err(self.refuse(401, "invalid_client", 7_000_218, text))
            }
        }
    }

    /// What a token is for: Graph by its name or this server by its own, or the resource manager.
    fn audience(&mut self, scope: &str, needs_default: bool) -> Result<String, Response> {
        let own = self
            .request
            .host
            .split(':')
            .next()
            .unwrap_or_default()
            .to_owned();
        for word in scope.split_whitespace() {
            if PLAIN_SCOPES.contains(&word) {
                continue;
            }
            let is_id = word.starts_with(super::super::GRAPH_APPLICATION);
            let rest = word.split_once("://").map(|(_, rest)| rest);
            let Some(host) = rest.and_then(|rest| rest.split(['/', ':']).next()) else {
                if is_id || !needs_default {
                    continue;
                }
                let text = format!(
                    "The provided value for scope {word} is not valid. Client credential flows \
                     must have a scope value with /.default suffixed to the resource identifier \
                     (application ID URI)."
                );
                return Err(self.refuse(400, "invalid_scope", 1_002_012, &text));
            };
            let known = [
                own.as_str(),
                "localhost",
                "127.0.0.1",
                "graph.microsoft.com",
                "graph.windows.net",
                "management.azure.com",
                "management.core.windows.net",
            ];
            if !known.iter().any(|it| it.eq_ignore_ascii_case(host)) {
                let tenant = self.tenant_id();
                let resource = word.strip_suffix("/.default").unwrap_or(word);
                let text = format!(
                    "The resource principal named {resource} was not found in the tenant named \
                     {tenant}. This can happen if the application has not been installed by the \
                     administrator of the tenant or consented to by any user in the tenant. You \
                     might have sent your authentication request to the wrong tenant."
                );
                return Err(self.refuse(400, "invalid_resource", 500_011, &text));
            }
        }
        Ok("https://graph.microsoft.com".to_owned())
    }

    fn password(&mut self, form: &Form, client: &str) -> Response {
        let (name, password) = (
            form.get("username").unwrap_or_default(),
            form.get("password").unwrap_or_default(),
        );
        let user = match self.prove_user(name, password) {
            Ok(user) => user,
            Err(response) => return response,
        };
        let scope = form.get("scope").unwrap_or_default().to_owned();
        self.sign_in_user(client, user, &scope, None, false)
    }

    /// The user of a name and password, or why there is none.
    pub(super) fn prove_user(&mut self, name: &str, password: &str) -> Result<CloudKey, Response> {
        let tenant = self.host.tenant();
        let Some(user) = tenant.find_user_by_upn(name) else {
            let tenant = self.tenant_id();
            let text = format!(
                "The user account {name} does not exist in the {tenant} directory. To sign into \
                 this application, the account must be added to the directory."
            );
            return Err(self.refuse(400, "invalid_grant", 50_034, &text));
        };
        let object = tenant.object(user).cloned();
        let own = object
            .as_ref()
            .and_then(|object| object.extras().password.clone());
        let wanted = own.map_or_else(|| self.service.settings.password.clone(), Into::into);
        if !wanted.is_empty() && wanted != password {
            let text = "Error validating credentials due to invalid username or password.";
            return Err(self.refuse(400, "invalid_grant", 50_126, text));
        }
        if object.is_some_and(|object| !object.account_enabled) {
            let text = "The user account is disabled.";
            return Err(self.refuse(400, "invalid_grant", 50_057, text));
        }
        Ok(user)
    }

    /// Turns a code into tokens: an authorization code, a device code or a refresh token.
    fn redeem(&mut self, form: &Form, client: &str, code: &str) -> Response {
        let grant = self.service.grants.get(code).cloned();
        let Some(grant) = grant.filter(|grant| !is_over(grant.until, self.now())) else {
            let text = "The provided authorization code or refresh token has expired or is \
                        unknown here. Send a new interactive authorization request.";
            return self.refuse(400, "invalid_grant", 70_008, text);
        };
        let Some(user) = grant.identity.user() else {
            let text = "Nobody has signed in with this code yet.";
            return self.refuse(400, "authorization_pending", 70_016, text);
        };
        if let Err(response) = self.check_grant(&grant, form, client) {
            return response;
        }
        let may_sign_in = |it: &DirectoryObject| it.is_live() && it.account_enabled;
        let account = self.host.tenant().object(user);
        if !account.is_some_and(|it| may_sign_in(it)) {
            let text = "The user account is disabled.";
            return self.refuse(400, "invalid_grant", 50_057, text);
        }
        // Who has come back once may come back again.
        let keeps = form.get("grant_type") == Some("refresh_token");
        if !keeps {
            self.service.grants.remove(code);
        }
        let scope = form.get("scope").map_or(grant.scope, str::to_owned);
        let nonce = grant.asked.nonce.as_deref();
        self.sign_in_user(client, user, &scope, nonce, keeps)
    }

    /// Whether who redeems a code is who asked for it.
    fn check_grant(&mut self, grant: &Grant, form: &Form, client: &str) -> Result<(), Response> {
        if !grant.identity.client().eq_ignore_ascii_case(client) {
            let text = "Provided grant is invalid or malformed: it was given to another \
                        application.";
            return Err(self.refuse(400, "invalid_grant", 70_000, text));
        }
        let here = form.get("redirect_uri");
        if let (Some(asked), Some(here)) = (grant.asked.redirect.as_deref(), here)
            && asked != here
        {
            let text = format!(
                "The reply address '{here}' does not match the reply address '{asked}' provided \
                 when requesting Authorization code."
            );
            return Err(self.refuse(400, "invalid_grant", 500_112, &text));
        }
        let Some((challenge, is_hashed)) = &grant.asked.challenge else {
            return Ok(());
        };
        let verifier = form.get("code_verifier").unwrap_or_default();
        let answer = if *is_hashed {
            URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
        } else {
            verifier.to_owned()
        };
        if answer == *challenge {
            return Ok(());
        }
        let text = "The PKCE code verifier does not match the code challenge.";
        Err(self.refuse(400, "invalid_grant", 501_481, text))
    }

    /// The tokens of a user who has signed in; one to come back with where that is asked for, or
    /// where the user `keeps` coming back.
    fn sign_in_user(
        &mut self,
        client: &str,
        user: CloudKey,
        scope: &str,
        nonce: Option<&str>,
        keeps: bool,
    ) -> Response {
        let audience = match self.audience(scope, false) {
            Ok(audience) => audience,
            Err(response) => return response,
        };
        let asked = words(scope);
        let short = |scope: &String| scope.rsplit('/').next().unwrap_or_default().to_owned();
        let mut scopes: std::collections::BTreeSet<String> = asked
            .iter()
            .filter(|scope| !PLAIN_SCOPES.contains(&scope.as_str()))
            .map(short)
            .collect();
        if scopes.remove(".default") || scopes.is_empty() {
            scopes.extend(words(DEFAULT_SCOPES));
        }
        let identity = Identity::User {
            client: client.to_owned(),
            user,
            scopes,
        };
        let access_token = self.access_token(&identity, &audience);
        let mut body = json!({
            "token_type": "Bearer",
            "scope": if scope.is_empty() { DEFAULT_SCOPES } else { scope },
            "expires_in": TOKEN_SECONDS,
            "ext_expires_in": TOKEN_SECONDS,
            "access_token": access_token,
            "client_info": self.client_info(&identity),
        });
        // The older endpoint has no scopes to ask by.
        let is_older = !self.request.path.to_lowercase().contains("/v2.0/");
        if keeps || is_older || asked.contains("offline_access") {
            let refresh = self.refresh_token(&identity, scope);
            body["refresh_token"] = Value::from(refresh);
        }
        if let Some(id_token) = self.id_token(&identity, nonce) {
            body["id_token"] = Value::from(id_token);
        }
        no_store(Response::json(200, &body))
    }

    /// A refresh token, remembered.
    fn refresh_token(&mut self, identity: &Identity, scope: &str) -> String {
        let refresh = self.service.next_secret();
        let lifetime = SignedDuration::from_hours(24 * 90);
        let now = self.now();
        let grant = Grant {
            identity: identity.clone(),
            scope: scope.to_owned(),
            until: now.saturating_add(lifetime).unwrap_or(now),
            asked: Asked::default(),
        };
        self.service.keep_grant(refresh.clone(), grant, now);
        refresh
    }
}
