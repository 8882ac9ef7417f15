//! Which parameter and which set are meant, and what is wrong where none is.

use std::rc::Rc;

use super::super::formals::Formal;
use super::{Binding, Callee};
use crate::convert;
use crate::error::{Category, ErrorRecord, Outcome};
use crate::value::Value;

/// Whether a value needs no conversion for a parameter.
pub(super) fn fits_exactly(value: &Value, formal: &Formal) -> bool {
    matches!(
        &*formal.kind,
        "System.Object" | "System.Object[]" | "System.Management.Automation.PSObject"
    ) || convert::is_type(value, &formal.kind)
}

/// The parameters that take values by place in a set, in that order.
pub(super) fn positional(binding: &Binding, set: &str) -> Vec<usize> {
    let mut found: Vec<(i64, usize)> = Vec::new();
    for (index, formal) in binding.formals.iter().enumerate() {
        if let Some(position) = formal.in_set(set).and_then(|it| it.position)
            && !binding.is_bound(index)
        {
            found.push((position, index));
        }
    }
    found.sort_by_key(|(position, _)| *position);
    found.into_iter().map(|(_, index)| index).collect()
}

/// The parameter that takes all that is left.
pub(super) fn rest_formal(binding: &Binding, set: &str) -> Option<usize> {
    let formals = binding.formals.iter().enumerate();
    let mut found = formals.filter(|(index, formal)| {
        formal.in_set(set).is_some_and(|it| it.remaining) && !binding.is_bound(*index)
    });
    found.next().map(|(index, _)| index)
}

/// The parameter of a name: the exact one, an alias, or the only one that begins with it.
pub(super) fn find_formal(
    binding: &Binding,
    callee: &Callee,
    name: &str,
) -> Result<Option<usize>, ErrorRecord> {
    let formals = &binding.formals;
    let exact = formals.iter().position(|it| it.is_named(name));
    if exact.is_some() {
        return Ok(exact);
    }
    let lower = name.to_ascii_lowercase();
    let begins = |it: &str| it.to_ascii_lowercase().starts_with(&lower);
    let matching: Vec<usize> = (0..formals.len())
        .filter(|it| begins(&formals[*it].name) || formals[*it].aliases.iter().any(|it| begins(it)))
        .collect();
    match matching.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        several => {
            let mut names = String::new();
            for index in several {
                names.push_str(" -");
                names.push_str(&formals[*index].name);
            }
            let message = format!(
                "Parameter cannot be processed because the parameter name '{name}' is ambiguous. \
                 Possible matches include:{names}."
            );
            Err(binding_error(callee, "AmbiguousParameter", message))
        }
    }
}

/// Chooses a set among those that are possible.
pub(super) fn choose_set(binding: &mut Binding, piped: bool) -> Outcome {
    let default = binding.callee.default_set.clone();
    let is_default = |it: &&Rc<str>| {
        default
            .as_ref()
            .is_some_and(|set| it.eq_ignore_ascii_case(set))
    };
    if let [only] = binding.sets.as_slice() {
        binding.set = Rc::clone(only);
        return Ok(());
    }
    let complete = |set: &&Rc<str>| {
        let formals = binding.formals.iter().enumerate();
        let mut needed = formals.filter_map(|(index, it)| it.in_set(set).map(|it| (index, it)));
        needed.all(|(index, spec)| {
            let may_come = piped && (spec.piped || spec.by_property);
            !spec.mandatory || binding.is_bound(index) || may_come
        })
    };
    let chosen = binding.sets.iter().find(is_default);
    // Where the pipeline can complete another set, nobody is asked for what the default one lacks.
    if let Some(set) = chosen
        && (!piped || complete(&set) || !binding.sets.iter().any(|it| complete(&it)))
    {
        binding.set = Rc::clone(set);
        return Ok(());
    }
    let fitting: Vec<&Rc<str>> = binding.sets.iter().filter(complete).collect();
    match fitting.as_slice() {
        [only] => binding.set = Rc::clone(only),
        [first, ..] if piped => binding.set = Rc::clone(first),
        _ => return Err(ambiguous_set(binding).into()),
    }
    Ok(())
}

/// Mandatory parameters of the chosen set that have no value.
pub(super) fn missing(binding: &Binding) -> Vec<Rc<str>> {
    let formals = binding.formals.iter().enumerate();
    let unbound = formals.filter(|(index, formal)| {
        formal.in_set(&binding.set).is_some_and(|it| it.mandatory) && !binding.is_bound(*index)
    });
    unbound.map(|(_, formal)| Rc::clone(&formal.name)).collect()
}

/// An error of the binder.
pub(crate) fn binding_error(callee: &Callee, id: &str, message: impl Into<String>) -> ErrorRecord {
    let mut record = ErrorRecord::new(
        message,
        "System.Management.Automation.ParameterBindingException",
        id,
        Category::InvalidArgument,
    );
    record.activity = Rc::clone(&callee.name);
    record.command_class = Rc::clone(&callee.class);
    record.position = Some(callee.position.clone());
    record
}

pub(super) fn unknown_parameter(callee: &Callee, name: &str) -> ErrorRecord {
    let message = format!("A parameter cannot be found that matches parameter name '{name}'.");
    binding_error(callee, "NamedParameterNotFound", message)
}

pub(super) fn bound_twice(callee: &Callee, name: &str) -> ErrorRecord {
    let message = format!(
        "Cannot bind parameter because parameter '{name}' is specified more than once. To provide \
         multiple values to parameters that can accept multiple values, use the array syntax. For \
         example, \"-parameter value1,value2,value3\"."
    );
    binding_error(callee, "ParameterAlreadyBound", message)
}

pub(super) fn missing_argument(callee: &Callee, formal: &Formal) -> ErrorRecord {
    let message = format!(
        "Missing an argument for parameter '{}'. Specify a parameter of type '{}' and try again.",
        formal.name, formal.kind
    );
    binding_error(callee, "MissingArgument", message)
}

pub(super) fn no_position(callee: &Callee, value: &Value) -> ErrorRecord {
    let message = format!(
        "A positional parameter cannot be found that accepts argument '{}'.",
        convert::to_text(value)
    );
    binding_error(callee, "PositionalParameterNotFound", message)
}

pub(super) fn ambiguous_set(binding: &Binding) -> ErrorRecord {
    let message = "Parameter set cannot be resolved using the specified named parameters.";
    binding_error(&binding.callee, "AmbiguousParameterSet", message)
}

pub(super) fn missing_mandatory(callee: &Callee, names: &[Rc<str>]) -> ErrorRecord {
    let message = format!(
        "Cannot process command because of one or more missing mandatory parameters: {}.",
        names.join(" ")
    );
    binding_error(callee, "MissingMandatoryParameter", message)
}

pub(super) fn not_converted(
    callee: &Callee,
    formal: &Formal,
    value: &Value,
    why: &ErrorRecord,
) -> ErrorRecord {
    let _ = value;
    if callee.is_cmdlet {
        let message = format!("Cannot bind parameter '{}'. {}", formal.name, why.message);
        return binding_error(callee, "CannotConvertArgumentNoMessage", message);
    }
    let message = format!(
        "Cannot process argument transformation on parameter '{}'. {}",
        formal.name, why.message
    );
    let mut record = binding_error(callee, "ParameterArgumentTransformationError", message);
    record.category = Category::InvalidData;
    record.exception =
        Rc::from("System.Management.Automation.ParameterBindingArgumentTransformationException");
    record
}

/// What is no Boolean for a parameter.
pub(super) fn no_boolean(value: &Value, kind: &str) -> ErrorRecord {
    ErrorRecord {
        message: format!(
            "Cannot convert value \"{}\" to type \"{kind}\". Boolean parameters accept only \
             Boolean values and numbers, such as $True, $False, 1 or 0 instead.",
            convert::type_name(value)
        ),
        ..ErrorRecord::default()
    }
}

/// An argument that is not allowed.
pub(crate) fn not_valid(callee: &Callee, id: &str, message: String) -> ErrorRecord {
    let mut record = binding_error(callee, id, message);
    record.category = Category::InvalidData;
    record.exception = Rc::from("System.Management.Automation.ParameterBindingValidationException");
    record
}

pub(super) fn not_null(callee: &Callee, formal: &Formal) -> ErrorRecord {
    let message = format!(
        "Cannot bind argument to parameter '{}' because it is null.",
        formal.name
    );
    not_valid(
        callee,
        "ParameterArgumentValidationErrorNullNotAllowed",
        message,
    )
}

pub(super) fn empty(callee: &Callee, formal: &Formal, what: &str) -> ErrorRecord {
    let message = format!(
        "Cannot bind argument to parameter '{}' because it is {what}.",
        formal.name
    );
    let id = if what.ends_with("string") {
        "ParameterArgumentValidationErrorEmptyStringNotAllowed"
    } else {
        "ParameterArgumentValidationErrorEmptyArrayNotAllowed"
    };
    not_valid(callee, id, message)
}

pub(super) fn input_not_bound(callee: &Callee, value: &Value) -> ErrorRecord {
    let message = "The input object cannot be bound to any parameters for the command either \
                   because the command does not take pipeline input or the input and its \
                   properties do not match any of the parameters that take pipeline input.";
    binding_error(callee, "InputObjectNotBound", message).about(value.clone())
}

pub(super) fn input_incomplete(callee: &Callee, value: &Value, names: &[Rc<str>]) -> ErrorRecord {
    let message = format!(
        "The input object cannot be bound because it did not contain the information required to \
         bind all mandatory parameters:  {}",
        names.join(", ")
    );
    binding_error(callee, "InputObjectMissingMandatory", message).about(value.clone())
}
