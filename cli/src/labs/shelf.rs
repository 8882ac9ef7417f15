//! The labs that come with the program, and others in files.

use std::path::{Path, PathBuf};

use sim::lab::{Lab, is_lab, load};
use sim::run::Words;
use sim::scenario::render;

use crate::error::Error;
use crate::files::{self, ScenarioFile};

macro_rules! built_in {
    ($($file:literal)+) => {
        [$((
            concat!("scenarios/labs/", $file),
            include_str!(concat!("../../../scenarios/labs/", $file)),
        )),+]
    };
}

/// The labs that come with the program.
static BUILT_IN: [(&str, &str); 12] = built_in! {
    "l01-first-soft-match.yaml"
    "l02-two-janes.yaml"
    "l03-invalid-soft-match.yaml"
    "l04-anchors-by-hand.yaml"
    "l05-the-alias-that-moves.yaml"
    "l06-wrong-suffix.yaml"
    "l07-back-from-the-dead.yaml"
    "l08-the-big-delete.yaml"
    "l09-admin-in-the-way.yaml"
    "l10-new-server-same-people.yaml"
    "l11-hybrid-mailbox.yaml"
    "l12-forest-migration-weekend.yaml"
};

/// The labs of these files and directories; those that come with the program where there are none.
pub(crate) fn all(paths: &[PathBuf]) -> Result<Vec<ScenarioFile>, Error> {
    if paths.is_empty() {
        return Ok(built_in().collect());
    }
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let files = files::yaml_files(path)?.into_iter();
            found.extend(files.filter(|file| is_lab(&file.source)));
        } else {
            found.push(files::scenario(path)?);
        }
    }
    Ok(found)
}

fn built_in() -> impl Iterator<Item = ScenarioFile> {
    BUILT_IN.iter().map(|(name, source)| ScenarioFile {
        name: (*name).to_owned(),
        source: (*source).to_owned(),
    })
}

/// The lab of a name such as `L02` or `two-janes`, or of a path.
pub(crate) fn find(wanted: &str, words: &Words) -> Result<ScenarioFile, Error> {
    let path = Path::new(wanted);
    let is_path = path.extension().is_some() || path.components().count() > 1;
    if is_path || path.is_file() {
        return files::scenario(path);
    }
    let mut names = Vec::new();
    for file in built_in() {
        let lab = read(&file, 1, words)?;
        let stem = Path::new(&file.name).file_stem().and_then(|it| it.to_str());
        let stem = stem.unwrap_or_default().to_owned();
        let word = stem.split_once('-').map_or("", |(_, word)| word).to_owned();
        let own = [lab.lab.value.clone(), stem, word];
        if own.iter().any(|name| name.eq_ignore_ascii_case(wanted)) {
            return Ok(file);
        }
        names.extend(own);
    }
    let near = names
        .iter()
        .map(|name| (strsim::damerau_levenshtein(name, wanted), name))
        .min();
    let help = match near {
        Some((distance, name)) if distance <= 3 => format!("did you mean `{name}`?"),
        _ => {
            "`dirsync-lab lab list` lists them; a lab of your own is started by its path".to_owned()
        }
    };
    Err(Error::Usage {
        message: format!("there is no lab `{wanted}`"),
        help,
    })
}

/// Reads a lab for a seed.
pub(crate) fn read(file: &ScenarioFile, seed: u64, words: &Words) -> Result<Lab, Error> {
    load(&file.name, &file.source, seed, words)
        .map_err(|found| Error::Scenario(render(&found, &file.source).trim_end().to_owned()))
}
