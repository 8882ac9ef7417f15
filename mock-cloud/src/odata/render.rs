//! Single objects.

use super::list::push_text;
use super::options::QueryOptions;
use super::resource::EntityType;
use crate::ids::CloudKey;
use crate::tenant::Tenant;

/// One object as the body of a response; `{}` where nobody has that key.
///
/// `base_url` is what the links of the response start with: scheme, host and version.
pub fn render_one(
    tenant: &Tenant,
    key: CloudKey,
    options: &QueryOptions,
    base_url: &str,
) -> Vec<u8> {
    let set = tenant.object(key).map(|it| EntityType::of(it).entity_set());
    let context = format!(
        "{base_url}/$metadata#{}/$entity",
        set.unwrap_or("directoryObjects")
    );
    let mut body = Vec::new();
    push_one(&mut body, tenant, key, options, Some(&context));
    body
}

pub(super) fn push_one(
    into: &mut Vec<u8>,
    tenant: &Tenant,
    key: CloudKey,
    _options: &QueryOptions,
    context: Option<&str>,
) {
    into.push(b'{');
    let Some(object) = tenant.object(key) else {
        into.push(b'}');
        return;
    };
    if let Some(context) = context {
        into.extend_from_slice(b"\"@odata.context\":");
        push_text(into, context);
        into.push(b',');
    }
    into.extend_from_slice(b"\"id\":");
    push_text(into, &object.id.to_string());
    into.push(b'}');
}
