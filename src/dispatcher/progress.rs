//! What a dispatcher has done so far, for progress bars, summaries and metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use serde::Serialize;

use crate::deliveries::DeliveryState;
use crate::editions::EditionKind;
use crate::store::editions::Edition;
use crate::store::queue::Record;

/// From a second, which is the aim for an appeal without a hold, to an hour.
const SECONDS: [f64; 12] = [0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0];

/// Counters that can be read while a dispatcher runs.
#[derive(Debug)]
pub struct Progress {
    accepted: AtomicU64,
    refused: AtomicU64,
    deferred: AtomicU64,
    unknown: AtomicU64,
    other: AtomicU64,
    /// Outcomes by the kind of mailing.
    pub(crate) outcomes: Family<[(&'static str, &'static str); 2], Counter>,
    /// From an appeal's mark to each acceptance.
    pub(crate) mark_to_accepted: Histogram,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            accepted: AtomicU64::default(),
            refused: AtomicU64::default(),
            deferred: AtomicU64::default(),
            unknown: AtomicU64::default(),
            other: AtomicU64::default(),
            outcomes: Family::default(),
            mark_to_accepted: Histogram::new(SECONDS),
        }
    }
}

/// The counters at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Taken by the relay.
    pub accepted: u64,
    /// Refused for good.
    pub refused: u64,
    /// Attempts that are to be repeated.
    pub deferred: u64,
    /// Ended without our knowing whether they arrived.
    pub unknown: u64,
    /// Suppressed, expired or cancelled right before MAIL.
    pub withheld: u64,
}

impl Totals {
    /// Everything together.
    pub fn sum(self) -> u64 {
        self.accepted + self.refused + self.deferred + self.unknown + self.withheld
    }
}

impl Progress {
    /// Counts what was recorded of a delivery of `edition`.
    pub(super) fn count(&self, edition: &Edition, record: &Record) {
        let (counter, outcome) = match record.state {
            DeliveryState::Queued | DeliveryState::Leased => (&self.deferred, "deferred"),
            DeliveryState::Accepted => (&self.accepted, record.state.as_str()),
            DeliveryState::Refused => (&self.refused, record.state.as_str()),
            DeliveryState::Unknown => (&self.unknown, record.state.as_str()),
            DeliveryState::Suppressed | DeliveryState::Expired | DeliveryState::Cancelled => {
                (&self.other, record.state.as_str())
            }
        };
        counter.fetch_add(1, Ordering::Relaxed);
        self.outcomes.get_or_create(&[("kind", edition.kind.as_str()), ("outcome", outcome)]).inc();
        if edition.kind == EditionKind::Appeal
            && record.state == DeliveryState::Accepted
            && let Some(ended) = record.ended_at
        {
            self.mark_to_accepted.observe(ended.since(edition.created_at).as_secs_f64());
        }
    }

    /// What has been recorded so far.
    pub fn totals(&self) -> Totals {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Totals {
            accepted: read(&self.accepted),
            refused: read(&self.refused),
            deferred: read(&self.deferred),
            unknown: read(&self.unknown),
            withheld: read(&self.other),
        }
    }
}
