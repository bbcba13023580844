//! The key file: TOML with one `[[key]]` per key, readable by its owner only.

use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{KeyId, Vault, VaultError, random_bytes};
use crate::clock::Timestamp;

/// Why a key file cannot be used. No part of a key is in it.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It is not there, though the store was made with one.
    #[error(
        "the key file {} is missing; put it back from its backup: without it nobody can read this store's addresses",
        .0.display()
    )]
    Missing(PathBuf),
    /// It cannot be read or written.
    #[error("cannot use the key file {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others than its owner may read it.
    #[error("the key file {} may be read by others; run: chmod 600 {}", .0.display(), .0.display())]
    Open(PathBuf),
    /// It is not a key file.
    #[error("the key file {} is damaged ({reason}); put it back from its backup", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, without its content.
        reason: String,
    },
    /// The keys cannot be used.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    key: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: KeyId,
    secret: String,
    #[serde(default)]
    retired: bool,
    #[serde(default, rename = "created")]
    _created: Option<String>,
}

impl Vault {
    /// Reads the keys at `path`.
    ///
    /// # Errors
    ///
    /// When the file is missing, readable by others, or damaged.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let io = |source| KeyFileError::Io { path: path.to_owned(), source };
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(KeyFileError::Missing(path.to_owned()));
            }
            other => other.map_err(io)?,
        };
        if std::fs::metadata(path).map_err(io)?.permissions().mode() & 0o077 != 0 {
            return Err(KeyFileError::Open(path.to_owned()));
        }
        let damaged = |reason: &str| KeyFileError::Damaged { path: path.to_owned(), reason: reason.to_owned() };
        // The parser's own message may quote the line, which may be the key.
        let file: File = toml::from_str(&text).map_err(|_| damaged("it is no list of keys"))?;
        let mut secrets = Vec::new();
        for entry in &file.key {
            let secret = STANDARD.decode(&entry.secret).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
            secrets.push((entry.id, entry.retired, secret.ok_or_else(|| damaged("a secret is not 32 bytes"))?));
        }
        Self::new(secrets)?.ok_or_else(|| damaged("every key in it is retired"))
    }

    /// Makes a new key at `path`, mode 0600, and reads it back; never replaces a file.
    ///
    /// # Errors
    ///
    /// When there is a file already, or none can be made.
    pub fn create(path: &Path, now: Timestamp) -> Result<Self, KeyFileError> {
        let io = |source| KeyFileError::Io { path: path.to_owned(), source };
        let secret = STANDARD.encode(random_bytes::<32>()?);
        let text = format!(
            "# Opens the addresses in Handbill's store. Keep a copy apart from the store's backup; show it to nobody.\n\
             [[key]]\nid = 1\ncreated = \"{now}\"\nsecret = \"{secret}\"\n"
        );
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(io)?;
        }
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(io)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
        Self::read(path)
    }
}
