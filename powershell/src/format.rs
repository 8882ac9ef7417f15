//! How values are shown.

pub(crate) mod composite;
pub(crate) mod date;
pub(crate) mod number;
pub(crate) mod parse;

pub(crate) use composite::composite;
pub use composite::operator;
