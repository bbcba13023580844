//! Locks by which the nodes on one PostgreSQL see at once that another has died.
//!
//! A dispatcher holds an advisory lock in a session that it uses for nothing else. The server frees it as soon as the
//! process's connection ends, so leases under a number that nobody locks are dead, however long they would still last.
//! Where a machine vanishes without closing its connections, the end of the lease remains.

use sqlx::{Connection, PgConnection, PgPool};

use super::{Result, Store};

/// What every dispatcher locks besides, together with all others, so that they can be counted: `Handbill`, in two halves.
const EACH: (i32, i32) = (0x4861_6e64, 0x6269_6c6c);

/// A lock on a number, held as long as this process and its connection live.
#[derive(Debug)]
pub struct Holder {
    key: i64,
    session: Option<PgConnection>,
}

impl Holder {
    /// Takes the lock `key`, which must be random, as it is to be nobody else's.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn take(pool: &PgPool, key: i64) -> Result<Self> {
        let mut holder = Self { key, session: None };
        holder.keep(pool).await?;
        Ok(holder)
    }

    /// The number that stands with this holder's leases.
    pub fn key(&self) -> i64 {
        self.key
    }

    /// Looks whether the session still stands, and takes the same lock in another where it does not; false then. While the
    /// server has not noticed the end of the old session, that one still holds the lock, and the next call tries again.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn keep(&mut self, pool: &PgPool) -> Result<bool> {
        if let Some(mut session) = self.session.take()
            && session.ping().await.is_ok()
        {
            self.session = Some(session);
            return Ok(true);
        }
        let mut session = pool.acquire().await?.detach();
        const LOCK: &str = "SELECT pg_try_advisory_lock($1) AND pg_try_advisory_lock_shared($2, $3)";
        let query = sqlx::query_scalar(LOCK).bind(self.key).bind(EACH.0).bind(EACH.1);
        let locked: bool = query.fetch_one(&mut session).await?;
        self.session = locked.then_some(session);
        Ok(false)
    }
}

impl Store {
    /// How many dispatchers are alive at present: on SQLite there is never more than one.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn dispatchers(&self) -> Result<i64> {
        // A lock on two numbers is told by its objsubid.
        const ALIVE: &str = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted \
             AND CAST(classid AS BIGINT) = $1 AND CAST(objid AS BIGINT) = $2 \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        match self {
            Self::Sqlite(_) => Ok(1),
            Self::Postgres(pool) => {
                let query = sqlx::query_scalar(ALIVE).bind(i64::from(EACH.0)).bind(i64::from(EACH.1));
                Ok(query.fetch_one(pool).await?)
            }
        }
    }
}
