//! Requests that change the directory, and compare, which reads one object as they do.

mod add;
mod delete;
mod forest;
mod modify;
mod rename;
mod undelete;

use super::host::Host;
use super::message::{Kind, Request};
use super::outcome::{plain, refused};
use super::session::Session;
use crate::directory::{AttributeId, Directory, ObjectId, Refusal, Value};
use crate::search::base;
use crate::search::is_visible;
use crate::search::outcome::no_such_object;
use crate::search::{
    Control, Filter, Outcome, ResultCode, Scope, SearchRequest, SearchState, oid, search,
};

/// LDAP_SERVER_TREE_DELETE_OID.
const TREE_DELETE: &str = "1.2.840.113556.1.4.805";
/// LDAP_SERVER_PERMISSIVE_MODIFY_OID.
const PERMISSIVE_MODIFY: &str = "1.2.840.113556.1.4.1413";

/// Whether a control is known to a kind of request other than a search.
pub(super) fn knows_control(kind: Kind, control: &str) -> bool {
    /// Those that change nothing here: lazy commit and policy hints.
    const WITHOUT_EFFECT: [&str; 2] = ["1.2.840.113556.1.4.619", "1.2.840.113556.1.4.2239"];
    match control {
        oid::SHOW_DELETED | oid::SHOW_RECYCLED | oid::EXTENDED_DN => true,
        oid::SD_FLAGS => matches!(kind, Kind::Add | Kind::Modify),
        TREE_DELETE => kind == Kind::Delete,
        PERMISSIVE_MODIFY => kind == Kind::Modify,
        control => kind.is_write() && WITHOUT_EFFECT.contains(&control),
    }
}

/// A request that is not carried out.
enum No {
    /// With a result that is known already.
    Outcome(Box<Outcome>),
    /// Because the directory refuses.
    Refusal(Box<Refusal>),
}

impl From<Box<Outcome>> for No {
    fn from(outcome: Box<Outcome>) -> Self {
        Self::Outcome(outcome)
    }
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(Box::new(refusal))
    }
}

/// Carries out a request that is no bind, no search and no extended one.
pub(super) fn write(
    session: &Session,
    host: &mut dyn Host,
    request: Request,
    controls: &[Control],
) -> Outcome {
    let write = Write {
        session,
        host,
        controls,
    };
    let done = match request {
        Request::Add(addition) => write.add(&addition),
        Request::Modify { dn, changes } => write.modify(&dn, &changes),
        Request::Delete(dn) => write.delete(&dn),
        Request::ModifyDn(renaming) => write.rename(&renaming),
        Request::Compare {
            dn,
            attribute,
            value,
        } => return write.compare(dn, attribute, &value),
        _ => return plain(ResultCode::PROTOCOL_ERROR),
    };
    match done {
        Ok(()) => plain(ResultCode::SUCCESS),
        Err(No::Outcome(outcome)) => *outcome,
        Err(No::Refusal(refusal)) => refused(*refusal),
    }
}

struct Write<'a> {
    session: &'a Session,
    host: &'a mut dyn Host,
    controls: &'a [Control],
}

impl Write<'_> {
    fn directory(&self) -> &Directory {
        self.host.directory()
    }

    fn has(&self, oid: &str) -> bool {
        self.controls.iter().any(|control| control.oid == oid)
    }

    /// Whether objects that are deleted may be named.
    fn shows_deleted(&self) -> bool {
        self.has(oid::SHOW_DELETED) || self.has(oid::SHOW_RECYCLED)
    }

    /// Whether who is bound may change the directory.
    fn check_access(&self, dn: &str) -> Result<(), No> {
        if self.session.privileged {
            return Ok(());
        }
        let hint = format!("`{dn}` may be changed by administrators only");
        Err(Refusal::access_denied(hint).into())
    }

    /// The object of the domain that a name means.
    fn target(&self, name: &str, deleted: bool) -> Result<ObjectId, No> {
        if name.is_empty() {
            return Err(Box::new(no_such_object("")).into());
        }
        let directory = self.directory();
        let recycled = self.has(oid::SHOW_RECYCLED);
        let shows = |directory: &Directory, id| {
            directory.is_live(id) || (deleted && is_visible(directory, id, true, recycled))
        };
        let found = base::find(directory, name, &shows)?;
        if !std::ptr::eq(found.directory, directory) {
            let hint = "the configuration and the schema can be read only".to_owned();
            return Err(Refusal::unwilling(0x2035, hint).into());
        }
        Ok(found.id)
    }

    /// Whether an object is one that a domain cannot do without.
    fn is_critical(&self, id: ObjectId) -> bool {
        let directory = self.directory();
        let critical = AttributeId::IS_CRITICAL_SYSTEM_OBJECT;
        id == directory.domain()
            || id == directory.deleted_objects()
            || directory
                .object(id)
                .is_some_and(|object| object.boolean(critical) == Some(true))
    }

    /// Compares a value with those of an attribute, as a search for it would.
    ///
    /// An attribute that is absent or unknown compares false ("measured on Samba 4.17").
    fn compare(self, dn: String, attribute: String, value: &[u8]) -> Outcome {
        let context = self.session.context(self.host.now());
        let is_root = dn.is_empty();
        let filter = Filter::Equality(attribute.clone(), value.to_vec());
        let request = SearchRequest::new(dn, Scope::Base, filter).for_attributes([attribute]);
        let mut state = SearchState::default();
        let reply = search(
            self.directory(),
            &context,
            &mut state,
            &request,
            self.controls,
        );
        if reply.result.code != ResultCode::SUCCESS {
            return reply.result;
        }
        let is_it = |held: &Value| held.ldap_bytes().eq_ignore_ascii_case(value);
        let found = if is_root {
            let mut attributes = reply.entries.iter().flat_map(|entry| &entry.attributes);
            attributes.any(|(_, values)| values.iter().any(is_it))
        } else {
            !reply.entries.is_empty()
        };
        plain(if found {
            ResultCode::COMPARE_TRUE
        } else {
            ResultCode::COMPARE_FALSE
        })
    }
}
