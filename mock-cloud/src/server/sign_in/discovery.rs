//! Documents that tell clients where to go.

use serde_json::json;

use super::super::message::Response;
use super::Visit;
use crate::tenant::Authentication;

impl Visit<'_> {
    /// The issuer of tokens: always the real service's, whatever the tenant is called by.
    pub(super) fn issuer(&self) -> String {
        format!("{}/{}/v2.0", self.request.origin(), self.tenant_id())
    }

    pub(super) fn open_id_configuration(&self, v2: bool) -> Response {
        let origin = self.request.origin();
        // Clients read the tenant out of these addresses, so they get back what they asked by.
        let tenant = &self.tenant;
        let v2 = if v2 { "/v2.0" } else { "" };
        let at = |rest: &str| format!("{origin}/{tenant}{rest}");
        Response::json(
            200,
            &json!({
                "token_endpoint": at(&format!("/oauth2{v2}/token")),
                "token_endpoint_auth_methods_supported":
                    ["client_secret_post", "private_key_jwt", "client_secret_basic"],
                "jwks_uri": at("/discovery/v2.0/keys"),
                "response_modes_supported": ["query", "fragment", "form_post"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "issuer": self.issuer(),
                "request_uri_parameter_supported": false,
                "userinfo_endpoint": format!("{origin}/oidc/userinfo"),
                "authorization_endpoint": at(&format!("/oauth2{v2}/authorize")),
                "device_authorization_endpoint": at(&format!("/oauth2{v2}/devicecode")),
                "http_logout_supported": true,
                "frontchannel_logout_supported": true,
                "end_session_endpoint": at(&format!("/oauth2{v2}/logout")),
                "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce",
                    "preferred_username",
                    "name", "tid", "ver", "at_hash", "c_hash", "email"],
                "kerberos_endpoint": at("/kerberos"),
                "tenant_region_scope": "EU",
                "cloud_instance_name": "microsoftonline.com",
                "cloud_graph_host_name": "graph.windows.net",
                "msgraph_host": "graph.microsoft.com",
                "rbac_url": "https://pas.windows.net",
            }),
        )
    }

    pub(super) fn instance_discovery(&self) -> Response {
        let form = self.form();
        let Some(wanted) = form.get("authorization_endpoint") else {
            return Response::json(400, &json!({ "error": "invalid_instance" }));
        };
        let rest = wanted.split_once("://").map_or(wanted, |(_, rest)| rest);
        let mut parts = rest.split('/');
        let host = parts.next().unwrap_or_default();
        let tenant = parts.next().filter(|it| !it.is_empty()).unwrap_or("common");
        let own = [
            self.request.host.as_str(),
            "login.microsoftonline.com",
            "login.windows.net",
            "login.microsoft.com",
            "sts.windows.net",
        ];
        let endpoint = format!(
            "{}/{tenant}/v2.0/.well-known/openid-configuration",
            self.request.origin()
        );
        let is_own = own.iter().any(|known| known.eq_ignore_ascii_case(host));
        if !is_own {
            return Response::json(400, &json!({ "error": "invalid_instance" }));
        }
        let mut metadata = vec![json!({
            "preferred_network": "login.microsoftonline.com",
            "preferred_cache": "login.windows.net",
            "aliases": &own[1..],
        })];
        if !own[1..].contains(&self.request.host.as_str()) {
            metadata.push(json!({
                "preferred_network": self.request.host,
                "preferred_cache": self.request.host,
                "aliases": [self.request.host],
            }));
        }
        Response::json(
            200,
            &json!({
                "tenant_discovery_endpoint": endpoint,
                "api-version": "1.1",
                "metadata": metadata,
            }),
        )
    }

    pub(super) fn keys(&self) -> Response {
        Response::json(200, &self.service.key.key_set(&self.issuer()))
    }

    pub(super) fn user_realm(&self, upn: &str) -> Response {
        let suffix = crate::address::suffix(upn);
        let mut domains = self.host.tenant().domains.iter();
        let domain = domains.find(|domain| store::eq_fold(&domain.name, suffix));
        let account_type = match domain.map(|domain| domain.authentication) {
            Some(Authentication::Managed) => "Managed",
            Some(Authentication::Federated) => "Federated",
            None => "Unknown",
        };
        // A federated domain has its own sign-in service, which is not here: the password is
        // taken as for a managed one, and the type says so.
        Response::json(
            200,
            &json!({
                "ver": "1.0",
                "account_type": if account_type == "Federated" { "Managed" } else { account_type },
                "domain_name": suffix,
                "cloud_instance_name": "microsoftonline.com",
                "cloud_audience_urn": "urn:federation:MicrosoftOnline",
            }),
        )
    }

    pub(super) fn endpoints(&self) -> Response {
        let origin = self.request.origin();
        let form = self.form();
        let cloud = json!({
            "portal": "https://portal.azure.com",
            "authentication": {
                "loginEndpoint": format!("{origin}/"),
                "audiences": [
                    "https://management.core.windows.net/",
                    "https://management.azure.com/",
                ],
                "tenant": "common",
                "identityProvider": "AAD",
            },
            "media": "https://rest.media.azure.net",
            "graphAudience": "https://graph.windows.net/",
            "graph": "https://graph.windows.net/",
            "name": "AzureCloud",
            "suffixes": {
                "storage": "core.windows.net",
                "sqlServerHostname": "database.windows.net",
                "keyVaultDns": "vault.azure.net",
                "acrLoginServer": "azurecr.io",
            },
            "batch": "https://batch.core.windows.net/",
            "resourceManager": format!("{origin}/"),
            "vmImageAliasDoc":
                "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/\
                 quickstart-templates/aliases.json",
            "activeDirectoryDataLake": "https://datalake.azure.net/",
            "sqlManagement": "https://management.core.windows.net:8443/",
            "microsoftGraphResourceId": format!("{origin}/"),
            "gallery": "https://gallery.azure.com/",
        });
        // The older form of the document is a list of clouds.
        let is_older = form
            .get("api-version")
            .is_some_and(|version| version < "2020");
        let body = if is_older { json!([cloud]) } else { cloud };
        Response::json(200, &body)
    }
}
