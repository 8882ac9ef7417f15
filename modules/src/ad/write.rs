//! `New-`, `Set-`, `Enable-`, `Disable-` and passwords.

mod make;

use mock_ad::directory::{
    AttributeId, Directory, Modification, Operation, Schema, Value as AdValue,
};
use powershell::command::{Call, Impact, Parameter};
use powershell::error::Outcome;
use powershell::value::Value;
use sim::world::AdChange;

use make::{new, set};

use super::error::{bad_argument, failed, null_argument};
use super::get::common;
use super::object::{AdReference, to_attribute, to_file_time};
use super::property::{Kind, Source, friendly};
use super::store::{forest, look, objects, only, resolve};
use crate::declare::{Offer, Plan};
use crate::stage::{Stage, origin};

const BOOL: &str = "System.Boolean";
const TABLE: &str = "System.Collections.Hashtable";
/// ADS_UF_ACCOUNTDISABLE, with ADS_UF_NORMAL_ACCOUNT.
const DISABLED: i64 = 0x202;

/// What can be set. Only what creates an object takes these from the properties of what comes down
/// the pipeline: an object that was read would otherwise be written back whole.
fn setting_parameters(kind: Kind) -> Vec<Parameter> {
    let settable = kind.settable().iter();
    let mut all: Vec<Parameter> = settable
        .map(|name| Parameter::object(name).nullable())
        .collect();
    all.extend(
        kind.flags()
            .iter()
            .map(|name| Parameter::new(name, BOOL).nullable()),
    );
    if kind == Kind::User {
        all.push(Parameter::new("ChangePasswordAtLogon", BOOL));
        all.push(Parameter::new("CannotChangePassword", BOOL).ignored());
        all.push(Parameter::object("AccountExpirationDate").nullable());
    }
    if kind == Kind::OrganizationalUnit || kind == Kind::Object {
        all.push(Parameter::new("ProtectedFromAccidentalDeletion", BOOL).ignored());
    }
    if kind == Kind::Group {
        let scopes = ["DomainLocal", "Global", "Universal", "0", "1", "2"];
        all.push(Parameter::text("GroupScope").one_of(&scopes));
        let categories = ["Distribution", "Security", "0", "1"];
        all.push(Parameter::text("GroupCategory").one_of(&categories));
    }
    all
}

pub(super) fn declare(offer: &mut Offer, stage: &Stage) {
    for kind in Kind::ALL {
        let mut parameters = vec![
            Parameter::object("Identity")
                .at(0)
                .piped()
                .mandatory()
                .nullable(),
            Parameter::new("Add", TABLE),
            Parameter::new("Remove", TABLE),
            Parameter::new("Replace", TABLE),
            Parameter::texts("Clear"),
            Parameter::object("Instance"),
            Parameter::switch("PassThru"),
        ];
        parameters.extend(setting_parameters(kind));
        parameters.extend(common());
        let about = format!("Modifies an object of Active Directory ({}).", kind.noun());
        let plan = Plan::new(format!("Set-{}", kind.noun()), parameters, &about);
        let on = stage.clone();
        offer.offer(plan.asking(Impact::Medium), move |call| {
            set(&on, kind, call)
        });

        let mut parameters = vec![
            Parameter::text("Name").at(0).mandatory().piped_by_name(),
            Parameter::text("Path").piped_by_name(),
            Parameter::new("OtherAttributes", TABLE),
            Parameter::object("Instance"),
            Parameter::switch("PassThru"),
        ];
        if kind == Kind::Object {
            parameters.push(Parameter::text("Type").at(1).mandatory().piped_by_name());
        }
        if kind == Kind::User || kind == Kind::Computer {
            parameters.push(
                Parameter::object("AccountPassword")
                    .piped_by_name()
                    .nullable(),
            );
        }
        if kind == Kind::User {
            parameters.push(Parameter::text("Type"));
        }
        let settings = setting_parameters(kind).into_iter();
        parameters.extend(settings.map(Parameter::piped_by_name));
        parameters.extend(common());
        let about = format!("Creates an object of Active Directory ({}).", kind.noun());
        let plan = Plan::new(format!("New-{}", kind.noun()), parameters, &about);
        let on = stage.clone();
        offer.offer(plan.asking(Impact::Medium), move |call| {
            new(&on, kind, call)
        });
    }
    declare_accounts(offer, stage);
}

fn declare_accounts(offer: &mut Offer, stage: &Stage) {
    let parameters = |more: Vec<Parameter>| {
        let mut all = vec![
            Parameter::object("Identity")
                .at(0)
                .piped()
                .mandatory()
                .nullable(),
            Parameter::switch("PassThru"),
        ];
        all.extend(more);
        all.extend(common());
        all
    };
    for (name, enabled) in [("Enable-ADAccount", true), ("Disable-ADAccount", false)] {
        let plan = Plan::new(
            name,
            parameters(Vec::new()),
            "Enables or disables an account.",
        );
        let on = stage.clone();
        offer.offer(plan.asking(Impact::Medium), move |call| {
            change_account(&on, call, "Set", |directory, at| {
                vec![control(directory, at, 2, !enabled)]
            })
        });
    }
    let plan = Plan::new(
        "Unlock-ADAccount",
        parameters(Vec::new()),
        "Unlocks an account.",
    );
    let on = stage.clone();
    offer.offer(plan.asking(Impact::Medium), move |call| {
        change_account(&on, call, "Unlock", |directory, _| {
            let lockout = directory.schema().attribute("lockoutTime");
            lockout
                .map(|id| Modification::replace(id, [0i64]))
                .into_iter()
                .collect()
        })
    });
    let more = vec![
        Parameter::object("NewPassword"),
        Parameter::object("OldPassword").ignored(),
        Parameter::switch("Reset"),
    ];
    let plan = Plan::new(
        "Set-ADAccountPassword",
        parameters(more),
        "Sets a password.",
    );
    let on = stage.clone();
    offer.offer(plan.asking(Impact::Medium), move |call| {
        let Some(password) = call.argument("NewPassword") else {
            return Err(null_argument(call, "NewPassword").into());
        };
        change_account(&on, call, "Set-ADAccountPassword", move |directory, _| {
            password_change(directory.schema(), &password)
                .into_iter()
                .collect()
        })
    });
    let more = vec![
        Parameter::new("PasswordNeverExpires", BOOL),
        Parameter::new("Enabled", BOOL),
    ];
    let plan = Plan::new(
        "Set-ADAccountControl",
        parameters(more),
        "Sets the bits of an account.",
    );
    let on = stage.clone();
    offer.offer(plan.asking(Impact::Medium), move |call| {
        let flag = |name: &str| match call.argument(name) {
            Some(Value::Bool(it)) => Some(it),
            _ => None,
        };
        let (never, enabled) = (flag("PasswordNeverExpires"), flag("Enabled"));
        change_account(&on, call, "Set", move |directory, at| {
            let mut changes = Vec::new();
            changes.extend(never.map(|on| control(directory, at, 0x1_0000, on)));
            changes.extend(enabled.map(|on| control(directory, at, 2, !on)));
            changes
        })
    });
}

/// A password as unicodePwd takes it.
fn password_change(schema: &Schema, password: &Value) -> Option<Modification> {
    let text = crate::text(password);
    let quoted = format!("\"{text}\"");
    let bytes: Vec<u8> = quoted.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let id = schema.attribute("unicodePwd")?;
    Some(Modification::replace(
        id,
        [AdValue::Bytes(bytes.as_slice().into())],
    ))
}

/// userAccountControl with a bit set or not.
fn control(directory: &Directory, at: AdReference, bit: i64, on: bool) -> Modification {
    let object = directory.object(at.object);
    let id = AttributeId::USER_ACCOUNT_CONTROL;
    let now = object.and_then(|it| it.integer(id)).unwrap_or(DISABLED);
    Modification::replace(id, [if on { now | bit } else { now & !bit }])
}

fn change_account(
    stage: &Stage,
    call: &mut dyn Call,
    action: &str,
    changes: impl FnOnce(&Directory, AdReference) -> Vec<Modification>,
) -> Outcome {
    let place = forest(stage, call)?;
    let identity = call.argument("Identity").unwrap_or_default();
    let user = resolve(stage, call, place, Kind::User, "Identity", &identity);
    let at = match user {
        Ok(at) => at,
        Err(_) => resolve(stage, call, place, Kind::Computer, "Identity", &identity)?,
    };
    let changes = look(stage, at.forest, |directory| changes(directory, at));
    modify(stage, call, Kind::User, at, changes, action)
}

/// Changes an object, if the cmdlet is to; gives it under `-PassThru`.
pub(super) fn modify(
    stage: &Stage,
    call: &mut dyn Call,
    kind: Kind,
    at: AdReference,
    changes: Vec<Modification>,
    action: &str,
) -> Outcome {
    let name = look(stage, at.forest, |directory| {
        directory.dn_text(at.object).to_string()
    });
    if !call.should_process(&name, action)? {
        return Ok(());
    }
    if !changes.is_empty() {
        let change = AdChange::Modify {
            object: at.object,
            changes,
        };
        apply(stage, call, at.forest, change, &name)?;
    }
    pass_thru(stage, call, kind, at)
}

/// Carries out a change.
pub(super) fn apply(
    stage: &Stage,
    call: &dyn Call,
    forest: usize,
    change: AdChange,
    target: &str,
) -> Outcome<AdReference> {
    stage.alive()?;
    let from = origin(call);
    match stage.with(|lab| lab.change_forest(from, forest, change)) {
        Ok(object) => Ok(AdReference { forest, object }),
        Err(why) => Err(failed(call, &why, target).into()),
    }
}

/// Gives an object if `-PassThru` is on.
pub(super) fn pass_thru(
    stage: &Stage,
    call: &mut dyn Call,
    kind: Kind,
    at: AdReference,
) -> Outcome {
    if !call.switch("PassThru") {
        return Ok(());
    }
    for value in objects(stage, call, at.forest, kind, &only(stage, at), &[])? {
        call.write_whole(value)?;
    }
    Ok(())
}

/// The attribute of a key of a hashtable, or the error for one that is not there.
fn attribute(call: &dyn Call, schema: &Schema, name: &str) -> Outcome<AttributeId> {
    let found = schema.attribute(name);
    found.ok_or_else(|| {
        let message = format!(
            "The specified directory service attribute or value does not exist\r\nParameter \
             name: {name}"
        );
        bad_argument(call, message).into()
    })
}

fn values(
    call: &dyn Call,
    schema: &Schema,
    id: AttributeId,
    value: &Value,
) -> Outcome<Vec<AdValue>> {
    let syntax = schema.definition(id).syntax;
    let all = match value {
        Value::Bytes(_) if syntax.is_binary() => vec![value.clone()],
        Value::Table(_) => vec![value.clone()],
        other => other.enumerate(),
    };
    let converted = all
        .iter()
        .filter(|it| !it.is_null())
        .map(|it| to_attribute(syntax, it));
    converted
        .collect::<Result<Vec<_>, _>>()
        .map_err(|why| bad_argument(call, why).into())
}

/// What `-Add`, `-Remove`, `-Replace` and `-Clear` say, in the order in which the module sends it.
fn tables(call: &dyn Call, schema: &Schema) -> Outcome<Vec<Modification>> {
    let mut changes = Vec::new();
    for (parameter, operation) in [
        ("Remove", Operation::Delete),
        ("Add", Operation::Add),
        ("Replace", Operation::Replace),
    ] {
        let Some(Value::Table(table)) = call.argument(parameter) else {
            continue;
        };
        let entries = table.borrow().clone();
        for (key, value) in entries {
            let id = attribute(call, schema, &crate::text(&key))?;
            let values = values(call, schema, id, &value)?;
            if values.is_empty() && operation != Operation::Replace {
                let message = format!(
                    "Cannot validate argument on parameter '{parameter}'. The argument is null or \
                     an element of the argument collection contains a null value."
                );
                return Err(bad_argument(call, message).into());
            }
            changes.push(Modification {
                operation,
                attribute: id,
                values,
            });
        }
    }
    for name in call.texts("Clear") {
        let name = friendly(&name)
            .and_then(|(_, it)| it.attribute())
            .unwrap_or(&*name)
            .to_owned();
        changes.push(Modification::clear(attribute(call, schema, &name)?));
    }
    Ok(changes)
}

/// What the named parameters say. An empty string is refused, as the server refuses it.
fn named(
    call: &dyn Call,
    kind: Kind,
    directory: &Directory,
    at: Option<AdReference>,
) -> Outcome<Vec<Modification>> {
    let schema = directory.schema();
    let mut changes = Vec::new();
    for (name, value) in call.arguments() {
        if !kind
            .settable()
            .iter()
            .any(|it| it.eq_ignore_ascii_case(&name))
        {
            continue;
        }
        let Some(source) = friendly(&name).and_then(|(_, it)| it.attribute()) else {
            continue;
        };
        let id = attribute(call, schema, source)?;
        if matches!(&value, Value::Text(text) if text.is_empty()) {
            let message = if at.is_some() {
                "replace"
            } else {
                "The parameter is incorrect"
            };
            return Err(bad_argument(call, message).into());
        }
        if value.is_null() {
            if at.is_some() {
                changes.push(Modification::clear(id));
            }
            continue;
        }
        let value = match source {
            "manager" | "managedBy" => manager(directory, &value),
            _ => value,
        };
        let values = values(call, schema, id, &value)?;
        changes.push(Modification {
            operation: Operation::Replace,
            attribute: id,
            values,
        });
    }
    if let Some(value) = call.argument("AccountExpirationDate") {
        let ticks = match value {
            Value::DateTime(time) => to_file_time(time.clock),
            _ => 0,
        };
        let id = attribute(call, schema, "accountExpires")?;
        changes.push(Modification::replace(id, [ticks]));
    }
    if let Some(Value::Bool(on)) = call.argument("ChangePasswordAtLogon") {
        let id = attribute(call, schema, "pwdLastSet")?;
        changes.push(Modification::replace(id, [if on { 0i64 } else { -1 }]));
    }
    changes.extend(flags(call, kind, directory, at));
    Ok(changes)
}

/// userAccountControl and groupType, where parameters say something of them.
fn flags(
    call: &dyn Call,
    kind: Kind,
    directory: &Directory,
    at: Option<AdReference>,
) -> Vec<Modification> {
    let mut changes = Vec::new();
    let object = at.and_then(|at| directory.object(at.object));
    let control_id = AttributeId::USER_ACCOUNT_CONTROL;
    let before = object
        .and_then(|it| it.integer(control_id))
        .unwrap_or(DISABLED);
    let mut control = before;
    for (name, value) in call.arguments() {
        let Some((_, Source::Bit(bit, set_means))) = friendly(&name) else {
            continue;
        };
        if let Value::Bool(on) = value {
            let bit = i64::from(bit);
            control = if on == set_means {
                control | bit
            } else {
                control & !bit
            };
        }
    }
    if control != before && !kind.flags().is_empty() {
        changes.push(Modification::replace(control_id, [control]));
    }
    if let (Kind::Group, Some(id)) = (kind, directory.schema().attribute("groupType")) {
        let scope = call.text("GroupScope").map(|it| it.to_lowercase());
        let category = call.text("GroupCategory").map(|it| it.to_lowercase());
        if scope.is_some() || category.is_some() {
            let before = object.and_then(|it| it.integer(id)).unwrap_or(-0x7FFF_FFFE);
            let bits = match scope.as_deref() {
                Some("universal" | "2") => 8,
                Some("domainlocal" | "0") => 4,
                Some(_) => 2,
                None => before & 0xE,
            };
            let security = match category.as_deref() {
                Some("distribution" | "0") => false,
                Some(_) => true,
                None => before < 0,
            };
            let kind = if security {
                i64::from(i32::MIN) | bits
            } else {
                bits
            };
            changes.push(Modification::replace(id, [kind]));
        }
    }
    changes
}

/// The distinguished name of somebody who is named in any way.
fn manager(directory: &Directory, value: &Value) -> Value {
    if let Value::Object(_) = value {
        return Value::text(crate::text(value));
    }
    let text = crate::text(value);
    match directory.find_by_sam_account_name(&text) {
        Some(id) => Value::text(directory.dn_text(id)),
        None => Value::text(text),
    }
}
