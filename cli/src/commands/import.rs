//! `import`: real exports into a snapshot.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use mock_ad::directory::Dn;
use mock_cloud::Profile;
use sim::rules::configuration::Configuration;
use sim::snapshot::{self, Files};

use crate::error::Error;
use crate::exit::Exit;
use crate::{files, report};

/// Read exports of Active Directory and of the tenant into a snapshot.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// LDIF files of one domain, as ldifde or ldapsearch write them.
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    ad: Vec<PathBuf>,
    /// The tenant: a directory with users.json, domains.json and so on, or such files.
    #[arg(long, required = true, num_args = 1.., value_name = "FILE|DIR")]
    cloud: Vec<PathBuf>,
    /// A container that is synced, with everything below; the whole domain unless given.
    #[arg(long, value_name = "DN", num_args = 1..)]
    scope: Vec<Dn>,
    /// A container inside the scope that is not synced.
    #[arg(long, value_name = "DN", num_args = 1..)]
    exclude: Vec<Dn>,
    /// The era: dirsync-2013, aadconnect-2017, entra-2025 or entra-2026.
    #[arg(long)]
    profile: Option<Profile>,
    /// Take an attribute outside the schema as it is; `*` takes any.
    #[arg(long, value_name = "NAME", num_args = 1..)]
    accept_attribute: Vec<String>,
    /// A folder that `Get-ADSyncServerConfiguration` wrote: its connector's containers become
    /// the scope (unless `--scope` is given), its rules those of the engine.
    #[arg(long, value_name = "DIR")]
    config: Option<PathBuf>,
    /// The directory to write the snapshot to.
    #[arg(long, short, value_name = "SNAPSHOT")]
    output: PathBuf,
}

impl Import {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let configuration = match &self.config {
            Some(folder) => {
                let files = files::configuration(folder)?;
                Some(Configuration::read(&files).map_err(Error::Content)?)
            }
            None => None,
        };
        let lab = snapshot::Lab {
            profile: self.profile,
            scope: self.scope.clone(),
            exclude: self.exclude.clone(),
            accept: self.accept_attribute.clone(),
            ..snapshot::Lab::default()
        };
        let ad = self
            .ad
            .iter()
            .map(|path| files::source(path))
            .collect::<Result<_, _>>()?;
        let input = Files {
            ad,
            cloud: files::cloud(&self.cloud)?,
            lab,
            rules: None,
        };
        let mut snapshot = snapshot::read(&input).map_err(Error::Content)?;
        if let Some(configuration) = &configuration {
            let notes = snapshot
                .configure(configuration)
                .map_err(|problem| Error::Content(vec![*problem]))?;
            snapshot.notes.push(format!(
                "the configuration has {} synchronization rules, written to rules.yaml",
                configuration.rule_count()
            ));
            let notes = notes
                .into_iter()
                .map(|note| format!("configuration: {note}"));
            snapshot.notes.extend(notes);
        }
        if self.output.join("ad.ldif").exists() || self.output.join("cloud").exists() {
            return Err(Error::Usage {
                message: format!("{} holds a snapshot already", self.output.display()),
                help: "remove it first, or choose another directory".to_owned(),
            });
        }
        for (name, content) in snapshot::write(&snapshot) {
            files::write(&self.output.join(name), &content)?;
        }
        report::note(&imported(&snapshot, &self.output.display().to_string()));
        Ok(Exit::Success)
    }
}

fn imported(snapshot: &snapshot::Snapshot, output: &str) -> String {
    let live = snapshot
        .directory
        .objects()
        .filter(|(_, object)| !object.is_deleted())
        .count();
    let cloud = snapshot.tenant.objects().len();
    let mut text = format!("imported {live} Active Directory objects and {cloud} cloud objects\n");
    for note in &snapshot.notes {
        text.push_str("note: ");
        text.push_str(note);
        text.push('\n');
    }
    let _ = writeln!(text, "\nhint: run `dirsync-lab predict {output}`");
    text
}
