//! Which attributes objects may have.

use super::{AttributeId, Directory, Object, Refusal, Value, Values};

impl Directory {
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
        let hint = format!("a {class} has no `{}`", definition.name);
        Err(Refusal::class_violation(hint))
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
        let own = object.get(AttributeId::OBJECT_CLASS);
        let auxiliary = own.into_iter().flat_map(Values::as_slice);
        let auxiliary = auxiliary.filter_map(|value: &Value| self.schema.class(value.as_text()?));
        std::iter::once(object.class)
            .chain(auxiliary)
            .flat_map(|class| self.schema.all_classes(class))
            .any(|class| {
                let definition = self.schema.class_definition(class);
                definition.may_contain.contains(&attribute)
                    || definition.must_contain.contains(&attribute)
            })
    }
}
