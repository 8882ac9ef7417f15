//! `capture ad`: a forest over LDAP into the LDIF that `import` takes.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::Args;

use crate::capture::forest::{Pages, Progress, Stopped, domain, merged, read};
use crate::capture::ldap::{Address, Connection};
use crate::error::Error;
use crate::exit::Exit;
use crate::{files, report};

/// The environment variable that the password is read from.
const PASSWORD: &str = "DIRSYNC_LAB_PASSWORD";

#[derive(Debug, Args)]
pub(super) struct Forest {
    /// The domain controller: `ldaps://dc1.contoso.com`.
    #[arg(value_name = "URL")]
    url: String,
    /// Who signs in, best as user@domain; the password is in DIRSYNC_LAB_PASSWORD.
    #[arg(long, value_name = "NAME")]
    bind_dn: String,
    /// The domain, as a distinguished name; that of the server unless given.
    #[arg(long, value_name = "DN")]
    base: Option<mock_ad::directory::Dn>,
    /// The certificate (PEM) of the authority to trust instead of the public ones.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Send the password without TLS to a server that is not this machine.
    #[arg(long)]
    plain: bool,
    /// The directory to write ad.ldif to.
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
}

impl Forest {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let usage = |message: String, help: &str| Error::Usage {
            message,
            help: help.to_owned(),
        };
        let address = Address::read(&self.url).ok_or_else(|| {
            usage(
                format!("`{}` is no address of a domain controller", self.url),
                "expected ldaps://dc1.contoso.com, with a port behind it if it is not 636",
            )
        })?;
        if !address.tls && !address.is_loopback() && !self.plain {
            return Err(usage(
                format!("{} would send the password for everybody to read", self.url),
                "use ldaps://, or say `--plain`",
            ));
        }
        let password = std::env::var(PASSWORD).map_err(|_| {
            let message = format!("there is no password in {PASSWORD}");
            usage(
                message,
                "put it there; a list of processes would show an argument",
            )
        })?;
        let authority = self.ca_file.as_deref().map(files::read).transpose()?;
        let stopped = |why: String| {
            let message = format!("capture stopped: {why}");
            usage(message, "the same command goes on where it stopped")
        };
        let mut server = Connection::open(&address, authority.as_deref()).map_err(|why| {
            let help = "check the address, the port and, for a certificate of the company's own \
                        authority, `--ca-file`";
            usage(format!("no connection: {why}"), help)
        })?;
        server.bind(&self.bind_dn, &password).map_err(|why| {
            let help = "check `--bind-dn` (user@domain) and the password";
            usage(
                format!("signing in as {} failed: {why}", self.bind_dn),
                help,
            )
        })?;
        let base = match &self.base {
            Some(base) => base.to_string(),
            None => domain(&mut server).map_err(stopped)?,
        };
        let mut kept_pages = Shelf {
            place: self.output.join(".capture-ad"),
        };
        let mut progress = kept_pages.begin(&self.output, &format!("{} {base}", self.url))?;
        let on_terminal = std::io::stderr().is_terminal();
        let mut told = |progress: &Progress| {
            if on_terminal {
                report::note(&format!("{} objects\n", progress.entries));
            }
        };
        read(
            &mut server,
            &mut kept_pages,
            &mut progress,
            &base,
            &mut told,
        )
        .map_err(|it| match it {
            Stopped::Keep(error) => error,
            Stopped::Refused(why) => stopped(why),
        })?;
        kept_pages.finish(&self.output, &progress)?;
        let (count, file) = (progress.entries, self.output.join("ad.ldif"));
        let file = file.display();
        report::note(&format!(
            "captured {count} objects of {base} into {file}\n\nhint: run `dirsync-lab import --ad \
             {file} --cloud … -o SNAPSHOT`\n"
        ));
        Ok(Exit::Success)
    }
}

/// Pages on disk, until they are complete.
struct Shelf {
    place: PathBuf,
}

impl Shelf {
    fn file(&self, number: u32) -> PathBuf {
        self.place.join(format!("page-{number}.ldif"))
    }

    fn state(&self) -> PathBuf {
        self.place.join("progress.json")
    }

    /// What was kept before, or nothing yet.
    fn begin(&self, output: &std::path::Path, from: &str) -> Result<Progress, Error> {
        let usage = |message: String, help: &str| Error::Usage {
            message,
            help: help.to_owned(),
        };
        let state = self.state();
        if !state.exists() {
            if output.join("ad.ldif").exists() {
                let message = format!("{} holds a capture already", output.display());
                return Err(usage(
                    message,
                    "choose another directory, or remove it first",
                ));
            }
            return Ok(Progress {
                from: from.to_owned(),
                ..Progress::default()
            });
        }
        let progress: Progress =
            serde_json::from_slice(&files::read(&state)?).map_err(|error| {
                let message = format!("{} is damaged: {error}", state.display());
                usage(message, "remove the directory and capture again")
            })?;
        if progress.from != from {
            let message = format!("{} was begun at {}", output.display(), progress.from);
            return Err(usage(message, "go on there, or choose another directory"));
        }
        Ok(progress)
    }

    fn finish(&self, output: &std::path::Path, progress: &Progress) -> Result<(), Error> {
        let mut all = String::new();
        for number in 0..progress.pages {
            all.push_str(&String::from_utf8_lossy(&files::read(&self.file(number))?));
        }
        files::write(&output.join("ad.ldif"), &merged(&all))?;
        files::remove_directory(&self.place)
    }
}

impl Pages for Shelf {
    type Error = Error;

    fn page(&mut self, number: u32, ldif: &str) -> Result<(), Error> {
        files::write(&self.file(number), ldif)
    }

    fn progress(&mut self, progress: &Progress) -> Result<(), Error> {
        let text = serde_json::to_string(progress).unwrap_or_default();
        files::replace(&self.state(), &text)
    }
}
