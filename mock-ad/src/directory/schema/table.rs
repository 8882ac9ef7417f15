//! Reading the tables of attributes and classes that are part of the program.

use store::Text;

use super::{
    AttributeDefinition, AttributeId, ClassCategory, ClassDefinition, ClassId, ObjectKind, Syntax,
    Tables,
};

const ATTRIBUTES: &str = include_str!("../../../data/attributes.tsv");
const CLASSES: &str = include_str!("../../../data/classes.tsv");

/// Builds the standard schema. A test makes sure that no line of the tables is left out.
pub(super) fn standard() -> Tables {
    let mut tables = Tables::default();
    for line in lines(ATTRIBUTES) {
        if let Some(definition) = attribute(line) {
            tables.push_attribute(definition);
        }
    }
    for line in lines(CLASSES) {
        if let Some(definition) = class(line, &tables) {
            tables.push_class(definition);
        }
    }
    pair_links(&mut tables);
    tables
}

/// The lines of a table that are not comments.
pub(super) fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#'))
}

/// How many lines the two tables have, for the test that counts what was read.
#[cfg(test)]
pub(super) fn line_counts() -> (usize, usize) {
    (lines(ATTRIBUTES).count(), lines(CLASSES).count())
}

fn present(field: &str) -> Option<&str> {
    (field != "-").then_some(field)
}

fn attribute(row: &str) -> Option<AttributeDefinition> {
    let mut columns = row.split('\t');
    let name = Text::from(columns.next()?);
    let oid = present(columns.next()?).map(Text::from);
    let syntax = Syntax::from_number(columns.next()?.parse().ok()?)?;
    let marks = columns.next()?;
    let link = present(columns.next()?).and_then(|link| link.parse().ok());
    let range_upper = present(columns.next()?).and_then(|upper| upper.parse().ok());
    Some(AttributeDefinition {
        name,
        oid,
        syntax,
        single_valued: marks.contains('s'),
        system_only: marks.contains('o'),
        not_replicated: marks.contains('n'),
        constructed: marks.contains('c'),
        preserved_on_deletion: marks.contains('p'),
        ambiguous_name_resolution: marks.contains('a'),
        link: link.map(super::LinkId),
        range_upper,
        extension: false,
    })
}

fn class(line: &str, tables: &Tables) -> Option<ClassDefinition> {
    let mut fields = line.split('\t');
    let name = Text::from(fields.next()?);
    let oid = present(fields.next()?).map(Text::from);
    let superclass = fields.next()?;
    // `top` stands first and is its own superclass.
    let superclass = tables.class(superclass).unwrap_or(ClassId::TOP);
    let category = match fields.next()? {
        "2" => ClassCategory::Abstract,
        "3" => ClassCategory::Auxiliary,
        _ => ClassCategory::Structural,
    };
    let rdn_attribute = tables.attribute(fields.next()?).unwrap_or(AttributeId::CN);
    let object_category = Text::from(fields.next()?);
    let possible_superiors = present(fields.next()?)
        .map(|names| names.split(',').map(Text::from).collect())
        .unwrap_or_default();
    let kind = own_kind(&name).unwrap_or_else(|| {
        let above = tables.classes.get(usize::from(superclass.0));
        above.map_or(ObjectKind::Other, |above| above.kind)
    });
    Some(ClassDefinition {
        name,
        oid,
        superclass,
        category,
        rdn_attribute,
        object_category,
        possible_superiors,
        kind,
    })
}

/// The kind of a class that does not have that of its superclass.
fn own_kind(name: &str) -> Option<ObjectKind> {
    Some(match name {
        "domainDNS" => ObjectKind::Domain,
        "organizationalUnit" => ObjectKind::OrganizationalUnit,
        "container" | "builtinDomain" | "lostAndFound" => ObjectKind::Container,
        "user" => ObjectKind::User,
        "inetOrgPerson" => ObjectKind::InetOrgPerson,
        "contact" => ObjectKind::Contact,
        "group" => ObjectKind::Group,
        "computer" => ObjectKind::Computer,
        _ => return None,
    })
}

fn pair_links(tables: &mut Tables) {
    let mut ends: Vec<(u32, AttributeId)> = (0u16..)
        .zip(&tables.attributes)
        .filter_map(|(place, definition)| Some((definition.link?.0, AttributeId(place))))
        .collect();
    ends.sort_unstable();
    for (link, id) in &ends {
        let partner = ends
            .binary_search_by_key(&(link ^ 1), |(other, _)| *other)
            .ok()
            .map(|at| ends[at].1);
        tables.link_partners[usize::from(id.0)] = partner;
    }
}
