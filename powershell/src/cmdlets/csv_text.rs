//! The text of CSV, as Windows PowerShell writes and reads it.

/// A field in quotes; what is not there is not even that.
pub(crate) fn quoted(field: Option<&str>) -> String {
    match field {
        Some(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        None => String::new(),
    }
}

/// A line of fields, without its end.
pub(crate) fn line<'a>(fields: impl Iterator<Item = Option<&'a str>>, delimiter: char) -> String {
    let fields: Vec<String> = fields.map(quoted).collect();
    fields.join(&delimiter.to_string())
}

/// The records of a text. Blank lines are passed over; a field may go over several lines where
/// it is quoted; blanks in front of a field do not count.
pub(crate) fn records(text: &str, delimiter: char) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let mut record: Vec<String> = Vec::new();
    let mut field = String::new();
    let mut in_quotes = false;
    let mut was_quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if in_quotes {
            match char {
                '"' if chars.next_if_eq(&'"').is_some() => field.push('"'),
                '"' => in_quotes = false,
                other => field.push(other),
            }
            continue;
        }
        match char {
            '"' if field.is_empty() && !was_quoted => {
                in_quotes = true;
                was_quoted = true;
            }
            '\r' | '\n' => {
                if char == '\r' {
                    chars.next_if_eq(&'\n');
                }
                let blank = record.is_empty() && field.is_empty() && !was_quoted;
                if !blank {
                    record.push(std::mem::take(&mut field));
                    all.push(std::mem::take(&mut record));
                }
                field.clear();
                was_quoted = false;
            }
            it if it == delimiter => {
                record.push(std::mem::take(&mut field));
                was_quoted = false;
            }
            ' ' | '\t' if field.is_empty() => {}
            // What follows a closing quote is part of the field, a blank excepted.
            ' ' | '\t' if was_quoted => {}
            other => field.push(other),
        }
    }
    if !record.is_empty() || !field.is_empty() || was_quoted {
        record.push(field);
        all.push(record);
    }
    all
}
