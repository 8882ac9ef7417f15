//! What a script shows, in the order it shows it.

use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use super::redirect::{Direction, FileTarget};
use crate::error::Position;
use crate::host::{FileEntry, FileError, Host, Stream};
use crate::value::{Object, Property, Value};

/// The host, and objects that wait to be shown: a table has one head for all its rows.
pub(crate) struct Outlet<'h> {
    pub(crate) host: Box<dyn Host + 'h>,
    pub(crate) width: usize,
    waiting: Vec<Value>,
    /// Where streams go while they are redirected: innermost last.
    pub(crate) muted: Vec<Muted>,
    /// The files that record what is shown, the newest last.
    pub(crate) records: Vec<String>,
}

/// A stream that is redirected.
#[derive(Debug, Default)]
pub(crate) struct Muted {
    /// 1 to 6, or 0 for all.
    pub(crate) stream: u8,
    /// What came, if somebody wants it.
    pub(crate) kept: Option<Vec<Value>>,
    /// The file that wants it.
    pub(crate) file: Option<Rc<FileTarget>>,
}

impl Muted {
    pub(crate) fn new(stream: u8, direction: &Direction) -> Self {
        Self {
            stream,
            kept: matches!(direction, Direction::Merged).then(Vec::new),
            file: match direction {
                Direction::File(file) => Some(Rc::clone(file)),
                Direction::Dropped | Direction::Merged => None,
            },
        }
    }
}

/// The number of a stream in a redirection.
const fn number(stream: Stream) -> u8 {
    match stream {
        Stream::Output => 1,
        Stream::Error => 2,
        Stream::Warning => 3,
        Stream::Verbose => 4,
        Stream::Debug => 5,
        Stream::Information => 6,
        Stream::Progress => 7,
    }
}

/// At most so many objects wait.
const WAITING_MAX: usize = 10_000;

impl<'h> Outlet<'h> {
    pub(crate) fn new(host: Box<dyn Host + 'h>) -> Self {
        Self {
            host,
            width: 120,
            waiting: Vec::new(),
            muted: Vec::new(),
            records: Vec::new(),
        }
    }

    /// Takes an object that is to be shown.
    pub(crate) fn show(&mut self, value: Value) {
        self.waiting.push(value);
        if self.waiting.len() >= WAITING_MAX {
            self.flush();
        }
    }

    /// Shows what waits.
    pub(crate) fn flush(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let waiting = std::mem::take(&mut self.waiting);
        let mut members = |value: &Value, name: &str| stored(value, name);
        let text = crate::format::render(&waiting, self.width, &mut members);
        if !text.is_empty() {
            self.record(&text);
            self.host.write(Stream::Output, &text, None);
        }
    }

    /// Writes what is shown into the files that record it.
    fn record(&mut self, text: &str) {
        if self.records.is_empty() {
            return;
        }
        let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
        for path in &self.records {
            // A file that can't be written any more is no reason to stop.
            let _ = self.host.append(path, text.as_bytes());
        }
    }

    /// Whether a stream is redirected; what it shows is kept if it is wanted.
    pub(crate) fn divert(&mut self, stream: Stream, value: &Value) -> bool {
        let number = number(stream);
        let mine = |it: &&mut Muted| it.stream == number || (it.stream == 0 && number < 7);
        let Some(muted) = self.muted.iter_mut().rev().find(mine) else {
            return false;
        };
        if let Some(kept) = &mut muted.kept {
            kept.push(value.clone());
        }
        if let Some(file) = &muted.file {
            file.put(value);
        }
        true
    }
}

/// The value of a property that is not computed.
fn stored(value: &Value, name: &str) -> Value {
    match value {
        Value::Object(object) => object
            .get(name)
            .or_else(|| crate::types::member(value, name))
            .unwrap_or_default(),
        other => crate::types::member(other, name).unwrap_or_default(),
    }
}

/// The same object with its computed properties as values.
pub(crate) fn with_values(object: &Object, values: Vec<(Rc<str>, Value)>) -> Value {
    let names: Vec<&str> = object.type_names().iter().map(|it| &**it).collect();
    let copy = Object::typed(&names, std::iter::empty::<(&str, Value)>(), None);
    for (name, property) in object.properties().iter() {
        let value = values.iter().find(|(it, _)| it == name);
        let property = value.map_or_else(
            || property.clone(),
            |(_, value)| Property::Note(value.clone()),
        );
        copy.add(name, property);
    }
    Value::Object(copy)
}

impl Host for Outlet<'_> {
    fn write(&mut self, stream: Stream, text: &str, colour: Option<&str>) {
        if !self.muted.is_empty() && self.divert(stream, &Value::text(text.trim_end_matches('\n')))
        {
            return;
        }
        self.flush();
        if stream != Stream::Progress {
            self.record(text);
        }
        self.host.write(stream, text, colour);
    }

    fn ask(&mut self, prompt: &str, secret: bool) -> Option<String> {
        self.flush();
        self.record(prompt);
        let answer = self.host.ask(prompt, secret);
        if let (Some(answer), false) = (&answer, secret) {
            self.record(&format!("{answer}\n"));
        }
        answer
    }

    fn now(&self) -> Timestamp {
        self.host.now()
    }

    fn sleep(&mut self, duration: SignedDuration) {
        self.flush();
        self.host.sleep(duration);
    }

    fn random(&mut self) -> u64 {
        self.host.random()
    }

    fn is_interrupted(&self) -> bool {
        self.host.is_interrupted()
    }

    fn reached(&mut self, position: &Position) {
        self.host.reached(position);
    }

    fn environment(&self, name: &str) -> Option<String> {
        self.host.environment(name)
    }

    fn domain(&self) -> Option<(String, String)> {
        self.host.domain()
    }

    fn start_folder(&self) -> String {
        self.host.start_folder()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.host.read(path)
    }

    fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        self.host.replace(path, bytes)
    }

    fn append(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        self.host.append(path, bytes)
    }

    fn entry(&self, path: &str) -> Result<FileEntry, FileError> {
        self.host.entry(path)
    }

    fn list(&self, path: &str) -> Result<Vec<FileEntry>, FileError> {
        self.host.list(path)
    }

    fn make_folder(&mut self, path: &str) -> Result<(), FileError> {
        self.host.make_folder(path)
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        self.host.remove(path)
    }
}
