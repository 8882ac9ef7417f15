//! From a snapshot to files.

use mock_ad::ldif;
use mock_cloud::graph;

use super::Snapshot;

/// The files of a snapshot: names relative to its directory, and contents. Reading them back gives
/// an equal snapshot.
pub fn write(snapshot: &Snapshot) -> Vec<(String, String)> {
    let ad = ldif::write(&snapshot.directory, ldif::WriteOptions::default());
    let cloud = graph::written_parts().map(|part| {
        (
            format!("cloud/{}", part.file_name()),
            graph::write_part(&snapshot.tenant, part),
        )
    });
    let head = "# All sync rules of the engine, by precedence.\n";
    let rules = snapshot
        .rules
        .as_ref()
        .map(|rules| ("rules.yaml".to_owned(), format!("{head}{}", rules.write())));
    [
        ("ad.ldif".to_owned(), ad),
        ("lab.yaml".to_owned(), snapshot.lab.write()),
    ]
    .into_iter()
    .chain(rules)
    .chain(cloud)
    .collect()
}
