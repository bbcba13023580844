//! From a planned edition to the ledger, against a real SMTP server that does as it is told.

use std::sync::Arc;

use handbill::clock::Timestamp;
use handbill::deliveries::DeliveryState;
use handbill::dispatcher::Until;
use handbill::editions::{EditionState, brakes};
use handbill::subscribers::{Cadence, SuppressionReason, list};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::app::TestApp;
use crate::nodes::{node, start};
use crate::smtp::{Act, Faulty, Script, Stage};

on_both! {
    async fn everybody_gets_one_message_addressed_to_them(store) {
        let server = Faulty::start(Script::default()).await;
        let app = TestApp::new(store, server.address().port()).await;
        app.people(120, Cadence::Weekly).await;
        app.post("A strike", "Appeals").await;
        let edition = app.plan(Cadence::Weekly).await;

        let summary = app.dispatch().await.unwrap();
        assert_eq!((summary.totals.accepted, summary.later, summary.left_open), (120, 0, 0));
        let mut taken = server.wait_for(120).await;
        taken.sort_by(|a, b| a.to.cmp(&b.to));
        taken.dedup_by(|a, b| a.to == b.to);
        assert_eq!(taken.len(), 120, "somebody got it twice");
        for message in &taken {
            assert_eq!(message.to.len(), 1);
            let to = format!("To: <{}>\r\n", message.to[0]);
            assert!(message.data.contains(&to), "no {to} in its own message");
        }
        let edition = app.store.edition(edition).await.unwrap().unwrap();
        assert_eq!(edition.state, EditionState::Done);
        // Planned again, it is the same edition, and nobody gets anything.
        assert_eq!(app.plan(Cadence::Weekly).await, edition.id);
        assert_eq!(app.dispatch().await.unwrap().totals.sum(), 0);
    }
}

on_both! {
    async fn nothing_new_means_no_mail(store) {
        let server = Faulty::start(Script::default()).await;
        let app = TestApp::new(store, server.address().port()).await;
        app.post("Before they joined", "").await;
        app.pass(1);
        app.people(3, Cadence::Weekly).await;
        let edition = app.plan(Cadence::Weekly).await;
        assert_eq!(app.dispatch().await.unwrap().totals.sum(), 0);
        let edition = app.store.edition(edition).await.unwrap().unwrap();
        assert_eq!(edition.state, EditionState::Done);
    }
}

on_both! {
    async fn who_makes_the_relay_hang_up_does_not_stand_in_the_way_of_others(store) {
        let hangs_up = |to: &str| {
            let number: usize = to.trim_start_matches("person").split('@').next()?.parse().ok()?;
            (number <= 12).then_some(Act::ReplyAndClose("421 4.3.2 closing"))
        };
        let server = Faulty::start(Script::default().on_rcpt(hangs_up)).await;
        let app = TestApp::new(store, server.address().port()).await;
        // They come first, and are more than there are connections.
        app.people(32, Cadence::Weekly).await;
        app.post("A strike", "Appeals").await;
        let edition = app.plan(Cadence::Weekly).await;
        let summary = app.dispatch().await.unwrap();
        assert_eq!((summary.totals.accepted, summary.later), (20, 12));
        let ledger = app.ledger(edition).await;
        let waiting: Vec<_> = ledger.iter().filter(|(_, state, _)| state == "queued").collect();
        assert!(waiting.len() == 12 && waiting.iter().all(|(_, _, attempts)| *attempts == 1), "{waiting:?}");
    }
}

on_both! {
    async fn refusals_are_recorded_and_temporary_ones_tried_again(store) {
        let script = Script::default().on_rcpt(|to| match to {
            "person1@example.org" => Some(Act::Reply("550 5.1.1 <person1@example.org> unknown")),
            "person2@example.org" => Some(Act::Reply("450 4.2.0 person2@example.org try later")),
            _ => None,
        });
        let server = Faulty::start(script).await;
        let app = TestApp::new(store, server.address().port()).await;
        let people = app.people(3, Cadence::Weekly).await;
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        let summary = app.dispatch().await.unwrap();
        assert_eq!((summary.totals.accepted, summary.totals.refused, summary.later), (1, 1, 1));
        let rows = app.store.deliveries(edition, None, handbill::id::SubscriberId(0), 10).await.unwrap();
        let of = |person| rows.iter().find(|row| row.subscriber_id == person).unwrap();
        assert_eq!(of(people[0]).state, DeliveryState::Refused);
        assert_eq!((of(people[1]).state, of(people[1]).attempts), (DeliveryState::Queued, 1));
        assert!(of(people[1]).due_at > app.now());
        assert_eq!(of(people[2]).state, DeliveryState::Accepted);
        for row in &rows {
            assert!(!row.reply.as_deref().unwrap_or_default().contains('@'), "{row:?}");
        }
        // An hour on, the relay has come round.
        server.set(Script::default());
        app.pass(3600);
        assert_eq!(app.dispatch().await.unwrap().totals.accepted, 1);
        assert_eq!(app.ledger(edition).await[1], (people[1], "accepted".to_owned(), 2));
    }
}

on_both! {
    async fn a_lost_reply_is_tried_again_under_the_same_message_id(store) {
        let server = Faulty::start(Script::default().once(Stage::Dot, Act::Close)).await;
        let app = TestApp::new(store, server.address().port()).await;
        app.people(1, Cadence::Weekly).await;
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        assert_eq!(app.dispatch().await.unwrap().later, 1);
        app.pass(600);
        assert_eq!(app.dispatch().await.unwrap().totals.accepted, 1);
        assert_eq!(app.ledger(edition).await[0].1, "accepted");
        let seen = server.seen();
        let id = |message: &crate::smtp::Taken| message.data.lines().find(|line| line.starts_with("Message-ID:")).map(str::to_owned);
        let ids: Vec<String> = seen.taken.iter().filter_map(id).collect();
        assert_eq!(ids.len(), 2);
        assert_eq!(ids[0], ids[1]);
    }
}

on_both! {
    async fn whoever_leaves_between_planning_and_mail_gets_none(store) {
        let server = Faulty::start(Script::default()).await;
        let app = TestApp::new(store, server.address().port()).await;
        let people = app.people(4, Cadence::Weekly).await;
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        list::leave(&app.app, people[0], "subscriber", false).await.unwrap();
        let address = "person2@example.org".parse().unwrap();
        list::suppress(&app.app, &address, SuppressionReason::Complaint, "cli").await.unwrap();
        list::erase(&app.app, &"person3@example.org".parse().unwrap(), "cli").await.unwrap();
        let summary = app.dispatch().await.unwrap();
        assert_eq!(summary.totals.accepted, 1);
        assert_eq!(server.wait_for(1).await[0].to[0], "person4@example.org");
        assert!(app.ledger(edition).await.iter().all(|(id, state, _)| (state == "accepted") == (*id == people[3])));
    }
}

on_both! {
    async fn a_relay_that_is_away_fails_the_command_and_loses_nothing(store) {
        let port = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap().port()
        };
        let app = TestApp::new(store, port).await;
        app.people(5, Cadence::Weekly).await;
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        let error = format!("{:#}", app.dispatch().await.unwrap_err());
        assert!(error.contains("no relay answered") && error.contains("127.0.0.1"), "{error}");
        assert!(app.ledger(edition).await.iter().all(|(_, state, attempts)| state == "queued" && *attempts == 0));
    }
}

on_both! {
    async fn a_digest_expires_when_the_next_one_is_planned_which_brings_its_posts(store) {
        let server = Faulty::start(Script::default().on(Stage::Rcpt, Act::Reply("450 4.2.0 later"))).await;
        let app = TestApp::new(store, server.address().port()).await;
        app.people(1, Cadence::Weekly).await;
        app.post("The first", "").await;
        let first = app.plan(Cadence::Weekly).await;
        assert_eq!(app.dispatch().await.unwrap().later, 1);
        app.pass(7 * 24 * 3600);
        app.post("The second", "").await;
        server.set(Script::default());
        let second = app.plan(Cadence::Weekly).await;
        app.dispatch().await.unwrap();
        assert_eq!(app.ledger(first).await[0].1, "expired");
        assert_eq!(app.ledger(second).await[0].1, "accepted");
        let message = &server.wait_for(1).await[0].data;
        assert!(message.contains("The first") && message.contains("The second"), "{message}");
    }
}

on_both! {
    async fn who_had_a_digest_gets_only_what_came_since(store) {
        let server = Faulty::start(Script::default()).await;
        let app = TestApp::new(store, server.address().port()).await;
        app.people(1, Cadence::Each).await;
        for title in ["The first", "The second"] {
            app.post(title, "").await;
            app.plan(Cadence::Each).await;
            assert_eq!(app.dispatch().await.unwrap().totals.accepted, 1);
        }
        let second = &server.wait_for(2).await[1].data;
        assert!(second.contains("The second") && !second.contains("The first"), "{second}");
    }
}

on_both! {
    async fn a_mail_about_a_post_that_did_not_arrive_gives_way_to_the_next(store) {
        let server = Faulty::start(Script::default().on(Stage::Rcpt, Act::Reply("450 4.2.0 later"))).await;
        let app = TestApp::new(store, server.address().port()).await;
        app.people(1, Cadence::Each).await;
        app.post("The first", "").await;
        let first = app.plan(Cadence::Each).await;
        assert_eq!(app.dispatch().await.unwrap().later, 1);
        app.post("The second", "").await;
        server.set(Script::default());
        let second = app.plan(Cadence::Each).await;
        let dispatched = tokio::time::timeout(std::time::Duration::from_secs(20), app.dispatch()).await;
        assert!(dispatched.is_ok_and(|done| done.is_ok()), "the second waits for the first");
        assert_eq!((app.ledger(first).await[0].1.as_str(), app.ledger(second).await[0].1.as_str()), ("expired", "accepted"));
        let message = &server.wait_for(1).await[0].data;
        assert!(message.contains("The first") && message.contains("The second"), "{message}");
    }
}

on_both! {
    async fn what_is_not_recorded_is_not_counted(store) {
        let held = Arc::new(Semaphore::new(0));
        let server = Faulty::start(Script::default().on(Stage::Dot, Act::Hold(Arc::clone(&held)))).await;
        let app = TestApp::new(store, server.address().port()).await;
        app.people(1, Cadence::Weekly).await;
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        let (node, stop) = (node(&app).await, CancellationToken::new());
        let running = start(&app, &node, Until::Stopped, &stop);
        server.wait_until(|seen| seen.count("DATA") == 1).await;
        // Somebody takes this dispatcher for dead.
        brakes::pause(&app, edition, "test").await.unwrap();
        let mut tx = app.store.begin().await.unwrap();
        assert_eq!(tx.void_leases(Timestamp(i64::MAX)).await.unwrap(), 1);
        tx.commit().await.unwrap();
        held.add_permits(1);
        server.wait_for(1).await;
        stop.cancel();
        assert_eq!(running.await.unwrap().unwrap().totals.sum(), 0);
        assert_eq!(app.ledger(edition).await[0].1, "queued");
    }
}
