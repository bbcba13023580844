//! Several at one store: dispatchers, planners, and people who stop what is on its way.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use handbill::app::App;
use handbill::dispatcher::{self, Progress, Until};
use handbill::editions::brakes;
use handbill::editions::planner::{Planner, Step};
use handbill::editions::{EditionKind, EditionState};
use handbill::id::{EditionId, SubscriberId};
use handbill::store::{Store, StoreError};
use handbill::subscribers::Cadence;
use handbill::vault::Vault;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::app::TestApp;
use crate::smtp::{Act, Faulty, Script, Stage};
use crate::stores::TestStore;

/// Another node of the same Handbill, with connections of its own.
pub(crate) async fn node(app: &TestApp) -> Arc<App> {
    let config = app.config.clone();
    let store = Store::open(&config.store.url).await.unwrap();
    let vault = Vault::read(&app.dir.path().join("handbill.key")).unwrap();
    Arc::new(App { config, store, vault, clock: app.clock.clone() })
}

pub(crate) type Running = JoinHandle<anyhow::Result<dispatcher::Summary>>;

pub(crate) fn start(app: &TestApp, node: &Arc<App>, until: Until, stop: &CancellationToken) -> Running {
    tokio::spawn(dispatcher::run(Arc::clone(node), app.templates(), until, Arc::new(Progress::default()), stop.clone()))
}

/// A relay that takes forty messages a second, so that whatever is done comes amid them.
pub(crate) fn slow() -> Script {
    let permits = Arc::new(Semaphore::new(0));
    let weak = Arc::downgrade(&permits);
    tokio::spawn(async move {
        let mut pace = tokio::time::interval(Duration::from_millis(25));
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while let Some(permits) = weak.upgrade() {
            permits.add_permits(1);
            drop(permits);
            pace.tick().await;
        }
    });
    Script::default().on(Stage::Dot, Act::Hold(permits))
}

/// Looks until `condition` holds.
pub(crate) async fn until(failure: &str, condition: impl AsyncFn() -> bool) {
    let looking = async {
        let mut look = tokio::time::interval(Duration::from_millis(20));
        while !condition().await {
            look.tick().await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(20), looking).await.is_ok(), "{failure}");
}

/// Plans until nothing is left to plan; how many deliveries this planner wrote.
pub(crate) async fn plan_all(app: &App, edition: EditionId) -> u64 {
    let (mut planner, mut written) = (Planner::default(), 0);
    loop {
        let row = app.store.edition(edition).await.unwrap().unwrap();
        if row.state != EditionState::Planning {
            return written;
        }
        match planner.step(app, &row).await.unwrap() {
            Step::Planned(count) => written += count,
            Step::Done => {}
            Step::Blocked => panic!("planning is blocked"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_dispatchers_on_one_database_send_each_mail_once() {
    let server = Faulty::start(Script::default()).await;
    let app = TestApp::new(TestStore::postgres().await, server.address().port()).await;
    app.people(400, Cadence::Weekly).await;
    app.post("A strike", "").await;
    let edition = app.plan(Cadence::Weekly).await;
    let (one, two) = (node(&app).await, node(&app).await);
    let stop = CancellationToken::new();
    let (one, two) = (start(&app, &one, Until::Empty, &stop), start(&app, &two, Until::Empty, &stop));
    let (one, two) = (one.await.unwrap().unwrap(), two.await.unwrap().unwrap());
    assert_eq!(one.totals.accepted + two.totals.accepted, 400, "{one:?} {two:?}");
    let taken = server.seen().taken;
    let to: BTreeSet<_> = taken.iter().map(|message| &message.to).collect();
    assert_eq!((taken.len(), to.len()), (400, 400));
    assert!(app.ledger(edition).await.iter().all(|(_, state, attempts)| state == "accepted" && *attempts == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_dispatcher_on_a_sqlite_file_is_refused() {
    let permits = Arc::new(Semaphore::new(0));
    let server = Faulty::start(Script::default().on(Stage::Dot, Act::Hold(Arc::clone(&permits)))).await;
    let app = TestApp::new(TestStore::sqlite().await, server.address().port()).await;
    app.people(1, Cadence::Weekly).await;
    app.post("A strike", "").await;
    app.plan(Cadence::Weekly).await;
    let (one, two) = (node(&app).await, node(&app).await);
    let stop = CancellationToken::new();
    let first = start(&app, &one, Until::Stopped, &stop);
    server.wait_until(|seen| seen.count("MAIL") > 0).await;
    let error = start(&app, &two, Until::Empty, &stop).await.unwrap().unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(StoreError::Busy)), "{error:#}");
    stop.cancel();
    permits.add_permits(1);
    assert_eq!(first.await.unwrap().unwrap().totals.accepted, 1);
    // The lock went with its holder.
    assert_eq!(app.dispatch().await.unwrap().totals.sum(), 0);
}

on_both! {
    async fn two_planners_write_each_delivery_once(store) {
        let app = TestApp::new(store, 2525).await;
        app.people(1500, Cadence::Weekly).await;
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        let (one, two) = (node(&app).await, node(&app).await);
        let (one, two) = (
            tokio::spawn(async move { plan_all(&one, edition).await }),
            tokio::spawn(async move { plan_all(&two, edition).await }),
        );
        one.await.unwrap();
        two.await.unwrap();
        assert_eq!(app.ledger(edition).await.len(), 1500);
        let row = app.store.edition(edition).await.unwrap().unwrap();
        assert_eq!(row.state, EditionState::Sending);
        assert!(row.planned_at.is_some());
    }
}

on_both! {
    async fn planning_that_was_cut_off_goes_on_and_is_complete(store) {
        let app = TestApp::new(store, 2525).await;
        let people = app.people(1600, Cadence::Weekly).await;
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        // One batch is saved; then planners are cut off wherever they are after a while, each later than the one before.
        let row = app.store.edition(edition).await.unwrap().unwrap();
        let Step::Planned(first) = Planner::default().step(&app, &row).await.unwrap() else { panic!("all at once") };
        assert!(first > 0 && first < 1600, "{first}");
        let mut cut = 0;
        for micros in (0..6).map(|step| 700 << step) {
            let row = app.store.edition(edition).await.unwrap().unwrap();
            let mut planner = Planner::default();
            if row.state == EditionState::Planning {
                let step = planner.step(&app, &row);
                cut += u32::from(tokio::time::timeout(Duration::from_micros(micros), step).await.is_err());
            }
        }
        assert!(cut > 0, "no planner was cut off");
        // What was being saved when the last one was cut off is saved or not, from here on.
        let mut tx = app.store.begin().await.unwrap();
        tx.hold_edition(edition).await.unwrap();
        tx.commit().await.unwrap();
        let planned = async || app.store.edition(edition).await.unwrap().unwrap().planned_to;
        let written = app.ledger(edition).await;
        let before = planned().await;
        assert_eq!(written.last().map(|(id, ..)| *id), Some(before), "progress and deliveries are saved together");
        plan_all(&app, edition).await;
        let written: Vec<SubscriberId> = app.ledger(edition).await.into_iter().map(|(id, ..)| id).collect();
        assert_eq!(written, people);
    }
}

on_both! {
    async fn an_edition_cancelled_amid_planning_gets_no_further_delivery_and_ends_those_it_has(store) {
        let server = Faulty::start(Script::default()).await;
        let app = TestApp::new(store, server.address().port()).await;
        app.people(1200, Cadence::Weekly).await;
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        let row = app.store.edition(edition).await.unwrap().unwrap();
        let mut planner = Planner::default();
        let Step::Planned(first) = planner.step(&app, &row).await.unwrap() else { panic!("all at once") };
        let before = app.store.edition(edition).await.unwrap().unwrap();
        brakes::cancel(&app, edition, "test").await.unwrap();
        // A planner that has not heard of it.
        planner.step(&app, &before).await.unwrap();
        assert_eq!(app.dispatch().await.unwrap().totals.accepted, 0);
        let ledger = app.ledger(edition).await;
        assert_eq!(ledger.len() as u64, first);
        assert!(ledger.iter().all(|(_, state, _)| state == "cancelled"));
        assert!(server.seen().taken.is_empty());
        assert_eq!(app.store.edition(edition).await.unwrap().unwrap().state, EditionState::Cancelled);
    }
}

on_both! {
    async fn a_pause_takes_hold_within_a_second_and_nothing_is_lost_by_it(store) {
        let server = Faulty::start(slow()).await;
        let app = TestApp::new(store, server.address().port()).await;
        app.people(160, Cadence::Weekly).await;
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        let (node, stop) = (node(&app).await, CancellationToken::new());
        let running = start(&app, &node, Until::Stopped, &stop);
        server.wait_for(5).await;
        brakes::pause(&app, edition, "test").await.unwrap();
        // What was claimed is put back, none of it tried.
        until("what was claimed stays claimed", async || {
            app.ledger(edition).await.iter().all(|(_, state, _)| state != "leased")
        })
        .await;
        let at_pause = server.seen().taken.len();
        // Forty a second for one second, those before it, and those that were out.
        assert!(at_pause < 80, "{at_pause} were sent after all");
        let accepted = app.ledger(edition).await.iter().filter(|(_, state, _)| state == "accepted").count();
        assert_eq!(accepted, at_pause);
        server.set(Script::default());
        brakes::resume(&app, edition, "test").await.unwrap();
        let taken = server.wait_for(160).await;
        stop.cancel();
        running.await.unwrap().unwrap();
        let to: BTreeSet<_> = taken.iter().map(|message| &message.to).collect();
        assert_eq!((taken.len(), to.len()), (160, 160));
        assert!(app.ledger(edition).await.iter().all(|(_, state, attempts)| state == "accepted" && *attempts == 1));
    }
}

on_both! {
    async fn what_is_past_its_deadline_is_not_sent_though_it_is_claimed(store) {
        let server = Faulty::start(slow()).await;
        let app = TestApp::new(store, server.address().port()).await;
        let people = app.people(60, Cadence::Weekly).await;
        app.pass(1);
        let edition = crate::store::deliveries::queued(&app, EditionKind::Digest, "late", &people).await;
        let (node, stop) = (node(&app).await, CancellationToken::new());
        let running = start(&app, &node, Until::Stopped, &stop);
        server.wait_for(5).await;
        // Its deadline is in an hour.
        app.pass(3600);
        until("the edition does not end", async || {
            app.store.edition(edition).await.unwrap().unwrap().state == EditionState::Done
        })
        .await;
        stop.cancel();
        running.await.unwrap().unwrap();
        let ledger = app.ledger(edition).await;
        let count = |wanted: &str| ledger.iter().filter(|(_, state, _)| state == wanted).count();
        assert_eq!(count("accepted"), server.seen().taken.len());
        assert_eq!(count("accepted") + count("expired"), 60, "{ledger:?}");
        assert!(count("expired") > 0);
    }
}
