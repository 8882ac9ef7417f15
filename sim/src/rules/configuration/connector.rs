//! Connectors: which domains and containers they import.

use mock_ad::directory::{Directory, Dn};
use roxmltree::Node;

use super::xml::{Source, child, children, text_of};
use crate::engine::Scope;
use crate::rules::ConnectedSystem;
use crate::snapshot::Problem;

/// The id that the tenant's connector has in every installation.
pub(super) const ENTRA_ID: &str = "{b891884f-051e-4a83-95af-2544101c9083}";

/// One connector.
#[derive(Debug, Clone)]
pub struct Connector {
    /// Its id in lower case, with braces.
    pub id: String,
    /// Its name: that of the forest, or `contoso.onmicrosoft.com - AAD`.
    pub name: String,
    /// To what it connects.
    pub system: ConnectedSystem,
    /// What it imports.
    pub partitions: Vec<Partition>,
    /// The group that a pilot is limited to, where there is one.
    pub filtering_group: Option<Dn>,
    pub(super) file: String,
}

/// One domain of a connector.
#[derive(Debug, Clone)]
pub struct Partition {
    /// Its distinguished name.
    pub name: Dn,
    /// Whether it is imported at all.
    pub selected: bool,
    /// Containers that are imported, with everything below.
    pub include: Vec<Dn>,
    /// Containers that are not.
    pub exclude: Vec<Dn>,
    pub(super) line: usize,
}

pub(super) fn read(source: &Source<'_>, node: Node<'_, '_>) -> Result<Connector, Vec<Problem>> {
    let id = text_of(node, "id").to_lowercase();
    let category = text_of(node, "category");
    let subtype = text_of(node, "subtype");
    let is_entra = id == ENTRA_ID || subtype.starts_with("Windows Azure Active Directory");
    if id.is_empty() {
        let message = "the connector has no `<id>`".to_owned();
        let help = "export the configuration again with `Get-ADSyncServerConfiguration`";
        return Err(vec![source.problem(node, message, help)]);
    }
    if !is_entra && category != "AD" {
        let message = format!("a connector of the category `{category}` is not known");
        let help = "expected `AD` for a forest, or the connector of the tenant: remove the file \
                    if nothing of it is synced to the tenant";
        return Err(vec![source.problem(node, message, help)]);
    }
    let mut problems = Vec::new();
    let partitions = match child(node, "ma-partition-data") {
        Some(data) if !is_entra => children(data, "partition")
            .filter_map(|it| partition(source, it, &mut problems))
            .collect(),
        _ => Vec::new(),
    };
    let group = node.descendants().find(|it| {
        it.has_tag_name("parameter")
            && it.attribute("name") == Some("Connector.GroupFilteringGroupDn")
    });
    let group = group.and_then(|it| dn(source, it, &mut problems));
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Connector {
        id,
        name: text_of(node, "name").to_owned(),
        system: if is_entra {
            ConnectedSystem::Entra
        } else {
            ConnectedSystem::ActiveDirectory
        },
        partitions,
        filtering_group: group,
        file: source.file.name.clone(),
    })
}

/// A partition that is a domain; the schema and the like have names of other forms, too.
fn partition(
    source: &Source<'_>,
    node: Node<'_, '_>,
    problems: &mut Vec<Problem>,
) -> Option<Partition> {
    let name = dn(source, child(node, "name")?, problems)?;
    let containers = child(node, "filter").and_then(|filter| child(filter, "containers"));
    let mut list = |outer: &'static str, inner: &'static str| -> Vec<Dn> {
        let listed = containers.and_then(|it| child(it, outer));
        let nodes = listed.into_iter().flat_map(|it| children(it, inner));
        nodes.filter_map(|it| dn(source, it, problems)).collect()
    };
    Some(Partition {
        include: list("inclusions", "inclusion"),
        exclude: list("exclusions", "exclusion"),
        name,
        selected: text_of(node, "selected") == "1",
        line: source.line(node),
    })
}

fn dn(source: &Source<'_>, node: Node<'_, '_>, problems: &mut Vec<Problem>) -> Option<Dn> {
    let text = node.text().unwrap_or_default().trim();
    if text.is_empty() {
        return None;
    }
    text.parse()
        .map_err(|error| {
            let message = format!("`{text}` is no distinguished name: {error}");
            let help = "expected a name such as `OU=Staff,DC=contoso,DC=com`";
            problems.push(source.problem(node, message, help));
        })
        .ok()
}

impl Connector {
    pub(super) fn problem(&self, line: usize, message: String) -> Problem {
        Problem {
            file: self.file.clone(),
            line,
            column: 0,
            message,
            help: "select the domain in the connector, or export another one".to_owned(),
        }
    }
}

impl Partition {
    /// The scope, as far as the directory has the containers.
    pub(super) fn scope(
        &self,
        group: Option<&Dn>,
        directory: &Directory,
        notes: &mut Vec<String>,
    ) -> Scope {
        let mut known = |names: &[Dn], what: &str| -> Vec<Dn> {
            let (known, unknown): (Vec<&Dn>, Vec<&Dn>) = names
                .iter()
                .partition(|name| directory.find(name).is_some());
            for name in unknown {
                notes.push(format!(
                    "the connector {what} `{name}`, which the export does not contain"
                ));
            }
            known.into_iter().cloned().collect()
        };
        let include = known(&self.include, "includes");
        let mut exclude = known(&self.exclude, "excludes");
        if include.is_empty() && !self.include.is_empty() && exclude.is_empty() {
            // Nothing that is included is here, and that is not the whole domain.
            exclude.push(self.name.clone());
        }
        if let Some(group) = group.filter(|group| directory.find(group).is_none()) {
            notes.push(format!(
                "the connector syncs only members of `{group}`, which the export does not contain: \
                 who they are is not known, so everybody in the containers is taken for one"
            ));
        }
        Scope {
            include,
            exclude,
            group: group
                .filter(|group| directory.find(group).is_some())
                .cloned(),
        }
    }
}
