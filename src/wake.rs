//! Waiting for a change that somebody else made: other parts, commands and nodes say so through the store.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::store::Store;

/// How often a part looks whether somebody changed something; half of what the design allows.
pub const LOOK: Duration = Duration::from_millis(100);

/// What a part has seen of the changes so far.
#[derive(Debug, Default)]
pub struct Wake {
    seen: Option<i64>,
}

impl Wake {
    /// Waits until something was changed since the last call, or for `at_most`; false when it is stopped before. A store
    /// that does not answer shows when there is work to do, and is no change.
    pub async fn wait(&mut self, store: &Store, at_most: Duration, stop: &CancellationToken) -> bool {
        let until = Instant::now() + at_most;
        while Instant::now() < until {
            tokio::select! {
                () = stop.cancelled() => return false,
                () = tokio::time::sleep(LOOK) => {}
            }
            if let Ok(count) = store.wake_count().await
                && self.seen.replace(count) != Some(count)
            {
                break;
            }
        }
        !stop.is_cancelled()
    }
}
