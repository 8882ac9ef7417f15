//! The objects of a JSON file one by one, each with its line.
//!
//! A parser stops at the first thing that is wrong. This looks at brackets and quotes alone, so
//! that each object can be read by itself, and one that is wrong does not hide the others.

/// An object of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item<'a> {
    /// The line it begins in, from 1.
    pub(crate) line: usize,
    /// Its text.
    pub(crate) text: &'a str,
    /// Whether it comes to its end.
    pub(crate) is_whole: bool,
}

/// The objects of an array, of the list `value` of a response, or the single object that it is.
pub(crate) fn items(text: &str) -> Vec<Item<'_>> {
    let start = text.len()
        - text
            .trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
            .len();
    let scan = Scan {
        bytes: text.as_bytes(),
        at: start,
        line: 1 + newlines(&text[..start]),
    };
    match scan.bytes.get(start) {
        Some(b'[') => scan.list(text),
        Some(b'{') => scan
            .value_list()
            .map_or_else(|| vec![scan.item(text)], |list| list.list(text)),
        _ => Vec::new(),
    }
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

#[derive(Debug, Clone, Copy)]
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn step(&mut self) {
        self.line += usize::from(self.peek() == Some(b'\n'));
        self.at += 1;
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.step();
        }
    }

    /// Goes behind a string; at its opening quote.
    fn string(&mut self) {
        self.step();
        while let Some(byte) = self.peek() {
            self.step();
            match byte {
                b'\\' => self.step(),
                b'"' => return,
                _ => {}
            }
        }
        self.at = self.at.min(self.bytes.len());
    }

    /// Goes behind a value; whether it came to its end.
    fn value(&mut self) -> bool {
        let mut depth = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.string();
                    if depth == 0 {
                        return true;
                    }
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth <= 1 => {
                    if depth == 1 {
                        self.step();
                    }
                    return true;
                }
                b'}' | b']' => depth -= 1,
                b',' if depth == 0 => return true,
                _ => {}
            }
            self.step();
        }
        depth == 0
    }

    fn item(mut self, text: &str) -> Item<'_> {
        let (start, line) = (self.at, self.line);
        let is_whole = self.value();
        let end = self.at.min(text.len());
        Item {
            line,
            text: text.get(start..end).unwrap_or_default(),
            is_whole,
        }
    }

    /// At the list of `value` of an object, if it has one.
    fn value_list(mut self) -> Option<Self> {
        self.step();
        loop {
            self.blanks();
            if self.peek()? != b'"' {
                return None;
            }
            let start = self.at;
            self.string();
            let name = self.bytes.get(start..self.at)?;
            self.blanks();
            if self.peek()? != b':' {
                return None;
            }
            self.step();
            self.blanks();
            let is_list = self.peek()? == b'[';
            if is_list && name.eq_ignore_ascii_case(b"\"value\"") {
                return Some(self);
            }
            if !self.value() {
                return None;
            }
            self.blanks();
            if self.peek()? != b',' {
                return None;
            }
            self.step();
        }
    }

    fn list(mut self, text: &str) -> Vec<Item<'_>> {
        let mut all = Vec::new();
        self.step();
        loop {
            self.blanks();
            match self.peek() {
                None | Some(b']') => return all,
                Some(b',') => self.step(),
                Some(_) => {
                    let before = self.at;
                    let item = self.item(text);
                    self.value();
                    if self.at == before {
                        // A bracket that nothing opened.
                        return all;
                    }
                    all.push(item);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(text: &str) -> Vec<(usize, &str)> {
        items(text).iter().map(|it| (it.line, it.text)).collect()
    }

    #[test]
    fn objects_of_lists_responses_and_single_ones_are_found_with_their_lines() {
        let one = "{\"a\":\"]},\\\"\"}";
        let text = format!("[\n{one},\n {one}]");
        assert_eq!(texts(&text), [(2, one), (3, one)]);
        let text = format!("{{\"@odata.context\":\"x\",\"n\":[1],\n\"value\":[\n{one}]}}");
        assert_eq!(texts(&text), [(3, one)]);
        assert_eq!(texts(&format!("\n{one}\n")), [(2, one)]);
        let cut = items("[{\"a\":1},{\"b\":");
        assert_eq!(
            cut.iter().map(|it| it.is_whole).collect::<Vec<_>>(),
            [true, false]
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[\\[\\]{}\",:\\\\a\\n\u{e9}]{0,40}") {
            let _ = items(&text);
        }

        #[test]
        fn objects_come_back(all in prop::collection::vec("[a\\]}\\[{,\"\\\\é]{0,5}", 0..5)) {
            let all: Vec<serde_json::Value> =
                all.into_iter().map(|it| serde_json::json!({ "a": it, "b": [1, {}] })).collect();
            let text = serde_json::to_string_pretty(&all).unwrap();
            let read: Vec<serde_json::Value> = items(&text)
                .iter()
                .map(|it| serde_json::from_str(it.text).unwrap())
                .collect();
            prop_assert_eq!(read, all);
        }
    }
}
