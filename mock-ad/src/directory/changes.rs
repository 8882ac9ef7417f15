//! The order in which a directory changed.

use super::{Directory, ObjectId, Usn};

impl Directory {
    /// The number of the last change.
    pub fn highest_committed_usn(&self) -> Usn {
        Usn(self.changes.len() as u64)
    }

    /// The objects that changed after a USN: each once, in the order of its latest change.
    ///
    /// ```
    /// # use mock_ad::directory::*;
    /// # use jiff::Timestamp;
    /// # let options = DirectoryOptions::new("DC=example,DC=test".parse()?);
    /// # let mut next = 0u128;
    /// # let mut guids = || { next += 1; ObjectGuid::from_bytes(next.to_le_bytes()) };
    /// let mut directory = Directory::new(options, Timestamp::UNIX_EPOCH, &mut guids);
    /// let seen = directory.highest_committed_usn();
    /// let users = directory.find(&"CN=Users,DC=example,DC=test".parse()?).unwrap();
    /// let describe = Modification::replace(AttributeId::DESCRIPTION, ["where users are"]);
    /// directory.modify(users, &[describe], Timestamp::UNIX_EPOCH)?;
    /// assert!(directory.changes_since(seen).eq([users]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn changes_since(&self, usn: Usn) -> impl Iterator<Item = ObjectId> + '_ {
        let from = usize::try_from(usn.0)
            .unwrap_or(usize::MAX)
            .min(self.changes.len());
        let numbered = self.changes.focus().narrow(from..).into_iter();
        let first = from as u64 + 1;
        (first..).zip(numbered).filter_map(|(number, id)| {
            // An entry is stale if its object has changed again since.
            let object = self.object(ObjectId(*id))?;
            (object.usn_changed == Usn(number)).then_some(ObjectId(*id))
        })
    }
}
