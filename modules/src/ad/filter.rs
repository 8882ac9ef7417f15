//! The filter language of the module (`about_ActiveDirectory_Filter`), as filters of LDAP.

use mock_ad::directory::{Directory, Syntax};
use mock_ad::search::Filter;
use powershell::command::Call;
use powershell::error::Outcome;
use powershell::value::Value;

use super::error::{bad_argument, bad_filter};
use super::object::{to_file_time, to_generalized};
use super::property::{Source, friendly};

/// What a filter is made of.
#[derive(Debug, Clone, PartialEq)]
enum Token {
    Open,
    Close,
    /// `-eq` and the like, without the hyphen and in lower case.
    Operator(String),
    Word(String),
    /// Text in quotes: what is in them, and whether variables are looked for in it.
    Quoted(String, bool),
    /// A variable with its members, with the dollar sign.
    Variable(String),
}

const OPERATORS: [&str; 17] = [
    "eq",
    "ne",
    "like",
    "notlike",
    "gt",
    "ge",
    "lt",
    "le",
    "approx",
    "bor",
    "band",
    "recursivematch",
    "and",
    "or",
    "not",
    "contains",
    "match",
];

struct Reader<'a> {
    call: &'a mut dyn Call,
    directory: &'a Directory,
    source: &'a str,
    tokens: Vec<(usize, Token)>,
    at: usize,
}

/// Reads a filter; `*` finds everything.
pub(super) fn read(call: &mut dyn Call, directory: &Directory, source: &str) -> Outcome<Filter> {
    if source.trim() == "*" {
        return Ok(Filter::any_object());
    }
    let tokens = tokens(source).map_err(|at| bad_filter(call, source, "syntax error", at))?;
    let mut reader = Reader {
        call,
        directory,
        source,
        tokens,
        at: 0,
    };
    let filter = reader.any()?;
    if reader.at < reader.tokens.len() {
        return Err(reader.wrong("syntax error"));
    }
    Ok(filter)
}

/// The tokens, each with its place; or the place that can't be read.
fn tokens(source: &str) -> Result<Vec<(usize, Token)>, usize> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let at = source.len() - rest.len();
        let (token, length) = match first {
            it if it.is_whitespace() => {
                rest = &rest[it.len_utf8()..];
                continue;
            }
            '(' | '{' => (Token::Open, 1),
            ')' | '}' => (Token::Close, 1),
            '\'' | '"' => quoted(rest, first).ok_or(at)?,
            '$' => {
                let length = variable(rest);
                (Token::Variable(rest[..length].to_owned()), length)
            }
            '-' => {
                let length = 1 + word(&rest[1..]);
                let name = rest[1..length].to_lowercase();
                if OPERATORS.contains(&name.as_str()) {
                    (Token::Operator(name), length)
                } else if rest[1..].starts_with(|it: char| it.is_ascii_digit()) {
                    (Token::Word(rest[..length].to_owned()), length)
                } else {
                    return Err(at);
                }
            }
            '!' => (Token::Operator("not".to_owned()), 1),
            _ => {
                let length = word(rest);
                if length == 0 {
                    return Err(at);
                }
                (Token::Word(rest[..length].to_owned()), length)
            }
        };
        tokens.push((at, token));
        rest = &rest[length..];
    }
    Ok(tokens)
}

/// The bytes of a word: letters, digits and what names and bare values have.
fn word(text: &str) -> usize {
    let stop = |it: char| it.is_whitespace() || "(){}'\"$".contains(it);
    text.find(stop).unwrap_or(text.len())
}

/// The bytes of a variable with its members.
fn variable(text: &str) -> usize {
    if text[1..].starts_with('(') {
        let mut depth = 0;
        for (at, letter) in text.char_indices() {
            match letter {
                '(' => depth += 1,
                ')' => {
                    depth -= 1;
                    if depth == 0 {
                        return at + 1;
                    }
                }
                _ => {}
            }
        }
        return text.len();
    }
    let part = |it: char| it.is_alphanumeric() || "_.:".contains(it);
    let end = text[1..]
        .find(|it: char| !part(it))
        .map_or(text.len(), |at| at + 1);
    // An index of an element follows directly.
    if text[end..].starts_with('[') {
        return text[end..].find(']').map_or(end, |at| end + at + 1);
    }
    end
}

/// Text in quotes, and how many bytes it takes.
fn quoted(text: &str, quote: char) -> Option<(Token, usize)> {
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '`' && quote == '"' {
            value.extend(letters.next().map(|(_, it)| it));
        } else if letter != quote {
            value.push(letter);
        } else if letters.peek().is_some_and(|(_, next)| *next == quote) {
            letters.next();
            value.push(quote);
        } else {
            return Some((Token::Quoted(value, quote == '"'), at + 1));
        }
    }
    None
}

impl Reader<'_> {
    fn wrong(&self, what: &str) -> powershell::error::Unwind {
        let at = self
            .tokens
            .get(self.at)
            .map_or(self.source.len(), |(at, _)| *at);
        bad_filter(self.call, self.source, what, at).into()
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn takes(&mut self, operator: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Operator(name)) if name == operator);
        self.at += usize::from(is);
        is
    }

    fn any(&mut self) -> Outcome<Filter> {
        let mut parts = vec![self.all()?];
        while self.takes("or") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Filter::Or(parts)
        })
    }

    fn all(&mut self) -> Outcome<Filter> {
        let mut parts = vec![self.one()?];
        while self.takes("and") {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Filter::And(parts)
        })
    }

    fn one(&mut self) -> Outcome<Filter> {
        if self.takes("not") {
            return Ok(Filter::Not(Box::new(self.one()?)));
        }
        if self.peek() == Some(&Token::Open) {
            self.at += 1;
            let inner = self.any()?;
            if self.peek() != Some(&Token::Close) {
                return Err(self.wrong("syntax error"));
            }
            self.at += 1;
            return Ok(inner);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Outcome<Filter> {
        let name = match self.peek() {
            Some(Token::Word(name) | Token::Quoted(name, false)) => name.clone(),
            _ => return Err(self.wrong("syntax error")),
        };
        self.at += 1;
        let Some(Token::Operator(operator)) = self.peek().cloned() else {
            return Err(self.wrong("syntax error"));
        };
        if matches!(
            operator.as_str(),
            "contains" | "match" | "and" | "or" | "not"
        ) {
            return Err(self.wrong(&format!("Operator Not supported: -{operator}")));
        }
        self.at += 1;
        let value = self.value()?;
        Ok(self.compare(&name, &operator, &value))
    }

    /// The value that is compared with: what a variable holds, or text.
    fn value(&mut self) -> Outcome<Value> {
        let token = self.peek().cloned();
        let value = match token {
            Some(Token::Word(word)) => match word.to_lowercase().as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => Value::text(word),
            },
            Some(Token::Quoted(text, true)) if text.contains('$') => {
                if text.trim().eq_ignore_ascii_case("$null") {
                    Value::Null
                } else {
                    let escaped = text.replace('`', "``").replace('"', "`\"");
                    self.call.evaluate(&format!("\"{escaped}\""))?
                }
            }
            Some(Token::Quoted(text, _)) => Value::text(text),
            Some(Token::Variable(name)) => {
                let value = self.call.evaluate(&name)?;
                if value.is_null() {
                    let bare = name.trim_start_matches('$');
                    let message =
                        format!("Variable: '{bare}' found in expression: {name} is not defined.");
                    return Err(bad_argument(self.call, message).into());
                }
                value
            }
            _ => return Err(self.wrong("syntax error")),
        };
        self.at += 1;
        Ok(value)
    }

    fn compare(&self, name: &str, operator: &str, value: &Value) -> Filter {
        let source = friendly(name).map(|(_, source)| source);
        if let Some(Source::Bit(bit, set_means)) = source {
            let wanted = crate::text(value).eq_ignore_ascii_case("true");
            let is_set = Filter::Extensible(mock_ad::search::Extensible {
                rule: Some("1.2.840.113556.1.4.803".to_owned()),
                attribute: Some("userAccountControl".to_owned()),
                value: bit.to_string().into_bytes(),
                dn_attributes: false,
            });
            let positive = (wanted == set_means) == (operator != "ne");
            return if positive {
                is_set
            } else {
                Filter::Not(Box::new(is_set))
            };
        }
        if source == Some(Source::LockedOut) {
            let locked = Filter::GreaterOrEqual("lockoutTime".to_owned(), b"1".to_vec());
            let wanted = crate::text(value).eq_ignore_ascii_case("true") == (operator != "ne");
            return if wanted {
                locked
            } else {
                Filter::Not(Box::new(locked))
            };
        }
        let attribute = match source {
            Some(source) => source.attribute().unwrap_or(name).to_owned(),
            None => name.to_owned(),
        };
        if value.is_null() && operator == "ne" {
            return Filter::Present(attribute);
        }
        if value.is_null() {
            return Filter::Not(Box::new(Filter::Present(attribute)));
        }
        if matches!(source, Some(Source::GroupCategory | Source::GroupScope)) {
            return group_type(source, operator, &crate::text(value));
        }
        let bytes = self.bytes(&attribute, value);
        let not = |filter| Filter::Not(Box::new(filter));
        let equal = Filter::Equality(attribute.clone(), bytes.clone());
        let text = crate::text(value);
        match operator {
            "eq" => equal,
            "ne" => not(equal),
            "like" => like(&attribute, &text),
            "notlike" => not(like(&attribute, &text)),
            "ge" => Filter::GreaterOrEqual(attribute, bytes),
            "le" => Filter::LessOrEqual(attribute, bytes),
            "gt" => Filter::And(vec![Filter::GreaterOrEqual(attribute, bytes), not(equal)]),
            "lt" => Filter::And(vec![Filter::LessOrEqual(attribute, bytes), not(equal)]),
            "approx" => Filter::Approx(attribute, bytes),
            rule => {
                let rule = match rule {
                    "band" => "1.2.840.113556.1.4.803",
                    "bor" => "1.2.840.113556.1.4.804",
                    _ => "1.2.840.113556.1.4.1941",
                };
                Filter::Extensible(mock_ad::search::Extensible {
                    rule: Some(rule.to_owned()),
                    attribute: Some(attribute),
                    value: bytes,
                    dn_attributes: false,
                })
            }
        }
    }

    /// A value as the server compares it.
    fn bytes(&self, attribute: &str, value: &Value) -> Vec<u8> {
        let schema = self.directory.schema();
        let syntax = schema
            .attribute(attribute)
            .map(|id| schema.definition(id).syntax);
        match (syntax, value) {
            (_, Value::Guid(guid)) => mock_ad::directory::ObjectGuid::from_uuid(*guid)
                .as_bytes()
                .to_vec(),
            (_, Value::Bytes(bytes)) => bytes.borrow().clone(),
            (Some(Syntax::OctetString), Value::Text(text)) => match text.parse() {
                Ok(guid) => {
                    let guid: mock_ad::directory::ObjectGuid = guid;
                    guid.as_bytes().to_vec()
                }
                Err(_) => unescaped(text),
            },
            (Some(Syntax::LargeInteger), Value::DateTime(time)) => {
                to_file_time(time.clock).to_string().into_bytes()
            }
            (_, Value::DateTime(time)) => to_generalized(time.clock).into_bytes(),
            (Some(Syntax::Boolean), value) => crate::text(value).to_uppercase().into_bytes(),
            (_, value) => crate::text(value).into_bytes(),
        }
    }
}

/// Bytes that are written as `\01\AB`, or the text itself.
fn unescaped(text: &str) -> Vec<u8> {
    let parts: Vec<&str> = text.split('\\').collect();
    let hex = |part: &&str| part.len() == 2 && part.bytes().all(|it| it.is_ascii_hexdigit());
    if parts.len() > 1 && parts[0].is_empty() && parts[1..].iter().all(hex) {
        return parts[1..]
            .iter()
            .filter_map(|it| u8::from_str_radix(it, 16).ok())
            .collect();
    }
    text.as_bytes().to_vec()
}

/// A value with `*` in it.
fn like(attribute: &str, pattern: &str) -> Filter {
    let bytes = |text: &str| text.as_bytes().to_vec();
    let parts: Vec<&str> = pattern.split('*').collect();
    if parts.len() == 1 {
        return Filter::Equality(attribute.to_owned(), bytes(pattern));
    }
    if parts.iter().all(|it| it.is_empty()) {
        return Filter::Present(attribute.to_owned());
    }
    let piece = |text: &str| (!text.is_empty()).then(|| bytes(text));
    let inner = parts[1..parts.len() - 1].iter().filter_map(|it| piece(it));
    Filter::Substrings(mock_ad::search::Substrings {
        attribute: attribute.to_owned(),
        initial: piece(parts[0]),
        any: inner.collect(),
        last: parts.last().and_then(|it| piece(it)),
    })
}

fn group_type(source: Option<Source>, operator: &str, value: &str) -> Filter {
    let bit: u32 = match (source, value.to_lowercase().as_str()) {
        (Some(Source::GroupCategory), "security" | "1") => 0x8000_0000,
        (Some(Source::GroupCategory), _) => 0,
        (_, "universal" | "2") => 8,
        (_, "domainlocal" | "0") => 4,
        _ => 2,
    };
    let rule = |bit: u32| {
        Filter::Extensible(mock_ad::search::Extensible {
            rule: Some("1.2.840.113556.1.4.803".to_owned()),
            attribute: Some("groupType".to_owned()),
            value: bit.to_string().into_bytes(),
            dn_attributes: false,
        })
    };
    let is = if bit == 0 {
        Filter::Not(Box::new(rule(0x8000_0000)))
    } else {
        rule(bit)
    };
    if operator == "ne" {
        Filter::Not(Box::new(is))
    } else {
        is
    }
}
