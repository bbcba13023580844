//! Who may be mailed, and what each outcome leads to.

use super::*;
use crate::id::{EditionId, SubscriberId, VariantId};
use crate::store::queue::ChosenZone;
use crate::subscribers::Cadence;

const NOW: Timestamp = Timestamp(1_000_000_000);

fn standing(state: SubscriberState, suppression: Option<SuppressionReason>) -> Standing {
    Standing {
        subscriber_state: state,
        suppression,
        paused_until: None,
        edition_open: true,
        deadline_at: NOW.plus(Duration::from_secs(60)),
        wanted_cadence: Cadence::Weekly,
        digest_mark: Timestamp(0),
        follows: false,
        wanted_zone: None,
        domain_paused_until: None,
    }
}

fn edition(kind: EditionKind) -> Edition {
    Edition {
        id: EditionId(1),
        kind,
        lane: kind.lane(),
        key: String::new(),
        state: crate::editions::EditionState::Sending,
        cadence: Some(Cadence::Weekly),
        slot_at: None,
        time_zone: None,
        cut_off_at: Some(NOW),
        appeal_id: None,
        appeal_version_id: None,
        created_at: NOW,
        created_by: String::new(),
        hold_until: None,
        deadline_at: NOW,
        planned_to: SubscriberId(0),
        planned_at: None,
        ended_at: None,
    }
}

fn claimed(maybe_sent: bool) -> Claimed {
    Claimed {
        edition_id: EditionId(1),
        subscriber_id: SubscriberId(2),
        variant_id: VariantId(3),
        attempts: 0,
        maybe_sent,
        lease: 4,
        domain_index: 5,
        blocks: 0,
        key_id: 1,
        address_index: None,
        address: None,
        name: None,
        standing: standing(SubscriberState::Active, None),
    }
}

#[test]
fn only_those_who_asked_are_mailed() {
    use EditionKind::{Confirmation, Digest, Goodbye, Link};
    use SubscriberState::{Active, Erased, Pending};
    let suppressed = Verdict::End(DeliveryState::Suppressed);
    for (kind, state, suppression, expected) in [
        (Digest, Active, None, Verdict::Send),
        (Digest, Pending, None, suppressed),
        (Digest, Erased, None, suppressed),
        (Digest, Active, Some(SuppressionReason::Left), suppressed),
        (Confirmation, Pending, None, Verdict::Send),
        (Confirmation, Active, Some(SuppressionReason::Left), Verdict::Send),
        (Confirmation, Active, Some(SuppressionReason::Complaint), suppressed),
        (Confirmation, Pending, Some(SuppressionReason::Manual), suppressed),
        (Link, Active, None, Verdict::Send),
        (Link, Active, Some(SuppressionReason::Left), suppressed),
        (Goodbye, Active, Some(SuppressionReason::Left), Verdict::Send),
        (Goodbye, Active, Some(SuppressionReason::Erased), suppressed),
        (Goodbye, Active, None, suppressed),
    ] {
        assert_eq!(
            verdict(&edition(kind), &standing(state, suppression), None, NOW),
            expected,
            "{kind} to {state} {suppression:?}"
        );
    }
}

#[test]
fn a_pause_holds_digests_and_the_rest_has_its_own_brakes() {
    let active = standing(SubscriberState::Active, None);
    let paused = Standing { paused_until: Some(NOW.plus(Duration::from_secs(1))), ..active };
    assert_eq!(verdict(&edition(EditionKind::Digest), &paused, None, NOW), Verdict::End(DeliveryState::Suppressed));
    assert_eq!(verdict(&edition(EditionKind::Link), &paused, None, NOW), Verdict::Send);
    let over = Standing { paused_until: Some(NOW), ..active };
    assert_eq!(verdict(&edition(EditionKind::Digest), &over, None, NOW), Verdict::Send);
    let late = Standing { deadline_at: NOW, ..active };
    assert_eq!(verdict(&edition(EditionKind::Digest), &late, None, NOW), Verdict::End(DeliveryState::Expired));
    let stopped = Standing { edition_open: false, ..active };
    assert_eq!(verdict(&edition(EditionKind::Digest), &stopped, None, NOW), Verdict::PutBack);
}

#[test]
fn a_digest_of_another_zone_is_not_sent_where_each_has_their_own_hour() {
    use chrono_tz::{Asia::Almaty, Europe::London};
    let cancelled = Verdict::End(DeliveryState::Cancelled);
    let digest = Edition { time_zone: Some("Europe/London".to_owned()), ..edition(EditionKind::Digest) };
    let chose = |zone| Standing { wanted_zone: Some(ChosenZone(zone)), ..standing(SubscriberState::Active, None) };
    assert_eq!(verdict(&digest, &chose(Some(Almaty)), Some(London), NOW), cancelled);
    assert_eq!(verdict(&digest, &chose(None), Some(Almaty), NOW), cancelled);
    assert_eq!(verdict(&digest, &chose(None), Some(London), NOW), Verdict::Send);
    assert_eq!(verdict(&digest, &chose(Some(London)), Some(Almaty), NOW), Verdict::Send);
    assert_eq!(verdict(&digest, &chose(Some(Almaty)), None, NOW), Verdict::Send);
    let each = Edition { cadence: Some(Cadence::Each), ..digest };
    let reader = Standing { wanted_cadence: Cadence::Each, ..chose(Some(Almaty)) };
    assert_eq!(verdict(&each, &reader, Some(London), NOW), Verdict::Send);
}

#[test]
fn a_digest_that_somebody_no_longer_wants_or_has_had_is_not_sent() {
    let digest = edition(EditionKind::Digest);
    let active = standing(SubscriberState::Active, None);
    let daily = Standing { wanted_cadence: Cadence::Daily, ..active };
    assert_eq!(verdict(&digest, &daily, None, NOW), Verdict::End(DeliveryState::Cancelled));
    let had = Standing { digest_mark: NOW, ..active };
    assert_eq!(verdict(&digest, &had, None, NOW), Verdict::End(DeliveryState::Cancelled));
    assert_eq!(verdict(&edition(EditionKind::Link), &Standing { digest_mark: NOW, ..daily }, None, NOW), Verdict::Send);
}

#[test]
fn what_comes_before_the_recipient_speaks_of_the_relay() {
    let reply = Reply::new(530, "5.7.0 Authentication required");
    let refused = |stage, reply: &Reply| blames_relay(&Outcome::Refused { stage, reply: reply.clone() });
    assert!(refused(Stage::Mail, &reply).is_some_and(|(_, permanent)| permanent));
    assert!(refused(Stage::Rcpt, &reply).is_some(), "it would say so of everybody");
    assert_eq!(refused(Stage::Rcpt, &Reply::new(550, "5.7.1 not from you")), None);
    let busy = |stage| Outcome::Deferred { stage, reply: Reply::new(421, "4.7.0 too many") };
    assert!(blames_relay(&busy(Stage::Mail)).is_some_and(|(_, permanent)| !permanent));
    // It may be about this one's domain, and then it would come again and again before all others.
    assert_eq!(blames_relay(&busy(Stage::Rcpt)), None);
    assert!(blames_relay(&Outcome::Lost { stage: Stage::Mail, error: "closed".to_owned() }).is_some());
    assert_eq!(blames_relay(&Outcome::Lost { stage: Stage::Body, error: "closed".to_owned() }), None);
}

#[test]
fn pauses_grow_by_lane_and_differ_by_dice() {
    let wait = |lane, attempts, dice| next_attempt(lane, attempts, NOW, dice).since(NOW).as_secs_f64();
    assert_eq!(wait(Lane::Bulk, 1, 0), 48.0);
    assert_eq!(wait(Lane::Bulk, 1, u16::MAX), 72.0);
    assert!(wait(Lane::Urgent, 1, u16::MAX) < 10.0);
    assert!(wait(Lane::Bulk, 3, 0) > wait(Lane::Bulk, 2, u16::MAX));
    assert_eq!(wait(Lane::Bulk, 7, 0), wait(Lane::Bulk, i32::MAX, 0));
}

#[test]
fn each_outcome_leads_to_its_state() {
    let reply = Reply::new(451, "4.3.0 try later");
    let end = |outcome: &Outcome, maybe_sent| record(&claimed(maybe_sent), Lane::Bulk, "main", outcome, NOW, 0);
    let accepted = end(&Outcome::Accepted { reply: reply.clone() }, false);
    assert_eq!((accepted.state, accepted.attempts, accepted.ended_at), (DeliveryState::Accepted, 1, Some(NOW)));
    let deferred = end(&Outcome::Deferred { stage: Stage::Rcpt, reply: reply.clone() }, false);
    assert_eq!((deferred.state, deferred.ended_at), (DeliveryState::Queued, None));
    assert_eq!((deferred.reply_code, deferred.stage.as_deref()), (Some(451), Some("rcpt")));
    assert!(deferred.due_at > NOW && !deferred.maybe_sent);
    let refused =
        |text, maybe_sent| end(&Outcome::Refused { stage: Stage::Rcpt, reply: Reply::new(550, text) }, maybe_sent);
    assert_eq!((refused("no", false).state, refused("no", false).finding), (DeliveryState::Refused, None));
    assert_eq!(refused("no", true).state, DeliveryState::Unknown);
    assert_eq!(refused("5.1.1 unknown", true).finding, Some(Finding::Dead));
    assert_eq!(refused("5.2.2 full", false).state, DeliveryState::Queued);
    let blocked = refused("5.7.1 policy", false);
    assert_eq!((blocked.state, blocked.finding, blocked.blocks), (DeliveryState::Queued, Some(Finding::Blocked), 1));
    let lost = end(&Outcome::Lost { stage: Stage::Mail, error: "closed".to_owned() }, false);
    assert!(lost.state == DeliveryState::Queued && !lost.maybe_sent);
    let unknown = end(&Outcome::Unknown { error: "closed".to_owned() }, false);
    assert!(unknown.state == DeliveryState::Queued && unknown.maybe_sent);
}

#[test]
fn policy_keeps_a_delivery_out_for_good_only_where_the_domain_takes_others() {
    let outcome = Outcome::Refused { stage: Stage::Rcpt, reply: Reply::new(550, "5.7.1 not from you") };
    let once = Claimed { blocks: 1, ..claimed(false) };
    assert_eq!(record(&once, Lane::Bulk, "main", &outcome, NOW, 0).state, DeliveryState::Refused);
    let standing = Standing { domain_paused_until: Some(NOW), ..once.standing };
    let blocked = record(&Claimed { standing, ..once.clone() }, Lane::Bulk, "main", &outcome, NOW, 0);
    assert_eq!((blocked.state, blocked.finding, blocked.blocks), (DeliveryState::Queued, Some(Finding::Blocked), 2));
    let taken = Outcome::Accepted { reply: Reply::new(250, "taken") };
    assert_eq!(record(&once, Lane::Bulk, "main", &taken, NOW, 0).finding, None);
    let lifted = record(&Claimed { standing, ..once }, Lane::Bulk, "main", &taken, NOW, 0);
    assert_eq!(lifted.finding, Some(Finding::Lifted));
    let until = NOW.plus(Duration::from_secs(1));
    let waits = Standing { domain_paused_until: Some(until), ..standing };
    assert_eq!(verdict(&edition(EditionKind::Link), &waits, None, NOW), Verdict::Wait(until));
    assert_eq!(verdict(&edition(EditionKind::Link), &standing, None, NOW), Verdict::Send);
}

#[test]
fn a_lost_reply_is_asked_for_again_only_so_often() {
    let outcome = Outcome::Unknown { error: "closed".to_owned() };
    let last = Claimed { attempts: UNKNOWN_ATTEMPTS - 1, ..claimed(true) };
    assert_eq!(record(&last, Lane::Bulk, "main", &outcome, NOW, 0).state, DeliveryState::Unknown);
}

#[test]
fn what_may_have_arrived_never_ends_as_if_it_had_not() {
    for state in [DeliveryState::Expired, DeliveryState::Suppressed, DeliveryState::Cancelled] {
        assert_eq!(ended(&claimed(false), state, NOW).state, state);
        assert_eq!(ended(&claimed(true), state, NOW).state, DeliveryState::Unknown);
    }
}
