//! Whom an amendment would reach if it were made now: counted in the ledger, as its planning would.

use std::collections::{BTreeMap, BTreeSet};

use super::amend::Checked;
use super::audience::Forecast;
use super::follow::Present;
use super::{Version, VersionKind};
use crate::app::App;
use crate::id::{SubscriberId, VersionId};
use crate::store::Result;

/// How many people are looked at in one transaction.
const PAGE: u16 = 500;

/// Whom an amendment would reach, by region and language, most first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// Those who have another version, and would be corrected.
    pub corrected: Vec<Forecast>,
    /// Those who have none, and would be called.
    pub called: Vec<Forecast>,
}

/// Counts them. Who has a mail in a relay's hands at this moment counts as one who has none. Nothing is written.
///
/// # Errors
///
/// When the database fails.
pub async fn outlook(app: &App, checked: &Checked) -> Result<Outlook> {
    let before = &checked.before;
    let version = Version {
        id: VersionId(i64::MAX),
        kind: VersionKind::Amended,
        events: checked.events.clone(),
        regions: checked.regions.clone(),
        deadline: checked.deadline,
        ..before.clone()
    };
    let is_called = checked.deadline > app.clock.now();
    let mut people = BTreeSet::new();
    for edition in app.store.appeal_editions(before.appeal).await? {
        let mut after = SubscriberId(0);
        loop {
            let reached = app.store.reached(edition.id, after, i64::from(PAGE)).await?;
            let Some(last) = reached.last() else { break };
            after = *last;
            people.extend(reached);
        }
    }
    if is_called {
        let mut after = SubscriberId(0);
        loop {
            let readers = app.store.alert_readers(&checked.regions, after, i64::from(PAGE)).await?;
            let Some(last) = readers.last() else { break };
            after = last.id;
            people.extend(readers.into_iter().map(|reader| reader.id));
        }
    }
    let present = Present { version, call: None, correction: None, has_past: true };
    let (mut corrected, mut called) = (BTreeMap::new(), BTreeMap::new());
    let people: Vec<SubscriberId> = people.into_iter().collect();
    for page in people.chunks(usize::from(PAGE)) {
        let mut tx = app.store.begin_read().await?;
        for (reader, since) in present.wanting(&mut tx, page).await? {
            let found: &mut BTreeMap<_, u64> = match since.0 {
                Some(_) => &mut corrected,
                None if is_called => &mut called,
                None => continue,
            };
            let language = reader.language.unwrap_or_else(|| app.config.site.language.clone());
            *found.entry((reader.region, language)).or_default() += 1;
        }
    }
    Ok(Outlook { corrected: Forecast::rows(corrected), called: Forecast::rows(called) })
}
