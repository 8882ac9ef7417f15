//! Rules as people write them, in YAML.
//!
//! ```yaml
//! rules:
//!   - name: In from AD - User Department
//!     direction: Inbound
//!     precedence: 50
//!     from: [user]
//!     to: person
//!     scope:
//!       - [department EQUAL Sales, "employeeType NOTSTARTSWITH X"]
//!     flow:
//!       department: '"Sales & Marketing"'
//! ```

use std::collections::BTreeMap;
use std::ops::Not;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::{
    Clause, ConnectedSystem, Direction, Flow, JoinCondition, LinkType, Merge, Operator, RuleSet,
    SyncRule,
};
use super::{Expression, Variant};
use crate::scenario::nearest;

/// One rule as it is written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleForm {
    /// Its name, such as `In from AD - User Join`.
    pub name: String,
    /// `Inbound`, from a connector space into the metaverse, or `Outbound`. Default: Inbound.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub direction: String,
    /// The kind of connector: `AD` or `Entra`. Default: AD for inbound rules, Entra for outbound.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub connector: String,
    /// The lower the number, the earlier it is asked. The rules that are installed begin at 100.
    pub precedence: u32,
    /// The classes of source objects: `user`, `group`, `person` …
    pub from: Vec<String>,
    /// The type of target objects: `person` or `group`; outbound `user`, `group` or `contact`.
    pub to: String,
    /// `Provision`, `Join`, `StickyJoin` or `JoinNoFlow`. Default: Join.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// A rule that is disabled does nothing. Default: false.
    #[serde(default, skip_serializing_if = "<&bool>::not")]
    pub disabled: bool,
    /// Groups of which one has to hold, of clauses such as `department EQUAL Sales`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scope: Vec<Vec<String>>,
    /// Groups tried in order, of conditions such as `objectSid = objectSid`: the attribute in the
    /// connector space, then that in the metaverse; `==` where case counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub join: Vec<Vec<String>>,
    /// Attributes that flow as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copied: Vec<String>,
    /// Attributes that flow without blanks around them: `Trim([…])`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trimmed: Vec<String>,
    /// Target attributes and the expressions they get.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub flow: BTreeMap<String, String>,
    /// How values come together with those of other rules: `Update` unless said otherwise here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub merge: BTreeMap<String, String>,
    /// What differs between eras; only in the rules that are installed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(skip)]
    pub variants: Vec<VariantForm>,
}

/// What a rule says besides in one era.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VariantForm {
    /// An anchor attribute or a switch of the engine.
    #[serde(rename = "if")]
    condition: String,
    #[serde(default)]
    scope: Vec<Vec<String>>,
    #[serde(default)]
    flow: BTreeMap<String, String>,
}

/// A file of rules.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RulesFile {
    pub(crate) rules: Vec<RuleForm>,
}

/// What is wrong with a rule, and at which of its words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("in the rule `{rule}`, {message}")]
pub struct RuleError {
    /// The name of the rule.
    pub rule: String,
    /// The text that is wrong, as it is written.
    pub text: String,
    /// What is wrong and what is expected.
    pub message: String,
}

impl RuleForm {
    /// The rule that is meant, or everything that is wrong with it.
    pub fn read(&self, variant: &Variant) -> Result<SyncRule, Vec<RuleError>> {
        let mut reading = Reading {
            rule: &self.name,
            errors: Vec::new(),
        };
        let variants = || self.variants.iter().filter(|it| variant.has(&it.condition));
        let direction = reading.word("direction", &self.direction, Direction::Inbound);
        let default_system = match direction {
            Direction::Inbound => ConnectedSystem::ActiveDirectory,
            Direction::Outbound => ConnectedSystem::Entra,
        };
        let system = reading.word("connector", &self.connector, default_system);
        let link = reading.word("link", &self.link, LinkType::Join);
        let scope = variants().map(|it| &it.scope).find(|it| !it.is_empty());
        let scope = scope.unwrap_or(&self.scope);
        let flows = self.flows(variants().map(|it| &it.flow), &mut reading);
        let scope = scope
            .iter()
            .map(|group| group.iter().filter_map(|it| reading.clause(it)).collect())
            .collect();
        let join = self
            .join
            .iter()
            .map(|group| group.iter().filter_map(|it| reading.join(it)).collect())
            .collect();
        if !reading.errors.is_empty() {
            return Err(reading.errors);
        }
        Ok(SyncRule {
            name: self.name.clone(),
            precedence: self.precedence,
            direction,
            system,
            from: self.from.clone(),
            to: self.to.clone(),
            link,
            disabled: self.disabled,
            scope,
            join,
            flows,
        })
    }

    fn flows<'a>(
        &'a self,
        variants: impl Iterator<Item = &'a BTreeMap<String, String>>,
        reading: &mut Reading<'_>,
    ) -> Vec<Flow> {
        let mut sources = BTreeMap::new();
        for name in &self.copied {
            sources.insert(name.as_str(), Expression::direct(name));
        }
        for name in &self.trimmed {
            if let Some(read) = reading.expression(name, &format!("Trim([{name}])")) {
                sources.insert(name, read);
            }
        }
        for (target, text) in self.flow.iter().chain(variants.flatten()) {
            if let Some(read) = reading.expression(target, text) {
                sources.insert(target, read);
            }
        }
        for name in self
            .merge
            .keys()
            .filter(|it| !sources.contains_key(it.as_str()))
        {
            reading.note(
                name,
                "`merge` names an attribute that does not flow".to_owned(),
            );
        }
        sources
            .into_iter()
            .map(|(target, source)| Flow {
                target: target.to_owned(),
                source,
                merge: self.merge.get(target).map_or(Merge::Update, |name| {
                    reading.word("merge", name, Merge::Update)
                }),
            })
            .collect()
    }

    /// A rule as it would be written.
    pub fn of(rule: &SyncRule) -> Self {
        let words = |groups: &[Vec<Clause>]| -> Vec<Vec<String>> {
            let group = |group: &Vec<Clause>| group.iter().map(ToString::to_string).collect();
            groups.iter().map(group).collect()
        };
        let joins = |groups: &[Vec<JoinCondition>]| -> Vec<Vec<String>> {
            let condition = |it: &JoinCondition| {
                let sign = if it.case_sensitive { "==" } else { "=" };
                format!("{} {sign} {}", it.connector_space, it.metaverse)
            };
            groups
                .iter()
                .map(|group| group.iter().map(condition).collect())
                .collect()
        };
        let mut form = Self {
            name: rule.name.clone(),
            direction: rule.direction.name().to_owned(),
            connector: rule.system.name().to_owned(),
            precedence: rule.precedence,
            from: rule.from.clone(),
            to: rule.to.clone(),
            link: rule.link.name().to_owned(),
            disabled: rule.disabled,
            scope: words(&rule.scope),
            join: joins(&rule.join),
            ..Self::default()
        };
        for flow in &rule.flows {
            let target = flow.target.clone();
            if flow.merge != Merge::Update {
                form.merge
                    .insert(target.clone(), flow.merge.name().to_owned());
            }
            if flow.source.as_attribute() == Some(&target) {
                form.copied.push(target);
            } else if flow.source.text() == format!("Trim([{target}])") {
                form.trimmed.push(target);
            } else {
                form.flow.insert(target, flow.source.text().to_owned());
            }
        }
        form
    }
}

impl RuleSet {
    /// The rules of a file in YAML.
    pub fn read(forms: &[RuleForm], variant: &Variant) -> Result<Self, Vec<RuleError>> {
        let mut errors = Vec::new();
        let mut rules = Vec::new();
        for form in forms {
            match form.read(variant) {
                Ok(rule) => rules.push(rule),
                Err(found) => errors.extend(found),
            }
        }
        if errors.is_empty() {
            Ok(Self::new(rules))
        } else {
            Err(errors)
        }
    }

    /// The rules as a file in YAML.
    pub fn write(&self) -> String {
        let rules = self.rules().iter().map(RuleForm::of).collect();
        crate::scenario::write_document(&RulesFile { rules })
    }
}

/// A word that chooses among a few.
trait Word: Copy + 'static {
    const WORDS: &'static [Self];
    fn word(self) -> &'static str;
}

macro_rules! words {
    ($($type:ident)*) => {
        $(impl Word for $type {
            const WORDS: &'static [Self] = Self::ALL;
            fn word(self) -> &'static str {
                self.name()
            }
        })*
    };
}

words!(Direction ConnectedSystem LinkType Merge);

struct Reading<'a> {
    rule: &'a str,
    errors: Vec<RuleError>,
}

impl Reading<'_> {
    fn note(&mut self, text: &str, message: String) {
        self.errors.push(RuleError {
            rule: self.rule.to_owned(),
            text: text.to_owned(),
            message,
        });
    }

    fn word<T: Word>(&mut self, what: &str, written: &str, default: T) -> T {
        if written.is_empty() {
            return default;
        }
        let found = T::WORDS
            .iter()
            .find(|it| it.word().eq_ignore_ascii_case(written));
        if let Some(found) = found {
            return *found;
        }
        let all: Vec<String> = T::WORDS
            .iter()
            .map(|it| format!("`{}`", it.word()))
            .collect();
        let message = format!("unknown {what} `{written}`: expected {}", all.join(" or "));
        self.note(written, message);
        default
    }

    fn expression(&mut self, target: &str, text: &str) -> Option<Expression> {
        Expression::read(text)
            .map_err(|error| {
                let message = format!("the flow of `{target}` can't be read {error}");
                self.note(text, message);
            })
            .ok()
    }

    fn clause(&mut self, written: &str) -> Option<Clause> {
        let mut parts = written.splitn(3, ' ');
        let (attribute, operator) = (parts.next()?, parts.next().unwrap_or_default());
        let value = parts.next().unwrap_or_default();
        let Some(operator) = Operator::read(operator) else {
            let names = Operator::ALL.iter().map(|it| it.name());
            let help = match nearest(&operator.to_ascii_uppercase(), names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "expected an attribute, an operator such as EQUAL, a value".to_owned(),
            };
            let message = format!("the clause `{written}` has no known operator: {help}");
            self.note(written, message);
            return None;
        };
        Some(Clause {
            attribute: attribute.to_owned(),
            operator,
            value: value.to_owned(),
        })
    }

    fn join(&mut self, written: &str) -> Option<JoinCondition> {
        let parts: Vec<&str> = written.split_whitespace().collect();
        let [connector_space, sign @ ("=" | "=="), metaverse] = parts.as_slice() else {
            let message = format!(
                "the join `{written}` is none: expected `attribute = attribute`, that in the \
                 connector space first"
            );
            self.note(written, message);
            return None;
        };
        Some(JoinCondition {
            connector_space: (*connector_space).to_owned(),
            metaverse: (*metaverse).to_owned(),
            case_sensitive: *sign == "==",
        })
    }
}
