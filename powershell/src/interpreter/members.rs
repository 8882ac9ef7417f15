//! Members of values, and calls.

use std::rc::Rc;

use super::Interpreter;
use super::expressions::{invalid, objects};
use crate::convert;
use crate::error::{Category, ErrorRecord, Outcome, Unwind};
use crate::syntax::ast::{ExpressionKind, Member};
use crate::types;
use crate::value::{Object, Property, ScriptBlock, Value};

impl Interpreter<'_> {
    /// `a.b`, `a.b()`, `[a]::b`, `[a]::b()`.
    pub(crate) fn member_expression(&mut self, member: &Member) -> Outcome<Value> {
        let target = match (&member.target.kind, member.is_static) {
            (ExpressionKind::Type(name), true) => Value::Type(self.resolve(name)?),
            _ => self.expression(&member.target)?,
        };
        if member.conditional && target.is_null() {
            return Ok(Value::Null);
        }
        let name_value = self.member_name(&member.name)?;
        let name = self.text(&name_value);
        let Some(arguments) = &member.arguments else {
            if member.is_static {
                return self.static_member(&target, &name);
            }
            // A key of a table may be anything.
            if let (Value::Table(table), false) = (&target, matches!(name_value, Value::Text(_)))
                && let Some(found) = table.get(&name_value)
            {
                return Ok(found);
            }
            return self.member(&target, &name);
        };
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.expression(argument)?);
        }
        if let Some(done) = self.call_base(&member.target, &name, &values)? {
            return Ok(done);
        }
        if member.is_static {
            return self.call_static(&target, &name, &values);
        }
        self.call(&target, &name, &values)
    }

    /// The value of a member; `$null` if there is none.
    pub(crate) fn member(&mut self, target: &Value, name: &str) -> Outcome<Value> {
        if let Some(found) = self.find_member(target, name)? {
            return Ok(found);
        }
        if self.scope.strict_level() >= 2 {
            let message = format!(
                "The property '{name}' cannot be found on this object. Verify that the property \
                 exists."
            );
            return Err(invalid(&message, "PropertyNotFoundStrict").into());
        }
        Ok(Value::Null)
    }

    /// The value of a member if there is one.
    pub(crate) fn find_member(&mut self, target: &Value, name: &str) -> Outcome<Option<Value>> {
        match target {
            Value::Bool(on) if name.eq_ignore_ascii_case("ispresent") => Ok(Some(Value::Bool(*on))),
            Value::Table(table) => {
                if let Some(found) = table.get_text(name) {
                    return Ok(Some(found));
                }
                Ok(types::member(target, name))
            }
            Value::Object(object) => self.object_member(object, target, name),
            Value::Array(array) => {
                if let Some(found) = types::member(target, name) {
                    return Ok(Some(found));
                }
                let elements = array.borrow().clone();
                let mut found = Vec::new();
                let mut any = false;
                for element in elements {
                    if element.is_null() {
                        continue;
                    }
                    match self.element_member(&element, name)? {
                        Some(Value::Array(values)) => {
                            any = true;
                            found.extend(values.borrow().iter().cloned());
                        }
                        Some(value) => {
                            any = true;
                            found.push(value);
                        }
                        None => {}
                    }
                }
                Ok(any.then(|| match found.len() {
                    0 => Value::Null,
                    1 => found.remove(0),
                    _ => objects(found),
                }))
            }
            Value::Block(block) => Ok(match name.to_ascii_lowercase().as_str() {
                "ast" => Some(Value::Text(Rc::clone(&block.text))),
                _ => types::member(target, name),
            }),
            _ => Ok(types::member(target, name)),
        }
    }

    /// The member of an element of a list: `Count` and `Length` of scalars do not count.
    fn element_member(&mut self, element: &Value, name: &str) -> Outcome<Option<Value>> {
        match element {
            Value::Object(object) => match object.property(name) {
                Some(_) => self.object_member(object, element, name),
                None => Ok(types::member(element, name).filter(|_| !is_count(name))),
            },
            Value::Array(_) | Value::Table(_) => self.find_member(element, name),
            _ => Ok(types::member(element, name).filter(|_| !is_count(name))),
        }
    }

    fn object_member(
        &mut self,
        object: &Object,
        target: &Value,
        name: &str,
    ) -> Outcome<Option<Value>> {
        match object.property(name) {
            Some(Property::Note(value) | Property::Member(value)) => Ok(Some(value)),
            Some(Property::Alias(other)) => self.find_member(target, &other),
            Some(Property::Script(block)) => self.run_method(&block, target, &[]).map(Some),
            None => {
                if let Some(found) = Self::hidden_property(object, name) {
                    return Ok(Some(found));
                }
                if let Some(found) = types::live_member(target, name, &self.outlet) {
                    return Ok(Some(found));
                }
                Ok(types::member(target, name))
            }
        }
    }

    /// Runs a script property or method, with `$this`.
    pub(crate) fn run_method(
        &mut self,
        block: &ScriptBlock,
        this: &Value,
        arguments: &[Value],
    ) -> Outcome<Value> {
        let this = this.clone();
        let written = self.invoke_block(block, arguments, |scope| scope.set("this", this))?;
        Ok(Value::collected(written))
    }

    /// Sets a member.
    pub(crate) fn set_member(&mut self, target: &Value, name: &str, value: Value) -> Outcome {
        match target {
            Value::Table(table) => {
                self.memory += 96;
                table.set(Value::text(name), value);
                Ok(())
            }
            Value::Object(object) if self.set_own_property(object, name, &value)? => Ok(()),
            Value::Object(object) => match object.property(name) {
                Some(Property::Script(_)) => {
                    let message = format!("Set accessor for property \"{name}\" is unavailable.");
                    Err(invalid(&message, "SetAccessorUnavailable").into())
                }
                Some(Property::Alias(other)) => self.set_member(target, &other, value),
                Some(Property::Member(_)) if object.is_read_only() => {
                    let message = format!("'{name}' is a ReadOnly property.");
                    Err(invalid(&message, "PropertyAssignmentException").into())
                }
                Some(_) => {
                    object.set(name, value);
                    Ok(())
                }
                None => Ok(types::set_member(target, name, value)?),
            },
            Value::Array(array) if types::member(target, name).is_none() => {
                let elements = array.borrow().clone();
                let has =
                    |it: &Value| matches!(it, Value::Object(it) if it.property(name).is_some());
                if elements.is_empty() || !elements.iter().all(has) {
                    return Err(types::no_property(name).into());
                }
                for element in elements {
                    self.set_member(&element, name, value.clone())?;
                }
                Ok(())
            }
            other => Ok(types::set_member(other, name, value)?),
        }
    }

    fn static_member(&mut self, target: &Value, name: &str) -> Outcome<Value> {
        let full = self.static_type(target);
        if let Some(found) = self.own_static(&full, name) {
            return Ok(found);
        }
        if let Some(found) = types::static_member_on(&full, name, &mut self.outlet) {
            return Ok(found);
        }
        if self.scope.strict_level() >= 2 {
            return Err(types::no_property(name).into());
        }
        Ok(Value::Null)
    }

    /// The type on the left of `::`.
    fn static_type(&mut self, target: &Value) -> Rc<str> {
        match target {
            Value::Type(full) => Rc::clone(full),
            other => convert::type_name(other),
        }
    }

    fn call_static(&mut self, target: &Value, name: &str, arguments: &[Value]) -> Outcome<Value> {
        if target.is_null() {
            return Err(null_call().into());
        }
        let full = self.static_type(target);
        let lower = name.to_ascii_lowercase();
        if &*full == "System.Management.Automation.ScriptBlock"
            && lower == "create"
            && let [text] = arguments
        {
            let text = self.text(text);
            return super::block::script_block(&text)
                .map_err(|error| Unwind::from(self.parse_error(&error)));
        }
        if lower == "new"
            && let Some(made) = self.make_own(&full, arguments)?
        {
            return Ok(made);
        }
        if let Some(done) = self.call_own_static(&full, name, arguments)? {
            return Ok(done);
        }
        if &*full == "System.Enum"
            && let Some(done) = self.own_enum_call(&lower, arguments)
        {
            return Ok(done);
        }
        let host = &mut self.outlet;
        let made = if lower == "new" {
            types::construct(&full, arguments, host)
        } else {
            types::call_static(&full, name, arguments, host)
        };
        match made {
            Some(made) => Ok(made?),
            None if lower == "new" && self.can_construct(&full) => {
                let message = format!(
                    "Cannot find an overload for \"new\" and the argument count: \"{}\".",
                    arguments.len()
                );
                Err(no_method(&message).into())
            }
            None => {
                let message = format!(
                    "Method invocation failed because [{full}] does not contain a method named \
                     '{name}'."
                );
                Err(no_method(&message).into())
            }
        }
    }

    fn can_construct(&self, full: &str) -> bool {
        types::has_static(full, "new")
    }

    /// Calls a method.
    pub(crate) fn call(
        &mut self,
        target: &Value,
        name: &str,
        arguments: &[Value],
    ) -> Outcome<Value> {
        let lower = name.to_ascii_lowercase();
        match target {
            Value::Null => return Err(null_call().into()),
            Value::Block(block) => {
                if let Some(done) = self.call_block(block, &lower, arguments)? {
                    return Ok(done);
                }
            }
            Value::Object(object) => {
                if let Some(block) = object.method(name) {
                    return self.run_method(&block, target, arguments);
                }
                if let Some(done) = self.popup(object, &lower, arguments)? {
                    return Ok(done);
                }
                if let Some(done) = self.xml_file(object, &lower, arguments)? {
                    return Ok(done);
                }
                if let Some(done) = self.call_own(object, name, arguments)? {
                    return Ok(done);
                }
                if let Some(done) = self.call_special(object, &lower, arguments)? {
                    return Ok(done);
                }
                if let Some(Property::Note(Value::Block(block))) = object.property(name)
                    && lower != "tostring"
                {
                    return self.run_method(&block, target, arguments);
                }
            }
            Value::Table(table) => {
                if let Some(Value::Block(block)) = table.get_text(name) {
                    return self.run_method(&block, target, arguments);
                }
            }
            _ => {}
        }
        if let Some(done) = self.call_collection(target, &lower, arguments)? {
            return Ok(done);
        }
        if let Some(done) = types::live_call(target, name, &self.outlet) {
            return Ok(done?);
        }
        if let Some(done) = types::call(target, name, arguments) {
            return Ok(done?);
        }
        if let Value::Array(array) = target {
            let elements = array.borrow().clone();
            if !elements.is_empty() {
                let mut written = Vec::new();
                for element in elements {
                    let value = self.call(&element, name, arguments)?;
                    written.extend(self.enumerated(&value));
                }
                written.retain(|it| !it.is_null());
                return Ok(Value::collected(written));
            }
        }
        let message = format!(
            "Method invocation failed because [{}] does not contain a method named '{name}'.",
            convert::type_name(target)
        );
        Err(no_method(&message).into())
    }

    fn call_block(
        &mut self,
        block: &ScriptBlock,
        name: &str,
        arguments: &[Value],
    ) -> Outcome<Option<Value>> {
        Ok(Some(match name {
            "invoke" => {
                let written = self.invoke_block(block, arguments, |_| {})?;
                objects(written)
            }
            "invokereturnasis" => Value::collected(self.invoke_block(block, arguments, |_| {})?),
            "getnewclosure" => Value::Block(self.closure(block)),
            _ => return Ok(None),
        }))
    }

    /// `ForEach` and `Where`, which every collection has.
    fn call_collection(
        &mut self,
        target: &Value,
        name: &str,
        arguments: &[Value],
    ) -> Outcome<Option<Value>> {
        let Some(first) = arguments.first() else {
            return Ok(None);
        };
        let Value::Block(block) = first else {
            if name != "foreach" {
                return Ok(None);
            }
            let mut found = Vec::new();
            for element in self.enumerated(target) {
                found.push(match first {
                    Value::Type(full) => self.cast_value(&element, full)?,
                    other => {
                        let name = self.text(other);
                        self.member(&element, &name)?
                    }
                });
            }
            return Ok(Some(objects(found)));
        };
        let mut found = Vec::new();
        match name {
            "foreach" => {
                for element in self.enumerated(target) {
                    found.extend(self.run_block(block, Some(element), &arguments[1..])?);
                }
            }
            "where" => {
                let mode = arguments
                    .get(1)
                    .map(|it| self.text(it).to_ascii_lowercase());
                let most = match arguments.get(2) {
                    Some(Value::Int(most)) => usize::try_from(*most).unwrap_or(0),
                    _ if mode.as_deref() == Some("first") => 1,
                    _ => usize::MAX,
                };
                for element in self.enumerated(target) {
                    if found.len() >= most {
                        break;
                    }
                    let holds = self.run_block(block, Some(element.clone()), &[])?;
                    if convert::to_bool(&Value::collected(holds)) {
                        found.push(element);
                    }
                }
                if mode.as_deref() == Some("last") {
                    found = found.pop().into_iter().collect();
                }
            }
            _ => return Ok(None),
        }
        Ok(Some(objects(found)))
    }
}

/// `Count` and `Length`, which everything has.
fn is_count(name: &str) -> bool {
    name.eq_ignore_ascii_case("count") || name.eq_ignore_ascii_case("length")
}

fn null_call() -> ErrorRecord {
    invalid(
        "You cannot call a method on a null-valued expression.",
        "InvokeMethodOnNull",
    )
}

fn no_method(message: &str) -> ErrorRecord {
    let mut record = invalid(message, "MethodNotFound");
    if message.starts_with("Cannot find an overload") {
        record.id = Rc::from("MethodCountCouldNotFindBest");
        record.category = Category::NotSpecified;
        record.exception = Rc::from("System.Management.Automation.MethodException");
    }
    if let Some((_, method)) = message.rsplit_once("named '") {
        record.target = Value::text(method.trim_end_matches("'."));
    }
    record
}
