//! The words that the engine and the tenant know and the language does not.

mod words;

use std::ops::Range;

use super::diagnostic::Diagnostic;
use super::spanned::Name;
use super::suggest;
use words::{ATTRIBUTES, ERROR_CODES, ROLES};

/// The words that names in a scenario are compared with. An empty list accepts every word,
/// except that of the switches.
///
/// [`Known::default`] brings lists of its own and no switches; a caller with a schema at hand
/// passes better ones.
#[derive(Debug, Clone, Copy)]
pub struct Known<'k> {
    /// The attributes of Active Directory, by their LDAP names; case does not matter.
    pub attributes: &'k [&'k str],
    /// The properties of cloud accounts, by their Graph names; case does not matter.
    pub properties: &'k [&'k str],
    /// The directory roles.
    pub roles: &'k [&'k str],
    /// The error codes.
    pub error_codes: &'k [&'k str],
    /// The statuses with which runs end; case does not matter.
    pub statuses: &'k [&'k str],
    /// The numbers of the events that are logged.
    pub events: &'k [u32],
    /// The attributes of the metaverse; case does not matter.
    pub metaverse: &'k [&'k str],
    /// The switches for points on which the sources disagree.
    pub switches: &'k [Switch<'k>],
}

/// A switch for a point on which the sources disagree.
#[derive(Debug, Clone, Copy)]
pub struct Switch<'k> {
    /// Its name.
    pub name: &'k str,
    /// The values it can have; without any, every text is one.
    pub values: &'k [&'k str],
}

impl Default for Known<'static> {
    fn default() -> Self {
        Self {
            attributes: ATTRIBUTES,
            properties: &[],
            roles: ROLES,
            error_codes: ERROR_CODES,
            statuses: &[],
            events: &[],
            metaverse: &[],
            switches: &[],
        }
    }
}

impl Known<'_> {
    pub(super) fn attribute(&self, file: &str, name: &Name) -> Option<Diagnostic> {
        unknown(
            file,
            name,
            self.attributes,
            "unknown-attribute",
            "attribute",
        )
    }

    pub(super) fn property(&self, file: &str, name: &Name) -> Option<Diagnostic> {
        unknown(file, name, self.properties, "unknown-property", "property")
    }

    pub(super) fn role(&self, file: &str, name: &Name) -> Option<Diagnostic> {
        unknown(file, name, self.roles, "unknown-role", "role")
    }

    pub(super) fn error_code(&self, file: &str, name: &Name) -> Option<Diagnostic> {
        unknown(
            file,
            name,
            self.error_codes,
            "unknown-error-code",
            "error code",
        )
    }

    pub(super) fn status(&self, file: &str, name: &Name) -> Option<Diagnostic> {
        let known = self.statuses;
        let problem = unknown(file, name, known, "unknown-status", "status")?;
        Some(with_choices(problem, "status", name, known))
    }

    pub(super) fn event(&self, file: &str, id: u32, at: &Range<usize>) -> Option<Diagnostic> {
        if self.events.is_empty() || self.events.contains(&id) {
            return None;
        }
        let all: Vec<String> = self.events.iter().map(u32::to_string).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let message = format!("no event has the number {id}");
        let problem = Diagnostic::new("unknown-event", message, file, at.clone());
        Some(with_choices(problem, "event", &id.to_string(), &all))
    }

    pub(super) fn metaverse(&self, file: &str, name: &Name) -> Option<Diagnostic> {
        let (known, noun) = (self.metaverse, "metaverse attribute");
        let problem = unknown(file, name, known, "unknown-attribute", noun)?;
        let mut attributes = self.attributes.iter();
        let stays = attributes.any(|known| known.eq_ignore_ascii_case(name));
        Some(match (problem.help.is_empty(), stays) {
            (false, _) => problem,
            (true, true) => {
                problem.help("it stays in Active Directory: nothing carries it into the metaverse")
            }
            (true, false) => problem.help(
                "`dirsync-lab explain \"In from AD - User Common\"` shows what flows into it",
            ),
        })
    }

    pub(super) fn switch(&self, file: &str, name: &Name, value: &Name) -> Option<Diagnostic> {
        let Some(switch) = self
            .switches
            .iter()
            .find(|switch| switch.name == name.value)
        else {
            let names: Vec<&str> = self.switches.iter().map(|switch| switch.name).collect();
            let message = format!("there is no switch `{name}`");
            return Some(
                Diagnostic::new("unknown-switch", message, file, name.at.clone())
                    .help(suggest::help("switch", name, &names)),
            );
        };
        if switch.values.is_empty() || switch.values.contains(&value.as_str()) {
            return None;
        }
        let message = format!("`{value}` is no value of the switch `{name}`");
        Some(
            Diagnostic::new("unknown-value", message, file, value.at.clone()).help(suggest::help(
                "value",
                value,
                switch.values,
            )),
        )
    }
}

/// The finding with the nearest word, or with all words where none is near.
fn with_choices(problem: Diagnostic, noun: &str, written: &str, known: &[&str]) -> Diagnostic {
    if problem.help.is_empty() {
        problem.help(suggest::help(noun, written, known))
    } else {
        problem
    }
}

fn unknown(
    file: &str,
    name: &Name,
    known: &[&str],
    code: &'static str,
    noun: &str,
) -> Option<Diagnostic> {
    if known.is_empty() || known.iter().any(|word| word.eq_ignore_ascii_case(name)) {
        return None;
    }
    let message = format!("there is no {noun} `{name}`");
    let diagnostic = Diagnostic::new(code, message, file, name.at.clone());
    // Lists of hundreds of words help nobody: only a near one is worth saying.
    Some(match suggest::nearest(name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    })
}
