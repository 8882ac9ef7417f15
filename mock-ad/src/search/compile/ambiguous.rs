//! Ambiguous name resolution (MS-ADTS 3.1.1.3.1.3.4).

use super::assertion::{Matcher, Pieces};
use super::{Comparison, Compiler, Node, assertion};
use crate::directory::AttributeId;

impl Compiler<'_> {
    /// What `(anr=…)` stands for: the beginning of any attribute marked for it, or, after `=`, the
    /// whole; legacyExchangeDN counts only whole. A value of two words is also tried as the first
    /// and last name, in both orders.
    pub(super) fn ambiguous_name(&mut self, value: &[u8]) -> Node {
        let Ok(text) = std::str::from_utf8(value) else {
            return Node::UNDEFINED;
        };
        let text = text.trim();
        let (text, whole) = match text.strip_prefix('=') {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        if text.is_empty() {
            return Node::UNDEFINED;
        }
        let schema = self.directory.schema();
        let marked = schema.attributes().filter(|(_, definition)| {
            definition.ambiguous_name_resolution && !definition.constructed
        });
        let mut parts: Vec<Node> = marked
            .filter_map(|(id, _)| self.name_part(id, text, whole))
            .collect();
        if let Some((first, rest)) = text.split_once(' ') {
            let rest = rest.trim_start();
            for (given, family) in [(first, rest), (rest, first)] {
                let given = self.name_part(AttributeId::GIVEN_NAME, given, whole);
                let family = self.name_part(AttributeId::SN, family, whole);
                parts.push(Node::And(given.into_iter().chain(family).collect()));
            }
        }
        Node::Or(parts)
    }

    fn name_part(&self, id: AttributeId, text: &str, whole: bool) -> Option<Node> {
        let definition = self.directory.schema().definition(id);
        if whole || id == AttributeId::LEGACY_EXCHANGE_DN {
            let value = text.as_bytes();
            let matcher = assertion::matcher(self.directory, definition, Comparison::Equal, value)?;
            return Some(Node::Value(id, matcher));
        }
        let pieces = Pieces::beginning(definition, text)?;
        Some(Node::Value(id, Matcher::Pieces(pieces)))
    }
}
