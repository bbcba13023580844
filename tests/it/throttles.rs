//! Providers that are written to only so fast: what waits for its turn stands before nobody else.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use handbill::dispatcher::{Left, Until};
use handbill::id::EditionId;
use handbill::subscribers::{Cadence, Consent, Preferences, list};
use tokio_util::sync::CancellationToken;

use crate::app::{TestApp, newcomer};
use crate::nodes::{node, start, until};
use crate::smtp::{Faulty, Script};
use crate::stores::TestStore;

/// A digest for so many at a provider with these limits, and behind them for ten others.
async fn digest(store: TestStore, server: &Faulty, limits: &str, slow: usize) -> (TestApp, EditionId) {
    let more = format!("[[domain]]\nnames = [\"Slow.example\", \"slow.test\"]\n{limits}\n");
    let app = TestApp::with(store, server.address().port(), &more).await;
    let wanted = || Preferences { cadence: Cadence::Weekly, ..Preferences::default() };
    let names = ["slow.example", "slow.test"];
    let slow = (0..slow).map(|number| newcomer(&format!("slow{number}@{}", names[number % 2]), wanted()));
    let slow: Vec<_> = slow.collect();
    list::add(&app, &slow, &Consent::Given("at a meeting".to_owned()), "cli").await.unwrap();
    app.people(10, Cadence::Weekly).await;
    app.post("A strike", "").await;
    let edition = app.plan(Cadence::Weekly).await;
    (app, edition)
}

async fn accepted(app: &TestApp) -> (u64, i64) {
    let summary = app.dispatch().await.unwrap();
    (summary.totals.accepted, summary.later)
}

on_both! {
    async fn a_provider_gets_its_rate_and_the_others_do_not_wait_for_it(store) {
        let server = Faulty::start(Script::default()).await;
        let (app, edition) = digest(store, &server, "rate = 60", 12).await;
        let (node, stop) = (node(&app).await, CancellationToken::new());
        let running = start(&app, &node, Until::Empty, &stop);
        // One, those of the next two seconds, and all others.
        server.wait_for(3 + 10).await;
        let accepted = async || app.ledger(edition).await.iter().filter(|(_, state, _)| state == "accepted").count();
        until("they are not recorded", async || accepted().await == 13).await;
        let left = Left::of(&app).await.unwrap();
        assert_eq!((left.due, left.later), (9, 0), "the others' turns are not waited for");
        let mut sent = 13;
        for (seconds, more) in [(1, 1), (1, 1), (1, 1), (1, 1), (1000, 3), (1, 1), (1, 1)] {
            assert_eq!(server.seen().taken.len(), sent, "too many at once");
            // What nobody was there to send is not made up for.
            app.pass(seconds);
            sent += more;
            server.wait_for(sent).await;
        }
        // The command has waited for all of them, at no cost.
        let summary = running.await.unwrap().unwrap();
        assert_eq!((summary.totals.accepted, summary.later), (22, 0));
        assert!(app.ledger(edition).await.iter().all(|(_, state, attempts)| state == "accepted" && *attempts == 1));
    }
}

on_both! {
    async fn what_is_over_the_hour_is_spread_over_those_to_come(store) {
        let server = Faulty::start(Script::default()).await;
        // Of each hour, an eighth is kept for what is urgent.
        let (app, _) = digest(store, &server, "rate_per_hour = 8", 20).await;
        assert_eq!(accepted(&app).await, (7 + 10, 13));
        app.pass(3600);
        assert_eq!(accepted(&app).await, (1, 12));
        app.pass(3000);
        assert_eq!(accepted(&app).await, (5, 7));
        app.pass(3600);
        assert_eq!(accepted(&app).await, (7, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_nodes_together_keep_to_what_a_provider_takes() {
    let server = Faulty::start(Script::default()).await;
    let (app, edition) = digest(TestStore::postgres().await, &server, "rate_per_hour = 80", 200).await;
    let (one, two) = (node(&app).await, node(&app).await);
    let stop = CancellationToken::new();
    let (one, two) = (start(&app, &one, Until::Empty, &stop), start(&app, &two, Until::Empty, &stop));
    let (one, two) = (one.await.unwrap().unwrap(), two.await.unwrap().unwrap());
    assert_eq!(one.totals.accepted + two.totals.accepted, 70 + 10, "{one:?} {two:?}");
    let slow = server.seen().taken.iter().filter(|message| message.to.concat().contains("slow")).count();
    assert_eq!((slow, server.seen().taken.len()), (70, 80));
    assert_eq!(app.ledger(edition).await.iter().filter(|(_, state, _)| state == "queued").count(), 130);
}

on_both! {
    async fn what_is_over_the_day_waits_for_the_next(store) {
        let server = Faulty::start(Script::default()).await;
        let (app, _) = digest(store, &server, "rate_per_day = 12", 20).await;
        assert_eq!(accepted(&app).await, (11 + 10, 9));
        app.pass(3600);
        assert_eq!(accepted(&app).await, (0, 9));
        app.pass(14 * 3600);
        assert_eq!(accepted(&app).await, (1, 8));
    }
}
