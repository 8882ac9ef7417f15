//! `plan`: the steps of a repair, in order.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mock_cloud::{CloudKey, Profile};
use sim::engine::Source;
use sim::plan::{self, Bounds, Owners, Planning};
use sim::world::World;

use crate::emit::{self, Emit};
use crate::error::Error;
use crate::exit::Exit;
use crate::lab::{Engine, LabArguments};
use crate::report::{self, planned};
use crate::switches::Switches;
use crate::{files, parallel};

/// Plan a repair: ordered steps, each with its reason and what comes of it.
///
/// The directory falls into groups of objects that share a name, an address or an anchor. Each is
/// planned on a copy of its own, held against every moment at which the scheduler may run, and put
/// beside the others into as few cycles as possible. The whole list is then carried out on a copy
/// of everything. Says which steps delete something, which cannot be undone and which wait for a
/// cycle, what is left to a person, and what could be done instead.
///
/// Whose account is whose is told by `belongs` of the scenario, or of lab.yaml of the snapshot
/// (distinguished name to object id). Of everybody else --infer takes what `dirsync-lab belongs`
/// would say. Nobody else's account is touched.
///
/// Exit codes: 0 everything is as it should be in the end; 1 somebody has to decide something
/// first, or a step does harm; 2 usage; 3 no end within --steps-max, or no proof within
/// --states-max; 4 nobody's account is known.
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// A scenario file, or the directory of a snapshot.
    #[arg(value_name = "SCENARIO|SNAPSHOT")]
    world: PathBuf,
    /// The era; for a scenario the newest it is written for, for a snapshot its own.
    #[arg(long)]
    profile: Option<Profile>,
    #[command(flatten)]
    switches: Switches,
    /// What the engine remembers of a snapshot.
    #[arg(long, value_enum, default_value_t = Engine::Established)]
    engine: Engine,
    /// Whose account is whose, where `belongs` does not say so.
    #[arg(long, value_enum, default_value_t = Infer::Exact)]
    infer: Infer,
    /// Let the plan turn synchronisation off for the whole tenant and on again, where an account
    /// can't be edited otherwise (before 2025): nothing is synced meanwhile, for up to three days.
    #[arg(long)]
    turn_off_sync: bool,
    /// How many steps the plan of one group may have.
    #[arg(long, value_name = "N", default_value_t = 500)]
    steps_max: usize,
    /// How many states of one group are visited at most.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    states_max: usize,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Write the plan as something to run or to hand round.
    #[arg(long, value_enum, value_name = "KIND")]
    emit: Option<Emit>,
    /// Where to write it; without a file it is printed in place of the plan.
    #[arg(long, short, value_name = "FILE", requires = "emit")]
    output: Option<PathBuf>,
}

/// How far whose account is whose is inferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Infer {
    /// Not at all.
    None,
    /// What `belongs` calls exact.
    Exact,
    /// Also what it calls likely, and of several accounts the only one that holds a mailbox or a
    /// licence.
    Likely,
}

/// How to print a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// Whose account is whose, and where it is known from.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// All of it.
    pub(crate) belongs: BTreeMap<Source, CloudKey>,
    /// How many were told.
    pub(crate) told: usize,
    /// How many were inferred.
    pub(crate) inferred: usize,
    /// What is only likely, and was not taken.
    pub(crate) likely: BTreeMap<Source, CloudKey>,
    /// What nobody can tell apart.
    pub(crate) ambiguous: BTreeMap<Source, Vec<CloudKey>>,
}

impl Known {
    fn of(world: &World, told: BTreeMap<Source, CloudKey>, infer: Infer) -> Self {
        let mut known = Self {
            told: told.len(),
            belongs: told,
            ..Self::default()
        };
        if infer == Infer::None {
            return known;
        }
        let Owners {
            mut exact,
            mut likely,
            mut ambiguous,
        } = plan::owners(world);
        let taken: BTreeSet<CloudKey> = known.belongs.values().copied().collect();
        for all in [&mut exact, &mut likely] {
            all.retain(|source, key| !known.belongs.contains_key(source) && !taken.contains(key));
        }
        ambiguous.retain(|source, _| !known.belongs.contains_key(source));
        if infer == Infer::Likely {
            exact.append(&mut likely);
        }
        known.inferred = exact.len();
        known.belongs.append(&mut exact);
        known.likely = likely;
        known.ambiguous = ambiguous;
        known
    }
}

impl Plan {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let loaded = LabArguments::unserved(self.profile, self.engine, &self.switches)
            .load(Some(&self.world))?;
        let world = loaded.rehearsal.world();
        let known = Known::of(world, loaded.rehearsal.belongs(), self.infer);
        if known.belongs.is_empty() {
            let likely = match known.likely.len() {
                0 => String::new(),
                count => format!("; --infer likely would take {count}"),
            };
            report::note(&format!(
                "nobody's account is known: say whose account is whose under `belongs`, in the \
                 `world` of a scenario or in lab.yaml of a snapshot{likely}\n"
            ));
            return Ok(Exit::NothingSelected);
        }
        let bounds = Bounds {
            steps: self.steps_max,
            states: self.states_max,
        };
        let planning = Planning::new(world, known.belongs.clone());
        let plan = planned_for(planning.may_turn_off(self.turn_off_sync), bounds);
        let asked = planned::Asked {
            name: &loaded.name,
            profile: world.profile,
            known: &known,
        };
        let mut printed = true;
        if let Some(kind) = self.emit {
            let text = emit::render(kind, &asked, &plan)?;
            if let Some(path) = &self.output {
                files::write(path, &text)?;
            } else {
                report::print(&text);
                printed = false;
            }
        }
        if printed {
            report::print(&planned::render(self.format, &asked, &plan));
        }
        Ok(if plan.is_cut_short() {
            Exit::Inconclusive
        } else if plan.is_sound() {
            Exit::Success
        } else {
            Exit::Failure
        })
    }
}

/// Plans with all cores; a pattern is proven once, on the first group that has it.
fn planned_for(mut planning: Planning, bounds: Bounds) -> plan::Plan {
    let mut proven = BTreeMap::new();
    while let Some(round) = planning.round() {
        let components = round.components();
        let solved = parallel::each(components.len(), |place| {
            round.solve(&components[place], bounds)
        });
        let mut first: BTreeMap<u128, usize> = BTreeMap::new();
        for (place, solution) in solved.iter().enumerate() {
            let is_new = !proven.contains_key(&solution.pattern);
            if is_new && solution.end == sim::repair::End::Done {
                first.entry(solution.pattern).or_insert(place);
            }
        }
        let first: Vec<(u128, usize)> = first.into_iter().collect();
        let proofs = parallel::each(first.len(), |place| {
            round.prove(&components[first[place].1], bounds)
        });
        let patterns = first.into_iter().map(|(pattern, _)| pattern);
        proven.extend(patterns.zip(proofs));
        let settled = parallel::each(solved.len(), |place| {
            let solution = &solved[place];
            match proven.get(&solution.pattern) {
                Some(proven) => round.settle(solution, proven),
                None => solution.clone(),
            }
        });
        planning.carry_out(settled, &proven);
    }
    planning.finish()
}
