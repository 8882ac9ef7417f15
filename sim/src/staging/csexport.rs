//! The XML that `csexport` writes of a connector space.
//!
//! Microsoft names the program and its use before a server leaves staging mode, and documents no
//! schema: what is read here is what published scripts read of it (`unapplied-export`, its `delta`
//! and the hologram beside it). What else stands in the file is passed over.

use std::collections::BTreeMap;

use mock_ad::ldif;
use mock_cloud::SyncObjectType;
use roxmltree::{Document, Node};

use super::Operation;
use crate::snapshot::{Problem, SourceFile};

/// An object for which an export is pending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The line at which it begins.
    pub line: usize,
    /// Its distinguished name in the connector space: `CN={…}`.
    pub dn: String,
    /// User, group, contact or device.
    pub kind: SyncObjectType,
    /// What is done to it.
    pub operation: Operation,
    /// The names of the attributes that change.
    pub changed: Vec<String>,
    /// All values that it has afterwards, by attribute; empty where the file does not tell.
    pub values: BTreeMap<String, Vec<String>>,
}

impl Pending {
    /// What a person calls it, as far as the file tells.
    pub(super) fn label(&self) -> String {
        let names = [
            "onPremisesDistinguishedName",
            "userPrincipalName",
            "mail",
            "displayName",
        ];
        let mut known = names
            .iter()
            .filter_map(|name| self.values.get(*name)?.first());
        known.next().unwrap_or(&self.dn).clone()
    }
}

/// What a file of `csexport` tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PendingExports {
    /// The objects for which an export is pending.
    pub objects: Vec<Pending>,
    /// What a person should know about the file.
    pub notes: Vec<String>,
}

const HELP: &str = "export it with `csexport \"contoso.onmicrosoft.com - AAD\" pending.xml /f:x` \
                    on the server in staging mode";

/// Reads the XML of `csexport`, or says everything that is wrong with it.
pub fn read(file: &SourceFile) -> Result<PendingExports, Vec<Problem>> {
    let problem = |line: usize, column: usize, message: String| Problem {
        file: file.name.clone(),
        line,
        column,
        message,
        help: HELP.to_owned(),
    };
    let (text, _) =
        ldif::decode(&file.bytes).map_err(|error| vec![problem(error.line, 0, error.message)])?;
    let text = text.trim_start_matches('\u{feff}');
    let document = Document::parse(text).map_err(|error| {
        let place = error.pos();
        let message = format!("this is no well-formed XML: {error}");
        let is_cut_off = matches!(
            error,
            roxmltree::Error::UnclosedRootNode | roxmltree::Error::UnexpectedEndOfStream
        );
        if is_cut_off && !text.trim().is_empty() {
            return vec![problem(text.lines().count(), 0, message)];
        }
        vec![problem(place.row as usize, place.col as usize, message)]
    })?;
    let line = |node: Node<'_, '_>| document.text_pos_at(node.range().start).row as usize;
    let root = document.root_element();
    if !root.has_tag_name("cs-objects") {
        let name = root.tag_name().name();
        let message = format!("expected `<cs-objects>`, found `<{name}>`");
        return Err(vec![problem(line(root), 0, message)]);
    }
    let mut found = PendingExports::default();
    let mut problems = Vec::new();
    let (mut passed_over, mut idle) = (BTreeMap::<String, usize>::new(), 0);
    for object in root.children().filter(|it| it.has_tag_name("cs-object")) {
        let Some(delta) = pending(object) else {
            idle += 1;
            continue;
        };
        let type_name = object.attribute("object-type").unwrap_or_default();
        let Some(kind) = kind(type_name) else {
            *passed_over.entry(type_name.to_owned()).or_default() += 1;
            continue;
        };
        match one(object, delta, kind, line(object)) {
            Ok(Some(pending)) => found.objects.push(pending),
            Ok(None) => idle += 1,
            Err(message) => problems.push(problem(line(object), 0, message)),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    if idle > 0 {
        let text = format!("{idle} objects have nothing to export");
        found.notes.push(text);
    }
    for (name, count) in passed_over {
        let text = format!("{count} objects of the type `{name}` are passed over");
        found.notes.push(text);
    }
    Ok(found)
}

/// What has yet to be exported of an object.
fn pending<'a, 'i>(object: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    let export = object
        .children()
        .find(|it| it.has_tag_name("unapplied-export"))?;
    export.children().find(|it| it.has_tag_name("delta"))
}

fn kind(name: &str) -> Option<SyncObjectType> {
    let all = [
        SyncObjectType::User,
        SyncObjectType::Group,
        SyncObjectType::Contact,
        SyncObjectType::Device,
    ];
    all.into_iter()
        .find(|kind| kind.name().eq_ignore_ascii_case(name))
}

fn one(
    object: Node<'_, '_>,
    delta: Node<'_, '_>,
    kind: SyncObjectType,
    line: usize,
) -> Result<Option<Pending>, String> {
    let operation = match delta.attribute("operation").unwrap_or_default() {
        "none" => return Ok(None),
        "add" => Operation::Add,
        "update" | "replace" | "modify" => Operation::Update,
        "delete" | "obsolete" => Operation::Delete,
        other => {
            return Err(format!(
                "the operation `{other}` is none that is known: add, update, replace, modify, \
                 delete, obsolete or none"
            ));
        }
    };
    let dn = delta.attribute("dn").or(object.attribute("cs-dn"));
    let Some(dn) = dn else {
        return Err("the object has no `dn`".to_owned());
    };
    let hologram = object
        .children()
        .find(|it| it.has_tag_name("unapplied-export-hologram"));
    let entry = hologram.and_then(|it| it.children().find(|it| it.has_tag_name("entry")));
    // What is new is told whole by its delta alone.
    let whole = entry.or((operation == Operation::Add).then_some(delta));
    Ok(Some(Pending {
        line,
        dn: dn.to_owned(),
        kind,
        operation,
        changed: attributes(delta).map(|(name, _)| name).collect(),
        values: whole.into_iter().flat_map(attributes).collect(),
    }))
}

/// The attributes of a delta or of an entry with their values, references left out.
fn attributes(of: Node<'_, '_>) -> impl Iterator<Item = (String, Vec<String>)> {
    of.children()
        .filter(|it| it.has_tag_name("attr"))
        .filter_map(|it| {
            let stays = |value: &Node<'_, '_>| value.attribute("operation") != Some("delete");
            let values = it.children().filter(|value| value.has_tag_name("value"));
            let values = values
                .filter(stays)
                .map(|value| value.text().unwrap_or_default().to_owned());
            Some((it.attribute("name")?.to_owned(), values.collect()))
        })
}
