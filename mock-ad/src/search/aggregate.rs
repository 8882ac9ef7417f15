//! The schema as one object describes it (RFC 4512, section 4.2; MS-ADTS 3.1.1.3.1.1.1).
//!
//! The form is Active Directory's own: SYNTAX in quotes, no EQUALITY, `top` without a SUP.

use std::fmt::Write as _;

use store::Text;

use super::render::Renderer;
use crate::directory::{
    AttributeDefinition, ClassCategory, ClassDefinition, Object, Schema, Value,
};

impl Renderer<'_> {
    /// The values of one of the attributes that describe the schema, for the object that has them.
    pub(super) fn aggregate(&self, object: &Object, attribute: &str) -> Vec<Value> {
        let schema = self.view.directory.schema();
        if schema.class_name(object.class) != "subSchema" {
            return Vec::new();
        }
        match attribute {
            "attributeTypes" => schema
                .attributes()
                .map(|(_, definition)| attribute_type(definition).into())
                .collect(),
            "objectClasses" => schema
                .classes()
                .map(|(_, definition)| object_class(schema, definition).into())
                .collect(),
            "dITContentRules" => schema
                .classes()
                .filter(|(_, definition)| definition.category == ClassCategory::Structural)
                .map(|(_, definition)| content_rule(schema, definition).into())
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// The OID of a definition; one that has none gets a name in its place, which RFC 4512 allows.
fn oid(oid: Option<&Text>, name: &Text) -> Text {
    let made_up = || {
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        format!("{name}-oid").into()
    };
    oid.cloned().unwrap_or_else(made_up)
}

fn attribute_type(definition: &AttributeDefinition) -> String {
    let oid = oid(definition.oid.as_ref(), &definition.name);
    let syntax = syntax(definition.syntax_number, definition.om_syntax);
    let mut text = format!("( {oid} NAME '{}' SYNTAX '{syntax}' ", definition.name);
    if definition.single_valued {
        text.push_str("SINGLE-VALUE ");
    }
    if definition.system_only {
        text.push_str("NO-USER-MODIFICATION ");
    }
    text.push(')');
    text
}

/// The LDAP syntax of an attributeSyntax and an oMSyntax (MS-ADTS 3.1.1.2.2.2).
fn syntax(number: u8, om_syntax: u8) -> &'static str {
    match (number, om_syntax) {
        (1, _) => "1.3.6.1.4.1.1466.115.121.1.12",
        (2, _) => "1.3.6.1.4.1.1466.115.121.1.38",
        (3, _) => "1.2.840.113556.1.4.1362",
        (4, _) => "1.2.840.113556.1.4.905",
        (5, 19) => "1.3.6.1.4.1.1466.115.121.1.44",
        (5, _) => "1.3.6.1.4.1.1466.115.121.1.26",
        (6, _) => "1.3.6.1.4.1.1466.115.121.1.36",
        (7, _) => "1.2.840.113556.1.4.903",
        (8, _) => "1.3.6.1.4.1.1466.115.121.1.7",
        (9, _) => "1.3.6.1.4.1.1466.115.121.1.27",
        (10, 127) => "OctetString",
        (10 | 17, _) => "1.3.6.1.4.1.1466.115.121.1.40",
        (11, 23) => "1.3.6.1.4.1.1466.115.121.1.53",
        (11, _) => "1.3.6.1.4.1.1466.115.121.1.24",
        (13, _) => "1.3.6.1.4.1.1466.115.121.1.43",
        (14, _) => "1.2.840.113556.1.4.904",
        (15, _) => "1.2.840.113556.1.4.907",
        (16, _) => "1.2.840.113556.1.4.906",
        _ => "1.3.6.1.4.1.1466.115.121.1.15",
    }
}

fn object_class(schema: &Schema, definition: &ClassDefinition) -> String {
    let oid = oid(definition.oid.as_ref(), &definition.name);
    let mut text = format!("( {oid} NAME '{}' ", definition.name);
    if definition.name != "top" {
        // Writing to text cannot fail.
        let _ = write!(text, "SUP {} ", schema.class_name(definition.superclass));
    }
    text.push_str(match definition.category {
        ClassCategory::Structural => "STRUCTURAL ",
        ClassCategory::Abstract => "ABSTRACT ",
        ClassCategory::Auxiliary => "AUXILIARY ",
    });
    let name = |id: &crate::directory::AttributeId| schema.name(*id);
    list(&mut text, "MUST", definition.must_contain.iter().map(name));
    list(&mut text, "MAY", definition.may_contain.iter().map(name));
    text.push(')');
    text
}

fn content_rule(schema: &Schema, definition: &ClassDefinition) -> String {
    let oid = oid(definition.oid.as_ref(), &definition.name);
    let mut text = format!("( {oid} NAME '{}' ", definition.name);
    let auxiliary = schema
        .classes()
        .filter(|(_, class)| class.category == ClassCategory::Auxiliary)
        .map(|(_, class)| &*class.name);
    list(&mut text, "AUX", auxiliary);
    text.push(')');
    text
}

fn list<'a>(text: &mut String, word: &str, names: impl Iterator<Item = &'a str>) {
    let names: Vec<&str> = names.collect();
    if !names.is_empty() {
        let _ = write!(text, "{word} ({} ) ", names.join(" $ "));
    }
}
