//! Enumerations of .NET that scripts name.

use crate::convert::{invalid_cast, number, to_text};
use crate::error::ErrorRecord;
use crate::value::{Object, Value};

type Names = &'static [(&'static str, i64)];

const ENUMS: &[(&str, Names)] = &[
    (
        "System.StringComparison",
        &[
            ("CurrentCulture", 0),
            ("CurrentCultureIgnoreCase", 1),
            ("InvariantCulture", 2),
            ("InvariantCultureIgnoreCase", 3),
            ("Ordinal", 4),
            ("OrdinalIgnoreCase", 5),
        ],
    ),
    (
        "System.StringSplitOptions",
        &[("None", 0), ("RemoveEmptyEntries", 1)],
    ),
    (
        "System.DayOfWeek",
        &[
            ("Sunday", 0),
            ("Monday", 1),
            ("Tuesday", 2),
            ("Wednesday", 3),
            ("Thursday", 4),
            ("Friday", 5),
            ("Saturday", 6),
        ],
    ),
    (
        "System.DateTimeKind",
        &[("Unspecified", 0), ("Utc", 1), ("Local", 2)],
    ),
    (
        "System.MidpointRounding",
        &[("ToEven", 0), ("AwayFromZero", 1)],
    ),
    (
        "System.Base64FormattingOptions",
        &[("None", 0), ("InsertLineBreaks", 1)],
    ),
    (
        "System.EnvironmentVariableTarget",
        &[("Process", 0), ("User", 1), ("Machine", 2)],
    ),
    (
        "System.ConsoleColor",
        &[
            ("Black", 0),
            ("DarkBlue", 1),
            ("DarkGreen", 2),
            ("DarkCyan", 3),
            ("DarkRed", 4),
            ("DarkMagenta", 5),
            ("DarkYellow", 6),
            ("Gray", 7),
            ("DarkGray", 8),
            ("Blue", 9),
            ("Green", 10),
            ("Cyan", 11),
            ("Red", 12),
            ("Magenta", 13),
            ("Yellow", 14),
            ("White", 15),
        ],
    ),
    (
        "System.Environment+SpecialFolder",
        &[
            ("Desktop", 0),
            ("Programs", 2),
            ("MyDocuments", 5),
            ("Personal", 5),
            ("DesktopDirectory", 16),
            ("ApplicationData", 26),
            ("LocalApplicationData", 28),
            ("CommonApplicationData", 35),
            ("Windows", 36),
            ("System", 37),
            ("ProgramFiles", 38),
            ("UserProfile", 40),
            ("ProgramFilesX86", 42),
            ("CommonDesktopDirectory", 25),
        ],
    ),
    (
        "System.Net.SecurityProtocolType",
        &[
            ("SystemDefault", 0),
            ("Ssl3", 48),
            ("Tls", 192),
            ("Tls11", 768),
            ("Tls12", 3072),
            ("Tls13", 12288),
        ],
    ),
    (
        "System.Text.RegularExpressions.RegexOptions",
        &[
            ("None", 0),
            ("IgnoreCase", 1),
            ("Multiline", 2),
            ("ExplicitCapture", 4),
            ("Compiled", 8),
            ("Singleline", 16),
            ("IgnorePatternWhitespace", 32),
            ("RightToLeft", 64),
            ("CultureInvariant", 512),
        ],
    ),
    (
        "System.Globalization.NumberStyles",
        &[
            ("None", 0),
            ("Integer", 7),
            ("AllowThousands", 64),
            ("Number", 111),
            ("Float", 167),
            ("Currency", 383),
            ("Any", 511),
            ("HexNumber", 515),
        ],
    ),
    (
        "System.Globalization.DateTimeStyles",
        &[
            ("None", 0),
            ("AdjustToUniversal", 16),
            ("AssumeLocal", 32),
            ("AssumeUniversal", 64),
        ],
    ),
    (
        "System.Management.Automation.ActionPreference",
        &[
            ("SilentlyContinue", 0),
            ("Stop", 1),
            ("Continue", 2),
            ("Inquire", 3),
            ("Ignore", 4),
            ("Suspend", 5),
        ],
    ),
    (
        "System.Management.Automation.ErrorCategory",
        &[
            ("NotSpecified", 0),
            ("OpenError", 1),
            ("CloseError", 2),
            ("DeviceError", 3),
            ("DeadlockDetected", 4),
            ("InvalidArgument", 5),
            ("InvalidData", 6),
            ("InvalidOperation", 7),
            ("InvalidResult", 8),
            ("InvalidType", 9),
            ("MetadataError", 10),
            ("NotImplemented", 11),
            ("NotInstalled", 12),
            ("ObjectNotFound", 13),
            ("OperationStopped", 14),
            ("OperationTimeout", 15),
            ("SyntaxError", 16),
            ("ParserError", 17),
            ("PermissionDenied", 18),
            ("ResourceBusy", 19),
            ("ResourceExists", 20),
            ("ResourceUnavailable", 21),
            ("ReadError", 22),
            ("WriteError", 23),
            ("FromStdErr", 24),
            ("SecurityError", 25),
            ("ProtocolError", 26),
            ("ConnectionError", 27),
            ("AuthenticationError", 28),
            ("LimitsExceeded", 29),
            ("QuotaExceeded", 30),
            ("NotEnabled", 31),
        ],
    ),
    (
        "System.IO.SearchOption",
        &[("TopDirectoryOnly", 0), ("AllDirectories", 1)],
    ),
    (
        "System.Management.Automation.PSMemberTypes",
        &[
            ("AliasProperty", 1),
            ("CodeProperty", 2),
            ("Property", 4),
            ("NoteProperty", 8),
            ("ScriptProperty", 16),
            ("Properties", 31),
            ("Method", 64),
            ("ScriptMethod", 256),
        ],
    ),
];

/// The full names of all.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ENUMS.iter().map(|(name, _)| *name)
}

fn find(full: &str) -> Option<(&'static str, Names)> {
    ENUMS
        .iter()
        .copied()
        .find(|(name, _)| name.eq_ignore_ascii_case(full))
}

/// Whether a type is an enumeration.
pub(crate) fn is_enum(full: &str) -> bool {
    find(full).is_some()
}

fn make(full: &str, name: &str, number: i64) -> Value {
    let types = [full, "System.Enum", "System.ValueType", "System.Object"];
    Value::Object(Object::typed(
        &types,
        [("value__", number::fitting(number))],
        Some(name),
    ))
}

/// A value of an enumeration, by name without case.
pub(crate) fn value(full: &str, name: &str) -> Option<Value> {
    let (full, names) = find(full)?;
    let (name, number) = names.iter().find(|(it, _)| it.eq_ignore_ascii_case(name))?;
    Some(make(full, name, *number))
}

/// All names of an enumeration.
pub(crate) fn names_of(full: &str) -> Option<Vec<&'static str>> {
    Some(find(full)?.1.iter().map(|(name, _)| *name).collect())
}

/// A value of an enumeration, by number: also several flags together.
pub(crate) fn of_number(full: &str, number: i64) -> Option<Value> {
    let (full, names) = find(full)?;
    Some(of_number_among(full, names, number))
}

/// A value of an enumeration with these names, by number: also several flags together.
pub(crate) fn of_number_among(full: &str, names: &[(&str, i64)], number: i64) -> Value {
    if let Some((name, _)) = names.iter().find(|(_, it)| *it == number) {
        return make(full, name, number);
    }
    let mut left = number;
    let mut parts = Vec::new();
    for (name, bits) in names.iter().rev() {
        if *bits > 0 && left & bits == *bits {
            left &= !bits;
            parts.push(*name);
        }
    }
    parts.reverse();
    let text = if left == 0 {
        parts.join(", ")
    } else {
        number.to_string()
    };
    make(full, &text, number)
}

/// The number of a value of an enumeration.
pub(crate) fn value_of(object: &Object) -> Option<i64> {
    if !object.type_names().iter().any(|it| &**it == "System.Enum") {
        return None;
    }
    number::as_long(&object.get("value__")?)
}

/// Converts a value to an enumeration; `None` where the type is none.
pub(crate) fn cast(value: &Value, full: &str) -> Option<Result<Value, ErrorRecord>> {
    let (full, names) = find(full)?;
    Some(cast_among(value, full, names))
}

/// Converts a value to an enumeration with these names.
pub(crate) fn cast_among(
    value: &Value,
    full: &str,
    names: &[(&str, i64)],
) -> Result<Value, ErrorRecord> {
    if let Value::Byte(_) | Value::Int(_) | Value::Long(_) | Value::Double(_) = value {
        let number = number::as_long(value).unwrap_or(0);
        return Ok(of_number_among(full, names, number));
    }
    if let Value::Object(object) = value
        && let Some(number) = value_of(object)
    {
        return Ok(of_number_among(full, names, number));
    }
    let text = match value {
        Value::Array(array) => {
            let texts: Vec<String> = array.borrow().iter().map(to_text).collect();
            texts.join(",")
        }
        other => to_text(other),
    };
    let mut bits = 0;
    for part in text.split(',') {
        let part = part.trim();
        // A beginning is enough where it is the beginning of one name only.
        let exact = names
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(part));
        match (exact, part.parse::<i64>()) {
            (Some((_, number)), _) => bits |= number,
            (None, Ok(number)) => bits |= number,
            (None, Err(_)) => return Err(unknown(&text, full, names)),
        }
    }
    Ok(of_number_among(full, names, bits))
}

fn unknown(text: &str, full: &str, names: &[(&str, i64)]) -> ErrorRecord {
    let all: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    let reason = format!(
        "Unable to match the identifier name {text} to a valid enumerator name. Specify one of the \
         following enumerator names and try again:\r\n{}",
        all.join(", ")
    );
    invalid_cast(text, full, &reason, "InvalidCastFromStringToEnumeration")
}
