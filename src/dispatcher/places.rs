//! The connections to a relay that mail may take that is not urgent.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// How many of them are taken, and how many there are.
#[derive(Debug)]
pub(super) struct Places {
    taken: Mutex<(usize, usize)>,
    freed: Notify,
}

/// One of [`Places`], until it is dropped.
#[derive(Debug)]
pub(super) struct Place(Arc<Places>);

impl Places {
    pub(super) fn new(all: usize) -> Self {
        Self { taken: Mutex::new((0, all)), freed: Notify::new() }
    }

    fn taken(&self) -> MutexGuard<'_, (usize, usize)> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives mail that is not urgent so many connections from now on.
    pub(super) fn set(&self, places: usize) {
        let before = std::mem::replace(&mut self.taken().1, places);
        for _ in before..places {
            self.freed.notify_one();
        }
    }

    pub(super) fn are_free(&self) -> bool {
        let (taken, all) = *self.taken();
        taken < all
    }

    pub(super) fn take(self: &Arc<Self>) -> Option<Place> {
        let mut places = self.taken();
        let (taken, all) = *places;
        (taken < all).then(|| {
            places.0 += 1;
            Place(Arc::clone(self))
        })
    }

    /// Returns when a place has become free.
    pub(super) async fn freed(&self) {
        self.freed.notified().await;
    }
}

impl Place {
    /// Whether it may be kept for the next message, as no more are taken than there are.
    pub(super) fn may_be_kept(&self) -> bool {
        let (taken, all) = *self.0.taken();
        taken <= all
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.taken().0 -= 1;
        self.0.freed.notify_one();
    }
}
