//! Planning an appeal's mailings: the next people in the order of the list, and what each of them gets.

use std::collections::BTreeMap;

use super::Version;
use super::event::EVERYBODY;
use super::follow::{Present, Since};
use crate::app::App;
use crate::clock::Timestamp;
use crate::editions::EditionKind;
use crate::id::{AppealId, SubscriberId};
use crate::store::deliveries::NewDelivery;
use crate::store::editions::Edition;
use crate::store::{Result, Store, Tx};

/// The next people whom a mailing may be for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// Who, in order of number.
    pub people: Vec<SubscriberId>,
    /// Everybody up to here has been looked at.
    pub to: SubscriberId,
    /// Whether nobody comes after them.
    pub last: bool,
}

/// The next `limit` people after those that the planning of `edition` has come to.
///
/// # Errors
///
/// When the database fails.
pub async fn next(store: &Store, edition: &Edition, appeal: AppealId, limit: i64) -> Result<Next> {
    let after = edition.planned_to;
    let page = usize::try_from(limit).unwrap_or(usize::MAX);
    if edition.kind == EditionKind::Appeal {
        let version = match edition.appeal_version_id {
            Some(id) => store.version(id).await?,
            None => None,
        };
        let regions = version.map(|version| version.regions).unwrap_or_default();
        let readers = store.alert_readers(&regions, after, limit).await?;
        let people: Vec<_> = readers.into_iter().map(|reader| reader.id).collect();
        let last = people.len() < page;
        return Ok(Next { to: people.last().copied().unwrap_or(after), people, last });
    }
    // Who was told is in the ledgers of the earlier mailings, each in order of number: merged, as far as all are known.
    let mut people = Vec::new();
    let mut to: Option<SubscriberId> = None;
    for earlier in store.appeal_editions(appeal).await?.iter().filter(|earlier| earlier.id < edition.id) {
        let reached = store.reached(earlier.id, after, limit).await?;
        if reached.len() >= page {
            to = to.into_iter().chain(reached.last().copied()).min();
        }
        people.extend(reached);
    }
    people.retain(|id| to.is_none_or(|to| *id <= to));
    people.sort();
    people.dedup();
    Ok(Next { to: to.or(people.last().copied()).unwrap_or(after), people, last: to.is_none() })
}

/// Writes down the deliveries of `people`; returns how many are new.
///
/// # Errors
///
/// When the database fails.
pub async fn write(tx: &mut Tx, app: &App, edition: &Edition, people: &[SubscriberId], now: Timestamp) -> Result<u64> {
    let Some(appeal) = edition.appeal_id else { return Ok(0) };
    if edition.planned_to == SubscriberId(0) && edition.kind == EditionKind::Appeal {
        // Its hold is over: from now on digests may bring the post to those whom it does not call.
        tx.list_live_posts(now).await?;
    }
    if people.is_empty() {
        return Ok(0);
    }
    if edition.kind != EditionKind::Reminder {
        return Present::read(tx, appeal).await?.write(tx, &app.config.site.language, people, now).await;
    }
    let mut variants = BTreeMap::new();
    let mut rows = Vec::with_capacity(people.len());
    for reader in tx.readers_among(appeal, people).await? {
        // Who left and follows it wants to hear of changes, and of nothing else.
        if !reader.alerts {
            continue;
        }
        let language = reader.language.unwrap_or_else(|| app.config.site.language.clone());
        let variant = match variants.get(&language) {
            Some(variant) => *variant,
            None => {
                let variant = tx.make_variant(edition.id, &language, &Since(None).to_string()).await?;
                *variants.entry(language).or_insert(variant)
            }
        };
        rows.push(NewDelivery { subscriber: reader.id, variant, domain_index: reader.domain_index });
    }
    tx.add_deliveries(edition.id, &rows, now).await
}

/// How many people of one region and language an appeal would call.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Forecast {
    /// Their region; empty for those who chose none.
    pub region: Option<String>,
    /// Their language.
    pub language: String,
    /// How many they are.
    pub recipients: u64,
}

/// Whom `version` would call if it went out now, most first. Nothing is written.
///
/// # Errors
///
/// When the database fails.
pub async fn forecast(app: &App, regions: &[String]) -> Result<Vec<Forecast>> {
    const PAGE: i64 = 5000;
    let mut found: BTreeMap<(Option<String>, String), u64> = BTreeMap::new();
    let mut after = SubscriberId(0);
    loop {
        let readers = app.store.alert_readers(regions, after, PAGE).await?;
        let Some(last) = readers.last() else { break };
        after = last.id;
        for reader in readers {
            let language = reader.language.unwrap_or_else(|| app.config.site.language.clone());
            *found.entry((reader.region, language)).or_default() += 1;
        }
    }
    Ok(Forecast::rows(found))
}

impl Forecast {
    /// Counts by region and language, most first.
    pub(super) fn rows(found: BTreeMap<(Option<String>, String), u64>) -> Vec<Self> {
        let rows = found.into_iter().map(|((region, language), recipients)| Self { region, language, recipients });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.recipients));
        rows
    }
}

impl Version {
    /// Who may be called, as text for a person: the regions, or everybody.
    pub fn regions_in_words(&self) -> String {
        if self.regions.is_empty() { EVERYBODY.to_owned() } else { self.regions.join(", ") }
    }
}
