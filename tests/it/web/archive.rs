//! Earlier mailings: appeals among them, by years, as a feed, and for programs that read pages.

use std::time::Duration;

use handbill::appeals::amend::{self, Change};
use handbill::appeals::event::EventDraft;
use handbill::appeals::mark::{self, Marked, Marking};
use handbill::editions::planner::{Planner, Step};
use handbill::editions::{EditionKind, EditionState, archive};
use handbill::id::{EditionId, PostId};
use handbill::store::archive::Stretch;
use handbill::store::editions::Edition;
use handbill::subscribers::Preferences;

use super::site::{Site, execute, posts};
use crate::stores::TestStore;

async fn site(store: TestStore) -> Site {
    posts(&store).await;
    let site = Site::new(store).await;
    site.add("ana@example.org", Preferences::default()).await;
    site
}

fn draft(hour: u32) -> EventDraft {
    EventDraft {
        starts: Some(format!("2026-07-05T{hour}:00")),
        place: Some("Example \"Hall\"".to_owned()),
        address: Some("9 Harbour Road, London".to_owned()),
        ..EventDraft::default()
    }
}

async fn marked(site: &Site, post: i64, event: EventDraft) -> Marked {
    let hold = Duration::from_secs(60);
    let marking = Marking { events: vec![event], hold, sure: true, ..Marking::default() };
    let checked = mark::check(&site.app, PostId(post), &marking).await.unwrap();
    mark::mark(&site.app, &checked, "test").await.unwrap()
}

/// Plans what is due, and says that the relay took all of it.
async fn sent(site: &Site) {
    let mut planner = Planner::default();
    for edition in site.app.store.open_editions().await.unwrap() {
        if edition.state == EditionState::Planning && !edition.is_held(site.app.clock.now()) {
            while planner.step(&site.app, &edition).await.unwrap() != Step::Done {}
        }
    }
    execute(&site.app.store, "UPDATE deliveries SET state = 'accepted' WHERE state = 'queued' AND length($1) > 0")
        .await;
}

async fn edition(site: &Site, appeal: &Marked, kind: EditionKind) -> Edition {
    let all = site.app.store.appeal_editions(appeal.appeal).await.unwrap();
    all.into_iter().rfind(|edition| edition.kind == kind).unwrap()
}

fn pass(site: &Site, seconds: u64) {
    site.app.clock.set(site.app.clock.now().plus(Duration::from_secs(seconds)));
}

/// The properties of the one item of that type on a page, in the order in which they stand there.
fn item(page: &str, kind: &str) -> Vec<(String, String)> {
    let start = format!("itemscope itemtype=\"https://schema.org/{kind}\">");
    let (_, inside) = page.split_once(&start).unwrap_or_else(|| panic!("no {kind} in {page}"));
    assert!(!inside.contains(&start), "two of {kind}");
    let own = inside.split("</span>").next().unwrap_or_default().split("</div>").next().unwrap_or_default();
    let tags = own.split('<').filter(|tag| tag.starts_with("meta ") || tag.starts_with("link "));
    let value = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!("{name}=\""))?;
        Some(rest.split('"').next()?.replace("&quot;", "\"").replace("&#x3D;", "="))
    };
    let pair = |tag: &str| Some((value(tag, "itemprop")?, value(tag, "content").or_else(|| value(tag, "href"))?));
    tags.filter_map(pair).collect()
}

fn property<'a>(item: &'a [(String, String)], name: &str) -> Option<&'a str> {
    item.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
}

on_both! {
    async fn an_appeal_its_correction_and_its_cancellation_are_pages_that_programs_read(store) {
        let site = site(store).await;
        let appeal = marked(&site, 1, draft(16)).await;
        let first = format!("/archive/{}", edition(&site, &appeal, EditionKind::Appeal).await.id);
        assert_eq!(site.get(&first).await.status, 404, "a person may still take it back");
        assert!(!site.get("/archive").await.has(&first));
        pass(&site, 61);
        assert_eq!(site.get(&first).await.status, 404, "nobody has it yet");
        sent(&site).await;
        let page = site.get(&first).await;
        assert_eq!(page.status, 200);
        let event = item(&page.body, "Event");
        assert_eq!(property(&event, "name"), Some("Older"));
        assert_eq!(property(&event, "startDate"), Some("2026-07-05T16:00:00+01:00"));
        assert_eq!(property(&event, "endDate"), Some("2026-07-05T19:00:00+01:00"));
        assert_eq!(property(&event, "eventStatus"), Some("https://schema.org/EventScheduled"));
        assert_eq!(property(&event, "eventAttendanceMode"), Some("https://schema.org/OfflineEventAttendanceMode"));
        let place = item(&page.body, "Place");
        assert_eq!(property(&place, "name"), Some("Example \"Hall\""));
        assert_eq!(property(&place, "address"), Some("9 Harbour Road, London"));
        assert!(page.has("<h1 lang=\"en\" dir=\"auto\">Older</h1>") && page.has("16:00 to 19:00"), "{}", page.body);
        assert!(page.has("https://calendar.google.com/") && page.has("https://outlook.live.com/"));
        assert!(!page.has("<script") && !page.has("TOKEN") && !page.has("unsubscribe"), "{}", page.body);

        // What other sites show.
        for tag in [
            "<meta property=\"og:type\" content=\"article\">",
            "<meta property=\"og:title\" content=\"Urgent appeal: Older\">",
            &format!("<meta property=\"og:url\" content=\"http://127.0.0.1:8080{first}\">"),
            "<meta property=\"og:locale\" content=\"en_GB\">",
            "<meta property=\"og:description\" content=\"Sunday, 5 July, 16:00, 9 Harbour Road, London",
            "<link rel=\"alternate\" type=\"application/atom+xml\" href=\"/archive.atom\"",
        ] {
            assert!(page.has(tag), "{tag}: {}", page.body);
        }

        pass(&site, 60);
        let later = EventDraft { starts: Some("2026-07-05T17:00".to_owned()), ..EventDraft::default() };
        let change = Change { draft: later, ..Change::default() };
        let checked = amend::check(&site.app, appeal.appeal, &change).await.unwrap();
        amend::amend(&site.app, &checked, Duration::ZERO, "test").await.unwrap();
        // It is outdated from then on, also before anybody was told.
        let old = site.get(&first).await;
        assert!(old.has("This has changed since.") && !old.has("itemscope") && !old.has("calendar.google"), "{}", old.body);
        sent(&site).await;
        let second = format!("/archive/{}", edition(&site, &appeal, EditionKind::Correction).await.id);
        assert!(site.get(&first).await.has(&format!("href=\"http://127.0.0.1:8080{second}\">What holds now")));
        let page = site.get(&second).await;
        let event = item(&page.body, "Event");
        assert_eq!(property(&event, "startDate"), Some("2026-07-05T17:00:00+01:00"));
        assert_eq!(property(&event, "previousStartDate"), Some("2026-07-05T16:00:00+01:00"));
        assert_eq!(property(&event, "eventStatus"), Some("https://schema.org/EventRescheduled"));
        assert!(page.has("Time changed") && page.has("og:title\" content=\"This has changed: Older"), "{}", page.body);

        pass(&site, 60);
        amend::cancel(&site.app, appeal.appeal, "Rain & wind.", "test").await.unwrap();
        sent(&site).await;
        let third = format!("/archive/{}", edition(&site, &appeal, EditionKind::Cancellation).await.id);
        for old in [&first, &second] {
            let old = site.get(old).await;
            assert!(old.has("called off since") && old.has(&format!("{third}\"")) && !old.has("itemscope"), "{}", old.body);
        }
        let page = site.get(&format!("{third}?lang=ru")).await;
        assert_eq!(property(&item(&page.body, "Event"), "eventStatus"), Some("https://schema.org/EventCancelled"));
        assert!(page.has("Rain &amp; wind.") && page.has("<s>"), "{}", page.body);

        let list = site.get("/archive").await;
        let at = |path: &str| list.body.find(&format!("href=\"{path}\"")).unwrap_or_else(|| panic!("{path}: {}", list.body));
        assert!(at(&third) < at(&second) && at(&second) < at(&first), "newest first");
        assert!(list.has(">Older</bdi>") && list.has("Urgent appeal · "), "{}", list.body);

        // Of a post that was withdrawn nothing stays, not even where to go for it.
        execute(&site.app.store, "UPDATE posts SET state = 'withdrawn' WHERE id = 1 AND length($1) > 0").await;
        let page = site.get(&third).await;
        assert!(page.has("have been withdrawn") && !page.has("Older") && !page.has("Harbour Road"), "{}", page.body);
        assert!(!site.get("/archive").await.has("Older"));
    }
}

on_both! {
    async fn what_took_place_before_an_appeal_was_called_off_is_not_struck_out(store) {
        let site = site(store).await;
        let second = EventDraft { starts: Some("2026-07-07T10:00".to_owned()), ..draft(16) };
        let marking = Marking { events: vec![draft(16), second], sure: true, ..Marking::default() };
        let checked = mark::check(&site.app, PostId(1), &marking).await.unwrap();
        let appeal = mark::mark(&site.app, &checked, "test").await.unwrap();
        sent(&site).await;
        site.app.clock.set("2026-07-06T12:00:00Z".parse().unwrap());
        amend::cancel(&site.app, appeal.appeal, "Rain.", "test").await.unwrap();
        sent(&site).await;
        let first = site.get(&format!("/archive/{}", appeal.edition)).await;
        assert!(first.has("called off since") && first.has("5 July 2026"), "{}", first.body);
        assert!(!first.has("<s>Sunday, 5 July") && first.has("<s>Tuesday, 7 July"), "{}", first.body);
        let edition = edition(&site, &appeal, EditionKind::Cancellation).await;
        let off = site.get(&format!("/archive/{}", edition.id)).await;
        assert!(!off.has("5 July") && off.has("<s>Tuesday, 7 July"), "{}", off.body);
    }
}

on_both! {
    async fn an_online_event_is_somewhere_too(store) {
        let site = site(store).await;
        let online = Some("https://meet.example/room?a=b".to_owned());
        let appeal = marked(&site, 1, EventDraft { online, place: None, address: None, ..draft(16) }).await;
        pass(&site, 61);
        sent(&site).await;
        let page = site.get(&format!("/archive/{}", appeal.edition)).await;
        assert_eq!(property(&item(&page.body, "VirtualLocation"), "url"), Some("https://meet.example/room?a=b"));
        let event = item(&page.body, "Event");
        assert_eq!(property(&event, "eventAttendanceMode"), Some("https://schema.org/OnlineEventAttendanceMode"));
        assert!(!page.has("schema.org/Place"));
    }
}

on_both! {
    async fn the_list_is_by_years_on_the_sites_clock(store) {
        let site = site(store).await;
        // The last instant of 2024 and the first of 2026 in London, and two days of 2025.
        execute(&site.app.store, "INSERT INTO editions (id, kind, lane, key, state, cadence, slot_at, created_at, created_by, deadline_at) \
             SELECT x.id, x.kind, 2, x.kind || x.at, 'done', x.cadence, x.at, length($1), 'test', 0 FROM \
             (SELECT 101 AS id, 'digest' AS kind, 'weekly' AS cadence, 1735689599000000 AS at \
             UNION ALL SELECT 102, 'digest', 'weekly', 1750000000000000 UNION ALL SELECT 103, 'digest', 'weekly', 1751000000000000 \
             UNION ALL SELECT 104, 'digest', 'weekly', 1767225600000000 UNION ALL SELECT 105, 'welcome', NULL, 1577836800000000) x").await;
        execute(&site.app.store, "INSERT INTO variants (edition_id, language, items) SELECT id, 'en', '1.full' FROM editions \
             WHERE id > 100 AND length($1) > 0").await;
        let list = site.get("/archive?lang=en").await;
        let years: Vec<&str> = list.body.split("<h2>").skip(1).map(|rest| &rest[..4]).collect();
        assert_eq!(years, ["2026", "2025", "2024"], "{}", list.body);
        assert!(list.has("href=\"/archive?year=2025&amp;lang=en\"") && !list.has("year=2020"), "{}", list.body);
        let year = site.get("/archive?year=2025").await;
        for (id, there) in [(101, false), (102, true), (103, true), (104, false), (105, false)] {
            assert_eq!(year.has(&format!("\"/archive/{id}\"")), there, "{id}");
        }
        assert!(site.get("/archive?year=2025&before=103").await.has("/archive/102"));
        for odd in ["/archive?year=1066", "/archive?year=x", "/archive?year=-9999999999", "/archive?year=999999"] {
            assert_eq!(site.get(odd).await.status, 200, "{odd}");
        }
        assert_eq!(site.get("/archive/105").await.status, 404, "a letter");
        let (store, zone) = (&site.app.store, site.app.config.site.time_zone);
        assert_eq!(archive::years(store, zone).await.unwrap(), [2026, 2025, 2024]);
        let digests = store.archived_editions(Stretch { urgent: false, ..Stretch::ALL }, 2).await.unwrap();
        assert_eq!(digests.iter().map(|issue| issue.id).collect::<Vec<_>>(), [EditionId(104), EditionId(103)]);
    }
}

on_both! {
    async fn the_feed_brings_whole_mailings_under_names_that_last(store) {
        let site = site(store).await;
        let empty = feed_rs::parser::parse(site.get("/archive.atom").await.body.as_bytes()).unwrap();
        assert!(empty.entries.is_empty() && empty.updated.is_some());
        let appeal = marked(&site, 2, draft(16)).await;
        pass(&site, 61);
        sent(&site).await;
        let answer = site.get("/archive.atom").await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/atom+xml; charset=utf-8")));
        assert!(answer.header("cache-control").unwrap().contains("public"));
        assert!(answer.has("<link rel=\"self\" type=\"application/atom+xml\" href=\"http://127.0.0.1:8080/archive.atom\"/>"));
        assert!(answer.has("<author><name>Campaign &lt;Example&gt;</name>"), "{}", answer.body);
        let feed = feed_rs::parser::parse(answer.body.as_bytes()).unwrap();
        assert_eq!((feed.id.as_str(), feed.authors.len()), ("http://127.0.0.1:8080/archive.atom", 1));
        let [entry] = feed.entries.as_slice() else { panic!("{}", answer.body) };
        let page = format!("http://127.0.0.1:8080/archive/{}", appeal.edition);
        assert_eq!((entry.id.as_str(), entry.links[0].href.as_str()), (page.as_str(), page.as_str()));
        assert_eq!(entry.title.as_ref().unwrap().content, "Urgent appeal: Newer & better");
        assert_eq!(feed.updated, entry.updated);
        let content = entry.content.as_ref().unwrap();
        assert_eq!(content.content_type.as_ref(), "text/html");
        let html = content.body.as_ref().unwrap();
        assert!(html.contains("<p>Second</p>") && html.contains("16:00 to 19:00") && !html.contains("javascript:"), "{html}");

        // What is outdated says so, under the same name; what replaces it is a new entry.
        pass(&site, 3600);
        amend::cancel(&site.app, appeal.appeal, "Rain.", "test").await.unwrap();
        sent(&site).await;
        let russian = feed_rs::parser::parse(site.get("/archive.atom?lang=ru").await.body.as_bytes()).unwrap();
        assert_eq!(russian.entries[1].id, page);
        let feed = feed_rs::parser::parse(site.get("/archive.atom").await.body.as_bytes()).unwrap();
        let [off, old] = feed.entries.as_slice() else { panic!("{}", feed.entries.len()) };
        assert_eq!((old.id.as_str(), old.updated > old.published), (page.as_str(), true));
        assert!(old.content.as_ref().unwrap().body.as_ref().unwrap().contains("called off since"));
        assert_eq!(off.title.as_ref().unwrap().content, "Cancelled: Newer & better");
        assert_eq!(feed.updated, off.updated.max(old.updated));
    }
}

#[tokio::test]
async fn search_engines_are_kept_out_where_the_config_says_so() {
    let store = TestStore::sqlite().await;
    posts(&store).await;
    let site = Site::with(store, "index_archive = false").await;
    for (path, there) in [("/archive", true), ("/archive.atom", true), ("/archive/9", true), ("/", false)] {
        let answer = site.get(path).await;
        assert_eq!(answer.header("x-robots-tag"), there.then_some("noindex"), "{path}");
        let page = path != "/archive.atom";
        assert_eq!(answer.has("<meta name=\"robots\" content=\"noindex\">"), there && page, "{path}");
    }
}

#[tokio::test]
async fn a_picture_of_the_sites_own_is_named_and_no_other() {
    let store = TestStore::sqlite().await;
    posts(&store).await;
    execute(
        &store,
        "UPDATE revisions SET html = '<p><img src=\"https://other.example/a.png\" alt=\"\">\
         <img src=\"http://127.0.0.1:8080/b.png\" alt=\"\"></p>' WHERE id = 1 AND length($1) > 0",
    )
    .await;
    let site = Site::new(store).await;
    site.add("ana@example.org", Preferences::default()).await;
    let appeal = marked(&site, 1, draft(16)).await;
    pass(&site, 61);
    sent(&site).await;
    let page = site.get(&format!("/archive/{}", appeal.edition)).await;
    assert!(page.has("og:image\" content=\"http://127.0.0.1:8080/b.png\">"), "{}", page.body);
    assert_eq!(page.body.matches("og:image").count(), 1);
}
