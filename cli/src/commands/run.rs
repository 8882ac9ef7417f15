//! `run` and `check`: scenario files.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mock_cloud::Profile;
use sim::run::{hazards, known, load, run};
use sim::scenario::{Severity, expand, render};

use crate::browser::Afterwards;
use crate::error::Error;
use crate::exit::Exit;
use crate::files::{self, ScenarioFile};
use crate::report::{self, scenarios};
use crate::switches::Switches;

/// Run scenarios: build their worlds, apply their steps, check their expectations.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Scenario files, or directories of them.
    #[arg(default_value = "scenarios")]
    paths: Vec<PathBuf>,
    /// Only scenarios whose path or title contains this text.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Only in this profile.
    #[arg(long)]
    profile: Option<Profile>,
    #[command(flatten)]
    switches: Switches,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Also print what Synchronization Service Manager would show: the run history with its
    /// counters and errors, the connector space and the lineage of each object.
    #[arg(long)]
    history: bool,
    #[command(flatten)]
    afterwards: Afterwards,
}

/// How to print verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
    /// For test reports.
    Junit,
    /// For GitHub Actions.
    Github,
}

impl Run {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let words = known();
        let mut loaded = Vec::new();
        let mut broken = String::new();
        for file in files::scenarios(&self.paths)? {
            match load(&file.name, &file.source, &words) {
                Ok(mut scenario) => {
                    self.switches.in_scenario(&mut scenario);
                    loaded.push((file, scenario));
                }
                Err(found) => broken.push_str(&render(&found, &file.source)),
            }
        }
        if !broken.is_empty() {
            return Err(Error::Scenario(broken.trim_end().to_owned()));
        }
        let mut verdicts = Vec::new();
        let mut shown = None;
        for (file, scenario) in loaded {
            let wanted = self.filter.as_deref().unwrap_or_default();
            if !file.name.contains(wanted) && !scenario.scenario.value.contains(wanted) {
                continue;
            }
            for profile in scenario.profiles().into_iter().map(Profile::from) {
                if self.profile.is_none_or(|only| only == profile) {
                    let verdict = run(&file.name, &scenario, profile);
                    // The first that failed is worth a look; else the last.
                    let worth = |(_, _, failed): &(_, _, bool)| !*failed;
                    if self.afterwards.is_wanted() && shown.as_ref().is_none_or(worth) {
                        let failed = !verdict.passed();
                        shown = Some(((file.clone(), scenario.clone()), profile, failed));
                    }
                    verdicts.push((file.clone(), verdict));
                }
            }
        }
        if verdicts.is_empty() {
            report::note("nothing is selected\n");
            return Ok(Exit::NothingSelected);
        }
        let failed = verdicts.iter().any(|(_, verdict)| !verdict.passed());
        report::print(&scenarios::render(self.format, &verdicts, self.history));
        if let Some(((file, scenario), profile, _)) = shown {
            self.afterwards
                .show_scenario(&file, &scenario, profile, None)?;
        }
        Ok(if failed { Exit::Failure } else { Exit::Success })
    }
}

/// Check scenarios: their shape, their names, and the hazards that their steps commit.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Scenario files, or directories of them.
    #[arg(default_value = "scenarios")]
    paths: Vec<PathBuf>,
    /// Print them with their defaults written out.
    #[arg(long)]
    expand: bool,
}

impl Check {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let words = known();
        let files: Vec<ScenarioFile> = files::scenarios(&self.paths)?;
        let mut broken = String::new();
        let mut expanded = String::new();
        let mut warned = Vec::new();
        for file in &files {
            match load(&file.name, &file.source, &words) {
                Ok(scenario) if self.expand => expanded.push_str(&expand(&scenario)),
                Ok(scenario) => warned.push((file, hazards(&file.name, &scenario))),
                Err(found) => broken.push_str(&render(&found, &file.source)),
            }
        }
        if !broken.is_empty() {
            return Err(Error::Scenario(broken.trim_end().to_owned()));
        }
        if files.is_empty() {
            report::note("nothing is selected\n");
            return Ok(Exit::NothingSelected);
        }
        report::print(&expanded);
        warned.retain(|(_, found)| !found.is_empty());
        for (file, found) in &warned {
            report::print(&format!("{}\n", render(found, &file.source)));
        }
        let checked = scenarios::count(files.len());
        if warned.is_empty() {
            report::note(&format!("{checked} checked, nothing to complain about\n"));
            return Ok(Exit::Success);
        }
        let all = warned.iter().flat_map(|(_, found)| found);
        let dangers = all.clone().filter(|it| it.severity == Severity::Error);
        let (count, dangers) = (all.clone().count(), dangers.count());
        report::note(&format!(
            "{checked} checked: {count} hazards, {dangers} of them can't be undone\n"
        ));
        Ok(if dangers > 0 {
            Exit::Failure
        } else {
            Exit::Success
        })
    }
}

/// Print the JSON Schema of scenario files.
pub(super) fn schema() -> Exit {
    report::print(&sim::scenario::schema_json());
    Exit::Success
}
