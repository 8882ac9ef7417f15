//! Refusals of Graph as errors of PowerShell.

use std::rc::Rc;

use powershell::command::Call;
use powershell::error::{Category, ErrorRecord};
use powershell::value::Value;

use crate::stage::CloudError;

/// A refusal as the cmdlets of the SDK report it: the message alone is the exception's, the whole
/// answer is in the details.
pub(crate) fn cloud_error(call: &dyn Call, error: &CloudError) -> ErrorRecord {
    let message = format!("[{}] : {}", error.code, error.message);
    let category = match error.status {
        401 | 403 => Category::PermissionDenied,
        404 => Category::ObjectNotFound,
        429 => Category::LimitsExceeded,
        _ => Category::InvalidOperation,
    };
    let mut record = ErrorRecord::new(message, "System.Exception", &error.code, category);
    let headers: Vec<String> = error
        .headers
        .iter()
        .map(|(name, value)| format!("{name:30}: {value}"))
        .collect();
    let headers = headers.join(
        "
",
    );
    record.details = Some(format!(
        "{}\n\nStatus: {} ({})\nErrorCode: {}\n\nHeaders:\n{headers}",
        error.message,
        error.status,
        error.status_name(),
        error.code,
    ));
    record.activity = Rc::clone(&call.name());
    record
        .properties
        .push((Rc::from("StatusCode"), Value::text(error.status_name())));
    record
}

/// The error of a cmdlet that is used before `Connect-MgGraph`.
pub(crate) fn connection_needed(call: &dyn Call) -> ErrorRecord {
    let mut record = ErrorRecord::new(
        "Authentication needed. Please call Connect-MgGraph.",
        "System.Security.Authentication.AuthenticationException",
        "Microsoft.Graph.PowerShell.Authentication.AuthenticationException",
        Category::NotSpecified,
    );
    record.activity = call.name();
    record
}
