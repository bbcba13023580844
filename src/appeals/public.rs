//! What anybody may know of appeals: those that are out, and nothing of those a person may still take back.

use std::time::Duration;

use super::event::Event;
use super::{Appeal, AppealState, Version};
use crate::app::App;
use crate::clock::Timestamp;
use crate::id::AppealId;
use crate::store::{Result, Store};

/// How long an event stays in the public calendar after its end.
const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// An appeal as the public calendar has it.
#[derive(Clone, Debug)]
pub struct Public {
    /// The appeal.
    pub appeal: Appeal,
    /// The last version that is out; once it was called off, the one that says so.
    pub version: Version,
    /// Events that earlier versions called to and this one does not, each as it was said last: they are off.
    pub dropped: Vec<Event>,
    /// Its post's title.
    pub title: String,
    /// Its post's beginning, plain.
    pub excerpt: String,
    /// Its post's page.
    pub url: Option<String>,
}

impl Public {
    /// Whether what it called to does not take place.
    pub fn is_off(&self) -> bool {
        self.version.is_off()
    }
}

/// The appeals with events that are ahead or were lately, in the order in which they were made.
///
/// # Errors
///
/// When the database fails.
pub async fn all(app: &App) -> Result<Vec<Public>> {
    let now = app.clock.now();
    let since = now.minus(KEPT);
    let mut found = Vec::new();
    for appeal in app.store.appeals_with_events(since).await? {
        found.extend(one(&app.store, appeal, now).await?);
    }
    found.retain(|public| public.version.told_until() >= since);
    for public in &mut found {
        public.dropped.retain(|event| event.ends.at >= since);
    }
    Ok(found)
}

/// The appeal that has the event with this calendar name, if it is out.
///
/// # Errors
///
/// When the database fails.
pub async fn with_event(app: &App, uid: &str) -> Result<Option<Public>> {
    match app.store.appeal_with_event(uid).await? {
        Some(id) => appeal(app, id).await,
        None => Ok(None),
    }
}

/// One appeal, if it is out.
///
/// # Errors
///
/// When the database fails.
pub async fn appeal(app: &App, id: AppealId) -> Result<Option<Public>> {
    match app.store.appeal(id).await?.filter(|appeal| appeal.state != AppealState::Stopped) {
        Some(appeal) => one(&app.store, appeal, app.clock.now()).await,
        None => Ok(None),
    }
}

async fn one(store: &Store, appeal: Appeal, now: Timestamp) -> Result<Option<Public>> {
    let editions = store.appeal_editions(appeal.id).await?;
    let mut earlier = appeal.versions_out(&editions, now);
    let Some(last) = earlier.pop_last() else { return Ok(None) };
    // Off is off, also where the mailing that says so is not out.
    let off = match appeal.state {
        AppealState::Cancelled => store.current_version(appeal.id).await?.filter(Version::is_off),
        _ => None,
    };
    let version = match off {
        Some(off) => Some(off),
        None => store.version(last).await?,
    };
    let Some(version) = version else { return Ok(None) };
    let Some(post) = store.revision(version.revision).await? else { return Ok(None) };
    let mut dropped: Vec<Event> = Vec::new();
    for id in earlier.into_iter().rev() {
        let events = store.version(id).await?.map(|version| version.events).unwrap_or_default();
        for event in events {
            if !version.events.iter().chain(&dropped).any(|known| known.uid == event.uid) {
                dropped.push(event);
            }
        }
    }
    Ok(Some(Public { appeal, version, dropped, title: post.title, excerpt: post.excerpt, url: post.url }))
}
