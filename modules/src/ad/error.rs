//! Refusals of a domain controller as errors of the module.

use host::Unreached;
use mock_ad::directory::Refusal;
use powershell::command::Call;
use powershell::error::{Category, ErrorRecord};
use powershell::value::{Object, Value};

use super::property::Kind;

const AD_EXCEPTION: &str = "Microsoft.ActiveDirectory.Management.ADException";

/// The text that Windows has for an error, as the exception carries it.
const TEXTS: &[(u32, &str)] = &[
    (0x56, "The specified network password is not correct"),
    (0x57, "The parameter is incorrect"),
    (
        0x523,
        "The name provided is not a properly formed account name",
    ),
    (0x524, "The specified account already exists"),
    (0x526, "The specified group already exists"),
    (
        0x52D,
        "The password does not meet the length, complexity, or history requirement of the domain.",
    ),
    (
        0x561,
        "The specified account name is not a member of the group",
    ),
    (
        0x562,
        "The specified account name is already a member of the group",
    ),
    (
        0x2071,
        "An attempt was made to add an object to the directory with a name that is already in use",
    ),
    (
        0x2076,
        "The attribute value cannot be removed because it is not present on the object",
    ),
    (
        0x2077,
        "Illegal modify operation. Some aspect of the modification is not permitted",
    ),
    (0x207B, "The object class attribute must be specified"),
    (0x207C, "A required attribute is missing"),
    (
        0x207D,
        "The object class specified for the object is invalid or an attribute is missing",
    ),
    (
        0x2081,
        "Multiple values were specified for an attribute that can have only one value",
    ),
    (
        0x2082,
        "A value for the attribute was not in the acceptable range of values",
    ),
    (0x2083, "The specified value already exists"),
    (
        0x208C,
        "The operation cannot be performed because child objects exist. This operation can \
         only be performed on a leaf object",
    ),
    (0x208D, "Directory object not found"),
    (0x208F, "The object name has bad syntax"),
    (
        0x2098,
        "Insufficient access rights to perform the operation",
    ),
    (
        0x2099,
        "The object cannot be added because the parent is not on the list of possible superiors",
    ),
    (
        0x209A,
        "Access to the attribute is not permitted because the attribute is owned by the \
         Security Accounts Manager (SAM)",
    ),
    (
        0x20B1,
        "The attribute cannot be modified because it is owned by the system",
    ),
    (0x20B4, "The specified class is not a subclass"),
    (0x20B5, "The name reference is invalid"),
    (
        0x20EF,
        "The directory service encountered an internal failure",
    ),
    (
        0x21C7,
        "The operation failed because SPN value provided for addition/modification is not unique \
         forest-wide",
    ),
    (
        0x21C8,
        "The operation failed because UPN value provided for addition/modification is not unique \
         forest-wide",
    ),
];

/// The error for an identity that stands for nothing.
pub(super) fn not_found(call: &dyn Call, kind: Kind, identity: &str, base: &str) -> ErrorRecord {
    let message = format!("Cannot find an object with identity: '{identity}' under: '{base}'.");
    let exception = "Microsoft.ActiveDirectory.Management.ADIdentityNotFoundException";
    let id = format!("ActiveDirectoryCmdlet:{exception}");
    let mut record = ErrorRecord::new(message, exception, &id, Category::ObjectNotFound);
    let none: [(&str, Value); 0] = [];
    record.target = Value::Object(Object::typed(kind.types(), none, Some(identity)));
    identity.clone_into(&mut record.target_name);
    record.activity = call.name();
    record
}

/// The error of a bad argument.
pub(super) fn bad_argument(call: &dyn Call, message: impl Into<String>) -> ErrorRecord {
    let exception = "System.ArgumentException";
    let id = format!("ActiveDirectoryCmdlet:{exception}");
    let mut record = ErrorRecord::new(message, exception, &id, Category::InvalidArgument);
    record.activity = call.name();
    record
}

/// The error of an argument that is `$null` or empty.
pub(super) fn null_argument(call: &dyn Call, parameter: &str) -> ErrorRecord {
    let message = format!(
        "Cannot validate argument on parameter '{parameter}'. The argument is null or empty. \
         Provide an argument that is not null or empty, and then try the command again."
    );
    let exception = "System.Management.Automation.ParameterBindingException";
    let id = "ParameterArgumentValidationError";
    let mut record = ErrorRecord::new(message, exception, id, Category::InvalidData);
    record.activity = call.name();
    record
}

/// The error of a filter that can't be read.
pub(super) fn bad_filter(call: &dyn Call, filter: &str, what: &str, at: usize) -> ErrorRecord {
    let message = format!(
        "Error parsing query: '{filter}' Error Message: '{what}' at position: '{}'.",
        at + 1
    );
    let exception = "Microsoft.ActiveDirectory.Management.ADFilterParsingException";
    let id = format!("ActiveDirectoryCmdlet:{exception}");
    let mut record = ErrorRecord::new(message, exception, &id, Category::ParserError);
    record.activity = call.name();
    record
}

/// The error of a write.
pub(crate) fn failed(call: &dyn Call, why: &Unreached, target: &str) -> ErrorRecord {
    let mut record = match why {
        Unreached::Refused(refusal) => refused(refusal),
        Unreached::Busy | Unreached::Unavailable => ErrorRecord::new(
            "Unable to contact the server. This may be because this server does not exist, it is \
             currently down, or it does not have the Active Directory Web Services running.",
            "Microsoft.ActiveDirectory.Management.ADServerDownException",
            "ActiveDirectoryServer:0",
            Category::ResourceUnavailable,
        ),
        Unreached::Dropped => ErrorRecord::new(
            "The operation returned because the timeout limit was exceeded.",
            "System.TimeoutException",
            "ActiveDirectoryCmdlet:System.TimeoutException",
            Category::OperationTimeout,
        ),
    };
    record.target = Value::text(target);
    target.clone_into(&mut record.target_name);
    record.activity = call.name();
    record
}

fn refused(refusal: &Refusal) -> ErrorRecord {
    let management = "Microsoft.ActiveDirectory.Management";
    let (exception, category) = match refusal.win32 {
        0x524 | 0x526 => (
            format!("{management}.ADIdentityAlreadyExistsException"),
            Category::ResourceExists,
        ),
        0x52D => (
            format!("{management}.ADPasswordComplexityException"),
            Category::InvalidData,
        ),
        0x208D => (
            format!("{management}.ADIdentityNotFoundException"),
            Category::ObjectNotFound,
        ),
        0x2098 => (
            "System.UnauthorizedAccessException".to_owned(),
            Category::PermissionDenied,
        ),
        0x209A | 0x20B1 => (
            format!("{management}.ADInvalidOperationException"),
            Category::InvalidOperation,
        ),
        _ => (AD_EXCEPTION.to_owned(), Category::NotSpecified),
    };
    let known = TEXTS
        .iter()
        .find(|(code, _)| *code == refusal.win32)
        .map(|(_, text)| *text);
    let unwilling = refusal.code.0 == 53;
    let message = match (known, unwilling) {
        (Some(text), _) => text.to_owned(),
        (None, true) => "The server is unwilling to process the request".to_owned(),
        (None, false) => refusal.hint.clone(),
    };
    let id = format!("ActiveDirectoryServer:{}", refusal.win32);
    let mut record = ErrorRecord::new(message, &exception, &id, category);
    let code = i32::try_from(refusal.win32).unwrap_or_default();
    record
        .properties
        .push(("ErrorCode".into(), Value::Int(code)));
    record
        .properties
        .push(("ServerErrorMessage".into(), Value::text(&refusal.message)));
    record
}
