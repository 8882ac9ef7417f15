//! Making a directory of an export.

mod build;
mod facts;
mod names;
mod survey;

use jiff::Timestamp;

use super::error::Errors;
use super::{LdifError, Notes, decode};
use crate::directory::{Directory, DirectoryOptions, Dn, Schema};

/// How a file is to be loaded.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// The name of the domain; if not given, the file tells it.
    pub base: Option<Dn>,
    /// Attributes and classes outside the schema that are taken as they are; `*` takes any.
    pub accept: Vec<String>,
    /// Whether objects that are deleted later keep their attributes and links.
    pub recycle_bin: bool,
    /// Whether later changes may give a userPrincipalName only once.
    pub enforce_unique_upn: bool,
    /// Whether entries without an objectGUID are new objects, which get one that follows from
    /// their name, and the SID and the defaults of an object that is added; otherwise accounts,
    /// groups and contacts without one are an error, for they could never be matched.
    pub complete: bool,
    /// What may be stored.
    pub schema: Schema,
    /// The time that entries get which do not tell their own.
    pub now: Timestamp,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            base: None,
            accept: Vec::new(),
            recycle_bin: true,
            enforce_unique_upn: true,
            complete: false,
            schema: Schema::standard(),
            now: Timestamp::UNIX_EPOCH,
        }
    }
}

/// A file that was loaded.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What it describes.
    pub directory: Directory,
    /// What is worth knowing about it.
    pub notes: Notes,
}

/// Makes a directory of an export: entries in any order, with or without the objects above them.
///
/// Computed attributes of the file are not taken over: uSNCreated and uSNChanged count the load
/// itself, and memberOf follows from the members of the groups.
///
/// ```
/// let text = "\
/// dn: CN=Ann,OU=Staff,DC=example,DC=test
/// objectClass: user
/// objectGUID:: AREkO7viVUKMr0E2xWapYg==
/// sAMAccountName: ann
/// ";
/// let loaded = mock_ad::ldif::load(text.as_bytes(), &Default::default()).unwrap();
/// assert_eq!(loaded.directory.dns_name(), "example.test");
/// assert!(loaded.directory.find_by_sam_account_name("ANN").is_some());
/// assert_eq!(loaded.notes.placeholders.len(), 2, "the domain and OU=Staff");
/// ```
pub fn load(bytes: &[u8], options: &LoadOptions) -> Result<Loaded, Vec<LdifError>> {
    let (text, encoding) = decode(bytes).map_err(|error| vec![error])?;
    let mut errors = Errors::default();
    let mut notes = Notes::new(encoding);
    let survey = survey::survey(&text, options, &mut errors, &mut notes);
    let base = options.base.clone().or_else(|| survey.base());
    let Some(base) = base else {
        errors.or(())?;
        return Err(vec![LdifError::new(
            1,
            "the file contains no entry that tells its domain",
            "export with `ldifde -f ad.ldf -u`, or give the name of the domain",
        )]);
    };
    let settings = DirectoryOptions {
        recycle_bin: options.recycle_bin,
        enforce_unique_upn: options.enforce_unique_upn,
        schema: survey.schema.clone(),
        ..DirectoryOptions::new(base)
    };
    let entries = survey.into_entries(&settings.base, &mut errors);
    let build =
        build::Build::new(settings, options.now, notes, &mut errors).completing(options.complete);
    let loaded = build.run(entries);
    errors.or(loaded)
}
