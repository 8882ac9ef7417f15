//! Several files that are written together, or not at all.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// The start of the name of the directory in which files wait until all of them are written.
const STAGE: &str = ".dirsync-lab-";

/// Writes files below a directory, in the place of those that are outdated: all of it or nothing.
///
/// They are written elsewhere first. A directory that is not there yet then appears as a whole; in
/// one that is there, each file is moved in, the first of them last, and what was moved is moved
/// back should one of them refuse.
pub(crate) fn write_together(
    directory: &Path,
    files: &[(String, String)],
    outdated: &[String],
) -> Result<(), Error> {
    let is_there = directory.exists();
    // Of `lab` the parent is the empty path, which is where we are.
    let parent = match directory.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let place = if is_there { directory } else { parent };
    let mut moves = Moves::default();
    let written = moves.directory(place).and_then(|()| {
        let stage = tempfile::Builder::new().prefix(STAGE).tempdir_in(place);
        let stage = stage.map_err(|source| failed(place, source))?;
        let fresh = stage.path().join("new");
        write_all(&fresh, directory, files)?;
        if !is_there {
            return fs::rename(&fresh, directory).map_err(|source| failed(directory, source));
        }
        let replaced = moves.replace(directory, stage.path(), files, outdated);
        if replaced.is_err() {
            // Before the stage goes, which holds what was there.
            moves.undo();
        }
        replaced
    });
    if written.is_err() {
        moves.undo();
    }
    written
}

fn failed(path: &Path, source: std::io::Error) -> Error {
    Error::Write {
        path: path.to_owned(),
        source,
        help: "nothing was written; check that the directory may be written to, and that there is \
               room"
            .to_owned(),
    }
}

/// Writes all files below `fresh`, and waits until they are on disk; errors name the place that
/// they are meant for.
fn write_all(fresh: &Path, directory: &Path, files: &[(String, String)]) -> Result<(), Error> {
    for (name, content) in files {
        let path = fresh.join(name);
        let parent = path.parent().unwrap_or(fresh);
        let written = fs::create_dir_all(parent)
            .and_then(|()| fs::File::create(&path))
            .and_then(|mut file| {
                file.write_all(content.as_bytes())?;
                file.sync_all()
            });
        written.map_err(|source| failed(&directory.join(name), source))?;
    }
    Ok(())
}

/// What was done so far, to be undone.
#[derive(Debug, Default)]
struct Moves {
    /// From where to where.
    moved: Vec<(PathBuf, PathBuf)>,
    /// Directories that were made, the higher ones first.
    made: Vec<PathBuf>,
}

impl Moves {
    /// Moves what is outdated out of a directory, and the new files into it.
    fn replace(
        &mut self,
        directory: &Path,
        stage: &Path,
        files: &[(String, String)],
        outdated: &[String],
    ) -> Result<(), Error> {
        for name in outdated {
            self.rename(&directory.join(name), &stage.join("old").join(name))?;
        }
        for (name, _) in files.iter().rev() {
            self.rename(&stage.join("new").join(name), &directory.join(name))?;
        }
        Ok(())
    }

    fn rename(&mut self, from: &Path, to: &Path) -> Result<(), Error> {
        if let Some(parent) = to.parent() {
            self.directory(parent)?;
        }
        fs::rename(from, to).map_err(|source| failed(to, source))?;
        self.moved.push((from.to_owned(), to.to_owned()));
        Ok(())
    }

    /// Makes a directory, with those above it.
    fn directory(&mut self, path: &Path) -> Result<(), Error> {
        let mut missing: Vec<PathBuf> = path
            .ancestors()
            .filter(|it| *it != Path::new(""))
            .take_while(|it| !it.exists())
            .map(Path::to_owned)
            .collect();
        missing.reverse();
        self.made.extend(missing);
        fs::create_dir_all(path).map_err(|source| failed(path, source))
    }

    /// Takes everything back. What refuses now stays: the first error is the one to tell.
    fn undo(&mut self) {
        while let Some((from, to)) = self.moved.pop() {
            let _ = fs::rename(to, from);
        }
        while let Some(path) = self.made.pop() {
            let _ = fs::remove_dir(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(lab: &str) -> Vec<(String, String)> {
        [
            ("ad.ldif", "new"),
            ("lab.yaml", lab),
            ("cloud/users.json", "new"),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .to_vec()
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut all: Vec<String> = entries
            .map(|it| it.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        all.sort();
        all
    }

    #[test]
    fn a_new_directory_appears_as_a_whole() {
        let desk = tempfile::tempdir().unwrap();
        let place = desk.path().join("a/b");
        write_together(&place, &files("x"), &[]).unwrap();
        assert_eq!(names(&place), ["ad.ldif", "cloud", "lab.yaml"]);
        assert_eq!(names(&desk.path().join("a")), ["b"], "nothing else is left");
    }

    #[test]
    fn what_is_outdated_goes_and_the_rest_stays() {
        let desk = tempfile::tempdir().unwrap();
        let place = desk.path();
        for name in ["ad.ldf", "lab.yaml", "notes.txt"] {
            fs::write(place.join(name), "old").unwrap();
        }
        let outdated = ["ad.ldf", "lab.yaml"].map(str::to_owned);
        write_together(place, &files("x"), &outdated).unwrap();
        assert_eq!(names(place), ["ad.ldif", "cloud", "lab.yaml", "notes.txt"]);
        assert_eq!(fs::read_to_string(place.join("lab.yaml")).unwrap(), "x");
    }

    #[test]
    fn what_refuses_leaves_everything_as_it_was() {
        let desk = tempfile::tempdir().unwrap();
        let place = desk.path();
        // No directory of that name can be made.
        fs::write(place.join("cloud"), "mine").unwrap();
        fs::write(place.join("lab.yaml"), "old").unwrap();
        let mut all = files("x");
        all.rotate_left(2);
        let failed = write_together(place, &all, &["lab.yaml".to_owned()]);
        assert!(failed.unwrap_err().to_string().contains("cloud"));
        assert_eq!(names(place), ["cloud", "lab.yaml"]);
        assert_eq!(fs::read_to_string(place.join("lab.yaml")).unwrap(), "old");
        let below = place.join("lab.yaml/a/b");
        assert!(write_together(&below, &all, &[]).is_err());
        assert_eq!(names(place), ["cloud", "lab.yaml"]);
    }
}
