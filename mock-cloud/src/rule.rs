//! The modelled rules: what each is called, how sure we are and where it comes from.
//!
//! Every decision of the service, and every step of the engine, names the rules behind it with a
//! [`RuleId`]. A rule has a number (`R2.14a`), a title that reads after the number in a chain of
//! reasons, the [`Confidence`] it deserves and the sources it was taken from. Numbers are stable:
//! scenarios, reports and bug reports quote them. `R2.14` and `R3.11` are headings whose lettered
//! parts are the rules, so they have no entry themselves; there is no `R4.9`.
//!
//! ```
//! use mock_cloud::rule::{Confidence, RuleId, source_title};
//!
//! let rule = RuleId::R2_14A;
//! assert_eq!(rule.to_string(), "R2.14a");
//! assert_eq!(rule.title(), "the account found already carries another anchor");
//! assert_eq!(rule.confidence(), Confidence::Documented);
//! assert_eq!(RuleId::parse("R2.14a"), Some(rule));
//! assert!(source_title("E-EXIST").is_some());
//! ```

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

mod catalogue;
mod source;

pub use source::source_title;

/// How far a rule can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A guess that makes the model total: no source says so.
    Assumed,
    /// One report, or an inference the sources support but do not state.
    Reported,
    /// A vendor's support article, an older document, or several practitioners agreeing.
    Supported,
    /// Current vendor documentation, or rules and metadata the vendor ships.
    Documented,
}

impl Confidence {
    /// The one-letter mark: `H` documented, `M` supported, `L` reported, `G` assumed.
    pub const fn letter(self) -> char {
        match self {
            Self::Documented => 'H',
            Self::Supported => 'M',
            Self::Reported => 'L',
            Self::Assumed => 'G',
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Documented => "documented",
            Self::Supported => "supported",
            Self::Reported => "reported",
            Self::Assumed => "assumed",
        })
    }
}

/// One modelled rule, as the table states it.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The stable number, such as `R2.14a`.
    pub number: &'static str,
    /// What the rule says, as a fragment that reads after the number.
    pub title: &'static str,
    /// How far the rule can be trusted.
    pub confidence: Confidence,
    /// Abbreviated sources, separated by commas; [`source_title`] spells each one out.
    pub source: &'static str,
}

/// A cheap handle on one [`Rule`]; ordered as the catalogue is.
///
/// Serialized as its number. There is one associated constant per rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(u16);

impl RuleId {
    /// Every rule in catalogue order.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + DoubleEndedIterator {
        (0..catalogue::COUNT).map(Self)
    }

    /// The rule of this number, such as `R2.14a`; the letter is lower-case.
    pub fn parse(number: &str) -> Option<Self> {
        Self::all().find(|rule| rule.number() == number)
    }

    /// The whole entry.
    pub fn rule(self) -> &'static Rule {
        &catalogue::TABLE[usize::from(self.0)]
    }

    /// The number, such as `R2.14a`.
    pub fn number(self) -> &'static str {
        self.rule().number
    }

    /// What the rule says, as a fragment that reads after the number.
    pub fn title(self) -> &'static str {
        self.rule().title
    }

    /// How far the rule can be trusted.
    pub fn confidence(self) -> Confidence {
        self.rule().confidence
    }

    /// The abbreviated sources as one text, such as `E-EXIST, SEED`.
    pub fn source(self) -> &'static str {
        self.rule().source
    }

    /// The abbreviated sources one by one.
    pub fn sources(self) -> impl Iterator<Item = &'static str> {
        self.source().split(", ")
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.number())
    }
}

impl fmt::Debug for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.number())
    }
}

impl Serialize for RuleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.number())
    }
}

impl<'de> Deserialize<'de> for RuleId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = String::deserialize(deserializer)?;
        Self::parse(&number).ok_or_else(|| D::Error::custom(format!("no such rule: {number}")))
    }
}

/// Writes the table and one associated constant per rule.
macro_rules! rules {
    ($($constant:ident $number:literal $confidence:ident $source:literal => $title:literal;)+) => {
        /// Position of each rule in the table.
        #[derive(Clone, Copy)]
        #[repr(u16)]
        enum Position { $($constant),+ }

        /// The entries in catalogue order.
        pub(super) static TABLE: [Rule; COUNT as usize] = [$(Rule {
            number: $number,
            title: $title,
            confidence: Confidence::$confidence,
            source: $source,
        }),+];

        /// How many rules there are.
        pub(super) const COUNT: u16 = [$(Position::$constant),+].len() as u16;

        impl RuleId {
            $(
                #[doc = concat!($number, ": ", $title, ".")]
                pub const $constant: Self = Self(Position::$constant as u16);
            )+
        }
    };
}
use rules;

#[cfg(test)]
mod tests {
    use super::*;

    /// Section, number within it, letter: the order of the catalogue.
    fn order(number: &str) -> (u32, u32, &str) {
        let (section, rest) = number[1..].split_once('.').unwrap();
        let digits = rest.trim_end_matches(|c: char| c.is_ascii_lowercase());
        (
            section.parse().unwrap(),
            digits.parse().unwrap(),
            &rest[digits.len()..],
        )
    }

    #[test]
    fn the_table_is_what_the_catalogue_has() {
        let numbers: Vec<_> = RuleId::all().map(RuleId::number).collect();
        assert!(
            numbers
                .windows(2)
                .all(|pair| order(pair[0]) < order(pair[1]))
        );
        let count = |section: u32| numbers.iter().filter(|n| order(n).0 == section).count();
        assert_eq!([1, 2, 3, 4, 5, 6].map(count), [14, 47, 20, 14, 25, 24]);
        assert_eq!(RuleId::parse("R4.9"), None);
        assert_eq!(RuleId::parse("r1.1"), None);
        assert_eq!(RuleId::parse("R2.14"), None);
    }

    #[test]
    fn constants_and_numbers_agree() {
        assert_eq!(RuleId::R1_1.number(), "R1.1");
        assert_eq!(RuleId::R2_14L.number(), "R2.14l");
        assert_eq!(RuleId::R3_11G.number(), "R3.11g");
        assert_eq!(RuleId::R6_24.number(), "R6.24");
        for rule in RuleId::all() {
            assert_eq!(RuleId::parse(rule.number()), Some(rule));
        }
    }

    #[test]
    fn titles_are_short_fragments_and_sources_are_known() {
        for rule in RuleId::all() {
            let title = rule.title();
            assert!(
                title.chars().count() <= 90 && !title.ends_with('.'),
                "{rule}: {title}"
            );
            for source in rule.sources() {
                assert!(
                    source_title(source).is_some(),
                    "{rule}: unknown source {source}"
                );
            }
        }
    }

    #[test]
    fn rules_travel_as_their_numbers() {
        let json = serde_json::to_string(&RuleId::R2_14A).unwrap();
        assert_eq!(json, "\"R2.14a\"");
        assert_eq!(
            serde_json::from_str::<RuleId>(&json).unwrap(),
            RuleId::R2_14A
        );
        assert!(serde_json::from_str::<RuleId>("\"R9.1\"").is_err());
    }
}
