//! Query options of any bytes: parsing and listing end, and nothing panics.
//!
//! `cargo +nightly fuzz run query` in `mock-cloud/`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mock_cloud::odata::{self, EntityType, QueryOptions, Resource};
use mock_cloud::{Profile, Tenant};

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let query = String::from_utf8_lossy(rest);
    let level = (first & 1 == 1).then_some("eventual");
    let resource = match first >> 1 & 7 {
        0 => Resource::Users,
        1 => Resource::Groups,
        2 => Resource::Contacts,
        3 => Resource::DeletedItems(EntityType::User),
        4 => Resource::DirectoryRoles,
        5 => Resource::Domains,
        6 => Resource::Organization,
        _ => Resource::DirectoryObjects,
    };
    let tenant = Tenant::new("contoso.onmicrosoft.com", Profile::Entra2026);
    if let Ok(options) = QueryOptions::parse(&resource, &query, level) {
        let _ = odata::list(&tenant, &resource, &options, "https://localhost/v1.0");
    }
    let _ = QueryOptions::parse_count(&resource, &query, level);
    let _ = QueryOptions::parse_one(EntityType::User, &query);
});
