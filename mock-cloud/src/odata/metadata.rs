//! `$metadata` and the schemas of an OpenAPI description, both made from the table of properties.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::resource::EntityType;
use super::schema::{Edm, EdmKind, PropertyFacts, Returned, complex_types, properties_of};

/// The enumerations that the table names, with their members (csdl).
const ENUMERATIONS: &[(&str, &[&str])] = &[
    (
        "onPremisesDirectorySynchronizationDeletionPreventionType",
        &[
            "disabled",
            "enabledForCount",
            "enabledForPercentage",
            "unknownFutureValue",
        ],
    ),
    (
        "groupAccessType",
        &["none", "private", "secret", "public", "unknownFutureValue"],
    ),
    ("mdmAuthority", &["unknown", "intune", "sccm", "office365"]),
    (
        "partnerTenantType",
        &[
            "microsoftSupport",
            "syndicatePartner",
            "breadthPartner",
            "breadthPartnerDelegatedAdmin",
            "resellerPartnerDelegatedAdmin",
            "valueAddedResellerPartnerDelegatedAdmin",
            "unknownFutureValue",
        ],
    ),
    (
        "phoneType",
        &[
            "home",
            "business",
            "mobile",
            "other",
            "assistant",
            "homeFax",
            "businessFax",
            "otherFax",
            "pager",
            "radio",
        ],
    ),
];

/// Entity types that are served below a path of their own, not as an entity set of [`EntityType`].
pub(super) const OTHER_ENTITIES: [&str; 7] = [
    "directoryRoleTemplate",
    "licenseDetails",
    "onPremisesDirectorySynchronization",
    "onPremisesSyncBehavior",
    "unifiedRoleAssignment",
    "unifiedRoleEligibilitySchedule",
    "unifiedRoleDefinition",
];

/// Whether a type derives from `directoryObject`, not from `entity` itself.
const fn is_directory_object(entity: EntityType) -> bool {
    !matches!(
        entity,
        EntityType::DirectoryObject | EntityType::Domain | EntityType::SubscribedSku
    )
}

fn declared(entity: EntityType) -> impl Iterator<Item = &'static PropertyFacts> {
    let inherited = move |name: &str| {
        name == "id" || (is_directory_object(entity) && name == "deletedDateTime")
    };
    properties_of(entity.name())
        .filter(move |facts| !facts.name.contains('/') && !inherited(facts.name))
}

/// `GET /$metadata`: the served part of the schema, as XML.
pub fn metadata() -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <edmx:Edmx Version=\"4.0\" xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\">\
         <edmx:DataServices>\
         <Schema Namespace=\"microsoft.graph\" Alias=\"graph\" \
         xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">",
    );
    for (name, members) in ENUMERATIONS {
        let _ = write!(xml, "<EnumType Name=\"{name}\">");
        for (value, member) in members.iter().enumerate() {
            let _ = write!(xml, "<Member Name=\"{member}\" Value=\"{value}\"/>");
        }
        xml.push_str("</EnumType>");
    }
    for name in unlisted_types() {
        let _ = write!(xml, "<ComplexType Name=\"{name}\" OpenType=\"true\"/>");
    }
    for name in complex_types() {
        let _ = write!(xml, "<ComplexType Name=\"{name}\">");
        properties_of(name).for_each(|facts| property(&mut xml, facts));
        xml.push_str("</ComplexType>");
    }
    xml.push_str(
        "<EntityType Name=\"entity\" Abstract=\"true\"><Key><PropertyRef Name=\"id\"/></Key>\
         <Property Name=\"id\" Type=\"Edm.String\" Nullable=\"false\"/></EntityType>",
    );
    for name in OTHER_ENTITIES {
        let is_template = name == "directoryRoleTemplate";
        let base = if is_template {
            "directoryObject"
        } else {
            "entity"
        };
        let _ = write!(
            xml,
            "<EntityType Name=\"{name}\" BaseType=\"graph.{base}\">"
        );
        let inherited = |name: &str| name == "id" || (is_template && name == "deletedDateTime");
        properties_of(name)
            .filter(|facts| !inherited(facts.name))
            .for_each(|facts| property(&mut xml, facts));
        xml.push_str("</EntityType>");
    }
    for entity in EntityType::ALL {
        let open = !matches!(entity, EntityType::Domain | EntityType::SubscribedSku);
        let base = if is_directory_object(entity) {
            "directoryObject"
        } else {
            "entity"
        };
        let open = if open { " OpenType=\"true\"" } else { "" };
        let name = entity.name();
        let _ = write!(
            xml,
            "<EntityType Name=\"{name}\" BaseType=\"graph.{base}\"{open}>"
        );
        declared(entity).for_each(|facts| property(&mut xml, facts));
        xml.push_str("</EntityType>");
    }
    xml.push_str("<EntityContainer Name=\"GraphService\">");
    for entity in EntityType::ALL {
        let (set, name) = (entity.entity_set(), entity.name());
        let _ = write!(
            xml,
            "<EntitySet Name=\"{set}\" EntityType=\"microsoft.graph.{name}\"/>"
        );
    }
    xml.push_str("</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>");
    xml
}

fn property(xml: &mut String, facts: &PropertyFacts) {
    let kind = facts.edm.kind.full_name();
    let kind = kind.replace("microsoft.graph.", "graph.");
    let kind = if facts.edm.collection {
        format!("Collection({kind})")
    } else {
        kind
    };
    let element = if facts.edm.navigation {
        "NavigationProperty"
    } else {
        "Property"
    };
    let nullable = if facts.edm.nullable {
        ""
    } else {
        " Nullable=\"false\""
    };
    let name = facts.name;
    let _ = write!(
        xml,
        "<{element} Name=\"{name}\" Type=\"{kind}\"{nullable}/>"
    );
}

/// Complex types that properties name and whose members are not served.
fn unlisted_types() -> BTreeSet<&'static str> {
    let entities = EntityType::ALL.into_iter().flat_map(declared);
    let members = complex_types().into_iter().flat_map(properties_of);
    let known = |name: &str| {
        complex_types().contains(&name)
            || ENUMERATIONS.iter().any(|(known, _)| *known == name)
            || EntityType::ALL.iter().any(|known| known.name() == name)
            || OTHER_ENTITIES.contains(&name)
    };
    entities
        .chain(members)
        .filter_map(|facts| match facts.edm.kind {
            EdmKind::Named(name) if !known(name) => Some(name),
            _ => None,
        })
        .collect()
}

/// `components.schemas` of an OpenAPI 3.1 description: every type, its collection response
/// (`usersCollection`), and `odataError`. The paths are the server's.
pub fn openapi_schemas() -> Value {
    let mut schemas = Map::new();
    for (name, members) in ENUMERATIONS {
        schemas.insert(
            (*name).to_owned(),
            json!({ "type": "string", "enum": members }),
        );
    }
    for name in unlisted_types() {
        schemas.insert(name.to_owned(), json!({ "type": "object" }));
    }
    for name in complex_types() {
        let schema = object_schema(properties_of(name));
        schemas.insert(name.to_owned(), schema);
    }
    for name in OTHER_ENTITIES {
        let mut schema = object_schema(properties_of(name));
        schema["properties"]["@odata.context"] = json!({ "type": "string" });
        schemas.insert(name.to_owned(), schema);
    }
    for entity in EntityType::ALL {
        let shown = properties_of(entity.name())
            .filter(|facts| !facts.name.contains('/') && facts.returned != Returned::Filter);
        let mut schema = object_schema(shown);
        schema["properties"]["@odata.type"] = json!({ "type": "string" });
        schema["properties"]["@odata.context"] = json!({ "type": "string" });
        if entity == EntityType::DirectoryObject {
            // What is in a mixed collection has the properties of its own type.
            schema["additionalProperties"] = Value::Bool(true);
        }
        schemas.insert(entity.name().to_owned(), schema);
        let collection = collection_schema(entity);
        schemas.insert(format!("{}Collection", entity.entity_set()), collection);
    }
    schemas.insert("odataError".to_owned(), error_schema());
    Value::Object(schemas)
}

fn object_schema(properties: impl Iterator<Item = &'static PropertyFacts>) -> Value {
    let each = properties.map(|facts| (facts.name.to_owned(), type_schema(facts.edm)));
    json!({
        "type": "object",
        "properties": each.collect::<Map<_, _>>(),
        "additionalProperties": false,
    })
}

fn type_schema(edm: Edm) -> Value {
    let (kind, format) = match edm.kind {
        EdmKind::String => ("string", None),
        EdmKind::Boolean => ("boolean", None),
        EdmKind::DateTimeOffset => ("string", Some("date-time")),
        EdmKind::Guid => ("string", Some("uuid")),
        EdmKind::Duration => ("string", Some("duration")),
        EdmKind::Int32 => ("integer", Some("int32")),
        EdmKind::Named(name) => {
            let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
            return match (edm.collection, edm.nullable) {
                (true, _) => json!({ "type": "array", "items": reference }),
                (false, true) => json!({ "anyOf": [reference, { "type": "null" }] }),
                (false, false) => reference,
            };
        }
    };
    let mut schema = json!({ "type": kind });
    if let Some(format) = format {
        schema["format"] = json!(format);
    }
    if edm.collection {
        return json!({ "type": "array", "items": schema });
    }
    if edm.nullable {
        schema["type"] = json!([kind, "null"]);
    }
    schema
}

fn collection_schema(entity: EntityType) -> Value {
    json!({
        "type": "object",
        "required": ["@odata.context", "value"],
        "properties": {
            "@odata.context": { "type": "string" },
            "@odata.count": { "type": "integer" },
            "@odata.nextLink": { "type": "string" },
            "@odata.deltaLink": { "type": "string" },
            "value": {
                "type": "array",
                "items": { "$ref": format!("#/components/schemas/{}", entity.name()) },
            },
        },
        "additionalProperties": false,
    })
}

fn error_schema() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message", "innerError"],
                "properties": {
                    "code": text,
                    "message": text,
                    "details": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["code", "message", "target"],
                            "properties": { "code": text, "message": text, "target": text },
                        },
                    },
                    "innerError": {
                        "type": "object",
                        "required": ["date", "request-id", "client-request-id"],
                        "properties": {
                            "date": text,
                            "request-id": text,
                            "client-request-id": text,
                        },
                    },
                },
            },
        },
    })
}
