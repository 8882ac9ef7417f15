//! Which neighbouring steps of a procedure may change places.

use mock_cloud::Profile;

use super::trace::words;
use super::{Answer, Bounds, explore};
use crate::scenario::model::{Scenario, Step};
use crate::scenario::{Diagnostic, Spanned};

/// Two neighbouring steps, and what comes of it when the second is taken before the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    /// The first step, in an administrator's words.
    pub first: String,
    /// The step that follows it.
    pub second: String,
    /// What the exploration of the procedure answers with both changed round.
    pub answer: Answer,
}

/// Explores a procedure once for each pair of neighbouring steps, with the two changed round.
///
/// What is expected after a step goes with it. A pair may be swapped where the answer is the one
/// that the procedure has as it stands.
///
/// # Errors
///
/// The diagnostic of a world that can't be built.
pub fn commute(
    file: &str,
    scenario: &Scenario,
    profile: Profile,
    bounds: Bounds,
) -> Result<Vec<Swap>, Box<Diagnostic>> {
    let blocks = blocks(&scenario.steps);
    let mut swaps = Vec::new();
    for place in 1..blocks.len() {
        let mut order: Vec<&[Spanned<Step>]> = blocks.clone();
        order.swap(place - 1, place);
        let mut swapped = scenario.clone();
        swapped.steps = order.concat();
        let found = explore(file, &swapped, profile, bounds)?;
        let said = |block: &[Spanned<Step>]| block.first().map(|step| words(&step.value));
        swaps.push(Swap {
            first: said(blocks[place - 1]).unwrap_or_default(),
            second: said(blocks[place]).unwrap_or_default(),
            answer: found.answer,
        });
    }
    Ok(swaps)
}

/// Each step with the expectations that follow it.
fn blocks(steps: &[Spanned<Step>]) -> Vec<&[Spanned<Step>]> {
    let mut blocks = Vec::new();
    let mut begin = 0;
    for place in 1..=steps.len() {
        let next = steps.get(place);
        if next.is_none_or(|step| !matches!(step.value, Step::Expect(_))) {
            blocks.push(&steps[begin..place]);
            begin = place;
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}
