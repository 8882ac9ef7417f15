//! The schema: which attributes and classes there are.

mod definition;
mod table;

use std::sync::{Arc, OnceLock};

use store::{Index, Text, eq_fold, fold_hash};

pub use definition::{
    AttributeDefinition, ClassCategory, ClassDefinition, LinkDirection, LinkId, ObjectKind, Syntax,
};

/// An attribute of a [`Schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributeId(pub u16);

/// A class of a [`Schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub u16);

impl ClassId {
    /// `top`, the superclass of all.
    pub const TOP: Self = Self(0);
    /// `domainDNS`.
    pub const DOMAIN_DNS: Self = Self(2);
    /// `organizationalUnit`.
    pub const ORGANIZATIONAL_UNIT: Self = Self(3);
    /// `container`.
    pub const CONTAINER: Self = Self(4);
    /// `builtinDomain`.
    pub const BUILTIN_DOMAIN: Self = Self(5);
    /// `lostAndFound`.
    pub const LOST_AND_FOUND: Self = Self(6);
    /// `user`.
    pub const USER: Self = Self(9);
    /// `inetOrgPerson`.
    pub const INET_ORG_PERSON: Self = Self(10);
    /// `contact`.
    pub const CONTACT: Self = Self(11);
    /// `group`.
    pub const GROUP: Self = Self(12);
    /// `computer`.
    pub const COMPUTER: Self = Self(13);
}

/// The attributes and classes of a forest; cheap to clone.
///
/// ```
/// use mock_ad::directory::{AttributeId, Schema, Syntax};
/// let schema = Schema::standard();
/// let manager = schema.attribute("MANAGER").unwrap();
/// assert_eq!(manager, AttributeId::MANAGER);
/// assert_eq!(schema.definition(manager).syntax, Syntax::DistinguishedName);
/// assert_eq!(schema.suggest("userPrincipleName"), Some("userPrincipalName"));
/// ```
#[derive(Debug, Clone)]
pub struct Schema(Arc<Tables>);

#[derive(Debug, Clone, Default)]
struct Tables {
    attributes: Vec<AttributeDefinition>,
    attribute_names: Index,
    attribute_oids: Index,
    /// The place of each attribute in the answers of a domain controller.
    ranks: Vec<u32>,
    /// The other end of each linked attribute, at the place of the attribute.
    link_partners: Vec<Option<AttributeId>>,
    classes: Vec<ClassDefinition>,
    class_names: Index,
    class_oids: Index,
}

/// Suggestions below this likeness would be noise.
const LIKENESS_MIN: f64 = 0.82;

impl Schema {
    /// The schema of a forest at the 2016 level, with the attributes of Exchange and Skype for
    /// Business that are synchronised.
    pub fn standard() -> Self {
        static STANDARD: OnceLock<Schema> = OnceLock::new();
        STANDARD
            .get_or_init(|| Self(Arc::new(table::standard())))
            .clone()
    }

    /// This schema with further attributes of a forest's own: multi-valued text.
    ///
    /// Names that are in the schema already are left as they are.
    #[must_use]
    pub fn with_extensions<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Self {
        let mut tables = (*self.0).clone();
        for name in names {
            let name = name.as_ref();
            if tables.attribute(name).is_none() {
                tables.push_attribute(AttributeDefinition::extension(name));
            }
        }
        Self(Arc::new(tables))
    }

    /// This schema with one more class, below a class it has.
    #[must_use]
    pub fn with_class(&self, name: &str, superclass: ClassId) -> Self {
        let mut tables = (*self.0).clone();
        if self.class(name).is_none() {
            let parent = self.class_definition(superclass);
            let definition = ClassDefinition {
                name: name.into(),
                superclass,
                oid: None,
                category: ClassCategory::Structural,
                possible_superiors: Vec::new(),
                common_name: name.into(),
                schema_id_guid: None,
                ..parent.clone()
            };
            tables.push_class(definition);
        }
        Self(Arc::new(tables))
    }

    /// Whether a name that is not in the table is nevertheless known by its prefix: the many
    /// attributes of Exchange and Skype for Business that are never synchronised.
    pub fn is_known_prefix(name: &str) -> bool {
        ["msExch", "msRTCSIP-", "ms-Exch-"].iter().any(|prefix| {
            name.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        })
    }

    /// The attribute of a name, in any case.
    pub fn attribute(&self, name: &str) -> Option<AttributeId> {
        self.0.attribute(name)
    }

    /// The attribute that an LDAP attribute description names: by its name in any case, or by its
    /// OID, with or without `OID.` before it (RFC 4512, section 2.5; MS-ADTS 3.1.1.3.1.1.2).
    pub fn described(&self, description: &str) -> Option<AttributeId> {
        let oid = match description.get(..4) {
            Some(prefix) if prefix.eq_ignore_ascii_case("OID.") => &description[4..],
            _ => description,
        };
        if !oid.starts_with(|c: char| c.is_ascii_digit()) {
            return self.attribute(description);
        }
        let mut places = self.0.attribute_oids.candidates(fold_hash(oid));
        places
            .find(|place| self.0.attributes[*place as usize].oid.as_deref() == Some(oid))
            .map(|place| AttributeId(place as u16))
    }

    /// The class of a name, in any case, or of an OID.
    pub fn described_class(&self, description: &str) -> Option<ClassId> {
        if !description.starts_with(|c: char| c.is_ascii_digit()) {
            return self.class(description);
        }
        let mut places = self.0.class_oids.candidates(fold_hash(description));
        places
            .find(|place| self.0.classes[*place as usize].oid.as_deref() == Some(description))
            .map(|place| ClassId(place as u16))
    }

    /// All classes in the order of the table.
    pub fn classes(&self) -> impl ExactSizeIterator<Item = (ClassId, &ClassDefinition)> {
        let classes = self.0.classes.iter().enumerate();
        classes.map(|(place, definition)| (ClassId(place as u16), definition))
    }

    /// The name of an attribute, as the schema spells it.
    pub fn name(&self, id: AttributeId) -> &str {
        &self.definition(id).name
    }

    /// What the schema says of an attribute.
    ///
    /// An identifier of another, larger schema gives the definition of `cn`.
    pub fn definition(&self, id: AttributeId) -> &AttributeDefinition {
        let attributes = &self.0.attributes;
        attributes.get(usize::from(id.0)).unwrap_or(&attributes[0])
    }

    /// All attributes in the order of the table.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (AttributeId, &AttributeDefinition)> {
        (0u16..)
            .zip(&self.0.attributes)
            .map(|(place, definition)| (AttributeId(place), definition))
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Where an attribute stands among others in the answers of a domain controller, which orders
    /// them by their internal numbers.
    pub(crate) fn rank(&self, id: AttributeId) -> u32 {
        let ranks = &self.0.ranks;
        ranks.get(usize::from(id.0)).copied().unwrap_or(u32::MAX)
    }

    /// The other end of a linked attribute: `memberOf` for `member`, and the reverse.
    pub fn link_partner(&self, id: AttributeId) -> Option<AttributeId> {
        self.0.link_partners.get(usize::from(id.0)).copied()?
    }

    /// The known name that a mistyped name resembles most, if it resembles any.
    pub fn suggest(&self, name: &str) -> Option<&str> {
        let wanted = name.to_lowercase();
        let mut best: Option<(f64, &str)> = None;
        for definition in &self.0.attributes {
            let likeness = strsim::jaro_winkler(&wanted, &definition.name.to_lowercase());
            if likeness > best.map_or(LIKENESS_MIN, |(found, _)| found) {
                best = Some((likeness, &definition.name));
            }
        }
        best.map(|(_, found)| found)
    }

    /// The class of a name, in any case.
    pub fn class(&self, name: &str) -> Option<ClassId> {
        self.0.class(name)
    }

    /// What the schema says of a class.
    ///
    /// An identifier of another, larger schema gives the definition of `top`.
    pub fn class_definition(&self, id: ClassId) -> &ClassDefinition {
        let classes = &self.0.classes;
        classes.get(usize::from(id.0)).unwrap_or(&classes[0])
    }

    /// The name of a class.
    pub fn class_name(&self, id: ClassId) -> &str {
        &self.class_definition(id).name
    }

    /// A class and its superclasses, from the class up to `top`.
    pub fn superclass_chain(&self, id: ClassId) -> impl Iterator<Item = ClassId> + '_ {
        std::iter::successors(Some(id), |id| {
            (*id != ClassId::TOP).then(|| self.class_definition(*id).superclass)
        })
    }

    /// A class, those above it, and the auxiliary classes that come with any of them.
    pub fn all_classes(&self, id: ClassId) -> Vec<ClassId> {
        let mut found: Vec<ClassId> = self.superclass_chain(id).collect();
        let mut next = 0;
        while let Some(class) = found.get(next).copied() {
            for name in &self.class_definition(class).auxiliary {
                for above in self
                    .class(name)
                    .into_iter()
                    .flat_map(|id| self.superclass_chain(id))
                {
                    if !found.contains(&above) {
                        found.push(above);
                    }
                }
            }
            next += 1;
        }
        found
    }

    /// The kind of object that a class makes.
    pub fn kind(&self, id: ClassId) -> ObjectKind {
        self.class_definition(id).kind
    }
}

impl Tables {
    fn attribute(&self, name: &str) -> Option<AttributeId> {
        self.attribute_names
            .candidates(fold_hash(name))
            .map(|place| AttributeId(place as u16))
            .find(|id| eq_fold(&self.attributes[usize::from(id.0)].name, name))
    }

    fn class(&self, name: &str) -> Option<ClassId> {
        self.class_names
            .candidates(fold_hash(name))
            .map(|place| ClassId(place as u16))
            .find(|id| eq_fold(&self.classes[usize::from(id.0)].name, name))
    }

    /// Adds an attribute, unless the sixteen bits of an identifier are used up.
    fn push_attribute(&mut self, definition: AttributeDefinition) {
        let Ok(place) = u16::try_from(self.attributes.len()) else {
            return;
        };
        let hash = fold_hash(&definition.name);
        self.attribute_names.insert(hash, u32::from(place));
        if let Some(oid) = &definition.oid {
            self.attribute_oids.insert(fold_hash(oid), u32::from(place));
        }
        let number = attribute_number(definition.oid.as_ref());
        self.ranks.push(number.unwrap_or(u32::MAX));
        self.attributes.push(definition);
        self.link_partners.push(None);
    }

    fn push_class(&mut self, definition: ClassDefinition) {
        let Ok(place) = u16::try_from(self.classes.len()) else {
            return;
        };
        let hash = fold_hash(&definition.name);
        self.class_names.insert(hash, u32::from(place));
        if let Some(oid) = &definition.oid {
            self.class_oids.insert(fold_hash(oid), u32::from(place));
        }
        self.classes.push(definition);
    }
}

/// The relative identifier that Active Directory gives an attribute inside one domain controller,
/// as its error texts print it; `None` for an OID outside its well-known prefixes.
pub(crate) fn attribute_number(oid: Option<&Text>) -> Option<u32> {
    const PREFIXES: [(&str, u32); 6] = [
        ("1.2.840.113556.1.4.", 0x9_0000),
        ("1.2.840.113556.1.2.", 0x2_0000),
        ("2.5.4.", 0),
        ("0.9.2342.19200300.100.1.", 0x15_0000),
        ("2.16.840.1.113730.3.1.", 0x16_0000),
        ("2.16.840.1.113730.3.", 0x14_0000),
    ];
    let oid = oid?;
    PREFIXES.iter().find_map(|(prefix, base)| {
        let last: u32 = oid.strip_prefix(prefix)?.parse().ok()?;
        Some(base + last)
    })
}

#[cfg(test)]
mod tests;
