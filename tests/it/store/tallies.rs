//! What is used of a limit by the hour or the day.

use std::time::Duration;

use handbill::dispatcher::DispatchLock;
use handbill::store::Store;
use handbill::store::tallies::{Limits, hour_of};

use crate::stores::TestStore;

on_both! {
    async fn no_more_is_taken_than_there_is_in_the_hour_and_the_day(store) {
        let (now, limits) = (store.now(), Limits { hour: 10, day: 15 });
        let take = async |subject: &str, wanted, at| {
            let mut tx = store.begin().await.unwrap();
            let taken = tx.take_allowance(subject, limits, wanted, at).await.unwrap();
            tx.commit().await.unwrap();
            taken
        };
        assert_eq!(take("relay main", 7, now).await, 7);
        assert_eq!(take("relay main", 7, now).await, 3);
        assert_eq!(take("relay main", 7, now).await, 0);
        assert_eq!(take("relay other", 7, now).await, 7);
        let later = now.plus(Duration::from_secs(3600));
        assert_eq!(take("relay main", 7, later).await, 5, "the day has no more");
        let mut tx = store.begin().await.unwrap();
        tx.give_back_allowance("relay main", hour_of(now), 4).await.unwrap();
        tx.give_back_allowance("relay main", hour_of(later), 1).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.tally("relay main", later).await.unwrap(), (4, 10));
        assert_eq!(take("relay main", 7, later).await, 5);
        assert_eq!(take("relay main", 7, now.plus(Duration::from_secs(24 * 3600))).await, 7);
        assert_eq!(store.tally("relay main", now.plus(Duration::from_secs(24 * 3600))).await.unwrap(), (7, 7));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_in_the_next_hour_of_the_day_waits_for_who_took_in_the_last() {
    let store = TestStore::postgres().await;
    let (now, limits) = (store.now(), Limits { hour: 0, day: 15 });
    let mut first = store.begin().await.unwrap();
    assert_eq!(first.take_allowance("relay main", limits, 10, now).await.unwrap(), 10);
    let later = store.store.clone();
    let mut second = tokio::spawn(async move {
        let mut tx = later.begin().await.unwrap();
        let taken = tx.take_allowance("relay main", limits, 10, now.plus(Duration::from_secs(3600))).await.unwrap();
        tx.commit().await.unwrap();
        taken
    });
    let Store::Postgres(pool) = &store.store else { unreachable!() };
    const WAITS: &str = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.datname = current_database() \
                         JOIN pg_stat_activity a ON a.pid = l.pid AND a.datid = d.oid WHERE NOT l.granted";
    let waits = async || sqlx::query_scalar::<_, i64>(WAITS).fetch_one(pool).await.unwrap() > 0;
    tokio::select! {
        taken = &mut second => panic!("it took {} of the 5 that are left at most", taken.unwrap()),
        () = crate::nodes::until("it does not wait", waits) => {}
    }
    first.commit().await.unwrap();
    assert_eq!(second.await.unwrap(), 5);
}

on_both! {
    async fn dispatchers_are_counted_while_they_live(store) {
        let one = DispatchLock::take(&store.store).await.unwrap();
        assert_eq!(store.dispatchers().await.unwrap(), 1);
        if let Store::Postgres(_) = &store.store {
            let two = DispatchLock::take(&store.store).await.unwrap();
            assert_eq!(store.dispatchers().await.unwrap(), 2);
            drop(two);
            crate::nodes::until("the dead are counted", async || store.dispatchers().await.unwrap() == 1).await;
        }
        drop(one);
    }
}
