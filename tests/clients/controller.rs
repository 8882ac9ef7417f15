//! A real domain controller, Samba's, captured: what `capture ad` brings home is what an export of
//! the same domain says.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tempfile::TempDir;

use crate::served::built;

const PASSWORD: &str = "Vernal-Equinox-2032";
const BASE: &str = "DC=corp,DC=test";
/// It listens on the ports of a domain controller, and so on an address of its own.
const ADDRESS: &str = "127.0.77.1";
/// How long it may take until it listens.
const PATIENCE: Duration = Duration::from_secs(60);

/// A domain of its own, below a temporary directory.
struct Controller {
    child: Child,
    place: TempDir,
}

impl Controller {
    fn start() -> Self {
        let place = tempfile::tempdir().expect("a temporary directory can be made");
        let domain = place.path().join("domain");
        run(Command::new("samba-tool").args([
            "domain",
            "provision",
            "--realm=CORP.TEST",
            "--domain=CORP",
            "--server-role=dc",
            "--dns-backend=NONE",
            "--host-name=dc1",
            &format!("--host-ip={ADDRESS}"),
            &format!("--adminpass={PASSWORD}"),
            &format!("--targetdir={}", domain.display()),
        ]));
        let configuration = place.path().join("smb.conf");
        fs::write(
            &configuration,
            settings(&domain, &certificate(place.path())),
        )
        .expect("a file");
        let child = Command::new("samba")
            .args(["-F", "--no-process-group", "-M", "single", "-s"])
            .arg(&configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("samba starts");
        let mut controller = Self { child, place };
        controller.wait();
        controller
    }

    fn wait(&mut self) {
        let start = Instant::now();
        loop {
            let mut root = Command::new("ldapsearch");
            root.args(["-x", "-H", &url("ldaps"), "-s", "base", "-b", ""]);
            if self
                .trusting(&mut root)
                .output()
                .expect("ldapsearch")
                .status
                .success()
            {
                return;
            }
            let ended = self.child.try_wait().expect("samba can be asked");
            assert!(ended.is_none(), "samba ended at once: {ended:?}");
            assert!(start.elapsed() < PATIENCE, "samba does not listen");
            // It listens when it listens; nothing else is waited for.
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn authority(&self) -> PathBuf {
        self.path("authority.pem")
    }

    fn trusting<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("LDAPTLS_CACERT", self.authority())
    }

    /// One of the programs of ldap-utils, signed in as the administrator.
    fn ldap(&self, program: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(program);
        command.args([
            "-x",
            "-H",
            &url("ldaps"),
            "-D",
            ADMINISTRATOR,
            "-w",
            PASSWORD,
        ]);
        let output = run(self.trusting(command.args(arguments)));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn change(&self, program: &str, ldif: &str) {
        let path = self.path("change.ldif");
        fs::write(&path, ldif).expect("a file");
        self.ldap(program, &["-f", &path.display().to_string()]);
    }

    /// The domain as `ldapsearch` exports it.
    fn exported(&self) -> String {
        let page = [
            "-E",
            "pr=200/noprompt",
            "-o",
            "ldif-wrap=no",
            "-b",
            BASE,
            EXPORTED,
        ];
        self.ldap("ldapsearch", &page)
    }

    /// The domain as `dirsync-lab` captures it.
    fn captured(&self, name: &str) -> PathBuf {
        let output = self.path(name);
        let mut command = Command::new(built("dirsync-lab"));
        command.args(["capture", "ad", &url("ldaps"), "--bind-dn", ADMINISTRATOR]);
        command.arg("--ca-file").arg(self.authority());
        command.arg("-o").arg(&output);
        run(command.env("DIRSYNC_LAB_PASSWORD", PASSWORD));
        output.join("ad.ldif")
    }

    /// The forest of the snapshot that an export becomes.
    fn imported(&self, export: &Path, snapshot: &str) -> Output {
        let cloud = self.path("cloud");
        fs::create_dir_all(&cloud).expect("a directory");
        fs::write(cloud.join("users.json"), "[]").expect("a file");
        let domains = r#"[{ "id": "corp.onmicrosoft.com", "isInitial": true }]"#;
        fs::write(cloud.join("domains.json"), domains).expect("a file");
        let mut command = Command::new(built("dirsync-lab"));
        command
            .arg("import")
            .arg("--ad")
            .arg(export)
            .arg("--cloud")
            .arg(&cloud);
        command.arg("-o").arg(self.path(snapshot));
        command.output().expect("dirsync-lab starts")
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const ADMINISTRATOR: &str = "Administrator@corp.test";
/// The classes that `capture ad` reads.
const EXPORTED: &str = "(|(objectClass=user)(objectClass=contact)(objectClass=group)\
                        (objectClass=organizationalUnit)(objectClass=container)\
                        (objectClass=domainDNS)(objectClass=builtinDomain))";

fn url(scheme: &str) -> String {
    format!("{scheme}://{ADDRESS}")
}

/// A certificate with its key beside it, and the authority that both are from in `authority.pem`.
fn certificate(place: &Path) -> PathBuf {
    let authority_key = KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let own = authority.self_signed(&authority_key).expect("an authority");
    fs::write(place.join("authority.pem"), own.pem()).expect("a file");
    let issuer = Issuer::new(authority, authority_key);
    let secret = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new([ADDRESS.to_owned()]).expect("an address");
    let leaf = leaf.signed_by(&secret, &issuer).expect("a certificate");
    let path = place.join("certificate.pem");
    fs::write(&path, leaf.pem()).expect("a file");
    let key = place.join("key.pem");
    fs::write(&key, secret.serialize_pem()).expect("a file");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Samba takes no key that others may read.
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("permissions");
    }
    path
}

fn settings(domain: &Path, certificate: &Path) -> String {
    let mut text = format!(
        "[global]\nnetbios name = DC1\nrealm = CORP.TEST\nworkgroup = CORP\nserver role = active \
         directory domain controller\nserver services = ldap\nbind interfaces only = \
         yes\ninterfaces = {ADDRESS}/8\nldap server require strong auth = no\ntls enabled = \
         yes\nlog file = {}/log\nlogging = file\n",
        domain.display()
    );
    let key = certificate.with_file_name("key.pem");
    let authority = certificate.with_file_name("authority.pem");
    for (name, path) in [
        ("certfile", certificate),
        ("keyfile", &key),
        ("cafile", &authority),
    ] {
        let _ = writeln!(text, "tls {name} = {}", path.display());
    }
    for (name, below) in [
        ("private dir", "private"),
        ("state directory", "state"),
        ("lock directory", ""),
        ("cache directory", "cache"),
        ("pid directory", ""),
        ("ncalrpc dir", "ncalrpc"),
        ("binddns dir", "bind-dns"),
    ] {
        let _ = writeln!(text, "{name} = {}", domain.join(below).display());
    }
    text
}

#[track_caller]
fn run(command: &mut Command) -> Output {
    let output = command.output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    output
}

/// People with all that decides on a match, a contact, a nested group, an anchor that was stamped.
fn people() -> String {
    let anchor = STANDARD.encode(0x3b24_1101_e2bb_4255_8caf_4136_c566_a962_u128.to_le_bytes());
    let name = STANDARD.encode(format!("CN=Jörg Weiß,OU=Staff,{BASE}"));
    format!(
        "dn: OU=Staff,{BASE}
objectClass: organizationalUnit

dn: CN=Ann Lee,OU=Staff,{BASE}
objectClass: user
sAMAccountName: ann
userPrincipalName: ann@corp.test
mail: ann@corp.test
proxyAddresses: SMTP:ann@corp.test
proxyAddresses: smtp:a.lee@corp.test
mS-DS-ConsistencyGuid:: {anchor}

dn:: {name}
objectClass: user
sAMAccountName: jweiss
displayName:: {}
userPrincipalName: jweiss@corp.test
manager: CN=Ann Lee,OU=Staff,{BASE}
description: {}
userAccountControl: 546

dn: CN=Carl Contact,OU=Staff,{BASE}
objectClass: contact
mail: carl@partner.example

dn: CN=Inner,OU=Staff,{BASE}
objectClass: group
sAMAccountName: inner
member: CN=Ann Lee,OU=Staff,{BASE}

dn: CN=Outer,OU=Staff,{BASE}
objectClass: group
sAMAccountName: outer
mail: outer@corp.test
member: CN=Inner,OU=Staff,{BASE}
member: CN=Carl Contact,OU=Staff,{BASE}

dn: CN=Gone,OU=Staff,{BASE}
objectClass: user
sAMAccountName: gone
",
        STANDARD.encode("Weiß, Jörg"),
        "long ".repeat(60)
    )
}

/// The objects of a forest in any order, each with its values in any order; of what DirSync gives
/// besides, the deleted ones.
fn objects(ldif: &str) -> BTreeSet<Vec<String>> {
    let whole = ldif.replace("\n ", "");
    let objects = whole
        .split("\n\n")
        .filter(|it| !it.contains("\nisDeleted: TRUE"));
    objects
        .map(|object| {
            let lines = object.lines().filter(|line| !is_its_own(line));
            let mut lines: Vec<String> = lines.map(str::to_owned).collect();
            lines.sort_unstable();
            lines
        })
        .filter(|object| !object.is_empty())
        .collect()
}

/// DirSync gives what domain controllers tell one another; the others each keeps to itself. The
/// numbers of updates are those of the import.
fn is_its_own(line: &str) -> bool {
    let name = line.split(':').next().unwrap_or_default();
    [
        "badPasswordTime",
        "badPwdCount",
        "lastLogoff",
        "lastLogon",
        "logonCount",
        "modifiedCount",
        "msDS-NcType",
        "serverState",
        "uSNChanged",
        "uSNCreated",
        "whenChanged",
    ]
    .contains(&name)
}

fn is_root() -> bool {
    let output = run(Command::new("id").arg("-u"));
    output.stdout.trim_ascii() == b"0"
}

#[test]
fn a_domain_that_was_captured_is_the_domain_that_was_exported() {
    // Only root may open the ports of a domain controller (CONTRIBUTING.md says so).
    if !is_root() {
        return;
    }
    let controller = Controller::start();
    controller.change("ldapadd", &people());
    controller.ldap("ldapdelete", &[&format!("CN=Gone,OU=Staff,{BASE}")]);
    let moved = format!(
        "dn: CN=Carl Contact,OU=Staff,{BASE}\nchangetype: modrdn\nnewrdn: CN=Carl \
         Moved\ndeleteoldrdn: 1\n"
    );
    controller.change("ldapmodify", &moved);
    let forest = |snapshot: &str| {
        let text = fs::read_to_string(controller.path(snapshot).join("ad.ldif"));
        objects(&text.expect("a snapshot"))
    };

    let export = controller.path("exported.ldif");
    fs::write(&export, controller.exported()).expect("a file");
    let ran = controller.imported(&export, "exported");
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let ran = controller.imported(&controller.captured("captured"), "from-capture");
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let (exported, captured) = (forest("exported"), forest("from-capture"));
    let has = |wanted: &str| exported.iter().flatten().any(|line| line.contains(wanted));
    assert!(has("CN=Carl Moved") && has("a.lee@corp.test") && exported.len() > 100);
    let only = |these: &BTreeSet<Vec<String>>, those| these.difference(those).cloned().collect();
    let differing: [Vec<_>; 2] = [only(&exported, &captured), only(&captured, &exported)];
    assert!(differing.iter().all(Vec::is_empty), "{differing:#?}");
}
