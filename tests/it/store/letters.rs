//! Links that work once and for a while.

use handbill::clock::Timestamp;
use handbill::editions::EditionKind;
use handbill::store::links::LinkPurpose::{Confirm, Preferences};
use handbill::store::subscribers::NewSubscriber;
use handbill::subscribers::{Cadence, Preferences as Wanted};

use super::deliveries::{queued, soon};
use super::subscribers::pending;
use crate::app::TestApp;

on_both! {
    async fn a_link_works_once_for_its_purpose_and_not_for_ever(store) {
        let app = TestApp::new(store, 2525).await;
        let (people, now) = (app.people(2, Cadence::Weekly).await, app.now());
        let edition = queued(&app, EditionKind::Link, "letter", &people).await;
        let live = async |person, purpose, now| app.store.link_is_live(edition, person, purpose, now).await.unwrap();
        let mut tx = app.store.begin().await.unwrap();
        for person in &people {
            assert!(tx.make_link(edition, *person, Preferences, now, soon(now)).await.unwrap());
            // Made again, it stays as it is.
            assert!(!tx.make_link(edition, *person, Confirm, now, Timestamp(i64::MAX)).await.unwrap());
        }
        tx.commit().await.unwrap();
        assert!(live(people[0], Preferences, now).await);
        assert!(!live(people[0], Confirm, now).await);
        assert!(!live(people[0], Preferences, soon(now)).await);
        let mut tx = app.store.begin().await.unwrap();
        assert!(!tx.use_link(edition, people[0], Confirm, now).await.unwrap());
        assert!(!tx.use_link(edition, people[0], Preferences, soon(now)).await.unwrap());
        assert!(tx.use_link(edition, people[0], Preferences, now).await.unwrap());
        assert!(!tx.use_link(edition, people[0], Preferences, now).await.unwrap());
        assert_eq!(tx.used_links(edition, &people).await.unwrap(), people[..1]);
        tx.void_links(people[1], now).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!live(people[0], Preferences, now).await);
        assert!(!live(people[1], Preferences, now).await);
    }
}

on_both! {
    async fn what_is_asked_for_waits_at_its_link(store) {
        let again = pending(&store, "Person1.Again@example.org");
        let app = TestApp::new(store, 2525).await;
        let (people, now) = (app.people(2, Cadence::Weekly).await, app.now());
        let edition = queued(&app, EditionKind::Confirmation, "letter", &people).await;
        let mut tx = app.store.begin().await.unwrap();
        for person in &people {
            tx.make_link(edition, *person, Confirm, now, soon(now)).await.unwrap();
        }
        let zone = "Europe/Paris".parse().ok();
        let wanted = Wanted { cadence: Cadence::Daily, alerts: false, time_zone: zone, ..Wanted::default() };
        let asked = NewSubscriber { preferences: wanted.clone(), ..again };
        tx.keep_asked(edition, people[0], &asked).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(app.store.asked(edition, people[0]).await.unwrap(), Some(wanted.clone()));
        assert_eq!(app.store.asked(edition, people[1]).await.unwrap(), None);
        let mut tx = app.store.begin().await.unwrap();
        assert_eq!(tx.apply_asked(edition, people[1]).await.unwrap(), None);
        assert_eq!(tx.apply_asked(edition, people[0]).await.unwrap(), Some(wanted));
        tx.void_links(people[0], now).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(app.store.asked(edition, people[0]).await.unwrap(), None);
        let opened = async |id| app.store.subscriber(id).await.unwrap().unwrap().open(&app.vault).unwrap();
        let one = opened(people[0]).await;
        assert_eq!(one.address.unwrap().as_given(), "Person1.Again@example.org");
        assert_eq!((one.name.as_deref(), one.consent_note, one.consent_source.as_str()), (Some("Sample Person"), None, "web"));
        assert_eq!(opened(people[1]).await.address.unwrap().as_given(), "person2@example.org");
    }
}
