//! A world outside that is not there: for tests, and for whoever runs a script without files.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use super::{FileEntry, FileError, Host, Stream};

/// Keeps what is shown and what is written, and answers from a list. Clones share everything, so
/// that one can be looked at after the interpreter has the other.
///
/// ```
/// use powershell::host::MemoryHost;
/// use powershell::interpreter::{Interpreter, Limits};
///
/// let host = MemoryHost::default();
/// let modules = vec![powershell::cmdlets::core()];
/// let mut session = Interpreter::new(Box::new(host.clone()), modules, Limits::default());
/// session.run_script("C:\\sum.ps1", "(1..4 | Measure-Object -Sum).Sum", Vec::new());
/// drop(session);
/// assert_eq!(host.shown(), "10\n");
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryHost(Rc<RefCell<State>>);

#[derive(Debug, Default)]
struct State {
    shown: String,
    answers: VecDeque<String>,
    files: BTreeMap<String, Vec<u8>>,
    now: Timestamp,
}

impl MemoryHost {
    /// One that gives these answers, each once.
    pub fn answering(answers: &[&str]) -> Self {
        let host = Self::default();
        host.0.borrow_mut().answers = answers.iter().map(ToString::to_string).collect();
        host
    }

    /// Everything that was shown.
    pub fn shown(&self) -> String {
        self.0.borrow().shown.clone()
    }

    /// A file, as it is now.
    pub fn file(&self, path: &str) -> Option<Vec<u8>> {
        self.0.borrow().files.get(path).cloned()
    }
}

impl Host for MemoryHost {
    fn write(&mut self, _stream: Stream, text: &str, _colour: Option<&str>) {
        self.0.borrow_mut().shown.push_str(text);
    }

    fn ask(&mut self, prompt: &str, _secret: bool) -> Option<String> {
        let mut state = self.0.borrow_mut();
        state.shown.push_str(prompt);
        state.shown.push('\n');
        state.answers.pop_front()
    }

    fn now(&self) -> Timestamp {
        self.0.borrow().now
    }

    fn sleep(&mut self, duration: SignedDuration) {
        let mut state = self.0.borrow_mut();
        state.now = state.now.checked_add(duration).unwrap_or(state.now);
    }

    fn random(&mut self) -> u64 {
        4
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.file(path).ok_or(FileError::NotFound)
    }

    fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        let mut state = self.0.borrow_mut();
        state.files.insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn entry(&self, path: &str) -> Result<FileEntry, FileError> {
        let bytes = self.read(path)?;
        Ok(FileEntry {
            name: path.rsplit('/').next().unwrap_or(path).to_owned(),
            folder: false,
            size: bytes.len() as u64,
        })
    }

    fn list(&self, path: &str) -> Result<Vec<FileEntry>, FileError> {
        let folder = format!("{}/", path.trim_end_matches('/'));
        let state = self.0.borrow();
        let inside = state.files.iter().filter_map(|(path, bytes)| {
            let name = path.strip_prefix(&folder).filter(|it| !it.contains('/'))?;
            Some(FileEntry {
                name: name.to_owned(),
                folder: false,
                size: bytes.len() as u64,
            })
        });
        Ok(inside.collect())
    }

    fn make_folder(&mut self, _path: &str) -> Result<(), FileError> {
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        let removed = self.0.borrow_mut().files.remove(path);
        removed.map(drop).ok_or(FileError::NotFound)
    }
}
