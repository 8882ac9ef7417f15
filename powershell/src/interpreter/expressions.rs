//! Expressions.

mod made;

pub(crate) use made::{Elements, custom, invalid, objects, type_not_found};

use std::rc::Rc;

use super::Interpreter;
use super::block::block_value;
use crate::convert;
use crate::error::{Category, ErrorRecord, Outcome, Stop, Unwind};
use crate::operators;
use crate::syntax::ast::{
    Body, Element, ElementKind, Expression, ExpressionKind, MemberName, Operator, Piece, Pipeline,
    Statement, StatementKind, TypeName, Variable,
};
use crate::value::{CUSTOM, Object, Table, Value};

/// Whether an expression writes nothing when it stands alone: `$i++`, `[void]…`.
pub(crate) fn is_silent(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Step(..) => true,
        ExpressionKind::Cast(name, _) => {
            name.name.eq_ignore_ascii_case("void") || name.name.eq_ignore_ascii_case("System.Void")
        }
        _ => false,
    }
}

impl Interpreter<'_> {
    /// The value of an expression.
    pub(crate) fn expression(&mut self, expression: &Expression) -> Outcome<Value> {
        match &expression.kind {
            ExpressionKind::Number(value) => Ok(value.clone()),
            ExpressionKind::Text(text, _) => Ok(Value::Text(Rc::clone(text))),
            ExpressionKind::Expandable(pieces, _) => self.expand(pieces),
            ExpressionKind::Variable(variable) => self.get(variable),
            ExpressionKind::List(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    values.push(self.expression(item)?);
                }
                Ok(Value::array(values))
            }
            ExpressionKind::Array(body) => self.array_of(body),
            ExpressionKind::Sub(body) => {
                let mut values: Vec<Value> = Vec::new();
                self.statements(body, &mut values)?;
                Ok(Value::collected(values))
            }
            ExpressionKind::Paren(statement) => self.value_of(statement),
            ExpressionKind::Table(entries) => self.table(entries, false),
            ExpressionKind::Block(block) => Ok(Value::Block(block_value(block, &self.source))),
            ExpressionKind::Unary(name, operand) => self.unary(name, operand),
            ExpressionKind::Binary(operator, left, right) => self.binary(*operator, left, right),
            ExpressionKind::Step(by, before, operand) => self.step_value(*by, *before, operand),
            ExpressionKind::Cast(name, operand) => self.cast(name, operand),
            ExpressionKind::Type(name) => self.resolve(name).map(Value::Type),
            ExpressionKind::Member(member) => self.member_expression(member),
            ExpressionKind::Index(target, index, conditional) => {
                let target = self.expression(target)?;
                if *conditional && target.is_null() {
                    return Ok(Value::Null);
                }
                let index = self.expression(index)?;
                self.index(&target, &index)
            }
            ExpressionKind::Ternary(condition, then, otherwise) => {
                let condition = self.expression(condition)?;
                if convert::to_bool(&condition) {
                    self.expression(then)
                } else {
                    self.expression(otherwise)
                }
            }
        }
    }

    /// The value of an expression, or nothing where a pipeline wrote nothing, which differs from
    /// `$null`.
    pub(crate) fn piped(&mut self, expression: &Expression) -> Outcome<Option<Value>> {
        match &expression.kind {
            ExpressionKind::Paren(statement) => self.written(statement),
            ExpressionKind::Sub(body) => {
                let mut values: Vec<Value> = Vec::new();
                self.statements(body, &mut values)?;
                Ok((!values.is_empty()).then(|| Value::collected(values)))
            }
            ExpressionKind::Variable(variable) if variable.scope.is_none() => {
                let is_empty = self
                    .scope
                    .find(&variable.name)
                    .is_some_and(|it| it.is_empty());
                if is_empty {
                    Ok(None)
                } else {
                    self.get(variable).map(Some)
                }
            }
            // A method that returns nothing writes nothing.
            ExpressionKind::Member(member) if member.arguments.is_some() => {
                let value = self.member_expression(member)?;
                Ok((!value.is_null()).then_some(value))
            }
            _ => self.expression(expression).map(Some),
        }
    }

    /// What a statement wrote, or nothing.
    pub(crate) fn written(&mut self, statement: &Statement) -> Outcome<Option<Value>> {
        if let StatementKind::Pipeline(Pipeline { elements }) = &statement.kind
            && let [
                Element {
                    kind: ElementKind::Expression(expression),
                    redirections,
                    ..
                },
            ] = elements.as_slice()
            && redirections.is_empty()
        {
            self.step(statement.span)?;
            let value = self.piped(expression)?;
            self.success = true;
            return Ok(value);
        }
        if let StatementKind::Assign(assign) = &statement.kind {
            return self.assign_statement(assign).map(Some);
        }
        let mut values: Vec<Value> = Vec::new();
        self.statement(statement, &mut values)?;
        Ok((!values.is_empty()).then(|| Value::collected(values)))
    }

    /// What a value is within a string.
    pub(crate) fn text(&mut self, value: &Value) -> String {
        match value {
            Value::Array(array) => {
                let separator = self.separator();
                let values = array.borrow().clone();
                let texts: Vec<String> = values.iter().map(|it| self.text_of_element(it)).collect();
                texts.join(&separator)
            }
            Value::Bytes(bytes) => {
                let separator = self.separator();
                let texts: Vec<String> = bytes.borrow().iter().map(u8::to_string).collect();
                texts.join(&separator)
            }
            other => self.text_of_element(other),
        }
    }

    fn text_of_element(&mut self, value: &Value) -> String {
        if let Value::Object(object) = value
            && let Some(block) = object.method("ToString")
            && let Ok(written) = self.run_method(&block, value, &[])
        {
            return convert::to_text(&written);
        }
        if let Value::Object(object) = value
            && let Ok(Some(text)) = self.call_own(object, "ToString", &[])
        {
            return convert::to_text(&text);
        }
        convert::to_text(value)
    }

    fn separator(&self) -> String {
        match self.scope.find("ofs").map(|slot| slot.value) {
            Some(Value::Null) | None => " ".to_owned(),
            Some(value) => convert::to_text(&value),
        }
    }

    fn expand(&mut self, pieces: &[Piece]) -> Outcome<Value> {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Value(expression) => {
                    let value = self.expression(expression)?;
                    text.push_str(&self.text(&value));
                }
            }
        }
        self.memory += text.len() as u64;
        Ok(Value::from(text))
    }

    /// `@( … )`: an array of what is written, also of nothing and of one.
    fn array_of(&mut self, body: &Body) -> Outcome<Value> {
        let mut values: Vec<Value> = Vec::new();
        self.statements(body, &mut values)?;
        Ok(Value::array(values))
    }

    pub(crate) fn table(
        &mut self,
        entries: &[(Expression, Statement)],
        ordered: bool,
    ) -> Outcome<Value> {
        let table = Table::new(ordered);
        for (key, value) in entries {
            let key = self.expression(key)?;
            if key.is_null() {
                let message = "A null key is not allowed in a hash literal.";
                return Err(invalid(message, "InvalidNullKey").into());
            }
            let value = self.value_of(value)?;
            if table.get(&key).is_some() {
                let message = format!(
                    "Duplicate keys '{}' are not allowed in hash literals.",
                    convert::to_text(&key)
                );
                return Err(invalid(&message, "DuplicateKeyInHashLiteral").into());
            }
            table.set(key, value);
        }
        Ok(Value::Table(table))
    }

    fn unary(&mut self, name: &str, operand: &Expression) -> Outcome<Value> {
        let value = self.expression(operand)?;
        Ok(match name {
            "not" => Value::Bool(!convert::to_bool(&value)),
            "," => Value::array([value]),
            "join" => {
                let texts: Vec<String> = value.enumerate().iter().map(|it| self.text(it)).collect();
                Value::from(texts.concat())
            }
            "split" | "csplit" => operators::split_blanks(&value),
            "bnot" => operators::bit_not(&value)?,
            "-" => operators::subtract(&Value::Int(0), &value)?,
            _ => operators::add(&Value::Int(0), &value)?,
        })
    }

    fn binary(
        &mut self,
        operator: Operator,
        left: &Expression,
        right: &Expression,
    ) -> Outcome<Value> {
        let case = operator.case_sensitive;
        let left = self.expression(left)?;
        match operator.name {
            "and" if !convert::to_bool(&left) => return Ok(Value::Bool(false)),
            "or" if convert::to_bool(&left) => return Ok(Value::Bool(true)),
            "??" if !left.is_null() => return Ok(left),
            _ => {}
        }
        let right = match (&right.kind, operator.name) {
            // The name of a type may be unknown: `-is` says so itself.
            (ExpressionKind::Type(name), "is" | "isnot" | "as") => Value::Type(self.resolve(name)?),
            _ => self.expression(right)?,
        };
        match operator.name {
            "and" | "or" => Ok(Value::Bool(convert::to_bool(&right))),
            "xor" => Ok(Value::Bool(
                convert::to_bool(&left) != convert::to_bool(&right),
            )),
            "??" => Ok(right),
            "match" | "notmatch" => {
                let is_negated = operator.name == "notmatch";
                let (value, groups) = operators::match_values(&left, &right, case, is_negated)?;
                if let Some(groups) = groups {
                    self.scope.set("Matches", groups);
                }
                Ok(value)
            }
            "replace" => self.replace(&left, &right, case),
            "split" => self.split(&left, &right, case),
            "join" => {
                let separator = self.text(&right);
                let texts: Vec<String> = left.enumerate().iter().map(|it| self.text(it)).collect();
                Ok(Value::from(texts.join(&separator)))
            }
            "f" => {
                let format = self.text(&left);
                let arguments = match &right {
                    Value::Array(_) => right.enumerate(),
                    other => vec![other.clone()],
                };
                Ok(Value::from(crate::format::operator(&format, &arguments)?))
            }
            "is" | "isnot" => {
                let full = self.type_of_value(&right)?;
                let is = convert::is_type(&left, &full);
                Ok(Value::Bool(is == (operator.name == "is")))
            }
            "as" => {
                let full = self.type_of_value(&right)?;
                Ok(self.cast_value(&left, &full).unwrap_or(Value::Null))
            }
            name => {
                let value = operators::binary(name, &left, &right, case)?;
                self.memory += match &value {
                    Value::Text(text) => text.len() as u64,
                    Value::Array(array) => array.borrow().len() as u64 * 8,
                    _ => 0,
                };
                Ok(value)
            }
        }
    }

    fn type_of_value(&mut self, value: &Value) -> Outcome<Rc<str>> {
        match value {
            Value::Type(full) => Ok(Rc::clone(full)),
            other => {
                let name = self.text(other);
                self.type_named(&name).ok_or_else(|| {
                    let message = format!(
                        "Cannot convert the \"{name}\" value of type \
                        \"{}\" to type \"System.Type\".",
                        convert::type_name(other)
                    );
                    invalid(&message, "RuntimeException").into()
                })
            }
        }
    }

    fn replace(&mut self, left: &Value, right: &Value, case: bool) -> Outcome<Value> {
        let arguments = match right {
            Value::Array(_) => right.enumerate(),
            other => vec![other.clone()],
        };
        if let Some(Value::Block(block)) = arguments.get(1) {
            let pattern = self.text(&arguments[0]);
            let text = self.text(left);
            return self.replace_with_block(&text, &pattern, block, case);
        }
        Ok(operators::replace(left, &arguments, case)?)
    }

    fn replace_with_block(
        &mut self,
        text: &str,
        pattern: &str,
        block: &crate::value::ScriptBlock,
        case: bool,
    ) -> Outcome<Value> {
        let mut result = String::new();
        let mut end = 0;
        for (range, found) in operators::all_matches(pattern, text, case)? {
            result.push_str(&text[end..range.start]);
            let value = Value::Object(Object::typed(
                &["System.Text.RegularExpressions.Match", "System.Object"],
                [
                    ("Value", Value::text(&found)),
                    ("Index", Value::Int(range.start as i32)),
                    ("Length", Value::Int(found.chars().count() as i32)),
                    ("Success", Value::Bool(true)),
                ],
                Some(&found),
            ));
            let written = self.run_block(block, Some(value), &[])?;
            result.push_str(&self.text(&Value::collected(written)));
            end = range.end;
        }
        result.push_str(&text[end..]);
        Ok(Value::from(result))
    }

    fn split(&mut self, left: &Value, right: &Value, case: bool) -> Outcome<Value> {
        let arguments = match right {
            Value::Array(_) => right.enumerate(),
            other => vec![other.clone()],
        };
        let Some(Value::Block(block)) = arguments.first() else {
            return Ok(operators::split(left, &arguments, case)?);
        };
        let mut parts = Vec::new();
        for value in left.enumerate() {
            let mut part = String::new();
            for c in self.text(&value).chars() {
                let written = self.run_block(block, Some(Value::text(c.to_string())), &[])?;
                if convert::to_bool(&Value::collected(written)) {
                    parts.push(std::mem::take(&mut part));
                } else {
                    part.push(c);
                }
            }
            parts.push(part);
        }
        Ok(Value::texts(parts))
    }

    /// `[type]value`.
    fn cast(&mut self, name: &TypeName, operand: &Expression) -> Outcome<Value> {
        let lower = name.name.to_ascii_lowercase();
        if let (ExpressionKind::Table(entries), "ordered") = (&operand.kind, lower.as_str()) {
            return self.table(entries, true);
        }
        let value = self.expression(operand)?;
        if matches!(lower.as_str(), "void" | "system.void") {
            return Ok(Value::Null);
        }
        if matches!(lower.as_str(), "pscustomobject" | "ordered")
            && let Value::Table(table) = &value
        {
            return Ok(custom(table));
        }
        let full = self.resolve(name)?;
        Ok(self.cast_value(&value, &full)?)
    }

    /// A value as a type, with what only the interpreter knows.
    pub(crate) fn cast_value(&mut self, value: &Value, full: &str) -> Result<Value, ErrorRecord> {
        if let Some(done) = self.cast_own(value, full) {
            return done;
        }
        match (full, value) {
            ("System.Management.Automation.ScriptBlock", Value::Text(text)) => {
                super::block::script_block(text).map_err(|error| self.parse_error(&error))
            }
            ("System.String", Value::Array(_) | Value::Bytes(_) | Value::Object(_)) => {
                Ok(Value::from(self.text(value)))
            }
            (CUSTOM | "System.Management.Automation.PSObject", Value::Table(table))
                if full == CUSTOM =>
            {
                Ok(custom(table))
            }
            _ => convert::cast(value, full),
        }
    }

    /// The full name of a type.
    pub(crate) fn resolve(&mut self, name: &TypeName) -> Outcome<Rc<str>> {
        self.type_named(&name.name).ok_or_else(|| {
            let lower = name.name.to_lowercase();
            let may_exist = lower.starts_with("system.") || lower.starts_with("microsoft.");
            if self.ends_at_unknown && may_exist {
                let line = self.source.position(name.span).line;
                let what = format!("the type [{}], line {line},", name.name);
                return Unwind::Stopped(Stop::NotSimulated(what));
            }
            Unwind::from(type_not_found(&name.name))
        })
    }

    /// The name of a member.
    pub(crate) fn member_name(&mut self, name: &MemberName) -> Outcome<Value> {
        match name {
            MemberName::Known(name) => Ok(Value::Text(Rc::clone(name))),
            MemberName::Computed(expression) => self.expression(expression),
        }
    }

    /// `a[b]`.
    pub(crate) fn index(&mut self, target: &Value, index: &Value) -> Outcome<Value> {
        if target.is_null() {
            let message = "Cannot index into a null array.";
            return Err(invalid(message, "NullArray").into());
        }
        if let Value::Table(table) = target {
            return Ok(match (index, table.is_ordered()) {
                (Value::Int(place), true) if table.get(index).is_none() => {
                    let entries = table.borrow();
                    let found = usize::try_from(*place).ok().and_then(|it| entries.get(it));
                    found.map_or(Value::Null, |(_, value)| value.clone())
                }
                (Value::Array(_), _) => {
                    let keys = index.enumerate();
                    let found = keys.iter().map(|key| table.get(key).unwrap_or_default());
                    Value::array(found.collect::<Vec<_>>())
                }
                _ => table.get(index).unwrap_or_default(),
            });
        }
        if let Value::Array(indexes) = index {
            let mut values = Vec::new();
            for index in indexes.borrow().iter() {
                let place = self.place(target, index)?;
                values.extend(self.element(target, place)?);
            }
            return Ok(Value::array(values));
        }
        if let Some(found) = crate::types::index(target, index) {
            return Ok(found);
        }
        if let Value::Object(_) = target {
            return self.index_object(target, index);
        }
        let place = self.place(target, index)?;
        Ok(self.element(target, place)?.unwrap_or_default())
    }

    fn index_object(&mut self, target: &Value, index: &Value) -> Outcome<Value> {
        if let Some(found) = crate::types::call(target, "get_Item", std::slice::from_ref(index)) {
            return Ok(found?);
        }
        if let Value::Text(name) = index {
            let found = self.member(target, name)?;
            if !found.is_null() {
                return Ok(found);
            }
        }
        match index {
            Value::Int(0 | -1) => Ok(target.clone()),
            Value::Int(_) => Ok(Value::Null),
            _ => {
                let message = format!(
                    "Unable to index into an object of type \"{}\".",
                    convert::type_name(target)
                );
                Err(invalid(&message, "CannotIndex").into())
            }
        }
    }

    fn place(&mut self, target: &Value, index: &Value) -> Outcome<i64> {
        match convert::cast(index, "System.Int64") {
            Ok(Value::Long(place)) => Ok(place),
            Ok(_) => Ok(0),
            Err(record) => {
                if matches!(target, Value::Array(_) | Value::Bytes(_) | Value::Text(_)) {
                    return Err(record.into());
                }
                let message = format!(
                    "Unable to index into an object of type \"{}\".",
                    convert::type_name(target)
                );
                Err(invalid(&message, "CannotIndex").into())
            }
        }
    }

    /// An element by its place, which may count from the end.
    fn element(&mut self, target: &Value, place: i64) -> Outcome<Option<Value>> {
        let pick = |length: usize| {
            let length = i64::try_from(length).unwrap_or(i64::MAX);
            let place = if place < 0 { place + length } else { place };
            usize::try_from(place).ok()
        };
        Ok(match target {
            Value::Array(array) => {
                let values = array.borrow();
                pick(values.len()).and_then(|it| values.get(it).cloned())
            }
            Value::Bytes(bytes) => {
                let bytes = bytes.borrow();
                pick(bytes.len()).and_then(|it| bytes.get(it).copied().map(Value::Byte))
            }
            Value::Text(text) => {
                let length = text.chars().count();
                pick(length).and_then(|it| text.chars().nth(it).map(Value::Char))
            }
            other => {
                let message = format!(
                    "Unable to index into an object of type {}.",
                    convert::type_name(other)
                );
                return Err(invalid(&message, "CannotIndex").into());
            }
        })
    }

    /// `$x`.
    pub(crate) fn get(&mut self, variable: &Variable) -> Outcome<Value> {
        if let Some(value) = self.lookup(variable) {
            return Ok(value);
        }
        if self.scope.strict_level() > 0 && variable.scope.as_deref() != Some("env") {
            let message = format!(
                "The variable '${}' cannot be retrieved because it has not been set.",
                variable.written
            );
            let record = ErrorRecord::new(
                message,
                "System.Management.Automation.RuntimeException",
                "VariableIsUndefined",
                Category::InvalidOperation,
            );
            let record = record.about(Value::Text(Rc::clone(&variable.written)));
            return Err(record.into());
        }
        Ok(Value::Null)
    }

    /// The elements of something that is walked through.
    pub(crate) fn enumerated(&mut self, value: &Value) -> Vec<Value> {
        self.memory += 8;
        match value {
            Value::Object(object) => match object.native::<Elements>() {
                Some(elements) => elements.0.borrow().clone(),
                None => vec![value.clone()],
            },
            other => other.enumerate(),
        }
    }
}
