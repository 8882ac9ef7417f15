//! The objects below CN=Schema: one for each attribute and class.

use store::Text;

use super::{Attributes, Builder, number, text, truth};
use crate::directory::{
    AttributeDefinition, ClassCategory, ClassDefinition, ClassId, Directory, ObjectId, Schema,
    Value,
};

/// systemFlags: of the base schema, constructed, not replicated (MS-ADTS 2.2.10).
const BASE_SCHEMA: i64 = 0x10;
const CONSTRUCTED: i64 = 0x4;
const NOT_REPLICATED: i64 = 0x1;

impl Builder<'_> {
    pub(super) fn schema_objects(&mut self) {
        let version = self.domain.domain_controller().version.schema_version();
        let owner = self.domain.ds_service_name();
        let container = self.add(
            Directory::DOMAIN,
            "dMD",
            "Schema",
            vec![
                ("objectVersion", number(version)),
                ("fSMORoleOwner", text(owner)),
            ],
        );
        self.add(container, "subSchema", "Aggregate", Vec::new());
        let schema = self.made.schema.clone();
        for (_, definition) in schema.attributes() {
            let name = common_name(definition);
            self.add_named(
                container,
                "attributeSchema",
                &name,
                attribute_object(definition),
            );
        }
        for (id, definition) in schema.classes() {
            let name = definition.common_name.clone();
            let attributes = self.class_object(&schema, id, definition);
            self.add_named(container, "classSchema", &name, attributes);
        }
    }

    fn add_named(
        &mut self,
        container: ObjectId,
        class: &str,
        name: &Text,
        mut attributes: Attributes<'_>,
    ) {
        attributes.push(("adminDisplayName", text(name.clone())));
        self.add(container, class, name, attributes);
    }

    fn class_object(
        &self,
        schema: &Schema,
        id: ClassId,
        definition: &ClassDefinition,
    ) -> Attributes<'static> {
        let names = |ids: &[crate::directory::AttributeId]| -> Vec<Value> {
            ids.iter().map(|id| schema.name(*id).into()).collect()
        };
        let texts = |names: &[Text]| -> Vec<Value> {
            names.iter().map(|name| Value::Text(name.clone())).collect()
        };
        let category = match definition.category {
            ClassCategory::Structural => 1,
            ClassCategory::Abstract => 2,
            ClassCategory::Auxiliary => 3,
        };
        let default_category = format!(
            "CN={},CN=Schema,CN=Configuration,{}",
            definition.object_category,
            self.domain.base()
        );
        let mut attributes = vec![
            ("lDAPDisplayName", text(definition.name.clone())),
            ("objectClassCategory", number(category)),
            ("rDNAttID", text(schema.name(definition.rdn_attribute))),
            (
                "subClassOf",
                text(schema.class_name(schema.class_definition(id).superclass)),
            ),
            ("systemMustContain", names(&definition.must_contain)),
            ("systemMayContain", names(&definition.may_contain)),
            ("systemAuxiliaryClass", texts(&definition.auxiliary)),
            ("systemPossSuperiors", texts(&definition.possible_superiors)),
            ("defaultObjectCategory", text(default_category)),
            ("systemFlags", number(BASE_SCHEMA)),
        ];
        if let Some(oid) = &definition.oid {
            attributes.push(("governsID", text(oid.clone())));
        }
        if let Some(guid) = definition.schema_id_guid {
            attributes.push(("schemaIDGUID", vec![guid.as_bytes().as_slice().into()]));
        }
        attributes
    }
}

/// The common name of an attribute's object: its own, or the one that LDAP knows.
fn common_name(definition: &AttributeDefinition) -> Text {
    let name = definition.common_name.as_ref();
    name.unwrap_or(&definition.name).clone()
}

fn attribute_object(definition: &AttributeDefinition) -> Attributes<'static> {
    let mut system_flags = if definition.extension { 0 } else { BASE_SCHEMA };
    if definition.constructed {
        system_flags |= CONSTRUCTED;
    }
    if definition.not_replicated {
        system_flags |= NOT_REPLICATED;
    }
    let mut attributes = vec![
        ("lDAPDisplayName", text(definition.name.clone())),
        (
            "attributeSyntax",
            text(format!("2.5.5.{}", definition.syntax_number)),
        ),
        ("oMSyntax", number(definition.om_syntax)),
        ("isSingleValued", truth(definition.single_valued)),
        ("searchFlags", number(definition.search_flags)),
        ("systemOnly", truth(definition.system_only)),
        ("systemFlags", number(system_flags)),
    ];
    if let Some(oid) = &definition.oid {
        attributes.push(("attributeID", text(oid.clone())));
    }
    if let Some(guid) = definition.schema_id_guid {
        attributes.push(("schemaIDGUID", vec![guid.as_bytes().as_slice().into()]));
    }
    if let Some(link) = definition.link {
        attributes.push(("linkID", number(link.0)));
    }
    if let Some(lower) = definition.range_lower {
        attributes.push(("rangeLower", number(lower)));
    }
    if let Some(upper) = definition.range_upper {
        attributes.push(("rangeUpper", number(upper)));
    }
    if definition.in_global_catalog {
        attributes.push(("isMemberOfPartialAttributeSet", truth(true)));
    }
    attributes
}
