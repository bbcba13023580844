//! Each is told once, and once when it is over, whoever is asked to tell and whatever fails.

use std::sync::Arc;

use axum::http::StatusCode;
use handbill::app::App;
use handbill::relay::RelayState;

use super::{Hook, Pager, node, relay_is, room, round};
use crate::app::TestApp;
use crate::smtp::{Act, Faulty, Script, Stage};

on_both! {
    async fn two_nodes_tell_once_and_once_when_it_is_over(store) {
        let pager = Pager::new(store.dir.path());
        let app = TestApp::with(store, 1, &format!("[notify]\n{}", pager.config())).await;
        let (mut one, mut two) = (node(&app.app, "one", &room()), node(&app.app, "two", &room()));
        relay_is(&app, RelayState::Stopped, app.now()).await;
        app.pass(59);
        assert_eq!(round(&mut one).await, 0, "it has not been away for long");
        app.pass(1);
        let (first, second) = tokio::join!(round(&mut one), round(&mut two));
        assert_eq!(first + second, 1);
        assert_eq!((round(&mut two).await, round(&mut one).await), (0, 0));
        // Started again, they know what was told.
        let mut again = node(&app.app, "one", &room());
        app.pass(3600);
        assert_eq!(round(&mut again).await, 0);
        relay_is(&app, RelayState::Working, app.now()).await;
        let (first, second) = tokio::join!(round(&mut again), round(&mut two));
        assert_eq!(first + second + round(&mut one).await, 1);
        app.pass(3600);
        assert_eq!(round(&mut one).await, 0);
        assert_eq!(pager.heard(), ["relay main opened", "relay main closed"]);
        let told = pager.told();
        assert_eq!(told[0]["site"], "Campaign");
        assert_eq!(told[0]["opened_at"], "2026-03-02T09:01:00Z");
        assert!(told[0]["closed_at"].is_null());
        assert_eq!(told[1]["closed_at"], "2026-03-02T10:01:00Z");
        let text = told[0]["text"].as_str().unwrap();
        assert!(text.contains("“main”") && text.contains("no answer within 5s"), "{text}");
        // The next time it is told anew.
        relay_is(&app, RelayState::Stopped, app.now()).await;
        app.pass(60);
        assert_eq!(round(&mut one).await, 1);
    }
}

on_both! {
    async fn what_fails_is_tried_again_alone_with_growing_pauses(store) {
        let (pager, hook) = (Pager::new(store.dir.path()), Hook::start().await);
        let app = TestApp::with(store, 1, &format!("[notify]\n{}{}", pager.config(), hook.config())).await;
        hook.answers.lock().unwrap().extend([StatusCode::INTERNAL_SERVER_ERROR, StatusCode::NOT_FOUND]);
        let mut one = node(&app.app, "one", &room());
        relay_is(&app, RelayState::Stopped, app.now()).await;
        app.pass(60);
        assert_eq!(round(&mut one).await, 0);
        assert_eq!((pager.heard().len(), hook.posted().len()), (1, 0));
        app.pass(29);
        round(&mut one).await;
        app.pass(1);
        assert_eq!(hook.answers.lock().unwrap().len(), 1, "not before half a minute");
        // Started again, it goes on.
        let mut one = node(&app.app, "one", &room());
        round(&mut one).await;
        assert!(hook.answers.lock().unwrap().is_empty());
        app.pass(59);
        round(&mut one).await;
        assert!(hook.posted().is_empty(), "the pauses grow");
        app.pass(1);
        assert_eq!(round(&mut one).await, 1);
        assert_eq!((pager.heard().len(), hook.posted().len()), (1, 1), "who was told is not told again");
        assert_eq!(hook.posted()[0]["kind"], "relay");
    }
}

on_both! {
    async fn one_that_is_over_before_it_could_be_told_is_told_as_over(store) {
        let hook = Hook::start().await;
        let app = TestApp::with(store, 1, &format!("[notify]\n{}", hook.config())).await;
        hook.answers.lock().unwrap().push_back(StatusCode::BAD_GATEWAY);
        let mut one = node(&app.app, "one", &room());
        relay_is(&app, RelayState::Stopped, app.now()).await;
        app.pass(60);
        round(&mut one).await;
        relay_is(&app, RelayState::Working, app.now()).await;
        assert_eq!(round(&mut one).await, 1);
        let posted = hook.posted();
        assert_eq!((posted.len(), &posted[0]["state"]), (1, &"closed".into()));
    }
}

on_both! {
    async fn mail_about_a_relay_that_is_away_goes_by_another(store) {
        let server = Faulty::start(Script::default()).await;
        let more = format!(
            "[[relay]]\nname = \"second\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n\
             [notify.mail]\nto = \"duty@campaign.example\"\n",
            server.address().port()
        );
        // Nobody is at the first.
        let app = TestApp::with(store, 1, &more).await;
        relay_is(&app, RelayState::Stopped, app.now()).await;
        app.pass(60);
        assert_eq!(round(&mut node(&app.app, "one", &room())).await, 1);
        assert_eq!(server.wait_for(1).await[0].to, ["duty@campaign.example"]);
    }
}

on_both! {
    async fn mail_goes_past_the_queue_through_a_relay_of_its_own(store) {
        let refusing = Script::default().once(Stage::Rcpt, Act::Reply("450 4.2.0 <{to}> later"));
        let server = Faulty::start(refusing).await;
        let port = server.address().port();
        let more = format!(
            "[notify.mail]\nto = \"Who is on duty <duty@campaign.example>\"\n\
             [notify.relay]\nname = \"second\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n"
        );
        // Nobody is at the first relay.
        let app = TestApp::with(store, 1, &more).await;
        let mut one = node(&app.app, "one", &room());
        relay_is(&app, RelayState::Stopped, app.now()).await;
        app.pass(60);
        assert_eq!(round(&mut one).await, 0);
        app.pass(30);
        assert_eq!(round(&mut one).await, 1);
        relay_is(&app, RelayState::Working, app.now()).await;
        assert_eq!(round(&mut one).await, 1);
        let taken = server.wait_for(2).await;
        assert_eq!(taken.len(), 2);
        let parser = mail_parser::MessageParser::default();
        let mails: Vec<_> = taken.iter().map(|taken| parser.parse(&taken.data).unwrap()).collect();
        assert_eq!(taken[0].to, ["duty@campaign.example"]);
        assert_eq!(mails[0].subject(), Some("Campaign: A relay takes no mail"));
        assert_eq!(mails[1].subject(), Some("Campaign: The relay takes mail again"));
        assert_ne!(mails[0].message_id(), mails[1].message_id());
        let text = mails[1].body_text(0).unwrap();
        assert!(text.contains("Since: Monday, 2 March 2026, 09:01") && text.contains("Until: "), "{text}");
        for taken in &taken {
            assert!(!taken.data.contains("List-Unsubscribe"), "staff cannot leave by it");
        }
    }
}

on_both! {
    async fn without_channels_it_is_kept_for_who_looks(store) {
        let app = TestApp::new(store, 1).await;
        let mut one = node(&app.app, "one", &room());
        relay_is(&app, RelayState::Stopped, app.now()).await;
        app.pass(60);
        assert_eq!(round(&mut one).await, 0);
        let open = app.store.open_notices().await.unwrap();
        assert_eq!((open.len(), open[0].told_at), (1, None));
    }
}

/// A teller that died is followed by another, once its claim has run out.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_node_was_telling_is_told_by_another() {
    let store = crate::stores::TestStore::sqlite().await;
    let pager = Pager::new(store.dir.path());
    let app = TestApp::with(store, 1, &format!("[notify]\n{}", pager.config())).await;
    relay_is(&app, RelayState::Stopped, app.now()).await;
    app.pass(60);
    let dead: Arc<App> = Arc::clone(&app.app);
    let mut quiet = node(&dead, "dead", &room());
    // It looks, and tells nobody.
    let stopped = tokio_util::sync::CancellationToken::new();
    stopped.cancel();
    quiet.round(&stopped).await.unwrap();
    let mut tx = app.store.begin().await.unwrap();
    tx.claim_notice(7, app.now().plus(std::time::Duration::from_secs(120)), app.now()).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let mut other = node(&app.app, "other", &room());
    assert_eq!(round(&mut other).await, 0);
    app.pass(120);
    assert_eq!(round(&mut other).await, 1);
    assert_eq!(pager.heard(), ["relay main opened"]);
}
