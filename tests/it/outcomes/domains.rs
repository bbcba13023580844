//! A domain that blocks our mail is left alone by everybody, and nobody else waits for it (promise 6 keeps its name to us).
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use handbill::deliveries::DeliveryState;
use handbill::id::{EditionId, SubscriberId};
use handbill::notify::{Disk, NoticeKind, Notifier};
use handbill::subscribers::{Cadence, Consent, Preferences, list};
use tokio_util::sync::CancellationToken;

use crate::app::{TestApp, newcomer};
use crate::real::Real;
use crate::smtp::{Act, Faulty, Script};

const BLOCKED: &str = "550 5.7.1 <{to}>: your mail is not wanted here";

/// `count` people at `domain`, who want the weekly digest.
async fn people(app: &TestApp, count: usize, domain: &str) {
    let wanted = Preferences { cadence: Cadence::Weekly, ..Preferences::default() };
    let all: Vec<_> = (0..count).map(|number| newcomer(&format!("p{number}@{domain}"), wanted.clone())).collect();
    for some in all.chunks(handbill::store::subscribers::INSERT_ROWS) {
        list::add(app, some, &Consent::Given("at a meeting".to_owned()), "cli").await.unwrap();
    }
}

/// How many deliveries are in this state.
async fn count(app: &TestApp, edition: EditionId, state: DeliveryState) -> i64 {
    app.store.counts(edition).await.unwrap().get(&state).copied().unwrap_or(0)
}

fn asked_about(server: &Faulty, domain: &str) -> usize {
    let about = |line: &&String| line.starts_with("RCPT") && line.contains(domain);
    server.seen().commands.iter().filter(about).count()
}

fn blocking() -> Script {
    Script::default().on_rcpt(|to| to.ends_with("@closed.example").then_some(Act::Reply(BLOCKED)))
}

on_both! {
    async fn a_domain_that_blocks_us_is_left_alone_and_told_of_and_the_others_get_theirs(store) {
        let server = Faulty::start(blocking()).await;
        let app = TestApp::new(store, server.address().port()).await;
        people(&app, 40, "closed.example").await;
        people(&app, 20, "open.example").await;
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        let room = Box::new(|_: &std::path::Path| Ok(Disk { free: 9_000_000_000, total: 10_000_000_000 }));
        let mut staff = Notifier::on(app.app.clone(), app.templates(), "node".to_owned(), room);
        let stop = CancellationToken::new();

        app.dispatch().await.unwrap();
        assert_eq!(count(&app, edition, DeliveryState::Accepted).await, 20);
        // Those that were out when the first was blocked; there are four connections.
        let first = asked_about(&server, "closed.example");
        assert!((1..=4).contains(&first), "{first}");
        let blocked = app.store.blocked_domains(app.now()).await.unwrap();
        assert_eq!((blocked.len(), blocked[0].blocks, blocked[0].relay.as_str()), (1, 1, "main"));
        assert!(blocked[0].reason.contains("550 5.7.1") && !blocked[0].reason.contains('@'), "{}", blocked[0].reason);
        staff.round(&stop).await.unwrap();
        assert!(app.store.open_notices().await.unwrap().is_empty(), "the first may be about one person's own rules");
        // Nothing more is asked while it is left alone.
        app.pass(50);
        app.dispatch().await.unwrap();
        assert_eq!(asked_about(&server, "closed.example"), first);

        app.pass(30);
        app.dispatch().await.unwrap();
        let second = asked_about(&server, "closed.example") - first;
        assert!((1..=4).contains(&second), "{second}");
        let blocked = app.store.blocked_domains(app.now()).await.unwrap();
        assert_eq!(blocked[0].blocks, 2);
        assert!(blocked[0].paused_until.since(app.now()).as_secs() > 200, "the pause does not grow");
        staff.round(&stop).await.unwrap();
        let told = app.store.open_notices().await.unwrap();
        assert_eq!((told.len(), told[0].kind, told[0].subject.clone()), (1, NoticeKind::Domain, blocked[0].number()));

        server.set(Script::default());
        app.pass(400);
        app.dispatch().await.unwrap();
        assert_eq!(count(&app, edition, DeliveryState::Accepted).await, 60);
        assert!(app.store.blocked_domains(app.now()).await.unwrap().is_empty());
        staff.round(&stop).await.unwrap();
        assert!(app.store.open_notices().await.unwrap().is_empty());
        let counts = app.store.subscriber_counts().await.unwrap();
        assert!(counts.iter().all(|(_, suppressed, _)| !suppressed), "policy marked somebody");
    }
}

on_both! {
    async fn whom_a_domain_keeps_out_alone_is_refused_and_not_marked(store) {
        let server = Faulty::start(Script::default().on_rcpt(|to| to.starts_with("p0@").then_some(Act::Reply(BLOCKED)))).await;
        let app = TestApp::new(store, server.address().port()).await;
        people(&app, 40, "closed.example").await;
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        app.dispatch().await.unwrap();
        let first = count(&app, edition, DeliveryState::Accepted).await;
        assert!(first < 39, "the domain was not left alone");
        // The others come first, and show that the domain takes mail.
        app.pass(61);
        app.dispatch().await.unwrap();
        assert_eq!(count(&app, edition, DeliveryState::Accepted).await, 39);
        assert!(app.store.blocked_domains(app.now()).await.unwrap().is_empty());
        app.pass(15);
        app.dispatch().await.unwrap();
        assert_eq!(count(&app, edition, DeliveryState::Refused).await, 1);
        assert!(app.store.blocked_domains(app.now()).await.unwrap().is_empty(), "one person stops a domain for ever");
        let counts = app.store.subscriber_counts().await.unwrap();
        assert!(counts.iter().all(|(_, suppressed, _)| !suppressed), "policy marked somebody");
    }
}

on_both! {
    async fn a_domain_that_is_left_alone_hides_nobody_behind_it(store) {
        let server = Faulty::start(blocking()).await;
        let app = TestApp::new(store, server.address().port()).await;
        people(&app, 1200, "closed.example").await;
        people(&app, 5, "open.example").await;
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        let domain = app.vault.domain_index(&"p0@closed.example".parse().unwrap()).unwrap();
        let mut tx = app.store.begin().await.unwrap();
        let until = tx.block_domain(domain, "main", "550 5.7.1 no", app.now()).await.unwrap();
        assert_eq!(tx.block_domain(domain, "main", "550 5.7.1 no", app.now()).await.unwrap(), until);
        assert!(!tx.lift_domain(domain, app.now()).await.unwrap(), "what was on its way is no sign");
        tx.commit().await.unwrap();
        let summary = app.dispatch().await.unwrap();
        assert_eq!((summary.totals.accepted, summary.later), (5, 1200));
        assert_eq!(asked_about(&server, "closed.example"), 0);
        let rows = app.store.deliveries(edition, Some(DeliveryState::Queued), SubscriberId(0), 2000).await.unwrap();
        assert!(rows.iter().all(|row| row.attempts == 0 && row.due_at == until), "it cost them something");
    }
}

on_both! {
    async fn a_dead_address_is_suppressed_and_comes_back_by_its_own_sign_up_only(store) {
        let script = Script::default().on_rcpt(|to| to.starts_with("p1@").then_some(Act::Reply("550 5.1.1 no {to} here")));
        let server = Faulty::start(script).await;
        let app = TestApp::new(store, server.address().port()).await;
        people(&app, 3, "open.example").await;
        app.post("A strike", "").await;
        app.plan(Cadence::Weekly).await;
        let summary = app.dispatch().await.unwrap();
        assert_eq!((summary.totals.accepted, summary.totals.refused), (2, 1));
        let indexes = app.vault.address_indexes(&"p1@open.example".parse().unwrap());
        let suppression = app.store.suppression(&indexes).await.unwrap().unwrap();
        assert_eq!(suppression.reason, handbill::subscribers::SuppressionReason::Dead);
        people(&app, 3, "open.example").await;
        assert!(app.store.suppression(&indexes).await.unwrap().is_some(), "an import revived it");
        app.pass(7 * 24 * 3600);
        app.post("Another strike", "").await;
        app.plan(Cadence::Weekly).await;
        assert_eq!(app.dispatch().await.unwrap().totals.accepted, 2);
        assert_eq!(asked_about(&server, "p1@"), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_shows_who_leaves_us_waiting_and_asks_nobody_to_act_at_the_first() {
    let server = Faulty::start(Script::default().on_rcpt(|_| Some(Act::Reply(BLOCKED)))).await;
    let port = server.address().port();
    tokio::task::block_in_place(|| {
        let real = Real::sqlite();
        real.configure_relay(port, "");
        real.people(2, "weekly");
        real.post("strike.md", "The strike goes on");
        real.done(&["posts", "pull", "--no-baseline"]);
        real.done(&["digests", "send", "weekly"]);
        real.done(&["dispatch", "--until-empty"]);
        let status = real.json(&["status", "--json"]);
        assert_eq!((status["domains"].as_array().unwrap().len(), &status["domains"][0]["blocks"]), (1, &1.into()));
        let text = real.done(&["status"]);
        assert!(text.contains("leaves us waiting until") && text.contains("550 5.7.1"), "{text}");
        assert!(!text.contains("example.org"), "{text}");
    });
}
