//! The letter to whoever marked an appeal: how a mailing about it went.

use super::tell::{TellError, Teller};
use super::{Channel, Channels, mail};
use crate::app::App;
use crate::config::Sender;
use crate::deliveries::DeliveryState;
use crate::editions::{EditionKind, EditionState};
use crate::id::{AppealId, EditionId};
use crate::store::deliveries::Counts;
use crate::store::editions::Edition;
use crate::store::notices::Notice;
use crate::store::{Result, Store};
use crate::templates::contexts::{Ending, Frame, OrganiserResult, Site};
use crate::vault::Column;

/// How many deliveries of `edition` ended in each state; nothing while one of them is open, or while a mailing of an earlier
/// version may still hand people over to it.
pub(super) async fn settled(store: &Store, edition: &Edition) -> Result<Option<Counts>> {
    let replaced = store.superseded_editions().await?;
    if replaced.iter().any(|other| other.appeal_id == edition.appeal_id) {
        return Ok(None);
    }
    let counts = store.counts(edition.id).await?;
    Ok(Some(counts).filter(|counts| counts.keys().all(|state| state.is_final())))
}

/// Who is to be told how it went: nobody where it was for nobody but others were told, or where nobody said who.
pub(super) async fn channels(app: &App, edition: &Edition, counts: &Counts) -> Result<Channels> {
    let known = match edition.appeal_id {
        Some(appeal) => app.config.notify.mail.is_some() || app.store.report_to(appeal).await?.is_some(),
        None => false,
    };
    let told = known
        && !app.config.notify_relays().is_empty()
        && (!counts.is_empty() || calls_nobody(&app.store, edition).await?);
    Ok(Channels(told.then_some(Channel::Organiser).into_iter().collect()))
}

/// Whether an appeal has gone by without any of its mailings being for anybody.
async fn calls_nobody(store: &Store, edition: &Edition) -> Result<bool> {
    let Some(appeal) = edition.appeal_id else { return Ok(false) };
    if edition.kind != EditionKind::Appeal || edition.state != EditionState::Done {
        return Ok(false);
    }
    for other in store.appeal_editions(appeal).await? {
        if !store.counts(other.id).await?.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes to whoever marked the appeal, else to who is on duty.
pub(super) async fn tell(app: &App, teller: &Teller<'_>, notice: &Notice) -> std::result::Result<(), TellError> {
    let failed = |error: &dyn std::fmt::Display| TellError::Words(error.to_string());
    let missing = || TellError::Words(format!("mailing {} is not in the store", notice.subject));
    let id: EditionId = notice.subject.parse().map_err(|_| missing())?;
    let edition = app.store.edition(id).await.map_err(|error| failed(&error))?.ok_or_else(missing)?;
    let appeal = edition.appeal_id.ok_or_else(missing)?;
    let Some(to) = address(app, appeal).await? else { return Ok(()) };
    let counts = app.store.counts(id).await.map_err(|error| failed(&error))?;
    let counts: Vec<(DeliveryState, u64)> =
        counts.into_iter().map(|(state, count)| (state, u64::try_from(count).unwrap_or(0))).collect();
    let title = title(&app.store, &edition).await.map_err(|error| failed(&error))?;
    let site = &app.config.site;
    let language = teller.templates.words().language(&site.language);
    let ending = Ending {
        edition: id,
        kind: edition.kind,
        title: &title,
        deadline: Some(edition.deadline_at),
        time_zone: site.time_zone,
        counts: &counts,
    };
    let letter = OrganiserResult::new(Frame::new(Site::of(&app.config), &language), language, &ending)?;
    let content = teller.templates.mail(&letter, &site.language).map_err(|error| failed(&error))?;
    Ok(mail::send(teller, &mail::Letter::result(notice, id, &to, &content)).await?)
}

async fn address(app: &App, appeal: AppealId) -> std::result::Result<Option<Sender>, TellError> {
    let failed = |error: &dyn std::fmt::Display| TellError::Words(format!("who marked appeal {appeal}: {error}"));
    let Some(sealed) = app.store.report_to(appeal).await.map_err(|error| failed(&error))? else {
        return Ok(app.config.notify.mail.as_ref().map(|duty| duty.to.clone()));
    };
    let opened = app.vault.open(sealed.key_id, Column::Address, &sealed.index, &sealed.address);
    let address = opened.map_err(|error| failed(&error))?.parse();
    Ok(Some(Sender { name: String::new(), address: address.map_err(|error| failed(&error))? }))
}

/// The title of the post as this mailing brought it.
async fn title(store: &Store, edition: &Edition) -> Result<String> {
    let Some(version) = edition.appeal_version_id else { return Ok(String::new()) };
    let Some(version) = store.version(version).await? else { return Ok(String::new()) };
    Ok(store.revision(version.revision).await?.map(|revision| revision.title).unwrap_or_default())
}
