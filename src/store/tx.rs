//! Transactions: what is written together.

use sqlx::{Postgres, Sqlite, Transaction};

use super::{Result, Store, on, on_tx};
use crate::clock::Timestamp;

/// An open transaction. Dropped without [`Tx::commit`], it leaves nothing behind.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite; it holds the write lock from its beginning, unless it only reads.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

impl Store {
    /// Begins a transaction that may write.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached or stays locked.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            // A deferred one could find, at its first write, that another has written meanwhile, and would have to fail.
            Self::Sqlite(pools) => Tx::Sqlite(pools.write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Begins a transaction that only reads, all of it at one state of the store. On SQLite it keeps nobody from writing, and
    /// a write in it fails.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached.
    pub async fn begin_read(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite(pools) => Tx::Sqlite(pools.read.begin().await?),
            Self::Postgres(pool) => {
                Tx::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        })
    }

    /// A number that grows whenever something was changed that a daemon should look at.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn wake_count(&self) -> Result<i64> {
        on!(self, db => Ok(sqlx::query_scalar("SELECT value FROM meta WHERE name = 'wake'").fetch_one(db).await?))
    }
}

impl Tx {
    /// Makes all of it lasting.
    ///
    /// # Errors
    ///
    /// When the database fails; then nothing of it is kept.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Tells every daemon on this store to look for work.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn wake(&mut self) -> Result<()> {
        on_tx!(self, db => sqlx::query("UPDATE meta SET value = value + 1 WHERE name = 'wake'").execute(db).await?.rows_affected());
        Ok(())
    }

    /// A tick of the post clock: `now`, or just after every tick and cut-off given so far, whichever is later.
    ///
    /// Posts take their `listed_at` from it, and digests pass it with [`Tx::cut_off`]. Its row is locked until the
    /// transaction ends, so a post is either seen by a digest or listed after its cut-off; it cannot fall between.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn tick(&mut self, now: Timestamp) -> Result<Timestamp> {
        const TICK: &str = "UPDATE meta SET value = CASE WHEN value < $1 THEN $1 ELSE value + 1 END \
                            WHERE name = 'post_clock' RETURNING value";
        on_tx!(self, db => Ok(sqlx::query_scalar(TICK).bind(now).fetch_one(db).await?))
    }

    /// Moves the post clock to at least `cut_off`, so that whatever is listed from now on is listed after it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn cut_off(&mut self, cut_off: Timestamp) -> Result<()> {
        const PASS: &str =
            "UPDATE meta SET value = CASE WHEN value < $1 THEN $1 ELSE value END WHERE name = 'post_clock'";
        on_tx!(self, db => sqlx::query(PASS).bind(cut_off).execute(db).await?.rows_affected());
        Ok(())
    }
}
