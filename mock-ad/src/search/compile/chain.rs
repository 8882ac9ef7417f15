//! LDAP_MATCHING_RULE_IN_CHAIN: links followed to their end.

use std::collections::BTreeSet;

use super::{Comparison, Compiler, Node, Truth};
use crate::directory::{AttributeDefinition, AttributeId, ObjectId};

impl Compiler<'_> {
    /// The objects from which a chain of links of one attribute leads to an object.
    ///
    /// A chain may be of one link; a cycle is walked once. Under any other attribute that holds
    /// distinguished names it is an equality match.
    pub(super) fn in_chain(
        &mut self,
        id: AttributeId,
        definition: &AttributeDefinition,
        value: &[u8],
    ) -> Node {
        let Some((forward, back)) = self.link(id, definition) else {
            let is_name = definition.syntax == crate::directory::Syntax::DistinguishedName;
            let name = &definition.name;
            return if is_name {
                self.compare(name, Comparison::Equal, value)
            } else {
                Node::UNDEFINED
            };
        };
        let target = match self.directory.named_object(value) {
            Err(_) => return Node::UNDEFINED,
            Ok(None) => return Node::Constant(Truth::False),
            Ok(Some(target)) => target,
        };
        let mut found: BTreeSet<u32> = BTreeSet::new();
        let mut open = vec![target];
        while let Some(at) = open.pop() {
            let next: Vec<ObjectId> = if back {
                self.directory.link_targets(at, forward)
            } else {
                self.directory.back_links(at, forward)
            };
            open.extend(next.into_iter().filter(|id| found.insert(id.0)));
        }
        Node::OneOf(found.into_iter().collect())
    }
}
