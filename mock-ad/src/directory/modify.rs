//! Changing the attributes of objects.

use jiff::Timestamp;

use super::links::Links;
use super::password;
use super::schema::AttributeDefinition;
use super::validate::{self, display, same};
use super::{
    AttributeId, Directory, Object, ObjectId, ObjectName, Refusal, Value, Values, is_computed,
};

/// What is done to the values of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Values are added to those that are there.
    Add,
    /// The given values are removed, or all if none are given.
    Delete,
    /// The given values take the place of those that are there, which may be none.
    Replace,
}

/// One change to one attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Modification {
    /// The attribute.
    pub attribute: AttributeId,
    /// What is done.
    pub operation: Operation,
    /// To or with which values; those of links are distinguished names.
    pub values: Vec<Value>,
}

impl Modification {
    /// Adds values.
    pub fn add<V: Into<Value>>(
        attribute: AttributeId,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        Self::new(attribute, Operation::Add, values)
    }

    /// Removes values, or all if none are given.
    pub fn delete<V: Into<Value>>(
        attribute: AttributeId,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        Self::new(attribute, Operation::Delete, values)
    }

    /// Puts values, which may be none, in the place of those that are there.
    pub fn replace<V: Into<Value>>(
        attribute: AttributeId,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        Self::new(attribute, Operation::Replace, values)
    }

    /// Removes the attribute, whether or not it is there.
    pub fn clear(attribute: AttributeId) -> Self {
        Self::new(attribute, Operation::Replace, Vec::<Value>::new())
    }

    fn new<V: Into<Value>>(
        attribute: AttributeId,
        operation: Operation,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        Self {
            attribute,
            operation,
            values: values.into_iter().map(Into::into).collect(),
        }
    }
}

impl Directory {
    /// Makes several changes to an object, in order and all or none.
    ///
    /// ```
    /// # use mock_ad::directory::*;
    /// # let mut next = 0u128;
    /// # let mut guids = || { next += 1; ObjectGuid::from_bytes(next.to_le_bytes()) };
    /// # let options = DirectoryOptions::new("DC=example,DC=test".parse()?);
    /// # let now = jiff::Timestamp::UNIX_EPOCH;
    /// # let mut directory = Directory::new(options, now, &mut guids);
    /// # let users = directory.find(&"CN=Users,DC=example,DC=test".parse()?).unwrap();
    /// let changes = [
    ///     Modification::replace(AttributeId::DESCRIPTION, ["people"]),
    ///     Modification::delete(AttributeId::INFO, ["not there"]),
    /// ];
    /// let refusal = directory.modify(users, &changes, now).unwrap_err();
    /// assert_eq!(refusal.code, ResultCode::NO_SUCH_ATTRIBUTE);
    /// assert_eq!(directory.object(users).unwrap().text(AttributeId::DESCRIPTION), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn modify(
        &mut self,
        id: ObjectId,
        modifications: &[Modification],
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let before = std::sync::Arc::clone(self.live_object(id)?);
        let mut after = Object::clone(&before);
        let mut links: Option<Links> = None;
        let mut touched = Vec::new();
        let password = self.new_password(id, &before, modifications, now)?;
        if password.is_some() {
            password::stamp(&mut after, now);
        }
        for modification in modifications {
            if modification.attribute == AttributeId::UNICODE_PWD {
                continue;
            }
            let definition = self.check_writable(&before, modification.attribute)?;
            touched.push(modification.attribute);
            if modification.attribute == AttributeId::OBJECT_CLASS {
                self.modify_classes(&mut after, modification)?;
            } else if definition.is_forward_link() {
                let links = links.get_or_insert_with(|| self.links.clone());
                self.modify_links(links, id, modification)?;
            } else {
                self.modify_values(&mut after, modification)?;
            }
        }
        let named = AttributeId::SAM_ACCOUNT_NAME;
        if before.get(named).is_some() && after.get(named).is_none() {
            let hint = "an account or group cannot be without a sAMAccountName".to_owned();
            return Err(Refusal::unwilling(0x2077, hint));
        }
        let links_after = links.as_ref().unwrap_or(&self.links);
        let has_links = |attribute| links_after.targets(attribute, id).next().is_some();
        self.check_changed_classes(&before, &after, &touched, has_links)?;
        self.follow_host_names(&before, &mut after);
        self.check_account_names(Some(id), Some(&before), &after)?;
        if touched.contains(&AttributeId::LOCKOUT_TIME)
            && after.integer(AttributeId::LOCKOUT_TIME) == Some(0)
        {
            // Who unlocks an account forgives what was counted (MS-SAMR 3.1.1.8.9).
            let zero = Values::One(Value::Integer(0));
            after.set(AttributeId::BAD_PWD_COUNT, Some(zero));
        }
        if let Some(links) = links {
            self.links = links;
        }
        let link_changes = self.links.take_changes();
        let renamed = |name| before.text(name) != after.text(name);
        if renamed(AttributeId::SAM_ACCOUNT_NAME) || renamed(AttributeId::USER_PRINCIPAL_NAME) {
            self.unindex_accounts(id, &before);
            self.index_accounts(id, &after);
        }
        if before.ids != after.ids {
            self.share_shape(&mut after);
        }
        drop(before);
        if let Some(password) = password {
            self.take_password(id, password);
        }
        self.change_to(id, now, after);
        self.stamp_links(link_changes);
        Ok(())
    }

    /// The object of an identifier, if it is there and not deleted.
    pub(super) fn live_object(&self, id: ObjectId) -> Result<&std::sync::Arc<Object>, Refusal> {
        let object = self.object(id);
        object
            .filter(|object| !object.is_deleted())
            .ok_or_else(|| Refusal::no_object(&self.dn_text(id), &self.settings.base_text))
    }

    fn check_writable(
        &self,
        object: &Object,
        attribute: AttributeId,
    ) -> Result<&AttributeDefinition, Refusal> {
        let definition = self.schema.definition(attribute);
        if attribute == AttributeId::NAME || attribute == object.rdn_attribute {
            return Err(Refusal::on_rdn(&definition.name));
        }
        if definition.is_back_link() {
            let why = "it follows from the other end of the link";
            return Err(Refusal::system_only(&definition.name, why));
        }
        match attribute {
            // The security accounts manager guards these itself ("measured on Samba 4.17").
            AttributeId::OBJECT_SID | AttributeId::SAM_ACCOUNT_TYPE => {
                let why = "only the security accounts manager writes it";
                Err(Refusal::system_only(&definition.name, why))
            }
            AttributeId::OBJECT_CLASS => Ok(definition),
            _ if definition.system_only || is_computed(&self.schema, attribute) => {
                Err(Refusal::not_modifiable(definition))
            }
            _ => Ok(definition),
        }
    }

    fn modify_values(
        &self,
        object: &mut Object,
        modification: &Modification,
    ) -> Result<(), Refusal> {
        let attribute = modification.attribute;
        let definition = self.schema.definition(attribute);
        let given = &modification.values;
        let mut values: Vec<Value> = match object.get(attribute) {
            Some(present) if modification.operation != Operation::Replace => {
                present.as_slice().to_vec()
            }
            _ => Vec::new(),
        };
        match modification.operation {
            Operation::Replace => values.clone_from(given),
            Operation::Add if given.is_empty() => {
                let hint = format!("no value was given to add to `{}`", definition.name);
                return Err(Refusal::constraint(definition, 0x57, hint));
            }
            Operation::Add => values.extend_from_slice(given),
            Operation::Delete if given.is_empty() => {
                if values.is_empty() {
                    return Err(Refusal::no_value(definition, None));
                }
                values.clear();
            }
            Operation::Delete => {
                for value in given {
                    let Some(at) = values.iter().position(|v| same(definition, v, value)) else {
                        return Err(Refusal::no_value(definition, Some(&display(value))));
                    };
                    values.remove(at);
                }
            }
        }
        validate::check(self, attribute, &values)?;
        object.set(attribute, Values::from_vec(values));
        Ok(())
    }

    fn modify_links(
        &self,
        links: &mut Links,
        id: ObjectId,
        modification: &Modification,
    ) -> Result<(), Refusal> {
        let attribute = modification.attribute;
        let definition = self.schema.definition(attribute);
        let given = self.link_values(attribute, &modification.values)?;
        let present = |links: &Links| -> Vec<ObjectId> {
            let targets = links.targets(attribute, id);
            targets.filter(|target| self.is_live(*target)).collect()
        };
        if definition.single_valued {
            // A link that rests with its deleted target would come back as a second value.
            let resting = |target: &ObjectId| !self.is_live(*target);
            let resting: Vec<ObjectId> = links.targets(attribute, id).filter(resting).collect();
            for target in resting {
                links.remove(attribute, id, target);
            }
        }
        match modification.operation {
            Operation::Replace => {
                for target in present(links) {
                    links.remove(attribute, id, target);
                }
                for target in &given {
                    self.add_link(links, attribute, id, *target)?;
                }
            }
            Operation::Add => {
                for target in &given {
                    self.add_link(links, attribute, id, *target)?;
                }
            }
            Operation::Delete => {
                let all = given.is_empty();
                let targets = if all { present(links) } else { given };
                if targets.is_empty() {
                    return Err(Refusal::no_value(definition, None));
                }
                for target in targets {
                    if !links.remove(attribute, id, target) {
                        return Err(self.no_link(definition, attribute, target));
                    }
                }
            }
        }
        if definition.single_valued && present(links).len() > 1 {
            return Err(Refusal::single_valued(definition));
        }
        Ok(())
    }

    fn add_link(
        &self,
        links: &mut Links,
        attribute: AttributeId,
        id: ObjectId,
        target: ObjectId,
    ) -> Result<(), Refusal> {
        if links.add(attribute, id, target) {
            return Ok(());
        }
        let dn = self.dn_text(target);
        if attribute == AttributeId::MEMBER {
            return Err(Refusal::already_member(&dn));
        }
        Err(Refusal::value_exists(
            self.schema.definition(attribute),
            &dn,
        ))
    }

    fn no_link(
        &self,
        definition: &AttributeDefinition,
        attribute: AttributeId,
        target: ObjectId,
    ) -> Refusal {
        let dn = self.dn_text(target);
        if attribute == AttributeId::MEMBER {
            return Refusal::not_a_member(&dn);
        }
        Refusal::no_value(definition, Some(&dn))
    }

    /// The objects that the values of a link name.
    pub(super) fn link_values(
        &self,
        attribute: AttributeId,
        values: &[Value],
    ) -> Result<Vec<ObjectId>, Refusal> {
        let definition = self.schema.definition(attribute);
        let mut targets = Vec::with_capacity(values.len());
        for value in values {
            let text = display(value);
            let name: ObjectName = text.parse().map_err(|error| {
                let hint = format!("`{}` takes distinguished names: {error}", definition.name);
                Refusal::bad_name_value(self.domain_controller().version.build(), hint)
            })?;
            match self.resolve(&name) {
                Some(target) if self.is_live(target) => targets.push(target),
                // The security accounts manager looks members up itself.
                _ if attribute == AttributeId::MEMBER => {
                    let mut refusal = Refusal::no_object(&text, &self.settings.base_text);
                    refusal.hint =
                        format!("`{}` names `{text}`, which does not exist", definition.name);
                    return Err(refusal);
                }
                _ => return Err(Refusal::bad_reference(definition, &text)),
            }
        }
        Ok(targets)
    }
}
