//! Ground truth: which account is whose.

use super::Checker;
use super::names::{Names, Side};

/// Checks that `belongs` leads from AD objects to cloud accounts.
pub(super) fn check(checker: &mut Checker<'_>, names: &Names) {
    let world = &checker.scenario.world;
    for (ad, cloud) in world.belongs.iter() {
        names.look_up(checker, ad, Side::Ad, None);
        names.look_up(checker, cloud, Side::Cloud, None);
    }
}
