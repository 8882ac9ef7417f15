//! `mock-cloud`: a Microsoft Entra tenant for tests, served as Microsoft Graph.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use jiff::SignedDuration;
use mock_cloud::conduct::{Conduct, Throttling};
use mock_cloud::graph::{self, Part};
use mock_cloud::profile::{GRAPH_SWITCHES, SERVICE_SWITCHES, shown, switches};
use mock_cloud::server::{
    Certificate, Client, Clock, Fault, Listen, MockCloud, PlannedFault, Settings, StandaloneHost,
    Tokens, openapi,
};
use mock_cloud::{Profile, Tenant};
use serde_json::json;

/// A Microsoft Entra tenant for tests: Microsoft Graph v1.0, sign-in, and the recycle bin, served
/// from files that Graph's own JSON fits into.
#[derive(Debug, Parser)]
#[command(
    name = "mock-cloud",
    version,
    after_long_help = EXAMPLES,
    args_conflicts_with_subcommands = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Directory with users.json, groups.json, contacts.json, deleted.json, roles.json,
    /// domains.json, organization.json, features.json, in the shapes that Graph returns; each may
    /// be missing. Without it the tenant is empty
    #[arg(long, value_name = "DIR")]
    load: Option<PathBuf>,
    /// Initial domain of the tenant, where no domains.json names it
    #[arg(long, value_name = "NAME", default_value = "contoso.onmicrosoft.com")]
    domain: String,
    /// Era of the service: dirsync-2013, aadconnect-2017, entra-2025, entra-2026
    #[arg(long, value_name = "PROFILE", default_value = "entra-2026")]
    profile: Profile,
    /// Answer a question that sources disagree on, as NAME=on or NAME=off; may be repeated.
    /// `--switch help` lists them
    #[arg(long, value_name = "NAME=on|off")]
    switch: Vec<String>,

    /// Where to serve HTTP, and CONNECT for clients with HTTPS_PROXY; port 0 takes a free one
    #[arg(
        long,
        value_name = "ADDR",
        default_value = "127.0.0.1:8080",
        help_heading = "Listening"
    )]
    graph: SocketAddr,
    /// Where to serve HTTPS with a certificate of our own authority
    #[arg(long, value_name = "ADDR", help_heading = "Listening")]
    graph_tls: Option<SocketAddr>,
    /// Another name that the certificate is for; may be repeated
    #[arg(long, value_name = "DNS", help_heading = "Listening")]
    name: Vec<String>,
    /// Where to write the authority's certificate [default: beside the ready file, or in the
    /// temporary directory]
    #[arg(long, value_name = "FILE", help_heading = "Listening")]
    ca_file: Option<PathBuf>,
    /// Write JSON with every address and secret here once listening
    #[arg(long, value_name = "FILE", help_heading = "Listening")]
    ready: Option<PathBuf>,

    /// Believe this bearer token besides those that sign-in gives; `any` believes every one
    #[arg(long, value_name = "TOKEN", help_heading = "Sign-in")]
    token: Option<String>,
    /// The user that --token, device code and authorization code stand for
    #[arg(long, value_name = "UPN", help_heading = "Sign-in")]
    me: Option<String>,
    /// Password of every user that has none of its own; without it, any password will do
    #[arg(
        long,
        value_name = "PASSWORD",
        default_value = "",
        hide_default_value = true,
        help_heading = "Sign-in"
    )]
    password: String,
    /// Id of the application that may sign in as itself [default: from the seed]
    #[arg(long, value_name = "GUID", help_heading = "Sign-in")]
    client_id: Option<String>,
    /// Secret of that application [default: from the seed]
    #[arg(long, value_name = "SECRET", help_heading = "Sign-in")]
    client_secret: Option<String>,
    /// PEM file with a certificate that the application may prove itself by; may be repeated
    #[arg(long, value_name = "FILE", help_heading = "Sign-in")]
    client_certificate: Vec<PathBuf>,
    /// Permissions of that application, such as User.ReadWrite.All [default: all that
    /// administering a directory takes]
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        help_heading = "Sign-in"
    )]
    client_roles: Vec<String>,
    /// Check permissions of tokens and roles of users
    #[arg(long, help_heading = "Sign-in")]
    permissions: bool,

    /// Throttle by resource units: as the service documents it, or after so many in ten seconds
    #[arg(
        long,
        value_name = "UNITS",
        num_args = 0..=1,
        require_equals = true,
        default_value = "off",
        default_missing_value = "documented",
        hide_default_value = true,
        help_heading = "Behaviour of the service"
    )]
    throttle: Throttling,
    /// Let reads see a write only after up to so many milliseconds, as the seed decides
    #[arg(
        long,
        value_name = "MS",
        default_value_t = 0,
        hide_default_value = true,
        help_heading = "Behaviour of the service"
    )]
    lag: u64,
    /// Plan a fault: STATUS or `lose-reply`, then options behind colons: retry-after=S, every=N,
    /// at-most=N, method=M, path=TEXT. For instance 503:retry-after=1:every=5:path=/users
    #[arg(
        long,
        value_name = "FAULT",
        value_parser = fault,
        help_heading = "Behaviour of the service"
    )]
    fault: Vec<PlannedFault>,
    /// The time that the clock shows at start [default: the machine's]
    #[arg(long, value_name = "TIME", help_heading = "Behaviour of the service")]
    now: Option<jiff::Timestamp>,
    /// Decides on every id, digit and secret
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 1,
        help_heading = "Behaviour of the service"
    )]
    seed: u64,
}

/// What else the program does.
#[derive(Debug, Subcommand)]
enum Command {
    /// Print an OpenAPI 3.1 description of everything that is served; a running server has it at
    /// /openapi.json
    Openapi {
        /// The address that the description names as the server
        #[arg(long, value_name = "URL", default_value = "http://localhost:8080/v1.0")]
        server: String,
    },
}

const EXAMPLES: &str = "\
Examples:
  mock-cloud --load examples/lamplight/cloud --graph 127.0.0.1:8080 --token secret
  curl -H 'Authorization: Bearer secret' http://127.0.0.1:8080/v1.0/users

  mock-cloud --load DIR --graph 127.0.0.1:0 --graph-tls 127.0.0.1:0 --ready ready.json
  # ready.json: {graph, graph_tls, token, tenant_id, client_id, client_secret, authority, ca_file}

  mock-cloud openapi > graph.json     # for schemathesis, Postman, a generated client

  # A program whose hosts can't be changed: let it use a proxy, and trust ca_file.
  HTTPS_PROXY=http://127.0.0.1:8080 SSL_CERT_FILE=ca.pem REQUESTS_CA_BUNDLE=ca.pem program";

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.switch.iter().any(|switch| switch == "help") {
        return list_switches();
    }
    if let Some(Command::Openapi { server }) = &arguments.command {
        let mut out = std::io::stdout().lock();
        // Whoever reads may have had enough before the end.
        let _ = writeln!(out, "{:#}", openapi(server));
        return ExitCode::SUCCESS;
    }
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // A closed standard error can't be told about.
            let _ = writeln!(std::io::stderr(), "error: {message}");
            ExitCode::from(2)
        }
    }
}

fn list_switches() -> ExitCode {
    let mut out = std::io::stdout().lock();
    for switch in GRAPH_SWITCHES {
        let _ = writeln!(
            out,
            "{}\n    {}\n    {}",
            switch.name, switch.effect, switch.known
        );
    }
    for switch in SERVICE_SWITCHES {
        let _ = writeln!(out, "{}\n    {}", switch.name, switch.effect);
    }
    ExitCode::SUCCESS
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let mut tenant = load(arguments)?;
    for switch in &arguments.switch {
        answer_switch(&mut tenant, switch)?;
    }
    let clock = arguments.now.map_or_else(Clock::default, Clock::showing);
    let tenant_id = tenant.organization.id.to_string();
    let mut host = StandaloneHost::new(tenant, clock.now(), arguments.seed);
    host.set_conduct(Conduct {
        throttling: arguments.throttle,
        lag: SignedDuration::from_millis(i64::try_from(arguments.lag).unwrap_or(i64::MAX)),
        seed: arguments.seed,
    });
    for fault in &arguments.fault {
        host.plan_fault(fault.clone());
    }
    let mut client = Client::for_seed(arguments.seed);
    if let Some(id) = arguments.client_id.clone() {
        client.id = id;
    }
    if let Some(secret) = arguments.client_secret.clone() {
        client.secret = secret;
    }
    for path in &arguments.client_certificate {
        client.certificates.push(certificate(path)?);
    }
    if !arguments.client_roles.is_empty() {
        client.roles.clone_from(&arguments.client_roles);
    }
    let settings = Settings {
        tokens: match arguments.token.as_deref() {
            None => Tokens::Issued,
            Some("any") => Tokens::Any,
            Some(token) => Tokens::Fixed(token.to_owned()),
        },
        clients: vec![client.clone()],
        password: arguments.password.clone(),
        me: arguments.me.clone(),
        permissions: arguments.permissions,
        seed: arguments.seed,
    };
    let listen = Listen {
        graph: Some(arguments.graph),
        graph_tls: arguments.graph_tls,
        names: arguments.name.clone(),
    };
    let cloud =
        MockCloud::start_with(host, settings, clock, &listen).map_err(|error| error.to_string())?;
    let ca_file = ca_file(arguments);
    write(&ca_file, &cloud.running().authority)?;
    let ca_file = fs::canonicalize(&ca_file).unwrap_or(ca_file);
    let graph = cloud.running().graph.map(|it| format!("http://{it}"));
    let port = cloud.running().graph_tls.map(|it| it.port());
    let graph_tls = port.map(|port| format!("https://localhost:{port}"));
    let base = graph_tls.as_ref().or(graph.as_ref());
    let ready = json!({
        "graph": graph,
        "graph_tls": graph_tls,
        "token": arguments.token,
        "tenant_id": tenant_id,
        "client_id": client.id,
        "client_secret": client.secret,
        "authority": base.map(|it| format!("{it}/{tenant_id}")),
        "ca_file": ca_file.display().to_string(),
    });
    let text = serde_json::to_string_pretty(&ready).unwrap_or_default();
    if let Some(path) = &arguments.ready {
        // Whoever waits for the file must never see half of it.
        let half = path.with_extension("part");
        write(&half, &text)?;
        fs::rename(&half, path)
            .map_err(|error| format!("can't write {}: {error}", path.display()))?;
    }
    // Standard output may be closed; the server runs on.
    let _ = writeln!(std::io::stdout(), "{text}");
    cloud.wait();
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the edge reads files")]
fn certificate(path: &Path) -> Result<Certificate, String> {
    let text = fs::read_to_string(path);
    let text = text.map_err(|error| format!("can't read {}: {error}", path.display()))?;
    Certificate::from_pem(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn ca_file(arguments: &Arguments) -> PathBuf {
    if let Some(path) = &arguments.ca_file {
        return path.clone();
    }
    match &arguments.ready {
        Some(ready) => ready.with_extension("ca.pem"),
        None => std::env::temp_dir().join(format!("mock-cloud-{}.ca.pem", std::process::id())),
    }
}

#[expect(clippy::disallowed_methods, reason = "the edge writes files")]
fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("can't write {}: {error}", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "the edge reads files")]
fn load(arguments: &Arguments) -> Result<Tenant, String> {
    let mut tenant = Tenant::new(&arguments.domain, arguments.profile);
    let Some(directory) = &arguments.load else {
        return Ok(tenant);
    };
    let mut found = 0;
    for part in Part::ALL {
        let path = directory.join(part.file_name());
        if !path.is_file() {
            continue;
        }
        let bytes =
            fs::read(&path).map_err(|error| format!("can't read {}: {error}", path.display()))?;
        graph::load(&mut tenant, part, &bytes).map_err(|error| {
            let place = format!("{}:{}:{}", path.display(), error.line, error.column);
            format!("{place}: {}\n  = help: {}", error.message, error.help)
        })?;
        found += 1;
    }
    if found == 0 {
        let text = "holds none of the tenant's files (users.json, domains.json, …)";
        return Err(format!("{} {text}", directory.display()));
    }
    Ok(tenant)
}

fn answer_switch(tenant: &mut Tenant, text: &str) -> Result<(), String> {
    let usage =
        || format!("`{text}` is no switch: expected NAME=on or NAME=off (see --switch help)");
    let (name, value) = text.split_once('=').ok_or_else(usage)?;
    if tenant.policy.answer(name, value) {
        return Ok(());
    }
    let (_, values) = switches()
        .find(|(known, _)| *known == name)
        .ok_or_else(usage)?;
    let values: Vec<&str> = values.iter().map(|word| shown(word)).collect();
    Err(format!(
        "`{value}` is no value of `{name}`: expected {}",
        values.join(", ")
    ))
}

/// Reads `503:retry-after=1:every=5:at-most=3:method=GET:path=/users`.
fn fault(text: &str) -> Result<PlannedFault, String> {
    let mut words = text.split(':');
    let what = words.next().unwrap_or_default();
    let mut planned = PlannedFault {
        fault: Fault::LoseReply,
        method: String::new(),
        path_contains: String::new(),
        every: 1,
        at_most: u32::MAX,
    };
    let mut retry_after = None;
    for word in words {
        let (name, value) = word
            .split_once('=')
            .ok_or_else(|| format!("`{word}` is no option: expected NAME=VALUE"))?;
        let number = || {
            value
                .parse::<u32>()
                .map_err(|_| format!("`{value}` is no number"))
        };
        match name {
            "retry-after" => retry_after = Some(number()?),
            "every" => planned.every = number()?,
            "at-most" => planned.at_most = number()?,
            "method" => value.clone_into(&mut planned.method),
            "path" => value.clone_into(&mut planned.path_contains),
            _ => return Err(format!("`{name}` is no option of a fault")),
        }
    }
    if what != "lose-reply" {
        let status = what
            .parse()
            .ok()
            .filter(|status| (400..600).contains(status));
        planned.fault = Fault::Refuse {
            status: status.ok_or_else(|| format!("`{what}` is neither a status nor lose-reply"))?,
            retry_after,
        };
    }
    Ok(planned)
}
