//! Wrong passwords, and when they lock an account (MS-SAMR 3.1.5.14.7, MS-ADTS 5.1.1.1.1).

use jiff::Timestamp;

use super::password::file_time;
use super::{AttributeId, Directory, Object, ObjectId, Refusal, Value, Values};

/// How many former passwords are no attack when they are tried: those of a device that was not
/// told of a change yet.
const FORMER_MAX: usize = 2;

/// lockOutObservationWindow of the Default Domain Policy: half an hour, as a negative interval.
const OBSERVATION_WINDOW: i64 = -18_000_000_000;

impl Directory {
    /// Whether an account is locked: lockoutTime is set, and lockoutDuration of the domain has not
    /// passed since. A domain without one, or with the longest there is, has accounts locked until
    /// somebody unlocks them.
    pub fn is_locked_out(&self, object: &Object, now: Timestamp) -> bool {
        let since = object
            .integer(AttributeId::LOCKOUT_TIME)
            .unwrap_or_default();
        let ends = match self.policy("lockoutDuration").unwrap_or_default() {
            0 | i64::MIN => i64::MAX,
            // Intervals are negative.
            duration => since.saturating_sub(duration),
        };
        since > 0 && file_time(now) < ends
    }

    /// Whether a wrong password of an account counts: it is none of the two that it had before.
    pub(crate) fn counts_as_wrong(&self, id: ObjectId, password: &[u8]) -> bool {
        let former = self.former_passwords(id).take(FORMER_MAX);
        former.into_iter().all(|known| known.as_bytes() != password)
    }

    /// Notes that a password of an account was given.
    ///
    /// Wrong ones are counted; the count begins anew after lockOutObservationWindow, and
    /// lockoutThreshold of them lock the account. The right one sets both back. Only lockoutTime
    /// replicates: the count is a change that nobody else hears of.
    pub fn authenticate(
        &mut self,
        id: ObjectId,
        accepted: bool,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let before = self.live_object(id)?.clone();
        if self.is_locked_out(&before, now) {
            return Ok(());
        }
        let mut after = Object::clone(&before);
        let number = |attribute| before.integer(attribute).unwrap_or_default();
        let mut set = |attribute, value| {
            after.set(attribute, Some(Values::One(Value::Integer(value))));
        };
        let time = file_time(now);
        let locked_at = number(AttributeId::LOCKOUT_TIME);
        let mut locks = locked_at;
        if accepted {
            set(AttributeId::BAD_PWD_COUNT, 0);
            locks = 0;
        } else {
            let window = self.policy("lockOutObservationWindow");
            let window = window.unwrap_or(OBSERVATION_WINDOW);
            let last = number(AttributeId::BAD_PASSWORD_TIME);
            let recent = time < last.saturating_sub(window);
            let counted = if recent {
                number(AttributeId::BAD_PWD_COUNT)
            } else {
                0
            };
            let count = counted.saturating_add(1);
            set(AttributeId::BAD_PWD_COUNT, count);
            set(AttributeId::BAD_PASSWORD_TIME, time);
            let threshold = self.policy("lockoutThreshold").unwrap_or_default();
            if threshold > 0 && count >= threshold {
                locks = time;
            }
        }
        if locks == locked_at {
            self.objects.set(id.0, std::sync::Arc::new(after));
        } else {
            set(AttributeId::LOCKOUT_TIME, locks);
            self.change_to(id, now, after);
        }
        Ok(())
    }

    /// A number among the policies of the domain; `None` if it tells none.
    pub(super) fn policy(&self, name: &str) -> Option<i64> {
        let attribute = self.schema.attribute(name)?;
        self.object(self.domain())?.integer(attribute)
    }
}
