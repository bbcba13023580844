//! A dispatcher writes down how its relay is doing.

use std::time::Duration;

use handbill::dispatcher::Until;
use handbill::id::EditionId;
use handbill::relay::RelayState;
use handbill::subscribers::Cadence;
use tokio_util::sync::CancellationToken;

use crate::app::TestApp;
use crate::nodes::{start, until};
use crate::smtp::{Act, Faulty, Script, Stage};
use crate::stores::TestStore;

async fn state(app: &TestApp) -> (RelayState, String) {
    let relays = app.store.relays().await.unwrap();
    assert_eq!((relays.len(), relays[0].name.as_str()), (1, "main"));
    (relays[0].state, relays[0].reason.clone().unwrap_or_default())
}

on_both! {
    async fn one_that_turns_mail_away_has_stopped_until_it_takes_some(store) {
        let sender = Script::default().on(Stage::Mail, Act::Reply("550 5.7.1 <news@campaign.example> is not ours"));
        let server = Faulty::start(sender).await;
        let app = TestApp::new(store, server.address().port()).await;
        app.people(3, Cadence::Weekly).await;
        app.post("A strike", "").await;
        app.plan(Cadence::Weekly).await;
        assert!(app.store.relays().await.unwrap().is_empty(), "it was not tried yet");
        let began = app.now();
        let error = app.dispatch().await.unwrap_err().to_string();
        assert!(error.contains("no relay answered: MAIL: 550"), "{error}");
        let (stopped, reason) = state(&app).await;
        assert_eq!(stopped, RelayState::Stopped);
        assert!(reason.contains("550") && !reason.contains('@'), "{reason}");
        // The time since when stays, although the next dispatcher begins later.
        app.pass(600);
        app.dispatch().await.unwrap_err();
        assert_eq!(app.store.relays().await.unwrap()[0].changed_at, began);
        server.set(Script::default());
        assert_eq!(app.dispatch().await.unwrap().totals.accepted, 3);
        assert_eq!(state(&app).await, (RelayState::Working, String::new()));
        assert_eq!(app.store.relays().await.unwrap()[0].changed_at, app.now());
    }
}

on_both! {
    async fn one_that_is_busy_for_every_mail_is_no_relay_that_answers(store) {
        let server = Faulty::start(Script::default().on(Stage::Mail, Act::Reply("451 4.3.0 busy"))).await;
        let app = TestApp::new(store, server.address().port()).await;
        app.people(3, Cadence::Weekly).await;
        app.post("A strike", "").await;
        app.plan(Cadence::Weekly).await;
        let dispatched = tokio::time::timeout(Duration::from_secs(60), app.dispatch()).await;
        // It gives up, as each connection is turned away.
        let error = dispatched.unwrap().unwrap_err().to_string();
        assert!(error.contains("no relay answered: MAIL: 451"), "{error}");
        assert_eq!(state(&app).await.0, RelayState::Stopped);
    }
}

/// A digest to one person.
async fn one_delivery(store: TestStore, server: &Faulty) -> (TestApp, EditionId) {
    let app = TestApp::new(store, server.address().port()).await;
    app.people(1, Cadence::Weekly).await;
    app.post("A strike", "").await;
    let edition = app.plan(Cadence::Weekly).await;
    (app, edition)
}

on_both! {
    async fn one_that_was_away_is_looked_for_when_there_is_nothing_to_send(store) {
        let server = Faulty::start(Script::default().on(Stage::Banner, Act::ReplyAndClose("421 4.3.2 closing"))).await;
        let (app, edition) = one_delivery(store, &server).await;
        let stop = CancellationToken::new();
        let running = start(&app, &app.app, Until::Stopped, &stop);
        server.wait_until(|seen| seen.closed > 0).await;
        handbill::editions::brakes::cancel(&app.app, edition, "test").await.unwrap();
        server.wait_until(|seen| seen.closed > 1).await;
        server.set(Script::default());
        server.wait_until(|seen| seen.count("QUIT") > 0).await;
        stop.cancel();
        running.await.unwrap().unwrap();
        assert_eq!(state(&app).await.0, RelayState::Working);
        assert_eq!(server.seen().taken.len(), 0);
    }
}

on_both! {
    async fn that_one_can_be_reached_does_not_mean_that_it_takes_mail(store) {
        let server = Faulty::start(Script::default().on(Stage::Mail, Act::Reply("451 4.3.0 busy"))).await;
        let (app, edition) = one_delivery(store, &server).await;
        let stop = CancellationToken::new();
        let running = start(&app, &app.app, Until::Stopped, &stop);
        let known = async || app.store.relays().await.unwrap();
        until("it does not stop", async || !known().await.is_empty()).await;
        let began = known().await[0].changed_at;
        handbill::editions::brakes::cancel(&app, edition, "test").await.unwrap();
        until("it is not put back", async || app.ledger(edition).await.iter().all(|(_, state, _)| state == "cancelled")).await;
        // It is looked for with nothing to send, and that is written down.
        server.wait_until(|seen| seen.count("EHLO") > seen.count("MAIL") && seen.closed == seen.connections).await;
        until("nobody looks for it", async || {
            known().await[0].state == RelayState::Working || known().await[0].retry_at == Some(app.now())
        })
        .await;
        assert_eq!(state(&app).await.0, RelayState::Stopped);
        // Whether it takes mail again shows with the next one, which waits for no pause.
        server.set(Script::default());
        app.post("A march", "").await;
        app.pass(7 * 24 * 3600);
        app.plan(Cadence::Weekly).await;
        server.wait_for(1).await;
        until("it is not noted", async || state(&app).await.0 == RelayState::Working).await;
        stop.cancel();
        running.await.unwrap().unwrap();
        assert!(known().await[0].changed_at > began);
    }
}
