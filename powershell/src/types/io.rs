//! `[System.IO.Path]`, `[System.IO.File]` and `[System.IO.Directory]`, on the sandbox.

use crate::convert::to_text;
use crate::error::ErrorRecord;
use crate::host::{FileError, Host};
use crate::value::Value;

use super::encoding::{self, Encoding};
use super::{Arguments, Called};

type Done = Result<Value, ErrorRecord>;

/// An absolute path of the sandbox for a path as scripts write it; relative ones begin at a
/// folder. Drives are the sandbox itself.
pub fn sandboxed(text: &str, folder: &str) -> String {
    let text = text.trim().replace('\\', "/");
    let text = text
        .rsplit_once("::")
        .map_or(text.as_str(), |(_, path)| path);
    let (drive, rest) = match text.split_once(':') {
        Some((drive, rest)) if !drive.is_empty() && !drive.contains('/') => (true, rest),
        _ => (false, text),
    };
    let absolute = drive || rest.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    let before = if absolute { "" } else { folder };
    for part in before.split('/').chain(rest.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// A path of the sandbox as scripts see it: `/reports/out.csv` is `C:\reports\out.csv`.
pub fn windows_path(path: &str) -> String {
    format!("C:{}", path.replace('/', "\\"))
}

/// `[System.IO.Path]::…`.
pub(crate) fn path(name: &str, lower: &str, values: &[Value], host: &mut dyn Host) -> Called {
    let arguments = Arguments::new(name, values);
    let of = |make: fn(&str) -> String| arguments.text(0).map(|it| Value::from(make(&it)));
    let done = match lower {
        "getfilename" => of(|it| file_name(it).to_owned()),
        "getfilenamewithoutextension" => of(|it| stem(file_name(it)).to_owned()),
        "getextension" => of(|it| extension(it).to_owned()),
        "getdirectoryname" => of(|it| folder_of(it).to_owned()),
        "getpathroot" => of(|it| root(it).to_owned()),
        "hasextension" => arguments
            .text(0)
            .map(|it| Value::Bool(!extension(&it).is_empty())),
        "ispathrooted" => arguments
            .text(0)
            .map(|it| Value::Bool(!root(&it).is_empty())),
        "combine" => combine(values),
        "changeextension" => arguments.text(0).and_then(|path| {
            let new = arguments.text(1)?;
            let dot = if new.is_empty() || new.starts_with('.') {
                ""
            } else {
                "."
            };
            let kept = &path[..path.len() - extension(&path).len()];
            Ok(Value::from(format!("{kept}{dot}{new}")))
        }),
        "getfullpath" => arguments
            .text(0)
            .map(|it| Value::from(windows_path(&sandboxed(&it, &host.start_folder())))),
        "gettemppath" => Ok(Value::text("C:\\Temp\\")),
        "gettempfilename" => {
            let name = format!("tmp{:04X}.tmp", host.random() & 0xFFFF);
            let made = host
                .make_folder("/Temp")
                .and_then(|()| host.replace(&format!("/Temp/{name}"), b""));
            match made {
                Ok(()) => Ok(Value::from(format!("C:\\Temp\\{name}"))),
                Err(_) => Err(arguments.failed("Access is denied.", "System.IO.IOException")),
            }
        }
        "getrandomfilename" => Ok(Value::from(format!(
            "{:08x}.{:03x}",
            host.random() & 0xFFFF_FFFF,
            host.random() & 0xFFF
        ))),
        "getinvalidfilenamechars" => Ok(Value::array(
            "\"<>|:*?\\/".chars().map(Value::Char).collect::<Vec<_>>(),
        )),
        _ => return None,
    };
    Some(done)
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit(['\\', '/', ':']).next().unwrap_or(path)
}

/// A file name without its extension.
pub(crate) fn stem(name: &str) -> &str {
    name.rfind('.').map_or(name, |at| &name[..at])
}

/// The extension with its dot.
pub(crate) fn extension(path: &str) -> &str {
    let name = file_name(path);
    name.rfind('.').map_or("", |at| {
        if at + 1 == name.len() {
            ""
        } else {
            &name[at..]
        }
    })
}

/// Everything but the last part.
fn folder_of(path: &str) -> &str {
    match path.rfind(['\\', '/']) {
        Some(2) if path.as_bytes()[1] == b':' && path.len() > 3 => &path[..3],
        Some(at) => &path[..at],
        None => "",
    }
}

fn root(path: &str) -> &str {
    let bytes = path.as_bytes();
    if bytes.len() > 1 && bytes[1] == b':' {
        return if bytes.len() > 2 && (bytes[2] == b'\\' || bytes[2] == b'/') {
            &path[..3]
        } else {
            &path[..2]
        };
    }
    if path.starts_with(['\\', '/']) {
        &path[..1]
    } else {
        ""
    }
}

#[expect(clippy::unnecessary_wraps, reason = "methods have one signature")]
fn combine(values: &[Value]) -> Done {
    let parts: Vec<String> = match values {
        [only @ Value::Array(_)] => only.enumerate().iter().map(to_text).collect(),
        others => others.iter().map(to_text).collect(),
    };
    let mut all = String::new();
    for part in parts {
        if !root(&part).is_empty() || all.is_empty() {
            all = part;
        } else {
            if !all.ends_with(['\\', '/', ':']) {
                all.push('\\');
            }
            all.push_str(&part);
        }
    }
    Ok(Value::from(all))
}

/// The error of a file, in the words of .NET.
pub(crate) fn refused(error: &FileError, path: &str, folder: bool) -> (String, &'static str) {
    let shown = windows_path(path);
    match error {
        FileError::NotFound if folder => (
            format!("Could not find a part of the path '{shown}'."),
            "System.IO.DirectoryNotFoundException",
        ),
        FileError::NotFound => (
            format!("Could not find file '{shown}'."),
            "System.IO.FileNotFoundException",
        ),
        FileError::Denied => (
            format!("Access to the path '{shown}' is denied."),
            "System.UnauthorizedAccessException",
        ),
        FileError::Exists => (
            format!("The file '{shown}' already exists."),
            "System.IO.IOException",
        ),
        FileError::Other(text) => (text.clone(), "System.IO.IOException"),
    }
}

/// `[System.IO.File]::…`.
pub(crate) fn file(name: &str, lower: &str, values: &[Value], host: &mut dyn Host) -> Called {
    let arguments = Arguments::new(name, values);
    let known = [
        "exists",
        "readalltext",
        "readalllines",
        "readallbytes",
        "writealltext",
        "writealllines",
        "writeallbytes",
        "appendalltext",
        "appendalllines",
        "delete",
        "copy",
        "move",
    ];
    if !known.contains(&lower) {
        return None;
    }
    let run = |host: &mut dyn Host| -> Done {
        let path = sandboxed(&arguments.text(0)?, &host.start_folder());
        let fail = |error: FileError| {
            let (reason, exception) = refused(&error, &path, false);
            arguments.failed(&reason, exception)
        };
        let encoding = |at: usize| match values.get(at) {
            Some(Value::Object(object)) => {
                object.type_names().first().map(|it| encoding::of_type(it))
            }
            _ => None,
        };
        let lines = |value: &Value| -> String {
            value
                .enumerate()
                .iter()
                .map(|it| format!("{}\r\n", to_text(it)))
                .collect::<Vec<_>>()
                .concat()
        };
        match lower {
            "exists" => return Ok(Value::Bool(host.entry(&path).is_ok_and(|it| !it.folder))),
            "readalltext" => {
                let bytes = host.read(&path).map_err(fail)?;
                return Ok(Value::from(Encoding::read(&bytes, encoding(1))));
            }
            "readalllines" => {
                let bytes = host.read(&path).map_err(fail)?;
                return Ok(Value::texts(lines_of(&Encoding::read(&bytes, encoding(1)))));
            }
            "readallbytes" => return host.read(&path).map(Value::bytes).map_err(fail),
            "writealltext" | "writealllines" | "appendalltext" | "appendalllines" => {
                let content = arguments.get(1)?;
                let text = if lower.ends_with("lines") {
                    lines(content)
                } else {
                    to_text(content)
                };
                let bytes = encoding(2).unwrap_or(Encoding::Utf8).encode(&text);
                if lower.starts_with("write") {
                    let mark = encoding(2).map_or(&[][..], Encoding::mark);
                    host.replace(&path, &[mark, &bytes].concat())
                        .map_err(fail)?;
                } else {
                    host.append(&path, &bytes).map_err(fail)?;
                }
            }
            "writeallbytes" => host.replace(&path, &arguments.bytes(1)?).map_err(fail)?,
            "delete" => match host.remove(&path) {
                // What is not there need not be deleted.
                Ok(()) | Err(FileError::NotFound) => {}
                Err(error) => return Err(fail(error)),
            },
            _ => {
                let to = sandboxed(&arguments.text(1)?, &host.start_folder());
                let bytes = host.read(&path).map_err(fail)?;
                host.replace(&to, &bytes).map_err(fail)?;
                if lower == "move" {
                    host.remove(&path).map_err(fail)?;
                }
            }
        }
        Ok(Value::Null)
    };
    Some(run(host))
}

/// The lines of a text, without their ends.
pub(crate) fn lines_of(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.strip_suffix('\n').unwrap_or(&text);
    if text.is_empty() {
        return Vec::new();
    }
    text.split('\n').map(str::to_owned).collect()
}

/// `[System.IO.Directory]::…`.
pub(crate) fn directory(name: &str, lower: &str, values: &[Value], host: &mut dyn Host) -> Called {
    let arguments = Arguments::new(name, values);
    let path = match arguments.text(0) {
        Ok(path) => sandboxed(&path, &host.start_folder()),
        Err(_) if lower == "getcurrentdirectory" => {
            return Some(Ok(Value::from(windows_path(&host.start_folder()))));
        }
        Err(error) => return Some(Err(error)),
    };
    let fail = |error: &FileError| {
        let (reason, exception) = refused(error, &path, true);
        arguments.failed(&reason, exception)
    };
    let done = match lower {
        "exists" => Ok(Value::Bool(host.entry(&path).is_ok_and(|it| it.folder))),
        "createdirectory" => host
            .make_folder(&path)
            .map(|()| Value::from(windows_path(&path)))
            .map_err(|error| fail(&error)),
        "getfiles" | "getdirectories" => host
            .list(&path)
            .map(|entries| {
                let wanted = entries
                    .iter()
                    .filter(|it| it.folder == (lower == "getdirectories"));
                let base = path.trim_end_matches('/');
                Value::texts(wanted.map(|it| windows_path(&format!("{base}/{}", it.name))))
            })
            .map_err(|error| fail(&error)),
        "delete" => host
            .remove(&path)
            .map(|()| Value::Null)
            .map_err(|error| fail(&error)),
        _ => return None,
    };
    Some(done)
}
