//! `import`: real exports into a snapshot.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use mock_ad::directory::{Directory, Dn};
use mock_cloud::Profile;
use sim::import::Input;
use sim::import::columns::Columns;
use sim::import::pseudonym;
use sim::rules::configuration::Configuration;
use sim::snapshot;

use crate::error::Error;
use crate::exit::Exit;
use crate::{files, report};

/// Read exports of Active Directory and of the tenant into a snapshot.
///
/// The shape of each file is found out from its content, as are encoding and delimiter. Read are,
/// of Active Directory: LDIF of ldifde, ldapsearch and Samba, csvde, CSV and JSON of Get-ADUser and
/// its sisters. Of the tenant: JSON of Graph and of Get-Mg… | ConvertTo-Json, CSV of Get-MgUser,
/// Get-MsolUser and the portal. `dirsync-lab kit` prints the commands that lose nothing.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Exports of one domain.
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    ad: Vec<PathBuf>,
    /// The export of one more forest that is synced to the same tenant; may be repeated.
    #[arg(long, value_name = "FILE")]
    forest: Vec<PathBuf>,
    /// The tenant: directories with users.json, domains.json and so on, or single files; where one
    /// does not say which part it holds, `users=FILE` does.
    #[arg(long, required = true, num_args = 1.., value_name = "[PART=]FILE|DIR")]
    cloud: Vec<PathBuf>,
    /// What headers of one's own mean: YAML, one `Header: attribute` a line.
    #[arg(long, value_name = "FILE")]
    columns: Option<PathBuf>,
    /// Import what is left of an export that has lost something, and say what.
    #[arg(long)]
    accept_loss: bool,
    /// A container that is synced, with everything below; the whole domain unless given.
    #[arg(long, value_name = "DN", num_args = 1..)]
    scope: Vec<Dn>,
    /// A container inside the scope that is not synced.
    #[arg(long, value_name = "DN", num_args = 1..)]
    exclude: Vec<Dn>,
    /// The group whose direct members alone are synced, where the server runs a pilot.
    #[arg(long, value_name = "DN")]
    group: Option<Dn>,
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
    /// Whose account is whose: a file that `belongs` made and a person decided.
    #[arg(long, value_name = "FILE")]
    belongs: Option<PathBuf>,
    /// Replace all names, addresses, domains, GUIDs and SIDs by others that follow from this key,
    /// so that a case can be shared; what is equal stays equal.
    #[arg(long, value_name = "KEY")]
    pseudonymise: Option<String>,
    /// The directory to write the snapshot to: all of it, or nothing where something refuses.
    #[arg(long, short, value_name = "SNAPSHOT")]
    output: PathBuf,
    /// Replace the snapshot that the directory holds, also its lab.yaml and rules.yaml.
    #[arg(long)]
    replace: bool,
}

impl Import {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let outdated = files::of_snapshot(&self.output);
        may_be_replaced(&self.output, &outdated, self.replace)?;
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
            group: self.group.clone(),
            accept: self.accept_attribute.clone(),
            ..snapshot::Lab::default()
        };
        let ad = self
            .ad
            .iter()
            .map(|path| files::source(path))
            .collect::<Result<_, _>>()?;
        let columns = match &self.columns {
            Some(path) => files::columns(path)?,
            None => Columns::default(),
        };
        let further = self.forest.iter();
        let further = further.map(|path| Ok(vec![files::source(path)?]));
        let input = Input {
            ad,
            further: further.collect::<Result<_, Error>>()?,
            cloud: files::cloud(&self.cloud)?,
            lab,
            columns,
            accept_loss: self.accept_loss,
        };
        let mut snapshot = sim::import::read(&input).map_err(Error::Content)?;
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
        if let Some(path) = &self.belongs {
            let told = super::belongs::take(&mut snapshot, path)?;
            snapshot.notes.push(told.text.trim_end().to_owned());
        }
        let files = match &self.pseudonymise {
            Some(key) => {
                let hidden = pseudonym::hide(&snapshot, key).map_err(|message| Error::Usage {
                    message: message.to_owned(),
                    help: "import without `--config` where names are to be hidden".to_owned(),
                })?;
                // Notes quote values as they were.
                snapshot.notes = hidden.notes;
                hidden.files
            }
            None => snapshot::write(&snapshot),
        };
        files::write_together(&self.output, &files, &outdated)?;
        if !outdated.is_empty() {
            let note = format!("written over: {}", outdated.join(", "));
            snapshot.notes.push(note);
        }
        report::note(&imported(&snapshot, &self.output.display().to_string()));
        Ok(Exit::Success)
    }
}

/// Refuses to write over files that nobody said may go: somebody may have worked on them.
fn may_be_replaced(output: &Path, outdated: &[String], replace: bool) -> Result<(), Error> {
    if outdated.is_empty() {
        return Ok(());
    }
    if !replace {
        return Err(Error::Usage {
            message: format!(
                "{} holds files of a snapshot already: {}",
                output.display(),
                outdated.join(", ")
            ),
            help: "choose another directory; or `--replace` writes over them, whatever was \
                   changed in them by hand"
                .to_owned(),
        });
    }
    let folder = outdated.iter().map(|name| output.join(name));
    match folder.into_iter().find(|path| path.is_dir()) {
        Some(path) => Err(Error::Usage {
            message: format!("{} is a folder, not a file", path.display()),
            help: "move it away: only files are written over".to_owned(),
        }),
        None => Ok(()),
    }
}

fn imported(snapshot: &snapshot::Snapshot, output: &str) -> String {
    let objects = snapshot.forests.iter().flat_map(Directory::objects);
    let live = objects.filter(|(_, object)| !object.is_deleted()).count();
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
