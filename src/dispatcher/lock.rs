//! Who dispatches, in a way that the death of a process shows at once.
//!
//! On SQLite one process dispatches; the system's lock says which. On PostgreSQL any number do, and each keeps a lock in the
//! database as long as it lives, whose number stands with its leases.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

use crate::store::holders::Holder;
use crate::store::{Result, Sqlite, Store, StoreError};

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
        let path = path(pools);
        let failed = |source| StoreError::File { path: path.clone(), source };
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        for _ in 0..LOOKS {
            match file.try_lock() {
                Ok(()) => return Ok(Self::Only(file)),
                // Perhaps by somebody who only looks.
                Err(TryLockError::WouldBlock) => tokio::time::sleep(LOOK).await,
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
        Err(StoreError::Busy)
    }

    /// Whether a process dispatches from this store at present, which then also plans.
    ///
    /// # Errors
    ///
    /// When the lock's file cannot be read, or the database fails.
    pub async fn is_taken(store: &Store) -> Result<bool> {
        let Store::Sqlite(pools) = store else { return Ok(store.dispatchers().await? > 0) };
        let path = path(pools);
        let looked = match File::open(&path) {
            Ok(file) => file.try_lock_shared(),
            // There never was one.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => Err(TryLockError::Error(error)),
        };
        match looked {
            // The file's end gives the lock back.
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(source)) => Err(StoreError::File { path, source }),
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

/// How often to try for a lock that another has, and how long to wait in between.
const LOOKS: u32 = 5;
const LOOK: Duration = Duration::from_millis(20);

fn path(pools: &Sqlite) -> PathBuf {
    let mut path = pools.file.clone().into_os_string();
    path.push(".lock");
    path.into()
}
