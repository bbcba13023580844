//! What every command, page and loop works with: config, store, vault and clock, opened together.

use anyhow::{Context, bail};

use crate::clock::Clock;
use crate::config::Config;
use crate::store::Store;
use crate::vault::Vault;

/// An opened Handbill.
#[derive(Debug)]
pub struct App {
    /// The config.
    pub config: Config,
    /// The store.
    pub store: Store,
    /// The keys.
    pub vault: Vault,
    /// The time.
    pub clock: Clock,
}

impl App {
    /// Opens the store, up to date, and the key file that belongs to it; a new store gets a new key.
    ///
    /// # Errors
    ///
    /// When the store cannot be opened, or its key is missing or another one. A key is never made for a store that
    /// has been used with one.
    pub async fn open(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let store = Store::open(&config.store.url).await?;
        Self::with(config, store, clock).await
    }

    /// As [`App::open`], for those who only read: a store that is not there is an error, as its URL may be misspelled, and one
    /// of an older version stays as it is.
    ///
    /// # Errors
    ///
    /// As for [`App::open`], and when the store is not there or not up to date.
    pub async fn look(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let url = &config.store.url;
        let Some(store) = Store::find(url).await? else {
            let place = url.strip_prefix("sqlite://").map(|file| format!(" at {file}")).unwrap_or_default();
            bail!("there is no store{place} yet; make it with: handbill migrate, or correct store.url");
        };
        if !store.is_up_to_date().await? {
            bail!("the store's tables are older than this version; run: handbill migrate");
        }
        Self::with(config, store, clock).await
    }

    async fn with(config: Config, store: Store, clock: Clock) -> anyhow::Result<Self> {
        let path = config.key_file();
        let vault = if store.is_keyless().await? && !path.exists() {
            tracing::info!(path = %path.display(), "made the key file; keep a copy of it apart from the store's backup");
            Vault::create(&path, clock.now())?
        } else {
            Vault::read(&path)?
        };
        store.check_keys(&vault, clock.now()).await.with_context(|| format!("the key file {}", path.display()))?;
        Ok(Self { config, store, vault, clock })
    }
}
