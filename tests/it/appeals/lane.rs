//! The urgent lane: a relay that is busy with a digest has room for an appeal.

use std::sync::Arc;
use std::time::Duration;

use handbill::dispatcher::Until;
use handbill::editions::EditionState;
use handbill::subscribers::Cadence;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::desk::{Desk, EVE};
use crate::app::TestApp;
use crate::nodes::{plan_all, slow, start, until};
use crate::smtp::{Act, Faulty, Script, Stage};
use crate::stores::at;

/// How many get nothing but the digest.
const BULK: usize = 30;

/// A relay that keeps those waiting who get only the digest, until it is given permits.
async fn holding() -> (Faulty, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let hold = move |to: &str| to.starts_with("bulk").then(|| Act::Hold(Arc::clone(&held)));
    (Faulty::start(Script::default().on_rcpt(hold)).await, gate)
}

on_both! {
    async fn an_appeal_passes_a_digest_on_connections_that_are_kept_for_it(store) {
        let (relay, gate) = holding().await;
        // Of its four connections, two are kept for what is urgent.
        let desk = Desk::new(store, relay.address().port()).await;
        for number in 0..BULK {
            desk.reader(&format!("bulk{number}"), Some("Leeds"), false).await;
        }
        desk.reader("near", Some("London"), true).await;
        desk.app.post("News of the week", "Reports").await;
        desk.app.plan(Cadence::Weekly).await;
        let running = start(&desk.app, &desk.app.app, Until::Empty, &CancellationToken::new());
        // The digest has all the connections that it can have, and each waits for an answer.
        relay.wait_until(|seen| seen.count("RCPT") == 2).await;
        desk.mark().await;
        let taken = relay.wait_for(1).await;
        assert_eq!(taken[0].to, ["near@example.org"]);
        assert!(taken[0].data.contains("text/calendar"), "it is not the appeal");
        assert_eq!(relay.seen().count("RCPT"), 3, "the digest took a connection that was kept");
        gate.add_permits(10 * BULK);
        let summary = running.await.unwrap().unwrap();
        assert_eq!(summary.totals.accepted as usize, BULK + 2, "the appeal, and a digest for everybody");
    }
}

on_both! {
    async fn an_appeal_to_one_person_passes_a_digest_that_has_as_many_connections_as_people(store) {
        let (relay, gate) = holding().await;
        let desk = Desk::new(store, relay.address().port()).await;
        for number in 0..2 {
            desk.reader(&format!("bulk{number}"), Some("Leeds"), false).await;
        }
        desk.app.post("News of the week", "Reports").await;
        let digest = desk.app.plan(Cadence::Weekly).await;
        plan_all(&desk.app, digest).await;
        // Too late for the digest.
        desk.reader("near", Some("London"), true).await;
        let running = start(&desk.app, &desk.app.app, Until::Empty, &CancellationToken::new());
        // One connection for each, and both wait for an answer.
        relay.wait_until(|seen| seen.count("RCPT") == 2).await;
        desk.mark().await;
        let taken = relay.wait_for(1).await;
        assert_eq!(taken[0].to, ["near@example.org"]);
        assert_eq!(relay.seen().closed, 0, "it waited until the digest's connections were given up");
        gate.add_permits(10);
        assert_eq!(running.await.unwrap().unwrap().totals.accepted, 3);
    }
}

on_both! {
    async fn an_appeal_is_seen_while_outcomes_keep_coming_in(store) {
        // Forty a second, so that there is never a moment without one.
        let relay = Faulty::start(slow()).await;
        let desk = Desk::new(store, relay.address().port()).await;
        desk.app.people(200, Cadence::Weekly).await;
        desk.reader("near", Some("London"), true).await;
        desk.app.post("News of the week", "Reports").await;
        desk.app.plan(Cadence::Weekly).await;
        let running = start(&desk.app, &desk.app.app, Until::Empty, &CancellationToken::new());
        relay.wait_for(20).await;
        desk.mark().await;
        relay.wait_until(|seen| seen.taken.iter().any(|message| message.data.contains("text/calendar"))).await;
        let taken = relay.seen().taken.len();
        assert!(taken < 150, "the appeal came after {taken} others");
        relay.set(Script::default());
        assert_eq!(running.await.unwrap().unwrap().totals.accepted, 402);
    }
}

on_both! {
    async fn a_digest_is_planned_while_the_relay_is_slow_with_an_appeal(store) {
        let gate = Arc::new(Semaphore::new(0));
        let relay = Faulty::start(Script::default().on(Stage::Dot, Act::Hold(Arc::clone(&gate)))).await;
        let desk = Desk::new(store, relay.address().port()).await;
        for number in 0..10 {
            desk.reader(&format!("near{number}"), Some("London"), true).await;
        }
        desk.mark().await;
        let stop = CancellationToken::new();
        let running = start(&desk.app, &desk.app.app, Until::Stopped, &stop);
        // All connections wait for an answer, and the others for a connection.
        relay.wait_until(|seen| seen.count("DATA") == 4).await;
        desk.app.post("News of the week", "Reports").await;
        let digest = desk.app.plan(Cadence::Weekly).await;
        until("the digest is not planned", async || {
            desk.app.store.edition(digest).await.unwrap().unwrap().state == EditionState::Sending
        })
        .await;
        assert_eq!(relay.seen().taken.len(), 0, "the appeal was through");
        gate.add_permits(100);
        let taken = relay.wait_for(20).await;
        assert!(taken[..10].iter().all(|message| message.data.contains("text/calendar")), "the digest passed the appeal");
        stop.cancel();
        assert_eq!(running.await.unwrap().unwrap().totals.accepted, 20);
    }
}

on_both! {
    async fn what_waits_for_a_slow_relay_is_put_back_by_a_stop(store) {
        let relay = Faulty::start(Script::default()).await;
        store.clock.set(at(EVE));
        // One a minute, and one at once; this stands in the relay's section.
        let more = "rate = 1\n[appeals]\nregions = [\"London\"]\n";
        let app = TestApp::with(store, relay.address().port(), more).await;
        let revision = app.post("Protest against the victimisation of workers", "Appeals").await;
        let post = app.store.revision(revision).await.unwrap().unwrap().post_id;
        let desk = Desk { app, post };
        for name in ["ana", "bo", "cy"] {
            desk.reader(name, None, true).await;
        }
        let edition = desk.mark().await.edition;
        let stop = CancellationToken::new();
        let running = start(&desk.app, &desk.app.app, Until::Stopped, &stop);
        relay.wait_for(1).await;
        stop.cancel();
        running.await.unwrap().unwrap();
        let mut states: Vec<_> = desk.app.ledger(edition).await.into_iter().map(|(_, state, _)| state).collect();
        states.sort();
        assert_eq!(states, ["accepted", "queued", "queued"]);
    }
}

/// Readers at a desk with this config, of whom a few want appeals.
async fn readers(app: TestApp, bulk: usize, urgent: usize) -> Desk {
    let revision = app.post("Protest against the victimisation of workers", "Appeals").await;
    let post = app.store.revision(revision).await.unwrap().unwrap().post_id;
    let desk = Desk { app, post };
    for number in 0..bulk {
        desk.reader(&format!("bulk{number}"), Some("Leeds"), false).await;
    }
    for number in 0..urgent {
        desk.reader(&format!("near{number}"), Some("London"), true).await;
    }
    desk.app.post("News of the week", "Reports").await;
    desk.app.plan(Cadence::Weekly).await;
    desk
}

on_both! {
    async fn an_appeal_has_a_part_of_the_hour_for_itself(store) {
        let relay = Faulty::start(Script::default()).await;
        store.clock.set(at(EVE));
        // Two of its four connections are kept for what is urgent, and so is half of the hour.
        let more = "rate_per_hour = 40\n[appeals]\nregions = [\"London\", \"Leeds\"]\n";
        let desk = readers(TestApp::with(store, relay.address().port(), more).await, 30, 12).await;
        let summary = desk.app.dispatch().await.unwrap();
        assert_eq!((summary.totals.accepted, summary.later), (20, 22));
        desk.mark().await;
        let summary = desk.app.dispatch().await.unwrap();
        assert_eq!((summary.totals.accepted, summary.later), (12, 22), "the appeal, and nothing of the digest");
        desk.app.pass(3600);
        assert_eq!(desk.app.dispatch().await.unwrap().totals.accepted, 20);
    }
}

on_both! {
    async fn an_appeal_that_is_tried_again_later_keeps_no_command_waiting_that_has_used_up_the_hour(store) {
        let later = |to: &str| to.starts_with("near").then_some(Act::Reply("450 4.2.0 later"));
        let relay = Faulty::start(Script::default().on_rcpt(later)).await;
        store.clock.set(at(EVE));
        let more = "rate_per_hour = 40\n[appeals]\nregions = [\"London\", \"Leeds\"]\n";
        let desk = readers(TestApp::with(store, relay.address().port(), more).await, 30, 1).await;
        desk.mark().await;
        let dispatched = tokio::time::timeout(Duration::from_secs(20), desk.app.dispatch()).await;
        let Ok(summary) = dispatched else { panic!("it waits for the next hour") };
        let summary = summary.unwrap();
        assert!(summary.totals.accepted < 31, "{summary:?}");
        assert_eq!(i64::try_from(summary.totals.accepted).unwrap() + summary.later, 32);
    }
}

on_both! {
    async fn of_each_relay_connections_are_kept_for_an_appeal(store) {
        let gate = Arc::new(Semaphore::new(0));
        let hold = || {
            let held = Arc::clone(&gate);
            Script::default().on_rcpt(move |to| to.starts_with("bulk").then(|| Act::Hold(Arc::clone(&held))))
        };
        let relays = [Faulty::start(hold()).await, Faulty::start(hold()).await];
        store.clock.set(at(EVE));
        let more = format!(
            "[[relay]]\nname = \"second\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nconnections = 4\n\
             [appeals]\nregions = [\"London\", \"Leeds\"]\n",
            relays[1].address().port()
        );
        let desk = readers(TestApp::with(store, relays[0].address().port(), &more).await, BULK, 0).await;
        for number in 0..8 {
            desk.reader(&format!("near{number}"), Some("London"), true).await;
        }
        let running = start(&desk.app, &desk.app.app, Until::Empty, &CancellationToken::new());
        // The digest has all the connections that it can have.
        for relay in &relays {
            relay.wait_until(|seen| seen.count("RCPT TO:<bulk") == 2).await;
        }
        desk.mark().await;
        let appeals = |relay: &Faulty| relay.seen().taken.len();
        crate::nodes::until("the appeal waits", async || appeals(&relays[0]) + appeals(&relays[1]) == 8).await;
        for relay in &relays {
            assert_eq!(relay.seen().count("RCPT TO:<bulk"), 2, "the digest took a connection that was kept");
        }
        gate.add_permits(10 * BULK);
        running.await.unwrap().unwrap();
    }
}
