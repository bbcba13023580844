//! Earlier mailings to the list, as anybody may read them: what they said, and nothing of those they went to.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

use crate::app::App;
use crate::appeals::follow::Since;
use crate::appeals::{Version, public};
use crate::clock::Timestamp;
use crate::editions::EditionKind;
use crate::editions::items::Items;
use crate::id::{EditionId, PostId, RevisionId, VersionId};
use crate::posts::translation;
use crate::schedule;
use crate::store::archive::{ArchivedPost, Stretch};
use crate::store::translations::Translation;
use crate::store::{Store, StoreError};
use crate::subscribers::Cadence;

/// How many mailings a page of the list has.
pub const PAGE: usize = 30;

/// How many years are looked for.
const MAX_YEARS: usize = 100;

/// One earlier mailing.
#[derive(Clone, Debug, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Issue {
    /// Its edition.
    pub id: EditionId,
    /// What it is.
    pub kind: EditionKind,
    /// How often such a digest comes.
    pub cadence: Option<Cadence>,
    /// The slot it went out for; of an appeal the time from which it went out.
    pub sent_at: Timestamp,
    /// The version of an appeal that it brought.
    pub version: Option<VersionId>,
    /// The title of an appeal, unless its post was withdrawn.
    pub title: Option<String>,
    /// The language of that title.
    pub language: Option<String>,
}

/// A mailing with its posts.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The mailing.
    pub issue: Issue,
    /// Its posts, newest first; of an appeal one, or none if that was withdrawn.
    pub posts: Vec<ArchivedPost>,
    /// What it said, where it was about an appeal.
    pub said: Option<Said>,
}

/// What a mailing about an appeal said, and what became of it.
#[derive(Clone, Debug)]
pub struct Said {
    /// The version that it brought.
    pub version: Version,
    /// The version that those who were corrected had.
    pub before: Option<Version>,
    /// What is so by now, where it is not this.
    pub since: Option<Changed>,
}

/// What became of an appeal after a mailing about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Since when.
    pub at: Timestamp,
    /// Whether it was called off.
    pub off: bool,
    /// The mailing that said so.
    pub edition: Option<EditionId>,
}

/// The mailings of a stretch, newest first, and whether there are older ones in it.
///
/// # Errors
///
/// When the store fails.
pub async fn list(store: &Store, which: Stretch) -> Result<(Vec<Issue>, bool), StoreError> {
    let mut issues = store.archived_editions(which, i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1)).await?;
    let more = issues.len() > PAGE;
    issues.truncate(PAGE);
    Ok((issues, more))
}

/// The years in which there were mailings, on the clock of `zone`, the latest first.
///
/// # Errors
///
/// When the store fails.
pub async fn years(store: &Store, zone: Tz) -> Result<Vec<i32>, StoreError> {
    let (mut years, mut until) = (Vec::new(), Some(Timestamp(i64::MAX)));
    while let Some(before) = until.filter(|_| years.len() < MAX_YEARS) {
        let Some(last) = store.archived_last(before).await? else { break };
        let year = year(last, zone);
        years.push(year);
        until = begin(year, zone).filter(|at| *at < before);
    }
    Ok(years)
}

/// The year of an instant, on the clock of `zone`.
pub fn year(at: Timestamp, zone: Tz) -> i32 {
    at.to_utc().with_timezone(&zone).year()
}

/// The mailings of a year, on the clock of `zone`; nothing for a year that no calendar has.
pub fn of_year(year: i32, zone: Tz) -> Option<Stretch> {
    Some(Stretch { from: begin(year, zone)?, until: begin(year.checked_add(1)?, zone)?, ..Stretch::ALL })
}

fn begin(year: i32, zone: Tz) -> Option<Timestamp> {
    let midnight =
        NaiveDate::from_ymd_opt(year, 1, 1).filter(|_| (1900..3000).contains(&year))?.and_hms_opt(0, 0, 0)?;
    Some(schedule::instant(midnight, zone))
}

/// A mailing with all posts that any of its readers had, newest first; `None` when there is no such mailing, or it has
/// not been sent. A post that was withdrawn since is left out; of one that went out in several languages, the version for
/// who reads `languages`, the best first, is in it.
///
/// # Errors
///
/// When the store fails.
pub async fn show(app: &App, id: EditionId, languages: &[&str]) -> Result<Option<Shown>, StoreError> {
    let store = &app.store;
    let Some(issue) = store.archived_edition(id).await? else { return Ok(None) };
    if issue.kind == EditionKind::Digest {
        let posts = of_digest(store, id, languages).await?;
        return Ok(Some(Shown { issue, posts, said: None }));
    }
    let Some(version) = issue.version else { return Ok(None) };
    let Some(version) = store.version(version).await? else { return Ok(None) };
    let posts = of_appeal(store, version.revision, languages).await?;
    let since = store.archived_items(id).await?;
    let since = since.iter().filter_map(|items| items.parse::<Since>().ok()?.0).max();
    let before = match since.filter(|_| issue.kind == EditionKind::Correction) {
        Some(before) => store.version(before).await?,
        None => None,
    };
    let changed = match public::appeal(app, version.appeal).await? {
        Some(now) if now.version.id > version.id => Some(Changed {
            at: now.version.created_at,
            off: now.is_off(),
            edition: store.archived_after(version.appeal, version.id).await?,
        }),
        _ => None,
    };
    Ok(Some(Shown { issue, posts, said: Some(Said { version, before, since: changed }) }))
}

async fn of_digest(store: &Store, id: EditionId, languages: &[&str]) -> Result<Vec<ArchivedPost>, StoreError> {
    let items = store.archived_items(id).await?;
    let items = items.iter().filter_map(|items| items.parse::<Items>().ok());
    let revisions: BTreeSet<RevisionId> = items.flat_map(|items| items.0).map(|item| item.revision).collect();
    let mut posts = store.archived_posts(&revisions.into_iter().collect::<Vec<_>>()).await?;
    // A post that was edited while the digest was planned is shown once, in its last form: they come in that order.
    let mut seen = BTreeSet::new();
    posts.retain(|post| seen.insert(post.post_id));
    let mut places: Vec<(PostId, Vec<ArchivedPost>)> = Vec::new();
    for post in posts {
        match places.iter_mut().find(|(original, _)| *original == post.original_id) {
            Some((_, versions)) => versions.push(post),
            None => places.push((post.original_id, vec![post])),
        }
    }
    let theirs = places.into_iter().filter_map(|(_, mut versions)| {
        versions.sort_by_key(|version| version.post_id != version.original_id);
        translation::choose(&versions, |version| &version.language, languages).cloned()
    });
    Ok(theirs.collect())
}

/// The post of an appeal: as it was, or its translation for these languages.
async fn of_appeal(store: &Store, revision: RevisionId, languages: &[&str]) -> Result<Vec<ArchivedPost>, StoreError> {
    let Some(post) = store.archived_posts(&[revision]).await?.pop() else { return Ok(Vec::new()) };
    let mut versions = vec![Translation { revision_id: revision, language: post.language.clone() }];
    versions.extend(store.translations(revision).await?);
    let theirs = translation::choose(&versions, |version| &version.language, languages);
    match theirs.filter(|theirs| theirs.revision_id != revision) {
        Some(theirs) => store.archived_posts(&[theirs.revision_id]).await,
        None => Ok(vec![post]),
    }
}
