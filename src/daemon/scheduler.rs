//! Opens the editions of digests that are due.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::LOOK;
use crate::app::App;
use crate::clock::Timestamp;
use crate::editions::digest::{self, DigestError};
use crate::subscribers::Cadence;

/// How often slots are looked at, whether or not anything was changed.
const ROUND: Duration = Duration::from_secs(1);
/// How often, with `digests.local_time`, the zones that subscribers live in are looked up.
const ZONES: Duration = Duration::from_secs(30);

/// Opens what is due until stopped; what fails is tried again.
///
/// # Errors
///
/// When a cron line of the config cannot be read.
pub(super) async fn run(app: &App, stop: CancellationToken) -> anyhow::Result<()> {
    let mut since: HashMap<Cadence, Timestamp> = HashMap::new();
    let mut done: HashMap<String, Timestamp> = HashMap::new();
    let mut wake = -1;
    let mut fine = true;
    loop {
        match round(app, &mut since, &mut done).await {
            Ok(()) => fine = true,
            Err(error) if std::mem::replace(&mut fine, false) => {
                tracing::error!(%error, "cannot look for digests that are due; trying again");
            }
            Err(_) => {}
        }
        let pause = if app.config.digests.local_time { ZONES } else { ROUND };
        let until = Instant::now() + pause;
        while Instant::now() < until {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(LOOK) => {}
            }
            // A new post is mailed at once to those who want each.
            let seen = app.store.wake_count().await.unwrap_or(wake);
            if std::mem::replace(&mut wake, seen) != seen && !app.config.digests.local_time {
                break;
            }
        }
    }
}

async fn round(
    app: &App,
    since: &mut HashMap<Cadence, Timestamp>,
    done: &mut HashMap<String, Timestamp>,
) -> Result<(), DigestError> {
    for cadence in Cadence::ALL.iter().copied() {
        let now = app.clock.now();
        let line = app.config.digests.line(cadence).unwrap_or("each");
        let since = match since.get(&cadence) {
            Some(since) => *since,
            None => *since.entry(cadence).or_insert(app.store.schedule_since(cadence, line, now).await?),
        };
        for due in digest::due(app, cadence, now).await? {
            // A slot from before the line was in force was not missed. Those who want each post have no line.
            let zone = format!("{cadence}/{}", due.zone);
            let existed = cadence == Cadence::Each || due.slot >= since;
            if !existed || done.get(&zone).is_some_and(|slot| *slot >= due.slot) {
                continue;
            }
            let (edition, made) = digest::open(app, &due, "schedule").await?;
            if made {
                tracing::info!(%edition, %cadence, slot = %due.slot, "a digest is due");
            }
            done.insert(zone, due.slot);
        }
    }
    Ok(())
}
