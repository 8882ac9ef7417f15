//! Reading and writing files: the only place that touches a disk.

mod together;

use std::fs;
use std::path::{Path, PathBuf};

use mock_cloud::graph::Part;
use sim::import::columns::Columns;
use sim::snapshot::{Files, Lab, Snapshot, SourceFile};

use crate::error::Error;
use crate::parallel::both;

pub(crate) use together::write_together;

/// Reads a whole file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        help: match source.kind() {
            std::io::ErrorKind::NotFound => {
                "check the path; it is relative to where you are".to_owned()
            }
            _ => "check that the file is readable".to_owned(),
        },
        source,
    })
}

/// Reads a whole file as a source with a name.
pub(crate) fn source(path: &Path) -> Result<SourceFile, Error> {
    Ok(SourceFile {
        name: path.display().to_string(),
        bytes: read(path)?,
    })
}

/// Writes a file, with the directories above it.
pub(crate) fn write(path: &Path, content: &str) -> Result<(), Error> {
    let failed = |source| Error::Write {
        path: path.to_owned(),
        source,
        help: "check that the directory exists and may be written to".to_owned(),
    };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    fs::write(path, content).map_err(failed)
}

/// Writes a file so that whoever reads it sees the old content or the new one, never half of it,
/// even after a power failure.
pub(crate) fn replace(path: &Path, content: &str) -> Result<(), Error> {
    let half = path.with_extension("part");
    write(&half, content)?;
    let replaced = fs::File::open(&half)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(&half, path));
    replaced.map_err(|source| Error::Write {
        path: path.to_owned(),
        source,
        help: "check that the directory may be written to".to_owned(),
    })
}

/// Makes a directory, with those above it.
pub(crate) fn make_directory(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|source| Error::Write {
        path: path.to_owned(),
        source,
        help: "check that it may be written to".to_owned(),
    })
}

/// Copies a file, or a directory with everything in it, and waits until it is on disk.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let failed = |source| Error::Write {
        path: to.to_owned(),
        source,
        help: format!("it is to be a copy of {}", from.display()),
    };
    if !from.is_dir() {
        fs::copy(from, to).map_err(failed)?;
        let copied = fs::File::open(to).map_err(failed)?;
        return copied.sync_all().map_err(failed);
    }
    make_directory(to)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Removes a directory of our own, with what is in it.
pub(crate) fn remove_directory(path: &Path) -> Result<(), Error> {
    fs::remove_dir_all(path).map_err(|source| Error::Write {
        path: path.to_owned(),
        source,
        help: "remove it by hand".to_owned(),
    })
}

/// The text of a file in YAML, and its name.
pub(crate) fn yaml(path: &Path) -> Result<(String, String), Error> {
    let name = path.display().to_string();
    let text = text(&name, &read(path)?)?;
    Ok((name, text))
}

/// The text of a file that has to be UTF-8, or where it is not.
fn text(name: &str, bytes: &[u8]) -> Result<String, Error> {
    let refused = match sim::scenario::text_of(name, bytes) {
        Ok(text) => return Ok(text.to_owned()),
        Err(refused) => refused,
    };
    // Everything before that place is text, so that it is drawn in its line.
    let (drawn, refused) = match bytes.get(refused.span.start) {
        Some(byte) if refused.span.start > 0 => {
            let label = format!("the byte 0x{byte:02X} begins no character of UTF-8");
            (String::from_utf8_lossy(bytes), refused.label(label))
        }
        _ => ("".into(), refused),
    };
    let drawn = sim::scenario::render(&[refused], &drawn);
    Err(Error::Scenario(drawn))
}

/// Reads a file that says what headers mean.
pub(crate) fn columns(path: &Path) -> Result<Columns, Error> {
    let (name, text) = yaml(path)?;
    Columns::read(&name, &text).map_err(Error::Content)
}

/// Reads `lab.yaml`, where there is one.
pub(crate) fn lab(path: &Path) -> Result<Lab, Error> {
    if !path.exists() {
        return Ok(Lab::default());
    }
    let (name, text) = yaml(path)?;
    Lab::read(&name, &text).map_err(Error::Content)
}

/// Reads `rules.yaml`, where there is one.
fn rules(path: &Path) -> Result<Option<SourceFile>, Error> {
    path.is_file().then(|| source(path)).transpose()
}

/// All XML files of a folder and the folders in it, in a fixed order.
pub(crate) fn configuration(directory: &Path) -> Result<Vec<SourceFile>, Error> {
    if !directory.is_dir() {
        return Err(Error::Usage {
            message: format!("{} is no folder", directory.display()),
            help: "give the folder that `Get-ADSyncServerConfiguration -Path` wrote".to_owned(),
        });
    }
    let mut found = Vec::new();
    collect(directory, &["xml"], &mut found)?;
    found.iter().map(|path| source(path)).collect()
}

/// The files of a tenant in a directory: `users.json` and so on, or `users.csv`.
fn cloud_directory(path: &Path) -> Result<Vec<(Part, SourceFile)>, Error> {
    let mut found = Vec::new();
    for part in Part::ALL {
        let json = path.join(part.file_name());
        let files = [json.with_extension("csv"), json];
        if let Some(file) = files.iter().rev().find(|file| file.is_file()) {
            found.push((part, source(file)?));
        }
    }
    if found.is_empty() {
        return Err(Error::Usage {
            message: format!("{} holds none of the tenant's files", path.display()),
            help: format!("expected {}", Part::ALL.map(Part::file_name).join(", ")),
        });
    }
    Ok(found)
}

/// The files of a tenant: directories of `users.json` and so on, or single files, with the part
/// that each is said to hold: `users=FILE`.
pub(crate) fn cloud(paths: &[PathBuf]) -> Result<Vec<(Option<Part>, SourceFile)>, Error> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let parts = cloud_directory(path)?.into_iter();
            found.extend(parts.map(|(part, file)| (Some(part), file)));
            continue;
        }
        let (part, path) = said_part(path);
        found.push((part, source(path)?));
    }
    Ok(found)
}

/// Takes `users=FILE` apart.
fn said_part(path: &Path) -> (Option<Part>, &Path) {
    let said = path.to_str().and_then(|text| {
        let (name, file) = text.split_once('=')?;
        let part = Part::from_file_name(&format!("{name}.json"))?;
        Some((part, file))
    });
    match said {
        Some((part, file)) => (Some(part), Path::new(file)),
        None => (None, path),
    }
}

/// The files of a snapshot that are in a directory already, by their names below it.
pub(crate) fn of_snapshot(directory: &Path) -> Vec<String> {
    let top = ["ad.ldif", "ad.ldf", "lab.yaml", "rules.yaml"].map(str::to_owned);
    let cloud = Part::ALL.iter().flat_map(|part| {
        let json = Path::new("cloud").join(part.file_name());
        [json.with_extension("csv"), json].map(|path| path.display().to_string())
    });
    let further = further_forests(directory);
    let further = further.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
    let all = top.into_iter().chain(further).chain(cloud);
    all.filter(|name| directory.join(name).exists()).collect()
}

/// The files of further forests in the directory of a snapshot.
fn further_forests(directory: &Path) -> impl Iterator<Item = PathBuf> {
    let all = (1..).map(|place| directory.join(sim::snapshot::forest_file(place)));
    all.take_while(|path| path.is_file())
}

/// Reads a snapshot directory.
pub(crate) fn snapshot(directory: &Path) -> Result<Snapshot, Error> {
    if !directory.is_dir() {
        return Err(Error::Usage {
            message: format!(
                "{} is no snapshot: there is no such directory",
                directory.display()
            ),
            help: "a snapshot is a directory with ad.ldif, cloud/ and lab.yaml; make one with \
                   `dirsync-lab import`"
                .to_owned(),
        });
    }
    let ad = ["ad.ldif", "ad.ldf"].map(|name| directory.join(name));
    let ad: Vec<PathBuf> = ad.into_iter().filter(|path| path.is_file()).collect();
    let further = further_forests(directory);
    let (ad, cloud) = both(
        || ad.iter().map(|path| source(path)).collect::<Result<_, _>>(),
        || cloud_directory(&directory.join("cloud")),
    );
    let files = Files {
        ad: ad?,
        further: further
            .map(|path| Ok(vec![source(&path)?]))
            .collect::<Result<_, Error>>()?,
        cloud: cloud?,
        lab: lab(&directory.join("lab.yaml"))?,
        rules: rules(&directory.join("rules.yaml"))?,
    };
    let (forests, tenant) = both(
        || sim::snapshot::read_forests(&files),
        || sim::snapshot::read_tenant(&files),
    );
    sim::snapshot::assemble(&files, forests, tenant).map_err(Error::Content)
}

/// A scenario file that was read.
#[derive(Debug, Clone)]
pub(crate) struct ScenarioFile {
    /// Its path, with forward slashes on every system.
    pub(crate) name: String,
    /// Its text.
    pub(crate) source: String,
}

/// All scenario files of these paths, in a fixed order.
pub(crate) fn scenarios(paths: &[PathBuf]) -> Result<Vec<ScenarioFile>, Error> {
    let mut all = Vec::new();
    for path in paths {
        if path.is_dir() {
            // Labs are written in the same style; they are for `lab`.
            let files = yaml_files(path)?.into_iter();
            all.extend(files.filter(|file| !sim::lab::is_lab(&file.source)));
        } else {
            all.push(scenario(path)?);
        }
    }
    Ok(all)
}

/// All files in YAML of a directory and the directories in it, in a fixed order.
pub(crate) fn yaml_files(directory: &Path) -> Result<Vec<ScenarioFile>, Error> {
    let mut found = Vec::new();
    collect(directory, &["yaml", "yml"], &mut found)?;
    found.iter().map(|path| scenario(path)).collect()
}

/// The directories in a directory, in a fixed order.
pub(crate) fn directories(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::Read {
        path: path.to_owned(),
        help: "check that it is a directory".to_owned(),
        source,
    };
    let entries = fs::read_dir(path).map_err(failed)?;
    let entries = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut found: Vec<PathBuf> = entries.collect::<Result<_, _>>().map_err(failed)?;
    found.retain(|path| path.is_dir());
    found.sort();
    Ok(found)
}

/// Adds a line to a file so that it is there whole or not at all, and waits until it is on disk.
/// What was left of a line that was cut off before is removed first.
pub(crate) fn append_line(path: &Path, whole: u64, line: &str) -> Result<(), Error> {
    use std::io::{Seek as _, SeekFrom, Write as _};
    let failed = |source| Error::Write {
        path: path.to_owned(),
        source,
        help: "check that it may be written to, and that there is room".to_owned(),
    };
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(failed)?;
    file.set_len(whole).map_err(failed)?;
    file.seek(SeekFrom::Start(whole)).map_err(failed)?;
    file.write_all(format!("{line}\n").as_bytes())
        .map_err(failed)?;
    file.sync_all().map_err(failed)
}

/// Takes a lock that ends with the process; `None` where somebody else holds it.
pub(crate) fn try_lock(path: &Path) -> Result<Option<fs::File>, Error> {
    let failed = |source| Error::Write {
        path: path.to_owned(),
        source,
        help: "check that the directory may be written to".to_owned(),
    };
    let mut options = fs::OpenOptions::new();
    let file = options
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn collect(directory: &Path, ends: &[&str], found: &mut Vec<PathBuf>) -> Result<(), Error> {
    let failed = |source| Error::Read {
        path: directory.to_owned(),
        help: "check that the directory is readable".to_owned(),
        source,
    };
    let mut entries: Vec<PathBuf> = fs::read_dir(directory)
        .map_err(failed)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(failed)?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, ends, found)?;
        } else if path
            .extension()
            .is_some_and(|end| ends.iter().any(|it| end.eq_ignore_ascii_case(it)))
        {
            found.push(path);
        }
    }
    Ok(())
}

/// One scenario, or lab, that was read.
pub(crate) fn scenario(path: &Path) -> Result<ScenarioFile, Error> {
    let name = path.display().to_string().replace('\\', "/");
    let source = text(&name, &read(path)?)?;
    Ok(ScenarioFile { name, source })
}
