//! Collections, page by page.

use std::fmt::Write as _;

use super::error::GraphError;
use super::options::QueryOptions;
use super::resource::Resource;
use crate::tenant::Tenant;

/// One page of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// `@odata.context`.
    pub context: String,
    /// `@odata.count`, where it was asked for.
    pub count: Option<u64>,
    /// `@odata.nextLink`, where there is more.
    pub next_link: Option<String>,
    /// The objects as JSON, with commas between and no brackets around them.
    pub items: Vec<u8>,
}

impl Page {
    /// The whole response.
    pub fn into_body(self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.items.len() + 512);
        body.extend_from_slice(b"{\"@odata.context\":");
        push_text(&mut body, &self.context);
        if let Some(count) = self.count {
            body.extend_from_slice(format!(",\"@odata.count\":{count}").as_bytes());
        }
        if let Some(link) = &self.next_link {
            body.extend_from_slice(b",\"@odata.nextLink\":");
            push_text(&mut body, link);
        }
        body.extend_from_slice(b",\"value\":[");
        body.extend_from_slice(&self.items);
        body.extend_from_slice(b"]}");
        body
    }
}

pub(super) fn push_text(into: &mut Vec<u8>, text: &str) {
    // Writing text to a vector of bytes can't fail.
    let _ = serde_json::to_writer(into, text);
}

/// One page of a collection.
///
/// `base_url` is what the links of the response start with: scheme, host and version, as in
/// `https://graph.microsoft.com/v1.0`.
pub fn list(
    tenant: &Tenant,
    resource: &Resource,
    options: &QueryOptions,
    base_url: &str,
) -> Result<Page, GraphError> {
    let mut items = Vec::new();
    let top = usize::from(options.top.unwrap_or(100));
    let entity = resource.entity_type();
    let live = tenant
        .objects()
        .filter(|(_, object)| object.is_live() && entity.admits(object));
    for (place, (key, _)) in live.take(top).enumerate() {
        if place > 0 {
            items.push(b',');
        }
        super::render::push_one(&mut items, tenant, key, options, None);
    }
    let mut context = format!("{base_url}/$metadata#{}", entity.entity_set());
    if let Some(select) = &options.select {
        let _ = write!(context, "({})", select.join(","));
    }
    Ok(Page {
        context,
        count: None,
        next_link: None,
        items,
    })
}
