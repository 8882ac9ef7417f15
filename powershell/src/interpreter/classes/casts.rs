//! Casts to the types of a script.

use std::rc::Rc;

use super::{Enumerated, class_of};
use crate::convert::{self, no_cast};
use crate::error::{ErrorRecord, Unwind};
use crate::interpreter::Interpreter;
use crate::types::enums;
use crate::value::{Array, ArrayKind, Value};

impl Enumerated {
    fn names(&self) -> Vec<(&str, i64)> {
        self.values
            .iter()
            .map(|(name, number)| (&**name, *number))
            .collect()
    }

    /// A value by name.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        let found = self
            .values
            .iter()
            .find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, number)| self.of_number(*number))
    }

    /// A value by number.
    pub(super) fn of_number(&self, number: i64) -> Value {
        enums::of_number_among(&self.name, &self.names(), number)
    }

    fn cast(&self, value: &Value) -> Result<Value, ErrorRecord> {
        if value.is_null() {
            return Err(convert::null_enumeration(&self.name));
        }
        let made = enums::cast_among(value, &self.name, &self.names())?;
        let number = match &made {
            Value::Object(object) => enums::value_of(object),
            _ => None,
        };
        let is_known = self.flags || self.values.iter().any(|(_, it)| Some(*it) == number);
        if is_known {
            return Ok(made);
        }
        let names: Vec<&str> = self.values.iter().map(|(name, _)| &**name).collect();
        let mut record = no_cast(value, &self.name);
        record.message = format!(
            "Cannot convert value \"{}\" to type \"{}\" due to enumeration values that are not \
             valid. Specify one of the following enumeration values and try again. The possible \
             enumeration values are \"{}\".",
            convert::to_text(value),
            self.name,
            names.join(",")
        );
        record.id = Rc::from("InvalidCastConstraint");
        Err(record)
    }
}

impl Interpreter<'_> {
    /// A value as a type that the script declares, or as a list of them; `None` where the type is
    /// another.
    pub(crate) fn cast_own(
        &mut self,
        value: &Value,
        full: &str,
    ) -> Option<Result<Value, ErrorRecord>> {
        if self.types.is_empty() {
            return None;
        }
        if let Some(element) = full.strip_suffix("[]") {
            self.own_named(element)?;
            let kind = ArrayKind::Typed(Rc::from(element));
            return Some(self.cast_elements(value, element, kind));
        }
        let inner = |outer: &str| full.strip_prefix(outer)?.strip_suffix(']');
        if let Some(element) = inner("System.Collections.Generic.List[") {
            self.own_named(element)?;
            let kind = ArrayKind::List(Rc::from(element));
            return Some(self.cast_elements(value, element, kind));
        }
        if let Some(element) = inner("System.Nullable[") {
            self.own_named(element)?;
            if value.is_null() {
                return Some(Ok(Value::Null));
            }
            return self.cast_own(value, element);
        }
        if let Some(it) = self.own_enumeration(full) {
            return Some(it.cast(value));
        }
        let class = self.own_class(full)?;
        let made = match value {
            Value::Null => return Some(Ok(Value::Null)),
            Value::Object(object) if class_of(object).is_some_and(|it| it.is(full)) => {
                return Some(Ok(value.clone()));
            }
            Value::Table(table) => {
                let entries = table.borrow().clone();
                self.make_own(full, &[]).and_then(|made| {
                    let made = made.unwrap_or_default();
                    for (name, value) in entries {
                        let name = self.text(&name);
                        self.set_member(&made, &name, value)?;
                    }
                    Ok(Some(made))
                })
            }
            other if class.methods().any(|it| it.is_constructor) => {
                self.make_own(full, std::slice::from_ref(other))
            }
            other => return Some(Err(no_cast(other, full))),
        };
        Some(match made {
            Ok(made) => Ok(made.unwrap_or_default()),
            Err(Unwind::Error(record)) => Err(ErrorRecord {
                message: format!(
                    "Cannot convert value \"{}\" to type \"{full}\". Error: \"{}\"",
                    convert::to_text(value),
                    record.message
                ),
                ..(*record).clone()
            }),
            Err(Unwind::Stopped(stop)) => {
                // A conversion can only fail; what stops the script is seen at its next step.
                self.stopping = Some(stop);
                Err(no_cast(value, full))
            }
            Err(_) => Err(no_cast(value, full)),
        })
    }

    fn own_named(&self, element: &str) -> Option<()> {
        let element = element.trim_end_matches("[]");
        self.types
            .contains_key(&element.to_lowercase())
            .then_some(())
    }

    fn cast_elements(
        &mut self,
        value: &Value,
        element: &str,
        kind: ArrayKind,
    ) -> Result<Value, ErrorRecord> {
        if value.is_null() {
            return Ok(Value::Null);
        }
        if let Value::Array(array) = value
            && *array.kind() == kind
        {
            return Ok(value.clone());
        }
        let mut all = Vec::new();
        for item in value.enumerate() {
            all.push(self.cast_value(&item, element)?);
        }
        Ok(Value::Array(Array::new(kind, all)))
    }

    /// `[Enum]::GetNames([Own])` and its like; `None` where the type is none of the script's.
    pub(crate) fn own_enum_call(&mut self, name: &str, arguments: &[Value]) -> Option<Value> {
        let Some(Value::Type(full)) = arguments.first() else {
            return None;
        };
        let it = self.own_enumeration(full)?;
        match name {
            "getnames" => Some(Value::texts(it.values.iter().map(|(name, _)| name))),
            "getvalues" => {
                let all = it.values.iter().map(|(_, number)| it.of_number(*number));
                Some(Value::array(all.collect::<Vec<_>>()))
            }
            "parse" => it.cast(arguments.get(1)?).ok(),
            "isdefined" => {
                let wanted = convert::to_text(arguments.get(1)?);
                let mut all = it.values.iter();
                let found =
                    all.any(|(name, number)| **name == *wanted || number.to_string() == wanted);
                Some(Value::Bool(found))
            }
            _ => None,
        }
    }
}
