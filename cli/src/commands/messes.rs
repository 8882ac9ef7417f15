//! `explore --people`: the closed-loop repair of every mess of a scope, and `explore merge`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use clap::Args;
use mock_cloud::Profile;
use sim::explore::{Answer, Tally, messes};
use sim::mess::{Mess, Scope, all, sample};
use sim::scenario::render;

use super::explore::Format;
use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::report::{self, campaign};

/// So many messes are searched with one memory.
const TOGETHER: usize = 64;

/// Which messes to explore the closed-loop repair from.
#[derive(Debug, Args)]
pub(crate) struct Messes {
    /// Explore the repair of messes of so many people, 1 to 4, instead of scenarios.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=4))]
    people: Option<u8>,
    /// How many objects the tenant has, besides an administrator; one more than people by default.
    #[arg(long, value_name = "M", requires = "people")]
    #[arg(value_parser = clap::value_parser!(u8).range(0..=8))]
    cloud: Option<u8>,
    /// All messes that differ from a plain world in at most so many points.
    #[arg(long, value_name = "K", requires = "people", default_value_t = 2)]
    oddities: usize,
    /// So many messes more, drawn by the seed without a bound on what is odd about them.
    #[arg(long, value_name = "N", requires = "people", default_value_t = 0)]
    cases: usize,
    /// The seed of what is drawn.
    #[arg(long, value_name = "S", requires = "people", default_value_t = 1)]
    seed: u64,
    /// How many threads; all cores by default.
    #[arg(long, value_name = "N", requires = "people")]
    threads: Option<usize>,
}

/// What `explore` has options for anyway.
pub(super) struct Rest<'a> {
    pub(super) profile: Option<Profile>,
    pub(super) faults: u32,
    pub(super) states: usize,
    pub(super) partition: (usize, usize),
    pub(super) write: Option<&'a Path>,
    pub(super) format: Format,
}

/// What was asked for, for reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) scope: Scope,
    pub(crate) faults: u32,
    pub(crate) exhausted: usize,
    pub(crate) sampled: usize,
    pub(crate) seed: u64,
    /// Which parts of how many.
    pub(crate) parts: Vec<usize>,
    pub(crate) of: usize,
}

impl Messes {
    pub(super) const fn are_wanted(&self) -> bool {
        self.people.is_some()
    }

    pub(super) fn run(&self, rest: &Rest<'_>) -> Result<Exit, Error> {
        let people = self.people.unwrap_or(1);
        let scope = Scope {
            people,
            cloud: self.cloud.unwrap_or(people + 1),
            oddities: self.oddities,
        };
        let begun = Instant::now();
        let mut wanted = all(scope);
        let exhausted = wanted.len();
        wanted.extend(sample(people, scope.cloud, self.seed, self.cases));
        let asked = Asked {
            scope,
            faults: rest.faults,
            exhausted,
            sampled: wanted.len() - exhausted,
            seed: self.seed,
            parts: vec![rest.partition.0],
            of: rest.partition.1,
        };
        // Neighbours have much in common, so a part takes whole groups of them.
        let groups: Vec<&[Mess]> = wanted.chunks(TOGETHER).collect();
        let groups = groups
            .into_iter()
            .skip(rest.partition.0)
            .step_by(rest.partition.1);
        let groups: Vec<&[Mess]> = groups.collect();
        let profiles: Vec<Profile> = Profile::ALL
            .into_iter()
            .filter(|profile| rest.profile.is_none_or(|only| only == *profile))
            .collect();
        if groups.is_empty() {
            report::note("nothing is selected\n");
            return Ok(Exit::NothingSelected);
        }
        let tallies = self.explore(&groups, &profiles, rest)?;
        let moves: usize = tallies.iter().map(|(_, tally)| tally.transitions).sum();
        let seconds = begun.elapsed().as_secs_f64();
        report::note(&format!("{moves} transitions in {seconds:.1} s\n"));
        if let Some(path) = rest.write {
            write_first(path, &tallies)?;
        }
        report::print(&campaign::render(rest.format, &asked, &tallies));
        Ok(exit(tallies.iter().map(|(_, tally)| tally.word())))
    }

    /// Shares the groups out to threads; what comes of each is put together in their order.
    fn explore(
        &self,
        groups: &[&[Mess]],
        profiles: &[Profile],
        rest: &Rest<'_>,
    ) -> Result<Vec<(Profile, Tally)>, Error> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = self.threads.unwrap_or(cores).clamp(1, 64);
        let count = groups.len() * profiles.len();
        let next = AtomicUsize::new(0);
        let done = Mutex::new(BTreeMap::new());
        let work = || {
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                if place >= count {
                    return;
                }
                let profile = profiles[place / groups.len()];
                let group = groups[place % groups.len()];
                let tally = messes(group, profile, rest.faults, rest.states);
                if let Ok(mut done) = done.lock() {
                    done.insert(place, tally);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
        let mut all: Vec<(Profile, Tally)> = profiles
            .iter()
            .map(|profile| (*profile, Tally::default()))
            .collect();
        for (place, tally) in done.into_inner().unwrap_or_default() {
            let tally = tally.map_err(|problem| Error::Scenario(render(&[*problem], "")))?;
            all[place / groups.len()].1.add(tally);
        }
        Ok(all)
    }
}

fn write_first(path: &Path, tallies: &[(Profile, Tally)]) -> Result<(), Error> {
    let mut failures = tallies.iter().flat_map(|(_, tally)| &tally.failures);
    match failures.next().map(|failure| &failure.exploration.answer) {
        Some(Answer::Counterexample(found)) => files::write(path, &found.scenario),
        _ => Ok(()),
    }
}

/// The worst of several answers.
fn exit<'a>(words: impl Iterator<Item = &'a str>) -> Exit {
    let mut worst = Exit::Success;
    for word in words {
        match word {
            "converges" => {}
            "inconclusive" => worst = Exit::Inconclusive,
            _ => return Exit::Failure,
        }
    }
    worst
}

/// Join the JSON results of all parts of a campaign into one.
#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// What `explore --partition i/n --format json` printed, one file for each part.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

impl Merge {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let mut values = Vec::new();
        for path in &self.files {
            let bytes = files::read(path)?;
            let value = serde_json::from_slice(&bytes).map_err(|error| Error::Usage {
                message: format!("{} is no result of `explore`: {error}", path.display()),
                help: "give files that `explore --format json` has written".to_owned(),
            })?;
            values.push((path.display().to_string(), value));
        }
        let merged = campaign::merge(values).map_err(|message| Error::Usage {
            message,
            help: "give each part of one campaign once".to_owned(),
        })?;
        report::print(&merged.render(self.format));
        Ok(exit(std::iter::once(merged.answer())))
    }
}
