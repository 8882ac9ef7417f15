//! Refusals in the words of the old cmdlets.

use powershell::command::Call;
use powershell::error::{Category, ErrorRecord};

use crate::stage::CloudError;

const NAMESPACE: &str = "Microsoft.Online.Administration.Automation";

/// An error of the old service: its class gives the id.
pub(super) fn online(call: &dyn Call, class: &str, message: impl Into<String>) -> ErrorRecord {
    let exception = format!("{NAMESPACE}.MicrosoftOnlineException");
    let id = format!("{NAMESPACE}.{class}");
    let mut record = ErrorRecord::new(message, &exception, &id, Category::OperationStopped);
    record.activity = call.name();
    record
}

/// Nobody of this name.
pub(super) fn user_not_found(call: &dyn Call, user: &str) -> ErrorRecord {
    online(
        call,
        "UserNotFoundException",
        format!("User Not Found.  User: {user}."),
    )
}

/// A refusal of Graph, as the old service said it.
pub(super) fn translated(call: &dyn Call, error: &CloudError, user: &str) -> ErrorRecord {
    if error.status == 404 {
        return user_not_found(call, user);
    }
    if let Some(property) = error.property() {
        let name = match property {
            "onPremisesImmutableId" => "SourceAnchor",
            "proxyAddresses" | "mail" => "ProxyAddresses",
            "userPrincipalName" => {
                let message = "Unable to add this user because a user with this user principal \
                               name already exists.";
                return online(call, "UserAlreadyExistsException", message);
            }
            other => other,
        };
        let message = format!("Uniqueness violation. Property: {name}.");
        return online(call, "UniquenessValidationException", message);
    }
    let class = match error.status {
        429 | 503 | 504 | 0 => "ServiceUnavailableException",
        403 => "AccessDeniedException",
        _ if error
            .message
            .starts_with("You must provide a required property") =>
        {
            "RequiredPropertyNotSetException"
        }
        _ if error.message.contains("on-premises mastered") => "PropertyNotSettableException",
        _ => "InvalidParameterException",
    };
    let message = match error.status {
        429 | 503 | 504 | 0 => "Exception of type 'Microsoft.Online.Administration.Automation.\
                                MicrosoftOnlineException' was thrown."
            .to_owned(),
        _ => error.message.clone(),
    };
    online(call, class, message)
}
