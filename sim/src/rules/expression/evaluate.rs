//! From a tree and an object to a value.

use store::Text;

use super::function::Outcome;
use super::{Failure, Kind, Node, Operator, Source};
use crate::rules::RuleValue;

/// How a function gets its value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Evaluate {
    /// From the values of its arguments, and from the words that choose.
    Plain(fn(&[RuleValue], &[&'static str]) -> Outcome),
    /// From the arguments as they are written.
    Own(special::Own),
}

/// One evaluation on one object.
pub(super) struct Evaluation<'a> {
    text: &'a str,
    source: &'a dyn Source,
    variables: Vec<(String, RuleValue)>,
}

impl<'a> Evaluation<'a> {
    pub(super) const fn new(text: &'a str, source: &'a dyn Source) -> Self {
        Self {
            text,
            source,
            variables: Vec::new(),
        }
    }

    pub(super) fn value(&mut self, node: &Node) -> Outcome {
        match &node.kind {
            Kind::Literal(value) => Ok(value.clone()),
            Kind::Choice(word) => Err(Failure::Type(format!(
                "`{word}` stands where a value is expected"
            ))),
            Kind::Attribute(name) => Ok(self.source.attribute(name)),
            Kind::Parameter(name) => Ok(self.source.parameter(name)),
            Kind::Variable(name) => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                known
                    .map(|(_, value)| value.clone())
                    .ok_or_else(|| Failure::Type(format!("there is no variable `${name}` here")))
            }
            Kind::Negated(inner) => {
                let value = self.value(inner)?;
                let number = number(&value, "-")?;
                Ok(RuleValue::Number(number.wrapping_neg()))
            }
            Kind::Binary(operator, left, right) => self.binary(*operator, left, right),
            Kind::Call(function, arguments) => match function.how {
                None => Err(Failure::NotEvaluated(function.name)),
                Some(Evaluate::Own(own)) => own(self, arguments),
                Some(Evaluate::Plain(plain)) => {
                    let mut values = Vec::with_capacity(arguments.len());
                    let mut choices = Vec::new();
                    for argument in arguments {
                        match argument.kind {
                            Kind::Choice(word) => choices.push(word),
                            _ => values.push(self.value(argument)?),
                        }
                    }
                    if values.len() < function.least {
                        let message = format!("`{}` lacks a value", function.name);
                        return Err(Failure::Type(message));
                    }
                    plain(&values, &choices).map_err(|failure| self.placed(failure, node))
                }
            },
        }
    }

    /// The failure with the part of the expression that it is about.
    fn placed(&self, failure: Failure, node: &Node) -> Failure {
        match (failure, self.text.get(node.span.clone())) {
            (Failure::Type(message), Some(part)) => {
                Failure::Type(format!("{message}, in `{part}`"))
            }
            (failure, _) => failure,
        }
    }

    fn condition(&mut self, node: &Node) -> Result<bool, Failure> {
        let value = self.value(node)?;
        condition(&value)
    }

    fn binary(&mut self, operator: Operator, left: &Node, right: &Node) -> Outcome {
        match operator {
            Operator::Or => {
                let truth = self.condition(left)? || self.condition(right)?;
                return Ok(RuleValue::Boolean(truth));
            }
            Operator::And => {
                let truth = self.condition(left)? && self.condition(right)?;
                return Ok(RuleValue::Boolean(truth));
            }
            _ => {}
        }
        let (left, right) = (self.value(left)?, self.value(right)?);
        match (&left, &right) {
            (RuleValue::Many(each), one) => each_of(each, |value| apply(operator, value, one)),
            (one, RuleValue::Many(each)) => each_of(each, |value| apply(operator, one, value)),
            (left, right) => apply(operator, left, right),
        }
    }
}

/// Applies something to every value of a multi-valued attribute.
pub(super) fn each_of(values: &[RuleValue], apply: impl FnMut(&RuleValue) -> Outcome) -> Outcome {
    let each: Result<Vec<RuleValue>, Failure> = values.iter().map(apply).collect();
    each.map(RuleValue::Many)
}

fn apply(operator: Operator, left: &RuleValue, right: &RuleValue) -> Outcome {
    let truth = match operator {
        Operator::Equal => left.equals(right),
        Operator::NotEqual => !left.equals(right),
        Operator::Less => compare(left, right).is_some_and(std::cmp::Ordering::is_lt),
        Operator::LessOrEqual => compare(left, right).is_some_and(std::cmp::Ordering::is_le),
        Operator::Greater => compare(left, right).is_some_and(std::cmp::Ordering::is_gt),
        Operator::GreaterOrEqual => compare(left, right).is_some_and(std::cmp::Ordering::is_ge),
        Operator::Concatenate => return concatenated(left, right),
        Operator::Plus if matches!((left, right), (RuleValue::Text(_), RuleValue::Text(_))) => {
            return concatenated(left, right);
        }
        Operator::Plus => return arithmetic(left, right, "+", i64::checked_add),
        Operator::Minus => return arithmetic(left, right, "-", i64::checked_sub),
        Operator::Times => return arithmetic(left, right, "*", i64::checked_mul),
        Operator::Or | Operator::And => condition(left)? && condition(right)?,
    };
    Ok(RuleValue::Boolean(truth))
}

/// The order of two values; none where one is missing or they do not compare.
fn compare(left: &RuleValue, right: &RuleValue) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (RuleValue::Date(left), RuleValue::Date(right)) => Some(left.cmp(right)),
        (RuleValue::Text(left), RuleValue::Text(right)) => {
            match (left.trim().parse::<i64>(), right.trim().parse::<i64>()) {
                (Ok(left), Ok(right)) => Some(left.cmp(&right)),
                _ => Some(store::fold(left).cmp(&store::fold(right))),
            }
        }
        _ => Some(left.as_number()?.cmp(&right.as_number()?)),
    }
}

fn concatenated(left: &RuleValue, right: &RuleValue) -> Outcome {
    let mut whole = text(left, "&")?;
    whole.push_str(&text(right, "&")?);
    Ok(RuleValue::Text(whole))
}

fn arithmetic(
    left: &RuleValue,
    right: &RuleValue,
    sign: &str,
    compute: fn(i64, i64) -> Option<i64>,
) -> Outcome {
    let result = compute(number(left, sign)?, number(right, sign)?);
    result
        .map(RuleValue::Number)
        .ok_or_else(|| Failure::Type(format!("the result of `{sign}` is too large")))
}

/// The text of an argument; nothing reads as an empty text.
pub(super) fn text(value: &RuleValue, of: &str) -> Result<Text, Failure> {
    match value {
        RuleValue::Null => Ok(Text::new()),
        value => value.as_text().ok_or_else(|| wrong(value, "text", of)),
    }
}

/// The number of an argument; nothing reads as 0.
pub(super) fn number(value: &RuleValue, of: &str) -> Result<i64, Failure> {
    match value {
        RuleValue::Null => Ok(0),
        value => value
            .as_number()
            .ok_or_else(|| wrong(value, "a number", of)),
    }
}

pub(super) fn condition(value: &RuleValue) -> Result<bool, Failure> {
    value
        .as_condition()
        .ok_or_else(|| wrong(value, "True or False", "a condition"))
}

pub(super) fn wrong(value: &RuleValue, expected: &str, of: &str) -> Failure {
    Failure::Type(format!("`{of}` got {}, expected {expected}", value.kind()))
}

/// Functions that see their arguments before these have values.
pub(super) mod special {
    use super::{Evaluation, Failure, Kind, Node, Outcome, RuleValue, condition, text};

    pub(in super::super) type Own = fn(&mut Evaluation<'_>, &[Node]) -> Outcome;

    pub(in super::super) fn error(on: &mut Evaluation<'_>, arguments: &[Node]) -> Outcome {
        let message = on.value(&arguments[0])?;
        Err(Failure::Raised(text(&message, "Error")?.to_string()))
    }

    /// With a multi-valued condition, each value is chosen by the condition at its place.
    pub(in super::super) fn iif(on: &mut Evaluation<'_>, arguments: &[Node]) -> Outcome {
        let decides = on.value(&arguments[0])?;
        let RuleValue::Many(each) = &decides else {
            let chosen = usize::from(!condition(&decides)?);
            return on.value(&arguments[1 + chosen]);
        };
        let branches = [on.value(&arguments[1])?, on.value(&arguments[2])?];
        let mut chosen = Vec::with_capacity(each.len());
        for (place, one) in each.iter().enumerate() {
            let branch = &branches[usize::from(!condition(one)?)];
            chosen.push(match branch {
                RuleValue::Many(values) => values.get(place).cloned().unwrap_or(RuleValue::Null),
                one => one.clone(),
            });
        }
        Ok(RuleValue::from_list(chosen))
    }

    /// The documentation has all values evaluated; but a last `Error` for all other cases is its
    /// own example, so only the value that is chosen is evaluated.
    pub(in super::super) fn switch(on: &mut Evaluation<'_>, arguments: &[Node]) -> Outcome {
        if arguments.len() % 2 == 1 {
            let message = "`Switch` takes pairs of a condition and a value".to_owned();
            return Err(Failure::Type(message));
        }
        for pair in arguments.chunks_exact(2) {
            if on.condition(&pair[0])? {
                return on.value(&pair[1]);
            }
        }
        Ok(RuleValue::Null)
    }

    /// What the last import confirmed: imports are all that an inbound rule reads here.
    pub(in super::super) fn imported(on: &mut Evaluation<'_>, arguments: &[Node]) -> Outcome {
        Ok(on
            .source
            .attribute(attribute_name(&arguments[0], "ImportedValue")?))
    }

    pub(in super::super) fn value_count(on: &mut Evaluation<'_>, arguments: &[Node]) -> Outcome {
        let values = on
            .source
            .attribute(attribute_name(&arguments[0], "ValueCount")?);
        Ok(RuleValue::count(values.values().len()))
    }

    pub(in super::super) fn select(on: &mut Evaluation<'_>, arguments: &[Node]) -> Outcome {
        let name = variable(&arguments[0], "Select")?;
        let values = on.value(&arguments[1])?;
        let mut selected = Vec::new();
        for value in values.values() {
            selected.push(on.with_variable(name, value.clone(), &arguments[2])?);
        }
        Ok(RuleValue::from_list(selected))
    }

    pub(in super::super) fn filter(on: &mut Evaluation<'_>, arguments: &[Node]) -> Outcome {
        let name = variable(&arguments[0], "Where")?;
        let values = on.value(&arguments[1])?;
        let mut kept = Vec::new();
        for value in values.values() {
            let keeps = on.with_variable(name, value.clone(), &arguments[2])?;
            if condition(&keeps)? {
                kept.push(value.clone());
            }
        }
        Ok(RuleValue::from_list(kept))
    }

    pub(in super::super) fn with(on: &mut Evaluation<'_>, arguments: &[Node]) -> Outcome {
        let name = variable(&arguments[0], "With")?;
        let value = on.value(&arguments[1])?;
        on.with_variable(name, value, &arguments[2])
    }

    impl Evaluation<'_> {
        fn with_variable(&mut self, name: &str, value: RuleValue, node: &Node) -> Outcome {
            self.variables.push((name.to_owned(), value));
            let result = self.value(node);
            self.variables.pop();
            result
        }
    }

    fn variable<'a>(node: &'a Node, of: &str) -> Result<&'a str, Failure> {
        match &node.kind {
            Kind::Variable(name) => Ok(name),
            _ => Err(Failure::Type(format!(
                "the first argument of `{of}` is a variable `$name`"
            ))),
        }
    }

    fn attribute_name<'a>(node: &'a Node, of: &str) -> Result<&'a str, Failure> {
        match &node.kind {
            Kind::Literal(RuleValue::Text(name)) => Ok(name),
            _ => Err(Failure::Type(format!(
                "`{of}` takes the name of an attribute in quotes"
            ))),
        }
    }
}
