//! Pausing, resuming and cancelling editions, on both databases.

use handbill::editions::brakes::{self, BrakeError};
use handbill::editions::{EditionKind, EditionState};
use handbill::id::EditionId;
use handbill::store::Store;
use handbill::store::deliveries::NewDelivery;
use handbill::store::editions::NewEdition;
use handbill::subscribers::Cadence;

use crate::app::TestApp;

async fn state(app: &TestApp, id: EditionId) -> EditionState {
    app.store.edition(id).await.unwrap().unwrap().state
}

on_both! {
    async fn a_digest_stops_and_goes_on_where_it_was(store) {
        let app = TestApp::new(store, 2525).await;
        app.people(2, Cadence::Weekly).await;
        app.post("Protest", "Appeals").await;
        let id = app.plan(Cadence::Weekly).await;
        let woken = app.store.wake_count().await.unwrap();
        brakes::pause(&app, id, "test").await.unwrap();
        assert_eq!(app.store.paused_editions().await.unwrap().iter().map(|edition| edition.id).collect::<Vec<_>>(), [id]);
        assert!(app.store.wake_count().await.unwrap() > woken);
        let error = brakes::pause(&app, id, "test").await.unwrap_err();
        assert!(matches!(error, BrakeError::State(_, EditionState::Paused)), "{error}");
        // It was not planned yet, so it is planned now.
        assert_eq!(brakes::resume(&app, id, "test").await.unwrap(), EditionState::Planning);
        assert!(app.store.paused_editions().await.unwrap().is_empty());
        brakes::pause(&app, id, "test").await.unwrap();
        brakes::cancel(&app, id, "test").await.unwrap();
        assert_eq!(state(&app, id).await, EditionState::Cancelled);
        assert!(brakes::resume(&app, id, "test").await.is_err());
        let error = brakes::cancel(&app, EditionId(999), "test").await.unwrap_err();
        assert!(matches!(error, BrakeError::Missing(_)), "{error}");
    }
}

on_both! {
    async fn an_appeal_that_somebody_may_have_is_not_cancelled_in_silence(store) {
        let app = TestApp::new(store, 2525).await;
        let people = app.people(1, Cadence::Weekly).await;
        let now = app.now();
        let new = NewEdition {
            kind: EditionKind::Appeal,
            key: "appeal/1".to_owned(),
            state: EditionState::Sending,
            cadence: None,
            slot_at: None,
            time_zone: None,
            cut_off_at: None,
            appeal: None,
            created_by: "test".to_owned(),
            hold_until: None,
            deadline_at: now.plus(std::time::Duration::from_secs(3600)),
        };
        let mut tx = app.store.begin().await.unwrap();
        let id = tx.make_edition(&new, now).await.unwrap().unwrap();
        let variant = tx.make_variant(id, "en", "").await.unwrap();
        let delivery = NewDelivery { subscriber: people[0], variant, domain_index: 0 };
        tx.add_deliveries(id, &[delivery], now).await.unwrap();
        tx.claim(id, 1, 7, None, now.plus(std::time::Duration::from_secs(60)), now).await.unwrap();
        tx.commit().await.unwrap();
        let error = brakes::cancel(&app, id, "test").await.unwrap_err();
        assert!(matches!(error, BrakeError::Told(_, 1)) && error.to_string().contains("appeals cancel"), "{error}");
        assert_eq!(state(&app, id).await, EditionState::Sending);
        // Put back untried, nobody has it.
        let mut tx = app.store.begin().await.unwrap();
        tx.release(7, &people).await.unwrap();
        tx.commit().await.unwrap();
        brakes::cancel(&app, id, "test").await.unwrap();
    }
}

on_both! {
    async fn a_store_knows_whether_it_is_up_to_date(store) {
        assert!(store.is_up_to_date().await.unwrap());
        let empty = match &store.store {
            Store::Sqlite(_) => format!("sqlite://{}", store.dir.path().join("empty.db").display()),
            Store::Postgres(_) => crate::stores::postgres_database().await,
        };
        // A look finds none, and makes none.
        assert!(Store::find(&empty).await.unwrap().is_none());
        assert!(!Store::connect(&empty).await.unwrap().is_up_to_date().await.unwrap());
        assert!(Store::find(&empty).await.unwrap().is_none());
        assert!(Store::find(&store.url).await.unwrap().is_some());
    }
}
