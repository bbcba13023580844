//! The demo as a visitor meets it: mail over real SMTP into its mailbox, pages over real HTTP.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what tests share is a test, too")]

use std::collections::HashMap;
use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use handbill::clock::Clock;
use handbill::demo::mailbox::{Mail, Mailbox};
use handbill::demo::{Demo, Pace};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// Among the sample people, so many want each post, and so many the weekly digest.
const EACH: u64 = 6;
const WEEKLY: u64 = 12;

/// So many are called by the appeal: who wants alerts of London, and who chose no region.
const CALLED: u64 = 19;
/// Of those who want each post, so many live elsewhere, and get it as an ordinary one.
const ELSEWHERE: u64 = 2;

/// An appeal that stays in its hold.
const HELD: Pace = Pace { hold: Duration::from_secs(3600), amend_after: Duration::ZERO };
/// One that goes out at once, and is not corrected.
const CALL: Pace = Pace { hold: Duration::ZERO, amend_after: Duration::from_secs(3600) };
/// One that goes out at once, and is corrected as soon as all have it.
const CORRECT: Pace = Pace { hold: Duration::ZERO, amend_after: Duration::ZERO };

async fn start(dir: &Path) -> Demo {
    start_at(dir, HELD).await
}

async fn start_at(dir: &Path, pace: Pace) -> Demo {
    Demo::start(Some(dir), ANY, Clock::System, pace).await.unwrap()
}

/// Waits for something that must come soon.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), what).await.expect("it did not come within 30 seconds")
}

/// Runs `demo` around `visit`, and ends it as Ctrl-C does.
async fn running(demo: Demo, visit: impl AsyncFnOnce()) {
    let stop = CancellationToken::new();
    let daemon = tokio::spawn(demo.run(stop.clone()));
    visit().await;
    stop.cancel();
    let summary = soon(daemon).await.unwrap().unwrap();
    assert_eq!(summary.left_open, 0);
}

fn drop_post(demo_posts: &Path, name: &str, title: &str) {
    let text = format!("---\ntitle: {title}\ntopics: [Appeals]\n---\n{title}, and **everybody** comes.\n");
    std::fs::write(demo_posts.join(name), text).unwrap();
}

/// How often each address got a mail whose subject holds `part`.
fn got(mailbox: &Mailbox, part: &str) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for mail in mailbox.list(u64::MAX, "", usize::MAX).0 {
        assert_eq!(mail.to.len(), 1);
        if mail.subject.contains(part) {
            *counts.entry(mail.to[0].clone()).or_default() += 1;
        }
    }
    counts
}

/// Waits until so many mails came whose subject holds `part`.
async fn came(mailbox: &Mailbox, part: &str, count: u64) {
    let all = async {
        while (got(mailbox, part).len() as u64) < count {
            mailbox.reached(mailbox.caught() + 1).await;
        }
    };
    soon(all).await;
}

struct Answer {
    head: String,
    body: String,
}

/// Asks for a page over a connection of its own.
async fn ask(url: &str, host: Option<&str>, form: Option<&str>) -> Answer {
    let (at, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let (method, form) = form.map_or(("GET", ""), |form| ("POST", form));
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}",
        host.unwrap_or(at),
        form.len()
    );
    let mut tcp = TcpStream::connect(at).await.unwrap();
    tcp.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    soon(tcp.read_to_string(&mut answer)).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Answer { head: head.to_lowercase(), body: body.to_owned() }
}

async fn page(url: &str) -> Answer {
    let answer = ask(url, None, None).await;
    assert!(answer.head.starts_with("http/1.1 200"), "{url}: {}", answer.head);
    answer
}

/// The first link in the text of the newest mail to `address` that has `part` in it.
fn link(mailbox: &Mailbox, address: &str, part: &str) -> String {
    let mail = mailbox.list(u64::MAX, address, 1).0.remove(0);
    let link = mail.pieces().into_iter().find(|piece| piece.is_link && piece.text.contains(part));
    link.unwrap_or_else(|| panic!("no {part} in {}", mail.text())).text
}

#[tokio::test(flavor = "multi_thread")]
async fn the_weekly_digest_reaches_everybody_who_wants_it_once() {
    let dir = tempfile::tempdir().unwrap();
    let demo = start(dir.path()).await;
    let mailbox = demo.mailbox();
    assert_eq!(demo.sent(), EACH + WEEKLY);
    soon(mailbox.reached(EACH + WEEKLY)).await;
    running(demo, async || {}).await;

    assert_eq!(mailbox.caught(), EACH + WEEKLY);
    let got = got(&mailbox, "");
    assert!(got.values().all(|count| *count == 1), "somebody got it twice: {got:?}");
    let weekly = [
        "maria@example.org",
        "nurlan@example.com",
        "olga+news@example.net",
        "padraig@example.org",
        "queenie@example.com",
        "ravi@example.net",
        "sofia@example.org",
        "timur@example.com",
        "una@example.net",
        "viktor@example.org",
        "weekly.reader@example.com",
        "xenia@example.net",
    ];
    for address in weekly {
        assert!(got.contains_key(address), "{address} got no digest");
    }
    // In the language and on the topics they chose.
    let of = |address: &str| mailbox.list(u64::MAX, address, 1).0.remove(0);
    assert_eq!((of("viktor@").language.as_str(), of("una@").language.as_str()), ("ru", "en"));
    let (press, all) = (of("una@").text(), of("maria@").text());
    assert!(press.contains("state visit") && !press.contains("Film evening"), "{press}");
    assert!(all.contains("state visit") && all.contains("Film evening") && all.contains("Нас четверо"), "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_put_into_the_folder_is_mailed_to_those_who_want_each_post() {
    let dir = tempfile::tempdir().unwrap();
    let demo = start(dir.path()).await;
    let (mailbox, posts) = (demo.mailbox(), demo.posts());
    running(demo, async || {
        drop_post(&posts, "moved.md", "The protest has moved");
        soon(mailbox.reached(2 * EACH + WEEKLY)).await;
    })
    .await;
    let got = got(&mailbox, "The protest has moved");
    let each = ["ana@example.org", "bolat@example.com", "chidi.sample@example.net", "dinara@example.org"];
    assert_eq!(got.len() as u64, EACH);
    assert!(each.iter().all(|address| got.get(*address) == Some(&1)), "{got:?}");
    assert_eq!(mailbox.caught(), 2 * EACH + WEEKLY);
}

#[tokio::test(flavor = "multi_thread")]
async fn coming_back_to_a_folder_sends_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    running(start(dir.path()).await, async || {}).await;

    // While nobody watches.
    drop_post(&dir.path().join("posts"), "late.md", "A late word");
    let demo = start(dir.path()).await;
    let (mailbox, posts) = (demo.mailbox(), demo.posts());
    assert_eq!(demo.sent(), EACH, "not only what is new was sent");
    running(demo, async || {
        drop_post(&posts, "later.md", "A later word");
        soon(mailbox.reached(2 * EACH)).await;
    })
    .await;
    assert_eq!(got(&mailbox, "A late word").len() as u64, EACH);
    assert_eq!(got(&mailbox, "A later word").len() as u64, EACH);
    assert_eq!(mailbox.caught(), 2 * EACH);

    let demo = start(dir.path()).await;
    let mailbox = demo.mailbox();
    assert_eq!(demo.sent(), 0);
    running(demo, async || {}).await;
    assert_eq!(mailbox.caught(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mailbox_shows_a_mail_from_all_sides() {
    let dir = tempfile::tempdir().unwrap();
    let demo = start(dir.path()).await;
    let (mailbox, url) = (demo.mailbox(), demo.mailbox_url());
    soon(mailbox.reached(EACH + WEEKLY)).await;
    let mail = mailbox.list(u64::MAX, "maria@example.org", 1).0.remove(0);
    running(demo, async || {
        let list = page(&format!("{url}/")).await;
        assert!(list.body.contains("maria@example.org") && list.body.contains("/mail/1\""), "{}", list.body);
        assert!(list.body.contains("http-equiv=\"refresh\""));

        let found = ask(&format!("{url}/"), None, Some("to=MARIA%40")).await.body;
        assert!(found.contains("1 of 18 mails"), "{found}");
        assert!(found.contains("maria@example.org") && !found.contains("ravi@example.net"), "{found}");
        let older = page(&format!("{url}/?before=2")).await.body;
        assert!(older.contains("/mail/1\"") && !older.contains("/mail/2\""), "{older}");

        let at = format!("{url}/mail/{}", mail.id);
        let html = page(&at).await.body;
        assert!(html.contains(&format!("src=\"/mail/{}/body\"", mail.id)) && html.contains("sandbox="), "{html}");
        let body = page(&format!("{at}/body")).await;
        assert!(body.head.contains("content-security-policy: sandbox allow-popups"), "{}", body.head);
        assert!(body.head.contains("default-src 'none'"), "{}", body.head);
        assert!(body.body.contains("<h1") && body.body.contains("Film evening"), "{}", body.body);
        let text = page(&format!("{at}/text")).await.body;
        assert!(text.contains("Film evening") && text.contains("/unsubscribe/"), "{text}");
        let headers = page(&format!("{at}/headers")).await.body;
        assert!(
            headers.contains("List-Unsubscribe-Post") && headers.contains("List-Unsubscribe&#x3D;One-Click"),
            "{headers}"
        );
        let source = page(&format!("{at}/source")).await.body;
        assert!(source.contains("Content-Type: multipart/alternative"), "{source}");
        let whole = page(&format!("{at}/download")).await;
        assert!(whole.head.contains("message/rfc822") && whole.body.as_bytes() == mail.source);

        let missing = ask(&format!("{url}/mail/999"), None, None).await;
        assert!(missing.head.starts_with("http/1.1 404"), "{}", missing.head);
        // A web site that has its name point here learns nothing.
        let strange = ask(&format!("{url}/"), Some("site.example"), None).await;
        assert!(strange.head.starts_with("http/1.1 403") && !strange.body.contains("example.org"), "{}", strange.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_signs_up_confirms_and_gets_the_next_post() {
    let dir = tempfile::tempdir().unwrap();
    let demo = start(dir.path()).await;
    let (mailbox, posts, site) = (demo.mailbox(), demo.posts(), demo.site_url());
    running(demo, async || {
        let form = "email=visitor%40example.org&cadence=each&alerts=yes&language=en&website=";
        let answer = ask(&format!("{site}/subscribe"), None, Some(form)).await;
        assert!(!answer.head.starts_with("http/1.1 4") && !answer.head.starts_with("http/1.1 5"), "{}", answer.head);
        soon(mailbox.reached(EACH + WEEKLY + 1)).await;
        let confirm = link(&mailbox, "visitor@example.org", "/confirm/");
        assert!(confirm.starts_with(&site), "{confirm} is not on {site}");
        page(&confirm).await;
        let answer = ask(&confirm, None, Some("")).await;
        assert!(answer.head.starts_with("http/1.1 200"), "{} {}", answer.head, answer.body);
        drop_post(&posts, "next.md", "The next post");
        soon(mailbox.reached(2 * EACH + WEEKLY + 2)).await;
    })
    .await;
    assert_eq!(got(&mailbox, "The next post").get("visitor@example.org"), Some(&1));
}

/// The mails of one kind of edition, by address.
fn of_kind(mailbox: &Mailbox, kind: &str) -> HashMap<String, Arc<Mail>> {
    let mails = mailbox.list(u64::MAX, "", usize::MAX).0.into_iter().filter(|mail| mail.kind == kind);
    let mails: Vec<_> = mails.map(|mail| (mail.to[0].clone(), mail)).collect();
    let (count, by_address) = (mails.len(), HashMap::from_iter(mails));
    assert_eq!(by_address.len(), count, "somebody got the {kind} twice");
    by_address
}

/// The value of the first line of a calendar that begins like this.
fn calendar_line(mail: &Mail, name: &str) -> String {
    let calendar = mail.calendar().unwrap().replace("\r\n ", "");
    let line = calendar.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name}: {calendar}"));
    line.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appeal_goes_out_with_its_calendar_entry_and_is_corrected_in_the_same_thread() {
    let dir = tempfile::tempdir().unwrap();
    let demo = start_at(dir.path(), CORRECT).await;
    let (mailbox, url, greeting) = (demo.mailbox(), demo.mailbox_url(), demo.greeting());
    assert!(greeting.contains("an urgent appeal goes out") && greeting.contains("corrected"), "{greeting}");
    assert_eq!(demo.sent(), EACH + WEEKLY, "the appeal went out before its time");
    running(demo, async || {
        soon(mailbox.reached(EACH + WEEKLY + 2 * CALLED + ELSEWHERE)).await;
        let mail = Arc::clone(&of_kind(&mailbox, "correction")["hakan@example.com"]);
        let list = page(&format!("{url}/")).await.body;
        assert!(list.contains(&format!("href=\"/mail/{}/calendar\"", mail.id)), "{list}");
        let at = format!("{url}/mail/{}", mail.id);
        let called = &of_kind(&mailbox, "appeal")["hakan@example.com"];
        let shown = page(&at).await.body;
        assert!(shown.contains("Follows") && shown.contains(&format!("href=\"/mail/{}\"", called.id)), "{shown}");
        let before = page(&format!("{url}/mail/{}", called.id)).await.body;
        assert!(before.contains("Followed by") && before.contains(&format!("\"/mail/{}\"", mail.id)), "{before}");
        let entry = page(&format!("{at}/calendar")).await.body;
        assert!(entry.contains("BEGIN:VEVENT") && entry.contains("event.ics"), "{entry}");
        let file = page(&format!("{at}/event.ics")).await;
        assert!(file.head.contains("content-type: text/calendar"), "{}", file.head);
        assert_eq!(Some(file.body), mail.calendar());
        // A digest has none.
        let digest = mailbox.list(u64::MAX, "ravi@example.net", 1).0.remove(0);
        assert_eq!(digest.calendar(), None);
        assert!(!page(&format!("{url}/mail/{}", digest.id)).await.body.contains("Calendar"));
    })
    .await;

    let (called, corrected) = (of_kind(&mailbox, "appeal"), of_kind(&mailbox, "correction"));
    assert_eq!(called.len() as u64, CALLED);
    for address in ["ana@example.org", "yusuf@example.org", "edith@example.com", "timur@example.com"] {
        assert!(called.contains_key(address), "{address} was not called");
    }
    for address in ["gwen@example.org", "inkar@example.net", "ravi@example.net"] {
        assert!(!called.contains_key(address), "{address} lives elsewhere, and was called");
    }
    for (address, mail) in &called {
        let correction = corrected.get(address).unwrap_or_else(|| panic!("{address} was not told of the change"));
        assert_eq!(correction.follows, mail.message_id);
        assert_eq!(calendar_line(correction, "UID:"), calendar_line(mail, "UID:"));
        assert!(calendar_line(mail, "DTSTART;TZID=").ends_with("T160000"), "{:?}", mail.calendar());
        assert!(calendar_line(correction, "DTSTART;TZID=").ends_with("T173000"), "{:?}", correction.calendar());
        assert!(calendar_line(correction, "LOCATION").contains("Glassworks"), "{:?}", correction.calendar());
        assert_eq!(calendar_line(correction, "SEQUENCE"), "SEQUENCE:1");
        // The post below says the same.
        let text = correction.text();
        assert!(text.contains("5.30pm to 7.30pm") && !text.contains("4pm to 6pm"), "{text}");
    }
    assert_eq!(corrected.len() as u64, CALLED);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appeal_that_was_not_corrected_is_corrected_by_the_next_start_and_then_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let demo = start_at(dir.path(), CALL).await;
    let mailbox = demo.mailbox();
    running(demo, async || soon(mailbox.reached(EACH + WEEKLY + CALLED + ELSEWHERE)).await).await;
    assert_eq!(of_kind(&mailbox, "appeal").len() as u64, CALLED);

    let demo = start_at(dir.path(), CORRECT).await;
    let (mailbox, greeting) = (demo.mailbox(), demo.greeting());
    assert_eq!(demo.sent(), 0, "something was sent again");
    assert!(greeting.contains("appeal of last time is corrected"), "{greeting}");
    running(demo, async || soon(mailbox.reached(CALLED)).await).await;
    assert_eq!(of_kind(&mailbox, "correction").len() as u64, CALLED);

    let demo = start_at(dir.path(), CORRECT).await;
    let (mailbox, posts, greeting) = (demo.mailbox(), demo.posts(), demo.greeting());
    assert!(!greeting.contains("appeal"), "{greeting}");
    running(demo, async || {
        // Long enough for a second correction.
        drop_post(&posts, "next.md", "The next post");
        soon(mailbox.reached(EACH)).await;
    })
    .await;
    assert_eq!((mailbox.caught(), got(&mailbox, "The next post").len() as u64), (EACH, EACH));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appeal_that_is_over_is_not_corrected_any_more() {
    let dir = tempfile::tempdir().unwrap();
    let demo = start_at(dir.path(), CALL).await;
    let mailbox = demo.mailbox();
    running(demo, async || soon(mailbox.reached(EACH + WEEKLY + CALLED + ELSEWHERE)).await).await;

    let later = Clock::manual(Clock::System.now().plus(Duration::from_secs(8 * 24 * 3600)));
    let demo = Demo::start(Some(dir.path()), ANY, later.clone(), CORRECT).await.unwrap();
    let (mailbox, posts, greeting) = (demo.mailbox(), demo.posts(), demo.greeting());
    assert!(!greeting.contains("appeal of last time"), "{greeting}");
    running(demo, async || {
        drop_post(&posts, "next.md", "The next post");
        // A digest is only due once the clock has moved.
        let passing = async {
            loop {
                later.set(later.now().plus(Duration::from_millis(10)));
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::select! {
            () = came(&mailbox, "The next post", EACH) => {}
            () = passing => {}
        }
    })
    .await;
    assert_eq!(of_kind(&mailbox, "correction").len(), 0);
}
