//! The second pass over a file: objects, and then the links between them.

use jiff::Timestamp;
use store::{Text, fold};
use uuid::Uuid;

use super::Loaded;
use super::facts::Facts;
use super::names::{ClassLists, Names};
use super::survey::{Entry, classes, needs_guid};
use crate::directory::{
    AttributeId, ClassId, Directory, DirectoryOptions, Dn, Draft, ObjectGuid, ObjectId, Rdn, Value,
    is_computed, most_specific,
};
use crate::ldif::error::Errors;
use crate::ldif::{DuplicateName, LdifError, Notes, Record, parse};

/// A link value that waits until all objects are there.
struct Pending {
    attribute: AttributeId,
    from: ObjectId,
    to: Text,
    line: usize,
}

pub(super) struct Build<'e> {
    directory: Directory,
    now: Timestamp,
    notes: Notes,
    errors: &'e mut Errors,
    /// The line of each object, and zero for those that the file does not contain.
    lines: Vec<usize>,
    pending: Vec<Pending>,
    /// Entries without an objectGUID that need one: the first line, and how many.
    without_guid: Option<(usize, usize)>,
    names: Names,
    class_lists: ClassLists<(ClassId, Vec<Value>)>,
    complete: bool,
    /// The entries that are new objects.
    new: Vec<ObjectId>,
}

impl<'e> Build<'e> {
    pub(super) fn new(
        settings: DirectoryOptions,
        now: Timestamp,
        notes: Notes,
        errors: &'e mut Errors,
    ) -> Self {
        Self {
            directory: Directory::empty(settings),
            now,
            notes,
            errors,
            lines: Vec::new(),
            pending: Vec::new(),
            without_guid: None,
            names: Names::new(),
            class_lists: ClassLists::new(),
            complete: false,
            new: Vec::new(),
        }
    }

    /// Whether entries without an objectGUID are new objects.
    pub(super) fn completing(mut self, complete: bool) -> Self {
        self.complete = complete;
        self
    }

    pub(super) fn run(mut self, entries: Vec<Entry<'_>>) -> Loaded {
        self.directory.reserve(entries.len());
        if entries
            .first()
            .is_none_or(|first| first.dn != *self.directory.base())
        {
            self.placeholder(None, &self.directory.base().clone());
        }
        for entry in entries {
            if self.errors.is_full() {
                break;
            }
            let mut at = entry.at.clone();
            // The first pass has read the same entry without an error.
            if let Some(Ok(record)) = at.next()
                && let Err(error) = self.object(&entry, &record)
            {
                self.errors.push(error);
            }
        }
        self.report_missing_guids();
        self.finish();
        Loaded {
            directory: self.directory,
            notes: self.notes,
        }
    }

    fn object(&mut self, entry: &Entry<'_>, record: &Record<'_>) -> Result<(), LdifError> {
        let (class, auxiliary) = self.class(record)?;
        let is_domain = entry.dn == *self.directory.base();
        let place = if is_domain {
            None
        } else {
            let parent = self.parent(&entry.dn);
            entry.dn.rdn().map(|rdn| (parent, rdn.clone()))
        };
        let other = match &place {
            None => self
                .directory
                .object(Directory::DOMAIN)
                .map(|_| Directory::DOMAIN),
            Some((parent, rdn)) => self.directory.child(*parent, rdn),
        };
        if let Some(other) = other {
            return Err(self.duplicate(record.line, other, &format!("the name `{}`", entry.dn)));
        }
        let mut draft = self.directory.draft(class, place);
        let facts = self.attributes(&mut draft, entry, record)?;
        draft.push(AttributeId::OBJECT_CLASS, auxiliary);
        let is_new = self.complete && facts.guid.is_none();
        let Some(guid) = facts.guid.or_else(|| self.guid_for(class, entry)) else {
            return Ok(());
        };
        if let Some(other) = self.directory.find_by_guid(&guid) {
            return Err(self.duplicate(record.line, other, &format!("the objectGUID {guid}")));
        }
        let created = facts.when_created.unwrap_or(self.now);
        draft.identify(guid, created, facts.when_changed.unwrap_or(created));
        if facts.is_deleted {
            let stripped = facts.is_recycled || !self.directory.has_recycle_bin();
            draft.delete(facts.last_known_rdn, stripped);
        }
        let id = self.directory.insert(draft.finish());
        if is_new {
            self.new.push(id);
        }
        self.lines.push(record.line);
        let links = facts.links.into_iter();
        self.pending
            .extend(links.map(|(attribute, to, line)| Pending {
                attribute,
                from: id,
                to,
                line,
            }));
        Ok(())
    }

    fn duplicate(&self, line: usize, other: ObjectId, what: &str) -> LdifError {
        let first = self
            .lines
            .get(other.0 as usize)
            .copied()
            .unwrap_or_default();
        LdifError::new(
            line,
            format!("{what} is given to two entries, in lines {first} and {line}"),
            "leave one of the two out; files that were joined often contain both",
        )
    }

    /// The class of an entry, and the auxiliary classes that it has beyond those of its class.
    fn class(&mut self, record: &Record<'_>) -> Result<(ClassId, Vec<Value>), LdifError> {
        let names: Vec<&str> = classes(record).map(|(_, name)| name).collect();
        if let Some(known) = self.class_lists.get(&names) {
            return Ok(known);
        }
        let schema = self.directory.schema();
        let Ok(Some(class)) = most_specific(schema, names.iter().copied()) else {
            return Err(LdifError::new(
                record.line,
                "the entry has no objectClass that objects are made of",
                "export objectClass too: leave out `-l`, or name objectClass in it",
            ));
        };
        let chain: Vec<ClassId> = schema.superclass_chain(class).collect();
        let auxiliary: Vec<Value> = names
            .iter()
            .filter_map(|name| schema.class(name))
            .filter(|class| !chain.contains(class))
            .map(|class| schema.class_definition(class).name.clone().into())
            .collect();
        self.class_lists
            .remember(&names, (class, auxiliary.clone()));
        Ok((class, auxiliary))
    }

    /// The object above an entry; one that the file does not contain is stood in for.
    fn parent(&mut self, dn: &Dn) -> ObjectId {
        let above = dn.parent().unwrap_or_default();
        match self.directory.find_closest(&above) {
            Ok(parent) => parent,
            Err(None) => Directory::DOMAIN,
            Err(Some(mut found)) => {
                let mut name = self.directory.dn(found);
                let missing: Vec<Rdn> = above
                    .below(&name)
                    .map(|path| path.cloned().collect())
                    .unwrap_or_default();
                for rdn in missing {
                    name = name.child(rdn.clone());
                    found = self.placeholder(Some((found, rdn)), &name);
                }
                found
            }
        }
    }

    fn placeholder(&mut self, place: Option<(ObjectId, Rdn)>, dn: &Dn) -> ObjectId {
        if *dn == self.deleted_objects_name() {
            return self.deleted_objects();
        }
        let class = match place.as_ref().map(|(_, rdn)| fold(&rdn.attribute)) {
            None => ClassId::DOMAIN_DNS,
            Some(attribute) if attribute == "ou" => ClassId::ORGANIZATIONAL_UNIT,
            Some(_) => ClassId::CONTAINER,
        };
        let mut draft = self.directory.draft(class, place);
        draft.identify(guid_of_name(dn), self.now, self.now);
        draft.stand_in();
        self.notes.placeholders.push(dn.clone());
        self.lines.push(0);
        self.directory.insert(draft.finish())
    }

    fn deleted_objects_name(&self) -> Dn {
        let base = self.directory.base();
        base.child(Rdn::new("CN", "Deleted Objects"))
    }

    /// Every domain has this container, and plain searches do not find it.
    fn deleted_objects(&mut self) -> ObjectId {
        let guid = guid_of_name(&self.deleted_objects_name());
        self.directory.make_deleted_objects(guid, self.now);
        self.lines.resize(self.directory.places(), 0);
        self.directory.deleted_objects()
    }

    /// The objectGUID of an entry that tells none, if its kind can do with a made-up one.
    fn guid_for(&mut self, class: ClassId, entry: &Entry<'_>) -> Option<ObjectGuid> {
        if self.complete || !needs_guid(self.directory.schema().kind(class)) {
            return Some(guid_of_name(&entry.dn));
        }
        let (_, count) = self.without_guid.get_or_insert((entry.line, 0));
        *count += 1;
        None
    }

    fn report_missing_guids(&mut self) {
        let Some((line, count)) = self.without_guid else {
            return;
        };
        let base = self.directory.base();
        self.errors.push(LdifError::new(
            line,
            format!(
                "the entry has no objectGUID, without which it cannot be matched ({count} such \
                 in the file)"
            ),
            format!(
                "export with binary attributes and without `-n`: ldifde -f ad.ldf -u -d \"{base}\" \
                 -r \"(|(objectCategory=person)(objectClass=group)(objectClass=contact))\""
            ),
        ));
    }

    fn attributes(
        &mut self,
        draft: &mut Draft,
        entry: &Entry<'_>,
        record: &Record<'_>,
    ) -> Result<Facts, LdifError> {
        let mut facts = Facts::default();
        let mut values: Vec<(AttributeId, Value, usize)> =
            Vec::with_capacity(record.attributes.len());
        for line in &record.attributes {
            let schema = self.directory.schema();
            let Some(attribute) = self.names.attribute(schema, &line.name) else {
                continue;
            };
            if attribute == AttributeId::OBJECT_CLASS || attribute == draft.rdn_attribute() {
                continue;
            }
            if line.value.is_empty() {
                return Err(LdifError::new(
                    line.line,
                    format!("`{}` has no value", line.name),
                    "leave the line out: an attribute without a value does not exist",
                ));
            }
            let definition = schema.definition(attribute);
            if definition.is_forward_link() || definition.is_back_link() {
                let to = parse::text(&line.value).unwrap_or_default();
                facts.links.push((attribute, to, line.line));
            } else if is_computed(schema, attribute) {
                facts.note(attribute, entry, line)?;
            } else {
                values.push((
                    attribute,
                    parse::value(definition, line.line, &line.value)?,
                    line.line,
                ));
            }
        }
        self.store(draft, values)?;
        Ok(facts)
    }

    /// Stores values that stand in any order under their attributes.
    fn store(
        &self,
        draft: &mut Draft,
        mut values: Vec<(AttributeId, Value, usize)>,
    ) -> Result<(), LdifError> {
        values.sort_by_key(|(attribute, _, _)| *attribute);
        let mut values = values.into_iter().peekable();
        while let Some((attribute, first, _)) = values.next() {
            let mut all = vec![first];
            while let Some((_, value, line)) = values.next_if(|(next, _, _)| *next == attribute) {
                let definition = self.directory.schema().definition(attribute);
                if definition.single_valued {
                    return Err(LdifError::new(
                        line,
                        format!(
                            "`{}` takes one value only, and here is another",
                            definition.name
                        ),
                        "leave one of the two lines out",
                    ));
                }
                all.push(value);
            }
            draft.push(attribute, all);
        }
        Ok(())
    }

    fn finish(&mut self) {
        let mut links = Vec::with_capacity(self.pending.len());
        for pending in std::mem::take(&mut self.pending) {
            let target = pending
                .to
                .parse()
                .ok()
                .and_then(|dn| self.directory.find(&dn));
            let definition = self.directory.schema().definition(pending.attribute);
            match target {
                None => {
                    let name = definition.name.clone();
                    self.notes.unresolved(&name, pending.line, &pending.to);
                }
                Some(to)
                    if definition.is_forward_link()
                        || pending.attribute == AttributeId::LAST_KNOWN_PARENT =>
                {
                    links.push((pending.attribute, pending.from, to));
                }
                // The way back follows from the forward link of the other object.
                Some(_) => {}
            }
        }
        self.directory.fill_links(&links);
        self.deleted_objects();
        self.directory.settle_domain();
        if self.complete {
            self.directory.complete(&self.new);
        }
        for attribute in [
            AttributeId::SAM_ACCOUNT_NAME,
            AttributeId::USER_PRINCIPAL_NAME,
        ] {
            self.note_duplicates(attribute);
        }
    }

    fn note_duplicates(&mut self, attribute: AttributeId) {
        let name = self.directory.schema().definition(attribute).name.clone();
        for (value, ids) in self.directory.shared_names(attribute) {
            let lines = ids
                .iter()
                .filter_map(|id| self.lines.get(id.0 as usize).copied())
                .collect();
            self.notes.duplicate_names.push(DuplicateName {
                attribute: name.clone(),
                value,
                lines,
            });
        }
    }
}

/// A GUID that follows from a name, for objects that the file tells none for.
fn guid_of_name(dn: &Dn) -> ObjectGuid {
    let name = fold(&dn.to_string());
    ObjectGuid::from_uuid(Uuid::new_v5(&Uuid::NAMESPACE_X500, name.as_bytes()))
}
