//! Exchange recipients, as far as the two directories carry them: those of Exchange Online over
//! the tenant, those of an Exchange on-premises (`RemoteMailbox`) over the forest. Both know a
//! `MailUser`: it is the tenant's where a script is signed in to Exchange Online, whose cmdlets
//! hide those of the shell of Exchange.

mod forest;
mod given;
mod links;
mod settings;

use std::rc::Rc;

use mock_cloud::tenant::administer::ObjectUpdate;
use mock_cloud::tenant::{Change, Kind};
use mock_cloud::{CloudKey, DirectoryObject, ProxyAddress, Tenant};
use powershell::command::{Call, Impact, Module, Parameter};
use powershell::error::{Category, ErrorRecord, Outcome};
use powershell::value::{Array, ArrayKind, Object, Value};
use uuid::Uuid;

use forest::declare_forest;
use given::{addresses, filter_block};

use crate::declare::{Offer, Plan};
use crate::stage::{Remote, Stage};

/// Which recipients a noun is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Mailboxes,
    MailUsers,
    Contacts,
    Groups,
    UnifiedGroups,
    Users,
    Any,
    Nothing,
}

const CLOUD: &[(&str, Which)] = &[
    ("Mailbox", Which::Mailboxes),
    ("EXOMailbox", Which::Mailboxes),
    ("Recipient", Which::Any),
    ("EXORecipient", Which::Any),
    ("MailContact", Which::Contacts),
    ("DistributionGroup", Which::Groups),
    ("UnifiedGroup", Which::UnifiedGroups),
    ("User", Which::Users),
    ("EXOUser", Which::Users),
    ("Group", Which::Groups),
];

/// Nouns of which a tenant can hold nothing here, so that the empty answer is the true one.
const EMPTY: [&str; 4] = [
    "DynamicDistributionGroup",
    "MailPublicFolder",
    "SiteMailbox",
    "PublicFolder",
];

/// The module.
pub(crate) fn module(stage: &Stage) -> Rc<dyn Module> {
    let classes = "Microsoft.Exchange.Management.RestApiClient.";
    let mut offer = Offer::new("ExchangeOnlineManagement", classes);
    let parameters = vec![
        Parameter::text("ConnectionUri").at(0),
        Parameter::text("UserPrincipalName"),
        Parameter::object("Credential"),
        Parameter::text("AppId"),
        Parameter::text("CertificateThumbprint"),
        Parameter::text("Organization"),
        Parameter::text("DelegatedOrganization"),
        Parameter::object("ShowBanner"),
        Parameter::object("ShowProgress"),
        Parameter::switch("ManagedIdentity"),
        Parameter::switch("Device"),
        Parameter::texts("CommandName"),
        Parameter::texts("FormatTypeName"),
        Parameter::switch("SkipLoadingFormatData"),
        Parameter::switch("SkipLoadingCmdletHelp"),
        Parameter::switch("UseRPSSession"),
        Parameter::switch("UseMultithreading"),
        Parameter::switch("BypassMailboxAnchoring"),
        Parameter::switch("EnableErrorReporting"),
        Parameter::switch("DisableWAM"),
        Parameter::switch("InlineCredential"),
        Parameter::text("LogDirectoryPath"),
        Parameter::text("LogLevel"),
        Parameter::text("Prefix"),
        Parameter::text("ExchangeEnvironmentName"),
        Parameter::text("AzureADAuthorizationEndpointUri"),
        Parameter::object("AccessToken"),
        Parameter::object("Certificate"),
        Parameter::text("CertificateFilePath"),
        Parameter::object("CertificatePassword"),
        Parameter::object("PageSize"),
        Parameter::object("PSSessionOption"),
    ];
    let on = stage.clone();
    let plan = Plan::new(
        "Connect-ExchangeOnline",
        parameters,
        "Signs in to Exchange Online.",
    );
    offer.offer(plan, move |_| {
        on.connect(Remote::Exchange, true);
        Ok(())
    });
    offer.alias("Connect-EXOPSSession", "Connect-ExchangeOnline");
    let on = stage.clone();
    let plan = Plan::new("Disconnect-ExchangeOnline", Vec::new(), "Signs out.");
    offer.offer(plan.asking(Impact::Low), move |_| {
        on.connect(Remote::Exchange, false);
        Ok(())
    });
    declare_cloud(&mut offer, stage);
    declare_forest(&mut offer, stage);
    links::declare(&mut offer, stage);
    settings::declare(&mut offer, stage);
    Rc::new(offer)
}

fn reading(noun: &str) -> Vec<Parameter> {
    let mut all = vec![
        Parameter::object("Identity").at(0).piped().nullable(),
        Parameter::text("Anr"),
        Parameter::text("Filter"),
        Parameter::object("ResultSize"),
        Parameter::texts("RecipientTypeDetails"),
        Parameter::texts("Properties"),
        Parameter::texts("PropertySets"),
        Parameter::text("SortBy").ignored(),
    ];
    // A switch that another noun has would make a short form of this one's ambiguous.
    let own: &[&str] = match noun {
        "Mailbox" | "EXOMailbox" => &[
            "SoftDeletedMailbox",
            "InactiveMailboxOnly",
            "IncludeInactiveMailbox",
            "GroupMailbox",
            "PublicFolder",
        ],
        "MailUser" => &["SoftDeletedMailUser"],
        "UnifiedGroup" => &["IncludeSoftDeletedGroups"],
        "Recipient" | "EXORecipient" => &["IncludeSoftDeletedRecipients"],
        _ => &[],
    };
    all.extend(own.iter().map(|name| Parameter::switch(name)));
    all
}

fn declare_cloud(offer: &mut Offer, stage: &Stage) {
    for (noun, which) in CLOUD {
        let on = stage.clone();
        let plan = Plan::new(
            format!("Get-{noun}"),
            reading(noun),
            "Gets recipients of the tenant.",
        );
        offer.offer(plan, move |call| get(&on, *which, call));
    }
    for noun in EMPTY {
        let plan = Plan::new(
            format!("Get-{noun}"),
            reading(noun),
            "Gets none: none can be here.",
        );
        offer.offer(plan, |_| Ok(()));
    }
    for (noun, which) in [
        ("Mailbox", Which::Mailboxes),
        ("DistributionGroup", Which::Groups),
        ("DynamicDistributionGroup", Which::Nothing),
        ("UnifiedGroup", Which::UnifiedGroups),
        ("MailContact", Which::Contacts),
        ("User", Which::Users),
    ] {
        let mut parameters = vec![
            Parameter::object("Identity").at(0).mandatory().piped(),
            Parameter::object("EmailAddresses"),
            Parameter::text("WindowsEmailAddress"),
            Parameter::text("PrimarySmtpAddress"),
            Parameter::text("MicrosoftOnlineServicesID"),
            Parameter::text("DisplayName"),
            Parameter::text("Alias"),
            Parameter::bool("HiddenFromAddressListsEnabled"),
            Parameter::switch("ForceUpgrade").ignored(),
        ];
        if which == Which::Mailboxes {
            let kind = Parameter::text("Type");
            parameters.push(kind.one_of(&["Regular", "Room", "Equipment", "Shared"]));
            parameters.extend(settings::of_mailboxes());
        }
        if noun.ends_with("DistributionGroup") {
            parameters.push(Parameter::switch("BypassSecurityGroupManagerCheck"));
        }
        let on = stage.clone();
        let plan = Plan::new(format!("Set-{noun}"), parameters, "Changes a recipient.");
        offer.offer(plan.asking(Impact::Medium), move |call| {
            set(&on, which, call)
        });
    }
}

fn signed_in(stage: &Stage, call: &dyn Call) -> Outcome {
    stage.alive()?;
    if stage.is_connected(Remote::Exchange) {
        return Ok(());
    }
    let message = format!(
        "The term '{}' is not recognized as the name of a cmdlet, function, script file, or \
         operable program. Check the spelling of the name, or if a path was included, verify that \
         the path is correct and try again.",
        call.name()
    );
    let exception = "System.Management.Automation.CommandNotFoundException";
    let id = "CommandNotFoundException";
    Err(ErrorRecord::new(message, exception, id, Category::ObjectNotFound).into())
}

fn is_recipient(object: &DirectoryObject, which: Which) -> bool {
    let has_mailbox = object.mailbox.is_some();
    let has_address = object.mail.is_some() || !object.proxy_addresses.is_empty();
    let group = matches!(object.kind, Kind::Group { .. });
    match which {
        Which::Mailboxes => object.kind.is_user() && has_mailbox,
        Which::MailUsers => object.kind.is_user() && !has_mailbox && has_address,
        Which::Contacts => object.kind == Kind::Contact,
        Which::Groups => group,
        Which::UnifiedGroups => object.kind == Kind::Microsoft365Group,
        Which::Users => object.kind.is_user(),
        Which::Any => has_mailbox || has_address,
        Which::Nothing => false,
    }
}

fn details(object: &DirectoryObject) -> &'static str {
    match object.kind {
        Kind::User if object.mailbox.is_some() => mailbox_type(object),
        Kind::User if is_recipient(object, Which::MailUsers) => "MailUser",
        Kind::User => "User",
        Kind::Guest => "GuestMailUser",
        Kind::Microsoft365Group => "GroupMailbox",
        Kind::Group {
            security_enabled: true,
            mail_enabled: true,
        } => "MailUniversalSecurityGroup",
        Kind::Group {
            mail_enabled: true, ..
        } => "MailUniversalDistributionGroup",
        Kind::Group { .. } => "SecurityGroup",
        Kind::Contact => "MailContact",
        Kind::Device => "Device",
    }
}

/// What Exchange knows of a recipient and no property of Graph shows, kept beside the properties
/// that nothing reads.
const TYPE: &str = "Exchange/Type";
const HIDDEN: &str = "Exchange/HiddenFromAddressListsEnabled";

fn mailbox_type(object: &DirectoryObject) -> &'static str {
    let kind = object.extras().values.get(TYPE);
    match kind.and_then(serde_json::Value::as_str) {
        Some("shared") => "SharedMailbox",
        Some("room") => "RoomMailbox",
        Some("equipment") => "EquipmentMailbox",
        _ => "UserMailbox",
    }
}

/// The coarser of the two types of a recipient.
fn recipient_type(object: &DirectoryObject) -> &'static str {
    match details(object) {
        "SharedMailbox" | "RoomMailbox" | "EquipmentMailbox" => "UserMailbox",
        "GuestMailUser" => "MailUser",
        "GroupMailbox" => "MailUniversalDistributionGroup",
        other => other,
    }
}

/// The GUID of a mailbox, which follows from the mark it has here.
fn exchange_guid(mailbox: &str) -> Value {
    Value::Guid(Uuid::new_v5(&Uuid::NAMESPACE_OID, mailbox.as_bytes()))
}

fn legacy_dn(object: &DirectoryObject) -> String {
    let id = object.id.to_string().replace('-', "");
    let nick = object.mail_nickname.as_deref().unwrap_or_default();
    format!(
        "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/\
         cn={id}-{nick}"
    )
}

fn recipient(object: &DirectoryObject) -> Value {
    let addresses = object.proxy_addresses.iter().map(ProxyAddress::as_str);
    // What comes over the wire is a list that can be changed.
    let addresses = Value::Array(Array::new(ArrayKind::ArrayList, addresses.map(Value::text)));
    let primary = object.primary_smtp().map_or(Value::Null, Value::text);
    let name = object
        .display_name
        .as_deref()
        .map_or(Value::Null, Value::text);
    let upn = object.user_principal_name.as_ref();
    let upn = upn.map_or(Value::Null, |it| Value::text(it.as_str()));
    let alias = object
        .mail_nickname
        .as_deref()
        .map_or(Value::Null, Value::text);
    let guid = Value::text(object.id.to_string());
    let text = |value: &Value| crate::text(value);
    let anchor = object.on_premises.immutable_id.as_ref();
    let properties = vec![
        ("Identity", name.clone()),
        ("Name", name.clone()),
        ("DisplayName", name.clone()),
        ("Alias", alias),
        ("UserPrincipalName", upn.clone()),
        ("WindowsEmailAddress", primary.clone()),
        ("PrimarySmtpAddress", primary),
        ("EmailAddresses", addresses),
        ("RecipientType", Value::text(recipient_type(object))),
        ("RecipientTypeDetails", Value::text(details(object))),
        ("ExternalDirectoryObjectId", guid.clone()),
        ("Guid", guid.clone()),
        ("ExchangeObjectId", guid),
        (
            "ExchangeGuid",
            object.mailbox.as_deref().map_or(Value::Null, exchange_guid),
        ),
        ("LegacyExchangeDN", Value::text(legacy_dn(object))),
        ("WindowsLiveID", upn.clone()),
        ("MicrosoftOnlineServicesID", upn.clone()),
        (
            "ImmutableId",
            anchor.map_or(Value::Null, |it| Value::text(it.to_string())),
        ),
        ("IsDirSynced", Value::Bool(object.is_synced())),
        (
            "HiddenFromAddressListsEnabled",
            Value::Bool(
                object
                    .extras()
                    .values
                    .get(HIDDEN)
                    .is_some_and(|it| it == true),
            ),
        ),
    ];
    let types = [
        "Deserialized.Microsoft.Exchange.Data.Directory.Management.Recipient",
        "System.Object",
    ];
    Value::Object(Object::typed(&types, properties, Some(&text(&name))))
}

/// Whether an identity of Exchange means an object: any of its names.
fn is_named(object: &DirectoryObject, name: &str) -> bool {
    let is = |text: &str| text.eq_ignore_ascii_case(name);
    object
        .user_principal_name
        .as_ref()
        .is_some_and(|it| is(it.as_str()))
        || object.display_name.as_deref().is_some_and(is)
        || object.mail_nickname.as_deref().is_some_and(is)
        || object.mail.as_deref().is_some_and(is)
        || object
            .proxy_addresses
            .iter()
            .any(|it| is(it.address()) || is(it.as_str()))
        || is(&object.id.to_string())
}

fn identity(call: &dyn Call) -> Option<String> {
    let value = call.argument("Identity")?;
    match &value {
        Value::Object(object) => {
            let id = object.get("ExternalDirectoryObjectId");
            let id = id.or_else(|| object.get("UserPrincipalName"));
            let id = id
                .or_else(|| object.get("ObjectId"))
                .or_else(|| object.get("Identity"));
            Some(crate::text(&id.unwrap_or(value)))
        }
        other => Some(crate::text(other)),
    }
}

fn not_found(call: &dyn Call, name: &str) -> ErrorRecord {
    let message =
        format!("The operation couldn't be performed because object '{name}' couldn't be found.");
    let exception = "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException";
    let mut record = ErrorRecord::new(message, exception, exception, Category::NotSpecified);
    record.activity = call.name();
    record
}

/// The objects that are meant, live ones or those in the recycle bin.
fn found(tenant: &Tenant, which: Which, name: Option<&str>, deleted: bool) -> Vec<CloudKey> {
    let all = tenant.objects();
    let is = |object: &DirectoryObject| {
        (if deleted {
            object.is_soft_deleted()
        } else {
            object.is_live()
        }) && is_recipient(object, which)
            && name.is_none_or(|name| is_named(object, name))
    };
    all.filter(|(_, object)| is(object))
        .map(|(key, _)| key)
        .collect()
}

fn get(stage: &Stage, which: Which, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let deleted = call.switch("SoftDeletedMailbox")
        || call.switch("InactiveMailboxOnly")
        || call.switch("SoftDeletedMailUser");
    if call.switch("PublicFolder") {
        return Ok(());
    }
    let which = if call.switch("GroupMailbox") {
        Which::UnifiedGroups
    } else {
        which
    };
    let name = identity(call).or_else(|| call.text("Anr").map(|it| it.to_string()));
    let wanted = call
        .text("Filter")
        .map(|it| filter_block(call, &it))
        .transpose()?;
    let kinds = call.texts("RecipientTypeDetails");
    let values: Vec<Value> = stage.read(|world| {
        let tenant = world.tenant();
        let keys = found(tenant, which, name.as_deref(), deleted);
        let objects = keys.into_iter().filter_map(|key| tenant.object(key));
        let of_kind = objects.filter(|object| {
            kinds.is_empty()
                || kinds
                    .iter()
                    .any(|it| it.eq_ignore_ascii_case(details(object)))
        });
        of_kind.map(|it| recipient(it)).collect()
    });
    if let (Some(name), true) = (&name, values.is_empty()) {
        let record = not_found(call, name);
        return call.error(record);
    }
    let most = call.argument("ResultSize").map(|it| crate::text(&it));
    let mut left = most
        .and_then(|it| it.parse::<usize>().ok())
        .unwrap_or(usize::MAX);
    for value in values {
        if let Some(block) = &wanted {
            let answer = call.run(block, Some(value.clone()), &[])?;
            if !powershell::convert::to_bool(&Value::collected(answer)) {
                continue;
            }
        }
        if left == 0 {
            break;
        }
        left -= 1;
        call.write_whole(value)?;
    }
    Ok(())
}

fn set(stage: &Stage, which: Which, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let name = identity(call).unwrap_or_default();
    let keys = stage.read(|world| found(world.tenant(), which, Some(&name), false));
    let [key] = keys[..] else {
        let record = not_found(call, &name);
        return call.error(record);
    };
    let (synced, before) = stage.read(|world| {
        let object = world.tenant().object(key);
        let list = object.map(|it| {
            it.proxy_addresses
                .iter()
                .map(|it| it.as_str().to_owned())
                .collect::<Vec<_>>()
        });
        (
            object.is_some_and(|it| it.is_synced()),
            list.unwrap_or_default(),
        )
    });
    if !call.should_process(&name, &format!("Setting {}", call.name()))? {
        return Ok(());
    }
    let mut list = None;
    if let Some(change) = call.argument("EmailAddresses") {
        list = Some(addresses(&before, &change));
    }
    let primary = call
        .text("WindowsEmailAddress")
        .or_else(|| call.text("PrimarySmtpAddress"));
    if let Some(primary) = primary {
        let table = powershell::value::Table::new(false);
        table.set(Value::text("add"), Value::text(format!("SMTP:{primary}")));
        list = Some(addresses(&list.unwrap_or(before), &Value::Table(table)));
    }
    if synced && (list.is_some() || call.argument("HiddenFromAddressListsEnabled").is_some()) {
        let what = if list.is_some() {
            "EmailAddresses"
        } else {
            "HiddenFromAddressListsEnabled"
        };
        let message = format!(
            "The operation on mailbox \"{name}\" failed because it's out of the current user's \
             write scope. The action '{}', '{what}', can't be performed on the object \
             '{name}' because the object is being synchronized from your on-premises organization. \
             This action should be performed on the object in your on-premises organization.",
            call.name()
        );
        let record = task_error(call, message, Category::InvalidOperation);
        return call.error(record);
    }
    let text = |parameter: &str| call.text(parameter).map(|it| (*it).into());
    let mut values = Vec::new();
    if let Some(kind) = call.text("Type") {
        values.push((TYPE.into(), kind.to_lowercase().into()));
    }
    if let Some(hidden) = call.argument("HiddenFromAddressListsEnabled") {
        values.push((HIDDEN.into(), powershell::convert::to_bool(&hidden).into()));
    }
    let update = ObjectUpdate {
        proxy_addresses: list.map(|all| {
            all.iter()
                .map(|it| ProxyAddress::new(it.as_str()))
                .collect()
        }),
        display_name: text("DisplayName"),
        mail_nickname: text("Alias"),
        user_principal_name: text("MicrosoftOnlineServicesID"),
        values,
        ..ObjectUpdate::default()
    };
    if update == ObjectUpdate::default() {
        return Ok(());
    }
    let change = Change::Update(key, Box::new(update));
    if let Err(message) = stage.change_tenant(call, change)? {
        let record = task_error(call, message, Category::NotSpecified);
        return call.error(record);
    }
    Ok(())
}

/// An error of a task of Exchange.
fn task_error(call: &dyn Call, message: impl Into<String>, category: Category) -> ErrorRecord {
    let exception = "Microsoft.Exchange.Configuration.Tasks.TaskException";
    let mut record = ErrorRecord::new(message, exception, exception, category);
    record.activity = call.name();
    record
}
