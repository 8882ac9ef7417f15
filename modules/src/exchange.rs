//! Exchange recipients, as far as the two directories carry them: those of Exchange Online over
//! the tenant, those of an Exchange on-premises (`RemoteMailbox`, `MailUser`) over the forest.

use std::rc::Rc;

use mock_ad::directory::{AttributeId, Directory, Modification, ObjectId, Value as AdValue};
use mock_cloud::ProxyAddress;
use mock_cloud::tenant::administer::ObjectUpdate;
use mock_cloud::tenant::{Change, Kind};
use mock_cloud::{CloudKey, DirectoryObject, Tenant};
use powershell::command::{Call, Impact, Module, Parameter};
use powershell::error::{Category, ErrorRecord, Outcome};
use powershell::value::{Array, ArrayKind, Object, Value};
use sim::engine::Source;
use sim::world::{Action, AdChange, Event};
use uuid::Uuid;

use crate::declare::{Offer, Plan};
use crate::stage::{Remote, Stage, origin};

/// Which recipients a noun is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Mailboxes,
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
    ("Group", Which::Groups),
];

/// Nouns that nothing of is carried here: an honest empty answer would be a lie only if the
/// tenant could hold such objects, and it can't.
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
    let on = stage.clone();
    let plan = Plan::new("Disconnect-ExchangeOnline", Vec::new(), "Signs out.");
    offer.offer(plan.asking(Impact::Low), move |_| {
        on.connect(Remote::Exchange, false);
        Ok(())
    });
    declare_cloud(&mut offer, stage);
    declare_forest(&mut offer, stage);
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
        Parameter::text("SortBy"),
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
    ] {
        let mut parameters = vec![
            Parameter::object("Identity").at(0).mandatory().piped(),
            Parameter::object("EmailAddresses"),
            Parameter::text("WindowsEmailAddress"),
            Parameter::text("PrimarySmtpAddress"),
            Parameter::text("MicrosoftOnlineServicesID"),
            Parameter::text("DisplayName"),
            Parameter::text("Alias"),
            Parameter::text("Type"),
            Parameter::object("HiddenFromAddressListsEnabled"),
            Parameter::switch("ForceUpgrade"),
        ];
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
        Kind::User if object.mailbox.is_some() => "UserMailbox",
        Kind::User if object.mail.is_some() => "MailUser",
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
    }
}

/// The coarser of the two types of a recipient.
fn recipient_type(object: &DirectoryObject) -> &'static str {
    match details(object) {
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
    let message = format!(
        "Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The \
         operation couldn't be performed because object '{name}' couldn't be found."
    );
    let message = message.rsplit('|').next().unwrap_or_default().to_owned();
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
    let wanted = call.text("Filter").map(|it| it.to_string());
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
        let passes = of_kind.filter(|it| wanted.as_ref().is_none_or(|text| passes(it, text)));
        passes.map(|it| recipient(it)).collect()
    });
    if let (Some(name), true) = (&name, values.is_empty()) {
        let record = not_found(call, name);
        return call.error(record);
    }
    let most = call.argument("ResultSize").map(|it| crate::text(&it));
    let most = most.and_then(|it| it.parse::<usize>().ok());
    values
        .into_iter()
        .take(most.unwrap_or(usize::MAX))
        .try_for_each(|it| call.write_whole(it))
}

/// A filter of Exchange, as far as it asks for an address or a name: `EmailAddresses -like 'x*'`.
fn passes(object: &DirectoryObject, filter: &str) -> bool {
    let quoted = filter
        .split(['\'', '"'])
        .nth(1)
        .unwrap_or_default()
        .to_lowercase();
    let plain = quoted
        .trim_matches('*')
        .trim_start_matches("smtp:")
        .to_owned();
    let lower = filter.to_lowercase();
    let contains = |text: &str| {
        let text = text.to_lowercase();
        match (quoted.starts_with('*'), quoted.ends_with('*')) {
            (true, true) => text.contains(&plain),
            (true, false) => text.ends_with(&plain),
            (false, true) => text.starts_with(&plain),
            (false, false) => text == plain,
        }
    };
    if lower.contains("emailaddresses") || lower.contains("primarysmtpaddress") {
        return object
            .proxy_addresses
            .iter()
            .any(|it| contains(it.address()));
    }
    object.display_name.as_deref().is_some_and(contains)
        || object
            .user_principal_name
            .as_ref()
            .is_some_and(|it| contains(it.as_str()))
}

/// The list of addresses that `-EmailAddresses` leads to: a whole list, or `@{add=…; remove=…}`.
fn addresses(before: &[String], change: &Value) -> Vec<String> {
    let texts = |value: &Value| -> Vec<String> {
        let all = value.enumerate();
        let all = all.iter().map(crate::text).filter(|it| !it.is_empty());
        all.map(|it| {
            if it.contains(':') {
                it
            } else {
                format!("smtp:{it}")
            }
        })
        .collect()
    };
    let same = |one: &str, other: &str| {
        let address = |text: &str| {
            text.split_once(':')
                .map_or(text, |(_, it)| it)
                .to_lowercase()
        };
        address(one) == address(other)
    };
    let Value::Table(table) = change else {
        let mut list = texts(change);
        // The first address is the primary one where none is marked.
        if !list.iter().any(|it| it.starts_with("SMTP:"))
            && let Some(first) = list.first_mut().filter(|it| it.starts_with("smtp:"))
        {
            *first = first.replacen("smtp:", "SMTP:", 1);
        }
        return list;
    };
    let mut list = before.to_vec();
    let part = |name: &str| {
        table
            .get_text(name)
            .map(|it| texts(&it))
            .unwrap_or_default()
    };
    for gone in part("remove") {
        list.retain(|it| !same(it, &gone));
    }
    for new in part("add") {
        if new.starts_with("SMTP:") {
            for it in &mut list {
                *it = it.replacen("SMTP:", "smtp:", 1);
            }
        }
        list.retain(|it| !same(it, &new));
        list.push(new);
    }
    list
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
    if synced && list.is_some() {
        let message = format!(
            "The operation on mailbox \"{name}\" failed because it's out of the current user's \
             write scope. The action '{}', 'EmailAddresses', can't be performed on the object \
             '{name}' because the object is being synchronized from your on-premises organization. \
             This action should be performed on the object in your on-premises organization.",
            call.name()
        );
        let exception = "Microsoft.Exchange.Configuration.Tasks.TaskException";
        let mut record =
            ErrorRecord::new(message, exception, exception, Category::InvalidOperation);
        record.activity = call.name();
        return call.error(record);
    }
    let text = |parameter: &str| call.text(parameter).map(|it| (*it).into());
    let update = ObjectUpdate {
        proxy_addresses: list.map(|all| {
            all.iter()
                .map(|it| ProxyAddress::new(it.as_str()))
                .collect()
        }),
        display_name: text("DisplayName"),
        mail_nickname: text("Alias"),
        user_principal_name: text("MicrosoftOnlineServicesID"),
        ..ObjectUpdate::default()
    };
    if update == ObjectUpdate::default() {
        return Ok(());
    }
    let events = stage.act(call, Action::Cloud(Change::Update(key, Box::new(update))))?;
    for event in events {
        if let Event::CloudRefused(refusal) = event {
            let exception = "Microsoft.Exchange.Configuration.Tasks.TaskException";
            let message = refusal.message.clone();
            let mut record =
                ErrorRecord::new(message, exception, exception, Category::NotSpecified);
            record.activity = call.name();
            return call.error(record);
        }
    }
    Ok(())
}

/// Values that say what sort of recipient a user of the forest is.
const REMOTE_USER_MAILBOX: i64 = 2_147_483_648;
const MAIL_USER: i64 = 128;

fn declare_forest(offer: &mut Offer, stage: &Stage) {
    for noun in ["RemoteMailbox", "MailUser"] {
        let on = stage.clone();
        let plan = Plan::new(
            format!("Get-{noun}"),
            reading(noun),
            "Gets recipients of the forest.",
        );
        offer.offer(plan, move |call| get_forest(&on, noun, call));
        let parameters = vec![
            Parameter::object("Identity").at(0).mandatory().piped(),
            Parameter::text("RemoteRoutingAddress"),
            Parameter::text("ExternalEmailAddress"),
            Parameter::text("PrimarySmtpAddress"),
            Parameter::text("Alias"),
            Parameter::switch("ACLableSyncedObjectEnabled"),
            Parameter::switch("Archive"),
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
        let parameters = vec![
            Parameter::object("Identity").at(0).mandatory().piped(),
            Parameter::object("EmailAddresses"),
            Parameter::object("ExchangeGuid"),
            Parameter::object("ArchiveGuid"),
            Parameter::text("RemoteRoutingAddress"),
            Parameter::text("PrimarySmtpAddress"),
            Parameter::object("EmailAddressPolicyEnabled"),
            Parameter::text("DomainController"),
        ];
        let on = stage.clone();
        let plan = Plan::new(format!("Set-{noun}"), parameters, "Changes a recipient.");
        offer.offer(plan.asking(Impact::Medium), move |call| {
            set_forest(&on, call)
        });
    }
}

/// The user of a forest that an identity of Exchange means.
fn in_forest(stage: &Stage, name: &str) -> Option<Source> {
    stage.read(|world| {
        (0..world.forests().len()).find_map(|forest| {
            let directory = &world.forests()[forest];
            let by_name = directory
                .find_by_sam_account_name(name)
                .or_else(|| directory.find_by_user_principal_name(name))
                .or_else(|| name.parse().ok().and_then(|dn| directory.find(&dn)));
            let object = by_name.or_else(|| by_address(directory, name))?;
            Some(Source { forest, object })
        })
    })
}

fn by_address(directory: &Directory, name: &str) -> Option<ObjectId> {
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

fn get_forest(stage: &Stage, noun: &str, call: &mut dyn Call) -> Outcome {
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

fn forest_recipient(
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
    let properties = vec![
        ("Name", name.clone()),
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

fn change(stage: &Stage, call: &dyn Call, at: Source, changes: Vec<Modification>) -> Outcome {
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
fn own_addresses(stage: &Stage, at: Source) -> Vec<String> {
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
fn put(stage: &Stage, at: Source, name: &str, values: Vec<AdValue>) -> Option<Modification> {
    let id = stage.read(|world| world.forests()[at.forest].schema().attribute(name))?;
    Some(Modification::replace(id, values))
}

fn texts(list: &[String]) -> Vec<AdValue> {
    list.iter().map(|it| it.as_str().into()).collect()
}

fn enable(stage: &Stage, noun: &str, call: &mut dyn Call) -> Outcome {
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

fn set_forest(stage: &Stage, call: &mut dyn Call) -> Outcome {
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
        let guid = crate::text(&value).parse::<mock_ad::directory::ObjectGuid>();
        if let Ok(guid) = guid {
            let bytes = AdValue::Bytes(guid.as_bytes().as_slice().into());
            changes.extend(put(stage, at, attribute, vec![bytes]));
        }
    }
    if changes.is_empty() {
        return Ok(());
    }
    change(stage, call, at, changes)
}
