//! Files and folders: `Test-Path`, `Get-Item`, `New-Item`, `Remove-Item` and their like.

use crate::command::{Call, Command, Impact, Parameter};
use crate::convert::{clock, to_display};
use crate::error::{Category, ErrorRecord, Outcome};
use crate::host::FileEntry;
use crate::types;
use crate::value::{Object, Value};

use super::common::{self, like};
use super::{MANAGEMENT, simple};

pub(crate) fn commands() -> Vec<Command> {
    let path = || {
        vec![
            Parameter::texts("Path")
                .at(0)
                .piped()
                .piped_by_name()
                .or(&["FullName"]),
            Parameter::texts("LiteralPath")
                .or(&["PSPath"])
                .piped_by_name(),
            Parameter::text("Filter"),
            Parameter::texts("Include"),
            Parameter::texts("Exclude"),
            Parameter::switch("Force"),
            Parameter::switch("Recurse"),
            Parameter::object("Credential"),
        ]
    };
    let mut test = path();
    test.push(
        Parameter::text("PathType")
            .or(&["Type"])
            .one_of(&["Any", "Container", "Leaf"]),
    );
    test.push(Parameter::switch("IsValid"));
    let mut children = path();
    children.extend([
        Parameter::switch("File"),
        Parameter::switch("Directory"),
        Parameter::switch("Name"),
    ]);
    let mut moved = path();
    moved.extend([
        Parameter::text("Destination").at(1),
        Parameter::text("NewName").at(1),
        Parameter::switch("PassThru"),
    ]);
    let mut copied = moved.clone();
    copied.retain(|it| &*it.name != "NewName");
    let mut renamed = moved;
    renamed.retain(|it| &*it.name != "Destination");
    let mut all = vec![
        simple(
            "Test-Path",
            MANAGEMENT,
            "Whether there is such a file.",
            test,
            test_path,
        ),
        simple(
            "Get-Item",
            MANAGEMENT,
            "A file or a folder.",
            path(),
            get_item,
        ),
        simple(
            "Get-ChildItem",
            MANAGEMENT,
            "What is in a folder.",
            children,
            get_children,
        ),
        simple(
            "New-Item",
            MANAGEMENT,
            "Makes a file or a folder.",
            vec![
                Parameter::texts("Path").at(0).piped_by_name(),
                Parameter::text("Name"),
                Parameter::text("ItemType").or(&["Type"]),
                Parameter::object("Value")
                    .piped()
                    .nullable()
                    .or(&["Target"]),
                Parameter::switch("Force"),
            ],
            new_item,
        )
        .asking(Impact::Medium),
        simple(
            "mkdir",
            MANAGEMENT,
            "Makes a folder.",
            vec![
                Parameter::texts("Path").at(0).piped_by_name(),
                Parameter::text("Name"),
                Parameter::switch("Force"),
            ],
            new_item,
        )
        .asking(Impact::Medium),
    ];
    all.extend(changing(&path(), copied, renamed));
    all
}

fn changing(path: &[Parameter], copied: Vec<Parameter>, renamed: Vec<Parameter>) -> Vec<Command> {
    vec![
        simple(
            "Remove-Item",
            MANAGEMENT,
            "Removes files and folders.",
            path.to_vec(),
            remove_item,
        )
        .asking(Impact::Medium),
        simple(
            "Copy-Item",
            MANAGEMENT,
            "Copies a file.",
            copied.clone(),
            transfer,
        )
        .asking(Impact::Medium),
        simple("Move-Item", MANAGEMENT, "Moves a file.", copied, transfer).asking(Impact::Medium),
        simple(
            "Rename-Item",
            MANAGEMENT,
            "Renames a file.",
            renamed,
            transfer,
        )
        .asking(Impact::Medium),
        simple(
            "Invoke-Item",
            MANAGEMENT,
            "Opens a file.",
            path.to_vec(),
            |call| call.warning("Invoke-Item opens a program and is passed over here."),
        ),
    ]
}

fn paths(call: &dyn Call) -> Vec<String> {
    let mut all = common::texts(call, "Path");
    all.extend(common::texts(call, "LiteralPath"));
    all
}

/// Whether a path names a variable of the environment, and which.
fn environment(path: &str) -> Option<&str> {
    let head = path.get(..4)?;
    head.eq_ignore_ascii_case("env:")
        .then(|| path[4..].trim_start_matches(['\\', '/']))
}

fn test_path(call: &mut dyn Call) -> Outcome {
    for path in paths(call) {
        let kind = common::text(call, "PathType")
            .unwrap_or_default()
            .to_lowercase();
        let found = if let Some(name) = environment(&path) {
            call.host().environment(name).is_some()
        } else if let Some(name) = path.strip_prefix("variable:") {
            call.variable(name).is_some()
        } else {
            common::expanded(call, &path).iter().any(|it| {
                it == "/" && kind != "leaf"
                    || call
                        .host()
                        .entry(it)
                        .is_ok_and(|entry| match kind.as_str() {
                            "container" => entry.folder,
                            "leaf" => !entry.folder,
                            _ => true,
                        })
            })
        };
        call.write(Value::Bool(found))?;
    }
    Ok(())
}

/// A file or a folder as .NET has it.
pub(crate) fn file_value(call: &mut dyn Call, path: &str, entry: &FileEntry) -> Value {
    let parent = types::windows_path(&common::parent(path));
    let full = types::windows_path(path);
    let now = Value::DateTime(clock::local(call.host().now()));
    let extension = types::io::extension(&entry.name);
    let mut members = vec![
        (
            "Mode",
            Value::text(if entry.folder { "d-----" } else { "-a----" }),
        ),
        ("LastWriteTime", now.clone()),
        (
            "Length",
            if entry.folder {
                Value::Null
            } else {
                Value::Long(i64::try_from(entry.size).unwrap_or(0))
            },
        ),
        ("Name", Value::text(&entry.name)),
        ("FullName", Value::text(&full)),
        ("BaseName", Value::text(types::io::stem(&entry.name))),
        ("Extension", Value::text(extension)),
        ("DirectoryName", Value::text(&parent)),
        ("Directory", Value::text(&parent)),
        ("CreationTime", now),
        ("Exists", Value::Bool(true)),
        ("PSIsContainer", Value::Bool(entry.folder)),
        (
            "PSPath",
            Value::from(format!("Microsoft.PowerShell.Core\\FileSystem::{full}")),
        ),
        (
            "PSParentPath",
            Value::from(format!("Microsoft.PowerShell.Core\\FileSystem::{parent}")),
        ),
        ("PSChildName", Value::text(&entry.name)),
    ];
    let kind = if entry.folder {
        members.retain(|(name, _)| *name != "Length");
        "System.IO.DirectoryInfo"
    } else {
        "System.IO.FileInfo"
    };
    Value::Object(Object::typed(
        &[kind, "System.IO.FileSystemInfo", "System.Object"],
        members,
        Some(&full),
    ))
}

fn root() -> FileEntry {
    FileEntry {
        name: "C:\\".to_owned(),
        folder: true,
        size: 0,
    }
}

fn get_item(call: &mut dyn Call) -> Outcome {
    for path in paths(call) {
        if let Some(name) = environment(&path) {
            let value = call
                .host()
                .environment(name)
                .map_or(Value::Null, Value::from);
            call.write(types::table::entry(&Value::text(name), &value))?;
            continue;
        }
        for file in common::expanded(call, &path) {
            let found = if file == "/" {
                Ok(root())
            } else {
                call.host().entry(&file)
            };
            match found {
                Ok(entry) => {
                    let value = file_value(call, &file, &entry);
                    call.write(value)?;
                }
                Err(_) => call.error(common::no_path(&file))?,
            }
        }
    }
    Ok(())
}

fn get_children(call: &mut dyn Call) -> Outcome {
    let mut all = paths(call);
    if all.is_empty() {
        all.push(".".to_owned());
    }
    for path in all {
        for file in common::expanded(call, &path) {
            let folder = file == "/" || call.host().entry(&file).is_ok_and(|it| it.folder);
            match call.host().entry(&file) {
                Ok(entry) if !entry.folder => list_one(call, &file, &entry)?,
                _ if folder => list(call, &file, 0)?,
                _ => call.error(common::no_path(&file))?,
            }
        }
    }
    Ok(())
}

fn list_one(call: &mut dyn Call, path: &str, entry: &FileEntry) -> Outcome {
    let filters: Vec<String> = common::text(call, "Filter")
        .into_iter()
        .chain(common::texts(call, "Include"))
        .collect();
    let excluded = common::texts(call, "Exclude")
        .iter()
        .any(|it| like(it, &entry.name));
    let fits = filters.is_empty() || filters.iter().any(|it| like(it, &entry.name));
    let kind = !(call.switch("File") && entry.folder || call.switch("Directory") && !entry.folder);
    if !fits || excluded || !kind {
        return Ok(());
    }
    if call.switch("Name") {
        return call.write(Value::text(&entry.name));
    }
    let value = file_value(call, path, entry);
    call.write(value)
}

fn list(call: &mut dyn Call, folder: &str, depth: usize) -> Outcome {
    let mut entries = call.host().list(folder).unwrap_or_default();
    // Folders come first, as Windows lists them.
    entries.sort_by_key(|it| !it.folder);
    for entry in &entries {
        let path = common::below(folder, &entry.name);
        list_one(call, &path, entry)?;
    }
    if call.switch("Recurse") && depth < 64 {
        for entry in entries.iter().filter(|it| it.folder) {
            list(call, &common::below(folder, &entry.name), depth + 1)?;
        }
    }
    Ok(())
}

fn new_item(call: &mut dyn Call) -> Outcome {
    let kind = common::text(call, "ItemType")
        .unwrap_or_default()
        .to_lowercase();
    let folder =
        kind.starts_with('d') || kind == "container" || call.name().eq_ignore_ascii_case("mkdir");
    let name = common::text(call, "Name");
    let mut all = common::texts(call, "Path");
    if all.is_empty() {
        all.push(".".to_owned());
    }
    for path in all {
        let base = call.path(&path);
        let target = name
            .as_ref()
            .map_or_else(|| base.clone(), |it| types::sandboxed(it, &base));
        let shown = types::windows_path(&target);
        let action = if folder {
            "Create Directory"
        } else {
            "Create File"
        };
        if !call.should_process(&format!("Destination: {shown}"), action)? {
            continue;
        }
        let old = call.host().entry(&target).ok();
        if let (Some(old), false) = (&old, call.switch("Force")) {
            let (what, id) = if old.folder {
                (
                    format!("An item with the specified name {shown} already exists."),
                    "DirectoryExist",
                )
            } else {
                (
                    format!("The file '{shown}' already exists."),
                    "NewItemIOError",
                )
            };
            let category = if old.folder {
                Category::ResourceExists
            } else {
                Category::WriteError
            };
            call.error(
                ErrorRecord::new(what, "System.IO.IOException", id, category)
                    .about(Value::from(shown)),
            )?;
            continue;
        }
        let made = if folder {
            call.host().make_folder(&target)
        } else {
            if call.switch("Force") {
                let _ = call.host().make_folder(&common::parent(&target));
            }
            let text = call
                .argument("Value")
                .map_or(String::new(), |it| to_display(&it));
            call.host().replace(&target, text.as_bytes())
        };
        if let Err(error) = made {
            let (message, exception) = types::io::refused(&error, &target, true);
            let record =
                ErrorRecord::new(message, exception, "NewItemIOError", Category::WriteError);
            call.error(record.about(Value::from(shown)))?;
            continue;
        }
        if let Ok(entry) = call.host().entry(&target) {
            let value = file_value(call, &target, &entry);
            call.write(value)?;
        }
    }
    Ok(())
}

fn remove_item(call: &mut dyn Call) -> Outcome {
    for path in paths(call) {
        for file in common::expanded(call, &path) {
            if call.host().entry(&file).is_err() {
                call.error(common::no_path(&file))?;
                continue;
            }
            if !call.should_process(&types::windows_path(&file), "Remove File")? {
                continue;
            }
            if let Err(error) = call.host().remove(&file) {
                refused(call, &error, &file, "RemoveFileSystemItemIOError")?;
            }
        }
    }
    Ok(())
}

fn refused(call: &mut dyn Call, error: &crate::host::FileError, path: &str, id: &str) -> Outcome {
    let (message, exception) = types::io::refused(error, path, true);
    call.error(ErrorRecord::new(
        message,
        exception,
        id,
        Category::WriteError,
    ))
}

/// `Copy-Item`, `Move-Item`, `Rename-Item`.
fn transfer(call: &mut dyn Call) -> Outcome {
    let name = call.name();
    let renames = name.eq_ignore_ascii_case("Rename-Item");
    for path in paths(call) {
        for file in common::expanded(call, &path) {
            let Ok(entry) = call.host().entry(&file) else {
                call.error(common::no_path(&file))?;
                continue;
            };
            let target = if renames {
                let new = common::text(call, "NewName").unwrap_or_default();
                common::below(&common::parent(&file), &new)
            } else {
                let to = common::text(call, "Destination").unwrap_or_else(|| ".".to_owned());
                let to = call.path(&to);
                let inside = to == "/" || call.host().entry(&to).is_ok_and(|it| it.folder);
                if inside {
                    common::below(&to, &entry.name)
                } else {
                    to
                }
            };
            let shown = format!(
                "Item: {} Destination: {}",
                types::windows_path(&file),
                types::windows_path(&target)
            );
            if !call.should_process(&shown, name.split('-').next().unwrap_or_default())? {
                continue;
            }
            let done = copy(call, &file, &target, 0).and_then(|()| {
                if name.eq_ignore_ascii_case("Copy-Item") {
                    Ok(())
                } else {
                    call.host().remove(&file)
                }
            });
            if let Err(error) = done {
                refused(call, &error, &file, "CopyError")?;
            }
        }
    }
    Ok(())
}

fn copy(
    call: &mut dyn Call,
    from: &str,
    to: &str,
    depth: usize,
) -> Result<(), crate::host::FileError> {
    if !call.host().entry(from)?.folder {
        let bytes = call.host().read(from)?;
        return call.host().replace(to, &bytes);
    }
    call.host().make_folder(to)?;
    if depth < 64 {
        for entry in call.host().list(from)? {
            copy(
                call,
                &common::below(from, &entry.name),
                &common::below(to, &entry.name),
                depth + 1,
            )?;
        }
    }
    Ok(())
}
