//! Attributes that are worked out when somebody asks for them (MS-ADTS 3.1.1.4.5).

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::render::Renderer;
use super::replication::{self, has_metadata};
use crate::directory::{
    AttributeId, ClassCategory, ClassId, Directory, LinkSight, Object, ObjectId, PasswordState,
    Sid, Value, generalized_time,
};

/// msDS-User-Account-Control-Computed: the account is locked.
const LOCKOUT: i64 = 0x10;
/// msDS-User-Account-Control-Computed: the password has expired.
const PASSWORD_EXPIRED: i64 = 0x80_0000;
/// groupType: the group is for security.
const SECURITY_ENABLED: i64 = 0x8000_0000;
/// sDRightsEffective: owner, group, DACL and SACL may be written.
const ALL_OF_THE_DESCRIPTOR: i64 = 0xF;

impl Renderer<'_> {
    /// The values of a constructed attribute; none if it is not one of those worked out here.
    pub(super) fn constructed(
        &self,
        id: ObjectId,
        object: &Object,
        attribute: AttributeId,
    ) -> Vec<Value> {
        let directory = self.view.directory;
        let name = &*directory.schema().definition(attribute).name;
        let one = |value: Option<Value>| value.into_iter().collect();
        match name {
            "createTimeStamp" => one(Some(generalized_time(object.when_created).into())),
            "modifyTimeStamp" => one(Some(generalized_time(object.when_changed).into())),
            "structuralObjectClass" => directory.structural_classes(object),
            "msDS-Auxiliary-Classes" => {
                let classes = object.get(AttributeId::OBJECT_CLASS);
                classes
                    .map(|names| names.iter().cloned().collect())
                    .unwrap_or_default()
            }
            "subSchemaSubEntry" => one(Some(directory.subschema_dn().into())),
            "msDS-parentdistname" => one(object.parent.map(|up| directory.dn_text(up).into())),
            "fromEntry" => one(Some(true.into())),
            "msDS-LocalEffectiveDeletionTime" => {
                let deleted = object.deleted.as_ref();
                one(deleted.map(|deletion| generalized_time(deletion.at).into()))
            }
            "msDS-LocalEffectiveRecycleTime" => {
                let recycled = object
                    .deleted
                    .as_ref()
                    .and_then(|deletion| deletion.stripped_at);
                one(recycled.map(|at| generalized_time(at).into()))
            }
            "msDS-ReplAttributeMetaData" if has_metadata(directory, object) => {
                replication::attributes(directory, id)
            }
            "msDS-ReplValueMetaData" if has_metadata(directory, object) => {
                replication::values(directory, id)
            }
            "possibleInferiors" => {
                let named = directory.schema().attribute("lDAPDisplayName");
                let class = named.and_then(|id| directory.schema().class(object.text(id)?));
                class.map_or_else(Vec::new, |class| child_classes(directory, class))
            }
            "primaryGroupToken" => one(primary_group_token(directory, object)),
            "msDS-User-Account-Control-Computed" => {
                one(computed_control(directory, object, self.now))
            }
            "msDS-UserPasswordExpiryTimeComputed" => {
                let control = object.integer(AttributeId::USER_ACCOUNT_CONTROL);
                one(control.map(|_| Value::Integer(directory.password_expiry(object))))
            }
            "msDS-PrincipalName" => one(principal_name(directory, object)),
            "sDRightsEffective" => one(Some(self.rights_in_descriptor().into())),
            "msDS-Approx-Immed-Subordinates" => {
                let count = directory.children(id).count();
                one(i64::try_from(count).ok().map(Value::Integer))
            }
            "allowedAttributes" => names(directory, &allowed_attributes(directory, object)),
            "allowedAttributesEffective" if self.privileged => {
                let allowed = allowed_attributes(directory, object);
                let writable = allowed
                    .into_iter()
                    .filter(|id| !directory.schema().definition(*id).system_only);
                names(directory, &writable.collect::<Vec<_>>())
            }
            "allowedChildClasses" => child_classes(directory, object.class),
            "allowedChildClassesEffective" if self.privileged => {
                child_classes(directory, object.class)
            }
            "msds-memberOfTransitive" => self.transitive(id, true),
            "msds-memberTransitive" => self.transitive(id, false),
            // Token groups are given for the base of a search only.
            "tokenGroups" | "tokenGroupsNoGCAcceptable" | "tokenGroupsGlobalAndUniversal"
                if self.is_base_search =>
            {
                let without_local = name == "tokenGroupsGlobalAndUniversal";
                let sids = token_groups(directory, id, object, without_local);
                sids.iter().map(|sid| sid.as_bytes().into()).collect()
            }
            "msds-tokenGroupNames"
            | "msds-tokenGroupNamesNoGCAcceptable"
            | "msds-tokenGroupNamesGlobalAndUniversal"
                if self.is_base_search =>
            {
                let without_local = name == "msds-tokenGroupNamesGlobalAndUniversal";
                let sids = token_groups(directory, id, object, without_local);
                let groups = sids.iter().filter_map(|sid| directory.find_by_sid(sid));
                groups
                    .map(|group| directory.dn_text(group).into())
                    .collect()
            }
            "attributeTypes"
            | "objectClasses"
            | "dITContentRules"
            | "extendedAttributeInfo"
            | "extendedClassInfo" => self.aggregate(object, name),
            _ => one(directory.computed(id, object, attribute)),
        }
    }

    fn rights_in_descriptor(&self) -> i64 {
        if self.privileged {
            ALL_OF_THE_DESCRIPTOR
        } else {
            0
        }
    }

    fn transitive(&self, id: ObjectId, upwards: bool) -> Vec<Value> {
        let found = closure(self.view.directory, vec![id], upwards);
        let names = found.into_iter().filter(|found| *found != id);
        names
            .map(|id| self.view.directory.dn_text(id).into())
            .collect()
    }
}

fn names(directory: &Directory, ids: &[AttributeId]) -> Vec<Value> {
    let schema = directory.schema();
    let mut names: Vec<&str> = ids.iter().map(|id| schema.name(*id)).collect();
    names.sort_unstable();
    names.into_iter().map(Value::from).collect()
}

/// The attributes that an object may have: those of its classes, of the classes above and of all
/// auxiliary ones.
pub(crate) fn allowed_attributes(directory: &Directory, object: &Object) -> Vec<AttributeId> {
    let schema = directory.schema();
    let mut allowed = BTreeSet::new();
    for class in directory.classes_with_auxiliary(object) {
        let definition = schema.class_definition(class);
        allowed.extend(definition.must_contain.iter().copied());
        allowed.extend(definition.may_contain.iter().copied());
    }
    allowed.into_iter().collect()
}

/// The classes whose objects may stand below one of a class (MS-ADTS 3.1.1.4.5.21).
fn child_classes(directory: &Directory, class: ClassId) -> Vec<Value> {
    let schema = directory.schema();
    let above: Vec<&str> = schema
        .superclass_chain(class)
        .map(|class| schema.class_name(class))
        .collect();
    let mut found: Vec<&str> = schema
        .classes()
        .filter(|(_, definition)| definition.category == ClassCategory::Structural)
        .filter(|(class, _)| {
            schema.superclass_chain(*class).any(|class| {
                let superiors = &schema.class_definition(class).possible_superiors;
                superiors.iter().any(|name| above.contains(&&**name))
            })
        })
        .map(|(_, definition)| &*definition.name)
        .collect();
    found.sort_unstable();
    found.into_iter().map(Value::from).collect()
}

/// The RID of a group, which primaryGroupID of its primary members holds.
fn primary_group_token(directory: &Directory, object: &Object) -> Option<Value> {
    if directory.schema().class_name(object.class) != "group" {
        return None;
    }
    let sid = Sid::from_bytes(object.bytes(AttributeId::OBJECT_SID)?).ok()?;
    sid.rid()
        .map(|rid| Value::Integer(i64::from(rid.cast_signed())))
}

/// Which bits of userAccountControl time has set (MS-ADTS 3.1.1.4.5.17).
fn computed_control(directory: &Directory, object: &Object, now: Timestamp) -> Option<Value> {
    object.integer(AttributeId::USER_ACCOUNT_CONTROL)?;
    let locked = directory.is_locked_out(object, now);
    let expired = directory.password_state(object, now) != PasswordState::Good;
    let bits = if locked { LOCKOUT } else { 0 } | if expired { PASSWORD_EXPIRED } else { 0 };
    Some(Value::Integer(bits))
}

fn principal_name(directory: &Directory, object: &Object) -> Option<Value> {
    let account = object.text(AttributeId::SAM_ACCOUNT_NAME)?;
    Some(format!("{}\\{account}", directory.netbios_name()).into())
}

/// All groups that objects are in, or all members they have, the objects themselves included.
fn closure(directory: &Directory, mut open: Vec<ObjectId>, upwards: bool) -> BTreeSet<ObjectId> {
    let mut found: BTreeSet<ObjectId> = open.iter().copied().collect();
    while let Some(at) = open.pop() {
        let next = directory.links_of(at, AttributeId::MEMBER, upwards, LinkSight::Active);
        open.extend(next.into_iter().filter(|id| found.insert(*id)));
    }
    found
}

/// The SIDs of the groups for security that an account is in, directly or not, its primary group
/// included (MS-ADTS 3.1.1.4.5.19).
pub(super) fn token_groups(
    directory: &Directory,
    id: ObjectId,
    object: &Object,
    without_local: bool,
) -> Vec<Sid> {
    if object.bytes(AttributeId::OBJECT_SID).is_none() {
        return Vec::new();
    }
    let primary_sid = object
        .integer(AttributeId::PRIMARY_GROUP_ID)
        .and_then(|rid| u32::try_from(rid).ok())
        .map(|rid| directory.domain_sid().with_rid(rid));
    let primary = primary_sid
        .as_ref()
        .and_then(|sid| directory.find_by_sid(sid));
    let start: Vec<ObjectId> = std::iter::once(id).chain(primary).collect();
    let mut sids = BTreeSet::new();
    for group in closure(directory, start, true) {
        let Some(group) = directory.object(group).filter(|_| group != id) else {
            continue;
        };
        let kind = group.integer(AttributeId::GROUP_TYPE).unwrap_or_default();
        let is_local = kind & 0x4 != 0;
        if kind & SECURITY_ENABLED != 0 && !(without_local && is_local) {
            let sid = group.bytes(AttributeId::OBJECT_SID).map(<[u8]>::to_vec);
            sids.extend(sid);
        }
    }
    // The primary group counts even where the directory does not hold it.
    sids.extend(primary_sid.map(|sid| sid.as_bytes().to_vec()));
    sids.iter()
        .filter_map(|sid| Sid::from_bytes(sid).ok())
        .collect()
}
