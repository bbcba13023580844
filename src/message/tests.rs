use mail_parser::{HeaderName, MessageParser, MimeHeaders};
use proptest::prelude::*;

use super::*;

fn sender() -> Sender {
    "Campaign Example <news@campaign.example>".parse().unwrap()
}

fn content() -> Content {
    Content {
        subject: "Protest on Monday".to_owned(),
        text: "Come at 4pm.\n".to_owned(),
        html: "<p>Come at 4pm.</p>\n".to_owned(),
    }
}

struct Parts {
    sender: Sender,
    to: Address,
    content: Content,
    id: ListId,
}

impl Parts {
    fn new() -> Self {
        let sender = sender();
        Self { to: "ana@example.org".parse().unwrap(), content: content(), id: ListId::of(&sender), sender }
    }

    fn digest(&self) -> Draft<'_> {
        Draft {
            sender: &self.sender,
            reply_to: None,
            to: &self.to,
            to_name: Some("Ana Example"),
            message_id: "d.17.4",
            thread: &[],
            calendar: None,
            images: &[],
            // A Monday in summer time.
            date: Timestamp(1_443_420_000_000_000),
            time_zone: chrono_tz::Europe::London,
            kind: EditionKind::Digest,
            edition: EditionId(17),
            content: &self.content,
            language: "en",
            list: Some(List {
                id: &self.id,
                name: "Campaign Example",
                unsubscribe_url: "https://campaign.example/unsubscribe/AAAA",
                help_url: "https://campaign.example/",
                archive_url: "https://campaign.example/archive",
            }),
        }
    }

    fn letter(&self) -> Draft<'_> {
        Draft { kind: EditionKind::Confirmation, list: None, ..self.digest() }
    }
}

/// The names of the headers of the message, in their order.
fn header_names(bytes: &[u8]) -> Vec<String> {
    let message = MessageParser::new().parse(bytes).unwrap();
    message.headers().iter().map(|header| header.name.as_str().to_owned()).collect()
}

fn assert_lines(bytes: &[u8], ascii: bool) {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(!ascii || text.is_ascii());
    assert!(!text.contains('\0'));
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "a bare CR or LF");
    assert!(text.split("\r\n").all(|line| line.len() <= MAX_LINE));
}

#[test]
fn a_digest_carries_the_headers_of_list_mail() {
    let parts = Parts::new();
    let bytes = build(&parts.digest()).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    insta::assert_snapshot!(head.replace("\r\n", "\n"), @r#"
    From: "Campaign Example" <news@campaign.example>
    To: "Ana Example" <ana@example.org>
    Subject: Protest on Monday
    Date: Mon, 28 Sep 2015 07:00:00 +0100
    Message-ID: <d.17.4@campaign.example>
    List-Id: "Campaign Example" <news.campaign.example>
    List-Unsubscribe: <https://campaign.example/unsubscribe/AAAA>
    List-Unsubscribe-Post: List-Unsubscribe=One-Click
    List-Help: <https://campaign.example/>
    List-Archive: <https://campaign.example/archive>
    Auto-Submitted: auto-generated
    Precedence: bulk
    Feedback-ID: 17:digest:handbill:campaign.example
    Content-Language: en
    MIME-Version: 1.0
    Content-Type: multipart/alternative;
     boundary="part-46f088c9d259f263f109d242654fc78c"
    "#);
}

#[test]
fn a_letter_says_nothing_of_a_list_and_its_feedback_id_nothing_of_the_person() {
    let parts = Parts::new();
    let bytes = build(&parts.letter()).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let names = header_names(&bytes);
    assert!(!names.iter().any(|name| name.starts_with("List-") || name == "Precedence"), "{names:?}");
    assert!(text.contains("\r\nTo: <ana@example.org>\r\n") && !text.contains("Ana Example"), "{text}");
    assert!(text.contains("Feedback-ID: letter:confirmation:handbill:campaign.example\r\n"), "{text}");
}

#[test]
fn a_letter_with_a_list_and_a_digest_without_are_refused() {
    let parts = Parts::new();
    let letter = Draft { list: parts.digest().list, ..parts.letter() };
    assert_eq!(build(&letter), Err(MessageError::List));
    assert_eq!(build(&Draft { list: None, ..parts.digest() }), Err(MessageError::List));
}

#[test]
fn the_same_draft_gives_the_same_bytes() {
    let parts = Parts::new();
    assert_eq!(build(&parts.digest()).unwrap(), build(&parts.digest()).unwrap());
    let other = build(&Draft { message_id: "d.17.5", ..parts.digest() }).unwrap();
    assert_ne!(build(&parts.digest()).unwrap(), other);
}

#[test]
fn the_text_comes_first_and_russian_travels_as_base64() {
    let mut parts = Parts::new();
    parts.content.text = "Приходите в понедельник.\n".repeat(30);
    parts.content.html = "<p lang=\"ru\">Приходите.</p>\n".to_owned();
    let bytes = build(&parts.digest()).unwrap();
    assert_lines(&bytes, true);
    let message = MessageParser::new().parse(&bytes).unwrap();
    assert_eq!(message.body_text(0).unwrap().replace("\r\n", "\n"), parts.content.text);
    assert_eq!(message.body_html(0).unwrap().replace("\r\n", "\n"), parts.content.html);
    let text = std::str::from_utf8(&bytes).unwrap();
    assert!(text.find("text/plain").unwrap() < text.find("text/html").unwrap());
    assert!(text.contains("Content-Transfer-Encoding: base64"), "{text}");
}

#[test]
fn pictures_stand_with_the_html_that_shows_them() {
    let mut parts = Parts::new();
    parts.content.html = "<p><img src=\"cid:a1@campaign.example\" alt=\"A gate\"></p>\n".to_owned();
    let picture = |id: &str, byte| Inline { id: id.to_owned(), media: "image/png", bytes: vec![byte; 3000].into() };
    let images = [picture("a1@campaign.example", 0xff), picture("b2@campaign.example", 0)];
    let bytes = build(&Draft { images: &images, ..parts.digest() }).unwrap();
    assert_lines(&bytes, true);
    let message = MessageParser::new().parse(&bytes).unwrap();
    let kind =
        |part: &mail_parser::MessagePart<'_>| part.content_type().and_then(|found| found.subtype()).map(str::to_owned);
    let kinds: Vec<_> = message.parts.iter().filter_map(kind).collect();
    assert_eq!(kinds, ["alternative", "plain", "related", "html", "png", "png"]);
    for (part, image) in message.parts.iter().skip(4).zip(&images) {
        assert_eq!(part.content_id(), Some(image.id.as_str()));
        assert_eq!(part.contents(), &image.bytes[..]);
        assert!(part.content_disposition().is_some_and(|found| found.is_inline()));
    }
    assert_eq!(message.body_html(0).unwrap().replace("\r\n", "\n"), parts.content.html);
    assert_eq!(bytes, build(&Draft { images: &images, ..parts.digest() }).unwrap());
}

#[test]
fn an_address_beyond_ascii_is_written_in_utf8() {
    let mut parts = Parts::new();
    parts.to = "анна@bücher.example".parse().unwrap();
    let bytes = build(&parts.digest()).unwrap();
    assert_lines(&bytes, false);
    let message = MessageParser::new().parse(&bytes).unwrap();
    let to = message.to().unwrap().first().unwrap();
    assert_eq!(to.address().unwrap(), "анна@xn--bcher-kva.example");
    assert_eq!(to.name().unwrap(), "Ana Example");
}

#[test]
fn a_subject_cannot_pose_as_an_encoded_word() {
    let mut parts = Parts::new();
    parts.content.subject = "=?utf-8?B?SGVsbG8NCkJjYzogeEBleGFtcGxlLm9yZw==?=".to_owned();
    let bytes = build(&parts.digest()).unwrap();
    let message = MessageParser::new().parse(&bytes).unwrap();
    assert_eq!(message.subject().unwrap(), parts.content.subject);
}

#[test]
fn texts_are_put_on_one_line() {
    for (text, line) in [
        ("  a \r\n b\0c ", "a b c"),
        ("a\u{2028}b", "a b"),
        ("\u{202e}gpj\u{2069}.c", "gpj.c"),
        ("", ""),
        ("abcdef  ", "abcdef"),
        ("abcdefg", "abcde…"),
        ("abcde fg", "abcde…"),
        ("жжжжжжж", "жжжжж…"),
    ] {
        assert_eq!(one_line(text, 6), line, "{text:?}");
    }
}

#[test]
fn what_the_program_supplies_has_to_fit() {
    let parts = Parts::new();
    for id in ["", "a b", "a\r\nBcc: x", ".a", "a@b", &"a".repeat(65)] {
        assert_eq!(build(&Draft { message_id: id, ..parts.digest() }), Err(MessageError::MessageId), "{id:?}");
    }
    for at in [-1, i64::MAX, i64::MIN, 300_000_000_000_000_000] {
        assert_eq!(build(&Draft { date: Timestamp(at), ..parts.digest() }), Err(MessageError::Date), "{at}");
    }
    assert_eq!(build(&Draft { language: "e\r\nn", ..parts.digest() }), Err(MessageError::Language));
    for url in ["javascript:alert(1)", "https://a.example/\r\nBcc: x", "https://a.example/>x", "https://ü.example/"] {
        let mut draft = parts.digest();
        draft.list.as_mut().unwrap().unsubscribe_url = url;
        assert_eq!(build(&draft), Err(MessageError::Link("the unsubscribe link")), "{url:?}");
    }
}

#[test]
fn a_boundary_is_never_in_the_parts() {
    let first = boundary("d.1", &[]);
    let second = boundary("d.1", &[&format!("--{first}--")]);
    assert_ne!(first, second);
}

#[test]
fn a_body_ends_without_white_space() {
    assert_eq!(clean_body("a \t\r\nb\rc\0\x1b[1m\n  \n \t "), "a\nb\nc[1m\n");
    assert_eq!(clean_body(""), "");
}

#[test]
fn a_list_is_named_after_its_sender() {
    let odd: Sender = "news+Über@campaign.example".parse().unwrap();
    assert_eq!(ListId::of(&sender()).as_str(), "news.campaign.example");
    let other: Sender = "анна@campaign.example".parse().unwrap();
    assert_eq!(ListId::of(&other).as_str(), "list.campaign.example");
    assert_eq!(ListId::of(&odd).as_str(), "news--ber.campaign.example");
}

/// Texts that a visitor or a post could bring to do harm.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\r\nBcc: eve@example.org\r\n".to_owned()),
        Just("\n\n<script>".to_owned()),
        Just("\0\x07\u{85}".to_owned()),
        Just("\u{202e}\u{2066}x\u{200f}".to_owned()),
        Just("👩‍👩‍👧‍👦✊🏽".to_owned()),
        Just("=?utf-8?Q?=0D=0ABcc:_eve@example.org?=".to_owned()),
        Just("\"\\<>,;:@()".to_owned()),
        Just("x".repeat(10_000)),
        Just("ж ".repeat(5_000)),
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_hostile_changes_the_headers(title in hostile(), name in hostile(), body in hostile()) {
        let mut parts = Parts::new();
        let plain = header_names(&build(&parts.digest()).unwrap());
        parts.content = Content { subject: title.clone(), text: body.clone(), html: body };
        parts.sender.name = name.clone();
        let mut draft = parts.digest();
        draft.to_name = Some(&name);
        draft.list.as_mut().unwrap().name = &name;
        let bytes = build(&draft).unwrap();
        assert_lines(&bytes, true);
        prop_assert_eq!(header_names(&bytes), plain);
        let message = MessageParser::new().parse(&bytes).unwrap();
        prop_assert_eq!(message.to().unwrap().first().unwrap().address(), Some("ana@example.org"));
        prop_assert_eq!(message.to().unwrap().iter().count(), 1);
        prop_assert_eq!(message.from().unwrap().first().unwrap().address(), Some("news@campaign.example"));
        prop_assert_eq!(message.subject().unwrap_or_default(), one_line(&title, MAX_SUBJECT));
        prop_assert!(message.header(HeaderName::Bcc).is_none());
        prop_assert_eq!(message.parts.len(), 3);
    }
}
