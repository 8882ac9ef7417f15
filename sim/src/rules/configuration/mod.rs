//! A folder that `Get-ADSyncServerConfiguration` wrote: connectors, what they import, all sync
//! rules.
//!
//! Its files are told apart by what is in them: `ma-data` is a connector, `synchronizationRule` a
//! rule, `mv-data` the metaverse with the settings of the server. What rules use and this engine
//! does not evaluate is listed by rule in [`Configuration::not_evaluated`].

mod connector;
mod rule;
mod settings;
#[cfg(test)]
mod tests;
mod xml;

use std::collections::BTreeSet;

use mock_ad::directory::{Directory, Dn};

pub use connector::{Connector, Partition};
pub use settings::Settings;

use super::{ConnectedSystem, Direction, RuleSet, SyncRule};
use crate::engine::Scope;
use crate::snapshot::{Problem, SourceFile};

/// What a folder says.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// The connectors, in the order of the files.
    pub connectors: Vec<Connector>,
    /// The rules with the ids of their connectors.
    rules: Vec<(String, SyncRule)>,
    /// The settings of the server.
    pub settings: Settings,
    /// What is there and is not evaluated, each with its rule: one line each.
    pub not_evaluated: Vec<String>,
}

/// What of a configuration concerns one domain.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The containers that are imported.
    pub scope: Scope,
    /// The rules of its connector and of the tenant's.
    pub rules: RuleSet,
    /// What a person should know, one line each.
    pub notes: Vec<String>,
}

impl Configuration {
    /// Reads all files of a folder, or says everything that is wrong with them.
    pub fn read(files: &[SourceFile]) -> Result<Self, Vec<Problem>> {
        let mut reader = Reader::default();
        for file in files {
            reader.file(file);
        }
        if reader.problems.is_empty() && reader.rules.is_empty() {
            let message = "the folder holds no synchronization rules".to_owned();
            let help = "export it with `Get-ADSyncServerConfiguration -Path .\\adsync` on the \
                        server: it writes the folders Connectors, GlobalSettings and \
                        SynchronizationRules";
            reader.problems.push(Problem {
                file: files
                    .first()
                    .map(|file| file.name.clone())
                    .unwrap_or_default(),
                line: 0,
                column: 0,
                message,
                help: help.to_owned(),
            });
        }
        if !reader.problems.is_empty() {
            return Err(reader.problems);
        }
        let connectors = reader.connectors;
        let is_entra = |id: &str| {
            let known = connectors.iter().find(|it| it.id == id);
            known.map_or(id == connector::ENTRA_ID, |it| {
                it.system == ConnectedSystem::Entra
            })
        };
        let mut rules = reader.rules;
        for (id, rule) in &mut rules {
            rule.system = if is_entra(id) {
                ConnectedSystem::Entra
            } else {
                ConnectedSystem::ActiveDirectory
            };
        }
        let mut not_evaluated = rule::not_evaluated(&rules, reader.unknown);
        not_evaluated.extend(reader.settings.not_evaluated());
        Ok(Self {
            connectors,
            rules,
            settings: reader.settings,
            not_evaluated,
        })
    }

    /// How many rules there are.
    pub fn rule_count(&self) -> usize {
        self.rules.len()
    }

    /// What concerns the domains of forests, or why nothing does: the containers of each, and
    /// the rules of the first, because a rule that is written for one connector alone is the same
    /// for each in what the installation makes.
    pub fn apply(&self, forests: &[Directory]) -> Result<Applied, Box<Problem>> {
        let mut all: Option<Applied> = None;
        for forest in forests {
            let applied = self.apply_to(forest)?;
            let Some(first) = &mut all else {
                all = Some(applied);
                continue;
            };
            first.scope.include.extend(applied.scope.include);
            first.scope.exclude.extend(applied.scope.exclude);
            if first.scope.group.is_none() {
                first.scope.group = applied.scope.group;
            } else if let Some(group) = applied.scope.group {
                let base = forest.base();
                first.notes.push(format!(
                    "the pilot of `{group}` is left out, and everybody in scope of `{base}` is \
                     taken for synced: one pilot is known here"
                ));
            }
            first.notes.extend(applied.notes);
        }
        all.ok_or_else(|| Box::new(self.no_connector(&Dn::default())))
    }

    fn apply_to(&self, directory: &Directory) -> Result<Applied, Box<Problem>> {
        let base = directory.base();
        let of_domain = |connector: &&Connector| {
            connector.system == ConnectedSystem::ActiveDirectory
                && connector.partitions.iter().any(|it| it.name == *base)
        };
        let Some(connector) = self.connectors.iter().find(of_domain) else {
            return Err(Box::new(self.no_connector(base)));
        };
        let Some(partition) = connector.partitions.iter().find(|it| it.name == *base) else {
            return Err(Box::new(self.no_connector(base)));
        };
        if !partition.selected {
            let message =
                format!("the domain `{base}` is not selected, so nothing of it is synced");
            return Err(Box::new(connector.problem(partition.line, message)));
        }
        let mut notes = Vec::new();
        let scope = partition.scope(connector.filtering_group.as_ref(), directory, &mut notes);
        let of_others = |id: &str| {
            id != connector.id
                && self
                    .connectors
                    .iter()
                    .any(|it| it.id == id && it.system == ConnectedSystem::ActiveDirectory)
        };
        let mut rules = Vec::new();
        let mut left_out = 0;
        for (id, rule) in &self.rules {
            if of_others(id) {
                left_out += 1;
            } else {
                rules.push(rule.clone());
            }
        }
        if left_out > 0 {
            notes.push(format!(
                "{left_out} rules are for connectors of other forests and are left out"
            ));
        }
        let unknown = unknown_attributes(&rules, directory);
        if !unknown.is_empty() {
            notes.push(format!(
                "rules read attributes that the schema here does not have, so they are empty: {}",
                unknown.join(", ")
            ));
        }
        Ok(Applied {
            scope,
            rules: RuleSet::new(rules),
            notes,
        })
    }

    fn no_connector(&self, base: &Dn) -> Problem {
        let known: Vec<String> = self
            .connectors
            .iter()
            .flat_map(|it| &it.partitions)
            .map(|it| format!("`{}`", it.name))
            .collect();
        let help = if known.is_empty() {
            "the folder has no connector of Active Directory: export it as a whole".to_owned()
        } else {
            format!(
                "its connectors are for {}: export the domain that is meant",
                known.join(", ")
            )
        };
        Problem {
            file: self
                .connectors
                .first()
                .map(|it| it.file.clone())
                .unwrap_or_default(),
            line: 0,
            column: 0,
            message: format!("no connector of the configuration imports the domain `{base}`"),
            help,
        }
    }
}

/// Attributes of Active Directory that inbound rules read and the schema does not know.
fn unknown_attributes(rules: &[SyncRule], directory: &Directory) -> Vec<String> {
    const OWN: [&str; 2] = ["dn", "member"];
    let mut unknown = BTreeSet::new();
    let inbound = rules.iter().filter(|rule| {
        rule.direction == Direction::Inbound && rule.system == ConnectedSystem::ActiveDirectory
    });
    for rule in inbound.filter(|rule| rule::is_modelled(rule)) {
        let scope = rule
            .scope
            .iter()
            .flatten()
            .map(|clause| clause.attribute.as_str());
        let flows = rule.flows.iter().flat_map(|flow| flow.source.attributes());
        for name in scope.chain(flows) {
            if !OWN.contains(&name) && directory.schema().attribute(name).is_none() {
                unknown.insert(name.to_owned());
            }
        }
    }
    unknown.into_iter().collect()
}

/// What is read so far.
#[derive(Default)]
struct Reader {
    connectors: Vec<Connector>,
    rules: Vec<(String, SyncRule)>,
    settings: Settings,
    /// Flows that call functions nobody knows: rule, target and function.
    unknown: Vec<rule::Unknown>,
    problems: Vec<Problem>,
}

impl Reader {
    fn file(&mut self, file: &SourceFile) {
        let text = match xml::text(file) {
            Ok(text) => text,
            Err(problem) => return self.problems.push(problem),
        };
        let document = match roxmltree::Document::parse(&text) {
            Ok(document) => document,
            Err(error) => return self.problems.push(xml::syntax(file, &error)),
        };
        let source = xml::Source {
            file,
            document: &document,
        };
        let root = document.root_element();
        let find = |name: &str| root.descendants().find(|node| node.has_tag_name(name));
        let outcome = if let Some(node) = find("synchronizationRule") {
            rule::read(&source, node, &mut self.unknown).map(|rule| self.rules.push(rule))
        } else if let Some(node) = find("ma-data") {
            connector::read(&source, node).map(|connector| self.connectors.push(connector))
        } else if let Some(node) = find("mv-data") {
            self.settings = settings::read(node);
            Ok(())
        } else {
            let name = root.tag_name().name();
            Err(vec![source.problem(
                root,
                format!("`<{name}>` is no part of a configuration"),
                "expected files with `<ma-data>`, `<mv-data>` or `<synchronizationRule>`, as \
                 `Get-ADSyncServerConfiguration` writes them",
            )])
        };
        if let Err(found) = outcome {
            self.problems.extend(found);
        }
    }
}
