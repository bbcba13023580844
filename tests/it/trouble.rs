//! Machines and databases that fail amid a mailing: it goes on, or says plainly why not, and the ledger is right afterwards.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

mod daemons;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use handbill::dispatcher::Until;
use handbill::id::EditionId;
use handbill::store::Store;
use handbill::subscribers::Cadence;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::app::TestApp;
use crate::nodes::{node, slow, start, until};
use crate::smtp::{Act, Faulty, Script, Stage};
use crate::stores::OwnServer;

const PEOPLE: usize = 200;
/// What each of two nodes may send again: its connections, and a group.
const REPEATS: usize = 2 * (4 + 64);

async fn accepted(app: &TestApp, edition: EditionId) -> usize {
    // The store may be away.
    let counts = app.store.counts(edition).await.unwrap_or_default();
    let count = counts.get(&handbill::deliveries::DeliveryState::Accepted).copied().unwrap_or(0);
    usize::try_from(count).unwrap()
}

/// How many nodes hold something.
async fn holders(app: &TestApp) -> i64 {
    const HOLDERS: &str = "SELECT count(DISTINCT holder) FROM deliveries WHERE state = 'leased'";
    let Store::Postgres(pool) = &app.store else { unreachable!() };
    sqlx::query_scalar(HOLDERS).fetch_one(pool).await.unwrap()
}

/// Two nodes are in the midst of a mailing when the database is in trouble; then they see it through.
async fn seen_through(own: &mut OwnServer, trouble: impl AsyncFnOnce(&mut OwnServer, &TestApp)) {
    // Nothing is taken until both have claimed something: on a busy machine one might else be through before the other starts.
    let closed = Arc::new(Semaphore::new(0));
    let server = Faulty::start(Script::default().on(Stage::Dot, Act::Hold(Arc::clone(&closed)))).await;
    let app = TestApp::new(own.store().await, server.address().port()).await;
    app.people(PEOPLE, Cadence::Weekly).await;
    app.post("A strike", "").await;
    let edition = app.plan(Cadence::Weekly).await;
    let (one, two, stop) = (node(&app).await, node(&app).await, CancellationToken::new());
    let nodes = [start(&app, &one, Until::Stopped, &stop), start(&app, &two, Until::Stopped, &stop)];
    until("not both are under way", async || holders(&app).await == 2).await;
    server.set(slow());
    closed.add_permits(PEOPLE);
    server.wait_for(20).await;
    trouble(own, &app).await;
    server.set(Script::default());
    until("they do not see it through", async || {
        // What could not be made, as the store was away, is due again a moment later.
        app.pass(1);
        accepted(&app, edition).await == PEOPLE
    })
    .await;
    stop.cancel();
    for node in nodes {
        node.await.unwrap().unwrap();
    }
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let taken = server.seen().taken;
    for message in &taken {
        let id = message.data.lines().find(|line| line.starts_with("Message-ID:")).unwrap();
        ids.entry(message.to[0].clone()).or_default().insert(id.to_owned());
    }
    assert_eq!(ids.len(), PEOPLE);
    assert!(ids.values().all(|ids| ids.len() == 1), "sent again with another Message-ID");
    println!("{} repeats", taken.len() - PEOPLE);
    assert!(taken.len() <= PEOPLE + REPEATS, "{} repeats", taken.len() - PEOPLE);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_restarts() {
    let mut own = OwnServer::start();
    seen_through(&mut own, async |own, _| tokio::task::block_in_place(|| own.restart())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_cuts_every_connection() {
    let mut own = OwnServer::start();
    seen_through(&mut own, async |_, app| {
        const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                           WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let Store::Postgres(pool) = &app.store else { unreachable!() };
        let cut: Vec<bool> = sqlx::query_scalar(CUT).fetch_all(pool).await.unwrap();
        // At least each node's lock, and one to work with.
        assert!(cut.len() >= 4, "{cut:?}");
    })
    .await;
}

on_both! {
    async fn the_clock_jumps_an_hour_either_way(store) {
        for back in [false, true] {
            let server = Faulty::start(slow()).await;
            let app = TestApp::new(store_again(&store).await, server.address().port()).await;
            app.people(PEOPLE, Cadence::Weekly).await;
            app.post(if back { "A strike" } else { "A march" }, "").await;
            let edition = app.plan(Cadence::Weekly).await;
            let (node, stop) = (node(&app).await, CancellationToken::new());
            let running = start(&app, &node, Until::Stopped, &stop);
            server.wait_for(20).await;
            let (now, hour) = (app.now(), Duration::from_secs(3600));
            app.clock.set(if back { now.minus(hour) } else { now.plus(hour) });
            let seen = server.seen().taken.len();
            // What is in hand goes on.
            server.wait_for(seen + 4).await;
            server.set(Script::default());
            if back {
                // What is due at an hour that is yet to come again waits for it.
                app.clock.set(now);
            }
            until("it does not go on", async || accepted(&app, edition).await == PEOPLE).await;
            stop.cancel();
            running.await.unwrap().unwrap();
            let taken = server.seen().taken;
            let to: BTreeSet<_> = taken.iter().map(|message| &message.to).collect();
            assert_eq!((taken.len(), to.len()), (PEOPLE, PEOPLE));
            assert!(app.ledger(edition).await.iter().all(|(_, state, attempts)| state == "accepted" && *attempts == 1));
        }
    }
}

/// A store of the same kind, of its own.
async fn store_again(store: &crate::stores::TestStore) -> crate::stores::TestStore {
    match &store.store {
        Store::Sqlite(_) => crate::stores::TestStore::sqlite().await,
        Store::Postgres(_) => crate::stores::TestStore::postgres().await,
    }
}
