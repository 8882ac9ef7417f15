//! `capture`: a tenant over Graph, a forest over LDAP, into the files that `import` takes.

mod forest;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::capture::read::{Keep, Progress, Stopped, read};
use crate::capture::wire::Wire;
use crate::error::Error;
use crate::exit::Exit;
use crate::{files, report};

/// The environment variable that a token is read from.
const TOKEN: &str = "DIRSYNC_LAB_TOKEN";

/// Read a tenant, or a forest, into the files that `import` takes.
#[derive(Debug, Args)]
pub(crate) struct Capture {
    #[command(subcommand)]
    source: Source,
}

#[derive(Debug, Subcommand)]
enum Source {
    /// Read a tenant through Microsoft Graph; every request is a GET.
    ///
    /// Throttled requests wait as Retry-After says. Stopped half-way, the same command goes on
    /// behind the last page that came.
    Cloud(Cloud),
    /// Read a domain of Active Directory through LDAP; nothing but searches is sent.
    ///
    /// With DirSync on what the account may read, so that a capture that stopped goes on behind the
    /// last page; where the server refuses that, with a paged search, which begins anew.
    Ad(forest::Forest),
}

#[derive(Debug, Args)]
struct Cloud {
    /// Where Graph is: `https://graph.microsoft.com/v1.0`, or a mock-cloud.
    #[arg(value_name = "URL")]
    url: String,
    /// A bearer token; better in the environment variable DIRSYNC_LAB_TOKEN, which no list of
    /// processes shows.
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// The certificate (PEM) of the authority to trust instead of the public ones.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// The directory to write users.json, groups.json and so on to.
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
}

impl Capture {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        match &self.source {
            Source::Cloud(cloud) => cloud.run(),
            Source::Ad(forest) => forest.run(),
        }
    }
}

impl Cloud {
    fn run(&self) -> Result<Exit, Error> {
        let given = self.token.clone();
        let token = given.or_else(|| std::env::var(TOKEN).ok()).ok_or_else(|| {
            let message = "there is no token".to_owned();
            let help = format!(
                "put one into {TOKEN}, for instance of `az account get-access-token --resource \
                 https://graph.microsoft.com --query accessToken -o tsv`"
            );
            Error::Usage { message, help }
        })?;
        let base = base(&self.url)?;
        let authority = self.ca_file.as_deref().map(files::read).transpose()?;
        let told = |seconds| report::note(&format!("waiting {seconds} seconds\n"));
        let wire = Wire::new(token, authority.as_deref(), told);
        let mut wire = wire.map_err(|error| Error::Usage {
            message: format!("no client can be made: {error}"),
            help: "check that `--ca-file` holds a certificate in PEM".to_owned(),
        })?;
        let mut pages = Shelf {
            place: self.output.join(".capture"),
        };
        let mut progress = pages.begin(&self.output, &base)?;
        read(&mut wire, &mut pages, &mut progress).map_err(|stopped| match stopped {
            Stopped::Keep(error) => error,
            Stopped::Refused { .. } => Error::Usage {
                message: format!("capture stopped at {stopped}"),
                help: "the same command goes on where it stopped".to_owned(),
            },
        })?;
        let counted = pages.finish(&self.output, &progress)?;
        let place = self.output.display();
        report::note(&format!(
            "captured {counted} into {place}\n\nhint: run `dirsync-lab import --ad … --cloud \
             {place} -o SNAPSHOT`\n"
        ));
        Ok(Exit::Success)
    }
}

/// The base address with its version, without a slash at its end.
fn base(url: &str) -> Result<String, Error> {
    let url = url.trim_end_matches('/');
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(Error::Usage {
            message: format!("`{url}` is no address of Graph"),
            help: "expected https://graph.microsoft.com/v1.0, or that of a mock-cloud".to_owned(),
        });
    }
    let has_version = url.ends_with("/v1.0") || url.ends_with("/beta");
    Ok(if has_version {
        url.to_owned()
    } else {
        format!("{url}/v1.0")
    })
}

/// Pages on disk, until they are complete.
struct Shelf {
    place: PathBuf,
}

impl Shelf {
    fn state(&self) -> PathBuf {
        self.place.join("progress.json")
    }

    /// What was kept before, or nothing yet.
    fn begin(&self, output: &Path, base: &str) -> Result<Progress, Error> {
        let usage = |message: String, help: &str| Error::Usage {
            message,
            help: help.to_owned(),
        };
        let state = self.state();
        if !state.exists() {
            if output.join("users.json").exists() {
                return Err(usage(
                    format!("{} holds a capture already", output.display()),
                    "choose another directory, or remove it first",
                ));
            }
            return Ok(Progress {
                base: base.to_owned(),
                ..Progress::default()
            });
        }
        let progress: Result<Progress, _> = serde_json::from_slice(&files::read(&state)?);
        let progress = progress.map_err(|error| {
            let message = format!("{} is damaged: {error}", state.display());
            usage(message, "remove the directory and capture again")
        })?;
        if progress.base != base {
            let message = format!("{} was begun at {}", output.display(), progress.base);
            return Err(usage(message, "go on there, or choose another directory"));
        }
        Ok(progress)
    }

    /// Puts the pages together, and removes them.
    fn finish(&self, output: &Path, progress: &Progress) -> Result<String, Error> {
        let mut told = Vec::new();
        for (part, names) in &progress.kept {
            let mut all: Vec<Value> = Vec::new();
            for name in names {
                let path = self.place.join(format!("{name}.json"));
                let page: Vec<Value> =
                    serde_json::from_slice(&files::read(&path)?).map_err(|error| Error::Usage {
                        message: format!("{} is damaged: {error}", path.display()),
                        help: "remove the directory and capture again".to_owned(),
                    })?;
                all.extend(page);
            }
            told.push(format!("{} {part}", all.len()));
            let text = serde_json::to_string_pretty(&json!({ "value": all })).unwrap_or_default();
            files::write(&output.join(format!("{part}.json")), &format!("{text}\n"))?;
        }
        files::remove_directory(&self.place)?;
        Ok(told.join(", "))
    }
}

impl Keep for Shelf {
    type Error = Error;

    fn page(&mut self, name: &str, items: &[Value]) -> Result<(), Error> {
        let text = serde_json::to_string(items).unwrap_or_default();
        files::write(&self.place.join(format!("{name}.json")), &text)
    }

    fn progress(&mut self, progress: &Progress) -> Result<(), Error> {
        let text = serde_json::to_string(progress).unwrap_or_default();
        files::replace(&self.state(), &text)
    }
}
