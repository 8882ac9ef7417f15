//! Expectations about Active Directory objects, their errors, and the state of the whole.

use mock_ad::directory::{AttributeId, Value};
use mock_cloud::sync_object::{PROPERTIES, Properties};
use mock_cloud::{Property, Reason, RuleId, SyncObject};
use store::Text;

use super::account::same_set;
use super::{Met, Missed, Runner};
use crate::engine::{ExportFailure, MvId, PendingExport, Source};
use crate::run::DUPLICATE_ANCHOR;
use crate::scenario::model::{AdAttribute, ErrorPhase, MetaverseAttribute, ObjectError};
use crate::scenario::{Name, OneOrMany};

/// An error that an object has now.
pub(super) struct Failing {
    phase: ErrorPhase,
    code: String,
    conflicts: Vec<(String, String)>,
    message: String,
    why: Vec<Reason>,
}

impl Runner<'_> {
    fn failing(&self, source: Source) -> Option<Failing> {
        let engine = self.world.engine();
        let entry = engine.forest(source.forest)?.entry(source.object)?;
        if let Some(reason) = &entry.error {
            return Some(Failing {
                phase: ErrorPhase::Synchronization,
                code: "sync-rule-error-function-triggered".to_owned(),
                conflicts: Vec::new(),
                message: reason.text(),
                why: vec![(**reason).clone()],
            });
        }
        let Some(id) = entry.metaverse else {
            return self.undeletable(source);
        };
        if let Some(why) = self.anchor_of_another(id) {
            return Some(Failing {
                phase: ErrorPhase::Synchronization,
                code: DUPLICATE_ANCHOR.to_owned(),
                conflicts: Vec::new(),
                message: why.text(),
                why: vec![why],
            });
        }
        let connector = engine.metaverse().get(id)?.connector?;
        let failure = engine.entra().get(connector)?.failure.as_ref()?;
        Some(failed(failure))
    }

    /// Why the account of an object that is not synced any more can't be deleted.
    fn undeletable(&self, source: Source) -> Option<Failing> {
        let engine = self.world.engine();
        let anchor = engine.source_anchor(self.world.forests(), source)?;
        let mut entries = engine.entra().iter().map(|(_, entry)| entry);
        let entry = entries.find(|entry| {
            entry.anchor == anchor && entry.pending_export == PendingExport::Delete
        })?;
        entry.failure.as_deref().map(failed)
    }

    /// Why a metaverse object is not provisioned, where another has its anchor.
    fn anchor_of_another(&self, id: MvId) -> Option<Reason> {
        let engine = self.world.engine();
        let object = engine.metaverse().get(id)?;
        let attributes = object.attributes.as_ref()?;
        let anchor = &attributes.source_anchor;
        let holder = engine.entra().find_by_anchor(anchor, attributes.kind)?;
        let other = engine.entra().get(holder)?.metaverse?;
        let is_taken = object.connector.is_none() && other != id;
        let text = "another metaverse object already has the anchor {0}";
        is_taken.then(|| Reason::one(RuleId::R6_16, text, anchor))
    }

    /// The error of an object in one line.
    pub(crate) fn error_of(&self, source: Source) -> Option<String> {
        self.failing(source)
            .map(|failing| format!("{}: {}", failing.code, failing.message))
    }

    pub(super) fn object_error(&self, wanted: &ObjectError) -> Met {
        let expected = format!("expected `{}` to fail with {}", wanted.on, wanted.code);
        let source = self.names.ad(&wanted.on);
        let Some(failing) = source.and_then(|source| self.failing(source)) else {
            let why = source.and_then(|source| self.said.get(&source));
            let missed = Missed::new(expected, "it does not fail");
            return Err(missed.because(why.map(Vec::as_slice).unwrap_or_default()));
        };
        let conflict =
            |holds: &dyn Fn(&(String, String)) -> bool| failing.conflicts.iter().any(holds);
        let holds = failing.code == wanted.code.value
            && wanted
                .attribute
                .as_ref()
                .is_none_or(|name| conflict(&|it| it.0 == name.value))
            && wanted
                .value
                .as_ref()
                .is_none_or(|value| conflict(&|it| it.1 == value.value))
            && wanted
                .message
                .as_ref()
                .is_none_or(|text| failing.message.contains(text.as_str()))
            && wanted.phase.is_none_or(|phase| phase == failing.phase);
        if holds {
            return Ok(());
        }
        let conflicts: Vec<String> = failing
            .conflicts
            .iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        let found = format!(
            "{} [{}]: {}",
            failing.code,
            conflicts.join(", "),
            failing.message
        );
        Err(Missed::new(expected, found).because(&failing.why))
    }

    pub(super) fn no_error(&self, name: &Name) -> Met {
        let failing = self
            .names
            .all(name)
            .iter()
            .find_map(|source| self.failing(*source));
        match failing {
            None => Ok(()),
            Some(failing) => {
                let found = format!("{}: {}", failing.code, failing.message);
                let expected = format!("expected `{name}` not to fail");
                Err(Missed::new(expected, found).because(&failing.why))
            }
        }
    }

    pub(super) fn no_errors(&self) -> Met {
        for (name, sources) in self.names.ad_names() {
            if let Some(failing) = sources.iter().find_map(|source| self.failing(*source)) {
                let found = format!("`{name}` fails with {}: {}", failing.code, failing.message);
                return Err(Missed::new("expected no errors", found).because(&failing.why));
            }
        }
        let failed = self
            .world
            .engine()
            .entra()
            .iter()
            .find_map(|(_, entry)| entry.failure.clone());
        match failed {
            None => Ok(()),
            Some(failure) => {
                let found = failure.error.to_string();
                Err(Missed::new("expected no errors", found).because(&failure.why))
            }
        }
    }

    pub(super) fn ad_attribute(&self, wanted: &AdAttribute) -> Met {
        let Some(source) = self.names.ad(&wanted.user) else {
            let expected = format!("expected an object `{}`", wanted.user);
            return Err(Missed::new(expected, "there is none"));
        };
        let directory = &self.world.forests()[source.forest];
        let attribute: Option<AttributeId> = directory.schema().attribute(&wanted.attribute);
        let values = attribute.map(|id| directory.attribute_values(source.object, id));
        let found: Vec<String> = values.unwrap_or_default().iter().map(written).collect();
        compare(
            &wanted.user,
            &wanted.attribute,
            wanted.value.as_ref(),
            wanted.absent,
            &found,
        )
    }

    pub(super) fn metaverse_attribute(&self, wanted: &MetaverseAttribute) -> Met {
        let engine = self.world.engine();
        let entry = self
            .names
            .ad(&wanted.user)
            .and_then(|source| engine.forest(source.forest)?.entry(source.object));
        let object = entry.and_then(|entry| engine.metaverse().get(entry.metaverse?));
        let attributes = object.and_then(|object| object.attributes.as_ref());
        let found = attributes
            .map(|it| metaverse_values(it, &wanted.attribute))
            .unwrap_or_default();
        compare(
            &wanted.user,
            &wanted.attribute,
            wanted.value.as_ref(),
            wanted.absent,
            &found,
        )
    }

    /// One live account for each person, the right one, and nothing left to do.
    pub(super) fn converged(&self) -> Met {
        self.no_errors()?;
        self.nothing_quarantined()?;
        self.right_owner()?;
        self.one_anchor()?;
        self.no_duplicates()?;
        self.nothing_lost()?;
        for (ad, cloud) in &self.names.belongs {
            let source = self.names.ad(ad);
            let joined = source.and_then(|source| self.account_of(source));
            if joined.is_none() || joined != self.names.cloud(cloud) {
                let found = match joined {
                    Some(joined) => format!("`{ad}` is joined to {}", self.label(joined)),
                    None => format!("`{ad}` has no account"),
                };
                let expected = format!("expected `{ad}` to be joined to `{cloud}`");
                let why = source.map(|source| self.why_of(source));
                return Err(Missed::new(expected, found).because(&why.unwrap_or_default()));
            }
        }
        let mut entries = self.world.engine().entra().iter();
        let pending = entries.find(|(_, entry)| entry.pending_export != PendingExport::None);
        let Some((_, entry)) = pending else {
            return Ok(());
        };
        let missed = Missed::new("expected nothing left to export", "exports are pending");
        let metaverse = self.world.engine().metaverse();
        let why = match (
            &entry.failure,
            entry.metaverse.and_then(|id| metaverse.get(id)),
        ) {
            (Some(failure), _) => failure.why.clone(),
            (None, Some(object)) => self.why_of(object.source),
            (None, None) => Vec::new(),
        };
        Err(missed.because(&why))
    }
}

fn compare(
    name: &str,
    attribute: &str,
    wanted: Option<&OneOrMany<Name>>,
    absent: bool,
    found: &[String],
) -> Met {
    if absent && !found.is_empty() {
        let expected = format!("expected `{name}` to have no {attribute}");
        return Err(Missed::new(expected, format!("found {}", found.join(", "))));
    }
    match wanted {
        Some(wanted) => same_set(name, attribute, wanted, found),
        None if !absent && found.is_empty() => {
            let expected = format!("expected `{name}` to have {attribute}");
            Err(Missed::new(expected, "it has none"))
        }
        None => Ok(()),
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(true) => "TRUE".to_owned(),
        Value::Boolean(false) => "FALSE".to_owned(),
        Value::Bytes(bytes) => <[u8; 16]>::try_from(bytes.as_slice()).map_or_else(
            |_| hexadecimal(bytes),
            |guid| uuid::Uuid::from_bytes_le(guid).to_string(),
        ),
    }
}

/// How one attribute of the metaverse is read.
type Reader = fn(&SyncObject) -> Vec<String>;

/// The attributes of the metaverse besides those in [`PROPERTIES`].
const METAVERSE: [(&str, Reader); 15] = [
    ("sourceAnchor", |it| vec![it.source_anchor.to_string()]),
    ("dn", |it| vec![it.source_anchor.connector_space_dn()]),
    ("userPrincipalName", |it| {
        texts(it.user_principal_name.as_ref())
    }),
    ("mail", |it| texts(it.mail.as_ref())),
    ("mailNickname", |it| texts(it.mail_nickname.as_ref())),
    ("displayName", |it| texts(it.display_name.as_ref())),
    ("accountName", |it| texts(it.sam_account_name.as_ref())),
    ("accountEnabled", |it| texts(it.account_enabled.as_ref())),
    ("objectSid", |it| texts(it.security_identifier.as_ref())),
    ("msRTCSIP-PrimaryUserAddress", |it| {
        texts(it.sip_address.as_ref())
    }),
    ("proxyAddresses", |it| {
        let addresses = it.proxy_addresses.iter();
        addresses.map(|value| value.as_str().to_owned()).collect()
    }),
    ("manager", |it| texts(it.manager.as_ref())),
    ("managedBy", |it| texts(it.manager.as_ref())),
    ("usageLocation", |it| texts(it.usage_location.as_ref())),
    ("onPremisesDistinguishedName", |it| {
        vec![it.distinguished_name.to_string()]
    }),
];

/// The names of all attributes of the metaverse: of plain ones, those in Graph too.
pub(in crate::run) fn metaverse_names() -> impl Iterator<Item = &'static str> {
    let own = METAVERSE.iter().map(|(name, _)| *name);
    own.chain(PROPERTIES.iter().flat_map(|(wire, graph)| [*wire, *graph]))
}

fn metaverse_values(object: &SyncObject, name: &str) -> Vec<String> {
    let mut own = METAVERSE.iter();
    match own.find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        Some((_, read)) => read(object),
        None => texts(property_of(&object.properties, name)),
    }
}

/// The value of a plain attribute, by its name in the metaverse or in Graph in any case.
pub(super) fn property_of<'p>(properties: &'p Properties, name: &str) -> Option<&'p Text> {
    let is_meant = |it: &Property| {
        it.name().eq_ignore_ascii_case(name) || it.graph_name().eq_ignore_ascii_case(name)
    };
    let wanted = Property::all().find(is_meant)?;
    mock_cloud::sync_object::property(properties, wanted)
}

fn texts<T: ToString>(value: Option<&T>) -> Vec<String> {
    value.map(ToString::to_string).into_iter().collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// An export error.
fn failed(failure: &ExportFailure) -> Failing {
    let conflicts = failure.error.conflicts.iter();
    Failing {
        phase: ErrorPhase::Export,
        code: failure.error.code.name().to_owned(),
        conflicts: conflicts
            .map(|(property, value)| (property.name().to_owned(), value.to_string()))
            .collect(),
        message: failure.error.detail(),
        why: failure.why.clone(),
    }
}
