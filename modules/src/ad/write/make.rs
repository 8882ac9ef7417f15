//! New objects, and changed ones.

use mock_ad::directory::{AttributeId, Value as AdValue};
use powershell::command::Call;
use powershell::error::Outcome;
use powershell::value::Value;
use sim::world::AdChange;

use super::super::error::bad_argument;
use super::super::object::AdReference;
use super::super::property::Kind;
use super::super::store::{forest, look, resolve};
use super::{
    DISABLED, apply, attribute, control, modify, named, pass_thru, password_change, tables, values,
};
use crate::stage::Stage;

pub(super) fn set(stage: &Stage, kind: Kind, call: &mut dyn Call) -> Outcome {
    let place = forest(stage, call)?;
    let identity = call
        .argument("Identity")
        .or_else(|| call.argument("Instance"));
    let identity = identity.unwrap_or_default();
    let at = resolve(stage, call, place, kind, "Identity", &identity)?;
    let directory = look(stage, at.forest, Clone::clone);
    let mut changes = tables(call, directory.schema())?;
    changes.extend(named(call, kind, &directory, Some(at))?);
    modify(stage, call, kind, at, changes, "Set")
}

/// The objectClass values that an object of a kind is made with.
pub(super) const fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "user",
        Kind::Group => "group",
        Kind::Computer => "computer",
        Kind::OrganizationalUnit => "organizationalUnit",
        Kind::Object => "",
    }
}

pub(super) fn new(stage: &Stage, kind: Kind, call: &mut dyn Call) -> Outcome {
    let place = forest(stage, call)?;
    let directory = look(stage, place, Clone::clone);
    let schema = directory.schema();
    let name = crate::given(call, "Name");
    let given = call.text("Type").map(|it| it.to_string());
    let class = given
        .filter(|_| kind == Kind::Object)
        .unwrap_or_else(|| class(kind).to_owned());
    let base = directory.base();
    let parent = call.text("Path").map_or_else(
        || match kind {
            Kind::User | Kind::Group => format!("CN=Users,{base}"),
            Kind::Computer => format!("CN=Computers,{base}"),
            _ => base.to_string(),
        },
        |it| it.to_string(),
    );
    let parent: mock_ad::directory::Dn = match parent.parse() {
        Ok(dn) => dn,
        Err(_) => return Err(bad_argument(call, "The object name has bad syntax").into()),
    };
    let naming = if class.eq_ignore_ascii_case("organizationalUnit") {
        "OU"
    } else {
        "CN"
    };
    let dn = parent.child(mock_ad::directory::Rdn::new(naming, name.as_str()));
    if !call.should_process(&dn.to_string(), "New")? {
        return Ok(());
    }
    let mut attributes: Vec<(AttributeId, Vec<AdValue>)> =
        vec![(AttributeId::OBJECT_CLASS, vec![class.as_str().into()])];
    let mut put = |id: AttributeId, values: Vec<AdValue>| {
        attributes.retain(|(it, _)| *it != id);
        if !values.is_empty() {
            attributes.push((id, values));
        }
    };
    if kind.has_account_name() {
        let computer = if kind == Kind::Computer { "$" } else { "" };
        put(
            AttributeId::SAM_ACCOUNT_NAME,
            vec![format!("{name}{computer}").as_str().into()],
        );
    }
    if kind == Kind::User {
        put(AttributeId::USER_ACCOUNT_CONTROL, vec![DISABLED.into()]);
    }
    for change in named(call, kind, &directory, None)? {
        put(change.attribute, change.values);
    }
    if let Some(Value::Table(table)) = call.argument("OtherAttributes") {
        for (key, value) in table.borrow().clone() {
            let id = attribute(call, schema, &crate::text(&key))?;
            put(id, values(call, schema, id, &value)?);
        }
    }
    // An account is enabled once it has its password.
    let enabled = call
        .argument("Enabled")
        .is_some_and(|it| matches!(it, Value::Bool(true)));
    let password = call.argument("AccountPassword").filter(|it| !it.is_null());
    if kind == Kind::User {
        put(AttributeId::USER_ACCOUNT_CONTROL, vec![DISABLED.into()]);
    }
    let change = AdChange::Add {
        dn: dn.clone(),
        attributes,
        guid: None,
    };
    let target = dn.to_string();
    let at = apply(stage, call, place, change, &target)?;
    finish_account(stage, call, at, enabled, password.as_ref(), &target)?;
    pass_thru(stage, call, kind, at)
}

/// Sets the password of a new account and enables it. One that can't be enabled stays disabled,
/// and that is an error, as the module has it.
pub(super) fn finish_account(
    stage: &Stage,
    call: &dyn Call,
    at: AdReference,
    enabled: bool,
    password: Option<&Value>,
    target: &str,
) -> Outcome {
    let directory = look(stage, at.forest, Clone::clone);
    if let Some(change) = password.and_then(|it| password_change(directory.schema(), it)) {
        let change = AdChange::Modify {
            object: at.object,
            changes: vec![change],
        };
        apply(stage, call, at.forest, change, target)?;
    }
    if enabled {
        let changes = vec![control(&directory, at, 2, false)];
        let change = AdChange::Modify {
            object: at.object,
            changes,
        };
        apply(stage, call, at.forest, change, target)?;
    }
    Ok(())
}
