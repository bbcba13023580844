//! What a dispatcher that runs until the queue is empty waits for, and what it leaves for later.

use std::time::Duration;

use super::throttles;
use crate::app::App;
use crate::config::Relay;
use crate::deliveries::DeliveryState;
use crate::editions::{EditionState, Lane};
use crate::id::EditionId;
use crate::relay::RelayState;
use crate::store::Result;

/// Holds that end within this are waited for.
const HOLD: Duration = Duration::from_secs(120);
/// How long a relay that another process uses may be stopped before nothing is hoped of it.
pub const AWAY: Duration = Duration::from_secs(5);

/// What is still to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Deliveries that are due or out, or due within moments where a provider is written to only so fast, and one for each
    /// mailing that is still being planned.
    pub due: i64,
    /// Of these, mailings that are still being planned.
    pub planning: i64,
    /// Mailings whose hold ends so soon that it is waited for.
    pub soon: i64,
    /// Deliveries that are tried again later or only in the next hour or day, and mailings that are held for longer: these are
    /// not waited for.
    pub later: i64,
    /// Of these, deliveries that are due and wait for the next hour or day, as the relays have had what they may be given.
    pub over_limit: i64,
    /// Mailings of which nothing is left, and which were not ended yet.
    pub(super) over: Vec<EditionId>,
}

/// Of what nothing more can be sent in this hour or day, as the relays have had what they may be given.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Full {
    pub ordinary: bool,
    pub urgent: bool,
}

impl Full {
    /// As the store knows it of the processes that dispatch.
    async fn of(app: &App) -> Result<Self> {
        let relays = &app.config.relays;
        if !relays.iter().any(|relay| relay.limits().any()) {
            return Ok(Self::default());
        }
        let (known, now) = (app.store.relays().await?, app.clock.now());
        let is_away = |relay: &Relay| {
            let status = known.iter().find(|known| known.name == relay.name);
            status.is_some_and(|known| known.state == RelayState::Stopped && now.since(known.changed_at) >= AWAY)
        };
        let stand_in = relays.iter().all(|relay| relay.is_standby() || is_away(relay));
        let mut full = None;
        for relay in relays.iter().filter(|relay| (!relay.is_standby() || stand_in) && !is_away(relay)) {
            let used = app.store.tally(&super::subject(&relay.name), now).await?;
            let Self { ordinary, urgent } = full.unwrap_or(Self { ordinary: true, urgent: true });
            full = Some(Self {
                ordinary: ordinary && relay.limits_for_bulk().are_used_up(used),
                urgent: urgent && relay.limits().are_used_up(used),
            });
        }
        Ok(full.unwrap_or_default())
    }
}

impl Left {
    /// What is left in this store, from which another process may dispatch.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn of(app: &App) -> Result<Self> {
        Self::with(app, Full::of(app).await?).await
    }

    /// What is left in this store, for a dispatcher that knows what it can still send.
    pub(super) async fn with(app: &App, full: Full) -> Result<Self> {
        let now = app.clock.now();
        // A rate is waited for, whosever it is; otherwise each run would send the few that have a turn at once.
        let soon = now.plus(throttles::next_turn(&app.config.domains));
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
            let is_due = !is_planned || app.store.next_due(edition.id).await?.is_some_and(|due| due <= soon);
            let is_full = if edition.lane == Lane::Urgent { full.urgent } else { full.ordinary };
            if is_due && !is_full {
                left.due += queued;
            } else {
                left.later += queued;
                left.over_limit += if is_due { queued } else { 0 };
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
