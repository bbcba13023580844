//! What every message must carry, looked at by a parser that did not write it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, and its helpers with it"
)]

use handbill::editions::EditionKind;
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

/// Headers that a message has exactly once.
const ONCE: [&str; 11] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Feedback-ID",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
    "Precedence",
];
/// Headers that mail to the list has exactly once, and a letter never.
const LIST: [&str; 5] = ["List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Help", "List-Archive"];

/// Looks at a whole message of that kind, as it goes to a relay.
///
/// # Panics
/// When something is missing or wrong, naming it.
pub(crate) fn check(bytes: &[u8], kind: EditionKind) {
    let message = MessageParser::new().parse(bytes).expect("a message that can be parsed");
    lines(bytes, &message);
    headers(&message, kind);
    body(&message, kind);
}

/// The value of a header as it was written, unfolded; empty when it is not there.
pub(crate) fn header(message: &Message<'_>, name: &str) -> String {
    let found = message.headers_raw().find(|(found, _)| found.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.replace("\r\n", "").trim().to_owned()).unwrap_or_default()
}

fn lines(bytes: &[u8], message: &Message<'_>) {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    let to = message.to().and_then(|to| to.first()).and_then(|to| to.address()).expect("a To");
    assert!(text.is_ascii() || !to.is_ascii(), "beyond ASCII without an address that needs it");
    assert!(!text.contains('\0'), "a NUL");
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "a bare CR or LF");
    let longest = text.split("\r\n").map(str::len).max().unwrap_or_default();
    assert!(longest <= 998, "a line of {longest} octets");
}

fn headers(message: &Message<'_>, kind: EditionKind) {
    let count = |name: &str| message.headers_raw().filter(|(found, _)| found.eq_ignore_ascii_case(name)).count();
    for name in ONCE {
        let wanted = usize::from(name != "Precedence" || kind == EditionKind::Digest);
        assert_eq!(count(name), wanted, "{name}");
    }
    for name in LIST {
        assert_eq!(count(name), usize::from(kind.is_list_mail()), "{name}");
    }
    assert_eq!(message.from().unwrap().iter().count(), 1, "From");
    assert_eq!(message.to().unwrap().iter().count(), 1, "To");
    let from = message.from().unwrap().first().unwrap().address().unwrap();
    let to = message.to().unwrap().first().unwrap();
    let (_, domain) = from.rsplit_once('@').unwrap();
    let id = header(message, "Message-ID");
    assert!(id.starts_with('<') && id.ends_with(&format!("@{domain}>")), "Message-ID {id}");
    let date = header(message, "Date");
    let offset = date.rsplit(' ').next().unwrap();
    assert!(offset.len() == 5 && offset.starts_with(['+', '-']), "Date {date}");
    assert!(message.date().is_some_and(mail_parser::DateTime::is_valid), "Date {date}");
    assert_eq!(header(message, "Auto-Submitted"), "auto-generated");
    assert!(header(message, "Feedback-ID").contains(kind.as_str()), "Feedback-ID");
    if kind == EditionKind::Digest {
        assert_eq!(header(message, "Precedence"), "bulk");
    }
    if !kind.is_list_mail() {
        assert_eq!(to.name(), None, "a letter carries a name");
    } else {
        assert_eq!(header(message, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
        for name in ["List-Unsubscribe", "List-Help", "List-Archive"] {
            let link = header(message, name);
            assert!(link.starts_with("<http") && link.ends_with('>'), "{name}: {link}");
        }
    }
    // Only To says whom it is for.
    let person = to.address().unwrap();
    for (name, value) in message.headers_raw().filter(|(name, _)| *name != "To") {
        assert!(!value.contains(person), "{name} carries the address");
    }
}

fn body(message: &Message<'_>, kind: EditionKind) {
    let root = message.root_part();
    let PartType::Multipart(children) = &root.body else { panic!("not multipart") };
    assert_eq!(root.content_type().and_then(|found| found.subtype()), Some("alternative"));
    let subtypes: Vec<_> = children
        .iter()
        .map(|id| message.part(*id).and_then(|part| part.content_type()?.subtype()).unwrap_or_default())
        .collect();
    assert_eq!(subtypes, ["plain", "html"]);
    let encoded = message.html_part(0).map(|part| part.raw_len()).unwrap_or_default();
    assert!(encoded < 90 * 1024, "the HTML has {encoded} octets");

    let (text, html) = (message.body_text(0).unwrap(), message.body_html(0).unwrap());
    let root = html.split("<html").nth(1).and_then(|rest| rest.split('>').next()).unwrap_or_default();
    assert!(root.contains("lang=\"") && root.contains("dir=\""), "<html{root}>");
    assert_eq!(html.matches("<table").count(), html.matches("<table role=\"presentation\"").count(), "tables");
    assert_eq!(html.matches("<h1").count(), 1, "<h1>");
    assert!(html.split("<img").skip(1).all(|rest| rest.split('>').next().unwrap().contains("alt=")), "alt");
    assert!(!html.contains("<script") && !html.contains("href=\"javascript:"), "a script");
    assert!(html.contains("prefers-color-scheme: dark"), "dark");
    assert!(text.trim().len() > 100, "a short text: {text}");
    if kind.is_list_mail() {
        for part in [&text, &html] {
            for page in ["/unsubscribe/", "/preferences"] {
                assert!(part.contains(page), "no link to {page}: {part}");
            }
        }
    }
    let person = message.to().unwrap().first().unwrap().address().unwrap();
    assert!(!text.contains(person) && !html.contains(person), "the address is in the body");
}
