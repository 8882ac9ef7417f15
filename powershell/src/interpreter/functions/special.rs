//! What is asked of $PSCmdlet, and sources that are typed.

use std::rc::Rc;

use super::super::Interpreter;
use super::super::pipeline::Meta;
use crate::command::Impact;
use crate::error::{ErrorRecord, Outcome, Unwind};
use crate::syntax::Source;
use crate::value::{Object, Value};

/// What `$PSCmdlet` keeps.
#[derive(Debug)]
pub(crate) struct CmdletNative {
    pub(crate) meta: Rc<Meta>,
    pub(crate) impact: Option<Impact>,
}

impl Interpreter<'_> {
    /// `$PSCmdlet`.
    pub(super) fn cmdlet_object(&mut self, meta: &Rc<Meta>, set: &Rc<str>) -> Value {
        let members = [
            ("ParameterSetName", Value::Text(Rc::clone(set))),
            ("CommandRuntime", Value::text("")),
        ];
        let kinds = [
            "System.Management.Automation.PSScriptCmdlet",
            "System.Object",
        ];
        let native = CmdletNative {
            meta: Rc::clone(meta),
            impact: meta.impact,
        };
        let object = Object::typed(&kinds, members, None);
        Value::Object(object.with_native(Rc::new(native)))
    }

    /// Methods of objects that the interpreter makes: `$PSCmdlet.ShouldProcess()` …
    pub(crate) fn call_special(
        &mut self,
        object: &Object,
        name: &str,
        arguments: &[Value],
    ) -> Outcome<Option<Value>> {
        let Some(native) = object.native::<CmdletNative>() else {
            return Ok(None);
        };
        let meta = Rc::clone(&native.meta);
        let texts: Vec<String> = arguments.iter().map(|it| self.text(it)).collect();
        let text = |index: usize| texts.get(index).cloned().unwrap_or_default();
        Ok(Some(match name {
            "shouldprocess" => {
                let (target, action) = match texts.len() {
                    0 | 1 => (text(0), meta.name.to_string()),
                    2 => (text(0), text(1)),
                    _ => {
                        let done =
                            self.should_process_text(&meta, native.impact, &text(0), &text(1))?;
                        return Ok(Some(Value::Bool(done)));
                    }
                };
                Value::Bool(self.should_process(&meta, native.impact, &target, &action)?)
            }
            "shouldcontinue" => Value::Bool(self.should_continue(&text(0), &text(1))?),
            "throwterminatingerror" => {
                let record = match arguments.first() {
                    Some(Value::Error(record)) => (**record).clone(),
                    Some(Value::Object(it)) => crate::interpreter::errors::exception_record(it),
                    _ => ErrorRecord::default(),
                };
                let mut record = record;
                record.position = Some(meta.position.clone());
                record.shown_by = Rc::clone(&meta.name);
                if record.command_class.is_empty() {
                    record.command_class = Rc::clone(&meta.name);
                }
                return Err(Unwind::Error(Rc::new(record)));
            }
            "writeerror" => {
                if let Some(Value::Error(record)) = arguments.first() {
                    self.command_error(&meta, (**record).clone())?;
                }
                Value::Null
            }
            "writewarning" => {
                self.warning(&meta, &text(0))?;
                Value::Null
            }
            "writeverbose" => {
                self.verbose(&meta, &text(0));
                Value::Null
            }
            "writedebug" => {
                self.debug(&meta, &text(0));
                Value::Null
            }
            "writeobject" => return Ok(Some(arguments.first().cloned().unwrap_or_default())),
            "getunresolvedproviderpathfrompspath" => Value::from(
                crate::interpreter::redirect::windows(&self.absolute(&text(0))),
            ),
            _ => return Ok(None),
        }))
    }
}

/// The source of something typed.
pub(crate) fn typed(text: &str) -> Rc<Source> {
    Rc::new(Source::new("", text))
}
