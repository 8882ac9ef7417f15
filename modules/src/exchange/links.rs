//! Who is in a group, as Exchange Online has it, and the domains it accepts.

use mock_cloud::CloudKey;
use mock_cloud::tenant::{Change, Link};
use powershell::command::{Call, Impact, Parameter};
use powershell::error::{Category, Outcome};
use powershell::value::Value;

use super::{Which, found, identity, not_found, recipient, signed_in, task_error};
use crate::declare::{Offer, Plan};
use crate::stage::Stage;

pub(super) fn declare(offer: &mut Offer, stage: &Stage) {
    let group = || Parameter::object("Identity").at(0).mandatory().piped();
    for noun in ["DistributionGroupMember", "UnifiedGroupLinks"] {
        let parameters = vec![
            group(),
            Parameter::text("LinkType").one_of(&["Members", "Owners", "Subscribers"]),
            Parameter::object("ResultSize"),
            Parameter::switch("IncludeSoftDeletedObjects"),
        ];
        let on = stage.clone();
        let plan = Plan::new(format!("Get-{noun}"), parameters, "Gets who is in a group.");
        offer.offer(plan, move |call| get(&on, call));
        for verb in ["Add", "Remove"] {
            let parameters = vec![
                group(),
                Parameter::object("Member").at(1),
                Parameter::object("Links"),
                Parameter::text("LinkType").one_of(&["Members", "Owners", "Subscribers"]),
                Parameter::switch("BypassSecurityGroupManagerCheck"),
            ];
            let about = "Puts somebody into a group, or takes them out.";
            let plan = Plan::new(format!("{verb}-{noun}"), parameters, about);
            let impact = if verb == "Remove" {
                Impact::High
            } else {
                Impact::Medium
            };
            let on = stage.clone();
            offer.offer(plan.asking(impact), move |call| {
                change(&on, verb == "Add", call)
            });
        }
    }
    declare_organization(offer, stage);
    let on = stage.clone();
    let parameters = vec![Parameter::object("Identity").at(0).piped()];
    let plan = Plan::new("Get-AcceptedDomain", parameters, "Gets the domains.");
    offer.offer(plan, move |call| {
        signed_in(&on, call)?;
        let names: Vec<(String, bool)> = on.read(|world| {
            let domains = &world.tenant().domains;
            let all = domains.iter().filter(|it| it.verified);
            let initial = domains.initial().to_string();
            all.map(|it| (it.name.to_string(), *it.name == *initial))
                .collect()
        });
        for (name, is_initial) in names {
            let properties = [
                ("Name", Value::text(&name)),
                ("DomainName", Value::text(&name)),
                ("DomainType", Value::text("Authoritative")),
                ("InitialDomain", Value::Bool(is_initial)),
            ];
            call.write_whole(crate::typed(
                "Deserialized.Microsoft.Exchange.Data.Directory.SystemConfiguration.AcceptedDomain",
                properties,
            ))?;
        }
        Ok(())
    });
}

/// `Get-OrganizationConfig`, as far as a tenant has a name.
fn declare_organization(offer: &mut Offer, stage: &Stage) {
    let on = stage.clone();
    let plan = Plan::new(
        "Get-OrganizationConfig",
        Vec::new(),
        "Gets the organization.",
    );
    offer.offer(plan, move |call| {
        signed_in(&on, call)?;
        let domain = on.read(|world| world.tenant().domains.initial().to_string());
        let properties = [
            ("Name", Value::text(&domain)),
            ("DisplayName", Value::text(&domain)),
            ("Identity", Value::text(&domain)),
            ("IsDehydrated", Value::Bool(false)),
        ];
        call.write_whole(crate::typed(
            "Deserialized.Microsoft.Exchange.Data.Directory.Management.OrganizationConfig",
            properties,
        ))
    });
}

fn link(call: &dyn Call) -> Link {
    match call.text("LinkType") {
        Some(kind) if kind.eq_ignore_ascii_case("owners") => Link::Owner,
        _ => Link::Member,
    }
}

/// The group that is meant; nothing, and an error said, where there is none.
fn group(stage: &Stage, call: &mut dyn Call) -> Outcome<Option<(CloudKey, String)>> {
    let name = identity(call).unwrap_or_default();
    let key = stage.read(|world| {
        let mut all = found(world.tenant(), Which::Groups, Some(&name), false);
        all.extend(found(
            world.tenant(),
            Which::UnifiedGroups,
            Some(&name),
            false,
        ));
        all.first().copied()
    });
    if key.is_none() {
        let record = not_found(call, &name);
        call.error(record)?;
    }
    Ok(key.map(|key| (key, name)))
}

fn get(stage: &Stage, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let Some((key, _)) = group(stage, call)? else {
        return Ok(());
    };
    let link = link(call);
    let values: Vec<Value> = stage.read(|world| {
        let tenant = world.tenant();
        let members = tenant.object(key).map(|it| it.links(link).to_vec());
        let members = members.unwrap_or_default();
        let objects = members.into_iter().filter_map(|it| tenant.object(it));
        objects
            .filter(|it| it.is_live())
            .map(|it| recipient(it))
            .collect()
    });
    for value in values {
        call.write_whole(value)?;
    }
    Ok(())
}

fn change(stage: &Stage, adds: bool, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let Some((key, group)) = group(stage, call)? else {
        return Ok(());
    };
    let given = call.argument("Member").or_else(|| call.argument("Links"));
    let names = given.map(|it| it.enumerate()).unwrap_or_default();
    for name in names {
        let name = match &name {
            Value::Object(object) => {
                let id = object.get("ExternalDirectoryObjectId");
                let id = id.or_else(|| object.get("UserPrincipalName"));
                crate::text(&id.unwrap_or_else(|| name.clone()))
            }
            other => crate::text(other),
        };
        let member = stage.read(|world| {
            let tenant = world.tenant();
            let all = tenant.objects().filter(|(_, it)| it.is_live());
            let mut meant = all.filter(|(_, it)| super::is_named(it, &name));
            meant.next().map(|(key, _)| key)
        });
        let Some(member) = member else {
            let record = not_found(call, &name);
            call.error(record)?;
            continue;
        };
        let word = if adds { "Adding" } else { "Removing" };
        if !call.should_process(
            &group,
            &format!("{word} distribution group member \"{name}\""),
        )? {
            continue;
        }
        let synced = stage.read(|world| {
            let object = world.tenant().object(key);
            object.is_some_and(|it| it.is_synced())
        });
        if synced {
            let message = format!(
                "The operation on object \"{group}\" failed because it's out of the current user's \
                 write scope. The action '{}', 'Members', can't be performed on the object \
                 '{group}' because the object is being synchronized from your on-premises \
                 organization. This action should be performed on the object in your on-premises \
                 organization.",
                call.name()
            );
            let record = task_error(call, message, Category::InvalidOperation);
            call.error(record)?;
            continue;
        }
        let change = if adds {
            Change::AddLinks(key, link(call), vec![member])
        } else {
            Change::RemoveLink(key, link(call), member)
        };
        if let Err(message) = stage.change_tenant(call, change)? {
            let record = task_error(call, message, Category::NotSpecified);
            call.error(record)?;
        }
    }
    Ok(())
}
