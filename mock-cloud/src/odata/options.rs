//! The query options of a request.

use super::error::GraphError;
use super::resource::{EntityType, Resource};

/// What a request asks for beyond its path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryOptions {
    pub(super) select: Option<Vec<String>>,
    pub(super) top: Option<u16>,
}

impl QueryOptions {
    /// Reads the query of a request for a collection: everything behind the `?`, still encoded.
    ///
    /// `consistency_level` is the header of that name.
    pub fn parse(
        resource: &Resource,
        raw_query: &str,
        consistency_level: Option<&str>,
    ) -> Result<Self, GraphError> {
        let _ = consistency_level;
        Self::parse_one(resource.entity_type(), raw_query)
    }

    /// Reads the query of a request for one object.
    pub fn parse_one(entity: EntityType, raw_query: &str) -> Result<Self, GraphError> {
        let _ = entity;
        let mut options = Self::default();
        for pair in raw_query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name.trim_start_matches("%24").trim_start_matches('$') {
                "select" => options.select = Some(value.split(',').map(str::to_owned).collect()),
                "top" => options.top = value.parse().ok(),
                _ => {}
            }
        }
        Ok(options)
    }
}
