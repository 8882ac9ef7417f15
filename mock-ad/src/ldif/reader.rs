//! The entries of a file.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::LdifError;

/// Base64 as directories write it; some leave the padding off.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A value as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawValue<'a> {
    /// After one colon: text.
    Text(Cow<'a, str>),
    /// After two colons: what the base64 stands for.
    Bytes(Vec<u8>),
}

/// One attribute value of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// The line, counted from one.
    pub line: usize,
    /// The name of the attribute, without options.
    pub name: Cow<'a, str>,
    /// The value.
    pub value: RawValue<'a>,
}

/// One entry: an object as the file describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<'a> {
    /// The line of the name, counted from one.
    pub line: usize,
    /// The distinguished name.
    pub dn: Cow<'a, str>,
    /// The attribute values in the order of the file.
    pub attributes: Vec<Line<'a>>,
}

/// Reads the entries of a file one by one; what is wrong with one does not hide the next.
///
/// ```
/// use mock_ad::ldif::{RawValue, Reader};
/// let text = "dn: CN=Ann,DC=test\ndescription:: QW5u\n\n# search result\nresult: 0 Success\n";
/// let records: Vec<_> = Reader::new(text).collect::<Result<_, _>>()?;
/// assert_eq!(records.len(), 1);
/// assert_eq!(records[0].attributes[0].value, RawValue::Bytes(b"Ann".to_vec()));
/// # Ok::<(), mock_ad::ldif::LdifError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a str,
    /// The number of the next physical line.
    line: usize,
    /// What the numbers of lines that comments tell count from.
    base: usize,
    /// Whether the number is one that a comment told, for all lines until the next.
    told: bool,
}

/// A comment that begins so tells the line, in the file that the text was made of, which all lines
/// that follow stand for.
pub const LINE_OF: &str = "# dirsync-lab: line ";
/// A comment that begins so tells how many lines stood before the text that follows, where it was
/// joined.
pub const LINES_FROM: &str = "# dirsync-lab: from ";

/// Most entries have no more values than this.
const ATTRIBUTES_USUAL: usize = 24;

/// A line with its continuations, which never is a comment.
struct Logical<'a> {
    line: usize,
    text: Cow<'a, str>,
}

impl<'a> Reader<'a> {
    /// Starts at the first line.
    pub fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            line: 1,
            base: 0,
            told: false,
        }
    }

    /// Comments are nothing, but for those that tell where the text is from.
    fn comment(&mut self, text: &str) {
        let number = |start: &str| text.strip_prefix(start)?.trim().parse::<usize>().ok();
        if let Some(line) = number(LINE_OF) {
            (self.line, self.told) = (self.base.saturating_add(line), true);
        } else if let Some(before) = number(LINES_FROM) {
            (self.base, self.line, self.told) = (before, before.saturating_add(1), false);
        }
    }

    fn physical(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += usize::from(!self.told);
        let (line, rest) = match memchr::memchr(b'\n', self.rest.as_bytes()) {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, ""),
        };
        self.rest = rest;
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    /// The next line with its continuations; an empty one ends an entry.
    fn logical(&mut self) -> Option<Logical<'a>> {
        loop {
            let line = self.line;
            let mut text = Cow::Borrowed(self.physical()?);
            while self.rest.starts_with(' ') {
                // A line of nothing but a space continues with nothing, which ends no entry.
                let more = self.physical().unwrap_or_default();
                text.to_mut().push_str(&more[1..]);
            }
            if !text.starts_with('#') {
                return Some(Logical { line, text });
            }
            self.comment(&text);
        }
    }

    /// Goes on to the end of the entry.
    fn skip_entry(&mut self) {
        while let Some(line) = self.logical() {
            if line.text.is_empty() {
                return;
            }
        }
    }

    fn record(&mut self, first: Logical<'a>) -> Result<Option<Record<'a>>, LdifError> {
        let start = first.line;
        let first = split(first)?;
        if !first.name.eq_ignore_ascii_case("dn") {
            return self.outside(&first).map(|()| None);
        }
        let dn = match first.value {
            RawValue::Text(text) => text,
            RawValue::Bytes(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|_| {
                let help = "names are UTF-8 inside base64; export the file again";
                LdifError::new(start, "the name is not UTF-8", help)
            })?,
        };
        let mut attributes = Vec::with_capacity(ATTRIBUTES_USUAL);
        while let Some(line) = self.logical() {
            if line.text.is_empty() {
                break;
            }
            let line = split(line)?;
            if line.name.eq_ignore_ascii_case("changetype") {
                check_change_type(&line)?;
            } else if !line.name.eq_ignore_ascii_case("control") {
                attributes.push(line);
            }
        }
        Ok(Some(Record {
            line: start,
            dn,
            attributes,
        }))
    }

    /// Lines that programs write around the entries.
    fn outside(&mut self, line: &Line<'a>) -> Result<(), LdifError> {
        const KNOWN: [&str; 12] = [
            "version",
            "search",
            "result",
            "ref",
            "control",
            "matcheddn",
            "text",
            "numresponses",
            "numentries",
            "pagedresults",
            "sortresult",
            "vlvresult",
        ];
        let name = line.name.to_ascii_lowercase();
        if KNOWN.contains(&&*name) {
            return Ok(());
        }
        self.skip_entry();
        Err(LdifError::new(
            line.line,
            format!("an entry begins with `{}:` instead of `dn:`", line.name),
            "every entry starts with `dn:`, and a blank line stands between entries only",
        ))
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<Record<'a>, LdifError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let first = self.logical()?;
            if first.text.is_empty() {
                continue;
            }
            match self.record(first) {
                Ok(Some(record)) => return Some(Ok(record)),
                Ok(None) => {}
                Err(error) => {
                    if !self.rest.is_empty() {
                        self.skip_entry();
                    }
                    return Some(Err(error));
                }
            }
        }
    }
}

fn check_change_type(line: &Line<'_>) -> Result<(), LdifError> {
    let kind = match &line.value {
        RawValue::Text(text) => text.trim().to_ascii_lowercase(),
        RawValue::Bytes(bytes) => String::from_utf8_lossy(bytes).to_ascii_lowercase(),
    };
    if kind == "add" {
        return Ok(());
    }
    Err(LdifError::new(
        line.line,
        format!("`changetype: {kind}` makes this an action list, not state"),
        "give an export of objects, as `ldifde -f` or `ldapsearch` write it",
    ))
}

/// Takes a line apart at its colon.
fn split(line: Logical<'_>) -> Result<Line<'_>, LdifError> {
    let Logical { line, text } = line;
    let Some(colon) = memchr::memchr(b':', text.as_bytes()) else {
        let shown: String = text.chars().take(40).collect();
        return Err(LdifError::new(
            line,
            format!("`{shown}` is no `attribute: value`"),
            "a value that goes on in the next line needs one space in front of it there",
        ));
    };
    let bytes = text[..colon].bytes();
    // One look at each byte: files have millions of lines.
    let kinds = bytes.fold(0, |kinds, byte| kinds | KINDS[usize::from(byte)]);
    if colon == 0 || kinds & NO_NAME != 0 {
        let shown: String = text[..colon].chars().take(40).collect();
        return Err(LdifError::new(
            line,
            format!("`{shown}` is not the name of an attribute"),
            "a value that goes on in the next line needs one space in front of it there",
        ));
    }
    let (name, value) = match text {
        Cow::Borrowed(text) => (
            Cow::Borrowed(&text[..colon]),
            Cow::Borrowed(&text[colon + 1..]),
        ),
        Cow::Owned(text) => (
            Cow::Owned(text[..colon].to_owned()),
            Cow::Owned(text[colon + 1..].to_owned()),
        ),
    };
    let value = value_of(line, &name, value)?;
    let name = if kinds & OPTION == 0 {
        name
    } else {
        without_options(line, name)?
    };
    Ok(Line { line, name, value })
}

/// A byte that no name of an attribute has.
const NO_NAME: u8 = 1;
/// The byte before an option.
const OPTION: u8 = 2;

/// What each byte is in the name of an attribute.
const KINDS: [u8; 256] = {
    let mut kinds = [NO_NAME; 256];
    let mut byte = 0;
    while byte < 256 {
        let it = byte as u8;
        if it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b'_' | b'=' | b'*') {
            kinds[byte] = 0;
        } else if it == b';' {
            kinds[byte] = OPTION;
        }
        byte += 1;
    }
    kinds
};

fn value_of<'a>(line: usize, name: &str, value: Cow<'a, str>) -> Result<RawValue<'a>, LdifError> {
    match value.as_bytes().first() {
        Some(b':') => {
            let encoded = value[1..].trim();
            let bytes = BASE64.decode(encoded).map_err(|error| {
                LdifError::new(
                    line,
                    format!("`{name}::` is not base64: {error}"),
                    "the line may have been cut or edited; export the file again",
                )
            })?;
            Ok(RawValue::Bytes(bytes))
        }
        Some(b'<') => Err(LdifError::new(
            line,
            format!("`{name}:<` points to another file, which is not followed"),
            "put the value itself into the file, as `attribute:: base64`",
        )),
        _ => Ok(RawValue::Text(trim_start(value))),
    }
}

fn trim_start(value: Cow<'_, str>) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_start_matches(' ')),
        Cow::Owned(mut text) => {
            let spaces = text.len() - text.trim_start_matches(' ').len();
            text.drain(..spaces);
            Cow::Owned(text)
        }
    }
}

/// The name of an attribute without `;binary`, which changes nothing.
fn without_options(line: usize, name: Cow<'_, str>) -> Result<Cow<'_, str>, LdifError> {
    let Some(at) = name.find(';') else {
        return Ok(name);
    };
    for option in name[at + 1..].split(';') {
        if option.eq_ignore_ascii_case("binary") {
            continue;
        }
        if option.to_ascii_lowercase().starts_with("range=") {
            return Err(LdifError::new(
                line,
                format!("`{name}` is a part of the values: the others are not in the file"),
                "export with `ldifde`, which asks for all parts, or ask for one range after \
                 the other and join them under the plain name",
            ));
        }
        return Err(LdifError::new(
            line,
            format!("`{name}` has the option `{option}`, which Active Directory does not know"),
            "leave the option out",
        ));
    }
    Ok(match name {
        Cow::Borrowed(name) => Cow::Borrowed(&name[..at]),
        Cow::Owned(name) => Cow::Owned(name[..at].to_owned()),
    })
}
