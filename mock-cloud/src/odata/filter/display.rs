//! Filters as text again.

use std::fmt::{Display, Formatter, Result};

use super::{Expression, Literal, Operand, Path};

impl Display for Expression {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::And(parts) => chain(out, parts, " and ", |part| {
                matches!(part, Self::And(_) | Self::Or(_))
            }),
            Self::Or(parts) => chain(out, parts, " or ", |part| matches!(part, Self::Or(_))),
            Self::Not(inner) => write!(out, "not ({inner})"),
            Self::Compare(left, operator, right) => {
                write!(out, "{left} {} {right}", operator.name())
            }
            Self::In(left, list) => {
                write!(out, "{left} in (")?;
                commas(out, list)?;
                out.write_str(")")
            }
            Self::Lambda { path, all, body } => {
                write!(out, "{path}/{}(", if *all { "all" } else { "any" })?;
                if let Some((variable, body)) = body {
                    write!(out, "{variable}:{body}")?;
                }
                out.write_str(")")
            }
            Self::Truth(operand) => operand.fmt(out),
        }
    }
}

fn chain(
    out: &mut Formatter<'_>,
    parts: &[Expression],
    word: &str,
    needs_parentheses: impl Fn(&Expression) -> bool,
) -> Result {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            out.write_str(word)?;
        }
        if needs_parentheses(part) {
            write!(out, "({part})")?;
        } else {
            part.fmt(out)?;
        }
    }
    Ok(())
}

fn commas(out: &mut Formatter<'_>, list: &[Operand]) -> Result {
    for (place, one) in list.iter().enumerate() {
        if place > 0 {
            out.write_str(",")?;
        }
        one.fmt(out)?;
    }
    Ok(())
}

impl Display for Operand {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::Literal(literal) => literal.fmt(out),
            Self::Path(path) => path.fmt(out),
            Self::Count(path) => write!(out, "{path}/$count"),
            Self::Call(name, arguments) => {
                write!(out, "{name}(")?;
                commas(out, arguments)?;
                out.write_str(")")
            }
        }
    }
}

impl Display for Path {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        out.write_str(&self.0.join("/"))
    }
}

impl Display for Literal {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Boolean(value) => value.fmt(out),
            Self::Text(text) => write!(out, "'{}'", text.replace('\'', "''")),
            Self::Guid(guid) => guid.fmt(out),
            Self::Number(number) => out.write_str(number),
            Self::Instant(at) => at.fmt(out),
            Self::Date(date, _) => out.write_str(date),
        }
    }
}
