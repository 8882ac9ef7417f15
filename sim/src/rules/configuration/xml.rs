//! XML with places.

use roxmltree::{Document, Node};

use crate::snapshot::{Problem, SourceFile};

/// The text of a file: UTF-8 or, as PowerShell writes it, UTF-16.
pub(super) fn text(file: &SourceFile) -> Result<String, Problem> {
    let problem = |line: usize, message: &str| Problem {
        file: file.name.clone(),
        line,
        column: 0,
        message: message.to_owned(),
        help: "export the configuration again with `Get-ADSyncServerConfiguration`".to_owned(),
    };
    let (text, _) =
        mock_ad::ldif::decode(&file.bytes).map_err(|error| problem(error.line, &error.message))?;
    if text.trim().is_empty() {
        return Err(problem(0, "the file is empty"));
    }
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// What is wrong with a text that is no XML.
pub(super) fn syntax(file: &SourceFile, error: &roxmltree::Error) -> Problem {
    let place = error.pos();
    Problem {
        file: file.name.clone(),
        line: place.row as usize,
        column: place.col as usize,
        message: format!("this is no well-formed XML: {error}"),
        help: "export the configuration again with `Get-ADSyncServerConfiguration`".to_owned(),
    }
}

/// One file that is XML.
pub(super) struct Source<'a> {
    pub(super) file: &'a SourceFile,
    pub(super) document: &'a Document<'a>,
}

impl Source<'_> {
    pub(super) fn line(&self, node: Node<'_, '_>) -> usize {
        self.document.text_pos_at(node.range().start).row as usize
    }

    pub(super) fn problem(&self, node: Node<'_, '_>, message: String, help: &str) -> Problem {
        let place = self.document.text_pos_at(node.range().start);
        Problem {
            file: self.file.name.clone(),
            line: place.row as usize,
            column: place.col as usize,
            message,
            help: help.to_owned(),
        }
    }
}

/// The child with a name.
pub(super) fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.has_tag_name(name))
}

/// All children with a name.
pub(super) fn children<'a, 'input>(
    node: Node<'a, 'input>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children()
        .filter(move |child| child.has_tag_name(name))
}

/// The text of the child with a name, without blanks around it; empty where there is none.
pub(super) fn text_of<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    child(node, name)
        .and_then(|child| child.text())
        .unwrap_or_default()
        .trim()
}
