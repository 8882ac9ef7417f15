//! A change to a directory as a plain value, so that it can be kept and made again.

use jiff::Timestamp;
use store::Text;

use super::{
    AddRequest, AttributeId, Directory, Dn, ForestSetting, Modification, ObjectGuid, ObjectId,
    Refusal, Value,
};

/// A change to a directory: what an administrator does, or what an LDAP request asks for.
#[derive(Debug, Clone)]
pub enum Change {
    /// Adds an object; its objectGUID is drawn by whoever makes the change unless given.
    Add {
        /// The name.
        dn: Dn,
        /// The attributes, objectClass among them.
        attributes: Vec<(AttributeId, Vec<Value>)>,
        /// The objectGUID, in Active Directory's byte order.
        guid: Option<[u8; 16]>,
    },
    /// Changes attributes.
    Modify {
        /// The object.
        object: ObjectId,
        /// What changes.
        changes: Vec<Modification>,
    },
    /// Moves or renames an object, with everything below it.
    Move {
        /// The object.
        object: ObjectId,
        /// The new name, if it changes.
        name: Option<Text>,
        /// The new parent, if it changes.
        parent: Option<ObjectId>,
    },
    /// Deletes an object, with everything below it; recycles one that is in the recycle bin.
    Delete {
        /// The object.
        object: ObjectId,
    },
    /// Restores a deleted object.
    Restore {
        /// The object.
        object: ObjectId,
        /// Where to, if not where it was.
        parent: Option<ObjectId>,
        /// Under which name, if not the one it had.
        name: Option<Text>,
    },
    /// Changes a setting of the forest.
    Configure {
        /// The setting, with what it becomes.
        setting: ForestSetting,
    },
    /// Notes that somebody gave a password for an account, which counts towards a lockout.
    Authenticate {
        /// The account.
        object: ObjectId,
        /// Whether the password was right.
        accepted: bool,
    },
}

impl Directory {
    /// Makes a change, all of it or nothing, and gives the object that it was made to.
    ///
    /// ```
    /// # use mock_ad::directory::*;
    /// # let mut next = 0u128;
    /// # let mut guids = || { next += 1; ObjectGuid::from_bytes(next.to_le_bytes()) };
    /// # let options = DirectoryOptions::new("DC=example,DC=test".parse()?);
    /// # let now = jiff::Timestamp::UNIX_EPOCH;
    /// # let mut directory = Directory::new(options, now, &mut guids);
    /// let add = Change::Add {
    ///     dn: "CN=Ann,CN=Users,DC=example,DC=test".parse()?,
    ///     attributes: vec![(AttributeId::OBJECT_CLASS, vec!["contact".into()])],
    ///     guid: None,
    /// };
    /// let ann = directory.apply(&add, now, &mut guids)?;
    /// directory.apply(&Change::Delete { object: ann }, now, &mut guids)?;
    /// assert!(!directory.is_live(ann));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply(
        &mut self,
        change: &Change,
        now: Timestamp,
        guids: &mut dyn FnMut() -> ObjectGuid,
    ) -> Result<ObjectId, Refusal> {
        match change {
            Change::Add {
                dn,
                attributes,
                guid,
            } => {
                let request = AddRequest {
                    dn: dn.clone(),
                    attributes: attributes.clone(),
                    guid: guid.map_or_else(guids, ObjectGuid::from_bytes),
                };
                self.add(request, now)
            }
            Change::Modify { object, changes } => {
                self.modify(*object, changes, now).map(|()| *object)
            }
            Change::Move {
                object,
                name,
                parent,
            } => self
                .move_or_rename(*object, name.clone(), *parent, now)
                .map(|()| *object),
            Change::Delete { object } => self.delete_tree(*object, now).map(|()| *object),
            Change::Restore {
                object,
                parent,
                name,
            } => self
                .restore_as(*object, *parent, name.clone(), now)
                .map(|()| *object),
            Change::Configure { setting } => self.configure(*setting).map(|()| self.domain()),
            Change::Authenticate { object, accepted } => {
                self.authenticate(*object, *accepted, now).map(|()| *object)
            }
        }
    }
}
