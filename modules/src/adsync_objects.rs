//! Objects of the connector spaces and of the metaverse, and `ADSyncTools`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_ad::directory::{AttributeId, Dn, Modification, ObjectGuid, ObjectId, Value as AdValue};
use mock_cloud::tenant::Change as CloudChange;
use powershell::command::{Call, Impact, Parameter};
use powershell::error::{Category, ErrorRecord, Outcome};
use powershell::value::{Object, Value};
use serde_json::{Map, Value as Json, json};
use sim::engine::{CsEntry, MvId, PendingExport, Source};
use sim::world::{AdChange, World};

use crate::adsync::{find_connector, identifier, no_connector};
use crate::declare::{Offer, Plan};
use crate::graph::{cloud_error, encode};
use crate::stage::{Stage, origin};

const MODEL: &str = "Microsoft.IdentityManagement.PowerShell.ObjectModel";

pub(crate) fn declare(offer: &mut Offer, stage: &Stage) {
    let parameters = vec![
        Parameter::object("ConnectorIdentifier").piped_by_name(),
        Parameter::text("ConnectorName").piped_by_name(),
        Parameter::text("DistinguishedName").piped_by_name(),
        Parameter::object("Identifier").piped_by_name(),
        Parameter::switch("SkipDNValidation").ignored(),
        Parameter::switch("Transient").ignored(),
        Parameter::int("StartIndex").ignored(),
        Parameter::int("MaxResultCount").ignored(),
    ];
    let on = stage.clone();
    let plan = Plan::new(
        "Get-ADSyncCSObject",
        parameters,
        "Gets an object of a connector space.",
    );
    offer.offer(plan, move |call| connector_space_object(&on, call));
    let parameters = vec![Parameter::object("Identifier").at(0).piped_by_name()];
    let on = stage.clone();
    let plan = Plan::new(
        "Get-ADSyncMVObject",
        parameters,
        "Gets an object of the metaverse.",
    );
    offer.offer(plan, move |call| metaverse_object(&on, call));
    declare_tools(offer, stage);
}

/// What a metaverse object is told by.
fn metaverse_id(id: MvId) -> String {
    format!("6d657461-0000-4000-8000-{:012x}", id.0)
}

fn custom(type_name: &str, properties: Vec<(&str, Value)>) -> Value {
    let full = format!("{MODEL}.{type_name}");
    Value::Object(Object::typed(
        &[full.as_str(), "System.Object"],
        properties,
        None,
    ))
}

fn entra_object(world: &World, entry: &CsEntry) -> Value {
    let pending = match entry.pending_export {
        PendingExport::None => "None",
        PendingExport::Add => "Add",
        PendingExport::Update => "Update",
        PendingExport::Delete => "Delete",
    };
    let connected = entry
        .metaverse
        .map_or(Value::Null, |id| Value::text(metaverse_id(id)));
    let cloud = entry.cloud.and_then(|key| world.tenant().object(key));
    let cloud = cloud.map_or(Value::Null, |it| {
        Value::text(format!("{}_{}", entry.kind.name(), it.id))
    });
    let error = entry.failure.as_ref().map_or(Value::Null, |failure| {
        let error = &failure.error;
        let names = error.conflicts.iter().map(|(property, _)| property.name());
        let values = error.conflicts.iter().map(|(_, value)| value.to_string());
        let owner = error
            .in_conflict_with
            .and_then(|key| world.tenant().object(key));
        let extra = json!([
            { "Key": "ObjectIdInConflict", "Value": owner.map(|it| it.id.to_string()) },
            { "Key": "AttributeConflictName", "Value": names.collect::<Vec<_>>().join(";") },
            { "Key": "AttributeConflictValues", "Value": values.collect::<Vec<_>>().join(";") },
        ]);
        custom(
            "ExportError",
            vec![
                ("ErrorName", Value::text(error.code.name())),
                ("ErrorLiteral", Value::text(error.detail())),
                ("ErrorExtraDetails", Value::text(extra.to_string())),
            ],
        )
    });
    custom(
        "CsObject",
        vec![
            (
                "ConnectorId",
                Value::text(identifier(sim::engine::ConnectorId::Entra)),
            ),
            (
                "DistinguishedName",
                Value::text(entry.anchor.connector_space_dn()),
            ),
            ("AnchorValue", Value::text(entry.anchor.to_string())),
            ("CloudAnchor", cloud),
            ("ObjectType", Value::text(entry.kind.name().to_lowercase())),
            ("IsConnector", Value::Bool(entry.metaverse.is_some())),
            ("ConnectedMVObjectId", connected),
            ("PendingExportOperation", Value::text(pending)),
            ("HasExportError", Value::Bool(entry.failure.is_some())),
            ("ExportError", error.clone()),
            (
                "ExportErrorCode",
                match &error {
                    Value::Object(error) => error.get("ErrorName").unwrap_or_default(),
                    _ => Value::Null,
                },
            ),
        ],
    )
}

fn connector_space_object(stage: &Stage, call: &mut dyn Call) -> Outcome {
    stage.alive()?;
    let given = call
        .argument("ConnectorIdentifier")
        .or_else(|| call.argument("ConnectorName"));
    let name = given.map(|it| crate::text(&it)).unwrap_or_default();
    let dn = call.text("DistinguishedName").map(|it| it.to_string());
    let Some(connector) = stage.read(|world| find_connector(world, &name)) else {
        return Err(no_connector(call, &name).into());
    };
    let found: Vec<Value> = stage.read(|world| match connector {
        sim::engine::ConnectorId::Entra => {
            let all = world.engine().entra().iter();
            let is = |entry: &CsEntry| {
                let own = entry.anchor.connector_space_dn();
                dn.as_ref().is_none_or(|dn| dn.eq_ignore_ascii_case(&own))
            };
            all.filter(|(_, it)| is(it))
                .map(|(_, it)| entra_object(world, it))
                .collect()
        }
        sim::engine::ConnectorId::Ad(place) => {
            let forest = &world.forests()[place];
            let at = dn.as_ref().and_then(|dn| dn.parse::<Dn>().ok());
            let object = at.and_then(|dn| forest.find(&dn));
            object
                .and_then(|id| forest_object(world, place, id))
                .into_iter()
                .collect()
        }
    });
    if found.is_empty() && dn.is_some() {
        let message = "The specified object was not found in the connector space.";
        let exception = "System.ArgumentException";
        let mut record = ErrorRecord::new(message, exception, exception, Category::ObjectNotFound);
        record.activity = call.name();
        return call.error(record);
    }
    found.into_iter().try_for_each(|it| call.write_whole(it))
}

fn forest_object(world: &World, place: usize, id: ObjectId) -> Option<Value> {
    let connector = world.engine().forest(place)?;
    let entry = connector.entry(id)?;
    let dn = world.forests()[place].dn(id).to_string();
    let connected = entry
        .metaverse
        .map_or(Value::Null, |id| Value::text(metaverse_id(id)));
    Some(custom(
        "CsObject",
        vec![
            (
                "ConnectorId",
                Value::text(identifier(sim::engine::ConnectorId::Ad(place))),
            ),
            ("DistinguishedName", Value::text(dn)),
            ("IsConnector", Value::Bool(entry.metaverse.is_some())),
            ("ConnectedMVObjectId", connected),
            ("HasSyncError", Value::Bool(entry.error.is_some())),
            (
                "SyncError",
                entry
                    .error
                    .as_ref()
                    .map_or(Value::Null, |why| Value::text(why.text())),
            ),
        ],
    ))
}

fn metaverse_object(stage: &Stage, call: &mut dyn Call) -> Outcome {
    stage.alive()?;
    let wanted = crate::given(call, "Identifier");
    let found = stage.read(|world| {
        let all = world.engine().metaverse().iter();
        let mut of = all.filter(|(id, _)| metaverse_id(*id).eq_ignore_ascii_case(&wanted));
        of.next().map(|(id, object)| {
            let source = &object.source;
            let dn = world.forests()[source.forest].dn(source.object).to_string();
            let anchor = object
                .connector
                .and_then(|id| world.engine().entra().get(id));
            let anchor = anchor.map_or(Value::Null, |it| Value::text(it.anchor.to_string()));
            custom(
                "MvObject",
                vec![
                    ("ObjectId", Value::text(metaverse_id(id))),
                    ("SourceAnchor", anchor),
                    ("CloudFiltered", Value::Bool(object.filtered.is_some())),
                    ("Contributor", Value::text(dn)),
                ],
            )
        })
    });
    if let Some(found) = found {
        call.write_whole(found)
    } else {
        let message = format!("The metaverse object '{wanted}' was not found.");
        let exception = "System.ArgumentException";
        let mut record = ErrorRecord::new(message, exception, exception, Category::ObjectNotFound);
        record.activity = call.name();
        call.error(record)
    }
}

/// What `Clear-ADSyncToolsOnPremisesAttribute` can clear.
const ON_PREMISES: [&str; 6] = [
    "onPremisesDistinguishedName",
    "onPremisesDomainName",
    "onPremisesImmutableId",
    "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier",
    "onPremisesUserPrincipalName",
];

fn declare_tools(offer: &mut Offer, stage: &Stage) {
    let mut parameters = vec![
        Parameter::text("Identity")
            .at(0)
            .mandatory()
            .piped_by_name()
            .piped()
            .or(&["Id"]),
        Parameter::switch("All"),
    ];
    parameters.extend(ON_PREMISES.iter().map(|name| Parameter::switch(name)));
    let on = stage.clone();
    let about = "Clears on-premises attributes of a user that is not synced.";
    let plan = Plan::new("Clear-ADSyncToolsOnPremisesAttribute", parameters, about);
    offer.offer(plan.asking(Impact::Medium), move |call| {
        clear_attributes(&on, call)
    });
    let identity = || Parameter::object("Identity").at(0).mandatory().piped();
    for (name, about) in [
        (
            "Get-ADSyncToolsMsDsConsistencyGuid",
            "Gets mS-DS-ConsistencyGuid of an object.",
        ),
        (
            "Set-ADSyncToolsMsDsConsistencyGuid",
            "Sets mS-DS-ConsistencyGuid of an object.",
        ),
        (
            "Clear-ADSyncToolsMsDsConsistencyGuid",
            "Clears mS-DS-ConsistencyGuid of an object.",
        ),
    ] {
        let mut parameters = vec![identity(), Parameter::object("Server")];
        if name.starts_with("Set") {
            parameters.push(Parameter::object("Value").at(1).mandatory());
        }
        let on = stage.clone();
        offer.offer(Plan::new(name, parameters, about), move |call| {
            consistency_guid(&on, call)
        });
    }
    for name in [
        "ConvertFrom-ADSyncToolsImmutableID",
        "ConvertTo-ADSyncToolsImmutableID",
    ] {
        let parameters = vec![
            Parameter::object("Value")
                .at(0)
                .mandatory()
                .piped()
                .or(&["ImmutableID"]),
        ];
        let plan = Plan::new(
            name,
            parameters,
            "Converts between an ImmutableId and a GUID.",
        );
        offer.offer(plan, convert);
    }
}

fn clear_attributes(stage: &Stage, call: &mut dyn Call) -> Outcome {
    let name = crate::given(call, "Identity");
    if !call.should_process(&name, "Clear on-premises attributes")? {
        return Ok(());
    }
    let all = call.switch("All");
    let names: Vec<&'static str> = ON_PREMISES
        .into_iter()
        .filter(|it| all || call.switch(it))
        .collect();
    let target = format!("/v1.0/users/{}", encode(&name));
    let found = stage.graph(call, "GET", &format!("{target}?$select=id"), None, &[])?;
    let id = match found {
        Ok(json) => json["id"].as_str().unwrap_or_default().to_owned(),
        Err(error) => {
            let record = cloud_error(call, &error);
            return call.error(record);
        }
    };
    let mut body = Map::new();
    if names.contains(&"onPremisesImmutableId") {
        body.insert("onPremisesImmutableId".to_owned(), Json::Null);
        let answer = stage.graph(call, "PATCH", &target, Some(&Json::Object(body)), &[])?;
        if let Err(error) = answer {
            let record = cloud_error(call, &error);
            return call.error(record);
        }
    }
    let rest: Vec<&'static str> = names
        .into_iter()
        .filter(|it| *it != "onPremisesImmutableId")
        .collect();
    if rest.is_empty() {
        return Ok(());
    }
    let key = stage.read(|world| {
        let id = id.parse().ok()?;
        world.tenant().find_by_id(id)
    });
    let Some(key) = key else { return Ok(()) };
    let change = CloudChange::ClearOnPremisesFacts(key, rest);
    if let Err(message) = stage.change_tenant(call, change)? {
        let mut record = ErrorRecord::new(
            message,
            "System.Exception",
            "Request_BadRequest",
            Category::InvalidOperation,
        );
        record.activity = call.name();
        return call.error(record);
    }
    Ok(())
}

/// An object of Active Directory by whatever it is named by here.
fn somebody(world: &World, value: &Value) -> Option<Source> {
    let text = match value {
        Value::Object(object) => {
            let dn = object.get("DistinguishedName");
            dn.map_or_else(|| crate::text(value), |it| crate::text(&it))
        }
        other => crate::text(other),
    };
    let find = |place: usize| {
        let forest = &world.forests()[place];
        let by_dn = || text.parse::<Dn>().ok().and_then(|dn| forest.find(&dn));
        let by_guid = || {
            text.parse::<ObjectGuid>()
                .ok()
                .and_then(|it| forest.find_by_guid(&it))
        };
        let found = forest
            .find_by_sam_account_name(&text)
            .or_else(|| forest.find_by_user_principal_name(&text))
            .or_else(by_guid)
            .or_else(by_dn);
        found.map(|object| Source {
            forest: place,
            object,
        })
    };
    (0..world.forests().len()).find_map(find)
}

fn consistency_guid(stage: &Stage, call: &mut dyn Call) -> Outcome {
    stage.alive()?;
    let identity = call.argument("Identity").unwrap_or_default();
    let Some(source) = stage.read(|world| somebody(world, &identity)) else {
        let message = format!("Unable to find the object '{}'.", crate::text(&identity));
        let exception = "System.Exception";
        let mut record = ErrorRecord::new(message, exception, exception, Category::ObjectNotFound);
        record.activity = call.name();
        return Err(record.into());
    };
    let attribute = stage.read(|world| {
        world.forests()[source.forest]
            .schema()
            .attribute("mS-DS-ConsistencyGuid")
    });
    let Some(attribute): Option<AttributeId> = attribute else {
        return Ok(());
    };
    if call.name().starts_with("Get") {
        let value = stage.read(|world| {
            let object = world.forests()[source.forest].object(source.object);
            object
                .and_then(|it| it.bytes(attribute))
                .map(<[u8]>::to_vec)
        });
        return match value.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok()) {
            Some(bytes) => call.write(Value::Guid(ObjectGuid::from_bytes(bytes).to_uuid())),
            None => Ok(()),
        };
    }
    let change = match call.argument("Value") {
        None => Modification::clear(attribute),
        Some(value) => {
            if let Some(guid) = anchor_guid(&value) {
                let bytes = AdValue::Bytes(guid.as_bytes().as_slice().into());
                Modification::replace(attribute, [bytes])
            } else {
                let message = "The value is neither a GUID nor an ImmutableId.";
                let exception = "System.Exception";
                let mut record =
                    ErrorRecord::new(message, exception, exception, Category::InvalidArgument);
                record.activity = call.name();
                return Err(record.into());
            }
        }
    };
    let change = AdChange::Modify {
        object: source.object,
        changes: vec![change],
    };
    let from = origin(call);
    match stage.with(|lab| lab.change_forest(from, source.forest, change)) {
        Ok(_) => Ok(()),
        Err(why) => Err(crate::ad::failed(call, &why, &crate::text(&identity)).into()),
    }
}

/// A GUID that is given as one, as text, or as the base64 of its bytes.
fn anchor_guid(value: &Value) -> Option<ObjectGuid> {
    match value {
        Value::Guid(guid) => Some(ObjectGuid::from_uuid(*guid)),
        Value::Bytes(bytes) => <[u8; 16]>::try_from(bytes.borrow().as_slice())
            .ok()
            .map(ObjectGuid::from_bytes),
        other => {
            let text = crate::text(other);
            let decoded = || {
                let bytes = STANDARD.decode(text.trim()).ok()?;
                <[u8; 16]>::try_from(bytes).ok().map(ObjectGuid::from_bytes)
            };
            text.trim().parse().ok().or_else(decoded)
        }
    }
}

fn convert(call: &mut dyn Call) -> Outcome {
    let value = call.argument("Value").unwrap_or_default();
    let Some(guid) = anchor_guid(&value) else {
        let message = format!(
            "'{}' is neither a GUID nor an ImmutableId.",
            crate::text(&value)
        );
        let exception = "System.Exception";
        let mut record = ErrorRecord::new(message, exception, exception, Category::InvalidArgument);
        record.activity = call.name();
        return Err(record.into());
    };
    if call.name().starts_with("ConvertFrom") {
        return call.write(Value::Guid(guid.to_uuid()));
    }
    call.write(Value::text(STANDARD.encode(guid.as_bytes())))
}
