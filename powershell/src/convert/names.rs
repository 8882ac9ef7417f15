//! The names of types: short ones of the language, long ones of .NET.

use std::rc::Rc;

use crate::types;
use crate::value::{ArrayKind, CUSTOM, Value};

/// What a script may write for a type, and its full name. The first of two short names is the
/// one that is shown.
const ACCELERATORS: &[(&str, &str)] = &[
    ("string", "System.String"),
    ("int", "System.Int32"),
    ("int32", "System.Int32"),
    ("long", "System.Int64"),
    ("int64", "System.Int64"),
    ("double", "System.Double"),
    ("float", "System.Single"),
    ("single", "System.Single"),
    ("decimal", "System.Decimal"),
    ("bool", "System.Boolean"),
    ("boolean", "System.Boolean"),
    ("byte", "System.Byte"),
    ("sbyte", "System.SByte"),
    ("int16", "System.Int16"),
    ("short", "System.Int16"),
    ("uint16", "System.UInt16"),
    ("uint32", "System.UInt32"),
    ("uint", "System.UInt32"),
    ("uint64", "System.UInt64"),
    ("char", "System.Char"),
    ("object", "System.Object"),
    ("void", "System.Void"),
    ("array", "System.Array"),
    ("guid", "System.Guid"),
    ("datetime", "System.DateTime"),
    ("timespan", "System.TimeSpan"),
    ("version", "System.Version"),
    ("regex", "System.Text.RegularExpressions.Regex"),
    ("hashtable", "System.Collections.Hashtable"),
    (
        "ordered",
        "System.Collections.Specialized.OrderedDictionary",
    ),
    ("arraylist", "System.Collections.ArrayList"),
    ("type", "System.Type"),
    ("uri", "System.Uri"),
    ("xml", "System.Xml.XmlDocument"),
    ("mailaddress", "System.Net.Mail.MailAddress"),
    ("ipaddress", "System.Net.IPAddress"),
    ("math", "System.Math"),
    ("convert", "System.Convert"),
    ("switch", "System.Management.Automation.SwitchParameter"),
    ("psobject", "System.Management.Automation.PSObject"),
    ("pscustomobject", CUSTOM),
    ("pscredential", "System.Management.Automation.PSCredential"),
    ("securestring", "System.Security.SecureString"),
    ("scriptblock", "System.Management.Automation.ScriptBlock"),
    ("ref", "System.Management.Automation.PSReference"),
    (
        "cmdletbinding",
        "System.Management.Automation.CmdletBindingAttribute",
    ),
    (
        "parameter",
        "System.Management.Automation.ParameterAttribute",
    ),
    ("alias", "System.Management.Automation.AliasAttribute"),
    ("cultureinfo", "System.Globalization.CultureInfo"),
    ("wmi", "System.Management.ManagementObject"),
    ("adsi", "System.DirectoryServices.DirectoryEntry"),
    ("adsisearcher", "System.DirectoryServices.DirectorySearcher"),
    ("bigint", "System.Numerics.BigInteger"),
    ("mailaddress", "System.Net.Mail.MailAddress"),
    ("psvariable", "System.Management.Automation.PSVariable"),
];

/// Types that are known by their long names only. `System.` in front may be left out.
const KNOWN: &[&str] = &[
    "System.Environment",
    "System.BitConverter",
    "System.Random",
    "System.Enum",
    "System.ValueType",
    "System.Exception",
    "System.DateTimeOffset",
    "System.TimeZoneInfo",
    "System.Buffer",
    "System.GC",
    "System.Console",
    "System.StringComparer",
    "System.IDisposable",
    "System.IComparable",
    "System.IO.Path",
    "System.IO.File",
    "System.IO.Directory",
    "System.IO.FileInfo",
    "System.IO.DirectoryInfo",
    "System.IO.StreamWriter",
    "System.IO.StreamReader",
    "System.Text.Encoding",
    "System.Text.UTF8Encoding",
    "System.Text.ASCIIEncoding",
    "System.Text.UnicodeEncoding",
    "System.Text.StringBuilder",
    "System.Text.RegularExpressions.Match",
    "System.Collections.IEnumerable",
    "System.Collections.ICollection",
    "System.Collections.IList",
    "System.Collections.IDictionary",
    "System.Collections.DictionaryEntry",
    "System.Collections.Queue",
    "System.Collections.Stack",
    "System.Collections.SortedList",
    "System.Collections.Specialized.StringCollection",
    "System.Diagnostics.Stopwatch",
    "System.Diagnostics.Debug",
    "System.Net.ServicePointManager",
    "System.Net.NetworkCredential",
    "System.Net.Dns",
    "System.Net.WebClient",
    "System.Net.WebUtility",
    "System.Net.CredentialCache",
    "System.Web.HttpUtility",
    "System.Xml.XmlNode",
    "System.Xml.XmlElement",
    "System.Xml.XmlAttribute",
    "System.Xml.XmlText",
    "System.Xml.XmlNodeList",
    "System.Xml.XmlNamespaceManager",
    "System.Web.Security.Membership",
    "System.Security.Cryptography.RNGCryptoServiceProvider",
    "System.Security.Principal.SecurityIdentifier",
    "System.Security.Principal.WindowsIdentity",
    "System.Security.Principal.WindowsPrincipal",
    "System.Runtime.InteropServices.Marshal",
    "System.Threading.Thread",
    "System.Globalization.CultureInfo",
    "System.Management.Automation.ErrorRecord",
    "System.Management.Automation.PSReference",
    "System.Management.Automation.PSCmdlet",
    "System.Management.Automation.PSTypeName",
    "System.Management.Automation.Host.ChoiceDescription",
    "System.Management.Automation.Host.Size",
    "System.Management.Automation.Runspaces.PSSession",
    "Microsoft.Online.Administration.Automation.ConnectMsolService",
    "System.DirectoryServices.ActiveDirectory.Domain",
    "System.DirectoryServices.ActiveDirectory.Forest",
    "Microsoft.ActiveDirectory.Management.ADUser",
    "Microsoft.ActiveDirectory.Management.ADGroup",
    "Microsoft.ActiveDirectory.Management.ADObject",
    "Microsoft.ActiveDirectory.Management.ADAccount",
    "Microsoft.ActiveDirectory.Management.ADPrincipal",
    "Microsoft.ActiveDirectory.Management.ADEntity",
    "Microsoft.ActiveDirectory.Management.ADComputer",
    "Microsoft.ActiveDirectory.Management.ADDomain",
    "Microsoft.ActiveDirectory.Management.ADForest",
    "Microsoft.ActiveDirectory.Management.ADOrganizationalUnit",
    "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection",
    "Microsoft.ActiveDirectory.Management.ADPropertyCollection",
];

/// What a script adds to the types that there are.
pub(crate) struct Known<'a> {
    /// Finds the full name of a type that it declares itself.
    pub(crate) own: &'a dyn Fn(&str) -> Option<Rc<str>>,
    /// Namespaces whose types are found without them.
    pub(crate) spaces: &'a [String],
}

/// The full name of a type that a script names, without case: short names, names without
/// `System.`, arrays, generic collections. `None` where there is no such type.
pub fn resolve_type(name: &str) -> Option<Rc<str>> {
    let known = Known {
        own: &|_| None,
        spaces: &[],
    };
    resolve_with(name, &known)
}

/// The same with what a script adds.
pub(crate) fn resolve_with(name: &str, known: &Known<'_>) -> Option<Rc<str>> {
    let name = name.trim();
    if let Some(element) = name.strip_suffix("[]") {
        let element = resolve_with(element, known)?;
        return Some(Rc::from(format!("{element}[]")));
    }
    if let Some((outer, arguments)) = generic(name) {
        let places = known.spaces.iter().map(|space| format!("{space}.{outer}"));
        let mut places = std::iter::once(outer.to_owned()).chain(places);
        return places.find_map(|outer| resolve_generic(&outer, &arguments, known));
    }
    if let Some(full) = (known.own)(name) {
        return Some(full);
    }
    let lower = name.to_ascii_lowercase();
    if let Some((_, full)) = ACCELERATORS.iter().find(|(short, _)| *short == lower) {
        return Some(Rc::from(*full));
    }
    let listed = || {
        let long = ACCELERATORS.iter().map(|(_, full)| *full);
        long.chain(KNOWN.iter().copied())
            .chain(types::enums::names())
    };
    let found = listed().find(|it| {
        it.eq_ignore_ascii_case(name)
            || it.get(.."System.".len()).is_some_and(|it| it == "System.")
                && it["System.".len()..].eq_ignore_ascii_case(name)
    });
    if let Some(full) = found {
        return Some(Rc::from(full));
    }
    if is_model(name) {
        return Some(Rc::from(name));
    }
    let within = known.spaces.iter().find_map(|space| {
        let full = format!("{space}.{name}");
        resolve_type(&full)
    });
    within.or_else(|| exception_name(name))
}

/// Whether a type is one of the models that cloud modules take: an object with whatever properties
/// it is given.
pub(crate) fn is_model(full: &str) -> bool {
    let lower = full.to_ascii_lowercase();
    let plain = lower.strip_suffix("exception").is_none();
    plain
        && [
            "microsoft.open.azuread.model.",
            "microsoft.open.msgraph.model.",
            "microsoft.graph.powershell.models.",
            "microsoft.graph.beta.powershell.models.",
            "microsoft.online.administration.",
        ]
        .iter()
        .any(|it| lower.starts_with(it) && lower.len() > it.len())
}

/// Exceptions need not be listed: what a `catch` names must only look like one.
fn exception_name(name: &str) -> Option<Rc<str>> {
    let lower = name.to_ascii_lowercase();
    if !lower.ends_with("exception") || lower.ends_with(".exception") && lower != "system.exception"
    {
        return None;
    }
    if lower.starts_with("system.") || lower.starts_with("microsoft.") {
        return Some(Rc::from(name));
    }
    // Names of the System namespace and those below it are found without their first part.
    let below = [
        "management.automation.",
        "net.",
        "io.",
        "directoryservices.",
        "security.",
    ];
    let plain = !name.contains('.') || below.iter().any(|it| lower.starts_with(it));
    plain.then(|| Rc::from(format!("System.{name}")))
}

fn generic(name: &str) -> Option<(&str, Vec<String>)> {
    let start = name.find('[')?;
    let inner = name[start + 1..].strip_suffix(']')?;
    let outer = name[..start].trim();
    let outer = outer.split('`').next().unwrap_or(outer);
    let mut depth = 0_i32;
    let mut arguments = vec![String::new()];
    for char in inner.chars() {
        match char {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if char == ',' && depth == 0 {
            arguments.push(String::new());
        } else if let Some(last) = arguments.last_mut() {
            last.push(char);
        }
    }
    Some((outer, arguments))
}

fn resolve_generic(outer: &str, arguments: &[String], known: &Known<'_>) -> Option<Rc<str>> {
    let found = [
        ("list", "System.Collections.Generic.List", 1),
        ("hashset", "System.Collections.Generic.HashSet", 1),
        ("queue", "System.Collections.Generic.Queue", 1),
        ("stack", "System.Collections.Generic.Stack", 1),
        ("ienumerable", "System.Collections.Generic.IEnumerable", 1),
        ("ilist", "System.Collections.Generic.IList", 1),
        ("collection", "System.Collections.ObjectModel.Collection", 1),
        ("dictionary", "System.Collections.Generic.Dictionary", 2),
        (
            "sorteddictionary",
            "System.Collections.Generic.SortedDictionary",
            2,
        ),
        ("keyvaluepair", "System.Collections.Generic.KeyValuePair", 2),
        ("nullable", "System.Nullable", 1),
        ("tuple", "System.Tuple", 2),
    ];
    let lower = outer.to_ascii_lowercase();
    let found = found.iter().find(|(_, full, count)| {
        let full = full.to_ascii_lowercase();
        *count == arguments.len()
            && (full == lower || full.strip_prefix("system.").is_some_and(|it| it == lower))
    })?;
    let mut names = Vec::new();
    for argument in arguments {
        // An assembly-qualified argument stands in brackets of its own.
        let argument = argument.trim();
        let inner = argument
            .strip_prefix('[')
            .and_then(|it| it.strip_suffix(']'));
        let name = inner.map_or(argument, |it| it.split(',').next().unwrap_or(it));
        names.push(resolve_with(name, known)?.to_string());
    }
    Some(Rc::from(format!("{}[{}]", found.1, names.join(","))))
}

/// The name that a type is shown by in a string: its short name where it has one.
pub(crate) fn short_name(full: &str) -> Rc<str> {
    if let Some(element) = full.strip_suffix("[]") {
        return Rc::from(format!("{}[]", short_name(element)));
    }
    // These two are no accelerators: they are found in their namespace.
    let listed = ACCELERATORS.iter().find(|(short, it)| {
        *it == full
            && !matches!(
                *short,
                "arraylist" | "math" | "convert" | "ordered" | "boolean"
            )
    });
    Rc::from(listed.map_or(full, |(short, _)| *short))
}

/// The full name of the type of a value; of `$null` it is `System.Object`.
pub fn type_name(value: &Value) -> Rc<str> {
    let name = match value {
        Value::Null => "System.Object",
        Value::Bool(_) => "System.Boolean",
        Value::Byte(_) => "System.Byte",
        Value::Int(_) => "System.Int32",
        Value::Long(_) => "System.Int64",
        Value::Double(_) => "System.Double",
        Value::Decimal(_) => "System.Decimal",
        Value::Char(_) => "System.Char",
        Value::Text(_) => "System.String",
        Value::Guid(_) => "System.Guid",
        Value::DateTime(_) => "System.DateTime",
        Value::TimeSpan(_) => "System.TimeSpan",
        Value::Version(_) => "System.Version",
        Value::Bytes(_) => "System.Byte[]",
        Value::Array(array) => match array.kind() {
            ArrayKind::Objects => "System.Object[]",
            ArrayKind::Typed(element) => return Rc::from(format!("{element}[]")),
            ArrayKind::ArrayList => "System.Collections.ArrayList",
            ArrayKind::List(element) => {
                return Rc::from(format!("System.Collections.Generic.List[{element}]"));
            }
            ArrayKind::Named(name) => return Rc::clone(name),
        },
        Value::Table(table) if table.is_ordered() => {
            "System.Collections.Specialized.OrderedDictionary"
        }
        Value::Table(_) => "System.Collections.Hashtable",
        Value::Object(object) => {
            let first = object
                .type_names()
                .iter()
                .find(|it| !it.starts_with("Selected."));
            return first.map_or_else(|| Rc::from(CUSTOM), Rc::clone);
        }
        Value::Block(_) => "System.Management.Automation.ScriptBlock",
        Value::Type(_) => "System.RuntimeType",
        Value::Secure(_) => "System.Security.SecureString",
        Value::Regex(_) => "System.Text.RegularExpressions.Regex",
        Value::Error(_) => "System.Management.Automation.ErrorRecord",
    };
    Rc::from(name)
}

/// Whether a value is of a type, as `-is` sees it, by the full name of the type.
pub fn is_type(value: &Value, full: &str) -> bool {
    if value.is_null() {
        return false;
    }
    let own = type_name(value);
    if own.eq_ignore_ascii_case(full) || full.eq_ignore_ascii_case("System.Object") {
        return true;
    }
    let any = |names: &[&str]| names.iter().any(|it| it.eq_ignore_ascii_case(full));
    match value {
        Value::Bool(_)
        | Value::Byte(_)
        | Value::Int(_)
        | Value::Long(_)
        | Value::Double(_)
        | Value::Decimal(_)
        | Value::Char(_)
        | Value::Guid(_)
        | Value::DateTime(_)
        | Value::TimeSpan(_) => any(&["System.ValueType", "System.IComparable"]),
        Value::Text(_) => any(&["System.IComparable", "System.Collections.IEnumerable"]),
        Value::Bytes(_) => any(&[
            "System.Array",
            "System.Collections.IList",
            "System.Collections.ICollection",
            "System.Collections.IEnumerable",
        ]),
        Value::Array(array) => {
            let array_type = matches!(array.kind(), ArrayKind::Objects | ArrayKind::Typed(_));
            any(&[
                "System.Collections.IList",
                "System.Collections.ICollection",
                "System.Collections.IEnumerable",
            ]) || array_type && any(&["System.Array"])
                || matches!(array.kind(), ArrayKind::Typed(_)) && any(&["System.Object[]"])
        }
        Value::Table(_) => any(&[
            "System.Collections.IDictionary",
            "System.Collections.ICollection",
            "System.Collections.IEnumerable",
        ]),
        Value::Type(_) => any(&["System.Type"]),
        Value::Object(object) => {
            object
                .type_names()
                .iter()
                .any(|it| it.eq_ignore_ascii_case(full))
                || any(&["System.Management.Automation.PSObject"])
                || super::is_custom(object) && any(&[CUSTOM])
                || object
                    .type_names()
                    .first()
                    .is_some_and(|it| exception_is(it, full))
        }
        _ => false,
    }
}

/// Exceptions and what they are made from, where a script may name the latter.
const BASES: &[(&str, &str)] = &[
    (
        "System.Management.Automation.ItemNotFoundException",
        "System.Management.Automation.SessionStateException",
    ),
    (
        "System.Management.Automation.DriveNotFoundException",
        "System.Management.Automation.SessionStateException",
    ),
    (
        "System.Management.Automation.SessionStateException",
        "System.Management.Automation.RuntimeException",
    ),
    (
        "System.Management.Automation.CommandNotFoundException",
        "System.Management.Automation.RuntimeException",
    ),
    (
        "System.Management.Automation.ActionPreferenceStopException",
        "System.Management.Automation.RuntimeException",
    ),
    (
        "System.Management.Automation.MethodInvocationException",
        "System.Management.Automation.MethodException",
    ),
    (
        "System.Management.Automation.MethodException",
        "System.Management.Automation.ExtendedTypeSystemException",
    ),
    (
        "System.Management.Automation.SetValueInvocationException",
        "System.Management.Automation.SetValueException",
    ),
    (
        "System.Management.Automation.ExtendedTypeSystemException",
        "System.Management.Automation.RuntimeException",
    ),
    (
        "System.Management.Automation.ParameterBindingException",
        "System.Management.Automation.RuntimeException",
    ),
    (
        "System.Management.Automation.ParseException",
        "System.Management.Automation.RuntimeException",
    ),
    (
        "System.Management.Automation.PSInvalidCastException",
        "System.InvalidCastException",
    ),
    ("System.IO.FileNotFoundException", "System.IO.IOException"),
    (
        "System.IO.DirectoryNotFoundException",
        "System.IO.IOException",
    ),
    ("System.ArgumentNullException", "System.ArgumentException"),
    (
        "System.ArgumentOutOfRangeException",
        "System.ArgumentException",
    ),
    ("System.DivideByZeroException", "System.ArithmeticException"),
    ("System.OverflowException", "System.ArithmeticException"),
    (
        "Microsoft.ActiveDirectory.Management.ADIdentityNotFoundException",
        "Microsoft.ActiveDirectory.Management.ADIdentityResolutionException",
    ),
    (
        "Microsoft.ActiveDirectory.Management.ADIdentityAlreadyExistsException",
        "Microsoft.ActiveDirectory.Management.ADException",
    ),
    (
        "Microsoft.ActiveDirectory.Management.ADIdentityResolutionException",
        "Microsoft.ActiveDirectory.Management.ADException",
    ),
    (
        "Microsoft.ActiveDirectory.Management.ADServerDownException",
        "Microsoft.ActiveDirectory.Management.ADException",
    ),
    (
        "Microsoft.ActiveDirectory.Management.ADFilterParsingException",
        "Microsoft.ActiveDirectory.Management.ADException",
    ),
];

/// Whether an exception is of a type or made from it, both by their full names.
pub fn exception_is(exception: &str, full: &str) -> bool {
    let mut own = exception;
    loop {
        if own.eq_ignore_ascii_case(full) {
            return true;
        }
        match BASES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(own))
        {
            Some((_, base)) => own = base,
            None => break,
        }
    }
    let exceptional = exception.ends_with("Exception");
    let root = full.eq_ignore_ascii_case("System.Exception");
    let system =
        full.eq_ignore_ascii_case("System.SystemException") && exception.starts_with("System.");
    exceptional && (root || system)
}
