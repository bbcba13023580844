//! Giving out the list as a CSV file that an import reads.

use std::io::{self, Write};

use super::SubscriberState;
use super::csv_cell::guarded;
use super::import::Column;
use crate::app::App;
use crate::id::SubscriberId;
use crate::store::StoreError;
use crate::store::subscribers::SubscriberFilter;
use crate::subscribers::Subscriber;

/// How many rows are in memory at once.
const PAGE: i64 = 1000;

/// Why an export is not whole.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store failed, or a row in it does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It cannot be written.
    #[error("the list could not be written")]
    Write(#[source] io::Error),
}

impl From<csv::Error> for ExportError {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => Self::Write(error),
            // Only a row of another width, which this file does not write.
            other => Self::Write(io::Error::other(format!("{other:?}"))),
        }
    }
}

/// Writes everybody who is not erased to `out`, and returns how many they are; `told` hears how many so far.
///
/// That the list was given out is written down before its first row leaves, and how many there were after the last.
///
/// # Errors
///
/// When the store fails or `out` cannot be written; what was written until then stays.
pub async fn export(
    app: &App,
    actor: &str,
    out: &mut dyn Write,
    mut told: impl FnMut(u64),
) -> Result<u64, ExportError> {
    audit(app, actor, "exporting", None).await?;
    let mut count = 0;
    let mut counted = |so_far| {
        count = so_far;
        told(so_far);
    };
    let outcome = write(app, out, &mut counted).await;
    let written = audit(app, actor, "exported", Some(count.to_string())).await;
    outcome?;
    written?;
    Ok(count)
}

async fn write(app: &App, out: &mut dyn Write, told: &mut dyn FnMut(u64)) -> Result<(), ExportError> {
    let mut writer = csv::WriterBuilder::new().from_writer(out);
    writer.write_record(Column::ALL.iter().map(|column| column.as_str()))?;
    let mut after = SubscriberId(0);
    let mut count = 0;
    loop {
        let page = app.store.subscribers(SubscriberFilter::default(), after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for row in page.iter().filter(|row| row.state != SubscriberState::Erased) {
            let subscriber = row.open(&app.vault)?;
            // Before the row is written: the count may be one too high, and never too low.
            count += 1;
            told(count);
            writer.write_record(Column::ALL.iter().map(|column| cell(*column, &subscriber)))?;
        }
    }
    writer.flush().map_err(ExportError::Write)
}

fn cell(column: Column, subscriber: &Subscriber) -> String {
    let wanted = &subscriber.preferences;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let cell = match column {
        Column::Email => subscriber.address.as_ref().map(|address| address.as_given()).unwrap_or_default(),
        Column::Name => text(&subscriber.name),
        Column::Language => text(&wanted.language),
        Column::Topics => wanted.topics.to_string(),
        Column::Cadence => wanted.cadence.to_string(),
        Column::Alerts => if wanted.alerts { "yes" } else { "no" }.to_owned(),
        Column::Region => text(&wanted.region),
        Column::TimeZone => wanted.time_zone.map(|zone| zone.name().to_owned()).unwrap_or_default(),
        Column::State => subscriber.state.to_string(),
        Column::Suppression => subscriber.suppression.map(|reason| reason.to_string()).unwrap_or_default(),
        Column::Consent => text(&subscriber.consent_note),
        Column::ConfirmedAt => subscriber.confirmed_at.map(|at| at.to_string()).unwrap_or_default(),
    };
    guarded(&cell).into_owned()
}

async fn audit(app: &App, actor: &str, action: &str, detail: Option<String>) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    tx.audit(app.clock.now(), actor, action, None, None, detail.as_deref()).await?;
    tx.commit().await
}
