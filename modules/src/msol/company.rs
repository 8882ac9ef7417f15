//! The company: its domains, licences and synchronisation.

mod lists;

use powershell::command::{Call, Parameter};
use powershell::error::{ErrorRecord, Outcome};
use powershell::value::Value;
use serde_json::{Value as Json, json};

use lists::{domains, provisioning_errors, skus};

use super::error::{online, translated};
use super::{plan, signed_in};
use crate::declare::Offer;
use crate::graph::encode;
use crate::json::{guid_at, text_at, time_at};
use crate::msol::{goes_on, send};
use crate::stage::{CloudError, Stage};

/// The features, by their old names, and as Graph spells them.
const FEATURES: &[(&str, &str)] = &[
    (
        "DuplicateProxyAddressResiliency",
        "quarantineUponProxyAddressesConflictEnabled",
    ),
    ("DuplicateUPNResiliency", "quarantineUponUpnConflictEnabled"),
    ("EnableSoftMatchOnUpn", "softMatchOnUpnEnabled"),
    (
        "EnableUserForcePasswordChangeOnLogon",
        "userForcePasswordChangeOnLogonEnabled",
    ),
    (
        "EnforceCloudPasswordPolicyForPasswordSyncedUsers",
        "cloudPasswordPolicyForPasswordSyncedUsersEnabled",
    ),
    ("PasswordSync", "passwordSyncEnabled"),
    (
        "SynchronizeUpnForManagedUsers",
        "synchronizeUpnForManagedUsersEnabled",
    ),
    ("BlockSoftMatch", "blockSoftMatchEnabled"),
    (
        "BlockCloudObjectTakeoverThroughHardMatch",
        "blockCloudObjectTakeoverThroughHardMatchEnabled",
    ),
    ("BypassDirSyncOverrides", "bypassDirSyncOverridesEnabled"),
    ("DirectoryExtensions", "directoryExtensionsEnabled"),
    ("DeviceWriteback", "deviceWritebackEnabled"),
    ("PasswordWriteBack", "passwordWritebackEnabled"),
    ("UnifiedGroupWriteback", "unifiedGroupWritebackEnabled"),
    ("UserWriteback", "userWritebackEnabled"),
    ("ObjectWriteback", "groupWriteBackEnabled"),
];

pub(super) fn declare(offer: &mut Offer, stage: &Stage) {
    let on = stage.clone();
    let declared = plan(
        "Get-MsolCompanyInformation",
        Vec::new(),
        "Gets the company.",
    );
    offer.offer(declared, move |call| company(&on, call));
    let parameters = vec![
        Parameter::new("EnableDirSync", "System.Boolean").mandatory(),
        Parameter::switch("Force"),
    ];
    let on = stage.clone();
    let declared = plan(
        "Set-MsolDirSyncEnabled",
        parameters,
        "Turns synchronisation on or off.",
    );
    offer.offer(declared, move |call| enable(&on, call));
    let on = stage.clone();
    let declared = plan(
        "Get-MsolDirSyncConfiguration",
        Vec::new(),
        "Gets the threshold.",
    );
    offer.offer(declared, move |call| {
        signed_in(&on, call)?;
        let threshold = on.read(|world| world.tenant().deletion_threshold);
        let kind = if threshold.is_some() {
            "EnabledForCount"
        } else {
            "Disabled"
        };
        let number = threshold
            .and_then(|it| i32::try_from(it).ok())
            .unwrap_or_default();
        let properties = [
            ("AccidentalDeletionThreshold", Value::Int(number)),
            ("DeletionPreventionType", Value::text(kind)),
        ];
        call.write_whole(crate::typed(
            "Microsoft.Online.Administration.DirSyncConfiguration",
            properties,
        ))
    });
    let on = stage.clone();
    let parameters = vec![Parameter::text("Feature").at(0).piped_by_name()];
    let declared = plan("Get-MsolDirSyncFeatures", parameters, "Gets the features.");
    offer.offer(declared, move |call| features(&on, call));
    let parameters = vec![
        Parameter::text("Feature").mandatory().piped_by_name(),
        Parameter::new("Enable", "System.Boolean")
            .mandatory()
            .piped_by_name(),
        Parameter::switch("Force"),
    ];
    let on = stage.clone();
    let declared = plan(
        "Set-MsolDirSyncFeature",
        parameters,
        "Turns a feature on or off.",
    );
    offer.offer(declared, move |call| set_feature(&on, call));
    declare_errors(offer, stage);
    declare_domains(offer, stage);
    let on = stage.clone();
    let declared = plan("Get-MsolAccountSku", Vec::new(), "Gets the licences.");
    offer.offer(declared, move |call| skus(&on, call));
}

fn declare_errors(offer: &mut Offer, stage: &Stage) {
    let parameters = vec![
        Parameter::text("ErrorCategory").piped_by_name(),
        Parameter::text("PropertyName").piped_by_name(),
        Parameter::text("PropertyValue").piped_by_name(),
        Parameter::text("SearchString").piped_by_name(),
        Parameter::text("SortField").ignored(),
        Parameter::text("SortDirection").ignored(),
        Parameter::switch("All"),
        Parameter::int("MaxResults"),
    ];
    let on = stage.clone();
    let about = "Gets the objects that have provisioning errors.";
    let declared = plan("Get-MsolDirSyncProvisioningError", parameters, about);
    offer.offer(declared, move |call| provisioning_errors(&on, call));
    let on = stage.clone();
    let name = "Get-MsolHasObjectsWithDirSyncProvisioningErrors";
    let declared = plan(
        name,
        Vec::new(),
        "Whether any object has provisioning errors.",
    );
    offer.offer(declared, move |call| {
        signed_in(&on, call)?;
        let any = on.read(|world| world.tenant().quarantined().next().is_some());
        call.write(Value::Bool(any))
    });
}

fn declare_domains(offer: &mut Offer, stage: &Stage) {
    let parameters = vec![
        Parameter::text("DomainName").at(0).piped_by_name(),
        Parameter::text("Status"),
        Parameter::text("Authentication"),
        Parameter::text("Capability").ignored(),
    ];
    let on = stage.clone();
    let declared = plan("Get-MsolDomain", parameters, "Gets the domains.");
    offer.offer(declared, move |call| domains(&on, call));
    let parameters = vec![
        Parameter::text("DomainName")
            .at(0)
            .mandatory()
            .piped_by_name(),
        Parameter::switch("Force"),
    ];
    let on = stage.clone();
    let declared = plan("Remove-MsolDomain", parameters, "Removes a domain.");
    offer.offer(declared, move |call| {
        signed_in(&on, call)?;
        let name = crate::given(call, "DomainName");
        if !goes_on(call)? {
            return Ok(());
        }
        send(
            &on,
            call,
            ("DELETE", &format!("/v1.0/domains/{}", encode(&name)), None),
            domain_error,
            &name,
        )
    });
    let parameters = vec![
        Parameter::text("Name").mandatory().piped_by_name(),
        Parameter::text("Authentication"),
        Parameter::text("VerificationMethod"),
    ];
    let on = stage.clone();
    let declared = plan("New-MsolDomain", parameters, "Adds a domain.");
    offer.offer(declared, move |call| {
        signed_in(&on, call)?;
        let name = crate::given(call, "Name");
        send(
            &on,
            call,
            ("POST", "/v1.0/domains", Some(&json!({ "id": name }))),
            domain_error,
            &name,
        )
    });
    let parameters = vec![Parameter::text("DomainName").mandatory().piped_by_name()];
    let on = stage.clone();
    let declared = plan("Confirm-MsolDomain", parameters, "Verifies a domain.");
    offer.offer(declared, move |call| {
        signed_in(&on, call)?;
        let name = crate::given(call, "DomainName");
        let target = format!("/v1.0/domains/{}/verify", encode(&name));
        send(&on, call, ("POST", &target, None), domain_error, &name)
    });
    declare_domain_kinds(offer, stage);
}

fn declare_domain_kinds(offer: &mut Offer, stage: &Stage) {
    let parameters = vec![
        Parameter::text("Name").mandatory().piped_by_name(),
        Parameter::switch("IsDefault").piped_by_name(),
    ];
    let on = stage.clone();
    let declared = plan(
        "Set-MsolDomain",
        parameters,
        "Makes a domain the default one.",
    );
    offer.offer(declared, move |call| {
        signed_in(&on, call)?;
        let name = crate::given(call, "Name");
        let target = format!("/v1.0/domains/{}", encode(&name));
        send(
            &on,
            call,
            ("PATCH", &target, Some(&json!({ "isDefault": true }))),
            domain_error,
            &name,
        )
    });
    let parameters = vec![
        Parameter::text("DomainName").mandatory().piped_by_name(),
        Parameter::text("Authentication")
            .one_of(&["Managed", "Federated"])
            .piped_by_name(),
        Parameter::text("ActiveLogOnUri").ignored(),
        Parameter::text("FederationBrandName").ignored(),
        Parameter::text("IssuerUri").ignored(),
        Parameter::text("LogOffUri").ignored(),
        Parameter::text("MetadataExchangeUri").ignored(),
        Parameter::text("PassiveLogOnUri").ignored(),
        Parameter::text("SigningCertificate").ignored(),
        Parameter::text("PreferredAuthenticationProtocol").ignored(),
    ];
    let on = stage.clone();
    let about = "Makes a domain managed or federated.";
    let declared = plan("Set-MsolDomainAuthentication", parameters, about);
    offer.offer(declared, move |call| {
        signed_in(&on, call)?;
        let name = crate::given(call, "DomainName");
        let kind = crate::given(call, "Authentication");
        let target = format!("/v1.0/domains/{}", encode(&name));
        let body = json!({ "authenticationType": kind });
        send(
            &on,
            call,
            ("PATCH", &target, Some(&body)),
            domain_error,
            &name,
        )
    });
}

/// A refusal about a domain.
fn domain_error(call: &dyn Call, error: &CloudError, name: &str) -> ErrorRecord {
    if error.status == 404 {
        let message = format!("Domain was not found. DomainName: {name}.");
        return online(call, "DomainNotFoundException", message);
    }
    translated(call, error, name)
}

fn organization(stage: &Stage, call: &mut dyn Call) -> Outcome<Json> {
    match stage.graph(call, "GET", "/v1.0/organization", None, &[])? {
        Ok(body) => Ok(body["value"][0].clone()),
        Err(error) => Err(translated(call, &error, "").into()),
    }
}

fn company(stage: &Stage, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let json = organization(stage, call)?;
    let initial = stage.read(|world| world.tenant().domains.initial().to_string());
    let enabled = json["onPremisesSyncEnabled"].as_bool().unwrap_or(false);
    let last = time_at(&json, "onPremisesLastSyncDateTime");
    let pending = stage.read(|world| world.tenant().organization.deactivated_at.is_some());
    let status = match (pending, enabled) {
        (true, _) => "PendingDisabled",
        (false, true) => "Enabled",
        (false, false) => "Disabled",
    };
    let id = guid_at(&json, "id");
    let name = text_at(&json, "displayName");
    let password = stage.read(|world| world.tenant().features.password_sync);
    let properties = [
        ("AuthorizedServiceInstances", Value::array([])),
        ("DapEnabled", Value::Null),
        ("DirectorySynchronizationEnabled", Value::Bool(enabled)),
        ("DirectorySynchronizationStatus", Value::text(status)),
        ("DisplayName", name),
        ("InitialDomain", Value::text(initial)),
        ("LastDirSyncTime", last),
        ("LastPasswordSyncTime", Value::Null),
        ("ObjectId", id),
        ("PasswordSynchronizationEnabled", Value::Bool(password)),
        ("PreferredLanguage", Value::text("en")),
        ("TechnicalNotificationEmails", Value::array([])),
        ("UsersPermissionToReadOtherUsersEnabled", Value::Bool(true)),
    ];
    call.write_whole(crate::typed(
        "Microsoft.Online.Administration.CompanyInformation",
        properties,
    ))
}

fn enable(stage: &Stage, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let on = call
        .argument("EnableDirSync")
        .is_some_and(|it| matches!(it, Value::Bool(true)));
    if !goes_on(call)? {
        return Ok(());
    }
    let json = organization(stage, call)?;
    let id = json["id"].as_str().unwrap_or_default().to_owned();
    let target = format!("/v1.0/organization/{id}");
    send(
        stage,
        call,
        (
            "PATCH",
            &target,
            Some(&json!({ "onPremisesSyncEnabled": on })),
        ),
        translated,
        "",
    )
}

fn synchronization(stage: &Stage, call: &mut dyn Call) -> Outcome<Json> {
    let target = "/v1.0/directory/onPremisesSynchronization";
    match stage.graph(call, "GET", target, None, &[])? {
        Ok(body) => Ok(body["value"][0].clone()),
        Err(error) => Err(translated(call, &error, "").into()),
    }
}

fn features(stage: &Stage, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let json = synchronization(stage, call)?;
    let wanted = call.text("Feature");
    for (name, property) in FEATURES {
        if wanted
            .as_ref()
            .is_some_and(|it| !it.eq_ignore_ascii_case(name))
        {
            continue;
        }
        let on = json["features"][*property].as_bool().unwrap_or(false);
        let properties = [
            ("DirSyncFeature", Value::text(name)),
            ("ExtensionData", Value::Null),
            ("Enabled", Value::Bool(on)),
        ];
        call.write_whole(crate::typed(
            "Microsoft.Online.Administration.DirSyncFeature",
            properties,
        ))?;
    }
    Ok(())
}

fn set_feature(stage: &Stage, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let name = crate::given(call, "Feature");
    let on = call
        .argument("Enable")
        .is_some_and(|it| matches!(it, Value::Bool(true)));
    let Some((_, property)) = FEATURES
        .iter()
        .find(|(it, _)| it.eq_ignore_ascii_case(&name))
    else {
        let message = format!("The feature '{name}' is not known.");
        let record = online(call, "InvalidParameterException", message);
        return call.error(record);
    };
    if !goes_on(call)? {
        return Ok(());
    }
    let json = synchronization(stage, call)?;
    let id = json["id"].as_str().unwrap_or_default().to_owned();
    let target = format!("/v1.0/directory/onPremisesSynchronization/{id}");
    let mut features = serde_json::Map::new();
    features.insert((*property).to_owned(), json!(on));
    send(
        stage,
        call,
        ("PATCH", &target, Some(&json!({ "features": features }))),
        translated,
        &name,
    )
}
