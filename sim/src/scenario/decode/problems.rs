//! What a reading found wrong.

use std::cell::{Cell, RefCell};

use super::super::diagnostic::Diagnostic;
use super::Decoder;
use super::failure::Failure;

/// The findings of one reading.
pub(in super::super) struct Problems {
    /// What such a file is called.
    noun: &'static str,
    file: String,
    source: String,
    found: RefCell<Vec<Diagnostic>>,
    /// Whether something was left out, so that names may be missing from the model.
    is_partial: Cell<bool>,
}

impl Problems {
    /// No findings yet about that scenario.
    pub(in super::super) fn new(file: &str, source: &str) -> Self {
        Self::of("scenario", file, source)
    }

    /// No findings yet about a file of another language.
    pub(in super::super) fn of(noun: &'static str, file: &str, source: &str) -> Self {
        Self {
            noun,
            file: file.to_owned(),
            source: source.to_owned(),
            found: RefCell::default(),
            is_partial: Cell::new(false),
        }
    }

    /// All findings, in the order of the file, and whether the model is incomplete.
    pub(in super::super) fn into_found(self) -> (Vec<Diagnostic>, bool) {
        let mut found = self.found.into_inner();
        found.sort_by_key(|problem| problem.span.start);
        (found, self.is_partial.get())
    }

    /// What such a file is called.
    pub(super) const fn noun(&self) -> &'static str {
        self.noun
    }

    /// The file that is read.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// The text of the file.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// Adds a finding.
    pub(super) fn add(&self, problem: Diagnostic) {
        self.found.borrow_mut().push(problem);
    }

    /// Remembers that something named in the file may be missing from the model.
    pub(super) fn is_partial_now(&self) {
        self.is_partial.set(true);
    }

    /// Reports a failure that costs the value, unless that has been done.
    pub(super) fn note(&self, failure: Failure, decoder: &Decoder<'_>) -> Failure {
        self.is_partial_now();
        self.report(failure, decoder);
        Failure::Reported
    }

    /// Reports a failure that costs nothing but the value's meaning.
    pub(super) fn report(&self, failure: Failure, decoder: &Decoder<'_>) {
        let at = decoder.head();
        let problem =
            |code, message: String| Diagnostic::new(code, message, &self.file, at.clone());
        let problem = match failure {
            Failure::Reported => return,
            Failure::Missing(missing) => {
                let label = match decoder.key {
                    "" => format!("a {} needs the key `{missing}`", self.noun),
                    key => format!("`{key}` needs the key `{missing}`"),
                };
                problem("missing-key", format!("missing key `{missing}`")).label(label)
            }
            Failure::Repeated(repeated) => problem(
                "duplicate-key",
                format!("`{}` names `{repeated}` twice", decoder.key),
            )
            .label("two of these keys mean the same"),
            Failure::WrongType(message) => problem("wrong-type", message),
            Failure::Invalid(message) => match message.split_once('\n') {
                Some((message, help)) => problem("invalid-value", message.to_owned()).help(help),
                None => problem("invalid-value", message),
            },
        };
        self.add(problem);
    }
}
