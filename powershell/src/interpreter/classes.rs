//! Classes and enumerations of a script.

mod casts;
mod make;
mod methods;

use std::cell::RefCell;
use std::rc::Rc;

use super::Interpreter;
use super::expressions::{invalid, type_not_found};
use super::formals::Formal;
use super::scope::Scope;
use crate::convert::{self, names};
use crate::error::Outcome;
use crate::syntax::Source;
use crate::syntax::ast::{self, Block, ClassMember, Statement, StatementKind};
use crate::types;
use crate::value::{Object, Value};

/// A type that the script declares.
#[derive(Debug, Clone)]
pub(crate) enum OwnType {
    /// Known by name only: what it is made of comes later in the same script.
    Named(Rc<str>),
    Class(Rc<Class>),
    Enumeration(Rc<Enumerated>),
}

/// An enumeration.
#[derive(Debug)]
pub(crate) struct Enumerated {
    name: Rc<str>,
    flags: bool,
    values: Vec<(Rc<str>, i64)>,
}

/// A class.
pub(crate) struct Class {
    name: Rc<str>,
    base: Option<Rc<Self>>,
    /// The exception of .NET that it derives from.
    exception: Option<Rc<str>>,
    syntax: Rc<ast::Class>,
    source: Rc<Source>,
    scope: Rc<Scope>,
    statics: RefCell<Vec<(Rc<str>, Value)>>,
}

impl std::fmt::Debug for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Class").field(&self.name).finish()
    }
}

/// What is kept in an object of a class.
pub(crate) struct Instance {
    class: Rc<Class>,
    /// Its hidden properties, which no list of members shows.
    hidden: RefCell<Vec<(Rc<str>, Value)>>,
}

impl Class {
    /// It and what it derives from, the most special one first.
    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |class| class.base.as_deref())
    }

    /// A property of its own, of objects or of the class.
    fn property(&self, name: &str, of_class: bool) -> Option<(&ast::Parameter, bool)> {
        self.syntax.members.iter().find_map(|member| match member {
            ClassMember::Property {
                parameter,
                is_static,
                hidden,
            } if *is_static == of_class && parameter.name.eq_ignore_ascii_case(name) => {
                Some((parameter, *hidden))
            }
            _ => None,
        })
    }

    fn methods(&self) -> impl Iterator<Item = &Rc<ast::Method>> {
        self.syntax
            .members
            .iter()
            .filter_map(|member| match member {
                ClassMember::Method(method) => Some(method),
                ClassMember::Property { .. } => None,
            })
    }

    /// Whether it is a class of this name or derives from one.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.chain().any(|it| it.name.eq_ignore_ascii_case(name))
    }
}

/// The class of an object, where a script declares it.
fn class_of(object: &Object) -> Option<Rc<Class>> {
    object.native::<Instance>().map(|it| Rc::clone(&it.class))
}

impl Interpreter<'_> {
    /// The full name of a type that the script may have declared itself.
    pub(crate) fn type_named(&self, name: &str) -> Option<Rc<str>> {
        if self.types.is_empty() && self.namespaces.is_empty() {
            return convert::resolve_type(name);
        }
        let own = |it: &str| {
            let own = self.types.get(&it.to_lowercase())?;
            Some(match own {
                OwnType::Named(name) => Rc::clone(name),
                OwnType::Class(class) => Rc::clone(&class.name),
                OwnType::Enumeration(it) => Rc::clone(&it.name),
            })
        };
        let known = names::Known {
            own: &own,
            spaces: &self.namespaces,
        };
        names::resolve_with(name, &known)
    }

    fn own_class(&self, name: &str) -> Option<Rc<Class>> {
        match self.types.get(&name.to_lowercase())? {
            OwnType::Class(class) => Some(Rc::clone(class)),
            _ => None,
        }
    }

    fn own_enumeration(&self, name: &str) -> Option<Rc<Enumerated>> {
        match self.types.get(&name.to_lowercase())? {
            OwnType::Enumeration(it) => Some(Rc::clone(it)),
            _ => None,
        }
    }

    /// Declares the classes and enumerations of a script before it runs, as they may be used above
    /// the place where they stand.
    pub(crate) fn declare_types(&mut self, block: &Block) -> Outcome {
        let parts = [&block.begin, &block.process, &block.end];
        // Types are looked for in the namespaces from the beginning.
        for statement in parts.into_iter().flatten().flatten() {
            if let StatementKind::Namespace(name) = &statement.kind {
                self.namespaces.push(name.to_string());
            }
        }
        let all: Vec<&Statement> = parts
            .into_iter()
            .flatten()
            .flatten()
            .filter(|it| {
                let kind = &it.kind;
                matches!(
                    kind,
                    StatementKind::Class(_) | StatementKind::Enumeration(_)
                )
            })
            .collect();
        for statement in &all {
            let name = match &statement.kind {
                StatementKind::Class(class) => &class.name,
                StatementKind::Enumeration(it) => &it.name,
                _ => continue,
            };
            let named = OwnType::Named(Rc::clone(name));
            self.types.insert(name.to_lowercase(), named);
        }
        for statement in &all {
            if let StatementKind::Enumeration(it) = &statement.kind {
                let done = self.declare_enumeration(it);
                self.located(done, it.name_span)?;
            }
        }
        // What a class derives from comes first, wherever it stands.
        let mut left: Vec<&Rc<ast::Class>> = all
            .iter()
            .filter_map(|statement| match &statement.kind {
                StatementKind::Class(class) => Some(class),
                _ => None,
            })
            .collect();
        while !left.is_empty() {
            let before = left.len();
            let mut waiting = Vec::new();
            for class in left {
                let waits = class.bases.iter().any(|base| {
                    let base = self.types.get(&base.name.to_lowercase());
                    matches!(base, Some(OwnType::Named(_)))
                });
                if waits {
                    waiting.push(class);
                    continue;
                }
                let done = self.declare_class(class);
                self.located(done, class.name_span)?;
            }
            if let (true, Some(class)) = (waiting.len() == before, waiting.first()) {
                let base = class.bases.first().map_or("", |it| &it.name);
                let done: Outcome = Err(type_not_found(base).into());
                return self.located(done, class.name_span);
            }
            left = waiting;
        }
        Ok(())
    }

    /// Declares a type where its statement stands, unless that was done before.
    pub(crate) fn declare_type(&mut self, kind: &StatementKind) -> Outcome {
        match kind {
            StatementKind::Class(class) => {
                let known = self.own_class(&class.name);
                match known {
                    Some(known) if Rc::ptr_eq(&known.syntax, class) => Ok(()),
                    _ => self.declare_class(class),
                }
            }
            StatementKind::Enumeration(it) => self.declare_enumeration(it),
            _ => Ok(()),
        }
    }

    fn declare_enumeration(&mut self, syntax: &Rc<ast::Enumeration>) -> Outcome {
        let mut values = Vec::new();
        let mut next = i64::from(syntax.flags);
        for (name, number) in &syntax.values {
            if let Some(number) = number {
                let value = self.expression(number)?;
                if let Value::Long(given) = convert::cast(&value, "System.Int64")? {
                    next = given;
                }
            }
            values.push((Rc::clone(name), next));
            next = if syntax.flags {
                next.checked_mul(2).unwrap_or(next)
            } else {
                next.saturating_add(1)
            };
        }
        let own = OwnType::Enumeration(Rc::new(Enumerated {
            name: Rc::clone(&syntax.name),
            flags: syntax.flags,
            values,
        }));
        self.types.insert(syntax.name.to_lowercase(), own);
        Ok(())
    }

    fn declare_class(&mut self, syntax: &Rc<ast::Class>) -> Outcome {
        let mut base = None;
        let mut exception = None;
        for name in &syntax.bases {
            if let Some(own) = self.own_class(&name.name) {
                exception.clone_from(&own.exception);
                base = Some(own);
                continue;
            }
            let full = self.resolve(name)?;
            if full.ends_with("Exception") {
                exception = Some(full);
            } else if !is_interface(&full) {
                let message = format!("A class that derives from [{full}]");
                let stop = crate::error::Stop::NotSimulated(message);
                return Err(crate::error::Unwind::Stopped(stop));
            }
        }
        let class = Rc::new(Class {
            name: Rc::clone(&syntax.name),
            base,
            exception,
            syntax: Rc::clone(syntax),
            source: Rc::clone(&self.source),
            scope: self
                .scope
                .shared(std::ptr::from_ref(self.scope.script()))
                .unwrap_or_else(|| Rc::clone(&self.scope)),
            statics: RefCell::default(),
        });
        let own = OwnType::Class(Rc::clone(&class));
        self.types.insert(syntax.name.to_lowercase(), own);
        for member in &syntax.members {
            if let ClassMember::Property {
                parameter,
                is_static: true,
                ..
            } = member
            {
                let value = self.first_value(&class, parameter, None)?;
                let entry = (Rc::clone(&parameter.name), value);
                class.statics.borrow_mut().push(entry);
            }
        }
        Ok(())
    }

    /// The static property of a class, or the value of an enumeration.
    pub(crate) fn own_static(&self, full: &str, name: &str) -> Option<Value> {
        if let Some(it) = self.own_enumeration(full) {
            return it.value(name);
        }
        let class = self.own_class(full)?;
        class.chain().find_map(|class| {
            let statics = class.statics.borrow();
            let found = statics.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone())
        })
    }

    /// Sets the static property of a class; `false` where the class is none of the script's.
    pub(crate) fn set_own_static(
        &mut self,
        full: &str,
        name: &str,
        value: &Value,
    ) -> Outcome<bool> {
        let Some(class) = self.own_class(full) else {
            return Ok(false);
        };
        for class in class.chain() {
            let Some((parameter, _)) = class.property(name, true) else {
                continue;
            };
            let formal = self.property_formal(class, parameter)?;
            let value = self.fitting_property(&formal, value)?;
            let mut statics = class.statics.borrow_mut();
            if let Some(entry) = statics
                .iter_mut()
                .find(|(it, _)| it.eq_ignore_ascii_case(name))
            {
                entry.1 = value;
                return Ok(true);
            }
        }
        Err(types::no_property(name).into())
    }

    /// The value of a hidden property of an object.
    pub(crate) fn hidden_property(object: &Object, name: &str) -> Option<Value> {
        let instance = object.native::<Instance>()?;
        let hidden = instance.hidden.borrow();
        let found = hidden.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    }

    /// Sets a property of an object whose class the script declares, as the type of the property
    /// asks; `false` where it is another object or a property that was added to it.
    pub(crate) fn set_own_property(
        &mut self,
        object: &Object,
        name: &str,
        value: &Value,
    ) -> Outcome<bool> {
        let Some(class) = class_of(object) else {
            return Ok(false);
        };
        for class in class.chain() {
            let Some((parameter, is_hidden)) = class.property(name, false) else {
                continue;
            };
            let formal = self.property_formal(class, parameter)?;
            let value = self.fitting_property(&formal, value)?;
            if is_hidden && let Some(instance) = object.native::<Instance>() {
                let mut hidden = instance.hidden.borrow_mut();
                hidden.retain(|(it, _)| !it.eq_ignore_ascii_case(name));
                hidden.push((Rc::clone(&parameter.name), value));
            } else {
                object.set(name, value);
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// How near an exception whose class the script declares is to a type of the script.
    pub(crate) fn own_exception_rank(&self, exception: &str, full: &str) -> Option<usize> {
        let class = self.own_class(exception)?;
        let mut chain = class.chain();
        chain.position(|it| it.name.eq_ignore_ascii_case(full))
    }

    /// The type and the attributes of a property.
    fn property_formal(&mut self, class: &Class, parameter: &ast::Parameter) -> Outcome<Formal> {
        let source = std::mem::replace(&mut self.source, Rc::clone(&class.source));
        let formal = self.formal(parameter);
        self.source = source;
        formal
    }

    /// A value as a property takes it.
    fn fitting_property(&mut self, formal: &Formal, value: &Value) -> Outcome<Value> {
        let value = self.cast_value(value, &formal.kind).map_err(|why| {
            let mut record = invalid(&why.message, "ExceptionWhenSetting");
            record.message = format!("Exception setting \"{}\": \"{}\"", formal.name, why.message);
            record.exception = Rc::from("System.Management.Automation.SetValueInvocationException");
            record
        })?;
        self.validate(&super::binding::Callee::default(), formal, &value)?;
        Ok(value)
    }
}

/// Whether a type is an interface: what a class says of itself, without anything to inherit.
fn is_interface(full: &str) -> bool {
    let last = full.rsplit('.').next().unwrap_or(full);
    let mut letters = last.chars();
    full == "System.Object"
        || letters.next() == Some('I') && letters.next().is_some_and(char::is_uppercase)
}
