//! The files that a script sees: a folder of the machine that it may read, and what it writes,
//! which stays in memory until somebody wants it on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use powershell::host::{FileEntry, FileError};

/// What became of a path.
#[derive(Debug, Clone)]
enum Change {
    File(Vec<u8>),
    Folder,
    Gone,
}

/// A folder to read from, and everything that was written over it.
#[derive(Debug, Clone)]
pub(crate) struct Sandbox {
    root: PathBuf,
    changes: BTreeMap<String, Change>,
}

/// Folders that every Windows machine of an administrator has. Nothing lists them until something
/// is in them.
const USUAL: [&str; 8] = [
    "/temp",
    "/windows/temp",
    "/users/administrator",
    "/users/administrator/desktop",
    "/users/administrator/documents",
    "/users/administrator/downloads",
    "/users/administrator/appdata/local/temp",
    "/users/public/documents",
];

impl Sandbox {
    /// A sandbox over a folder.
    pub(crate) fn new(root: &Path) -> Self {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        Self {
            root,
            changes: BTreeMap::new(),
        }
    }

    /// The files that were written, by their paths in the sandbox.
    pub(crate) fn written(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.changes
            .iter()
            .filter_map(|(path, change)| match change {
                Change::File(bytes) => Some((path.as_str(), bytes.as_slice())),
                Change::Folder | Change::Gone => None,
            })
    }

    /// Where a path of the sandbox lies on disk; `None` where it leads out of the folder.
    fn on_disk(&self, path: &str) -> Option<PathBuf> {
        let mut place = self.root.clone();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            if part == ".." || part == "." || part.contains(['\\', ':']) {
                return None;
            }
            place.push(part);
        }
        // A link may point anywhere: what is there has to lie in the folder.
        match place.canonicalize() {
            Ok(real) => real.starts_with(&self.root).then_some(real),
            Err(_) => Some(place),
        }
    }

    /// The folder or file of a name without its case, as Windows finds it.
    fn spelled(&self, path: &str) -> String {
        let mut known = String::new();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let here = self.names(&known);
            let exact = here.iter().any(|name| name == part);
            let other = here.iter().find(|name| name.eq_ignore_ascii_case(part));
            known.push('/');
            known.push_str(match other {
                Some(name) if !exact => name,
                _ => part,
            });
        }
        if known.is_empty() {
            "/".to_owned()
        } else {
            known
        }
    }

    /// The names in a folder, changed and unchanged.
    fn names(&self, folder: &str) -> Vec<String> {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        let mut names: Vec<String> = Vec::new();
        let place = self.on_disk(folder).filter(|_| !self.is_gone(folder));
        if let Some(entries) = place.and_then(|place| std::fs::read_dir(place).ok()) {
            names.extend(
                entries
                    .flatten()
                    .map(|it| it.file_name().to_string_lossy().into_owned()),
            );
        }
        for (path, change) in &self.changes {
            let Some(rest) = path.strip_prefix(&prefix) else {
                continue;
            };
            let name = rest.split('/').next().unwrap_or_default().to_owned();
            let gone = matches!(change, Change::Gone) && rest == name;
            names.retain(|it| *it != name || !gone);
            if !gone && !names.contains(&name) {
                names.push(name);
            }
        }
        names.sort_by_key(|name| name.to_lowercase());
        names
    }

    fn is_gone(&self, path: &str) -> bool {
        matches!(self.changes.get(path), Some(Change::Gone))
    }

    /// Reads a file.
    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let path = self.spelled(path);
        match self.changes.get(&path) {
            Some(Change::File(bytes)) => return Ok(bytes.clone()),
            Some(Change::Folder) => return Err(FileError::Denied),
            Some(Change::Gone) => return Err(FileError::NotFound),
            None => {}
        }
        let place = self.on_disk(&path).ok_or(FileError::Denied)?;
        if place.is_dir() {
            return Err(FileError::Denied);
        }
        std::fs::read(place).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => FileError::NotFound,
            std::io::ErrorKind::PermissionDenied => FileError::Denied,
            _ => FileError::Other(error.to_string()),
        })
    }

    /// Writes a file; its folder has to be there.
    pub(crate) fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        let path = self.spelled(path);
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        match self.entry(if folder.is_empty() { "/" } else { folder }) {
            Ok(entry) if entry.folder => {}
            Ok(_) | Err(_) => return Err(FileError::NotFound),
        }
        if self.entry(&path).is_ok_and(|entry| entry.folder) {
            return Err(FileError::Denied);
        }
        self.on_disk(&path).ok_or(FileError::Denied)?;
        self.changes.insert(path, Change::File(bytes.to_vec()));
        Ok(())
    }

    /// What is there under a path.
    pub(crate) fn entry(&self, path: &str) -> Result<FileEntry, FileError> {
        let path = self.spelled(path);
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        let (folder, size) = match self.changes.get(&path) {
            Some(Change::File(bytes)) => (false, bytes.len() as u64),
            Some(Change::Folder) => (true, 0),
            Some(Change::Gone) => return Err(FileError::NotFound),
            None => {
                let place = self.on_disk(&path).ok_or(FileError::Denied)?;
                match std::fs::metadata(place) {
                    Ok(found) if found.is_dir() => (true, 0),
                    Ok(found) => (false, found.len()),
                    Err(_) if USUAL.contains(&path.to_lowercase().as_str()) => (true, 0),
                    Err(_) => return Err(FileError::NotFound),
                }
            }
        };
        Ok(FileEntry { name, folder, size })
    }

    /// What is in a folder, by name.
    pub(crate) fn list(&self, path: &str) -> Result<Vec<FileEntry>, FileError> {
        let path = self.spelled(path);
        if !self.entry(&path)?.folder {
            return Err(FileError::NotFound);
        }
        let base = path.trim_end_matches('/');
        let names = self.names(&path);

        let entries = names
            .iter()
            .filter_map(|name| self.entry(&format!("{base}/{name}")).ok());
        Ok(entries.collect())
    }

    /// Makes a folder and those above it.
    pub(crate) fn make_folder(&mut self, path: &str) -> Result<(), FileError> {
        let path = self.spelled(path);
        let mut made = String::new();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            made = format!("{made}/{part}");
            match self.entry(&made) {
                Ok(entry) if entry.folder => {}
                Ok(_) => return Err(FileError::Exists),
                Err(FileError::Denied) => return Err(FileError::Denied),
                Err(_) => {
                    self.changes.insert(made.clone(), Change::Folder);
                }
            }
        }
        Ok(())
    }

    /// Removes a file, or a folder with everything in it.
    pub(crate) fn remove(&mut self, path: &str) -> Result<(), FileError> {
        let path = self.spelled(path);
        let entry = self.entry(&path)?;
        if entry.folder {
            let prefix = format!("{}/", path.trim_end_matches('/'));
            self.changes.retain(|it, _| !it.starts_with(&prefix));
        }
        self.changes.insert(path, Change::Gone);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_is_read_and_nothing_inside_is_written() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret.txt"), "x").unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Users.csv"), "a,b").unwrap();
        let mut sandbox = Sandbox::new(folder.path());
        assert_eq!(sandbox.read("/users.CSV"), Ok(b"a,b".to_vec()));
        let name = outside
            .path()
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        assert_eq!(
            sandbox.read(&format!("/../{name}/secret.txt")),
            Err(FileError::Denied)
        );
        sandbox.replace("/users.csv", b"c").unwrap();
        assert_eq!(sandbox.read("/Users.csv"), Ok(b"c".to_vec()));
        assert_eq!(
            std::fs::read(folder.path().join("Users.csv")).unwrap(),
            b"a,b"
        );
        assert_eq!(
            sandbox.replace("/none/x.txt", b""),
            Err(FileError::NotFound)
        );
        sandbox.make_folder("/none/deep").unwrap();
        sandbox.replace("/none/deep/x.txt", b"1").unwrap();
        let listed = sandbox.list("/none/deep").unwrap();
        assert_eq!(listed[0].name, "x.txt");
        sandbox.remove("/none").unwrap();
        assert_eq!(sandbox.entry("/none/deep/x.txt"), Err(FileError::NotFound));
        assert_eq!(sandbox.list("/").unwrap().len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_leads_nowhere_outside() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret.txt"), "x").unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("way")).unwrap();
        let sandbox = Sandbox::new(folder.path());
        assert_eq!(sandbox.read("/way/secret.txt"), Err(FileError::Denied));
    }
}
