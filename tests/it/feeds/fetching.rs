//! How feeds are asked for, and what is said of those that cannot be had.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use handbill::http::Limits;
use handbill::sources::feed::Feed;
use handbill::store::sources::FeedMemory;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::stores::at;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

on_both! {
    async fn what_did_not_change_is_not_sent_again(store) {
        let it = Campaign::new(store).await;
        let reply = Reply::of(200, rss(&[item("march")])).with("etag", "W/\"7\"").with("last-modified", "Mon, 02 Mar 2026 08:00:00 GMT");
        it.site.tell("/feed", reply.clone());
        it.pull().await;
        assert_eq!(it.site.last_header("if-none-match"), None);
        let memory = it.store.feed_memory("news").await.unwrap();
        let validators = memory.validators.unwrap();
        assert_eq!((validators.etag.as_deref(), memory.read_at, memory.retry_at), (Some("W/\"7\""), Some(it.store.now()), None));
        it.later(1);
        assert_eq!(it.pull().await, Intake::default());
        assert_eq!(it.site.last_header("if-none-match").as_deref(), Some("W/\"7\""));
        assert_eq!(it.site.last_header("if-modified-since").as_deref(), Some("Mon, 02 Mar 2026 08:00:00 GMT"));
        assert_eq!(it.status().await.last_pass_at, Some(it.store.now()));
        // Another address is asked without them, and so is one that was not asked for a day.
        let mut moved = Campaign { store: it.store, site: it.site, config: it.config };
        moved.origin().url = moved.site.url("/moved").parse().unwrap();
        moved.site.tell("/moved", reply);
        assert_eq!(moved.pull().await, Intake { unchanged: 1, ..Intake::default() });
        assert_eq!(moved.site.last_header("if-none-match"), None);
        moved.later(1);
        assert_eq!(moved.pull().await, Intake::default());
        moved.later(24);
        assert_eq!(moved.pull().await, Intake { unchanged: 1, ..Intake::default() });
    }
}

on_both! {
    async fn a_server_that_wants_a_rest_has_it(store) {
        let it = Campaign::new(store).await;
        it.site.tell("/feed", Reply::of(429, "").with("retry-after", "5400"));
        let said = it.failure().await;
        let until = it.store.now().plus(Duration::from_secs(5400));
        assert!(said.contains("429 Too Many Requests") && said.contains(&until.to_string()), "{said}");
        assert_eq!(it.store.feed_memory("news").await.unwrap(), FeedMemory { retry_at: Some(until), ..FeedMemory::default() });
        it.later(1);
        it.show(rss(&[item("march")]));
        let said = it.failure().await;
        assert!(said.contains(&until.to_string()), "{said}");
        assert_eq!(it.site.asked().len(), 1, "it was asked although it wanted a rest");
        assert_eq!(it.status().await.baseline_at, None);
        it.later(1);
        assert_eq!(it.pull().await.baseline, 1);
        assert_eq!(it.status().await.failing_since, None);
        // A wish in the past, and one for years, are not heeded as they stand.
        it.site.tell("/feed", Reply::of(503, "").with("retry-after", "Sun, 01 Mar 2026 00:00:00 GMT"));
        assert!(it.failure().await.contains("503 Service Unavailable; it is tried again later"));
        it.site.tell("/feed", Reply::of(503, "").with("retry-after", "Wed, 01 Mar 2056 00:00:00 GMT"));
        it.failure().await;
        let memory = it.store.feed_memory("news").await.unwrap();
        assert_eq!(memory.retry_at, Some(it.store.now().plus(Duration::from_secs(86_400))));
    }
}

on_both! {
    async fn what_is_no_feed_is_one_clear_error_and_changes_nothing(store) {
        let it = Campaign::new(store).await;
        it.show(rss(&[item("march")]));
        it.pull().await;
        let broken = rss(&[item("strike")]).replace("</title><guid>", "<guid>");
        // Its length of time does not fit into a number, on which the parser gives up.
        let itunes = "<rss version='2.0' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'><channel><item>\
                      <itunes:duration>99999999999999999999999</itunes:duration></item></channel></rss>";
        for (reply, said) in [
            (Reply::of(200, broken), "its XML is broken"),
            (Reply::of(200, &rss(&[item("strike")]).as_bytes()[..200]), "its XML is broken or cut off"),
            (Reply::of(200, "<!doctype html><html><body>Log in</body></html>"), "this is a web page and no feed"),
            (Reply::of(200, itunes), "the parser gave up on it"),
            (Reply::of(404, rss(&[])), "127.0.0.1 answered 404 Not Found; correct source.url"),
            (Reply::of(403, ""), "let Handbill read it"),
            (Reply::of(500, ""), "it is tried again later"),
            (Reply::of(304, ""), "answered 304"),
            (Reply::of(302, ""), "answered 302"),
            (Reply::of(200, rss(&[])).with("content-encoding", "br"), "packs in a way that was not asked for"),
            (Reply::of(200, rss(&[])).with("content-encoding", "gzip"), "its gzip cannot be unpacked"),
            (Reply::redirect("/feed"), "through more than 5 redirects"),
            (Reply::redirect("file:///etc/passwd"), "redirects to what is no web address"),
        ] {
            it.site.tell("/feed", reply);
            let found = it.failure().await;
            assert!(found.contains(said), "{found}");
            it.later(1);
        }
        assert_eq!(it.posts().await.len(), 1);
        let since = it.status().await.failing_since.unwrap();
        assert_eq!(since, at(crate::stores::MONDAY));
        it.show(rss(&[item("march")]));
        assert_eq!(it.pull().await, Intake { unchanged: 1, ..Intake::default() });
        let status = it.status().await;
        assert_eq!((status.failing_since, status.last_error), (None, None));
    }
}

on_both! {
    async fn nothing_inside_of_the_network_is_asked_unless_that_is_allowed(store) {
        let mut it = Campaign::new(store).await;
        it.show(rss(&[item("march")]));
        it.origin().allow_private = false;
        let port = it.site.address.port();
        for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "169.254.169.254", "10.0.0.1"] {
            it.origin().url = format!("http://{host}:{port}/feed").parse().unwrap();
            let said = it.failure().await;
            assert!(said.contains("lies inside of the network") && said.contains("set allow_private = true"), "{host}: {said}");
        }
        assert!(it.site.asked().is_empty(), "{:?}", it.site.asked());
        it.origin().allow_private = true;
        it.origin().url = format!("http://localhost:{port}/feed").parse().unwrap();
        assert_eq!(it.pull().await.baseline, 1);
    }
}

on_both! {
    async fn redirects_are_followed_as_far_as_they_lead_to_a_feed(store) {
        let it = Campaign::new(store).await;
        for hop in 1..=5 {
            it.site.tell(&format!("/{hop}"), Reply::redirect(if hop == 5 { "/end/feed".to_owned() } else { format!("/{}", hop + 1) }));
        }
        it.site.tell("/feed", Reply::redirect(it.site.url("/2")));
        let relative = Item { link: "strike".to_owned(), ..item("strike") };
        it.site.tell("/end/feed", Reply::of(200, rss(&[relative])));
        assert_eq!(it.pull().await.baseline, 1);
        assert_eq!(it.site.asked(), ["/feed", "/2", "/3", "/4", "/5", "/end/feed"]);
        assert_eq!(it.posts().await[0].url, Some(it.site.url("/end/strike")));
        it.site.tell("/feed", Reply::redirect("/1"));
        assert!(it.failure().await.contains("more than 5 redirects"));
    }
}

on_both! {
    async fn a_packed_feed_and_other_charsets_are_read(store) {
        let it = Campaign::new(store).await;
        let feed = rss(&[Item { text: "Забастовка в порту".to_owned(), ..item("strike") }]);
        let declared = |name: &str| format!("<?xml version='1.0' encoding='{name}'?>{feed}");
        let cyrillic = |text: &str| encoding_rs::WINDOWS_1251.encode(text).0.into_owned();
        let utf16: Vec<u8> = declared("UTF-16").encode_utf16().flat_map(u16::to_be_bytes).collect();
        for reply in [
            Reply::of(200, gzip(feed.as_bytes())).with("content-encoding", "gzip"),
            Reply::of(200, cyrillic(&feed)).with("content-type", "text/xml; charset=windows-1251"),
            Reply::of(200, cyrillic(&declared("windows-1251"))).with("content-type", "text/xml"),
            Reply::of(200, utf16.clone()).with("content-type", "application/rss+xml"),
            Reply::of(200, [vec![0xfe, 0xff], utf16].concat()),
        ] {
            it.site.tell("/feed", reply);
            it.pull().await;
            let posts = it.posts().await;
            assert_eq!((posts.len(), posts[0].excerpt.as_str(), posts[0].revision), (1, "Забастовка в порту", 1));
        }
        assert_eq!(it.site.last_header("accept-encoding").as_deref(), Some("gzip"));
        assert!(it.site.last_header("user-agent").unwrap().starts_with("Handbill/"));
    }
}

#[tokio::test]
async fn a_feed_larger_than_10_mb_is_refused_packed_or_not() {
    let it = Campaign::new(TestStore::sqlite().await).await;
    let bomb = vec![b' '; 11 * 1024 * 1024];
    let packed = gzip(&bomb);
    assert!(packed.len() < 20_000);
    for reply in [Reply::of(200, packed).with("content-encoding", "gzip"), Reply::of(200, bomb)] {
        it.site.tell("/feed", reply);
        let said = it.failure().await;
        assert!(said.contains("sends more than 10 MB; let the site list fewer items"), "{said}");
    }
}

#[tokio::test]
async fn a_feed_that_trickles_in_is_given_up() {
    let mut it = Campaign::new(TestStore::sqlite().await).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    it.origin().url = format!("http://{}/feed", listener.local_addr().unwrap()).parse().unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = [0; 1024];
        let _ = stream.read(&mut asked).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss").await.unwrap();
        // Until the other side gives up.
        stream.read(&mut asked).await
    });
    let limits = Limits { time: Duration::from_millis(300), ..Limits::default() };
    let origin = it.origin().clone();
    let mut feed = Feed::within(limits, &origin, None, &it.config.site);
    let pass = feed.pass(&FeedMemory::default(), it.store.now()).await;
    assert!(!pass.readable);
    let said = pass.problems[0].to_string();
    assert!(said.contains("did not answer in full within 300ms"), "{said}");
    server.await.unwrap().unwrap();
}

on_both! {
    async fn a_feed_can_be_a_file(store) {
        let mut it = Campaign::new(store).await;
        let path = it.store.dir.path().join("feed.xml");
        it.origin().url = url::Url::from_file_path(&path).unwrap();
        it.origin().allow_private = false;
        let said = it.failure().await;
        assert!(said.contains("feed.xml: No such file") && said.contains("correct source.url"), "{said}");
        std::fs::write(&path, rss(&[item("march")])).unwrap();
        assert_eq!(it.pull().await.baseline, 1);
        std::fs::write(&path, rss(&[Item { link: "x".to_owned(), ..item("strike") }, item("march")])).unwrap();
        assert_eq!(it.pull().await.new, 1);
        assert_eq!(it.posts().await[1].url, None, "a relative link beside a file leads nowhere");
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert!(it.failure().await.contains("feed.xml is no file"));
    }
}
