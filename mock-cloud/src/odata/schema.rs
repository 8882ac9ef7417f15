//! The types of Graph v1.0 as far as they are served, read from one table.
//!
//! `properties.tsv` beside this file holds one property a line: its type in Microsoft's published
//! CSDL, when it is returned, which operators of `$filter` it takes and whether those need the
//! advanced query parameters, whether `$orderby` sorts by it, who may write it. Nothing else in
//! this crate says so; `$metadata`, the OpenAPI schemas, the checks of query options and the
//! validator of responses are all made from it.
//!
//! Sources, by the last column: `csdl`, `v1.0-Prod.csdl` of 2026-08; `docs`, the tables of
//! "Advanced query capabilities" of 2022 to 2023; `sdk`, the property comments of msgraph-sdk
//! 1.65.0 of 2026; `src`, what Entra PowerShell sends without the header; `beta`, served although
//! only the beta schema declares it. Where the documentation gives no gate for `ge` and `le`, it
//! is that of `eq`.

use std::sync::LazyLock;

use super::read::Reader;
use super::resource::EntityType;

/// What the table says about one property.
#[derive(Debug, Clone)]
pub struct PropertyFacts {
    /// The type it is declared on, without namespace.
    pub owner: &'static str,
    /// The name; for a filter below a complex property, both names with a slash between.
    pub name: &'static str,
    /// Its type.
    pub edm: Edm,
    /// When it is returned.
    pub returned: Returned,
    /// What `$filter` may do with it.
    pub filter: FilterSupport,
    /// Whether `$orderby` sorts by it.
    pub orderby: Gate,
    /// Whether nobody can set it through Graph.
    pub read_only: bool,
    /// Whether it is sensitive: on privileged users only some roles may change it.
    pub sensitive: bool,
    /// The longest value, in characters.
    pub max_length: Option<usize>,
    /// Where the facts are from.
    pub source: &'static str,
    pub(super) reader: Reader,
    /// `"name":`, as it stands in JSON.
    pub(super) json_key: String,
}

/// A type of the entity data model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edm {
    /// The type of one value.
    pub kind: EdmKind,
    /// Whether it is a collection.
    pub collection: bool,
    /// Whether it is declared without `Nullable="false"`.
    pub nullable: bool,
    /// Whether it is a navigation property.
    pub navigation: bool,
}

/// The type of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdmKind {
    /// `Edm.String`.
    String,
    /// `Edm.Boolean`.
    Boolean,
    /// `Edm.DateTimeOffset`.
    DateTimeOffset,
    /// `Edm.Int32`.
    Int32,
    /// `Edm.Guid`.
    Guid,
    /// `Edm.Duration`.
    Duration,
    /// A complex, enumeration or entity type of `microsoft.graph`.
    Named(&'static str),
}

impl EdmKind {
    /// The name with its namespace: `Edm.String`, `microsoft.graph.assignedLicense`.
    pub fn full_name(self) -> String {
        match self {
            Self::String => "Edm.String".to_owned(),
            Self::Boolean => "Edm.Boolean".to_owned(),
            Self::DateTimeOffset => "Edm.DateTimeOffset".to_owned(),
            Self::Int32 => "Edm.Int32".to_owned(),
            Self::Guid => "Edm.Guid".to_owned(),
            Self::Duration => "Edm.Duration".to_owned(),
            Self::Named(name) => format!("microsoft.graph.{name}"),
        }
    }
}

/// When a property is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// Always, unless `$select` says otherwise.
    Default,
    /// Only when selected.
    Select,
    /// Only when selected for a single user; 501 on the collection.
    Single,
    /// Never: it exists for `$filter`.
    Filter,
    /// Through `$expand` or a path of its own.
    Expand,
    /// It is part of a complex value.
    Member,
}

/// Whether something works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Gate {
    /// By default.
    Default,
    /// With `ConsistencyLevel: eventual` and `$count=true`.
    Advanced,
    /// Not at all.
    #[default]
    Never,
}

/// What `$filter` may do with a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterUse {
    /// `eq`.
    Eq,
    /// `ne`.
    Ne,
    /// Below `not`.
    Not,
    /// `ge`.
    Ge,
    /// `le`.
    Le,
    /// `in`.
    In,
    /// `startsWith`.
    StartsWith,
    /// `endsWith`.
    EndsWith,
    /// `eq null`.
    Null,
    /// `/$count eq 0` and `/$count ne 0`.
    Count0,
    /// `/$count eq 1` and `/$count ne 1`.
    Count1,
}

impl FilterUse {
    /// Every use, with its name in the table.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::Eq, "eq"),
        (Self::Ne, "ne"),
        (Self::Not, "not"),
        (Self::Ge, "ge"),
        (Self::Le, "le"),
        (Self::In, "in"),
        (Self::StartsWith, "startsWith"),
        (Self::EndsWith, "endsWith"),
        (Self::Null, "null"),
        (Self::Count0, "count0"),
        (Self::Count1, "count1"),
    ];

    /// The operator as messages name it.
    pub const fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// What `$filter` may do with one property, use by use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FilterSupport([Gate; 11]);

impl FilterSupport {
    /// Whether one use works.
    pub const fn gate(&self, what: FilterUse) -> Gate {
        self.0[what as usize]
    }

    /// Whether `$filter` may name the property at all.
    pub fn is_any(&self) -> bool {
        self.0.iter().any(|gate| *gate != Gate::Never)
    }

    fn parse(cell: &str) -> Self {
        let mut support = Self::default();
        for part in cell.split_whitespace() {
            let (name, gate) = part.split_once(':').unwrap_or((part, ""));
            let mut all = FilterUse::ALL.iter();
            if let Some((what, _)) = all.find(|(_, known)| *known == name) {
                support.0[*what as usize] = gate_of(gate);
            }
        }
        support
    }
}

fn gate_of(cell: &str) -> Gate {
    match cell {
        "D" => Gate::Default,
        "A" => Gate::Advanced,
        _ => Gate::Never,
    }
}

static TABLE: LazyLock<Vec<PropertyFacts>> = LazyLock::new(|| {
    include_str!("properties.tsv")
        .lines()
        .skip(1)
        .filter_map(facts)
        .collect()
});

fn facts(line: &'static str) -> Option<PropertyFacts> {
    let mut cells = line.split('\t');
    let mut cell = || cells.next();
    let (owner, name) = (cell()?, cell()?);
    let edm = edm(cell()?);
    let returned = match cell()? {
        "default" => Returned::Default,
        "select" => Returned::Select,
        "single" => Returned::Single,
        "filter" => Returned::Filter,
        "expand" => Returned::Expand,
        _ => Returned::Member,
    };
    let (filter, orderby, access, max) = (cell()?, cell()?, cell()?, cell()?);
    Some(PropertyFacts {
        owner,
        name,
        edm,
        returned,
        filter: FilterSupport::parse(filter),
        orderby: gate_of(orderby),
        read_only: access.contains("read-only"),
        sensitive: access.contains("sensitive"),
        max_length: max.parse().ok(),
        source: cell()?,
        reader: Reader::of(name, edm),
        json_key: format!("\"{name}\":"),
    })
}

fn edm(cell: &'static str) -> Edm {
    let (rest, collection) = match cell.strip_prefix("[]") {
        Some(rest) => (rest, true),
        None => (cell, false),
    };
    let (rest, navigation) = match rest.strip_prefix("->") {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let (name, nullable) = match rest.strip_suffix('!') {
        Some(name) => (name, false),
        None => (rest, true),
    };
    let kind = match name {
        "String" => EdmKind::String,
        "Boolean" => EdmKind::Boolean,
        "DateTimeOffset" => EdmKind::DateTimeOffset,
        "Int32" => EdmKind::Int32,
        "Guid" => EdmKind::Guid,
        "Duration" => EdmKind::Duration,
        _ => EdmKind::Named(name),
    };
    Edm {
        kind,
        collection,
        nullable,
        navigation,
    }
}

/// Every property of the table, in its order.
pub fn properties() -> &'static [PropertyFacts] {
    &TABLE
}

/// The properties of one type, complex or entity, in the order in which they are returned.
pub fn properties_of(owner: &str) -> impl Iterator<Item = &'static PropertyFacts> {
    TABLE.iter().filter(move |facts| facts.owner == owner)
}

/// The property of an entity type with a name, whatever its case (graph.md 1.3, quirk 9).
///
/// A collection of `directoryObject` is open: what any of the types in it has, it has.
pub fn property_of(entity: EntityType, name: &str) -> Option<&'static PropertyFacts> {
    let on = |owner: &str| {
        let mut all = properties_of(owner);
        all.find(|facts| facts.name.eq_ignore_ascii_case(name))
    };
    on(entity.name()).or_else(|| {
        let others = match entity {
            EntityType::DirectoryObject => ["user", "group", "orgContact"].as_slice(),
            _ => &[],
        };
        others.iter().find_map(|owner| on(owner))
    })
}

/// The names of the complex types of the table.
pub fn complex_types() -> Vec<&'static str> {
    let members = TABLE.iter().filter(|it| it.returned == Returned::Member);
    let mut names: Vec<_> = members.map(|facts| facts.owner).collect();
    names.dedup();
    names
}

static DEFAULTS: LazyLock<Vec<(EntityType, Vec<&'static PropertyFacts>)>> = LazyLock::new(|| {
    let all = EntityType::ALL.into_iter();
    all.map(|entity| {
        let of_type = properties_of(entity.name());
        let default = of_type.filter(|facts| facts.returned == Returned::Default);
        (entity, default.collect())
    })
    .collect()
});

/// What is returned of a type without `$select`.
pub(super) fn default_properties(entity: EntityType) -> &'static [&'static PropertyFacts] {
    let found = DEFAULTS.iter().find(|(known, _)| *known == entity);
    found.map_or(&[], |(_, properties)| properties)
}
