//! Whole mails, from a context to bytes, and back through an independent parser.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and its helpers with it")]

use std::fmt::Write as _;
use std::sync::LazyLock;

use handbill::clock::Timestamp;
use handbill::config::Sender;
use handbill::editions::EditionKind;
use handbill::id::EditionId;
use handbill::message::{Content, Draft, List, ListId, build};
use handbill::subscribers::Cadence;
use handbill::templates::contexts::{
    Appeal, Cancellation, Confirmation, Correction, Digest, Goodbye, Item, Link, OrganiserResult, Reminder,
    StaffNotice, Welcome,
};
use handbill::templates::{Context, Mail, Templates};
use mail_parser::MessageParser;
use proptest::prelude::*;

use crate::checklist;

static TEMPLATES: LazyLock<Templates> = LazyLock::new(|| Templates::load(None).unwrap());

/// The message that brings a content of that kind to somebody.
fn message(content: &Content, kind: EditionKind, language: &str, to: &str, name: &str) -> Vec<u8> {
    let sender: Sender = "Campaign Example <news@campaign.example>".parse().unwrap();
    let id = ListId::of(&sender);
    let list = List {
        id: &id,
        name: "Campaign Example",
        unsubscribe_url: "https://campaign.example/unsubscribe/SAMPLE-TOKEN",
        help_url: "https://campaign.example/",
        archive_url: "https://campaign.example/archive",
    };
    let draft = Draft {
        thread: &[],
        calendar: None,
        images: &[],
        sender: &sender,
        reply_to: Some(&"Office <office@campaign.example>".parse().unwrap()),
        to: &to.parse().unwrap(),
        to_name: kind.is_list_mail().then_some(name),
        message_id: "1.1",
        date: Timestamp(1_443_420_000_000_000),
        time_zone: chrono_tz::Europe::London,
        kind,
        edition: EditionId(1),
        content,
        language,
        list: kind.is_list_mail().then_some(list),
    };
    build(&draft).unwrap()
}

/// The `at`-th sample of a mail, sent.
fn sample<C: Mail>(kind: EditionKind, language: &str, at: usize) -> Vec<u8> {
    let words = TEMPLATES.words().language(language);
    let sample = C::samples(&words, &str::to_owned).remove(at);
    let content = TEMPLATES.mail(&sample, language).unwrap();
    message(&content, kind, language, "ana@example.org", "Ana Example")
}

/// The message as a reader gets it: headers unfolded, and decoded where they hold text.
fn decoded(bytes: &[u8]) -> String {
    let message = MessageParser::new().parse(bytes).unwrap();
    let mut text = String::new();
    for header in message.headers() {
        let name = header.name.as_str();
        let value = match name {
            "Subject" => message.subject().unwrap().to_owned(),
            _ => checklist::header(&message, name),
        };
        writeln!(text, "{name}: {value}").unwrap();
    }
    let plain = message.body_text(0).unwrap().replace("\r\n", "\n");
    let html = message.body_html(0).unwrap().replace("\r\n", "\n");
    text + "\n---- text ----\n" + &plain + "\n---- html ----\n" + &html
}

/// The name of a snapshot: English is not named.
fn named(name: &str, language: &str) -> String {
    if language == "en" { name.to_owned() } else { format!("{name}-{language}") }
}

/// Keeps the `at`-th sample of a mail in each language that is shipped.
fn keep<C: Mail>(kind: EditionKind, at: usize) {
    for language in TEMPLATES.words().tags() {
        insta::assert_snapshot!(named(kind.as_str(), language), decoded(&sample::<C>(kind, language, at)));
    }
}

#[test]
fn every_kind_in_every_language() {
    keep::<Digest>(EditionKind::Digest, 0);
    keep::<Appeal>(EditionKind::Appeal, 0);
    keep::<Reminder>(EditionKind::Reminder, 0);
    keep::<Correction>(EditionKind::Correction, 2);
    keep::<Cancellation>(EditionKind::Cancellation, 0);
    keep::<OrganiserResult>(EditionKind::Result, 0);
    keep::<StaffNotice>(EditionKind::Notice, 0);
    keep::<Confirmation>(EditionKind::Confirmation, 0);
    keep::<Welcome>(EditionKind::Welcome, 0);
    keep::<Link>(EditionKind::Link, 0);
    keep::<Goodbye>(EditionKind::Goodbye, 0);
}

#[test]
fn other_turns_that_mails_can_take() {
    insta::assert_snapshot!("digest-single-ru", decoded(&sample::<Digest>(EditionKind::Digest, "ru", 1)));
    insta::assert_snapshot!("digest-appeals", decoded(&sample::<Digest>(EditionKind::Digest, "en", 4)));
    insta::assert_snapshot!("appeal-several-kk", decoded(&sample::<Appeal>(EditionKind::Appeal, "kk", 1)));
    insta::assert_snapshot!("appeal-several-ru", decoded(&sample::<Appeal>(EditionKind::Appeal, "ru", 1)));
    insta::assert_snapshot!("appeal-petition", decoded(&sample::<Appeal>(EditionKind::Appeal, "en", 3)));
    insta::assert_snapshot!("notice-over-ru", decoded(&sample::<StaffNotice>(EditionKind::Notice, "ru", 3)));
}

#[test]
fn every_sample_passes_the_checklist() {
    fn all<C: Mail>(kind: EditionKind) {
        for tag in TEMPLATES.words().tags() {
            let count = C::samples(&TEMPLATES.words().language(tag), &str::to_owned).len();
            assert!(count > 0, "{kind}");
            (0..count).for_each(|at| checklist::check(&sample::<C>(kind, tag, at), kind));
        }
    }
    all::<Digest>(EditionKind::Digest);
    all::<Appeal>(EditionKind::Appeal);
    all::<Reminder>(EditionKind::Reminder);
    all::<Correction>(EditionKind::Correction);
    all::<Cancellation>(EditionKind::Cancellation);
    all::<OrganiserResult>(EditionKind::Result);
    all::<StaffNotice>(EditionKind::Notice);
    all::<Confirmation>(EditionKind::Confirmation);
    all::<Welcome>(EditionKind::Welcome);
    all::<Link>(EditionKind::Link);
    all::<Goodbye>(EditionKind::Goodbye);
}

#[test]
fn the_checklist_sees_what_is_missing() {
    let whole = String::from_utf8(sample::<Digest>(EditionKind::Digest, "en", 0)).unwrap();
    for (from, to) in [
        ("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", ""),
        ("List-Unsubscribe=One-Click", "List-Unsubscribe=one-click"),
        ("Auto-Submitted: auto-generated\r\n", ""),
        ("Subject: ", "Subject: x\r\nSubject: "),
        (" +0100", " GMT"),
        ("Feedback-ID: ", "Feedback-ID: ana@example.org:"),
        ("text/plain", "text/html"),
        ("\r\n", "\n"),
    ] {
        let broken = whole.replacen(from, to, 1);
        assert_ne!(broken, whole, "{from}");
        let seen = std::panic::catch_unwind(|| checklist::check(broken.as_bytes(), EditionKind::Digest));
        assert!(seen.is_err(), "{from:?} was not missed");
    }
    let letter = sample::<Link>(EditionKind::Link, "en", 0);
    let seen = std::panic::catch_unwind(|| checklist::check(&letter, EditionKind::Digest));
    assert!(seen.is_err(), "a digest without List headers");
}

/// Texts that a post or a name could bring to do harm.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("Meeting on Monday ".to_owned()),
        Just("\r\nBcc: eve@example.org\r\n\r\n".to_owned()),
        Just("\0\u{1b}\u{85}\u{2028}".to_owned()),
        Just("\u{202e}\u{2066}x\u{200f}".to_owned()),
        Just("👩‍👩‍👧‍👦✊🏽".to_owned()),
        Just("<script>alert(1)</script><h1></a>\" onclick=\"x".to_owned()),
        Just("{{site.name}}{{{html}}}".to_owned()),
        Just("x".repeat(10_000)),
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_hostile_gets_into_a_digest(title in hostile(), text in hostile(), name in hostile(), russian: bool) {
        let language = if russian { "ru" } else { "en" };
        let words = TEMPLATES.words().language(language);
        let tame = Digest::samples(&words, &str::to_owned).remove(0);
        let body = "<p>Come.</p>".to_owned();
        let topics = [title.clone()];
        let item = |url: Option<&str>| Item::new(&title, url, name.clone(), &topics, body.clone(), text.clone());
        let items = vec![item(Some("https://campaign.example/1")), item(Some(&text)), item(None)];
        let digest = Digest::new(tame.frame.clone(), Cadence::Daily, items, tame.links.clone());
        let content = TEMPLATES.mail(&digest, language).unwrap();
        let bytes = message(&content, EditionKind::Digest, language, "ana@example.org", &name);
        checklist::check(&bytes, EditionKind::Digest);

        let plain = sample::<Digest>(EditionKind::Digest, language, 0);
        let names = |bytes: &[u8]| -> Vec<String> {
            let message = MessageParser::new().parse(bytes).unwrap();
            message.headers().iter().map(|header| header.name.as_str().to_owned()).collect()
        };
        prop_assert_eq!(names(&bytes), names(&plain));
        let parsed = MessageParser::new().parse(&bytes).unwrap();
        prop_assert_eq!(parsed.subject().unwrap(), content.subject);
        // The card, the page, and the one that only Outlook sees.
        prop_assert_eq!(parsed.body_html(0).unwrap().matches("</table>").count(), 3);
    }
}

#[test]
fn an_address_beyond_ascii_gets_its_digest() {
    let words = TEMPLATES.words().language("ru");
    let content = TEMPLATES.mail(&Digest::samples(&words, &str::to_owned).remove(0), "ru").unwrap();
    let bytes = message(&content, EditionKind::Digest, "ru", "анна@example.org", "Анна");
    checklist::check(&bytes, EditionKind::Digest);
    let parsed = MessageParser::new().parse(&bytes).unwrap();
    let to = parsed.to().unwrap().first().unwrap();
    assert_eq!((to.address(), to.name()), (Some("анна@example.org"), Some("Анна")));
}
