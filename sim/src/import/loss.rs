//! What exports have lost, and everything else that is to be told about them.

use crate::snapshot::{Problem, SourceFile};

/// The export of Active Directory that loses nothing.
pub(super) const EXPORT_AD: &str = "export it with `ldifde -f ad.ldf -u -d \"DC=contoso,DC=com\"` \
     on a domain controller, or with ldapsearch; `dirsync-lab kit` prints the commands";
/// The export of users that loses nothing.
pub(super) const EXPORT_CLOUD: &str = "export with `Get-MgUser -All -Property ... | ConvertTo-Json \
     -Depth 6 > users.json`; `dirsync-lab kit` prints the whole command";

/// More errors than this about one file tell nobody anything new.
const ERRORS_MAX: usize = 100;

/// An error, and whether the file can't be looked at any further.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) problem: Problem,
    pub(super) is_fatal: bool,
}

/// All that was found so far.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) problems: Vec<Found>,
    pub(super) notes: Vec<String>,
    accept_loss: bool,
}

impl Report {
    pub(super) fn new(accept_loss: bool) -> Self {
        Self {
            problems: Vec::new(),
            notes: Vec::new(),
            accept_loss,
        }
    }

    /// The file can't be read.
    pub(super) fn refuse(&mut self, file: &SourceFile, line: usize, message: &str, help: &str) {
        self.push(&file.name, line, message.to_owned(), help, true);
    }

    /// One row can't be read; the others are.
    pub(super) fn broken(&mut self, file: &str, line: usize, message: String, help: &str) {
        self.push(file, line, message, help, false);
    }

    /// The export has lost something that decides: an error, unless it is taken as it is.
    pub(super) fn loss(&mut self, file: &str, line: usize, message: &str, help: &str) {
        if self.accept_loss {
            self.notes.push(format!("{file}:{line}: {message}"));
        } else {
            let help = format!("{help}; `--accept-loss` imports what is left");
            self.push(file, line, message.to_owned(), &help, false);
        }
    }

    /// Something that a person should know.
    pub(super) fn note(&mut self, file: &str, text: &str) {
        self.notes.push(format!("{file}: {text}"));
    }

    fn push(&mut self, file: &str, line: usize, message: String, help: &str, is_fatal: bool) {
        let known = self.problems.iter();
        if !is_fatal && known.filter(|it| it.problem.file == file).count() >= ERRORS_MAX {
            return;
        }
        self.problems.push(Found {
            problem: Problem {
                file: file.to_owned(),
                line,
                column: 0,
                message,
                help: help.to_owned(),
            },
            is_fatal,
        });
    }
}

/// What stands in the place of values that PowerShell did not write.
pub(super) fn lost(text: &str) -> Option<&str> {
    const TYPES: [&str; 9] = [
        "System.Byte[]",
        "System.String[]",
        "System.Object[]",
        "System.Collections.",
        "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection",
        "Microsoft.Graph.PowerShell.Models.",
        "Microsoft.Online.Administration.",
        "System.DirectoryServices.",
        "Deserialized.",
    ];
    let text = text.trim();
    let named =
        TYPES.iter().any(|name| text.starts_with(name)) || text == "ADPropertyValueCollection";
    let cut = text.starts_with('{') && (text.ends_with("...}") || text.ends_with('…'))
        || text.starts_with('{') && text.ends_with("…}");
    (named || cut).then_some(text)
}
