//! From the words of a filter to an expression.

use super::lexer::{Kind, Lexer, Token};
use super::{Comparison, Expression, FILTER_DEPTH_MAX, FILTER_LENGTH_MAX, Literal, Operand, Path};

/// What was read: something that is true or false, or something with another value.
enum Parsed {
    Expression(Expression),
    Operand(Operand),
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token,
    depth: usize,
}

/// Reads a whole filter, or says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Expression, String> {
    if text.len() > FILTER_LENGTH_MAX {
        return Err("Recursion depth exceeded allowed limit.".to_owned());
    }
    let mut lexer = Lexer::new(text);
    let token = lexer.next()?;
    let mut parser = Parser {
        lexer,
        token,
        depth: 0,
    };
    let parsed = parser.or()?;
    let expression = truth(parsed)?;
    match parser.token.kind {
        Kind::End => Ok(expression),
        _ => Err(parser.syntax_error()),
    }
}

impl Parser<'_> {
    fn advance(&mut self) -> Result<Kind, String> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next).kind)
    }

    fn is_keyword(&self, keyword: &str) -> bool {
        matches!(&self.token.kind, Kind::Name(name) if name.eq_ignore_ascii_case(keyword))
    }

    /// `Syntax error at position …`: where the word that does not fit ends.
    fn syntax_error(&self) -> String {
        let position = self.lexer.position(self.token.end);
        format!(
            "Syntax error at position {position} in '{}'.",
            self.lexer.text
        )
    }

    /// `… at position …`: where the word that does not fit starts.
    fn expected(&self, what: &str) -> String {
        let position = self.lexer.position(self.token.start);
        format!(
            "{what} expected at position {position} in '{}'.",
            self.lexer.text
        )
    }

    fn expect(&mut self, kind: &Kind, what: &str) -> Result<(), String> {
        if self.token.kind != *kind {
            return Err(self.expected(what));
        }
        self.advance().map(drop)
    }

    fn nested<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        if self.depth == FILTER_DEPTH_MAX {
            return Err("Recursion depth exceeded allowed limit.".to_owned());
        }
        self.depth += 1;
        let parsed = parse(self)?;
        self.depth -= 1;
        Ok(parsed)
    }

    fn or(&mut self) -> Result<Parsed, String> {
        self.chain("or", Self::and, Expression::Or)
    }

    fn and(&mut self) -> Result<Parsed, String> {
        self.chain("and", Self::comparison, Expression::And)
    }

    fn chain(
        &mut self,
        keyword: &str,
        part: fn(&mut Self) -> Result<Parsed, String>,
        join: fn(Vec<Expression>) -> Expression,
    ) -> Result<Parsed, String> {
        let first = part(self)?;
        if !self.is_keyword(keyword) {
            return Ok(first);
        }
        let mut parts = vec![truth(first)?];
        while self.is_keyword(keyword) {
            self.advance()?;
            let next = part(self)?;
            parts.push(truth(next)?);
        }
        Ok(Parsed::Expression(join(parts)))
    }

    fn comparison(&mut self) -> Result<Parsed, String> {
        let left = self.unary()?;
        if self.is_keyword("in") {
            self.advance()?;
            let left = self.operand(left)?;
            let list = self.list()?;
            return Ok(Parsed::Expression(Expression::In(left, list)));
        }
        let mut all = Comparison::ALL.into_iter();
        let Some(operator) = all.find(|it| self.is_keyword(it.name())) else {
            return Ok(left);
        };
        let left = self.operand(left)?;
        self.advance()?;
        let right = self.unary()?;
        let right = self.operand(right)?;
        Ok(Parsed::Expression(Expression::Compare(
            left, operator, right,
        )))
    }

    /// The value of one side of a comparison.
    fn operand(&self, parsed: Parsed) -> Result<Operand, String> {
        match parsed {
            Parsed::Operand(operand) => Ok(operand),
            // `not` binds tighter than a comparison: `not a eq b` negates `a`.
            Parsed::Expression(Expression::Not(_)) => Err(
                "A unary operator with an incompatible type was detected. Found operand type \
                 'Edm.String' for operator kind 'Not'."
                    .to_owned(),
            ),
            Parsed::Expression(_) => Err(self.syntax_error()),
        }
    }

    fn list(&mut self) -> Result<Vec<Operand>, String> {
        self.expect(&Kind::Open, "'('")?;
        let mut list = Vec::new();
        while self.token.kind != Kind::Close {
            if !list.is_empty() {
                self.expect(&Kind::Comma, "')' or ','")?;
            }
            match self.unary()? {
                Parsed::Operand(operand @ Operand::Literal(_)) => list.push(operand),
                _ => return Err(self.syntax_error()),
            }
        }
        self.advance()?;
        if list.is_empty() {
            return Err(self.expected("Expression"));
        }
        Ok(list)
    }

    fn unary(&mut self) -> Result<Parsed, String> {
        if self.is_keyword("not") {
            self.advance()?;
            let inner = self.nested(Self::unary)?;
            let inner = truth(inner)?;
            return Ok(Parsed::Expression(Expression::Not(Box::new(inner))));
        }
        if self.token.kind == Kind::Minus {
            self.advance()?;
            return match self.advance()? {
                Kind::Literal(Literal::Number(number)) => {
                    let number = Literal::Number(format!("-{number}"));
                    Ok(Parsed::Operand(Operand::Literal(number)))
                }
                _ => Err(self.syntax_error()),
            };
        }
        self.primary()
    }

    fn primary(&mut self) -> Result<Parsed, String> {
        match &self.token.kind {
            Kind::Open => {
                self.advance()?;
                let inner = self.nested(Self::or)?;
                self.expect(&Kind::Close, "')' or operator")?;
                Ok(inner)
            }
            Kind::Literal(_) => match self.advance()? {
                Kind::Literal(literal) => Ok(Parsed::Operand(Operand::Literal(literal))),
                _ => Err(self.syntax_error()),
            },
            Kind::Name(_) => self.path(),
            _ => Err(self.expected("Expression")),
        }
    }

    fn path(&mut self) -> Result<Parsed, String> {
        let Kind::Name(first) = self.advance()? else {
            return Err(self.syntax_error());
        };
        if self.token.kind == Kind::Open {
            return self.call(first);
        }
        let mut segments = vec![first];
        while self.token.kind == Kind::Slash {
            self.advance()?;
            let Kind::Name(name) = self.advance()? else {
                return Err(self.syntax_error());
            };
            if self.token.kind == Kind::Open {
                return self.lambda(Path(segments), &name);
            }
            if name.eq_ignore_ascii_case("$count") {
                return Ok(Parsed::Operand(Operand::Count(Path(segments))));
            }
            segments.push(name);
        }
        Ok(Parsed::Operand(Operand::Path(Path(segments))))
    }

    fn call(&mut self, name: String) -> Result<Parsed, String> {
        self.advance()?;
        let mut arguments = Vec::new();
        while self.token.kind != Kind::Close {
            if !arguments.is_empty() {
                self.expect(&Kind::Comma, "')' or ','")?;
            }
            let argument = self.nested(Self::unary)?;
            arguments.push(self.operand(argument)?);
        }
        self.advance()?;
        if !FUNCTIONS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(&name))
        {
            return Err(format!(
                "An unknown function with name '{name}' was found. This may also be a function \
                 import or a key lookup on a navigation property, which is not allowed."
            ));
        }
        Ok(Parsed::Operand(Operand::Call(name, arguments)))
    }

    fn lambda(&mut self, path: Path, name: &str) -> Result<Parsed, String> {
        let all = name.eq_ignore_ascii_case("all");
        if !all && !name.eq_ignore_ascii_case("any") {
            return Err(self.syntax_error());
        }
        self.advance()?;
        if self.token.kind == Kind::Close && !all {
            self.advance()?;
            let body = None;
            return Ok(Parsed::Expression(Expression::Lambda { path, all, body }));
        }
        let Kind::Name(variable) = self.advance()? else {
            return Err(self.syntax_error());
        };
        if self.token.kind != Kind::Colon {
            return Err(self.syntax_error());
        }
        self.advance()?;
        let body = self.nested(Self::or)?;
        let body = Some((variable, Box::new(truth(body)?)));
        self.expect(&Kind::Close, "')' or operator")?;
        Ok(Parsed::Expression(Expression::Lambda { path, all, body }))
    }
}

/// The functions of OData 4 that a filter may name.
const FUNCTIONS: [&str; 28] = [
    "startsWith",
    "endsWith",
    "contains",
    "length",
    "indexOf",
    "substring",
    "toLower",
    "toUpper",
    "trim",
    "concat",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "fractionalSeconds",
    "date",
    "time",
    "totalOffsetMinutes",
    "now",
    "maxDateTime",
    "minDateTime",
    "round",
    "floor",
    "ceiling",
    "isOf",
    "cast",
];

fn truth(parsed: Parsed) -> Result<Expression, String> {
    match parsed {
        Parsed::Expression(expression) => Ok(expression),
        Parsed::Operand(
            operand
            @ (Operand::Path(_) | Operand::Call(..) | Operand::Literal(Literal::Boolean(_))),
        ) => Ok(Expression::Truth(operand)),
        Parsed::Operand(_) => {
            Err("The $filter expression must evaluate to a single boolean value.".to_owned())
        }
    }
}
