//! What breaks a signature, and what does not.

use handbill::clock::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::{DOMAIN, Keys, verify};

const MESSAGE: &str = "From: Campaign <news@campaign.example>\r\n\
    To: Ana <ana@example.org>\r\n\
    Subject: A strike at the\r\n bakery\r\n\
    Date: Mon, 28 Sep 2015 09:00:00 +0100\r\n\
    Message-ID: <d.17.4@campaign.example>\r\n\
    List-Unsubscribe: <https://campaign.example/unsubscribe/AAAA>\r\n\
    List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\
    Feedback-ID: 17:digest:handbill:campaign.example\r\n\
    MIME-Version: 1.0\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\
    \r\n\
    Come at  4pm.\r\n\
    \r\n\
    Bring bread.\r\n";

fn at() -> Timestamp {
    Timestamp(1_443_420_000_000_000)
}

/// What is found of both signatures together.
fn verdict(found: &[String]) -> &str {
    assert_eq!(found.len(), 2, "{found:?}");
    let good = found.iter().filter(|found| *found == "good").count();
    ["broken", "odd", "good"][good]
}

#[test]
fn what_a_message_says_cannot_be_changed_but_white_space_can() {
    let dir = tempfile::tempdir().unwrap();
    let keys = Keys::make(dir.path());
    let signed = String::from_utf8(keys.signer.sign(MESSAGE.as_bytes(), at()).unwrap()).unwrap();
    let changes = [
        ("", "", "good"),
        // What relays do on the way.
        ("Come at  4pm.\r\n", "Come at 4pm. \r\n", "good"),
        ("bread.\r\n", "bread.\r\n\r\n \t\r\n", "good"),
        ("Subject: A strike at the\r\n bakery", "SUBJECT:A strike  at\r\n\tthe bakery", "good"),
        ("From: ", "Received: from a by b\r\nFrom: ", "good"),
        ("Message-ID: ", "X-Spam: no\r\nMessage-ID: ", "good"),
        // The body.
        ("4pm", "5pm", "broken"),
        ("4pm.\r\n\r\n", "4pm.\r\n", "broken"),
        ("Come", " Come", "broken"),
        ("bread.\r\n", "bread.\r\nAnd money.\r\n", "broken"),
        // Its headers.
        ("A strike", "No strike", "broken"),
        ("+0100", "+0200", "broken"),
        ("Ana <ana@", "Bo <bo@", "broken"),
        ("unsubscribe/AAAA", "unsubscribe/BBBB", "broken"),
        ("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", "", "broken"),
        ("<d.17.4@", "<d.17.5@", "broken"),
        ("17:digest", "18:digest", "broken"),
        ("text/plain", "text/html", "broken"),
        // One more of what is there, above or below, and of what is not.
        ("From: ", "From: Eve <eve@example.org>\r\nFrom: ", "broken"),
        ("To: Ana", "From: Eve <eve@example.org>\r\nTo: Ana", "broken"),
        ("To: ", "To: eve@example.org\r\nTo: ", "broken"),
        ("Subject: ", "Subject: Send money\r\nSubject: ", "broken"),
        ("Date: ", "Date: Tue, 29 Sep 2015 09:00:00 +0100\r\nDate: ", "broken"),
        ("MIME-", "Content-Type: text/html\r\nMIME-", "broken"),
        ("To: Ana", "Reply-To: eve@example.org\r\nTo: Ana", "broken"),
        // The signature's own header.
        ("t=1443420000", "t=1443420001", "odd"),
    ];
    let messages: Vec<Vec<u8>> = changes
        .iter()
        .map(|(from, to, _)| {
            let changed = signed.replacen(from, to, 1);
            assert!(from == to || changed != signed, "{from:?} is not there");
            changed.into_bytes()
        })
        .collect();
    for (found, (from, to, expected)) in verify(&keys.records, &messages).iter().zip(changes) {
        assert_eq!(verdict(found), expected, "{from:?} to {to:?}: {found:?}");
    }
    // Without its record, or with another's, no signature is good.
    let mut records = keys.records.clone();
    records[0].value = Keys::make(tempfile::tempdir().unwrap().path()).records[0].value.clone();
    records.truncate(1);
    assert_eq!(verdict(&verify(&records, &[signed.into_bytes()])[0]), "broken");
}

/// All kinds of white space where it says nothing, and where it does.
#[test]
fn whatever_stands_in_headers_and_bodies_can_be_verified() {
    let dir = tempfile::tempdir().unwrap();
    let keys = Keys::make(dir.path());
    let piece = || prop::sample::select(vec!["", " ", "\t", "a", "b c", "  ", ".", "=20", "\u{e9}", ":", " \t x"]);
    let line = || prop::collection::vec(piece(), 0..5).prop_map(|pieces| pieces.concat());
    // Mail that is sent always ends with a line break.
    let body = prop::collection::vec(line().prop_map(|line| line + "\r\n"), 0..6);
    let folded = prop::collection::vec(line().prop_map(|line| format!("x{line}")), 1..4);
    let message = (folded, body).prop_map(|(subject, body)| {
        format!("From: a@{DOMAIN}\r\nSubject: {}\r\n\r\n{}", subject.join("\r\n "), body.concat()).into_bytes()
    });
    let mut runner = TestRunner::deterministic();
    let drawn: Vec<Vec<u8>> = (0..400).map(|_| message.new_tree(&mut runner).unwrap().current()).collect();
    let signed: Vec<Vec<u8>> = drawn.iter().map(|message| keys.signer.sign(message, at()).unwrap()).collect();
    keys.vouch_for(&signed);
}
