//! One command: printed as it could be typed, run to its end, its failure reported.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::Failure;

/// One command with a title.
pub(crate) struct Step {
    /// What the command checks.
    pub(crate) title: &'static str,
    program: PathBuf,
    directory: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(&'static str, &'static str)>,
}

impl Step {
    /// A command to run in `directory`.
    pub(crate) fn new(
        title: &'static str,
        program: &Path,
        directory: &Path,
        arguments: &[&str],
    ) -> Self {
        Self {
            title,
            program: program.to_path_buf(),
            directory: directory.to_path_buf(),
            arguments: arguments
                .iter()
                .map(|&argument| argument.to_owned())
                .collect(),
            environment: Vec::new(),
        }
    }

    /// The same with a variable set.
    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.environment.push((name, value));
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.directory).args(&self.arguments);
        // What tells of this package is nothing for others: build scripts of libraries look at it,
        // and would run anew, with everything above them, whenever it is there or not.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command.envs(self.environment.iter().copied());
        command
    }

    /// Runs it, its output going where ours goes.
    pub(crate) fn run(&self) -> Result<Duration, Failure> {
        let start = Instant::now();
        let status = self.command().status().map_err(|error| Failure::Start {
            command: self.to_string(),
            error,
        })?;
        if status.success() {
            return Ok(start.elapsed());
        }
        Err(Failure::Check {
            title: self.title,
            status: status.to_string(),
            command: self.to_string(),
        })
    }

    /// Runs it in silence: what it printed, or why there is nothing.
    pub(crate) fn output(&self) -> Result<String, String> {
        let output = self.command().output();
        let output = output.map_err(|error| format!("`{self}` cannot be started: {error}"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.trim().lines().last().unwrap_or_default().to_owned();
        Err(format!("`{self}` failed ({}): {last}", output.status))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| {
            if text.contains(' ') {
                format!("\"{text}\"")
            } else {
                text.to_owned()
            }
        };
        for (name, value) in &self.environment {
            write!(formatter, "{name}={} ", quoted(value))?;
        }
        let program = self.program.file_stem().and_then(OsStr::to_str);
        formatter.write_str(program.unwrap_or("cargo"))?;
        for argument in &self.arguments {
            write!(formatter, " {}", quoted(argument))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_reads_as_it_would_be_typed() {
        let cargo = Path::new("bin").join("cargo.exe");
        let step = Step::new(
            "documentation",
            &cargo,
            Path::new("."),
            &["doc", "--no-deps"],
        );
        let step = step.with("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(
            step.to_string(),
            "RUSTDOCFLAGS=\"-D warnings\" cargo doc --no-deps"
        );
    }

    #[test]
    fn a_program_that_is_not_there_is_reported() {
        let step = Step::new("nothing", Path::new("no-such-program"), Path::new("."), &[]);
        assert!(
            step.output()
                .is_err_and(|problem| problem.contains("no-such-program"))
        );
        assert!(matches!(step.run(), Err(Failure::Start { .. })));
    }
}
