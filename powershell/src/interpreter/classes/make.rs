//! Objects of classes: how they begin.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Class, Instance};
use crate::error::{Outcome, Stop, Unwind};
use crate::interpreter::Interpreter;
use crate::interpreter::functions::empty_of;
use crate::syntax::ast::{ClassMember, Parameter};
use crate::types;
use crate::value::{Object, Property, Value};

impl Interpreter<'_> {
    /// Makes an object of a class of the script; `None` where it has no such class.
    pub(crate) fn make_own(&mut self, full: &str, arguments: &[Value]) -> Outcome<Option<Value>> {
        let Some(class) = self.own_class(full) else {
            return Ok(None);
        };
        if self.depth >= self.limits.depth {
            return Err(Unwind::Stopped(Stop::Depth(self.limits.depth)));
        }
        self.memory += 256;
        self.depth += 1;
        let made = self.blank(&class).and_then(|object| {
            self.construct(&class, &object, arguments.to_vec())?;
            Ok(Some(Value::Object(object)))
        });
        self.depth -= 1;
        made
    }

    /// An object with the initial values of its properties.
    fn blank(&mut self, class: &Rc<Class>) -> Outcome<Object> {
        let mut names: Vec<Rc<str>> = class.chain().map(|it| Rc::clone(&it.name)).collect();
        let mut inherited = Vec::new();
        if let Some(exception) = &class.exception
            && let Some(made) = types::construct(exception, &[], &mut self.outlet)
            && let Value::Object(made) = made?
        {
            names.extend(made.type_names().iter().cloned());
            inherited.extend(made.properties().iter().cloned());
        } else {
            names.push(Rc::from("System.Object"));
        }
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        let object = Object::typed::<&str>(&names, [], None).with_native(Rc::new(Instance {
            class: Rc::clone(class),
            hidden: RefCell::default(),
        }));
        for owner in class.chain() {
            for member in &owner.syntax.members {
                let ClassMember::Property {
                    parameter,
                    is_static: false,
                    hidden,
                } = member
                else {
                    continue;
                };
                let this = Value::Object(object.clone());
                let value = self.first_value(owner, parameter, Some(this))?;
                match object.native::<Instance>() {
                    Some(instance) if *hidden => {
                        let entry = (Rc::clone(&parameter.name), value);
                        instance.hidden.borrow_mut().push(entry);
                    }
                    _ => object.add(&parameter.name, Property::Member(value)),
                }
            }
        }
        for (name, property) in inherited {
            object.add(&name, property);
        }
        Ok(object)
    }

    /// What a property is at first.
    pub(super) fn first_value(
        &mut self,
        class: &Class,
        parameter: &Parameter,
        this: Option<Value>,
    ) -> Outcome<Value> {
        let formal = self.property_formal(class, parameter)?;
        let Some(default) = &parameter.default else {
            // Only strings differ from a parameter that is not given: they are nothing.
            return Ok(match &*formal.kind {
                "System.String" => Value::Null,
                kind => self.own_empty(kind).unwrap_or_else(|| empty_of(kind)),
            });
        };
        let value = self.in_class(class, this, |it| it.expression(default))?;
        Ok(self.cast_value(&value, &formal.kind)?)
    }

    /// The first value of an enumeration of the script, which its properties begin with.
    fn own_empty(&self, kind: &str) -> Option<Value> {
        self.own_enumeration(kind).map(|it| it.of_number(0))
    }
}
