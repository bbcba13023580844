//! Digests at each reader's own hour: nobody gets posts twice by moving.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use handbill::editions::digest;
use handbill::id::SubscriberId;
use handbill::subscribers::{Cadence, Preferences, list};
use handbill::vault::{Token, TokenPurpose};

use crate::app::TestApp;
use crate::smtp::{Act, Faulty, Script, Stage};

const LOCAL: &str = "[digests]\nlocal_time = true\n";

/// Has somebody choose this zone with a fresh link.
async fn move_to(app: &TestApp, id: SubscriberId, zone: &str) {
    list::send_link_to(&app.app, id).await.unwrap();
    let letter = app.store.deliveries_to(id, 1).await.unwrap()[0].edition_id;
    let token = Token { purpose: TokenPurpose::Preferences, subscriber: id.0, edition: letter.0 };
    let wanted = Preferences { time_zone: Some(zone.parse().unwrap()), ..Preferences::default() };
    list::save_preferences(&app.app, &token, &wanted).await.unwrap();
}

on_both! {
    async fn who_moves_gets_the_digest_of_one_zone_only(store) {
        let server = Faulty::start(Script::default().on(Stage::Rcpt, Act::Reply("450 4.2.0 later"))).await;
        let app = TestApp::with(store, server.address().port(), LOCAL).await;
        let id = app.people(1, Cadence::Weekly).await[0];
        app.post("A strike", "").await;
        let london = app.plan(Cadence::Weekly).await;
        assert_eq!(app.dispatch().await.unwrap().later, 1);
        move_to(&app, id, "Asia/Almaty").await;
        assert_eq!(app.ledger(london).await[0].1, "cancelled");

        server.set(Script::default());
        let due = digest::due(&app.app, Cadence::Weekly, app.now()).await.unwrap();
        assert_eq!(due.iter().map(|due| due.zone.name()).collect::<Vec<_>>(), ["Asia/Almaty"]);
        let almaty = app.plan(Cadence::Weekly).await;
        assert_ne!(almaty, london);
        app.pass(3600);
        app.dispatch().await.unwrap();
        assert_eq!(app.ledger(almaty).await, [(id, "accepted".to_owned(), 1)]);
        let about = server.wait_for(2).await.iter().filter(|mail| mail.data.contains("A strike")).count();
        assert_eq!(about, 1, "a link and one digest");
    }
}

on_both! {
    async fn moving_changes_nothing_where_all_digests_come_at_one_hour(store) {
        let app = TestApp::new(store, 2525).await;
        let people = app.people(2, Cadence::Weekly).await;
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        let mut planner = handbill::editions::planner::Planner::default();
        let planned = app.store.edition(edition).await.unwrap().unwrap();
        planner.step(&app.app, &planned).await.unwrap();
        move_to(&app, people[0], "Asia/Almaty").await;
        assert!(app.ledger(edition).await.iter().all(|(_, state, _)| state == "queued"));
    }
}
