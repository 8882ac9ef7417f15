//! The doors of a lab: what LDAP and Graph ask of a directory, asked of one world.

use jiff::Timestamp;
use mock_ad::directory::{Directory, ObjectId, Refusal as AdRefusal};
use mock_ad::ldap::Kind;
use mock_cloud::tenant::{Change as CloudChange, Refusal as CloudRefusal};
use mock_cloud::{CloudId, CloudKey, Conduct, Tenant};
use sim::world::{Action, AdChange, Event};

use crate::lab::{Lab, Origin};

/// A forest of a lab, as the LDAP server sees it.
pub(crate) struct LdapDoor<'a> {
    pub(crate) lab: &'a mut Lab,
    pub(crate) forest: usize,
    /// Whether a request was answered: a server also looks for itself.
    pub(crate) was_asked: bool,
}

impl mock_ad::ldap::Host for LdapDoor<'_> {
    fn directory(&self) -> &Directory {
        &self.lab.world().forests()[self.forest]
    }

    fn now(&self) -> Timestamp {
        self.lab.world().now()
    }

    fn change(&mut self, change: &AdChange) -> Result<ObjectId, AdRefusal> {
        let forest = self.forest;
        // Who gives a wrong password wrote nothing, though the directory counts it.
        let is_bind = matches!(change, AdChange::Authenticate { .. });
        let change = change.clone();
        let action = Action::Ad { forest, change };
        let events = self.lab.act(Origin::Ldap(forest), action);
        let answer = events.iter().find_map(|event| match event {
            Event::AdChanged { object, .. } => Some(Ok(*object)),
            Event::AdRefused(refusal) => Some(Err((**refusal).clone())),
            _ => None,
        });
        if matches!(answer, Some(Ok(_))) && !is_bind {
            self.lab.wrote();
        }
        // A world answers each change of a forest that is there.
        let answer = answer.filter(|_| !self.lab.is_broken());
        let hint = "the journal can't be written".to_owned();
        answer.unwrap_or_else(|| Err(AdRefusal::unwilling(0x20EF, hint)))
    }

    fn fault(&mut self, kind: Kind) -> Option<mock_ad::ldap::Fault> {
        self.was_asked = true;
        if self.lab.is_frozen() {
            return Some(mock_ad::ldap::Fault::Dropped);
        }
        self.lab.faults.of_ldap(kind)
    }
}

/// The tenant of a lab, as Graph sees it.
pub(crate) struct GraphDoor<'a> {
    pub(crate) lab: &'a mut Lab,
    pub(crate) from: Origin,
}

impl mock_cloud::server::Host for GraphDoor<'_> {
    fn tenant(&self) -> &Tenant {
        self.lab.world().tenant()
    }

    fn apply(&mut self, change: &CloudChange) -> Result<Option<CloudKey>, CloudRefusal> {
        let action = Action::Cloud(change.clone());
        let events = self.lab.act(self.from, action);
        let answer = events.iter().find_map(|event| match event {
            Event::CloudChanged { object } => Some(Ok(*object)),
            Event::CloudRefused(refusal) => Some(Err((**refusal).clone())),
            _ => None,
        });
        if matches!(answer, Some(Ok(_))) {
            self.lab.wrote();
        }
        // A world answers each change of its tenant.
        answer.unwrap_or(Ok(None))
    }

    fn visible_tenant(&self) -> &Tenant {
        self.lab.seen_tenant()
    }

    fn conduct(&self) -> Conduct {
        self.lab.conduct()
    }

    fn sent_away(&mut self, seconds: u32) {
        self.lab.owe(seconds);
    }

    fn now(&self) -> Timestamp {
        self.lab.world().now()
    }

    fn fresh_id(&mut self) -> CloudId {
        self.lab.fresh_id()
    }

    fn fault(&mut self, method: &str, path: &str) -> Option<mock_cloud::server::Fault> {
        self.lab.faults.of_graph(method, path)
    }
}
