//! The example snapshot, read as the command line reads it.

use std::fs;
use std::path::{Path, PathBuf};

use mock_cloud::graph::Part;
use sim::snapshot::{Files, Lab, Snapshot, SourceFile, read};

/// The directory of the lamplight example.
pub(crate) fn lamplight_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/lamplight")
}

/// The lamplight example.
pub(crate) fn lamplight() -> Snapshot {
    let directory = lamplight_directory();
    let file = |path: PathBuf| SourceFile {
        name: path.display().to_string(),
        bytes: fs::read(&path).expect("a file of the example"),
    };
    let lab = fs::read_to_string(directory.join("lab.yaml")).expect("lab.yaml");
    let parts = Part::ALL.map(|part| (part, directory.join("cloud").join(part.file_name())));
    let parts = parts.into_iter().filter(|(_, path)| path.exists());
    read(&Files {
        ad: vec![file(directory.join("ad.ldif"))],
        cloud: parts.map(|(part, path)| (part, file(path))).collect(),
        lab: Lab::read("lab.yaml", &lab).expect("a lab file"),
        ..Files::default()
    })
    .expect("an example without errors")
}
