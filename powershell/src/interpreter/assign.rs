//! Variables, and what is assigned to them and to members and elements.

use std::rc::Rc;

use super::Interpreter;
use super::expressions::invalid;
use crate::convert;
use crate::error::{Category, ErrorRecord, Outcome};
use crate::operators;
use crate::syntax::ast::{
    Assign, ElementKind, Expression, ExpressionKind, Statement, StatementKind, Variable,
};
use crate::value::Value;

impl Interpreter<'_> {
    /// Runs an assignment, and returns what was assigned.
    pub(crate) fn assign_statement(&mut self, assign: &Assign) -> Outcome<Value> {
        if assign.operator.is_empty() {
            let value = self.written(&assign.value);
            let value = self.located(value, assign.target.span.to(assign.value.span))?;
            let is_nothing = value.is_none();
            let value = value.unwrap_or_default();
            self.assign(&assign.target, value.clone())?;
            if let (true, ExpressionKind::Variable(variable)) = (is_nothing, &assign.target.kind) {
                self.scope.mark_nothing(&variable.name);
            }
            return Ok(value);
        }
        let old = self.expression(&assign.target)?;
        if assign.operator == "??" {
            if old.is_null() {
                let value = self.value_of(&assign.value)?;
                self.assign(&assign.target, value)?;
            }
            return Ok(Value::Null);
        }
        let value = self.value_of(&assign.value)?;
        let value = self.combined(assign.operator, &old, &value)?;
        self.assign(&assign.target, value.clone())?;
        Ok(value)
    }

    fn combined(&mut self, operator: &str, old: &Value, value: &Value) -> Outcome<Value> {
        if let ("+", Value::Text(text)) = (operator, old) {
            let more = self.text(value);
            self.memory += more.len() as u64;
            return Ok(Value::from(format!("{text}{more}")));
        }
        if let Value::Array(array) = old {
            self.memory += array.borrow().len() as u64 / 16;
        }
        Ok(operators::binary(operator, old, value, false)?)
    }

    /// Assigns to a variable, a member, an element, or several of them.
    pub(crate) fn assign(&mut self, target: &Expression, value: Value) -> Outcome {
        match &target.kind {
            ExpressionKind::Variable(variable) => self.set(variable, value),
            ExpressionKind::Cast(name, inner) => {
                let full = self.resolve(name)?;
                let value = self.cast_value(&value, &full)?;
                if let ExpressionKind::Variable(variable) = &inner.kind {
                    self.set(variable, value)?;
                    let scope = self.scope_of(variable);
                    if let Some(mut slot) = scope.own(&variable.name) {
                        slot.kind = Some(full);
                        scope.put(&variable.name, slot);
                    }
                    return Ok(());
                }
                self.assign(inner, value)
            }
            ExpressionKind::List(targets) => self.assign_several(targets, &value),
            ExpressionKind::Paren(statement) => match inner_expression(statement) {
                Some(inner) => self.assign(inner, value),
                None => Ok(()),
            },
            ExpressionKind::Member(member) => {
                if member.is_static {
                    let target = self.expression(&member.target)?;
                    if let Value::Type(full) = &target {
                        let name = self.member_name(&member.name)?;
                        let name = self.text(&name);
                        self.set_own_static(full, &name, &value)?;
                    }
                    // `[Net.ServicePointManager]::SecurityProtocol = …` has no effect here.
                    return Ok(());
                }
                let object = self.expression(&member.target)?;
                let name = self.member_name(&member.name)?;
                let name = self.text(&name);
                self.set_member(&object, &name, value)
            }
            ExpressionKind::Index(object, index, _) => {
                let object = self.expression(object)?;
                let index = self.expression(index)?;
                self.set_element(&object, &index, value)
            }
            _ => Ok(()),
        }
    }

    /// `$a, $b = …`: one each, and the rest to the last.
    fn assign_several(&mut self, targets: &[Expression], value: &Value) -> Outcome {
        let values = value.enumerate();
        for (index, target) in targets.iter().enumerate() {
            let is_last = index + 1 == targets.len();
            let value = if is_last && values.len() > targets.len() {
                Value::array(values[index..].to_vec())
            } else {
                values.get(index).cloned().unwrap_or_default()
            };
            self.assign(target, value)?;
        }
        Ok(())
    }

    fn set_element(&mut self, object: &Value, index: &Value, value: Value) -> Outcome {
        match object {
            Value::Null => {
                let message = "Cannot index into a null array.";
                Err(invalid(message, "NullArray").into())
            }
            Value::Table(table) => {
                if index.is_null() {
                    let message = "Index operation failed; the array index evaluated to null.";
                    return Err(invalid(message, "NullArrayIndex").into());
                }
                let by_place = match index {
                    Value::Int(place) if table.is_ordered() && table.get(index).is_none() => {
                        usize::try_from(*place).ok()
                    }
                    _ => None,
                };
                if let Some(place) = by_place
                    && let Some(entry) = table.borrow_mut().get_mut(place)
                {
                    entry.1 = value;
                    return Ok(());
                }
                self.memory += 96;
                table.set(index.clone(), value);
                Ok(())
            }
            Value::Array(array) => {
                let length = array.borrow().len();
                let place = place_of(index, length)?;
                let value = match array.kind() {
                    crate::value::ArrayKind::Typed(kind) | crate::value::ArrayKind::List(kind) => {
                        let kind = Rc::clone(kind);
                        self.cast_value(&value, &kind)?
                    }
                    _ => value,
                };
                match array.borrow_mut().get_mut(place) {
                    Some(element) => *element = value,
                    None => return Err(out_of_range().into()),
                }
                Ok(())
            }
            Value::Bytes(bytes) => {
                let length = bytes.borrow().len();
                let place = place_of(index, length)?;
                if let (Value::Byte(byte), Some(element)) = (
                    convert::cast(&value, "System.Byte")?,
                    bytes.borrow_mut().get_mut(place),
                ) {
                    *element = byte;
                    return Ok(());
                }
                Err(out_of_range().into())
            }
            Value::Object(_) => {
                let arguments = [index.clone(), value.clone()];
                match crate::types::call(object, "set_Item", &arguments) {
                    Some(done) => done.map(|_| ()).map_err(Into::into),
                    None => {
                        let name = self.text(index);
                        self.set_member(object, &name, value)
                    }
                }
            }
            other => {
                let message = format!(
                    "Unable to index into an object of type {}.",
                    convert::type_name(other)
                );
                Err(invalid(&message, "CannotIndex").into())
            }
        }
    }

    /// `$i++` and the like.
    pub(crate) fn step_value(
        &mut self,
        by: i8,
        before: bool,
        operand: &Expression,
    ) -> Outcome<Value> {
        let old = self.expression(operand)?;
        let number = match &old {
            Value::Null => Value::Int(0),
            Value::Int(_)
            | Value::Long(_)
            | Value::Double(_)
            | Value::Decimal(_)
            | Value::Byte(_) => old.clone(),
            Value::Text(_) => convert::to_number(&old)?,
            other => {
                let sign = if by > 0 { "++" } else { "--" };
                let message = format!(
                    "The '{sign}' operator works only on numbers. The operand is a '{}'.",
                    convert::type_name(other)
                );
                return Err(invalid(&message, "OperatorRequiresNumber").into());
            }
        };
        let new = operators::add(&number, &Value::Int(i32::from(by)))?;
        self.assign(operand, new.clone())?;
        Ok(if before { new } else { number })
    }

    /// The value of a variable, if there is one.
    pub(crate) fn lookup(&mut self, variable: &Variable) -> Option<Value> {
        let name = &*variable.name;
        match variable.scope.as_deref() {
            None => self
                .automatic(name)
                .or_else(|| self.scope.find(name).map(|it| it.value)),
            Some("global") => self.scope.global().own(name).map(|it| it.value),
            Some("script") => self.scope.script().own(name).map(|it| it.value),
            Some("local" | "private") => self.scope.own(name).map(|it| it.value),
            Some("using" | "variable") => self.scope.find(name).map(|it| it.value),
            Some("env") => self.environment(&variable.written).map(Value::from),
            Some("function") => {
                let function = self.scope.function(name)?;
                Some(Value::Block(super::block::block_value(
                    function.block(),
                    &function.body.source,
                )))
            }
            Some(_) => None,
        }
    }

    pub(crate) fn environment(&self, name: &str) -> Option<String> {
        let set = self.environment.get(&name.to_lowercase());
        set.cloned()
            .unwrap_or_else(|| self.outlet.host.environment(name))
    }

    /// Variables that are not kept but known.
    pub(crate) fn automatic(&self, name: &str) -> Option<Value> {
        Some(match name {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            "?" => Value::Bool(self.success),
            "error" => Value::Array(self.errors.clone()),
            "psitem" => return self.scope.find("_").map(|it| it.value),
            "pwd" => self.current_folder_value(),
            _ => return None,
        })
    }

    fn scope_of(&self, variable: &Variable) -> Rc<super::scope::Scope> {
        // Scopes are shared; the one that is meant is found again by walking up.
        let meant: *const _ = match variable.scope.as_deref() {
            Some("global") => std::ptr::from_ref(self.scope.global()),
            Some("script") => std::ptr::from_ref(self.scope.script()),
            _ => Rc::as_ptr(&self.scope),
        };
        self.scope
            .shared(meant)
            .unwrap_or_else(|| Rc::clone(&self.scope))
    }

    /// Sets a variable.
    pub(crate) fn set(&mut self, variable: &Variable, value: Value) -> Outcome {
        let name = &*variable.name;
        if variable.scope.as_deref() == Some("env") {
            let text = (!value.is_null())
                .then(|| self.text(&value))
                .filter(|it| !it.is_empty());
            self.environment
                .insert(variable.written.to_lowercase(), text);
            return Ok(());
        }
        if matches!(name, "true" | "false" | "null" | "?") {
            if name == "null" {
                return Ok(());
            }
            return Err(read_only(&variable.written).into());
        }
        let scope = self.scope_of(variable);
        let value = match scope.own(name) {
            Some(slot) if slot.fixed => return Err(read_only(&variable.written).into()),
            Some(slot) => match slot.kind {
                Some(kind) => self
                    .cast_value(&value, &kind)
                    .map_err(|record| transformed(&record))?,
                None => value,
            },
            None => value,
        };
        scope.set(&variable.written, value);
        if variable.scope.as_deref() == Some("private")
            && let Some(mut slot) = scope.own(name)
        {
            slot.private = true;
            scope.put(name, slot);
        }
        Ok(())
    }
}

fn place_of(index: &Value, length: usize) -> Result<usize, ErrorRecord> {
    let place = match convert::cast(index, "System.Int64")? {
        Value::Long(place) => place,
        _ => 0,
    };
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let place = if place < 0 { place + length } else { place };
    match usize::try_from(place) {
        Ok(place) if place < length.unsigned_abs() as usize => Ok(place),
        _ => Err(out_of_range()),
    }
}

fn out_of_range() -> ErrorRecord {
    ErrorRecord::new(
        "Index was outside the bounds of the array.",
        "System.IndexOutOfRangeException",
        "System.IndexOutOfRangeException",
        Category::OperationStopped,
    )
}

fn transformed(record: &ErrorRecord) -> ErrorRecord {
    let mut new = record.clone();
    new.exception =
        Rc::from("System.Management.Automation.ArgumentTransformationMetadataException");
    new.id = Rc::from("RuntimeException");
    new.category = Category::MetadataError;
    new
}

fn read_only(name: &str) -> ErrorRecord {
    let mut record = ErrorRecord::new(
        format!("Cannot overwrite variable {name} because it is read-only or constant."),
        "System.Management.Automation.SessionStateUnauthorizedAccessException",
        "VariableNotWritable",
        Category::WriteError,
    );
    record.target = Value::text(name);
    record
}

fn inner_expression(statement: &Statement) -> Option<&Expression> {
    let StatementKind::Pipeline(pipeline) = &statement.kind else {
        return None;
    };
    match pipeline.elements.as_slice() {
        [element] => match &element.kind {
            ElementKind::Expression(expression) => Some(expression),
            ElementKind::Command(_) => None,
        },
        _ => None,
    }
}
