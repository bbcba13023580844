//! Opens the editions of digests that are due.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use chrono_tz::Tz;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::clock::Timestamp;
use crate::editions::digest::{self, DigestError, Due};
use crate::subscribers::Cadence;
use crate::wake::Wake;

/// How often slots are looked at, whether or not anything was changed.
const ROUND: Duration = Duration::from_secs(1);
/// How often, with `digests.local_time`, the zones that subscribers live in are looked up: it takes a look at each of them.
const ZONES: Duration = Duration::from_secs(30);

/// Opens what is due until stopped; what fails is tried again.
///
/// # Errors
///
/// When a cron line of the config cannot be read.
pub(super) async fn run(app: &App, stop: CancellationToken) -> anyhow::Result<()> {
    let mut scheduler = Scheduler::default();
    let mut wake = Wake::default();
    let mut fine = true;
    loop {
        match scheduler.round(app).await {
            Ok(()) => fine = true,
            Err(error) if std::mem::replace(&mut fine, false) => {
                tracing::error!(%error, "cannot look for digests that are due; trying again");
            }
            Err(_) => {}
        }
        // A new post is mailed at once to those who want each.
        if !wake.wait(&app.store, ROUND, &stop).await {
            return Ok(());
        }
    }
}

/// What was seen so far.
#[derive(Default)]
struct Scheduler {
    /// Since when each cron line is in force.
    since: HashMap<Cadence, Timestamp>,
    zones: HashMap<Cadence, Zones>,
    /// The last slot of each cadence and zone whose edition was opened.
    done: HashMap<(Cadence, Tz), Timestamp>,
}

/// The zones of one cadence, and when they were looked up.
struct Zones {
    looked: Instant,
    at: Timestamp,
    zones: Vec<Tz>,
}

impl Scheduler {
    async fn round(&mut self, app: &App) -> Result<(), DigestError> {
        for cadence in Cadence::ALL.iter().copied() {
            let now = app.clock.now();
            let line = app.config.digests.line(cadence).unwrap_or("each");
            let since = match self.since.get(&cadence) {
                Some(since) => *since,
                None => *self.since.entry(cadence).or_insert(app.store.schedule_since(cadence, line, now).await?),
            };
            for due in digest::due_in(app, cadence, &self.zones(app, cadence, now).await?, now).await? {
                // A slot from before the line was in force was not missed. Those who want each post have no line.
                let existed = cadence == Cadence::Each || due.slot >= since;
                if !existed || self.is_done(&due) {
                    continue;
                }
                let (edition, made) = digest::open(app, &due, "schedule").await?;
                if made {
                    tracing::info!(%edition, %cadence, slot = %due.slot, "a digest is due");
                }
                self.done.insert((cadence, due.zone), due.slot);
            }
        }
        Ok(())
    }

    fn is_done(&self, due: &Due) -> bool {
        self.done.get(&(due.cadence, due.zone)).is_some_and(|slot| *slot >= due.slot)
    }

    async fn zones(&mut self, app: &App, cadence: Cadence, now: Timestamp) -> Result<Vec<Tz>, DigestError> {
        let known = self.zones.get(&cadence);
        if let Some(known) = known.filter(|known| known.looked.elapsed() < ZONES) {
            return Ok(known.zones.clone());
        }
        let (looked, zones) = (Instant::now(), digest::zones(app, cadence).await?);
        if let Some(known) = known {
            // Nobody lived there when the slots before this were due: whoever moved there had those of another zone.
            let new: Vec<Tz> = zones.iter().copied().filter(|zone| !known.zones.contains(zone)).collect();
            for due in digest::due_in(app, cadence, &new, known.at).await.unwrap_or_default() {
                self.done.insert((cadence, due.zone), due.slot);
            }
        }
        self.zones.insert(cadence, Zones { looked, at: now, zones: zones.clone() });
        Ok(zones)
    }
}
