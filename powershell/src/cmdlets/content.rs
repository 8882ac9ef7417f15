//! Text in files: `Get-Content`, `Set-Content`, `Add-Content`, `Clear-Content`, `Out-File`.

use crate::command::{Call, Cmdlet, Command, Impact, Parameter};
use crate::convert::{number, to_display};
use crate::error::{Category, ErrorRecord, Outcome};
use crate::host::FileError;
use crate::types;
use crate::types::encoding::Encoding;
use crate::value::Value;

use super::common::{self, input, rendered};
use super::output::WIDTH;
use super::{MANAGEMENT, UTILITY, declare, simple};

pub(crate) fn commands() -> Vec<Command> {
    let places = || {
        vec![
            Parameter::texts("Path").at(0).piped_by_name(),
            Parameter::texts("LiteralPath")
                .or(&["PSPath"])
                .piped_by_name(),
            Parameter::text("Encoding"),
            Parameter::text("Filter"),
            Parameter::texts("Include"),
            Parameter::texts("Exclude"),
            Parameter::switch("Force"),
            Parameter::object("Credential"),
        ]
    };
    let mut get = places();
    get.extend([
        Parameter::new("ReadCount", "System.Int64"),
        Parameter::new("TotalCount", "System.Int64").or(&["First", "Head"]),
        Parameter::int("Tail").or(&["Last"]),
        Parameter::switch("Raw"),
        Parameter::object("Delimiter"),
        Parameter::switch("Wait"),
    ]);
    get[0] = Parameter::texts("Path").at(0).piped_by_name();
    let mut set = places();
    set.extend([
        Parameter::object("Value").at(1).piped().nullable(),
        Parameter::switch("PassThru"),
        Parameter::switch("NoNewline"),
    ]);
    let add = set.clone();
    vec![
        simple("Get-Content", MANAGEMENT, "Reads a file.", get, get_content),
        declare("Set-Content", MANAGEMENT, "Writes a file.", set, || {
            Box::new(Put {
                values: Vec::new(),
                append: false,
            })
        })
        .asking(Impact::Medium),
        declare(
            "Add-Content",
            MANAGEMENT,
            "Writes at the end of a file.",
            add,
            || {
                Box::new(Put {
                    values: Vec::new(),
                    append: true,
                })
            },
        )
        .asking(Impact::Medium),
        simple(
            "Clear-Content",
            MANAGEMENT,
            "Empties a file.",
            places(),
            clear,
        )
        .asking(Impact::Medium),
        declare(
            "Out-File",
            UTILITY,
            "Writes to a file what a console shows.",
            vec![
                input(),
                Parameter::text("FilePath").at(0),
                Parameter::text("LiteralPath").or(&["PSPath"]),
                Parameter::text("Encoding").at(1),
                Parameter::switch("Append"),
                Parameter::switch("Force"),
                Parameter::switch("NoClobber").or(&["NoOverwrite"]),
                Parameter::int("Width"),
                Parameter::switch("NoNewline"),
            ],
            || Box::new(OutFile { items: Vec::new() }),
        )
        .asking(Impact::Medium),
    ]
}

fn paths(call: &dyn Call) -> Vec<String> {
    let mut all = common::texts(call, "Path");
    all.extend(common::texts(call, "LiteralPath"));
    all
}

/// The encoding that was asked for, or what this cmdlet writes otherwise.
fn encoding(call: &dyn Call) -> Outcome<Option<Encoding>> {
    let Some(name) = common::text(call, "Encoding") else {
        return Ok(None);
    };
    if let Some(encoding) = Encoding::named(&name) {
        return Ok(Some(encoding));
    }
    if name.eq_ignore_ascii_case("Byte") {
        return Ok(None);
    }
    let record = ErrorRecord::new(
        format!(
            "Cannot validate argument on parameter 'Encoding'. The argument \"{name}\" does not \
            belong \
             to the set \
             \"unknown,string,unicode,bigendianunicode,utf8,utf7,utf32,ascii,default,oem\" \
             specified by the ValidateSet attribute. Supply an argument that is in the set and \
             then \
             try the command again."
        ),
        "System.Management.Automation.ParameterBindingValidationException",
        "ParameterArgumentValidationError",
        Category::InvalidData,
    );
    Err(record.into())
}

fn get_content(call: &mut dyn Call) -> Outcome {
    let asked = encoding(call)?;
    let as_bytes = common::text(call, "Encoding").is_some_and(|it| it.eq_ignore_ascii_case("Byte"));
    for path in paths(call) {
        let files = common::expanded(call, &path);
        if files.is_empty() {
            let absolute = call.path(&path);
            call.error(common::no_path(&absolute))?;
        }
        for file in files {
            let bytes = match call.host().read(&file) {
                Ok(bytes) => bytes,
                Err(error) => {
                    let record = unreadable(call, &error, &file);
                    call.error(record)?;
                    continue;
                }
            };
            if as_bytes {
                call.write(Value::bytes(bytes))?;
                continue;
            }
            hand_on(call, &Encoding::read(&bytes, asked))?;
        }
    }
    Ok(())
}

fn unreadable(call: &mut dyn Call, error: &FileError, path: &str) -> ErrorRecord {
    let folder = call.host().entry(path).is_ok_and(|it| it.folder);
    let shown = types::windows_path(path);
    if folder {
        return ErrorRecord::new(
            format!("Access to the path '{shown}' is denied."),
            "System.UnauthorizedAccessException",
            "GetContentReaderUnauthorizedAccessError",
            Category::PermissionDenied,
        )
        .about(Value::from(shown));
    }
    match error {
        FileError::NotFound => common::no_path(path),
        other => {
            let (message, exception) = types::io::refused(other, path, false);
            ErrorRecord::new(
                message,
                exception,
                "GetContentReaderUnauthorizedAccessError",
                Category::PermissionDenied,
            )
            .about(Value::from(shown))
        }
    }
}

fn hand_on(call: &mut dyn Call, text: &str) -> Outcome {
    if call.switch("Raw") {
        return call.write(Value::text(text));
    }
    let mut lines = types::io::lines_of(text);
    if let Some(count) = common::count(call, "TotalCount") {
        lines.truncate(count);
    }
    if let Some(count) = common::count(call, "Tail") {
        lines.drain(..lines.len().saturating_sub(count));
    }
    if common::count(call, "ReadCount") == Some(0) {
        return call.write_whole(Value::array(lines.into_iter().map(Value::from)));
    }
    for line in lines {
        call.write(Value::from(line))?;
    }
    Ok(())
}

/// `Set-Content` and `Add-Content`.
struct Put {
    values: Vec<Value>,
    append: bool,
}

impl Cmdlet for Put {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        self.values.extend(
            call.argument("Value")
                .map(|it| it.enumerate())
                .unwrap_or_default(),
        );
        Ok(())
    }

    fn end(&mut self, call: &mut dyn Call) -> Outcome {
        let asked = encoding(call)?;
        let raw: Option<Vec<u8>> = self
            .values
            .iter()
            .map(|it| number::as_long(it).and_then(|it| u8::try_from(it).ok()))
            .collect();
        let as_bytes =
            common::text(call, "Encoding").is_some_and(|it| it.eq_ignore_ascii_case("Byte"));
        let end = if call.switch("NoNewline") { "" } else { "\r\n" };
        let texts: Vec<String> = self
            .values
            .iter()
            .map(|it| format!("{}{end}", to_display(it)))
            .collect();
        let text = texts.concat();
        for path in paths(call) {
            let absolute = call.path(&path);
            let shown = types::windows_path(&absolute);
            let action = if self.append {
                "Add Content"
            } else {
                "Set Content"
            };
            if !call.should_process(&format!("Path: {shown}"), action)? {
                continue;
            }
            let old = if self.append {
                call.host().read(&absolute).ok()
            } else {
                None
            };
            let old = old.filter(|it| !it.is_empty());
            let encoding = asked.unwrap_or_else(|| old.as_deref().map_or(Encoding::Ansi, marked));
            let bytes = match &raw {
                Some(raw) if as_bytes => raw.clone(),
                _ if old.is_some() => encoding.encode(&text),
                _ if asked.is_some() => [encoding.mark(), &encoding.encode(&text)].concat(),
                _ => encoding.encode(&text),
            };
            let parent = common::parent(&absolute);
            let known = parent == "/" || call.host().entry(&parent).is_ok();
            let written = if !known {
                Err(FileError::NotFound)
            } else if old.is_some() {
                call.host().append(&absolute, &bytes)
            } else {
                call.host().replace(&absolute, &bytes)
            };
            if let Err(error) = written {
                let record = unwritable(&error, &absolute);
                call.error(record)?;
                continue;
            }
            if call.switch("PassThru") {
                for value in self.values.clone() {
                    call.write_whole(value)?;
                }
            }
        }
        Ok(())
    }
}

/// What a file is written in, by its mark.
fn marked(bytes: &[u8]) -> Encoding {
    [Encoding::Utf8, Encoding::Unicode, Encoding::BigEndian]
        .into_iter()
        .find(|it| bytes.starts_with(it.mark()))
        .unwrap_or(Encoding::Ansi)
}

fn unwritable(error: &FileError, path: &str) -> ErrorRecord {
    let (message, exception) = types::io::refused(error, path, true);
    let (id, category) = match error {
        FileError::NotFound => (
            "GetContentWriterDirectoryNotFoundError",
            Category::ObjectNotFound,
        ),
        _ => (
            "GetContentWriterUnauthorizedAccessError",
            Category::PermissionDenied,
        ),
    };
    ErrorRecord::new(message, exception, id, category).about(Value::from(types::windows_path(path)))
}

fn clear(call: &mut dyn Call) -> Outcome {
    for path in paths(call) {
        let absolute = call.path(&path);
        if call.host().entry(&absolute).is_err() {
            call.error(common::no_path(&absolute))?;
        } else if call.should_process(
            &format!("Item: {}", types::windows_path(&absolute)),
            "Clear Content",
        )? && let Err(error) = call.host().replace(&absolute, b"")
        {
            call.error(unwritable(&error, &absolute))?;
        }
    }
    Ok(())
}

struct OutFile {
    items: Vec<Value>,
}

impl Cmdlet for OutFile {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        self.items.extend(call.argument("InputObject"));
        Ok(())
    }

    fn end(&mut self, call: &mut dyn Call) -> Outcome {
        let path = common::text(call, "FilePath").or_else(|| common::text(call, "LiteralPath"));
        let path = path.unwrap_or_default();
        let absolute = call.path(&path);
        if !call.should_process(&types::windows_path(&absolute), "Output to File")? {
            return Ok(());
        }
        if call.switch("NoClobber")
            && !call.switch("Append")
            && call.host().entry(&absolute).is_ok()
        {
            let record = ErrorRecord::new(
                format!(
                    "The file '{}' already exists.",
                    types::windows_path(&absolute)
                ),
                "System.IO.IOException",
                "NoClobber",
                Category::ResourceExists,
            );
            return Err(record.into());
        }
        let width = common::count(call, "Width").map_or(WIDTH, |it| it + 1);
        let mut text = rendered(call, &self.items, width)?;
        if call.switch("NoNewline") {
            text = text.replace('\n', "");
        }
        let append = call.switch("Append");
        out_file_text(call, &path, &text, append)
    }
}

/// Writes text as `Out-File` does: UTF-16 with a mark where nothing else is asked for.
pub(crate) fn out_file_text(call: &mut dyn Call, path: &str, text: &str, append: bool) -> Outcome {
    let absolute = call.path(path);
    let encoding = encoding(call)?.unwrap_or(Encoding::Unicode);
    let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    let bytes = encoding.encode(&text);
    let parent = common::parent(&absolute);
    let known = parent == "/" || call.host().entry(&parent).is_ok();
    let is_new = !append || call.host().read(&absolute).map_or(true, |it| it.is_empty());
    let written = if !known {
        Err(FileError::NotFound)
    } else if is_new {
        call.host()
            .replace(&absolute, &[encoding.mark(), &bytes].concat())
    } else {
        call.host().append(&absolute, &bytes)
    };
    written.map_err(|error| common::not_opened(call, &error, &absolute).into())
}
