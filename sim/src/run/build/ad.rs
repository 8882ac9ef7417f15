//! Objects of Active Directory.

use jiff::Timestamp;
use mock_ad::directory::{AddRequest, AttributeId, Directory, Dn, ObjectGuid, Rdn, Value};
use mock_cloud::SecurityIdentifier;

use crate::engine::Source;
use crate::run::names::Names;
use crate::run::{Impossible, shared};
use crate::scenario::model::{self, AdObject, AdType, GroupCategory};
use crate::scenario::value::OuPath;
use crate::scenario::{Name, guid_of, sid_of};

/// `groupType` of a global group that is not for security.
const DISTRIBUTION_GROUP: i64 = 2;
/// `groupType` of a global group that is for security.
const SECURITY_GROUP: i64 = -2_147_483_646;

/// `userAccountControl` of a user.
const NORMAL_ACCOUNT: i64 = 0x200;
/// `userAccountControl` of a computer.
const WORKSTATION_TRUST_ACCOUNT: i64 = 0x1000;
/// The bit of `userAccountControl` that forbids to sign in.
const ACCOUNT_DISABLED: i64 = 0x2;

/// Adds one object of `world.ad`, or of an `add` step.
pub(in crate::run) fn add_ad(
    name: &str,
    object: &AdObject,
    names: &Names,
    directories: &mut [Directory],
    now: Timestamp,
) -> Result<Source, Impossible> {
    let at = object
        .ou
        .as_ref()
        .map(|ou| ou.at.clone())
        .unwrap_or_default();
    let forest = forest_of(object, names);
    let (dn, attributes, guid) = ad_request(name, object, forest, names)?;
    let request = AddRequest {
        dn,
        attributes,
        guid,
    };
    let Some(directory) = directories.get_mut(forest) else {
        return Err(Impossible::new(
            at,
            "there is no such forest",
            "declare it under `forests`",
        ));
    };
    match directory.add(request, now) {
        Ok(object) => Ok(Source { forest, object }),
        Err(refusal) => Err(Impossible::new(
            at,
            format!(
                "Active Directory does not take `{name}`: {}",
                refusal.message.trim()
            ),
            refusal.hint,
        )),
    }
}

pub(in crate::run) fn forest_of(object: &AdObject, names: &Names) -> usize {
    let wanted = object.forest.as_ref();
    let place = names
        .forests
        .iter()
        .position(|forest| wanted.is_none_or(|name| forest.name.as_deref() == Some(name.as_str())));
    place.unwrap_or(0)
}

type Request = (Dn, Vec<(AttributeId, Vec<Value>)>, ObjectGuid);

/// What is asked of Active Directory for one object.
pub(in crate::run) fn ad_request(
    name: &str,
    object: &AdObject,
    forest: usize,
    names: &Names,
) -> Result<Request, Impossible> {
    let default: OuPath = "CN=Users".parse().map_err(|error| {
        Impossible::new(0..0, error, "this should not happen: please report it")
    })?;
    let path = object.ou.as_ref().map_or(&default, |ou| &ou.value);
    let at = object
        .ou
        .as_ref()
        .map(|ou| ou.at.clone())
        .unwrap_or_default();
    let Some(parent) = names.place(path, forest) else {
        let message = format!("`{path}` is no place in the forest");
        return Err(Impossible::new(at, message, "write for example `OU=Staff`"));
    };
    let dn = parent.child(Rdn::new("CN", name));
    let guid = object
        .guid
        .as_ref()
        .map_or_else(|| guid_of(name), |guid| guid.value);
    let attributes = ad_attributes(name, object, &names.forests[forest].base)?;
    Ok((dn, attributes, ObjectGuid::from_uuid(guid.0)))
}

fn ad_attributes(
    name: &str,
    object: &AdObject,
    base: &Dn,
) -> Result<Vec<(AttributeId, Vec<Value>)>, Impossible> {
    let class = match object.kind {
        AdType::User => "user",
        AdType::Group => "group",
        AdType::Contact => "contact",
        AdType::Computer => "computer",
    };
    let mut all = vec![(AttributeId::OBJECT_CLASS, vec![Value::Text(shared(class))])];
    all.extend(texts(name, object));
    if !object.smtp.is_empty() {
        let values = object
            .smtp
            .iter()
            .map(|value| Value::Text(shared(value)))
            .collect();
        all.push((AttributeId::PROXY_ADDRESSES, values));
    }
    if matches!(object.kind, AdType::User | AdType::Computer) {
        let normal = if object.kind == AdType::User {
            NORMAL_ACCOUNT
        } else {
            WORKSTATION_TRUST_ACCOUNT
        };
        let disabled = i64::from(object.enabled == Some(false)) * ACCOUNT_DISABLED;
        let control = normal | disabled;
        all.push((
            AttributeId::USER_ACCOUNT_CONTROL,
            vec![Value::Integer(control)],
        ));
    }
    if object.kind == AdType::Group {
        let kind = match object.category {
            Some(GroupCategory::Distribution) => DISTRIBUTION_GROUP,
            _ => SECURITY_GROUP,
        };
        all.push((AttributeId::GROUP_TYPE, vec![Value::Integer(kind)]));
    }
    if object.kind != AdType::Contact {
        all.push((
            AttributeId::OBJECT_SID,
            vec![security_identifier(name, object, base)?],
        ));
    }
    let schema = mock_ad::directory::Schema::standard();
    for (attribute, values) in object.attributes.iter() {
        let values = crate::run::steps::values(&schema, attribute, values)?;
        all.retain(|(known, _)| *known != values.0);
        all.push(values);
    }
    Ok(all)
}

/// The attributes that hold one text.
fn texts(name: &str, object: &AdObject) -> Vec<(AttributeId, Vec<Value>)> {
    let is_principal = object.kind != AdType::Contact;
    let sam = object
        .sam
        .clone()
        .or_else(|| is_principal.then(|| Name::derived(name.to_owned())));
    let written = [
        (AttributeId::USER_PRINCIPAL_NAME, &object.upn),
        (AttributeId::SAM_ACCOUNT_NAME, &sam),
        (AttributeId::MAIL, &object.mail),
        (AttributeId::MAIL_NICKNAME, &object.mail_nickname),
        (AttributeId::DISPLAY_NAME, &object.display_name),
        (AttributeId::GIVEN_NAME, &object.given_name),
        (AttributeId::SN, &object.surname),
        (AttributeId::ADMIN_DESCRIPTION, &object.admin_description),
        (AttributeId::MS_RTCSIP_PRIMARY_USER_ADDRESS, &object.sip),
    ];
    let text = |(attribute, value): (AttributeId, &Option<Name>)| {
        Some((attribute, vec![Value::Text(shared(value.as_ref()?))]))
    };
    written.into_iter().filter_map(text).collect()
}

fn security_identifier(name: &str, object: &AdObject, base: &Dn) -> Result<Value, Impossible> {
    let (sid, at) = match &object.sid {
        Some(sid) => (sid.value.clone(), sid.at.clone()),
        None => (sid_of(name, &base.to_string()), 0..0),
    };
    let sid: SecurityIdentifier = sid.parse().map_err(|error| {
        Impossible::new(at, format!("{error}"), "write it as `Get-ADUser` prints it")
    })?;
    Ok(Value::Bytes(sid.as_bytes().into()))
}

pub(super) fn link_members(
    world: &model::InitialWorld,
    names: &Names,
    directories: &mut [Directory],
    start: Timestamp,
) -> Result<(), Impossible> {
    for (name, object) in world.ad.iter() {
        let members = object
            .value
            .members
            .iter()
            .map(|member| (AttributeId::MEMBER, member));
        let manager = object
            .value
            .manager
            .iter()
            .map(|manager| (AttributeId::MANAGER, manager));
        for (attribute, target) in members.chain(manager) {
            for own in names.all(name) {
                for other in names.all(target) {
                    let directory = &mut directories[own.forest];
                    let value = directory.dn_text(other.object);
                    let change =
                        mock_ad::directory::Modification::add(attribute, [Value::Text(value)]);
                    directory
                        .modify(own.object, &[change], start)
                        .map_err(|refusal| {
                            Impossible::new(
                                target.at.clone(),
                                refusal.message.clone(),
                                refusal.hint,
                            )
                        })?;
                }
            }
        }
    }
    Ok(())
}
