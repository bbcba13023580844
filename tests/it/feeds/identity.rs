//! Which items are the same post, whatever their feed changes.

use handbill::posts::PostState::{Baseline, Held, Live};
use handbill::posts::review::{drop_post, release};

use super::*;

on_both! {
    async fn the_first_pass_is_the_baseline_and_what_comes_later_is_new(store) {
        let it = Campaign::new(store).await;
        it.show(rss(&[item("picket"), item("march")]));
        assert_eq!(it.pull().await, Intake { baseline: 2, ..Intake::default() });
        it.later(1);
        it.show(rss(&[item("strike"), item("picket"), item("march")]));
        assert_eq!(it.pull().await, Intake { new: 1, unchanged: 2, ..Intake::default() });
        assert_eq!(it.titles(Baseline).await, ["march", "picket"]);
        let posts = it.posts().await;
        assert_eq!((posts[2].title.as_str(), posts[2].state, posts[2].listed_at), ("strike", Live, Some(it.store.now())));
        assert_eq!((posts[2].path.as_ref(), posts[2].first_seen_at), (None, it.store.now()));
    }
}

on_both! {
    async fn a_feed_that_changes_its_names_brings_nothing_twice(store) {
        let (it, items) = Campaign::with_two(store).await;
        let all = |change: &dyn Fn(&mut Item)| {
            let mut items = items.clone();
            items.iter_mut().for_each(change);
            items
        };
        let link = |from: &'static str, to: &'static str| move |item: &mut Item| item.link = item.link.replace(from, to);
        let reversed = [items[1].clone(), items[0].clone()];
        for (what, items) in [
            ("guids", all(&|item| item.guid = format!("https://campaign.example/?p={}", item.text.len()))),
            ("no guids", all(&|item| item.guid.clear())),
            ("guids back", items.clone()),
            ("dates", all(&|item| item.date = "Tue, 03 Mar 2026 08:00:00 GMT".to_owned())),
            ("no dates", all(&|item| item.date.clear())),
            ("order", reversed),
            ("https", all(&link("http:", "https:"))),
            ("www", all(&link("http://", "https://www."))),
            ("slashes", all(&|item| item.link = item.link.trim_end_matches('/').to_owned())),
            ("tracking", all(&|item| item.link += "?utm_source=rss&utm_medium=rss")),
            ("guids and links, as a site that moves does", all(&|item| {
                item.guid = format!("new {}", item.guid);
                item.link = item.link.replace("campaign.example", "moved.example");
            })),
            ("guids, links and all", all(&|item| (item.guid, item.link) = Default::default())),
        ] {
            it.later(1);
            it.show(rss(&items));
            let intake = it.pull().await;
            assert_eq!((intake.new, intake.held, intake.withdrawn), (0, 0, 0), "{what}: {intake:?}");
            assert_eq!(it.titles(Live).await, ["picket", "strike"], "{what}");
        }
    }
}

on_both! {
    async fn dates_alone_make_no_revision_and_a_new_text_does(store) {
        let it = Campaign::new(store).await;
        it.show(rss(&[]));
        it.pull().await;
        let mut strike = item("strike");
        it.show(rss(std::slice::from_ref(&strike)));
        it.pull().await;
        let before = it.posts().await;
        for date in ["Tue, 03 Mar 2026 08:00:00 GMT", ""] {
            strike.date = date.to_owned();
            it.show(rss(std::slice::from_ref(&strike)));
            assert_eq!(it.pull().await, Intake { unchanged: 1, ..Intake::default() });
        }
        strike.text += " It goes on.";
        it.show(rss(&[strike]));
        assert_eq!(it.pull().await, Intake { edited: 1, ..Intake::default() });
        let after = it.posts().await;
        assert_eq!((after[0].id, after[0].revision, after[0].listed_at), (before[0].id, 2, before[0].listed_at));
    }
}

on_both! {
    async fn an_item_that_drops_out_stays_and_is_not_new_when_it_comes_back(store) {
        let it = Campaign::new(store).await;
        it.show(rss(&[item("march")]));
        it.pull().await;
        it.show(rss(&[item("strike"), item("march")]));
        assert_eq!(it.pull().await.new, 1);
        for feed in [rss(&[item("march")]), rss(&[])] {
            it.show(feed);
            assert_eq!(it.pull().await.withdrawn, 0);
            assert_eq!((it.titles(Live).await, it.titles(Baseline).await), (vec!["strike".to_owned()], vec!["march".to_owned()]));
        }
        it.later(24 * 100);
        it.show(rss(&[item("strike"), item("march")]));
        assert_eq!(it.pull().await, Intake { unchanged: 2, ..Intake::default() });
    }
}

on_both! {
    async fn an_item_known_by_its_text_alone_stays_known_while_it_is_there(store) {
        let it = Campaign::new(store).await;
        let nameless = |title| Item { guid: String::new(), link: String::new(), ..item(title) };
        it.site.tell("/feed", Reply::of(200, rss(&[nameless("march")])).with("etag", "\"1\""));
        it.pull().await;
        // The server says for two months that nothing changed; once a day it is not believed.
        for _ in 0..61 {
            it.later(24);
            assert_eq!(it.pull().await, Intake { unchanged: 1, ..Intake::default() });
        }
        it.show(rss(&[nameless("strike"), nameless("march")]));
        assert_eq!(it.pull().await, Intake { new: 1, unchanged: 1, ..Intake::default() });
        it.show(rss(&[]));
        it.pull().await;
        it.later(24 * 31);
        it.show(rss(&[nameless("march")]));
        assert_eq!(it.pull().await.new, 1, "the same words a month later are said anew");
    }
}

on_both! {
    async fn a_flood_waits_for_a_person(store) {
        let it = Campaign::new(store).await;
        it.show(rss(&[item("march")]));
        it.pull().await;
        it.show(rss(&["strike", "picket", "rally", "march"].map(item)));
        assert_eq!(it.pull().await, Intake { held: 3, unchanged: 1, ..Intake::default() });
        it.later(1);
        let held = it.posts().await.into_iter().filter(|post| post.state == Held).collect::<Vec<_>>();
        release(&it.store, &it.config, held[0].id, "cli", it.store.now()).await.unwrap();
        drop_post(&it.store, held[1].id, "cli", it.store.now()).await.unwrap();
        it.show(rss(&["march", "rally", "picket", "strike"].map(item)));
        assert_eq!(it.pull().await, Intake { unchanged: 4, ..Intake::default() });
        assert_eq!((it.titles(Live).await, it.titles(Held).await), (vec!["rally".to_owned()], vec!["strike".to_owned()]));
        it.show(rss(&["one", "two", "three", "four"].map(item)));
        assert_eq!(it.report(false).await.intake.new, 4, "a person asked for it");
    }
}

on_both! {
    async fn feeds_of_all_kinds_come_in_and_stay_as_they_are(store) {
        let mut it = Campaign::new(store).await;
        for (name, feed) in [
            ("wordpress", &include_bytes!("../../data/feeds/wordpress.xml")[..]),
            ("ghost", include_bytes!("../../data/feeds/ghost.xml")),
            ("hugo", include_bytes!("../../data/feeds/hugo.xml")),
            ("drupal", include_bytes!("../../data/feeds/drupal.xml")),
            ("blogger", include_bytes!("../../data/feeds/blogger.xml")),
            ("json", include_bytes!("../../data/feeds/jsonfeed.json")),
        ] {
            it.config.sources[0].name = name.to_owned();
            it.show(feed);
            let before = it.posts().await.len();
            let new = it.report(false).await.intake.new;
            assert!(new > 0 && it.posts().await.len() == before + new, "{name}");
            it.later(24);
            assert_eq!(it.pull().await, Intake { unchanged: new, ..Intake::default() }, "{name}");
        }
        it.config.sources[0].name = "strange".to_owned();
        it.show(rss(&[]));
        it.pull().await;
        // A long guid, a zero byte and a language of its own must not upset a database.
        let strange = format!(
            "{{\"version\": \"https://jsonfeed.org/version/1\", \"title\": \"T\", \"items\": [{{\"id\": \"{}\", \
             \"title\": \"A\\u0000B\", \"content_html\": \"<pre>x\\u0000y</pre>\", \"tags\": [\"a\\u0000b\"]}}]}}",
            "\\u0000x".repeat(3000)
        );
        it.show(strange);
        assert_eq!(it.pull().await.new, 1);
        it.later(24);
        assert_eq!(it.pull().await.unchanged, 1);
    }
}

on_both! {
    async fn a_feed_that_takes_a_change_of_its_names_back_brings_nothing_twice(store) {
        let (it, items) = Campaign::with_two(store).await;
        let moved = items.clone().map(|item| Item {
            guid: format!("new {}", item.guid),
            link: item.link.replace("campaign.example", "moved.example"),
            ..item
        });
        let traded = [
            Item { guid: items[1].guid.clone(), ..items[0].clone() },
            Item { guid: items[0].guid.clone(), ..items[1].clone() },
        ];
        let traded_pages = [
            Item { link: items[1].link.clone(), ..items[0].clone() },
            Item { link: items[0].link.clone(), ..items[1].clone() },
        ];
        let words = async || {
            let mut words = Vec::new();
            for post in it.posts().await {
                words.push(it.store.revision(post.revision_id).await.unwrap().unwrap().text);
            }
            words
        };
        let mut texts = items.clone().map(|item| item.text);
        for (number, (what, names, edited)) in [
            ("guids and links", &moved, false),
            ("both back, with new texts", &items, true),
            ("both again", &moved, true),
            ("both back again", &items, true),
            ("guids traded", &traded, false),
            ("guids traded back", &items, true),
            ("links traded", &traded_pages, false),
            ("links traded back", &items, true),
            ("guids and links that were had before", &moved, true),
        ]
        .into_iter()
        .enumerate()
        {
            it.later(1);
            if edited {
                texts = items.clone().map(|item| format!("{} Number {number}.", item.text));
            }
            let shown = [0, 1].map(|place| Item { text: texts[place].clone(), ..names[place].clone() });
            it.show(rss(&shown));
            let intake = it.pull().await;
            assert_eq!((intake.new, intake.held), (0, 0), "{what}: {intake:?}");
            let words = words().await;
            assert!(words.len() == 2 && words[0].contains("picket") && words[1].contains("strike"), "{what}: {words:?}");
        }
    }
}
