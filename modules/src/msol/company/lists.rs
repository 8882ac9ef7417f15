//! Provisioning errors, domains and licences.

use powershell::command::Call;
use powershell::error::Outcome;
use powershell::value::Value;
use serde_json::Value as Json;

use super::super::error::online;
use super::super::users::account_name;
use super::super::{list, signed_in};
use crate::json::{text_at, time_at};
use crate::msol::refused;
use crate::stage::Stage;

pub(super) fn provisioning_errors(stage: &Stage, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let select = "$select=id,displayName,onPremisesProvisioningErrors,proxyAddresses,\
                  onPremisesLastSyncDateTime&$top=999";
    for (kind, path) in [
        ("User", "users"),
        ("Group", "groups"),
        ("Contact", "contacts"),
    ] {
        let target = format!("/v1.0/{path}?{select}");
        let all = match list(stage, call, &target, usize::MAX)? {
            Ok(all) => all,
            Err(error) => return refused(call, &error, ""),
        };
        for json in all {
            let errors = json["onPremisesProvisioningErrors"].as_array().cloned();
            let errors = errors.unwrap_or_default();
            let is = |key: &str, parameter: &str| {
                let wanted = call.text(parameter);
                errors.iter().any(|error| {
                    let said = error[key].as_str().unwrap_or_default();
                    wanted
                        .as_ref()
                        .is_none_or(|it| it.eq_ignore_ascii_case(said))
                })
            };
            if errors.is_empty()
                || !is("propertyCausingError", "PropertyName")
                || !is("value", "PropertyValue")
            {
                continue;
            }
            let shown = errors.iter().map(|error| {
                let text = |key: &str| error[key].as_str().map_or(Value::Null, Value::text);
                let properties = [
                    ("ErrorCategory", Value::text("PropertyConflict")),
                    ("PropertyName", text("propertyCausingError")),
                    ("PropertyValue", text("value")),
                    ("WhenStarted", time_at(error, "occurredDateTime")),
                ];
                crate::typed(
                    "Microsoft.Online.Administration.DirSyncProvisioningError",
                    properties,
                )
            });
            let id = json["id"].as_str().and_then(|it| it.parse().ok());
            let properties = [
                ("DisplayName", text_at(&json, "displayName")),
                (
                    "LastDirSyncTime",
                    time_at(&json, "onPremisesLastSyncDateTime"),
                ),
                ("ObjectId", id.map_or(Value::Null, Value::Guid)),
                ("ObjectType", Value::text(kind)),
                ("ProvisioningErrors", Value::array(shown)),
            ];
            call.write_whole(crate::typed(
                "Microsoft.Online.Administration.DirSyncProvisioningErrorObject",
                properties,
            ))?;
        }
    }
    Ok(())
}

pub(super) fn domains(stage: &Stage, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let wanted = call.text("DomainName").map(|it| it.to_string());
    let all = match list(stage, call, "/v1.0/domains", usize::MAX)? {
        Ok(all) => all,
        Err(error) => return refused(call, &error, ""),
    };
    let mut found = false;
    for json in all {
        let name = json["id"].as_str().unwrap_or_default().to_owned();
        if wanted
            .as_ref()
            .is_some_and(|it| !it.eq_ignore_ascii_case(&name))
        {
            continue;
        }
        found = true;
        let verified = json["isVerified"].as_bool().unwrap_or(false);
        let kind = json["authenticationType"].as_str().unwrap_or("Managed");
        let properties = [
            ("Authentication", Value::text(kind)),
            (
                "Capabilities",
                Value::text("Email, OfficeCommunicationsOnline"),
            ),
            (
                "IsDefault",
                Value::Bool(json["isDefault"].as_bool().unwrap_or(false)),
            ),
            (
                "IsInitial",
                Value::Bool(json["isInitial"].as_bool().unwrap_or(false)),
            ),
            ("Name", Value::text(&name)),
            ("RootDomain", Value::Null),
            (
                "Status",
                Value::text(if verified { "Verified" } else { "Unverified" }),
            ),
            ("VerificationMethod", Value::text("DnsRecord")),
        ];
        call.write_whole(crate::typed(
            "Microsoft.Online.Administration.Domain",
            properties,
        ))?;
    }
    if let (Some(name), false) = (wanted, found) {
        let message = format!("Domain was not found. DomainName: {name}.");
        let record = online(call, "DomainNotFoundException", message);
        return call.error(record);
    }
    Ok(())
}

pub(super) fn skus(stage: &Stage, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let account = account_name(stage);
    let all = match list(stage, call, "/v1.0/subscribedSkus", usize::MAX)? {
        Ok(all) => all,
        Err(error) => return refused(call, &error, ""),
    };
    for json in all {
        let part = json["skuPartNumber"].as_str().unwrap_or_default();
        let number = |value: &Json| {
            Value::Int(
                value
                    .as_i64()
                    .and_then(|it| i32::try_from(it).ok())
                    .unwrap_or_default(),
            )
        };
        let id = json["skuId"].as_str().and_then(|it| it.parse().ok());
        let properties = [
            ("AccountName", Value::text(&account)),
            ("AccountSkuId", Value::text(format!("{account}:{part}"))),
            ("ActiveUnits", number(&json["prepaidUnits"]["enabled"])),
            ("ConsumedUnits", number(&json["consumedUnits"])),
            ("ServiceStatus", Value::array([])),
            ("SkuId", id.map_or(Value::Null, Value::Guid)),
            ("SkuPartNumber", Value::text(part)),
            ("TargetClass", Value::text("User")),
            ("WarningUnits", Value::Int(0)),
        ];
        call.write_whole(crate::typed(
            "Microsoft.Online.Administration.AccountSkuDetails",
            properties,
        ))?;
    }
    Ok(())
}
