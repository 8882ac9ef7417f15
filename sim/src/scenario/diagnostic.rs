//! What is wrong with a scenario, where, and what to write instead.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Renderer, Snippet};

/// One finding about a scenario file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The kind of finding, such as `unknown-object`: stable, for tools and documentation.
    pub code: &'static str,
    /// What is wrong, in one sentence without a full stop.
    pub message: Box<str>,
    /// The file, as the caller named it.
    pub file: Box<str>,
    /// The bytes of the file that are wrong.
    pub span: Range<usize>,
    /// Places that belong to the finding; the first one is usually `span` itself.
    pub labels: Vec<Label>,
    /// What to write instead, one hint each.
    pub help: Vec<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Severity {
    /// The file can be used all the same.
    Warning,
    /// It can't, or something is lost.
    #[default]
    Error,
}

/// A note at a place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The bytes of the file it is about.
    pub span: Range<usize>,
    /// What there is to say about them.
    pub text: String,
}

/// Whether findings are drawn in colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    /// Plain text.
    #[default]
    Never,
    /// Terminal escape sequences.
    Always,
}

impl Diagnostic {
    /// A finding at `span` of `file`.
    pub fn new(
        code: &'static str,
        message: impl Into<String>,
        file: &str,
        span: Range<usize>,
    ) -> Self {
        let message: String = message.into();
        Self {
            severity: Severity::default(),
            code,
            message: message.into(),
            file: file.into(),
            span,
            labels: Vec::new(),
            help: Vec::new(),
        }
    }

    /// The same finding, as bad as this.
    #[must_use]
    pub const fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Adds a note at the place that is wrong.
    #[must_use]
    pub fn label(self, text: impl Into<String>) -> Self {
        let span = self.span.clone();
        self.also(span, text)
    }

    /// Adds a note at another place.
    #[must_use]
    pub fn also(mut self, span: Range<usize>, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds a hint about what to write instead.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Line and column of the finding, both counted from 1; columns are characters.
    pub fn position(&self, source: &str) -> (usize, usize) {
        let start = clamp(source, &self.span).start;
        let before = source.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.matches('\n').count() + 1;
        (
            line,
            before.get(line_start..).unwrap_or_default().chars().count() + 1,
        )
    }
}

/// Draws findings with the lines they are about, without colour.
///
/// ```
/// use sim::scenario::{Diagnostic, render};
///
/// let source = "scenario: Ann\nwrold: {}\n";
/// let problem = Diagnostic::new("unknown-key", "unknown key `wrold`", "ann.yaml", 14..19)
///     .help("did you mean `world`?");
/// assert_eq!(
///     render(&[problem], source),
///     "error[unknown-key]: unknown key `wrold`
///  --> ann.yaml:2:1
///   |
/// 2 | wrold: {}
///   | ^^^^^
///   |
///   = help: did you mean `world`?
/// "
/// );
/// ```
pub fn render(found: &[Diagnostic], source: &str) -> String {
    render_in(found, source, Colour::Never)
}

/// Draws findings with the lines they are about.
pub fn render_in(found: &[Diagnostic], source: &str, colour: Colour) -> String {
    let renderer = match colour {
        Colour::Never => Renderer::plain(),
        Colour::Always => Renderer::styled(),
    };
    let mut text = String::new();
    for diagnostic in found {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&renderer.render(&[group(diagnostic, source)]));
        text.push('\n');
    }
    text
}

fn group<'a>(diagnostic: &'a Diagnostic, source: &'a str) -> Group<'a> {
    let primary = clamp(source, &diagnostic.span);
    let mut snippet = Snippet::source(source).path(printable(&diagnostic.file));
    let mut is_labelled = false;
    for label in &diagnostic.labels {
        let span = clamp(source, &label.span);
        let kind = if span == primary {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        is_labelled |= span == primary;
        snippet = snippet.annotation(kind.span(span).label(printable(&label.text)));
    }
    if !is_labelled {
        snippet = snippet.annotation(AnnotationKind::Primary.span(primary));
    }
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level
        .primary_title(printable(&diagnostic.message))
        .id(diagnostic.code);
    let help = diagnostic.help.iter();
    title
        .element(snippet)
        .elements(help.map(|text| Element::from(Level::HELP.message(printable(text)))))
}

/// What is written in a file may hold escape sequences; a terminal must not obey them.
fn printable(text: &str) -> String {
    let plain = |c: char| {
        if c.is_control() && c != '\n' {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().map(plain).collect()
}

/// The range within the source, on character boundaries.
fn clamp(source: &str, span: &Range<usize>) -> Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(source.len());
        while !source.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start);
    start..floor(span.end).max(start)
}

#[cfg(test)]
mod tests {
    use super::{Colour, Diagnostic, render, render_in};

    #[test]
    fn places_outside_the_source_are_drawn_at_its_end() {
        for span in [0..0, 5..900, 900..901, 1..2] {
            let drawn = render(&[Diagnostic::new("x", "message", "f.yaml", span)], "é\n");
            assert!(drawn.starts_with("error[x]: message\n"), "{drawn}");
        }
        assert!(render(&[Diagnostic::new("x", "m", "f.yaml", 0..0)], "").contains("error[x]"));
    }

    #[test]
    fn positions_count_characters() {
        let source = "a\nüb: c";
        assert_eq!(
            Diagnostic::new("x", "m", "f", 4..5).position(source),
            (2, 2)
        );
        assert_eq!(
            Diagnostic::new("x", "m", "f", 0..1).position(source),
            (1, 1)
        );
    }

    #[test]
    fn colour_only_when_asked_and_never_from_the_file() {
        let problem = [Diagnostic::new("x", "\u{1b}[31mred", "f", 0..1)];
        assert!(!render(&problem, "abc").contains('\u{1b}'));
        let coloured = render_in(&problem, "abc", Colour::Always);
        assert!(coloured.contains('\u{1b}') && !coloured.contains("\u{1b}[31m"));
    }
}
