//! Editions, their variants, and since when they are due.

use std::time::Duration;

use handbill::clock::Timestamp;
use handbill::deliveries::DeliveryState;
use handbill::editions::{EditionKind, EditionState};
use handbill::id::{EditionId, SubscriberId};
use handbill::subscribers::Cadence;

use super::deliveries::{new_edition, queued, soon};
use crate::app::TestApp;

async fn ids(
    editions: impl Future<Output = handbill::store::Result<Vec<handbill::store::editions::Edition>>>,
) -> Vec<EditionId> {
    editions.await.unwrap().iter().map(|edition| edition.id).collect()
}

on_both! {
    async fn an_edition_is_made_once_for_its_key(store) {
        let now = store.now();
        let mut tx = store.begin().await.unwrap();
        let new = new_edition(EditionKind::Digest, "one", now);
        let id = tx.make_edition(&new, now).await.unwrap().unwrap();
        assert_eq!(tx.make_edition(&new, now).await.unwrap(), None);
        assert_eq!(tx.edition_by_key("one").await.unwrap().unwrap().id, id);
        assert!(tx.edition_by_key("two").await.unwrap().is_none());
        let variant = tx.make_variant(id, "en", "1.full").await.unwrap();
        assert_eq!(tx.make_variant(id, "en", "1.full").await.unwrap(), variant);
        let other = tx.make_variant(id, "ar", "1.full").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.edition_by_key("one").await.unwrap().unwrap().id, id);
        let kept = store.edition(id).await.unwrap().unwrap();
        assert_eq!((kept.kind, kept.cadence, kept.cut_off_at), (EditionKind::Digest, Some(Cadence::Weekly), Some(now)));
        assert_eq!(store.variant(variant).await.unwrap().unwrap().language, "en");
        let all = store.variants(id).await.unwrap();
        assert_eq!(all.iter().map(|variant| variant.id).collect::<Vec<_>>(), [variant, other]);
        assert_eq!(store.latest_cut_off(Cadence::Weekly).await.unwrap(), Some(now));
        assert_eq!(store.latest_cut_off(Cadence::Each).await.unwrap(), None);
    }
}

on_both! {
    async fn editions_stand_in_the_order_of_the_queue(store) {
        let app = TestApp::new(store, 2525).await;
        let digest = queued(&app, EditionKind::Digest, "digest", &[]).await;
        let letter = queued(&app, EditionKind::Link, "letter", &[]).await;
        let appeal = queued(&app, EditionKind::Appeal, "appeal", &[]).await;
        assert_eq!(ids(app.store.open_editions()).await, [appeal, letter, digest]);
        assert_eq!(ids(app.store.editions(false, EditionId(i64::MAX), 9)).await, [appeal, digest]);
        assert_eq!(ids(app.store.editions(true, appeal, 9)).await, [letter, digest]);
        let mut tx = app.store.begin().await.unwrap();
        assert!(tx.move_edition(digest, &[EditionState::Sending], EditionState::Paused, app.now()).await.unwrap());
        assert!(!tx.move_edition(digest, &[EditionState::Sending], EditionState::Done, app.now()).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(ids(app.store.open_editions()).await, [appeal, letter]);
        assert_eq!(ids(app.store.paused_editions()).await, [digest]);
    }
}

on_both! {
    async fn an_edition_ends_when_its_last_delivery_has(store) {
        let app = TestApp::new(store, 2525).await;
        let (people, now) = (app.people(2, Cadence::Weekly).await, app.now());
        let id = queued(&app, EditionKind::Digest, "one", &people).await;
        let mut tx = app.store.begin().await.unwrap();
        assert!(!tx.end_edition(id, now).await.unwrap(), "two are queued");
        tx.claim(id, 1, 7, None, soon(now), now).await.unwrap();
        tx.end_queued(id, DeliveryState::Expired, 9, now).await.unwrap();
        assert!(!tx.end_edition(id, now).await.unwrap(), "one is leased");
        tx.release(7, &people).await.unwrap();
        tx.end_queued(id, DeliveryState::Expired, 9, now).await.unwrap();
        assert!(tx.end_edition(id, now).await.unwrap());
        assert!(!tx.end_edition(id, now).await.unwrap(), "it is over already");
        tx.commit().await.unwrap();
        let edition = app.store.edition(id).await.unwrap().unwrap();
        assert_eq!((edition.state, edition.ended_at), (EditionState::Done, Some(now)));
    }
}

on_both! {
    async fn what_is_past_its_deadline_or_stopped_is_to_end(store) {
        let app = TestApp::new(store, 2525).await;
        let (people, now) = (app.people(1, Cadence::Weekly).await, app.now());
        let late = queued(&app, EditionKind::Digest, "late", &people).await;
        let stopped = queued(&app, EditionKind::Appeal, "stopped", &people).await;
        let empty = queued(&app, EditionKind::Appeal, "empty", &[]).await;
        assert!(ids(app.store.editions_to_end(now)).await.is_empty());
        let mut tx = app.store.begin().await.unwrap();
        for id in [stopped, empty] {
            assert!(tx.move_edition(id, &[EditionState::Sending], EditionState::Cancelled, now).await.unwrap());
        }
        tx.commit().await.unwrap();
        assert_eq!(ids(app.store.editions_to_end(now)).await, [stopped]);
        assert_eq!(ids(app.store.editions_to_end(now.plus(Duration::from_secs(3600)))).await, [stopped, late]);
    }
}

on_both! {
    async fn a_digest_waits_for_the_one_before_it_which_expires(store) {
        let app = TestApp::new(store, 2525).await;
        let first = queued(&app, EditionKind::Digest, "first", &[]).await;
        let second = queued(&app, EditionKind::Digest, "second", &[]).await;
        app.pass(5);
        let now = app.now();
        let edition = app.store.edition(second).await.unwrap().unwrap();
        assert!(app.store.digest_before_is_open(&edition).await.unwrap());
        let mut tx = app.store.begin().await.unwrap();
        assert_eq!(tx.supersede_digests(&edition, now).await.unwrap(), 1);
        assert_eq!(tx.supersede_digests(&edition, now).await.unwrap(), 0);
        tx.commit().await.unwrap();
        assert_eq!(app.store.edition(first).await.unwrap().unwrap().deadline_at, now);
        assert!(app.store.edition(second).await.unwrap().unwrap().deadline_at > now);
        let mut tx = app.store.begin().await.unwrap();
        assert!(tx.end_edition(first, now).await.unwrap());
        tx.commit().await.unwrap();
        assert!(!app.store.digest_before_is_open(&edition).await.unwrap());
    }
}

on_both! {
    async fn planning_goes_on_from_where_it_was_and_only_there(store) {
        let now = store.now();
        let mut tx = store.begin().await.unwrap();
        let mut new = new_edition(EditionKind::Digest, "one", now);
        new.state = EditionState::Planning;
        let id = tx.make_edition(&new, now).await.unwrap().unwrap();
        assert!(tx.advance_planning(id, SubscriberId(0), SubscriberId(50)).await.unwrap());
        assert!(!tx.advance_planning(id, SubscriberId(0), SubscriberId(60)).await.unwrap(), "another was there first");
        tx.move_edition(id, &[EditionState::Planning], EditionState::Paused, now).await.unwrap();
        assert!(!tx.advance_planning(id, SubscriberId(50), SubscriberId(60)).await.unwrap(), "it is paused");
        tx.commit().await.unwrap();
        assert_eq!(store.edition(id).await.unwrap().unwrap().planned_to, SubscriberId(50));
    }
}

on_both! {
    async fn a_cron_line_is_in_force_since_it_was_first_seen(store) {
        let (first, later) = (Timestamp(1_000), Timestamp(2_000));
        assert_eq!(store.schedule_since(Cadence::Weekly, "0 0 8 * * Mon", first).await.unwrap(), first);
        assert_eq!(store.schedule_since(Cadence::Weekly, "0 0 8 * * Mon", later).await.unwrap(), first);
        assert_eq!(store.schedule_since(Cadence::Daily, "0 0 8 * * *", later).await.unwrap(), later);
        assert_eq!(store.schedule_since(Cadence::Weekly, "0 0 9 * * Mon", later).await.unwrap(), later);
    }
}
