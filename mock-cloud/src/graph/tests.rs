//! Reading and writing tenants: every form that is accepted, everything that is refused.

mod forms;
mod lamplight;
mod refusals;
mod round_trip;

use super::{GraphError, Part, load};
use crate::profile::Profile;
use crate::tenant::{DirectoryObject, Tenant};
use crate::workbench::INITIAL;

fn tenant() -> Tenant {
    Tenant::new(INITIAL, Profile::Entra2025)
}

/// The objects of one file, read into an empty tenant.
fn read(part: Part, text: &str) -> Result<Vec<DirectoryObject>, GraphError> {
    let mut tenant = tenant();
    let count = load(&mut tenant, part, text.as_bytes())?;
    let all: Vec<_> = tenant.objects().map(|(_, it)| (**it).clone()).collect();
    assert_eq!(all.len(), count);
    Ok(all)
}

/// The only object of a file of users.
fn user(text: &str) -> DirectoryObject {
    let mut all = read(Part::Users, text).expect("it is a file of users");
    assert_eq!(all.len(), 1);
    all.remove(0)
}
