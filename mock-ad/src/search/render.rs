//! Objects as entries of an answer.

use std::fmt::Write as _;

use jiff::Timestamp;
use store::Text;

use super::evaluate::View;
use super::replication::{self, has_metadata};
use super::security::{Descriptor, EVERYTHING};
use super::select::{Range, Selected, Selection};
use super::{Entry, Outcome, outcome};
use crate::directory::{
    AttributeId, Directory, HEAD_ATTRIBUTES, Object, ObjectId, Sid, Syntax, Value, Values,
};

/// MaxValRange: how many values of an attribute one answer holds (MS-ADTS 3.1.1.3.4.6).
pub(super) const VALUES_MAX: usize = 1500;

/// The attributes that follow from other data, that every object may have and that `*` includes.
pub(super) const COMPUTED: [AttributeId; 15] = [
    AttributeId::OBJECT_CLASS,
    AttributeId::OBJECT_GUID,
    AttributeId::DISTINGUISHED_NAME,
    AttributeId::WHEN_CREATED,
    AttributeId::WHEN_CHANGED,
    AttributeId::USN_CREATED,
    AttributeId::USN_CHANGED,
    AttributeId::OBJECT_CATEGORY,
    AttributeId::INSTANCE_TYPE,
    AttributeId::SAM_ACCOUNT_TYPE,
    AttributeId::IS_DELETED,
    AttributeId::IS_RECYCLED,
    AttributeId::LAST_KNOWN_PARENT,
    AttributeId::MS_DS_LAST_KNOWN_RDN,
    AttributeId::NAME,
];

/// The form of distinguished names in an answer (LDAP_SERVER_EXTENDED_DN, MS-ADTS
/// 3.1.1.3.4.1.5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum NameForm {
    #[default]
    Plain,
    /// `<GUID=…>;<SID=…>;…` with the bytes as digits.
    Hexadecimal,
    /// `<GUID=…>;<SID=…>;…` with the GUID dashed and the SID as S-1-….
    Readable,
}

/// How the entries of one search are made.
#[derive(Debug, Clone)]
pub(super) struct Renderer<'a> {
    pub(super) view: View<'a>,
    pub(super) selection: Selection,
    pub(super) names: NameForm,
    /// Whether a range that begins after the last value is no error
    /// (LDAP_SERVER_RANGE_RETRIEVAL_NOERR, MS-ADTS 3.1.1.3.4.1.17).
    pub(super) range_no_error: bool,
    /// The parts of security descriptors that are asked for; `None` without
    /// LDAP_SERVER_SD_FLAGS_OID, which also has `*` show them.
    pub(super) descriptor_parts: Option<i64>,
    /// The linked attributes that any object has, with the way back of each.
    links: Vec<(AttributeId, Option<AttributeId>)>,
    /// Whether who asks may write what they see.
    pub(super) privileged: bool,
    pub(super) now: Timestamp,
    pub(super) is_base_search: bool,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(view: View<'a>, selection: Selection) -> Self {
        let directory = view.directory;
        let links = if selection.all {
            let used = directory.used_links().into_iter();
            used.map(|id| (id, directory.schema().link_partner(id)))
                .collect()
        } else {
            Vec::new()
        };
        Self {
            view,
            selection,
            names: NameForm::Plain,
            range_no_error: false,
            descriptor_parts: None,
            links,
            privileged: false,
            now: Timestamp::UNIX_EPOCH,
            is_base_search: false,
        }
    }

    /// The entry of an object.
    pub(super) fn entry(&self, id: ObjectId, object: &Object) -> Result<Entry, Box<Outcome>> {
        let mut attributes = Vec::new();
        let dn = self.name(id);
        if self.selection.all {
            self.all_attributes(id, object, &dn, &mut attributes)?;
        }
        for selected in &self.selection.named {
            self.attribute(id, object, selected, &mut attributes)?;
        }
        Ok(Entry { dn, attributes })
    }

    /// The distinguished name of an object in the form that was asked for.
    pub(super) fn name(&self, id: ObjectId) -> Text {
        name(self.view.directory, id, self.names)
    }

    fn all_attributes(
        &self,
        id: ObjectId,
        object: &Object,
        dn: &Text,
        out: &mut Vec<(Text, Values)>,
    ) -> Result<(), Box<Outcome>> {
        let schema = self.view.directory.schema();
        let mut ids: Vec<(u32, AttributeId)> = Vec::with_capacity(48);
        let mut add = |id: AttributeId| ids.push((schema.rank(id), id));
        COMPUTED.into_iter().for_each(&mut add);
        head_attributes(self.view.directory, id, object).for_each(&mut add);
        let shows_descriptor = self.descriptor_parts.is_some();
        let descriptor = schema.attribute("nTSecurityDescriptor");
        if let Some(descriptor) = descriptor.filter(|_| shows_descriptor) {
            add(descriptor);
        }
        add(object.rdn_attribute());
        for (attribute, _) in object.attributes() {
            if attribute != AttributeId::OBJECT_CLASS && Some(attribute) != descriptor {
                add(attribute);
            }
        }
        let sight = self.view.links;
        for (forward, back) in &self.links {
            let has = |back| self.view.directory.has_any_link(id, *forward, back, sight);
            if has(false) {
                add(*forward);
            }
            if let Some(back) = back.filter(|_| has(true)) {
                add(back);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        out.reserve(ids.len() + self.selection.named.len());
        for (_, attribute) in ids {
            let label = &schema.definition(attribute).name;
            if attribute == AttributeId::DISTINGUISHED_NAME && self.names == NameForm::Plain {
                // The entry has it already.
                out.push((label.clone(), self.shown(dn.clone())));
            } else {
                self.values(id, object, attribute, label, None, out)?;
            }
        }
        Ok(())
    }

    fn attribute(
        &self,
        id: ObjectId,
        object: &Object,
        selected: &Selected,
        out: &mut Vec<(Text, Values)>,
    ) -> Result<(), Box<Outcome>> {
        let (attribute, label) = (selected.id, &selected.label);
        self.values(id, object, attribute, label, selected.range, out)
    }

    /// Adds the values of an attribute, or as many of them as one answer holds.
    fn values(
        &self,
        id: ObjectId,
        object: &Object,
        attribute: AttributeId,
        label: &Text,
        range: Option<Range>,
        out: &mut Vec<(Text, Values)>,
    ) -> Result<(), Box<Outcome>> {
        let directory = self.view.directory;
        let definition = directory.schema().definition(attribute);
        if definition.link.is_some() && !definition.constructed {
            let back = definition.is_back_link();
            let partner = directory.schema().link_partner(attribute);
            let forward = partner.filter(|_| back).unwrap_or(attribute);
            let ends = directory.links_of(id, forward, back, self.view.links);
            if !ends.is_empty() {
                return self.put(label, range, &ends, |end| Value::Text(self.name(*end)), out);
            }
            // Links of the configuration are kept as names.
        }
        if definition.name.as_str() == "nTSecurityDescriptor" && range.is_none() {
            let stored = object.bytes(attribute).and_then(Descriptor::read);
            let descriptor = stored.unwrap_or_else(|| Descriptor::of(directory));
            let parts = self.descriptor_parts.unwrap_or(EVERYTHING);
            let bytes = descriptor.only(parts).to_bytes();
            let value = Value::from(bytes.as_slice());
            return self.put(label, range, &[value], Value::clone, out);
        }
        let is_metadata = definition.name.as_str() == "replPropertyMetaData";
        if is_metadata && has_metadata(directory, object) {
            let value = replication::vector(directory, id);
            return self.put(label, range, &[value], Value::clone, out);
        }
        if let Some(values) = object
            .get(attribute)
            .filter(|_| attribute != AttributeId::OBJECT_CLASS)
        {
            let names = definition.syntax == Syntax::DistinguishedName;
            let as_stored = !names || self.names == NameForm::Plain;
            let whole = range.is_none() && values.len() <= VALUES_MAX;
            if as_stored && whole && !self.selection.types_only {
                out.push((label.clone(), values.clone()));
                return Ok(());
            }
            let rendered = |value: &Value| self.rendered(value, names);
            return self.put(label, range, values.as_slice(), rendered, out);
        }
        let values = if attribute == AttributeId::OBJECT_CLASS {
            directory.object_classes(object)
        } else if head_attributes(directory, id, object).any(|known| known == attribute) {
            directory.head_values(attribute)
        } else if definition.constructed {
            self.constructed(id, object, attribute)
        } else {
            directory
                .computed(id, object, attribute)
                .into_iter()
                .collect()
        };
        let names = definition.syntax == Syntax::DistinguishedName;
        if definition.constructed && range.is_none() && values.len() > VALUES_MAX {
            // The schema is longer than a range, and clients read it whole.
            let values = values.iter().map(|value| self.rendered(value, names));
            out.push((label.clone(), Values::answer(values.collect())));
            return Ok(());
        }
        let rendered = |value: &Value| self.rendered(value, names);
        self.put(label, range, &values, rendered, out)
    }

    /// Adds the values of a range under the label that tells what it is.
    fn put<T>(
        &self,
        label: &Text,
        range: Option<Range>,
        values: &[T],
        rendered: impl Fn(&T) -> Value,
        out: &mut Vec<(Text, Values)>,
    ) -> Result<(), Box<Outcome>> {
        if values.is_empty() {
            return Ok(());
        }
        let render = |values: &[T]| match values {
            _ if self.selection.types_only => Values::answer(Vec::new()),
            [value] => Values::One(rendered(value)),
            values => Values::answer(values.iter().map(&rendered).collect()),
        };
        if range.is_none() && values.len() <= VALUES_MAX {
            out.push((label.clone(), render(values)));
            return Ok(());
        }
        let Range { low, high } = range.unwrap_or(Range { low: 0, high: None });
        let last = values.len() - 1;
        if low > last {
            if !self.range_no_error {
                return Err(Box::new(outcome::range_beyond_end()));
            }
            let name = format!("{label};range={low}-*").into();
            out.push((name, Values::answer(Vec::new())));
            return Ok(());
        }
        let high = high.unwrap_or(last).min(last).min(low + VALUES_MAX - 1);
        if range.is_none() {
            // Who did not ask for a range sees that there is one from the name.
            out.push((label.clone(), Values::answer(Vec::new())));
        }
        let mut ranged = label.clone();
        // Writing to text cannot fail.
        let _ = if high == last {
            write!(ranged, ";range={low}-*")
        } else {
            write!(ranged, ";range={low}-{high}")
        };
        out.push((ranged, render(values.get(low..=high).unwrap_or_default())));
        Ok(())
    }

    /// One value that is text, unless only names of attributes are asked for.
    fn shown(&self, text: Text) -> Values {
        if self.selection.types_only {
            return Values::answer(Vec::new());
        }
        Values::One(Value::Text(text))
    }

    /// A value in the form of names that was asked for.
    fn rendered(&self, value: &Value, is_name: bool) -> Value {
        match value {
            Value::Text(text) if is_name && self.names != NameForm::Plain => {
                let directory = self.view.directory;
                let found = text.parse().ok().and_then(|dn| directory.find(&dn));
                let found = found.map(|id| name(directory, id, self.names));
                Value::Text(found.unwrap_or_else(|| text.clone()))
            }
            value => value.clone(),
        }
    }
}

/// The attributes of the domain itself that are told from what there is, unless it was loaded with
/// values of its own; none of other objects.
fn head_attributes<'a>(
    directory: &'a Directory,
    id: ObjectId,
    object: &'a Object,
) -> impl Iterator<Item = AttributeId> + 'a {
    let is_head = id == directory.domain() && !directory.is_configuration();
    let names = is_head.then_some(HEAD_ATTRIBUTES).into_iter().flatten();
    names
        .filter_map(|name| directory.schema().attribute(name))
        .filter(|attribute| object.attributes().all(|(own, _)| own != *attribute))
}

/// The distinguished name of an object in one of its forms.
pub(super) fn name(directory: &Directory, id: ObjectId, form: NameForm) -> Text {
    let dn = directory.dn_text(id);
    let Some(object) = directory.object(id).filter(|_| form != NameForm::Plain) else {
        return dn;
    };
    let sid = object.bytes(AttributeId::OBJECT_SID);
    let mut text = Text::with_capacity(dn.len() + 120);
    // Writing to text cannot fail.
    if form == NameForm::Readable {
        let _ = write!(text, "<GUID={}>;", object.guid);
        if let Some(Ok(sid)) = sid.map(Sid::from_bytes) {
            let _ = write!(text, "<SID={sid}>;");
        }
    } else {
        let _ = write!(text, "<GUID={}>;", digits(object.guid.as_bytes()));
        if let Some(sid) = sid {
            let _ = write!(text, "<SID={}>;", digits(sid));
        }
    }
    text.push_str(&dn);
    text
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
