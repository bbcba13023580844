//! Several relays: each takes what it has room for, one stands in for another, and shares and limits hold.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use handbill::dispatcher::Until;
use handbill::editions::brakes;
use handbill::id::EditionId;
use handbill::relay::RelayState;
use handbill::subscribers::Cadence;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::app::TestApp;
use crate::nodes::{node, start, until};
use crate::smtp::{Act, Faulty, Script, Stage};
use crate::stores::TestStore;

/// How long a test waits before it fails.
const SOON: Duration = Duration::from_secs(20);

/// The section of a second relay.
fn second(server: &Faulty, more: &str) -> String {
    let port = server.address().port();
    format!(
        "[[relay]]\nname = \"second\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nconnections = 4\n\
         timeout = \"5s\"\n{more}\n"
    )
}

/// An app with two relays; `first` and `other` are more lines of their sections.
async fn two(store: TestStore, servers: [&Faulty; 2], first: &str, other: &str) -> TestApp {
    let more = format!("{first}\n{}", second(servers[1], other));
    TestApp::with(store, servers[0].address().port(), &more).await
}

/// A digest for so many.
async fn digest(app: &TestApp, people: usize) -> EditionId {
    app.people(people, Cadence::Weekly).await;
    app.post("A strike", "").await;
    app.plan(Cadence::Weekly).await
}

async fn count(app: &TestApp, edition: EditionId, wanted: &str) -> usize {
    app.ledger(edition).await.iter().filter(|(_, state, _)| state == wanted).count()
}

/// That each of so many was written to, once.
fn once_each(servers: [&Faulty; 2], people: usize) {
    let taken: Vec<_> = servers.iter().flat_map(|server| server.seen().taken).collect();
    let to: BTreeSet<_> = taken.iter().map(|message| &message.to).collect();
    assert_eq!((taken.len(), to.len()), (people, people), "somebody was forgotten, or written to twice");
}

fn away() -> Script {
    Script::default().on(Stage::Banner, Act::ReplyAndClose("421 4.3.2 closing")).on(Stage::Mail, Act::Close)
}

on_both! {
    async fn when_one_goes_away_amid_a_mailing_the_other_takes_over(store) {
        let held = Arc::new(Semaphore::new(0));
        let hold = || Script::default().on(Stage::Dot, Act::Hold(Arc::clone(&held)));
        let (one, other) = (Faulty::start(hold()).await, Faulty::start(hold()).await);
        let app = two(store, [&one, &other], "", "").await;
        let edition = digest(&app, 200).await;
        let (node, stop) = (node(&app).await, CancellationToken::new());
        let running = start(&app, &node, Until::Empty, &stop);
        // Both are in the midst of it.
        for server in [&one, &other] {
            server.wait_until(|seen| seen.count("DATA") == 2).await;
        }
        one.set(away());
        held.add_permits(10_000);
        assert_eq!(running.await.unwrap().unwrap().totals.accepted, 200);
        once_each([&one, &other], 200);
        assert!(app.ledger(edition).await.iter().all(|(_, state, attempts)| state == "accepted" && *attempts == 1));
        let seen = one.seen();
        assert!(seen.taken.len() <= 4, "it was given more after it had gone");
        // Its open connections, one attempt to open each anew, and a knock now and then.
        assert!(seen.connections <= 12, "{} connections", seen.connections);
        let states: Vec<_> = app.store.relays().await.unwrap().into_iter().map(|relay| (relay.name, relay.state)).collect();
        assert_eq!(states, [("main".to_owned(), RelayState::Stopped), ("second".to_owned(), RelayState::Working)]);
    }
}

on_both! {
    async fn one_on_standby_is_used_while_the_other_is_away_and_left_again(store) {
        let (one, standby) = (Faulty::start(away()).await, Faulty::start(Script::default()).await);
        let app = two(store, [&one, &standby], "", "weight = 0").await;
        digest(&app, 40).await;
        let (node, stop) = (node(&app).await, CancellationToken::new());
        let running = start(&app, &node, Until::Stopped, &stop);
        standby.wait_for(40).await;
        assert_eq!(one.seen().taken.len(), 0);
        one.set(Script::default());
        until("nobody looks for the first", async || {
            app.store.relays().await.unwrap().iter().any(|relay| relay.name == "main" && relay.state == RelayState::Working)
        })
        .await;
        app.post("A march", "").await;
        app.pass(7 * 24 * 3600);
        app.plan(Cadence::Weekly).await;
        one.wait_for(40).await;
        stop.cancel();
        running.await.unwrap().unwrap();
        assert_eq!(standby.seen().taken.len(), 40, "the one on standby was not left");
    }
}

on_both! {
    async fn shares_go_by_weight(store) {
        let (one, other) = (Faulty::start(Script::default()).await, Faulty::start(Script::default()).await);
        let app = two(store, [&one, &other], "weight = 3", "weight = 1").await;
        digest(&app, 400).await;
        assert_eq!(app.dispatch().await.unwrap().totals.accepted, 400);
        once_each([&one, &other], 400);
        let share = one.seen().taken.len();
        // Each may be ahead by its connections, and a busy machine lets one go on alone now and then.
        assert!((270..=330).contains(&share), "{share} of 400");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_slow_one_holds_up_a_mailing() {
    let held = Arc::new(Semaphore::new(0));
    let stuck = Faulty::start(Script::default().on(Stage::Dot, Act::Hold(Arc::clone(&held)))).await;
    let well = Faulty::start(Script::default()).await;
    let app = two(TestStore::sqlite().await, [&stuck, &well], "", "").await;
    digest(&app, 30).await;
    let (node, stop) = (node(&app).await, CancellationToken::new());
    let running = start(&app, &node, Until::Empty, &stop);
    // All but the two that the stuck one has.
    well.wait_for(28).await;
    held.add_permits(100);
    assert_eq!(running.await.unwrap().unwrap().totals.accepted, 30);
    once_each([&stuck, &well], 30);
}

on_both! {
    async fn what_one_defers_may_go_by_another(store) {
        let later = Script::default().on(Stage::Rcpt, Act::Reply("450 4.2.0 later"));
        let (one, other) = (Faulty::start(later).await, Faulty::start(Script::default()).await);
        let app = two(store, [&one, &other], "", "").await;
        let edition = digest(&app, 40).await;
        let summary = app.dispatch().await.unwrap();
        assert!(summary.later > 0 && summary.totals.accepted > 0, "{summary:?}");
        one.set(away());
        app.pass(3600);
        assert_eq!(app.dispatch().await.unwrap().later, 0);
        assert_eq!(count(&app, edition, "accepted").await, 40);
        assert_eq!(other.seen().taken.len(), 40);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_when_all_are_away_does_the_command_give_up_and_names_each() {
    let (one, other) = (Faulty::start(away()).await, Faulty::start(away()).await);
    let app = two(TestStore::sqlite().await, [&one, &other], "", "weight = 0").await;
    let edition = digest(&app, 20).await;
    let error = app.dispatch().await.unwrap_err().to_string();
    assert!(error.contains("main: relay 127.0.0.1") && error.contains("second: relay 127.0.0.1"), "{error}");
    assert!(app.ledger(edition).await.iter().all(|(_, state, attempts)| state == "queued" && *attempts == 0));
    for server in [&one, &other] {
        // Three attempts, with growing pauses between, and one or two more while the other has its own.
        assert!((3..=6).contains(&server.seen().connections), "{} connections", server.seen().connections);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_whose_connections_keep_breaking_is_left_alone() {
    let (one, other) = (Faulty::start(Script::default()).await, Faulty::start(Script::default()).await);
    one.set(Script::default().on(Stage::Rcpt, Act::Close).offering(&["8BITMIME"]));
    let app = two(TestStore::sqlite().await, [&one, &other], "", "").await;
    let edition = digest(&app, 200).await;
    let summary = app.dispatch().await.unwrap();
    // As many as its patience, and those that were out then.
    assert!((9..=13).contains(&summary.later), "{summary:?}");
    assert_eq!(count(&app, edition, "accepted").await, usize::try_from(200 - summary.later).unwrap());
    let relays = app.store.relays().await.unwrap();
    assert_eq!((relays[0].name.as_str(), relays[0].state), ("main", RelayState::Stopped));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_turns_mail_away_on_open_connections_is_not_asked_in_a_loop() {
    for refusal in [Stage::Mail, Stage::Rcpt] {
        let held = Arc::new(Semaphore::new(0));
        let server = Faulty::start(Script::default().on(Stage::Dot, Act::Hold(Arc::clone(&held)))).await;
        let app = TestApp::new(TestStore::sqlite().await, server.address().port()).await;
        let edition = digest(&app, 40).await;
        let (node, stop) = (node(&app).await, CancellationToken::new());
        let running = start(&app, &node, Until::Empty, &stop);
        server.wait_until(|seen| seen.count("DATA") == 2).await;
        let reply = if refusal == Stage::Mail { "452 4.3.1 no room" } else { "554 5.7.1 Relay access denied" };
        server.set(Script::default().on(refusal, Act::Reply(reply)));
        held.add_permits(2);
        let error = running.await.unwrap().unwrap_err().to_string();
        assert!(error.contains("no relay answered"), "{error}");
        assert_eq!(count(&app, edition, "accepted").await, 2);
        // Once on each connection, once on each new one, and a knock now and then.
        let asked = server.seen().count("MAIL");
        assert!(asked <= 12, "it was asked {asked} times");
    }
}

on_both! {
    async fn what_is_not_sent_after_all_uses_nothing_up(store) {
        let held = Arc::new(Semaphore::new(0));
        let server = Faulty::start(Script::default().on(Stage::Dot, Act::Hold(Arc::clone(&held)))).await;
        let app = TestApp::with(store, server.address().port(), "rate_per_hour = 100").await;
        let edition = digest(&app, 40).await;
        let (node, stop) = (node(&app).await, CancellationToken::new());
        let running = start(&app, &node, Until::Stopped, &stop);
        server.wait_until(|seen| seen.count("DATA") == 2).await;
        brakes::pause(&app, edition, "test").await.unwrap();
        // The look at it is half a second old at most.
        tokio::time::timeout(SOON, async {
            let mut tick = tokio::time::interval(Duration::from_millis(100));
            while count(&app, edition, "leased").await > 0 {
                tick.tick().await;
                held.add_permits(1);
            }
        })
        .await
        .unwrap();
        stop.cancel();
        let sent = running.await.unwrap().unwrap().totals.accepted;
        assert!(sent < 40, "nothing was put back");
        let used = app.store.tally("relay main", app.now()).await.unwrap();
        assert_eq!(used.0, i64::try_from(sent).unwrap());
        // Neither does what a relay turns away.
        server.set(Script::default().on(Stage::Mail, Act::Reply("452 4.3.1 no room")));
        brakes::resume(&app, edition, "test").await.unwrap();
        app.dispatch().await.unwrap_err();
        assert_eq!(app.store.tally("relay main", app.now()).await.unwrap(), used);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_waits_for_one_that_never_says_hello() {
    let dead = Faulty::start(Script::default().on(Stage::Banner, Act::Stall)).await;
    let well = Faulty::start(Script::default()).await;
    let app = two(TestStore::sqlite().await, [&dead, &well], "", "").await;
    digest(&app, 8).await;
    let (mut node, stop) = (node(&app).await, CancellationToken::new());
    // Longer than this test has patience.
    Arc::get_mut(&mut node).unwrap().config.relays[0].timeout = Duration::from_secs(60);
    let running = start(&app, &node, Until::Empty, &stop);
    well.wait_for(8).await;
    assert_eq!(running.await.unwrap().unwrap().totals.accepted, 8);
    assert!(dead.seen().connections > 0, "it was not tried");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_goes_by_a_slow_one_little_is_claimed() {
    let server = Faulty::start(Script::default()).await;
    let app = TestApp::with(TestStore::sqlite().await, server.address().port(), "rate = 10").await;
    let edition = digest(&app, 40).await;
    let (node, stop) = (node(&app).await, CancellationToken::new());
    let running = start(&app, &node, Until::Stopped, &stop);
    server.wait_for(1).await;
    until("its outcome is not recorded", async || count(&app, edition, "accepted").await == 1).await;
    let leased = count(&app, edition, "leased").await;
    assert!(leased <= 4, "{leased} are claimed");
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_brings_no_more_messages_than_it_may_and_ends_when_idle() {
    let server = Faulty::start(Script::default()).await;
    let more = "messages_per_connection = 10\nidle = \"100ms\"\n";
    let app = TestApp::with(TestStore::sqlite().await, server.address().port(), more).await;
    digest(&app, 45).await;
    let (mut node, stop) = (node(&app).await, CancellationToken::new());
    // One after the other, so that the commands of each stand together.
    Arc::get_mut(&mut node).unwrap().config.relays[0].connections = 1;
    let running = start(&app, &node, Until::Stopped, &stop);
    server.wait_for(45).await;
    // The dispatcher goes on, and the last connection goes all the same.
    let seen = server.wait_until(|seen| seen.closed == seen.connections).await;
    assert!((5..=8).contains(&seen.connections), "{} connections", seen.connections);
    let mut on_this = 0;
    for line in &seen.commands {
        on_this = if line.starts_with("EHLO") { 0 } else { on_this + usize::from(line.starts_with("MAIL")) };
        assert!(on_this <= 10, "a connection brought more than ten");
    }
    stop.cancel();
    running.await.unwrap().unwrap();
}

on_both! {
    async fn what_it_may_be_given_in_an_hour_and_a_day_holds_across_restarts(store) {
        let server = Faulty::start(Script::default()).await;
        let more = "reserve_for_urgent = 0\nrate_per_hour = 30\nrate_per_day = 50\n";
        let app = TestApp::with(store, server.address().port(), more).await;
        digest(&app, 90).await;
        // Stopped amid it, what it had taken of the hour and not used is there for the next.
        let (node, stop) = (node(&app).await, CancellationToken::new());
        let running = start(&app, &node, Until::Stopped, &stop);
        server.wait_for(5).await;
        stop.cancel();
        let sent = running.await.unwrap().unwrap().totals.accepted;
        let used = async || app.store.tally("relay main", app.now()).await.unwrap();
        assert_eq!(used().await.0, i64::try_from(sent).unwrap());
        let summary = app.dispatch().await.unwrap();
        assert_eq!((sent + summary.totals.accepted, summary.later), (30, 60));
        assert_eq!(app.dispatch().await.unwrap().totals.accepted, 0, "the hour is used up");
        app.pass(3600);
        assert_eq!((app.dispatch().await.unwrap().totals.accepted, used().await), (20, (20, 50)));
        app.pass(3600);
        assert_eq!(app.dispatch().await.unwrap().totals.accepted, 0, "the day is used up");
        app.pass(14 * 3600);
        assert_eq!((app.dispatch().await.unwrap().totals.accepted, used().await), (30, (30, 30)));
        app.pass(3600);
        let last = app.dispatch().await.unwrap();
        assert_eq!((last.totals.accepted, last.later, server.seen().taken.len()), (10, 0, 90));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_share_what_a_relay_may_be_given_in_an_hour() {
    let server = Faulty::start(Script::default()).await;
    let more = "reserve_for_urgent = 0\nrate_per_hour = 100\n";
    let app = TestApp::with(TestStore::postgres().await, server.address().port(), more).await;
    digest(&app, 300).await;
    let (one, two, stop) = (node(&app).await, node(&app).await, CancellationToken::new());
    let nodes = [start(&app, &one, Until::Empty, &stop), start(&app, &two, Until::Empty, &stop)];
    let mut accepted = 0;
    for node in nodes {
        accepted += node.await.unwrap().unwrap().totals.accepted;
    }
    assert_eq!((accepted, server.seen().taken.len()), (100, 100));
    app.pass(3600);
    assert_eq!(app.dispatch().await.unwrap().totals.accepted, 100);
}

on_both! {
    async fn one_that_has_had_its_hour_does_not_hold_up_the_other(store) {
        let (one, other) = (Faulty::start(Script::default()).await, Faulty::start(Script::default()).await);
        let app = two(store, [&one, &other], "reserve_for_urgent = 0\nrate_per_hour = 20", "").await;
        digest(&app, 100).await;
        assert_eq!(app.dispatch().await.unwrap().totals.accepted, 100);
        once_each([&one, &other], 100);
        assert_eq!(one.seen().taken.len(), 20);
    }
}
