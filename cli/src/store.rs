//! A served world on disk: a copy of what it began with, and the journal of what happened to it.
//!
//! The journal is a redb database: an entry is on disk before its request is answered. Starting
//! again builds the world from the copy and goes through the journal.

use std::path::{Path, PathBuf};

use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition};
use serde_json::Value;

use crate::error::Error;
use crate::{files, report};

/// Entries of the journal by their numbers, as JSON.
const JOURNAL: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("journal");
/// How the world was begun, as JSON.
const FACTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("facts");
/// What stands under `begun`.
const BEGUN: &str = "begun";

/// The directory of a served world.
#[derive(Debug)]
pub(crate) struct Store {
    directory: PathBuf,
    database: Database,
}

impl Store {
    /// Opens the directory, or makes it.
    pub(crate) fn open(directory: &Path) -> Result<Self, Error> {
        files::make_directory(directory)?;
        let path = directory.join("journal.redb");
        let database = Database::create(&path).map_err(|error| failed(directory, &error))?;
        let store = Self {
            directory: directory.to_owned(),
            database,
        };
        store.write(|_, _| Ok(()))?;
        Ok(store)
    }

    /// Where the copy of the world lies.
    pub(crate) fn world(&self) -> PathBuf {
        self.directory.join("world")
    }

    /// How the world was begun, if it was.
    pub(crate) fn begun(&self) -> Result<Option<Value>, Error> {
        let read = || -> Result<Option<Value>, redb::Error> {
            let facts = self.database.begin_read()?.open_table(FACTS)?;
            let found = facts.get(BEGUN)?;
            Ok(found.and_then(|it| serde_json::from_slice(it.value()).ok()))
        };
        read().map_err(|error| failed(&self.directory, &error))
    }

    /// Takes down how the world is begun.
    pub(crate) fn begin(&self, begun: &Value) -> Result<(), Error> {
        let text = begun.to_string();
        self.write(|facts, _| facts.insert(BEGUN, text.as_bytes()).map(drop))
    }

    /// The entries of the journal in order.
    pub(crate) fn entries(&self) -> Result<Vec<Value>, Error> {
        let read = || -> Result<Vec<Value>, redb::Error> {
            let journal = self.database.begin_read()?.open_table(JOURNAL)?;
            let mut entries = Vec::new();
            for entry in journal.iter()? {
                let (_, entry) = entry?;
                entries.push(serde_json::from_slice(entry.value()).unwrap_or_default());
            }
            Ok(entries)
        };
        read().map_err(|error| failed(&self.directory, &error))
    }

    fn write(
        &self,
        write: impl FnOnce(&mut Facts<'_>, &mut Journal<'_>) -> Kept,
    ) -> Result<(), Error> {
        self.commit(write)
            .map_err(|error| failed(&self.directory, &error))
    }

    /// Writes in one transaction, which is on disk when this returns.
    fn commit(
        &self,
        write: impl FnOnce(&mut Facts<'_>, &mut Journal<'_>) -> Kept,
    ) -> Result<(), redb::Error> {
        let transaction = self.database.begin_write()?;
        {
            let mut facts = transaction.open_table(FACTS)?;
            let mut journal = transaction.open_table(JOURNAL)?;
            write(&mut facts, &mut journal)?;
        }
        transaction.commit()?;
        Ok(())
    }
}

type Facts<'t> = redb::Table<'t, &'static str, &'static [u8]>;
type Journal<'t> = redb::Table<'t, u64, &'static [u8]>;
type Kept = Result<(), redb::StorageError>;

impl host::Keep for Store {
    fn keep(&self, number: u64, entry: &Value) -> Result<(), String> {
        let text = entry.to_string();
        let kept = self.commit(|_, journal| journal.insert(number, text.as_bytes()).map(drop));
        kept.map_err(|error| {
            let place = self.directory.display();
            report::note(&format!(
                "error: the journal in {place} can't be written: {error}\nnothing is answered any \
                 more; stop the server, make room, and start it again\n"
            ));
            error.to_string()
        })
    }
}

fn failed(directory: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::Usage {
        message: format!("{} can't be used: {error}", directory.display()),
        help: "is another server using it? It holds the world of `serve --state`".to_owned(),
    }
}
