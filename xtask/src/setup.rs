//! What the tests need besides the sources, and how each of it is provided.
//!
//! **This is the place to add to.** A test that drives a Python or Node client, or a program of
//! the system, gets an entry in [`NEEDS`] whose `provide` looks for it and, where it can, installs
//! it below [`Workshop::tools`] (a virtual environment, a `node_modules`), never anywhere else.
//! `cargo clean` then removes all of it. Versions are pinned in the entry.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::step::Step;

mod clients;

/// Where the task runs.
pub(crate) struct Workshop {
    /// The root of the workspace.
    pub(crate) root: PathBuf,
    /// The cargo that runs this task.
    pub(crate) cargo: PathBuf,
}

impl Workshop {
    /// The workspace this program was built in.
    pub(crate) fn here() -> Self {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self {
            root: package.parent().unwrap_or(package).to_path_buf(),
            cargo: env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from),
        }
    }

    /// Where cargo builds.
    pub(crate) fn target(&self) -> PathBuf {
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
        self.root.join(target)
    }

    /// Where tools for the tests are installed: below the target directory.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target().join("test-tools")
    }

    /// A cargo command at the root of the workspace.
    pub(crate) fn cargo(&self, title: &'static str, arguments: &[&str]) -> Step {
        Step::new(title, &self.cargo, &self.root, arguments)
    }
}

/// One thing the tests need.
struct Need {
    name: &'static str,
    /// Reads after "is needed".
    purpose: &'static str,
    /// What to do where it is missing.
    hint: &'static str,
    /// Without it another way is taken; the text says which.
    instead: Option<&'static str>,
    /// Whether only `cargo xtask test --heavy` needs it.
    heavy: bool,
    /// Finds or installs it and says what was found, or why not.
    provide: fn(&Workshop) -> Result<String, String>,
}

/// Everything the tests need.
const NEEDS: &[Need] = &[
    Need {
        name: "cargo",
        purpose: "to build and test",
        hint: "install Rust from https://rustup.rs",
        instead: None,
        heavy: false,
        provide: |workshop| version(workshop, &["--version"]),
    },
    Need {
        name: "rustfmt",
        purpose: "to check the formatting",
        hint: "rustup component add rustfmt",
        instead: None,
        heavy: false,
        provide: |workshop| version(workshop, &["fmt", "--version"]),
    },
    Need {
        name: "clippy",
        purpose: "to lint",
        hint: "rustup component add clippy",
        instead: None,
        heavy: false,
        provide: |workshop| version(workshop, &["clippy", "--version"]),
    },
    Need {
        name: NEXTEST,
        purpose: "to run tests faster",
        hint: "cargo install --locked cargo-nextest",
        instead: Some("the same tests run under `cargo test`"),
        heavy: false,
        provide: |workshop| version(workshop, &["nextest", "--version"]),
    },
    Need {
        name: "LDAP programs",
        purpose: "to drive mock-ad as administrators do",
        hint: "apt-get install curl ldap-utils ldb-tools libldap2-dev libsasl2-dev python3-samba \
               samba samba-ad-dc samba-ad-provision samba-common-bin samba-dsdb-modules \
               samba-vfs-modules",
        instead: None,
        heavy: false,
        provide: clients::packages,
    },
    Need {
        name: "Python clients",
        purpose: "to drive the servers with the libraries that scripts use",
        hint: "install Python 3.11 with venv and see tests/clients/python/requirements.txt",
        instead: None,
        heavy: false,
        provide: clients::python,
    },
    Need {
        name: "Node clients",
        purpose: "to drive the servers with the libraries that scripts use",
        hint: "install Node 20 with npm and see tests/clients/node/package.json",
        instead: None,
        heavy: false,
        provide: clients::node,
    },
    Need {
        name: "Browser",
        purpose: "to drive the console as people do",
        hint: "install Chromium and Node 20 with npm; see tests/clients/browser/package.json",
        instead: None,
        heavy: false,
        provide: clients::browser,
    },
    Need {
        name: "Rust clients",
        purpose: "to drive the servers with the libraries that programs use",
        hint: "see tests/clients/rust/Cargo.toml",
        instead: None,
        heavy: false,
        provide: clients::rust,
    },
    Need {
        name: "Azure CLI",
        purpose: "to drive mock-cloud with `az`",
        hint: "install Python 3.11 with venv; it takes 700 MB",
        instead: None,
        heavy: true,
        provide: clients::azure_cli,
    },
    Need {
        name: "CLI for Microsoft 365",
        purpose: "to drive mock-cloud with `m365`",
        hint: "install Node 20 with npm; it takes 170 MB",
        instead: None,
        heavy: true,
        provide: clients::microsoft_365_cli,
    },
];

const NEXTEST: &str = "cargo-nextest";

/// What is there.
pub(crate) struct Provided {
    names: Vec<&'static str>,
}

impl Provided {
    /// Tests can run under nextest.
    pub(crate) fn nextest(&self) -> bool {
        self.names.contains(&NEXTEST)
    }
}

/// Provides every need, the heavy ones too if they are asked for, saying what became of it.
pub(crate) fn provide(workshop: &Workshop, heavy: bool) -> Result<Provided, Failure> {
    let tools = workshop.tools();
    fs::create_dir_all(&tools).map_err(|error| Failure::Directory {
        path: tools.display().to_string(),
        error,
    })?;
    eprintln!(
        "setting up (tools of the tests live in {})",
        tools.display()
    );
    let mut names = Vec::new();
    for need in NEEDS.iter().filter(|need| heavy || !need.heavy) {
        match ((need.provide)(workshop), need.instead) {
            (Ok(found), _) => {
                eprintln!("  {:<14} {found}", need.name);
                names.push(need.name);
            }
            (Err(_), Some(instead)) => {
                eprintln!("  {:<14} absent: {instead} ({})", need.name, need.hint);
            }
            (Err(problem), None) => {
                return Err(Failure::Missing {
                    name: need.name,
                    purpose: need.purpose,
                    problem,
                    hint: need.hint,
                });
            }
        }
    }
    Ok(Provided { names })
}

/// The first line a cargo command prints about itself.
fn version(workshop: &Workshop, arguments: &[&str]) -> Result<String, String> {
    let output = workshop.cargo("version", arguments).output()?;
    let first = output.lines().next().unwrap_or("present");
    Ok(first.to_owned())
}
