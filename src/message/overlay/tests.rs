//! Both ways to a message give the same bytes: laid over, and rendered in full by the templates and lettre alone.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::super::{Content, Draft, List, ListId, build, build_shared};
use super::SharedBody;
use crate::clock::Timestamp;
use crate::editions::EditionKind;
use crate::id::EditionId;
use crate::subscribers::Cadence;
use crate::templates::Templates;
use crate::templates::contexts::{Digest, Frame, Item, Links, Site};

/// As long as those of mails.
const TOKENS: [&str; 3] = [
    "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdEfGhI",
    "zyxwvutsrqponmlkjihgfedcba9876543210_-zyxwvutsr",
    "0-0_0-0_0-0_0-0_0-0_0-0_0-0_0-0_0-0_0-0_0-0_0-0",
];

static TEMPLATES: LazyLock<Templates> = LazyLock::new(|| Templates::load(None).unwrap());

fn digest(posts: &[(String, String)], language: &str, token: &str) -> Content {
    let words = TEMPLATES.words().language(language);
    let site = Site {
        name: "Campaign".to_owned(),
        url: "https://campaign.example".to_owned(),
        postal_address: vec!["1 Example Street".to_owned()],
        logo: None,
    };
    let items: Vec<Item> = posts
        .iter()
        .map(|(title, text)| {
            let html = format!("<p>{}</p>", handlebars::html_escape(text));
            Item::new(title, Some("https://campaign.example/1"), "Monday".to_owned(), &[], html, text.clone())
        })
        .collect();
    let url = |path: &str| format!("https://campaign.example/{path}");
    let links = Links {
        unsubscribe: url(&format!("unsubscribe/{token}")),
        preferences: url(&format!("preferences/{token}")),
        archive: url("archive"),
        issue: url("archive/17"),
    };
    let digest = Digest::new(Frame::new(site, &words), Cadence::Weekly, items, links);
    TEMPLATES.mail(&digest, language).unwrap()
}

/// Calls `with` with the draft of a mail of this content.
fn drafted<T>(content: &Content, with: impl FnOnce(&Draft<'_>) -> T) -> T {
    let sender = "Campaign <news@campaign.example>".parse().unwrap();
    let id = ListId::of(&sender);
    with(&Draft {
        sender: &sender,
        reply_to: None,
        to: &"ana@example.org".parse().unwrap(),
        to_name: Some("Ana Example"),
        message_id: "d.17.4",
        date: Timestamp(1_443_420_000_000_000),
        time_zone: chrono_tz::Europe::London,
        kind: EditionKind::Digest,
        edition: EditionId(17),
        content,
        language: "en",
        list: Some(List {
            id: &id,
            name: "Campaign",
            unsubscribe_url: "https://campaign.example/unsubscribe/A",
            help_url: "https://campaign.example/",
            archive_url: "https://campaign.example/archive",
        }),
        thread: &[],
        calendar: None,
        images: &[],
    })
}

fn shared(of: impl Fn(&str) -> Content) -> Option<SharedBody> {
    let (one, other) = (of(TOKENS[0]), of(TOKENS[1]));
    drafted(&one, |one| drafted(&other, |other| SharedBody::new(one, TOKENS[0], other, TOKENS[1])))
}

/// Whether a mail with the third token comes out the same both ways.
fn assert_same(of: impl Fn(&str) -> Content) {
    let body = shared(&of).expect("nothing but the token differs");
    let laid_over = drafted(&of(TOKENS[0]), |draft| build_shared(draft, &body, TOKENS[2])).unwrap();
    let in_full = drafted(&of(TOKENS[2]), build).unwrap();
    assert_eq!(String::from_utf8(laid_over).unwrap(), String::from_utf8(in_full).unwrap());
}

proptest! {
    #[test]
    fn digests_come_out_the_same_laid_over_and_in_full(
        posts in prop::collection::vec((any::<String>(), "(\\PC|\n| |\u{301}|я|🚩|=){0,600}"), 1..4),
        language in prop::sample::select(vec!["en", "ru"]),
    ) {
        assert_same(|token| digest(&posts, language, token));
    }

    // Short lines are sent as they are, long ones as quoted-printable, and mostly Cyrillic ones as base64.
    #[test]
    fn a_token_is_found_wherever_a_line_breaks(
        before in 0_usize..200,
        after in 0_usize..200,
        filling in prop::sample::select(vec!["x", "é", "я", "="]),
        breaks in any::<bool>(),
    ) {
        let between = if breaks { "\n" } else { "" };
        assert_same(|token| {
            let text = format!("{}{token}{}{between}{token}", filling.repeat(before), filling.repeat(after));
            Content { subject: "A strike".to_owned(), html: format!("<p>{text}</p>"), text }
        });
    }
}

#[test]
fn two_tokens_may_share_a_group_of_base64() {
    for before in 0..4 {
        assert_same(|token| {
            let text = format!("{}{}{token}{token}", "x".repeat(before), "é".repeat(60));
            Content { subject: "A strike".to_owned(), html: format!("<p>{text}</p>"), text }
        });
    }
}

#[test]
fn what_makes_more_of_a_token_is_not_shared() {
    let content = |subject: &str, text: &str| Content {
        subject: subject.to_owned(),
        text: text.to_owned(),
        html: "<p>Hello</p>".to_owned(),
    };
    assert!(shared(|token| content("Hello", token)).is_some());
    assert!(shared(|token| content(token, "Hello")).is_none(), "it is in the subject");
    assert!(shared(|token| content("Hello", &token.to_uppercase())).is_none());
    assert!(shared(|token| content("Hello", &token[..40])).is_none());
}

#[test]
fn a_token_of_another_length_is_refused() {
    let text = |token: &str| Content { subject: String::new(), text: token.to_owned(), html: String::new() };
    let body = shared(text).unwrap();
    assert!(drafted(&text("A"), |draft| build_shared(draft, &body, "A")).is_err());
}
