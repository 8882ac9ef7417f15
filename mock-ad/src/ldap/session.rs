//! What a connection remembers.

use jiff::Timestamp;

use crate::directory::{Directory, Usn};
use crate::search::{Bound, Context, Notification, SearchState};

/// The state of one connection.
#[derive(Debug, Clone, Default)]
pub struct Session {
    /// Whether it is encrypted, so that passwords may be set.
    pub encrypted: bool,
    /// Whether it came to the port of the global catalog.
    pub global_catalog: bool,
    pub(super) bound: Bound,
    /// Whether who is bound may change the directory and replicate it.
    pub(super) privileged: bool,
    /// Whether binds only check passwords (MS-ADTS 3.1.1.3.4.2.1).
    pub(super) fast_bind: bool,
    pub(super) searches: SearchState,
    /// The searches that go on answering, by their messageID.
    pub(super) notifications: Vec<(i32, Notification)>,
    /// Up to where changes were told to them.
    pub(super) notified: Usn,
}

impl Session {
    /// A connection on which an administrator is bound already, for tests.
    pub fn administrator() -> Self {
        Self {
            bound: Bound::Administrator,
            privileged: true,
            ..Self::default()
        }
    }

    /// Who is bound.
    pub fn bound(&self) -> Bound {
        self.bound
    }

    /// Whether changes are to be told without being asked again: see
    /// [`notify`](super::notify).
    pub fn waits_for_changes(&self) -> bool {
        !self.notifications.is_empty()
    }

    pub(super) fn forget(&mut self) {
        self.bound = Bound::Anonymous;
        self.privileged = false;
        self.searches = SearchState::default();
        self.notifications.clear();
    }

    pub(super) fn context(&self, now: Timestamp) -> Context {
        Context {
            now,
            bound: self.bound,
            privileged: self.privileged,
            encrypted: self.encrypted,
            global_catalog: self.global_catalog,
            visits_max: None,
            mechanisms: &[],
        }
    }

    /// `DOMAIN\account`, as "Who am I?" tells it.
    pub(super) fn authorization(&self, directory: &Directory) -> String {
        match self.bound {
            Bound::Anonymous => String::new(),
            Bound::Administrator => format!("u:{}\\Administrator", directory.netbios_name()),
            Bound::Account(id) => {
                use crate::directory::AttributeId;
                let object = directory.object(id);
                let name = object.and_then(|object| object.text(AttributeId::SAM_ACCOUNT_NAME));
                match name {
                    Some(name) => format!("u:{}\\{name}", directory.netbios_name()),
                    None => String::new(),
                }
            }
        }
    }
}
