//! A snapshot without the names in it, so that a case can be shared.
//!
//! Matching only asks whether two values are equal, so equality is what is kept: each word becomes
//! another word, the same one wherever it stands and whatever the case, in names, addresses,
//! domains and distinguished names of both sides alike. GUIDs and anchors stay one identity, SIDs
//! keep their domain. Lengths, digits, accents and what stands between words stay, because rules
//! look at them; so do dates, flags and numbers, licences and roles, and words that say nothing
//! about anybody.
//!
//! The new words follow from a key: the same key gives the same words, and without it nobody can
//! try names out. Two passes: what must not come up again is known before the first word is given.

mod words;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_ad::directory::{Dn, Rdn, Schema, Sid, Syntax, Value as AdValue};
use mock_ad::ldif::{self, RawValue, Reader};
use mock_cloud::CloudId;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::snapshot::{Lab, Places, Snapshot, write};
use words::Words;

/// A snapshot without names: its files, and what was left out.
#[derive(Debug, Clone)]
pub struct Hidden {
    /// The files: names relative to the directory of the snapshot, and contents.
    pub files: Vec<(String, String)>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// Writes a snapshot without the names in it.
///
/// # Errors
///
/// Rules of one's own hold names in expressions that are not rewritten: the snapshot may have none.
pub fn hide(snapshot: &Snapshot, key: &str) -> Result<Hidden, &'static str> {
    if snapshot.rules.is_some() {
        return Err("the snapshot has rules of its own, which may name people in expressions");
    }
    let files: Vec<(String, String)> = write(snapshot)
        .into_iter()
        .filter(|(name, _)| name != "lab.yaml")
        .collect();
    let mut hiding = Hiding {
        words: Words::new(key),
        schema: Schema::standard(),
        left_out: std::collections::BTreeSet::new(),
    };
    let _ = hiding.all(&files, &snapshot.lab);
    hiding.words.begin();
    let files = hiding.all(&files, &snapshot.lab);
    let mut notes = vec![
        "names, addresses, domains, GUIDs and SIDs are replaced; dates, licences and roles are \
         as they were"
            .to_owned(),
    ];
    if !hiding.left_out.is_empty() {
        let names: Vec<&str> = hiding.left_out.iter().map(String::as_str).collect();
        notes.push(format!(
            "attributes that could not be hidden are left out: {}",
            names.join(", ")
        ));
    }
    Ok(Hidden { files, notes })
}

struct Hiding {
    words: Words,
    schema: Schema,
    left_out: std::collections::BTreeSet<String>,
}

impl Hiding {
    fn all(&mut self, files: &[(String, String)], lab: &Lab) -> Vec<(String, String)> {
        let mut out = vec![("lab.yaml".to_owned(), self.lab(lab).write())];
        for (name, content) in files {
            let hidden = if name.starts_with("ad") {
                self.ldif(content)
            } else {
                self.json(name, content)
            };
            out.push((name.clone(), hidden));
        }
        out
    }

    fn lab(&mut self, lab: &Lab) -> Lab {
        let belongs = lab.belongs.iter();
        let belongs = belongs
            .map(|(dn, id)| (self.dn(dn), self.guid_text(id)))
            .collect();
        Lab {
            scope: lab.scope.iter().map(|dn| self.name(dn)).collect(),
            exclude: lab.exclude.iter().map(|dn| self.name(dn)).collect(),
            group: lab.group.as_ref().map(|dn| self.name(dn)),
            accept: Vec::new(),
            belongs,
            places: Places::default(),
            ..lab.clone()
        }
    }

    fn name(&mut self, dn: &Dn) -> Dn {
        let components = dn.components().map(|rdn| {
            let value = match rdn.value.split_once("\nDEL:") {
                // The GUID behind the name of a deleted object.
                Some((name, guid)) => {
                    format!("{}\nDEL:{}", self.words.text(name), self.guid_text(guid))
                }
                None => self.words.text(&rdn.value),
            };
            Rdn::new(rdn.attribute.clone(), value)
        });
        Dn::from_components(components.collect::<Vec<_>>())
    }

    fn dn(&mut self, text: &str) -> String {
        match text.parse::<Dn>() {
            Ok(dn) => self.name(&dn).to_string(),
            Err(_) => self.words.text(text),
        }
    }

    /// The nil GUID stays what it is.
    fn guid(&self, bytes: [u8; 16]) -> [u8; 16] {
        if bytes == [0; 16] {
            bytes
        } else {
            self.words.digest("guid", &bytes)
        }
    }

    /// A GUID in the order of its text, where the bytes are in that of Active Directory.
    fn guid_text(&mut self, text: &str) -> String {
        match Uuid::try_parse(text) {
            Ok(guid) => Uuid::from_bytes_le(self.guid(guid.to_bytes_le())).to_string(),
            Err(_) => self.words.text(text),
        }
    }

    fn anchor(&mut self, text: &str) -> String {
        let bytes = STANDARD
            .decode(text)
            .ok()
            .and_then(|it| <[u8; 16]>::try_from(it).ok());
        if let Some(bytes) = bytes.filter(|_| text.len() == 24) {
            return STANDARD.encode(self.guid(bytes));
        }
        match text.strip_prefix("unknown:") {
            Some(id) => format!("unknown:{}", self.guid_text(id)),
            None => self.words.text(text),
        }
    }

    /// The domain becomes another one, the last number moves on by as much for all; what is the
    /// same everywhere stays.
    fn sid(&self, sid: &Sid) -> Sid {
        let text = sid.to_string();
        let mut parts = text.split('-').skip(4);
        let Some(true) = text
            .strip_prefix("S-1-5-21-")
            .map(|_| parts.clone().count() >= 3)
        else {
            return sid.clone();
        };
        let domain: Vec<&str> = parts.by_ref().take(3).collect();
        let digest = self.words.digest("sid", domain.join("-").as_bytes());
        let number = |at: usize| {
            let bytes = [digest[at], digest[at + 1], digest[at + 2], digest[at + 3]];
            u32::from_le_bytes(bytes)
        };
        let hidden = Sid::of_domain([number(0), number(4), number(12)]);
        match parts.next().and_then(|rid| rid.parse::<u32>().ok()) {
            None => hidden,
            Some(rid) if rid < 1000 => hidden.with_rid(rid),
            Some(rid) => {
                let key = self.words.digest("rid", b"");
                let offset = u32::from_le_bytes([key[0], key[1], key[2], 0]);
                hidden.with_rid(1000 + (rid - 1000 + offset) % (u32::MAX >> 1))
            }
        }
    }

    fn ldif(&mut self, content: &str) -> String {
        let mut out = String::with_capacity(content.len());
        for record in Reader::new(content).flatten() {
            let dn = self.dn(&record.dn);
            ldif::write_value(&mut out, "dn", &AdValue::from(dn));
            for line in &record.attributes {
                if let Some(value) = self.value(&line.name, &line.value) {
                    ldif::write_value(&mut out, &line.name, &value);
                } else {
                    self.left_out.insert(line.name.to_string());
                }
            }
            out.push('\n');
        }
        out
    }

    fn value(&mut self, name: &str, raw: &RawValue<'_>) -> Option<AdValue> {
        let definition = self
            .schema
            .attribute(name)
            .map(|id| self.schema.definition(id))?;
        let bytes = match raw {
            RawValue::Text(text) => text.as_bytes(),
            RawValue::Bytes(bytes) => bytes,
        };
        let text = std::str::from_utf8(bytes).ok();
        Some(match definition.syntax {
            Syntax::Sid => match Sid::from_bytes(bytes).ok().or_else(|| text?.parse().ok()) {
                Some(sid) => self.sid(&sid).as_bytes().into(),
                None => return None,
            },
            Syntax::OctetString => match <[u8; 16]>::try_from(bytes) {
                Ok(guid) => self.guid(guid).as_slice().into(),
                Err(_) => return None,
            },
            Syntax::SecurityDescriptor
            | Syntax::DnWithBinary
            | Syntax::DnWithText
            | Syntax::PresentationAddress => return None,
            Syntax::DistinguishedName => self.dn(text?).into(),
            Syntax::ObjectIdentifier
            | Syntax::Boolean
            | Syntax::Integer
            | Syntax::LargeInteger
            | Syntax::Time => text?.into(),
            Syntax::Text | Syntax::CaseExactText | Syntax::NumericText => {
                self.words.text(text?).into()
            }
        })
    }

    fn json(&mut self, name: &str, content: &str) -> String {
        let Ok(mut value) = serde_json::from_str::<Value>(content) else {
            return String::new();
        };
        if !name.ends_with("features.json") {
            let is_role = name.ends_with("roles.json");
            self.json_value("", &mut value, is_role);
        }
        let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
        text.push('\n');
        text
    }

    fn json_value(&mut self, name: &str, value: &mut Value, is_role: bool) {
        match value {
            Value::Array(all) => all
                .iter_mut()
                .for_each(|it| self.json_value(name, it, is_role)),
            Value::Object(object) => self.json_object(object, is_role),
            Value::String(text) => *text = self.property(name, text, is_role),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn json_object(&mut self, object: &mut Map<String, Value>, is_role: bool) {
        let id = object
            .get("id")
            .and_then(Value::as_str)
            .and_then(|id| id.parse::<CloudId>().ok());
        for (name, value) in object.iter_mut() {
            if let (Some(id), Value::String(upn), "userPrincipalName") =
                (id, &*value, name.as_str())
                && let Some(rest) = upn.strip_prefix(&id.simple())
            {
                // A deleted user's name stands behind its id (rule R5.18).
                let id = self.guid_text(&id.to_string()).replace('-', "");
                *value = Value::String(format!("{id}{}", self.words.text(rest)));
                continue;
            }
            self.json_value(name, value, is_role);
        }
    }

    fn property(&mut self, name: &str, text: &str, is_role: bool) -> String {
        const AS_IT_IS: [&str; 12] = [
            "userType",
            "usageLocation",
            "preferredLanguage",
            "groupTypes",
            "disabledPlans",
            "category",
            "propertyCausingError",
            "authenticationType",
            "roleTemplateId",
            "roleDefinitionId",
            "synchronizationPreventionType",
            "occurredDateTime",
        ];
        let stays = AS_IT_IS.contains(&name)
            || name.starts_with('@')
            || name.ends_with("DateTime")
            || is_role && name == "displayName";
        if stays {
            return text.to_owned();
        }
        match name {
            // `contoso:ENTERPRISEPACK`, as MSOnline calls it, begins with the tenant.
            "skuId" => match text.split_once(':') {
                Some((tenant, sku)) => format!("{}:{sku}", self.words.text(tenant)),
                None => text.to_owned(),
            },
            "id" | "principalId" | "onPremisesObjectIdentifier" => self.guid_text(text),
            "onPremisesImmutableId" => self.anchor(text),
            "onPremisesSecurityIdentifier" => match text.parse::<Sid>() {
                Ok(sid) => self.sid(&sid).to_string(),
                Err(_) => self.words.text(text),
            },
            "onPremisesDistinguishedName" => self.dn(text),
            _ => self.words.text(text),
        }
    }
}
