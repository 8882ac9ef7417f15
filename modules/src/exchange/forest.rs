//! Recipients of an Exchange on-premises: users of a forest with its attributes.

use mock_ad::directory::{AttributeId, Directory, Modification, ObjectId, Value as AdValue};
use powershell::command::{Call, Impact, Parameter};
use powershell::error::{Category, ErrorRecord, Outcome};
use powershell::value::{Object, Value};
use sim::engine::Source;
use sim::world::AdChange;

use uuid::Uuid;

use super::{Which, addresses, get, identity, not_found, reading, set, task_error};
use crate::declare::{Offer, Plan};
use crate::stage::{Remote, Stage, origin};

/// Values that say what sort of recipient a user of the forest is.
pub(super) const REMOTE_USER_MAILBOX: i64 = 2_147_483_648;
pub(super) const MAIL_USER: i64 = 128;

pub(super) fn declare_forest(offer: &mut Offer, stage: &Stage) {
    for noun in ["RemoteMailbox", "MailUser"] {
        let on = stage.clone();
        let plan = Plan::new(
            format!("Get-{noun}"),
            reading(noun),
            "Gets recipients of the forest.",
        );
        offer.offer(plan, move |call| {
            if is_of_tenant(&on, noun) {
                return get(&on, Which::MailUsers, call);
            }
            get_forest(&on, noun, call)
        });
        let parameters = vec![
            Parameter::object("Identity").at(0).mandatory().piped(),
            Parameter::text("RemoteRoutingAddress"),
            Parameter::text("ExternalEmailAddress"),
            Parameter::text("PrimarySmtpAddress"),
            Parameter::text("Alias"),
            Parameter::switch("ACLableSyncedObjectEnabled").ignored(),
            Parameter::switch("Archive").ignored(),
            Parameter::text("DomainController"),
        ];
        let on = stage.clone();
        let plan = Plan::new(
            format!("Enable-{noun}"),
            parameters,
            "Makes a user a recipient.",
        );
        offer.offer(plan.asking(Impact::Medium), move |call| {
            enable(&on, noun, call)
        });
        let mut parameters = vec![
            Parameter::object("Identity").at(0).mandatory().piped(),
            Parameter::object("EmailAddresses"),
            Parameter::object("ExchangeGuid"),
            Parameter::object("ArchiveGuid"),
            Parameter::text("RemoteRoutingAddress"),
            Parameter::text("PrimarySmtpAddress"),
            Parameter::object("EmailAddressPolicyEnabled").ignored(),
            Parameter::text("DomainController"),
        ];
        if noun == "MailUser" {
            parameters.extend(ONLINE.iter().map(|name| Parameter::text(name)));
        }
        let on = stage.clone();
        let plan = Plan::new(format!("Set-{noun}"), parameters, "Changes a recipient.");
        offer.offer(plan.asking(Impact::Medium), move |call| {
            if is_of_tenant(&on, noun) {
                return set_online(&on, call);
            }
            if let Some(name) = ONLINE
                .into_iter()
                .find(|name| call.argument(name).is_some())
            {
                return Err(cannot(call, name).into());
            }
            set_forest(&on, call)
        });
    }
}

/// Parameters of `Set-MailUser` that only the tenant's knows here.
const ONLINE: [&str; 4] = [
    "WindowsEmailAddress",
    "MicrosoftOnlineServicesID",
    "DisplayName",
    "Alias",
];

/// Whether a noun that both directories have means the tenant's.
fn is_of_tenant(stage: &Stage, noun: &str) -> bool {
    noun == "MailUser" && stage.is_connected(Remote::Exchange)
}

fn set_online(stage: &Stage, call: &mut dyn Call) -> Outcome {
    let forest = [
        "ExchangeGuid",
        "ArchiveGuid",
        "RemoteRoutingAddress",
        "EmailAddressPolicyEnabled",
    ];
    if let Some(name) = forest
        .into_iter()
        .find(|name| call.argument(name).is_some())
    {
        return Err(cannot(call, name).into());
    }
    set(stage, Which::MailUsers, call)
}

/// A parameter that is of the other directory.
fn cannot(call: &dyn Call, name: &str) -> ErrorRecord {
    let message = format!(
        "-{name} of {} is not simulated in this directory.",
        call.name()
    );
    task_error(call, message, Category::NotImplemented)
}

/// The user of a forest that an identity of Exchange means.
pub(super) fn in_forest(stage: &Stage, name: &str) -> Option<Source> {
    stage.read(|world| {
        (0..world.forests().len()).find_map(|forest| {
            let directory = &world.forests()[forest];
            let by_name = directory
                .find_by_sam_account_name(name)
                .or_else(|| directory.find_by_user_principal_name(name))
                .or_else(|| name.parse().ok().and_then(|dn| directory.find(&dn)))
                .or_else(|| {
                    name.parse()
                        .ok()
                        .and_then(|guid| directory.find_by_guid(&guid))
                });
            let object = by_name.or_else(|| by_address(directory, name))?;
            Some(Source { forest, object })
        })
    })
}

pub(super) fn by_address(directory: &Directory, name: &str) -> Option<ObjectId> {
    let is = |text: &str| {
        let address = text.split_once(':').map_or(text, |(_, it)| it);
        address.eq_ignore_ascii_case(name)
    };
    let schema = directory.schema();
    let proxies = schema.attribute("proxyAddresses")?;
    let nick = schema.attribute("mailNickname")?;
    let mut live = directory.objects().filter(|(id, _)| directory.is_live(*id));
    let found = live.find(|(_, object)| {
        object.texts(proxies).any(|it| is(it))
            || object
                .text(nick)
                .is_some_and(|it| it.eq_ignore_ascii_case(name))
            || object.name().eq_ignore_ascii_case(name)
    });
    found.map(|(id, _)| id)
}

pub(super) fn get_forest(stage: &Stage, noun: &str, call: &mut dyn Call) -> Outcome {
    stage.alive()?;
    let name = identity(call);
    let remote = noun == "RemoteMailbox";
    let values: Vec<Value> = stage.read(|world| {
        let mut values = Vec::new();
        for directory in world.forests() {
            let schema = directory.schema();
            let (Some(kind), Some(target), Some(proxies)) = (
                schema.attribute("msExchRecipientTypeDetails"),
                schema.attribute("targetAddress"),
                schema.attribute("proxyAddresses"),
            ) else {
                continue;
            };
            for (id, object) in directory.objects().filter(|(id, _)| directory.is_live(*id)) {
                let is_remote = object.integer(kind) == Some(REMOTE_USER_MAILBOX);
                let is_mail_user = object.text(target).is_some() && !is_remote;
                let is_it = if remote { is_remote } else { is_mail_user };
                if is_it {
                    values.push(forest_recipient(directory, id, proxies, target));
                }
            }
        }
        values
    });
    let is = |value: &Value, name: &str| match value {
        Value::Object(object) => {
            let own = [
                "SamAccountName",
                "UserPrincipalName",
                "Alias",
                "Name",
                "PrimarySmtpAddress",
                "DistinguishedName",
                "Identity",
                "Guid",
            ];
            own.iter()
                .filter_map(|it| object.get(it))
                .any(|it| crate::text(&it).eq_ignore_ascii_case(name))
        }
        _ => false,
    };
    let chosen: Vec<Value> = values
        .into_iter()
        .filter(|it| name.as_ref().is_none_or(|name| is(it, name)))
        .collect();
    if let (Some(name), true) = (&name, chosen.is_empty()) {
        let record = not_found(call, name);
        return call.error(record);
    }
    chosen.into_iter().try_for_each(|it| call.write_whole(it))
}

pub(super) fn forest_recipient(
    directory: &Directory,
    id: ObjectId,
    proxies: AttributeId,
    target: AttributeId,
) -> Value {
    let object = directory.object(id);
    let named = |name: &str| {
        let attribute = directory.schema().attribute(name);
        let text = attribute.and_then(|it| object.and_then(|object| object.text(it)));
        text.map_or(Value::Null, Value::text)
    };
    let list = object.map(|it| Value::texts(it.texts(proxies)));
    let routing = object
        .and_then(|it| it.text(target))
        .map_or(Value::Null, Value::text);
    let name = object.map_or(Value::Null, |it| Value::text(it.name()));
    let guid = |name: &str| {
        let attribute = directory.schema().attribute(name);
        let bytes = attribute.and_then(|it| object.and_then(|object| object.bytes(it)));
        let bytes = bytes.and_then(|it| <[u8; 16]>::try_from(it).ok());
        Value::Guid(bytes.map_or(Uuid::nil(), Uuid::from_bytes_le))
    };
    let own = object.map_or(Uuid::nil(), |it| Uuid::from_bytes_le(*it.guid.as_bytes()));
    let number = |name: &str| {
        let attribute = directory.schema().attribute(name);
        attribute.and_then(|it| object.and_then(|object| object.integer(it)))
    };
    let remote = number("msExchRecipientTypeDetails") == Some(REMOTE_USER_MAILBOX);
    let details = if remote {
        "RemoteUserMailbox"
    } else {
        "MailUser"
    };
    let canonical = directory.canonical_name(id);
    let properties = vec![
        ("Name", name.clone()),
        ("DisplayName", named("displayName")),
        ("Identity", Value::text(canonical)),
        ("Guid", Value::Guid(own)),
        ("ExchangeGuid", guid("msExchMailboxGuid")),
        ("ArchiveGuid", guid("msExchArchiveGUID")),
        ("LegacyExchangeDN", named("legacyExchangeDN")),
        ("RecipientType", Value::text("MailUser")),
        ("RecipientTypeDetails", Value::text(details)),
        (
            "RemoteRecipientType",
            match number("msExchRemoteRecipientType") {
                Some(1) => Value::text("ProvisionMailbox"),
                Some(4) => Value::text("Migrated"),
                Some(other) => Value::text(other.to_string()),
                None => Value::text("None"),
            },
        ),
        ("Alias", named("mailNickname")),
        ("SamAccountName", named("sAMAccountName")),
        ("UserPrincipalName", named("userPrincipalName")),
        ("PrimarySmtpAddress", named("mail")),
        ("EmailAddresses", list.unwrap_or_default()),
        ("RemoteRoutingAddress", routing.clone()),
        ("ExternalEmailAddress", routing),
        ("DistinguishedName", Value::text(directory.dn_text(id))),
    ];
    let types = [
        "Microsoft.Exchange.Data.Directory.Management.RemoteMailbox",
        "System.Object",
    ];
    Value::Object(Object::typed(&types, properties, Some(&crate::text(&name))))
}

pub(super) fn change(
    stage: &Stage,
    call: &dyn Call,
    at: Source,
    changes: Vec<Modification>,
) -> Outcome {
    stage.alive()?;
    let from = origin(call);
    let change = AdChange::Modify {
        object: at.object,
        changes,
    };
    match stage.with(|lab| lab.change_forest(from, at.forest, change)) {
        Ok(_) => Ok(()),
        Err(why) => Err(crate::ad::failed(call, &why, "").into()),
    }
}

/// The addresses that a user of a forest has.
pub(super) fn own_addresses(stage: &Stage, at: Source) -> Vec<String> {
    stage.read(|world| {
        let directory = &world.forests()[at.forest];
        let proxies = directory.schema().attribute("proxyAddresses");
        let object = directory.object(at.object);
        let list = proxies.zip(object).map(|(id, object)| {
            object
                .texts(id)
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        });
        list.unwrap_or_default()
    })
}

/// A change of one attribute by its name, where the schema has it.
pub(super) fn put(
    stage: &Stage,
    at: Source,
    name: &str,
    values: Vec<AdValue>,
) -> Option<Modification> {
    let id = stage.read(|world| world.forests()[at.forest].schema().attribute(name))?;
    Some(Modification::replace(id, values))
}

pub(super) fn texts(list: &[String]) -> Vec<AdValue> {
    list.iter().map(|it| it.as_str().into()).collect()
}

pub(super) fn enable(stage: &Stage, noun: &str, call: &mut dyn Call) -> Outcome {
    stage.alive()?;
    let name = identity(call).unwrap_or_default();
    let Some(at) = in_forest(stage, &name) else {
        let record = not_found(call, &name);
        return call.error(record);
    };
    if !call.should_process(&name, &format!("Enabling {noun}"))? {
        return Ok(());
    }
    let routing = call
        .text("RemoteRoutingAddress")
        .or_else(|| call.text("ExternalEmailAddress"));
    let routing = routing.map(|it| it.to_string()).unwrap_or_default();
    let routing = routing
        .trim_start_matches("SMTP:")
        .trim_start_matches("smtp:")
        .to_owned();
    let (sam, mail) = stage.read(|world| {
        let object = world.forests()[at.forest].object(at.object);
        let text = |id: AttributeId| object.and_then(|it| it.text(id)).map(ToString::to_string);
        (text(AttributeId::SAM_ACCOUNT_NAME), text(AttributeId::MAIL))
    });
    let alias = call
        .text("Alias")
        .map(|it| it.to_string())
        .or(sam)
        .unwrap_or_default();
    let primary = call
        .text("PrimarySmtpAddress")
        .map(|it| it.to_string())
        .or(mail);
    let mut list = own_addresses(stage, at);
    let has = |list: &[String], address: &str| {
        list.iter().any(|it| {
            it.split_once(':')
                .is_some_and(|(_, it)| it.eq_ignore_ascii_case(address))
        })
    };
    if let Some(primary) = &primary
        && !has(&list, primary)
    {
        list.push(format!("SMTP:{primary}"));
    }
    if !routing.is_empty() && !has(&list, &routing) {
        list.push(format!("smtp:{routing}"));
    }
    let remote = noun == "RemoteMailbox";
    let details = if remote {
        REMOTE_USER_MAILBOX
    } else {
        MAIL_USER
    };
    let mut changes: Vec<Modification> = [
        put(stage, at, "mailNickname", vec![alias.as_str().into()]),
        put(
            stage,
            at,
            "targetAddress",
            vec![format!("SMTP:{routing}").as_str().into()],
        ),
        put(
            stage,
            at,
            "msExchRecipientTypeDetails",
            vec![details.into()],
        ),
        put(stage, at, "proxyAddresses", texts(&list)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if remote {
        let display = i64::from(-2_147_483_642i32);
        changes.extend(put(
            stage,
            at,
            "msExchRecipientDisplayType",
            vec![display.into()],
        ));
        changes.extend(put(
            stage,
            at,
            "msExchRemoteRecipientType",
            vec![1i64.into()],
        ));
    }
    if let Some(primary) = primary {
        changes.extend(put(stage, at, "mail", vec![primary.as_str().into()]));
    }
    change(stage, call, at, changes)
}

pub(super) fn set_forest(stage: &Stage, call: &mut dyn Call) -> Outcome {
    stage.alive()?;
    let name = identity(call).unwrap_or_default();
    let Some(at) = in_forest(stage, &name) else {
        let record = not_found(call, &name);
        return call.error(record);
    };
    if !call.should_process(&name, "Setting the recipient")? {
        return Ok(());
    }
    let mut changes = Vec::new();
    let mut list = None;
    if let Some(value) = call.argument("EmailAddresses") {
        list = Some(addresses(&own_addresses(stage, at), &value));
    }
    if let Some(primary) = call.text("PrimarySmtpAddress") {
        let table = powershell::value::Table::new(false);
        table.set(Value::text("add"), Value::text(format!("SMTP:{primary}")));
        let before = list.unwrap_or_else(|| own_addresses(stage, at));
        list = Some(addresses(&before, &Value::Table(table)));
    }
    if let Some(list) = list {
        let primary = list.iter().find_map(|it| it.strip_prefix("SMTP:"));
        if let Some(primary) = primary {
            changes.extend(put(stage, at, "mail", vec![primary.into()]));
        }
        changes.extend(put(stage, at, "proxyAddresses", texts(&list)));
    }
    if let Some(routing) = call.text("RemoteRoutingAddress") {
        let value = format!("SMTP:{routing}");
        changes.extend(put(stage, at, "targetAddress", vec![value.as_str().into()]));
    }
    for (parameter, attribute) in [
        ("ExchangeGuid", "msExchMailboxGuid"),
        ("ArchiveGuid", "msExchArchiveGUID"),
    ] {
        let Some(value) = call.argument(parameter) else {
            continue;
        };
        let text = crate::text(&value);
        let Ok(guid) = text.parse::<mock_ad::directory::ObjectGuid>() else {
            let message = format!(
                "Cannot process argument transformation on parameter '{parameter}'. Cannot convert \
                 value \"{text}\" to type \"System.Guid\"."
            );
            return Err(task_error(call, message, Category::InvalidData).into());
        };
        let bytes = AdValue::Bytes(guid.as_bytes().as_slice().into());
        changes.extend(put(stage, at, attribute, vec![bytes]));
    }
    if changes.is_empty() {
        return Ok(());
    }
    change(stage, call, at, changes)
}
