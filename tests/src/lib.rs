//! What the end-to-end tests in `it/` and `clients/` share.

use std::env;
use std::ffi::OsStr;
use std::process::Command;

/// The command that builds the programs which tests start, with the features that the tests were
/// built with: what is there already is not built again.
///
/// The variables that tell a test of its own package are left out: build scripts of libraries look
/// at them, and would run anew with everything that depends on them.
pub fn build() -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--workspace", "--bins", "--tests"]);
    for (name, _) in env::vars_os().filter(|(name, _)| tells_of_a_package(name)) {
        command.env_remove(name);
    }
    command
}

fn tells_of_a_package(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    ["CARGO_PKG_", "CARGO_MANIFEST_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}
