//! Starting and stopping what is measured.

use std::fs;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(300);

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    /// From the start of the program until it answers.
    pub(crate) startup: Duration,
}

impl Server {
    /// `mock-cloud` with the people of this directory.
    pub(crate) fn mock_cloud(place: &Path) -> Result<Self, Failure> {
        let program = built("mock-cloud")?;
        let address = free_address()?;
        let mut command = pinned(&program);
        command.arg("--load").arg(place);
        command.args(["--graph", &address, "--token", "secret"]);
        Self::start(command, address)
    }

    /// The bare handler with the bodies of this directory.
    pub(crate) fn bare(place: &Path) -> Result<Self, Failure> {
        let address = free_address()?;
        let mut command = pinned(&std::env::current_exe()?);
        command
            .arg("--bare")
            .arg(place)
            .args(["--address", &address]);
        Self::start(command, address)
    }

    pub(crate) fn start(mut command: Command, address: String) -> Result<Self, Failure> {
        let start = Instant::now();
        let child = command.stdout(Stdio::null()).spawn()?;
        let mut server = Self {
            child,
            address,
            startup: Duration::ZERO,
        };
        while TcpStream::connect(&server.address).is_err() {
            if let Some(status) = server.child.try_wait()? {
                return Err(Failure::Setup(format!("a server ended: {status}")));
            }
            if start.elapsed() > PATIENCE {
                return Err(Failure::Setup("a server does not answer".to_owned()));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        server.startup = start.elapsed();
        Ok(server)
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

/// A program on the first processor, where the system can tie it; the load runs on the others.
pub(crate) fn pinned(program: &Path) -> Command {
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
    let hint = format!("build it first: cargo build --release -p {program} --features server");
    Err(Failure::Setup(hint))
}

pub(crate) fn free_address() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.to_string())
}
