//! `ConvertTo-Html`.

use std::fmt::Write as _;

use crate::command::{Call, Command, Parameter};
use crate::convert::to_display;
use crate::error::Outcome;
use crate::value::{Property, Value};

use super::common::{self, Collecting, input, selectors};
use super::select::{every, projected};
use super::{UTILITY, declare};

pub(crate) fn commands() -> Vec<Command> {
    let parameters = vec![
        input(),
        Parameter::new("Property", "System.Object[]").at(0),
        Parameter::texts("Body").at(3),
        Parameter::texts("Head").at(1),
        Parameter::text("Title").at(2),
        Parameter::text("As").one_of(&["Table", "List"]),
        Parameter::object("CssUri").or(&["cu", "uri"]),
        Parameter::switch("Fragment"),
        Parameter::texts("PostContent"),
        Parameter::texts("PreContent"),
        Parameter::object("Meta"),
        Parameter::object("Charset"),
        Parameter::switch("Transitional"),
    ];
    vec![declare(
        "ConvertTo-Html",
        UTILITY,
        "Writes objects as a page.",
        parameters,
        || Box::new(Collecting::new(convert)),
    )]
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "cmdlets that collect have one signature"
)]
fn convert(items: Vec<Value>, call: &mut dyn Call) -> Outcome {
    let mut lines: Vec<String> = Vec::new();
    let fragment = call.switch("Fragment");
    if !fragment {
        head(call, &mut lines);
    }
    lines.extend(common::texts(call, "PreContent"));
    let mut wanted = selectors(call, "Property")?;
    if wanted.is_empty() {
        wanted = vec![every()];
    }
    let mut rows: Vec<Vec<(String, String)>> = Vec::new();
    for item in &items {
        let object = projected(call, item, &wanted)?;
        let properties = object.properties();
        let cells = properties.iter().map(|(name, property)| {
            let value = match property {
                Property::Note(value) | Property::Member(value) => to_display(value),
                _ => String::new(),
            };
            (name.to_string(), escaped(&value))
        });
        rows.push(cells.collect());
    }
    // The first object says which columns there are.
    let columns: Vec<String> = rows
        .first()
        .map(|row| row.iter().map(|(name, _)| name.clone()).collect())
        .unwrap_or_default();
    let as_list = common::text(call, "As").is_some_and(|it| it.eq_ignore_ascii_case("list"));
    lines.push("<table>".to_owned());
    if !as_list && !columns.is_empty() {
        let cols = "<col/>".repeat(columns.len());
        lines.push(format!("<colgroup>{cols}</colgroup>"));
        let mut row = String::from("<tr>");
        for column in &columns {
            let _ = write!(row, "<th>{}</th>", escaped(column));
        }
        lines.push(format!("{row}</tr>"));
    }
    let text_of = |row: &[(String, String)], name: &str| {
        let found = row.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map_or(String::new(), |(_, text)| text.clone())
    };
    for (place, cells) in rows.iter().enumerate() {
        if as_list {
            if place > 0 {
                lines.push("<tr><td colspan=\"2\"><hr></td></tr>".to_owned());
            }
            for column in &columns {
                let text = text_of(cells, column);
                let name = escaped(column);
                lines.push(format!("<tr><td>{name}:</td><td>{text}</td></tr>"));
            }
            continue;
        }
        let mut row = String::from("<tr>");
        for column in &columns {
            let _ = write!(row, "<td>{}</td>", text_of(cells, column));
        }
        lines.push(format!("{row}</tr>"));
    }
    lines.push("</table>".to_owned());
    lines.extend(common::texts(call, "PostContent"));
    if !fragment {
        lines.push("</body></html>".to_owned());
    }
    for line in lines {
        call.write(Value::from(line))?;
    }
    Ok(())
}

fn head(call: &mut dyn Call, lines: &mut Vec<String>) {
    lines.push(
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\"  \
         \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\">"
            .to_owned(),
    );
    lines.push("<html xmlns=\"http://www.w3.org/1999/xhtml\">".to_owned());
    lines.push("<head>".to_owned());
    let own = common::texts(call, "Head");
    if own.is_empty() {
        let title = common::text(call, "Title").unwrap_or_else(|| "HTML TABLE".to_owned());
        lines.push(format!("<title>{}</title>", escaped(&title)));
        if let Some(style) = call.argument("CssUri") {
            let style = escaped(&to_display(&style));
            lines.push(format!(
                "<link rel=\"stylesheet\" type=\"text/css\" href=\"{style}\" />"
            ));
        }
    } else {
        lines.extend(own);
    }
    lines.push("</head><body>".to_owned());
    lines.extend(common::texts(call, "Body"));
}
