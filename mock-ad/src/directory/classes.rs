//! The classes of objects: which an object may have, and what they ask of it (MS-ADTS
//! 3.1.1.5.1.1).

use store::Text;

use super::schema::ClassCategory;
use super::{
    AttributeId, ClassId, Directory, Modification, Object, ObjectKind, Operation, Refusal, Value,
    Values, is_computed,
};

/// What the values of objectClass come to.
pub(super) struct Classes {
    /// The most specific structural class.
    pub(super) structural: ClassId,
    /// The names of the auxiliary classes of the single object, those above before those below.
    pub(super) auxiliary: Vec<Text>,
}

impl Classes {
    /// The auxiliary classes as an object stores them.
    pub(super) fn stored(self) -> Option<Values> {
        Values::from_vec(self.auxiliary.into_iter().map(Value::Text).collect())
    }
}

impl Directory {
    /// What objectClass values mean: one chain of structural classes, whose gaps are filled, and
    /// any auxiliary classes (MS-ADTS 3.1.1.5.2.2, 3.1.1.5.3.5).
    ///
    /// Classes of 1988 count as structural; that they may be auxiliary too is left out.
    pub(super) fn classes_of<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Classes, Refusal> {
        let mut given = Vec::new();
        for name in names {
            let build = self.domain_controller().version.build();
            let class = self.schema.described_class(name);
            given.push(class.ok_or_else(|| Refusal::unknown_class(name, build))?);
        }
        if given.is_empty() {
            return Err(Refusal::no_class());
        }
        let category = |class: &ClassId| self.schema.class_definition(*class).category;
        let depth = |class: &ClassId| self.schema.superclass_chain(*class).count();
        let structural = given
            .iter()
            .filter(|class| category(class) == ClassCategory::Structural)
            .max_by_key(|class| depth(class));
        let Some(structural) = structural.copied() else {
            return Err(Refusal::class_not_concrete());
        };
        let chain: Vec<ClassId> = self.schema.superclass_chain(structural).collect();
        let mut auxiliary = Vec::new();
        for class in given.into_iter().filter(|class| !chain.contains(class)) {
            if category(&class) != ClassCategory::Auxiliary {
                let [class, structural] = [class, structural].map(|id| self.schema.class_name(id));
                return Err(Refusal::class_not_subclass(class, structural));
            }
            let mut above: Vec<ClassId> = self.schema.superclass_chain(class).collect();
            above.reverse();
            for class in above {
                let name = &self.schema.class_definition(class).name;
                if !chain.contains(&class) && !auxiliary.contains(name) {
                    auxiliary.push(name.clone());
                }
            }
        }
        Ok(Classes {
            structural,
            auxiliary,
        })
    }

    /// Changes the classes of an object: auxiliary ones come and go, the structural one stays but
    /// between user and inetOrgPerson (MS-ADTS 3.1.1.5.3.5).
    pub(super) fn modify_classes(
        &self,
        object: &mut Object,
        modification: &Modification,
    ) -> Result<(), Refusal> {
        let definition = self.schema.definition(AttributeId::OBJECT_CLASS);
        let given = || modification.values.iter().filter_map(Value::as_text);
        let mut names: Vec<Text> = self
            .object_classes(object)
            .into_iter()
            .filter_map(|value| value.as_text().cloned())
            .collect();
        match modification.operation {
            Operation::Replace => names = given().cloned().collect(),
            Operation::Delete if modification.values.is_empty() => names.clear(),
            Operation::Add => {
                for name in given() {
                    if names.iter().any(|own| store::eq_fold(own, name)) {
                        return Err(Refusal::value_exists(definition, name));
                    }
                    names.push(name.clone());
                }
            }
            Operation::Delete => {
                for name in given() {
                    let place = names.iter().position(|own| store::eq_fold(own, name));
                    let place =
                        place.ok_or_else(|| Refusal::no_value(definition, Some(name.as_str())))?;
                    names.remove(place);
                }
            }
        }
        let classes = self.classes_of(names.iter().map(Text::as_str))?;
        let structural = classes.structural;
        let is_person = |class| {
            matches!(
                self.schema.kind(class),
                ObjectKind::User | ObjectKind::InetOrgPerson
            )
        };
        let converts = is_person(object.class) && is_person(structural);
        if structural != object.class && !converts {
            let [from, to] = [object.class, structural].map(|id| self.schema.class_name(id));
            return Err(Refusal::class_fixed(from, to));
        }
        object.class = structural;
        object.set(AttributeId::OBJECT_CLASS, classes.stored());
        Ok(())
    }

    /// Whether an object that was changed fits its classes: it may have what was written to it or
    /// what the classes that it lost list, and has what they ask for, as far as that was touched.
    ///
    /// What an import brought in otherwise stays until somebody touches it.
    pub(super) fn check_changed_classes(
        &self,
        before: &Object,
        after: &Object,
        touched: &[AttributeId],
        has_links: impl Fn(AttributeId) -> bool,
    ) -> Result<(), Refusal> {
        let has = |id: &AttributeId| after.get(*id).is_some() || has_links(*id);
        for attribute in touched.iter().filter(|id| has(id)) {
            self.check_class_has(after, *attribute)?;
        }
        if !touched.contains(&AttributeId::OBJECT_CLASS) {
            let mut gone = touched.iter().filter(|id| !has(id)).peekable();
            let needed = gone.peek().map(|_| self.needed(after)).unwrap_or_default();
            return self.refuse_missing(after, gone.find(|id| needed.contains(id)).copied());
        }
        let stored = after.attributes().map(|(attribute, _)| attribute);
        let linked = self.used_links().into_iter().filter(|id| has_links(*id));
        let present = stored
            .chain(linked)
            .filter(|id| *id != AttributeId::OBJECT_CLASS);
        for attribute in present.collect::<Vec<_>>() {
            if self.lists(before, attribute) {
                self.check_class_has(after, attribute)?;
            }
        }
        let needed_before = self.needed(before);
        let newly = |id: &AttributeId| touched.contains(id) || !needed_before.contains(id);
        let needed = self.needed(after).into_iter();
        self.refuse_missing(after, needed.filter(newly).find(|id| !has(id)))
    }

    /// Whether a new object has all that its classes ask for.
    pub(super) fn check_mandatory(
        &self,
        object: &Object,
        has_links: impl Fn(AttributeId) -> bool,
    ) -> Result<(), Refusal> {
        let absent = |id: &AttributeId| object.get(*id).is_none() && !has_links(*id);
        self.refuse_missing(object, self.needed(object).into_iter().find(absent))
    }

    fn refuse_missing(&self, object: &Object, missing: Option<AttributeId>) -> Result<(), Refusal> {
        missing.map_or(Ok(()), |attribute| {
            let class = self.schema.class_name(object.class);
            Err(Refusal::required_missing(
                class,
                self.schema.name(attribute),
            ))
        })
    }

    /// The attributes that the classes of an object ask for and that are not the directory's own
    /// affair.
    fn needed(&self, object: &Object) -> Vec<AttributeId> {
        let mut needed = Vec::new();
        for class in self.classes_with_auxiliary(object) {
            needed.extend_from_slice(&self.schema.class_definition(class).must_contain);
        }
        needed.retain(|id| {
            !is_computed(&self.schema, *id) && self.schema.name(*id) != "nTSecurityDescriptor"
        });
        needed
    }

    /// Whether an object may have an attribute: one of its classes lists it, or the schema does
    /// not know what lists it.
    pub(super) fn check_class_has(
        &self,
        object: &Object,
        attribute: AttributeId,
    ) -> Result<(), Refusal> {
        let definition = self.schema.definition(attribute);
        if object.placeholder || self.lists(object, attribute) || self.is_unlisted(attribute) {
            return Ok(());
        }
        let class = self.schema.class_name(object.class);
        Err(Refusal::not_of_class(class, definition))
    }

    /// Whether no class lists an attribute: those of Exchange and Skype for Business are in the
    /// table without the classes that bring them.
    fn is_unlisted(&self, attribute: AttributeId) -> bool {
        let mut classes = self.schema.classes();
        !classes.any(|(_, definition)| {
            definition.may_contain.contains(&attribute)
                || definition.must_contain.contains(&attribute)
        })
    }

    fn lists(&self, object: &Object, attribute: AttributeId) -> bool {
        self.classes_with_auxiliary(object).any(|class| {
            let definition = self.schema.class_definition(class);
            definition.may_contain.contains(&attribute)
                || definition.must_contain.contains(&attribute)
        })
    }

    /// The classes of an object with those above them and all auxiliary ones; some come twice.
    pub(crate) fn classes_with_auxiliary<'a>(
        &'a self,
        object: &'a Object,
    ) -> impl Iterator<Item = ClassId> + 'a {
        let own = object.texts(AttributeId::OBJECT_CLASS);
        let auxiliary = own.filter_map(|name| self.schema.class(name));
        std::iter::once(object.class)
            .chain(auxiliary)
            .flat_map(|class| self.schema.all_classes(class))
    }
}
