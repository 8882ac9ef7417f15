//! A domain as it is right after it was set up.

use jiff::Timestamp;
use store::Text;

use super::{
    AttributeId, ClassId, Directory, Dn, DomainController, Object, ObjectGuid, ObjectId, Schema,
    Sid, Usn, Value, Values, to_second,
};

/// The RID of the first account that is added.
const FIRST_RID: u32 = 1103;
/// How many days deleted objects are kept in forests made since Windows Server 2003 SP1.
const TOMBSTONE_LIFETIME: u32 = 180;

/// What a new domain is like.
#[derive(Debug, Clone)]
pub struct DirectoryOptions {
    /// The distinguished name of the domain, such as `DC=example,DC=test`.
    pub base: Dn,
    /// The SID that the accounts of the domain extend.
    pub domain_sid: Sid,
    /// Whether deleted objects keep their attributes and links.
    pub recycle_bin: bool,
    /// tombstoneLifetime: the days that tombstones and recycled objects are kept.
    pub tombstone_lifetime: u32,
    /// msDS-DeletedObjectLifetime: the days before a deleted object is recycled, if it is set.
    pub deleted_object_lifetime: Option<u32>,
    /// Whether a userPrincipalName may be given once only, as domain controllers since Windows
    /// Server 2012 R2 have it.
    pub enforce_unique_upn: bool,
    /// What may be stored.
    pub schema: Schema,
}

/// What a whole directory has, and all its forks share until one of them changes it.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) base: Dn,
    pub(crate) base_text: Text,
    pub(crate) dns_name: String,
    pub(crate) netbios_name: String,
    pub(crate) domain_sid: Sid,
    pub(crate) recycle_bin: bool,
    pub(crate) tombstone_lifetime: u32,
    pub(crate) deleted_object_lifetime: Option<u32>,
    pub(crate) enforce_unique_upn: bool,
    /// The domain that this is, or that the configuration belongs to.
    pub(crate) forest_root: Dn,
    pub(crate) forest_root_text: Text,
    /// What canonical names begin with, such as `example.test`.
    pub(crate) canonical_root: String,
    /// The instanceType of the object at the top.
    pub(crate) head_type: i64,
    pub(crate) controller: DomainController,
}

impl DirectoryOptions {
    /// A domain with the recycle bin on, unique userPrincipalNames, the standard schema and a SID
    /// that follows from the name.
    pub fn new(base: Dn) -> Self {
        let hash = base.components().fold(0, |hash, rdn| {
            store::mix(hash, store::fold_hash(&rdn.value))
        });
        Self {
            domain_sid: domain_sid(hash),
            base,
            recycle_bin: true,
            tombstone_lifetime: TOMBSTONE_LIFETIME,
            deleted_object_lifetime: None,
            enforce_unique_upn: true,
            schema: Schema::standard(),
        }
    }
}

fn domain_sid(hash: u64) -> Sid {
    // Three sub-authorities out of the hash of the name, and none of them zero.
    Sid::of_domain([1, 2, 3].map(|turn| store::mix(hash, turn) as u32 | 1))
}

impl Settings {
    fn new(options: &DirectoryOptions) -> Self {
        let labels: Vec<&str> = options.base.components().map(|rdn| &*rdn.value).collect();
        Self {
            base_text: options.base.to_string().into(),
            dns_name: labels.join("."),
            netbios_name: labels.first().unwrap_or(&"").to_uppercase(),
            base: options.base.clone(),
            domain_sid: options.domain_sid.clone(),
            recycle_bin: options.recycle_bin,
            tombstone_lifetime: options.tombstone_lifetime,
            deleted_object_lifetime: options.deleted_object_lifetime,
            enforce_unique_upn: options.enforce_unique_upn,
            forest_root: options.base.clone(),
            forest_root_text: options.base.to_string().into(),
            canonical_root: labels.join("."),
            head_type: 5,
            controller: DomainController::default(),
        }
    }
}

impl Directory {
    /// Sets up a domain with its well-known containers.
    ///
    /// ```
    /// # use mock_ad::directory::*;
    /// let options = DirectoryOptions::new("DC=example,DC=test".parse()?);
    /// let mut next = 0u128;
    /// let mut guids = || { next += 1; ObjectGuid::from_bytes(next.to_le_bytes()) };
    /// let directory = Directory::new(options, jiff::Timestamp::UNIX_EPOCH, &mut guids);
    /// assert_eq!(directory.dns_name(), "example.test");
    /// assert!(directory.find(&"CN=Users,DC=example,DC=test".parse()?).is_some());
    /// # Ok::<(), DnError>(())
    /// ```
    pub fn new(
        options: DirectoryOptions,
        now: Timestamp,
        guids: &mut dyn FnMut() -> ObjectGuid,
    ) -> Self {
        const CONTAINERS: [(ClassId, &str); 7] = [
            (ClassId::CONTAINER, "Users"),
            (ClassId::CONTAINER, "Computers"),
            (ClassId::BUILTIN_DOMAIN, "Builtin"),
            (ClassId::ORGANIZATIONAL_UNIT, "Domain Controllers"),
            (ClassId::CONTAINER, "System"),
            (ClassId::LOST_AND_FOUND, "LostAndFound"),
            (ClassId::CONTAINER, "ForeignSecurityPrincipals"),
        ];
        let mut directory = Self::empty(options);
        let sid = Value::from(directory.settings.domain_sid.as_bytes());
        let mut domain = directory.bare_object(ClassId::DOMAIN_DNS, None, guids(), now);
        domain.set(AttributeId::OBJECT_SID, Some(Values::One(sid)));
        directory.insert(domain);
        for (class, name) in CONTAINERS {
            directory.insert_container(class, name, guids(), now);
        }
        directory.make_deleted_objects(guids(), now);
        directory
    }

    /// A directory without any object, not even the domain.
    pub(crate) fn empty(options: DirectoryOptions) -> Self {
        Self::without_objects(Settings::new(&options).into(), options.schema)
    }

    /// A directory that is set up like another and has no object.
    pub(super) fn without_objects(settings: std::sync::Arc<Settings>, schema: Schema) -> Self {
        Self {
            settings,
            schema,
            objects: store::Table::default(),
            by_guid: store::Index::default(),
            by_name: store::Index::default(),
            by_sam_account_name: store::Index::default(),
            by_user_principal_name: store::Index::default(),
            children: imbl::OrdSet::default(),
            links: super::links::Links::default(),
            changes: imbl::Vector::default(),
            metadata: super::metadata::Metadata::default(),
            value_indexes: None,
            configuration: std::sync::Arc::default(),
            next_rid: FIRST_RID,
            deleted_objects: None,
            collected: None,
            passwords: imbl::OrdMap::new(),
            shapes: std::array::from_fn(|_| ecow::EcoVec::new()),
        }
    }

    /// Makes room for so many more objects.
    pub fn reserve(&mut self, more: usize) {
        self.by_guid.reserve(more);
        self.by_name.reserve(more);
        self.by_sam_account_name.reserve(more);
        self.by_user_principal_name.reserve(more);
    }

    /// An object without attributes; without a name given, the domain's.
    pub(crate) fn bare_object(
        &self,
        class: ClassId,
        name: Option<(ObjectId, Text)>,
        guid: ObjectGuid,
        now: Timestamp,
    ) -> Object {
        let domain_name = || {
            let leaf = self.settings.base.rdn();
            leaf.map(|rdn| rdn.value.clone()).unwrap_or_default()
        };
        let (parent, name) = name.map_or_else(
            || (None, domain_name()),
            |(parent, name)| (Some(parent), name),
        );
        Object {
            guid,
            class,
            parent,
            usn_created: Usn(0),
            usn_changed: Usn(0),
            when_created: to_second(now),
            when_changed: to_second(now),
            deleted: None,
            placeholder: false,
            account_defaults: false,
            rdn_attribute: self.schema.class_definition(class).rdn_attribute,
            name: Values::One(Value::Text(name)),
            ids: ecow::EcoVec::new(),
            values: ecow::EcoVec::new(),
        }
    }

    fn insert_container(
        &mut self,
        class: ClassId,
        name: &str,
        guid: ObjectGuid,
        now: Timestamp,
    ) -> ObjectId {
        let mut object = self.bare_object(class, Some((Self::DOMAIN, name.into())), guid, now);
        let critical = Some(Values::One(Value::Boolean(true)));
        object.set(AttributeId::IS_CRITICAL_SYSTEM_OBJECT, critical);
        self.insert(object)
    }

    /// Makes CN=Deleted Objects, or takes the one that is there.
    pub(crate) fn make_deleted_objects(&mut self, guid: ObjectGuid, now: Timestamp) {
        let rdn = super::Rdn::new("CN", "Deleted Objects");
        let id = self
            .child(Self::DOMAIN, &rdn)
            .unwrap_or_else(|| self.insert_container(ClassId::CONTAINER, &rdn.value, guid, now));
        self.deleted_objects = Some(id);
    }

    /// The container of deleted objects.
    pub fn deleted_objects(&self) -> ObjectId {
        self.deleted_objects.unwrap_or(Self::DOMAIN)
    }
}
