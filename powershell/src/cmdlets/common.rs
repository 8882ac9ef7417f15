//! What cmdlets share.

use std::rc::Rc;

use crate::command::{Call, Cmdlet, Parameter};
use crate::convert::{self, to_text};
use crate::error::{Category, ErrorRecord, Outcome, Unwind};
use crate::format;
use crate::host::FileError;
use crate::types;
use crate::value::{Object, ScriptBlock, Value};

/// A cmdlet that is a function.
pub(crate) struct Simple(pub(crate) fn(&mut dyn Call) -> Outcome);

impl Cmdlet for Simple {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        (self.0)(call)
    }
}

/// What a cmdlet does with all objects.
pub(crate) type End = fn(Vec<Value>, &mut dyn Call) -> Outcome;

/// A cmdlet that waits for all objects, which come as `-InputObject`.
pub(crate) struct Collecting {
    items: Vec<Value>,
    end: End,
}

impl Collecting {
    pub(crate) const fn new(end: End) -> Self {
        Self {
            items: Vec::new(),
            end,
        }
    }
}

impl Cmdlet for Collecting {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        self.items.extend(call.argument("InputObject"));
        Ok(())
    }

    fn end(&mut self, call: &mut dyn Call) -> Outcome {
        (self.end)(std::mem::take(&mut self.items), call)
    }
}

/// `-InputObject`, from the pipeline.
pub(crate) fn input() -> Parameter {
    Parameter::object("InputObject").piped().nullable()
}

/// Whether a text is like a pattern with `*`, `?` and `[…]`, without case.
pub(crate) fn like(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let text: Vec<char> = text.to_lowercase().chars().collect();
    matches(&pattern, &text)
}

fn matches(pattern: &[char], text: &[char]) -> bool {
    // The last star and what it took so far: enough to go back to.
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while place < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at + 1, place));
                at += 1;
                continue;
            }
            Some(_) => {
                if let Some(used) = one(&pattern[at..], text[place]) {
                    at += used;
                    place += 1;
                    continue;
                }
            }
            None => {}
        }
        let Some((after, from)) = star else {
            return false;
        };
        at = after;
        place = from + 1;
        star = Some((after, place));
    }
    pattern[at..].iter().all(|it| *it == '*')
}

/// How much of a pattern a character uses up; nothing if it does not fit.
fn one(pattern: &[char], char: char) -> Option<usize> {
    match pattern.first()? {
        '?' => Some(1),
        '`' if pattern.len() > 1 => (pattern[1] == char).then_some(2),
        '[' => {
            let Some(end) = pattern
                .iter()
                .position(|it| *it == ']')
                .filter(|it| *it > 1)
            else {
                return (char == '[').then_some(1);
            };
            let set = &pattern[1..end];
            let single = set.contains(&char);
            let ranged = set
                .windows(3)
                .any(|it| it[1] == '-' && it[0] <= char && char <= it[2]);
            (single || ranged).then_some(end + 1)
        }
        other => (*other == char).then_some(1),
    }
}

/// Whether a text has wildcards.
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// An argument as a string, whatever was given.
pub(crate) fn text(call: &dyn Call, parameter: &str) -> Option<String> {
    match call.argument(parameter)? {
        Value::Null => None,
        value => Some(to_text(&value)),
    }
}

/// The strings of an argument, whatever was given.
pub(crate) fn texts(call: &dyn Call, parameter: &str) -> Vec<String> {
    let values = call
        .argument(parameter)
        .map(|it| it.enumerate())
        .unwrap_or_default();
    values
        .iter()
        .filter(|it| !it.is_null())
        .map(to_text)
        .collect()
}

/// An argument as a whole number that is not negative.
pub(crate) fn count(call: &dyn Call, parameter: &str) -> Option<usize> {
    let value = call.argument(parameter)?;
    let number = convert::number::as_long(&convert::to_number(&value).ok()?)?;
    usize::try_from(number).ok()
}

/// The names of the properties that a value shows.
pub(crate) fn names_of(value: &Value) -> Vec<String> {
    match value {
        Value::Object(object) => object
            .properties()
            .iter()
            .map(|(name, _)| name.to_string())
            .collect(),
        Value::Table(_) => [
            "IsReadOnly",
            "IsFixedSize",
            "IsSynchronized",
            "Keys",
            "Values",
            "Count",
        ]
        .map(str::to_owned)
        .to_vec(),
        other => types::public_names(other)
            .iter()
            .map(ToString::to_string)
            .collect(),
    }
}

/// A property as scripts name it: by name, by a block, or calculated by a hashtable.
#[derive(Debug, Clone)]
pub(crate) struct Selector {
    /// What the result is called; the pattern or the block's text where nothing is said.
    pub(crate) label: String,
    /// How the value is found.
    pub(crate) source: Source,
    /// The other entries of the hashtable.
    pub(crate) options: Vec<(String, Value)>,
}

/// How the value of a property is found.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// By name, which may be a pattern.
    Name(String),
    /// By running a block.
    Block(ScriptBlock),
}

impl Selector {
    /// An entry of the hashtable.
    pub(crate) fn option(&self, name: &str) -> Option<&Value> {
        let found = self
            .options
            .iter()
            .find(|(it, _)| name.starts_with(it.as_str()));
        found.map(|(_, value)| value)
    }

    /// Whether it is a name with wildcards.
    pub(crate) fn pattern(&self) -> Option<&str> {
        match &self.source {
            Source::Name(name) if is_pattern(name) => Some(name),
            _ => None,
        }
    }

    /// The value for an object.
    pub(crate) fn value(&self, call: &mut dyn Call, item: &Value) -> Outcome<Value> {
        match &self.source {
            Source::Name(name) => named(call, item, name),
            Source::Block(block) => match call.run_quietly(block, Some(item.clone()), &[]) {
                Ok(values) => Ok(Value::collected(values)),
                // What goes wrong in such a block is nobody's business: the value is empty.
                Err(Unwind::Error(_)) => Ok(Value::Null),
                Err(other) => Err(other),
            },
        }
    }
}

/// The value of a property, where an object has it itself.
fn named(call: &mut dyn Call, item: &Value, name: &str) -> Outcome<Value> {
    match item {
        Value::Null => Ok(Value::Null),
        _ => call.member(item, name),
    }
}

/// The selectors of an argument.
pub(crate) fn selectors(call: &dyn Call, parameter: &str) -> Outcome<Vec<Selector>> {
    let values = call
        .argument(parameter)
        .map(|it| it.enumerate())
        .unwrap_or_default();
    let mut all = Vec::new();
    for value in values {
        all.push(selector(&value)?);
    }
    Ok(all)
}

fn selector(value: &Value) -> Outcome<Selector> {
    match value {
        Value::Block(block) => Ok(Selector {
            label: block.text.trim().to_owned(),
            source: Source::Block(block.clone()),
            options: Vec::new(),
        }),
        Value::Table(table) => {
            let mut label = None;
            let mut source = None;
            let mut options = Vec::new();
            for (key, value) in table.borrow().iter() {
                let key = to_text(key).to_lowercase();
                let is = |name: &str| !key.is_empty() && name.starts_with(&key);
                if is("name") || is("label") {
                    label = Some(to_text(value));
                } else if is("expression") {
                    source = Some(match value {
                        Value::Block(block) => Source::Block(block.clone()),
                        other => Source::Name(to_text(other)),
                    });
                } else {
                    options.push((key, value.clone()));
                }
            }
            let Some(source) = source else {
                let record = ErrorRecord::new(
                    "The key 'expression' has no value.".to_owned(),
                    "System.Management.Automation.PSArgumentException",
                    "DictionaryKeyMissing",
                    Category::InvalidArgument,
                );
                return Err(record.into());
            };
            let label = label.unwrap_or_else(|| match &source {
                Source::Name(name) => name.clone(),
                Source::Block(block) => block.text.trim().to_owned(),
            });
            Ok(Selector {
                label,
                source,
                options,
            })
        }
        other => {
            let name = to_text(other);
            Ok(Selector {
                label: name.clone(),
                source: Source::Name(name),
                options: Vec::new(),
            })
        }
    }
}

/// What a console shows of values, with all members.
pub(crate) fn rendered(call: &mut dyn Call, values: &[Value], width: usize) -> Outcome<String> {
    let mut failed = None;
    let text = format::render(
        values,
        width,
        &mut |value, name| match call.member(value, name) {
            Ok(found) => found,
            Err(Unwind::Error(_)) => Value::Null,
            Err(other) => {
                failed = Some(other);
                Value::Null
            }
        },
    );
    match failed {
        Some(unwind) => Err(unwind),
        None => Ok(text),
    }
}

/// The error of a path that leads nowhere.
pub(crate) fn no_path(path: &str) -> ErrorRecord {
    let shown = types::windows_path(path);
    ErrorRecord::new(
        format!("Cannot find path '{shown}' because it does not exist."),
        "System.Management.Automation.ItemNotFoundException",
        "PathNotFound",
        Category::ObjectNotFound,
    )
    .about(Value::from(shown))
}

/// The error of a file that can't be opened; a missing folder is told from a missing file.
pub(crate) fn not_opened(call: &mut dyn Call, error: &FileError, path: &str) -> ErrorRecord {
    let parent = parent(path);
    let folder = parent != "/" && call.host().entry(&parent).is_err();
    let (message, exception) = types::io::refused(error, path, folder);
    let mut record = ErrorRecord::new(message, exception, "FileOpenFailure", Category::OpenError);
    record.target = Value::Null;
    record
}

/// The folder a path of the sandbox is in.
pub(crate) fn parent(path: &str) -> String {
    match path.rfind('/') {
        Some(0) | None => "/".to_owned(),
        Some(at) => path[..at].to_owned(),
    }
}

/// A path of the sandbox below a folder.
pub(crate) fn below(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

/// The paths of the sandbox that a path with wildcards leads to; one without leads to itself.
pub(crate) fn expanded(call: &mut dyn Call, path: &str) -> Vec<String> {
    let absolute = call.path(path);
    if !is_pattern(&absolute) {
        return vec![absolute];
    }
    let mut found = vec![String::new()];
    for part in absolute.split('/').filter(|it| !it.is_empty()) {
        let mut next = Vec::new();
        for folder in found {
            let name = if folder.is_empty() { "/" } else { &folder };
            if !is_pattern(part) {
                next.push(below(name, part));
                continue;
            }
            let entries = call.host().list(name).unwrap_or_default();
            let fitting = entries.iter().filter(|it| like(part, &it.name));
            next.extend(fitting.map(|it| below(name, &it.name)));
        }
        found = next;
    }
    found.retain(|it| call.host().entry(it).is_ok());
    found
}

/// An object of .NET that a cmdlet returns.
pub(crate) fn object(kind: &str, properties: Vec<(&str, Value)>) -> Value {
    Value::Object(Object::typed(&[kind, "System.Object"], properties, None))
}

/// The error of something that is not simulated.
pub(crate) fn not_simulated(what: &str) -> ErrorRecord {
    ErrorRecord::new(
        format!("{what} is not simulated here."),
        "System.NotSupportedException",
        "NotSimulated",
        Category::NotImplemented,
    )
}

/// Keeps a shared name.
pub(crate) fn shared(text: &str) -> Rc<str> {
    Rc::from(text)
}
