//! Rules, from XML.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Node;

use super::xml::{Source, child, children, text_of};
use crate::engine::has_a_target;
use crate::rules::model::Operator;
use crate::rules::{
    Clause, ConnectedSystem, Direction, Expression, Flow, JoinCondition, LinkType, Merge, SyncRule,
};
use crate::snapshot::Problem;

/// A flow that calls a function nobody knows.
#[derive(Debug, Clone)]
pub(super) struct Unknown {
    rule: String,
    target: String,
    what: String,
}

const AGAIN: &str = "export the configuration again with `Get-ADSyncServerConfiguration`";

pub(super) fn read(
    source: &Source<'_>,
    node: Node<'_, '_>,
    unknown: &mut Vec<Unknown>,
) -> Result<(String, SyncRule), Vec<Problem>> {
    let mut reading = Reading {
        source,
        node,
        name: text_of(node, "name"),
        problems: Vec::new(),
    };
    let direction = reading.word("direction", Direction::from_name, "Inbound or Outbound");
    let link = reading.word(
        "linkType",
        LinkType::from_name,
        "Provision, Join or StickyJoin",
    );
    let precedence = reading.word("precedence", |it| it.parse().ok(), "a number");
    let scope = groups(node, "synchronizationCriteria", "scope", |it| {
        reading.clause(it)
    });
    let join = groups(node, "relationshipCriteria", "condition", |it| {
        Some(join(it))
    });
    let mappings = child(node, "attribute-mappings");
    let mappings = mappings.into_iter().flat_map(|it| children(it, "mapping"));
    let flows = mappings
        .filter_map(|it| reading.flow(it, unknown))
        .collect();
    let (Some(direction), Some(link), Some(precedence)) = (direction, link, precedence) else {
        return Err(reading.problems);
    };
    if !reading.problems.is_empty() {
        return Err(reading.problems);
    }
    let rule = SyncRule {
        name: reading.name.to_owned(),
        precedence,
        direction,
        system: ConnectedSystem::ActiveDirectory,
        from: vec![text_of(node, "sourceObjectType").to_owned()],
        to: text_of(node, "targetObjectType").to_owned(),
        link,
        disabled: text_of(node, "disabled").eq_ignore_ascii_case("True"),
        scope,
        join,
        flows,
    };
    Ok((text_of(node, "connector").to_lowercase(), rule))
}

fn join(node: Node<'_, '_>) -> JoinCondition {
    JoinCondition {
        connector_space: text_of(node, "csAttribute").to_owned(),
        metaverse: text_of(node, "ilmAttribute").to_owned(),
        case_sensitive: text_of(node, "caseSensitive").eq_ignore_ascii_case("True"),
    }
}

/// Groups of clauses or conditions, without those that are empty.
fn groups<'a, 'input, T>(
    node: Node<'a, 'input>,
    outer: &str,
    inner: &'static str,
    mut one: impl FnMut(Node<'a, 'input>) -> Option<T>,
) -> Vec<Vec<T>> {
    let listed = child(node, outer)
        .into_iter()
        .flat_map(|it| children(it, "conditions"));
    let groups = listed.map(|group| children(group, inner).filter_map(&mut one).collect());
    groups.filter(|group: &Vec<T>| !group.is_empty()).collect()
}

struct Reading<'a> {
    source: &'a Source<'a>,
    node: Node<'a, 'a>,
    name: &'a str,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn note(&mut self, node: Node<'_, '_>, message: &str) {
        let message = format!("in the rule `{}`, {message}", self.name);
        self.problems
            .push(self.source.problem(node, message, AGAIN));
    }

    fn word<T>(
        &mut self,
        name: &str,
        read: impl Fn(&str) -> Option<T>,
        expected: &str,
    ) -> Option<T> {
        let text = text_of(self.node, name);
        let found = read(text);
        if found.is_none() {
            let place = child(self.node, name).unwrap_or(self.node);
            self.note(
                place,
                &format!("`<{name}>` is `{text}`: expected {expected}"),
            );
        }
        found
    }

    fn clause(&mut self, node: Node<'_, '_>) -> Option<Clause> {
        let written = text_of(node, "csOperator");
        let Some(operator) = Operator::read(written) else {
            let message = format!("`{written}` is no known operator of a scoping filter");
            self.note(child(node, "csOperator").unwrap_or(node), &message);
            return None;
        };
        Some(Clause {
            attribute: text_of(node, "csAttribute").to_owned(),
            operator,
            value: text_of(node, "csValue").to_owned(),
        })
    }

    /// An expression, else an attribute, else a constant.
    fn flow(&mut self, node: Node<'_, '_>, unknown: &mut Vec<Unknown>) -> Option<Flow> {
        let target = text_of(node, "dest").to_owned();
        let from = child(node, "src");
        let source = if let Some(written) = child(node, "expression") {
            let text = written.text().unwrap_or_default();
            match Expression::read(text) {
                Ok(read) => read,
                Err(error) => {
                    match error.unknown {
                        Some(what) => unknown.push(Unknown {
                            rule: self.name.to_owned(),
                            target,
                            what,
                        }),
                        None => self.note(
                            written,
                            &format!("the flow of `{target}` can't be read {error}: `{text}`"),
                        ),
                    }
                    return None;
                }
            }
        } else if let Some(attribute) = from.and_then(|it| child(it, "attr")) {
            Expression::direct(attribute.text().unwrap_or_default().trim())
        } else {
            Expression::constant(from.and_then(|it| it.text()).unwrap_or_default().trim())
        };
        let merge = text_of(node, "valueMergeType");
        Some(Flow {
            target,
            source,
            merge: Merge::from_name(merge).unwrap_or_default(),
        })
    }
}

/// Whether anything here is of the types that a rule is about.
pub(super) fn is_modelled(rule: &SyncRule) -> bool {
    const CLASSES: [&str; 8] = [
        "user",
        "inetOrgPerson",
        "group",
        "contact",
        "computer",
        "person",
        "device",
        "*",
    ];
    rule.from.iter().any(|it| CLASSES.contains(&it.as_str())) && CLASSES.contains(&rule.to.as_str())
}

/// What rules use and nobody evaluates, one line each.
pub(super) fn not_evaluated(rules: &[(String, SyncRule)], unknown: Vec<Unknown>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut targets: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, rule) in rules.iter().filter(|(_, rule)| !rule.disabled) {
        let name = rule.name.as_str();
        if let Some(why) = whole_rule(rule) {
            groups.entry(why).or_default().push(name);
            continue;
        }
        for flow in &rule.flows {
            for function in flow.source.not_evaluated() {
                lines.push(format!(
                    "the rule `{name}` gives `{}` with the function {function}: it gives nothing \
                     here",
                    flow.target
                ));
            }
            if rule.direction == Direction::Outbound && !is_carried(&flow.target) {
                *targets.entry(flow.target.as_str()).or_default() += 1;
            }
        }
        let clauses = rule.scope.iter().flatten();
        for clause in clauses.filter(|clause| clause.asks_nobody()) {
            lines.push(format!(
                "the rule `{name}` asks `{clause}`: that is no distinguished name, so it never \
                 holds"
            ));
        }
    }
    for Unknown { rule, target, what } in unknown {
        lines.push(format!(
            "the rule `{rule}` gives `{target}` with {what}, which is not known: it gives nothing \
             here"
        ));
    }
    for (why, names) in groups {
        let unique: BTreeSet<&str> = names.into_iter().collect();
        let names: Vec<&str> = unique.into_iter().collect();
        lines.push(format!("{why}: {}", names.join("; ")));
    }
    if !targets.is_empty() {
        let names: Vec<&str> = targets.keys().copied().collect();
        lines.push(format!(
            "attributes that flow to the tenant, and that no tenant here has: {}",
            names.join(", ")
        ));
    }
    lines
}

/// Why a rule is not evaluated at all.
fn whole_rule(rule: &SyncRule) -> Option<&'static str> {
    match (rule.direction, rule.system) {
        _ if !is_modelled(rule) => Some("rules for types of objects that are not modelled"),
        (Direction::Inbound, ConnectedSystem::Entra) => {
            Some("rules that are not evaluated, because the engine itself joins what it imports")
        }
        (Direction::Outbound, ConnectedSystem::ActiveDirectory) => {
            Some("rules that are not evaluated, because only the anchor is written back")
        }
        _ => None,
    }
}

/// Attributes that the engine itself makes, or that the tenant has a place for.
fn is_carried(target: &str) -> bool {
    const OWN: [&str; 5] = ["dn", "member", "commonName", "deviceId", "deviceTrustType"];
    OWN.contains(&target) || has_a_target(target)
}
