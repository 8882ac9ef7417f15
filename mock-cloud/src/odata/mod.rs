//! The tenant as Microsoft Graph v1.0 shows it: query options in, JSON out.
//!
//! This half of the Graph endpoint is pure. It knows resources, the properties of their types,
//! the query options and the shape of what comes back; it knows neither HTTP nor tokens nor the
//! time. A server parses the request's path into a [`Resource`], its query into
//! [`QueryOptions`], and sends what [`list()`], [`count`], [`render_one`] or [`render_single`]
//! give.
//!
//! ```
//! use mock_cloud::odata::{self, QueryOptions, Resource};
//! use mock_cloud::{Profile, Tenant};
//!
//! let tenant = Tenant::new("contoso.onmicrosoft.com", Profile::Entra2025);
//! let options = QueryOptions::parse(&Resource::Users, "%24top=5&$select=id", None)?;
//! let page = odata::list(&tenant, &Resource::Users, &options, "https://localhost/v1.0")?;
//! assert_eq!(
//!     String::from_utf8_lossy(&page.into_body()),
//!     r#"{"@odata.context":"https://localhost/v1.0/$metadata#users(id)","value":[]}"#
//! );
//! # Ok::<(), odata::GraphError>(())
//! ```
//!
//! What each property supports is not written in code: see [`schema`].

pub mod contract;
mod error;
mod expand;
pub mod filter;
mod links;
mod list;
mod metadata;
mod options;
mod order;
mod query;
mod read;
mod record;
mod render;
mod resource;
pub mod schema;
mod search;
mod select;
mod token;
mod value;

pub use error::{Detail, GraphError};
pub use list::{Page, count, list, list_keys};
pub use metadata::{metadata, openapi_schemas};
pub use options::{PAGE_DEFAULT, PAGE_MAX, QueryOptions};
pub use read::sku_id;
pub use render::{Single, property_json, render_one, render_single};
pub use resource::{EntityType, Navigation, Resource};
pub use search::SEARCH_LENGTH_MAX;
pub use token::expired_page_token;

#[cfg(test)]
mod tests;
