use super::mail::pieces;
use super::*;
use crate::clock::Timestamp;

fn clock() -> Clock {
    Clock::manual(Timestamp(1_443_452_400_000_000))
}

fn caught(to: &str, subject: &str) -> Caught {
    let data = format!(
        "To: <{to}>\r\nSubject: {subject}\r\nFeedback-ID: 7:digest:handbill:campaign.example\r\n\
         Content-Language: ru\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nsee https://campaign.example/x.\r\n\
         --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>see <b>it</b></p>\r\n--b--\r\n"
    );
    Caught { from: "news@campaign.example".to_owned(), to: vec![to.to_owned()], data: data.into_bytes() }
}

#[test]
fn a_mail_is_read_and_its_debug_names_nobody() {
    let mailbox = Mailbox::default();
    mailbox.put(caught("ana@example.org", "=?utf-8?q?=D0=9F=D0=B8=D1=81=D1=8C=D0=BC=D0=BE?="), &clock());
    let mail = mailbox.get(1).unwrap();
    assert_eq!((mail.subject.as_str(), mail.kind.as_str(), mail.language.as_str()), ("Письмо", "digest", "ru"));
    assert_eq!(mail.html().unwrap().trim(), "<p>see <b>it</b></p>");
    assert_eq!(mail.text().trim(), "see https://campaign.example/x.");
    let headers = mail.headers();
    assert_eq!(headers[0], ("To".to_owned(), "<ana@example.org>".to_owned()));
    assert!(
        headers.contains(&("Content-Type".to_owned(), "multipart/alternative; boundary=b".to_owned())),
        "{headers:?}"
    );
    assert!(!format!("{mailbox:?}{mail:?}").contains("example.org"));
}

#[test]
fn what_is_no_mail_is_kept_and_shown() {
    let mailbox = Mailbox::default();
    for data in
        [&b""[..], b"\xff\xfe", b"Subject", b"\r\n\r\n", b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x"]
    {
        let caught = Caught { from: String::new(), to: vec!["a@example.org".to_owned()], data: data.to_vec() };
        mailbox.put(caught, &clock());
        let mail = mailbox.get(mailbox.caught()).unwrap();
        assert_eq!(mail.source().is_empty(), data.is_empty());
        assert_eq!(mail.html(), None);
        let _ = (mail.pieces(), mail.headers());
    }
    assert_eq!(mailbox.caught(), 5);
}

#[test]
fn the_newest_come_first_and_the_oldest_go() {
    let mailbox = Mailbox::default();
    for number in 1..=MAX_MAILS + 2 {
        mailbox.put(caught(&format!("Person{number}@example.org"), "x"), &clock());
    }
    let (page, more) = mailbox.list(u64::MAX, "", 3);
    assert_eq!(page.iter().map(|mail| mail.id).collect::<Vec<_>>(), [2002, 2001, 2000]);
    assert!(more);
    assert_eq!(mailbox.list(2000, "", 1).0[0].id, 1999);
    let (page, more) = mailbox.list(u64::MAX, " PERSON2001@", 5);
    assert_eq!((page.len(), page[0].id, more), (1, 2001, false));
    assert!(mailbox.get(2).is_none() && mailbox.get(3).is_some());
}

#[test]
fn links_in_text_are_found_whole() {
    let texts = |text| pieces(text).into_iter().map(|piece| (piece.text, piece.is_link)).collect::<Vec<_>>();
    assert_eq!(
        texts("Read\nhttps://a.example/b?c=d, and (http://e.example/)!"),
        [
            ("Read\n".to_owned(), false),
            ("https://a.example/b?c=d".to_owned(), true),
            (", and (".to_owned(), false),
            ("http://e.example/".to_owned(), true),
            (")!".to_owned(), false),
        ]
    );
    assert_eq!(texts(""), []);
    assert_eq!(texts("javascript:alert(1) ünd"), [("javascript:alert(1) ünd".to_owned(), false)]);
}
