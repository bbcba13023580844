//! `handbill doctor`: looks at everything that a run depends on, and goes on after a failure.

mod dkim;
mod notify;

use std::time::Duration;

use anyhow::{Context, bail};
use serde::Serialize;

use super::args::Format;
use super::output::Output;
use super::{Ended, Opening, Outcome};
use crate::clock::{Clock, Timestamp};
use crate::config::{Config, FolderOrigin, Origin, Relay, Source};
use crate::relay::{Connection, RelayState};
use crate::sources::feed::Feed;
use crate::store::Store;
use crate::store::relays::RelayStatus;
use crate::store::sources::FeedMemory;
use crate::templates::{self, Templates};
use crate::vault::Vault;

const EXAMPLES: &str = "\
Examples:
  handbill doctor
  handbill doctor --json

One line each, `ok` or `FAIL` with what to do. The exit status is 1 if any fails. Nothing is mailed and nothing made.";

/// How long after a relay was to be tried again it counts as tried.
const NEWS: Duration = Duration::from_secs(120);

/// Check config, store, keys, templates, relays and who is told.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Doctor {
    #[command(flatten)]
    format: Format,
}

/// What one look found.
#[derive(Serialize)]
struct Finding {
    check: String,
    ok: bool,
    /// What was found, and what to do where it is not well.
    detail: String,
}

impl Finding {
    fn of(check: impl Into<String>, found: anyhow::Result<String>) -> Self {
        let (ok, detail) = match found {
            Ok(detail) => (true, detail),
            Err(error) => (false, super::failure::one_line(&error)),
        };
        Self { check: check.into(), ok, detail }
    }
}

pub(super) async fn run(open: &Opening, args: &Doctor, out: &mut Output) -> Outcome {
    let mut well = true;
    let mut list = out.list(args.format.json, &["", "check", "found"]);
    let mut tell = |finding: Finding| {
        well &= finding.ok;
        list.row(&finding, || {
            let mark = if finding.ok { "ok" } else { "FAIL" };
            vec![mark.to_owned(), finding.check.clone(), finding.detail.clone()]
        })
    };
    match open.config() {
        Err(error) => tell(Finding::of("config", Err(error.into())))?,
        Ok(config) => {
            tell(Finding::of("config", Ok(format!("read for {}", config.site.url))))?;
            let store = store(&config).await;
            let (found, store) = match store {
                Ok(Some(store)) => (Ok("opened, and its tables are up to date".to_owned()), Some(store)),
                Ok(None) => (Ok("not there yet; make it with: handbill migrate".to_owned()), None),
                Err(error) => (Err(error), None),
            };
            tell(Finding::of("store", found))?;
            tell(Finding::of("key", key(&config, store.as_ref(), Clock::System.now()).await))?;
            let mut seen = Vec::new();
            if let Some(store) = store {
                // Whether it can be read was told.
                seen = store.relays().await.unwrap_or_default();
                store.close().await;
            }
            tell(Finding::of("templates", looks(&config)))?;
            for source in &config.sources {
                let found = readable(source, &config).await;
                tell(Finding::of(format!("source {}", source.name), found))?;
            }
            if config.relays.is_empty() {
                tell(Finding::of("relay", Err(anyhow::anyhow!("none is in the config; add a [[relay]]"))))?;
            }
            for relay in &config.relays {
                let status = seen.iter().find(|status| status.name == relay.name);
                let found = match reach(relay, &config).await {
                    Ok(found) => in_use(found, status, Clock::System.now()),
                    Err(error) => Err(error),
                };
                tell(Finding::of(format!("relay {}", relay.name), found))?;
            }
            tell(Finding::of("dkim", dkim::signs(&config, Clock::System.now())))?;
            tell(Finding::of("notify", notify::channels(&config).await))?;
        }
    }
    list.end()?;
    Ok(if well { Ended::Done } else { Ended::Attention })
}

/// The store, if there is one. A look makes none.
async fn store(config: &Config) -> anyhow::Result<Option<Store>> {
    let Some(store) = Store::find(&config.store.url).await? else { return Ok(None) };
    store
        .is_up_to_date()
        .await?
        .then_some(())
        .context("its tables are older than this version; run: handbill migrate")?;
    Ok(Some(store))
}

async fn key(config: &Config, store: Option<&Store>, now: Timestamp) -> anyhow::Result<String> {
    let path = config.key_file();
    let Some(store) = store else {
        if !path.exists() {
            return Ok("none yet; it is made with the store".to_owned());
        }
        Vault::read(&path)?;
        return Ok("can be read; whether it is the store's could not be seen".to_owned());
    };
    if !path.exists() && store.is_keyless().await? {
        return Ok("none yet; it is made when the store is first used".to_owned());
    }
    store.check_keys(&Vault::read(&path)?, now).await?;
    Ok(format!("{} opens this store; keep a copy elsewhere", path.display()))
}

fn looks(config: &Config) -> anyhow::Result<String> {
    let loaded = Templates::of(config)?;
    let problems = templates::check(&loaded);
    match problems.first() {
        None => Ok("all of them render".to_owned()),
        Some(first) => bail!("{first} ({} in all; see: handbill templates check)", problems.len()),
    }
}

/// Reads a source as a pass would, and keeps nothing of it.
async fn readable(source: &Source, config: &Config) -> anyhow::Result<String> {
    match &source.origin {
        Origin::Folder(FolderOrigin { path }) => {
            let folder = std::fs::read_dir(path);
            let path = path.display();
            folder
                .map(|_| format!("{path} can be read"))
                .with_context(|| format!("the folder {path} cannot be read; make it, or change source.path"))
        }
        Origin::Feed(origin) => {
            let mut feed = Feed::new(origin, source.base_url.as_ref(), &config.site);
            let pass = feed.pass(&FeedMemory::default(), Clock::System.now()).await;
            let why = pass.problems.first().map(ToString::to_string).unwrap_or_default();
            if !pass.readable {
                bail!("{why}");
            }
            Ok(format!("the feed can be read; {} items are in it", pass.found.len()))
        }
    }
}

/// What a relay that can be reached is to those that send by it: one that lets us in may still take no mail.
fn in_use(found: String, status: Option<&RelayStatus>, now: Timestamp) -> anyhow::Result<String> {
    match status.filter(|status| status.state == RelayState::Stopped) {
        // Old news are no fault of the relay's: nobody has tried it since.
        Some(status) if status.retry_at.is_some_and(|at| at.plus(NEWS) >= now) => {
            let (since, reason) = (status.changed_at, status.reason.as_deref().unwrap_or("it did not say why"));
            bail!("{found}, but what was sent has been turned away since {since}: {reason}")
        }
        _ => Ok(found),
    }
}

/// Connects, encrypts and logs in, as a dispatcher would.
async fn reach(relay: &Relay, config: &Config) -> anyhow::Result<String> {
    let hello = config.site.url.host_str().unwrap_or("localhost");
    let mut connection = Connection::open(relay, hello).await?;
    let answers = connection.check().await;
    connection.quit().await;
    if !answers {
        bail!("{}:{} let us in and then fell silent; ask those who run the relay", relay.host, relay.port());
    }
    let login = if relay.user.is_some() { ", logged in" } else { "" };
    Ok(format!("{}:{} answers, tls {}{login}", relay.host, relay.port(), relay.tls))
}
