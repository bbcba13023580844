//! Marking a post as urgent: the checks, the hold, and the mailing.

mod doubts;
mod error;

use std::time::Duration;

pub use self::doubts::{Said, doubts};
pub use self::error::MarkError;

use super::event::{Event, EventDraft, Rules, last_end, last_start, wanted_region};
use super::{Appeal, AppealState, VersionKind, regions_of};
use crate::address::Address;
use crate::app::App;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::editions::{EditionKind, EditionState};
use crate::id::{AppealId, EditionId, PostId, RevisionId, VersionId};
use crate::posts::PostState;
use crate::store::appeals::ReportTo;
use crate::store::editions::NewEdition;
use crate::store::posts::Post;
use crate::store::versions::NewVersion;
use crate::store::{StoreError, Tx};
use crate::vault::{Column, Vault};

/// What makes a post an appeal.
#[derive(Clone, Debug, Default)]
pub struct Marking {
    /// Its events, as they were written.
    pub events: Vec<EventDraft>,
    /// Whom it is for, where it has no event.
    pub region: Option<String>,
    /// Nobody is called to it after this; needed where it has no event.
    pub deadline: Option<Timestamp>,
    /// How long it waits, for second thoughts.
    pub hold: Duration,
    /// Who is told how it went.
    pub report_to: Option<Address>,
    /// Whether doubts were looked at and put aside.
    pub sure: bool,
}

/// Who is told by mail how an appeal went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// Whom the marking names.
    Named,
    /// Who is on duty, as the config says.
    Duty,
    /// Nobody.
    Nobody,
}

/// A marking that was checked and can be carried out.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The post.
    pub post: PostId,
    /// The post as it is.
    pub revision: RevisionId,
    /// Its title.
    pub title: String,
    /// Its events.
    pub events: Vec<Event>,
    /// Whom it is for; empty for everybody who wants alerts.
    pub regions: Vec<String>,
    /// Nobody is called to it after this.
    pub deadline: Timestamp,
    /// How long it waits, for second thoughts.
    pub hold: Duration,
    /// Who is told how it went.
    pub report_to: Option<ReportTo>,
    /// Who that is, without the address.
    pub report: Report,
}

/// An appeal that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Marked {
    /// The appeal.
    pub appeal: AppealId,
    /// Its version.
    pub version: VersionId,
    /// The mailing that calls people to it.
    pub edition: EditionId,
    /// Until when it can be taken back without anybody hearing of it.
    pub hold_until: Timestamp,
    /// Nobody is called to it after this.
    pub deadline: Timestamp,
    /// Who is told how it went.
    pub report: Report,
}

/// Checks everything and writes nothing.
///
/// # Errors
///
/// When the post cannot be marked like this, or, unless the marking is `sure`, there is a doubt.
pub async fn check(app: &App, post: PostId, marking: &Marking) -> Result<Checked, MarkError> {
    let now = app.clock.now();
    let post = app.store.post(post).await?.ok_or(MarkError::NoPost(post))?;
    if post.state == PostState::Withdrawn {
        return Err(MarkError::Withdrawn(post.id));
    }
    let known = known(&mut app.store.begin_read().await?, post.id, now).await?;
    if let Some(known) = known {
        return Err(known.refusal(post.id));
    }
    let revision = app.store.revision(post.revision_id).await?;
    if let Some(original) =
        revision.as_ref().map(|revision| revision.original_id).filter(|original| *original != post.id)
    {
        return Err(MarkError::Translation(post.id, original));
    }
    let language = revision.as_ref().map(|revision| revision.language.clone()).unwrap_or_default();
    let text = revision.map(|revision| format!("{}\n\n{}", revision.title, revision.text)).unwrap_or_default();
    let published = post.published_at;
    let report_to = marking.report_to.as_ref().map(|address| seal(&app.vault, address)).transpose()?;
    let Post { id, revision_id, title, .. } = post;
    let checked = Checked { report_to, ..checked(&app.config, id, revision_id, title, marking, now)? };
    let said = Said { text: &text, published, time_zone: app.config.site.time_zone, language: &language };
    let doubts = if marking.sure {
        Vec::new()
    } else {
        doubts(&mut app.store.begin_read().await?, &checked, &said, now).await?
    };
    if doubts.is_empty() { Ok(checked) } else { Err(MarkError::Doubts(doubts)) }
}

/// Checks what can be checked without the store.
///
/// # Errors
///
/// When the post cannot be marked like this.
pub fn checked(
    config: &Config,
    post: PostId,
    revision: RevisionId,
    title: String,
    marking: &Marking,
    now: Timestamp,
) -> Result<Checked, MarkError> {
    let events = events(config, &marking.events, now)?;
    let regions = regions(config, &events, marking.region.as_deref())?;
    let deadline = match (marking.deadline, last_start(&events)) {
        (Some(deadline), _) if deadline <= now => return Err(MarkError::Deadline(deadline)),
        (Some(deadline), _) => deadline,
        (None, Some(start)) if start <= now => return Err(MarkError::Begun(start)),
        (None, Some(start)) => start,
        (None, None) => return Err(MarkError::NoEnd),
    };
    if let Some(end) = last_end(&events).filter(|end| deadline > *end) {
        return Err(MarkError::LateDeadline { deadline, end });
    }
    let until = now.plus(marking.hold);
    if until >= deadline {
        return Err(MarkError::LateHold { until, deadline });
    }
    let report = match (&marking.report_to, &config.notify.mail) {
        _ if config.notify_relays().is_empty() => Report::Nobody,
        (Some(_), _) => Report::Named,
        (None, Some(_)) => Report::Duty,
        (None, None) => Report::Nobody,
    };
    Ok(Checked { post, revision, title, events, regions, deadline, hold: marking.hold, report_to: None, report })
}

/// Drafts as events, each with a calendar name of its own.
///
/// # Errors
///
/// When one of them cannot be used; the error says which.
pub fn events(config: &Config, drafts: &[EventDraft], now: Timestamp) -> Result<Vec<Event>, MarkError> {
    let rules = Rules { time_zone: config.site.time_zone, regions: &config.appeals.regions, now };
    let checked = drafts.iter().zip(1..).map(|(draft, number)| {
        let uid = new_uid(config)?;
        draft.check(&rules, uid).map_err(|error| MarkError::Event { number, error })
    });
    checked.collect()
}

/// Whom an appeal is for: its events say so, or where it has none, `region`.
///
/// # Errors
///
/// When there is no such region.
pub fn regions(config: &Config, events: &[Event], region: Option<&str>) -> Result<Vec<String>, MarkError> {
    match region.filter(|_| events.is_empty()) {
        Some(region) => {
            let wanted = wanted_region(region, &config.appeals.regions).map_err(MarkError::Region)?;
            Ok(wanted.into_iter().collect())
        }
        None => Ok(regions_of(events)),
    }
}

/// A calendar name that nothing else has (RFC 7986 section 5.3).
fn new_uid(config: &Config) -> Result<String, StoreError> {
    let random: [u8; 16] = crate::vault::random_bytes()?;
    let hex: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{hex}@{}", config.site.sender.address.domain()))
}

/// An appeal that keeps its post from being marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    id: AppealId,
    state: AppealState,
    is_over: bool,
}

impl Known {
    fn refusal(self, post: PostId) -> MarkError {
        match self.state {
            AppealState::Cancelled => MarkError::CalledOff(post, self.id),
            _ if self.is_over => MarkError::Over(post, self.id),
            _ => MarkError::Already(post, self.id),
        }
    }
}

/// The appeal that keeps a post from being marked: not one that was taken back, nor one that is over and reached nobody.
pub(super) async fn known(tx: &mut Tx, post: PostId, now: Timestamp) -> Result<Option<Known>, StoreError> {
    let appeal = tx.appeal_of(post).await?.filter(|appeal| appeal.state != AppealState::Stopped);
    let Some(Appeal { id, state, .. }) = appeal else { return Ok(None) };
    let is_over = tx.current_version(id).await?.is_some_and(|version| version.is_over(now));
    let stands = !is_over || tx.heard_count(id).await? > 0;
    Ok(stands.then_some(Known { id, state, is_over }))
}

/// Makes the appeal and its mailing. Nobody is written to before its hold is over.
///
/// # Errors
///
/// When somebody else made it one meanwhile, or the store fails.
pub async fn mark(app: &App, checked: &Checked, by: &str) -> Result<Marked, MarkError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let marked = mark_in(&mut tx, checked, by, now).await?.map_err(|known| known.refusal(checked.post))?;
    tx.wake().await?;
    tx.commit().await?;
    Ok(marked)
}

/// As [`mark`], within a transaction; or the appeal that keeps the post from being marked.
///
/// # Errors
///
/// When the store fails.
pub(super) async fn mark_in(
    tx: &mut Tx,
    checked: &Checked,
    by: &str,
    now: Timestamp,
) -> Result<Result<Marked, Known>, StoreError> {
    let post = checked.post;
    // Taken back before anybody hears of it, it is what it was: one that was never to be mailed stays unmailed.
    let former = tx.lock_post(post).await?.unwrap_or(PostState::Live);
    if let Some(known) = known(tx, post, now).await? {
        return Ok(Err(known));
    }
    if let Some(lapsed) = tx.appeal_of(post).await? {
        // It reached nobody, so nobody is to be corrected: it is as if it had been taken back.
        tx.supersede_appeal(lapsed.id, true).await?;
        tx.set_appeal_state(lapsed.id, AppealState::Stopped).await?;
        tx.drop_proposal(lapsed.id).await?;
    }
    // The post is locked, and no other appeal of it stands.
    let made = tx.make_appeal(post, former, by, now).await?;
    let appeal = made.ok_or(StoreError::Query(sqlx::Error::RowNotFound))?;
    if let Some(to) = &checked.report_to {
        tx.set_report_to(appeal, to).await?;
    }
    tx.clear_declared_problem(post).await?;
    // Whoever it does not call finds it in their digest, once it is sure to go out.
    tx.set_post_state(post, PostState::Live).await?;
    tx.forget_listing(post).await?;
    let new = NewVersion {
        appeal,
        kind: VersionKind::Marked,
        revision: checked.revision,
        regions: &checked.regions,
        deadline: checked.deadline,
        reason: None,
        by,
        events: &checked.events,
    };
    let version = tx.add_version(&new, now).await?;
    let hold_until = now.plus(checked.hold);
    let edition =
        make_edition(tx, EditionKind::Appeal, (appeal, version), checked.deadline, hold_until, by, now).await?;
    tx.audit(now, by, "marked", None, Some(edition), Some(&format!("appeal {appeal}"))).await?;
    Ok(Ok(Marked { appeal, version, edition, hold_until, deadline: checked.deadline, report: checked.report }))
}

/// Makes the mailing of one kind of a version; planning it begins when the hold is over.
///
/// # Errors
///
/// When the database fails.
pub(super) async fn make_edition(
    tx: &mut Tx,
    kind: EditionKind,
    (appeal, version): (AppealId, VersionId),
    deadline_at: Timestamp,
    hold_until: Timestamp,
    by: &str,
    now: Timestamp,
) -> Result<EditionId, StoreError> {
    let new = NewEdition {
        kind,
        key: format!("{kind}/{appeal}/{version}"),
        state: EditionState::Planning,
        cadence: None,
        slot_at: None,
        time_zone: None,
        cut_off_at: None,
        appeal: Some((appeal, version)),
        created_by: by.to_owned(),
        hold_until: Some(hold_until),
        deadline_at,
    };
    tx.make_edition(&new, now).await?.ok_or(StoreError::Query(sqlx::Error::RowNotFound))
}

/// An address as it is kept with an appeal.
fn seal(vault: &Vault, address: &Address) -> Result<ReportTo, StoreError> {
    let index = vault.address_index(address)?;
    let address = vault.seal(Column::Address, &index, &address.as_given())?;
    Ok(ReportTo { key_id: vault.current_key(), index, address })
}
