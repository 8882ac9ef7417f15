//! What an entry says of itself in attributes that are not stored as such.

use jiff::Timestamp;
use store::Text;

use super::survey::Entry;
use crate::directory::{AttributeId, Dn, ObjectGuid};
use crate::ldif::reader::Line;
use crate::ldif::{LdifError, parse};

/// What the lines of an entry say besides its attributes.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) guid: Option<ObjectGuid>,
    pub(super) when_created: Option<Timestamp>,
    pub(super) when_changed: Option<Timestamp>,
    pub(super) is_deleted: bool,
    pub(super) is_recycled: bool,
    pub(super) last_known_rdn: Option<Text>,
    pub(super) links: Vec<(AttributeId, Text, usize)>,
}

impl Facts {
    /// Takes note of an attribute that is not stored as such.
    pub(super) fn note(
        &mut self,
        attribute: AttributeId,
        entry: &Entry<'_>,
        line: &Line<'_>,
    ) -> Result<(), LdifError> {
        match attribute {
            AttributeId::OBJECT_GUID => self.guid = Some(parse::guid(line.line, &line.value)?),
            AttributeId::WHEN_CREATED => {
                self.when_created = Some(parse::time(line.line, &line.value)?);
            }
            AttributeId::WHEN_CHANGED => {
                self.when_changed = Some(parse::time(line.line, &line.value)?);
            }
            AttributeId::IS_DELETED => {
                let text = parse::text(&line.value).unwrap_or_default();
                // CN=Deleted Objects is marked as deleted too, and is not.
                let is_mangled = entry
                    .dn
                    .rdn()
                    .is_some_and(|rdn| rdn.value.contains("\nDEL:"));
                self.is_deleted = text.eq_ignore_ascii_case("TRUE") && is_mangled;
            }
            AttributeId::IS_RECYCLED => {
                let text = parse::text(&line.value).unwrap_or_default();
                self.is_recycled = text.eq_ignore_ascii_case("TRUE");
            }
            AttributeId::MS_DS_LAST_KNOWN_RDN => self.last_known_rdn = parse::text(&line.value),
            AttributeId::LAST_KNOWN_PARENT => {
                let to = parse::text(&line.value).unwrap_or_default();
                self.links.push((attribute, to, line.line));
            }
            AttributeId::DISTINGUISHED_NAME => {
                let text = parse::text(&line.value).unwrap_or_default();
                if !text.parse().is_ok_and(|dn: Dn| dn == entry.dn) {
                    return Err(LdifError::new(
                        line.line,
                        format!(
                            "distinguishedName is not `{}`, as the entry is called",
                            entry.dn
                        ),
                        "correct the name of the entry, or leave the line out",
                    ));
                }
            }
            _ => {}
        }
        Ok(())
    }
}
