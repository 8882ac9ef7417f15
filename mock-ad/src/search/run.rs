//! A search over naming contexts: what is visible, what passes, and in which portions.

use super::base::{self, Base};
use super::candidates::Candidates;
use super::compile::{self, Node};
use super::controls::Controls;
use super::evaluate::{Truth, View};
use super::render::Renderer;
use super::select::Selection;
use super::{Context, Entry, Outcome, ResultCode, Scope, SearchRequest, outcome};
use crate::directory::{Directory, ObjectId};

/// MaxQueryDuration: the seconds a search may take at most (MS-ADTS 3.1.1.3.4.6).
const SECONDS_MAX: u32 = 120;
/// How many items of a filter are tried on objects in a second of a time limit.
///
/// Time is counted, not measured: a search ends at the same object on every machine, however busy
/// that is. The count is what a slow machine does.
const TRIES_PER_SECOND: u64 = 1_000_000;

/// One naming context that is searched.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) base: Base<'a>,
    scope: Scope,
    view: View<'a>,
    node: Node,
    /// How many items the filter has.
    items: u64,
    candidates: Candidates,
    renderer: Renderer<'a>,
}

/// A place in a search: in which part, and at which object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) part: usize,
    pub(super) id: ObjectId,
}

impl Place {
    pub(super) const START: Self = Self {
        part: 0,
        id: ObjectId(0),
    };
}

/// What a portion of a search found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) places: Vec<Place>,
    /// The next object that passes, if it was looked for and there is one.
    pub(super) next: Option<Place>,
    /// Whether there was no time to look at all objects.
    pub(super) out_of_time: bool,
}

/// A search that is ready to run.
#[derive(Debug)]
pub(super) struct Search<'a> {
    pub(super) parts: Vec<Part<'a>>,
    visits_max: Option<u64>,
    tries_max: u64,
    /// Whether the base is one that gives nothing without showing deleted objects.
    hidden_base: bool,
    deleted: bool,
    recycled: bool,
}

impl<'a> Search<'a> {
    /// Finds the base, reads the filter and chooses where to look.
    pub(super) fn prepare(
        domain: &'a Directory,
        context: &Context,
        request: &SearchRequest,
        controls: &Controls,
    ) -> Result<Self, Box<Outcome>> {
        let (deleted, recycled) = (controls.deleted, controls.recycled);
        let shows = |directory: &Directory, id: ObjectId| visible(directory, id, deleted, recycled);
        let mut hidden_base = false;
        let mut bases = Vec::new();
        let everywhere = controls.phantom_root || context.global_catalog;
        if request.base.is_empty() {
            if !everywhere {
                return Err(Box::new(outcome::no_such_object("")));
            }
            bases = Base::naming_contexts(domain);
        } else {
            let base = base::find(domain, &request.base, &shows)?;
            hidden_base = !shows(base.directory, base.id);
            bases.push(base);
            if everywhere && request.scope == Scope::Subtree {
                bases.extend(
                    Base::naming_contexts(domain)
                        .into_iter()
                        .filter(|other| other.id != base.id && other.dn().is_within(&base.dn())),
                );
            }
        }
        let parts: Result<Vec<Part<'a>>, _> = bases
            .into_iter()
            .map(|base| Part::prepare(base, context, request, controls))
            .collect();
        Ok(Self {
            parts: parts?,
            visits_max: context.visits_max,
            tries_max: u64::from(seconds(request.time_limit)) * TRIES_PER_SECOND,
            hidden_base,
            deleted,
            recycled,
        })
    }

    /// Looks for so many objects from a place on, and for the one after them.
    pub(super) fn find(&self, from: Place, wanted: usize) -> Found {
        let mut found = Found::default();
        if self.hidden_base {
            return found;
        }
        let (mut visits, mut tries) = (0, 0);
        for (at, part) in self.parts.iter().enumerate().skip(from.part) {
            let first = if at == from.part {
                from.id
            } else {
                ObjectId(0)
            };
            for id in part.candidates.from(part.base.directory, first) {
                visits += 1;
                tries += part.items;
                if self.visits_max.is_some_and(|most| visits > most) || tries > self.tries_max {
                    found.out_of_time = true;
                    return found;
                }
                if !self.passes(part, id) {
                    continue;
                }
                let place = Place { part: at, id };
                if found.places.len() == wanted {
                    found.next = Some(place);
                    return found;
                }
                found.places.push(place);
            }
        }
        found
    }

    /// Whether an object that was found earlier still passes; one that was moved away is given all
    /// the same, as by Windows (Samba's `test_paged_modify_object_scope`).
    pub(super) fn still_finds(&self, place: Place) -> bool {
        let part = self.parts.get(place.part);
        part.is_some_and(|part| self.is_wanted(part, place.id))
    }

    fn passes(&self, part: &Part<'_>, id: ObjectId) -> bool {
        part.base.covers(part.scope, id) && part.base.holds(id) && self.is_wanted(part, id)
    }

    /// Whether an object may be seen and the filter holds for it.
    fn is_wanted(&self, part: &Part<'_>, id: ObjectId) -> bool {
        let directory = part.base.directory;
        let object = directory.object(id);
        visible(directory, id, self.deleted, self.recycled)
            && object
                .is_some_and(|object| part.view.evaluate(&part.node, id, object) == Truth::True)
    }

    /// The objects that a linked attribute of the base names and that pass the filter.
    pub(super) fn scoped(&self, scope: Scope, attribute: &str) -> Result<Vec<Place>, Box<Outcome>> {
        let Some(part) = self.parts.first().filter(|_| scope == Scope::Base) else {
            return Err(Box::new(outcome::unwilling(0x57)));
        };
        let directory = part.base.directory;
        let schema = directory.schema();
        let Some(id) = schema.described(attribute) else {
            return Err(Box::new(outcome::bare(ResultCode::NO_SUCH_ATTRIBUTE)));
        };
        let definition = schema.definition(id);
        let Some(forward) = definition.link.and(if definition.is_back_link() {
            schema.link_partner(id)
        } else {
            Some(id)
        }) else {
            return Err(Box::new(outcome::bare(
                ResultCode::INVALID_ATTRIBUTE_SYNTAX,
            )));
        };
        let ends = directory.links_of(
            part.base.id,
            forward,
            definition.is_back_link(),
            part.view.links,
        );
        let passing = ends.into_iter().filter(|end| self.is_wanted(part, *end));
        Ok(passing.map(|id| Place { part: 0, id }).collect())
    }

    /// The entry of an object that was found.
    pub(super) fn entry(&self, place: Place) -> Result<Option<Entry>, Box<Outcome>> {
        let Some(part) = self.parts.get(place.part) else {
            return Ok(None);
        };
        match part.base.directory.object(place.id) {
            Some(object) => part.renderer.entry(place.id, object).map(Some),
            None => Ok(None),
        }
    }

    /// The continuation references of the whole search.
    pub(super) fn references(&self) -> Vec<Vec<String>> {
        match &self.parts[..] {
            [part] => part.base.references(part.scope),
            // Where all naming contexts are searched nothing is left to refer to.
            _ => Vec::new(),
        }
    }
}

impl<'a> Part<'a> {
    fn prepare(
        base: Base<'a>,
        context: &Context,
        request: &SearchRequest,
        controls: &Controls,
    ) -> Result<Self, Box<Outcome>> {
        let node = compile::compile(base.directory, &request.filter)?;
        let view = View {
            directory: base.directory,
            links: controls.links(),
        };
        let schema = base.directory.schema();
        let selection = Selection::new(schema, &request.attributes, request.types_only);
        let mut renderer = Renderer::new(view, selection);
        renderer.names = controls.names;
        renderer.range_no_error = controls.range_no_error;
        renderer.descriptor_parts = controls.descriptor_parts;
        renderer.privileged = context.privileged;
        renderer.now = context.now;
        renderer.is_base_search = request.scope == Scope::Base;
        Ok(Self {
            candidates: Candidates::choose(base, request.scope, &node),
            base,
            scope: request.scope,
            view,
            items: node.items(),
            node,
            renderer,
        })
    }
}

/// How long a search may take that asks for so many seconds; for none, as long as any may.
fn seconds(asked: u32) -> u32 {
    if asked == 0 {
        SECONDS_MAX
    } else {
        asked.min(SECONDS_MAX)
    }
}

/// Whether an object may be seen: deleted ones need a control, and among them recycled ones
/// another; tombstones are such once the recycle bin is on (MS-ADTS 3.1.1.3.4.1.14, .26).
pub(crate) fn visible(directory: &Directory, id: ObjectId, deleted: bool, recycled: bool) -> bool {
    if id == directory.deleted_objects() && id != directory.domain() {
        return deleted;
    }
    let Some(object) = directory.object(id) else {
        return false;
    };
    match &object.deleted {
        None => true,
        Some(deletion) => {
            deleted
                && (recycled || !(directory.has_recycle_bin() && deletion.stripped_at.is_some()))
        }
    }
}
