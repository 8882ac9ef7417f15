//! The settings of the server, among the parameters of the metaverse.

use roxmltree::Node;

use crate::engine::AnchorAttribute;

/// What the server is set to; what the file does not say is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The attribute that the sourceAnchor is made from, as it is written.
    pub anchor: Option<String>,
    /// The attribute that the UPN is made from.
    pub upn: Option<String>,
    /// Whether it is a staging server.
    pub staging: Option<bool>,
    /// More deletions than this stop an export; `Some(None)` where the check is off.
    pub deletion_threshold: Option<Option<u32>>,
    /// Whether password hashes are synchronised (rule R2.26).
    pub password_hash_sync: bool,
    /// The version of the server.
    pub version: Option<String>,
    /// Options that are on and that nothing here does.
    pub options: Vec<String>,
}

/// Options of which nothing is modelled.
const OPTIONS: [(&str, &str); 5] = [
    (
        "Microsoft.OptionalFeature.DeviceWriteBack",
        "device writeback",
    ),
    (
        "Microsoft.OptionalFeature.GroupWriteBack",
        "group writeback",
    ),
    ("Microsoft.OptionalFeature.UserWriteBack", "user writeback"),
    (
        "Microsoft.OptionalFeature.PasswordWriteback",
        "password writeback",
    ),
    (
        "Microsoft.OptionalFeature.DirectoryExtension",
        "directory extensions",
    ),
];

pub(super) fn read(node: Node<'_, '_>) -> Settings {
    let value = |name: &str| {
        let mut nodes = node.descendants();
        let found =
            nodes.find(|it| it.has_tag_name("parameter") && it.attribute("name") == Some(name));
        found
            .and_then(|it| it.text())
            .map(str::trim)
            .filter(|it| !it.is_empty())
    };
    let truth = |name: &str| value(name).map(|it| it.eq_ignore_ascii_case("True"));
    let count = value("Microsoft.OptionalFeature.ExportDeletionThresholdValue");
    let count = count.and_then(|it| it.parse().ok());
    Settings {
        anchor: value("Microsoft.SynchronizationOption.AnchorAttribute").map(str::to_owned),
        upn: value("Microsoft.SynchronizationOption.UPNAttribute").map(str::to_owned),
        staging: truth("Microsoft.Synchronize.StagingMode"),
        deletion_threshold: match truth("Microsoft.OptionalFeature.ExportDeletionThreshold") {
            Some(true) => count.map(Some),
            Some(false) => Some(None),
            None => None,
        },
        password_hash_sync: truth("Microsoft.OptionalFeature.PasswordHashSync") == Some(true),
        version: value("Microsoft.Synchronize.ServerConfigurationVersion").map(str::to_owned),
        options: OPTIONS
            .iter()
            .filter(|(name, _)| truth(name) == Some(true))
            .map(|(_, what)| (*what).to_owned())
            .collect(),
    }
}

impl Settings {
    /// The anchor attribute, where it is one that the engine writes back to.
    pub fn anchor_attribute(&self) -> Option<AnchorAttribute> {
        AnchorAttribute::from_name(self.anchor.as_deref()?)
    }

    pub(super) fn not_evaluated(&self) -> Option<String> {
        (!self.options.is_empty()).then(|| {
            format!(
                "options that are on and are not modelled: {}",
                self.options.join(", ")
            )
        })
    }
}
