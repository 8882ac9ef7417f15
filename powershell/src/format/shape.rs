//! What a format cmdlet makes of its input: a shape that is drawn where it arrives.

use std::rc::Rc;

use crate::value::{Object, Value};

/// A column of a table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Column {
    /// What stands above it.
    pub(crate) label: String,
    /// Its width; none is whatever is left.
    pub(crate) width: Option<usize>,
    /// Whether it is aligned right; none follows from the first value.
    pub(crate) right: Option<bool>,
}

/// A table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    /// Its columns.
    pub(crate) columns: Vec<Column>,
    /// Its rows, a value for every column.
    pub(crate) rows: Vec<Vec<Value>>,
    /// Whether columns are as wide as what is in them.
    pub(crate) auto: bool,
    /// Whether long texts go on in the next line.
    pub(crate) wrap: bool,
    /// Whether there is no head.
    pub(crate) headless: bool,
}

/// What is drawn.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// A table.
    Table(Table),
    /// Objects as lists of labels and values.
    List(Vec<Vec<(String, Value)>>),
    /// One value of each object, in columns.
    Wide {
        /// The values.
        values: Vec<Value>,
        /// How many columns; none is as many as fit.
        columns: Option<usize>,
        /// Whether columns are as wide as what is in them.
        auto: bool,
    },
}

/// Shapes, each under a head of its own where they are grouped.
#[derive(Debug, Clone)]
pub(crate) struct Formatted(pub(crate) Vec<(Option<String>, Shape)>);

impl Formatted {
    /// As an object that goes down a pipeline.
    pub(crate) fn into_value(self) -> Value {
        let none: Vec<(&str, Value)> = Vec::new();
        let kind = "Microsoft.PowerShell.Commands.Internal.Format.FormatEntryData";
        let object = Object::typed(&[kind, "System.Object"], none, Some(kind));
        Value::Object(object.with_native(Rc::new(self)))
    }

    /// The shapes in a value, if there are any.
    pub(crate) fn of(value: &Value) -> Option<&Self> {
        match value {
            Value::Object(object) => object.native::<Self>(),
            _ => None,
        }
    }
}
