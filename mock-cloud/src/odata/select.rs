//! `$select`.

use super::error::GraphError;
use super::filter::check::unknown_property;
use super::options::bad_select;
use super::resource::EntityType;
use super::schema::{self, PropertyFacts, Returned, properties_of, property_of};

/// The properties that a request wants to see.
#[derive(Debug, Clone)]
pub(super) struct Select {
    /// The names as the context of the response lists them.
    pub(super) names: Vec<String>,
    by_type: Vec<(EntityType, Vec<&'static PropertyFacts>)>,
}

impl Select {
    /// Reads the list; nothing where it is empty.
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
        let types = match entity {
            EntityType::DirectoryObject => vec![
                EntityType::User,
                EntityType::Group,
                EntityType::OrgContact,
                EntityType::Device,
                EntityType::DirectoryRole,
            ],
            one => vec![one],
        };
        let mut select = Self {
            names: Vec::new(),
            by_type: types.into_iter().map(|one| (one, Vec::new())).collect(),
        };
        let mut place = 0;
        for item in value.split(',') {
            let name = item.trim();
            if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
                return Err(bad_select(&format!(
                    "An identifier was expected at position {place}."
                )));
            }
            place += item.len() + 1;
            select.add(entity, name, single)?;
        }
        Ok(Some(select))
    }

    fn add(&mut self, entity: EntityType, name: &str, single: bool) -> Result<(), GraphError> {
        if name.starts_with('@') {
            return Err(bad_select(&format!(
                "Term '{name}' is not valid in a $select or $expand expression."
            )));
        }
        if name == "*" {
            // Once is enough: what is asked for twice is answered once.
            if self.names.iter().any(|known| known == name) {
                return Ok(());
            }
            self.names.push(name.to_owned());
            for (owner, list) in &mut self.by_type {
                let all = properties_of(owner.name());
                let shown = |it: &&PropertyFacts| {
                    matches!(it.returned, Returned::Default | Returned::Select)
                };
                include(list, all.filter(shown));
            }
            return Ok(());
        }
        // A path selects the whole of its first part.
        let name = name.split('/').next().unwrap_or(name);
        let known = property_of(entity, name).filter(|facts| !facts.name.contains('/'));
        let Some(facts) = known else {
            return self.unknown(entity, name);
        };
        if facts.returned == Returned::Single && !single {
            let message = "This operation target is not yet supported.";
            return Err(GraphError::new(501, "NotImplemented", message));
        }
        if !self.names.iter().any(|known| known == facts.name) {
            self.names.push(facts.name.to_owned());
            for (owner, list) in &mut self.by_type {
                let own = property_of(*owner, name);
                let shown = |it: &&PropertyFacts| {
                    !matches!(it.returned, Returned::Expand | Returned::Filter)
                };
                include(list, own.into_iter().filter(shown));
            }
        }
        Ok(())
    }

    fn unknown(&mut self, entity: EntityType, name: &str) -> Result<(), GraphError> {
        match entity {
            // Entra PowerShell asks for the UPN of groups and contacts too and gets its answer
            // (graph.md 1.3, quirk 11).
            EntityType::Group | EntityType::OrgContact
                if name.eq_ignore_ascii_case("userPrincipalName") =>
            {
                if !self.names.iter().any(|known| known == "userPrincipalName") {
                    self.names.push("userPrincipalName".to_owned());
                }
                Ok(())
            }
            EntityType::Domain | EntityType::SubscribedSku => Err(bad_select(&format!(
                "Could not find a property named '{name}' on type 'microsoft.graph.{}'.",
                entity.name()
            ))),
            _ => Err(unknown_property(name)),
        }
    }

    /// The properties of one type.
    pub(super) fn of(&self, entity: EntityType) -> &[&'static PropertyFacts] {
        let found = self.by_type.iter().find(|(known, _)| *known == entity);
        found.map_or(&[], |(_, list)| list)
    }
}

/// Adds what is not there yet, so that no property is answered twice.
fn include(
    list: &mut Vec<&'static PropertyFacts>,
    more: impl Iterator<Item = &'static PropertyFacts>,
) {
    for facts in more {
        if !list.iter().any(|known| known.name == facts.name) {
            list.push(facts);
        }
    }
}

/// The properties that are returned of an object of a type.
pub(super) fn returned(select: Option<&Select>, entity: EntityType) -> &[&'static PropertyFacts] {
    match select {
        Some(select) => select.of(entity),
        None => schema::default_properties(entity),
    }
}
