//! Change notification: a search that goes on answering (MS-ADTS 3.1.1.3.4.1.9).

use super::base::{self, Base};
use super::controls::Controls;
use super::evaluate::View;
use super::render::Renderer;
use super::run::visible;
use super::select::Selection;
use super::{Bound, Context, Control, Entry, Filter, Outcome, Scope, SearchRequest, outcome};
use crate::directory::{Directory, ObjectGuid, ObjectId, Usn};

/// MaxNotificationPerConn: how many a connection may have (MS-ADTS 3.1.1.3.4.6).
pub const NOTIFICATIONS_MAX: usize = 5;

/// A search that was registered for notification of changes.
///
/// ```
/// use mock_ad::search::{Context, Control, Filter, Notification, Scope, SearchRequest, oid};
/// # use mock_ad::directory::*;
/// # let options = DirectoryOptions::new("DC=example,DC=test".parse()?);
/// # let mut next = 0u128;
/// # let mut guids = || { next += 1; ObjectGuid::from_bytes(next.to_le_bytes()) };
/// # let now = jiff::Timestamp::UNIX_EPOCH;
/// let mut directory = Directory::new(options, now, &mut guids);
/// let context = Context::administrator(now);
/// let request = SearchRequest::new("DC=example,DC=test", Scope::OneLevel, Filter::any_object());
/// let control = [Control::critical(oid::NOTIFICATION)];
/// let registered = Notification::register(&directory, &context, &request, &control).unwrap();
///
/// let seen = directory.highest_committed_usn();
/// let users = directory.find(&"CN=Users,DC=example,DC=test".parse()?).unwrap();
/// let describe = Modification::replace(AttributeId::DESCRIPTION, ["where users are"]);
/// directory.modify(users, &[describe], now)?;
/// let entries = registered.changes(&directory, &context, seen);
/// assert_eq!(entries[0].dn, "CN=Users,DC=example,DC=test");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Notification {
    base: ObjectGuid,
    request: SearchRequest,
    controls: Vec<Control>,
}

impl Notification {
    /// Whether the controls of a search ask for notification.
    pub fn is_asked_for(controls: &[Control]) -> bool {
        controls
            .iter()
            .any(|control| control.oid == super::oid::NOTIFICATION)
    }

    /// Registers a search, which must be for `(objectClass=*)`; over a whole subtree only from the
    /// top of a naming context. The result of a search that cannot be registered is the error.
    pub fn register(
        directory: &Directory,
        context: &Context,
        request: &SearchRequest,
        controls: &[Control],
    ) -> Result<Self, Box<Outcome>> {
        if context.bound == Bound::Anonymous {
            return Err(Box::new(outcome::not_bound(directory)));
        }
        let read = Controls::read(directory, controls)?;
        let shows = |directory: &Directory, id| visible(directory, id, read.deleted, read.recycled);
        let base = base::find(directory, &request.base, &shows)?;
        let any_object = matches!(
            &request.filter,
            Filter::Present(name) if name.eq_ignore_ascii_case("objectClass")
        );
        if !any_object || (request.scope == Scope::Subtree && !base.is_head()) {
            return Err(Box::new(outcome::unwilling(0x2104)));
        }
        let Some(object) = base.directory.object(base.id) else {
            return Err(Box::new(outcome::no_such_object("")));
        };
        Ok(Self {
            base: object.guid,
            request: request.clone(),
            controls: controls.to_vec(),
        })
    }

    /// The entries of the objects that changed after a USN, each once, in the order of their
    /// latest changes; deleted ones are among them.
    pub fn changes(&self, directory: &Directory, context: &Context, since: Usn) -> Vec<Entry> {
        let Ok(controls) = Controls::read(directory, &self.controls) else {
            return Vec::new();
        };
        let name = format!("<GUID={}>", self.base);
        let Ok(base) = base::find(directory, &name, &|_, _| true) else {
            return Vec::new();
        };
        let view = View {
            directory: base.directory,
            links: controls.links(),
        };
        let request = &self.request;
        let schema = base.directory.schema();
        let selection = Selection::new(schema, &request.attributes, request.types_only);
        let mut renderer = Renderer::new(view, selection);
        renderer.names = controls.names;
        renderer.range_no_error = true;
        renderer.privileged = context.privileged;
        renderer.now = context.now;
        let changed = base.directory.changes_since(since);
        changed
            .filter(|id| self.concerns(base, *id))
            .filter_map(|id| {
                let object = base.directory.object(id)?;
                renderer.entry(id, object).ok()
            })
            .collect()
    }

    /// Whether an object is within the scope, or was until it was deleted.
    fn concerns(&self, base: Base<'_>, id: ObjectId) -> bool {
        if !base.holds(id) {
            return false;
        }
        let deletion = base
            .directory
            .object(id)
            .and_then(|object| object.deleted.as_deref());
        let was_below = deletion.is_some_and(|deletion| {
            self.request.scope == Scope::OneLevel && deletion.last_known_parent == Some(base.id)
        });
        was_below || base.covers(self.request.scope, id)
    }
}
