//! What rules make of an object: scope, precedence, flow, provisioning (rules R5.1 and R5.2).

use std::collections::BTreeMap;

use store::eq_fold;

use super::RuleValue;
use super::expression::{Failure, Source};
use super::model::{Clause, ConnectedSystem, Direction, LinkType, Merge, RuleSet, SyncRule};

/// The attribute that keeps an object in (rule R5.9).
const CLOUD_FILTERED: &str = "cloudFiltered";

/// A metaverse object as inbound rules fill it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// `person`, `group` …
    pub object_type: String,
    attributes: BTreeMap<String, Given>,
}

/// A value and the rules that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Given {
    value: RuleValue,
    rule: String,
}

/// What goes out of a metaverse object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// An object of this type with these attributes.
    Exported {
        /// `user`, `group` or `contact`.
        to: String,
        /// The attributes in the tenant's connector space.
        attributes: BTreeMap<String, RuleValue>,
    },
    /// It stays joined as it is: a rule with `JoinNoFlow` is in scope.
    NoFlow,
}

/// Why an object does not go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// No rule is for its class.
    NoRule,
    /// The scoping filter of the rule that would take it leaves it out.
    OutOfScope {
        /// The rule.
        rule: String,
        /// The clause that does not hold.
        clause: String,
        /// The attribute that the clause is about.
        attribute: String,
    },
    /// This rule sets `cloudFiltered`.
    CloudFiltered {
        /// The rule.
        rule: String,
    },
    /// An expression has no value: the object stays as it was (rule R6.15).
    Failed {
        /// The rule.
        rule: String,
        /// What it would have given.
        target: String,
        /// Why not.
        failure: Failure,
    },
}

impl Image {
    /// The value of an attribute.
    pub fn value(&self, name: &str) -> RuleValue {
        self.attributes
            .get(name)
            .map_or(RuleValue::Null, |given| given.value.clone())
    }

    /// The rule that gave an attribute.
    pub fn giver(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(|given| given.rule.as_str())
    }

    /// All attributes with their values and the rules that gave them.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &RuleValue, &str)> {
        self.attributes
            .iter()
            .map(|(name, given)| (name.as_str(), &given.value, given.rule.as_str()))
    }

    /// Sets an attribute that no rule gives.
    pub(crate) fn set(&mut self, name: &str, value: RuleValue) {
        let given = Given {
            value,
            rule: String::new(),
        };
        self.attributes.insert(name.to_owned(), given);
    }
}

/// A metaverse object as outbound rules read it.
struct Outward<'a> {
    image: &'a Image,
    connected: bool,
}

impl Source for Outward<'_> {
    fn attribute(&self, name: &str) -> RuleValue {
        if name == "cloudAnchor" && self.connected {
            // Only whether there is one is asked; R1.10 is the engine's own.
            return RuleValue::text("known");
        }
        self.image.value(name)
    }

    fn parameter(&self, _: &str) -> RuleValue {
        RuleValue::Null
    }
}

/// What a target had before, for flows that leave it as it is.
pub(crate) type Keeps<'a> = &'a dyn Fn(&str) -> RuleValue;

impl RuleSet {
    /// What inbound rules make of one object of a forest: its attributes in the metaverse, or why
    /// it is not there.
    pub(crate) fn project(
        &self,
        class: &str,
        source: &dyn Source,
        keeps: Keeps<'_>,
    ) -> Result<Image, Why> {
        let rules = || {
            self.active(Direction::Inbound, ConnectedSystem::ActiveDirectory)
                .filter(|rule| rule.is_for(class))
        };
        let holds =
            |rule: &&SyncRule| matches!(rule.link, LinkType::Provision | LinkType::StickyJoin);
        let provisions: Vec<&SyncRule> = rules().filter(holds).collect();
        let Some(taken) = provisions
            .iter()
            .find(|rule| rule.keeps_out(source).is_none())
        else {
            let kept_out = provisions
                .iter()
                .find_map(|it| Some((*it, it.keeps_out(source)?)));
            return Err(kept_out.map_or(Why::NoRule, |(rule, clause)| Why::out(rule, clause)));
        };
        let mut image = Image {
            object_type: taken.to.clone(),
            ..Image::default()
        };
        let in_scope: Vec<&SyncRule> = rules()
            .filter(|rule| rule.keeps_out(source).is_none())
            .collect();
        let filtered = flows(&in_scope, source, keeps, &|name| name == CLOUD_FILTERED)?;
        let is_filtered = filtered
            .get(CLOUD_FILTERED)
            .is_some_and(|it| it.value.equals(&RuleValue::Boolean(true)));
        image.attributes = filtered;
        match flows(&in_scope, source, keeps, &|name| name != CLOUD_FILTERED) {
            Ok(rest) => image.attributes.extend(rest),
            // What is left out is not looked at further.
            Err(_) if is_filtered => {}
            Err(why) => return Err(why),
        }
        Ok(image)
    }

    /// What outbound rules make of one metaverse object. `connected` says whether it has an object
    /// in the tenant's connector space already.
    pub(crate) fn export(
        &self,
        image: &Image,
        connected: bool,
        keeps: Keeps<'_>,
    ) -> Result<Outcome, Why> {
        let source = Outward { image, connected };
        let rules: Vec<&SyncRule> = self
            .active(Direction::Outbound, ConnectedSystem::Entra)
            .filter(|rule| rule.is_for(&image.object_type))
            .collect();
        let in_scope = |rule: &&&SyncRule| rule.keeps_out(&source).is_none();
        let stays = |rule: &&SyncRule| rule.link == LinkType::JoinNoFlow;
        if let Some(rule) = rules.iter().filter(in_scope).find(|rule| stays(rule)) {
            if connected {
                return Ok(Outcome::NoFlow);
            }
            return Err(Why::OutOfScope {
                rule: rule.name.clone(),
                clause: "JoinNoFlow".to_owned(),
                attribute: String::new(),
            });
        }
        let provisions = || rules.iter().filter(|rule| rule.link == LinkType::Provision);
        let Some(taken) = provisions().find(in_scope) else {
            return Err(why_kept_in(provisions().copied(), &source));
        };
        let chosen: Vec<&SyncRule> = rules
            .iter()
            .filter(|rule| rule.to == taken.to)
            .filter(in_scope)
            .copied()
            .collect();
        let given = flows(&chosen, &source, keeps, &|_| true)?;
        Ok(Outcome::Exported {
            to: taken.to.clone(),
            attributes: given
                .into_iter()
                .map(|(name, given)| (name, given.value))
                .collect(),
        })
    }
}

/// The clause that a person should hear of: not that of the rules for other types.
fn why_kept_in<'a>(provisions: impl Iterator<Item = &'a SyncRule>, source: &Outward<'_>) -> Why {
    let kept: Vec<(&SyncRule, &Clause)> = provisions
        .filter_map(|rule| Some((rule, rule.keeps_out(source)?)))
        .collect();
    let of_type = kept
        .iter()
        .find(|(_, clause)| clause.attribute != "sourceObjectType");
    match of_type.or_else(|| kept.first()) {
        None => Why::NoRule,
        Some((_, clause)) if clause.attribute == CLOUD_FILTERED => Why::CloudFiltered {
            rule: source
                .image
                .giver(CLOUD_FILTERED)
                .unwrap_or_default()
                .to_owned(),
        },
        Some((rule, clause)) => Why::out(rule, clause),
    }
}

impl Why {
    fn out(rule: &SyncRule, clause: &Clause) -> Self {
        Self::OutOfScope {
            rule: rule.name.clone(),
            clause: clause.to_string(),
            attribute: clause.attribute.clone(),
        }
    }
}

/// Lets attributes flow from rules that are in scope, in the order of their precedence.
fn flows(
    rules: &[&SyncRule],
    source: &dyn Source,
    keeps: Keeps<'_>,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<BTreeMap<String, Given>, Why> {
    let mut given: BTreeMap<String, Given> = BTreeMap::new();
    for rule in rules {
        for flow in rule.flows.iter().filter(|flow| wanted(&flow.target)) {
            let merges = matches!(flow.merge, Merge::Merge | Merge::MergeCaseInsensitive);
            if given.contains_key(&flow.target) && !merges {
                continue;
            }
            let value = match flow.source.evaluate(source) {
                Ok(RuleValue::IgnoreThisFlow) => keeps(&flow.target),
                Ok(value) => value,
                // Reported when the rules were read.
                Err(Failure::NotEvaluated(_)) => continue,
                Err(failure) => {
                    return Err(Why::Failed {
                        rule: rule.name.clone(),
                        target: flow.target.clone(),
                        failure,
                    });
                }
            };
            if value != RuleValue::AuthoritativeNull && !value.is_present() {
                continue;
            }
            if let Some(known) = given.get_mut(&flow.target) {
                merge(&mut known.value, &value, flow.merge);
                continue;
            }
            let given_by = Given {
                value,
                rule: rule.name.clone(),
            };
            given.insert(flow.target.clone(), given_by);
        }
    }
    Ok(given)
}

/// Adds the values of a later rule. Nothing is added to an `AuthoritativeNull`.
fn merge(known: &mut RuleValue, more: &RuleValue, how: Merge) {
    if *known == RuleValue::AuthoritativeNull {
        return;
    }
    let mut all = known.values().to_vec();
    for value in more.values() {
        let same = |it: &RuleValue| match (it, value) {
            (RuleValue::Text(left), RuleValue::Text(right)) => {
                left == right || how == Merge::MergeCaseInsensitive && eq_fold(left, right)
            }
            (left, right) => left == right,
        };
        if !all.iter().any(same) {
            all.push(value.clone());
        }
    }
    *known = RuleValue::from_list(all);
}
