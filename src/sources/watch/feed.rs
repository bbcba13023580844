//! The loop over a feed: a pass at each interval, and less often while it fails.

use std::time::Duration;

use super::taker::Taker;
use crate::config::FeedOrigin;
use crate::posts::intake::SoFar;
use crate::sources::feed::{Feed, next_pass};
use crate::vault::random_bytes;

/// How soon to try again when the store failed; the feed is not to blame.
const STORE_PAUSE: Duration = Duration::from_secs(10);

/// A feed under watch.
pub(super) struct FeedLoop {
    taker: Taker,
    feed: Feed,
    interval: Duration,
    failures: u32,
}

impl FeedLoop {
    pub(super) fn new(taker: Taker, feed: Feed, origin: &FeedOrigin) -> Self {
        Self { taker, feed, interval: origin.interval, failures: 0 }
    }

    pub(super) async fn run(&mut self) -> anyhow::Result<()> {
        loop {
            let pause = self.pass().await;
            tokio::time::sleep(pause).await;
        }
    }

    /// One pass; returns how long to wait for the next one.
    async fn pass(&mut self) -> Duration {
        let memory = match self.taker.store.feed_memory(&self.taker.source.name).await {
            Ok(memory) => memory,
            Err(error) => {
                self.taker.store_failed(&error);
                return STORE_PAUSE.min(self.interval);
            }
        };
        let pass = self.feed.pass(&memory, self.taker.clock.now()).await;
        if self.taker.take(&pass, SoFar::default()).await.is_none() {
            return STORE_PAUSE.min(self.interval);
        }
        self.feed.accept();
        self.failures = if pass.readable { 0 } else { self.failures.saturating_add(1) };
        // Without dice, all wait alike.
        let dice = random_bytes().map_or(0, u16::from_ne_bytes);
        next_pass(self.interval, self.failures, pass.retry_at, self.taker.clock.now(), dice)
    }
}
