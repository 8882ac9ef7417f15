//! `MSOnline`: the cmdlets that Microsoft has turned off, so that old runbooks can still be run.
//!
//! They ask the tenant over Graph, and answer with the objects and the errors of old.

mod company;
mod error;
mod groups;
mod roles;
mod users;

use std::rc::Rc;

use powershell::command::{Call, Module, Parameter};
use powershell::error::{Category, ErrorRecord, Outcome};
use powershell::value::Value;
use serde_json::Value as Json;

use crate::declare::{Offer, Plan};
use crate::stage::{CloudError, Remote, Stage};

/// The module.
pub(crate) fn module(stage: &Stage) -> Rc<dyn Module> {
    let mut offer = Offer::new("MSOnline", "Microsoft.Online.Administration.Automation.");
    let parameters = vec![
        Parameter::object("Credential").at(0),
        Parameter::text("AdGraphAccessToken"),
        Parameter::text("MsGraphAccessToken"),
        Parameter::text("AzureEnvironment"),
        Parameter::text("AccessToken"),
    ];
    let on = stage.clone();
    let plan = Plan::new(
        "Connect-MsolService",
        parameters,
        "Signs in to Azure Active Directory.",
    );
    offer.offer(plan, move |_| {
        on.connect(Remote::MsOnline, true);
        Ok(())
    });
    users::declare(&mut offer, stage);
    company::declare(&mut offer, stage);
    groups::declare(&mut offer, stage);
    roles::declare(&mut offer, stage);
    let on = stage.clone();
    let nouns = ["ServicePrincipal", "Device"];
    offer.offer_none("Msol", &nouns, move |call| signed_in(&on, call));
    Rc::new(offer)
}

/// `New-MsolLicenseOptions`, which other cmdlets take and do nothing with here, and what resets
/// ways to sign in that no account has.
fn declare_options(offer: &mut Offer, stage: &Stage) {
    let parameters = vec![
        Parameter::text("AccountSkuId").mandatory(),
        Parameter::texts("DisabledPlans").nullable(),
    ];
    let declared = plan(
        "New-MsolLicenseOptions",
        parameters,
        "Says which services of a licence are off.",
    );
    let on = stage.clone();
    offer.offer(declared, move |call| {
        signed_in(&on, call)?;
        let properties = [
            (
                "AccountSkuId",
                Value::from(crate::given(call, "AccountSkuId")),
            ),
            (
                "DisabledServicePlans",
                Value::texts(call.texts("DisabledPlans")),
            ),
        ];
        let kind = "Microsoft.Online.Administration.LicenseOption";
        call.write_whole(crate::typed(kind, properties))
    });
    let parameters = vec![
        Parameter::text("UserPrincipalName")
            .mandatory()
            .piped_by_name(),
    ];
    let declared = plan(
        "Reset-MsolStrongAuthenticationMethodByUpn",
        parameters,
        "Resets the ways in which a user proves who they are.",
    )
    .but("no account has any");
    let on = stage.clone();
    offer.offer(declared, move |call| signed_in(&on, call));
}

/// The class behind a cmdlet: `Get-MsolUser` is `GetUser`.
fn plan(name: &str, parameters: Vec<Parameter>, about: &str) -> Plan {
    let plain = name.replace("-Msol", "").replace('-', "");
    let class = format!("Microsoft.Online.Administration.Automation.{plain}");
    let mut all = parameters;
    all.push(Parameter::object("TenantId").piped_by_name());
    Plan::new(name, all, about).class(class)
}

/// What every cmdlet asks first.
fn signed_in(stage: &Stage, call: &dyn Call) -> Outcome {
    stage.alive()?;
    if stage.is_connected(Remote::MsOnline) {
        return Ok(());
    }
    let exception = "Microsoft.Online.Administration.Automation.MicrosoftOnlineException";
    let id = "Microsoft.Online.Administration.Automation.MicrosoftOnlineException";
    let message = "You must call the Connect-MsolService cmdlet before calling any other cmdlets.";
    let mut record = ErrorRecord::new(message, exception, id, Category::AuthenticationError);
    record.activity = call.name();
    Err(record.into())
}

/// Everything under a path, page by page, at most so many.
fn list(
    stage: &Stage,
    call: &dyn Call,
    target: &str,
    most: usize,
) -> Outcome<Result<Vec<Json>, CloudError>> {
    let mut all: Vec<Json> = Vec::new();
    let mut target = target.to_owned();
    loop {
        let body = match stage.graph(call, "GET", &target, None, &[])? {
            Ok(body) => body,
            Err(error) => return Ok(Err(error)),
        };
        all.extend(body["value"].as_array().cloned().unwrap_or_default());
        match body["@odata.nextLink"].as_str() {
            Some(link) if all.len() < most => target = crate::graph::relative(link),
            _ => break,
        }
    }
    all.truncate(most);
    Ok(Ok(all))
}

/// A request: its method, its target and its body.
type Sent<'a> = (&'a str, &'a str, Option<&'a Json>);

/// Sends a request whose answer does not matter; a refusal is reported as the cmdlet has it.
fn send(
    stage: &Stage,
    call: &mut dyn Call,
    (method, target, body): Sent<'_>,
    report: fn(&dyn Call, &CloudError, &str) -> ErrorRecord,
    name: &str,
) -> Outcome {
    match stage.graph(call, method, target, body, &[])? {
        Ok(_) => Ok(()),
        Err(error) => {
            let record = report(call, &error, name);
            call.error(record)
        }
    }
}

/// Reports a refusal in the words of the old service.
fn refused(call: &mut dyn Call, error: &CloudError, name: &str) -> Outcome {
    let record = error::translated(call, error, name);
    call.error(record)
}

/// Whether to go on: the cmdlet asks unless `-Force` is on.
fn goes_on(call: &mut dyn Call) -> Outcome<bool> {
    if call.switch("Force") {
        return Ok(true);
    }
    call.should_continue("Continue with this operation?", "Confirm")
}
