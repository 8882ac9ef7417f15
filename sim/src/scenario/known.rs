//! The words that the engine and the tenant know and the language does not.

mod words;

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
