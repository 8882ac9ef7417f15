//! Adding objects.

use jiff::Timestamp;
use store::Text;

use super::classes::Classes;
use super::schema::ClassCategory;
use super::{
    AttributeId, ClassId, Directory, Dn, Object, ObjectGuid, ObjectId, ObjectKind, Rdn, Refusal,
    Schema, Sid, Value, Values, is_computed, password, validate,
};

/// The userAccountControl of a new user: a normal account, disabled, no password needed.
const NEW_USER: i64 = 0x200 | 0x20 | 0x2;
/// The userAccountControl of a new computer: a workstation, no password needed.
const NEW_COMPUTER: i64 = 0x1000 | 0x20;
/// The groupType of a new group: global and for security.
const NEW_GROUP: i64 = -2_147_483_646;

/// An object to be added.
#[derive(Debug, Clone)]
pub struct AddRequest {
    /// The name that the object shall have.
    pub dn: Dn,
    /// Its attributes; objectClass must be among them, by any value that tells the class.
    pub attributes: Vec<(AttributeId, Vec<Value>)>,
    /// Its objectGUID, which the caller draws.
    pub guid: ObjectGuid,
}

type LinkValues = Vec<(AttributeId, ObjectId)>;

impl Directory {
    /// Adds an object, with the defaults that Active Directory gives.
    ///
    /// An enabled account is taken without a password: passwords are not modelled.
    ///
    /// ```
    /// # use mock_ad::directory::*;
    /// # let mut next = 0u128;
    /// # let mut guids = || { next += 1; ObjectGuid::from_bytes(next.to_le_bytes()) };
    /// # let options = DirectoryOptions::new("DC=example,DC=test".parse()?);
    /// # let now = jiff::Timestamp::UNIX_EPOCH;
    /// # let mut directory = Directory::new(options, now, &mut guids);
    /// let ann = directory.add(
    ///     AddRequest {
    ///         dn: "CN=Ann,CN=Users,DC=example,DC=test".parse()?,
    ///         attributes: vec![(AttributeId::OBJECT_CLASS, vec!["user".into()])],
    ///         guid: guids(),
    ///     },
    ///     now,
    /// )?;
    /// let ann = directory.object(ann).unwrap();
    /// assert_eq!(ann.integer(AttributeId::USER_ACCOUNT_CONTROL), Some(546));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add(&mut self, request: AddRequest, now: Timestamp) -> Result<ObjectId, Refusal> {
        let parent = self.parent_for(&request.dn)?;
        let classes = self.requested_classes(&request.attributes)?;
        let class = classes.structural;
        let rdn = self.check_place(&request.dn, parent, class)?;
        if self.find_by_guid(&request.guid).is_some() {
            return Err(Refusal::guid_exists(&request.guid.to_string()));
        }
        let name = rdn.value.clone();
        let mut object = self.bare_object(class, Some((parent, name)), request.guid, now);
        object.set(AttributeId::OBJECT_CLASS, classes.stored());
        let mut attributes = request.attributes;
        let password = attributes
            .iter()
            .position(|(attribute, _)| *attribute == AttributeId::UNICODE_PWD)
            .map(|at| attributes.swap_remove(at).1);
        let links = self.take_attributes(&mut object, attributes)?;
        let allocates_sid = self.set_defaults(&mut object);
        self.check_mandatory(&object, |id| links.iter().any(|(link, _)| *link == id))?;
        self.check_account_names(None, None, &object)?;
        let password = match password {
            Some(values) => {
                let password = self.first_password(&object, &values)?;
                password::stamp(&mut object, now);
                Some(password)
            }
            None => None,
        };
        if allocates_sid {
            self.next_rid += 1;
        }
        let id = self.insert(object);
        if let Some(password) = password {
            self.take_password(id, password);
        }
        for (attribute, target) in links {
            self.links.add(attribute, id, target);
        }
        // Links that come with an object are as old as the object.
        self.links.take_changes();
        Ok(id)
    }

    fn parent_for(&self, dn: &Dn) -> Result<ObjectId, Refusal> {
        let parent = dn.parent().unwrap_or_default();
        match self.find_closest(&parent) {
            Ok(found) if self.is_live(found) => Ok(found),
            Ok(found) | Err(Some(found)) => {
                let best = self.dn_text(found);
                Err(Refusal::no_object(&parent.to_string(), &best))
            }
            Err(None) => Err(Refusal::no_object(&parent.to_string(), "")),
        }
    }

    /// Whether an object of a class may have a name below a parent.
    fn check_place<'a>(
        &self,
        dn: &'a Dn,
        parent: ObjectId,
        class: ClassId,
    ) -> Result<&'a Rdn, Refusal> {
        let parent_dn = || self.dn_text(parent);
        let Some(rdn) = dn.rdn() else {
            return Err(Refusal::no_object("", ""));
        };
        let definition = self.schema.class_definition(class);
        let named_by = self.schema.name(definition.rdn_attribute);
        if !store::eq_fold(named_by, &rdn.attribute) {
            let hint = format!(
                "a {} is named by `{named_by}`, not by `{}`",
                definition.name, rdn.attribute
            );
            return Err(Refusal::naming(hint, &parent_dn()));
        }
        self.check_superior(parent, class)?;
        self.check_rdn(definition.rdn_attribute, &rdn.value)?;
        if self.child(parent, rdn).is_some() {
            return Err(Refusal::name_exists(&dn.to_string()));
        }
        Ok(rdn)
    }

    /// Whether the value of an RDN is one that its attribute takes.
    pub(super) fn check_rdn(&self, attribute: AttributeId, value: &Text) -> Result<(), Refusal> {
        let values = [Value::Text(value.clone())];
        validate::check(self, attribute, &values)
    }

    /// Whether objects of a class may stand below a parent.
    pub(super) fn check_superior(&self, parent: ObjectId, class: ClassId) -> Result<(), Refusal> {
        let Some(above) = self.object(parent) else {
            return Ok(());
        };
        let above_names: Vec<&str> = self
            .schema
            .superclass_chain(above.class)
            .map(|id| self.schema.class_name(id))
            .collect();
        let allowed = self.schema.superclass_chain(class).any(|id| {
            let superiors = &self.schema.class_definition(id).possible_superiors;
            superiors.iter().any(|name| above_names.contains(&&**name))
        });
        if parent == self.deleted_objects() {
            let hint = "only deleted objects stand below CN=Deleted Objects".to_owned();
            return Err(Refusal::naming(hint, &self.dn_text(parent)));
        }
        // What stands in for an object that was not exported is of no certain class.
        if allowed || above.placeholder {
            return Ok(());
        }
        let hint = format!(
            "a {} cannot stand below `{}`, which is a {}",
            self.schema.class_name(class),
            self.dn_text(parent),
            self.schema.class_name(above.class)
        );
        Err(Refusal::naming(hint, &self.dn_text(parent)))
    }

    fn requested_classes(
        &self,
        attributes: &[(AttributeId, Vec<Value>)],
    ) -> Result<Classes, Refusal> {
        let values = attributes
            .iter()
            .filter(|(id, _)| *id == AttributeId::OBJECT_CLASS)
            .flat_map(|(_, values)| values);
        self.classes_of(values.filter_map(Value::as_text).map(Text::as_str))
    }

    /// Stores the requested attributes and gives back the links among them.
    fn take_attributes(
        &self,
        object: &mut Object,
        attributes: Vec<(AttributeId, Vec<Value>)>,
    ) -> Result<LinkValues, Refusal> {
        let mut links = LinkValues::new();
        object.ids.reserve(attributes.len() + 3);
        object.values.reserve(attributes.len() + 3);
        for (attribute, values) in attributes {
            if attribute == AttributeId::OBJECT_CLASS || values.is_empty() {
                continue;
            }
            let definition = self.schema.definition(attribute);
            if attribute == object.rdn_attribute {
                let named = values
                    .iter()
                    .any(|value| value.eq_fold(&object.name.as_slice()[0]));
                if !named {
                    let hint = format!("`{}` says otherwise than the name", definition.name);
                    return Err(Refusal::bad_name(object.name(), hint));
                }
                continue;
            }
            self.check_class_has(object, attribute)?;
            if is_computed(&self.schema, attribute) {
                let why = "the directory works it out";
                return Err(Refusal::system_only(&definition.name, why));
            }
            if definition.is_forward_link() {
                if definition.single_valued && values.len() > 1 {
                    return Err(Refusal::single_valued(definition));
                }
                for target in self.link_values(attribute, &values)? {
                    if links.contains(&(attribute, target)) {
                        let dn = self.dn_text(target);
                        return Err(Refusal::value_exists(definition, &dn));
                    }
                    links.push((attribute, target));
                }
                continue;
            }
            validate::check(self, attribute, &values)?;
            object.set(attribute, Values::from_vec(values));
        }
        Ok(links)
    }

    /// Sets what a new object of a kind always has; `true` if it took the next RID.
    pub(super) fn set_defaults(&self, object: &mut Object) -> bool {
        let kind = self.schema.kind(object.class);
        let default = |object: &mut Object, attribute, value: Value| {
            if object.get(attribute).is_none() {
                object.set(attribute, Some(Values::One(value)));
            }
        };
        match kind {
            ObjectKind::User | ObjectKind::InetOrgPerson => {
                default(object, AttributeId::USER_ACCOUNT_CONTROL, NEW_USER.into());
            }
            ObjectKind::Computer => {
                default(
                    object,
                    AttributeId::USER_ACCOUNT_CONTROL,
                    NEW_COMPUTER.into(),
                );
                default(object, AttributeId::PRIMARY_GROUP_ID, 515.into());
            }
            ObjectKind::Group => default(object, AttributeId::GROUP_TYPE, NEW_GROUP.into()),
            _ => {}
        }
        object.account_defaults = kind.is_account();
        if !kind.is_security_principal() {
            return false;
        }
        let name = generated_account_name(object.guid);
        default(object, AttributeId::SAM_ACCOUNT_NAME, name.into());
        if object.get(AttributeId::OBJECT_SID).is_some() {
            return false;
        }
        let sid: Sid = self.settings.domain_sid.with_rid(self.next_rid);
        default(object, AttributeId::OBJECT_SID, sid.as_bytes().into());
        true
    }
}

/// The sAMAccountName of an account that was given none: it looks like no person's.
fn generated_account_name(guid: ObjectGuid) -> String {
    let number = u128::from_le_bytes(*guid.as_bytes());
    let (head, tail) = (number & 0xFF_FFFF, number >> 80);
    format!("${head:06X}-{tail:012X}")
}

/// The class that a list of objectClass values means: the structural one that is most specific.
pub(crate) fn most_specific<'a>(
    schema: &Schema,
    names: impl Iterator<Item = &'a str>,
) -> Result<Option<ClassId>, &'a str> {
    let mut best: Option<(usize, ClassId)> = None;
    for name in names {
        let class = schema.class(name).ok_or(name)?;
        if schema.class_definition(class).category == ClassCategory::Structural {
            let depth = schema.superclass_chain(class).count();
            if best.is_none_or(|(deepest, _)| depth > deepest) {
                best = Some((depth, class));
            }
        }
    }
    Ok(best.map(|(_, class)| class))
}
