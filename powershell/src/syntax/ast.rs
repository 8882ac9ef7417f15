//! What a script is made of.

use std::rc::Rc;

use super::source::Span;
use crate::value::Value;

/// The body of a script, a function or a script block.
#[derive(Debug, Default)]
pub struct Block {
    /// All of it, without its braces.
    pub span: Span,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Whether it has a `param()` block, or parameters in parentheses.
    pub has_parameters: bool,
    /// What stands above `param()`: `[CmdletBinding()]`, `[Alias()]` …
    pub attributes: Vec<Attribute>,
    /// `begin`.
    pub begin: Option<Vec<Statement>>,
    /// `process`.
    pub process: Option<Vec<Statement>>,
    /// `end`, or everything if there are no named blocks.
    pub end: Option<Vec<Statement>>,
}

/// A parameter of a script, a function or a script block.
#[derive(Debug)]
pub struct Parameter {
    /// Its name without `$`.
    pub name: Rc<str>,
    /// Where its name stands.
    pub span: Span,
    /// `[Parameter()]`, `[ValidateSet()]` …
    pub attributes: Vec<Attribute>,
    /// Its types, outermost first.
    pub types: Vec<TypeName>,
    /// What it is if it is not given.
    pub default: Option<Expression>,
}

/// An attribute.
#[derive(Debug)]
pub struct Attribute {
    /// Its name.
    pub name: Rc<str>,
    /// All of it.
    pub span: Span,
    /// Arguments without a name.
    pub positional: Vec<Expression>,
    /// Arguments with a name; a name alone means `$true`.
    pub named: Vec<(Rc<str>, Option<Expression>)>,
}

/// A type as it is written between brackets.
#[derive(Debug, Clone)]
pub struct TypeName {
    /// The text between the brackets.
    pub name: Rc<str>,
    /// With the brackets.
    pub span: Span,
}

/// A statement.
#[derive(Debug)]
pub struct Statement {
    /// All of it.
    pub span: Span,
    /// What it is.
    pub kind: StatementKind,
}

/// Statements between braces.
pub type Body = Vec<Statement>;

/// A condition and what is done if it holds.
pub type Clause = (Statement, Body);

/// What a statement is.
#[derive(Debug)]
pub enum StatementKind {
    /// A pipeline; an expression is a pipeline of one.
    Pipeline(Pipeline),
    /// Pipelines joined by `&&` (true) and `||` (false).
    Chain(Box<Statement>, Vec<(bool, Statement)>),
    /// An assignment.
    Assign(Assign),
    /// `if`, `elseif`, `else`.
    If(Vec<Clause>, Option<Body>),
    /// `switch`.
    Switch(Switch),
    /// `foreach ($x in …)`.
    Foreach(Foreach),
    /// `for (;;)`.
    For(For),
    /// `while`, `do … while`, `do … until`.
    While(While),
    /// `break`.
    Break(Option<Expression>),
    /// `continue`.
    Continue(Option<Expression>),
    /// `return`.
    Return(Option<Box<Statement>>),
    /// `exit`.
    Exit(Option<Box<Statement>>),
    /// `throw`.
    Throw(Option<Box<Statement>>),
    /// `try`.
    Try(Try),
    /// `trap`.
    Trap(Vec<TypeName>, Body),
    /// `function` and `filter`.
    Function(Function),
    /// `using namespace`.
    Namespace(Rc<str>),
    /// `class`.
    Class(Rc<Class>),
    /// `enum`.
    Enumeration(Rc<Enumeration>),
}

/// A class.
#[derive(Debug)]
pub struct Class {
    /// Its name.
    pub name: Rc<str>,
    /// Where its name stands.
    pub name_span: Span,
    /// What it derives from, and the interfaces it says it has.
    pub bases: Vec<TypeName>,
    /// Its properties, constructors and methods.
    pub members: Vec<ClassMember>,
}

/// A member of a class.
#[derive(Debug)]
pub enum ClassMember {
    /// A property.
    Property {
        /// Its name, types, attributes and initial value.
        parameter: Parameter,
        /// Whether it belongs to the class and not to its objects.
        is_static: bool,
        /// Whether it is left out where members are listed.
        hidden: bool,
    },
    /// A method or a constructor.
    Method(Rc<Method>),
}

/// A method or a constructor.
#[derive(Debug)]
pub struct Method {
    /// Its name.
    pub name: Rc<str>,
    /// All of it.
    pub span: Span,
    /// Where its name stands.
    pub name_span: Span,
    /// Whether it belongs to the class and not to its objects.
    pub is_static: bool,
    /// Whether it is left out where members are listed.
    pub hidden: bool,
    /// Whether it makes objects.
    pub is_constructor: bool,
    /// What it returns; nothing if it does not say.
    pub returns: Option<TypeName>,
    /// The arguments for the constructor of what the class derives from.
    pub base: Option<Vec<Expression>>,
    /// Its parameters and statements.
    pub body: Rc<Block>,
}

/// An enumeration.
#[derive(Debug)]
pub struct Enumeration {
    /// Its name.
    pub name: Rc<str>,
    /// Where its name stands.
    pub name_span: Span,
    /// Whether its values are bits.
    pub flags: bool,
    /// Its names, and their numbers where they are given.
    pub values: Vec<(Rc<str>, Option<Expression>)>,
}

/// An assignment.
#[derive(Debug)]
pub struct Assign {
    /// What is assigned to.
    pub target: Expression,
    /// `=`, `+=` …, without the `=`: empty, `+`, `-`, `*`, `/`, `%`, `??`.
    pub operator: &'static str,
    /// What is assigned.
    pub value: Box<Statement>,
}

/// How `switch` compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// `-exact`, the default.
    Exact,
    /// `-wildcard`.
    Wildcard,
    /// `-regex`.
    Regex,
}

/// A `switch` statement.
#[derive(Debug)]
pub struct Switch {
    /// Its label.
    pub label: Option<Rc<str>>,
    /// How it compares.
    pub matching: Matching,
    /// Whether with case.
    pub case_sensitive: bool,
    /// What is looked at.
    pub subject: Box<Statement>,
    /// The cases.
    pub cases: Vec<(Expression, Body)>,
    /// `default`.
    pub default: Option<Body>,
}

/// A `foreach` statement.
#[derive(Debug)]
pub struct Foreach {
    /// Its label.
    pub label: Option<Rc<str>>,
    /// The variable.
    pub variable: Variable,
    /// What is walked through.
    pub subject: Box<Statement>,
    /// What is done.
    pub body: Body,
}

/// A `for` statement.
#[derive(Debug)]
pub struct For {
    /// Its label.
    pub label: Option<Rc<str>>,
    /// What is done first.
    pub first: Option<Box<Statement>>,
    /// As long as this holds.
    pub condition: Option<Box<Statement>>,
    /// What is done after each turn.
    pub step: Option<Box<Statement>>,
    /// What is done.
    pub body: Body,
}

/// A `while` or `do` statement.
#[derive(Debug)]
pub struct While {
    /// Its label.
    pub label: Option<Rc<str>>,
    /// The condition.
    pub condition: Box<Statement>,
    /// What is done.
    pub body: Body,
    /// Whether the body comes first (`do`).
    pub body_first: bool,
    /// Whether it ends when the condition holds (`until`).
    pub until: bool,
}

/// A `try` statement.
#[derive(Debug)]
pub struct Try {
    /// What is tried.
    pub body: Body,
    /// The `catch` blocks with their types; none for all.
    pub catches: Vec<(Vec<TypeName>, Body)>,
    /// `finally`.
    pub finally: Option<Body>,
}

/// A function.
#[derive(Debug)]
pub struct Function {
    /// Its name, with its scope if it has one.
    pub name: Rc<str>,
    /// Where its name stands.
    pub name_span: Span,
    /// Whether it is a `filter`.
    pub filter: bool,
    /// Its body.
    pub body: Rc<Block>,
}

/// Commands and expressions joined by `|`.
#[derive(Debug)]
pub struct Pipeline {
    /// They, in order.
    pub elements: Vec<Element>,
}

/// One element of a pipeline.
#[derive(Debug)]
pub struct Element {
    /// All of it.
    pub span: Span,
    /// What it is.
    pub kind: ElementKind,
    /// `>` and the like.
    pub redirections: Vec<Redirection>,
}

/// What an element of a pipeline is.
#[derive(Debug)]
pub enum ElementKind {
    /// An expression, which can only come first.
    Expression(Expression),
    /// A command.
    Command(Command),
}

/// A redirection.
#[derive(Debug)]
pub struct Redirection {
    /// All of it.
    pub span: Span,
    /// 1 to 6, or 0 for all (`*`).
    pub stream: u8,
    /// Where to.
    pub target: RedirectTarget,
}

/// Where a stream is redirected to.
#[derive(Debug)]
pub enum RedirectTarget {
    /// The output stream (`2>&1`).
    Output,
    /// A file, written anew or added to.
    File {
        /// Its name.
        path: Expression,
        /// Whether `>>`.
        append: bool,
    },
}

/// How a command is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invocation {
    /// By its name.
    Name,
    /// With `&`.
    Call,
    /// With `.`.
    Dot,
}

/// A command with its arguments.
#[derive(Debug)]
pub struct Command {
    /// All of it.
    pub span: Span,
    /// How it is called.
    pub invocation: Invocation,
    /// Its name, or whatever is called.
    pub name: Expression,
    /// Its arguments.
    pub arguments: Vec<Argument>,
}

/// An argument of a command.
#[derive(Debug)]
pub enum Argument {
    /// A value.
    Value(Expression),
    /// `-Name`, and the value after `-Name:`.
    Parameter {
        /// The name without the dash.
        name: Rc<str>,
        /// The dash and the name.
        span: Span,
        /// What follows the colon.
        value: Option<Expression>,
    },
    /// `@name`.
    Splat(Variable, Span),
}

/// A variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// What stands before the colon, in lower case: `script`, `global`, `env` …
    pub scope: Option<Rc<str>>,
    /// Its name, in lower case.
    pub name: Rc<str>,
    /// Its name as it is written.
    pub written: Rc<str>,
}

/// An expression.
#[derive(Debug)]
pub struct Expression {
    /// All of it.
    pub span: Span,
    /// What it is.
    pub kind: ExpressionKind,
}

/// A piece of an expandable string.
#[derive(Debug)]
pub enum Piece {
    /// Text as it is.
    Text(Rc<str>),
    /// What is put in.
    Value(Expression),
}

/// The name of a member, known or computed.
#[derive(Debug)]
pub enum MemberName {
    /// It is written.
    Known(Rc<str>),
    /// It is computed.
    Computed(Box<Expression>),
}

/// What is reached with `.` or `::`.
#[derive(Debug)]
pub struct Member {
    /// Of what.
    pub target: Box<Expression>,
    /// Its name.
    pub name: MemberName,
    /// Whether `::`.
    pub is_static: bool,
    /// Whether `?.`.
    pub conditional: bool,
    /// Its arguments if it is called.
    pub arguments: Option<Vec<Expression>>,
}

/// What an expression is.
#[derive(Debug)]
pub enum ExpressionKind {
    /// A number.
    Number(Value),
    /// A string as it is; `true` if it is a bare word.
    Text(Rc<str>, bool),
    /// A string with something put in; `true` if it is a bare word.
    Expandable(Vec<Piece>, bool),
    /// A variable.
    Variable(Variable),
    /// `a, b`.
    List(Vec<Expression>),
    /// `@( … )`.
    Array(Body),
    /// `$( … )`.
    Sub(Body),
    /// `( … )`.
    Paren(Box<Statement>),
    /// `@{ … }`.
    Table(Vec<(Expression, Statement)>),
    /// `{ … }`.
    Block(Rc<Block>),
    /// An operator before its operand, in lower case without a dash.
    Unary(&'static str, Box<Expression>),
    /// An operator between operands.
    Binary(Operator, Box<Expression>, Box<Expression>),
    /// `++` (1) and `--` (-1), before (true) or after.
    Step(i8, bool, Box<Expression>),
    /// `[type]value`.
    Cast(TypeName, Box<Expression>),
    /// `[type]`.
    Type(TypeName),
    /// A member or a call.
    Member(Member),
    /// `a[b]`; `true` for `a?[b]`.
    Index(Box<Expression>, Box<Expression>, bool),
    /// `a ? b : c`.
    Ternary(Box<Expression>, Box<Expression>, Box<Expression>),
}

/// An operator between operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    /// Its name in lower case without a dash and without `c` or `i`: `eq`, `+`, `..` …
    pub name: &'static str,
    /// Whether it is of the kind that begins with `c`.
    pub case_sensitive: bool,
    /// Where it stands.
    pub span: Span,
}
