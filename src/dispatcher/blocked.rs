//! Domains that blocked a mail of this process a moment ago: until the store knows and everybody has looked there, nothing
//! more is sent to them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;

/// Recording takes less, and by then whoever looks finds it in the store.
const MOMENT: Duration = Duration::from_secs(2);

/// By the domain's keyed hash.
#[derive(Debug, Default)]
pub(super) struct Blocked(Mutex<HashMap<i64, Timestamp>>);

impl Blocked {
    fn domains(&self) -> std::sync::MutexGuard<'_, HashMap<i64, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a domain blocked a mail.
    pub(super) fn note(&self, domain: i64, now: Timestamp) {
        let mut domains = self.domains();
        domains.retain(|_, until| *until > now);
        // Who was erased has none.
        if domain != 0 {
            domains.insert(domain, now.plus(MOMENT));
        }
    }

    /// Until when nothing is sent to a domain, if so.
    pub(super) fn until(&self, domain: i64, now: Timestamp) -> Option<Timestamp> {
        self.domains().get(&domain).copied().filter(|until| *until > now)
    }
}
