//! Expressions: operators before and between operands.

use super::ast::{Expression, ExpressionKind, Operator};
use super::cursor::{Parsed, Parser, is_dash, is_double_quote, is_single_quote};
use super::source::Span;
use crate::value::Value;

/// The operators that are words, and how tightly they bind.
const WORDS: [(&str, u8); 36] = [
    ("and", 1),
    ("or", 1),
    ("xor", 1),
    ("band", 2),
    ("bor", 2),
    ("bxor", 2),
    ("eq", 3),
    ("ne", 3),
    ("gt", 3),
    ("ge", 3),
    ("lt", 3),
    ("le", 3),
    ("like", 3),
    ("notlike", 3),
    ("match", 3),
    ("notmatch", 3),
    ("contains", 3),
    ("notcontains", 3),
    ("in", 3),
    ("notin", 3),
    ("replace", 3),
    ("split", 3),
    ("join", 3),
    ("is", 3),
    ("isnot", 3),
    ("as", 3),
    ("shl", 3),
    ("shr", 3),
    ("f", 7),
    ("??", 4),
    ("+", 5),
    ("-", 5),
    ("*", 6),
    ("/", 6),
    ("%", 6),
    ("..", 8),
];

/// The operators that have kinds that begin with `c` and `i`.
const CASED: [&str; 16] = [
    "eq",
    "ne",
    "gt",
    "ge",
    "lt",
    "le",
    "like",
    "notlike",
    "match",
    "notmatch",
    "contains",
    "notcontains",
    "in",
    "notin",
    "replace",
    "split",
];

/// The operator of this name, and how tightly it binds.
fn operator_of(word: &str) -> Option<(&'static str, u8)> {
    WORDS.iter().find(|(name, _)| *name == word).copied()
}

/// What a word after a dash is between operands: its name, its binding and its case.
fn word_operator(word: &str) -> Option<(&'static str, u8, bool)> {
    let lower = word.to_ascii_lowercase();
    if let Some((name, binding)) = operator_of(&lower) {
        return Some((name, binding, false));
    }
    let rest = lower.get(1..)?;
    let (name, binding) = operator_of(rest)?;
    if !CASED.contains(&name) {
        return None;
    }
    match lower.as_bytes().first() {
        Some(b'c') => Some((name, binding, true)),
        Some(b'i') => Some((name, binding, false)),
        _ => None,
    }
}

/// A number with its sign turned.
pub(super) fn negated(value: Value) -> Value {
    match value {
        Value::Int(number) => number
            .checked_neg()
            .map_or(Value::Long(-i64::from(number)), Value::Int),
        Value::Long(number) => match number.checked_neg().map(|it| (it, i32::try_from(it))) {
            Some((_, Ok(i32::MIN))) => Value::Int(i32::MIN),
            Some((number, _)) => Value::Long(number),
            None => Value::Double(9_223_372_036_854_775_808.0),
        },
        Value::Double(number) => Value::Double(-number),
        Value::Decimal(number) => Value::Decimal(-number),
        other => other,
    }
}

impl Parser<'_> {
    /// An expression.
    pub(super) fn expression(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let condition = self.binary(0)?;
        let end = self.at;
        self.blanks()?;
        if !self.is("?") || self.is("??") {
            self.at = end;
            return Ok(condition);
        }
        self.bump();
        self.lines()?;
        let then = self.nested(Self::expression)?;
        self.lines()?;
        if !self.eat(":") {
            let message = "Missing ':' in ternary expression.";
            return self.fail("MissingColonInTernaryExpression", message, self.here());
        }
        self.lines()?;
        let otherwise = self.nested(Self::expression)?;
        Ok(Expression {
            span: self.from(start),
            kind: ExpressionKind::Ternary(Box::new(condition), Box::new(then), Box::new(otherwise)),
        })
    }

    /// An expression in which commas separate, as in the arguments of a method.
    pub(super) fn expression_without_comma(&mut self) -> Parsed<Expression> {
        self.nested(|parser| {
            parser.comma = false;
            parser.expression()
        })
    }

    /// Operands and the operators between them that bind at least as tightly.
    fn binary(&mut self, least: u8) -> Parsed<Expression> {
        let start = self.at;
        let mut left = self.list()?;
        loop {
            let end = self.at;
            self.blanks()?;
            let Some((operator, binding)) = self.operator_here() else {
                self.at = end;
                return Ok(left);
            };
            if binding < least {
                self.at = end;
                return Ok(left);
            }
            self.at = operator.span.end;
            self.lines()?;
            if !self.starts_operand() {
                let written = &self.text[operator.span.start..operator.span.end];
                let message = format!(
                    "You must provide a value expression following the '{written}' operator."
                );
                return self.fail("ExpectedValueExpression", message, operator.span);
            }
            let right = self.nested_binary(binding + 1)?;
            left = Expression {
                span: self.from(start),
                kind: ExpressionKind::Binary(operator, Box::new(left), Box::new(right)),
            };
        }
    }

    fn nested_binary(&mut self, least: u8) -> Parsed<Expression> {
        let comma = self.comma;
        self.nested(|parser| {
            parser.comma = comma;
            parser.binary(least)
        })
    }

    /// The operator between operands that stands here.
    fn operator_here(&self) -> Option<(Operator, u8)> {
        let start = self.at;
        let first = self.peek()?;
        let operator = |name, binding, length, case_sensitive| {
            let span = Span::new(start, start + length);
            Some((
                Operator {
                    name,
                    case_sensitive,
                    span,
                },
                binding,
            ))
        };
        let second = self.second().unwrap_or(' ');
        if is_dash(first) {
            let width = first.len_utf8();
            let rest = &self.rest()[width..];
            let length = rest
                .find(|c: char| !c.is_ascii_alphabetic())
                .unwrap_or(rest.len());
            if length == 0 {
                let is_minus = second != '=' && !is_dash(second);
                return is_minus.then(|| operator("-", 5, width, false)).flatten();
            }
            let (name, binding, case_sensitive) = word_operator(&rest[..length])?;
            return operator(name, binding, width + length, case_sensitive);
        }
        if self.is("??") {
            return (!self.is("??="))
                .then(|| operator("??", 4, 2, false))
                .flatten();
        }
        if self.is("..") {
            return operator("..", 8, 2, false);
        }
        if second == '=' {
            return None;
        }
        match first {
            '+' if second != '+' => operator("+", 5, 1, false),
            '*' if second != '>' => operator("*", 6, 1, false),
            '/' => operator("/", 6, 1, false),
            '%' => operator("%", 6, 1, false),
            _ => None,
        }
    }

    /// Whether an operand can begin here.
    fn starts_operand(&self) -> bool {
        let Some(c) = self.peek() else { return false };
        is_single_quote(c)
            || is_double_quote(c)
            || c.is_ascii_digit()
            || matches!(c, '$' | '(' | '{' | '[' | ',' | '!' | '@' | '+' | '.')
            || (is_dash(c)
                && (self.unary_word().is_some()
                    || self.second().is_some_and(|c| !c.is_alphabetic())))
    }

    /// Operands with commas between them.
    fn list(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let first = self.unary()?;
        if !self.comma {
            return Ok(first);
        }
        let mut items = vec![first];
        loop {
            let end = self.at;
            self.blanks()?;
            if !self.eat(",") {
                self.at = end;
                break;
            }
            self.lines()?;
            if !self.starts_operand() {
                let message = "Missing expression after ','.";
                let span = Span::new(self.at.saturating_sub(1), self.at);
                return self.fail("MissingExpressionAfterToken", message, span);
            }
            items.push(self.unary()?);
        }
        if items.len() == 1 {
            return items.pop().map_or_else(|| self.unexpected(), Ok);
        }
        Ok(Expression {
            span: self.from(start),
            kind: ExpressionKind::List(items),
        })
    }

    /// The operator before an operand that is a word: its name and its length.
    pub(super) fn unary_word(&self) -> Option<(&'static str, usize)> {
        let first = self.peek().filter(|c| is_dash(*c))?;
        let rest = &self.rest()[first.len_utf8()..];
        let length = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        let name = match rest[..length].to_ascii_lowercase().as_str() {
            "not" => "not",
            "bnot" => "bnot",
            "split" | "isplit" => "split",
            "csplit" => "csplit",
            "join" => "join",
            _ => return None,
        };
        Some((name, first.len_utf8() + length))
    }

    /// An operand with the operators before it.
    pub(super) fn unary(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let first = self.peek().unwrap_or(' ');
        let name = if let Some((name, length)) = self.unary_word() {
            self.at += length;
            name
        } else if first == '!' {
            self.bump();
            "not"
        } else if first == ',' {
            self.bump();
            ","
        } else if self.is("++") || (is_dash(first) && self.second().is_some_and(is_dash)) {
            self.bump();
            self.bump();
            self.lines()?;
            let operand = self.operand()?;
            return self.step(start, if first == '+' { 1 } else { -1 }, true, operand);
        } else if first == '+' {
            self.bump();
            "+"
        } else if is_dash(first) {
            self.bump();
            if self.peek().is_some_and(|c| c.is_ascii_digit())
                && let Some(value) = self.number()?
            {
                let value = negated(value);
                return Ok(Expression {
                    span: self.from(start),
                    kind: ExpressionKind::Number(value),
                });
            }
            "-"
        } else {
            let operand = self.postfix()?;
            return self.step_after(start, operand);
        };
        self.lines()?;
        if !self.starts_operand() {
            let written = self.text[start..self.at].trim_end();
            let message = format!("Missing expression after unary operator '{written}'.");
            return self.fail("MissingExpressionAfterOperator", message, self.from(start));
        }
        let operand = self.operand()?;
        Ok(Expression {
            span: self.from(start),
            kind: ExpressionKind::Unary(name, Box::new(operand)),
        })
    }

    fn operand(&mut self) -> Parsed<Expression> {
        let comma = self.comma;
        self.nested(|parser| {
            parser.comma = comma;
            parser.unary()
        })
    }

    /// `++` and `--` after an operand.
    fn step_after(&mut self, start: usize, operand: Expression) -> Parsed<Expression> {
        let end = self.at;
        if super::commands::is_assignable(&operand) {
            self.blanks()?;
            let first = self.peek().unwrap_or(' ');
            let second = self.second().unwrap_or(' ');
            if self.is("++") || (is_dash(first) && is_dash(second)) {
                self.bump();
                self.bump();
                return self.step(start, if first == '+' { 1 } else { -1 }, false, operand);
            }
        }
        self.at = end;
        Ok(operand)
    }

    fn step(&self, start: usize, by: i8, before: bool, operand: Expression) -> Parsed<Expression> {
        if !super::commands::is_assignable(&operand) {
            let sign = if by > 0 { "++" } else { "--" };
            let message =
                format!("The operator '{sign}' works only on variables or on properties.");
            return self.fail("OperatorRequiresVariableOrProperty", message, operand.span);
        }
        Ok(Expression {
            span: self.from(start),
            kind: ExpressionKind::Step(by, before, Box::new(operand)),
        })
    }
}
