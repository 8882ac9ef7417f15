//! The tenant as Microsoft Graph v1.0 shows it: query options in, JSON out.
//!
//! This half of the Graph endpoint is pure. It knows resources, the properties of their types,
//! the query options and the shape of what comes back; it knows neither HTTP nor tokens nor the
//! time. A server parses the request's path into a [`Resource`], its query into
//! [`QueryOptions`], and sends what [`list`] or [`render_one`] give.
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

mod error;
mod list;
mod options;
mod render;
mod resource;

pub use error::{Detail, GraphError};
pub use list::{Page, list};
pub use options::QueryOptions;
pub use render::render_one;
pub use resource::{EntityType, Navigation, Resource};
