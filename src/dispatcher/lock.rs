//! Who dispatches, in a way that the death of a process shows at once.
//!
//! On SQLite one process dispatches; the system's lock says which. On PostgreSQL any number do, and each keeps a lock in the
//! database as long as it lives, whose number stands with its leases.

use std::fs::{File, TryLockError};

use crate::store::holders::Holder;
use crate::store::{Result, Store, StoreError};

/// Held while a process dispatches. The system, or the database, lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub enum DispatchLock {
    /// The only one on a SQLite file.
    Only(File),
    /// One of many on PostgreSQL.
    OneOf(Holder),
}

impl DispatchLock {
    /// Takes the lock; on PostgreSQL one of its own.
    ///
    /// # Errors
    ///
    /// [`StoreError::Busy`] when another process has that of a SQLite file, and when the database fails.
    pub async fn take(store: &Store) -> Result<Self> {
        let pools = match store {
            Store::Sqlite(pools) => pools,
            Store::Postgres(pool) => {
                let key = i64::from_be_bytes(crate::vault::random_bytes()?);
                return Ok(Self::OneOf(Holder::take(pool, key).await?));
            }
        };
        let mut path = pools.file.clone().into_os_string();
        path.push(".lock");
        let failed = |source| StoreError::File { path: path.clone().into(), source };
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self::Only(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::Busy),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// Whether holding the lock means that every older lease in the store is dead.
    pub(super) fn is_only(&self) -> bool {
        matches!(self, Self::Only(_))
    }

    /// The number that stands with this process's leases, where there may be others.
    pub(super) fn holder(&self) -> Option<i64> {
        match self {
            Self::Only(_) => None,
            Self::OneOf(holder) => Some(holder.key()),
        }
    }

    /// Sees to it that the lock is still held; false when it was lost, and had to be taken again.
    pub(super) async fn keep(&mut self, store: &Store) -> Result<bool> {
        match (self, store) {
            (Self::OneOf(holder), Store::Postgres(pool)) => holder.keep(pool).await,
            _ => Ok(true),
        }
    }
}
