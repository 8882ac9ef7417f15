//! The engine's connectors.

use std::fmt;

use super::super::collect::Written;
use super::super::suggest;
use super::written_as_text;

/// One side of the engine: an Active Directory forest or the tenant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Connector {
    /// The only forest, or the one of that name.
    Ad(Option<String>),
    /// The tenant.
    Entra,
}

impl fmt::Display for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ad(None) => f.write_str("ad"),
            Self::Ad(Some(forest)) => write!(f, "ad:{forest}"),
            Self::Entra => f.write_str("entra"),
        }
    }
}

impl Written for Connector {
    fn read(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "ad" => Ok(Self::Ad(None)),
            None if text == "entra" => Ok(Self::Entra),
            Some(("ad", forest)) if !forest.trim().is_empty() => {
                Ok(Self::Ad(Some(forest.trim().to_owned())))
            }
            _ => {
                let help = suggest::help("connector", text, &["ad", "entra", "ad:<forest>"]);
                Err(format!("there is no connector `{text}`\n{help}"))
            }
        }
    }

    fn stand_in() -> Self {
        Self::Entra
    }
}

written_as_text!(
    Connector,
    "One side of the engine: `ad`, `ad:<forest>` where there are several forests, or `entra`.",
    ["ad", "entra", "ad:fabrikam"]
);

#[cfg(test)]
mod tests {
    use super::super::super::collect::Written;
    use super::Connector;

    #[test]
    fn connectors_print_as_they_are_read() {
        for text in ["ad", "entra", "ad:fabrikam"] {
            assert_eq!(Connector::read(text).expect(text).to_string(), text);
        }
        for text in ["", "ad:", "azure", "entra:x"] {
            assert!(Connector::read(text).is_err(), "{text}");
        }
    }
}
