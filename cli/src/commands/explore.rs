//! `explore` and `replay`: every order and every fault within bounds.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use mock_cloud::Profile;
use sim::explore::{
    Answer, Bounds, Counterexample, Exploration, commute, explore, readings, replay,
};
use sim::run::{known, load};
use sim::scenario::{Diagnostic, Scenario, render};

use super::messes::{self, Merge, Messes};
use crate::browser::Afterwards;
use crate::error::Error;
use crate::exit::Exit;
use crate::files::{self, ScenarioFile};
use crate::report::{self, exploration};
use crate::switches::Switches;

/// Prove or refute that procedures converge: every order, every fault within bounds.
///
/// With `--people`, the closed-loop repair is explored from every mess of so many people instead of
/// scenarios: which account has whose UPN, address, anchor, and what kind of account it is.
///
/// A scenario whose `explore` key expects a counterexample is fine when there is one. Exit codes:
/// 0 as expected, 1 a counterexample or an unexpected answer, 3 inconclusive, 4 nothing selected.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Explore {
    #[command(subcommand)]
    command: Option<ExploreCommand>,
    #[command(flatten)]
    messes: Messes,
    /// Scenario files, or directories of them; those of a directory without an `explore` key are
    /// left out.
    #[arg(default_value = "scenarios/procedures")]
    paths: Vec<PathBuf>,
    /// Only scenarios whose path or title contains this text.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Only in this profile.
    #[arg(long)]
    profile: Option<Profile>,
    #[command(flatten)]
    switches: Switches,
    /// How many faults a run may meet, whatever the scenario says.
    #[arg(long, value_name = "N")]
    faults: Option<u32>,
    /// How many moves a run may have, whatever the scenario says.
    #[arg(long, value_name = "N")]
    depth: Option<u32>,
    /// How many states are visited at most for one scenario in one profile.
    #[arg(long, value_name = "N", default_value_t = 50_000)]
    states: usize,
    /// Only the i-th of n parts of the work, for several machines: `0/4` to `3/4`.
    #[arg(long, value_name = "I/N", value_parser = partition)]
    partition: Option<(usize, usize)>,
    /// Write the first counterexample to this file, as a scenario that `run` can run.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Print which neighbouring steps of each procedure may change places, and what goes wrong
    /// where they may not.
    #[arg(long, conflicts_with = "people")]
    commute: bool,
    /// Explore what is unknown both ways: print for each switch what the answer is when it is read
    /// the other way, where that is another answer.
    #[arg(long, value_name = "WAYS", conflicts_with_all = ["people", "commute"])]
    unknown: Option<Unknown>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    afterwards: Afterwards,
}

#[derive(Debug, Subcommand)]
enum ExploreCommand {
    /// Join the JSON results of all parts of a campaign into one.
    Merge(Merge),
}

/// How to read what is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Unknown {
    /// As the scenario or the profile has it, and the other way.
    Both,
}

/// How to print explorations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
    /// For test reports.
    Junit,
    /// A page for a browser: both directories side by side at each step.
    Html,
}

fn partition(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/');
    let parsed = parts.and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
    parsed
        .filter(|(part, of): &(usize, usize)| part < of)
        .ok_or_else(|| "write for example `0/4`: the part, counted from 0, and how many".to_owned())
}

impl Explore {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        if let Some(ExploreCommand::Merge(merge)) = &self.command {
            return merge.run();
        }
        if self.messes.are_wanted() {
            return self.messes.run(&messes::Rest {
                profile: self.profile,
                faults: self.faults.unwrap_or(0),
                states: self.states,
                partition: self.partition.unwrap_or((0, 1)),
                write: self.write.as_deref(),
                format: self.format,
            });
        }
        let bounds = Bounds {
            faults: self.faults,
            depth: self.depth,
            states: self.states,
        };
        if self.commute {
            return self.swaps(bounds);
        }
        if self.unknown.is_some() {
            return self.readings(bounds);
        }
        let (part, of) = self.partition.unwrap_or((0, 1));
        let mut explored: Vec<(ScenarioFile, Exploration)> = Vec::new();
        let mut place = 0;
        for (file, scenario) in self.selected()? {
            for profile in scenario.profiles().into_iter().map(Profile::from) {
                if self.profile.is_some_and(|only| only != profile) {
                    continue;
                }
                place += 1;
                if (place - 1) % of != part {
                    continue;
                }
                let found = explore(&file.name, &scenario, profile, bounds)
                    .map_err(|problem| Error::Scenario(render(&[*problem], &file.source)))?;
                explored.push((file.clone(), found));
            }
        }
        if explored.is_empty() {
            report::note("nothing is selected\n");
            return Ok(Exit::NothingSelected);
        }
        self.write_first(&explored)?;
        report::print(&exploration::render(self.format, &explored));
        self.show_first(&explored)?;
        Ok(exit(&explored))
    }

    /// The table of what commutes, for each selected scenario in each of its profiles.
    fn swaps(&self, bounds: Bounds) -> Result<Exit, Error> {
        self.each(|file, scenario, profile| {
            let whole = explore(&file.name, scenario, profile, bounds)?;
            let swaps = commute(&file.name, scenario, profile, bounds)?;
            report::print(&exploration::swaps(file, &whole, &swaps));
            Ok(!swaps.is_empty())
        })
    }

    /// What hangs on a reading, for each selected scenario in each of its profiles.
    fn readings(&self, bounds: Bounds) -> Result<Exit, Error> {
        let mut firm = true;
        let exit = self.each(|file, scenario, profile| {
            let whole = explore(&file.name, scenario, profile, bounds)?;
            let readings = readings(&file.name, scenario, profile, bounds)?;
            firm &= whole.as_wanted && readings.iter().all(|reading| reading.as_wanted);
            report::print(&exploration::readings(file, &whole, &readings));
            Ok(true)
        })?;
        Ok(if firm { exit } else { Exit::Failure })
    }

    /// Does something for each selected scenario in each of its profiles, and says whether there
    /// was anything to do.
    fn each(
        &self,
        mut one: impl FnMut(&ScenarioFile, &Scenario, Profile) -> Result<bool, Box<Diagnostic>>,
    ) -> Result<Exit, Error> {
        let mut any = false;
        for (file, scenario) in self.selected()? {
            for profile in scenario.profiles().into_iter().map(Profile::from) {
                if self.profile.is_some_and(|only| only != profile) {
                    continue;
                }
                any |= one(&file, &scenario, profile)
                    .map_err(|problem| Error::Scenario(render(&[*problem], &file.source)))?;
            }
        }
        if !any {
            report::note("nothing is selected\n");
            return Ok(Exit::NothingSelected);
        }
        Ok(Exit::Success)
    }

    fn selected(&self) -> Result<Vec<(ScenarioFile, Scenario)>, Error> {
        let words = known();
        let mut broken = String::new();
        let mut selected = Vec::new();
        let wanted = self.filter.as_deref().unwrap_or_default();
        for file in files::scenarios(&self.paths)? {
            match load(&file.name, &file.source, &words) {
                Ok(mut scenario) => {
                    self.switches.in_scenario(&mut scenario);
                    let named = self.paths.iter().any(|path| path.is_file());
                    let fits =
                        file.name.contains(wanted) || scenario.scenario.value.contains(wanted);
                    if fits && (named || scenario.explore.is_some()) {
                        selected.push((file, scenario));
                    }
                }
                Err(found) => broken.push_str(&render(&found, &file.source)),
            }
        }
        if broken.is_empty() {
            return Ok(selected);
        }
        Err(Error::Scenario(broken.trim_end().to_owned()))
    }

    fn write_first(&self, explored: &[(ScenarioFile, Exploration)]) -> Result<(), Error> {
        match (&self.write, first_counterexample(explored)) {
            (Some(path), Some((found, _))) => files::write(path, &found.scenario),
            _ => Ok(()),
        }
    }

    /// Shows the first counterexample, if that was asked for.
    fn show_first(&self, explored: &[(ScenarioFile, Exploration)]) -> Result<(), Error> {
        if !self.afterwards.is_wanted() {
            return Ok(());
        }
        let Some((found, profile)) = first_counterexample(explored) else {
            report::note("there is no counterexample to show\n");
            return Ok(());
        };
        let file = ScenarioFile {
            name: "counterexample".to_owned(),
            source: found.scenario.clone(),
        };
        let scenario = load(&file.name, &file.source, &known())
            .map_err(|found| Error::Scenario(render(&found, &file.source)))?;
        let broken = &found.violation;
        let ended = format!("`{}` is broken: {}", broken.property.name(), broken.found);
        self.afterwards
            .show_scenario(&file, &scenario, profile, Some(ended))
    }
}

fn first_counterexample(
    explored: &[(ScenarioFile, Exploration)],
) -> Option<(&Counterexample, Profile)> {
    explored.iter().find_map(|(_, found)| match &found.answer {
        Answer::Counterexample(one) => Some((&**one, found.profile)),
        _ => None,
    })
}

fn exit(explored: &[(ScenarioFile, Exploration)]) -> Exit {
    let mut worst = Exit::Success;
    for (_, found) in explored {
        if found.as_wanted {
            continue;
        }
        if found.answer != Answer::Inconclusive {
            return Exit::Failure;
        }
        worst = Exit::Inconclusive;
    }
    worst
}

/// Step through the trace of a counterexample.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The scenario file.
    path: PathBuf,
    /// The choices, as `explore` prints them: `0/3/1`.
    trace: String,
    /// In this profile; without it, the first of the scenario.
    #[arg(long)]
    profile: Option<Profile>,
    /// How many faults a run may meet: the same as when the trace was found.
    #[arg(long, value_name = "N")]
    faults: Option<u32>,
}

impl Replay {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let words = known();
        let Some(file) = files::scenarios(std::slice::from_ref(&self.path))?.pop() else {
            return Ok(Exit::NothingSelected);
        };
        let scenario = load(&file.name, &file.source, &words)
            .map_err(|found| Error::Scenario(render(&found, &file.source)))?;
        let first = scenario.profiles().first().copied().map(Profile::from);
        let Some(profile) = self.profile.or(first) else {
            return Ok(Exit::NothingSelected);
        };
        let steps = replay(&file.name, &scenario, profile, &self.trace, self.faults);
        let steps = steps.map_err(|message| Error::Usage {
            message,
            help: "give the same file, profile and `--faults` as when the trace was found"
                .to_owned(),
        })?;
        report::print(&exploration::steps(&steps));
        Ok(Exit::Success)
    }
}
