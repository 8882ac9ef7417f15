//! Mandatory parameters that were not given are asked for.

use std::rc::Rc;

use super::super::Interpreter;
use super::Binding;
use super::choice::missing_mandatory;
use crate::error::Outcome;
use crate::host::{Host, Stream};
use crate::value::Value;

impl Interpreter<'_> {
    /// Asks for mandatory parameters that were not given.
    pub(super) fn ask_for_missing(&mut self, binding: &mut Binding, piped: bool) -> Outcome {
        let formals = Rc::clone(&binding.formals);
        let mut missing = Vec::new();
        for index in 0..formals.len() {
            let Some(spec) = binding.spec(index) else {
                continue;
            };
            let may_come = piped && (spec.piped || spec.by_property);
            if spec.mandatory && !binding.is_bound(index) && !may_come {
                missing.push(index);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let callee = Rc::clone(&binding.callee);
        let names: Vec<Rc<str>> = missing
            .iter()
            .map(|it| Rc::clone(&formals[*it].name))
            .collect();
        let header = format!(
            "\ncmdlet {} at command pipeline position 1\nSupply values for the following \
             parameters:\n",
            callee.name
        );
        self.outlet.write(Stream::Information, &header, None);
        for index in missing {
            let formal = &formals[index];
            let value = if formal.kind.ends_with("[]") {
                let mut values = Vec::new();
                loop {
                    let prompt = format!("{}[{}]: ", formal.name, values.len());
                    match self.outlet.ask(&prompt, false) {
                        Some(line) if !line.is_empty() => values.push(Value::from(line)),
                        None if values.is_empty() => {
                            return Err(missing_mandatory(&callee, &names).into());
                        }
                        Some(_) | None => break Value::array(values),
                    }
                }
            } else {
                let secret = &*formal.kind == "System.Security.SecureString";
                if formal.kind.ends_with("PSCredential") {
                    let value = self.asked_credential();
                    let value = value.ok_or_else(|| missing_mandatory(&callee, &names))?;
                    self.bind_one(binding, index, value, None)?;
                    continue;
                }
                let prompt = format!("{}: ", formal.name);
                match self.outlet.ask(&prompt, secret) {
                    Some(line) if secret => Value::Secure(Rc::from(line)),
                    Some(line) => Value::from(line),
                    None => return Err(missing_mandatory(&callee, &names).into()),
                }
            };
            self.bind_one(binding, index, value, None)?;
        }
        Ok(())
    }

    /// A name and a password.
    fn asked_credential(&mut self) -> Option<Value> {
        let user = self.outlet.ask("User: ", false)?;
        let prompt = format!("Password for user {user}: ");
        let password = Value::Secure(Rc::from(self.outlet.ask(&prompt, true)?));
        Some(crate::types::net::credential(&user, &password))
    }
}
