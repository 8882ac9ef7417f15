//! `predict`: what the next synchronisation does.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use mock_cloud::Profile;
use sim::predict::predict;
use sim::snapshot::EngineMemory;
use sim::world::World;

use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::report::{self, prediction, staging};
use crate::switches::Switches;

/// Say what the next synchronisation does to each object, and why.
#[derive(Debug, Args)]
pub(crate) struct Predict {
    /// The snapshot: a directory with ad.ldif, cloud/ and lab.yaml.
    snapshot: PathBuf,
    /// How many cycles.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    cycles: u32,
    /// What that era would have done; overrides the snapshot's own feature flags.
    #[arg(long)]
    profile: Option<Profile>,
    #[command(flatten)]
    switches: Switches,
    /// What the engine remembers.
    #[arg(long, value_enum, default_value_t = Engine::Established)]
    engine: Engine,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Print every object, not only those that need a person's eyes.
    #[arg(long)]
    all: bool,
    /// Print only objects whose name or distinguished name contains this text.
    #[arg(long, value_name = "TEXT")]
    object: Option<String>,
    /// Instead, compare what would be pending after the next synchronisation with what is pending
    /// at a server in staging mode: the XML of `csexport "contoso.onmicrosoft.com - AAD" F /f:x`.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["cycles", "object"])]
    compare: Option<PathBuf>,
    /// Exit 0 even if damage is predicted, or the comparison finds differences.
    #[arg(long)]
    exit_zero: bool,
}

/// What the engine is taken to remember.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Engine {
    /// It has been running, and provisioned what the tenant calls synced.
    Established,
    /// It was installed just now, and deletes nothing.
    Fresh,
}

/// How to print a prediction.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
}

impl Predict {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let mut snapshot = files::snapshot(&self.snapshot)?;
        self.switches.in_snapshot(&mut snapshot);
        let memory = match self.engine {
            Engine::Established => EngineMemory::Established,
            Engine::Fresh => EngineMemory::Fresh,
        };
        let world = snapshot.world(self.profile, memory);
        if let Some(path) = &self.compare {
            return self.compare(path, &world);
        }
        let mut report = predict(&world, self.cycles);
        if let Some(wanted) = &self.object {
            let wanted = store::fold(wanted);
            report
                .objects
                .retain(|object| store::fold(&object.dn).contains(&*wanted));
            if report.objects.is_empty() {
                report::note("no object has such a name\n");
                return Ok(Exit::NothingSelected);
            }
        }
        let text = match self.format {
            Format::Human => {
                let everything = self.all || self.object.is_some();
                prediction::human(&report, &snapshot.notes, everything)
            }
            Format::Json => prediction::json(&report),
            Format::Csv => prediction::csv(&report),
        };
        report::print(&text);
        let damage = report.is_damage() && !self.exit_zero;
        Ok(if damage { Exit::Failure } else { Exit::Success })
    }

    /// Compares what is pending here with what is pending at a server.
    fn compare(&self, path: &Path, world: &World) -> Result<Exit, Error> {
        let there = sim::staging::read(&files::source(path)?).map_err(Error::Content)?;
        let compared = sim::staging::compare(world, &there);
        let text = match self.format {
            Format::Human => {
                let name = path.display().to_string();
                staging::human(&compared, &name, &there.notes, self.all)
            }
            Format::Json => staging::json(&compared),
            Format::Csv => {
                return Err(Error::Usage {
                    message: "a comparison is no table".to_owned(),
                    help: "choose `--format human` or `--format json`".to_owned(),
                });
            }
        };
        report::print(&text);
        let failed = !compared.is_same() && !self.exit_zero;
        Ok(if failed { Exit::Failure } else { Exit::Success })
    }
}
