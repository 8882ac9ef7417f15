//! YAML in and out. The only module that knows which YAML library reads and writes scenarios.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;
use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::diagnostic::Diagnostic;
use super::node::{Key, Kind, Node};

/// How many nodes a file may have after its aliases are replaced by what they stand for.
const NODES_MAX: usize = 500_000;

/// How deeply lists and mappings may nest.
const DEPTH_MAX: usize = 48;

/// Reads one YAML document into a tree.
///
/// Repeated keys are reported and the first one kept; a syntax error ends the reading.
pub(super) fn read(source: &str, file: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let mut reader = Reader {
        events: Parser::new_from_str(source),
        source,
        file,
        anchored: BTreeMap::new(),
        nodes: 0,
        found: Vec::new(),
    };
    match reader.document() {
        Ok(root) => (root, reader.found),
        Err(problem) => {
            reader.found.push(problem);
            (None, reader.found)
        }
    }
}

/// Writes a value as YAML.
pub(super) fn write<T: Serialize>(value: &T) -> String {
    // Everything that can be serialised here is plain data: the library cannot refuse it. Should
    // a later version find a reason, the reader sees it instead of a half-written file.
    serde_saphyr::to_string(value).unwrap_or_else(|error| format!("# not written: {error}\n"))
}

struct Reader<'s> {
    events: Parser<'s, StrInput<'s>>,
    source: &'s str,
    file: &'s str,
    anchored: BTreeMap<usize, Node>,
    nodes: usize,
    found: Vec<Diagnostic>,
}

impl<'s> Reader<'s> {
    fn document(&mut self) -> Result<Option<Node>, Diagnostic> {
        let mut root = None;
        while let Some((event, span)) = self.next()? {
            match event {
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                _ if root.is_some() => {
                    let at = self.range(span);
                    let message = "a file holds one scenario, and a second document starts here";
                    return Err(self.problem("invalid-yaml", message, at));
                }
                event => root = Some(self.node(event, span, 0)?),
            }
        }
        Ok(root)
    }

    /// The next event that is not a comment.
    fn next(&mut self) -> Result<Option<(Event<'s>, Span)>, Diagnostic> {
        loop {
            match self.events.next_event() {
                None => return Ok(None),
                Some(Err(error)) => return Err(self.syntax(&error)),
                Some(Ok((Event::Comment(..), _))) => {}
                Some(Ok(next)) => return Ok(Some(next)),
            }
        }
    }

    /// The next event inside a list or mapping that has not ended.
    fn inside(&mut self) -> Result<(Event<'s>, Span), Diagnostic> {
        let end = self.source.len();
        self.next()?
            .ok_or_else(|| self.problem("invalid-yaml", "the file ends too early", end..end))
    }

    fn node(&mut self, event: Event<'s>, span: Span, depth: usize) -> Result<Node, Diagnostic> {
        let at = self.range(span);
        self.count(1, &at)?;
        if depth > DEPTH_MAX {
            return Err(self.problem("invalid-yaml", "lists and mappings nest too deeply", at));
        }
        let (anchor, node) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), &at)?;
                let plain = style == ScalarStyle::Plain;
                let kind = Kind::Scalar {
                    text: text.into_owned(),
                    plain,
                };
                (anchor, Node { at, kind })
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), &at)?;
                (anchor, self.list(at.start, depth)?)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), &at)?;
                (anchor, self.mapping(at.start, depth)?)
            }
            Event::Alias(id) => return self.alias(id, at),
            _ => return Err(self.problem("invalid-yaml", "a value is expected here", at)),
        };
        if anchor != 0 {
            self.anchored.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, start: usize, depth: usize) -> Result<Node, Diagnostic> {
        let mut items = Vec::new();
        loop {
            match self.inside()? {
                (Event::SequenceEnd, span) => {
                    let at = self.covered(start, span);
                    return Ok(Node {
                        at,
                        kind: Kind::List(items),
                    });
                }
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, start: usize, depth: usize) -> Result<Node, Diagnostic> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        let mut places: BTreeMap<String, Range<usize>> = BTreeMap::new();
        loop {
            let (event, span) = self.inside()?;
            if event == Event::MappingEnd {
                let at = self.covered(start, span);
                return Ok(Node {
                    at,
                    kind: Kind::Mapping(entries),
                });
            }
            let key = self.node(event, span, depth + 1)?;
            let Kind::Scalar { text, .. } = key.kind else {
                let message = "a key must be a single piece of text";
                return Err(self.problem("invalid-yaml", message, key.head(self.source)));
            };
            let (event, span) = self.inside()?;
            let value = self.node(event, span, depth + 1)?;
            if let Some(first) = places.get(&text) {
                let message = format!("the key `{text}` is written twice");
                self.found.push(
                    Diagnostic::new("duplicate-key", message, self.file, key.at)
                        .label("written again here")
                        .also(first.clone(), "first written here"),
                );
                continue;
            }
            places.insert(text.clone(), key.at.clone());
            entries.push((Key { at: key.at, text }, value));
        }
    }

    fn alias(&mut self, id: usize, at: Range<usize>) -> Result<Node, Diagnostic> {
        let Some(target) = self.anchored.get(&id).cloned() else {
            let message = "an alias cannot stand inside the value it names";
            return Err(self.problem("invalid-yaml", message, at));
        };
        self.count(size(&target), &at)?;
        Ok(target)
    }

    fn count(&mut self, more: usize, at: &Range<usize>) -> Result<(), Diagnostic> {
        self.nodes += more;
        if self.nodes > NODES_MAX {
            let message = format!("the scenario has more than {NODES_MAX} values");
            return Err(self.problem("invalid-yaml", &message, at.clone()));
        }
        Ok(())
    }

    fn refuse_tag(&self, tag: Option<&Tag>, at: &Range<usize>) -> Result<(), Diagnostic> {
        match tag {
            Some(tag) if !tag.is_yaml_core_schema() => {
                let message = format!("the tag `{}` has no meaning in a scenario", tag.original());
                Err(self.problem("invalid-yaml", &message, at.clone()))
            }
            _ => Ok(()),
        }
    }

    fn syntax(&self, error: &ScanError) -> Diagnostic {
        let offset = error.marker().byte_offset().unwrap_or(self.source.len());
        let message = error.info();
        let problem = self.problem("invalid-yaml", &message, offset..offset);
        problem.help(syntax_help(&message))
    }

    fn problem(&self, code: &'static str, message: &str, at: Range<usize>) -> Diagnostic {
        Diagnostic::new(code, message, self.file, at)
    }

    fn range(&self, span: Span) -> Range<usize> {
        let range = span.byte_range().unwrap_or(0..0);
        let end = range.end.min(self.source.len());
        range.start.min(end)..end
    }

    /// From the start of a list or mapping to its last written character.
    fn covered(&self, start: usize, end: Span) -> Range<usize> {
        let end = self.range(end).end.max(start);
        let text = self.source.get(start..end).unwrap_or_default();
        start..start + text.trim_end().len()
    }
}

/// What to do about text that is no YAML.
fn syntax_help(message: &str) -> &'static str {
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(&["alias", "anchor"]) {
        "`*name` repeats what `&name` marked before it; text that begins with `*` or `&` needs \
         quotes"
    } else if says(&["bracket", "flow", "brace"]) {
        "each `[` needs its `]` and each `{` its `}`; text that begins with one needs quotes"
    } else if says(&["quote", "scalar"]) {
        "each quote needs its other half; inside single quotes, write a quote twice"
    } else if says(&["tab", "indent"]) {
        "indent with blanks, never with tabs, and all keys of one level alike"
    } else {
        "one `key: value` a line, keys of one level indented alike, and quotes around text with \
         `: ` or ` #` in it"
    }
}

fn size(node: &Node) -> usize {
    match &node.kind {
        Kind::Scalar { .. } => 1,
        Kind::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Kind::Mapping(entries) => {
            1 + entries
                .iter()
                .map(|(_, value)| 1 + size(value))
                .sum::<usize>()
        }
    }
}
