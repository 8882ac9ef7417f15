//! `lab test`: proof that labs work.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use sim::lab::{check_file, load, prove};
use sim::run::known;
use sim::scenario::render;

use crate::error::Error;
use crate::exit::Exit;
use crate::labs::{all, arrange};
use crate::report;

/// Prove that labs work: check fails before, the solution runs, check passes after with all
/// points, and every trap costs what the file says; for many seeds, in every profile.
///
/// Exit codes: 0 proved; 1 something does not hold; 2 a file can't be read; 4 no lab.
#[derive(Debug, Args)]
pub(super) struct Test {
    /// Lab files, or directories of them [default: those that come with the program].
    paths: Vec<PathBuf>,
    /// How many seeds; each draws other names, and the defects in turn.
    #[arg(long, value_name = "N", default_value_t = 10)]
    seeds: u64,
    /// Only labs whose path contains this text.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
}

impl Test {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let words = known();
        let mut files = all(&self.paths)?;
        let wanted = self.filter.as_deref().unwrap_or_default();
        files.retain(|file| file.name.contains(wanted));
        if files.is_empty() {
            report::note("nothing is selected\n");
            return Ok(Exit::NothingSelected);
        }
        let mut broken = String::new();
        for file in &files {
            let found = check_file(&file.name, &file.source, &words);
            broken.push_str(&render(&found, &file.source));
        }
        if !broken.is_empty() {
            return Err(Error::Scenario(broken.trim_end().to_owned()));
        }
        let mut failed = 0;
        for file in &files {
            let mut lines = String::new();
            let (mut runs, mut traps, mut profiles) = (0, 0, Vec::new());
            for seed in 0..self.seeds.max(1) {
                let lab = load(&file.name, &file.source, seed, &words)
                    .map_err(|found| Error::Scenario(render(&found, &file.source)))?;
                for profile in lab.profiles() {
                    let proof = prove(&file.name, &lab, profile, &mut arrange());
                    runs += 1;
                    traps += proof.traps;
                    if !profiles.contains(&profile.name()) {
                        profiles.push(profile.name());
                    }
                    if !proof.failures.is_empty() && lines.is_empty() {
                        let said = render(&proof.failures, &file.source);
                        let _ = write!(lines, "\n{said}  = seed {seed} in {profile}\n\n");
                    }
                }
            }
            let word = if lines.is_empty() { "PROVED" } else { "FAILED" };
            failed += usize::from(!lines.is_empty());
            report::print(&format!(
                "{word:>9} {}  {runs} runs, {traps} wrong ways  {}\n{lines}",
                file.name,
                profiles.join(", ")
            ));
        }
        let all = files.len();
        report::print(&format!(
            "\n  Summary {} labs proved, {failed} failed\n",
            all - failed
        ));
        Ok(if failed > 0 {
            Exit::Failure
        } else {
            Exit::Success
        })
    }
}
