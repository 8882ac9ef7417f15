//! `Get-ADUser` and its kin, and `Search-ADAccount`.

use mock_ad::search::{Filter, Scope};
use powershell::command::{Call, Parameter};
use powershell::error::Outcome;
use powershell::value::Value;

use super::error::{bad_argument, null_argument};
use super::filter;
use super::property::Kind;
use super::store::{Query, forest, look, objects, only, resolve};
use crate::declare::{Offer, Plan};
use crate::stage::Stage;

/// What every cmdlet of the module takes.
pub(super) fn common() -> Vec<Parameter> {
    vec![
        Parameter::object("Server"),
        Parameter::object("Credential"),
        Parameter::text("AuthType").one_of(&["Negotiate", "Basic"]),
        Parameter::text("Partition").ignored(),
    ]
}

fn parameters(kind: Kind) -> Vec<Parameter> {
    let identity = Parameter::object("Identity")
        .at(0)
        .piped()
        .mandatory()
        .nullable();
    let mut all = vec![
        identity.in_sets(&["Identity"]),
        Parameter::object("Filter").mandatory().in_sets(&["Filter"]),
        Parameter::text("LDAPFilter")
            .mandatory()
            .in_sets(&["LdapFilter"]),
        Parameter::texts("Properties").or(&["Property"]),
        Parameter::text("SearchBase")
            .in_sets(&["Filter", "LdapFilter"])
            .nullable(),
        Parameter::text("SearchScope")
            .one_of(&["Base", "OneLevel", "Subtree", "0", "1", "2"])
            .in_sets(&["Filter", "LdapFilter"]),
        Parameter::int("ResultPageSize").in_sets(&["Filter", "LdapFilter"]),
        Parameter::object("ResultSetSize")
            .in_sets(&["Filter", "LdapFilter"])
            .nullable(),
    ];
    if kind == Kind::Object {
        all.push(Parameter::switch("IncludeDeletedObjects"));
    }
    if kind == Kind::Group {
        all.push(Parameter::switch("ShowMemberTimeToLive").ignored());
    }
    all.extend(common());
    all
}

pub(super) fn declare(offer: &mut Offer, stage: &Stage) {
    for kind in Kind::ALL {
        let name = format!("Get-{}", kind.noun());
        let about = format!(
            "Gets one or more objects of Active Directory ({}).",
            kind.noun()
        );
        let plan = Plan::new(name, parameters(kind), &about).by_default("Filter");
        let stage = stage.clone();
        offer.offer(plan, move |call| get(&stage, kind, call));
    }
    let mut parameters = vec![
        Parameter::switch("AccountDisabled"),
        Parameter::switch("AccountExpired"),
        Parameter::switch("AccountInactive"),
        Parameter::switch("LockedOut"),
        Parameter::switch("PasswordExpired"),
        Parameter::switch("PasswordNeverExpires"),
        Parameter::switch("UsersOnly"),
        Parameter::switch("ComputersOnly"),
        Parameter::text("SearchBase"),
        Parameter::text("SearchScope"),
        Parameter::object("ResultSetSize").nullable(),
        Parameter::int("ResultPageSize"),
    ];
    parameters.extend(common());
    let plan = Plan::new(
        "Search-ADAccount",
        parameters,
        "Finds accounts by their state.",
    );
    let stage = stage.clone();
    offer.offer(plan, move |call| search_account(&stage, call));
}

fn scope(call: &dyn Call) -> Scope {
    match call
        .text("SearchScope")
        .map(|it| it.to_lowercase())
        .as_deref()
    {
        Some("base" | "0") => Scope::Base,
        Some("onelevel" | "1") => Scope::OneLevel,
        _ => Scope::Subtree,
    }
}

/// Where to look: `-SearchBase`, or the whole domain.
fn base(stage: &Stage, call: &dyn Call, forest: usize) -> Outcome<String> {
    match call.argument("SearchBase") {
        None => Ok(look(stage, forest, |directory| {
            directory.base().to_string()
        })),
        Some(value) => {
            let text = crate::text(&value);
            if text.is_empty() && !value.is_null() {
                let message = "An empty SearchBase is only supported while connected to a \
                               GlobalCatalog.";
                return Err(bad_argument(call, message).into());
            }
            Ok(text)
        }
    }
}

fn limit(call: &dyn Call) -> Option<usize> {
    let given = call.argument("ResultSetSize").filter(|it| !it.is_null())?;
    crate::text(&given).parse().ok()
}

/// The text of a filter: a block's inside, or a string.
fn filter_text(value: &Value) -> String {
    match value {
        Value::Block(block) => block.text.to_string(),
        other => crate::text(other),
    }
}

fn extra(call: &dyn Call) -> Vec<String> {
    call.texts("Properties")
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn get(stage: &Stage, kind: Kind, call: &mut dyn Call) -> Outcome {
    let place = forest(stage, call)?;
    let own = Filter::parse(kind.filter()).unwrap_or_else(|_| Filter::any_object());
    if let Some(identity) = call.argument("Identity") {
        if kind == Kind::Object
            && let Some(value) =
                super::domain::partitions_object(stage, place, &crate::text(&identity))
        {
            return call.write_whole(value);
        }
        let reference = resolve(stage, call, place, kind, "Identity", &identity)?;
        let deleted = look(stage, reference.forest, |it| !it.is_live(reference.object));
        if deleted && !call.switch("IncludeDeletedObjects") {
            let base = look(stage, place, |directory| directory.base().to_string());
            let text = crate::text(&identity);
            return Err(super::error::not_found(call, kind, &text, &base).into());
        }
        let query = only(stage, reference);
        for value in objects(stage, call, reference.forest, kind, &query, &extra(call))? {
            call.write_whole(value)?;
        }
        return Ok(());
    }
    let asked = match (call.argument("Filter"), call.text("LDAPFilter")) {
        (Some(value), _) => {
            let text = filter_text(&value);
            if text.trim().is_empty() {
                return Err(null_argument(call, "Filter").into());
            }
            let directory = look(stage, place, Clone::clone);
            filter::read(call, &directory, &text)?
        }
        (None, Some(text)) => Filter::parse(&text).map_err(|_| {
            let message = "The search filter cannot be recognized";
            let exception = "Microsoft.ActiveDirectory.Management.ADException";
            let id = "ActiveDirectoryServer:8254";
            powershell::error::ErrorRecord::new(
                message,
                exception,
                id,
                powershell::error::Category::NotSpecified,
            )
        })?,
        (None, None) => return Err(null_argument(call, "Filter").into()),
    };
    let query = Query {
        base: base(stage, call, place)?,
        scope: scope(call),
        filter: Filter::And(vec![own, asked]),
        deleted: call.switch("IncludeDeletedObjects"),
        limit: limit(call),
    };
    for value in objects(stage, call, place, kind, &query, &extra(call))? {
        call.write_whole(value)?;
    }
    Ok(())
}

fn search_account(stage: &Stage, call: &mut dyn Call) -> Outcome {
    let place = forest(stage, call)?;
    let text = if call.switch("AccountDisabled") {
        "(userAccountControl:1.2.840.113556.1.4.803:=2)".to_owned()
    } else if call.switch("LockedOut") {
        "(lockoutTime>=1)".to_owned()
    } else if call.switch("PasswordNeverExpires") {
        "(userAccountControl:1.2.840.113556.1.4.803:=65536)".to_owned()
    } else if call.switch("AccountExpired") {
        let now = super::object::to_file_time(stage.now());
        format!("(&(accountExpires>=1)(accountExpires<={now}))")
    } else {
        let message = "Only -AccountDisabled, -AccountExpired, -LockedOut and \
                       -PasswordNeverExpires are simulated.";
        return Err(bad_argument(call, message).into());
    };
    let kind = if call.switch("ComputersOnly") {
        Kind::Computer
    } else {
        Kind::User
    };
    let asked = Filter::parse(&text).unwrap_or_else(|_| Filter::any_object());
    let own = Filter::parse(kind.filter()).unwrap_or_else(|_| Filter::any_object());
    let query = Query {
        base: base(stage, call, place)?,
        scope: scope(call),
        filter: Filter::And(vec![own, asked]),
        deleted: false,
        limit: limit(call),
    };
    let more = [
        "LockedOut",
        "PasswordExpired",
        "PasswordNeverExpires",
        "LastLogonDate",
    ];
    let more: Vec<String> = more.iter().map(|it| (*it).to_owned()).collect();
    for value in objects(stage, call, place, kind, &query, &more)? {
        call.write_whole(value)?;
    }
    Ok(())
}
