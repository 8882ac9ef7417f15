//! What the `Validate…` attributes say about an argument.

use super::Interpreter;
use super::binding::{Callee, not_valid};
use super::formals::{Check, Formal};
use crate::convert;
use crate::error::{Outcome, Unwind};
use crate::operators;
use crate::value::Value;

impl Interpreter<'_> {
    /// Holds an argument against the attributes of its parameter.
    pub(crate) fn validate(&mut self, callee: &Callee, formal: &Formal, value: &Value) -> Outcome {
        let elements = match value {
            Value::Array(_) => value.enumerate(),
            other => vec![other.clone()],
        };
        if !formal.values.is_empty() {
            for element in &elements {
                let text = self.text(element);
                let is_same = |it: &str| {
                    if formal.values_case {
                        it == text
                    } else {
                        it.eq_ignore_ascii_case(&text)
                    }
                };
                if element.is_null() || !formal.values.iter().any(|it| is_same(it)) {
                    let reason = format!(
                        "The argument \"{text}\" does not belong to the set \"{}\" specified by \
                         the ValidateSet attribute. Supply an argument that is in the set and \
                         then try the command again.",
                        formal.values.join(",")
                    );
                    return Err(refused(callee, formal, &reason));
                }
            }
        }
        for check in &formal.checks {
            self.check(callee, formal, check, value, &elements)?;
        }
        Ok(())
    }

    fn check(
        &mut self,
        callee: &Callee,
        formal: &Formal,
        check: &Check,
        value: &Value,
        elements: &[Value],
    ) -> Outcome {
        match check {
            Check::NotNull | Check::NotNullOrEmpty if value.is_null() => {
                let reason = if matches!(check, Check::NotNull) {
                    "The argument is null. Provide a valid value for the argument, and then try \
                     running the command again."
                } else {
                    "The argument is null or empty. Provide an argument that is not null or \
                     empty, and then try the command again."
                };
                return Err(refused(callee, formal, reason));
            }
            Check::NotNullOrEmpty => {
                let is_empty = |it: &Value| matches!(it, Value::Text(it) if it.is_empty());
                if elements.is_empty() || elements.iter().any(|it| it.is_null() || is_empty(it)) {
                    let reason = "The argument is null or empty. Provide an argument that is not \
                                  null or empty, and then try the command again.";
                    return Err(refused(callee, formal, reason));
                }
            }
            Check::Count(low, high) => {
                let count = elements.len() as i64;
                if count < *low || count > *high {
                    let reason = format!(
                        "The parameter requires at least {low} value(s) and no more than {high} \
                         value(s) - {count} value(s) were provided."
                    );
                    return Err(refused(callee, formal, &reason));
                }
            }
            _ => {
                for element in elements {
                    self.check_element(callee, formal, check, element)?;
                }
            }
        }
        Ok(())
    }

    fn check_element(
        &mut self,
        callee: &Callee,
        formal: &Formal,
        check: &Check,
        element: &Value,
    ) -> Outcome {
        let text = self.text(element);
        let reason = match check {
            Check::Script(block) => {
                self.trying += 1;
                let ran = self.run_block(block, Some(element.clone()), &[]);
                self.trying -= 1;
                match ran {
                    Ok(written) if convert::to_bool(&Value::collected(written.clone())) => None,
                    Ok(_) => Some(format!(
                        "The \"{}\" validation script for the argument with value \"{text}\" did \
                         not return a result of True. Determine why the validation script failed, \
                         and then try the command again.",
                        block.text
                    )),
                    Err(Unwind::Error(record)) => Some(record.message.clone()),
                    Err(other) => return Err(other),
                }
            }
            Check::Range(low, high) => {
                if operators::less(element, low)? {
                    Some(format!(
                        "The {text} argument is less than the minimum allowed range of {}. Supply \
                         an argument that is greater than or equal to {} and then try the command \
                         again.",
                        convert::to_text(low),
                        convert::to_text(low)
                    ))
                } else if operators::less(high, element)? {
                    Some(format!(
                        "The {text} argument is greater than the maximum allowed range of {}. \
                         Supply an argument that is less than or equal to {} and then try the \
                         command again.",
                        convert::to_text(high),
                        convert::to_text(high)
                    ))
                } else {
                    None
                }
            }
            Check::Pattern(pattern) => {
                let fits = operators::matches(pattern, &text, false)?.is_some();
                (!fits).then(|| {
                    format!(
                        "The argument \"{text}\" does not match the \"{pattern}\" pattern. Supply \
                         an argument that matches \"{pattern}\" and try the command again."
                    )
                })
            }
            Check::Length(low, high) => {
                let length = text.chars().count() as i64;
                if length < *low {
                    Some(format!(
                        "The character length ({length}) of the argument is too short. Specify an \
                         argument with a length that is greater than or equal to \"{low}\", and \
                         then try the command again."
                    ))
                } else if length > *high {
                    Some(format!(
                        "The character length of the {length} argument is too long. Shorten the \
                         character length of the argument so it is fewer than or equal to \
                         \"{high}\" characters, and then try the command again."
                    ))
                } else {
                    None
                }
            }
            Check::NotNull | Check::NotNullOrEmpty | Check::Count(..) => None,
        };
        reason.map_or(Ok(()), |reason| Err(refused(callee, formal, &reason)))
    }
}

fn refused(callee: &Callee, formal: &Formal, reason: &str) -> Unwind {
    let message = format!(
        "Cannot validate argument on parameter '{}'. {reason}",
        formal.name
    );
    not_valid(callee, "ParameterArgumentValidationError", message).into()
}
