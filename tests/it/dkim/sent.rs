//! What the dispatcher and the notices send.

use handbill::notify::Channel;
use handbill::notify::tell::{Teller, sample};
use handbill::subscribers::{Cadence, Consent, Preferences, list};
use handbill::templates::Templates;

use super::{Keys, received, signed_names};
use crate::app::{TestApp, newcomer};
use crate::appeals::desk::Desk;
use crate::smtp::{Act, Faulty, Script, Stage};

/// How often each name is in `names`.
fn count(names: &[String], name: &str) -> usize {
    names.iter().filter(|own| *own == name).count()
}

on_both! {
    async fn digests_and_letters_in_every_encoding(store) {
        let server = Faulty::start(Script::default()).await;
        let keys = Keys::make(store.dir.path());
        let app = TestApp::with(store, server.address().port(), &keys.config).await;
        for (address, name, language) in [
            ("ana@example.org", "Ana \"the baker\" Example", "en"),
            ("bela@xn--bcher-kva.example", "Анна Петрова", "ru"),
            ("анна@example.org", "Анна", "kk"),
        ] {
            let preferences =
                Preferences { cadence: Cadence::Weekly, language: Some(language.to_owned()), ..Preferences::default() };
            let mut somebody = newcomer(address, preferences);
            somebody.name = Some(name.to_owned());
            list::add(&app.app, &[somebody], &Consent::Given("at a meeting".to_owned()), "cli").await.unwrap();
        }
        let asked = newcomer("new@example.org", Preferences::default());
        list::add(&app.app, &[asked], &Consent::Ask, "cli").await.unwrap();
        app.post("A strike", "Appeals").await;
        app.post(&format!("Забастовка {}", "и солидарность ".repeat(12)), "Новости").await;
        app.post("= trailing \u{a0} spaces \t and a dash —", "Reports").await;
        app.plan(Cadence::Weekly).await;
        assert_eq!(app.dispatch().await.unwrap().totals.accepted, 4);

        let taken = server.wait_for(4).await;
        let messages: Vec<Vec<u8>> = taken.iter().map(received).collect();
        let all = String::from_utf8(messages.concat()).unwrap();
        for encoding in ["quoted-printable", "base64"] {
            assert!(all.contains(&format!("Content-Transfer-Encoding: {encoding}\r\n")), "no {encoding}");
        }
        assert!(all.contains("To: =?utf-8?B?") && all.contains("<анна@example.org>"), "nobody beyond ASCII");
        keys.vouch_for(&messages);

        for message in &messages {
            let names = signed_names(message);
            for name in ["from", "to", "subject", "date", "mime-version", "content-type"] {
                assert_eq!(count(&names, name), 2, "{name}: {names:?}");
            }
            let head = String::from_utf8_lossy(message);
            let head = head.split("\r\n\r\n").next().unwrap();
            let fields = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
            for name in fields.map(|field| field.split(':').next().unwrap().to_lowercase()) {
                assert!(name == "dkim-signature" || names.contains(&name), "{name} is not signed");
            }
            let is_digest = head.contains("\r\nList-Unsubscribe: ");
            for name in ["list-unsubscribe", "list-unsubscribe-post", "list-id", "precedence"] {
                assert_eq!(count(&names, name), usize::from(is_digest), "{name}: {names:?}");
            }
        }
    }
}

on_both! {
    async fn an_appeal_with_its_calendar_and_the_correction_that_follows_it(store) {
        let server = Faulty::start(Script::default()).await;
        let keys = Keys::make(store.dir.path());
        let desk = Desk::with(store, server.address().port(), &keys.config).await;
        desk.reader("told", None, true).await;
        let appeal = desk.mark().await.appeal;
        assert_eq!(desk.dispatch().await.unwrap().totals.accepted, 1);
        desk.amend(appeal, 17).await;
        assert_eq!(desk.dispatch().await.unwrap().totals.accepted, 1);
        let messages: Vec<Vec<u8>> = server.wait_for(2).await.iter().map(received).collect();
        let appeal = String::from_utf8_lossy(&messages[0]);
        assert!(appeal.contains("Content-Disposition: attachment"), "{appeal}");
        for name in ["in-reply-to", "references", "list-unsubscribe", "list-unsubscribe-post"] {
            assert_eq!(count(&signed_names(&messages[1]), name), 1, "{name}");
        }
        keys.vouch_for(&messages);
    }
}

on_both! {
    async fn one_that_is_sent_again_is_signed_again_under_the_same_message_id(store) {
        let server = Faulty::start(Script::default().once(Stage::Dot, Act::Close)).await;
        let keys = Keys::make(store.dir.path());
        let app = TestApp::with(store, server.address().port(), &keys.config).await;
        app.people(1, Cadence::Weekly).await;
        app.post("A strike", "").await;
        app.plan(Cadence::Weekly).await;
        app.dispatch().await.unwrap();
        app.pass(600);
        assert_eq!(app.dispatch().await.unwrap().totals.accepted, 1);
        let messages: Vec<Vec<u8>> = server.wait_for(2).await.iter().map(received).collect();
        let line = |message: &[u8], name: &str| {
            let text = String::from_utf8_lossy(message).into_owned();
            text.lines().find(|line| line.starts_with(name)).map(str::to_owned).unwrap()
        };
        assert_eq!(line(&messages[0], "Message-ID: "), line(&messages[1], "Message-ID: "));
        assert_ne!(line(&messages[0], " s=one"), line(&messages[1], " s=one"), "it was signed at another time");
        keys.vouch_for(&messages);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_to_staff_is_signed_too_and_goes_out_all_the_same_where_that_fails() {
    let server = Faulty::start(Script::default()).await;
    let store = crate::stores::TestStore::sqlite().await;
    let keys = Keys::make(store.dir.path());
    let more = format!("{}[notify.mail]\nto = \"duty@campaign.example\"\n", keys.config);
    let app = TestApp::with(store, server.address().port(), &more).await;
    let templates = Templates::load(None).unwrap();
    let teller = Teller { config: &app.config, templates: &templates, clock: &app.clock };
    teller.tell(&sample(app.now()), Channel::Mail).await.unwrap();
    std::fs::remove_file(app.dir.path().join("one.pem")).unwrap();
    teller.tell(&sample(app.now()), Channel::Mail).await.unwrap();
    let taken = server.wait_for(2).await;
    assert!(taken[0].data.contains("Content-Transfer-Encoding: 7bit"), "{}", taken[0].data);
    keys.vouch_for(&[received(&taken[0])]);
    assert!(!taken[1].data.contains("DKIM-Signature"), "{}", taken[1].data);
}

on_both! {
    async fn without_its_key_nothing_is_sent_and_nothing_lost(store) {
        let server = Faulty::start(Script::default()).await;
        let keys = Keys::make(store.dir.path());
        let app = TestApp::with(store, server.address().port(), &keys.config).await;
        app.people(2, Cadence::Weekly).await;
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        let (key, away) = (app.dir.path().join("two.pem"), app.dir.path().join("away.pem"));
        std::fs::rename(&key, &away).unwrap();
        let error = format!("{:#}", app.dispatch().await.unwrap_err());
        assert!(error.starts_with("dkim.ed25519_key_file: ") && error.contains("handbill keys dkim --ed25519"), "{error}");
        assert!(app.ledger(edition).await.iter().all(|(_, state, attempts)| state == "queued" && *attempts == 0));
        assert_eq!(server.seen().connections, 0);
        std::fs::rename(&away, &key).unwrap();
        assert_eq!(app.dispatch().await.unwrap().totals.accepted, 2);
    }
}
