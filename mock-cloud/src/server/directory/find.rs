//! From the words of a path or a reference to an object.

use serde_json::Value;

use super::super::path::percent_decode;
use super::super::problem::Problem;
use super::Exchange;
use crate::ids::{CloudId, CloudKey};
use crate::odata::EntityType;
use crate::tenant::Tenant;

/// The live object of an id, or of a UPN where it may be a user.
pub(super) fn live(tenant: &Tenant, text: &str, entity: EntityType) -> Option<CloudKey> {
    let is_meant = |key: &CloudKey| {
        let object = tenant.object(*key);
        object.is_some_and(|object| object.is_live() && entity.admits(object))
    };
    if let Ok(id) = text.parse::<CloudId>() {
        return tenant.find_by_id(id).filter(is_meant);
    }
    if entity != EntityType::User {
        return None;
    }
    // `$` in front of a UPN that begins with one is how the documentation escapes it.
    let name = text.strip_prefix("$'").unwrap_or(text);
    tenant.find_user_by_upn(name).filter(is_meant)
}

impl Exchange<'_> {
    /// The live object that a segment of the path names, for a read.
    pub(super) fn find(&self, place: usize, entity: EntityType) -> Result<CloudKey, Problem> {
        let text = self.path.raw(place);
        live(self.tenant(), text, entity).ok_or_else(|| Problem::not_found(text))
    }

    /// The live object that a segment of the path names, for a write.
    pub(super) fn find_to_write(
        &self,
        place: usize,
        entity: EntityType,
    ) -> Result<CloudKey, Problem> {
        let text = self.path.raw(place);
        live(self.host.tenant(), text, entity).ok_or_else(|| Problem::not_found(text))
    }

    /// The object that a reference names: `@odata.id`, with whatever host the client believes in.
    pub(super) fn referenced(&self, reference: &Value) -> Result<CloudKey, Problem> {
        let text = reference.as_str().ok_or_else(invalid_reference)?;
        let address = text.split(['?', '#']).next().unwrap_or_default();
        let last = address
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or_default();
        let last = percent_decode(last, false);
        let key = match last.strip_suffix(')').and_then(|rest| rest.split_once('(')) {
            Some((_, key)) => key.trim_matches('\'').to_owned(),
            None => last,
        };
        if key.is_empty() {
            return Err(invalid_reference());
        }
        let tenant = self.host.tenant();
        let found = live(tenant, &key, EntityType::DirectoryObject);
        let found = found.or_else(|| live(tenant, &key, EntityType::User));
        found.ok_or_else(|| Problem::not_found(&key))
    }
}

pub(super) fn invalid_reference() -> Problem {
    Problem::bad_request("Invalid URL format specified in payload.")
}
