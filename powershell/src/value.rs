//! What a script computes with.

use std::any::Any;
use std::cell::{Ref, RefCell, RefMut};
use std::fmt;
use std::rc::Rc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::error::ErrorRecord;

/// A value of the language. Arrays, hashtables and objects are shared when cloned, as in .NET;
/// everything else is copied.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// `$null`.
    #[default]
    Null,
    /// `[bool]`.
    Bool(bool),
    /// `[byte]`.
    Byte(u8),
    /// `[int]`, 32 bits: what a whole number in a script is.
    Int(i32),
    /// `[long]`, 64 bits: what whole numbers become when they outgrow an `[int]`.
    Long(i64),
    /// `[double]`.
    Double(f64),
    /// `[decimal]`: 28 digits, exactly.
    Decimal(Decimal),
    /// `[char]`.
    Char(char),
    /// `[string]`.
    Text(Rc<str>),
    /// `[guid]`.
    Guid(Uuid),
    /// `[datetime]`.
    DateTime(DateTime),
    /// `[timespan]`, in ticks of 100 nanoseconds.
    TimeSpan(i64),
    /// `[version]`: major, minor, build, revision; -1 for what is not given.
    Version([i32; 4]),
    /// `[byte[]]`.
    Bytes(Rc<RefCell<Vec<u8>>>),
    /// Any other array or list.
    Array(Array),
    /// `[hashtable]` or `[ordered]`.
    Table(Table),
    /// An object with properties: a `[pscustomobject]` or what a cmdlet returns.
    Object(Object),
    /// `[scriptblock]`.
    Block(ScriptBlock),
    /// A type, such as `[guid]`, by the name it has in .NET (`System.Guid`).
    Type(Rc<str>),
    /// `[securestring]`, in the clear.
    Secure(Rc<str>),
    /// `[regex]`, by its pattern.
    Regex(Rc<str>),
    /// `[System.Management.Automation.ErrorRecord]`.
    Error(Rc<ErrorRecord>),
}

impl Value {
    /// A string.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(Rc::from(text.as_ref()))
    }

    /// A `[byte[]]`.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Bytes(Rc::new(RefCell::new(bytes.into())))
    }

    /// An `[object[]]`.
    pub fn array(values: impl IntoIterator<Item = Self>) -> Self {
        Self::Array(Array::new(ArrayKind::Objects, values))
    }

    /// A `[string[]]`.
    pub fn texts<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> Self {
        let values = values.into_iter().map(Self::text);
        Self::Array(Array::new(
            ArrayKind::Typed(Rc::from("System.String")),
            values,
        ))
    }

    /// Whether it is `$null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// What a pipeline hands on one by one: the elements of an array, nothing for nothing, the
    /// value itself otherwise. `$null` in a pipeline is one `$null`; a hashtable is one object.
    pub fn enumerate(&self) -> Vec<Self> {
        match self {
            Self::Array(array) => array.borrow().clone(),
            Self::Bytes(bytes) => bytes.borrow().iter().copied().map(Self::Byte).collect(),
            other => vec![other.clone()],
        }
    }

    /// What several outputs are as one value: `$null`, the only one, or an array.
    pub fn collected(mut values: Vec<Self>) -> Self {
        match values.len() {
            0 => Self::Null,
            1 => values.remove(0),
            _ => Self::array(values),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Rc::from(text))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(value)
    }
}

/// What a `[datetime]` says about its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateTimeKind {
    /// Nothing.
    Unspecified,
    /// UTC.
    Utc,
    /// The time zone of the host, which is UTC too unless the host says otherwise.
    Local,
}

/// A point in time as .NET has it: ticks and what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime {
    /// The fields of the clock, as if they were UTC.
    pub clock: Timestamp,
    /// What zone they are in.
    pub kind: DateTimeKind,
}

/// What sort of array or list a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArrayKind {
    /// `[object[]]`.
    Objects,
    /// An array of one type, such as `System.String` for `[string[]]`.
    Typed(Rc<str>),
    /// `[System.Collections.ArrayList]`.
    ArrayList,
    /// `[System.Collections.Generic.List[T]]`, with T.
    List(Rc<str>),
    /// Another collection that can grow, under the name it has in .NET, such as
    /// `Microsoft.ActiveDirectory.Management.ADPropertyValueCollection`.
    Named(Rc<str>),
}

/// An array or a list.
#[derive(Debug, Clone)]
pub struct Array {
    kind: ArrayKind,
    values: Rc<RefCell<Vec<Value>>>,
}

impl Array {
    /// An array of these values.
    pub fn new(kind: ArrayKind, values: impl IntoIterator<Item = Value>) -> Self {
        Self {
            kind,
            values: Rc::new(RefCell::new(values.into_iter().collect())),
        }
    }

    /// What sort it is.
    pub const fn kind(&self) -> &ArrayKind {
        &self.kind
    }

    /// Whether it can grow: a list, and not an array.
    pub const fn grows(&self) -> bool {
        !matches!(self.kind, ArrayKind::Objects | ArrayKind::Typed(_))
    }

    /// Its values.
    pub fn borrow(&self) -> Ref<'_, Vec<Value>> {
        self.values.borrow()
    }

    /// Its values, to change them.
    pub fn borrow_mut(&self) -> RefMut<'_, Vec<Value>> {
        self.values.borrow_mut()
    }

    /// Whether it is the same array, not an equal one.
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.values, &other.values)
    }
}

/// A hashtable. It keeps the order in which keys came in, also where .NET promises none. Keys
/// that are strings are compared without case.
#[derive(Debug, Clone)]
pub struct Table {
    ordered: bool,
    entries: Rc<RefCell<Vec<(Value, Value)>>>,
}

impl Table {
    /// An empty table: `[ordered]` or not.
    pub fn new(ordered: bool) -> Self {
        Self {
            ordered,
            entries: Rc::default(),
        }
    }

    /// Whether it is `[ordered]`.
    pub const fn is_ordered(&self) -> bool {
        self.ordered
    }

    /// Its entries.
    pub fn borrow(&self) -> Ref<'_, Vec<(Value, Value)>> {
        self.entries.borrow()
    }

    /// Its entries, to change them. Who adds one sees to it that its key is new.
    pub fn borrow_mut(&self) -> RefMut<'_, Vec<(Value, Value)>> {
        self.entries.borrow_mut()
    }

    /// The value of a key.
    pub fn get(&self, key: &Value) -> Option<Value> {
        let entries = self.borrow();
        entries
            .iter()
            .find(|(it, _)| same_key(it, key))
            .map(|(_, value)| value.clone())
    }

    /// The value of a key that is a string.
    pub fn get_text(&self, key: &str) -> Option<Value> {
        self.get(&Value::text(key))
    }

    /// Sets the value of a key.
    pub fn set(&self, key: Value, value: Value) {
        let mut entries = self.borrow_mut();
        match entries.iter_mut().find(|(it, _)| same_key(it, &key)) {
            Some(entry) => entry.1 = value,
            None => entries.push((key, value)),
        }
    }

    /// Takes a key out.
    pub fn remove(&self, key: &Value) -> Option<Value> {
        let mut entries = self.borrow_mut();
        let place = entries.iter().position(|(it, _)| same_key(it, key))?;
        Some(entries.remove(place).1)
    }

    /// Whether it is the same table, not an equal one.
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entries, &other.entries)
    }
}

/// Whether two keys of a hashtable are the same: strings without case, everything else exactly.
fn same_key(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Text(one), Value::Text(other)) => {
            one.len() == other.len() && one.eq_ignore_ascii_case(other)
                || one.to_lowercase() == other.to_lowercase()
        }
        (Value::Int(one), Value::Int(other)) => one == other,
        (Value::Long(one), Value::Long(other)) => one == other,
        (Value::Decimal(one), Value::Decimal(other)) => one == other,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Char(one), Value::Char(other)) => one == other,
        (Value::Guid(one), Value::Guid(other)) => one == other,
        (Value::Object(one), Value::Object(other)) => one.is(other),
        _ => false,
    }
}

/// How a property gets its value.
#[derive(Debug, Clone)]
pub enum Property {
    /// It holds a value, and may be set.
    Note(Value),
    /// It holds a value of .NET (what cmdlets return). Setting it is allowed unless the object
    /// [refuses](Object::is_read_only).
    Member(Value),
    /// It is computed by a block, with the object as `$this`.
    Script(ScriptBlock),
    /// It is another property under a second name.
    Alias(Rc<str>),
}

/// An object with properties.
#[derive(Clone)]
pub struct Object(Rc<ObjectData>);

struct ObjectData {
    type_names: Vec<Rc<str>>,
    properties: RefCell<Vec<(Rc<str>, Property)>>,
    methods: RefCell<Vec<(Rc<str>, ScriptBlock)>>,
    /// What it is as a string, where that is not made from its properties.
    shown: Option<Rc<str>>,
    native: Option<Rc<dyn Any>>,
    read_only: bool,
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Object").field(&self.0.type_names).finish()
    }
}

/// The type of `[pscustomobject]`.
pub const CUSTOM: &str = "System.Management.Automation.PSCustomObject";

impl Object {
    /// A `[pscustomobject]`.
    pub fn custom<N: AsRef<str>>(properties: impl IntoIterator<Item = (N, Value)>) -> Self {
        let properties = properties.into_iter();
        let notes =
            properties.map(|(name, value)| (Rc::from(name.as_ref()), Property::Note(value)));
        Self::build(
            [CUSTOM, "System.Object"],
            notes.collect(),
            None,
            None,
            false,
        )
    }

    /// An object of .NET: its types, the most special one first, its properties, and what it is
    /// as a string.
    pub fn typed<N: AsRef<str>>(
        type_names: &[&str],
        properties: impl IntoIterator<Item = (N, Value)>,
        shown: Option<&str>,
    ) -> Self {
        let properties = properties.into_iter();
        let members =
            properties.map(|(name, value)| (Rc::from(name.as_ref()), Property::Member(value)));
        let types = type_names.iter().copied();
        Self::build(types, members.collect(), shown.map(Rc::from), None, false)
    }

    /// The same, with something of the module's own in it.
    #[must_use]
    pub fn with_native(self, native: Rc<dyn Any>) -> Self {
        Self(Rc::new(ObjectData {
            type_names: self.0.type_names.clone(),
            properties: RefCell::new(self.0.properties.borrow().clone()),
            methods: RefCell::new(self.0.methods.borrow().clone()),
            shown: self.0.shown.clone(),
            native: Some(native),
            read_only: self.0.read_only,
        }))
    }

    fn build<'a>(
        type_names: impl IntoIterator<Item = &'a str>,
        properties: Vec<(Rc<str>, Property)>,
        shown: Option<Rc<str>>,
        native: Option<Rc<dyn Any>>,
        read_only: bool,
    ) -> Self {
        Self(Rc::new(ObjectData {
            type_names: type_names.into_iter().map(Rc::from).collect(),
            properties: RefCell::new(properties),
            methods: RefCell::default(),
            shown,
            native,
            read_only,
        }))
    }

    /// Its types, the most special one first (`PSObject.TypeNames`).
    pub fn type_names(&self) -> &[Rc<str>] {
        &self.0.type_names
    }

    /// Its properties, in order.
    pub fn properties(&self) -> Ref<'_, Vec<(Rc<str>, Property)>> {
        self.0.properties.borrow()
    }

    /// A property, by name without case.
    pub fn property(&self, name: &str) -> Option<Property> {
        let properties = self.properties();
        let found = properties
            .iter()
            .find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, property)| property.clone())
    }

    /// The value of a property that holds one; an alias is followed.
    pub fn get(&self, name: &str) -> Option<Value> {
        match self.property(name)? {
            Property::Note(value) | Property::Member(value) => Some(value),
            Property::Alias(other) => self.get(&other),
            Property::Script(_) => None,
        }
    }

    /// Sets a property, or adds it. A note stays a note, a member a member.
    pub fn set(&self, name: &str, value: Value) {
        let mut properties = self.0.properties.borrow_mut();
        match properties
            .iter_mut()
            .find(|(it, _)| it.eq_ignore_ascii_case(name))
        {
            Some((_, property @ Property::Member(_))) => *property = Property::Member(value),
            Some((_, property)) => *property = Property::Note(value),
            None => properties.push((Rc::from(name), Property::Note(value))),
        }
    }

    /// Adds a property of any kind, or replaces it.
    pub fn add(&self, name: &str, property: Property) {
        let mut properties = self.0.properties.borrow_mut();
        match properties
            .iter_mut()
            .find(|(it, _)| it.eq_ignore_ascii_case(name))
        {
            Some(found) => found.1 = property,
            None => properties.push((Rc::from(name), property)),
        }
    }

    /// Takes a property out.
    pub fn remove(&self, name: &str) -> bool {
        let mut properties = self.0.properties.borrow_mut();
        let before = properties.len();
        properties.retain(|(it, _)| !it.eq_ignore_ascii_case(name));
        properties.len() < before
    }

    /// A method that a script gave it (`Add-Member -MemberType ScriptMethod`).
    pub fn method(&self, name: &str) -> Option<ScriptBlock> {
        let methods = self.0.methods.borrow();
        methods
            .iter()
            .find(|(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, it)| it.clone())
    }

    /// Gives it a method.
    pub fn add_method(&self, name: &str, block: ScriptBlock) {
        self.0.methods.borrow_mut().push((Rc::from(name), block));
    }

    /// What it is as a string, where that is not made from its properties.
    pub fn shown(&self) -> Option<&Rc<str>> {
        self.0.shown.as_ref()
    }

    /// What its module keeps in it.
    pub fn native<T: 'static>(&self) -> Option<&T> {
        self.0.native.as_deref().and_then(|it| it.downcast_ref())
    }

    /// Whether its members can't be set.
    pub fn is_read_only(&self) -> bool {
        self.0.read_only
    }

    /// Whether it is the same object, not an equal one.
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// A script block: the text between its braces, and what the interpreter made of it.
#[derive(Clone)]
pub struct ScriptBlock {
    /// The text between the braces.
    pub text: Rc<str>,
    /// The parsed block and whatever the interpreter keeps with it.
    pub body: Rc<dyn Any>,
}

impl fmt::Debug for ScriptBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ScriptBlock").field(&self.text).finish()
    }
}
