//! `$expand`: related objects inside an object.

use super::error::GraphError;
use super::filter::check::{unknown_property, unsupported};
use super::options::bad_select;
use super::resource::{EntityType, Navigation};
use super::schema::property_of;
use super::select::Select;

/// How many objects of a relation come with one object (documentation of `$expand`).
pub(super) const EXPANDED_MAX: usize = 20;

/// One relation to show.
#[derive(Debug, Clone)]
pub(super) struct Expand {
    pub(super) navigation: Navigation,
    pub(super) select: Option<Select>,
}

impl Expand {
    /// Reads `manager($select=id,displayName)`; nothing where it is empty.
    ///
    /// `single` says that one object is asked for, not a collection.
    pub(super) fn parse(
        entity: EntityType,
        value: &str,
        single: bool,
    ) -> Result<Option<Self>, GraphError> {
        if value.is_empty() {
            return Ok(None);
        }
        let (name, options) = match value.split_once('(') {
            None => (value, ""),
            Some((name, rest)) => match rest.strip_suffix(')') {
                Some(options) => (name, options),
                None => return Err(bad_select("Found an unbalanced bracket expression.")),
            },
        };
        if name.contains(',') || options.contains("),") {
            return Err(unsupported(
                "Only one property can be expanded in a single query.",
            ));
        }
        let facts = property_of(entity, name.trim()).filter(|it| it.edm.navigation);
        let navigation = Navigation::from_name(name.trim());
        let Some((facts, navigation)) = facts.zip(navigation) else {
            return Err(match property_of(entity, name.trim()) {
                Some(facts) => unsupported(format!(
                    "Property '{}' does not support $expand.",
                    facts.name
                )),
                None => unknown_property(name.trim()),
            });
        };
        let mut expand = Self {
            navigation,
            select: None,
        };
        for option in options
            .split(';')
            .filter(|option| !option.trim().is_empty())
        {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            let name = name.trim().trim_start_matches('$').to_ascii_lowercase();
            match name.as_str() {
                "select" => {
                    let target = EntityType::DirectoryObject;
                    expand.select = Select::parse(target, value.trim(), single)?;
                }
                // One level is what everybody gets.
                "levels" => {}
                _ => {
                    return Err(bad_select(&format!(
                        "The query option '${name}' is not supported for the property '{}'.",
                        facts.name
                    )));
                }
            }
        }
        Ok(Some(expand))
    }
}
