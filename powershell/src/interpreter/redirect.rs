//! Redirections: `>`, `>>`, `2>&1`, `*> $null`.

use std::cell::RefCell;
use std::rc::Rc;

use super::outlet::Muted;
use super::pipeline::Sink;
use super::{Interpreter, error_text};
use crate::error::{Category, ErrorRecord, Outcome};
use crate::host::{FileError, Host};
use crate::syntax::ast::{RedirectTarget, Redirection};
use crate::value::Value;

/// What a command's redirections do.
#[derive(Debug, Default)]
pub(crate) struct Redirected {
    pub(crate) streams: usize,
}

/// A file that output is redirected to.
pub(crate) struct FileSink {
    path: String,
    append: bool,
    values: Vec<Value>,
}

/// A file that another stream is redirected to, with what came so far.
#[derive(Debug)]
pub(crate) struct FileTarget {
    path: String,
    append: bool,
    values: RefCell<Vec<Value>>,
}

impl FileTarget {
    pub(crate) fn put(&self, value: &Value) {
        self.values.borrow_mut().push(value.clone());
    }
}

/// Where a stream goes.
#[derive(Debug, Clone)]
pub(crate) enum Direction {
    /// Nowhere.
    Dropped,
    /// Into the output.
    Merged,
    /// Into a file.
    File(Rc<FileTarget>),
}

impl Sink for FileSink {
    fn put(&mut self, it: &mut Interpreter<'_>, value: Value) -> Outcome {
        it.memory += 48;
        self.values.push(value);
        Ok(())
    }
}

impl FileSink {
    /// Writes the file.
    pub(crate) fn finish(self, it: &mut Interpreter<'_>) -> Outcome {
        if self.path.is_empty() {
            return Ok(());
        }
        let mut members = |value: &Value, name: &str| match value {
            Value::Object(object) => object
                .get(name)
                .or_else(|| crate::types::member(value, name))
                .unwrap_or_default(),
            other => crate::types::member(other, name).unwrap_or_default(),
        };
        // Errors are written as they are shown.
        let values = self.values.into_iter().map(|value| match value {
            Value::Error(record) => Value::from(error_text(&record)),
            other => other,
        });
        let values: Vec<Value> = values.collect();
        let text = crate::format::render(&values, it.outlet.width, &mut members);
        let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
        // Windows PowerShell writes UTF-16 with a mark.
        let mut bytes = Vec::new();
        let is_new = !self.append || it.outlet.read(&self.path).is_err();
        if is_new {
            bytes.extend([0xff, 0xfe]);
        }
        bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let written = if is_new {
            it.outlet.replace(&self.path, &bytes)
        } else {
            it.outlet.append(&self.path, &bytes)
        };
        written.map_err(|error| no_file(&self.path, &error).into())
    }
}

fn no_file(path: &str, error: &FileError) -> ErrorRecord {
    let message = match error {
        FileError::NotFound => format!("Could not find a part of the path '{path}'."),
        FileError::Denied => format!("Access to the path '{path}' is denied."),
        FileError::Exists => format!("The file '{path}' already exists."),
        FileError::Other(text) => text.clone(),
    };
    ErrorRecord::new(
        message,
        "System.IO.IOException",
        "FileOpenFailure",
        Category::OpenError,
    )
    .about(Value::text(path))
}

impl Interpreter<'_> {
    /// The file that the output stream is redirected to, or nowhere (`> $null`).
    pub(crate) fn file_redirect(
        &mut self,
        redirections: &[Redirection],
    ) -> Outcome<Option<FileSink>> {
        for redirection in redirections {
            if let (0 | 1, RedirectTarget::File { path, append }) =
                (redirection.stream, &redirection.target)
            {
                let path = self.expression(path)?;
                let text = self.text(&path);
                let path = if path.is_null() {
                    String::new()
                } else {
                    self.absolute(&text)
                };
                return Ok(Some(FileSink {
                    path,
                    append: *append,
                    values: Vec::new(),
                }));
            }
        }
        Ok(None)
    }

    /// Sets redirections of other streams up, and says how many there are.
    pub(crate) fn redirect(
        &mut self,
        redirections: &[Redirection],
        _out: &mut dyn Sink,
    ) -> Outcome<Redirected> {
        let mut count = 0;
        for redirection in redirections {
            let stream = redirection.stream;
            if stream == 1 && matches!(redirection.target, RedirectTarget::File { .. }) {
                continue;
            }
            let direction = self.direction(redirection)?;
            self.outlet.muted.push(Muted::new(stream, &direction));
            count += 1;
        }
        Ok(Redirected { streams: count })
    }

    /// Hands on what was merged into the output, and ends the redirections.
    pub(crate) fn end_redirect(&mut self, redirected: Redirected, out: &mut dyn Sink) -> Outcome {
        let mut all = Vec::new();
        for _ in 0..redirected.streams {
            if let Some(muted) = self.outlet.muted.pop() {
                all.push(muted);
            }
        }
        for muted in all.into_iter().rev() {
            for value in muted.kept.unwrap_or_default() {
                out.put(self, value)?;
            }
            if let Some(file) = muted.file {
                self.write_target(&file)?;
            }
        }
        Ok(())
    }

    /// Where a redirection leads.
    pub(crate) fn direction(&mut self, redirection: &Redirection) -> Outcome<Direction> {
        let (path, append) = match &redirection.target {
            RedirectTarget::Output => return Ok(Direction::Merged),
            RedirectTarget::File { path, append } => (self.expression(path)?, *append),
        };
        if path.is_null() {
            return Ok(Direction::Dropped);
        }
        let text = self.text(&path);
        let path = self.absolute(&text);
        Ok(Direction::File(Rc::new(FileTarget {
            path,
            append,
            values: RefCell::default(),
        })))
    }

    /// Writes a file that a stream was redirected to.
    pub(crate) fn write_target(&mut self, target: &FileTarget) -> Outcome {
        let sink = FileSink {
            path: target.path.clone(),
            append: target.append,
            values: target.values.take(),
        };
        sink.finish(self)
    }

    /// An absolute path of the sandbox for a path of a script.
    pub(crate) fn absolute(&self, text: &str) -> String {
        absolute(&self.folder, text)
    }

    /// The folder a script is in, as Windows shows it.
    pub(crate) fn current_folder_value(&self) -> Value {
        let path = windows(&self.folder);
        let members = [
            ("Path", Value::text(&path)),
            ("ProviderPath", Value::text(&path)),
            ("Drive", Value::text("C")),
        ];
        let kinds = ["System.Management.Automation.PathInfo", "System.Object"];
        Value::Object(crate::value::Object::typed(&kinds, members, Some(&path)))
    }
}

/// A path of the sandbox as Windows shows it.
pub(crate) fn windows(path: &str) -> String {
    format!("C:{}", path.replace('/', "\\"))
}

/// An absolute path of the sandbox for a path that may start at a folder of it.
pub(crate) fn absolute(folder: &str, text: &str) -> String {
    let text = text.replace('\\', "/");
    let text = text
        .strip_prefix("Microsoft.PowerShell.Core/FileSystem::")
        .unwrap_or(&text);
    let mut rest = text;
    let mut is_absolute = rest.starts_with('/');
    let mut letters = rest.chars();
    if letters.next().is_some_and(|c| c.is_ascii_alphabetic()) && letters.next() == Some(':') {
        rest = &rest[2..];
        is_absolute = true;
    }
    let home;
    if let Some(after) = rest.strip_prefix('~') {
        home = format!("/Users/Administrator{after}");
        rest = &home;
        is_absolute = true;
    }
    let whole = if is_absolute {
        rest.to_owned()
    } else {
        format!("{folder}/{rest}")
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    format!("/{}", parts.join("/"))
}
