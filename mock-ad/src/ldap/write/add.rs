//! Add requests.

use super::{No, Write};
use crate::directory::{AttributeId, Change, Dn, Refusal, Value};
use crate::ldap::message::Addition;
use crate::ldap::values;

type Attributes = Vec<(AttributeId, Vec<Value>)>;

impl Write<'_> {
    pub(super) fn add(self, addition: &Addition) -> Result<(), No> {
        let dn = self.new_name(&addition.dn)?;
        self.check_access(&addition.dn)?;
        let attributes = self.attributes_of(&addition.attributes)?;
        if attributes
            .iter()
            .any(|(id, _)| *id == AttributeId::UNICODE_PWD)
        {
            if !self.session.encrypted {
                return Err(Refusal::password_form().into());
            }
        } else if enables(&attributes) {
            return Err(Refusal::no_password().into());
        }
        let change = Change::Add {
            dn,
            attributes,
            guid: None,
        };
        self.host.change(&change)?;
        Ok(())
    }

    /// The name of a new object, which must be one of this domain.
    fn new_name(&self, text: &str) -> Result<Dn, No> {
        let dn: Dn = text
            .parse()
            .map_err(|error| Refusal::bad_name(text, format!("`{text}` is no name: {error}")))?;
        let directory = self.directory();
        if !dn.is_within(directory.base()) || dn.is_within(directory.configuration().base()) {
            // The same answer as to any other request for a name that is not here.
            let parent = dn.parent().unwrap_or_default().to_string();
            self.target(&parent, false)?;
        }
        Ok(dn)
    }

    fn attributes_of(&self, given: &[(String, Vec<Vec<u8>>)]) -> Result<Attributes, No> {
        let directory = self.directory();
        let mut attributes = Attributes::with_capacity(given.len());
        for (description, raw) in given {
            let attribute = values::attribute(directory, description)?;
            let definition = directory.schema().definition(attribute);
            if raw.is_empty() {
                let hint = format!("no value was given for `{}`", definition.name);
                return Err(Refusal::constraint(definition, 0x57, hint).into());
            }
            let values = values::values(directory, attribute, raw)?;
            if follows_anyway(attribute, &values) {
                continue;
            }
            let own = definition.system_only && attribute != AttributeId::OBJECT_CLASS;
            if own || attribute == AttributeId::OBJECT_SID {
                let why = "only the directory itself writes it";
                return Err(Refusal::system_only(&definition.name, why).into());
            }
            match attributes.iter_mut().find(|(known, _)| *known == attribute) {
                Some((_, known)) => known.extend(values),
                None => attributes.push((attribute, values)),
            }
        }
        Ok(attributes)
    }
}

/// Whether the directory works an attribute out by itself, and takes what is said of it without
/// looking (Samba's `ldap.py`, which was run against Windows: even a wrong name).
fn follows_anyway(attribute: AttributeId, values: &[Value]) -> bool {
    match attribute {
        AttributeId::NAME
        | AttributeId::DISTINGUISHED_NAME
        | AttributeId::USN_CREATED
        | AttributeId::USN_CHANGED
        | AttributeId::WHEN_CREATED
        | AttributeId::WHEN_CHANGED => true,
        AttributeId::INSTANCE_TYPE => values == [Value::Integer(4)],
        AttributeId::IS_DELETED => values == [Value::Boolean(false)],
        AttributeId::OBJECT_CATEGORY => values.iter().any(|value| value.as_text().is_some()),
        _ => false,
    }
}

/// Whether a new account would be a user that is enabled and needs a password.
fn enables(attributes: &Attributes) -> bool {
    const NORMAL_ACCOUNT: i64 = 0x200;
    const DISABLED_OR_WITHOUT_PASSWORD: i64 = 0x2 | 0x20;
    attributes
        .iter()
        .filter(|(attribute, _)| *attribute == AttributeId::USER_ACCOUNT_CONTROL)
        .filter_map(|(_, values)| values.first()?.as_integer())
        .any(|control| control & NORMAL_ACCOUNT != 0 && control & DISABLED_OR_WITHOUT_PASSWORD == 0)
}
