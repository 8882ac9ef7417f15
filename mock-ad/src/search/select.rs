//! Which attributes a search gives back.

use store::Text;

use crate::directory::{AttributeId, Schema};

/// The attributes that `+` adds to those of `*`: what is worked out on request and costs little.
const OPERATIONAL: [&str; 7] = [
    "canonicalName",
    "createTimeStamp",
    "modifyTimeStamp",
    "structuralObjectClass",
    "subSchemaSubEntry",
    "parentGUID",
    "msDS-parentdistname",
];

/// The values of an attribute that are asked for, by their places (MS-ADTS 3.1.1.3.1.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) low: usize,
    /// `None` for `*`.
    pub(super) high: Option<usize>,
}

/// One attribute that is asked for by name.
#[derive(Debug, Clone)]
pub(super) struct Selected {
    pub(super) id: AttributeId,
    /// The name that the answer gives it, as the schema spells it, without a range.
    pub(super) label: Text,
    pub(super) range: Option<Range>,
}

/// What a list of attributes asks for.
#[derive(Debug, Clone, Default)]
pub(super) struct Selection {
    /// All attributes that an object has and that are not constructed.
    pub(super) all: bool,
    pub(super) named: Vec<Selected>,
    pub(super) types_only: bool,
}

impl Selection {
    /// Reads a list of attributes; names that the schema does not have are passed over.
    pub(super) fn new(schema: &Schema, attributes: &[String], types_only: bool) -> Self {
        let mut selection = Self {
            all: attributes.is_empty() || attributes.iter().any(|name| name == "*"),
            types_only,
            ..Self::default()
        };
        for description in attributes {
            match description.as_str() {
                "*" | "1.1" => {}
                "+" => {
                    for name in OPERATIONAL {
                        selection.name(schema, name);
                    }
                }
                description => selection.name(schema, description),
            }
        }
        selection
    }

    fn name(&mut self, schema: &Schema, description: &str) {
        let mut parts = description.split(';');
        let Some(id) = parts.next().and_then(|name| schema.described(name)) else {
            return;
        };
        let definition = schema.definition(id);
        if self.all && !definition.constructed && parts.clone().next().is_none() {
            return;
        }
        let mut label = definition.name.clone();
        let mut range = None;
        for option in parts {
            if let Some(given) = ranged(option) {
                range = Some(given);
            } else if option.eq_ignore_ascii_case("binary") {
                label.push_str(";binary");
            } else {
                return;
            }
        }
        let known = self
            .named
            .iter()
            .any(|known| known.id == id && known.range == range);
        if !known {
            self.named.push(Selected { id, label, range });
        }
    }
}

/// Reads an option such as `range=0-1499` or `range=1500-*`.
fn ranged(option: &str) -> Option<Range> {
    let (word, limits) = option.split_once('=')?;
    let (low, high) = limits.split_once('-')?;
    if !word.eq_ignore_ascii_case("range") {
        return None;
    }
    let range = Range {
        low: low.parse().ok()?,
        high: match high {
            "*" => None,
            high => Some(high.parse().ok()?),
        },
    };
    range
        .high
        .is_none_or(|high| high >= range.low)
        .then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(names: &[&str]) -> Selection {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Selection::new(&Schema::standard(), &names, false)
    }

    #[test]
    fn lists_mean_what_the_protocol_says() {
        assert!(select(&[]).all && select(&["*"]).all && !select(&["1.1"]).all);
        let some = select(&["MAIL", "2.5.4.3", "nosuch", "oid.2.5.4.3", "canonicalname"]);
        let labels: Vec<&str> = some.named.iter().map(|one| &*one.label).collect();
        assert_eq!(labels, ["mail", "cn", "canonicalName"]);
        assert_eq!(select(&["*", "mail", "canonicalName"]).named.len(), 1);
        assert_eq!(select(&["+"]).named.len(), OPERATIONAL.len());
    }

    #[test]
    fn ranges_are_read() {
        let range = select(&["member;Range=10-*"]).named[0].range.unwrap();
        assert_eq!((range.low, range.high), (10, None));
        let range = select(&["member;range=0-9"]).named[0].range.unwrap();
        assert_eq!((range.low, range.high), (0, Some(9)));
        assert!(select(&["member;range=9-0"]).named.is_empty());
        assert_eq!(
            select(&["userCertificate;binary"]).named[0].label,
            "userCertificate;binary"
        );
    }
}
