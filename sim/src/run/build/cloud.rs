//! The tenant and its objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use mock_cloud::tenant::{Authentication, DirectoryObject, FEATURES, Kind, Role, State};
use mock_cloud::{
    CloudId, Profile, Property, ProxyAddress, SecurityIdentifier, SourceAnchor, Tenant, Upn,
};
use store::{Entropy, Text};

use crate::engine::ENGINE_SWITCHES;
use crate::run::{Impossible, shared};
use crate::scenario::model::{self, CloudObject, CloudType, Scenario, Synced};
use crate::scenario::{INITIAL_DOMAIN, Name};

pub(super) fn tenant(scenario: &Scenario, profile: Profile) -> Result<Tenant, Impossible> {
    let written = &scenario.world.tenant;
    let initial = written
        .initial_domain
        .as_ref()
        .map_or(INITIAL_DOMAIN, |name| name.as_str());
    let mut tenant = Tenant::new(initial, profile);
    for domain in &written.verified {
        tenant
            .domains
            .verify(shared(domain), Authentication::Managed);
    }
    for domain in &written.federated {
        tenant
            .domains
            .verify(shared(domain), Authentication::Federated);
    }
    for feature in model::Feature::ALL {
        let Some(on) = written.features.get(feature) else {
            continue;
        };
        if let Some(known) = FEATURES.iter().find(|known| known.name == feature.name()) {
            (known.set)(&mut tenant.features, on);
        }
    }
    for (name, value) in scenario.world.switches.iter() {
        let is_known = tenant.policy.answer(name, value.as_str())
            || ENGINE_SWITCHES
                .iter()
                .any(|switch| switch.name == name.as_str());
        if !is_known {
            let message = format!("there is no switch `{name}`");
            return Err(Impossible::new(
                name.at.clone(),
                message,
                "see `dirsync-lab schema`",
            ));
        }
    }
    Ok(tenant)
}

/// Makes one object of `world.cloud`, or of a `create-cloud-user` step.
pub(in crate::run) fn cloud_object(
    object: &CloudObject,
    anchors: &BTreeMap<String, [u8; 16]>,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<DirectoryObject, Impossible> {
    let kind = match object.kind {
        CloudType::User if object.guest => Kind::Guest,
        CloudType::User => Kind::User,
        CloudType::Group => Kind::Group {
            mail_enabled: !object.smtp.is_empty() || object.mail.is_some(),
            security_enabled: true,
        },
        CloudType::SecurityGroup => Kind::Group {
            mail_enabled: false,
            security_enabled: true,
        },
        CloudType::M365Group => Kind::Microsoft365Group,
        CloudType::Contact => Kind::Contact,
        CloudType::Device => Kind::Device,
    };
    let text = |name: &Option<Name>| name.as_ref().map(|name| shared(name));
    let mut made = DirectoryObject::new(CloudId::from_bytes(entropy.next_uuid()), kind, now);
    made.user_principal_name = object.upn.as_ref().map(|upn| Upn::new(shared(upn)));
    made.display_name = text(&object.display_name);
    made.mail = text(&object.mail);
    made.mail_nickname = text(&object.mail_nickname);
    made.proxy_addresses = object
        .smtp
        .iter()
        .map(|it| ProxyAddress::new(shared(it)))
        .collect();
    made.licences = object
        .licences
        .iter()
        .map(|licence| shared(licence))
        .collect();
    made.mailbox = object.mailbox.then(|| shared("mailbox"));
    made.was_recipient = object.mailbox || !object.licences.is_empty();
    made.properties = properties(object);
    if let Some(since) = &object.deleted {
        let age = since.value.signed();
        made.state = State::SoftDeleted {
            at: now.checked_sub(age).unwrap_or(now),
        };
        made.account_enabled = false;
    }
    on_premises(&mut made, object, anchors)?;
    named(&mut made, object);
    Ok(made)
}

/// Attributes that have a place of their own.
fn named(made: &mut DirectoryObject, object: &CloudObject) {
    for (name, values) in object.attributes.iter() {
        let Some(value) = values.first() else {
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "usagelocation" => made.usage_location = Some(value.to_ascii_uppercase().into()),
            "accountenabled" => made.account_enabled = value.eq_ignore_ascii_case("true"),
            "onpremisessamaccountname" => made.on_premises.sam_account_name = Some(shared(value)),
            "onpremisesuserprincipalname" => {
                made.on_premises.user_principal_name = Some(shared(value));
            }
            _ => {}
        }
    }
}

/// What the object knows of its on-premises side.
fn on_premises(
    made: &mut DirectoryObject,
    object: &CloudObject,
    anchors: &BTreeMap<String, [u8; 16]>,
) -> Result<(), Impossible> {
    let facts = &mut made.on_premises;
    let written = object
        .immutable_id
        .as_ref()
        .map(|id| SourceAnchor::from_text(id));
    let of = object
        .anchor_of
        .as_ref()
        .and_then(|name| anchors.get(name.as_str()));
    facts.immutable_id = written.or_else(|| of.map(|guid| SourceAnchor::from_guid_bytes(*guid)));
    facts.sync_enabled = match object.synced {
        Synced::Never => None,
        Synced::Yes => Some(true),
        Synced::Formerly => Some(false),
    };
    if let Some(sid) = &object.sid {
        let parsed: SecurityIdentifier = sid.parse().map_err(|error| {
            Impossible::new(
                sid.at.clone(),
                format!("{error}"),
                "write it as `S-1-5-21-…`",
            )
        })?;
        facts.security_identifier = Some(parsed);
    }
    if let Some(guid) = &object.on_premises_object_identifier {
        let parsed = uuid::Uuid::try_parse(guid).map_err(|_| {
            let message = format!("`{guid}` is no GUID");
            Impossible::new(
                guid.at.clone(),
                message,
                "write it as `Get-ADUser` prints it",
            )
        })?;
        facts.object_identifier = Some(parsed.to_bytes_le());
    }
    Ok(())
}

fn properties(object: &CloudObject) -> Arc<[(Property, Text)]> {
    let mut all: Vec<(Property, Text)> = object
        .attributes
        .iter()
        .filter_map(|(name, values)| Some((Property::from_name(name)?, shared(values.first()?))))
        .collect();
    all.sort_unstable_by_key(|(property, _)| *property);
    all.into()
}

pub(in crate::run) fn assign_roles(
    tenant: &mut Tenant,
    key: mock_cloud::CloudKey,
    object: &CloudObject,
) {
    for role in &object.roles {
        tenant.roles.assign(key, Role(shared(role)));
    }
    for role in &object.eligible_roles {
        tenant.roles.make_eligible(key, Role(shared(role)));
    }
}
