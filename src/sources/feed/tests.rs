//! What each kind of publishing tool's feed becomes, and what is said of what is no feed.

use super::*;
use crate::posts::content::Content;

fn settings(base: &str) -> Settings {
    Settings { base: base.parse().unwrap(), base_is_given: false, language: "ru".to_owned() }
}

/// The posts in `text`, the newest first, as feeds show them.
fn posts(text: &str, base: &str) -> Vec<(Option<String>, Content)> {
    let (found, problems) = read(text.as_bytes(), None, &settings(base)).unwrap();
    assert_eq!(problems, []);
    found.into_iter().rev().map(|found| (found.guid, found.content)).collect()
}

fn facts(content: &Content) -> (&str, &str, &str, String, String) {
    let url = content.url.as_deref().unwrap_or_default();
    let published = content.published_at.map(|at| at.to_string()).unwrap_or_default();
    (&content.title, url, &content.language, content.topics.to_string(), published)
}

#[test]
fn wordpress() {
    let feed = include_str!("../../../tests/data/feeds/wordpress.xml");
    let [(guid, post), (_, untitled)] = &posts(feed, "https://harbour.example/feed/")[..] else { panic!() };
    assert_eq!(guid.as_deref(), Some("https://harbour.example/?p=412"));
    assert_eq!(
        facts(post),
        (
            "The crane drivers’ vote: 94% for a strike & no deal",
            "https://harbour.example/2026/03/crane-drivers-vote/",
            "en-GB",
            "News;Strikes & pickets".to_owned(),
            "2026-03-02T07:15:00Z".to_owned()
        )
    );
    assert!(post.excerpt.starts_with("The ballot papers") && post.excerpt.contains("274 of them"), "{}", post.excerpt);
    assert!(post.html.contains(r#"src="https://harbour.example/wp-content/uploads/2026/03/canteen.jpg""#));
    assert!(post.html.contains(r#"href="https://harbour.example/picket-rota/""#), "{}", post.html);
    assert!(!post.html.contains("script") && !post.html.contains("onclick") && !post.html.contains("stats"));
    assert_eq!((untitled.titled, untitled.title.as_str()), (false, "The gate at berth two is open again…"));
}

#[test]
fn ghost() {
    let feed = include_str!("../../../tests/data/feeds/ghost.xml");
    let [(guid, post)] = &posts(feed, "https://mill-lane.example/rss/")[..] else { panic!() };
    assert_eq!(guid.as_deref(), Some("65dd0f3a9b1c2e0001a7f0c1"));
    let url = "https://mill-lane.example/the-boiler-is-back/";
    let published = "2026-03-01T19:20:00Z".to_owned();
    assert_eq!(facts(post), ("The boiler is back", url, "ru", "Court;Repairs".to_owned(), published));
    assert_eq!(post.excerpt, "Eleven cold days, one court date, and what we learned.");
    assert!(post.html.contains("<strong>12 March</strong>") && !post.html.contains("iframe"), "{}", post.html);
}

#[test]
fn hugo() {
    let feed = include_str!("../../../tests/data/feeds/hugo.xml");
    let [(guid, post), (_, minutes)] = &posts(feed, "https://ferry.example/posts/index.xml")[..] else { panic!() };
    let url = "https://ferry.example/posts/die-faehre-faehrt/";
    assert_eq!(guid.as_deref(), Some(url));
    assert_eq!(facts(post), ("Die Fähre fährt", url, "de-DE", String::new(), "2026-02-28T09:00:00Z".to_owned()));
    assert!(post.html.contains(r#"href="https://ferry.example/posts/fahrplan/""#), "{}", post.html);
    assert_eq!(minutes.excerpt, "Anwesend waren 41 Leute & ein Hund.");
}

#[test]
fn drupal() {
    let feed = include_str!("../../../tests/data/feeds/drupal.xml");
    let [(guid, post), (_, bare)] = &posts(feed, "https://library.example/rss.xml")[..] else { panic!() };
    assert_eq!(guid.as_deref(), Some("12 at https://library.example"));
    assert_eq!((post.title.as_str(), post.language.as_str()), ("Reading on the town hall steps", "en"));
    assert!(post.html.contains(r#"src="https://library.example/sites/default/files/steps.png""#), "{}", post.html);
    assert_eq!((bare.title.as_str(), bare.text.as_str()), ("Petition handed over", ""));
}

#[test]
fn blogger() {
    let feed = include_str!("../../../tests/data/feeds/blogger.xml");
    let [(guid, post)] = &posts(feed, "https://valley-bus.example/feeds/posts/default")[..] else { panic!() };
    assert_eq!(guid.as_deref(), Some("tag:blogger.com,1999:blog-7301.post-5520"));
    let title = "AT&T building <-> station: the 14 stops again";
    let url = "https://valley-bus.example/2026/03/the-14-stops-again.html";
    let published = "2026-03-02T05:55:00Z".to_owned();
    assert_eq!(facts(post), (title, url, "ru", "Timetable".to_owned(), published));
    assert!(post.html.contains("<b>post office</b>"), "{}", post.html);
}

#[test]
fn json_feed() {
    let feed = include_str!("../../../tests/data/feeds/jsonfeed.json");
    let [(guid, post), (_, note)] = &posts(feed, "https://river.example/feed.json")[..] else { panic!() };
    assert_eq!(guid.as_deref(), Some("https://river.example/notes/31"));
    let (title, url) = ("Foam below the weir < again", "https://river.example/notes/31");
    assert_eq!(facts(post), (title, url, "en", "Reports;Water".to_owned(), "2026-03-01T07:00:00Z".to_owned()));
    assert_eq!(post.excerpt, "What we saw, and what happens next.");
    assert!(post.html.contains(r#"href="https://river.example/notes/31/samples""#), "{}", post.html);
    assert_eq!(note.text, "Low water today.\nThe herons are back.\n\n1 < 2 & so on");
    assert_eq!((note.url.as_deref(), note.title.as_str()), (None, "Low water today. The herons are back. 1…"));
}

#[test]
fn a_body_can_say_what_its_links_are_relative_to() {
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><entry><title>A</title><id>1</id>\
                <link href='/a/'/><content type='html' xml:base='https://cdn.example/x/' xml:lang='fr'>\
                &lt;a href='y'>y&lt;/a></content></entry></feed>";
    let [(_, post)] = &posts(atom, "https://campaign.example/feed")[..] else { panic!() };
    assert_eq!((post.url.as_deref(), post.language.as_str()), (Some("https://campaign.example/a/"), "fr"));
    assert!(post.html.contains("https://cdn.example/x/y"), "{}", post.html);
    let rss = "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><item>\
               <link>https://campaign.example/a</link><title>A</title>\
               <content:encoded xml:base='https://cdn.example/x/'>&lt;a href='y'>y&lt;/a></content:encoded>\
               </item></channel></rss>";
    let [(_, post)] = &posts(rss, "https://campaign.example/feed")[..] else { panic!() };
    assert!(post.html.contains("https://cdn.example/x/y"), "{}", post.html);
}

#[test]
fn an_item_needs_next_to_nothing() {
    let feed = "<rss version='2.0'><channel><title>Notes</title><item><description>Just a word</description></item>\
                <item><guid>7</guid><description>&lt;img src='/p.png'></description></item>\
                <item><pubDate>soon</pubDate></item></channel></rss>";
    let (found, problems) = read(feed.as_bytes(), None, &settings("https://campaign.example/feed")).unwrap();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].to_string().starts_with("item 3: it has neither title nor text"), "{}", problems[0]);
    let [picture, word] = &found[..] else { panic!("{found:?}") };
    assert_eq!((word.guid.as_deref(), word.content.title.as_str(), word.content.titled), (None, "Just a word", false));
    assert_eq!((word.content.url.as_deref(), word.content.published_at), (None, None));
    assert_eq!((picture.guid.as_deref(), picture.content.title.as_str()), (Some("7"), "Notes"));
    assert!(picture.content.html.contains("https://campaign.example/p.png"), "{}", picture.content.html);
}

#[test]
fn ids_that_are_no_texts_are_taken_as_texts() {
    let item = |id: &str, title: &str| {
        format!("{{\"id\": {id}, \"title\": \"{title}\", \"url\": \"https://a.example/{title}\"}}")
    };
    let items =
        [item("7", "A"), item("\"8\"", "B"), item("1.5", "C"), item("true", "D"), item("null", "E"), item("[1]", "F")];
    let feed = format!(
        "{{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"T\", \"items\": [{}]}}",
        items.join(",")
    );
    let posts = posts(&feed, "https://a.example/feed.json");
    let seen: Vec<_> = posts.iter().map(|(guid, post)| (guid.as_deref(), post.title.as_str())).collect();
    let wanted =
        [(Some("7"), "A"), (Some("8"), "B"), (Some("1.5"), "C"), (Some("true"), "D"), (None, "E"), (None, "F")];
    assert_eq!(seen, wanted);
}

#[test]
fn broken_characters_hold_nothing_back_and_are_told() {
    let feed = b"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>T</title>\
                 <item><title>Caf\xe9</title></item></channel></rss>";
    let (found, problems) = read(feed, Some("text/xml; charset=utf-8"), &settings("https://a.example/")).unwrap();
    assert_eq!(found[0].content.title, "Caf\u{fffd}");
    assert_eq!(problems, [Problem::new("", said::BROKEN_CHARACTERS)]);
}

#[test]
fn what_is_no_feed_is_said_without_quoting_it() {
    for (text, said) in [
        ("", "it is neither RSS, Atom nor JSON Feed"),
        ("Sorry, ana@example.org", "it is neither RSS"),
        ("<!DOCTYPE html><html><body>ana@example.org</body></html>", "this is a web page and no feed"),
        ("<svg><title>ana@example.org</title></svg>", "it is neither RSS"),
        ("<rss version='2.0'><channel><item><title>ana@example.org</item></channel></rss>", "its XML is broken"),
        ("<rss version='2.0'><channel><item><title>ana@example.org", "its XML is broken or cut off"),
        (
            "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"ana@example.org\"}",
            "it lacks `items`, at line 1",
        ),
        (
            "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"T\", \"items\": [{},\n{\"id\": 1, \"tags\": [\"ana\", 7]}]}",
            "items[1].tags[1] is another kind of value",
        ),
        (
            "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"T\", \"items\": [{\"attachments\": [{\"url\": \"ana\"}]}]}",
            "items[0].attachments[0] lacks `mime_type`",
        ),
        (
            "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"T\", \"items\": \"ana\"}",
            "the feed cannot be read: items is another kind of value than JSON Feed wants there, at line 1; mend",
        ),
        (
            "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"ana@example.org",
            "its JSON is broken at line 1",
        ),
        ("{\"version\": \"9\", \"title\": \"T\", \"items\": []}", "its version of JSON Feed is not known"),
    ] {
        let why = read(text.as_bytes(), None, &settings("https://campaign.example/feed")).unwrap_err();
        assert!(why.contains(said) && !why.contains("ana"), "{text}: {why}");
    }
}

#[test]
fn names_are_kept_as_databases_can_look_them_up() {
    let long = "x".repeat(5000);
    let feed = format!(
        "{{\"version\": \"https://jsonfeed.org/version/1\", \"title\": \"T\", \"items\": [\
         {{\"id\": \"a\\u0000b\", \"title\": \"A\\u0000B\", \"content_html\": \"<pre>x\\u0000y</pre>\"}},\
         {{\"id\": \"{long}\", \"url\": \"https://campaign.example/{long}\", \"title\": \"B\"}}]}}"
    );
    let [(guid, post), (long, far)] = &posts(&feed, "https://campaign.example/feed")[..] else { panic!() };
    assert_eq!((guid.as_deref(), post.title.as_str()), (Some("a b"), "A B"));
    assert!(!post.html.contains('\0') && !post.text.contains('\0'), "{:?} {:?}", post.html, post.text);
    assert_eq!((long.as_ref().map(String::len), far.url.as_deref()), (Some(64), None));
}

#[test]
fn an_item_names_its_version_in_the_language_of_the_site() {
    let feed = |language: &str, links: &str| {
        let entry = format!("<entry><id>urn:1</id><title>Strike</title>{links}</entry>");
        let atom = format!("<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{language}\">");
        let text = format!("{atom}<title>Site</title><id>urn:0</id>{entry}</feed>");
        let (_, content) = posts(&text, "https://site.example/feed").remove(0);
        (content.url, content.translation_of)
    };
    let own = "<link rel=\"alternate\" href=\"https://site.example/en/strike\"/>";
    let russian = "<link rel=\"alternate\" hreflang=\"ru\" href=\"http://www.site.example/strike/\"/>";
    let url = Some("https://site.example/en/strike".to_owned());
    // Whichever link comes first.
    for links in [format!("{own}{russian}"), format!("{russian}{own}")] {
        assert_eq!(feed("en", &links), (url.clone(), Some("https://site.example/strike".to_owned())));
    }
    // The site's language is the original; another version says nothing.
    assert_eq!(feed("ru", &format!("{own}{russian}")), (url.clone(), None));
    assert_eq!(feed("en", &format!("{own}{}", russian.replace("\"ru\"", "\"de\""))), (url, None));
}
