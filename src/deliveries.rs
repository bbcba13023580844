//! Deliveries: one edition to one subscriber each, the state it ends in, and the pauses on the way there.

pub mod blame;

use std::time::Duration;

use chrono_tz::Tz;

use self::blame::Blame;

use crate::clock::Timestamp;
use crate::editions::{EditionKind, Lane};
use crate::relay::{Outcome, Reply, Stage};
use crate::store::editions::Edition;
use crate::store::queue::{Claimed, Finding, Record, Standing};
use crate::subscribers::{Cadence, SubscriberState, SuppressionReason};
use crate::text_enum::text_enum;

text_enum! {
    /// Where a delivery stands. All but the first two are final.
    pub enum DeliveryState {
        /// Waiting until it is due.
        Queued = "queued",
        /// In the hands of a dispatcher.
        Leased = "leased",
        /// The relay took it.
        Accepted = "accepted",
        /// The relay refused it for good.
        Refused = "refused",
        /// The person left, or must not be mailed.
        Suppressed = "suppressed",
        /// Its deadline passed.
        Expired = "expired",
        /// Its edition was stopped.
        Cancelled = "cancelled",
        /// It may or may not have arrived: the reply was lost.
        Unknown = "unknown",
    }
}

impl DeliveryState {
    /// Whether it is over.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Leased)
    }
}

/// What to do with a delivery right before MAIL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Hand it to the relay.
    Send,
    /// Its edition is paused or stopped: put it back.
    PutBack,
    /// Its domain blocks our mail: not before this.
    Wait(Timestamp),
    /// It has ended, in this state.
    End(DeliveryState),
}

/// Whether somebody who stands like this may be sent this kind of mail now.
///
/// A confirmation goes to those who may yet come back, a goodbye to those who just left, all else to those who are on
/// the list and not suppressed.
///
/// A digest also ends here for who has asked for another cadence since, or for another zone's hour where `site` is given
/// (the zone of those who chose none), as their next digest brings its posts, and for who has had its posts by now.
pub fn verdict(edition: &Edition, standing: &Standing, site: Option<Tz>, now: Timestamp) -> Verdict {
    use SubscriberState::{Active, Erased, Pending};
    let suppression = standing.suppression;
    let digest = edition.kind == EditionKind::Digest;
    let wanted = match (edition.kind, standing.subscriber_state) {
        (_, Erased) => false,
        (EditionKind::Confirmation, Pending | Active) => suppression.is_none_or(SuppressionReason::lifts),
        (EditionKind::Goodbye, Active) => suppression == Some(SuppressionReason::Left),
        // Who left may have asked to hear whether the event they were told of still takes place.
        (EditionKind::Correction | EditionKind::Cancellation, Active) => {
            suppression.is_none() || (suppression == Some(SuppressionReason::Left) && standing.follows)
        }
        (EditionKind::Digest, Active) => {
            suppression.is_none() && standing.paused_until.is_none_or(|until| until <= now)
        }
        (_, Active) => suppression.is_none(),
        (_, Pending) => false,
    };
    if !wanted {
        Verdict::End(DeliveryState::Suppressed)
    } else if digest
        && (edition.cadence.is_some_and(|cadence| cadence != standing.wanted_cadence)
            || site.is_some_and(|site| {
                !is_in_zone(edition, standing.wanted_zone.and_then(|chosen| chosen.0).unwrap_or(site))
            })
            || edition.cut_off_at.is_some_and(|cut_off| cut_off <= standing.digest_mark))
    {
        Verdict::End(DeliveryState::Cancelled)
    } else if standing.deadline_at <= now {
        Verdict::End(DeliveryState::Expired)
    } else if !standing.edition_open {
        Verdict::PutBack
    } else if let Some(until) = standing.domain_paused_until.filter(|until| *until > now) {
        Verdict::Wait(until)
    } else {
        Verdict::Send
    }
}

/// Whether a digest is at `zone`'s hour. Those who want each post get it at once, wherever they are.
fn is_in_zone(edition: &Edition, zone: Tz) -> bool {
    edition.cadence == Some(Cadence::Each) || edition.time_zone.as_deref().is_none_or(|own| own == zone.name())
}

/// How often a delivery whose reply was lost is tried again before it stays unknown.
const UNKNOWN_ATTEMPTS: i32 = 5;

/// The pause after the given number of attempts, before jitter; the last one repeats until the deadline.
fn pause(lane: Lane, attempts: i32) -> Duration {
    const URGENT: &[u64] = &[5, 15, 30, 60, 120, 300];
    const LETTER: &[u64] = &[30, 60, 120, 300, 600, 1800, 3600];
    const BULK: &[u64] = &[60, 300, 900, 1800, 3600, 7200, 14_400];
    let steps = match lane {
        Lane::Urgent => URGENT,
        Lane::Letter => LETTER,
        Lane::Bulk => BULK,
    };
    let step = usize::try_from(attempts.max(1) - 1).unwrap_or(0);
    Duration::from_secs(steps.get(step).or(steps.last()).copied().unwrap_or(60))
}

/// When to try again after so many attempts: growing pauses, each a fifth shorter or longer by `dice`, so that what
/// failed together does not come back together.
pub fn next_attempt(lane: Lane, attempts: i32, now: Timestamp, dice: u16) -> Timestamp {
    let pause = pause(lane, attempts);
    now.plus(pause.mul_f64(0.8 + 0.4 * f64::from(dice) / f64::from(u16::MAX)))
}

/// Why an outcome says nothing of its recipient, where it does: the relay turned us away, or was gone, before it had heard
/// of them. The flag says whether that is for good, such as a sender that it does not take.
pub fn blames_relay(outcome: &Outcome) -> Option<(String, bool)> {
    match outcome {
        Outcome::Refused { stage: Stage::Mail, reply } => Some((format!("MAIL: {} {}", reply.code, reply.text), true)),
        Outcome::Deferred { stage: Stage::Mail, reply } => {
            Some((format!("MAIL: {} {}", reply.code, reply.text), false))
        }
        // It would say the same of everybody.
        Outcome::Refused { stage: Stage::Rcpt, reply } if blame::denies_us(reply) => {
            Some((format!("RCPT: {} {}", reply.code, reply.text), true))
        }
        Outcome::Lost { stage: Stage::Mail, error } => Some((format!("MAIL: {error}"), false)),
        _ => None,
    }
}

/// The record of a claimed delivery that ended without being handed to a relay.
pub fn ended(claimed: &Claimed, state: DeliveryState, now: Timestamp) -> Record {
    let state = if claimed.maybe_sent { DeliveryState::Unknown } else { state };
    Record { state, ended_at: Some(now), ..unchanged(claimed, now) }
}

/// The record of a claimed delivery whose message could not be made; it is tried again in a minute, at no cost to it.
pub fn unmade(claimed: &Claimed, why: &str, now: Timestamp) -> Record {
    let due_at = now.plus(Duration::from_secs(60));
    Record { due_at, stage: Some("compose".to_owned()), reply: Some(why.to_owned()), ..unchanged(claimed, now) }
}

/// The record of a claimed delivery that waits until its domain takes mail again, at no cost to it.
pub fn waiting(claimed: &Claimed, until: Timestamp, now: Timestamp) -> Record {
    Record { due_at: until, ..unchanged(claimed, now) }
}

/// The record of what a relay made of a claimed delivery.
pub fn record(claimed: &Claimed, lane: Lane, relay: &str, outcome: &Outcome, now: Timestamp, dice: u16) -> Record {
    let attempts = claimed.attempts.saturating_add(1);
    let base = Record { attempts, relay: Some(relay.to_owned()), ..unchanged(claimed, now) };
    let replied = |record: Record, stage: Stage, reply: &Reply| Record {
        stage: Some(stage.to_string()),
        reply_code: Some(i32::from(reply.code)),
        reply: Some(reply.text.clone()),
        ..record
    };
    let again = |record: Record| Record { due_at: next_attempt(lane, attempts, now, dice), ..record };
    let over = |record: Record, state| Record { state, ended_at: Some(now), ..record };
    // How long its domain is left alone is known when this is written down.
    let blocked = |record: Record| Record {
        blocks: claimed.blocks.saturating_add(1),
        finding: Some(Finding::Blocked),
        ..again(record)
    };
    match outcome {
        Outcome::Accepted { reply } => {
            let lifted = claimed.standing.domain_paused_until.map(|_| Finding::Lifted);
            Record { finding: lifted, ..over(replied(base, Stage::Dot, reply), DeliveryState::Accepted) }
        }
        Outcome::Refused { stage, reply } => {
            let replied = replied(base, *stage, reply);
            match blame::blame(*stage, reply) {
                // A full mailbox is emptied one day.
                Blame::Mailbox => again(replied),
                // Where the domain takes others' mail, it is not for the domain that this one is kept out again.
                Blame::Policy if claimed.blocks == 0 || claimed.standing.domain_paused_until.is_some() => {
                    blocked(replied)
                }
                _ => {
                    // An earlier attempt may have arrived all the same.
                    let state = if claimed.maybe_sent { DeliveryState::Unknown } else { DeliveryState::Refused };
                    let finding = blame::is_dead(*stage, reply).then_some(Finding::Dead);
                    Record { finding, ..over(replied, state) }
                }
            }
        }
        Outcome::Deferred { stage, reply } => {
            let replied = replied(base, *stage, reply);
            if blame::blame(*stage, reply) == Blame::Policy { blocked(replied) } else { again(replied) }
        }
        Outcome::Lost { stage, error } => {
            again(Record { stage: Some(stage.to_string()), reply_code: None, reply: Some(error.clone()), ..base })
        }
        Outcome::Unknown { error } => {
            let base =
                Record { maybe_sent: true, stage: Some(Stage::Dot.to_string()), reply: Some(error.clone()), ..base };
            // The attempts may all have been deferrals: the first reply that is lost is asked for again in any case.
            if attempts < UNKNOWN_ATTEMPTS || !claimed.maybe_sent {
                again(base)
            } else {
                over(base, DeliveryState::Unknown)
            }
        }
    }
}

fn unchanged(claimed: &Claimed, now: Timestamp) -> Record {
    Record {
        edition: claimed.edition_id,
        subscriber: claimed.subscriber_id,
        lease: claimed.lease,
        state: DeliveryState::Queued,
        due_at: now,
        attempts: claimed.attempts,
        maybe_sent: claimed.maybe_sent,
        relay: None,
        stage: None,
        reply_code: None,
        reply: None,
        ended_at: None,
        blocks: claimed.blocks,
        domain_index: claimed.domain_index,
        finding: None,
    }
}

#[cfg(test)]
mod tests;
