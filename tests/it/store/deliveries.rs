//! The ledger and its queue.

use std::time::Duration;

use handbill::clock::Timestamp;
use handbill::deliveries::DeliveryState::{self, Accepted, Cancelled, Expired, Leased, Queued, Suppressed, Unknown};
use handbill::editions::{EditionKind, EditionState, Lane};
use handbill::id::{EditionId, SubscriberId};
use handbill::store::audience::Audience;
use handbill::store::deliveries::{LaneQueue, NewDelivery};
use handbill::store::editions::NewEdition;
use handbill::store::holders::Holder;
use handbill::store::queue::{Claimed, Record};
use handbill::subscribers::{Cadence, Preferences};

use crate::app::TestApp;

pub(crate) fn soon(now: Timestamp) -> Timestamp {
    now.plus(Duration::from_secs(180))
}

/// What is recorded of a delivery that the relay took.
pub(crate) fn accepted(claimed: &Claimed, now: Timestamp) -> Record {
    Record {
        edition: claimed.edition_id,
        subscriber: claimed.subscriber_id,
        lease: claimed.lease,
        state: Accepted,
        due_at: now,
        attempts: claimed.attempts + 1,
        maybe_sent: false,
        relay: Some("main".to_owned()),
        stage: Some("dot".to_owned()),
        reply_code: Some(250),
        reply: Some("2.0.0 taken".to_owned()),
        ended_at: Some(now),
        blocks: claimed.blocks,
        domain_index: claimed.domain_index,
        finding: None,
    }
}

pub(crate) fn new_edition(kind: EditionKind, key: &str, now: Timestamp) -> NewEdition {
    let digest = kind == EditionKind::Digest;
    NewEdition {
        kind,
        key: key.to_owned(),
        state: EditionState::Sending,
        cadence: digest.then_some(Cadence::Weekly),
        slot_at: digest.then_some(now),
        time_zone: digest.then(|| "Europe/London".to_owned()),
        cut_off_at: digest.then_some(now),
        appeal: None,
        created_by: "test".to_owned(),
        hold_until: None,
        deadline_at: now.plus(Duration::from_secs(3600)),
    }
}

/// An edition that is being sent, with a delivery to each of these.
pub(crate) async fn queued(app: &TestApp, kind: EditionKind, key: &str, to: &[SubscriberId]) -> EditionId {
    let now = app.now();
    let mut tx = app.store.begin().await.unwrap();
    let id = tx.make_edition(&new_edition(kind, key, now), now).await.unwrap().unwrap();
    let variant = tx.make_variant(id, "en", "").await.unwrap();
    let rows: Vec<_> =
        to.iter().map(|subscriber| NewDelivery { subscriber: *subscriber, variant, domain_index: 3 }).collect();
    assert_eq!(tx.add_deliveries(id, &rows, now).await.unwrap(), to.len() as u64);
    // Written again, they are the same rows.
    assert_eq!(tx.add_deliveries(id, &rows, now).await.unwrap(), 0);
    tx.commit().await.unwrap();
    id
}

async fn claim(app: &TestApp, edition: EditionId, limit: i64, lease: i64) -> Vec<Claimed> {
    let now = app.now();
    let mut tx = app.store.begin().await.unwrap();
    let claimed = tx.claim(edition, limit, lease, None, soon(now), now).await.unwrap();
    tx.commit().await.unwrap();
    claimed
}

async fn states(app: &TestApp, edition: EditionId) -> Vec<DeliveryState> {
    let rows = app.store.deliveries(edition, None, SubscriberId(0), 100).await.unwrap();
    rows.iter().map(|row| row.state).collect()
}

on_both! {
    async fn the_queue_is_counted_by_lane_and_age(store) {
        let app = TestApp::new(store, 2525).await;
        assert_eq!(app.store.queue_by_lane(app.now()).await.unwrap(), []);
        let (people, due) = (app.people(5, Cadence::Weekly).await, app.now());
        let digest = queued(&app, EditionKind::Digest, "one", &people).await;
        queued(&app, EditionKind::Appeal, "two", &people[..2]).await;
        let claimed = claim(&app, digest, 2, 7).await;
        app.pass(60);
        let now = app.now();
        let mut tx = app.store.begin().await.unwrap();
        let later = Record { state: Queued, due_at: soon(now), ended_at: None, ..accepted(&claimed[0], now) };
        tx.record(&[later, accepted(&claimed[1], now)]).await.unwrap();
        tx.commit().await.unwrap();
        claim(&app, digest, 1, 8).await;
        let urgent = LaneQueue { lane: Lane::Urgent, due: 2, later: 0, leased: 0, oldest_due: Some(due) };
        let bulk = LaneQueue { lane: Lane::Bulk, due: 2, later: 1, leased: 1, oldest_due: Some(due) };
        assert_eq!(app.store.queue_by_lane(now).await.unwrap(), [urgent, bulk]);
        let before = now.minus(Duration::from_secs(1));
        assert_eq!(app.store.accepted_since(digest, before).await.unwrap(), 1);
        assert_eq!(app.store.accepted_since(digest, now).await.unwrap(), 0, "not within the time");
    }
}

on_both! {
    async fn what_is_claimed_is_nobody_elses_until_it_is_recorded(store) {
        let app = TestApp::new(store, 2525).await;
        let (people, now) = (app.people(5, Cadence::Weekly).await, app.now());
        let edition = queued(&app, EditionKind::Digest, "one", &people).await;
        assert_eq!(app.store.next_due(edition).await.unwrap(), Some(now));
        let (first, second) = (claim(&app, edition, 3, 7).await, claim(&app, edition, 9, 8).await);
        assert_eq!((first.len(), second.len()), (3, 2));
        assert!(second.iter().all(|row| row.lease == 8 && first.iter().all(|other| other.subscriber_id != row.subscriber_id)));
        assert_eq!(app.store.next_due(edition).await.unwrap(), None);
        assert_eq!(app.store.counts(edition).await.unwrap().into_iter().collect::<Vec<_>>(), [(Leased, 5)]);

        // A record under another lease, and a second one, change nothing.
        let mut records: Vec<_> = first.iter().map(|row| accepted(row, now)).collect();
        records[2].lease = 99;
        let mut tx = app.store.begin().await.unwrap();
        let mut live = tx.record(&records).await.unwrap();
        live.sort();
        assert_eq!(live, [(edition, first[0].subscriber_id), (edition, first[1].subscriber_id)]);
        assert!(tx.record(&records).await.unwrap().is_empty());
        assert!(tx.record(&[]).await.unwrap().is_empty());
        tx.commit().await.unwrap();
        let page = app.store.deliveries(edition, Some(Accepted), SubscriberId(0), 9).await.unwrap();
        assert_eq!(page.len(), 2);
        assert_eq!((page[0].attempts, page[0].reply_code, page[0].ended_at), (1, Some(250), Some(now)));
        let row = &app.store.deliveries_to(first[0].subscriber_id, 9).await.unwrap()[0];
        assert_eq!((row.edition_id, row.relay.as_deref(), row.stage.as_deref()), (edition, Some("main"), Some("dot")));
        assert_eq!(app.store.mailed_language(edition, people[0]).await.unwrap().as_deref(), Some("en"));
    }
}

on_both! {
    async fn a_lease_is_extended_put_back_or_dies(store) {
        let app = TestApp::new(store, 2525).await;
        let people = app.people(3, Cadence::Weekly).await;
        let edition = queued(&app, EditionKind::Digest, "one", &people).await;
        let now = app.store.lease_clock(app.now()).await.unwrap();
        assert!(now >= app.now());
        claim(&app, edition, 9, 7).await;
        let standings = app.store.standings(7).await.unwrap();
        assert_eq!(standings.len(), 3);
        assert!(standings.iter().all(|(id, standing)| people.contains(id) && standing.edition_open));
        assert!(app.store.standings(8).await.unwrap().is_empty());
        let mut tx = app.store.begin().await.unwrap();
        tx.release(7, &people[..1]).await.unwrap();
        tx.release(8, &people[1..]).await.unwrap();
        assert_eq!(tx.extend_lease(7, Timestamp(now.0 + 1_000_000)).await.unwrap(), 2);
        assert_eq!(tx.void_leases(now).await.unwrap(), 0);
        assert_eq!(tx.void_leases(Timestamp(now.0 + 2_000_000)).await.unwrap(), 2);
        tx.commit().await.unwrap();
        let rows = app.store.deliveries(edition, Some(Queued), SubscriberId(0), 9).await.unwrap();
        // What was put back was never tried; what died may have been.
        assert_eq!(rows.iter().map(|row| row.attempts).collect::<Vec<_>>(), [0, 1, 1]);
        assert!(claim(&app, edition, 9, 9).await.iter().all(|row| row.maybe_sent == (row.subscriber_id != people[0])));
    }
}

on_both! {
    async fn what_is_not_sent_any_more_ends_and_what_may_have_arrived_is_unknown(store) {
        let app = TestApp::new(store, 2525).await;
        let (people, now) = (app.people(4, Cadence::Weekly).await, app.now());
        let edition = queued(&app, EditionKind::Digest, "one", &people).await;
        claim(&app, edition, 1, 7).await;
        let mut tx = app.store.begin().await.unwrap();
        tx.void_leases(Timestamp(i64::MAX)).await.unwrap();
        tx.commit().await.unwrap();
        claim(&app, edition, 1, 8).await;
        let mut tx = app.store.begin().await.unwrap();
        assert_eq!(tx.end_queued(edition, Cancelled, 2, now).await.unwrap().len(), 2);
        assert_eq!(tx.end_queued(edition, Expired, 2, now).await.unwrap().len(), 1);
        assert_eq!(tx.end_queued(edition, Expired, 2, now).await.unwrap().len(), 0);
        tx.commit().await.unwrap();
        let mut states = states(&app, edition).await;
        states.sort();
        assert_eq!(states.iter().filter(|state| **state == Leased).count(), 1, "{states:?}");
        assert_eq!(states.iter().filter(|state| matches!(state, Cancelled | Expired | Unknown)).count(), 3, "{states:?}");
    }
}

on_both! {
    async fn one_persons_mail_ends_with_or_without_their_letters(store) {
        let app = TestApp::new(store, 2525).await;
        let (people, now) = (app.people(2, Cadence::Weekly).await, app.now());
        let digest = queued(&app, EditionKind::Digest, "one", &people).await;
        let letter = queued(&app, EditionKind::Link, "two", &people).await;
        let mut tx = app.store.begin().await.unwrap();
        assert_eq!(tx.end_queued_of(people[0], true, Suppressed, now).await.unwrap(), 1);
        assert_eq!(tx.end_queued_of(people[1], false, Suppressed, now).await.unwrap(), 2);
        tx.commit().await.unwrap();
        assert_eq!(states(&app, digest).await, [Suppressed, Suppressed]);
        assert_eq!(states(&app, letter).await, [Queued, Suppressed]);
    }
}

on_both! {
    async fn who_had_a_digest_is_no_candidate_for_its_posts(store) {
        let app = TestApp::new(store, 2525).await;
        let people = app.people(5, Cadence::Weekly).await;
        app.pass(10);
        let (now, newest) = (app.now(), app.now());
        let mut tx = app.store.begin().await.unwrap();
        tx.advance_marks(now, &people[..1]).await.unwrap();
        tx.advance_marks(Timestamp(1), &people[1..2]).await.unwrap();
        tx.set_pause(people[2], Some(soon(now))).await.unwrap();
        for other in &people[3..] {
            tx.set_preferences(*other, &Preferences { cadence: Cadence::Daily, ..Preferences::default() }).await.unwrap();
        }
        tx.commit().await.unwrap();
        let candidates = async |zone, now| {
            let audience = Audience { cadence: Cadence::Weekly, zone, site_zone: "Europe/London", newest, now };
            let rows = app.store.digest_candidates(&audience, SubscriberId(0), 9).await.unwrap();
            rows.iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(candidates(None, now).await, people[1..2]);
        // A pause that is over counts no more, and a mark never goes back.
        assert_eq!(candidates(Some("Europe/London"), soon(now)).await, people[1..3]);
        assert!(candidates(Some("Europe/Paris"), now).await.is_empty());
        assert_eq!(app.store.digest_zones(Cadence::Weekly, "Europe/London").await.unwrap(), ["Europe/London"]);
        assert!(app.store.digest_zones(Cadence::Monthly, "Europe/London").await.unwrap().is_empty());
    }
}

/// A sweep must pass over what another node is claiming: it would end under its hands, and be sent all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_leaves_what_another_node_is_claiming() {
    let app = TestApp::new(crate::stores::TestStore::postgres().await, 2525).await;
    let (people, now) = (app.people(4, Cadence::Weekly).await, app.now());
    let edition = queued(&app, EditionKind::Digest, "one", &people).await;
    let mut node = app.store.begin().await.unwrap();
    assert_eq!(node.claim(edition, 2, 7, None, soon(now), now).await.unwrap().len(), 2);
    let mut sweep = app.store.begin().await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(10), sweep.end_queued(edition, Expired, 9, now));
    assert_eq!(ended.await.expect("the sweep waits for the claim").unwrap().len(), 2);
    // So does a second node's claim.
    let mut other = app.store.begin().await.unwrap();
    let claimed = tokio::time::timeout(Duration::from_secs(10), other.claim(edition, 9, 8, None, soon(now), now));
    assert!(claimed.await.expect("the claim waits for the other").unwrap().is_empty());
    node.commit().await.unwrap();
    sweep.commit().await.unwrap();
    let counts = app.store.counts(edition).await.unwrap();
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(Leased, 2), (Expired, 2)]);
}

on_both! {
    async fn what_a_dead_holder_leased_is_put_back_at_once(store) {
        let app = TestApp::new(store, 2525).await;
        let (people, now) = (app.people(2, Cadence::Weekly).await, app.now());
        let edition = queued(&app, EditionKind::Digest, "one", &people).await;
        let handbill::store::Store::Postgres(pool) = &app.store else {
            // One process dispatches from SQLite: there are no holders, and nobody to put back.
            let mut tx = app.store.begin().await.unwrap();
            tx.claim(edition, 1, 7, Some(7), soon(now), now).await.unwrap();
            assert_eq!(tx.void_dead().await.unwrap(), 0);
            return;
        };
        let mut lives = Holder::take(pool, i64::MIN + 5).await.unwrap();
        let dies = Holder::take(pool, -1).await.unwrap();
        let mut tx = app.store.begin().await.unwrap();
        tx.claim(edition, 1, 7, Some(lives.key()), soon(now), now).await.unwrap();
        tx.claim(edition, 1, 8, Some(dies.key()), soon(now), now).await.unwrap();
        assert_eq!(tx.void_dead().await.unwrap(), 0);
        tx.commit().await.unwrap();
        drop(dies);
        lives.keep(pool).await.unwrap();
        // The server sees the end of a session a moment later.
        let buried = async {
            loop {
                let mut tx = app.store.begin().await.unwrap();
                let count = tx.void_dead().await.unwrap();
                tx.commit().await.unwrap();
                if count > 0 {
                    return count;
                }
            }
        };
        assert_eq!(tokio::time::timeout(Duration::from_secs(10), buried).await.unwrap(), 1);
        assert_eq!(app.store.standings(7).await.unwrap().len(), 1);
    }
}
