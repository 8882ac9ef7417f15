//! `$search` on directory objects: clauses in quotes, joined by `AND` and `OR`.
//!
//! `displayName` and `description` are compared word by word, every other text from its start
//! (documentation of `$search`, 2021).

use store::{Text, fold};

use super::error::GraphError;
use super::filter::check::{unknown_property, unsupported};
use super::filter::eval::starts_with;
use super::options::bad_request;
use super::read;
use super::record::Item;
use super::resource::EntityType;
use super::schema::{EdmKind, PropertyFacts, property_of};
use super::value::Value;
use crate::tenant::Tenant;

/// How long a search may be, in bytes.
pub const SEARCH_LENGTH_MAX: usize = 4096;
const DEPTH_MAX: usize = 50;

/// What an object must contain.
#[derive(Debug, Clone)]
pub(super) enum Search {
    And(Vec<Self>),
    Or(Vec<Self>),
    Words(&'static PropertyFacts, Vec<Word>),
    Start(&'static PropertyFacts, Text),
}

/// A word of a search: as a whole, and its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    whole: String,
    parts: Vec<String>,
}

struct Parser<'a> {
    entity: EntityType,
    text: &'a str,
    place: usize,
    depth: usize,
}

impl Search {
    pub(super) fn parse(entity: EntityType, text: &str) -> Result<Self, GraphError> {
        if text.len() > SEARCH_LENGTH_MAX {
            return Err(bad_request("The $search expression is too long."));
        }
        let mut parser = Parser {
            entity,
            text,
            place: 0,
            depth: 0,
        };
        let search = parser.or()?;
        match parser.peek() {
            None => Ok(search),
            Some(_) => Err(parser.unexpected()),
        }
    }

    pub(super) fn passes(&self, tenant: &Tenant, item: &Item<'_>) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.passes(tenant, item)),
            Self::Or(parts) => parts.iter().any(|part| part.passes(tenant, item)),
            Self::Words(facts, wanted) => match read::read(tenant, item, facts) {
                Value::Text(text) => has_words(&text, wanted),
                _ => false,
            },
            Self::Start(facts, wanted) => match read::read(tenant, item, facts) {
                Value::Text(text) => starts_with(&text, wanted),
                Value::Guid(guid) => starts_with(&guid.to_string(), wanted),
                Value::Addresses(all) => all.iter().any(|one| starts_with(one.as_str(), wanted)),
                Value::List(all) => all.iter().any(|one| match one {
                    Value::Text(text) => starts_with(text, wanted),
                    _ => false,
                }),
                _ => false,
            },
        }
    }
}

impl Parser<'_> {
    fn rest(&mut self) -> &str {
        let rest = &self.text[self.place..];
        let trimmed = rest.trim_start();
        self.place += rest.len() - trimmed.len();
        trimmed
    }

    fn peek(&mut self) -> Option<char> {
        self.rest().chars().next()
    }

    fn unexpected(&mut self) -> GraphError {
        let found = self.peek();
        // A clause without quotes is a word and then a colon: the message is about the colon.
        let word = self.rest().find([':', '(', ')', '"']).unwrap_or_default();
        let at = self.text[..self.place + word].encode_utf16().count();
        let character = self.text[self.place + word..].chars().next().or(found);
        match character {
            Some(character) => bad_request(format!(
                "Syntax error: character '{character}' is not valid at position {at} in '{}'.",
                self.text
            )),
            None => bad_request(format!(
                "Expression expected at position {at} in '{}'.",
                self.text
            )),
        }
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let after = self.rest().strip_prefix(keyword);
        let is_word = after.is_some_and(|after| after.starts_with([' ', '(', '"']));
        if is_word {
            self.place += keyword.len();
        }
        is_word
    }

    fn or(&mut self) -> Result<Search, GraphError> {
        let mut parts = vec![self.and()?];
        while self.keyword("OR") {
            parts.push(self.and()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Search::Or(parts)
        })
    }

    fn and(&mut self) -> Result<Search, GraphError> {
        let mut parts = vec![self.primary()?];
        while self.keyword("AND") {
            parts.push(self.primary()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Search::And(parts)
        })
    }

    fn primary(&mut self) -> Result<Search, GraphError> {
        match self.peek() {
            Some('(') if self.depth < DEPTH_MAX => {
                self.place += 1;
                self.depth += 1;
                let inner = self.or()?;
                self.depth -= 1;
                if self.peek() != Some(')') {
                    return Err(self.unexpected());
                }
                self.place += 1;
                Ok(inner)
            }
            Some('"') => self.clause(),
            _ => Err(self.unexpected()),
        }
    }

    fn clause(&mut self) -> Result<Search, GraphError> {
        let mut text = String::new();
        let mut escaped = false;
        let mut end = None;
        for (offset, character) in self.rest().char_indices().skip(1) {
            match character {
                '\\' if !escaped => {
                    escaped = true;
                    continue;
                }
                '"' if !escaped => {
                    end = Some(offset + 1);
                    break;
                }
                _ => text.push(character),
            }
            escaped = false;
        }
        let Some(end) = end else {
            let at = self.text.encode_utf16().count();
            return Err(bad_request(format!(
                "There is an unterminated string literal at position {at} in '{}'.",
                self.text
            )));
        };
        self.place += end;
        clause(self.entity, &text)
    }
}

fn clause(entity: EntityType, text: &str) -> Result<Search, GraphError> {
    let Some((name, wanted)) = text.split_once(':') else {
        return Err(unsupported("An unsupported property was specified."));
    };
    let name = name.trim();
    let facts = property_of(entity, name).ok_or_else(|| unknown_property(name))?;
    if facts.edm.kind != EdmKind::String || facts.edm.navigation || facts.name.contains('/') {
        return Err(unsupported("An unsupported property was specified."));
    }
    Ok(match facts.name {
        "displayName" | "description" => Search::Words(facts, words(wanted)),
        _ => Search::Start(facts, fold(wanted.trim())),
    })
}

/// Words as the index has them: cut at blanks, at symbols, at digits and where lower case turns to
/// upper case; and each word as a whole without its symbols.
fn words(text: &str) -> Vec<Word> {
    text.split_whitespace()
        .map(|word| {
            let mut parts: Vec<String> = Vec::new();
            let mut whole = String::new();
            let mut last: Option<char> = None;
            for character in word.chars() {
                if !character.is_alphanumeric() {
                    last = None;
                    continue;
                }
                let joined = last.is_some_and(|last| {
                    last.is_numeric() == character.is_numeric()
                        && !(last.is_lowercase() && character.is_uppercase())
                });
                last = Some(character);
                if !joined {
                    parts.push(String::new());
                }
                let lower = character.to_lowercase();
                whole.extend(lower.clone());
                if let Some(part) = parts.last_mut() {
                    part.extend(lower);
                }
            }
            Word { whole, parts }
        })
        .filter(|word| !word.whole.is_empty())
        .collect()
}

fn has_words(text: &str, wanted: &[Word]) -> bool {
    let have = words(text);
    let begins = |wanted: &str| {
        have.iter().any(|word| {
            word.whole.starts_with(wanted) || word.parts.iter().any(|it| it.starts_with(wanted))
        })
    };
    !wanted.is_empty()
        && wanted
            .iter()
            .all(|word| begins(&word.whole) || word.parts.iter().all(|part| begins(part)))
}
