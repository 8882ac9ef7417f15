//! Variables and functions, and who sees them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::block::BlockBody;
use crate::syntax::ast::Block;
use crate::value::{ScriptBlock, Value};

/// A variable.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) value: Value,
    /// The type it is confined to, by its full name.
    pub(crate) kind: Option<Rc<str>>,
    /// Whether it can't be set.
    pub(crate) fixed: bool,
    /// Whether scopes below do not see it.
    pub(crate) private: bool,
    /// Whether it holds what a pipeline wrote that wrote nothing.
    pub(crate) nothing: bool,
    pub(crate) written: Rc<str>,
}

impl Slot {
    /// Whether a pipeline that begins with it hands on nothing.
    pub(crate) const fn is_empty(&self) -> bool {
        self.nothing && self.value.is_null()
    }
}

/// A function as a scope knows it.
#[derive(Debug, Clone)]
pub(crate) struct FunctionDefinition {
    pub(crate) name: Rc<str>,
    pub(crate) body: Rc<BlockBody>,
}

impl FunctionDefinition {
    pub(crate) fn block(&self) -> &Rc<Block> {
        &self.body.block
    }
}

/// A scope: a function that runs, a script, or the session.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    variables: RefCell<BTreeMap<Rc<str>, Slot>>,
    functions: RefCell<BTreeMap<String, FunctionDefinition>>,
    aliases: RefCell<BTreeMap<String, Rc<str>>>,
    parent: Option<Rc<Self>>,
    /// Whether it is where `$script:` leads.
    pub(crate) is_script: bool,
    /// The level of `Set-StrictMode`; 0 for off.
    pub(crate) strict: Cell<Option<u8>>,
}

impl Scope {
    pub(crate) fn child(parent: &Rc<Self>, is_script: bool) -> Rc<Self> {
        Rc::new(Self {
            parent: Some(Rc::clone(parent)),
            is_script,
            ..Self::default()
        })
    }

    /// It and those around it, the innermost first.
    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |scope| scope.parent.as_deref())
    }

    pub(crate) fn find(&self, name: &str) -> Option<Slot> {
        for (level, scope) in self.chain().enumerate() {
            if let Some(slot) = scope.variables.borrow().get(name)
                && (level == 0 || !slot.private)
            {
                return Some(slot.clone());
            }
        }
        None
    }

    pub(crate) fn own(&self, name: &str) -> Option<Slot> {
        self.variables.borrow().get(name).cloned()
    }

    /// The scope of `$script:`.
    pub(crate) fn script(&self) -> &Self {
        let found = self.chain().find(|it| it.is_script || it.parent.is_none());
        found.unwrap_or(self)
    }

    pub(crate) fn global(&self) -> &Self {
        self.chain().last().unwrap_or(self)
    }

    /// The scope at this place, to be kept.
    pub(crate) fn shared(self: &Rc<Self>, meant: *const Self) -> Option<Rc<Self>> {
        let mut scope = Rc::clone(self);
        loop {
            if std::ptr::eq(Rc::as_ptr(&scope), meant) {
                return Some(scope);
            }
            scope = Rc::clone(scope.parent.as_ref()?);
        }
    }

    /// The scope so many levels up.
    pub(crate) fn above(&self, levels: usize) -> &Self {
        self.chain().nth(levels).unwrap_or_else(|| self.global())
    }

    pub(crate) fn set(&self, name: &str, value: Value) {
        let key: Rc<str> = Rc::from(name.to_lowercase());
        let mut variables = self.variables.borrow_mut();
        match variables.get_mut(&key) {
            Some(slot) => {
                slot.value = value;
                slot.nothing = false;
            }
            None => {
                let slot = Slot {
                    value,
                    kind: None,
                    fixed: false,
                    private: false,
                    nothing: false,
                    written: Rc::from(name),
                };
                variables.insert(key, slot);
            }
        }
    }

    /// Confines a variable to a type of .NET, and what it holds with it.
    pub(crate) fn confine(&self, name: &str, kind: &str) {
        let mut variables = self.variables.borrow_mut();
        if let Some(slot) = variables.get_mut(name.to_lowercase().as_str())
            && let Ok(value) = crate::convert::cast(&slot.value, kind)
        {
            slot.value = value;
            slot.kind = Some(Rc::from(kind));
        }
    }

    /// Says that a variable holds what a pipeline wrote that wrote nothing.
    pub(crate) fn mark_nothing(&self, key: &str) {
        if let Some(slot) = self.variables.borrow_mut().get_mut(key) {
            slot.nothing = true;
        }
    }

    pub(crate) fn put(&self, name: &str, slot: Slot) {
        let key: Rc<str> = Rc::from(name.to_lowercase());
        self.variables.borrow_mut().insert(key, slot);
    }

    pub(crate) fn unset(&self, name: &str) -> bool {
        let key = name.to_lowercase();
        self.variables.borrow_mut().remove(key.as_str()).is_some()
    }

    /// The names of all variables that are seen from here, as written.
    pub(crate) fn names(&self) -> Vec<Rc<str>> {
        let mut all = BTreeMap::new();
        for scope in self.chain() {
            for (key, slot) in scope.variables.borrow().iter() {
                all.entry(Rc::clone(key))
                    .or_insert_with(|| Rc::clone(&slot.written));
            }
        }
        all.into_values().collect()
    }

    /// The names of its own variables, in lower case.
    pub(crate) fn local_names(&self) -> Vec<Rc<str>> {
        self.variables.borrow().keys().cloned().collect()
    }

    pub(crate) fn function(&self, name: &str) -> Option<FunctionDefinition> {
        let key = name.to_lowercase();
        self.chain()
            .find_map(|it| it.functions.borrow().get(&key).cloned())
    }

    pub(crate) fn define(&self, function: FunctionDefinition) {
        let key = function.name.to_lowercase();
        self.functions.borrow_mut().insert(key, function);
    }

    pub(crate) fn function_names(&self) -> Vec<Rc<str>> {
        let mut names = BTreeMap::new();
        for scope in self.chain() {
            for (key, function) in scope.functions.borrow().iter() {
                names
                    .entry(key.clone())
                    .or_insert_with(|| Rc::clone(&function.name));
            }
        }
        names.into_values().collect()
    }

    pub(crate) fn undefine(&self, name: &str) -> bool {
        let key = name.to_lowercase();
        self.chain()
            .any(|it| it.functions.borrow_mut().remove(&key).is_some())
    }

    pub(crate) fn alias(&self, name: &str) -> Option<Rc<str>> {
        let key = name.to_lowercase();
        self.chain()
            .find_map(|it| it.aliases.borrow().get(&key).cloned())
    }

    pub(crate) fn set_alias(&self, name: &str, command: &str) {
        self.aliases
            .borrow_mut()
            .insert(name.to_lowercase(), Rc::from(command));
    }

    pub(crate) fn strict_level(&self) -> u8 {
        self.chain().find_map(|it| it.strict.get()).unwrap_or(0)
    }
}

impl BlockBody {
    /// What the interpreter keeps in a script block.
    pub(crate) fn of(block: &ScriptBlock) -> Option<Rc<Self>> {
        Rc::clone(&block.body).downcast().ok()
    }
}
