//! The list, and who must not be mailed.

use std::time::Duration;

use handbill::clock::Timestamp;
use handbill::editions::EditionKind;
use handbill::id::{EditionId, SubscriberId};
use handbill::store::subscribers::{NewSubscriber, SubscriberFilter, SubscriberRow};
use handbill::subscribers::{Cadence, Preferences, SubscriberState, SuppressionReason};
use handbill::vault::{AddressIndex, Column};

use super::deliveries::{accepted, queued, soon};
use crate::app::TestApp;
use crate::stores::TestStore;

/// Somebody who is to be asked whether they meant it.
pub(super) fn pending(store: &TestStore, address: &str) -> NewSubscriber {
    let (address, vault) = (address.parse().unwrap(), &store.vault);
    let index = vault.address_index(&address).unwrap();
    let seal = |column, text: &str| vault.seal(column, &index, text).unwrap();
    NewSubscriber {
        state: SubscriberState::Pending,
        key_id: vault.current_key(),
        domain_index: vault.domain_index(&address).unwrap(),
        address: seal(Column::Address, &address.as_given()),
        name: Some(seal(Column::Name, "Sample Person")),
        consent_note: None,
        consent_source: "web",
        confirmed_at: None,
        created_at: store.now(),
        preferences: Preferences::default(),
        suppression_id: None,
        address_index: index,
    }
}

async fn find(store: &TestStore, id: SubscriberId) -> SubscriberRow {
    store.subscriber(id).await.unwrap().unwrap()
}

on_both! {
    async fn an_address_is_on_the_list_once(store) {
        let (one, two) = (pending(&store, "one@example.org"), pending(&store, "two@example.org"));
        let mut tx = store.begin().await.unwrap();
        assert!(tx.add_subscribers(&[]).await.unwrap().is_empty());
        let added = tx.add_subscribers(std::slice::from_ref(&one)).await.unwrap();
        assert_eq!(added[0].1, one.address_index);
        let later = tx.add_subscribers(&[one.clone(), two.clone()]).await.unwrap();
        assert_eq!(later.iter().map(|(_, index)| index).collect::<Vec<_>>(), [&two.address_index]);
        let stranger = pending(&store, "three@example.org").address_index;
        let asked: Vec<AddressIndex> = vec![one.address_index.clone(), stranger.clone()];
        assert_eq!(tx.known_among(&asked).await.unwrap(), std::slice::from_ref(&one.address_index));
        assert_eq!(tx.subscriber(added[0].0).await.unwrap().unwrap().id, added[0].0);
        let by = [(1, stranger), (1, one.address_index.clone())];
        assert_eq!(tx.subscriber_by_address(&by).await.unwrap().unwrap().id, added[0].0);
        assert!(tx.subscriber_by_address(&by[..1]).await.unwrap().is_none());
        tx.commit().await.unwrap();
        assert_eq!(store.subscriber_by_address(&by).await.unwrap().unwrap().id, added[0].0);
        let row = find(&store, added[0].0).await.open(&store.vault).unwrap();
        assert_eq!(row.address.unwrap().as_given(), "one@example.org");
        assert_eq!(row.name.as_deref(), Some("Sample Person"));
    }
}

on_both! {
    async fn a_list_is_narrowed_by_state_and_cadence(store) {
        let mut rows: Vec<_> = (1..=6).map(|number| pending(&store, &format!("person{number}@example.org"))).collect();
        rows[5].preferences.cadence = Cadence::Daily;
        let mut tx = store.begin().await.unwrap();
        let mut ids: Vec<_> = tx.add_subscribers(&rows).await.unwrap().into_iter().map(|(id, _)| id).collect();
        ids.sort();
        for id in &ids[2..] {
            tx.activate(*id, store.now()).await.unwrap();
        }
        tx.erase_subscriber(ids[0]).await.unwrap();
        tx.commit().await.unwrap();
        let list = async |state, cadence, after, limit| {
            let rows = store.subscribers(SubscriberFilter { state, cadence }, after, limit).await.unwrap();
            rows.iter().map(|row| row.id).collect::<Vec<_>>()
        };
        let none = SubscriberId(0);
        assert_eq!(list(None, None, none, 9).await, ids);
        assert_eq!(list(Some(SubscriberState::Pending), None, none, 9).await, ids[1..2]);
        assert_eq!(list(Some(SubscriberState::Erased), None, none, 9).await, ids[..1]);
        assert_eq!(list(Some(SubscriberState::Active), None, ids[2], 2).await, ids[3..5]);
        assert_eq!(list(Some(SubscriberState::Active), Some(Cadence::Weekly), none, 9).await, ids[2..5]);
        assert_eq!(list(None, Some(Cadence::Daily), none, 9).await, ids[5..]);
        let counts = store.subscriber_counts().await.unwrap();
        let wanted = [(SubscriberState::Active, false, 4), (SubscriberState::Erased, false, 1), (SubscriberState::Pending, false, 1)];
        assert_eq!(counts, wanted);
    }
}

on_both! {
    async fn what_somebody_chooses_is_kept_until_they_are_erased(store) {
        let row = pending(&store, "one@example.org");
        let now = store.now();
        let mut tx = store.begin().await.unwrap();
        let id = tx.add_subscribers(&[row]).await.unwrap()[0].0;
        tx.activate(id, now).await.unwrap();
        let zone = "Europe/Paris".parse().ok();
        let wanted = Preferences { cadence: Cadence::Monthly, alerts: false, time_zone: zone, ..Preferences::default() };
        tx.set_preferences(id, &wanted).await.unwrap();
        tx.set_pause(id, Some(Timestamp(77))).await.unwrap();
        tx.audit(now, "subscriber", "chose", Some(id), None::<EditionId>, Some("cadence")).await.unwrap();
        tx.commit().await.unwrap();
        let kept = find(&store, id).await;
        assert_eq!((kept.state, kept.confirmed_at, kept.paused_until), (SubscriberState::Active, Some(now), Some(Timestamp(77))));
        let chosen = kept.preferences();
        assert_eq!((chosen.cadence, chosen.alerts, chosen.time_zone), (Cadence::Monthly, false, zone));
        let history = store.history(id).await.unwrap();
        assert_eq!((history.len(), history[0].action.as_str(), history[0].detail.as_deref()), (1, "chose", Some("cadence")));

        let mut tx = store.begin().await.unwrap();
        // Confirming anew ends a pause.
        tx.activate(id, now).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(find(&store, id).await.paused_until, None);
        let mut tx = store.begin().await.unwrap();
        tx.erase_subscriber(id).await.unwrap();
        tx.commit().await.unwrap();
        let empty = find(&store, id).await;
        assert_eq!((empty.state, &empty.address_index), (SubscriberState::Erased, &None));
        let opened = empty.open(&store.vault).unwrap();
        assert_eq!((opened.address, opened.name), (None, None));
    }
}

on_both! {
    async fn the_weightier_suppression_stays_until_it_is_lifted(store) {
        let row = pending(&store, "one@example.org");
        let (index, now) = ([(1, row.address_index.clone())], store.now());
        let mut tx = store.begin().await.unwrap();
        let id = tx.add_subscribers(std::slice::from_ref(&row)).await.unwrap()[0].0;
        assert!(tx.suppression(&index).await.unwrap().is_none());
        for reason in [SuppressionReason::Manual, SuppressionReason::Left] {
            tx.suppress(&index, reason, now.plus(Duration::from_secs(1))).await.unwrap();
        }
        let known = tx.suppression(&index).await.unwrap().unwrap();
        assert_eq!(known.reason, SuppressionReason::Manual);
        let among = tx.suppressed_among(std::slice::from_ref(&row.address_index)).await.unwrap();
        assert_eq!(among, [(row.address_index.clone(), SuppressionReason::Manual)]);
        tx.commit().await.unwrap();
        assert_eq!(store.suppression(&index).await.unwrap().unwrap().id, known.id);
        assert_eq!(find(&store, id).await.suppression, Some(SuppressionReason::Manual));
        assert_eq!(store.subscriber_counts().await.unwrap(), [(SubscriberState::Pending, true, 1)]);
        let mut tx = store.begin().await.unwrap();
        tx.lift_suppression(id, known.id).await.unwrap();
        tx.commit().await.unwrap();
        assert!(store.suppression(&index).await.unwrap().is_none());
        assert_eq!(find(&store, id).await.suppression, None);
    }
}

on_both! {
    async fn one_changes_what_belongs_to_an_address_while_the_other_waits(store) {
        let row = pending(&store, "one@example.org");
        let mut first = store.begin().await.unwrap();
        let id = first.add_subscribers(std::slice::from_ref(&row)).await.unwrap()[0].0;
        first.lock_subscriber(id).await.unwrap();
        let (other, index) = (store.store.clone(), row.address_index.clone());
        let mut second = tokio::spawn(async move {
            let mut tx = other.begin().await.unwrap();
            tx.lock_addresses([&index]).await.unwrap();
            tx.known_among(std::slice::from_ref(&index)).await.unwrap().len()
        });
        let early = tokio::time::timeout(Duration::from_millis(200), &mut second).await;
        assert!(early.is_err(), "the second did not wait");
        first.commit().await.unwrap();
        assert_eq!(second.await.unwrap(), 1, "the second does not see what the first wrote");
    }
}

on_both! {
    async fn who_leaves_twice_at_once_has_left(store) {
        let app = TestApp::new(store, 2525).await;
        for id in app.people(10, Cadence::Weekly).await {
            let leave = || handbill::subscribers::list::leave(&app.app, id, "subscriber", true);
            let (one, other) = tokio::join!(leave(), leave());
            one.unwrap();
            other.unwrap();
            let row = app.store.subscriber(id).await.unwrap().unwrap();
            assert_eq!(row.suppression, Some(SuppressionReason::Left));
        }
    }
}

on_both! {
    async fn an_erased_persons_deliveries_tell_nothing_of_them(store) {
        let app = TestApp::new(store, 2525).await;
        let (people, now) = (app.people(1, Cadence::Weekly).await, app.now());
        let edition = queued(&app, EditionKind::Digest, "one", &people).await;
        let mut tx = app.store.begin().await.unwrap();
        let claimed = tx.claim(edition, 1, 7, None, soon(now), now).await.unwrap();
        tx.record(&[accepted(&claimed[0], now)]).await.unwrap();
        tx.erase_subscriber(people[0]).await.unwrap();
        tx.commit().await.unwrap();
        let row = &app.store.deliveries_to(people[0], 9).await.unwrap()[0];
        assert_eq!((row.edition_id, &row.reply, row.reply_code), (edition, &None, Some(250)));
    }
}
