//! Modify requests.

use jiff::Timestamp;

use super::undelete::Undeletion;
use super::{No, PERMISSIVE_MODIFY, Write};
use crate::directory::{
    AttributeId, Change, Directory, Modification, Object, ObjectId, Operation, Refusal, ResultCode,
    Value, Values, file_time, same,
};
use crate::ldap::message::{Change as Asked, Modification as Request};
use crate::ldap::values;
use crate::search::Bound;

impl Write<'_> {
    pub(super) fn modify(mut self, dn: &str, changes: &[Request]) -> Result<(), No> {
        if dn.is_empty() {
            return self.modify_root(changes);
        }
        if self.is_directory_service(dn) {
            return self.modify_lifetimes(changes);
        }
        let object = self.target(dn, self.shows_deleted())?;
        if !self.is_own_password_change(object, changes) {
            self.check_access(dn)?;
        }
        if let Some(undeletion) = Undeletion::of(changes) {
            self.check_rest(&undeletion)?;
            let restore = self.undelete(object, &undeletion)?;
            if undeletion.rest.is_empty() {
                self.host.change(&restore)?;
                return Ok(());
            }
            self.check_undeletion(object, &restore, &undeletion.rest)?;
            self.host.change(&restore)?;
            return self.change_attributes(object, &undeletion.rest);
        }
        if !self.directory().is_live(object) {
            let hint = "a deleted object can only be undeleted".to_owned();
            return Err(Refusal::unwilling(0x2077, hint).into());
        }
        let all: Vec<&Request> = changes.iter().collect();
        self.change_attributes(object, &all)
    }

    fn change_attributes(&mut self, object: ObjectId, changes: &[&Request]) -> Result<(), No> {
        let permissive = self.has(PERMISSIVE_MODIFY);
        let mut plan = Plan::new(self.directory(), object, self.host.now());
        for change in changes {
            plan.take(change, permissive)?;
        }
        let Plan { changes, .. } = plan;
        self.check_password(object, &changes)?;
        if changes.is_empty() {
            return Ok(());
        }
        self.host.change(&Change::Modify { object, changes })?;
        Ok(())
    }

    /// Whether a user changes their own password, which needs the old one and no other right.
    fn is_own_password_change(&self, object: ObjectId, changes: &[Request]) -> bool {
        let on_password = |change: &Request| change.attribute.eq_ignore_ascii_case("unicodePwd");
        self.session.bound == Bound::Account(object)
            && matches!(changes, [delete, add]
                if on_password(delete) && on_password(add)
                    && delete.operation == Asked::Delete && add.operation == Asked::Add)
    }

    /// Whether a password is set over an encrypted connection, and is there where it has to be.
    pub(super) fn check_password(&self, id: ObjectId, changes: &[Modification]) -> Result<(), No> {
        let of_password = |change: &Modification| change.attribute == AttributeId::UNICODE_PWD;
        let sets_password = changes.iter().any(of_password);
        if sets_password && !self.session.encrypted {
            return Err(Refusal::password_form().into());
        }
        if sets_password {
            return Ok(());
        }
        self.check_enabling(id, changes)
    }

    /// Whether a user account that is being enabled has a password.
    fn check_enabling(&self, id: ObjectId, changes: &[Modification]) -> Result<(), No> {
        const NORMAL_ACCOUNT: i64 = 0x200;
        const DISABLED: i64 = 0x2;
        let control = AttributeId::USER_ACCOUNT_CONTROL;
        let last = changes
            .iter()
            .rev()
            .find(|change| change.attribute == control);
        let value = last.and_then(|change| change.values.first()?.as_integer());
        let (Some(value), Some(before)) = (value, self.directory().object(id)) else {
            return Ok(());
        };
        if value & NORMAL_ACCOUNT == 0 || value & DISABLED != 0 {
            return Ok(());
        }
        let was_enabled = before
            .integer(control)
            .is_some_and(|was| was & DISABLED == 0);
        let mut after = Object::clone(before);
        after.set(control, Some(Values::One(Value::Integer(value))));
        if was_enabled || self.directory().may_be_enabled(Some(id), &after) {
            return Ok(());
        }
        Err(Refusal::no_password().into())
    }
}

/// The modifications of the directory that a request comes to.
pub(super) struct Plan<'a> {
    directory: &'a Directory,
    object: ObjectId,
    now: Timestamp,
    /// The values that attributes have at this point, as far as that had to be known.
    at: Vec<(AttributeId, Vec<Value>)>,
    pub(super) changes: Vec<Modification>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(directory: &'a Directory, object: ObjectId, now: Timestamp) -> Self {
        Self {
            directory,
            object,
            now,
            at: Vec::new(),
            changes: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, change: &Request, permissive: bool) -> Result<(), Refusal> {
        let attribute = values::attribute(self.directory, &change.attribute)?;
        let mut given = values::values(self.directory, attribute, &change.values)?;
        let operation = match change.operation {
            Asked::Add => Operation::Add,
            Asked::Delete => Operation::Delete,
            Asked::Replace => Operation::Replace,
            Asked::Increment => {
                given = self.incremented(attribute, &given)?;
                Operation::Replace
            }
            Asked::Other(number) => {
                let hint = format!("a modification does {number}, which nothing is");
                return Err(Refusal::unwilling(0x57, hint));
            }
        };
        if attribute == AttributeId::PWD_LAST_SET && operation == Operation::Replace {
            given = self.password_set(given)?;
        }
        if permissive {
            match operation {
                Operation::Add => given.retain(|value| !self.holds(attribute, value)),
                Operation::Delete if given.is_empty() => {
                    if self.values(attribute).is_empty() {
                        return Ok(());
                    }
                }
                Operation::Delete => given.retain(|value| self.holds(attribute, value)),
                Operation::Replace => {}
            }
            if given.is_empty() && !change.values.is_empty() {
                return Ok(());
            }
        }
        self.note(attribute, operation, &given);
        self.changes.push(Modification {
            attribute,
            operation,
            values: given,
        });
        Ok(())
    }

    /// pwdLastSet as it is stored: 0 for a password that must be changed, and the time for -1
    /// (MS-SAMR 3.1.1.8.8); nothing else is taken.
    fn password_set(&self, given: Vec<Value>) -> Result<Vec<Value>, Refusal> {
        match &*given {
            [Value::Integer(-1)] => Ok(vec![Value::Integer(file_time(self.now))]),
            [Value::Integer(0)] | [] => Ok(given),
            _ => {
                let hint = "pwdLastSet takes 0 and -1 only".to_owned();
                let detail = "SysErr: DSID-031A0FB6, problem 22 (Invalid argument), data 0";
                Err(Refusal::new(ResultCode::OTHER, 0x57, detail, hint))
            }
        }
    }

    /// The numbers of an attribute, each with a number added (RFC 4525).
    fn incremented(
        &mut self,
        attribute: AttributeId,
        given: &[Value],
    ) -> Result<Vec<Value>, Refusal> {
        let definition = self.directory.schema().definition(attribute);
        let [by] = given else {
            let hint = "an increment takes one value".to_owned();
            return Err(Refusal::constraint(definition, 0x57, hint));
        };
        let present = self.values(attribute).clone();
        if present.is_empty() {
            return Err(Refusal::no_value(definition, None));
        }
        let add = |value: &Value| {
            let sum = value.as_integer()?.checked_add(by.as_integer()?)?;
            Some(Value::Integer(sum))
        };
        let sums: Option<Vec<Value>> = present.iter().map(add).collect();
        sums.ok_or_else(|| {
            let hint = format!(
                "`{}` holds no number that this can be added to",
                definition.name
            );
            Refusal::constraint(definition, 0x57, hint)
        })
    }

    fn values(&mut self, attribute: AttributeId) -> &mut Vec<Value> {
        let found = self.at.iter().position(|(known, _)| *known == attribute);
        let place = found.unwrap_or_else(|| {
            let values = self.directory.attribute_values(self.object, attribute);
            self.at.push((attribute, values));
            self.at.len() - 1
        });
        &mut self.at[place].1
    }

    fn holds(&mut self, attribute: AttributeId, value: &Value) -> bool {
        let definition = self.directory.schema().definition(attribute);
        let wanted = self.normal(attribute, value);
        self.values(attribute)
            .iter()
            .any(|held| same(definition, held, &wanted))
    }

    /// A value as the directory writes it: a link by the distinguished name of its target.
    fn normal(&self, attribute: AttributeId, value: &Value) -> Value {
        let definition = self.directory.schema().definition(attribute);
        let named = value
            .as_text()
            .filter(|_| definition.is_forward_link())
            .and_then(|text| text.parse().ok())
            .and_then(|name| self.directory.resolve(&name));
        named.map_or_else(
            || value.clone(),
            |id| Value::Text(self.directory.dn_text(id)),
        )
    }

    /// Follows what a modification does to values that are being followed already.
    fn note(&mut self, attribute: AttributeId, operation: Operation, given: &[Value]) {
        if !self.at.iter().any(|(known, _)| *known == attribute) {
            // Later modifications of the same attribute begin with what this one leaves.
            if self
                .changes
                .iter()
                .all(|change| change.attribute != attribute)
            {
                self.values(attribute);
            }
        }
        let definition = self.directory.schema().definition(attribute);
        let given: Vec<Value> = given
            .iter()
            .map(|value| self.normal(attribute, value))
            .collect();
        let held = self.values(attribute);
        match operation {
            Operation::Replace => *held = given,
            Operation::Add => held.extend(given),
            Operation::Delete if given.is_empty() => held.clear(),
            Operation::Delete => {
                held.retain(|value| !given.iter().any(|gone| same(definition, gone, value)));
            }
        }
    }
}
