//! A plan as CSV.

use sim::plan::{Plan, Step};
use sim::repair::What;

use crate::report::prediction::quoted;

const HEAD: &str = "Number,BeforeCycle,Action,UserPrincipalName,ObjectId,SamAccountName,ObjectGuid,\
                    DistinguishedName,NewValue,Because,Destructive,Irreversible,WaitsForCycle,\
                    StateAfter\n";

/// One line a step.
pub(super) fn render(plan: &Plan) -> String {
    let mut text = HEAD.to_owned();
    for (number, step) in (1u32..).zip(&plan.steps) {
        let cells: Vec<String> = cells(number, step).iter().map(|it| quoted(it)).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

fn cells(number: u32, step: &Step) -> Vec<String> {
    let planned = &step.step;
    let object = step.object.as_ref();
    let account = step.account.as_ref();
    let yes = |it: bool| if it { "true" } else { "false" }.to_owned();
    let upn = account.and_then(|it| it.upn().map(str::to_owned));
    vec![
        number.to_string(),
        step.cycle.to_string(),
        action(&planned.what).to_owned(),
        upn.unwrap_or_default(),
        account.map_or_else(String::new, |it| it.before.id.to_string()),
        object
            .and_then(|it| it.sam.clone())
            .unwrap_or_default()
            .to_string(),
        object.map_or_else(String::new, |it| it.guid.to_string()),
        object.map_or_else(String::new, |it| it.dn.clone()),
        new_value(step),
        planned.why.clone(),
        yes(planned.is_destructive()),
        yes(planned.is_irreversible()),
        yes(planned.waits_for_cycle()),
        step.state.join("; "),
    ]
}

/// The word for a step that tools can select by.
const fn action(what: &What) -> &'static str {
    match what {
        What::MoveOut { to: Some(_), .. } | What::MoveBack { to: Some(_), .. } => "move",
        What::MoveOut { .. } => "set-adminDescription",
        What::MoveBack { .. } => "clear-adminDescription",
        What::Cycle(_) => "sync",
        What::Delete(_) => "delete",
        What::Purge(_) => "purge",
        What::Restore(..) => "restore",
        What::SetImmutableId(..) => "set-ImmutableId",
        What::ClearImmutableId(_) => "clear-ImmutableId",
        What::RemoveRole(..) => "remove-role",
        What::AssignRole(..) => "assign-role",
        What::ClearObjectIdentifier(_) => "clear-onPremisesObjectIdentifier",
        What::ClearSecurityIdentifier(_) => "clear-onPremisesSecurityIdentifier",
        What::SetUpn(..) => "set-userPrincipalName",
        What::SetAddresses(..) => "set-proxyAddresses",
        What::SetCloudManaged(..) => "set-isCloudManaged",
        What::BlockTakeover(_) => "set-blockCloudObjectTakeoverThroughHardMatch",
        What::SetSynchronized(_) => "set-onPremisesSyncEnabled",
        What::WaitUntilOff | What::Wait => "wait",
    }
}

fn new_value(step: &Step) -> String {
    match &step.step.what {
        What::MoveOut { to: Some(_), .. } | What::MoveBack { to: Some(_), .. } => {
            step.to.clone().unwrap_or_default()
        }
        What::MoveOut { .. } => "User_NotSynced".to_owned(),
        What::Cycle(policy) => format!("{policy:?}").to_lowercase(),
        What::SetImmutableId(_, _, anchor) => anchor.to_string(),
        What::RemoveRole(_, role) | What::AssignRole(_, role) => role.0.to_string(),
        What::SetUpn(_, upn) => upn.to_string(),
        What::SetAddresses(_, list) => {
            let list: Vec<&str> = list.iter().map(mock_cloud::ProxyAddress::as_str).collect();
            list.join(";")
        }
        What::Restore(_, options) => {
            let new = options.new_user_principal_name.as_ref();
            new.map(ToString::to_string).unwrap_or_default()
        }
        What::SetCloudManaged(_, on) | What::BlockTakeover(on) | What::SetSynchronized(on) => {
            on.to_string()
        }
        _ => String::new(),
    }
}
