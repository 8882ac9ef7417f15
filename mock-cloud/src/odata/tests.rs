//! What Graph answers, by graph.md and by the table of properties.

mod filter;
mod laws;
mod options;
mod paging;
mod rendering;
mod table;

use serde_json::Value;

use super::{GraphError, QueryOptions, Resource, list};
use crate::ids::CloudKey;
use crate::sync_object::Property;
use crate::tenant::Tenant;
use crate::workbench::Workbench;

const BASE: &str = "https://graph.microsoft.com/v1.0";

/// The first page of a collection, as JSON.
fn get(tenant: &Tenant, resource: &Resource, query: &str) -> Result<Value, GraphError> {
    answer(tenant, resource, query, None)
}

/// The same with the advanced query parameters.
fn advanced(tenant: &Tenant, resource: &Resource, query: &str) -> Result<Value, GraphError> {
    answer(
        tenant,
        resource,
        &format!("$count=true&{query}"),
        Some("eventual"),
    )
}

fn answer(
    tenant: &Tenant,
    resource: &Resource,
    query: &str,
    level: Option<&str>,
) -> Result<Value, GraphError> {
    let options = QueryOptions::parse(resource, query, level)?;
    let page = list(tenant, resource, &options, BASE)?;
    Ok(serde_json::from_slice(&page.into_body()).expect("pages are JSON"))
}

/// The values of one property of a page, as text.
fn column(page: &Value, name: &str) -> Vec<String> {
    let rows = page["value"].as_array().expect("pages have a value");
    let text = |row: &Value| row[name].as_str().unwrap_or("null").to_owned();
    rows.iter().map(text).collect()
}

/// Three users, a guest, two groups and a contact.
fn small() -> (Workbench, Vec<CloudKey>) {
    use crate::ids::CloudId;
    use crate::profile::Profile;
    use crate::tenant::{DirectoryObject, Kind};
    use crate::{ProxyAddress, SourceAnchor, Upn};
    use store::Text;

    let mut bench = Workbench::new(Profile::Entra2025);
    let mut keys = Vec::new();
    let mut add = |number: u8, kind: Kind, name: &str| {
        let id = CloudId::from_bytes([number; 16]);
        let mut object = DirectoryObject::new(id, kind, bench.now);
        object.display_name = Some(Text::from(name));
        let address = format!(
            "{}@lamplight.example",
            name.to_lowercase().replace(' ', ".")
        );
        object.mail = Some(Text::from(address.as_str()));
        object.mail_nickname = Some(Text::from(name.split(' ').next().unwrap_or_default()));
        object.proxy_addresses = [
            ProxyAddress::primary(&address),
            ProxyAddress::alias(&format!("n{number}@lamplight.onmicrosoft.com")),
        ]
        .into();
        if kind.is_user() {
            object.user_principal_name = Some(Upn::new(address));
            object.on_premises.immutable_id = Some(SourceAnchor::from_guid_bytes([number; 16]));
            let text = |name| Property::from_name(name).expect("it is a property");
            object.properties = [
                (text("companyName"), Text::from("Lamplight")),
                (
                    text("givenName"),
                    Text::from(name.split(' ').next().unwrap_or_default()),
                ),
            ]
            .into();
        }
        keys.push(bench.tenant.insert(object));
    };
    add(1, Kind::User, "Ann Lee");
    add(2, Kind::User, "Bob O'Neil");
    add(3, Kind::User, "Zoë Ünit");
    add(4, Kind::Guest, "Guest One");
    add(5, Kind::Microsoft365Group, "Marketing Team");
    let security = Kind::Group {
        mail_enabled: false,
        security_enabled: true,
    };
    add(6, security, "HelloWorld 24");
    add(7, Kind::Contact, "Carl Contact");
    (bench, keys)
}
