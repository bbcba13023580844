//! What the demo caught: kept in memory, newest first, and shown in the browser.

mod mail;
mod pages;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, watch};

use super::catcher::Caught;
use crate::clock::Clock;

pub use mail::{Mail, Piece};
pub use pages::{Look, serve};

/// The most mails that are kept.
const MAX_MAILS: usize = 2_000;
/// The most bytes of mail that are kept.
const MAX_BYTES: usize = 128 * 1024 * 1024;

/// The mails that were caught; the oldest go when there are too many.
#[derive(Debug)]
pub struct Mailbox {
    held: Mutex<Held>,
    count: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Held {
    /// Newest first.
    mails: VecDeque<Arc<Mail>>,
    bytes: usize,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self { held: Mutex::default(), count: watch::Sender::new(0) }
    }
}

impl Mailbox {
    /// Keeps what comes through `inbox` until its other end is gone.
    pub async fn collect(&self, mut inbox: mpsc::Receiver<Caught>, clock: Clock) {
        while let Some(caught) = inbox.recv().await {
            self.put(caught, &clock);
        }
    }

    fn put(&self, caught: Caught, clock: &Clock) {
        let id = *self.count.borrow() + 1;
        let mail = Mail::read(id, clock.now(), caught);
        let mut held = self.held();
        held.bytes += mail.source.len();
        held.mails.push_front(Arc::new(mail));
        while held.mails.len() > MAX_MAILS || held.bytes > MAX_BYTES {
            let Some(oldest) = held.mails.pop_back() else { break };
            held.bytes -= oldest.source.len();
        }
        drop(held);
        // Only now, so that whoever waits for it finds it.
        self.count.send_replace(id);
    }

    /// How many mails were caught so far, kept or not.
    pub fn caught(&self) -> u64 {
        *self.count.borrow()
    }

    /// Waits until so many mails were caught.
    pub async fn reached(&self, count: u64) {
        // The sender lives as long as this does, so this ends only when it is so.
        let _ = self.count.subscribe().wait_for(|caught| *caught >= count).await;
    }

    /// The mail with this number, if it is still kept.
    pub fn get(&self, id: u64) -> Option<Arc<Mail>> {
        self.held().mails.iter().find(|mail| mail.id == id).cloned()
    }

    /// The mail with this Message-ID, if it is still kept.
    pub fn with_message_id(&self, message_id: &str) -> Option<Arc<Mail>> {
        self.held().mails.iter().find(|mail| !message_id.is_empty() && mail.message_id == message_id).cloned()
    }

    /// The mails that follow the one with this Message-ID, the earliest first.
    pub fn followers(&self, message_id: &str) -> Vec<Arc<Mail>> {
        let held = self.held();
        let followers = held.mails.iter().rev().filter(|mail| !message_id.is_empty() && mail.follows == message_id);
        followers.cloned().collect()
    }

    /// At most `limit` mails that came before number `before`, newest first, to addresses that hold `part`; and
    /// whether there are more.
    pub fn list(&self, before: u64, part: &str, limit: usize) -> (Vec<Arc<Mail>>, bool) {
        let part = part.trim().to_lowercase();
        let held = self.held();
        let mut wanted = held
            .mails
            .iter()
            .filter(|mail| mail.id < before)
            .filter(|mail| mail.to.iter().any(|to| to.to_lowercase().contains(&part)));
        let page = wanted.by_ref().take(limit).cloned().collect();
        (page, wanted.next().is_some())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
