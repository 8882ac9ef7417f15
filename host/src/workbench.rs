//! A lab to test with.

use mock_cloud::Profile;
use sim::rehearse::{Prelude, Rehearsal};

use crate::lab::{Lab, Settings};

/// The lab of a scenario.
pub(crate) fn lab_of(source: &str) -> Lab {
    let scenario = sim::run::load("one.yaml", source, &sim::run::known()).expect("a scenario");
    let settings = Settings::default();
    let rehearsal = Rehearsal::of_scenario(
        "one.yaml",
        &scenario,
        Profile::Entra2026,
        Prelude::Mess,
        &mut settings.arrange(),
    );
    Lab::new(rehearsal.expect("a world"), settings)
}
