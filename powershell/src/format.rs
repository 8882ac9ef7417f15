//! How values are shown: default views, tables and lists, and the formats of .NET.

pub(crate) mod cell;
pub(crate) mod composite;
pub(crate) mod date;
pub(crate) mod list;
pub(crate) mod number;
pub(crate) mod parse;
mod render;
pub(crate) mod shape;
pub(crate) mod table;
#[cfg(test)]
mod tests;
pub(crate) mod views;

pub(crate) use composite::composite;
pub use composite::operator;
pub(crate) use render::default_shape;
pub use render::render;
