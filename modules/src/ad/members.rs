//! Members of groups.

use mock_ad::directory::{AttributeId, Modification};
use powershell::command::{Call, Impact, Parameter};
use powershell::error::Outcome;
use powershell::value::Value;
use sim::world::AdChange;

use super::get::common;
use super::object::AdReference;
use super::property::Kind;
use super::store::{forest, look, objects, only, resolve};
use super::write::{apply, pass_thru};
use crate::declare::{Offer, Plan};
use crate::stage::Stage;

pub(super) fn declare(offer: &mut Offer, stage: &Stage) {
    let with = |mut parameters: Vec<Parameter>| {
        parameters.extend(common());
        parameters
    };
    let identity = || Parameter::object("Identity").at(0).mandatory().nullable();
    for (name, adds) in [("Add-ADGroupMember", true), ("Remove-ADGroupMember", false)] {
        let parameters = with(vec![
            identity().piped(),
            Parameter::object("Members").at(1).mandatory(),
            Parameter::switch("PassThru"),
            Parameter::switch("DisablePermissiveModify").ignored(),
            Parameter::object("MemberTimeToLive").ignored(),
        ]);
        let impact = if adds { Impact::Medium } else { Impact::High };
        let plan = Plan::new(name, parameters, "Changes the members of a group.").asking(impact);
        let on = stage.clone();
        offer.offer(plan, move |call| {
            let group = call.argument("Identity").unwrap_or_default();
            let members = call.argument("Members").unwrap_or_default().enumerate();
            link(&on, call, &[group], &members, adds)
        });
    }
    for (name, adds) in [
        ("Add-ADPrincipalGroupMembership", true),
        ("Remove-ADPrincipalGroupMembership", false),
    ] {
        let parameters = with(vec![
            identity().piped(),
            Parameter::object("MemberOf").at(1).mandatory(),
            Parameter::switch("PassThru"),
        ]);
        let impact = if adds { Impact::Medium } else { Impact::High };
        let plan = Plan::new(name, parameters, "Changes the groups of an account.").asking(impact);
        let on = stage.clone();
        offer.offer(plan, move |call| {
            let member = call.argument("Identity").unwrap_or_default();
            let groups = call.argument("MemberOf").unwrap_or_default().enumerate();
            link(&on, call, &groups, &[member], adds)
        });
    }
    let parameters = with(vec![identity().piped(), Parameter::switch("Recursive")]);
    let plan = Plan::new(
        "Get-ADGroupMember",
        parameters,
        "Gets the members of a group.",
    );
    let on = stage.clone();
    offer.offer(plan, move |call| members(&on, call));
    let parameters = with(vec![
        identity().piped(),
        Parameter::text("ResourceContextServer"),
        Parameter::text("ResourceContextPartition"),
    ]);
    let about = "Gets the groups of an account.";
    let plan = Plan::new("Get-ADPrincipalGroupMembership", parameters, about);
    let on = stage.clone();
    offer.offer(plan, move |call| groups_of(&on, call));
}

/// Somebody who may be in a group: an account, a group, or anything by its name.
fn principal(
    stage: &Stage,
    call: &dyn Call,
    place: usize,
    parameter: &str,
    value: &Value,
) -> Outcome<AdReference> {
    for kind in [Kind::User, Kind::Group, Kind::Computer] {
        if let Ok(found) = resolve(stage, call, place, kind, parameter, value) {
            return Ok(found);
        }
    }
    resolve(stage, call, place, Kind::Object, parameter, value)
}

fn link(
    stage: &Stage,
    call: &mut dyn Call,
    groups: &[Value],
    members: &[Value],
    adds: bool,
) -> Outcome {
    let place = forest(stage, call)?;
    for group in groups {
        let group = resolve(stage, call, place, Kind::Group, "Identity", group)?;
        let name = look(stage, group.forest, |it| {
            it.dn_text(group.object).to_string()
        });
        let mut names = Vec::new();
        for member in members {
            let found = principal(stage, call, place, "Members", member)?;
            // The module modifies permissively: what is so already is passed over.
            let (dn, is_member) = look(stage, found.forest, |directory| {
                let is = directory.has_link(group.object, AttributeId::MEMBER, found.object);
                (directory.dn_text(found.object).to_string(), is)
            });
            if is_member != adds {
                names.push(dn);
            }
        }
        if !call.should_process(&name, if adds { "Set" } else { "Remove" })? {
            continue;
        }
        if !names.is_empty() {
            let names = names.iter().map(String::as_str);
            let change = if adds {
                Modification::add(AttributeId::MEMBER, names)
            } else {
                Modification::delete(AttributeId::MEMBER, names)
            };
            let change = AdChange::Modify {
                object: group.object,
                changes: vec![change],
            };
            apply(stage, call, group.forest, change, &name)?;
        }
        pass_thru(stage, call, Kind::Group, group)?;
    }
    Ok(())
}

/// The kind under which somebody is shown.
fn kind_of(stage: &Stage, at: AdReference) -> Kind {
    use mock_ad::directory::ObjectKind;
    match look(stage, at.forest, |directory| directory.kind(at.object)) {
        ObjectKind::User | ObjectKind::InetOrgPerson => Kind::User,
        ObjectKind::Group => Kind::Group,
        ObjectKind::Computer => Kind::Computer,
        _ => Kind::Object,
    }
}

fn members(stage: &Stage, call: &mut dyn Call) -> Outcome {
    let place = forest(stage, call)?;
    let identity = call.argument("Identity").unwrap_or_default();
    let group = resolve(stage, call, place, Kind::Group, "Identity", &identity)?;
    let recursive = call.switch("Recursive");
    let mut seen = vec![group.object];
    let mut queue = vec![group.object];
    let mut found = Vec::new();
    while let Some(next) = queue.pop() {
        let targets = look(stage, group.forest, |directory| {
            directory.link_targets(next, AttributeId::MEMBER)
        });
        for object in targets {
            if seen.contains(&object) {
                continue;
            }
            seen.push(object);
            let at = AdReference {
                forest: group.forest,
                object,
            };
            if recursive && kind_of(stage, at) == Kind::Group {
                queue.push(object);
            } else {
                found.push(at);
            }
        }
    }
    for at in found {
        let more = ["SamAccountName".to_owned(), "SID".to_owned()];
        for value in objects(
            stage,
            call,
            at.forest,
            kind_of(stage, at),
            &only(stage, at),
            &more,
        )? {
            call.write_whole(value)?;
        }
    }
    Ok(())
}

fn groups_of(stage: &Stage, call: &mut dyn Call) -> Outcome {
    let place = forest(stage, call)?;
    let identity = call.argument("Identity").unwrap_or_default();
    let at = principal(stage, call, place, "Identity", &identity)?;
    let groups = look(stage, at.forest, |directory| {
        directory.back_links(at.object, AttributeId::MEMBER)
    });
    for object in groups {
        let at = AdReference {
            forest: at.forest,
            object,
        };
        for value in objects(stage, call, at.forest, Kind::Group, &only(stage, at), &[])? {
            call.write_whole(value)?;
        }
    }
    Ok(())
}
