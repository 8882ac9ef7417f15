//! `completions` and `man`: for shells and packagers.

use std::io::Write as _;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Cli;
use crate::error::Error;
use crate::exit::Exit;
use crate::report;

/// Print completions for a shell.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// Which shell.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> Exit {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "dirsync-lab", &mut script);
        report::print(&String::from_utf8_lossy(&script));
        Exit::Success
    }
}

pub(super) fn man() -> Result<Exit, Error> {
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(Cli::command()).render(&mut page);
    rendered
        .and_then(|()| page.flush())
        .map_err(|source| Error::Write {
            path: "the manual page".into(),
            source,
            help: "this should not happen: please report it".to_owned(),
        })?;
    report::print(&String::from_utf8_lossy(&page));
    Ok(Exit::Success)
}
