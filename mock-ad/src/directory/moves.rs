//! Moving and renaming.

use jiff::Timestamp;
use store::{Text, eq_fold};

use super::{AttributeId, Directory, ObjectId, Rdn, Refusal, Value, Values, name_hash};

impl Directory {
    /// Gives an object another name, another parent or both.
    ///
    /// What is below it follows without a change of its own, links keep pointing to it, and its
    /// objectGUID stays.
    pub fn move_or_rename(
        &mut self,
        id: ObjectId,
        new_name: Option<Text>,
        new_parent: Option<ObjectId>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let object = self.live_object(id)?.clone();
        let Some(old_parent) = object.parent else {
            let hint = "the domain itself can be neither moved nor renamed".to_owned();
            return Err(Refusal::unwilling(0x209A, hint));
        };
        let parent = new_parent.unwrap_or(old_parent);
        let name = new_name.unwrap_or_else(|| object.name().clone());
        self.live_object(parent)?;
        if self.is_within(parent, id) {
            let hint = format!("`{}` cannot be moved below itself", self.dn_text(id));
            return Err(Refusal::unwilling(0x2015, hint));
        }
        if parent != old_parent {
            self.check_superior(parent, object.class)?;
        }
        if !eq_fold(&name, object.name()) {
            self.check_rdn(object.rdn_attribute, &name)?;
        }
        let rdn = Rdn::new(self.rdn_attribute_text(&object), name.clone());
        if self.child(parent, &rdn).is_some_and(|other| other != id) {
            return Err(Refusal::name_exists(
                &self.dn(parent).child(rdn).to_string(),
            ));
        }
        self.place(id, parent, name, now);
        Ok(())
    }

    /// Puts an object where it is to be, which is known to be free.
    pub(super) fn place(&mut self, id: ObjectId, parent: ObjectId, name: Text, now: Timestamp) {
        let Some(object) = self.object(id).cloned() else {
            return;
        };
        if let Some(old_parent) = object.parent {
            let hash = name_hash(old_parent, object.name());
            self.by_name.remove(hash, id.0);
            self.children.remove(&(old_parent.0, id.0));
        }
        self.by_name.insert(name_hash(parent, &name), id.0);
        self.children.insert((parent.0, id.0));
        self.change(id, now, |object| {
            object.parent = Some(parent);
            object.name = Values::One(Value::Text(name));
        });
        self.stamp(id, [AttributeId::NAME]);
    }
}
