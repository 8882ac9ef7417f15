//! Expectations about Active Directory objects, their errors, and the state of the whole.

use mock_ad::directory::{AttributeId, Value};
use mock_cloud::{Reason, SyncObject};
use store::Text;

use super::account::same_set;
use super::{Met, Missed, Runner};
use crate::engine::Source;
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
        let connector = engine.metaverse().get(entry.metaverse?)?.connector?;
        let failure = engine.entra().get(connector)?.failure.as_ref()?;
        let conflicts = failure.error.conflicts.iter();
        Some(Failing {
            phase: ErrorPhase::Export,
            code: failure.error.code.name().to_owned(),
            conflicts: conflicts
                .map(|(property, value)| (property.name().to_owned(), value.to_string()))
                .collect(),
            message: failure.error.message(),
            why: failure.why.clone(),
        })
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
            let joined = self.names.ad(ad).and_then(|source| self.account_of(source));
            if joined.is_none() || joined != self.names.cloud(cloud) {
                let found = match joined {
                    Some(joined) => format!("`{ad}` is joined to {}", self.label(joined)),
                    None => format!("`{ad}` has no account"),
                };
                let expected = format!("expected `{ad}` to be joined to `{cloud}`");
                return Err(Missed::new(expected, found));
            }
        }
        if self.is_quiet() {
            return Ok(());
        }
        Err(Missed::new(
            "expected nothing left to export",
            "exports are pending",
        ))
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

fn metaverse_values(object: &SyncObject, name: &str) -> Vec<String> {
    let one = |text: &Option<Text>| text.iter().map(ToString::to_string).collect();
    match name {
        "sourceAnchor" => vec![object.source_anchor.to_string()],
        "dn" => vec![object.source_anchor.connector_space_dn()],
        "userPrincipalName" => one(&object.user_principal_name),
        "mail" => one(&object.mail),
        "mailNickname" => one(&object.mail_nickname),
        "displayName" => one(&object.display_name),
        "accountEnabled" => object
            .account_enabled
            .iter()
            .map(ToString::to_string)
            .collect(),
        "proxyAddresses" => object
            .proxy_addresses
            .iter()
            .map(|value| value.as_str().to_owned())
            .collect(),
        "onPremisesDistinguishedName" => vec![object.distinguished_name.to_string()],
        _ => mock_cloud::Property::from_name(name)
            .and_then(|it| mock_cloud::sync_object::property(&object.properties, it))
            .map(ToString::to_string)
            .into_iter()
            .collect(),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
