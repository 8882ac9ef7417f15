//! Graph clients against `mock-cloud`.

use std::process::Command;

use crate::matrix::Matrix;
use crate::served::Served;
use crate::tools::{node, python, root, rust, shell, steps, tool};

/// The account with the mailbox, and the synced duplicate beside it.
const KEEP: &str = "11111111-aaaa-4bbb-8ccc-000000000001";
const DOUBLE: &str = "22222222-aaaa-4bbb-8ccc-000000000002";
/// The name and password by which the one with the mailbox signs in herself.
const NAME: &str = "dana@contoso.onmicrosoft.com";
const PASSWORD: &str = "Autumnal-Equinox-2030";
/// How many seconds a throttled client has to wait: more than curl waits where nobody says.
const RETRY_AFTER: &str = "2";

const MATRIX: Matrix = Matrix {
    page: "docs/clients-graph.md",
    title: "Graph clients that mock-cloud is tested with",
    steps: &[
        ("msal-token", "a token for a secret, by MSAL alone"),
        ("token", "a token for a secret, and a first request with it"),
        ("password", "a token for a name and a password, by MSAL"),
        ("device-code", "a token for a device code, by MSAL"),
        (
            "authorization-code",
            "a token for an authorization code with PKCE, by MSAL",
        ),
        ("refresh-token", "a token for a refresh token, by MSAL"),
        (
            "unauthorized",
            "a request without a token is refused in Graph's words",
        ),
        (
            "certificate",
            "a token for a client assertion signed with a certificate",
        ),
        ("proxy", "Microsoft's own names, through HTTPS_PROXY"),
        ("takeover", "Microsoft's own names, resolved to the server"),
        ("find", "`$filter` and `$select`: the duplicate is found"),
        ("page", "252 users page by page, each once"),
        ("delta", "delta: everything, then the one change"),
        ("batch", "`$batch`: several requests, each with its status"),
        (
            "batch-depends",
            "`$batch` with dependsOn; 424 where the other failed",
        ),
        ("refused", "the anchor of a synced user can't be changed"),
        (
            "purge",
            "the duplicate is deleted, found in the bin, and purged",
        ),
        ("anchor", "the account that stays gets the anchor"),
        ("throttled", "a 429 is waited out as Retry-After says"),
    ],
};

fn users() -> String {
    let user = |id: String, name: &str, upn: String, more: &str| {
        format!(
            "{{\"id\": \"{id}\", \"displayName\": \"{name}\", \"userPrincipalName\": \"{upn}\", \
             \"mailNickname\": \"{}\", \"userType\": \"Member\", \"accountEnabled\": true{more}}}",
            upn.split('@').next().unwrap_or_default()
        )
    };
    let synced = ", \"onPremisesSyncEnabled\": true, \
                  \"onPremisesImmutableId\": \"Oywdb1lKh06bDB0uP0BRYg==\"";
    let mut all = vec![
        user(KEEP.to_owned(), "Dana Double", NAME.to_owned(), ""),
        user(
            DOUBLE.to_owned(),
            "Dana Double",
            "dana1234@contoso.onmicrosoft.com".to_owned(),
            synced,
        ),
    ];
    all.extend((0..250).map(|number| {
        user(
            format!("33333333-aaaa-4bbb-8ccc-{number:012}"),
            "Somebody Else",
            format!("u{number}@contoso.onmicrosoft.com"),
            "",
        )
    }));
    format!("{{\"value\": [{}]}}", all.join(",\n"))
}

/// A key with its certificate, as PEM.
fn certificate() -> String {
    let path = root().join("mock-cloud/src/server/tests/client.pem");
    path.display().to_string()
}

fn serve() -> Served {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let cloud = directory.path().join("cloud");
    std::fs::create_dir_all(&cloud).expect("a directory");
    std::fs::write(cloud.join("users.json"), users()).expect("the users");
    // The first request for one group is throttled, then never again.
    let fault = format!("429:retry-after={RETRY_AFTER}:at-most=1:path=/groups/44444444");
    let certificate = certificate();
    let arguments = [
        "--load",
        "cloud",
        "--graph",
        "127.0.0.1:0",
        "--graph-tls",
        "127.0.0.1:0",
        "--me",
        NAME,
        "--password",
        PASSWORD,
        "--client-certificate",
        &certificate,
        "--fault",
        &fault,
    ];
    Served::start("mock-cloud", directory, &arguments)
}

/// Runs a client against a server of its own: each purges the duplicate.
fn story(mut command: Command) -> Vec<String> {
    let served = serve();
    let graph = served.said("graph_tls").trim_end_matches("/v1.0");
    let tenant = served.said("tenant_id");
    let authority = served.said("authority").trim_end_matches(tenant);
    let ca = served.said("ca_file");
    command
        .env("GRAPH_URL", graph)
        .env("GRAPH_HTTP", served.said("graph"))
        .env("AUTHORITY", authority.trim_end_matches('/'))
        .env("TENANT_ID", tenant)
        .env("CLIENT_ID", served.said("client_id"))
        .env("CLIENT_SECRET", served.said("client_secret"))
        .env("CLIENT_CERTIFICATE", certificate())
        .env("KEEP", KEEP)
        .env("DOUBLE", DOUBLE)
        .env("NAME", NAME)
        .env("PASSWORD", PASSWORD)
        .env("RETRY_AFTER", RETRY_AFTER)
        // Each library has its own way to be told whom to trust.
        .env("SSL_CERT_FILE", ca)
        .env("REQUESTS_CA_BUNDLE", ca)
        .env("NODE_EXTRA_CA_CERTS", ca)
        .env("CURL_CA_BUNDLE", ca);
    steps(command)
}

#[test]
fn every_client_tells_its_story() {
    let taken = [
        (
            "Python msgraph-sdk, azure-identity",
            story(python("msgraph_story.py")),
        ),
        ("Python msal, requests", story(python("msal_story.py"))),
        (
            "Node microsoft-graph-client, @azure/identity, msal-node",
            story(node("graph_story.mjs")),
        ),
        ("Rust graph-rs-sdk", story(rust("graph_story"))),
        ("curl", story(shell("curl_story.sh"))),
    ];
    MATRIX.hold(&taken);
}

/// What those clients do that are too heavy for every run.
const HEAVY: [&str; 10] = [
    "token",
    "find",
    "page",
    "delta",
    "batch",
    "batch-depends",
    "throttled",
    "refused",
    "purge",
    "anchor",
];

fn heavy_clients_are_asked_for() -> bool {
    std::env::var_os("DIRSYNC_LAB_HEAVY").is_some()
}

/// `az rest` and `az ad user`: 700 MB to install, and so only for `cargo xtask test --heavy`.
#[test]
fn the_azure_cli_tells_its_story() {
    if !heavy_clients_are_asked_for() {
        return;
    }
    let settings = tempfile::tempdir().expect("a temporary directory can be made");
    let mut command = shell("az_story.sh");
    command
        .env("AZ", tool("azure-cli/bin/az"))
        .env("AZURE_CONFIG_DIR", settings.path());
    assert_eq!(story(command), HEAVY);
}

/// `m365`: 170 MB to install, and so only for `cargo xtask test --heavy`. It knows no other names
/// than Microsoft's own, which are resolved to the server.
#[test]
fn the_cli_for_microsoft_365_tells_its_story() {
    if !heavy_clients_are_asked_for() {
        return;
    }
    let home = tempfile::tempdir().expect("a temporary directory can be made");
    let mut command = shell("m365_story.sh");
    command
        .env(
            "M365",
            tool("m365/node_modules/@pnp/cli-microsoft365/dist/index.js"),
        )
        .env("NAMES", root().join("tests/clients/node/names.cjs"))
        .env("HOME", home.path());
    assert_eq!(story(command), HEAVY);
}
