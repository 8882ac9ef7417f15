//! Attributes that follow from other data.

use store::Text;

use super::time::generalized_time;
use super::{AttributeId, Directory, Object, ObjectId, ObjectKind, Schema, Value};

/// Whether an attribute follows from other data, so that it is neither stored nor written.
pub(crate) fn is_computed(schema: &Schema, id: AttributeId) -> bool {
    matches!(
        id,
        AttributeId::NAME
            | AttributeId::OBJECT_CLASS
            | AttributeId::OBJECT_GUID
            | AttributeId::DISTINGUISHED_NAME
            | AttributeId::WHEN_CREATED
            | AttributeId::WHEN_CHANGED
            | AttributeId::USN_CREATED
            | AttributeId::USN_CHANGED
            | AttributeId::OBJECT_CATEGORY
            | AttributeId::INSTANCE_TYPE
            | AttributeId::SAM_ACCOUNT_TYPE
            | AttributeId::IS_DELETED
            | AttributeId::IS_RECYCLED
            | AttributeId::LAST_KNOWN_PARENT
            | AttributeId::MS_DS_LAST_KNOWN_RDN
            | AttributeId::PARENT_GUID
            | AttributeId::CANONICAL_NAME
    ) || schema.definition(id).constructed
        || schema.definition(id).is_back_link()
}

/// The attributes of [`is_computed`] that an export contains, links apart.
pub(crate) const EXPORTED: [AttributeId; 13] = [
    AttributeId::DISTINGUISHED_NAME,
    AttributeId::INSTANCE_TYPE,
    AttributeId::WHEN_CREATED,
    AttributeId::WHEN_CHANGED,
    AttributeId::USN_CREATED,
    AttributeId::IS_DELETED,
    AttributeId::IS_RECYCLED,
    AttributeId::LAST_KNOWN_PARENT,
    AttributeId::MS_DS_LAST_KNOWN_RDN,
    AttributeId::USN_CHANGED,
    AttributeId::NAME,
    AttributeId::SAM_ACCOUNT_TYPE,
    AttributeId::OBJECT_CATEGORY,
];

impl Directory {
    /// The values of any attribute of an object, as a search would return them: stored ones,
    /// links as distinguished names, and those that follow from other data.
    ///
    /// ```
    /// # use mock_ad::directory::*;
    /// # let mut next = 0u128;
    /// # let mut guids = || { next += 1; ObjectGuid::from_bytes(next.to_le_bytes()) };
    /// # let options = DirectoryOptions::new("DC=example,DC=test".parse()?);
    /// # let now = jiff::Timestamp::UNIX_EPOCH;
    /// # let mut directory = Directory::new(options, now, &mut guids);
    /// # let users = directory.find(&"CN=Users,DC=example,DC=test".parse()?).unwrap();
    /// let classes = directory.attribute_values(users, AttributeId::OBJECT_CLASS);
    /// assert_eq!(classes, ["top".into(), "container".into()]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn attribute_values(&self, id: ObjectId, attribute: AttributeId) -> Vec<Value> {
        let Some(object) = self.object(id) else {
            return Vec::new();
        };
        let definition = self.schema.definition(attribute);
        if definition.is_forward_link() {
            return self.names_of(self.link_targets(id, attribute));
        }
        if definition.is_back_link() {
            return self.names_of(self.back_links(id, attribute));
        }
        if attribute == AttributeId::OBJECT_CLASS {
            return self.object_classes(object);
        }
        match self.computed(id, object, attribute) {
            Some(value) => vec![value],
            None => object
                .get(attribute)
                .map(|values| values.as_slice().to_vec())
                .unwrap_or_default(),
        }
    }

    fn names_of(&self, ids: Vec<ObjectId>) -> Vec<Value> {
        let names = ids.into_iter().map(|id| self.dn_text(id).into());
        names.collect()
    }

    /// The values of objectClass, from `top` down; auxiliary classes of the single object come
    /// right after `top` (MS-ADTS 3.1.1.2.4.3).
    pub(crate) fn object_classes(&self, object: &Object) -> Vec<Value> {
        let mut chain = self.structural_classes(object);
        if let Some(auxiliary) = object.get(AttributeId::OBJECT_CLASS) {
            chain.splice(1..1, auxiliary.iter().cloned());
        }
        chain
    }

    /// The structural class of an object and those above it, from `top` down.
    pub(crate) fn structural_classes(&self, object: &Object) -> Vec<Value> {
        let mut chain: Vec<Value> = self
            .schema
            .superclass_chain(object.class)
            .map(|class| Value::Text(self.schema.class_definition(class).name.clone()))
            .collect();
        chain.reverse();
        chain
    }

    /// The one value of an attribute that follows from other data and is no link.
    pub(crate) fn computed(
        &self,
        id: ObjectId,
        object: &Object,
        attribute: AttributeId,
    ) -> Option<Value> {
        let deletion = object.deleted.as_deref();
        Some(match attribute {
            AttributeId::OBJECT_GUID => object.guid.as_bytes().as_slice().into(),
            AttributeId::DISTINGUISHED_NAME => self.dn_text(id).into(),
            AttributeId::WHEN_CREATED => generalized_time(object.when_created).into(),
            AttributeId::WHEN_CHANGED => generalized_time(object.when_changed).into(),
            AttributeId::USN_CREATED => (object.usn_created.0.cast_signed()).into(),
            AttributeId::USN_CHANGED => (object.usn_changed.0.cast_signed()).into(),
            AttributeId::INSTANCE_TYPE => Value::Integer(self.instance_type(id, object)),
            AttributeId::OBJECT_CATEGORY if deletion.is_none() => {
                let class = self.schema.class_definition(object.class);
                self.category_dn(&class.object_category).into()
            }
            AttributeId::SAM_ACCOUNT_TYPE if deletion.is_none() => self.account_type(object)?,
            AttributeId::IS_DELETED if deletion.is_some() => Value::Boolean(true),
            AttributeId::IS_DELETED if Some(id) == self.deleted_objects => Value::Boolean(true),
            AttributeId::IS_RECYCLED => Value::Boolean(deletion?.stripped_at.map(|_| true)?),
            AttributeId::LAST_KNOWN_PARENT => {
                let parent = deletion?.last_known_parent?;
                self.object(parent).map(|_| self.dn_text(parent))?.into()
            }
            AttributeId::MS_DS_LAST_KNOWN_RDN => deletion?.last_known_rdn.clone().into(),
            AttributeId::PARENT_GUID => {
                let parent = self.object(object.parent?)?;
                parent.guid.as_bytes().as_slice().into()
            }
            AttributeId::CANONICAL_NAME => self.canonical_name(id).into(),
            _ => return None,
        })
    }

    fn category_dn(&self, category: &str) -> Text {
        let base = &self.settings.forest_root_text;
        let mut text = Text::with_capacity(category.len() + base.len() + 34);
        text.push_str("CN=");
        text.push_str(category);
        text.push_str(",CN=Schema,CN=Configuration,");
        text.push_str(base);
        text
    }

    /// Whether an object is the top of a naming context, and whether another is above it
    /// (MS-ADTS 2.2.8).
    fn instance_type(&self, id: ObjectId, object: &Object) -> i64 {
        if id == Self::DOMAIN {
            self.settings.head_type
        } else if self.schema.class_name(object.class) == "dMD" {
            13
        } else {
            4
        }
    }

    /// sAMAccountType, which follows from the kind of an account or group.
    fn account_type(&self, object: &Object) -> Option<Value> {
        const USER: i64 = 0x3000_0000;
        const COMPUTER: i64 = 0x3000_0001;
        const GROUP: i64 = 0x1000_0000;
        const NOT_FOR_SECURITY: i64 = 0x1;
        const ALIAS: i64 = 0x1000_0000;
        let account_type = match self.schema.kind(object.class) {
            ObjectKind::User | ObjectKind::InetOrgPerson => USER,
            ObjectKind::Computer => COMPUTER,
            ObjectKind::Group => {
                let group_type = object.integer(AttributeId::GROUP_TYPE)?;
                let is_local = group_type & 0x4 != 0;
                let for_security = group_type & 0x8000_0000 != 0;
                let base = GROUP + if is_local { ALIAS } else { 0 };
                base + if for_security { 0 } else { NOT_FOR_SECURITY }
            }
            _ => return None,
        };
        Some(Value::Integer(account_type))
    }

    /// The `canonicalName` of an object: `example.test/Staff/Ann Lee`.
    pub fn canonical_name(&self, id: ObjectId) -> String {
        let dn = self.dn(id);
        let mut text = self.settings.canonical_root.clone();
        text.push('/');
        let below: Vec<&str> = dn
            .below(&self.settings.base)
            .map(|path| path.map(|rdn| &*rdn.value).collect())
            .unwrap_or_default();
        for (at, name) in below.iter().enumerate() {
            if at > 0 {
                text.push('/');
            }
            text.push_str(&name.replace('/', "\\/"));
        }
        text
    }
}
