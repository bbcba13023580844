//! Watches the sources for as long as the daemon runs.

mod feed;
mod folder;
mod taker;

use std::sync::Arc;

use anyhow::Context;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::feed::FeedLoop;
use self::folder::FolderLoop;
use self::taker::Taker;
use super::feed::Feed;
use super::folder::Folder;
use crate::clock::Clock;
use crate::config::{Config, Origin};
use crate::store::Store;

/// Watches all sources until `shutdown`, and calls `on_change` after each pass that changed something. A source that
/// cannot be read is said once, and taken up again when it can.
///
/// # Errors
///
/// When a source's loop ends before `shutdown`.
pub async fn watch<F>(
    store: &Store,
    config: &Config,
    clock: &Clock,
    on_change: F,
    shutdown: &CancellationToken,
) -> anyhow::Result<()>
where
    F: Fn() + Send + Sync + 'static,
{
    let on_change: Arc<dyn Fn() + Send + Sync> = Arc::new(on_change);
    let all = Arc::new(config.clone());
    let mut loops = JoinSet::new();
    for source in &config.sources {
        let taker = Taker::new(store.clone(), Arc::clone(&all), source.clone(), clock.clone(), Arc::clone(&on_change));
        let base_url = source.base_url.as_ref();
        let mut looping = match &source.origin {
            Origin::Folder(origin) => Loop::Folder(FolderLoop::new(taker, Folder::new(origin, base_url, &config.site))),
            Origin::Feed(origin) => Loop::Feed(FeedLoop::new(taker, Feed::new(origin, base_url, &config.site), origin)),
        };
        let shutdown = shutdown.clone();
        loops.spawn(async move {
            // A pass that is under way is left as it is: its last batch is rolled back, and what is left is made again.
            match shutdown.run_until_cancelled(looping.run()).await {
                Some(Err(error)) => Err(error),
                Some(Ok(())) | None => Ok(()),
            }
        });
    }
    while let Some(ended) = loops.join_next().await {
        ended.context("the loop over a source stopped")??;
    }
    Ok(())
}

/// The loop over one source.
enum Loop {
    Folder(FolderLoop),
    Feed(FeedLoop),
}

impl Loop {
    async fn run(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Folder(folder) => folder.run().await,
            Self::Feed(feed) => feed.run().await,
        }
    }
}
