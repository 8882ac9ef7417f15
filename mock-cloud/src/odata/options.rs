//! The query options of a request.

use super::error::GraphError;
use super::expand::Expand;
use super::filter::check::{self, Test, unsupported};
use super::filter::{Expression, invalid};
use super::order::Order;
use super::query::{Pair, pairs};
use super::resource::{EntityType, Navigation, Resource};
use super::search::Search;
use super::select::Select;
use crate::profile::GraphPolicy;

/// The largest page (graph.md section 4, error 22).
pub const PAGE_MAX: u16 = 999;
/// How many objects a page has where the request does not say.
pub const PAGE_DEFAULT: u16 = 100;

/// What a request asks for beyond its path.
#[derive(Debug, Clone)]
pub struct QueryOptions {
    pub(super) entity: EntityType,
    pub(super) select: Option<Select>,
    pub(super) expand: Option<Expand>,
    pub(super) filter: Option<(Expression, Test)>,
    pub(super) search: Option<Search>,
    pub(super) order: Vec<Order>,
    pub(super) top: Option<u16>,
    pub(super) count: bool,
    pub(super) skip_token: Option<String>,
    /// The options for the link to the next page, as they were sent.
    pub(super) carried: Vec<String>,
}

/// What the options are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Collection,
    Count,
    One,
}

impl Default for QueryOptions {
    /// No options; objects are shown as their own type.
    fn default() -> Self {
        Self::none(EntityType::User)
    }
}

impl QueryOptions {
    /// No options at all.
    pub const fn none(entity: EntityType) -> Self {
        Self {
            entity,
            select: None,
            expand: None,
            filter: None,
            search: None,
            order: Vec::new(),
            top: None,
            count: false,
            skip_token: None,
            carried: Vec::new(),
        }
    }

    /// Reads the query of a request for a collection: everything behind the `?`, still encoded.
    ///
    /// `consistency_level` is the header of that name.
    pub fn parse(
        resource: &Resource,
        raw_query: &str,
        consistency_level: Option<&str>,
    ) -> Result<Self, GraphError> {
        Self::parse_by(GraphPolicy::DEFAULT, resource, raw_query, consistency_level)
    }

    /// The same where doubts are answered in one's own way.
    pub fn parse_by(
        policy: GraphPolicy,
        resource: &Resource,
        raw_query: &str,
        consistency_level: Option<&str>,
    ) -> Result<Self, GraphError> {
        let entity = resource.entity_type();
        let reader = Reader::new(policy, entity, Shape::Collection, consistency_level);
        reader.read(raw_query, Some(resource))
    }

    /// Reads the query of a request for the number of objects in a collection, `/users/$count`.
    pub fn parse_count(
        resource: &Resource,
        raw_query: &str,
        consistency_level: Option<&str>,
    ) -> Result<Self, GraphError> {
        Self::parse_count_by(GraphPolicy::DEFAULT, resource, raw_query, consistency_level)
    }

    /// The same where doubts are answered in one's own way.
    pub fn parse_count_by(
        policy: GraphPolicy,
        resource: &Resource,
        raw_query: &str,
        consistency_level: Option<&str>,
    ) -> Result<Self, GraphError> {
        let entity = resource.entity_type();
        let reader = Reader::new(policy, entity, Shape::Count, consistency_level);
        if !reader.eventual {
            let message = "$count is not currently supported.";
            return Err(GraphError::new(400, "Request_BadRequest", message));
        }
        reader.read(raw_query, Some(resource))
    }

    /// Reads the query of a request for one object.
    pub fn parse_one(entity: EntityType, raw_query: &str) -> Result<Self, GraphError> {
        Reader::new(GraphPolicy::DEFAULT, entity, Shape::One, None).read(raw_query, None)
    }
}

struct Reader {
    policy: GraphPolicy,
    entity: EntityType,
    shape: Shape,
    eventual: bool,
}

impl Reader {
    fn new(
        policy: GraphPolicy,
        entity: EntityType,
        shape: Shape,
        consistency_level: Option<&str>,
    ) -> Self {
        let eventual = |level: &str| level.trim().eq_ignore_ascii_case("eventual");
        Self {
            policy,
            entity,
            shape,
            eventual: consistency_level.is_some_and(eventual),
        }
    }

    fn read(
        &self,
        raw_query: &str,
        resource: Option<&Resource>,
    ) -> Result<QueryOptions, GraphError> {
        let pairs = pairs(raw_query);
        refuse_repetition(&pairs)?;
        let mut options = QueryOptions::none(self.entity);
        options.count = wants_count(&pairs)? && self.eventual && self.shape == Shape::Collection;
        let has_search = pairs.iter().any(|pair| pair.name == "search");
        let advanced = self.eventual && (options.count || has_search || self.shape == Shape::Count);
        for pair in &pairs {
            self.option(&mut options, pair, advanced)?;
        }
        refuse_combinations(&options, resource, advanced)?;
        let carried = pairs.into_iter().filter(|pair| pair.name != "skiptoken");
        options.carried = carried.map(|pair| pair.raw).collect();
        Ok(options)
    }

    fn option(
        &self,
        options: &mut QueryOptions,
        pair: &Pair,
        advanced: bool,
    ) -> Result<(), GraphError> {
        let value = pair.value.trim();
        let collection = self.shape == Shape::Collection;
        match pair.name.as_str() {
            "select" => options.select = Select::parse(self.entity, value, !collection)?,
            "expand" => {
                options.expand = Expand::parse(self.entity, value, self.shape == Shape::One)?;
            }
            "filter" if self.shape != Shape::One => {
                let expression = Expression::parse(value)?;
                let test = check::check(&expression, self.entity, advanced, self.policy)?;
                options.filter = Some((expression, test));
            }
            "search" if self.shape != Shape::One => {
                if !self.eventual {
                    return Err(unsupported(
                        "Request with $search query parameter only works through MSGraph with a \
                         special request header: 'ConsistencyLevel: eventual'",
                    ));
                }
                options.search = Some(Search::parse(self.entity, value)?);
            }
            "orderby" if collection => options.order = Order::parse(self.entity, value, advanced)?,
            "top" if collection => options.top = Some(top(value)?),
            "skiptoken" if collection => options.skip_token = Some(value.to_owned()),
            "skip" => {
                let message = "'$skip' is not supported by the service.";
                return Err(GraphError::new(400, "Request_BadRequest", message));
            }
            "count" | "format" | "deltatoken" => {}
            "filter" | "search" | "orderby" | "top" | "skiptoken" if self.shape == Shape::Count => {
            }
            name if SYSTEM.contains(&name) || pair.written.starts_with('$') => {
                return Err(GraphError::new(
                    400,
                    "Request_BadRequest",
                    format!("Unrecognized query argument specified: '{}'.", pair.written),
                ));
            }
            _ => {}
        }
        Ok(())
    }
}

/// The options of OData that are refused by name, with or without `$`.
const SYSTEM: [&str; 7] = [
    "filter",
    "search",
    "orderby",
    "top",
    "skiptoken",
    "apply",
    "compute",
];

fn refuse_repetition(pairs: &[Pair]) -> Result<(), GraphError> {
    const ONCE: [&str; 8] = [
        "select",
        "expand",
        "filter",
        "search",
        "orderby",
        "top",
        "count",
        "skiptoken",
    ];
    for (place, pair) in pairs.iter().enumerate() {
        let earlier = pairs.iter().take(place);
        if ONCE.contains(&pair.name.as_str())
            && earlier.into_iter().any(|other| other.name == pair.name)
        {
            return Err(bad_request(format!(
                "Query option '${}' was specified more than once, but it must be specified at \
                 most once.",
                pair.name
            )));
        }
    }
    Ok(())
}

fn top(value: &str) -> Result<u16, GraphError> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Err(bad_request(format!(
            "Invalid value '{value}' for $top query option found. The $top query option requires a \
             non-negative integer value."
        )));
    }
    let top = value.parse().ok();
    let top = top.filter(|top| (1..=PAGE_MAX).contains(top));
    top.ok_or_else(|| {
        unsupported(format!(
            "Invalid page size specified: '{value}'. Must be between 1 and {PAGE_MAX} inclusive."
        ))
    })
}

pub(super) fn bad_request(message: impl Into<String>) -> GraphError {
    GraphError::new(400, "BadRequest", message)
}

/// The refusal of a `$select` or `$expand` that can't be read.
pub(super) fn bad_select(detail: &str) -> GraphError {
    bad_request(format!("Parsing OData Select and Expand failed: {detail}"))
}

/// The refusal of a list of sort keys that can't be read.
pub(super) fn bad_order(value: &str, position: usize) -> GraphError {
    invalid_order(&format!(
        "Syntax error at position {position} in '{value}'."
    ))
}

fn invalid_order(detail: &str) -> GraphError {
    let mut error = invalid(detail);
    error.message = format!("Invalid orderby clause: {detail}");
    error
}

fn wants_count(pairs: &[Pair]) -> Result<bool, GraphError> {
    let Some(pair) = pairs.iter().find(|pair| pair.name == "count") else {
        return Ok(false);
    };
    match pair.value.trim() {
        value if value.eq_ignore_ascii_case("true") => Ok(true),
        value if value.eq_ignore_ascii_case("false") => Ok(false),
        value => Err(bad_request(format!(
            "Invalid value '{value}' for $count query option found. Valid values are \
             'true,false'."
        ))),
    }
}

fn refuse_combinations(
    options: &QueryOptions,
    resource: Option<&Resource>,
    advanced: bool,
) -> Result<(), GraphError> {
    if options.filter.is_some() && !options.order.is_empty() && !advanced {
        return Err(unsupported("Sorting not supported for current query."));
    }
    if options.expand.is_some() && advanced {
        return Err(unsupported("Expand is not supported for current query."));
    }
    let Some(Resource::Related {
        navigation, cast, ..
    }) = resource
    else {
        return Ok(());
    };
    // What is linked is indexed in the eventual store alone (graph.md section 5).
    let transitive = matches!(
        navigation,
        Navigation::TransitiveMembers | Navigation::TransitiveMemberOf
    );
    let needs =
        options.filter.is_some() || !options.order.is_empty() || (transitive && cast.is_some());
    if needs && !advanced {
        return Err(unsupported("Unsupported Query."));
    }
    Ok(())
}
