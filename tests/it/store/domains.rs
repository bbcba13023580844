//! Domains that are left alone for a while.

use std::time::Duration;

use handbill::deliveries::DeliveryState;
use handbill::editions::EditionKind;
use handbill::id::SubscriberId;
use handbill::subscribers::Cadence;

use super::deliveries::{queued, soon};
use crate::app::TestApp;

on_both! {
    async fn a_domain_that_blocks_is_left_alone_for_longer_each_time_and_forgotten_in_the_end(store) {
        let now = store.now();
        let later = |seconds| now.plus(Duration::from_secs(seconds));
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.block_domain(3, "main", "550 5.7.1 no", now).await.unwrap(), later(60));
        // What was on its way is blocked with it, and what was taken a moment before is no sign.
        assert_eq!(tx.block_domain(3, "main", "550 5.7.1 no", later(1)).await.unwrap(), later(60));
        assert!(!tx.lift_domain(3, later(59)).await.unwrap());
        assert_eq!(tx.block_domain(3, "second", "451 4.7.0 no", later(60)).await.unwrap(), later(360));
        assert_eq!(tx.block_domain(4, "main", "550 5.7.1 no", later(60)).await.unwrap(), later(120));
        tx.commit().await.unwrap();
        let blocked = store.blocked_domains(later(60)).await.unwrap();
        assert_eq!(blocked.iter().map(|domain| (domain.domain_index, domain.blocks)).collect::<Vec<_>>(), [(3, 2), (4, 1)]);
        assert_eq!((blocked[0].since, blocked[0].relay.as_str(), blocked[0].reason.as_str()), (now, "second", "451 4.7.0 no"));
        assert_eq!(blocked[0].number(), "0000000000000003");
        let day = later(24 * 3600 + 360);
        assert!(store.blocked_domains(day).await.unwrap().is_empty(), "nothing was sent there for a day");
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.block_domain(3, "main", "550 5.7.1 no", day).await.unwrap(), day.plus(Duration::from_secs(60)));
        assert!(tx.lift_domain(4, later(120)).await.unwrap());
        tx.commit().await.unwrap();
        let blocked = store.blocked_domains(day).await.unwrap();
        assert_eq!((blocked.len(), blocked[0].blocks, blocked[0].since), (1, 1, day));
    }
}

on_both! {
    async fn what_is_claimed_for_a_domain_that_is_left_alone_is_put_back_until_then(store) {
        let app = TestApp::new(store, 2525).await;
        let (people, now) = (app.people(3, Cadence::Weekly).await, app.now());
        // All of them at domain 3.
        let edition = queued(&app, EditionKind::Digest, "one", &people).await;
        let mut tx = app.store.begin().await.unwrap();
        let claimed = tx.claim(edition, 9, 7, None, soon(now), now).await.unwrap();
        assert!(claimed.iter().all(|row| row.domain_index == 3 && row.standing.domain_paused_until.is_none()));
        assert_eq!(tx.postpone(7, now).await.unwrap(), 0, "nothing blocks us");
        let until = tx.block_domain(3, "main", "550 5.7.1 no", now).await.unwrap();
        assert_eq!(tx.postpone(8, now).await.unwrap(), 0, "it is another's lease");
        tx.commit().await.unwrap();
        assert!(app.store.standings(7).await.unwrap().iter().all(|(_, standing)| standing.domain_paused_until == Some(until)));
        let mut tx = app.store.begin().await.unwrap();
        assert_eq!(tx.postpone(7, now).await.unwrap(), 3);
        tx.commit().await.unwrap();
        let rows = app.store.deliveries(edition, Some(DeliveryState::Queued), SubscriberId(0), 9).await.unwrap();
        assert!(rows.len() == 3 && rows.iter().all(|row| row.due_at == until && row.attempts == 0));
    }
}
