//! LDIF: the text in which directories are exported (RFC 2849).
//!
//! - [`load`] makes a [`Directory`](crate::directory::Directory) of an export by `ldifde`,
//!   `ldapsearch` or a Samba tool.
//! - [`write()`] and [`write_ldifde`] make an export of a directory.
//! - [`Reader`] gives the single entries of a file, for other uses.
//!
//! What cannot be read is an [`LdifError`] with its line and what to try; there may be several.

mod decode;
mod error;
mod load;
mod notes;
mod parse;
mod reader;
mod write;

pub use decode::{Encoding, decode};
pub use error::LdifError;
pub use load::{LoadOptions, Loaded, load};
pub use notes::{DuplicateName, Notes, UnresolvedLinks};
pub use reader::{LINE_OF, LINES_FROM, Line, RawValue, Reader, Record};
pub use write::{WriteOptions, write, write_ldifde, write_value};

#[cfg(test)]
mod tests;
