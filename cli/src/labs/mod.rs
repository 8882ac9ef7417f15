//! Labs on disk: those that come with the program, and the directory that a learner works in.

mod desk;
mod shelf;

pub(crate) use desk::{Begun, Desk, Entry};
pub(crate) use shelf::{all, find, read};

use host::Settings;
use jiff::Timestamp;
use mock_ad::directory::Directory;

/// The password of the administrator of each forest, where the world of a lab is served.
pub(crate) const PASSWORD: &str = "Passw0rd!";

/// Sets up the forests of every lab alike, so that its world can be served at any time.
pub(crate) fn arrange() -> impl FnMut(usize, &mut Directory, Timestamp) {
    let settings = Settings {
        password: PASSWORD.to_owned(),
        ..Settings::default()
    };
    settings.arrange()
}
