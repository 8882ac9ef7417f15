//! Methods that need the world outside: `Load` and `Save` of XML documents, in the sandbox, and a
//! box that says something.

use super::Interpreter;
use crate::error::{ErrorRecord, Outcome, Stop, Unwind};
use crate::host::{Host as _, Stream};
use crate::types::encoding::Encoding;
use crate::types::{com, failed, xml};
use crate::value::{Object, Value};

impl Interpreter<'_> {
    /// `Popup` of the shell: what it says is shown, and answered with no; `None` where another
    /// method is meant.
    pub(crate) fn popup(
        &mut self,
        object: &Object,
        lower: &str,
        arguments: &[Value],
    ) -> Outcome<Option<Value>> {
        if !com::is_shell(object) {
            return Ok(None);
        }
        if lower != "popup" {
            let what = format!("the method '{lower}' of {}", com::SHELL);
            return Err(Unwind::Stopped(Stop::NotSimulated(what)));
        }
        let text = arguments.first().map(|it| self.text(it));
        let text = text.unwrap_or_default();
        self.outlet
            .write(Stream::Information, &format!("{text}\n"), None);
        Ok(Some(com::answer(arguments.get(3))))
    }

    /// Reads or writes a document; `None` where another method is meant.
    pub(crate) fn xml_file(
        &mut self,
        object: &Object,
        lower: &str,
        arguments: &[Value],
    ) -> Outcome<Option<Value>> {
        let (Some(node), [file]) = (xml::node_of(object), arguments) else {
            return Ok(None);
        };
        if !matches!(lower, "load" | "save") {
            return Ok(None);
        }
        let path = self.text(file);
        let absolute = self.absolute(&path);
        let io =
            |reason: &str| -> ErrorRecord { failed(lower, 1, reason, "System.IO.IOException") };
        if lower == "save" {
            let text = xml::indented(node);
            let bytes = Encoding::Utf8.encode(&text);
            let done = self.outlet.replace(&absolute, &bytes);
            done.map_err(|_| io(&format!("Access to the path '{path}' is denied.")))?;
            return Ok(Some(Value::Null));
        }
        let bytes = self
            .outlet
            .read(&absolute)
            .map_err(|_| io(&format!("Could not find file '{path}'.")))?;
        let text = Encoding::read(&bytes, None);
        let read = xml::parse(&text)
            .map_err(|reason| failed("Load", 1, &reason, "System.Xml.XmlException"))?;
        xml::replace(node, &read);
        Ok(Some(Value::Null))
    }
}
