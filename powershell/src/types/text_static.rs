//! The statics of `[string]` and `[char]`.

use crate::convert::{self, to_text};
use crate::error::ErrorRecord;
use crate::format;
use crate::value::Value;

use super::{Arguments, Called};

/// `[string]::…`.
pub(crate) fn call(name: &str, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(name, values);
    let done = match lower {
        "isnullorempty" => arguments.text(0).map(|it| Value::Bool(it.is_empty())),
        "isnullorwhitespace" => arguments
            .text(0)
            .map(|it| Value::Bool(it.trim().is_empty())),
        "join" => join(&arguments, values),
        "format" => formatted(&arguments, values),
        "concat" => Ok(Value::from(
            spread(values).iter().map(to_text).collect::<String>(),
        )),
        "compare" => compare(&arguments, values),
        "compareordinal" => arguments.text(0).and_then(|one| {
            let other = arguments.text(1)?;
            Ok(Value::Int(one.cmp(&other) as i32))
        }),
        "equals" => equals(&arguments, values),
        "copy" => arguments.text(0).map(Value::from),
        _ => return None,
    };
    Some(done)
}

fn spread(values: &[Value]) -> Vec<Value> {
    match values {
        [only @ Value::Array(_)] => only.enumerate(),
        others => others.to_vec(),
    }
}

fn join(arguments: &Arguments<'_>, values: &[Value]) -> Result<Value, ErrorRecord> {
    let separator = arguments.text(0)?;
    let rest = spread(values.get(1..).unwrap_or_default());
    let rest = match rest.as_slice() {
        [only] => only.enumerate(),
        _ => rest,
    };
    let texts: Vec<String> = rest.iter().map(to_text).collect();
    Ok(Value::from(texts.join(&separator)))
}

fn formatted(arguments: &Arguments<'_>, values: &[Value]) -> Result<Value, ErrorRecord> {
    let (format, rest) = match values {
        // A culture in front changes nothing: there is one.
        [Value::Object(_), format @ Value::Text(_), rest @ ..] | [format, rest @ ..] => {
            (to_text(format), rest)
        }
        [] => return Err(super::no_overload("Format", 0)),
    };
    format::composite(&format, &spread(rest))
        .map(Value::from)
        .map_err(|reason| arguments.format(&reason))
}

fn compare(arguments: &Arguments<'_>, values: &[Value]) -> Result<Value, ErrorRecord> {
    let ignore = values.get(2).is_some_and(|it| match it {
        Value::Bool(ignore) => *ignore,
        other => to_text(other).ends_with("IgnoreCase"),
    });
    let (one, other) = (arguments.text(0)?, arguments.text(1)?);
    let ordering = convert::compare(&Value::from(one), &Value::from(other), !ignore)?;
    Ok(Value::Int(ordering as i32))
}

fn equals(arguments: &Arguments<'_>, values: &[Value]) -> Result<Value, ErrorRecord> {
    let (one, other) = (arguments.text(0)?, arguments.text(1)?);
    let ignore = values
        .get(2)
        .is_some_and(|it| to_text(it).ends_with("IgnoreCase"));
    let same = if ignore {
        one.to_lowercase() == other.to_lowercase()
    } else {
        one == other
    };
    Ok(Value::Bool(same))
}

/// `[char]::…`.
pub(crate) fn char_call(name: &str, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(name, values);
    let of = |is: fn(char) -> bool| {
        let text = arguments.text(0)?;
        let at = if arguments.len() > 1 {
            arguments.int(1)?
        } else {
            0
        };
        let char = usize::try_from(at).ok().and_then(|it| text.chars().nth(it));
        Ok(Value::Bool(char.is_some_and(is)))
    };
    let changed = |change: fn(char) -> Option<char>| {
        let text = arguments.text(0)?;
        let char = text.chars().next().unwrap_or('\0');
        Ok(Value::Char(change(char).unwrap_or(char)))
    };
    let done = match lower {
        "isdigit" | "isnumber" => of(char::is_numeric),
        "isletter" => of(char::is_alphabetic),
        "isletterordigit" => of(char::is_alphanumeric),
        "isupper" => of(char::is_uppercase),
        "islower" => of(char::is_lowercase),
        "iswhitespace" => of(char::is_whitespace),
        "ispunctuation" => of(|it| it.is_ascii_punctuation()),
        "iscontrol" => of(char::is_control),
        "toupper" | "toupperinvariant" => changed(|it| it.to_uppercase().next()),
        "tolower" | "tolowerinvariant" => changed(|it| it.to_lowercase().next()),
        "tostring" | "parse" => arguments.text(0).map(Value::from),
        "convertfromutf32" => arguments.int(0).map(|it| {
            let char = u32::try_from(it).ok().and_then(char::from_u32);
            Value::from(char.unwrap_or('?').to_string())
        }),
        _ => return None,
    };
    Some(done)
}
