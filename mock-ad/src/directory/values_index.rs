//! Finding objects by the values that they store.
//!
//! A directory that is only synchronised never needs these indexes, and so does not pay for them:
//! a server asks for them once, with [`Directory::index_values`].

use store::{SortedSet, fold_hash, hash_bytes, mix};

use super::{AttributeId, ClassId, Directory, Object, ObjectId, Schema, Syntax, Value};

/// searchFlags: the attribute is indexed (MS-ADTS 2.2.10).
const INDEXED: u32 = 0x1;

/// Attributes that are looked for so often that they are indexed whatever their searchFlags say.
const ALSO_INDEXED: [&str; 8] = [
    "mailNickname",
    "targetAddress",
    "mS-DS-ConsistencyGuid",
    "employeeID",
    "employeeNumber",
    "adminDescription",
    "msRTCSIP-PrimaryUserAddress",
    "msExchMailboxGuid",
];

/// Objects by their stored values and by their class.
#[derive(Debug, Clone, Default)]
pub(super) struct ValueIndexes {
    /// Pairs of a hash, of an attribute and a value, and an object. A hash table would do for
    /// what is rare, but departments and first names are not.
    values: SortedSet<(u64, u32)>,
    /// Pairs of class and object.
    classes: SortedSet<(u16, u32)>,
    /// How many objects there are of each class, at the place of the class.
    counts: Vec<u32>,
    /// Whether each attribute is indexed, at its place.
    indexed: Vec<bool>,
}

impl ValueIndexes {
    fn new(schema: &Schema) -> Self {
        let indexed = schema.attributes().map(|(_, definition)| {
            let suited = matches!(
                definition.syntax,
                Syntax::Text
                    | Syntax::CaseExactText
                    | Syntax::NumericText
                    | Syntax::OctetString
                    | Syntax::ObjectIdentifier
                    | Syntax::Sid
            );
            suited
                && (definition.search_flags & INDEXED != 0
                    || ALSO_INDEXED.contains(&&*definition.name))
        });
        Self {
            indexed: indexed.collect(),
            counts: vec![0; schema.classes().len()],
            ..Self::default()
        }
    }

    fn is_indexed(&self, attribute: AttributeId) -> bool {
        let place = usize::from(attribute.0);
        self.indexed.get(place).copied().unwrap_or_default()
    }

    fn enter(&mut self, id: ObjectId, object: &Object) {
        self.each_value(object, |values, hash| {
            values.insert((hash, id.0));
        });
        self.classes.insert((object.class.0, id.0));
        self.count(object.class, 1);
    }

    fn leave(&mut self, id: ObjectId, object: &Object) {
        self.each_value(object, |values, hash| {
            values.remove((hash, id.0));
        });
        self.classes.remove((object.class.0, id.0));
        self.count(object.class, -1);
    }

    fn count(&mut self, class: ClassId, more: i32) {
        if let Some(count) = self.counts.get_mut(usize::from(class.0)) {
            *count = count.saturating_add_signed(more);
        }
    }

    fn each_value(
        &mut self,
        object: &Object,
        mut act: impl FnMut(&mut SortedSet<(u64, u32)>, u64),
    ) {
        let naming = [AttributeId::NAME, object.rdn_attribute()];
        let named = naming
            .into_iter()
            .filter_map(|id| Some((id, object.get(id)?)));
        for (attribute, values) in named.chain(object.stored_attributes()) {
            if self.is_indexed(attribute) {
                for value in values {
                    act(&mut self.values, value_hash(attribute, value));
                }
            }
        }
    }
}

/// The hash of a value; values that differ in case only share one.
fn value_hash(attribute: AttributeId, value: &Value) -> u64 {
    let hash = match value {
        Value::Text(text) => fold_hash(text),
        Value::Bytes(bytes) => hash_bytes(bytes),
        Value::Integer(integer) => hash_bytes(&integer.to_le_bytes()),
        Value::Boolean(boolean) => u64::from(*boolean),
    };
    mix(hash, u64::from(attribute.0) + 1)
}

impl Directory {
    /// Makes the indexes that a server needs to answer searches fast, and keeps them from then
    /// on; searches give the same answers without them.
    pub fn index_values(&mut self) {
        let mut indexes = ValueIndexes::new(&self.schema);
        let mut values: Vec<(u64, u32)> = Vec::with_capacity(self.objects.len() as usize * 8);
        let mut classes: Vec<(u16, u32)> = Vec::with_capacity(self.objects.len() as usize);
        for (id, object) in self.objects() {
            indexes.each_value(object, |_, hash| values.push((hash, id.0)));
            classes.push((object.class.0, id.0));
            indexes.count(object.class, 1);
        }
        indexes.values = values.into_iter().collect();
        indexes.classes = classes.into_iter().collect();
        self.value_indexes = Some(Box::new(indexes));
    }

    /// Keeps the indexes of values, if there are any, when an object changes.
    pub(super) fn reindex(&mut self, id: ObjectId, before: Option<&Object>, after: &Object) {
        let Some(indexes) = &mut self.value_indexes else {
            return;
        };
        if let Some(before) = before {
            indexes.leave(id, before);
        }
        indexes.enter(id, after);
    }

    /// The key under which the index has a value of an attribute; `None` if there is no index of
    /// the attribute.
    pub(crate) fn value_key(&self, attribute: AttributeId, value: &Value) -> Option<u64> {
        let indexes = self.value_indexes.as_ref()?;
        let has = indexes.is_indexed(attribute);
        has.then(|| value_hash(attribute, value))
    }

    /// The objects from a place on, in the order of their places, that may have the value of a key.
    pub(crate) fn of_key_from(
        &self,
        key: u64,
        from: ObjectId,
    ) -> impl Iterator<Item = ObjectId> + '_ {
        let range = (key, from.0)..=(key, u32::MAX);
        let indexes = self.value_indexes.as_ref();
        indexes
            .into_iter()
            .flat_map(move |indexes| indexes.values.range(range.clone()))
            .map(|(_, id)| ObjectId(id))
    }

    /// How many objects there are of a class, without those that derive from it; `None` if there
    /// is no index.
    pub(crate) fn class_count(&self, class: ClassId) -> Option<usize> {
        let indexes = self.value_indexes.as_ref()?;
        indexes
            .counts
            .get(usize::from(class.0))
            .map(|n| *n as usize)
    }

    /// The objects of a class from a place on, in the order of their places.
    pub(crate) fn of_class_from(
        &self,
        class: ClassId,
        from: ObjectId,
    ) -> impl Iterator<Item = ObjectId> + '_ {
        let indexes = self.value_indexes.as_ref();
        let range = (class.0, from.0)..=(class.0, u32::MAX);
        indexes
            .into_iter()
            .flat_map(move |indexes| indexes.classes.range(range.clone()))
            .map(|(_, id)| ObjectId(id))
    }

    /// The children of an object from a place on, in the order of their places.
    pub(crate) fn children_from(
        &self,
        parent: ObjectId,
        from: ObjectId,
    ) -> impl Iterator<Item = ObjectId> + '_ {
        let range = (parent.0, from.0)..=(parent.0, u32::MAX);
        self.children.range(range).map(|(_, id)| ObjectId(*id))
    }
}
