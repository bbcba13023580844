//! No digest is longer than mail programs show (90 KB of HTML as sent), and what it leaves out is read in the archive.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use handbill::editions::EditionKind;
use handbill::id::RevisionId;
use handbill::store::Tx;
use handbill::subscribers::Cadence;
use mail_parser::MessageParser;

use crate::app::TestApp;
use crate::checklist;
use crate::smtp::{Faulty, Script};

/// Gives a post this body, and no address on the web where `here` is set.
async fn rewrite(app: &TestApp, post: RevisionId, html: &str, here: bool) {
    const SET: &str =
        "UPDATE revisions SET html = $2, text = $2, url = CASE WHEN $3 THEN NULL ELSE url END WHERE id = $1";
    let mut tx = app.store.begin().await.unwrap();
    match &mut tx {
        Tx::Sqlite(db) => drop(sqlx::query(SET).bind(post).bind(html).bind(here).execute(&mut **db).await.unwrap()),
        Tx::Postgres(db) => drop(sqlx::query(SET).bind(post).bind(html).bind(here).execute(&mut **db).await.unwrap()),
    }
    tx.commit().await.unwrap();
}

/// Sends the digest; returns its HTML, its text and where it is in the archive.
async fn sent(app: &TestApp, server: &Faulty) -> (String, String, String) {
    let edition = app.plan(Cadence::Weekly).await;
    assert_eq!(app.dispatch().await.unwrap().totals.accepted, 1);
    let bytes = server.wait_for(1).await[0].data.clone().into_bytes();
    checklist::check(&bytes, EditionKind::Digest);
    let message = MessageParser::new().parse(&bytes).unwrap();
    let part = message.html_part(0).unwrap();
    let size = part.raw_end_offset() - part.raw_header_offset();
    assert!(size < 90_000, "{size} bytes of HTML");
    let text = message.body_text(0).unwrap().replace("\r\n", "\n");
    let html = message.body_html(0).unwrap().replace("\r\n", "\n");
    // What can be shown is shown.
    assert!(size > 15_000, "only {size} bytes");
    (html, text, format!("http://127.0.0.1:8080/archive/{edition}"))
}

async fn reader(store: crate::stores::TestStore) -> (TestApp, Faulty) {
    let server = Faulty::start(Script::default()).await;
    let app = TestApp::new(store, server.address().port()).await;
    app.people(1, Cadence::Weekly).await;
    (app, server)
}

on_both! {
    async fn a_post_that_is_nowhere_else_is_cut_at_a_paragraph_and_read_on_in_the_archive(store) {
        let (app, server) = reader(store).await;
        let post = app.post("A long story", "").await;
        let paragraphs: String = (1..=3000).map(|number| format!("<p>Абзац {number} начало и конец {number}.</p>")).collect();
        rewrite(&app, post, &paragraphs, true).await;
        let (html, text, issue) = sent(&app, &server).await;
        let last = (1..=3000).rfind(|number| html.contains(&format!("<p>Абзац {number} "))).unwrap();
        assert!((300..3000).contains(&last), "{last}");
        assert!(html.contains(&format!("<p>Абзац {last} начало и конец {last}.</p>\n</div>")), "not whole");
        assert!(text.contains(&format!("конец {last}.")) && !text.contains(&format!("Абзац {} ", last + 1)));
        let there = format!("{issue}#post-");
        assert!(html.contains(&there) && text.contains(&format!("Read on:\n{there}")), "{text}");
    }
}

on_both! {
    async fn hundreds_of_posts_are_listed_as_far_as_there_is_room(store) {
        let (app, server) = reader(store).await;
        for number in 0..400 {
            app.post(&format!("Заметка {number} {}", "о разном ".repeat(12)), "").await;
        }
        let (html, text, issue) = sent(&app, &server).await;
        // The newest with their beginnings, the next with their titles, the others by their number.
        assert!(html.contains("What happened about Заметка 399 ") && !html.contains("What happened about Заметка 380 "));
        let listed = html.matches("<h2").count();
        assert!((20..400).contains(&listed), "{listed}");
        let left = format!("{} more posts are in the archive", 400 - listed);
        assert!(html.contains(&left) && html.contains(&format!("href=\"{issue}\"")), "no {left}");
        assert!(text.contains(&format!("{left}:\n{issue}\n")), "{text}");
    }
}

on_both! {
    async fn many_long_posts_that_are_nowhere_else_are_shortened_together(store) {
        let (app, server) = reader(store).await;
        for number in 0..30 {
            let post = app.post(&format!("Story {number}"), "").await;
            let body = format!("<p>Beginning {number}. {}</p>", "word ".repeat(100));
            rewrite(&app, post, &body.repeat(60), true).await;
        }
        let (html, _, issue) = sent(&app, &server).await;
        for number in 0..30 {
            assert!(html.contains(&format!("Story {number}</h2>")), "{number}");
        }
        assert_eq!(html.matches(&format!("{issue}#post-")).count(), 30);
    }
}

#[tokio::test]
async fn one_endless_paragraph_is_shown_by_its_beginning() {
    let (app, server) = reader(crate::stores::TestStore::sqlite().await).await;
    let post = app.post("Without a pause", "").await;
    rewrite(&app, post, &format!("<p>{}</p>", "word ".repeat(40_000)), true).await;
    for number in 0..25 {
        app.post(&format!("Short {number}"), "").await;
    }
    let (html, ..) = sent(&app, &server).await;
    assert!(html.contains("What happened about Without a pause.") && !html.contains("word word"));
}
