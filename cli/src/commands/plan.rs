//! `plan`: the steps of a repair, in order.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mock_cloud::Profile;
use sim::repair;

use crate::error::Error;
use crate::exit::Exit;
use crate::lab::{Engine, LabArguments};
use crate::report::{self, planned};

/// Plan a repair: ordered steps, each with its reason and what comes of it.
///
/// Plans from the world as the scheduler leaves it, step by step: look, decide, act on a copy, look
/// again. Says which steps delete something, which cannot be undone and which wait for a cycle.
/// Whose account is whose has to be known: `belongs` of the scenario, or of lab.yaml of the
/// snapshot (distinguished name to object id). Nobody else's account is touched.
///
/// The plan holds while nobody else acts; `explore --people` holds the same planner against the
/// scheduler and against faults.
///
/// Exit codes: 0 everything is as it should be in the end; 1 somebody has to decide something
/// first, or a step does harm; 2 usage; 3 no end within --steps-max; 4 nobody's account is known.
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// A scenario file, or the directory of a snapshot.
    #[arg(value_name = "SCENARIO|SNAPSHOT")]
    world: PathBuf,
    /// The era; for a scenario the newest it is written for, for a snapshot its own.
    #[arg(long)]
    profile: Option<Profile>,
    /// What the engine remembers of a snapshot.
    #[arg(long, value_enum, default_value_t = Engine::Established)]
    engine: Engine,
    /// How many steps a plan may have.
    #[arg(long, value_name = "N", default_value_t = 500)]
    steps_max: usize,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// How to print a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
}

impl Plan {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let loaded = LabArguments::unserved(self.profile, self.engine).load(Some(&self.world))?;
        let rehearsal = &loaded.rehearsal;
        let belongs = rehearsal.belongs();
        if belongs.is_empty() {
            report::note(
                "nobody's account is known: say whose account is whose under `belongs`, in the \
                 `world` of a scenario or in lab.yaml of a snapshot\n",
            );
            return Ok(Exit::NothingSelected);
        }
        let plan = repair::Plan::of(rehearsal.world(), belongs, self.steps_max);
        let profile = rehearsal.world().profile;
        report::print(&planned::render(self.format, &loaded.name, profile, &plan));
        Ok(match &plan.end {
            repair::End::TooLong => Exit::Inconclusive,
            _ if plan.is_sound() => Exit::Success,
            _ => Exit::Failure,
        })
    }
}
