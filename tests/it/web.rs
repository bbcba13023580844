//! The pages, as browsers and mail programs use them.

mod archive;
mod connections;
mod events;
mod rules;
mod site;

use handbill::subscribers::{Cadence, Preferences, SubscriberState, SuppressionReason, list};
use handbill::topics::Topics;
use handbill::vault::TokenPurpose;
use std::time::Duration;

use site::{Answer, FORM, Site, execute, posts};

const ANA: &str = "ana@example.org";
const DAY: Duration = Duration::from_secs(24 * 3600);

on_both! {
    async fn from_sign_up_to_goodbye(store) {
        posts(&store).await;
        let site = Site::new(store).await;
        let home = site.get("/").await;
        assert_eq!(home.status, 200);
        assert!(home.has("Campaign &lt;Example&gt;") && home.has("value=\"Bakery\""), "{}", home.body);
        assert!(!home.has("Secret"), "a withdrawn post's topic is offered");

        let form = "email=Ana%40example.org&name=Ana+Example&cadence=daily&topics=bakery&language=ru&website=";
        let sent = site.post("/subscribe", form).await;
        assert_eq!((sent.status, sent.has("Look into your mailbox")), (200, true));
        let row = site.find(ANA).await.unwrap();
        let person = row.open(&site.app.vault).unwrap();
        assert_eq!((person.name.as_deref(), row.state), (Some("Ana Example"), SubscriberState::Pending));
        let wanted = row.preferences();
        assert_eq!((wanted.cadence, wanted.alerts, wanted.language.as_deref()), (Cadence::Daily, false, Some("ru")));
        assert_eq!(wanted.topics.to_string(), "Bakery");

        // The mail is in Russian, and so is the page that it leads to.
        let confirm = format!("/confirm/{}", site.mailed(TokenPurpose::Confirm, row.id).await);
        let shown = site.get(&confirm).await;
        assert!(shown.status == 200 && shown.has("lang=\"ru\"") && shown.has("Bakery") && shown.has("Русский"));
        assert!(site.get(&format!("{confirm}?lang=en")).await.has("only about these topics: Bakery"));
        assert!(site.post(&format!("{confirm}?lang=en"), "").await.has("You are subscribed"));
        assert_eq!(site.find(ANA).await.unwrap().state, SubscriberState::Active);
        assert_eq!(site.post(&confirm, "").await.status, 410);

        site.post("/link", "email=ana%40example.org").await;
        let token = site.mailed(TokenPurpose::Preferences, row.id).await;
        let choices = format!("/preferences/{token}?lang=en");
        let shown = site.get(&choices).await;
        assert!(!shown.has("time_zone"), "all digests come at the site's hour");
        assert!(shown.has("Ana@example.org") && shown.has("value=\"daily\" checked"), "{}", shown.body);
        assert!(!shown.has("value=\"yes\" checked"), "alerts were not chosen");
        let saved = site.post(&choices, "cadence=monthly&alerts=yes&language=en&topics=Appeals&topics=Bakery").await;
        assert!(saved.status == 200 && saved.has("Saved"));
        let wanted = site.find(ANA).await.unwrap().preferences();
        assert_eq!((wanted.cadence, wanted.alerts, wanted.topics.to_string()), (Cadence::Monthly, true, "Appeals;Bakery".to_owned()));
        assert_eq!(site.get(&choices).await.status, 410);
        assert_eq!(site.post(&choices, "cadence=daily").await.status, 410);

        // Even a link that is used up leaves.
        let left = site.post(&format!("/unsubscribe/{token}?lang=en"), "leave=yes").await;
        assert!(left.status == 200 && left.has("You have left the list"));
        assert_eq!(site.find(ANA).await.unwrap().suppression, Some(SuppressionReason::Left));
        assert_eq!(site.mails(row.id).await.len(), 4, "confirmation, welcome, link, goodbye");
    }
}

on_both! {
    async fn a_zone_can_be_chosen_where_each_has_their_own_hour(store) {
        let site = Site::with(store, "[digests]\nlocal_time = true").await;
        let id = site.add(ANA, Preferences::default()).await;
        let choose = async |zone: &str| {
            site.app.clock.set(site.app.clock.now().plus(Duration::from_secs(600)));
            site.post("/link", "email=ana%40example.org").await;
            let path = format!("/preferences/{}", site.mailed(TokenPurpose::Preferences, id).await);
            let shown = site.get(&path).await;
            assert_eq!(site.post(&path, &format!("cadence=weekly{zone}")).await.status, 200);
            (shown, site.find(ANA).await.unwrap().preferences().time_zone)
        };
        let (shown, chosen) = choose("&time_zone=America%2FNew_York").await;
        assert!(shown.has("<option value=\"\" selected>Ours (Europe/London)</option>"), "{}", shown.body);
        assert!(shown.has("<option value=\"America/New_York\">America/New York</option>"), "{}", shown.body);
        let new_york = "America/New_York".parse().ok();
        assert_eq!(chosen, new_york);
        for nothing_new in ["", "&time_zone=Nowhere"] {
            let (shown, chosen) = choose(nothing_new).await;
            assert!(shown.has("<option value=\"America/New_York\" selected>"));
            assert_eq!(chosen, new_york);
        }
        assert_eq!(choose("&time_zone=").await.1, None);
    }
}

on_both! {
    async fn who_comes_back_is_shown_what_they_ask_for_now(store) {
        posts(&store).await;
        let site = Site::new(store).await;
        let id = site.add(ANA, Preferences { topics: Topics::parse("Bakery"), ..Preferences::default() }).await;
        list::leave(&site.app, id, "test", false).await.unwrap();
        site.post("/subscribe", "email=ana%40example.org&cadence=monthly&topics=Appeals").await;
        assert_eq!(site.find(ANA).await.unwrap().preferences().topics.to_string(), "Bakery");
        let confirm = format!("/confirm/{}", site.mailed(TokenPurpose::Confirm, id).await);
        let shown = site.get(&confirm).await;
        assert!(shown.has("news once a month") && shown.has("Appeals") && !shown.has("Bakery"), "{}", shown.body);
        assert_eq!(site.post(&confirm, "").await.status, 200);
        let wanted = site.find(ANA).await.unwrap().preferences();
        assert_eq!((wanted.cadence, wanted.topics.to_string()), (Cadence::Monthly, "Appeals".to_owned()));
    }
}

on_both! {
    async fn one_click_leaves_whatever_its_body_is(store) {
        let site = Site::new(store).await;
        let multipart = "multipart/form-data; boundary=b";
        let parts = b"--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
        let long = [b"List-Unsubscribe=One-Click&a=".as_slice(), &vec![b'x'; 40_000]].concat();
        let bodies: [(&str, &[u8]); 6] = [
            (FORM, b"List-Unsubscribe=One-Click"),
            (multipart, parts),
            (multipart, b"--b\r\nno end"),
            ("text/plain", b""),
            (FORM, b"\xff\xfe%zz=%"),
            (FORM, &long),
        ];
        for (number, (kind, body)) in bodies.into_iter().enumerate() {
            let id = site.add(&format!("p{number}@example.org"), Preferences::default()).await;
            // Years old, of an edition that is long gone.
            let path = format!("/unsubscribe/{}", site.token(TokenPurpose::Mail, id, 1));
            for _ in 0..2 {
                let answer = site.send("POST", &path, &[("Content-Type", kind)], body).await;
                assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"), "{number}");
                assert_eq!((answer.header("location"), answer.header("set-cookie")), (None, None));
            }
            let row = site.find(&format!("p{number}@example.org")).await.unwrap();
            assert_eq!(row.suppression, Some(SuppressionReason::Left), "{number}");
            assert!(site.mails(id).await.is_empty(), "a goodbye mail for one click");
        }
        // A body that never comes, as the connection is closed for writing.
        let id = site.add(ANA, Preferences::default()).await;
        let path = format!("/unsubscribe/{}", site.token(TokenPurpose::Mail, id, 1));
        let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assert_eq!(site.raw(head.as_bytes()).await.status, 200);
        assert_eq!(site.find(ANA).await.unwrap().suppression, Some(SuppressionReason::Left));
    }
}

on_both! {
    async fn nobody_learns_who_is_on_the_list(store) {
        let site = Site::new(store).await;
        site.add("known@example.org", Preferences::default()).await;
        let left = site.add("left@example.org", Preferences::default()).await;
        list::leave(&site.app, left, "test", false).await.unwrap();
        let complained = "complained@example.org".parse().unwrap();
        list::suppress(&site.app, &complained, SuppressionReason::Complaint, "test").await.unwrap();
        for path in ["/subscribe", "/link"] {
            let mut answers: Vec<Answer> = Vec::new();
            for name in ["known", "left", "complained", "unknown"] {
                answers.push(site.post(path, &format!("email={name}%40example.org")).await);
            }
            assert_eq!(answers[0].status, 200);
            assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{path}: {answers:?}");
        }
        assert!(site.find("complained@example.org").await.is_none());
    }
}

on_both! {
    async fn looking_changes_nothing(store) {
        let site = Site::new(store).await;
        site.post("/subscribe", "email=ana%40example.org&cadence=weekly").await;
        let row = site.find(ANA).await.unwrap();
        let confirm = format!("/confirm/{}", site.mailed(TokenPurpose::Confirm, row.id).await);
        let known = site.add("known@example.org", Preferences::default()).await;
        site.post("/link", "email=known%40example.org").await;
        let fresh = site.mailed(TokenPurpose::Preferences, known).await;
        let mail = site.token(TokenPurpose::Mail, known, 1);
        let paths = [
            "/".to_owned(),
            confirm.clone(),
            format!("/preferences/{fresh}"),
            format!("/preferences/{mail}"),
            format!("/preferences/{mail}?do=less&leave=yes"),
            format!("/unsubscribe/{mail}?leave=yes"),
            "/archive".to_owned(),
        ];
        let state = async || {
            let known = site.find("known@example.org").await.unwrap();
            let history = site.app.store.history(known.id).await.unwrap().len();
            (site.app.store.wake_count().await.unwrap(), history, format!("{known:?}"))
        };
        let before = state().await;
        for path in &paths {
            for method in ["GET", "HEAD"] {
                let answer = site.send(method, path, &[], b"").await;
                assert_eq!((answer.status, answer.body.is_empty()), (200, method == "HEAD"), "{method} {path}");
                assert_eq!(answer.header("set-cookie"), None);
            }
        }
        assert_eq!(state().await, before);
        // The links still work.
        assert_eq!(site.post(&confirm, "").await.status, 200);
        assert_eq!(site.post(&format!("/preferences/{fresh}"), "cadence=each").await.status, 200);
    }
}

on_both! {
    async fn a_forwarded_mail_tells_nothing_and_asks_only_for_less(store) {
        let site = Site::new(store).await;
        let ana = Preferences {
            cadence: Cadence::Each,
            topics: Topics::parse("Bakery"),
            language: Some("ru".to_owned()),
            ..Preferences::default()
        };
        let ana = site.add(ANA, ana).await;
        let ben = site.add("ben@example.org", Preferences { alerts: false, ..Preferences::default() }).await;
        let path = |id| format!("/preferences/{}", site.token(TokenPurpose::Mail, id, 9));
        let (of_ana, of_ben) = (site.get(&path(ana)).await, site.get(&path(ben)).await);
        let plain = |answer: &Answer, id| answer.body.replace(&site.token(TokenPurpose::Mail, id, 9), "TOKEN");
        assert_eq!(of_ana.status, 200);
        assert_eq!(plain(&of_ana, ana), plain(&of_ben, ben));
        assert!(!of_ana.has("example.org") && !of_ana.has("Bakery") && !of_ana.has("checked"), "{}", of_ana.body);

        // What only a fresh link may ask for is not done.
        let answer = site.post(&path(ana), "cadence=daily&alerts=&topics=Appeals&do=save").await;
        assert_eq!(answer.status, 422);
        assert_eq!(site.find(ANA).await.unwrap().preferences().cadence, Cadence::Each);

        site.post(&path(ana), "do=less").await;
        let wanted = site.find(ANA).await.unwrap().preferences();
        assert_eq!((wanted.cadence, wanted.alerts, wanted.topics.to_string()), (Cadence::Daily, true, "Bakery".to_owned()));

        site.post(&path(ana), "do=pause-quarter").await;
        let until = site.find(ANA).await.unwrap().paused_until.unwrap();
        assert!(until > site.app.clock.now().plus(89 * DAY));
        // A shorter pause would be more mail.
        site.post(&path(ana), "do=pause-month").await;
        assert_eq!(site.find(ANA).await.unwrap().paused_until, Some(until));

        // The fresh link goes to the sealed address; the page does not say which it is.
        let asked = site.post(&path(ana), "do=link").await;
        assert!(asked.status == 200 && !asked.has("example.org"));
        assert_eq!(site.mails(ana).await.len(), 1);
        // Nor does it say that somebody has left.
        list::leave(&site.app, ben, "test", false).await.unwrap();
        assert_eq!(site.post(&path(ben), "do=link").await, asked);
        assert!(site.mails(ben).await.is_empty());
    }
}

on_both! {
    async fn dead_links_lead_to_a_fresh_one(store) {
        let site = Site::new(store).await;
        let id = site.add(ANA, Preferences::default()).await;
        site.post("/link", "email=ana%40example.org").await;
        let fresh = site.mailed(TokenPurpose::Preferences, id).await;
        let cut = &fresh[..fresh.len() - 1];
        let mail = site.token(TokenPurpose::Mail, id, 1);
        for (path, status) in [
            (format!("/preferences/{cut}"), 404),
            (format!("/unsubscribe/{cut}"), 404),
            ("/confirm/%ff%fe".to_owned(), 404),
            (format!("/confirm/{mail}"), 404),
            (format!("/confirm/{}", site.token(TokenPurpose::Confirm, id, 1)), 410),
            (format!("/preferences/{}", site.token(TokenPurpose::Preferences, id, 999)), 410),
        ] {
            let answer = site.get(&path).await;
            assert_eq!((answer.status, answer.has("Send me my link")), (status, true), "{path}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        }
        assert_eq!(site.post(&format!("/unsubscribe/{cut}"), "List-Unsubscribe=One-Click").await.status, 404);
        assert_eq!(site.post(&format!("/confirm/{mail}"), "").await.status, 404);
        assert_eq!(site.find(ANA).await.unwrap().suppression, None);
        // An hour later the fresh one is dead too.
        site.app.clock.set(site.app.clock.now().plus(Duration::from_secs(3601)));
        assert_eq!(site.get(&format!("/preferences/{fresh}")).await.status, 410);
        assert_eq!(site.post(&format!("/preferences/{fresh}"), "cadence=each").await.status, 410);
        assert_eq!(site.find(ANA).await.unwrap().preferences().cadence, Cadence::Weekly);
    }
}

on_both! {
    async fn an_unsubscribe_that_the_store_did_not_keep_is_not_acknowledged(store) {
        let site = Site::new(store).await;
        let id = site.add(ANA, Preferences::default()).await;
        assert_eq!(site.get("/readyz").await.status, 200);
        site.app.store.close().await;
        let path = format!("/unsubscribe/{}", site.token(TokenPurpose::Mail, id, 1));
        assert_eq!(site.post(&path, "List-Unsubscribe=One-Click").await.status, 500);
        // The button is there all the same.
        assert_eq!(site.get(&path).await.status, 200);
        assert_eq!((site.get("/readyz").await.status, site.get("/healthz").await.status), (503, 200));
    }
}

on_both! {
    async fn the_archive_shows_what_was_sent(store) {
        posts(&store).await;
        execute(&store, "INSERT INTO editions (id, kind, lane, key, state, cadence, slot_at, created_at, created_by, deadline_at) \
             SELECT x.id, x.kind, 2, x.state || x.kind, x.state, 'weekly', 1772442000000000, length($1), 'test', 0 FROM \
             (SELECT 1 AS id, 'digest' AS kind, 'done' AS state UNION ALL SELECT 2, 'digest', 'planning' \
             UNION ALL SELECT 3, 'digest', 'cancelled' UNION ALL SELECT 4, 'link', 'done' \
             UNION ALL SELECT 5, 'digest', 'sending') x").await;
        execute(&store, "INSERT INTO variants (id, edition_id, language, items) SELECT x.id, x.edition, x.lang, x.items FROM \
             (SELECT 1 AS id, 1 AS edition, 'en' AS lang, '2.full;1.line' AS items, $1 AS bytes UNION ALL SELECT 2, 1, 'ru', '4.full;3.full', $1 \
             UNION ALL SELECT 3, 2, 'en', '1.full', $1 UNION ALL SELECT 4, 3, 'en', '1.full', $1 UNION ALL SELECT 5, 5, 'en', '4.full', $1) x").await;
        let site = Site::new(store).await;
        let list = site.get("/archive").await;
        let at = |id: u8| list.body.find(&format!("href=\"/archive/{id}\""));
        assert!(at(5).unwrap() < at(1).unwrap(), "newest first");
        assert_eq!((at(2), at(3), at(4)), (None, None, None));
        assert!(list.has("Monday, 2 March 2026") && list.header("cache-control").unwrap().contains("public"));

        let issue = site.get("/archive/1").await;
        let at = |text: &str| issue.body.find(text);
        assert!(at("Newer &amp; better").unwrap() < at("<p>First</p>").unwrap(), "{}", issue.body);
        // One revision of each post, none of the withdrawn one, and no link that runs.
        assert_eq!((at("Draft"), at("Taken back"), at("javascript:")), (None, None, None));
        assert_eq!(issue.body.matches("Read it on the website").count(), 1);
        assert!(site.get("/archive/5").await.has("have been withdrawn"));
        // Those whom a digest has reached follow its links before the last delivery is written.
        assert_eq!(site.get("/archive/2").await.status, 200);
        for path in ["/archive/3", "/archive/4", "/archive/77", "/archive/x"] {
            assert_eq!(site.get(path).await.status, 404, "{path}");
        }
        let older = site.get("/archive?before=5").await;
        assert!(older.has("\"/archive/1\"") && !older.has("\"/archive/5\""));
    }
}
