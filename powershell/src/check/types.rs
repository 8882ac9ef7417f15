//! Types: those of .NET that are here, and those that the script declares.

use super::Severity;
use super::walk::{Walk, is_text};
use crate::command::Command as Declared;
use crate::convert::names::{Known, resolve_with};
use crate::syntax::Span;
use crate::syntax::ast::{
    Argument, ClassMember, Command, Expression, ExpressionKind, Member, MemberName, StatementKind,
    TypeName,
};
use crate::types::has_static;

impl Walk<'_> {
    /// Takes note of a class or an enumeration, and looks at what it is made of.
    pub(super) fn declared_type(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::Class(class) => {
                let mut statics = vec!["new".to_owned()];
                for member in &class.members {
                    match member {
                        ClassMember::Property {
                            parameter,
                            is_static,
                            ..
                        } if *is_static => {
                            statics.push(parameter.name.to_lowercase());
                        }
                        ClassMember::Method(it) if it.is_static => {
                            statics.push(it.name.to_lowercase());
                        }
                        _ => {}
                    }
                }
                // What is inherited is not followed: it may come from a file that is loaded.
                let is_whole = class.bases.is_empty();
                self.declare_own(&class.name, is_whole.then_some(statics));
                self.types(&class.bases);
                for member in &class.members {
                    match member {
                        ClassMember::Property { parameter, .. } => {
                            self.types(&parameter.types);
                            parameter.default.iter().for_each(|it| self.expression(it));
                        }
                        ClassMember::Method(method) => {
                            self.types(method.returns.as_slice());
                            let base = method.base.iter().flatten();
                            base.for_each(|it| self.expression(it));
                            self.block(&method.body);
                        }
                    }
                }
            }
            StatementKind::Enumeration(it) => {
                let names = it.values.iter().map(|(name, _)| name.to_lowercase());
                let names = names.chain(["parse".to_owned()]).collect();
                self.declare_own(&it.name, Some(names));
            }
            _ => {}
        }
    }

    /// An operator that Windows PowerShell 5.1 does not parse.
    pub(super) fn of_seven(&mut self, span: Span, operator: &str) {
        if !self.seven {
            let message = format!("Windows PowerShell 5.1 does not parse '{operator}'.");
            self.find(
                Severity::Mistake,
                span,
                message,
                "needs PowerShell 7 (--pwsh)",
            );
        }
    }

    fn declare_own(&mut self, name: &str, statics: Option<Vec<String>>) {
        if self.collects {
            self.own_types.insert(name.to_lowercase(), statics);
        }
    }

    fn resolves(&self, name: &str) -> bool {
        let own = |it: &str| {
            let is_own = self.own_types.contains_key(&it.to_lowercase());
            is_own.then(|| std::rc::Rc::from(it))
        };
        let known = Known {
            own: &own,
            spaces: &self.spaces,
        };
        resolve_with(name, &known).is_some()
    }

    /// The type that `New-Object` is to make.
    pub(super) fn new_object(&mut self, command: &Command, declared: Option<&Declared>) {
        if declared.is_none_or(|it| &*it.name != "New-Object") {
            return;
        }
        let mut arguments = command.arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument {
                Argument::Parameter { name, span, value }
                    if "comobject".starts_with(&name.to_lowercase()) =>
                {
                    let shell = |it: &&Argument| match it {
                        Argument::Value(it) => is_text(it, crate::types::com::SHELL),
                        _ => false,
                    };
                    if value
                        .as_ref()
                        .is_some_and(|it| is_text(it, crate::types::com::SHELL))
                        || arguments.next().as_ref().is_some_and(shell)
                    {
                        let message = "A box is shown as text.".to_owned();
                        let label = "it is answered with no";
                        self.find(Severity::Less, *span, message, label);
                        return;
                    }
                    let message = "COM objects are not simulated.".to_owned();
                    self.find(
                        Severity::NotSimulated,
                        *span,
                        message,
                        "reaches the machine itself",
                    );
                    return;
                }
                Argument::Parameter { name, .. }
                    if "typename".starts_with(&name.to_lowercase()) => {}
                Argument::Parameter { .. } => drop(arguments.next()),
                Argument::Value(Expression {
                    span,
                    kind: ExpressionKind::Text(name, _),
                }) => {
                    self.type_name(name, *span);
                    return;
                }
                _ => return,
            }
        }
    }

    pub(super) fn types(&mut self, types: &[TypeName]) {
        for name in types {
            self.type_name(&name.name, name.span);
        }
    }

    pub(super) fn type_name(&mut self, name: &str, span: Span) {
        if self.collects || self.resolves(name) {
            return;
        }
        let message = format!("The type [{name}] is not simulated.");
        self.find(Severity::NotSimulated, span, message, "unknown type");
    }

    /// A static member that its type does not have.
    pub(super) fn static_member(&mut self, member: &Member, span: Span) {
        let (true, ExpressionKind::Type(of), MemberName::Known(name)) =
            (member.is_static, &member.target.kind, &member.name)
        else {
            return;
        };
        if let Some(own) = self.own_types.get(&of.name.to_lowercase()) {
            if own
                .as_ref()
                .is_some_and(|it| !it.contains(&name.to_lowercase()))
            {
                let message = format!("[{}] has no static member '{name}'.", of.name);
                let label = "fails here, as it would in PowerShell";
                self.find(Severity::Mistake, span, message, label);
            }
            return;
        }
        if let Some(full) = crate::convert::resolve_type(&of.name)
            && !has_static(&full, name)
        {
            let message = format!("[{}]::{name} is not simulated.", of.name);
            let label = "unknown static member";
            self.find(Severity::NotSimulated, span, message, label);
        }
    }
}
