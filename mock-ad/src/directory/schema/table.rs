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
    let syntax_number = columns.next()?.parse().ok()?;
    let syntax = Syntax::from_number(syntax_number)?;
    let marks = columns.next()?;
    let link = present(columns.next()?).and_then(|link| link.parse().ok());
    let range_upper = present(columns.next()?).and_then(|upper| upper.parse().ok());
    let common_name = present(columns.next()?).map(Text::from);
    let om_syntax = present(columns.next()?).and_then(|number| number.parse().ok());
    let search_flags = present(columns.next()?).and_then(|flags| flags.parse().ok());
    let range_lower = present(columns.next()?).and_then(|lower| lower.parse().ok());
    let schema_id_guid = present(columns.next()?).and_then(|guid| guid.parse().ok());
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
        range_lower,
        common_name,
        om_syntax: om_syntax.unwrap_or_else(|| usual_om_syntax(syntax_number)),
        syntax_number,
        search_flags: search_flags.unwrap_or_default(),
        in_global_catalog: marks.contains('g'),
        schema_id_guid,
        extension: false,
    })
}

/// The oMSyntax that mostly goes with an attributeSyntax (MS-ADTS 3.1.1.2.2.2).
fn usual_om_syntax(syntax_number: u8) -> u8 {
    match syntax_number {
        2 => 6,
        3 => 27,
        4 => 20,
        5 => 22,
        6 => 18,
        8 => 1,
        9 => 2,
        10 | 17 => 4,
        11 => 24,
        12 => 64,
        15 => 66,
        16 => 65,
        _ => 127,
    }
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
    let common_name = present(fields.next()?).map_or_else(|| name.clone(), Text::from);
    let attributes = |names: &str| -> Vec<AttributeId> {
        let ids = names.split(',').filter_map(|name| tables.attribute(name));
        ids.collect()
    };
    let must_contain = attributes(fields.next()?);
    let may_contain = attributes(fields.next()?);
    let auxiliary = present(fields.next()?)
        .map(|names| names.split(',').map(Text::from).collect())
        .unwrap_or_default();
    let schema_id_guid = present(fields.next()?).and_then(|guid| guid.parse().ok());
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
        common_name,
        must_contain,
        may_contain,
        auxiliary,
        schema_id_guid,
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
