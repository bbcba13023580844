//! What a dispatcher has done so far, for progress bars and summaries.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use crate::deliveries::DeliveryState;

/// Counters that can be read while a dispatcher runs.
#[derive(Debug, Default)]
pub struct Progress {
    accepted: AtomicU64,
    refused: AtomicU64,
    deferred: AtomicU64,
    unknown: AtomicU64,
    other: AtomicU64,
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
    pub(super) fn count(&self, state: DeliveryState) {
        let counter = match state {
            DeliveryState::Accepted => &self.accepted,
            DeliveryState::Refused => &self.refused,
            DeliveryState::Queued | DeliveryState::Leased => &self.deferred,
            DeliveryState::Unknown => &self.unknown,
            DeliveryState::Suppressed | DeliveryState::Expired | DeliveryState::Cancelled => &self.other,
        };
        counter.fetch_add(1, Ordering::Relaxed);
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
