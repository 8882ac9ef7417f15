//! From a snapshot to files.

use mock_ad::ldif;
use mock_cloud::graph;

use super::Snapshot;

/// The files of a snapshot: names relative to its directory, and contents. Reading them back gives
/// an equal snapshot.
pub fn write(snapshot: &Snapshot) -> Vec<(String, String)> {
    let forests = snapshot.forests.iter().enumerate().map(|(place, forest)| {
        let text = ldif::write(forest, ldif::WriteOptions::default());
        (forest_file(place), text)
    });
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
    let lab = ("lab.yaml".to_owned(), snapshot.lab.write());
    forests
        .chain(std::iter::once(lab))
        .chain(rules)
        .chain(cloud)
        .collect()
}

/// The name of the file that holds the forest of a place: `ad.ldif`, `ad-2.ldif` and so on.
pub fn forest_file(place: usize) -> String {
    match place {
        0 => "ad.ldif".to_owned(),
        _ => format!("ad-{}.ldif", place + 1),
    }
}
