use super::{cast, compare, equals, equals_case, resolve_type, to_bool, to_number, to_text};
use crate::value::{Object, Table, Value};

fn array(values: &[Value]) -> Value {
    Value::array(values.iter().cloned())
}

#[test]
fn values_become_text() {
    let table = Table::new(false);
    table.set(Value::text("a"), Value::Int(1));
    let object = Object::custom([
        ("a", Value::Int(1)),
        ("b", array(&[Value::Int(2), Value::Null])),
    ]);
    let rows = [
        (Value::Null, ""),
        (Value::Bool(true), "True"),
        (Value::Int(-5), "-5"),
        (Value::Double(0.1 + 0.2), "0.3"),
        (Value::Double(1.0 / 3.0), "0.333333333333333"),
        (Value::Double(1e20), "1E+20"),
        (Value::Double(1e15), "1E+15"),
        (Value::Double(123_456_789_012_345.0), "123456789012345"),
        (Value::Double(1.5e-7), "1.5E-07"),
        (Value::Double(0.0001), "0.0001"),
        (Value::Double(3.0), "3"),
        (
            array(&[Value::Int(1), Value::text("b"), Value::Null]),
            "1 b ",
        ),
        (Value::bytes([1, 2, 255]), "1 2 255"),
        (Value::Table(table), "System.Collections.Hashtable"),
        (Value::Object(object), "@{a=1; b=System.Object[]}"),
        (Value::Type("System.Int32".into()), "int"),
        (Value::Version([1, 2, -1, -1]), "1.2"),
        (Value::TimeSpan(36_610_000_000), "01:01:01"),
    ];
    for (value, text) in rows {
        assert_eq!(to_text(&value), text);
    }
}

#[test]
fn casts_say_what_powershell_says() {
    let rows = [
        ("int", "42", Ok("42")),
        ("int", "0x1F", Ok("31")),
        ("int", " 1.5 ", Ok("2")),
        ("int", "2.5", Ok("2")),
        ("int", "", Ok("0")),
        (
            "int",
            "x",
            Err(
                "Cannot convert value \"x\" to type \"System.Int32\". Error: \"Input string was \
                 not in a correct format.\"",
            ),
        ),
        (
            "int",
            "3000000000",
            Err(
                "Cannot convert value \"3000000000\" to type \"System.Int32\". Error: \"Value was \
                 either too large or too small for an Int32.\"",
            ),
        ),
        (
            "byte",
            "300",
            Err(
                "Cannot convert value \"300\" to type \"System.Byte\". Error: \"Value was either \
                 too large or too small for an unsigned byte.\"",
            ),
        ),
        (
            "guid",
            "x",
            Err(
                "Cannot convert value \"x\" to type \"System.Guid\". Error: \"Guid should contain \
                 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).\"",
            ),
        ),
        (
            "guid",
            "{748B2D72-706B-42F8-8B25-82FD8733860F}",
            Ok("748b2d72-706b-42f8-8b25-82fd8733860f"),
        ),
        (
            "guid",
            "748b2d72706b42f88b2582fd8733860f",
            Ok("748b2d72-706b-42f8-8b25-82fd8733860f"),
        ),
        ("datetime", "2024-01-31", Ok("01/31/2024 00:00:00")),
        ("datetime", "1/2/2024 3:04:05 PM", Ok("01/02/2024 15:04:05")),
        (
            "datetime",
            "2024-01-31T10:20:30Z",
            Ok("01/31/2024 10:20:30"),
        ),
        (
            "datetime",
            "2024-01-31T10:20:30+02:00",
            Ok("01/31/2024 08:20:30"),
        ),
        ("datetime", "January 5, 2024", Ok("01/05/2024 00:00:00")),
        ("datetime", "5 Jan 2024 10:00", Ok("01/05/2024 10:00:00")),
        (
            "datetime",
            "Friday, January 5, 2024 1:02:03 AM",
            Ok("01/05/2024 01:02:03"),
        ),
        (
            "datetime",
            "x",
            Err(
                "Cannot convert value \"x\" to type \"System.DateTime\". Error: \"The string was \
                 not recognized as a valid DateTime. There is an unknown word starting at index \
                 0.\"",
            ),
        ),
        ("timespan", "1.02:03:04", Ok("1.02:03:04")),
        ("version", "10.0.17763", Ok("10.0.17763")),
        ("bool", "false", Ok("True")),
        ("char", "a", Ok("a")),
        ("double", "1,234.5", Ok("1234.5")),
        ("string[]", "a", Ok("a")),
        ("mailaddress", "a@b.c", Ok("a@b.c")),
        ("regex", "^a$", Ok("^a$")),
        ("System.StringComparison", "ordinal", Ok("Ordinal")),
        ("Nullable[int]", "", Ok("")),
    ];
    for (kind, text, expected) in rows {
        let found = cast(&Value::text(text), kind).map(|it| to_text(&it));
        let found = found.as_deref().map_err(|it| it.message.as_str());
        assert_eq!(found, expected, "[{kind}]'{text}'");
    }
}

#[test]
fn numbers_are_scanned() {
    let rows = [
        ("1kb", "1024"),
        ("0x10", "16"),
        ("", "0"),
        ("1e3", "1000"),
        ("5000000000", "5000000000"),
    ];
    for (text, expected) in rows {
        assert_eq!(
            to_text(&to_number(&Value::text(text)).expect("a number")),
            expected
        );
    }
    assert!(to_number(&Value::text("abc")).is_err());
}

#[test]
fn types_are_found_by_any_of_their_names() {
    let rows = [
        ("INT", Some("System.Int32")),
        ("system.string", Some("System.String")),
        ("Text.Encoding", Some("System.Text.Encoding")),
        ("string[]", Some("System.String[]")),
        (
            "Collections.Generic.List[string]",
            Some("System.Collections.Generic.List[System.String]"),
        ),
        (
            "System.Collections.Generic.List`1[System.String]",
            Some("System.Collections.Generic.List[System.String]"),
        ),
        (
            "System.Collections.Generic.Dictionary[string,object]",
            Some("System.Collections.Generic.Dictionary[System.String,System.Object]"),
        ),
        (
            "Net.SecurityProtocolType",
            Some("System.Net.SecurityProtocolType"),
        ),
        ("System.Net.WebException", Some("System.Net.WebException")),
        ("Nope", None),
    ];
    for (name, full) in rows {
        assert_eq!(resolve_type(name).as_deref(), full, "{name}");
    }
}

#[test]
fn the_left_operand_decides() {
    use std::cmp::Ordering::{Greater, Less};
    assert!(equals(&Value::text("ABC"), &Value::text("abc")));
    assert!(!equals_case(&Value::text("ABC"), &Value::text("abc"), true));
    assert!(equals(&Value::text("5"), &Value::Int(5)));
    assert!(equals(&Value::Int(5), &Value::text(" 5 ")));
    assert!(!equals(&Value::Int(5), &Value::text("x")));
    assert!(equals(&Value::Bool(true), &Value::text("x")));
    assert!(!equals(&Value::Null, &Value::text("")));
    assert_eq!(
        compare(&Value::Int(10), &Value::text("9"), false).ok(),
        Some(Greater)
    );
    assert_eq!(
        compare(&Value::text("10"), &Value::Int(9), false).ok(),
        Some(Less)
    );
    assert_eq!(
        compare(&Value::text("a"), &Value::text("B"), false).ok(),
        Some(Less)
    );
    assert_eq!(
        compare(&Value::text("a"), &Value::text("A"), true).ok(),
        Some(Less)
    );
    assert!(compare(&Value::Int(1), &Value::text("x"), false).is_err());
}

#[test]
fn truth_is_what_is_there() {
    let rows = [
        (Value::Null, false),
        (Value::text(""), false),
        (Value::text("false"), true),
        (Value::Int(0), false),
        (array(&[]), false),
        (array(&[Value::Int(0)]), false),
        (array(&[Value::Int(0), Value::Int(0)]), true),
        (Value::Table(Table::new(false)), true),
    ];
    for (value, truth) in rows {
        assert_eq!(to_bool(&value), truth);
    }
}
