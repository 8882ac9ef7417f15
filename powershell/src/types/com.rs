//! The one COM object that reports of administrators end with: a box that says something.

use crate::convert::number;
use crate::value::{Object, Value};

/// The name that scripts ask for.
pub(crate) const SHELL: &str = "WScript.Shell";

/// What stands in the object.
struct Shell;

/// `New-Object -ComObject WScript.Shell`.
pub(crate) fn shell() -> Value {
    let types = ["System.__ComObject", "System.Object"];
    let object = Object::typed::<&str>(&types, [], Some("System.__ComObject"));
    Value::Object(object.with_native(std::rc::Rc::new(Shell)))
}

/// Whether an object is that shell.
pub(crate) fn is_shell(object: &Object) -> bool {
    object.native::<Shell>().is_some()
}

/// What is answered to a box with these buttons: no, where that is one of them.
pub(crate) fn answer(buttons: Option<&Value>) -> Value {
    const NO: i32 = 7;
    const OK: i32 = 1;
    let buttons = buttons.and_then(number::as_long).unwrap_or(0) & 0xF;
    Value::Int(if matches!(buttons, 3 | 4) { NO } else { OK })
}
