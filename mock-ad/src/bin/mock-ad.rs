//! Serves a mock Active Directory over LDAP until it is interrupted.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use mock_ad::directory::Dn;
use mock_ad::ldap::PlannedFault;
use mock_ad::ldap::server::{Builder, Server};
use mock_ad::ldif::{self, LoadOptions};

/// A mock Active Directory that real LDAP clients believe.
///
/// Serves one domain over LDAP, StartTLS and LDAPS, entirely in memory: what clients change is
/// gone when the program ends. The administrator is Administrator@<domain>; a certificate
/// authority is made at every start.
#[derive(Debug, Parser)]
#[command(version, after_long_help = EXAMPLES)]
struct Arguments {
    /// The domain; without it, what the export tells, or DC=example,DC=test
    #[arg(long, value_name = "DN")]
    base: Option<Dn>,

    /// An export to start with, as ldifde or ldapsearch writes it
    #[arg(long, value_name = "FILE.ldif")]
    load: Option<PathBuf>,

    /// Where to listen for LDAP and StartTLS; a port of 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:389")]
    ldap: String,

    /// Where to listen for LDAP over TLS
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:636")]
    ldaps: String,

    /// Where to listen for the global catalog, as port 3268 of a domain controller; else nowhere
    #[arg(long, value_name = "ADDR")]
    gc: Option<String>,

    /// Where a second domain controller listens for LDAP: read-only, and late; else nowhere
    #[arg(long, value_name = "ADDR")]
    second_dc: Option<String>,

    /// How many seconds later the second domain controller hears of a change
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 15,
        requires = "second_dc"
    )]
    replication_lag: u32,

    /// The password of the administrator
    #[arg(long, value_name = "PW", default_value = "Passw0rd!")]
    admin_password: String,

    /// The password of every account that is loaded, for exports contain none
    #[arg(long, value_name = "PW")]
    user_password: Option<String>,

    /// A file to write once the server listens: JSON with ldap, ldaps, ca_file, bind_dn, password
    #[arg(long, value_name = "FILE")]
    ready: Option<PathBuf>,

    /// Where to write the certificate of the authority; without it, next to the ready file
    #[arg(long, value_name = "FILE.pem")]
    ca_file: Option<PathBuf>,

    /// Attributes and classes outside the schema to take from the export; `*` takes any
    #[arg(long, value_name = "NAME")]
    accept: Vec<String>,

    /// Lets deleted objects become tombstones instead of resting in the recycle bin
    #[arg(long)]
    no_recycle_bin: bool,

    /// Plan a fault: busy, unavailable, dropped, lose-reply, no-reply or delayed=MS, then options
    /// behind colons: request=KIND (else those that write), every=N, at-most=N; may be repeated.
    /// For instance lose-reply:request=modify:at-most=1
    #[arg(long, value_name = "FAULT")]
    fault: Vec<PlannedFault>,

    /// What new objectGUIDs follow from
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

const EXAMPLES: &str = "\
In one terminal an empty domain, in another a user in it:
  mock-ad --base DC=example,DC=test --ldap 127.0.0.1:3890 --ldaps 127.0.0.1:6360 --ca-file ca.pem

  printf 'dn: CN=Ann,CN=Users,DC=example,DC=test\\nobjectClass: user\\nsAMAccountName: ann\\n' |
      ldapadd -x -H ldap://127.0.0.1:3890 -D Administrator@example.test -w 'Passw0rd!'
  LDAPTLS_CACERT=ca.pem ldapsearch -x -H ldaps://127.0.0.1:6360 -D Administrator@example.test \\
      -w 'Passw0rd!' -b DC=example,DC=test '(sAMAccountName=ann)'

In a test, on free ports; ready.json appears once it listens and says where:
  mock-ad --load export.ldf --ldap 127.0.0.1:0 --ldaps 127.0.0.1:0 --ready ready.json
  # ready.json: {ldap, ldaps, ca_file, bind_dn, password}

What a script must survive: every third write is done, and its answer is lost:
  mock-ad --load export.ldf --fault lose-reply:every=3 --ldap 127.0.0.1:3890

In Rust, ten lines: the front page of the crate `mock_ad` has them.

Exit codes: 0 stopped by Ctrl-C, 2 usage or an export that cannot be loaded.";

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            anstream::eprintln!("mock-ad: {text}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let ca_file = ca_file(arguments);
    let mut builder = builder(arguments)?;
    if let Some(gc) = &arguments.gc {
        builder = builder.global_catalog(address(gc)?);
    }
    if let Some(second) = &arguments.second_dc {
        let lag = jiff::SignedDuration::from_secs(arguments.replication_lag.into());
        builder = builder.second_controller(address(second)?, lag);
    }
    let server = builder
        .ldap(address(&arguments.ldap)?)
        .ldaps(address(&arguments.ldaps)?)
        .ca_file(&ca_file)
        .start()
        .map_err(|error| error.to_string())?;
    for fault in &arguments.fault {
        server.plan_fault(*fault);
    }
    anstream::eprintln!(
        "mock-ad serves {}\n  LDAP      {}\n  LDAPS     {}\n  bind as   {}\n  trust     {}",
        server.with_directory(|directory| directory.base().to_string()),
        server.ldap_url(),
        server.ldaps_url(),
        server.bind_dn(),
        ca_file.display(),
    );
    if let Some(path) = &arguments.ready {
        write_ready(path, &server, &ca_file)?;
    }
    wait_for_interrupt()?;
    server.stop();
    anstream::eprintln!("mock-ad stopped");
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program reads files and the clock"
)]
fn builder(arguments: &Arguments) -> Result<Builder, String> {
    let mut builder = Server::builder()
        .seed(arguments.seed)
        .password(&arguments.admin_password);
    if let Some(password) = &arguments.user_password {
        builder = builder.user_password(password);
    }
    let options = LoadOptions {
        base: arguments.base.clone(),
        accept: arguments.accept.clone(),
        recycle_bin: !arguments.no_recycle_bin,
        complete: true,
        now: jiff::Timestamp::now(),
        ..LoadOptions::default()
    };
    let Some(path) = &arguments.load else {
        return match &arguments.base {
            Some(base) => builder
                .recycle_bin(options.recycle_bin)
                .base(&base.to_string())
                .map_err(|error| error.to_string()),
            None => Ok(builder),
        };
    };
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let loaded = ldif::load(&bytes, &options).map_err(|errors| {
        let lines: Vec<String> = errors
            .iter()
            .map(|error| format!("{}:{error}", path.display()))
            .collect();
        lines.join("\n")
    })?;
    Ok(builder.directory(loaded.directory))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let wrong = |why: String| format!("`{text}` is no address such as 127.0.0.1:389: {why}");
    let mut found = text
        .to_socket_addrs()
        .map_err(|error| wrong(error.to_string()))?;
    found
        .next()
        .ok_or_else(|| wrong("it has no address".to_owned()))
}

fn ca_file(arguments: &Arguments) -> PathBuf {
    const NAME: &str = "mock-ad-ca.pem";
    arguments.ca_file.clone().unwrap_or_else(|| {
        let folder = arguments.ready.as_deref().and_then(Path::parent);
        folder.map_or_else(
            || std::env::temp_dir().join(NAME),
            |folder| folder.join(NAME),
        )
    })
}

/// Writes the ready file in one step, so that nobody reads half of it.
#[expect(clippy::disallowed_methods, reason = "a program writes files")]
fn write_ready(path: &Path, server: &Server, ca_file: &Path) -> Result<(), String> {
    let absolute = std::path::absolute(ca_file).unwrap_or_else(|_| ca_file.to_owned());
    let mut ready = serde_json::json!({
        "ldap": server.ldap_url(),
        "ldaps": server.ldaps_url(),
        "ca_file": absolute,
        "bind_dn": server.bind_dn(),
        "password": server.password(),
    });
    if let Some(url) = server.global_catalog_url() {
        ready["gc"] = url.into();
    }
    if let Some(url) = server.second_ldap_url() {
        ready["second_ldap"] = url.into();
    }
    let wrong = |error: std::io::Error| format!("{}: {error}", path.display());
    let draft = path.with_extension("part");
    std::fs::write(&draft, format!("{ready:#}\n")).map_err(wrong)?;
    std::fs::rename(&draft, path).map_err(wrong)
}

fn wait_for_interrupt() -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(async {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let mut terminate = signal(SignalKind::terminate()).map_err(|e| e.to_string())?;
            tokio::select! {
                done = tokio::signal::ctrl_c() => done.map_err(|error| error.to_string()),
                _ = terminate.recv() => Ok(()),
            }
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c()
            .await
            .map_err(|error| error.to_string())
    })
}
