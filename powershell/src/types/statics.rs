//! Static members: which type has which, and who knows it.

use std::rc::Rc;

use rust_decimal::Decimal;

use crate::convert::{cast, clock, number, to_text};
use crate::error::ErrorRecord;
use crate::host::Host;
use crate::value::{DateTime, DateTimeKind, Value};

use super::{Arguments, Called, encoding, enums, io, math, net, object, regex, typed};

/// The static methods of each type, for the check before a run.
pub(crate) const METHODS: &[(&str, &str)] = &[
    (
        "System.String",
        "isnullorempty isnullorwhitespace join format concat compare compareordinal equals copy",
    ),
    (
        "System.Char",
        "isdigit isnumber isletter isletterordigit isupper islower iswhitespace ispunctuation \
         iscontrol toupper toupperinvariant tolower tolowerinvariant tostring parse \
         convertfromutf32",
    ),
    ("System.Guid", "newguid parse tryparse parseexact"),
    (
        "System.DirectoryServices.ActiveDirectory.Domain",
        "getcurrentdomain getcomputerdomain",
    ),
    (
        "System.DirectoryServices.ActiveDirectory.Forest",
        "getcurrentforest",
    ),
    // The interpreter itself makes one.
    ("System.Management.Automation.ScriptBlock", "create"),
    (
        "Microsoft.Online.Administration.Automation.ConnectMsolService",
        "clearusersessionstate",
    ),
    (
        "System.Convert",
        "tobase64string frombase64string tostring changetype isdbnull toint32 toint64 toint16 \
         touint16 touint32 touint64 tobyte tosbyte todouble todecimal tosingle toboolean tochar \
         todatetime",
    ),
    (
        "System.BitConverter",
        "tostring getbytes toint32 touint32 toint64 touint64 todouble",
    ),
    (
        "System.DateTime",
        "parse parseexact tryparse tryparseexact daysinmonth isleapyear fromfiletime \
         fromfiletimeutc specifykind compare",
    ),
    (
        "System.TimeSpan",
        "fromdays fromhours fromminutes fromseconds frommilliseconds fromticks parse tryparse",
    ),
    (
        "System.Math",
        "round floor ceiling truncate sqrt exp log10 sin cos tan atan log pow abs sign max min \
        divrem",
    ),
    ("System.Int32", "parse tryparse"),
    ("System.Int64", "parse tryparse"),
    ("System.Int16", "parse tryparse"),
    ("System.UInt32", "parse tryparse"),
    ("System.Byte", "parse tryparse"),
    ("System.Double", "parse tryparse isnan isinfinity"),
    (
        "System.Decimal",
        "parse tryparse round floor ceiling truncate",
    ),
    ("System.Single", "parse tryparse"),
    ("System.Boolean", "parse tryparse"),
    ("System.Version", "parse tryparse"),
    (
        "System.Environment",
        "getenvironmentvariable setenvironmentvariable getfolderpath expandenvironmentvariables",
    ),
    ("System.Text.Encoding", "getencoding convert"),
    (
        "System.IO.Path",
        "getfilename getfilenamewithoutextension getextension getdirectoryname getpathroot \
         hasextension ispathrooted combine changeextension getfullpath gettemppath \
         gettempfilename getrandomfilename getinvalidfilenamechars",
    ),
    (
        "System.IO.File",
        "exists readalltext readalllines readallbytes writealltext writealllines writeallbytes \
         appendalltext appendalllines delete copy move",
    ),
    (
        "System.IO.Directory",
        "exists createdirectory getfiles getdirectories delete getcurrentdirectory",
    ),
    (
        "System.Text.RegularExpressions.Regex",
        "escape unescape ismatch match matches replace split",
    ),
    ("System.Diagnostics.Stopwatch", "startnew"),
    (
        "System.Uri",
        "escapedatastring escapeuristring unescapedatastring iswellformeduristring",
    ),
    (
        "System.Web.HttpUtility",
        "urlencode urldecode htmlencode htmldecode",
    ),
    (
        "System.Net.WebUtility",
        "urlencode urldecode htmlencode htmldecode",
    ),
    ("System.Enum", "parse getnames getvalues isdefined"),
    ("System.Array", "indexof reverse sort copy"),
    ("System.GC", "collect waitforpendingfinalizers"),
    ("System.Threading.Thread", "sleep"),
    ("System.Console", "writeline write readline beep"),
    (
        "System.Runtime.InteropServices.Marshal",
        "securestringtobstr ptrtostringauto ptrtostringbstr zerofreebstr ptrtostringuni \
         securestringtoglobalallocunicode zerofreeglobalallocunicode",
    ),
    ("System.Management.Automation.PSCredential", ""),
    ("System.Web.Security.Membership", "generatepassword"),
];

/// Static properties that are always the same.
pub(crate) fn member(kind: &str, lower: &str) -> Option<Value> {
    let version = Value::Version([5, 1, 0, 0]);
    match (kind, lower) {
        ("System.String", "empty") => Some(Value::text("")),
        ("System.Guid", "empty") => Some(Value::Guid(uuid::Uuid::nil())),
        ("System.DateTime", "minvalue") => Some(Value::DateTime(clock::min())),
        ("System.DateTime", "maxvalue") => Some(Value::DateTime(clock::max())),
        ("System.TimeSpan", "zero") => Some(Value::TimeSpan(0)),
        ("System.TimeSpan", "maxvalue") => Some(Value::TimeSpan(i64::MAX)),
        ("System.TimeSpan", "minvalue") => Some(Value::TimeSpan(i64::MIN)),
        ("System.TimeSpan", "ticksperday") => Some(Value::Long(clock::DAY)),
        ("System.TimeSpan", "ticksperhour") => Some(Value::Long(clock::HOUR)),
        ("System.TimeSpan", "ticksperminute") => Some(Value::Long(clock::MINUTE)),
        ("System.TimeSpan", "tickspersecond") => Some(Value::Long(clock::SECOND)),
        ("System.Int32", "maxvalue") => Some(Value::Int(i32::MAX)),
        ("System.Int32", "minvalue") => Some(Value::Int(i32::MIN)),
        ("System.Int64", "maxvalue") => Some(Value::Long(i64::MAX)),
        ("System.Int64", "minvalue") => Some(Value::Long(i64::MIN)),
        ("System.Byte", "maxvalue") => Some(Value::Byte(u8::MAX)),
        ("System.Byte", "minvalue") => Some(Value::Byte(0)),
        ("System.Double", "maxvalue") => Some(Value::Double(f64::MAX)),
        ("System.Double", "minvalue") => Some(Value::Double(f64::MIN)),
        ("System.Double", "nan") => Some(Value::Double(f64::NAN)),
        ("System.Double", "positiveinfinity") => Some(Value::Double(f64::INFINITY)),
        ("System.Double", "negativeinfinity") => Some(Value::Double(f64::NEG_INFINITY)),
        ("System.Decimal", "maxvalue") => Some(Value::Decimal(Decimal::MAX)),
        ("System.Decimal", "minvalue") => Some(Value::Decimal(Decimal::MIN)),
        ("System.Decimal", "zero") => Some(Value::Decimal(Decimal::ZERO)),
        ("System.Decimal", "one") => Some(Value::Decimal(Decimal::ONE)),
        ("System.Math", "pi") => Some(Value::Double(std::f64::consts::PI)),
        ("System.Math", "e") => Some(Value::Double(std::f64::consts::E)),
        ("System.Console", "foregroundcolor") => enums::value("System.ConsoleColor", "Gray"),
        ("System.Console", "backgroundcolor") => enums::value("System.ConsoleColor", "Black"),
        ("System.Boolean", "truestring") => Some(Value::text("True")),
        ("System.Boolean", "falsestring") => Some(Value::text("False")),
        ("System.BitConverter", "islittleendian") => Some(Value::Bool(true)),
        ("System.Text.Encoding", name) => encoding::property(name),
        ("System.Environment", "newline") => Some(Value::text("\r\n")),
        ("System.Environment", "version") => Some(version),
        ("System.Environment", "is64bitoperatingsystem" | "is64bitprocess" | "userinteractive") => {
            Some(Value::Bool(true))
        }
        ("System.Environment", "processorcount") => Some(Value::Int(2)),
        ("System.Environment", "exitcode") => Some(Value::Int(0)),
        ("System.IO.Path", "directoryseparatorchar") => Some(Value::Char('\\')),
        ("System.IO.Path", "altdirectoryseparatorchar") => Some(Value::Char('/')),
        ("System.IO.Path", "pathseparator") => Some(Value::Char(';')),
        ("System.Net.ServicePointManager", "securityprotocol") => {
            enums::of_number("System.Net.SecurityProtocolType", 3264)
        }
        (
            "System.StringComparer",
            "ordinalignorecase"
            | "ordinal"
            | "invariantcultureignorecase"
            | "currentcultureignorecase",
        ) => Some(Value::Object(typed(
            "System.StringComparer",
            Vec::new(),
            None,
        ))),
        ("System.Management.Automation.PSCredential", "empty") => {
            Some(net::credential("", &Value::Null))
        }
        ("System.Globalization.CultureInfo", "invariantculture") => Some(culture("")),
        ("System.Globalization.CultureInfo", "currentculture" | "currentuiculture") => {
            Some(culture("en-US"))
        }
        ("System.Net.ServicePointManager", _) | ("System.DBNull", "value") => Some(Value::Null),
        _ => None,
    }
}

/// A culture.
pub(crate) fn culture(name: &str) -> Value {
    let (id, shown) = if name.is_empty() {
        (127, "Invariant Language (Invariant Country)")
    } else {
        (1033, "English (United States)")
    };
    let list = Value::Object(typed(
        "System.Globalization.TextInfo",
        vec![("ListSeparator", Value::text(","))],
        None,
    ));
    let members = vec![
        ("LCID", Value::Int(id)),
        ("Name", Value::text(name)),
        ("DisplayName", Value::text(shown)),
        ("TextInfo", list),
    ];
    Value::Object(typed(
        "System.Globalization.CultureInfo",
        members,
        Some(name),
    ))
}

/// Whether a static property depends on the host.
pub(crate) fn is_live_member(kind: &str, lower: &str) -> bool {
    match kind {
        "System.DateTime" => matches!(lower, "now" | "utcnow" | "today"),
        "System.Environment" => matches!(
            lower,
            "machinename"
                | "username"
                | "userdomainname"
                | "currentdirectory"
                | "osversion"
                | "tickcount"
        ),
        _ => false,
    }
}

/// Static properties that depend on the host.
pub(crate) fn live_member(kind: &str, lower: &str, host: &mut dyn Host) -> Option<Value> {
    let variable = |name: &str, default: &str| {
        Value::from(host.environment(name).unwrap_or_else(|| default.to_owned()))
    };
    match (kind, lower) {
        ("System.DateTime", "now") => Some(Value::DateTime(clock::local(host.now()))),
        ("System.DateTime", "utcnow") => Some(Value::DateTime(DateTime {
            clock: host.now(),
            kind: DateTimeKind::Utc,
        })),
        ("System.DateTime", "today") => {
            Some(Value::DateTime(clock::date_of(&clock::local(host.now()))))
        }
        ("System.Environment", "machinename") => Some(variable("COMPUTERNAME", "ADMIN01")),
        ("System.Environment", "username") => Some(variable("USERNAME", "Administrator")),
        ("System.Environment", "userdomainname") => Some(variable("USERDOMAIN", "CONTOSO")),
        ("System.Environment", "currentdirectory") => {
            Some(Value::from(io::windows_path(&host.start_folder())))
        }
        ("System.Environment", "osversion") => {
            let shown = "Microsoft Windows NT 10.0.17763.0";
            let members = vec![
                ("Platform", Value::text("Win32NT")),
                ("Version", Value::Version([10, 0, 17763, 0])),
                ("VersionString", Value::text(shown)),
            ];
            Some(Value::Object(typed(
                "System.OperatingSystem",
                members,
                Some(shown),
            )))
        }
        ("System.Environment", "tickcount") => {
            let milliseconds = host.now().as_millisecond().rem_euclid(i64::from(i32::MAX));
            Some(number::fitting(milliseconds))
        }
        _ => None,
    }
}

/// Calls a static method.
pub(crate) fn call(
    kind: &str,
    name: &str,
    lower: &str,
    values: &[Value],
    host: &mut dyn Host,
) -> Called {
    let found = match kind {
        "System.String" => super::text_static::call(name, lower, values),
        "System.Char" => super::text_static::char_call(name, lower, values),
        "System.Guid" => guid(name, lower, values, host),
        "System.DirectoryServices.ActiveDirectory.Domain"
        | "System.DirectoryServices.ActiveDirectory.Forest" => {
            Some(super::domain::current(kind, name, host))
        }
        // Signing in again is all that would follow.
        "Microsoft.Online.Administration.Automation.ConnectMsolService"
            if lower == "clearusersessionstate" =>
        {
            Some(Ok(Value::Null))
        }
        "System.Convert" => math::conversion(name, lower, values),
        "System.BitConverter" => math::bits(name, lower, values),
        "System.DateTime" => super::time_static::call(name, lower, values),
        "System.TimeSpan" => super::time_static::span_call(name, lower, values),
        "System.Math" => math::math(name, lower, values),
        "System.Decimal" if matches!(lower, "round" | "floor" | "ceiling" | "truncate") => {
            let mut exact = values.to_vec();
            if let Some(first) = exact.first_mut() {
                match crate::convert::cast(first, kind) {
                    Ok(decimal) => *first = decimal,
                    Err(record) => return Some(Err(record)),
                }
            }
            math::math(name, lower, &exact)
        }
        "System.Int32" | "System.Int64" | "System.Int16" | "System.UInt32" | "System.Byte"
        | "System.Double" | "System.Decimal" | "System.Single" | "System.Boolean" => {
            math::parsing(kind, name, lower, values)
        }
        "System.Version" => parsed(kind, name, lower, values),
        "System.Environment" => environment(name, lower, values, host),
        "System.Text.Encoding" if lower == "getencoding" => {
            values.first().and_then(encoding::by_name).map(Ok)
        }
        "System.IO.Path" => io::path(name, lower, values, host),
        "System.IO.File" => io::file(name, lower, values, host),
        "System.IO.Directory" => io::directory(name, lower, values, host),
        "System.Text.RegularExpressions.Regex" => regex::call_static(name, lower, values),
        "System.Diagnostics.Stopwatch" if lower == "startnew" => {
            Some(Ok(object::ticking(Some(host.now()))))
        }
        "System.Uri" | "System.Web.HttpUtility" | "System.Net.WebUtility" => {
            address(name, lower, values)
        }
        "System.Array" => array(name, lower, values),
        "System.Enum" => enumeration(name, lower, values),
        "System.GC" => Some(Ok(Value::Null)),
        "System.Threading.Thread" if lower == "sleep" => Some(sleep(name, values, host)),
        "System.Console" => console(lower, values, host),
        "System.Runtime.InteropServices.Marshal" => marshal(lower, values),
        "System.Web.Security.Membership" if lower == "generatepassword" => {
            Some(password(name, values, host))
        }
        _ if enums::is_enum(kind) => {
            let mut all = vec![Value::Type(Rc::from(kind))];
            all.extend(values.iter().cloned());
            enumeration(name, lower, &all)
        }
        _ => None,
    };
    found.or_else(|| match (lower, values) {
        ("equals" | "referenceequals", [one, other]) => Some(Ok(Value::Bool(
            crate::convert::equals_case(one, other, true),
        ))),
        _ => None,
    })
}

fn guid(name: &str, lower: &str, values: &[Value], host: &mut dyn Host) -> Called {
    let arguments = Arguments::new(name, values);
    match lower {
        "newguid" => Some(Ok(Value::Guid(super::guid::random(host)))),
        "parse" | "parseexact" => Some(arguments.text(0).and_then(|text| {
            super::guid::parse(&text)
                .map(Value::Guid)
                .map_err(|reason| arguments.format(reason))
        })),
        "tryparse" => Some(arguments.text(0).map(|text| {
            let found = super::guid::parse(&text).ok();
            let value = Value::Guid(found.unwrap_or_default());
            super::time_static::set_reference(values.last(), value);
            Value::Bool(found.is_some())
        })),
        _ => None,
    }
}

fn parsed(kind: &str, name: &str, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(name, values);
    let text = match arguments.get(0) {
        Ok(value) => Value::from(to_text(value)),
        Err(error) => return Some(Err(error)),
    };
    let found = cast(&text, kind);
    match lower {
        "parse" => Some(found.map_err(|error| {
            let reason = error.message.split("Error: \"").nth(1).unwrap_or_default();
            arguments.failed(reason.trim_end_matches('"'), "System.ArgumentException")
        })),
        "tryparse" => {
            let success = found.is_ok();
            super::time_static::set_reference(values.last(), found.unwrap_or_default());
            Some(Ok(Value::Bool(success)))
        }
        _ => None,
    }
}

fn environment(name: &str, lower: &str, values: &[Value], host: &mut dyn Host) -> Called {
    let arguments = Arguments::new(name, values);
    match lower {
        "getenvironmentvariable" => Some(
            arguments
                .text(0)
                .map(|it| host.environment(&it).map_or(Value::Null, Value::from)),
        ),
        "setenvironmentvariable" => Some(Ok(Value::Null)),
        "expandenvironmentvariables" => Some(arguments.text(0).map(|text| {
            let parts: Vec<&str> = text.split('%').collect();
            let mut out = String::new();
            for (at, part) in parts.iter().enumerate() {
                match host.environment(part).filter(|_| at % 2 == 1) {
                    Some(value) => out.push_str(&value),
                    None if at % 2 == 1 => out.push_str(format!("%{part}%").as_str()),
                    None => out.push_str(part),
                }
            }
            Value::from(out)
        })),
        "getfolderpath" => Some(
            arguments
                .converted(0, "System.Environment+SpecialFolder")
                .map(|it| {
                    let user = host
                        .environment("USERNAME")
                        .unwrap_or_else(|| "Administrator".to_owned());
                    let home = format!("C:\\Users\\{user}");
                    Value::from(match to_text(&it).as_str() {
                        "Desktop" | "DesktopDirectory" => format!("{home}\\Desktop"),
                        "MyDocuments" | "Personal" => format!("{home}\\Documents"),
                        "ApplicationData" => format!("{home}\\AppData\\Roaming"),
                        "LocalApplicationData" => format!("{home}\\AppData\\Local"),
                        "CommonApplicationData" => "C:\\ProgramData".to_owned(),
                        "CommonDesktopDirectory" => "C:\\Users\\Public\\Desktop".to_owned(),
                        "Windows" => "C:\\Windows".to_owned(),
                        "System" => "C:\\Windows\\system32".to_owned(),
                        "ProgramFiles" => "C:\\Program Files".to_owned(),
                        "ProgramFilesX86" => "C:\\Program Files (x86)".to_owned(),
                        _ => home,
                    })
                }),
        ),
        _ => None,
    }
}

fn address(name: &str, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(name, values);
    let text = match arguments.text(0) {
        Ok(text) => text,
        Err(error) => return Some(Err(error)),
    };
    let done = match lower {
        "escapedatastring" => net::escaped(&text),
        "urlencode" => net::escaped(&text).replace("%20", "+"),
        "escapeuristring" => text.replace(' ', "%20"),
        "unescapedatastring" => net::unescaped(&text, false),
        "urldecode" => net::unescaped(&text, true),
        "htmlencode" => text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
            .replace('\'', "&#39;"),
        "htmldecode" => text
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&"),
        "iswellformeduristring" => return Some(Ok(Value::Bool(text.contains("://")))),
        _ => return None,
    };
    Some(Ok(Value::from(done)))
}

fn array(name: &str, lower: &str, values: &[Value]) -> Called {
    let Some(Value::Array(array)) = values.first() else {
        return None;
    };
    match lower {
        "indexof" => return super::list::call(array, name, lower, &values[1..]),
        "reverse" => array.borrow_mut().reverse(),
        "sort" => super::list::sort(&mut array.borrow_mut()),
        "copy" => {
            let rest = [values.get(1)?.clone(), Value::Int(0)];
            return super::list::call(array, name, "copyto", &rest);
        }
        _ => return None,
    }
    Some(Ok(Value::Null))
}

fn enumeration(name: &str, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(name, values);
    let kind = match values.first()? {
        Value::Type(kind) => Rc::clone(kind),
        other => crate::convert::resolve_type(&to_text(other))?,
    };
    match lower {
        "parse" => Some(arguments.get(1).and_then(|it| {
            enums::cast(it, &kind).unwrap_or_else(|| {
                Err(arguments.failed(
                    "Type provided must be an Enum.\r\nParameter name: enumType",
                    "System.ArgumentException",
                ))
            })
        })),
        "getnames" => enums::names_of(&kind).map(|it| Ok(Value::texts(it))),
        "getvalues" => enums::names_of(&kind).map(|names| {
            Ok(Value::array(
                names
                    .iter()
                    .filter_map(|it| enums::value(&kind, it))
                    .collect::<Vec<_>>(),
            ))
        }),
        "isdefined" => Some(
            arguments
                .text(1)
                .map(|it| Value::Bool(enums::value(&kind, &it).is_some())),
        ),
        _ => None,
    }
}

fn sleep(name: &str, values: &[Value], host: &mut dyn Host) -> Result<Value, ErrorRecord> {
    let milliseconds = Arguments::new(name, values).long(0)?;
    host.sleep(jiff::SignedDuration::from_millis(milliseconds.max(0)));
    Ok(Value::Null)
}

fn console(lower: &str, values: &[Value], host: &mut dyn Host) -> Called {
    let text = values.first().map_or(String::new(), to_text);
    match lower {
        "writeline" => host.write(crate::host::Stream::Information, &format!("{text}\n"), None),
        "write" => host.write(crate::host::Stream::Information, &text, None),
        "beep" => {}
        "readline" => return Some(Ok(host.ask("", false).map_or(Value::Null, Value::from))),
        _ => return None,
    }
    Some(Ok(Value::Null))
}

/// The way from a secure string to its text: the pointer is the secure string itself.
fn marshal(lower: &str, values: &[Value]) -> Called {
    let first = values.first().cloned().unwrap_or_default();
    match (lower, first) {
        ("securestringtobstr" | "securestringtoglobalallocunicode", secure @ Value::Secure(_)) => {
            Some(Ok(secure))
        }
        ("ptrtostringauto" | "ptrtostringbstr" | "ptrtostringuni", Value::Secure(text)) => {
            Some(Ok(Value::Text(text)))
        }
        ("zerofreebstr" | "zerofreeglobalallocunicode", _) => Some(Ok(Value::Null)),
        _ => None,
    }
}

fn password(name: &str, values: &[Value], host: &mut dyn Host) -> Result<Value, ErrorRecord> {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    const SIGNS: &[u8] = b"!@#$%^&*()_-+=";
    let arguments = Arguments::new(name, values);
    let length = usize::try_from(arguments.int(0)?).unwrap_or(0).min(128);
    let signs = usize::try_from(arguments.int(1)?).unwrap_or(0);
    let mut out = String::new();
    for at in 0..length {
        let from = if at < signs { SIGNS } else { LETTERS };
        let most = i64::try_from(from.len()).unwrap_or(1);
        let place = usize::try_from(object::between(host.random(), 0, most)).unwrap_or(0);
        out.push(char::from(from[place]));
    }
    Ok(Value::from(out))
}
