//! Sync rules as values.

use std::fmt;

use mock_ad::directory::Dn;

use super::Expression;

/// Which way a rule lets attributes flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From a connector space into the metaverse.
    Inbound,
    /// From the metaverse into a connector space.
    Outbound,
}

/// The kind of connector that a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConnectedSystem {
    /// A forest of Active Directory.
    ActiveDirectory,
    /// The tenant.
    Entra,
}

/// What a rule does with an object that is not joined yet (rule R5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkType {
    /// Makes the object on the other side.
    Provision,
    /// Only joins, or lets attributes of what is joined flow.
    Join,
    /// Joins, and then holds the metaverse object until the source is deleted.
    StickyJoin,
    /// Joins and lets nothing flow: how objects are handed over to Cloud Sync.
    JoinNoFlow,
}

/// How values of several rules for one attribute come together (rule R5.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Merge {
    /// The rule that comes first gives all values.
    #[default]
    Update,
    /// The same under its older name.
    Replace,
    /// The values of all rules.
    Merge,
    /// The values of all rules, where those that differ only in case are one.
    MergeCaseInsensitive,
}

/// What a clause of a scoping filter asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `EQUAL`.
    Equal,
    /// `NOTEQUAL`.
    NotEqual,
    /// `LESSTHAN`.
    LessThan,
    /// `LESSTHAN_OR_EQUAL`.
    LessThanOrEqual,
    /// `GREATERTHAN`.
    GreaterThan,
    /// `GREATERTHAN_OR_EQUAL`.
    GreaterThanOrEqual,
    /// `CONTAINS`.
    Contains,
    /// `NOTCONTAINS`.
    NotContains,
    /// `STARTSWITH`.
    StartsWith,
    /// `NOTSTARTSWITH`.
    NotStartsWith,
    /// `ENDSWITH`.
    EndsWith,
    /// `NOTENDSWITH`.
    NotEndsWith,
    /// `ISNULL`.
    IsNull,
    /// `ISNOTNULL`.
    IsNotNull,
    /// `ISIN`.
    IsIn,
    /// `ISNOTIN`.
    IsNotIn,
    /// `ISBITSET`.
    IsBitSet,
    /// `ISBITNOTSET`; the documentation also says `ISNOTBITSET`.
    IsBitNotSet,
    /// `ISMEMBEROF`: a direct member of the group with this distinguished name.
    IsMemberOf,
    /// `ISNOTMEMBEROF`.
    IsNotMemberOf,
}

macro_rules! names {
    ($type:ident $($variant:ident $name:literal),* $(,)?) => {
        impl $type {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in configurations.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),*
                }
            }

            /// The one with a name, whatever its case.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.name().eq_ignore_ascii_case(name))
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.name())
            }
        }
    };
}

names!(Direction Inbound "Inbound", Outbound "Outbound");
names!(ConnectedSystem ActiveDirectory "AD", Entra "Entra");
names!(
    LinkType
    Provision "Provision",
    Join "Join",
    StickyJoin "StickyJoin",
    JoinNoFlow "JoinNoFlow",
);
names!(
    Merge
    Update "Update",
    Replace "Replace",
    Merge "Merge",
    MergeCaseInsensitive "MergeCaseInsensitive",
);
names!(
    Operator
    Equal "EQUAL",
    NotEqual "NOTEQUAL",
    LessThan "LESSTHAN",
    LessThanOrEqual "LESSTHAN_OR_EQUAL",
    GreaterThan "GREATERTHAN",
    GreaterThanOrEqual "GREATERTHAN_OR_EQUAL",
    Contains "CONTAINS",
    NotContains "NOTCONTAINS",
    StartsWith "STARTSWITH",
    NotStartsWith "NOTSTARTSWITH",
    EndsWith "ENDSWITH",
    NotEndsWith "NOTENDSWITH",
    IsNull "ISNULL",
    IsNotNull "ISNOTNULL",
    IsIn "ISIN",
    IsNotIn "ISNOTIN",
    IsBitSet "ISBITSET",
    IsBitNotSet "ISBITNOTSET",
    IsMemberOf "ISMEMBEROF",
    IsNotMemberOf "ISNOTMEMBEROF",
);

impl Operator {
    /// The operator as configurations write it, in either spelling of `ISBITNOTSET`.
    pub fn read(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("ISNOTBITSET") {
            return Some(Self::IsBitNotSet);
        }
        Self::from_name(name)
    }

    /// Whether it asks without a value.
    pub const fn is_bare(self) -> bool {
        matches!(self, Self::IsNull | Self::IsNotNull)
    }
}

/// One clause of a scoping filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The attribute of the source object.
    pub attribute: String,
    /// What is asked.
    pub operator: Operator,
    /// With what it is compared; empty for `ISNULL` and `ISNOTNULL`.
    pub value: String,
}

impl fmt::Display for Clause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.attribute, self.operator)?;
        if !self.operator.is_bare() {
            write!(formatter, " {}", self.value)?;
        }
        Ok(())
    }
}

/// One condition of a join: two attributes that have to agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinCondition {
    /// The attribute in the connector space.
    pub connector_space: String,
    /// The attribute in the metaverse.
    pub metaverse: String,
    /// Whether case counts.
    pub case_sensitive: bool,
}

/// One attribute that a rule gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The attribute of the target object.
    pub target: String,
    /// Where its value comes from.
    pub source: Expression,
    /// How it comes together with other rules.
    pub merge: Merge,
}

/// One synchronization rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncRule {
    /// Its name, such as `In from AD - User Join`.
    pub name: String,
    /// The lower the number, the earlier it is asked.
    pub precedence: u32,
    /// Which way attributes flow.
    pub direction: Direction,
    /// Which kind of connector it is for.
    pub system: ConnectedSystem,
    /// The classes of source objects.
    pub from: Vec<String>,
    /// The type of target objects.
    pub to: String,
    /// What it does with an object that is not joined.
    pub link: LinkType,
    /// A rule that is disabled does nothing.
    pub disabled: bool,
    /// Groups of which one has to hold, of clauses of which all have to hold; empty means always.
    pub scope: Vec<Vec<Clause>>,
    /// Groups of which the first that finds exactly one object joins, of conditions that all hold.
    pub join: Vec<Vec<JoinCondition>>,
    /// What it lets flow.
    pub flows: Vec<Flow>,
}

/// The sync rules of one engine, by precedence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    rules: Vec<SyncRule>,
}

impl RuleSet {
    /// Rules in any order; those of one precedence stay in the order given.
    pub fn new(mut rules: Vec<SyncRule>) -> Self {
        rules.sort_by_key(|rule| rule.precedence);
        Self { rules }
    }

    /// All rules, those asked first before.
    pub fn rules(&self) -> &[SyncRule] {
        &self.rules
    }

    /// The rule with a name.
    pub fn find(&self, name: &str) -> Option<&SyncRule> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    /// The groups whose members inbound rules ask for, as their distinguished names.
    pub(crate) fn filtering_groups(&self) -> impl Iterator<Item = Dn> {
        let rules = self.active(Direction::Inbound, ConnectedSystem::ActiveDirectory);
        let clauses = rules.flat_map(|rule| rule.scope.iter().flatten());
        let asks = |clause: &&Clause| {
            matches!(
                clause.operator,
                Operator::IsMemberOf | Operator::IsNotMemberOf
            )
        };
        let values = clauses.filter(asks).map(|clause| clause.value.trim());
        values.filter_map(|value| value.parse().ok())
    }

    /// The same rules with others added; one with a name that is taken replaces its rule.
    #[must_use]
    pub fn with(&self, added: impl IntoIterator<Item = SyncRule>) -> Self {
        let mut rules = self.rules.clone();
        for rule in added {
            rules.retain(|known| known.name != rule.name);
            rules.push(rule);
        }
        Self::new(rules)
    }

    /// The rules that are at work one way, for one kind of connector.
    pub(crate) fn active(
        &self,
        direction: Direction,
        system: ConnectedSystem,
    ) -> impl Iterator<Item = &SyncRule> {
        self.rules.iter().filter(move |rule| {
            rule.direction == direction && rule.system == system && !rule.disabled
        })
    }
}
