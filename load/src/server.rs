//! Starting and stopping the servers that are compared.

use std::fs;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::forest::{BASE, Dialect, PASSWORD};

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(600);

/// The name of the protocol reference.
pub(crate) const REFERENCE: &str = "reference";

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) name: &'static str,
    pub(crate) dialect: Dialect,
    pub(crate) address: String,
    pub(crate) administrator: String,
    /// From the start of the program (and of the bulk load, if that is apart) until it answers.
    pub(crate) startup: Duration,
}

impl Server {
    /// `mock-ad`, built for speed, with so many people.
    pub(crate) fn mock_ad(place: &Path, people: u64) -> Result<Self, Failure> {
        let dialect = Dialect::ActiveDirectory;
        let file = place.join("ad.ldif");
        dialect.write(&file, people)?;
        let program = built("mock-ad")?;
        let address = free_address()?;
        let start = Instant::now();
        let child = pinned(&program)
            .args(["--ca-file"])
            .arg(place.join("ca.pem"))
            .args(["--base", BASE, "--load"])
            .arg(&file)
            .args(["--ldap", &address, "--ldaps", "127.0.0.1:0"])
            .args(["--admin-password", PASSWORD])
            .args(["--user-password", PASSWORD])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let server = Self {
            child,
            name: "mock-ad",
            dialect,
            address,
            administrator: "Administrator@example.test".to_owned(),
            startup: Duration::ZERO,
        };
        server.answering(start)
    }

    /// The protocol reference with the same people.
    pub(crate) fn reference(place: &Path, people: u64) -> Result<Self, Failure> {
        let dialect = Dialect::ActiveDirectory;
        let file = place.join("ad.ldif");
        dialect.write(&file, people)?;
        let address = free_address()?;
        let start = Instant::now();
        let child = pinned(&std::env::current_exe()?)
            .arg("reference")
            .arg(&file)
            .arg(&address)
            .stdout(Stdio::null())
            .spawn()?;
        let server = Self {
            child,
            name: REFERENCE,
            dialect,
            address,
            administrator: "Administrator@example.test".to_owned(),
            startup: Duration::ZERO,
        };
        server.answering(start)
    }

    /// OpenLDAP's `slapd` on mdb, bulk loaded, without waiting for the disk.
    pub(crate) fn slapd(place: &Path, people: u64) -> Result<Self, Failure> {
        let dialect = Dialect::InetOrgPerson;
        let file = place.join("slapd.ldif");
        dialect.write(&file, people)?;
        let (configuration, data) = (place.join("slapd.conf"), place.join("mdb"));
        fs::create_dir_all(&data)?;
        fs::write(&configuration, slapd_configuration(&data))?;
        let address = free_address()?;
        let start = Instant::now();
        let status = Command::new("slapadd")
            .args(["-q", "-f"])
            .arg(&configuration)
            .arg("-l")
            .arg(&file)
            .status()?;
        if !status.success() {
            return Err(Failure::Setup("slapadd failed".to_owned()));
        }
        let child = pinned(Path::new("slapd"))
            .args(["-d", "0", "-f"])
            .arg(&configuration)
            .args(["-h", &format!("ldap://{address}/")])
            .stdout(Stdio::null())
            .spawn()?;
        let server = Self {
            child,
            name: "slapd",
            dialect,
            address,
            administrator: format!("CN=admin,{BASE}"),
            startup: Duration::ZERO,
        };
        server.answering(start)
    }

    fn answering(mut self, start: Instant) -> Result<Self, Failure> {
        loop {
            if TcpStream::connect(&self.address).is_ok() {
                let mut connection = crate::wire::Connection::open(&self.address)?;
                connection.bind(&self.administrator, PASSWORD)?;
                self.startup = start.elapsed();
                return Ok(self);
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(Failure::Setup(format!("{} ended: {status}", self.name)));
            }
            if start.elapsed() > PATIENCE {
                return Err(Failure::Setup(format!("{} does not answer", self.name)));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Seconds of processor time so far.
    pub(crate) fn processor_seconds(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let stat = stat.unwrap_or_default();
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
        (ticks(11).unwrap_or_default() + ticks(12).unwrap_or_default()) / 100.0
    }

    /// Resident memory in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
        kilobytes.unwrap_or_default() * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn slapd_configuration(data: &Path) -> String {
    format!(
        "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
         include /etc/ldap/schema/inetorgperson.schema\nmodulepath /usr/lib/ldap\n\
         moduleload back_mdb\nsizelimit unlimited\ndatabase mdb\nsuffix \"{BASE}\"\n\
         rootdn \"CN=admin,{BASE}\"\nrootpw {PASSWORD}\ndirectory {}\nmaxsize 8589934592\n\
         dbnosync\nindex objectClass,uid,cn,mail eq\n",
        data.display()
    )
}

/// A program on the first processor, where the system can tie it; the load runs on the others.
fn pinned(program: &Path) -> Command {
    let tied = Command::new("taskset").arg("--version").output();
    if tied.is_ok_and(|output| output.status.success()) {
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(program);
        return command;
    }
    Command::new(program)
}

fn built(program: &str) -> Result<PathBuf, Failure> {
    let own = std::env::current_exe()?;
    let path = own.with_file_name(program);
    if path.exists() {
        return Ok(path);
    }
    let hint = format!("build it first: cargo build --release -p {program} --all-features");
    Err(Failure::Setup(hint))
}

fn free_address() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.to_string())
}
