//! The demo's urgent appeal: a picket some three days ahead, called to as soon as the demo is at work, and corrected later.
//!
//! What was done already is read from the store alone, so a demo that was ended at any point goes on from there, and
//! nothing is marked or corrected twice. Whatever the visitor does with the appeal first is left as it is.

use std::io::ErrorKind;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use chrono::{Datelike, Days, NaiveDate, SecondsFormat, Weekday};
use chrono_tz::Tz;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::appeals::amend::{self, AmendError, Change};
use crate::appeals::event::EventDraft;
use crate::appeals::mark::{self, MarkError, Marking};
use crate::appeals::{AppealState, Version};
use crate::clock::Timestamp;
use crate::editions::{EditionKind, EditionState};
use crate::id::PostId;
use crate::posts::PostState;
use crate::sources;
use crate::store::StoreError;
use crate::store::editions::Edition;
use crate::store::posts::Post;
use crate::wake::LOOK;

/// Its file in the folder of posts.
pub(super) const FILE: &str = "urgent-picket.md";
const TEXT: &str = include_str!("posts/urgent-picket.md");
/// By this the post is known again, whatever its file is called by now.
const URL: &str = "https://campaign.example/picket-the-shareholders";
const REGION: &str = "London";
/// So many days after it is published it takes place, or on the Monday after that.
const AHEAD: RangeInclusive<u64> = 3..=5;
/// How many posts are looked through at a time.
const PAGE: i64 = 500;

/// When things happen to the appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How long it waits after it was marked.
    pub hold: Duration,
    /// How long after that, at the soonest, it is corrected. Those whom it calls have it by then in any case.
    pub amend_after: Duration,
}

impl Pace {
    /// As a visitor sees it.
    pub const USUAL: Self = Self { hold: Duration::from_secs(10), amend_after: Duration::from_secs(60) };
}

/// When and where, as the post's text and the event say it.
struct Facts {
    starts: &'static str,
    ends: &'static str,
    hours: &'static str,
    place: &'static str,
    address: &'static str,
}

const CALLED: Facts = Facts {
    starts: "16:00",
    ends: "18:00",
    hours: "4pm to 6pm",
    place: "Outside the Rope Exchange",
    address: "3 Example Lane, London, EC3 0XX",
};

const CORRECTED: Facts = Facts {
    starts: "17:30",
    ends: "19:30",
    hours: "5.30pm to 7.30pm",
    place: "Outside the Old Glassworks",
    address: "27 Sample Row, London, E1 0XX",
};

impl Facts {
    fn event(&self, day: NaiveDate) -> EventDraft {
        EventDraft {
            starts: Some(format!("{day}T{}", self.starts)),
            ends: Some(format!("{day}T{}", self.ends)),
            place: Some(self.place.to_owned()),
            address: Some(self.address.to_owned()),
            region: Some(REGION.to_owned()),
            ..EventDraft::default()
        }
    }

    fn fill(&self, published: Timestamp, zone: Tz) -> String {
        let day = day(published, zone);
        TEXT.replace("{published}", &published.to_utc().to_rfc3339_opts(SecondsFormat::Secs, true))
            .replace("{weekday}", &day.format("%A").to_string())
            .replace("{date}", &day.format("%-d %B %Y").to_string())
            .replace("{hours}", self.hours)
            .replace("{place}", self.place)
            .replace("{address}", self.address)
    }
}

/// The day of the picket: it follows from the post's own date, so that text and event cannot part.
fn day(published: Timestamp, zone: Tz) -> NaiveDate {
    let today = published.to_utc().with_timezone(&zone).date_naive();
    // Shareholders do not meet on Sundays.
    let ahead = AHEAD.filter_map(|days| today.checked_add_days(Days::new(days)));
    let mut working = ahead.filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
    working.next().unwrap_or(today)
}

/// Whether the post was ever taken in.
pub(super) async fn is_known(app: &App) -> Result<bool, StoreError> {
    Ok(find(app).await?.is_some())
}

async fn find(app: &App) -> Result<Option<Post>, StoreError> {
    let mut before = PostId(i64::MAX);
    loop {
        let page = app.store.posts(None, before, PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        before = last.id;
        if let Some(post) = page.into_iter().find(|post| post.url.as_deref() == Some(URL)) {
            return Ok(Some(post));
        }
    }
}

/// Writes the post into `folder` and takes it in. Where the visitor's config has no such region or folder any more,
/// there is no appeal.
///
/// # Errors
///
/// When the file cannot be written or the store fails.
pub(super) async fn publish(app: &App, folder: &Path) -> anyhow::Result<()> {
    if !app.config.appeals.regions.iter().any(|region| region == REGION) || !folder.is_dir() {
        return Ok(());
    }
    let path = folder.join(FILE);
    let text = CALLED.fill(app.clock.now(), app.config.site.time_zone);
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    sources::pull(&app.store, &app.config, &app.clock, false).await?;
    Ok(())
}

/// Marks the post, unless that was done before or the visitor took it away.
///
/// # Errors
///
/// When the store fails. Where the mark is refused, the post stays an ordinary one.
pub(super) async fn mark(app: &App, hold: Duration) -> anyhow::Result<()> {
    let Some(post) = find(app).await?.filter(|post| post.state != PostState::Withdrawn) else { return Ok(()) };
    if app.store.appeal_of(post.id).await?.is_some() {
        return Ok(());
    }
    let event = CALLED.event(day(post.published_at, app.config.site.time_zone));
    let marking = Marking { events: vec![event], hold, ..Marking::default() };
    let marked = match mark::check(app, post.id, &marking).await {
        Ok(checked) => mark::mark(app, &checked, "demo").await,
        Err(error) => Err(error),
    };
    match marked {
        Ok(_) => Ok(()),
        Err(MarkError::Store(error)) => Err(error).context("cannot mark the demo's appeal"),
        Err(error) => {
            tracing::warn!(%error, "the demo's post does not become an appeal");
            Ok(())
        }
    }
}

/// The appeal as it was marked, with its mailing, while there is something to correct about it.
async fn waiting(app: &App) -> Result<Option<(Post, Version, Edition)>, StoreError> {
    let Some(post) = find(app).await? else { return Ok(None) };
    let open = app.store.appeal_of(post.id).await?.filter(|appeal| appeal.state == AppealState::Open);
    let Some(appeal) = open else { return Ok(None) };
    // Where the visitor was quicker, they know better.
    let first = |version: &Version| version.number == 1 && !version.is_over(app.clock.now());
    let Some(version) = app.store.current_version(appeal.id).await?.filter(first) else { return Ok(None) };
    let editions = app.store.appeal_editions(appeal.id).await?;
    let edition = editions.into_iter().find(|edition| edition.kind == EditionKind::Appeal);
    Ok(edition.map(|edition| (post, version, edition)))
}

/// What is ahead, for the visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ahead {
    /// The appeal goes out after the first, and is corrected after both.
    Call(Duration, Duration),
    /// It went out, and is corrected after this.
    Correction(Duration),
    /// Nothing.
    Nothing,
}

/// What is ahead now.
///
/// # Errors
///
/// When the store fails.
pub(super) async fn ahead(app: &App, pace: Pace) -> Result<Ahead, StoreError> {
    let Some((_, _, edition)) = waiting(app).await? else { return Ok(Ahead::Nothing) };
    let now = app.clock.now();
    let out = edition.hold_until.unwrap_or(edition.created_at);
    Ok(match edition.state {
        EditionState::Done => Ahead::Correction(out.plus(pace.amend_after).since(now)),
        EditionState::Planning | EditionState::Sending => Ahead::Call(out.since(now), pace.amend_after),
        _ => Ahead::Nothing,
    })
}

/// Waits until everybody has the appeal and `after` is over, and moves it to another hour and place; until `stop`. What
/// fails is logged: the demo is worth something without it.
pub(super) async fn correct(app: &App, posts: &Path, after: Duration, stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        done = correct_once(app, posts, after) => {
            if let Err(error) = done {
                tracing::error!(error = format!("{error:#}"), "cannot correct the demo's appeal");
            }
        }
    }
}

async fn correct_once(app: &App, posts: &Path, after: Duration) -> anyhow::Result<()> {
    let (post, version) = loop {
        let Some((post, version, edition)) = waiting(app).await? else { return Ok(()) };
        let out = edition.hold_until.unwrap_or(edition.created_at);
        if edition.state == EditionState::Done && out.plus(after) <= app.clock.now() {
            break (post, version);
        }
        tokio::time::sleep(LOOK).await;
    };
    // The mail shows the post as it is by then, which must not say otherwise.
    if let Some(path) = post.path.as_deref().filter(|_| post.state != PostState::Withdrawn) {
        reword(&posts.join(path)).await?;
        sources::pull(&app.store, &app.config, &app.clock, false).await?;
    }
    let draft = CORRECTED.event(day(post.published_at, app.config.site.time_zone));
    let amended = match amend::check(app, version.appeal, &Change { draft, ..Change::default() }).await {
        Ok(checked) if checked.before.id == version.id => amend::amend(app, &checked, Duration::ZERO, "demo").await,
        Ok(_) => return Ok(()),
        Err(error) => Err(error),
    };
    match amended {
        Ok(_) => Ok(()),
        // Somebody did something about it in this very moment.
        Err(AmendError::Overtaken(_) | AmendError::Closed(..) | AmendError::Over(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Puts the new hour and place into the post's file, where the old ones are.
async fn reword(path: &Path) -> anyhow::Result<()> {
    let text = match tokio::fs::read_to_string(path).await {
        // Taken away this very moment.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        text => text.with_context(|| format!("cannot read {}", path.display()))?,
    };
    let new = text
        .replace(CALLED.hours, CORRECTED.hours)
        .replace(CALLED.place, CORRECTED.place)
        .replace(CALLED.address, CORRECTED.address);
    if new != text {
        tokio::fs::write(path, new).await.with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appeals::extract::{Context, suggest};

    #[test]
    fn its_text_says_what_its_event_says_on_whichever_day() {
        let zone = chrono_tz::Europe::London;
        let begin: Timestamp = "2026-03-25T23:30:00Z".parse().unwrap();
        for days in 0..8 {
            let published = begin.plus(Duration::from_secs(days * 24 * 3600));
            for facts in [CALLED, CORRECTED] {
                let text = facts.fill(published, zone);
                assert!(!text.contains('{'), "{text}");
                let body = text.rsplit("---\n").next().unwrap();
                let today = published.to_utc().with_timezone(&zone).date_naive();
                let found = suggest(body, &Context { language: "en", published: today, time_zone: zone });
                assert_eq!(found.contradictions, []);
                let event = facts.event(day(published, zone));
                let local = |at: chrono::NaiveDateTime| Some(at.format("%Y-%m-%dT%H:%M").to_string());
                assert_eq!(local(found.events[0].starts), event.starts, "{body}");
                assert_eq!(found.events[0].ends.and_then(local), event.ends, "{body}");
                let address = event.address.unwrap();
                assert!(body.contains(&address) && body.contains(&event.place.unwrap()), "{body}");
            }
        }
    }
}
