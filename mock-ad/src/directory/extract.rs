//! A part of a directory as a directory of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::{Directory, Object, ObjectId};

impl Directory {
    /// The objects given, with all containers above them, as a directory of its own: what is tried
    /// out on a few objects need not carry all others. Gives the new place of each object.
    ///
    /// Links (members, managers) are left out, and the history of changes begins anew.
    ///
    /// ```
    /// # use mock_ad::directory::*;
    /// # let options = DirectoryOptions::new("DC=example,DC=test".parse()?);
    /// # let mut next = 0u128;
    /// # let mut guids = || { next += 1; ObjectGuid::from_bytes(next.to_le_bytes()) };
    /// # let directory = Directory::new(options, jiff::Timestamp::UNIX_EPOCH, &mut guids);
    /// let users = directory.find(&"CN=Users,DC=example,DC=test".parse()?);
    /// let (part, places) = directory.extract(users);
    /// assert_eq!(places.len(), 3, "the domain, its recycle bin, and the container");
    /// assert!(part.find(&"CN=Users,DC=example,DC=test".parse()?).is_some());
    /// assert!(part.find(&"CN=System,DC=example,DC=test".parse()?).is_none());
    /// # Ok::<(), DnError>(())
    /// ```
    pub fn extract(
        &self,
        wanted: impl IntoIterator<Item = ObjectId>,
    ) -> (Self, BTreeMap<ObjectId, ObjectId>) {
        let mut kept = BTreeSet::from([Self::DOMAIN]);
        kept.extend(self.deleted_objects);
        for id in wanted {
            let mut next = Some(id);
            while let Some(id) = next
                && let Some(object) = self.object(id)
                && kept.insert(id)
            {
                next = object.parent;
            }
        }
        let places: BTreeMap<ObjectId, ObjectId> =
            kept.iter().copied().zip((0..).map(ObjectId)).collect();
        let place = |id: ObjectId| places.get(&id).copied();
        let mut part = Self::without_objects(self.settings.clone(), self.schema.clone());
        part.next_rid = self.next_rid;
        part.deleted_objects = self.deleted_objects.and_then(place);
        for id in &kept {
            let Some(object) = self.object(*id) else {
                continue;
            };
            let mut object = Object::clone(object);
            object.parent = object.parent.and_then(place);
            if let Some(deletion) = object.deleted.as_mut() {
                deletion.last_known_parent = deletion.last_known_parent.and_then(place);
            }
            part.insert(object);
        }
        (part, places)
    }
}
