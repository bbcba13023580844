//! What a dispatcher that runs until the queue is empty waits for, and what it leaves for later.

use std::time::Duration;

use crate::app::App;
use crate::deliveries::DeliveryState;
use crate::editions::EditionState;
use crate::id::EditionId;

/// Holds that end within this are waited for.
const HOLD: Duration = Duration::from_secs(120);

/// What is still to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Deliveries that are due or out, and one for each mailing that is still being planned.
    pub due: i64,
    /// Of these, mailings that are still being planned.
    pub planning: i64,
    /// Mailings whose hold ends so soon that it is waited for.
    pub soon: i64,
    /// Deliveries that are tried again later, and mailings that are held for longer: these are not waited for.
    pub later: i64,
    /// Mailings of which nothing is left, and which were not ended yet.
    pub(super) over: Vec<EditionId>,
}

impl Left {
    /// What is left in this store.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn of(app: &App) -> crate::store::Result<Self> {
        let now = app.clock.now();
        let mut left = Self::default();
        for edition in app.store.open_editions().await? {
            if edition.is_held(now) {
                match edition.hold_until.is_some_and(|until| until.since(now) <= HOLD) {
                    true => left.soon += 1,
                    false => left.later += 1,
                }
                continue;
            }
            let counts = app.store.counts(edition.id).await?;
            let of = |state| counts.get(&state).copied().unwrap_or(0);
            let (queued, leased) = (of(DeliveryState::Queued), of(DeliveryState::Leased));
            let is_planned = edition.state != EditionState::Planning;
            left.due += leased + i64::from(!is_planned);
            left.planning += i64::from(!is_planned);
            if !is_planned || app.store.next_due(edition.id).await?.is_some_and(|due| due <= now) {
                left.due += queued;
            } else {
                left.later += queued;
            }
            if is_planned && queued + leased == 0 {
                left.over.push(edition.id);
            }
        }
        Ok(left)
    }

    /// How much is waited for.
    pub fn awaited(&self) -> i64 {
        self.due + self.soon
    }
}
