//! Which keys a store was used with.

use super::{Result, Store, StoreError, on, on_tx};
use crate::clock::Timestamp;
use crate::vault::Vault;

impl Store {
    /// Whether this store has never been used with a key, so that one may be made for it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn is_keyless(&self) -> Result<bool> {
        let count: i64 = on!(self, db => sqlx::query_scalar("SELECT count(*) FROM vault_keys").fetch_one(db).await?);
        Ok(count == 0)
    }

    /// Checks that `vault` holds the keys this store was used with, and remembers those it holds beyond that.
    ///
    /// # Errors
    ///
    /// When a key is missing or is another one of the same number.
    pub async fn check_keys(&self, vault: &Vault, now: Timestamp) -> Result<()> {
        const KNOWN: &str = "SELECT key_id, check_value FROM vault_keys ORDER BY key_id";
        const REMEMBER: &str = "INSERT INTO vault_keys (key_id, check_value, created_at) VALUES ($1, $2, $3) \
                                ON CONFLICT (key_id) DO NOTHING";
        const KEPT: &str = "SELECT check_value FROM vault_keys WHERE key_id = $1";
        let known: Vec<(i16, Vec<u8>)> = on!(self, db => sqlx::query_as(KNOWN).fetch_all(db).await?);
        for (id, check) in &known {
            match vault.check_value(*id) {
                Ok(value) if value == *check => {}
                Ok(_) => return Err(StoreError::WrongKey(*id)),
                Err(_) => return Err(StoreError::MissingKey(*id)),
            }
        }
        for id in vault.key_ids().filter(|id| known.iter().all(|(known, _)| known != id)) {
            let check = vault.check_value(id)?;
            let mut tx = self.begin().await?;
            on_tx!(&mut tx, db => {
                sqlx::query(REMEMBER).bind(id).bind(check).bind(now).execute(db).await?.rows_affected()
            });
            tx.commit().await?;
            // Another node may have been first, with a key of its own making.
            let kept: Vec<u8> = on!(self, db => sqlx::query_scalar(KEPT).bind(id).fetch_one(db).await?);
            if kept != vault.check_value(id)? {
                return Err(StoreError::WrongKey(id));
            }
        }
        Ok(())
    }
}
