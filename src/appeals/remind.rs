//! Reminders: a second word before an event starts, to those who had the appeal.

use std::time::Duration;

use super::{AppealState, Version};
use crate::app::App;
use crate::clock::Timestamp;
use crate::editions::{EditionKind, EditionState};
use crate::id::EditionId;
use crate::store::Result;
use crate::store::editions::{Edition, NewEdition};

/// Whoever heard of an event less than this before the reminder is not reminded.
const APART: Duration = Duration::from_secs(2 * 3600);

/// Makes the reminders that are due, each once; says which.
///
/// # Errors
///
/// When the database fails.
pub async fn open_due(app: &App) -> Result<Vec<EditionId>> {
    let (now, ahead) = (app.clock.now(), app.config.appeals.reminder);
    let mut made = Vec::new();
    if ahead.is_zero() {
        return Ok(made);
    }
    for version in app.store.versions_to_remind(now, now.plus(ahead)).await? {
        for event in &version.events {
            let due = event.starts.at.minus(ahead);
            // The same event at another time is reminded of again, at another place it is corrected.
            let key = format!("reminder/{}/{}/{}", version.appeal, event.uid, event.starts.at);
            let is_due = due <= now && now < event.starts.at;
            // Looked up before anything is locked: this runs every second until the event starts.
            if !is_due || app.store.edition_by_key(&key).await?.is_some() || !is_worth_it(app, &version, due).await? {
                continue;
            }
            let new = NewEdition {
                kind: EditionKind::Reminder,
                key,
                state: EditionState::Planning,
                cadence: None,
                slot_at: Some(event.starts.at),
                time_zone: Some(event.time_zone.name().to_owned()),
                cut_off_at: None,
                appeal: Some((version.appeal, version.id)),
                created_by: "schedule".to_owned(),
                hold_until: None,
                deadline_at: event.starts.at,
            };
            let mut tx = app.store.begin().await?;
            // An amendment or cancellation meanwhile makes its own decision.
            let open = tx.lock_appeal(version.appeal).await?.is_some_and(|appeal| appeal.state == AppealState::Open);
            let current = tx.current_version(version.appeal).await?.map(|current| current.id);
            if open
                && current == Some(version.id)
                && let Some(id) = tx.make_edition(&new, now).await?
            {
                tx.audit(now, "schedule", "planned", None, Some(id), None).await?;
                tx.wake().await?;
                tracing::info!(edition = %id, appeal = %version.appeal, "a reminder is due");
                made.push(id);
            }
            tx.commit().await?;
        }
    }
    Ok(made)
}

/// Whether the appeal, as its readers see it now, went out long enough before `due`: a change that they do not see, as of
/// its region, is no news to those who had it.
async fn is_worth_it(app: &App, version: &Version, due: Timestamp) -> Result<bool> {
    let Some(appeal) = app.store.appeal(version.appeal).await? else { return Ok(false) };
    let editions = app.store.appeal_editions(version.appeal).await?;
    let out: Vec<&Edition> = appeal.mailings(&editions).filter(|edition| edition.is_out(app.clock.now())).collect();
    let (mut heard, mut alike) = (false, Some(version.id));
    for edition in out.into_iter().rev() {
        if edition.appeal_version_id != Some(version.id) && edition.appeal_version_id != alike {
            let Some(earlier) = edition.appeal_version_id else { break };
            if !app.store.version(earlier).await?.is_some_and(|earlier| earlier.reads_like(version)) {
                break;
            }
            alike = Some(earlier);
        }
        let in_time = edition.hold_until.unwrap_or(edition.created_at).plus(APART) <= due;
        match edition.kind {
            // Of another of its events.
            EditionKind::Reminder if !in_time => return Ok(false),
            EditionKind::Reminder => {}
            _ => heard |= in_time,
        }
    }
    Ok(heard)
}
