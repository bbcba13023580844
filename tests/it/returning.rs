//! Who was here before and signs up again: nothing of what is asked for counts before the letter's link is used.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use handbill::editions::EditionKind;
use handbill::id::SubscriberId;
use handbill::store::subscribers::SubscriberRow;
use handbill::subscribers::{Cadence, LinkError, Newcomer, Preferences, SuppressionReason, list};
use handbill::topics::Topics;
use handbill::vault::{Token, TokenPurpose};

use mail_parser::MessageParser;

use crate::app::TestApp;
use crate::checklist;
use crate::smtp::{Faulty, Script};

const DAY: u64 = 24 * 3600;

fn wants(name: &str, cadence: Cadence, topics: &str) -> Newcomer {
    let preferences = Preferences { cadence, topics: Topics::parse(topics), alerts: false, ..Preferences::default() };
    Newcomer { address: "Person1@example.org".parse().unwrap(), name: Some(name.to_owned()), preferences }
}

async fn row(app: &TestApp, id: SubscriberId) -> SubscriberRow {
    app.store.subscriber(id).await.unwrap().unwrap()
}

/// The token that somebody's latest letter brings.
async fn link(app: &TestApp, id: SubscriberId) -> Token {
    let edition = app.store.deliveries_to(id, 1).await.unwrap()[0].edition_id.0;
    Token { purpose: TokenPurpose::Confirm, subscriber: id.0, edition }
}

on_both! {
    async fn who_left_gets_what_they_ask_for_once_they_confirm(store) {
        let server = Faulty::start(Script::default()).await;
        let app = TestApp::new(store, server.address().port()).await;
        let id = app.people(1, Cadence::Weekly).await[0];
        list::leave(&app.app, id, "subscriber", false).await.unwrap();
        let before = format!("{:?}", row(&app, id).await);

        list::sign_up(&app.app, &wants("Sample Person", Cadence::Monthly, "Appeals")).await.unwrap();
        let token = link(&app, id).await;
        // A stranger who asks after them changes neither the list nor the letter.
        list::sign_up(&app.app, &wants("Somebody Else", Cadence::Each, "Bakery")).await.unwrap();
        app.dispatch().await.unwrap();
        let letters = server.wait_for(1).await;
        assert_eq!(letters.len(), 1);
        let says = |text: &str| letters[0].data.contains(text);
        assert!(says("news once a month") && says("only about these topics: Appeals") && !says("urgent"), "{}", letters[0].data);
        assert_eq!(letters[0].to[0].to_lowercase(), "person1@example.org");
        let asked = list::asked(&app.app, &token).await.unwrap();
        assert_eq!((asked.cadence, asked.topics.to_string()), (Cadence::Monthly, "Appeals".to_owned()));
        assert_eq!(format!("{:?}", row(&app, id).await), before);

        list::confirm(&app.app, &token).await.unwrap();
        let now = row(&app, id).await;
        assert_eq!((now.suppression, now.preferences()), (None, asked));
        let person = now.open(&app.vault).unwrap();
        assert_eq!(person.address.unwrap().as_given(), "Person1@example.org");
        assert_eq!((person.name.as_deref(), person.consent_note, person.consent_source.as_str()), (Some("Sample Person"), None, "web"));
        assert!(app.store.asked(handbill::id::EditionId(token.edition), id).await.unwrap().is_none());
        assert!(matches!(list::confirm(&app.app, &token).await, Err(LinkError::Dead)));
    }
}

on_both! {
    async fn each_letter_brings_what_it_says_and_the_first_that_is_used_counts(store) {
        let app = TestApp::new(store, 2525).await;
        let newcomer = wants("Sample Person", Cadence::Monthly, "");
        list::sign_up(&app.app, &newcomer).await.unwrap();
        let indexes = app.vault.address_indexes(&newcomer.address);
        let id = app.store.subscriber_by_address(&indexes).await.unwrap().unwrap().id;
        let first = link(&app, id).await;
        app.pass(DAY);
        list::sign_up(&app.app, &wants("Somebody Else", Cadence::Each, "")).await.unwrap();
        let second = link(&app, id).await;
        assert_eq!(list::asked(&app.app, &first).await.unwrap().cadence, Cadence::Monthly);
        assert_eq!(list::asked(&app.app, &second).await.unwrap().cadence, Cadence::Each);
        assert_eq!(row(&app, id).await.preferences().cadence, Cadence::Monthly);
        list::confirm(&app.app, &second).await.unwrap();
        assert!(matches!(list::confirm(&app.app, &first).await, Err(LinkError::Dead)));
        let now = row(&app, id).await;
        assert_eq!(now.preferences().cadence, Cadence::Each);
        assert_eq!(now.open(&app.vault).unwrap().name.as_deref(), Some("Somebody Else"));
    }
}

on_both! {
    async fn what_waits_goes_with_who_leaves_or_is_erased(store) {
        let app = TestApp::new(store, 2525).await;
        let id = app.people(1, Cadence::Weekly).await[0];
        let newcomer = wants("Sample Person", Cadence::Monthly, "");
        list::suppress(&app.app, &newcomer.address, SuppressionReason::Dead, "test").await.unwrap();
        list::sign_up(&app.app, &newcomer).await.unwrap();
        let token = link(&app, id).await;
        let edition = handbill::id::EditionId(token.edition);
        assert!(app.store.asked(edition, id).await.unwrap().is_some());
        list::erase(&app.app, &newcomer.address, "test").await.unwrap();
        assert!(app.store.asked(edition, id).await.unwrap().is_none());
        assert!(matches!(list::confirm(&app.app, &token).await, Err(LinkError::Dead)));
    }
}

on_both! {
    async fn who_confirms_is_welcomed_in_their_language_at_most_once_a_day(store) {
        let server = Faulty::start(Script::default()).await;
        let app = TestApp::new(store, server.address().port()).await;
        app.people(1, Cadence::Daily).await;
        app.post("The first", "Appeals").await;
        let digest = app.plan(Cadence::Daily).await;
        app.dispatch().await.unwrap();
        // Who was imported with their consent is not welcomed: they asked elsewhere.
        assert_eq!(server.wait_for(1).await.len(), 1);

        let preferences = Preferences {
            topics: Topics::parse("Appeals"), language: Some("kk".to_owned()), ..Preferences::default()
        };
        let ana = Newcomer { address: "ana@example.org".parse().unwrap(), name: Some("Ana".to_owned()), preferences };
        let indexes = app.vault.address_indexes(&ana.address);
        let come = async || {
            list::sign_up(&app.app, &ana).await.unwrap();
            let id = app.store.subscriber_by_address(&indexes).await.unwrap().unwrap().id;
            list::confirm(&app.app, &link(&app, id).await).await.unwrap();
            id
        };
        let id = come().await;
        app.dispatch().await.unwrap();
        let letters = server.wait_for(3).await;
        let welcome = letters.iter().find(|letter| letter.data.contains("Feedback-ID: letter:welcome:")).unwrap();
        checklist::check(welcome.data.as_bytes(), EditionKind::Welcome);
        let parsed = MessageParser::new().parse(welcome.data.as_bytes()).unwrap();
        assert_eq!(parsed.subject(), Some("Қош келдіңіз: Campaign"));
        let text = parsed.body_text(0).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        for says in [
            "аптасына бір рет жаңалықтар",
            "тек мына тақырыптар бойынша: Appeals",
            "шұғыл үндеулер",
            // It is Monday, at nine: the next one comes in a week.
            "2026 ж. 9 наурыз, дүйсенбі, 08:00 (UTC+00:00)",
            &format!("http://127.0.0.1:8080/archive/{digest}"),
            "/unsubscribe/",
            "/preferences/",
        ] {
            assert!(text.contains(says), "{says}: {text}");
        }

        list::leave(&app.app, id, "subscriber", false).await.unwrap();
        assert_eq!(come().await, id);
        let welcomes = async || {
            let mails = app.store.deliveries_to(id, 100).await.unwrap();
            let mut welcomes = 0;
            for mail in mails {
                let edition = app.store.edition(mail.edition_id).await.unwrap().unwrap();
                welcomes += usize::from(edition.kind == EditionKind::Welcome);
            }
            welcomes
        };
        assert_eq!(welcomes().await, 1);
        app.pass(DAY);
        list::leave(&app.app, id, "subscriber", false).await.unwrap();
        come().await;
        assert_eq!(welcomes().await, 2);
    }
}
