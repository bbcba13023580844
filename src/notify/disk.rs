//! How full the disk is on which the store lies.

use std::io;
use std::path::{Path, PathBuf};

use crate::app::App;

/// The room on a file system, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disk {
    /// What this user may still write.
    pub free: u64,
    /// All of it.
    pub total: u64,
}

impl Disk {
    /// That of the file system on which `folder` lies.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let found = rustix::fs::statvfs(folder)?;
        let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
        Ok(Self { free: bytes(found.f_bavail), total: bytes(found.f_blocks) })
    }
}

/// Where this machine keeps what it writes: the database on SQLite; on PostgreSQL, which lies elsewhere, the key file.
pub(super) fn folder(app: &App) -> PathBuf {
    let key_file = app.config.key_file();
    let folder = app.store.folder().or(key_file.parent()).filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// What this machine is called, so that one node does not say that another's disk is well.
pub(super) fn machine() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_is_that_of_the_file_system() {
        let here = tempfile::tempdir().unwrap();
        let disk = Disk::of(here.path()).unwrap();
        assert!(disk.total > 1_000_000 && disk.free <= disk.total, "{disk:?}");
        assert!(Disk::of(&here.path().join("missing")).is_err());
        assert!(!machine().is_empty());
    }
}
