//! Links that work once and for a while.

use handbill::clock::Timestamp;
use handbill::editions::EditionKind;
use handbill::store::links::LinkPurpose::{Confirm, Preferences};
use handbill::subscribers::Cadence;

use super::deliveries::{queued, soon};
use crate::app::TestApp;

on_both! {
    async fn a_link_works_once_for_its_purpose_and_not_for_ever(store) {
        let app = TestApp::new(store, 2525).await;
        let (people, now) = (app.people(2, Cadence::Weekly).await, app.now());
        let edition = queued(&app, EditionKind::Link, "letter", &people).await;
        let live = async |person, purpose, now| app.store.link_is_live(edition, person, purpose, now).await.unwrap();
        let mut tx = app.store.begin().await.unwrap();
        for person in &people {
            tx.make_link(edition, *person, Preferences, now, soon(now)).await.unwrap();
            // Made again, it stays as it is.
            tx.make_link(edition, *person, Confirm, now, Timestamp(i64::MAX)).await.unwrap();
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
