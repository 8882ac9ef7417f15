//! The lab language as types: what a file may say, and nothing else.
//!
//! The doc comments are the hover text of the JSON Schema: they are written for the trainer who
//! writes a lab. Steps, expectations and worlds are those of the scenario language.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Deserialize as DeserializeDerive, Serialize};

use crate::scenario::model::{Expectation, InitialWorld, Step};
use crate::scenario::{Name, Named, OneOrMany, Spanned, each, recover};

/// A lab: a mess to repair, what counts as repaired, and everything a learner is told.
#[derive(Debug, Clone, PartialEq, DeserializeDerive, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Lab {
    /// A short name to start the lab by, such as `L02`.
    pub lab: Name,
    /// What it is called.
    pub title: Name,
    /// What is learnt.
    pub goal: Name,
    /// The cases of the case library that it is made of, such as `C01`.
    #[serde(default, deserialize_with = "each")]
    pub cases: Vec<Name>,
    /// What the real situation has and this lab has not, one sentence each.
    #[serde(default, deserialize_with = "each")]
    pub not_carried: Vec<Name>,
    /// What is drawn anew for each learner. `<name>` in any text or key stands for what was drawn.
    #[serde(default)]
    pub vary: Named<Spanned<Vary>>,
    /// Different defects: one of them is put over the rest of the file. Besides its `name`, each
    /// has any of this file's keys; mappings are merged, everything else is replaced, `~` removes.
    #[serde(default)]
    pub variants: Vec<Anything>,
    /// What the learner is asked to do, and by whom.
    pub brief: Name,
    /// The messages as they really arrive: mails, the portal, the event log.
    #[serde(default, deserialize_with = "each")]
    pub incident: Vec<Message>,
    /// The world at the beginning, as in a scenario.
    #[serde(deserialize_with = "recover")]
    pub world: InitialWorld,
    /// What has happened before the learner comes, as the steps of a scenario.
    #[serde(default, deserialize_with = "each")]
    pub before: Vec<Spanned<Step>>,
    /// How it should look in the end.
    #[serde(default, deserialize_with = "recover")]
    pub picture: Picture,
    /// What has to hold in the end. All of it is the goal.
    #[serde(default, deserialize_with = "each")]
    pub win: Vec<Spanned<Assertion>>,
    /// What costs points where it does not hold.
    #[serde(default, deserialize_with = "each")]
    pub losses: Vec<Spanned<Loss>>,
    /// What has to be predicted before a cycle may be run.
    #[serde(default, deserialize_with = "each")]
    pub predict: Vec<Question>,
    /// Hints, stage by stage.
    #[serde(default, deserialize_with = "each")]
    pub hints: Vec<Stage>,
    /// How many commands and cycles a good solution takes.
    #[serde(deserialize_with = "recover")]
    pub par: Par,
    /// A solution, as the steps of a scenario.
    #[serde(default, deserialize_with = "each")]
    pub solve: Vec<Spanned<Step>>,
    /// Wrong ways: `lab test` takes each, and it has to cost points.
    #[serde(default, deserialize_with = "each")]
    pub traps: Vec<Spanned<Trap>>,
    /// What there was to learn, told at the end.
    #[serde(default, deserialize_with = "each")]
    pub debrief: Vec<Lesson>,
}

/// Any value: another reading looks at it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Anything;

impl JsonSchema for Anything {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Anything".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!(true)
    }
}

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Anything;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_unit<E>(self) -> Result<Anything, E> {
                Ok(Anything)
            }
        }
        deserializer.deserialize_ignored_any(Any)
    }
}

/// Something that is drawn for each seed.
#[derive(Debug, Clone, PartialEq, Eq, DeserializeDerive, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Vary {
    /// A person: `<x.first>`, `<x.last>`, `<x.name>` (Jane Doe), `<x.local>` (jane.doe), `<x.sam>`
    /// (j.doe), `<x.short>` (jdoe), and a GUID as `<x.guid>`, in Base64 as `<x.anchor>` and, with
    /// its bytes in the wrong order, as `<x.swapped>`.
    Person,
    /// A company: `<x.name>`, `<x.word>`, `<x.domain>`, `<x.other-domain>`, `<x.initial>` (its
    /// onmicrosoft.com domain), `<x.base>` (`DC=…,DC=test`), `<x.local>` (a suffix nobody can
    /// verify).
    Company,
    /// One of these texts, as `<x>`.
    OneOf(OneOrMany<Name>),
    /// A whole number, as `<x>`.
    Number(Between),
}

/// The bounds of a number, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, DeserializeDerive, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Between {
    /// The smallest.
    pub from: u32,
    /// The largest.
    pub to: u32,
}

/// A message, word for word.
#[derive(Debug, Clone, PartialEq, Eq, DeserializeDerive, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Message {
    /// Who sent it, or where it stands: `Event Viewer`, `Microsoft 365 admin center`.
    pub from: Name,
    /// Its subject or heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Name>,
    /// Its text.
    pub text: Name,
}

/// How it should look in the end.
#[derive(Debug, Clone, Default, PartialEq, Eq, DeserializeDerive, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Picture {
    /// In a sentence or two.
    #[serde(default)]
    pub text: Name,
    /// Object by object; these are compared with the present.
    #[serde(default, deserialize_with = "each")]
    pub rows: Vec<Row>,
}

/// A pair of objects, or one of them alone.
#[derive(Debug, Clone, PartialEq, Eq, DeserializeDerive, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Row {
    /// The object of Active Directory; without it, the account has no source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ad: Option<Name>,
    /// The cloud account; without it, the object has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud: Option<Name>,
    /// Where the account is. Default: `live`.
    #[serde(default, deserialize_with = "recover")]
    pub state: AccountState,
}

/// Where an account is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, DeserializeDerive, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AccountState {
    /// It is there.
    #[default]
    Live,
    /// It is in the recycle bin.
    RecycleBin,
    /// It is gone for good.
    Gone,
}

impl AccountState {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::RecycleBin => "in the recycle bin",
            Self::Gone => "gone for good",
        }
    }
}

/// Something that has to hold in the end.
#[derive(Debug, Clone, PartialEq, DeserializeDerive, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Assertion {
    /// What it is about, in the learner's words: `mailbox of Jane`.
    pub name: Name,
    /// What is said when it holds: `kept`.
    pub met: Name,
    /// What is said when it does not: `gone`. Default: what was found instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<Name>,
    /// What is expected, as in a scenario.
    pub expect: OneOrMany<Spanned<Expectation>>,
}

/// Something that costs points where it does not hold.
#[derive(Debug, Clone, PartialEq, DeserializeDerive, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Loss {
    /// What is lost, in the learner's words.
    pub name: Name,
    /// What is expected, as in a scenario.
    #[serde(default)]
    pub expect: OneOrMany<Spanned<Expectation>>,
    /// A hazard that must not be met on the way, such as `W04`; with or without `expect`.
    #[serde(default, deserialize_with = "recover")]
    pub hazard: Option<Name>,
    /// Points.
    pub costs: u32,
    /// Why that is a loss.
    pub because: Name,
    /// Whether it has to hold after every command, not only in the end. Default: false.
    #[serde(default, deserialize_with = "recover")]
    pub always: bool,
}

/// What has to be predicted before a cycle.
#[derive(Debug, Clone, PartialEq, Eq, DeserializeDerive, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Question {
    /// Before which of the learner's cycles: 1 for the first.
    pub cycle: u32,
    /// The object of Active Directory that it is about.
    pub about: Name,
    /// The question. Default: what the cycle will do to the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<Name>,
}

/// The hints of one stage.
#[derive(Debug, Clone, PartialEq, DeserializeDerive, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Stage {
    /// What is to be done in this stage.
    pub stage: Name,
    /// The stage is over when this holds; without it, when the lab is won.
    #[serde(default)]
    pub until: OneOrMany<Spanned<Expectation>>,
    /// The idea.
    pub concept: Name,
    /// Which object it is about.
    pub object: Name,
    /// The command itself.
    pub command: Name,
    /// What each level costs. Default: 3, 6 and 12 points.
    #[serde(default, deserialize_with = "recover")]
    pub costs: HintCosts,
}

/// What hints cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, DeserializeDerive, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HintCosts {
    /// The idea. Default: 3.
    #[serde(default = "three")]
    pub concept: u32,
    /// The object. Default: 6.
    #[serde(default = "six")]
    pub object: u32,
    /// The command. Default: 12.
    #[serde(default = "twelve")]
    pub command: u32,
}

impl Default for HintCosts {
    fn default() -> Self {
        Self {
            concept: three(),
            object: six(),
            command: twelve(),
        }
    }
}

const fn three() -> u32 {
    3
}

const fn six() -> u32 {
    6
}

const fn twelve() -> u32 {
    12
}

/// What a good solution takes. More costs points.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, DeserializeDerive, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Par {
    /// Commands in the directories and on the engine, without cycles and waiting.
    pub commands: u32,
    /// Cycles.
    pub cycles: u32,
    /// Steps that can't be undone. Default: none.
    #[serde(default)]
    pub irreversible: u32,
}

/// A wrong way, and what it costs.
#[derive(Debug, Clone, PartialEq, DeserializeDerive, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Trap {
    /// What is done wrong.
    pub name: Name,
    /// The steps.
    #[serde(default, deserialize_with = "each")]
    pub steps: Vec<Spanned<Step>>,
    /// What it costs: `goal`, `data`, `administrators`, `irreversible`, `commands`, `cycles`,
    /// `guards`, or the name of one of `losses`.
    pub costs: OneOrMany<Name>,
}

/// One thing that there was to learn.
#[derive(Debug, Clone, PartialEq, Eq, DeserializeDerive, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Lesson {
    /// What, and why it is so.
    pub says: Name,
    /// The rules behind it, such as `R2.1`.
    #[serde(default)]
    pub rules: OneOrMany<Name>,
    /// The hazards behind it, such as `W01`.
    #[serde(default)]
    pub hazards: OneOrMany<Name>,
    /// Where it is known from, besides the sources of the rules.
    #[serde(default)]
    pub sources: OneOrMany<Name>,
}
