//! Which argument goes to which parameter.

mod asking;
mod choice;

pub(crate) use choice::not_valid;
use choice::{
    ambiguous_set, bound_twice, choose_set, empty, find_formal, fits_exactly, input_incomplete,
    input_not_bound, missing, missing_argument, no_boolean, no_position, not_converted, not_null,
    positional, rest_formal, unknown_parameter,
};

use std::rc::Rc;

use super::Interpreter;
use super::formals::{Formal, Spec};
use crate::convert;
use crate::error::{ErrorRecord, Outcome, Position};
use crate::value::{ScriptBlock, Value};

/// An argument as it was given.
#[derive(Debug, Clone)]
pub(crate) enum Given {
    /// `-Name`, and what follows a colon.
    Named {
        name: Rc<str>,
        value: Option<(Value, Option<Rc<str>>)>,
        /// Where it stands; `None` for what was splatted.
        position: Option<Position>,
    },
    /// A value, and how it was written if it is a number.
    Value(Value, Option<Rc<str>>),
}

/// Who is called, for errors.
#[derive(Debug, Clone, Default)]
pub(crate) struct Callee {
    pub(crate) name: Rc<str>,
    pub(crate) class: Rc<str>,
    pub(crate) is_cmdlet: bool,
    pub(crate) advanced: bool,
    pub(crate) default_set: Option<Rc<str>>,
    pub(crate) position: Position,
}

/// What was bound to what.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    pub(crate) callee: Rc<Callee>,
    pub(crate) formals: Rc<Vec<Formal>>,
    /// By the place of the parameter, in the order it was written.
    pub(crate) bound: Vec<(usize, Value)>,
    /// Those of `bound` that came with the last object.
    pub(crate) from_pipe: Vec<usize>,
    /// Blocks that are to be computed for every object.
    pub(crate) delayed: Vec<(usize, ScriptBlock)>,
    /// The sets that are still possible.
    pub(crate) sets: Vec<Rc<str>>,
    /// The set that was chosen.
    pub(crate) set: Rc<str>,
    /// What is left for `$args`.
    pub(crate) rest: Vec<Value>,
}

/// The set of parameters that are in no set.
pub(crate) const ALL_SETS: &str = "__AllParameterSets";

impl Binding {
    pub(crate) fn is_bound(&self, formal: usize) -> bool {
        self.bound.iter().any(|(it, _)| *it == formal)
            || self.delayed.iter().any(|(it, _)| *it == formal)
    }

    pub(crate) fn value(&self, name: &str) -> Option<Value> {
        let bound = self.bound.iter();
        let mut found = bound.filter(|(it, _)| self.formals[*it].name.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.clone())
    }

    fn spec(&self, formal: usize) -> Option<&Spec> {
        self.formals.get(formal)?.in_set(&self.set)
    }

    /// Whether a parameter is in a set that is still possible.
    fn possible(&self, formal: usize) -> Option<&Spec> {
        let formal = self.formals.get(formal)?;
        let sets = std::iter::once(&self.set).chain(&self.sets);
        {
            let mut sets = sets;
            sets.find_map(|set| formal.in_set(set))
        }
    }

    /// Sets that have all that is bound.
    fn narrow(&mut self) {
        let formals = Rc::clone(&self.formals);
        let given: Vec<usize> = self
            .bound
            .iter()
            .map(|(it, _)| *it)
            .chain(self.delayed.iter().map(|(it, _)| *it))
            .collect();
        self.sets
            .retain(|set| given.iter().all(|it| formals[*it].in_set(set).is_some()));
    }
}

impl Interpreter<'_> {
    /// Binds what was given on the command line.
    pub(crate) fn bind(
        &mut self,
        callee: Callee,
        formals: Rc<Vec<Formal>>,
        given: Vec<Given>,
        piped: bool,
    ) -> Outcome<Binding> {
        let mut sets: Vec<Rc<str>> = Vec::new();
        for spec in formals.iter().flat_map(|it| &it.specs) {
            if let Some(set) = &spec.set
                && !sets.iter().any(|it| it.eq_ignore_ascii_case(set))
            {
                sets.push(Rc::clone(set));
            }
        }
        if sets.is_empty() {
            sets.push(Rc::from(ALL_SETS));
        } else if let Some(default) = &callee.default_set
            && !sets.iter().any(|it| it.eq_ignore_ascii_case(default))
        {
            sets.push(Rc::clone(default));
        }
        let mut binding = Binding {
            callee: Rc::new(callee),
            formals,
            bound: Vec::new(),
            from_pipe: Vec::new(),
            delayed: Vec::new(),
            sets,
            set: Rc::from(ALL_SETS),
            rest: Vec::new(),
        };
        let left = self.bind_named(&mut binding, given)?;
        binding.narrow();
        if binding.sets.is_empty() {
            return Err(ambiguous_set(&binding).into());
        }
        self.bind_positional(&mut binding, left)?;
        binding.narrow();
        if binding.sets.is_empty() {
            return Err(ambiguous_set(&binding).into());
        }
        choose_set(&mut binding, piped)?;
        self.ask_for_missing(&mut binding, piped)?;
        Ok(binding)
    }

    /// Binds `-Name value`; returns the values that have no name.
    fn bind_named(
        &mut self,
        binding: &mut Binding,
        given: Vec<Given>,
    ) -> Outcome<Vec<(Value, Option<Rc<str>>)>> {
        let mut left = Vec::new();
        let mut at = (*binding.callee).clone();
        let mut given = given.into_iter().peekable();
        while let Some(argument) = given.next() {
            let (name, value) = match argument {
                Given::Value(value, raw) => {
                    left.push((value, raw));
                    continue;
                }
                Given::Named {
                    name,
                    value,
                    position,
                } => {
                    if let Some(position) = position {
                        let mut callee = (*binding.callee).clone();
                        callee.position = position;
                        at = callee;
                    }
                    (name, value)
                }
            };
            let Some(index) = find_formal(binding, &at, &name)? else {
                if binding.callee.advanced {
                    return Err(unknown_parameter(&at, &name).into());
                }
                left.push((Value::from(format!("-{name}")), None));
                left.extend(value);
                continue;
            };
            let formals = Rc::clone(&binding.formals);
            let formal = &formals[index];
            let (value, raw) = match (value, formal.is_switch()) {
                (Some(value), _) => value,
                (None, true) => (Value::Bool(true), None),
                (None, false) => match given.next_if(|it| matches!(it, Given::Value(..))) {
                    Some(Given::Value(value, raw)) => (value, raw),
                    _ => return Err(missing_argument(&at, formal).into()),
                },
            };
            if binding.is_bound(index) {
                return Err(bound_twice(&at, &formal.name).into());
            }
            self.bind_one(binding, index, value, raw)?;
        }
        Ok(left)
    }

    /// Binds a value to a parameter, or keeps a block that is computed for every object.
    fn bind_one(
        &mut self,
        binding: &mut Binding,
        index: usize,
        value: Value,
        raw: Option<Rc<str>>,
    ) -> Outcome {
        let formals = Rc::clone(&binding.formals);
        let formal = &formals[index];
        if let Value::Block(block) = &value {
            let is_piped = formal.specs.iter().any(|it| it.piped || it.by_property);
            let takes_blocks = matches!(
                &*formal.kind,
                "System.Object"
                    | "System.Management.Automation.ScriptBlock"
                    | "System.Object[]"
                    | "System.Management.Automation.PSObject"
                    | "System.Management.Automation.ScriptBlock[]"
            );
            if is_piped && !takes_blocks {
                binding.delayed.push((index, block.clone()));
                return Ok(());
            }
        }
        let callee = Rc::clone(&binding.callee);
        let value = self.argument_for(&callee, formal, value, raw)?;
        binding.bound.push((index, value));
        Ok(())
    }

    /// A value as a parameter takes it.
    pub(crate) fn argument_for(
        &mut self,
        callee: &Callee,
        formal: &Formal,
        value: Value,
        raw: Option<Rc<str>>,
    ) -> Outcome<Value> {
        let value = match raw {
            Some(raw) if &*formal.kind == "System.String" => Value::Text(raw),
            Some(raw) if &*formal.kind == "System.String[]" => Value::texts([raw]),
            _ => value,
        };
        let mandatory = formal.specs.iter().any(|it| it.mandatory);
        let value = if value.is_null() {
            let is_refused = mandatory && !formal.allow_null;
            let is_text = &*formal.kind == "System.String" && !callee.is_cmdlet;
            if is_refused && !is_text {
                return Err(not_null(callee, formal).into());
            }
            if callee.is_cmdlet {
                Value::Null
            } else {
                self.converted(callee, formal, value)?
            }
        } else {
            self.converted(callee, formal, value)?
        };
        if mandatory && !formal.allow_empty {
            let what = match &value {
                Value::Text(text) if text.is_empty() => "an empty string",
                Value::Array(array) if array.borrow().is_empty() => "an empty array",
                _ => "",
            };
            if !what.is_empty() {
                return Err(empty(callee, formal, what).into());
            }
        }
        self.validate(callee, formal, &value)?;
        Ok(value)
    }

    fn converted(&mut self, callee: &Callee, formal: &Formal, value: Value) -> Outcome<Value> {
        if matches!(
            &*formal.kind,
            "System.Object" | "System.Management.Automation.PSObject"
        ) {
            return Ok(value);
        }
        if formal.is_switch() {
            return match value {
                Value::Text(_) | Value::Table(_) => {
                    let why = no_boolean(&value, "System.Management.Automation.SwitchParameter");
                    Err(not_converted(callee, formal, &value, &why).into())
                }
                other => Ok(Value::Bool(convert::to_bool(&other))),
            };
        }
        // Elsewhere any text is true but the empty one; here `"false"` would be.
        if &*formal.kind == "System.Boolean"
            && matches!(value, Value::Text(_) | Value::Table(_) | Value::Object(_))
        {
            let why = no_boolean(&value, "System.Boolean");
            return Err(not_converted(callee, formal, &value, &why).into());
        }
        if &*formal.kind == "System.String"
            && let Value::Array(array) = &value
        {
            let only = array.borrow().first().cloned();
            let is_one = array.borrow().len() == 1;
            let why = ErrorRecord {
                message: "Cannot convert value to type System.String.".to_owned(),
                ..ErrorRecord::default()
            };
            return match only {
                Some(only) if is_one && callee.is_cmdlet => self.converted(callee, formal, only),
                _ => Err(not_converted(callee, formal, &value, &why).into()),
            };
        }
        let done = self.cast_value(&value, &formal.kind);
        done.map_err(|why| not_converted(callee, formal, &value, &why).into())
    }

    /// Binds values without a name by their place.
    fn bind_positional(
        &mut self,
        binding: &mut Binding,
        left: Vec<(Value, Option<Rc<str>>)>,
    ) -> Outcome {
        if left.is_empty() {
            return Ok(());
        }
        let mut order = binding.sets.clone();
        if let Some(default) = &binding.callee.default_set
            && let Some(place) = order.iter().position(|it| it.eq_ignore_ascii_case(default))
        {
            let set = order.remove(place);
            order.insert(0, set);
        }
        let mut chosen = None;
        for exact in [true, false] {
            for set in &order {
                let targets = positional(binding, set);
                let has_rest = rest_formal(binding, set).is_some();
                let enough = left.len() <= targets.len() || has_rest;
                let mut pairs = left.iter().zip(&targets);
                let fits = pairs.all(|((value, _), formal)| {
                    !exact || fits_exactly(value, &binding.formals[*formal])
                });
                if enough && fits && chosen.is_none() {
                    chosen = Some((Rc::clone(set), targets));
                }
            }
        }
        let (set, targets) = match chosen {
            Some(chosen) => chosen,
            None if binding.callee.advanced => {
                let most = order.iter().map(|set| positional(binding, set).len()).max();
                let value = left.get(most.unwrap_or(0)).or(left.first());
                let value = value.map(|(value, _)| value.clone()).unwrap_or_default();
                return Err(no_position(&binding.callee, &value).into());
            }
            None => {
                let set = order.first().cloned().unwrap_or_else(|| Rc::from(ALL_SETS));
                let targets = positional(binding, &set);
                (set, targets)
            }
        };
        let rest = rest_formal(binding, &set);
        let mut values = left.into_iter();
        for target in targets {
            if Some(target) == rest {
                break;
            }
            let Some((value, raw)) = values.next() else {
                break;
            };
            self.bind_one(binding, target, value, raw)?;
        }
        let more: Vec<Value> = values.map(|(value, _)| value).collect();
        if let (Some(rest), false) = (rest, more.is_empty()) {
            let mut more = more;
            let value = match more.as_slice() {
                [Value::Array(_)] => more.remove(0),
                _ => Value::array(more),
            };
            return self.bind_one(binding, rest, value, None);
        }
        binding.rest.extend(more);
        Ok(())
    }

    /// Binds what an object of the pipeline gives; false if it was refused with an error.
    pub(crate) fn bind_input(
        &mut self,
        stage: &mut super::pipeline::Stage,
        value: &Value,
    ) -> Outcome<bool> {
        let binding = &mut stage.binding;
        if !binding.callee.advanced {
            return Ok(true);
        }
        let from_pipe = std::mem::take(&mut binding.from_pipe);
        binding.bound.retain(|(it, _)| !from_pipe.contains(it));
        let callee = Rc::clone(&binding.callee);
        let mut any = false;
        for (index, block) in binding.delayed.clone() {
            let formals = Rc::clone(&binding.formals);
            let written = self.run_block(&block, Some(value.clone()), &[])?;
            let value = Value::collected(written);
            let value = self.argument_for(&callee, &formals[index], value, None)?;
            binding.bound.push((index, value));
            binding.from_pipe.push(index);
            any = true;
        }
        let mut refused = None;
        any |= self.bind_piped(binding, value, true, &mut refused)?;
        any |= self.bind_properties(binding, value)?;
        if !any {
            any = self.bind_piped(binding, value, false, &mut refused)?;
        }
        let takes = |it: &Formal| it.specs.iter().any(|it| it.piped || it.by_property);
        if callee.is_cmdlet && !binding.formals.iter().any(takes) {
            return Ok(true);
        }
        if !any {
            let record = refused.unwrap_or_else(|| input_not_bound(&callee, value));
            self.refuse_input(stage, record)?;
            return Ok(false);
        }
        let mut narrowed = binding.clone();
        narrowed.narrow();
        if !narrowed.sets.is_empty()
            && !narrowed
                .sets
                .iter()
                .any(|it| it.eq_ignore_ascii_case(&binding.set))
        {
            let default = callee.default_set.as_ref();
            let is_default =
                |it: &&Rc<str>| default.is_some_and(|set| it.eq_ignore_ascii_case(set));
            let set = narrowed
                .sets
                .iter()
                .find(is_default)
                .or(narrowed.sets.first());
            binding.set = set.cloned().unwrap_or_else(|| Rc::from(ALL_SETS));
        }
        let missing: Vec<Rc<str>> = missing(binding);
        if !missing.is_empty() {
            let record = input_incomplete(&callee, value, &missing);
            self.refuse_input(stage, record)?;
            return Ok(false);
        }
        Ok(true)
    }

    fn bind_piped(
        &mut self,
        binding: &mut Binding,
        value: &Value,
        exact: bool,
        refused: &mut Option<ErrorRecord>,
    ) -> Outcome<bool> {
        let mut any = false;
        let callee = Rc::clone(&binding.callee);
        for index in 0..binding.formals.len() {
            let takes = binding.possible(index).is_some_and(|it| it.piped);
            if !takes || binding.is_bound(index) {
                continue;
            }
            let formals = Rc::clone(&binding.formals);
            if exact && !fits_exactly(value, &formals[index]) {
                continue;
            }
            match self.argument_for(&callee, &formals[index], value.clone(), None) {
                Ok(value) => {
                    binding.bound.push((index, value));
                    binding.from_pipe.push(index);
                    any = true;
                }
                Err(crate::error::Unwind::Error(record)) => {
                    if !record.id.starts_with("CannotConvert")
                        && !record.id.contains("Transformation")
                    {
                        *refused = Some((*record).clone());
                    }
                }
                Err(other) => return Err(other),
            }
        }
        Ok(any)
    }

    fn bind_properties(&mut self, binding: &mut Binding, value: &Value) -> Outcome<bool> {
        let mut any = false;
        let callee = Rc::clone(&binding.callee);
        for index in 0..binding.formals.len() {
            let takes = binding.possible(index).is_some_and(|it| it.by_property);
            if !takes || binding.is_bound(index) {
                continue;
            }
            let formals = Rc::clone(&binding.formals);
            let formal = &formals[index];
            let mut found = None;
            for name in std::iter::once(&formal.name).chain(&formal.aliases) {
                found = match value {
                    Value::Object(object) if object.property(name).is_some() => {
                        Some(self.member(value, name)?)
                    }
                    Value::Object(_) | Value::Table(_) | Value::Array(_) | Value::Null => None,
                    other => crate::types::member(other, name)
                        .filter(|_| !name.eq_ignore_ascii_case("count")),
                };
                if found.is_some() {
                    break;
                }
            }
            let Some(found) = found else { continue };
            if let Ok(value) = self.argument_for(&callee, formal, found, None) {
                binding.bound.push((index, value));
                binding.from_pipe.push(index);
                any = true;
            }
        }
        Ok(any)
    }

    /// Reports that an object was not taken; the next may be.
    fn refuse_input(&mut self, stage: &mut super::pipeline::Stage, record: ErrorRecord) -> Outcome {
        let meta = Rc::clone(&stage.meta);
        stage.failed = true;
        self.command_error(&meta, record)
    }
}
