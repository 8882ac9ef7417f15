//! What a plan means for the people in it, who know nothing of anchors.

use mock_ad::directory::AttributeId;

use super::components::{connected, names_of_account, object};
use super::{Case, Plan};
use crate::engine::Source;
use crate::repair::What;

/// What each person of a case notices, in the order of the people; an empty list for nothing.
pub fn notices(plan: &Plan, place: usize) -> Vec<(Source, Vec<String>)> {
    let Some(case) = plan.cases.get(place) else {
        return Vec::new();
    };
    let people = case.troubled.iter().map(|(source, _)| *source);
    people
        .map(|source| (source, noticed(plan, case, place, source)))
        .collect()
}

fn noticed(plan: &Plan, case: &Case, place: usize, source: Source) -> Vec<String> {
    let mut all = Vec::new();
    let (before, after) = (&plan.start, &plan.after);
    let own = plan.belongs.get(&source).copied();
    let own = own.or_else(|| connected(after, source));
    let was = own.and_then(|key| before.tenant().object(key));
    let is = own.and_then(|key| after.tenant().object(key));
    match (was, is) {
        (Some(was), Some(is)) => {
            let name = |it: &mock_cloud::DirectoryObject| {
                let upn = it.user_principal_name.as_ref();
                upn.map(ToString::to_string).unwrap_or_default()
            };
            if !was.is_live() && is.is_live() {
                all.push("the deleted account comes back, with what it held".to_owned());
            }
            if name(was) != name(is) {
                all.push(format!("signs in as {} instead of {}", name(is), name(was)));
            }
            let (old, new) = (was.primary_smtp(), is.primary_smtp());
            if let (Some(old), Some(new)) = (old, new)
                && !store::eq_fold(old, new)
            {
                all.push(format!("sends mail as {new} instead of {old}"));
            }
            let kept: Vec<&str> = names_of_account(is).collect();
            let mut lost: Vec<&str> = names_of_account(was)
                .filter(|it| !kept.iter().any(|other| store::eq_fold(other, it)))
                .filter(|it| Some(*it) != old && Some(*it) != Some(&*name(was)))
                .collect();
            lost.sort_unstable();
            lost.dedup();
            if !lost.is_empty() {
                all.push(format!("gets no mail any more at {}", lost.join(", ")));
            }
            if !was.is_synced() && is.is_synced() {
                all.push(
                    "from then on the password and all details come from Active Directory"
                        .to_owned(),
                );
            }
        }
        (None, Some(is)) => all.push(format!("gets an account, {}", is.label())),
        _ => {}
    }
    for step in plan.steps.iter().filter(|step| step.case == Some(place)) {
        if step.step.person != Some(source) {
            continue;
        }
        if let What::RemoveRole(_, role) = &step.step.what {
            all.push(format!("is without the role {} for some cycles", role.0));
        }
    }
    // Duplicates that they may have signed in to.
    for key in &case.solution.component.accounts {
        let there = |world: &crate::world::World| {
            let account = world.tenant().object(*key);
            account.is_some_and(|it| it.is_live())
        };
        let is_meant = connected(before, source) == Some(*key) && own != Some(*key);
        if is_meant && there(before) && !there(after) {
            let label = before.tenant().object(*key).map(|it| it.label());
            all.push(format!(
                "the duplicate {} disappears",
                label.unwrap_or_default()
            ));
        }
    }
    all
}

/// What people call somebody: the display name, or what the object is called.
pub fn display_name(plan: &Plan, source: Source) -> String {
    let image = object(&plan.start, source);
    let name = image.and_then(|it| it.text(AttributeId::DISPLAY_NAME));
    let name = name.or_else(|| image.map(mock_ad::directory::Object::name));
    name.map(ToString::to_string).unwrap_or_default()
}
