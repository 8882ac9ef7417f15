//! The real binary, run in a directory of its own.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// How a run of the program ended.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) code: Option<i32>,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

impl Ran {
    /// The output as text, of a run that ended with a code and complained of nothing else.
    #[track_caller]
    pub(super) fn output(&self, code: i32) -> &str {
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        std::str::from_utf8(&self.stdout).expect("output is UTF-8")
    }
}

/// A directory that the program is started in, so that what it prints names no other path.
pub(super) struct Desk {
    directory: TempDir,
}

impl Desk {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        Self { directory }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file; directories above it are made.
    pub(super) fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        let parent = path.parent().expect("the file is in a directory");
        fs::create_dir_all(parent).expect("the directory can be made");
        fs::write(&path, content).expect("the file can be written");
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "")
    }

    /// The same with something on its standard input.
    pub(super) fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = Command::new(program())
            .args(arguments)
            .current_dir(self.directory.path())
            .env("NO_COLOR", "1")
            .env_remove("CLICOLOR_FORCE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // A program that reads nothing may have ended already.
        let _ = child
            .stdin
            .take()
            .map(|mut it| it.write_all(input.as_bytes()));
        let output = child.wait_with_output().expect("the program ends");
        let stderr = String::from_utf8(output.stderr).expect("messages are UTF-8");
        Ran {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: alike(&stderr),
        }
    }

    /// Every file with its content.
    pub(super) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut directories = vec![self.directory.path().to_owned()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory).expect("the directory can be read") {
                let path = entry.expect("the entry can be read").path();
                if path.is_dir() {
                    found.insert(path.clone(), Vec::new());
                    directories.push(path);
                } else {
                    found.insert(path.clone(), fs::read(&path).expect("the file can be read"));
                }
            }
        }
        found
    }
}

/// Messages as they read on every system: one separator of paths, one name of the program, one
/// text for a file that is not there.
fn alike(message: &str) -> String {
    let missing = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("nowhere"));
    let missing = missing.expect_err("there is no such file").to_string();
    let message = message.replace(&missing, "[no such file]");
    let message = message.replace("\r\n", "\n").replace(".exe", "");
    if cfg!(windows) {
        message.replace('\\', "/")
    } else {
        message
    }
}

/// The program, brought up to date once: `cargo test` alone does not build binaries of other
/// packages.
pub(super) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        // target/debug/deps/it-0123456789abcdef
        let test = env::current_exe().expect("a program knows where it is");
        let built = test
            .ancestors()
            .nth(2)
            .expect("tests are in target/debug/deps");
        let target = built.parent().expect("target is above target/debug");
        let profile = match built.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(name) => name,
        };
        let output = tests::build()
            .args(["--profile", profile])
            .arg("--target-dir")
            .arg(target)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "the program can't be built:\n{said}"
        );
        built.join(format!("dirsync-lab{}", env::consts::EXE_SUFFIX))
    })
}
