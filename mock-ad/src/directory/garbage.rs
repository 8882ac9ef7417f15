//! What becomes of deleted objects with time, and the settings of the forest that decide on it
//! (MS-ADTS 3.1.1.5.5, 3.1.1.9.1, 6.1.1.2.4.1.1).

use jiff::{SignedDuration, Timestamp};
use store::hash_bytes;

use super::{AttributeId, Directory, Object, ObjectId, Refusal, name_hash, to_second};

/// How often garbage is collected: garbageCollPeriod is 12 hours unless set.
const PERIOD: SignedDuration = SignedDuration::from_hours(12);
/// The fewest days that a lifetime may have ([MS-ADA3] 2.314 names none; documents of Windows do).
const DAYS_MIN: u32 = 2;

/// A setting of the whole forest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForestSetting {
    /// Turns the recycle bin on, for good.
    RecycleBin,
    /// tombstoneLifetime: the days that tombstones and recycled objects are kept.
    TombstoneLifetime(u32),
    /// msDS-DeletedObjectLifetime: the days before a deleted object is recycled; as many as
    /// tombstoneLifetime has, unless it is set.
    DeletedObjectLifetime(Option<u32>),
}

impl Directory {
    /// Changes a setting of the forest.
    ///
    /// The recycle bin cannot be turned off again, and what was deleted before it was turned on
    /// is lost.
    ///
    /// ```
    /// # use mock_ad::directory::*;
    /// # let mut next = 0u128;
    /// # let mut guids = || { next += 1; ObjectGuid::from_bytes(next.to_le_bytes()) };
    /// # let options = DirectoryOptions::new("DC=example,DC=test".parse()?);
    /// # let options = DirectoryOptions { recycle_bin: false, ..options };
    /// # let now = jiff::Timestamp::UNIX_EPOCH;
    /// # let mut directory = Directory::new(options, now, &mut guids);
    /// directory.configure(ForestSetting::RecycleBin)?;
    /// assert!(directory.has_recycle_bin());
    /// assert!(directory.configure(ForestSetting::RecycleBin).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn configure(&mut self, setting: ForestSetting) -> Result<(), Refusal> {
        let mut settings = (*self.settings).clone();
        let days = |days: u32| {
            let hint = format!("a lifetime has at least {DAYS_MIN} days");
            if days < DAYS_MIN {
                Err(Refusal::unwilling(0x57, hint))
            } else {
                Ok(days)
            }
        };
        match setting {
            ForestSetting::RecycleBin if settings.recycle_bin => {
                return Err(Refusal::feature_is_on());
            }
            ForestSetting::RecycleBin => settings.recycle_bin = true,
            ForestSetting::TombstoneLifetime(given) => {
                settings.tombstone_lifetime = days(given)?;
            }
            ForestSetting::DeletedObjectLifetime(given) => {
                settings.deleted_object_lifetime = given.map(days).transpose()?;
            }
        }
        self.settings = settings.into();
        // It tells the settings, and is made anew when somebody looks at it.
        self.configuration = std::sync::Arc::default();
        Ok(())
    }

    /// The days that tombstones and recycled objects are kept: tombstoneLifetime.
    pub fn tombstone_lifetime(&self) -> u32 {
        self.settings.tombstone_lifetime
    }

    /// The days before a deleted object is recycled: msDS-DeletedObjectLifetime.
    pub fn deleted_object_lifetime(&self) -> u32 {
        let own = self.settings.deleted_object_lifetime;
        own.unwrap_or(self.settings.tombstone_lifetime)
    }

    /// Collects garbage, if it is time again: what has been deleted for long enough is recycled,
    /// and what has been recycled or a tombstone for long enough is gone.
    ///
    /// Whoever keeps the clock calls it. Both states begin at the moment when they are due, however
    /// late that is noticed.
    pub fn collect_garbage(&mut self, now: Timestamp) {
        if self.collected.is_some_and(|last| now < later(last, PERIOD)) {
            return;
        }
        self.collected = Some(now);
        let container = self.deleted_objects();
        if container == Self::DOMAIN {
            return;
        }
        let day = |days: u32| SignedDuration::from_hours(24 * i64::from(days));
        let (deleted_for, stripped_for) = (
            day(self.deleted_object_lifetime()),
            day(self.tombstone_lifetime()),
        );
        let ids: Vec<ObjectId> = self.children(container).collect();
        for id in ids {
            let Some(deletion) = self.object(id).and_then(|object| object.deleted.clone()) else {
                continue;
            };
            let stripped_at = deletion.stripped_at.unwrap_or_else(|| {
                let due = later(deletion.at, deleted_for);
                if due <= now {
                    self.recycle(id, due, now);
                }
                due
            });
            if later(stripped_at, stripped_for) <= now {
                self.remove(id);
            }
        }
    }

    /// Makes a deleted object a recycled one: most attributes and all links go for good.
    pub(super) fn recycle(&mut self, id: ObjectId, since: Timestamp, now: Timestamp) {
        let Some(before) = self.object(id).map(|object| Object::clone(object)) else {
            return;
        };
        self.drop_links(id);
        let mut after = before;
        self.strip(&mut after);
        if let Some(deletion) = after.deleted.as_mut() {
            deletion.stripped_at = Some(to_second(since));
        }
        self.change_to(id, now, after);
        self.stamp(id, [AttributeId::IS_RECYCLED]);
    }

    /// Forgets an object for good; its place stays empty.
    fn remove(&mut self, id: ObjectId) {
        let Some(object) = self.object(id).cloned() else {
            return;
        };
        self.by_guid
            .remove(hash_bytes(object.guid.as_bytes()), id.0);
        if let Some(parent) = object.parent {
            self.by_name.remove(name_hash(parent, object.name()), id.0);
            self.children.remove(&(parent.0, id.0));
        }
        self.objects.update(id.0, |object| {
            if let Some(deletion) = object.deleted.as_mut() {
                deletion.removed = true;
            }
        });
    }
}

fn later(time: Timestamp, duration: SignedDuration) -> Timestamp {
    time.saturating_add(duration).unwrap_or(Timestamp::MAX)
}
