//! Errors: what is thrown, kept, shown and caught.

use std::fmt::Write as _;
use std::rc::Rc;

use super::Interpreter;
use super::pipeline::Meta;
use crate::convert;
use crate::error::{Category, ErrorRecord, Outcome, Position, Unwind};
use crate::host::{Host, Stream};
use crate::syntax::ast::TypeName;
use crate::syntax::{ParseError, Span};
use crate::value::{Object, Value};

/// So many errors are kept in `$Error`.
const KEPT: usize = 256;

impl Interpreter<'_> {
    /// The error of a `throw`.
    pub(crate) fn thrown(&mut self, value: Option<Value>) -> ErrorRecord {
        let mut record = match &value {
            None => match &self.caught {
                Some(record) => (**record).clone(),
                None => runtime("ScriptHalted"),
            },
            Some(Value::Error(record)) => (**record).clone(),
            Some(Value::Object(object)) if is_exception(object) => exception_record(object),
            Some(value) => {
                let text = self.text(value);
                runtime(&text).about(value.clone())
            }
        };
        record.is_fatal = true;
        record
    }

    /// The same error with a place, unless it has one.
    pub(crate) fn placed(&self, record: Rc<ErrorRecord>, span: Span) -> Rc<ErrorRecord> {
        if record.position.is_some() {
            return record;
        }
        let mut record = (*record).clone();
        record.position = Some(self.source.position(span));
        record.stack = Rc::from(self.stack(record.position.as_ref()));
        Rc::new(record)
    }

    /// What comes of something, with a place if it is an error without one.
    pub(crate) fn located<T>(&self, outcome: Outcome<T>, span: Span) -> Outcome<T> {
        outcome.map_err(|unwind| match unwind {
            Unwind::Error(record) => Unwind::Error(self.placed(record, span)),
            other => other,
        })
    }

    /// An error of a command, with its name and place.
    pub(crate) fn labelled(&self, record: &ErrorRecord, meta: &Meta) -> ErrorRecord {
        let mut record = record.clone();
        if record.activity.is_empty() {
            record.activity = Rc::clone(&meta.name);
        }
        if record.command_class.is_empty() {
            record.command_class = Rc::clone(&meta.class);
        }
        if record.position.is_none() {
            record.position = Some(meta.position.clone());
        }
        if record.stack.is_empty() {
            record.stack = Rc::from(self.stack(record.position.as_ref()));
        }
        if record.shown_by.is_empty() && &*meta.name == "Write-Error" {
            // `Write-Error` speaks for the function or the script that calls it.
            if let Some(frame) = self.frames.last() {
                record.shown_by = Rc::clone(&frame.name);
                record.position = Some(frame.position.clone());
            }
        }
        record
    }

    /// `ScriptStackTrace`.
    fn stack(&self, position: Option<&Position>) -> String {
        let mut text = String::new();
        let mut position = position.cloned().unwrap_or_default();
        for index in (0..=self.frames.len()).rev() {
            let name = match index.checked_sub(1).and_then(|it| self.frames.get(it)) {
                Some(frame) if !frame.is_script => Rc::clone(&frame.name),
                _ => Rc::from("<ScriptBlock>"),
            };
            let file: &str = if position.file.is_empty() {
                "<No file>"
            } else {
                &position.file
            };
            let _ = writeln!(text, "at {name}, {file}: line {}", position.line);
            match index.checked_sub(1).and_then(|it| self.frames.get(it)) {
                Some(frame) if index > 1 => position = frame.position.clone(),
                _ => break,
            }
        }
        text.trim_end().to_owned()
    }

    /// Puts an error at the top of `$Error`.
    pub(crate) fn remember(&mut self, record: &Rc<ErrorRecord>) {
        let mut errors = self.errors.borrow_mut();
        if let Some(Value::Error(last)) = errors.first()
            && Rc::ptr_eq(last, record)
        {
            return;
        }
        errors.insert(0, Value::Error(Rc::clone(record)));
        errors.truncate(KEPT);
    }

    /// Keeps an error and shows it.
    pub(crate) fn report(&mut self, record: &Rc<ErrorRecord>) {
        let preference = self.preference("erroractionpreference");
        if preference == "ignore" {
            return;
        }
        self.remember(record);
        if preference != "silentlycontinue" {
            self.show_error(record);
        }
    }

    /// Shows an error as the console of Windows PowerShell does.
    pub(crate) fn show_error(&mut self, record: &Rc<ErrorRecord>) {
        let value = Value::Error(Rc::clone(record));
        if self.outlet.divert(Stream::Error, &value) {
            return;
        }
        let text = error_text(record);
        self.outlet.write(Stream::Error, &text, Some("Red"));
    }

    /// A preference variable in lower case.
    pub(crate) fn preference(&self, name: &str) -> String {
        let slot = self.scope.find(name);
        slot.map_or_else(String::new, |it| {
            convert::to_text(&it.value).to_ascii_lowercase()
        })
    }

    pub(crate) fn stops_on_error(&self) -> bool {
        self.preference("erroractionpreference") == "stop"
    }

    /// Whether a `catch` with these types takes an error.
    pub(crate) fn catches(&mut self, types: &[TypeName], record: &ErrorRecord) -> bool {
        self.catch_rank(types, record).is_some()
    }

    /// How well a `catch` with these types fits; the best is 0.
    pub(crate) fn catch_rank(&mut self, types: &[TypeName], record: &ErrorRecord) -> Option<usize> {
        let mut best = None;
        for name in types {
            let full = self.type_named(&name.name);
            let full: &str = full.as_deref().unwrap_or(&name.name);
            let own = self.own_exception_rank(&record.exception, full);
            let rank = own
                .or_else(|| rank_of(record, full))
                .or_else(|| rank_of(record, &format!("System.{full}")));
            if let Some(rank) = rank
                && best.is_none_or(|it| rank < it)
            {
                best = Some(rank);
            }
        }
        best
    }

    /// Adds an error to the variable of `-ErrorVariable`.
    pub(crate) fn keep_in_variable(&mut self, meta: &Meta, record: &Rc<ErrorRecord>) {
        if let Some(name) = &meta.common.error_variable {
            let value = Value::Error(Rc::clone(record));
            self.append_variable(&Rc::clone(&meta.caller), name, value);
        }
    }

    /// A parse error as an error record.
    pub(crate) fn parse_error(&self, error: &ParseError) -> ErrorRecord {
        ErrorRecord::new(
            error.message.clone(),
            "System.Management.Automation.ParseException",
            error.id,
            Category::ParserError,
        )
    }
}

/// How near an exception is to a type: 0 for the same.
fn rank_of(record: &ErrorRecord, full: &str) -> Option<usize> {
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    let is_same = |it: &ErrorRecord| {
        it.exception.eq_ignore_ascii_case(full)
            || (!full.contains('.') && last(&it.exception) == full.to_ascii_lowercase())
    };
    let mut inner = Some(record);
    let mut depth = 0;
    while let Some(it) = inner {
        if is_same(it) {
            return Some(depth);
        }
        depth += 1;
        inner = it.inner.as_deref();
    }
    let general = ["exception", "systemexception", "runtimeexception"];
    if convert::exception_is(&record.exception, full) {
        let place = general.iter().rev().position(|it| *it == last(full));
        return Some(10 + place.map_or(0, |it| it + 1));
    }
    None
}

/// A `RuntimeException` of a `throw`.
fn runtime(text: &str) -> ErrorRecord {
    ErrorRecord::new(
        text,
        "System.Management.Automation.RuntimeException",
        text,
        Category::OperationStopped,
    )
}

pub(crate) fn is_exception(object: &Object) -> bool {
    object
        .type_names()
        .iter()
        .any(|it| &**it == "System.Exception")
        || object
            .type_names()
            .first()
            .is_some_and(|it| it.ends_with("Exception"))
}

/// The error record of an exception that is thrown.
pub(crate) fn exception_record(object: &Object) -> ErrorRecord {
    let message = object
        .get("Message")
        .map(|it| convert::to_text(&it))
        .unwrap_or_default();
    let kind = object
        .type_names()
        .first()
        .map_or("System.Exception", |it| &**it);
    let mut record = ErrorRecord::new(message.clone(), kind, &message, Category::OperationStopped);
    record.target = Value::Null;
    if let Some(Value::Object(inner)) = object.get("InnerException") {
        record.inner = Some(Rc::new(exception_record(&inner)));
    }
    let known = [
        "Message",
        "InnerException",
        "Data",
        "HResult",
        "HelpLink",
        "Source",
        "StackTrace",
        "TargetSite",
    ];
    for (name, property) in object.properties().iter() {
        if let crate::value::Property::Note(value) | crate::value::Property::Member(value) =
            property
            && !known.contains(&&**name)
        {
            record.properties.push((Rc::clone(name), value.clone()));
        }
    }
    record
}

/// An error as the console of Windows PowerShell shows it.
pub fn error_text(record: &ErrorRecord) -> String {
    let mut text = String::new();
    let by = if !record.shown_by.is_empty() {
        Rc::clone(&record.shown_by)
    } else if &*record.id == "CommandNotFoundException" {
        Rc::from(convert::to_text(&record.target))
    } else {
        Rc::clone(&record.activity)
    };
    let message = record.details.as_ref().unwrap_or(&record.message);
    if !by.is_empty() && record.position.is_some() {
        let _ = write!(text, "{by} : ");
    }
    let _ = writeln!(text, "{message}");
    if let Some(position) = &record.position {
        let file = if position.file.is_empty() {
            "line"
        } else {
            &*position.file
        };
        let _ = writeln!(text, "At {file}:{} char:{}", position.line, position.column);
        let line = &*position.text;
        let trimmed = line.trim_start();
        let cut = line.chars().count() - trimmed.chars().count();
        let _ = writeln!(text, "+ {trimmed}");
        let column = (position.column as usize)
            .saturating_sub(1)
            .saturating_sub(cut);
        let length = position
            .span
            .len()
            .min(trimmed.chars().count().saturating_sub(column));
        let _ = writeln!(
            text,
            "+ {}{}",
            " ".repeat(column),
            "~".repeat(length.max(1))
        );
    }
    let value = Value::Error(Rc::new(record.clone()));
    let category = crate::types::member(&value, "CategoryInfo").unwrap_or_default();
    let _ = writeln!(
        text,
        "    + CategoryInfo          : {}",
        convert::to_text(&category)
    );
    let id = if record.command_class.is_empty() {
        record.id.to_string()
    } else {
        format!("{},{}", record.id, record.command_class)
    };
    let _ = writeln!(text, "    + FullyQualifiedErrorId : {id}");
    let _ = writeln!(text, " ");
    text
}
