//! What a script is given of the world outside.

mod memory;

use jiff::{SignedDuration, Timestamp};

pub use memory::MemoryHost;

use crate::error::Position;

/// Where text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// What a script outputs, formatted as a console shows it.
    Output,
    /// Errors, formatted as a console shows them.
    Error,
    /// `Write-Warning`.
    Warning,
    /// `Write-Verbose`, where it is wanted.
    Verbose,
    /// `Write-Debug`, where it is wanted.
    Debug,
    /// `Write-Host` and `Write-Information`.
    Information,
    /// `Write-Progress`, a line for each.
    Progress,
}

/// Why a file can't be had. Paths are those of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileError {
    /// There is no such file or folder.
    NotFound,
    /// The path leads out of the sandbox, or the file may not be changed.
    Denied,
    /// There is a file or folder of this name already.
    Exists,
    /// Anything else, in the words of the host.
    Other(String),
}

/// A file or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Its name, without the folder.
    pub name: String,
    /// Whether it is a folder.
    pub folder: bool,
    /// Its size in bytes.
    pub size: u64,
}

/// What a script is given of the world outside. Every path is already absolute and normalised,
/// with `/` between its parts and no drive: `/reports/out.csv`. The root is the sandbox.
pub trait Host {
    /// Shows a piece of text; it has its own line breaks. The colour is the one of `Write-Host`.
    fn write(&mut self, stream: Stream, text: &str, colour: Option<&str>);

    /// Asks a question and returns a line; `None` where nobody can answer.
    fn ask(&mut self, prompt: &str, secret: bool) -> Option<String>;

    /// The time, which is virtual.
    fn now(&self) -> Timestamp;

    /// Lets time pass.
    fn sleep(&mut self, duration: SignedDuration);

    /// Sixty-four bits of chance, from a seed.
    fn random(&mut self) -> u64;

    /// Whether the script is to stop. Asked at every statement.
    fn is_interrupted(&self) -> bool {
        false
    }

    /// A statement is about to run: for coverage and traces.
    fn reached(&mut self, _position: &Position) {}

    /// An environment variable.
    fn environment(&self, _name: &str) -> Option<String> {
        None
    }

    /// The domain that the machine is a member of: its DNS name and its distinguished name.
    fn domain(&self) -> Option<(String, String)> {
        None
    }

    /// The folder that relative paths begin at when a script starts.
    fn start_folder(&self) -> String {
        "/".to_owned()
    }

    /// Reads a file.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// Writes a file, over what is there.
    fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError>;

    /// Writes at the end of a file, which is made if need be.
    fn append(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        let mut all = match self.read(path) {
            Ok(all) => all,
            Err(FileError::NotFound) => Vec::new(),
            Err(error) => return Err(error),
        };
        all.extend_from_slice(bytes);
        self.replace(path, &all)
    }

    /// What is there under a path.
    fn entry(&self, path: &str) -> Result<FileEntry, FileError>;

    /// What is in a folder, by name.
    fn list(&self, path: &str) -> Result<Vec<FileEntry>, FileError>;

    /// Makes a folder and those above it.
    fn make_folder(&mut self, path: &str) -> Result<(), FileError>;

    /// Removes a file, or a folder with everything in it.
    fn remove(&mut self, path: &str) -> Result<(), FileError>;
}

impl<H: Host + ?Sized> Host for &mut H {
    fn write(&mut self, stream: Stream, text: &str, colour: Option<&str>) {
        (**self).write(stream, text, colour);
    }

    fn ask(&mut self, prompt: &str, secret: bool) -> Option<String> {
        (**self).ask(prompt, secret)
    }

    fn now(&self) -> Timestamp {
        (**self).now()
    }

    fn sleep(&mut self, duration: SignedDuration) {
        (**self).sleep(duration);
    }

    fn random(&mut self) -> u64 {
        (**self).random()
    }

    fn is_interrupted(&self) -> bool {
        (**self).is_interrupted()
    }

    fn reached(&mut self, position: &Position) {
        (**self).reached(position);
    }

    fn environment(&self, name: &str) -> Option<String> {
        (**self).environment(name)
    }

    fn domain(&self) -> Option<(String, String)> {
        (**self).domain()
    }

    fn start_folder(&self) -> String {
        (**self).start_folder()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        (**self).read(path)
    }

    fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        (**self).replace(path, bytes)
    }

    fn append(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        (**self).append(path, bytes)
    }

    fn entry(&self, path: &str) -> Result<FileEntry, FileError> {
        (**self).entry(path)
    }

    fn list(&self, path: &str) -> Result<Vec<FileEntry>, FileError> {
        (**self).list(path)
    }

    fn make_folder(&mut self, path: &str) -> Result<(), FileError> {
        (**self).make_folder(path)
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        (**self).remove(path)
    }
}
