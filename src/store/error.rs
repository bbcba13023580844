//! What can go wrong with the store.

use std::path::PathBuf;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be opened.
    #[error("cannot open the store {what}: {why}{remedy}")]
    Open {
        /// Which one, without its password.
        what: String,
        /// What the database, or the system, said.
        why: String,
        /// What to do, after a separator; empty where nothing more is known.
        remedy: &'static str,
    },
    /// The file or its folder cannot be made or written.
    #[error("cannot use the store's file {}: {source}; make the file and its folder writable for this user", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Its tables are of another version, or cannot be made.
    #[error("cannot bring the store up to date: {0}; was it used with a newer version of Handbill?")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A statement failed.
    #[error("the store failed: {0}")]
    Query(sqlx::Error),
    /// It can be read but not written.
    #[error(
        "the store is read-only; make its file and folder writable for this user, or let this user write to PostgreSQL"
    )]
    ReadOnly,
    /// Another process holds it for longer than we wait.
    #[error("the store is locked by another process; try again, or stop what holds it")]
    Locked,
    /// A key is not the one the store was made with.
    #[error(
        "key {0} of the key file is not the one this store was used with; put back the key file that belongs to it"
    )]
    WrongKey(i16),
    /// The store was used with a key that the key file does not hold.
    #[error("the key file lacks key {0}, which this store was used with; put back the key file that belongs to it")]
    MissingKey(i16),
    /// Another process dispatches from this SQLite file.
    #[error("another process is dispatching from this store; stop it first")]
    Busy,
    /// A stored value is not one that this version could have written.
    #[error(
        "{table}.{column} of row {row} holds what cannot be read; was the store edited, or used with a newer Handbill?"
    )]
    Value {
        /// The table.
        table: &'static str,
        /// Its column.
        column: &'static str,
        /// The row's number.
        row: i64,
    },
    /// The vault could not seal or open something.
    #[error(transparent)]
    Vault(#[from] crate::vault::VaultError),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|error| error.code().map(|code| code.into_owned())) {
            // SQLite's primary result codes 8 (read-only), 5 and 6 (busy, locked), with their extended forms.
            Some(code) if is_sqlite(&error) => match code.parse::<i32>().map(|code| code & 0xff) {
                Ok(8) => Self::ReadOnly,
                Ok(5 | 6) => Self::Locked,
                _ => Self::Query(error),
            },
            // PostgreSQL: read_only_sql_transaction.
            Some(code) if code == "25006" => Self::ReadOnly,
            _ => Self::Query(error),
        }
    }
}

fn is_sqlite(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some())
}
