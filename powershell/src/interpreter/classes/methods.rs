//! Methods and constructors: which one is meant, and how it runs.

use std::rc::Rc;

use super::{Class, class_of};
use crate::convert;
use crate::error::{Category, ErrorRecord, Outcome, Stop, Unwind};
use crate::interpreter::formals::Formal;
use crate::interpreter::scope::{Scope, Slot};
use crate::interpreter::{Frame, Interpreter};
use crate::syntax::ast::{ElementKind, Expression, ExpressionKind, Method, StatementKind};
use crate::types::no_overload;
use crate::value::{Object, Value};

/// A method with the arguments as it takes them.
struct Chosen {
    class: Rc<Class>,
    method: Rc<Method>,
    formals: Vec<Formal>,
    values: Vec<Value>,
}

/// `class` and those it derives from, shared.
fn owners(class: &Rc<Class>) -> Vec<Rc<Class>> {
    std::iter::successors(Some(Rc::clone(class)), |it| it.base.clone()).collect()
}

impl Interpreter<'_> {
    /// Calls a method that the class of an object declares; `None` where it declares none of this
    /// name.
    pub(crate) fn call_own(
        &mut self,
        object: &Object,
        name: &str,
        arguments: &[Value],
    ) -> Outcome<Option<Value>> {
        let Some(class) = class_of(object) else {
            return Ok(None);
        };
        self.call_from(&class, object, name, arguments)
    }

    fn call_from(
        &mut self,
        class: &Rc<Class>,
        object: &Object,
        name: &str,
        arguments: &[Value],
    ) -> Outcome<Option<Value>> {
        let wanted =
            |it: &Method| !it.is_constructor && !it.is_static && it.name.eq_ignore_ascii_case(name);
        if !owners(class)
            .iter()
            .any(|it| it.methods().any(|it| wanted(it)))
        {
            return Ok(None);
        }
        let chosen = self.choose(&owners(class), &wanted, name, arguments)?;
        let this = Value::Object(object.clone());
        self.run_own(chosen, Some(this)).map(Some)
    }

    /// `([Base]$this).Method()` calls what the base declares, whatever the object has instead.
    pub(crate) fn call_base(
        &mut self,
        target: &Expression,
        name: &str,
        arguments: &[Value],
    ) -> Outcome<Option<Value>> {
        if !self.in_method {
            return Ok(None);
        }
        let Some(base) = base_of(target).and_then(|it| self.own_class(it)) else {
            return Ok(None);
        };
        match self.scope.find("this").map(|it| it.value) {
            Some(Value::Object(this)) if class_of(&this).is_some_and(|it| it.is(&base.name)) => {
                self.call_from(&base, &this, name, arguments)
            }
            _ => Ok(None),
        }
    }

    /// Calls a static method of a class of the script; `None` where it has none of this name.
    pub(crate) fn call_own_static(
        &mut self,
        full: &str,
        name: &str,
        arguments: &[Value],
    ) -> Outcome<Option<Value>> {
        let Some(class) = self.own_class(full) else {
            return Ok(None);
        };
        let wanted =
            |it: &Method| !it.is_constructor && it.is_static && it.name.eq_ignore_ascii_case(name);
        if !owners(&class)
            .iter()
            .any(|it| it.methods().any(|it| wanted(it)))
        {
            return Ok(None);
        }
        let chosen = self.choose(&owners(&class), &wanted, name, arguments)?;
        self.run_own(chosen, None).map(Some)
    }

    /// Runs the constructor of a class that fits, and those of what it derives from.
    pub(super) fn construct(
        &mut self,
        class: &Rc<Class>,
        object: &Object,
        arguments: Vec<Value>,
    ) -> Outcome {
        let wanted = |it: &Method| it.is_constructor && !it.is_static;
        if !class.methods().any(|it| wanted(it)) {
            return match (&class.base, &class.exception) {
                _ if !arguments.is_empty() => Err(no_overload("new", arguments.len()).into()),
                (Some(base), _) => self.construct(&Rc::clone(base), object, arguments),
                (None, _) => Ok(()),
            };
        }
        let only = [Rc::clone(class)];
        let mut chosen = self.choose(&only, &wanted, "new", &arguments)?;
        let this = Value::Object(object.clone());
        let scope = self.method_scope(&mut chosen, Some(this));
        let mut handed = Vec::new();
        for argument in chosen.method.base.iter().flatten() {
            let value = self.in_scope(class, &scope, |it| it.expression(argument))?;
            handed.push(value);
        }
        match (&class.base, &class.exception) {
            (Some(base), _) => self.construct(&Rc::clone(base), object, handed)?,
            (None, Some(_)) => {
                if let Some(message) = handed.first() {
                    let message = self.text(message);
                    object.set("Message", Value::from(message));
                }
                if let Some(inner) = handed.get(1) {
                    object.set("InnerException", inner.clone());
                }
            }
            (None, None) => {}
        }
        self.run_method_body(&chosen, &scope).map(|_| ())
    }

    /// The method that fits the arguments best.
    fn choose(
        &mut self,
        owners: &[Rc<Class>],
        wanted: &dyn Fn(&Method) -> bool,
        name: &str,
        arguments: &[Value],
    ) -> Outcome<Chosen> {
        let mut best: Option<(u32, Chosen)> = None;
        let mut why = None;
        for class in owners {
            for method in class.methods().filter(|it| wanted(it)) {
                if method.body.parameters.len() != arguments.len() {
                    continue;
                }
                let source = std::mem::replace(&mut self.source, Rc::clone(&class.source));
                let formals = self.formals(&method.body);
                self.source = source;
                let formals = formals?.0;
                match self.fit(&formals, arguments) {
                    Ok((distance, values)) => {
                        if best.as_ref().is_none_or(|(it, _)| distance < *it) {
                            let chosen = Chosen {
                                class: Rc::clone(class),
                                method: Rc::clone(method),
                                formals,
                                values,
                            };
                            best = Some((distance, chosen));
                        }
                    }
                    Err((at, record)) => {
                        let formal = formals.get(at).map_or("", |it| &it.name);
                        let kind = formals.get(at).map_or("", |it| &it.kind);
                        why = Some(not_taken(name, formal, kind, &arguments[at], &record));
                    }
                }
            }
        }
        match (best, why) {
            (Some((_, chosen)), _) => Ok(chosen),
            (None, Some(record)) => Err(record.into()),
            (None, None) => Err(no_overload(name, arguments.len()).into()),
        }
    }

    /// The arguments as the parameters take them, and how far they are from it.
    fn fit(
        &mut self,
        formals: &[Formal],
        arguments: &[Value],
    ) -> Result<(u32, Vec<Value>), (usize, ErrorRecord)> {
        let mut distance = 0;
        let mut values = Vec::with_capacity(arguments.len());
        for (at, (formal, value)) in formals.iter().zip(arguments).enumerate() {
            let kind = &*formal.kind;
            distance += if *convert::type_name(value) == *kind {
                0
            } else if kind == "System.Object" {
                3
            } else if convert::is_type(value, kind) {
                1
            } else {
                5
            };
            values.push(
                self.cast_value(value, kind)
                    .map_err(|record| (at, record))?,
            );
        }
        Ok((distance, values))
    }

    fn run_own(&mut self, mut chosen: Chosen, this: Option<Value>) -> Outcome<Value> {
        let scope = self.method_scope(&mut chosen, this);
        let value = self.run_method_body(&chosen, &scope)?;
        let Some(returns) = &chosen.method.returns else {
            return Ok(Value::Null);
        };
        if returns.name.eq_ignore_ascii_case("void") {
            return Ok(Value::Null);
        }
        let source = std::mem::replace(&mut self.source, Rc::clone(&chosen.class.source));
        let full = self.resolve(returns);
        self.source = source;
        Ok(self.cast_value(&value, &full?)?)
    }

    /// A scope with `$this` and the arguments.
    fn method_scope(&self, chosen: &mut Chosen, this: Option<Value>) -> Rc<Scope> {
        let scope = Scope::child(&chosen.class.scope, false);
        if let Some(this) = this {
            scope.set("this", this);
        }
        let values = std::mem::take(&mut chosen.values);
        for (formal, value) in chosen.formals.iter().zip(values) {
            let is_typed = &*formal.kind != "System.Object";
            let slot = Slot {
                value,
                kind: is_typed.then(|| Rc::clone(&formal.kind)),
                fixed: false,
                private: false,
                nothing: false,
                written: Rc::clone(&formal.name),
            };
            scope.put(&formal.name, slot);
        }
        scope
    }

    /// Runs the statements of a method. Only what it returns comes of it.
    fn run_method_body(&mut self, chosen: &Chosen, scope: &Rc<Scope>) -> Outcome<Value> {
        if self.depth >= self.limits.depth {
            return Err(Unwind::Stopped(Stop::Depth(self.limits.depth)));
        }
        self.depth += 1;
        let position = self.source.position(chosen.method.name_span);
        self.frames.push(Frame {
            name: Rc::clone(&chosen.method.name),
            position,
            is_script: false,
        });
        // An error leaves a method at once.
        self.trying += 1;
        let returned = self.returned.take();
        let statements = chosen.method.body.end.as_deref().unwrap_or_default();
        let outcome = self.in_scope(&chosen.class, scope, |it| {
            let mut dropped: Vec<Value> = Vec::new();
            it.statements(statements, &mut dropped)
        });
        let value = std::mem::replace(&mut self.returned, returned);
        self.trying -= 1;
        self.frames.pop();
        self.depth -= 1;
        match outcome {
            Ok(()) | Err(Unwind::Return) => Ok(value.unwrap_or_default()),
            Err(other) => Err(other),
        }
    }

    /// Computes something in the scope of a class.
    pub(super) fn in_class<T>(
        &mut self,
        class: &Class,
        this: Option<Value>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let scope = Scope::child(&class.scope, false);
        if let Some(this) = this {
            scope.set("this", this);
        }
        self.in_scope(class, &scope, run)
    }

    fn in_scope<T>(
        &mut self,
        class: &Class,
        scope: &Rc<Scope>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outer = std::mem::replace(&mut self.scope, Rc::clone(scope));
        let source = std::mem::replace(&mut self.source, Rc::clone(&class.source));
        let method = std::mem::replace(&mut self.in_method, true);
        let done = run(self);
        self.in_method = method;
        self.source = source;
        self.scope = outer;
        done
    }
}

/// The type that `$this` is cast to.
fn base_of(target: &Expression) -> Option<&str> {
    match &target.kind {
        ExpressionKind::Paren(statement) => {
            let StatementKind::Pipeline(pipeline) = &statement.kind else {
                return None;
            };
            match pipeline.elements.as_slice() {
                [element] => match &element.kind {
                    ElementKind::Expression(inner) => base_of(inner),
                    ElementKind::Command(_) => None,
                },
                _ => None,
            }
        }
        ExpressionKind::Cast(name, operand) => match &operand.kind {
            ExpressionKind::Variable(variable) if &*variable.name == "this" => Some(&name.name),
            _ => None,
        },
        _ => None,
    }
}

fn not_taken(
    method: &str,
    parameter: &str,
    kind: &str,
    value: &Value,
    why: &ErrorRecord,
) -> ErrorRecord {
    ErrorRecord::new(
        format!(
            "Cannot convert argument \"{parameter}\", with value: \"{}\", for \"{method}\" to type \
             \"{kind}\": \"{}\"",
            convert::to_text(value),
            why.message
        ),
        "System.Management.Automation.MethodException",
        "MethodArgumentConversionInvalidCastArgument",
        Category::NotSpecified,
    )
}
