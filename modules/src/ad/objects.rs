//! `Move-`, `Rename-`, `Remove-` and `Restore-ADObject`, and `Remove-` of the special kinds.

use mock_ad::directory::Dn;
use powershell::command::{Call, Impact, Parameter};
use powershell::error::{Category, ErrorRecord, Outcome};
use powershell::value::Value;
use sim::world::AdChange;

use super::error::bad_argument;
use super::get::common;
use super::object::AdReference;
use super::property::Kind;
use super::store::{forest, look, resolve};
use super::write::{apply, pass_thru};
use crate::declare::{Offer, Plan};
use crate::stage::Stage;

fn parameters(more: Vec<Parameter>) -> Vec<Parameter> {
    let mut all = vec![
        Parameter::object("Identity")
            .at(0)
            .piped()
            .mandatory()
            .nullable(),
    ];
    all.extend(more);
    all.extend(common());
    all
}

pub(super) fn declare(offer: &mut Offer, stage: &Stage) {
    let more = vec![
        Parameter::object("TargetPath")
            .at(1)
            .mandatory()
            .piped_by_name(),
        Parameter::text("TargetServer"),
        Parameter::switch("PassThru"),
    ];
    let plan = Plan::new(
        "Move-ADObject",
        parameters(more),
        "Moves an object to another container.",
    );
    let on = stage.clone();
    offer.offer(plan.asking(Impact::Medium), move |call| {
        move_object(&on, call)
    });
    let more = vec![
        Parameter::text("NewName").at(1).mandatory(),
        Parameter::switch("PassThru"),
    ];
    let plan = Plan::new("Rename-ADObject", parameters(more), "Renames an object.");
    let on = stage.clone();
    offer.offer(plan.asking(Impact::Medium), move |call| {
        let name = crate::given(call, "NewName");
        let at = target(&on, call, Kind::Object)?;
        let dn = dn_text(&on, at);
        if !call.should_process(&dn, "Rename")? {
            return Ok(());
        }
        let change = AdChange::Move {
            object: at.object,
            name: Some(name.as_str().into()),
            parent: None,
        };
        apply(&on, call, at.forest, change, &dn)?;
        pass_thru(&on, call, Kind::Object, at)
    });
    for kind in Kind::ALL {
        let more = vec![
            Parameter::switch("Recursive"),
            Parameter::switch("IncludeDeletedObjects"),
        ];
        let about = format!("Removes an object of Active Directory ({}).", kind.noun());
        let plan = Plan::new(format!("Remove-{}", kind.noun()), parameters(more), &about);
        let on = stage.clone();
        offer.offer(plan.asking(Impact::High), move |call| {
            remove(&on, kind, call)
        });
    }
    let more = vec![
        Parameter::text("NewName"),
        Parameter::object("TargetPath"),
        Parameter::switch("PassThru"),
    ];
    let plan = Plan::new(
        "Restore-ADObject",
        parameters(more),
        "Restores a deleted object.",
    );
    let on = stage.clone();
    offer.offer(plan.asking(Impact::Medium), move |call| restore(&on, call));
}

fn target(stage: &Stage, call: &dyn Call, kind: Kind) -> Outcome<AdReference> {
    let place = forest(stage, call)?;
    let identity = call.argument("Identity").unwrap_or_default();
    resolve(stage, call, place, kind, "Identity", &identity)
}

fn dn_text(stage: &Stage, at: AdReference) -> String {
    look(stage, at.forest, |directory| {
        directory.dn_text(at.object).to_string()
    })
}

/// The container that `-TargetPath` names.
fn container(
    stage: &Stage,
    call: &dyn Call,
    forest: usize,
) -> Outcome<Option<mock_ad::directory::ObjectId>> {
    let Some(path) = call.argument("TargetPath").filter(|it| !it.is_null()) else {
        return Ok(None);
    };
    let text = crate::text(&path);
    let Ok(dn) = text.parse::<Dn>() else {
        return Err(bad_argument(call, "The object name has bad syntax").into());
    };
    let found = look(stage, forest, |directory| {
        directory.find(&dn).filter(|id| directory.is_live(*id))
    });
    let Some(found) = found else {
        let mut record = ErrorRecord::new(
            "The operation could not be performed because the object's parent is either \
             uninstantiated or deleted",
            "Microsoft.ActiveDirectory.Management.ADException",
            "ActiveDirectoryServer:8329",
            Category::NotSpecified,
        );
        record.target = Value::text(text);
        record.activity = call.name();
        return Err(record.into());
    };
    Ok(Some(found))
}

fn move_object(stage: &Stage, call: &mut dyn Call) -> Outcome {
    let at = target(stage, call, Kind::Object)?;
    let dn = dn_text(stage, at);
    if !call.should_process(&dn, "Move")? {
        return Ok(());
    }
    let parent = container(stage, call, at.forest)?;
    let change = AdChange::Move {
        object: at.object,
        name: None,
        parent,
    };
    apply(stage, call, at.forest, change, &dn)?;
    pass_thru(stage, call, Kind::Object, at)
}

fn remove(stage: &Stage, kind: Kind, call: &mut dyn Call) -> Outcome {
    let at = target(stage, call, kind)?;
    let dn = dn_text(stage, at);
    if !call.should_process(&dn, "Remove")? {
        return Ok(());
    }
    let children = look(stage, at.forest, |directory| {
        directory.children(at.object).count()
    });
    if children > 0 && !call.switch("Recursive") {
        let mut record = ErrorRecord::new(
            "The directory service can perform the requested operation only on a leaf object",
            "Microsoft.ActiveDirectory.Management.ADException",
            "ActiveDirectoryServer:8213",
            Category::NotSpecified,
        );
        record.target = Value::text(&dn);
        record.activity = call.name();
        return Err(record.into());
    }
    apply(
        stage,
        call,
        at.forest,
        AdChange::Delete { object: at.object },
        &dn,
    )?;
    Ok(())
}

fn restore(stage: &Stage, call: &mut dyn Call) -> Outcome {
    let at = target(stage, call, Kind::Object)?;
    let dn = dn_text(stage, at);
    if !call.should_process(&dn, "Restore")? {
        return Ok(());
    }
    let parent = container(stage, call, at.forest)?;
    let name = call.text("NewName").map(|it| (*it).into());
    let change = AdChange::Restore {
        object: at.object,
        parent,
        name,
    };
    apply(stage, call, at.forest, change, &dn)?;
    pass_thru(stage, call, Kind::Object, at)
}
