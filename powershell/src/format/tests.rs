use super::{operator, render};
use crate::convert::cast;
use crate::value::{Object, Table, Value};

fn shown(values: &[Value]) -> String {
    render(values, 120, &mut |value, name| {
        crate::types::member(value, name).unwrap_or_default()
    })
}

fn date(text: &str) -> Value {
    cast(&Value::text(text), "datetime").expect("a date")
}

#[test]
fn formats_are_those_of_dotnet() {
    let number = |it: f64| Value::Double(it);
    let rows = [
        ("{0}", vec![Value::Int(5)], "5"),
        ("{0:N0}", vec![Value::Int(1_234_567)], "1,234,567"),
        ("{0:N2}", vec![number(1234.565)], "1,234.57"),
        ("{0:D4}", vec![Value::Int(-42)], "-0042"),
        ("{0:X2}", vec![Value::Byte(10)], "0A"),
        ("{0:x}", vec![Value::Int(-1)], "ffffffff"),
        ("{0:C}", vec![number(-1234.5)], "($1,234.50)"),
        ("{0:P1}", vec![number(0.1234)], "12.3 %"),
        ("{0:F2}", vec![number(2.345)], "2.35"),
        ("{0:E2}", vec![number(12345.0)], "1.23E+004"),
        ("{0:0.00}", vec![number(1.5)], "1.50"),
        ("{0:#,##0.##}", vec![number(1234.5)], "1,234.5"),
        ("{0:000}", vec![Value::Int(7)], "007"),
        ("{0:0%}", vec![number(0.5)], "50%"),
        ("{0:G3}", vec![number(1234.0)], "1.23E+03"),
        (
            "[{0,5}|{1,-5}]",
            vec![Value::text("ab"), Value::Int(1)],
            "[   ab|1    ]",
        ),
        ("{{{0}}}", vec![Value::text("x")], "{x}"),
        (
            "{0:yyyy-MM-dd HH:mm}",
            vec![date("2024-02-03 16:05:06")],
            "2024-02-03 16:05",
        ),
        (
            "{0:d} {0:t}",
            vec![date("2024-02-03 16:05:06")],
            "2/3/2024 4:05 PM",
        ),
        (
            "{0}",
            vec![date("2024-02-03 16:05:06")],
            "2/3/2024 4:05:06 PM",
        ),
        (
            "{0:yyyyMMddTHHmmssfff}",
            vec![date("2024-02-03 16:05:06.789")],
            "20240203T160506789",
        ),
        (
            "{0:dddd, MMM d}",
            vec![date("2024-02-03")],
            "Saturday, Feb 3",
        ),
    ];
    for (format, arguments, expected) in rows {
        assert_eq!(
            operator(format, &arguments).expect("a text"),
            expected,
            "{format}"
        );
    }
}

#[test]
fn a_format_that_asks_for_too_much_is_an_error() {
    let error = operator("{0} {1}", &[Value::Int(1)]).expect_err("too few arguments");
    let expected = "Error formatting a string: Index (zero based) must be greater than or equal \
                    to zero and less than the size of the argument list..";
    assert_eq!(error.message, expected);
    assert!(operator("{0", &[Value::Int(1)]).is_err());
}

#[test]
fn up_to_four_properties_are_a_table() {
    let row = |name: &str, count: i32| {
        Value::Object(Object::custom([
            ("Name", Value::text(name)),
            ("Count", Value::Int(count)),
        ]))
    };
    let expected = "\nName   Count\n----   -----\nAnna       5\nBertha    12\n\n\n";
    assert_eq!(shown(&[row("Anna", 5), row("Bertha", 12)]), expected);
}

#[test]
fn from_five_on_they_are_a_list() {
    let names = ["A", "Bb", "C", "D", "E"];
    let object = Object::custom(names.map(|it| (it, Value::texts([it, it]))));
    let expected = "\n\nA  : {A, A}\nBb : {Bb, Bb}\nC  : {C, C}\nD  : {D, D}\nE  : {E, E}\n\n\n";
    assert_eq!(shown(&[Value::Object(object)]), expected);
}

#[test]
fn a_hashtable_has_names_and_values() {
    let table = Table::new(true);
    table.set(Value::text("a"), Value::Int(1));
    table.set(Value::text("long"), Value::array((0..6).map(Value::Int)));
    let expected = "\nName                           Value\n----                           -----\n\
                    a                              1\nlong                           {0, 1, 2, \
                    3...}\n\n\n";
    assert_eq!(shown(&[Value::Table(table)]), expected);
}

#[test]
fn a_table_that_is_too_wide_is_cut() {
    let object = Object::custom([
        ("A", Value::from("x".repeat(100))),
        ("B", Value::from("y".repeat(100))),
    ]);
    let text = shown(&[Value::Object(object)]);
    let row = text.lines().nth(3).expect("a row");
    assert_eq!(row.len(), 119);
    assert!(row.ends_with("yyy..."), "{row}");
}

#[test]
fn plain_values_are_lines() {
    let values = [
        Value::text("a"),
        Value::Int(1),
        Value::array([Value::Bool(true), Value::Null]),
    ];
    assert_eq!(shown(&values), "a\n1\nTrue\n");
    assert_eq!(
        shown(&[date("2024-02-03")]),
        "\nSaturday, February 3, 2024 12:00:00 AM\n\n"
    );
}
