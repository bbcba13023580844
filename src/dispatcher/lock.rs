//! On SQLite one process dispatches; the system's lock says which.

use std::fs::{File, TryLockError};

use crate::store::{Result, Store, StoreError};

/// Held while a process dispatches from a SQLite store. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct DispatchLock {
    _file: Option<File>,
}

impl DispatchLock {
    /// Takes the lock; on PostgreSQL there is none to take, as leases keep nodes apart.
    ///
    /// # Errors
    ///
    /// [`StoreError::Busy`] when another process has it.
    pub fn take(store: &Store) -> Result<Self> {
        let Store::Sqlite(pools) = store else { return Ok(Self { _file: None }) };
        let mut path = pools.file.clone().into_os_string();
        path.push(".lock");
        let failed = |source| StoreError::File { path: path.clone().into(), source };
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Busy),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// Whether holding the lock means that every lease in the store is dead.
    pub(super) fn exclusive_on(store: &Store) -> bool {
        matches!(store, Store::Sqlite(_))
    }
}
