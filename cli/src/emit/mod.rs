//! Plans as something to run or to hand round.

mod page;
mod powershell;
mod table;

use clap::ValueEnum;
use sim::plan::Plan;

use crate::error::Error;
use crate::report::planned::Asked;

/// What a plan is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// PowerShell with the modules Microsoft.Graph and ActiveDirectory.
    Powershell,
    /// PowerShell with the modules MSOnline and ActiveDirectory, as before 2025.
    Msonline,
    /// A scenario that `dirsync-lab run` runs: the same repair as a regression test.
    Yaml,
    /// One line a step, for bulk tools and spreadsheets.
    Csv,
    /// One page for those who have to agree: who is affected, what they notice, how to stop.
    Html,
}

/// The plan as such.
pub(crate) fn render(kind: Emit, asked: &Asked<'_>, plan: &Plan) -> Result<String, Error> {
    match kind {
        Emit::Powershell => powershell::render(powershell::Module::Graph, asked, plan),
        Emit::Msonline => powershell::render(powershell::Module::MsOnline, asked, plan),
        Emit::Yaml => sim::plan::scenario(plan, asked.name).map_err(|why| Error::Usage {
            message: format!("the plan can't be written as a scenario: {why}"),
            help: "emit `csv` or a script in its place".to_owned(),
        }),
        Emit::Csv => Ok(table::render(plan)),
        Emit::Html => Ok(page::render(asked, plan)),
    }
}
