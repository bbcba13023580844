//! A post and its translations are one post, and each reader gets it in their language.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;

use handbill::appeals::mark::{self, MarkError, Marking};
use handbill::editions::archive;
use handbill::id::PostId;
use handbill::sources;
use handbill::subscribers::{Cadence, Consent, Newcomer, Preferences, list};
use handbill::topics::Topics;
use mail_parser::MessageParser;

use crate::app::TestApp;
use crate::smtp::{Faulty, Script, Taken};
use crate::stores::{TestStore, at};

/// An app with a relay, long after the files were written, so that none counts as being written.
pub(crate) async fn app(store: TestStore) -> (Faulty, TestApp) {
    let server = Faulty::start(Script::default()).await;
    // A Sunday.
    store.clock.set(at("2086-03-03T12:00:00Z"));
    let app = TestApp::new(store, server.address().port()).await;
    pull(&app).await;
    (server, app)
}

pub(crate) async fn pull(app: &TestApp) -> usize {
    let report = sources::pull(&app.store, &app.config, &app.clock, true).await.unwrap();
    let source = &report.sources[0];
    assert!(source.readable && source.problems.is_empty(), "{:?}", source.problems);
    source.intake.new
}

pub(crate) fn post(app: &TestApp, file: &str, front: &str) {
    let path = app.dir.path().join("posts").join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("---\n{front}\n---\nAbout {file}.\n")).unwrap();
}

/// Somebody named after their language, who wants alerts and news once a week.
async fn reader(app: &TestApp, language: &str, topics: &str) {
    let preferences = Preferences {
        language: Some(language.to_owned()),
        topics: Topics::parse(topics),
        cadence: Cadence::Weekly,
        ..Preferences::default()
    };
    let address = format!("{}@example.org", language.to_lowercase()).parse().unwrap();
    let newcomer = Newcomer { address, name: None, preferences };
    list::add(&app.app, &[newcomer], &Consent::Given("at a meeting".to_owned()), "cli").await.unwrap();
    // What comes from now on is new to them.
    app.pass(1);
}

/// Whom these mails went to, and subject and text of each.
fn read(mails: &[Taken]) -> BTreeMap<String, Vec<(String, String)>> {
    let mut read: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for mail in mails {
        let parsed = MessageParser::new().parse(mail.data.as_bytes()).unwrap();
        let text = parsed.body_text(0).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        read.entry(mail.to[0].clone()).or_default().push((parsed.subject().unwrap().to_owned(), text));
    }
    read
}

on_both! {
    async fn a_digest_shows_each_the_version_in_their_language_and_never_both(store) {
        let (server, app) = app(store).await;
        for (language, topics) in [("en", ""), ("ru-KZ", "Appeals"), ("kk", ""), ("de", "Fund")] {
            reader(&app, language, topics).await;
        }
        // The translation may come first, in the order of names.
        post(&app, "a.ru.md", "title: Забастовка\nlanguage: ru\ntopics: [Призывы]\ntranslation_of: strike.md");
        post(&app, "strike.md", "title: The strike\ntopics: [Appeals]\ndate: 2086-03-01");
        // Of one in another folder, whose original is in no language of the site, by its guid.
        post(&app, "fund/1.md", "title: Фонд\nlanguage: ru\ntopics: [Fund]\nguid: fund-1\ndate: 2086-02-01");
        post(&app, "fund/de.md", "title: Der Fonds\nlanguage: de\ntranslation_of: fund-1");
        assert_eq!(pull(&app).await, 4);

        let digest = app.plan(Cadence::Weekly).await;
        app.dispatch().await.unwrap();
        let sent = server.wait_for(4).await;
        // There are no German words: the mail is in the site's language, and says so.
        let german = sent.iter().find(|mail| mail.to[0] == "de@example.org").unwrap();
        assert!(german.data.contains("Content-Language: en\r\n") && german.data.contains("<html lang=3D\"en\""), "{}", german.data);
        let mails = read(&sent);
        let subject = |who: &str| mails[&format!("{who}@example.org")][0].0.as_str();
        // The site's version for who reads neither; the original where the site has none either.
        assert_eq!(subject("en"), "The strike, and one more post");
        assert_eq!(subject("kk"), "The strike және тағы бір жарияланым");
        assert_eq!(subject("ru-kz"), "Забастовка", "by the topic of the original, and of another region");
        assert_eq!(subject("de"), "Der Fonds");
        assert!(mails["en@example.org"][0].1.contains("Фонд") && !mails["en@example.org"][0].1.contains("Забастовка"));
        assert!(mails.values().all(|mails| mails.len() == 1));

        // The archive shows one of each as well.
        let titles = async |languages: &[&str]| {
            let posts = archive::show(&app, digest, languages).await.unwrap().unwrap().posts;
            let mut titles: Vec<String> = posts.into_iter().map(|post| post.title).collect();
            titles.sort();
            titles
        };
        assert_eq!(titles(&["en"]).await, ["The strike", "Фонд"]);
        assert_eq!(titles(&["ru", "en"]).await, ["Забастовка", "Фонд"]);

        // One that comes when the post is out is nothing new.
        app.pass(24 * 3600);
        post(&app, "strike.kk.md", "title: Ереуіл\nlanguage: kk\ntranslation_of: strike.md");
        assert_eq!(pull(&app).await, 1);
        app.pass(7 * 24 * 3600);
        app.plan(Cadence::Weekly).await;
        app.dispatch().await.unwrap();
        assert_eq!(server.seen().taken.len(), 4);
    }
}

on_both! {
    async fn an_appeal_goes_to_each_in_their_language_once(store) {
        let (server, app) = app(store).await;
        for language in ["en", "ru", "kk"] {
            reader(&app, language, "").await;
        }
        let mark = "urgent: true\nevent:\n  starts: 2086-03-04T16:00\n  time_zone: Europe/London\n  address: 1 Example Street";
        post(&app, "protest.md", &format!("title: The protest\nurl: https://campaign.example/protest\n{mark}"));
        let translation = "title: Протест\nlanguage: ru\ntranslation_of: http://www.campaign.example/protest/";
        post(&app, "protest.ru.md", &format!("{translation}\n{mark}"));
        assert_eq!(pull(&app).await, 2);
        app.pass(61);
        app.dispatch().await.unwrap();
        let mails = read(&server.wait_for(3).await);
        let of = |who: &str| &mails[&format!("{who}@example.org")];
        assert!(mails.values().all(|mails| mails.len() == 1), "{mails:?}");
        assert!(of("en")[0].0.starts_with("The protest: "), "{mails:?}");
        assert!(of("ru")[0].0.starts_with("Протест: понедельник, 4 марта, 16:00"), "{mails:?}");
        assert!(of("ru")[0].1.contains("About protest.ru.md.") && of("ru")[0].1.contains("с 16:00 до 19:00"), "{mails:?}");
        assert!(of("kk")[0].0.starts_with("The protest: 4 наурыз, дүйсенбі, 16:00"), "{mails:?}");

        // A translation is never called for by itself.
        let posts = app.store.posts(None, PostId(i64::MAX), 10).await.unwrap();
        let translated = posts.iter().find(|post| post.title == "Протест").unwrap();
        let marking = Marking { deadline: Some(at("2086-03-05T12:00:00Z")), sure: true, ..Marking::default() };
        let refused = mark::check(&app.app, translated.id, &marking).await.unwrap_err();
        assert!(matches!(refused, MarkError::Translation(..)), "{refused}");

        // In the digest of who had it, it is a line, in whichever language; alone it is no digest.
        app.plan(Cadence::Weekly).await;
        app.dispatch().await.unwrap();
        assert_eq!(server.seen().taken.len(), 3);
    }
}
