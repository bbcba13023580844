use super::*;

const BASE: &str = "https://campaign.example/blog/";

fn content(markup: Markup, body: &str) -> Content {
    let base = BASE.parse().unwrap();
    Content::new(Raw {
        title: None,
        fallback_title: "file name".to_owned(),
        url: None,
        base_url: &base,
        body_base: None,
        published_at: None,
        language: "en".to_owned(),
        topics: Topics::default(),
        summary: None,
        body,
        markup,
    })
}

#[test]
fn nothing_turns_the_text_round_that_it_is_shown_in() {
    let turned = "# Pay\u{202e}day\n\nA&#8238;b \u{2066}c\u{2069}\u{200f} ![x\u{202d}y](p.png)";
    for markup in [Markup::Html, Markup::Markdown] {
        let content = content(markup, turned);
        let all = format!("{} {} {} {}", content.title, content.html, content.text, content.excerpt);
        assert!(!all.contains(['\u{202d}', '\u{202e}', '\u{2066}', '\u{2069}']), "{all:?}");
        // A mark of direction is part of how some languages are written.
        assert!(all.contains("Ab c\u{200f}"), "{all:?}");
    }
    let base = BASE.parse().unwrap();
    let raw = |title: Option<&str>| Raw {
        title: title.map(str::to_owned),
        fallback_title: "file\u{202e} name".to_owned(),
        url: None,
        base_url: &base,
        body_base: None,
        published_at: None,
        language: "en".to_owned(),
        topics: Topics::default(),
        summary: Some("S\u{202b}um".to_owned()),
        body: "Text",
        markup: Markup::Markdown,
    };
    assert_eq!(Content::new(raw(Some("Pay\u{202e}day"))).title, "Payday");
    let content = Content::new(raw(None));
    assert_eq!((content.title.as_str(), content.excerpt.as_str()), ("file name", "Sum"));
}

#[test]
fn every_picture_has_an_alt() {
    let html = content(Markup::Html, "<img src=a.png><img src=b.png alt=B><img src=c.png alt=''>").html;
    assert_eq!(html.matches("<img").count(), 3);
    assert_eq!((html.matches("alt=\"\"").count(), html.matches("alt=\"B\"").count()), (2, 1), "{html}");
}

#[test]
fn nothing_that_runs_hides_or_tracks_is_left() {
    let hostile = r#"<p onclick="x()" style="color:red" class="c" id="i">Hi<script>alert(1)</script><style>p{}</style></p>
        <a href="javascript:alert(1)" ping="https://t.example">one</a> <a href=" JaVaScRiPt:alert(1)">two</a>
        <a href="data:text/html,x" target="_blank">three</a> <a href="//evil.example/x" onmouseover="y()">four</a>
        <form action="/x"><input name="a"><button>Send</button></form><iframe src="https://t.example"></iframe>
        <img src="data:image/png;base64,x" alt="inline <pic>"><img src="p.png" srcset="q.png 2x" onload="z()" loading="lazy">
        <img src="https://t.example/pixel.gif" width="1" height="1" alt="pixel">
        <svg><a xlink:href="javascript:x">s</a></svg><base href="https://evil.example/"><meta http-equiv="refresh">
        <link rel="stylesheet" href="x"><object data="x">o</object><video src="v"></video>"#;
    for markup in [Markup::Html, Markup::Markdown] {
        let html = content(markup, hostile).html.to_lowercase();
        for word in [
            "script", "style", "class", "id=", "ping", "data:", "form", "input", "send", "iframe", "srcset", "onload",
            "onclick", "onmouse", "pixel", "svg", "base", "meta", "<link", "object", "video", "target",
        ] {
            assert!(!html.contains(word), "{word}: {html}");
        }
        assert!(html.contains("https://campaign.example/blog/p.png"), "{html}");
        assert!(html.contains("inline &lt;pic&gt;"), "{html}");
        assert!(html.contains("https://evil.example/x"), "a link to another site is a link: {html}");
    }
}

#[test]
fn relative_links_are_made_absolute_against_the_nearest_base() {
    let body = "[a](../about) [b](/x?y=1#z) ![c](pic.jpg) [d](mailto:office@campaign.example) [e](#note)";
    let by_base = content(Markup::Markdown, body);
    for link in [
        "\"https://campaign.example/about\"",
        "\"https://campaign.example/x?y=1#z\"",
        "\"https://campaign.example/blog/pic.jpg\"",
        "\"mailto:office@campaign.example\"",
        "\"https://campaign.example/blog/#note\"",
    ] {
        assert!(by_base.html.contains(link), "{link}: {}", by_base.html);
    }
    let base = BASE.parse().unwrap();
    let url: Url = "https://other.example/2015/09/protest".parse().unwrap();
    let by_url = Content::new(Raw {
        title: Some("T".to_owned()),
        fallback_title: String::new(),
        url: Some(url),
        base_url: &base,
        body_base: None,
        published_at: None,
        language: "en".to_owned(),
        topics: Topics::default(),
        summary: None,
        body,
        markup: Markup::Markdown,
    });
    assert!(by_url.html.contains("https://other.example/2015/about"), "{}", by_url.html);
    assert!(by_url.text.contains("a (https://other.example/2015/about)"), "{}", by_url.text);
}

#[test]
fn markdown_has_tables_and_strikethrough() {
    let html = content(Markup::Markdown, "| a | b |\n|---|--:|\n| 1 | 2 |\n\n~~gone~~ <b>raw</b>").html;
    for part in ["<table>", "<th>a</th>", "<td>2</td>", "<del>gone</del>", "<b>raw</b>"] {
        assert!(html.contains(part), "{part}: {html}");
    }
}

#[test]
fn a_missing_title_is_the_first_heading_which_is_then_not_repeated() {
    let post = content(Markup::Markdown, "# Protest *today* &amp; here\n\nCome.\n\n# Where\n\nLondon");
    assert_eq!(post.title, "Protest today & here");
    assert_eq!(post.html, "<p>Come.</p>\n<h2>Where</h2>\n<p>London</p>");
    assert_eq!(post.text, "Come.\n\nWhere\n\nLondon");
    assert_eq!(content(Markup::Markdown, "Come.").title, "file name");
    let later = content(Markup::Markdown, "Come.\n\n## Where\n\nLondon");
    assert_eq!((later.title.as_str(), later.text.as_str()), ("Where", "Come.\n\nWhere\n\nLondon"));
}

#[test]
fn a_rule_before_the_heading_hides_nothing() {
    let post = content(Markup::Markdown, "---\n\nBefore.\n\n## Where\n\nLondon");
    assert_eq!((post.title.as_str(), post.text.as_str()), ("Where", "* * *\n\nBefore.\n\nWhere\n\nLondon"));
}

#[test]
fn the_head_of_a_page_is_read_and_not_shown() {
    let page = "<!doctype html><html lang=en><head><meta charset=utf-8><title>A &amp; B\n</title>\
                <meta name=Date content='2015-09-28'></head><body><nav>Menu</nav><p>Text</p></body></html>";
    let head = page_head(page);
    assert_eq!((head.title.as_deref(), head.date.as_deref()), (Some("A & B"), Some("2015-09-28")));
    assert_eq!(content(Markup::Html, page).text, "Text");
    assert_eq!(page_head("<p>x</p>"), PageHead::default());
}

#[test]
fn hashes_tell_an_edit_from_a_move() {
    let one = content(Markup::Markdown, "Come to [us](/a).");
    let topics = Content { topics: Topics::new(["Appeals"]), ..one.clone() };
    assert_eq!(one.text_hash(), topics.text_hash());
    assert_ne!(one.hash(), topics.hash());
    let other = content(Markup::Markdown, "Come to [us](/b).");
    assert_ne!(one.text_hash(), other.text_hash());
    // The name of a file is no part of the text; where there is no text, the images are.
    let renamed = Content { title: "other name".to_owned(), ..one.clone() };
    assert_eq!(one.text_hash(), renamed.text_hash());
    assert_ne!(one.text_hash(), Content { titled: true, ..one.clone() }.text_hash());
    let (image, banner) = (content(Markup::Markdown, "![](a.png)"), content(Markup::Markdown, "![](b.png)"));
    assert!(image.text.is_empty() && image.text_hash() != banner.text_hash());
    let one = Content { titled: true, ..one };
    let slid = Content { title: format!("{}{}", one.title, one.text), text: String::new(), ..one.clone() };
    assert_ne!(one.text_hash(), slid.text_hash());
}

proptest::proptest! {
    #[test]
    fn any_text_is_cleaned_without_a_panic(body in "[ -~\n<>&\"'/é\u{0}]{0,200}") {
        for markup in [Markup::Markdown, Markup::Html] {
            let post = content(markup, &body);
            // Cleaning what is clean changes nothing that matters.
            let again = sanitise::sanitise(&post.html, &BASE.parse().unwrap());
            proptest::prop_assert_eq!(plain::body(&again), post.text);
        }
    }
}
