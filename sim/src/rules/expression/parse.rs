//! From words to a tree.

use std::ops::Range;

use super::function::{FUNCTIONS, find};
use super::lexer::{Lexer, Token, error_at};
use super::{ExpressionError, Kind, Node, Operator, PARAMETERS};
use crate::rules::RuleValue;
use crate::scenario::nearest;

/// How deep expressions may be nested.
const DEPTH_MAX: usize = 64;
/// How many operators one expression may have.
const OPERATORS_MAX: usize = 256;

/// Words that choose how a function works.
const CHOICES: [&str; 7] = [
    "CaseSensitive",
    "CaseInsensitive",
    "vbTextCompare",
    "vbBinaryCompare",
    "Unicode",
    "ASCII",
    "UTF8",
];

pub(super) fn parse(text: &str) -> Result<Node, ExpressionError> {
    let mut lexer = Lexer::new(text);
    let (token, span) = lexer.next()?;
    let mut parser = Parser {
        text,
        lexer,
        token,
        span,
        end: 0,
        depth: 0,
        operators: 0,
    };
    let root = parser.ranked(0)?;
    match parser.token {
        Token::End => Ok(root),
        _ => Err(parser.expected("an operator or the end")),
    }
}

struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    token: Token,
    span: Range<usize>,
    /// Where the word before ended.
    end: usize,
    depth: usize,
    operators: usize,
}

const fn rank(operator: Operator) -> usize {
    match operator {
        Operator::Or => 0,
        Operator::And => 1,
        Operator::Equal
        | Operator::NotEqual
        | Operator::Less
        | Operator::LessOrEqual
        | Operator::Greater
        | Operator::GreaterOrEqual => 2,
        Operator::Concatenate | Operator::Plus | Operator::Minus | Operator::Times => 3,
    }
}

impl Parser<'_> {
    fn advance(&mut self) -> Result<Token, ExpressionError> {
        let (next, span) = self.lexer.next()?;
        self.end = self.span.end;
        self.span = span;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn expected(&self, what: &str) -> ExpressionError {
        let found = match &self.token {
            Token::End => "the expression ends".to_owned(),
            _ => format!("found `{}`", &self.text[self.span.clone()]),
        };
        error_at(
            self.text,
            self.span.start,
            format!("{found}, expected {what}"),
        )
    }

    /// Operators of this rank and higher ones, from left to right.
    fn ranked(&mut self, least: usize) -> Result<Node, ExpressionError> {
        if least > 3 {
            return self.operand();
        }
        let start = self.span.start;
        let mut left = self.ranked(least + 1)?;
        while let Token::Operator(operator) = self.token
            && rank(operator) == least
        {
            self.operators += 1;
            if self.operators > OPERATORS_MAX {
                let message = format!("more than {OPERATORS_MAX} operators");
                return Err(error_at(self.text, self.span.start, message));
            }
            self.advance()?;
            let right = self.ranked(least + 1)?;
            left = Node {
                kind: Kind::Binary(operator, Box::new(left), Box::new(right)),
                span: start..self.end,
            };
        }
        Ok(left)
    }

    fn operand(&mut self) -> Result<Node, ExpressionError> {
        if self.depth == DEPTH_MAX {
            let message = format!("more than {DEPTH_MAX} levels of brackets");
            return Err(error_at(self.text, self.span.start, message));
        }
        self.depth += 1;
        let start = self.span.start;
        let kind = match self.advance_operand()? {
            Token::Text(text) => Kind::Literal(RuleValue::text(text)),
            Token::Number(number) => Kind::Literal(RuleValue::Number(number)),
            Token::Attribute(name) => Kind::Attribute(name),
            Token::Parameter(name) => self.parameter(name, start)?,
            Token::Variable(name) => Kind::Variable(name),
            Token::Name(name) => self.named(&name, start)?,
            Token::Operator(_) => Kind::Negated(Box::new(self.operand()?)),
            _ => {
                let inner = self.ranked(0)?;
                self.close()?;
                inner.kind
            }
        };
        self.depth -= 1;
        Ok(Node {
            kind,
            span: start..self.end,
        })
    }

    /// Takes a word with which an operand can begin.
    fn advance_operand(&mut self) -> Result<Token, ExpressionError> {
        match self.token {
            Token::Close | Token::Comma | Token::End => {
                Err(self.expected("a value, an attribute or a function"))
            }
            Token::Operator(operator) if operator != Operator::Minus => {
                Err(self.expected("a value, an attribute or a function"))
            }
            _ => self.advance(),
        }
    }

    fn close(&mut self) -> Result<(), ExpressionError> {
        match self.token {
            Token::Close => self.advance().map(|_| ()),
            _ => Err(self.expected("`)`")),
        }
    }

    fn parameter(&self, name: String, start: usize) -> Result<Kind, ExpressionError> {
        if PARAMETERS.contains(&name.as_str()) {
            return Ok(Kind::Parameter(name));
        }
        let help = nearest(&name, PARAMETERS)
            .map_or_else(String::new, |near| format!(": did you mean `%{near}%`?"));
        let message = format!("there is no parameter `%{name}%`{help}");
        Err(ExpressionError {
            unknown: Some(format!("the parameter %{name}%")),
            ..error_at(self.text, start, message)
        })
    }

    fn named(&mut self, name: &str, start: usize) -> Result<Kind, ExpressionError> {
        if self.token == Token::Open {
            return self.call(name, start);
        }
        let literal = match name {
            "True" => RuleValue::Boolean(true),
            "False" => RuleValue::Boolean(false),
            "NULL" | "Null" => RuleValue::Null,
            "AuthoritativeNull" => RuleValue::AuthoritativeNull,
            "IgnoreThisFlow" => RuleValue::IgnoreThisFlow,
            "CRLF" => RuleValue::text("\r\n"),
            _ => {
                if let Some(choice) = CHOICES.iter().find(|choice| **choice == name) {
                    return Ok(Kind::Choice(choice));
                }
                let words = [
                    "True",
                    "False",
                    "NULL",
                    "AuthoritativeNull",
                    "IgnoreThisFlow",
                ];
                let help = match nearest(name, words) {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => format!("attributes are written `[{name}]` and text `\"{name}\"`"),
                };
                let message = format!("`{name}` is no constant: {help}");
                return Err(error_at(self.text, start, message));
            }
        };
        Ok(Kind::Literal(literal))
    }

    fn call(&mut self, name: &str, start: usize) -> Result<Kind, ExpressionError> {
        let Some(function) = find(name) else {
            let names: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
            let same = names.iter().find(|known| known.eq_ignore_ascii_case(name));
            let near = same
                .copied()
                .or_else(|| nearest(name, names.iter().copied()));
            let help = near.map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
            let message = format!("there is no function `{name}`{help}");
            return Err(ExpressionError {
                unknown: Some(format!("the function {name}")),
                ..error_at(self.text, start, message)
            });
        };
        self.advance()?;
        let mut arguments = Vec::new();
        if self.token != Token::Close {
            loop {
                arguments.push(self.ranked(0)?);
                if self.token != Token::Comma {
                    break;
                }
                self.advance()?;
            }
        }
        self.close()?;
        if !(function.least..=function.most).contains(&arguments.len()) {
            let message = format!(
                "`{name}` takes {}, and here are {}",
                function.arguments(),
                arguments.len()
            );
            return Err(error_at(self.text, start, message));
        }
        Ok(Kind::Call(function, arguments))
    }
}
