//! DirSync: what changed since a cookie (MS-ADTS 3.1.1.3.4.1.3).

mod cookie;

use std::collections::{BTreeMap, BTreeSet};

use store::Text;

use super::base::{self, Base};
use super::compile::{self, Node};
use super::controls::{Controls, DirSync, ber, oid};
use super::evaluate::{Truth, View};
use super::render::{self, NameForm};
use super::select::Selection;
use super::{Bound, Context, Control, Entry, Outcome, Reply, Scope, SearchRequest, outcome};
use crate::directory::{AttributeId, Directory, Object, ObjectId, Usn, Value, Values};
use cookie::Cookie;

/// Only what the caller may read is wanted, and no right to replicate is needed.
const OBJECT_SECURITY: u32 = 0x1;
/// Parents come before their children.
const ANCESTORS_FIRST: u32 = 0x800;
// 0x2000, PUBLIC_DATA_ONLY, is taken and changes nothing: the secrets that it withholds are kept
// beside the objects and never shown (MS-ADTS 3.1.1.3.4.1.3).
/// Of links only what was added and removed is wanted.
const INCREMENTAL_VALUES: u32 = 0x8000_0000;

/// How many bytes an answer holds if the client does not say, and at most.
const BYTES_USUAL: usize = 1 << 20;
const BYTES_MAX: usize = 16 << 20;

/// Answers a search that carries the DirSync control.
pub(super) fn answer(
    directory: &Directory,
    context: &Context,
    request: &SearchRequest,
    controls: &Controls,
    asked: &DirSync,
) -> Result<Reply, Box<Outcome>> {
    let own_view = asked.flags & OBJECT_SECURITY != 0;
    if !own_view && !context.privileged {
        return Err(Box::new(outcome::access_denied()));
    }
    if context.bound == Bound::Anonymous {
        return Err(Box::new(outcome::not_bound(directory)));
    }
    let base = base::find(directory, &request.base, &|_, _| true)?;
    if !base.is_head() {
        return Err(Box::new(if own_view {
            outcome::unwilling(0x2105)
        } else {
            outcome::not_a_naming_context()
        }));
    }
    let (since, known) = if asked.cookie.is_empty() {
        (Usn(0), Usn(0))
    } else {
        let cookie = Cookie::read(&asked.cookie)
            .ok_or_else(|| Box::new(outcome::bad_dirsync_cookie(directory)))?;
        let id = directory.invocation_id();
        (cookie.usn_of(id), cookie.complete_of(id))
    };
    let schema = base.directory.schema();
    let feed = Feed {
        base,
        scope: request.scope,
        view: View {
            directory: base.directory,
            links: controls.links(),
        },
        node: compile::compile(base.directory, &request.filter)?,
        wanted: Wanted::new(&Selection::new(schema, &request.attributes, false)),
        types_only: request.types_only,
        names: controls.names,
        since,
        known,
        flags: asked.flags,
        // Only administrators may list CN=Deleted Objects.
        shows_deleted: !own_view || context.privileged,
    };
    let bytes_max = match asked.max_bytes as usize {
        0 => BYTES_USUAL,
        asked => asked.min(BYTES_MAX),
    };
    let (entries, seen, more) = feed.run(bytes_max);
    let complete = if more { known } else { seen };
    let cookie = Cookie::new(context.now, directory.invocation_id(), seen, complete);
    Ok(Reply {
        entries,
        controls: vec![response(more, &cookie.bytes())],
        ..Reply::default()
    })
}

fn response(more: bool, cookie: &[u8]) -> Control {
    let mut contents = Vec::new();
    ber::put_integer(&mut contents, ber::INTEGER, i64::from(more));
    ber::put_integer(&mut contents, ber::INTEGER, 0);
    ber::put(&mut contents, ber::OCTETS, cookie);
    Control {
        oid: oid::DIRSYNC.to_owned(),
        critical: true,
        value: Some(ber::sequence(&contents)),
    }
}

/// The attributes that are asked for; all of them if the list is empty.
struct Wanted {
    all: bool,
    named: BTreeSet<AttributeId>,
}

impl Wanted {
    fn new(selection: &Selection) -> Self {
        Self {
            all: selection.all,
            named: selection.named.iter().map(|selected| selected.id).collect(),
        }
    }

    fn has(&self, id: AttributeId) -> bool {
        self.all || self.named.contains(&id)
    }
}

/// The changes of one naming context after a USN.
struct Feed<'a> {
    base: Base<'a>,
    scope: Scope,
    view: View<'a>,
    node: Node,
    wanted: Wanted,
    types_only: bool,
    names: NameForm,
    /// Up to where the pages of this round have come.
    since: Usn,
    /// Up to where the caller knows everything: until a round ends, what the rounds before told. An
    /// object that changes while it goes on is told in full, for its first state was never sent.
    known: Usn,
    flags: u32,
    shows_deleted: bool,
}

/// The values of the attributes of one entry, in the order of a domain controller.
type Changed = BTreeMap<(u32, AttributeId, u8), (Text, Values)>;

impl Feed<'_> {
    /// The entries that fit into so many bytes, the USN up to which they tell everything, and
    /// whether there are more.
    fn run(&self, bytes_max: usize) -> (Vec<Entry>, Usn, bool) {
        let directory = self.base.directory;
        let mut entries = Vec::new();
        let mut sent: BTreeSet<ObjectId> = BTreeSet::new();
        let mut bytes = 0;
        let mut seen = self.since;
        for id in directory.changes_since(self.since) {
            if bytes >= bytes_max {
                return (entries, seen, true);
            }
            for id in self.with_ancestors(id) {
                if sent.insert(id)
                    && let Some(entry) = self.entry(id)
                {
                    bytes += size(&entry);
                    entries.push(entry);
                }
            }
            seen = directory
                .object(id)
                .map_or(seen, |object| object.usn_changed);
        }
        let end = directory.highest_committed_usn().max(self.since);
        (entries, end, false)
    }

    /// An object, after those above it that changed too, if they are to come first.
    fn with_ancestors(&self, id: ObjectId) -> Vec<ObjectId> {
        let directory = self.base.directory;
        if self.flags & ANCESTORS_FIRST == 0 {
            return vec![id];
        }
        let above = |id: &ObjectId| directory.object(*id)?.parent;
        let changed = |id: &ObjectId| {
            directory
                .object(*id)
                .is_some_and(|object| object.usn_changed > self.since)
        };
        let mut path: Vec<ObjectId> = std::iter::successors(Some(id), above)
            .filter(changed)
            .collect();
        path.reverse();
        path
    }

    fn entry(&self, id: ObjectId) -> Option<Entry> {
        let directory = self.base.directory;
        let object = directory.object(id)?;
        let passes = (self.shows_deleted || !object.is_deleted())
            && self.base.covers(self.scope, id)
            && self.base.holds(id)
            && self.view.evaluate(&self.node, id, object) == Truth::True;
        if !passes {
            return None;
        }
        let mut values = Changed::new();
        let is_new = object.usn_created > self.known;
        if is_new {
            self.everything(id, object, &mut values);
        } else {
            self.changes(id, object, &mut values);
        }
        if values.is_empty() {
            return None;
        }
        let renamed = is_new
            || directory
                .attributes_changed_since(id, self.known)
                .any(|attribute| attribute == AttributeId::NAME);
        let family = [AttributeId::NAME, AttributeId::PARENT_GUID];
        if renamed && family.iter().any(|attribute| self.wanted.has(*attribute)) {
            // The parent may have changed with the name, and comes along with it.
            self.put(id, AttributeId::PARENT_GUID, &mut values);
        }
        for always in [AttributeId::OBJECT_GUID, AttributeId::INSTANCE_TYPE] {
            self.put(id, always, &mut values);
        }
        if object.is_deleted() {
            self.put(id, AttributeId::IS_DELETED, &mut values);
        }
        Some(Entry {
            dn: render::name(self.base.directory, id, self.names),
            attributes: values.into_values().collect(),
        })
    }

    /// All that replicates of a new object.
    fn everything(&self, id: ObjectId, object: &Object, out: &mut Changed) {
        let stored = object.attributes().map(|(attribute, _)| attribute);
        let ids = stored
            .chain(render::COMPUTED)
            .chain([AttributeId::PARENT_GUID]);
        for attribute in ids.collect::<Vec<_>>() {
            if self.shows(object, attribute) {
                self.put(id, attribute, out);
            }
        }
        for attribute in self.base.directory.used_links() {
            let targets = self.targets(id, attribute);
            if self.wanted.has(attribute) && !targets.is_empty() {
                let part = self.incremental().then_some(1);
                self.put_links(attribute, part, &targets, out);
            }
        }
    }

    /// What replicates of an object that was there before, as far as it changed.
    fn changes(&self, id: ObjectId, object: &Object, out: &mut Changed) {
        let directory = self.base.directory;
        for attribute in directory.attributes_changed_since(id, self.known) {
            if self.shows(object, attribute) {
                self.put(id, attribute, out);
            }
        }
        let mut links: BTreeMap<AttributeId, [Vec<ObjectId>; 2]> = BTreeMap::new();
        for (attribute, target, present) in directory.links_changed_since(id, self.known) {
            if self.wanted.has(attribute) {
                links.entry(attribute).or_default()[usize::from(present)].push(target);
            }
        }
        for (attribute, changed) in links {
            if self.incremental() {
                for (part, targets) in (0u8..).zip(&changed) {
                    if !targets.is_empty() {
                        self.put_links(attribute, Some(part), targets, out);
                    }
                }
            } else {
                let targets = self.targets(id, attribute);
                self.put_links(attribute, None, &targets, out);
            }
        }
    }

    fn incremental(&self) -> bool {
        self.flags & INCREMENTAL_VALUES != 0
    }

    fn targets(&self, id: ObjectId, attribute: AttributeId) -> Vec<ObjectId> {
        let directory = self.base.directory;
        directory.links_of(id, attribute, false, self.view.links)
    }

    /// Whether an attribute is asked for and replicates. What names an object counts as its name
    /// ("measured on Samba 4.17"), and these alone are no reason to report an object.
    fn shows(&self, object: &Object, id: AttributeId) -> bool {
        let definition = self.base.directory.schema().definition(id);
        let accompanies = matches!(id, AttributeId::OBJECT_GUID | AttributeId::PARENT_GUID);
        // Deletions and restorations are told whatever was asked for.
        let tells = object.is_deleted() || object.usn_created <= self.known;
        let named = self.wanted.has(id) || (id == AttributeId::IS_DELETED && tells);
        let replicates =
            !definition.not_replicated && !definition.constructed && id != object.rdn_attribute();
        named && replicates && !accompanies
    }

    /// Adds the present values of an attribute, of which there may be none: it was removed then.
    fn put(&self, id: ObjectId, attribute: AttributeId, out: &mut Changed) {
        let directory = self.base.directory;
        let schema = directory.schema();
        let values = directory.attribute_values(id, attribute);
        let is_new = directory
            .object(id)
            .is_some_and(|object| object.usn_created > self.known);
        if values.is_empty() && is_new {
            return;
        }
        let label = schema.definition(attribute).name.clone();
        let values = if self.types_only { Vec::new() } else { values };
        let key = (schema.rank(attribute), attribute, 0);
        out.insert(key, (label, Values::answer(values)));
    }

    /// Adds links: all of them, or those that were added (part 1) or removed (part 0).
    fn put_links(
        &self,
        attribute: AttributeId,
        part: Option<u8>,
        targets: &[ObjectId],
        out: &mut Changed,
    ) {
        let directory = self.base.directory;
        let schema = directory.schema();
        let name = &schema.definition(attribute).name;
        let label = match part {
            Some(part) => format!("{name};range={part}-{part}").into(),
            None => name.clone(),
        };
        let names = targets
            .iter()
            .map(|target| Value::Text(render::name(directory, *target, self.names)));
        let names = if self.types_only {
            Vec::new()
        } else {
            names.collect()
        };
        let key = (schema.rank(attribute), attribute, part.unwrap_or_default());
        out.insert(key, (label, Values::answer(names)));
    }
}

/// About how many bytes an entry takes.
fn size(entry: &Entry) -> usize {
    let attributes = entry.attributes.iter().map(|(name, values)| {
        let values: usize = values
            .iter()
            .map(|value| value.ldap_bytes().len() + 4)
            .sum();
        name.len() + values + 8
    });
    entry.dn.len() + attributes.sum::<usize>() + 16
}
