//! Turns of providers that are written to only so fast.

use std::time::Duration;

use handbill::deliveries::DeliveryState;
use handbill::editions::EditionKind;
use handbill::id::SubscriberId;
use handbill::store::tallies::Limits;
use handbill::store::turns::{Turns, Wanted};
use handbill::subscribers::Cadence;

use super::deliveries::{queued, soon};
use crate::app::TestApp;

const SECOND: Duration = Duration::from_secs(1);

on_both! {
    async fn turns_are_taken_once_and_urgent_ones_first(store) {
        let now = store.now();
        let after = |seconds| now.plus(Duration::from_secs(seconds));
        let bulk = Wanted {
            subject: "domain 1",
            period: SECOND,
            limits: Limits::default(),
            ahead: 2 * SECOND,
            queue_up: true,
        };
        let urgent = Wanted { ahead: 4 * SECOND, queue_up: false, ..bulk };
        let take = async |wanted, count, at| {
            let mut tx = store.begin().await.unwrap();
            let turns = tx.take_turns(wanted, count, at).await.unwrap();
            tx.commit().await.unwrap();
            turns
        };
        let turns = take(bulk, 10, now).await;
        assert_eq!(turns, Turns { now: 3, next: after(1), step: SECOND });
        assert_eq!(turns.later().nth(6), Some(after(7)));
        // Those of another mailing queue up behind.
        assert_eq!(take(bulk, 5, now).await, Turns { now: 0, next: after(8), step: SECOND });
        assert_eq!(take(Wanted { subject: "domain 2", ..bulk }, 5, now).await.now, 3);
        // What is urgent does not.
        let turns = take(urgent, 4, now).await;
        assert_eq!((turns.now, turns.next), (2, after(1)));
        // It had the turns of the next that come.
        assert_eq!(take(bulk, 2, after(1)).await.now, 0);
        assert_eq!(take(urgent, 2, after(2)).await.now, 2);
        assert_eq!(take(bulk, 2, after(5)).await.now, 1);
        // After a rest there is no more at once than at first.
        assert_eq!(take(bulk, 10, after(1000)).await.now, 3);
    }
}

on_both! {
    async fn what_has_no_turn_yet_goes_back_until_then(store) {
        let app = TestApp::new(store, 2525).await;
        let (people, now) = (app.people(3, Cadence::Weekly).await, app.now());
        let edition = queued(&app, EditionKind::Digest, "one", &people).await;
        let mut tx = app.store.begin().await.unwrap();
        assert_eq!(tx.claim(edition, 9, 7, None, soon(now), now).await.unwrap().len(), 3);
        let rows = [(people[0], now.plus(SECOND)), (people[2], now.plus(2 * SECOND))];
        assert_eq!(tx.put_off(8, &rows).await.unwrap(), 0, "it is another's lease");
        assert_eq!(tx.put_off(7, &[]).await.unwrap(), 0);
        assert_eq!(tx.put_off(7, &rows).await.unwrap(), 2);
        tx.commit().await.unwrap();
        let found = app.store.deliveries(edition, Some(DeliveryState::Queued), SubscriberId(0), 9).await.unwrap();
        let found: Vec<_> = found.iter().map(|row| (row.subscriber_id, row.due_at, row.attempts)).collect();
        assert_eq!(found, rows.map(|(id, due)| (id, due, 0)));
    }
}
