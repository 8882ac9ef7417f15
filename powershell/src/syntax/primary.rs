//! Operands: what stands between operators, and members, calls and indexes behind it.

use std::rc::Rc;

use super::ast::{Expression, ExpressionKind, Member, MemberName, Statement};
use super::cursor::{Parsed, Parser, is_dash, is_double_quote, is_single_quote, is_word};
use super::source::Span;
use crate::value::Value;

/// Whether an attribute says how a parameter is bound, and nothing of its value.
fn is_of_parameters(name: &str) -> bool {
    const NAMES: [&str; 5] = [
        "Alias",
        "ArgumentCompleter",
        "Parameter",
        "PSDefaultValue",
        "SupportsWildcards",
    ];
    let bare = name.rsplit('.').next().unwrap_or(name);
    let bare = bare.strip_suffix("Attribute").unwrap_or(bare);
    NAMES.iter().any(|it| it.eq_ignore_ascii_case(bare))
}

impl<'t> Parser<'t> {
    /// An operand with members, calls and indexes behind it.
    pub(super) fn postfix(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let mut target = self.primary()?;
        loop {
            let conditional = self.is("?.") || self.is("?[");
            let before = self.at;
            if conditional {
                self.bump();
            }
            if self.is("::") {
                self.at += 2;
                target = self.member(start, target, true, false)?;
            } else if self.is(".") && self.begins_member() {
                self.bump();
                target = self.member(start, target, false, conditional)?;
            } else if self.is("[") {
                let open = self.here();
                self.bump();
                self.lines()?;
                if self.is("]") {
                    let message = "Array index expression is missing or not valid.";
                    return self.fail("MissingArrayIndexExpression", message, open);
                }
                let index = self.nested(Self::expression)?;
                self.lines()?;
                if !self.eat("]") {
                    let message = "Missing ']' after array index expression.";
                    return self.fail("MissingEndSquareBracket", message, open);
                }
                target = Expression {
                    span: self.from(start),
                    kind: ExpressionKind::Index(Box::new(target), Box::new(index), conditional),
                };
            } else {
                self.at = before;
                return Ok(target);
            }
        }
    }

    /// Whether what follows the dot is the name of a member.
    fn begins_member(&self) -> bool {
        let second = self.second().unwrap_or(' ');
        second != '.'
            && (is_word(second)
                || is_single_quote(second)
                || is_double_quote(second)
                || matches!(second, '$' | '(' | '\n' | '\r' | ' '))
    }

    fn member(
        &mut self,
        start: usize,
        target: Expression,
        is_static: bool,
        conditional: bool,
    ) -> Parsed<Expression> {
        self.lines()?;
        let Some(c) = self.peek() else {
            return self.missing_member();
        };
        let name = if is_single_quote(c) || is_double_quote(c) {
            let quoted = self.quoted()?;
            match quoted.kind {
                ExpressionKind::Text(text, _) => MemberName::Known(text),
                _ => MemberName::Computed(Box::new(quoted)),
            }
        } else if c == '$' || c == '(' {
            MemberName::Computed(Box::new(self.nested(Self::primary)?))
        } else {
            let word = self.word_here();
            if word.is_empty() {
                return self.missing_member();
            }
            self.at += word.len();
            MemberName::Known(Rc::from(word))
        };
        let arguments = if self.is("(") {
            Some(self.call_arguments()?)
        } else if self.is("{") && matches!(name, MemberName::Known(_)) {
            Some(vec![self.nested(Self::primary)?])
        } else {
            None
        };
        Ok(Expression {
            span: self.from(start),
            kind: ExpressionKind::Member(Member {
                target: Box::new(target),
                name,
                is_static,
                conditional,
                arguments,
            }),
        })
    }

    fn missing_member<T>(&self) -> Parsed<T> {
        let message = "Missing property name after reference operator.";
        self.fail("MissingPropertyName", message, self.here())
    }

    /// `( a, b )` of a call; the parenthesis comes next.
    pub(super) fn call_arguments(&mut self) -> Parsed<Vec<Expression>> {
        let open = self.here();
        self.bump();
        let mut arguments = Vec::new();
        self.lines()?;
        if self.eat(")") {
            return Ok(arguments);
        }
        loop {
            self.lines()?;
            if self.is(",") || self.is(")") {
                let message = "Missing expression after ','.";
                return self.fail("MissingExpressionAfterToken", message, self.here());
            }
            arguments.push(self.expression_without_comma()?);
            self.lines()?;
            if self.eat(")") {
                return Ok(arguments);
            }
            if !self.eat(",") {
                if self.is_end() || matches!(self.peek(), Some(';' | '}' | '{')) {
                    let message = "Missing ')' in method call.";
                    return self.fail("MissingEndParenthesisInMethodCall", message, open);
                }
                return self.unexpected();
            }
        }
    }

    /// An operand without anything behind it.
    pub(super) fn primary(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let Some(c) = self.peek() else {
            return self.unexpected();
        };
        if self.is("$(") {
            return self.nested(Self::subexpression);
        }
        if self.is_variable() {
            let variable = self.variable()?;
            return Ok(Expression {
                span: self.from(start),
                kind: ExpressionKind::Variable(variable),
            });
        }
        if is_single_quote(c) || is_double_quote(c) {
            return self.quoted();
        }
        if self.is_here_string() {
            return self.here_string();
        }
        match c {
            '(' => self.nested(Self::parenthesis),
            '{' => self.nested(Self::script_block),
            '[' => self.bracket(),
            '@' => self.at_sign(),
            _ if c.is_ascii_digit() || c == '.' => match self.number()? {
                Some(value) if !self.peek().is_some_and(is_word) => Ok(Expression {
                    span: self.from(start),
                    kind: ExpressionKind::Number(value),
                }),
                _ => {
                    self.at = start;
                    self.unexpected()
                }
            },
            _ => self.unexpected(),
        }
    }

    fn at_sign(&mut self) -> Parsed<Expression> {
        let start = self.at;
        if self.is("@{") {
            return self.nested(Self::table);
        }
        if self.is("@(") {
            self.at += 2;
            let body = self.nested(Self::statements)?;
            self.close_parenthesis(start)?;
            return Ok(Expression {
                span: self.from(start),
                kind: ExpressionKind::Array(body),
            });
        }
        if self.second().is_some_and(is_word) {
            self.bump();
            let name = self.word_here();
            self.at += name.len();
            let message = format!(
                "The splatting operator '@' cannot be used to reference variables in an \
                 expression. '@{name}' can be used only as an argument to a command. To \
                 reference variables in an expression use '${name}'."
            );
            return self.fail("SplattingNotPermitted", message, self.from(start));
        }
        self.fail(
            "UnrecognizedToken",
            "Unrecognized token in source text.",
            self.here(),
        )
    }

    fn close_parenthesis(&mut self, start: usize) -> Parsed<()> {
        self.separators()?;
        if self.eat(")") {
            return Ok(());
        }
        if self.is_end() || self.is("}") {
            let message = "Missing closing ')' in expression.";
            let span = Span::new(start, start + 1);
            return self.fail("MissingEndParenthesisInExpression", message, span);
        }
        self.unexpected()
    }

    fn parenthesis(&mut self) -> Parsed<Expression> {
        let start = self.at;
        self.bump();
        self.lines()?;
        if self.is(")") {
            let message = "An expression was expected after '('.";
            return self.fail("ExpectedExpression", message, Span::new(start, start + 1));
        }
        let inner = self.pipeline_statement()?;
        self.lines()?;
        self.close_parenthesis_of(start)?;
        Ok(Expression {
            span: self.from(start),
            kind: ExpressionKind::Paren(Box::new(inner)),
        })
    }

    fn close_parenthesis_of(&mut self, start: usize) -> Parsed<()> {
        if self.is(";") {
            return self.unexpected();
        }
        self.close_parenthesis(start)
    }

    /// `$( … )`.
    pub(super) fn subexpression(&mut self) -> Parsed<Expression> {
        let start = self.at;
        self.at += 2;
        let body = self.nested(Self::statements)?;
        self.close_parenthesis(start)?;
        Ok(Expression {
            span: self.from(start),
            kind: ExpressionKind::Sub(body),
        })
    }

    fn script_block(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let open = self.here();
        self.bump();
        let block = self.block_body()?;
        self.close_brace(open)?;
        Ok(Expression {
            span: self.from(start),
            kind: ExpressionKind::Block(Rc::new(block)),
        })
    }

    fn table(&mut self) -> Parsed<Expression> {
        let start = self.at;
        self.at += 2;
        let mut entries: Vec<(Expression, Statement)> = Vec::new();
        loop {
            self.separators()?;
            if self.eat("}") {
                break;
            }
            if self.is_end() {
                let message = "The hash literal was incomplete.";
                let span = Span::new(start, start + 2);
                return self.fail("IncompleteHashLiteral", message, span);
            }
            let key = self.table_key()?;
            if let ExpressionKind::Text(text, _) = &key.kind {
                let is_same = |it: &Expression| {
                    matches!(&it.kind, ExpressionKind::Text(other, _)
                        if other.to_lowercase() == text.to_lowercase())
                };
                if entries.iter().any(|(it, _)| is_same(it)) {
                    let message =
                        format!("Duplicate keys '{text}' are not allowed in hash literals.");
                    return self.fail("DuplicateKeyInHashLiteral", message, key.span);
                }
            }
            self.lines()?;
            if !self.eat("=") {
                let message = "Missing '=' operator after key in hash literal.";
                return self.fail("MissingEqualsInHashLiteral", message, key.span);
            }
            self.lines()?;
            if matches!(self.peek(), None | Some('}' | ';')) {
                let message = "Missing statement after '=' in hash literal.";
                return self.fail("MissingStatementInHashLiteral", message, self.here());
            }
            let value = self.nested(Self::statement)?;
            entries.push((key, value));
            self.blanks()?;
            if !matches!(self.peek(), None | Some('\n' | '\r' | ';' | '}')) {
                return self.unexpected();
            }
        }
        Ok(Expression {
            span: self.from(start),
            kind: ExpressionKind::Table(entries),
        })
    }

    fn table_key(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let word = self.word_here();
        let is_number = word.starts_with(|c: char| c.is_ascii_digit());
        if !word.is_empty() && !is_number {
            self.at += word.len();
            return Ok(Expression {
                span: self.from(start),
                kind: ExpressionKind::Text(Rc::from(word), true),
            });
        }
        self.nested(|parser| {
            parser.comma = false;
            parser.unary()
        })
    }

    /// A condition of `switch`: a bare word or an expression.
    pub(super) fn switch_condition(&mut self) -> Parsed<Expression> {
        let c = self.peek().unwrap_or(' ');
        let is_value = matches!(c, '$' | '(' | '{' | '@' | '[')
            || is_single_quote(c)
            || is_double_quote(c)
            || c.is_ascii_digit()
            || (is_dash(c) && self.second().is_some_and(|c| c.is_ascii_digit()));
        if is_value {
            self.unary()
        } else {
            self.bare_word()
        }
    }

    /// `[type]`, alone or before what is cast to it.
    fn bracket(&mut self) -> Parsed<Expression> {
        let start = self.at;
        if let Some(attribute) = self.try_attribute()? {
            // Those that say how a parameter is bound mean nothing for a variable.
            if !is_of_parameters(&attribute.name) {
                let what = format!("The attribute '{}' of a variable", attribute.name);
                return self.refuse(&what, attribute.span);
            }
            self.lines()?;
            return self.nested(Self::unary);
        }
        let name = self.type_name()?;
        let end = self.at;
        self.blanks()?;
        let Some(c) = self.peek() else {
            return Ok(type_of(name, self.from(start)));
        };
        let second = self.second().unwrap_or(' ');
        let is_operand = matches!(c, '$' | '(' | '{' | '[' | '@')
            || (c == '!' && second != '=')
            || is_single_quote(c)
            || is_double_quote(c)
            || c.is_ascii_digit()
            || (is_dash(c) && (second.is_ascii_digit() || matches!(second, '$' | '(')))
            || (is_dash(c) && matches!(self.unary_word(), Some(("not" | "bnot", _))));
        if self.is("::") || !is_operand {
            self.at = end;
            return Ok(type_of(name, Span::new(start, end)));
        }
        let operand = self.nested(|parser| {
            parser.comma = false;
            parser.unary()
        })?;
        Ok(Expression {
            span: self.from(start),
            kind: ExpressionKind::Cast(name, Box::new(operand)),
        })
    }

    /// A number; `None`, and nothing certain taken, for anything else.
    pub(super) fn number(&mut self) -> Parsed<Option<Value>> {
        let start = self.at;
        if self.is("0x") || self.is("0X") {
            self.at += 2;
            let digits = self.digits(16);
            let Ok(number) = u64::from_str_radix(digits, 16) else {
                return Ok(None);
            };
            let value = match (digits.len(), u32::try_from(number)) {
                (..=8, Ok(number)) => Value::Int(number.cast_signed()),
                _ => Value::Long(number.cast_signed()),
            };
            return Ok(self.scaled(value));
        }
        let whole = self.digits(10);
        let mut is_real = false;
        if self.is(".") && self.second().is_some_and(|c| c.is_ascii_digit()) {
            self.bump();
            self.digits(10);
            is_real = true;
        }
        if whole.is_empty() && !is_real {
            return Ok(None);
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            let before = self.at;
            self.bump();
            if matches!(self.peek(), Some('+' | '-')) {
                self.bump();
            }
            if self.digits(10).is_empty() {
                self.at = before;
            } else {
                is_real = true;
            }
        }
        let text = &self.text[start..self.at];
        let value = match (is_real, text.parse::<i32>(), text.parse::<i64>()) {
            (false, Ok(number), _) => Value::Int(number),
            (false, _, Ok(number)) => Value::Long(number),
            _ => Value::Double(text.parse().unwrap_or(f64::MAX)),
        };
        if matches!(self.peek(), Some('d' | 'D'))
            && let Some(exact) = crate::convert::number::decimal(text)
        {
            self.bump();
            return Ok(self.scaled(Value::Decimal(exact)));
        }
        Ok(self.scaled(value))
    }

    fn digits(&mut self, radix: u32) -> &'t str {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !c.is_digit(radix))
            .unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// Suffixes: `l` and `kb`, `mb` …
    fn scaled(&mut self, value: Value) -> Option<Value> {
        let mut value = value;
        if matches!(self.peek(), Some('l' | 'L')) {
            self.bump();
            value = match value {
                Value::Int(number) => Value::Long(i64::from(number)),
                Value::Double(number) => Value::Long(number as i64),
                other => other,
            };
        }
        let power = match self
            .rest()
            .get(..2)
            .unwrap_or_default()
            .to_ascii_lowercase()
            .as_str()
        {
            "kb" => 10,
            "mb" => 20,
            "gb" => 30,
            "tb" => 40,
            "pb" => 50,
            _ => return Some(value),
        };
        self.at += 2;
        let factor = 1_i64 << power;
        Some(match value {
            Value::Int(number) => match i64::from(number).checked_mul(factor) {
                Some(number) => i32::try_from(number).map_or(Value::Long(number), Value::Int),
                None => Value::Double(f64::from(number) * float(factor)),
            },
            Value::Long(number) => number
                .checked_mul(factor)
                .map_or(Value::Double(float(number) * float(factor)), Value::Long),
            Value::Double(number) => Value::Double(number * float(factor)),
            Value::Decimal(number) => number
                .checked_mul(factor.into())
                .map_or(value, Value::Decimal),
            other => other,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "as PowerShell does")]
const fn float(number: i64) -> f64 {
    number as f64
}

fn type_of(name: super::ast::TypeName, span: Span) -> Expression {
    Expression {
        span,
        kind: ExpressionKind::Type(name),
    }
}
