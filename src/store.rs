//! All SQL: the store on SQLite or PostgreSQL, one file per noun.
//!
//! Both databases run the same statements. [`Store`] reads and begins transactions, [`Tx`] writes; the macro `on!`
//! runs one body on whichever database it is. The few words in which the dialects differ stand in this file.

pub mod appeals;
pub mod archive;
pub mod asked;
pub mod audience;
pub mod audit;
pub mod domains;
pub mod editions;
mod error;
pub mod holders;
mod keys;
pub mod links;
pub mod names;
pub mod notices;
mod open;
pub mod posts;
pub mod proposals;
pub mod queue;
pub mod relays;
pub mod revisions;
mod schedules;
pub mod sources;
pub mod subscribers;
pub mod suppressions;
pub mod tallies;
pub mod told;
pub mod translations;
pub mod turns;
mod tx;
pub mod versions;

pub mod deliveries;

pub use error::StoreError;
pub use tx::Tx;

use sqlx::{PgPool, SqlitePool};

/// The result of every function of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Where everything is kept.
#[derive(Clone, Debug)]
pub enum Store {
    /// One file on this machine.
    Sqlite(Sqlite),
    /// A PostgreSQL database, shared by any number of nodes.
    Postgres(PgPool),
}

/// SQLite lets one connection write at a time: it is kept apart, so that readers never wait for it.
#[derive(Clone, Debug)]
pub struct Sqlite {
    pub(crate) write: SqlitePool,
    pub(crate) read: SqlitePool,
    pub(crate) file: std::path::PathBuf,
}

/// Runs `$body` with `$db` as an executor of the database at hand; in it, `Db` names that database.
macro_rules! on {
    ($store:expr, $db:ident => $body:expr) => {
        match $store {
            $crate::store::Store::Sqlite(pools) => {
                #[allow(dead_code, clippy::allow_attributes, reason = "not every body names its database")]
                type Db = sqlx::Sqlite;
                let $db = &pools.read;
                $body
            }
            $crate::store::Store::Postgres(pool) => {
                #[allow(dead_code, clippy::allow_attributes, reason = "not every body names its database")]
                type Db = sqlx::Postgres;
                let $db = pool;
                $body
            }
        }
    };
}

/// As `on!`, within a transaction.
macro_rules! on_tx {
    ($tx:expr, $db:ident => $body:expr) => {
        match $tx {
            $crate::store::Tx::Sqlite(tx) => {
                #[allow(dead_code, clippy::allow_attributes, reason = "not every body names its database")]
                type Db = sqlx::Sqlite;
                let $db = &mut **tx;
                $body
            }
            $crate::store::Tx::Postgres(tx) => {
                #[allow(dead_code, clippy::allow_attributes, reason = "not every body names its database")]
                type Db = sqlx::Postgres;
                let $db = &mut **tx;
                $body
            }
        }
    };
}

/// The condition that a column is among what `select` names, whose rows nobody else is changing.
///
/// On PostgreSQL those that another node is changing are passed over, and looked up one by one: joined with them, the
/// whole table could be read, as the planner cannot know how few rows a LIMIT leaves. SQLite knows neither word nor need.
fn free_among(postgres: bool, select: &str) -> String {
    match postgres {
        true => format!("= ANY (ARRAY({select} FOR UPDATE SKIP LOCKED))"),
        false => format!("IN ({select})"),
    }
}

pub(crate) use {on, on_tx};
