//! Whether a filter is supported, by the table of properties, and what it asks of an object.

use jiff::Timestamp;
use store::Text;
use uuid::Uuid;

use super::{Comparison, Expression, FILTER_CLAUSES_MAX, Literal, Operand, Path, invalid};
use crate::odata::error::GraphError;
use crate::odata::resource::EntityType;
use crate::odata::schema::{
    self, EdmKind, FilterUse, Gate, PropertyFacts, Returned, properties_of,
};
use crate::profile::GraphPolicy;

/// What an object must be like.
#[derive(Debug, Clone)]
pub(in crate::odata) enum Test {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    /// The value compares so with one of the constants; with `Eq`, any of them.
    Compare(Target, Comparison, Vec<Constant>),
    StartsWith(Target, Text),
    EndsWith(Target, Text),
    /// Some value of the collection passes.
    Any(&'static PropertyFacts, Box<Self>),
    /// The collection has, or has not, so many values.
    Count(&'static PropertyFacts, bool, i64),
}

/// Where a compared value comes from.
#[derive(Debug, Clone, Copy)]
pub(in crate::odata) enum Target {
    /// A property of the object.
    Property(&'static PropertyFacts),
    /// A part of a complex property.
    Member(&'static PropertyFacts, &'static str),
    /// The value that a lambda looks at.
    Element,
    /// A part of that value.
    ElementMember(&'static str),
}

/// A constant of the type of what it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::odata) enum Constant {
    Null,
    Bool(bool),
    Number(i64),
    /// Text, as written; compared without regard to case, unless it is an anchor (rule R1.5).
    Text(Text, Exactness),
    Guid(Uuid),
    Instant(Timestamp),
}

/// Whether the case of letters counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::odata) enum Exactness {
    Fold,
    Exact,
}

/// Makes a test of a filter on a collection of one type.
pub(in crate::odata) fn check(
    expression: &Expression,
    entity: EntityType,
    advanced: bool,
    policy: GraphPolicy,
) -> Result<Test, GraphError> {
    let mut checker = Checker {
        entity,
        advanced,
        policy,
        negated: false,
        scope: None,
        clauses: 0,
    };
    let test = checker.test(expression)?;
    if checker.clauses > FILTER_CLAUSES_MAX {
        return Err(unsupported(format!(
            "Too many child clauses specified in search filter expression containing 'OR' \
             operators: {}. Max allowed: {FILTER_CLAUSES_MAX}.",
            checker.clauses
        )));
    }
    Ok(test)
}

/// The refusal of a property that does not exist (graph.md section 4, error 23).
pub(in crate::odata) fn unknown_property(name: &str) -> GraphError {
    unsupported(format!(
        "Property '{name}' does not exist as a declared property or extension property."
    ))
}

/// The refusal of what would work with the advanced query parameters (error 20).
pub(in crate::odata) fn needs_advanced(operator: &str) -> GraphError {
    unsupported(format!(
        "Operator '{operator}' is not supported because the required parameters might be missing. \
         Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to \
         https://aka.ms/graph-docs/advanced-queries for more information"
    ))
}

pub(in crate::odata) fn unsupported(message: impl Into<String>) -> GraphError {
    GraphError::new(400, "Request_UnsupportedQuery", message)
}

/// The name of a type as the directory's messages have it.
pub(in crate::odata) const fn resource_name(entity: EntityType) -> &'static str {
    match entity {
        EntityType::User => "User",
        EntityType::Group => "Group",
        EntityType::OrgContact => "Contact",
        EntityType::Device => "Device",
        EntityType::DirectoryObject => "DirectoryObject",
        EntityType::DirectoryRole => "DirectoryRole",
        EntityType::Domain => "Domain",
        EntityType::Organization => "Company",
        EntityType::SubscribedSku => "SubscribedSku",
    }
}

/// The variable of a lambda and what it stands for.
#[derive(Debug, Clone)]
struct Scope {
    variable: String,
    collection: &'static PropertyFacts,
}

struct Checker {
    entity: EntityType,
    advanced: bool,
    policy: GraphPolicy,
    negated: bool,
    scope: Option<Scope>,
    clauses: usize,
}

/// A property as a path names it, with the line of the table that says what it supports.
#[derive(Clone, Copy)]
struct Found {
    target: Target,
    rule: &'static PropertyFacts,
    kind: EdmKind,
}

impl Checker {
    fn test(&mut self, expression: &Expression) -> Result<Test, GraphError> {
        match expression {
            Expression::And(parts) => Ok(Test::And(self.tests(parts)?)),
            Expression::Or(parts) => {
                let nested = parts
                    .iter()
                    .filter(|part| matches!(part, Expression::Or(_)));
                self.clauses += parts.len() - nested.count();
                Ok(Test::Or(self.tests(parts)?))
            }
            Expression::Not(inner) => {
                let outer = std::mem::replace(&mut self.negated, true);
                let inner = self.test(inner)?;
                self.negated = outer;
                Ok(Test::Not(Box::new(inner)))
            }
            Expression::Compare(left, operator, right) => self.compare(left, *operator, right),
            Expression::In(left, list) => self.is_in(left, list),
            Expression::Lambda { path, all, body } => self.lambda(path, *all, body.as_ref()),
            Expression::Truth(operand) => self.truth(operand),
        }
    }

    fn tests(&mut self, parts: &[Expression]) -> Result<Vec<Test>, GraphError> {
        parts.iter().map(|part| self.test(part)).collect()
    }

    fn truth(&self, operand: &Operand) -> Result<Test, GraphError> {
        match operand {
            Operand::Call(name, arguments) => self.call(name, arguments),
            Operand::Path(path) => {
                let found = self.find(path)?;
                if found.kind != EdmKind::Boolean {
                    return Err(invalid(
                        "The $filter expression must evaluate to a single boolean value.",
                    ));
                }
                self.require(found.rule, FilterUse::Eq)?;
                let constant = vec![Constant::Bool(true)];
                Ok(Test::Compare(found.target, Comparison::Eq, constant))
            }
            Operand::Literal(_) | Operand::Count(_) => Err(unsupported("Unsupported Query.")),
        }
    }

    fn compare(
        &self,
        left: &Operand,
        operator: Comparison,
        right: &Operand,
    ) -> Result<Test, GraphError> {
        match (left, right) {
            (Operand::Literal(_), Operand::Literal(_)) => Err(unsupported("Unsupported Query.")),
            (Operand::Literal(_), _) => self.compare(right, operator.flipped(), left),
            (Operand::Path(path), Operand::Literal(literal)) => {
                self.compare_path(path, operator, literal)
            }
            (Operand::Count(path), Operand::Literal(Literal::Number(number))) => {
                self.count(path, operator, number)
            }
            // A function that is true or false may be compared with `true`.
            (Operand::Call(name, arguments), Operand::Literal(Literal::Boolean(true)))
                if operator == Comparison::Eq =>
            {
                self.call(name, arguments)
            }
            (Operand::Path(path) | Operand::Count(path), _) => {
                Err(self.refuse(self.find(path)?.rule))
            }
            (Operand::Call(_, arguments), _) => Err(self.refuse_call(arguments)?),
        }
    }

    fn compare_path(
        &self,
        path: &Path,
        operator: Comparison,
        literal: &Literal,
    ) -> Result<Test, GraphError> {
        let found = self.find(path)?;
        if matches!(found.target, Target::Property(facts) if facts.edm.collection) {
            return Err(invalid(&format!(
                "The operand for a binary operator '{}' is not a single value. Binary operators \
                 require both operands to be single values.",
                operator.kind()
            )));
        }
        let constant = constant(found, literal).ok_or_else(|| {
            invalid(&format!(
                "A binary operator with incompatible types was detected. Found operand types '{}' \
                 and '{}' for operator kind '{}'.",
                found.kind.full_name(),
                literal.type_name(),
                operator.kind()
            ))
        })?;
        let what = match operator {
            Comparison::Eq => FilterUse::Eq,
            Comparison::Ne => FilterUse::Ne,
            Comparison::Ge => FilterUse::Ge,
            Comparison::Le => FilterUse::Le,
            // The table of the documentation knows neither; only `ge` and `le` are indexed.
            Comparison::Gt | Comparison::Lt => return Err(self.refuse(found.rule)),
        };
        if constant == Constant::Null {
            self.require(found.rule, FilterUse::Null)?;
        }
        if constant != Constant::Null || what != FilterUse::Eq {
            self.require(found.rule, what)?;
        }
        refuse_bad_identifier(found.rule, &constant)?;
        Ok(Test::Compare(found.target, operator, vec![constant]))
    }

    fn is_in(&mut self, left: &Operand, list: &[Operand]) -> Result<Test, GraphError> {
        self.clauses += list.len();
        let Operand::Path(path) = left else {
            return Err(unsupported("Unsupported Query."));
        };
        let found = self.find(path)?;
        let mut constants = Vec::with_capacity(list.len());
        for one in list {
            let Operand::Literal(literal) = one else {
                return Err(unsupported("Unsupported Query."));
            };
            let constant = constant(found, literal).ok_or_else(|| {
                invalid(&format!(
                    "A binary operator with incompatible types was detected. Found operand types \
                     '{}' and '{}' for operator kind 'Equal'.",
                    found.kind.full_name(),
                    literal.type_name()
                ))
            })?;
            if constant == Constant::Null {
                self.require(found.rule, FilterUse::Null)?;
            }
            refuse_bad_identifier(found.rule, &constant)?;
            constants.push(constant);
        }
        self.require(found.rule, FilterUse::In)?;
        Ok(Test::Compare(found.target, Comparison::Eq, constants))
    }

    fn call(&self, name: &str, arguments: &[Operand]) -> Result<Test, GraphError> {
        let starts = name.eq_ignore_ascii_case("startsWith");
        let ends = name.eq_ignore_ascii_case("endsWith");
        let [Operand::Path(path), Operand::Literal(Literal::Text(text))] = arguments else {
            return Err(self.refuse_call(arguments)?);
        };
        let found = self.find(path)?;
        let is_text = found.kind == EdmKind::String;
        let is_list = matches!(found.target, Target::Property(facts) if facts.edm.collection);
        if !is_text || is_list || !(starts || ends) {
            return Err(self.refuse(found.rule));
        }
        let text = store::fold(text);
        if starts {
            self.require(found.rule, FilterUse::StartsWith)?;
            Ok(Test::StartsWith(found.target, text))
        } else {
            self.require(found.rule, FilterUse::EndsWith)?;
            Ok(Test::EndsWith(found.target, text))
        }
    }

    /// The refusal of a function that the directory does not index, such as `contains`.
    fn refuse_call(&self, arguments: &[Operand]) -> Result<GraphError, GraphError> {
        let path = arguments.iter().find_map(|argument| match argument {
            Operand::Path(path) => Some(path),
            _ => None,
        });
        Ok(match path {
            Some(path) => self.refuse(self.find(path)?.rule),
            None => unsupported("Unsupported Query."),
        })
    }

    fn count(&self, path: &Path, operator: Comparison, number: &str) -> Result<Test, GraphError> {
        let found = self.find(path)?;
        let Target::Property(facts) = found.target else {
            return Err(self.refuse(found.rule));
        };
        let (what, number) = match number {
            "0" => (FilterUse::Count0, 0),
            "1" => (FilterUse::Count1, 1),
            _ => return Err(self.refuse(found.rule)),
        };
        let equal = match operator {
            Comparison::Eq => true,
            Comparison::Ne => false,
            _ => return Err(self.refuse(found.rule)),
        };
        self.require(found.rule, what)?;
        Ok(Test::Count(facts, equal, number))
    }

    fn lambda(
        &mut self,
        path: &Path,
        all: bool,
        body: Option<&(String, Box<Expression>)>,
    ) -> Result<Test, GraphError> {
        let found = self.find(path)?;
        let Target::Property(facts) = found.target else {
            return Err(self.refuse(found.rule));
        };
        if !facts.edm.collection {
            return Err(invalid("Any/All may only be used following a collection."));
        }
        // A lambda in a lambda has nothing to range over: no collection holds another.
        if all && !self.policy.all_lambda_is_supported
            || self.scope.is_some()
            || facts.edm.navigation
        {
            return Err(self.refuse(facts));
        }
        if all && !self.advanced {
            return Err(needs_advanced("all"));
        }
        let Some((variable, body)) = body else {
            self.require(facts, FilterUse::Count0)?;
            return Ok(Test::Count(facts, false, 0));
        };
        self.scope = Some(Scope {
            variable: variable.clone(),
            collection: facts,
        });
        let body = self.test(body);
        self.scope = None;
        let body = body?;
        if all {
            // All pass where none fails.
            let fails = Test::Any(facts, Box::new(Test::Not(Box::new(body))));
            return Ok(Test::Not(Box::new(fails)));
        }
        Ok(Test::Any(facts, Box::new(body)))
    }

    /// What a path names.
    fn find(&self, path: &Path) -> Result<Found, GraphError> {
        let mut segments = path.0.iter().map(String::as_str).peekable();
        let first = segments.next().unwrap_or_default();
        if let Some(scope) = self.scope.as_ref().filter(|scope| scope.variable == first) {
            return self.find_element(scope, segments.next());
        }
        let mut name = first;
        // `$it` is the object itself, and a cast to its own type changes nothing.
        while name.eq_ignore_ascii_case("$it") || name.contains('.') {
            name = segments.next().unwrap_or_default();
        }
        let found = schema::property_of(self.entity, name).filter(|it| !it.name.contains('/'));
        let Some(facts) = found else {
            return Err(unknown_property(name));
        };
        let Some(member) = segments.next() else {
            return Ok(Found {
                target: Target::Property(facts),
                rule: facts,
                kind: facts.edm.kind,
            });
        };
        if facts.edm.collection && !facts.edm.navigation {
            return Err(invalid(&format!(
                "The parent value for a property access of a property '{member}' is not a single \
                 value. Property access can only be applied to a single value."
            )));
        }
        let (member, kind) = self.member(facts, member)?;
        let rule = member_rule(facts, member);
        Ok(Found {
            target: Target::Member(facts, member),
            rule,
            kind,
        })
    }

    fn find_element(&self, scope: &Scope, member: Option<&str>) -> Result<Found, GraphError> {
        let facts = scope.collection;
        let Some(member) = member else {
            return Ok(Found {
                target: Target::Element,
                rule: facts,
                kind: facts.edm.kind,
            });
        };
        let (member, kind) = self.member(facts, member)?;
        Ok(Found {
            target: Target::ElementMember(member),
            rule: member_rule(facts, member),
            kind,
        })
    }

    /// A part of a complex property.
    fn member(
        &self,
        facts: &'static PropertyFacts,
        name: &str,
    ) -> Result<(&'static str, EdmKind), GraphError> {
        let EdmKind::Named(owner) = facts.edm.kind else {
            return Err(self.refuse(facts));
        };
        if facts.edm.navigation {
            return Err(self.refuse(facts));
        }
        let mut members = properties_of(owner);
        let member = members.find(|member| member.name.eq_ignore_ascii_case(name));
        let member = member.ok_or_else(|| {
            invalid(&format!(
                "Could not find a property named '{name}' on type 'microsoft.graph.{owner}'."
            ))
        })?;
        Ok((member.name, member.edm.kind))
    }

    fn require(&self, facts: &PropertyFacts, what: FilterUse) -> Result<(), GraphError> {
        let mut gate = facts.filter.gate(what);
        if facts.name == "onPremisesImmutableId" && self.policy.immutable_id_filter_is_advanced {
            gate = gate.max(Gate::Advanced);
        }
        if gate == Gate::Never {
            return Err(self.refuse(facts));
        }
        // Collections of other types and deleted objects aside, nothing is indexed below `not`
        // unless the table says so.
        if self.negated {
            match facts.filter.gate(FilterUse::Not) {
                Gate::Never => return Err(self.refuse(facts)),
                _ if !self.advanced => return Err(needs_advanced("not")),
                _ => gate = gate.max(Gate::Default),
            }
        }
        if gate == Gate::Advanced && !self.advanced {
            return Err(match what {
                FilterUse::Ne | FilterUse::EndsWith => needs_advanced(what.name()),
                FilterUse::Count0 | FilterUse::Count1 => needs_advanced("$count"),
                _ => self.refuse(facts),
            });
        }
        Ok(())
    }

    /// Error 21.
    fn refuse(&self, facts: &PropertyFacts) -> GraphError {
        let name = facts.name.split('/').next().unwrap_or_default();
        unsupported(format!(
            "Unsupported or invalid query filter clause specified for property '{name}' of \
             resource '{}'.",
            resource_name(self.entity)
        ))
    }
}

/// The constant as the type of what it is compared with has it; `None` where it has not.
fn constant(found: Found, literal: &Literal) -> Option<Constant> {
    Some(match (found.kind, literal) {
        (_, Literal::Null) => Constant::Null,
        (EdmKind::Boolean, Literal::Boolean(value)) => Constant::Bool(*value),
        (EdmKind::String, Literal::Text(text)) => {
            let exactness = match found.rule.name {
                "onPremisesImmutableId" => Exactness::Exact,
                _ => Exactness::Fold,
            };
            Constant::Text(Text::from(text.as_str()), exactness)
        }
        (EdmKind::Guid, Literal::Guid(guid)) => Constant::Guid(*guid),
        (EdmKind::DateTimeOffset, Literal::Instant(at) | Literal::Date(_, at)) => {
            Constant::Instant(*at)
        }
        (EdmKind::Int32, Literal::Number(number)) => Constant::Number(number.parse().ok()?),
        _ => return None,
    })
}

/// An id that is none is refused, not merely absent.
fn refuse_bad_identifier(facts: &PropertyFacts, constant: &Constant) -> Result<(), GraphError> {
    match constant {
        Constant::Text(text, _)
            if facts.name == "id"
                && facts.owner != "domain"
                && facts.owner != "subscribedSku"
                && Uuid::try_parse(text).is_err() =>
        {
            Err(GraphError::new(
                400,
                "Request_BadRequest",
                format!("Invalid object identifier '{text}'."),
            ))
        }
        _ => Ok(()),
    }
}

/// The line of the table about a part of a complex property; that of the whole, where the
/// table has none, supports nothing.
fn member_rule(facts: &'static PropertyFacts, member: &str) -> &'static PropertyFacts {
    let mut lines = properties_of(facts.owner).filter(|it| it.returned == Returned::Filter);
    let line = lines.find(|line| {
        line.name
            .split_once('/')
            .is_some_and(|(whole, part)| whole == facts.name && (part == member || part == "*"))
    });
    line.unwrap_or(facts)
}
