//! Organizational units.

use std::fmt;

use mock_ad::directory::Dn;

use super::super::collect::Written;
use super::written_as_text;

/// Where objects live: `OU=Staff`, `OU=Berlin,OU=Staff`, `CN=Users`, or with the domain behind
/// it, `OU=Staff,DC=contoso,DC=test`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OuPath {
    text: String,
    /// Where the domain's part starts: at the end if there is none.
    domain: usize,
}

impl OuPath {
    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part below the domain: empty for the domain itself.
    pub fn below_domain(&self) -> &str {
        self.text
            .get(..self.domain)
            .unwrap_or_default()
            .trim_end_matches(',')
    }

    /// The domain's part, `DC=contoso,DC=test`, if it was written.
    pub fn domain(&self) -> Option<&str> {
        self.text.get(self.domain..).filter(|part| !part.is_empty())
    }

    /// Whether it can lie in the domain `base`: it names that one, or none.
    pub fn is_in_domain(&self, base: &str) -> bool {
        let Some(domain) = self.domain() else {
            return true;
        };
        match (domain.parse::<Dn>(), base.parse::<Dn>()) {
            (Ok(domain), Ok(base)) => domain == base,
            _ => false,
        }
    }

    /// The whole distinguished name, in the domain `base` unless the path names its own.
    pub fn within(&self, base: &str) -> String {
        match (self.domain(), self.below_domain()) {
            (Some(_), _) => self.text.clone(),
            (None, "") => base.to_owned(),
            (None, below) => format!("{below},{base}"),
        }
    }
}

impl fmt::Display for OuPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Written for OuPath {
    fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let complaint = |help: &str| format!("`{text}` is no organizational unit\n{help}");
        let mut domain = None;
        let mut at = 0;
        for part in split(text) {
            let Some((kind, name)) = part.split_once('=') else {
                let help = if text.contains(['=', ',']) || text.is_empty() {
                    "write for example `OU=Berlin,OU=Staff`".to_owned()
                } else {
                    format!("write `OU={text}`")
                };
                return Err(complaint(&help));
            };
            let kind = kind.trim().to_ascii_uppercase();
            let is_domain = kind == "DC";
            if !matches!(kind.as_str(), "OU" | "CN" | "DC") {
                return Err(complaint(&format!(
                    "a part begins with `OU=`, `CN=` or `DC=`, not `{kind}=`"
                )));
            }
            if name.trim().is_empty() {
                return Err(complaint(&format!("a name is missing after `{kind}=`")));
            }
            if domain.is_some() && !is_domain {
                return Err(complaint("the parts with `DC=` stand at the end"));
            }
            if is_domain && domain.is_none() {
                domain = Some(at);
            }
            at += part.len() + 1;
        }
        Ok(Self {
            text: text.to_owned(),
            domain: domain.unwrap_or(text.len()),
        })
    }

    fn stand_in() -> Self {
        Self {
            text: "OU=Stand-in".to_owned(),
            domain: 11,
        }
    }
}

/// The parts between commas; a comma behind a backslash belongs to a name.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            ',' if !is_escaped => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            '\\' => {
                is_escaped = !is_escaped;
                continue;
            }
            _ => {}
        }
        is_escaped = false;
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

written_as_text!(
    OuPath,
    "An organizational unit, from the innermost outwards. The domain is added.",
    [
        "OU=Staff",
        "OU=Berlin,OU=Staff",
        "OU=Staff,DC=contoso,DC=test"
    ]
);

#[cfg(test)]
mod tests {
    use super::super::super::collect::Written;
    use super::OuPath;

    #[test]
    fn paths_are_completed_with_the_domain() {
        for (text, whole) in [
            ("OU=Staff", "OU=Staff,DC=a,DC=b"),
            ("ou=Berlin,OU=Staff", "ou=Berlin,OU=Staff,DC=a,DC=b"),
            ("CN=Users", "CN=Users,DC=a,DC=b"),
            ("OU=Staff,DC=x", "OU=Staff,DC=x"),
            ("DC=x,DC=y", "DC=x,DC=y"),
            (r"OU=Sales\, North", r"OU=Sales\, North,DC=a,DC=b"),
        ] {
            assert_eq!(
                OuPath::read(text).expect(text).within("DC=a,DC=b"),
                whole,
                "{text}"
            );
        }
        let path = OuPath::read("OU=Staff,DC=x,DC=y").expect("a path");
        assert_eq!(
            (path.below_domain(), path.domain()),
            ("OU=Staff", Some("DC=x,DC=y"))
        );
    }

    #[test]
    fn nonsense_is_refused_with_a_hint() {
        for (text, hint) in [
            ("Staff", "write `OU=Staff`"),
            ("OU=", "a name is missing after `OU=`"),
            ("OU=A,,OU=B", "write for example `OU=Berlin,OU=Staff`"),
            ("DC=a,OU=B", "the parts with `DC=` stand at the end"),
            ("X=a", "a part begins with `OU=`, `CN=` or `DC=`, not `X=`"),
            ("", "write for example `OU=Berlin,OU=Staff`"),
        ] {
            let complaint = OuPath::read(text).expect_err(text);
            assert_eq!(complaint.lines().nth(1), Some(hint), "{text}");
        }
    }
}
