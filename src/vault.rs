//! Sealed addresses, keyed blind indexes, link tokens, and the keys for them.
//!
//! The keys lie in a file that is not in the database, so that a copied database shows nobody. Each key of the file
//! yields sub-keys by HKDF (RFC 5869), one per use, so that no two uses ever share one. The newest key that is not
//! retired seals and indexes; all of them open, look up and verify. See docs/decisions/002.

mod keyfile;
mod token;

use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{hkdf, hmac, rand};

use crate::address::Address;

pub use keyfile::KeyFileError;
pub use token::{Token, TokenError, TokenPurpose};

/// The number of a key in the key file; rows carry the one they were sealed with.
pub type KeyId = i16;

/// The keyed hash under which one person's address is found without being read.
pub type AddressIndex = Vec<u8>;

/// Which column a value is sealed for: a value moved to another one does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The address, as given.
    Address,
    /// The name.
    Name,
    /// How and where somebody consented.
    ConsentNote,
}

impl Column {
    const fn label(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Name => "name",
            Self::ConsentNote => "consent_note",
        }
    }
}

/// Why a sealed value does not open, or none can be made. It never holds the value.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The row was sealed with a key that the key file does not hold.
    #[error("the key file holds no key {0}; put back the key file that belongs to this store")]
    NoSuchKey(KeyId),
    /// Altered, truncated, of another row or column, or sealed with another key.
    #[error("the sealed {0} does not open: it was altered, or the key is not the one it was sealed with")]
    Sealed(&'static str),
    /// The crypto library refused; it should not happen.
    #[error("the crypto library failed to {0}")]
    Library(&'static str),
}

/// The keys of a store, ready for use.
pub struct Vault {
    keys: BTreeMap<KeyId, Keys>,
    current: KeyId,
}

struct Keys {
    seal: LessSafeKey,
    token: LessSafeKey,
    address: hmac::Key,
    domain: hmac::Key,
    message: hmac::Key,
    check: hmac::Key,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("current", &self.current).finish_non_exhaustive()
    }
}

impl Keys {
    fn derive(secret: &[u8; 32]) -> Result<Self, VaultError> {
        let failed = |_| VaultError::Library("derive keys");
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"handbill").extract(secret);
        let sub_key = |purpose: &str| -> Result<[u8; 32], VaultError> {
            let mut bytes = [0; 32];
            root.expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256).map_err(failed)?.fill(&mut bytes).map_err(failed)?;
            Ok(bytes)
        };
        let aead = |purpose| -> Result<LessSafeKey, VaultError> {
            Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM_SIV, &sub_key(purpose)?).map_err(failed)?))
        };
        let mac =
            |purpose| -> Result<hmac::Key, VaultError> { Ok(hmac::Key::new(hmac::HMAC_SHA256, &sub_key(purpose)?)) };
        Ok(Self {
            seal: aead("seal")?,
            token: aead("link token")?,
            address: mac("address index")?,
            domain: mac("domain index")?,
            message: mac("message id")?,
            check: mac("key check")?,
        })
    }
}

impl Vault {
    /// A vault of the given keys; the newest that is not retired is the current one.
    fn new(secrets: impl IntoIterator<Item = (KeyId, bool, [u8; 32])>) -> Result<Option<Self>, VaultError> {
        let mut keys = BTreeMap::new();
        let mut current = None;
        for (id, retired, secret) in secrets {
            keys.insert(id, Keys::derive(&secret)?);
            if !retired {
                current = current.max(Some(id));
            }
        }
        Ok(current.map(|current| Self { keys, current }))
    }

    /// The key that new rows are sealed and indexed with.
    pub fn current_key(&self) -> KeyId {
        self.current
    }

    /// All keys, oldest first.
    pub fn key_ids(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.keys.keys().copied()
    }

    /// The value by which a store knows key `id` again without holding it.
    ///
    /// # Errors
    ///
    /// When there is no such key.
    pub fn check_value(&self, id: KeyId) -> Result<Vec<u8>, VaultError> {
        Ok(hmac::sign(&self.key(id)?.check, b"handbill key check").as_ref()[..16].to_vec())
    }

    /// The blind index of an address under the current key.
    ///
    /// # Errors
    ///
    /// Never, as long as the vault holds its current key.
    pub fn address_index(&self, address: &Address) -> Result<AddressIndex, VaultError> {
        Ok(index(&self.key(self.current)?.address, &address.canonical()))
    }

    /// The blind index of an address under each key, for look-ups among rows of any age.
    pub fn address_indexes(&self, address: &Address) -> Vec<(KeyId, AddressIndex)> {
        let canonical = address.canonical();
        self.keys.iter().rev().map(|(id, keys)| (*id, index(&keys.address, &canonical))).collect()
    }

    /// The keyed hash of an address's domain: equal for equal domains, and no more than that.
    ///
    /// # Errors
    ///
    /// Never, as long as the vault holds its current key.
    pub fn domain_index(&self, address: &Address) -> Result<i64, VaultError> {
        Ok(short_hash(&self.key(self.current)?.domain, address.domain()))
    }

    /// The keyed hash of an address's domain under each key, the newest first, for rows of any age.
    pub fn domain_indexes(&self, address: &Address) -> Vec<i64> {
        self.keys.values().rev().map(|keys| short_hash(&keys.domain, address.domain())).collect()
    }

    /// Seals `value` for `column` of the row that `row` names (its address index).
    ///
    /// # Errors
    ///
    /// When the crypto library fails.
    pub fn seal(&self, column: Column, row: &[u8], value: &str) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| VaultError::Library("draw a nonce"))?;
        let mut sealed = value.as_bytes().to_vec();
        self.key(self.current)?
            .seal
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad(column, row), &mut sealed)
            .map_err(|_| VaultError::Library("seal"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Vault::seal`] made with key `id` for the same column and row.
    ///
    /// # Errors
    ///
    /// When the key is not there, or the value was altered or belongs elsewhere.
    pub fn open(&self, id: KeyId, column: Column, row: &[u8], sealed: &[u8]) -> Result<String, VaultError> {
        let broken = || VaultError::Sealed(column.label());
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
        let mut sealed = sealed.to_vec();
        let opened = self.key(id)?.seal.open_in_place(nonce, aad(column, row), &mut sealed).map_err(|_| broken())?;
        String::from_utf8(opened.to_vec()).map_err(|_| broken())
    }

    /// The local part of a delivery's Message-ID: the same for every attempt (RFC 5322 section 3.6.4).
    ///
    /// It is made with the oldest key, so that it does not change when a newer one is added.
    ///
    /// # Errors
    ///
    /// Never, as a vault holds at least one key.
    pub fn message_id(&self, edition: i64, subscriber: i64) -> Result<String, VaultError> {
        let keys = self.keys.values().next().ok_or(VaultError::Library("find a key"))?;
        let tag = hmac::sign(&keys.message, &[edition.to_be_bytes(), subscriber.to_be_bytes()].concat());
        Ok(tag.as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn key(&self, id: KeyId) -> Result<&Keys, VaultError> {
        self.keys.get(&id).ok_or(VaultError::NoSuchKey(id))
    }
}

fn aad(column: Column, row: &[u8]) -> Aad<Vec<u8>> {
    Aad::from([column.label().as_bytes(), b"\0", row].concat())
}

fn index(key: &hmac::Key, text: &str) -> AddressIndex {
    hmac::sign(key, text.as_bytes()).as_ref()[..16].to_vec()
}

fn short_hash(key: &hmac::Key, text: &str) -> i64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hmac::sign(key, text.as_bytes()).as_ref()[..8]);
    i64::from_be_bytes(bytes)
}

/// Random bytes from the system, for link ids and leases.
///
/// # Errors
///
/// When the system's source of randomness fails.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| VaultError::Library("draw random bytes"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
