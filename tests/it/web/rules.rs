//! What holds for every page: limits, headers, languages, logs.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use handbill::subscribers::{Preferences, SuppressionReason};
use handbill::vault::TokenPurpose;

use super::site::Site;
use crate::stores::TestStore;

const ASK: &str = "email=ana%40example.org";

on_both! {
    async fn brakes_hold_requests_for_mail_but_nobody_who_leaves(store) {
        let site = Site::with(store, "requests_per_network = 3").await;
        let id = site.add("known@example.org", Preferences::default()).await;
        let token = site.token(TokenPurpose::Mail, id, 1);
        assert_eq!(site.post("/subscribe", ASK).await.status, 200);
        assert_eq!(site.post("/link", ASK).await.status, 200);
        assert_eq!(site.post(&format!("/preferences/{token}"), "do=link").await.status, 200);
        for (path, form) in [("/subscribe", ASK), ("/link", ASK), (&format!("/preferences/{token}"), "do=link")] {
            // Nobody is believed who says that they come from elsewhere.
            let headers = [("X-Forwarded-For", "203.0.113.77"), ("Content-Type", crate::web::FORM)];
            let answer = site.send("POST", path, &headers, form.as_bytes()).await;
            assert_eq!((answer.status, answer.has("<h1>Please wait a little</h1>")), (429, true), "{path}");
            let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
            assert!((1..=1200).contains(&wait), "{wait}");
        }
        assert_eq!(site.get("/").await.status, 200);
        assert_eq!(site.post(&format!("/preferences/{token}"), "do=less").await.status, 200);
        assert_eq!(site.post(&format!("/unsubscribe/{token}"), "List-Unsubscribe=One-Click").await.status, 200);
        assert_eq!(site.find("known@example.org").await.unwrap().suppression, Some(SuppressionReason::Left));
    }
}

#[tokio::test]
async fn a_trusted_proxy_says_who_asks() {
    let web = "requests_per_network = 1\ntrusted_proxies = [\"127.0.0.0/8\"]";
    let site = Site::with(TestStore::sqlite().await, web).await;
    let ask = async |from: &str| {
        let headers = [("X-Forwarded-For", from), ("Content-Type", crate::web::FORM)];
        site.send("POST", "/link", &headers, ASK.as_bytes()).await.status
    };
    assert_eq!(ask("203.0.113.1").await, 200);
    assert_eq!(ask("198.51.100.1").await, 200);
    // What stands before the proxy's own word is the visitor's.
    assert_eq!(ask("192.0.2.99, 203.0.113.2").await, 429);
}

#[tokio::test]
async fn a_form_with_a_mistake_comes_back_with_what_was_typed() {
    let site = Site::new(TestStore::sqlite().await).await;
    let answer = site.post("/subscribe", "email=%22%3E%3Cb%3Eana&name=Ana+%26+Co&cadence=monthly&alerts=yes").await;
    assert_eq!(answer.status, 422);
    assert!(answer.has("role=\"alert\"") && answer.has("aria-describedby=\"email-error\""), "{}", answer.body);
    assert!(answer.has("id=\"email-error\">Enter an email address"), "{}", answer.body);
    assert!(answer.has("value=\"&quot;&gt;&lt;b&gt;ana\"") && answer.has("value=\"Ana &amp; Co\""), "{}", answer.body);
    assert!(answer.has("value=\"monthly\" checked") && answer.has("value=\"yes\" checked"));
    let long = format!("{ASK}&name={}", "n".repeat(201));
    assert!(site.post("/subscribe", &long).await.has("id=\"name-error\""));
    // Nobody gets words into a mail that are not the site's.
    let topics = site.post("/subscribe", &format!("{ASK}&topics=Buy+pills")).await;
    assert_eq!(topics.status, 422);
    let link = site.post("/link", "email=ana").await;
    assert!(link.status == 422 && link.has("id=\"link-email-error\""));
    assert!(site.find("ana@example.org").await.is_none());
}

on_both! {
    async fn a_region_of_the_site_is_chosen_confirmed_and_changed(store) {
        let site = Site::with(store, "\n[appeals]\nregions = [\"London\", \"Leeds\"]").await;
        assert!(site.get("/").await.has("<option value=\"Leeds\">Leeds</option>"));
        site.post("/subscribe", &format!("{ASK}&alerts=yes&region=Leeds")).await;
        let row = site.find("ana@example.org").await.unwrap();
        assert_eq!(row.preferences().region.as_deref(), Some("Leeds"));
        let confirm = format!("/confirm/{}", site.mailed(TokenPurpose::Confirm, row.id).await);
        assert!(site.get(&confirm).await.has("those in Leeds"));
        site.post(&confirm, "").await;
        let region = async |form: &str| {
            site.app.clock.set(site.app.clock.now().plus(Duration::from_secs(600)));
            site.post("/link", ASK).await;
            let manage = format!("/preferences/{}", site.mailed(TokenPurpose::Preferences, row.id).await);
            assert!(site.get(&manage).await.has("<select name=\"region\""));
            assert_eq!(site.post(&manage, form).await.status, 200);
            site.find("ana@example.org").await.unwrap().preferences().region
        };
        assert_eq!(region("cadence=weekly&region=london").await.as_deref(), Some("London"));
        assert_eq!(region("cadence=weekly&region=Paris").await.as_deref(), Some("London"), "not offered");
        assert_eq!(region("cadence=weekly").await.as_deref(), Some("London"), "not on the form");
        assert_eq!(region("cadence=weekly&region=").await, None);
    }
}

#[tokio::test]
async fn who_fills_in_the_hidden_field_is_answered_and_ignored() {
    let site = Site::new(TestStore::sqlite().await).await;
    let trapped = site.post("/subscribe", &format!("{ASK}&website=https%3A%2F%2Fspam.example")).await;
    assert!(site.find("ana@example.org").await.is_none());
    assert_eq!(site.post("/subscribe", ASK).await, trapped);
    assert!(site.find("ana@example.org").await.is_some());
}

#[tokio::test]
async fn every_answer_is_closed_up() {
    let site = Site::new(TestStore::sqlite().await).await;
    let id = site.add("ana@example.org", Preferences::default()).await;
    let token = site.token(TokenPurpose::Mail, id, 1);
    for path in
        ["/", "/archive", "/nowhere", "/style.css", "/healthz", &format!("/preferences/{token}"), "/unsubscribe/x"]
    {
        let answer = site.get(path).await;
        let policy = answer.header("content-security-policy").unwrap();
        for rule in ["default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("set-cookie"), None, "{path}");
        let secret = path.matches('/').count() > 1;
        assert_eq!(answer.header("x-robots-tag"), secret.then_some("noindex"), "{path}");
        if secret {
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        }
        assert!(!answer.has("<script") && !answer.has("style="), "{path}");
    }
}

#[tokio::test]
async fn whatever_goes_wrong_has_a_page() {
    let site = Site::new(TestStore::sqlite().await).await;
    let long = "x".repeat(17 * 1024);
    for (answer, status) in [
        (site.get("/nowhere").await, 404),
        (site.get("/subscribe").await, 405),
        (site.send("DELETE", "/", &[], b"").await, 405),
        (site.post("/subscribe", &long).await, 413),
    ] {
        assert_eq!(answer.status, status);
        assert_eq!(
            (answer.body.matches("<h1>").count(), answer.has("Campaign &lt;Example&gt;")),
            (1, true),
            "{status}"
        );
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(answer.header("allow").is_some(), status == 405);
    }
}

#[tokio::test]
async fn visitors_are_spoken_to_in_their_language() {
    let site = Site::new(TestStore::sqlite().await).await;
    let speaks = async |path: &str, accept: &str| {
        let answer = site.send("GET", path, &[("Accept-Language", accept)], b"").await;
        let tag = answer.header("content-language").unwrap().to_owned();
        assert!(answer.has(&format!("<html lang=\"{tag}\" dir=\"ltr\">")), "{}", answer.body);
        tag
    };
    assert_eq!(speaks("/", "fr").await, "en");
    assert_eq!(speaks("/", "ru-RU, en;q=0.5").await, "ru");
    assert_eq!(speaks("/nowhere", "ru").await, "ru");
    assert_eq!(speaks("/?lang=en", "ru").await, "en");
    assert_eq!(speaks("/?lang=%22%3E", "ru").await, "ru");
    // Forms and links keep the language that was chosen.
    assert!(site.get("/?lang=ru").await.has("action=\"/subscribe?lang&#x3D;ru\""));
}

#[tokio::test]
async fn a_stop_ends_the_pages() {
    let site = Site::new(TestStore::sqlite().await).await;
    site.pages.set_ready(false);
    assert_eq!(site.get("/readyz").await.status, 503);
    site.shutdown.cancel();
    site.serving.await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(site.at).await.is_err());
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// On one thread, so that the log of this test is its own.
#[tokio::test(flavor = "current_thread")]
async fn the_log_names_nobody() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // With one dispatcher only, a place that another test's thread passes first would be silent for ever.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let _guard = tracing::subscriber::set_default(subscriber);
    let site = Site::new(TestStore::sqlite().await).await;
    let id = site.add("known@example.org", Preferences::default()).await;
    let token = site.token(TokenPurpose::Mail, id, 1);
    site.get("/?lang=ru&email=ana%40example.org").await;
    site.post("/subscribe", "email=ana%40example.org&name=Ana").await;
    site.post("/subscribe", "email=ana%40example").await;
    site.post("/link", "email=known%40example.org").await;
    site.get(&format!("/preferences/{token}?x=known@example.org")).await;
    site.post(&format!("/unsubscribe/{token}"), "leave=yes").await;
    site.get("/confirm/nonsense").await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    // What the pages log; what the database's own driver traces is not shown at the levels that are in use.
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("handbill::")).collect();
    assert_eq!(lines.iter().filter(|line| line.contains("route=\"/subscribe\" status=")).count(), 2, "{log}");
    assert!(lines.iter().any(|line| line.contains("route=\"/unsubscribe/{token}\" status=200")), "{log}");
    for line in lines {
        for secret in ["example", "nonsense", "lang", &token, "Ana"] {
            assert!(!line.contains(secret), "{secret}: {line}");
        }
    }
}
