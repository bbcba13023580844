//! A whole Handbill in a test: a store of its own, a config in a folder of its own, and short ways to fill both.

use std::ops::Deref;
use std::sync::Arc;

use handbill::app::App;
use handbill::clock::Timestamp;
use handbill::dispatcher::{self, Progress, Summary, Until};
use handbill::editions::digest;
use handbill::id::{AppealId, EditionId, PostId, RevisionId, SubscriberId};
use handbill::subscribers::{Added, Cadence, Consent, Newcomer, Preferences, list};
use handbill::templates::Templates;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::stores::TestStore;

/// An app on a test store.
pub(crate) struct TestApp {
    pub(crate) app: Arc<App>,
    pub(crate) dir: tempfile::TempDir,
}

impl Deref for TestApp {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

/// The config that tests start from; `more` is added at its end.
pub(crate) fn config_text(url: &str, relay_port: u16, more: &str) -> String {
    format!(
        r#"[site]
name = "Campaign"
url = "http://127.0.0.1:8080"
language = "en"
time_zone = "Europe/London"
sender = "Campaign <news@campaign.example>"
postal_address = "1 Example Street, London"
[store]
url = "{url}"
[[source]]
name = "posts"
kind = "folder"
path = "posts"
[[relay]]
name = "main"
host = "127.0.0.1"
port = {relay_port}
tls = "none"
connections = 4
timeout = "5s"
{more}
"#
    )
}

impl TestApp {
    /// An app on `store` that hands its mail to the relay on `port` of the loopback.
    pub(crate) async fn new(store: TestStore, port: u16) -> Self {
        Self::with(store, port, "").await
    }

    /// As [`TestApp::new`], with more lines of config.
    pub(crate) async fn with(store: TestStore, port: u16, more: &str) -> Self {
        let TestStore { store, vault, clock, url, dir } = store;
        let path = dir.path().join("config.toml");
        std::fs::write(&path, config_text(&url, port, more)).unwrap();
        std::fs::create_dir_all(dir.path().join("posts")).unwrap();
        let config = handbill::config::load(&path, std::iter::empty()).unwrap();
        Self { app: Arc::new(App { config, store, vault, clock }), dir }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The templates as the built-in ones, in the form that loops take them.
    pub(crate) fn templates(&self) -> watch::Receiver<Arc<Templates>> {
        watch::channel(Arc::new(Templates::load(None).unwrap())).1
    }

    /// Adds `count` people with consent, `person1@example.org` and on, with this cadence.
    pub(crate) async fn people(&self, count: usize, cadence: Cadence) -> Vec<SubscriberId> {
        let newcomers: Vec<Newcomer> = (1..=count)
            .map(|number| {
                newcomer(&format!("person{number}@example.org"), Preferences { cadence, ..Preferences::default() })
            })
            .collect();
        let mut ids = Vec::new();
        for newcomers in newcomers.chunks(handbill::store::subscribers::INSERT_ROWS) {
            let added =
                list::add(&self.app, newcomers, &Consent::Given("at a meeting".to_owned()), "cli").await.unwrap();
            ids.extend(added.into_iter().map(|added| match added {
                Added::Active(id) => id,
                other => panic!("not added: {other:?}"),
            }));
        }
        ids
    }

    /// Lets the clock of the tests go on.
    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.set(self.now().plus(std::time::Duration::from_secs(seconds)));
    }

    /// A live post, without a source of its own, a second later than whatever was before.
    pub(crate) async fn post(&self, title: &str, topics: &str) -> RevisionId {
        self.pass(1);
        let now = self.now();
        let mut tx = self.store.begin().await.unwrap();
        let tick = tx.tick(now).await.unwrap();
        let (_, revision): (PostId, RevisionId) = insert_post(&mut tx, title, topics, tick).await;
        tx.commit().await.unwrap();
        revision
    }

    /// Plans the digest of `cadence` that is due now.
    pub(crate) async fn plan(&self, cadence: Cadence) -> EditionId {
        let due = digest::due(&self.app, cadence, self.now()).await.unwrap();
        digest::open(&self.app, &due[0], "test").await.unwrap().0
    }

    /// Dispatches until nothing is due.
    pub(crate) async fn dispatch(&self) -> anyhow::Result<Summary> {
        let (progress, stop) = (Arc::new(Progress::default()), CancellationToken::new());
        dispatcher::run(Arc::clone(&self.app), self.templates(), Until::Empty, progress, stop).await
    }

    /// The ledger of an edition: who, state, attempts.
    pub(crate) async fn ledger(&self, edition: EditionId) -> Vec<(SubscriberId, String, i32)> {
        let rows = self.store.deliveries(edition, None, SubscriberId(0), 100_000).await.unwrap();
        rows.into_iter().map(|row| (row.subscriber_id, row.state.to_string(), row.attempts)).collect()
    }
}

/// Whether somebody who left is still written to when this appeal changes.
pub(crate) async fn follows(app: &App, appeal: AppealId, id: SubscriberId) -> bool {
    let mut tx = app.store.begin().await.unwrap();
    !tx.readers_among(appeal, &[id]).await.unwrap().is_empty()
}

/// Somebody with this address.
pub(crate) fn newcomer(address: &str, preferences: Preferences) -> Newcomer {
    Newcomer { address: address.parse().unwrap(), name: None, preferences }
}

async fn insert_post(tx: &mut handbill::store::Tx, title: &str, topics: &str, tick: Timestamp) -> (PostId, RevisionId) {
    const SOURCE: &str = "INSERT INTO sources (name, kind, created_at) VALUES ('test', 'folder', 0) \
                          ON CONFLICT (name) DO UPDATE SET kind = 'folder' RETURNING id";
    const POST: &str = "INSERT INTO posts (source_id, state, text_hash, first_seen_at, listed_at, revision_id) \
                        VALUES ($1, 'live', $2, $3, $3, 0) RETURNING id";
    const REVISION: &str = "INSERT INTO revisions (post_id, number, seen_at, published_at, title, url, language, topics, \
         excerpt, html, text, hash) VALUES ($1, 1, $2, $2, $3, $4, 'en', $5, $6, $7, $6, $8) RETURNING id";
    const CURRENT: &str = "UPDATE posts SET revision_id = $2 WHERE id = $1";
    let text = format!("What happened about {title}.");
    macro_rules! run {
        ($db:expr) => {{
            let source: i64 = sqlx::query_scalar(SOURCE).fetch_one(&mut **$db).await.unwrap();
            let hash = title.as_bytes().to_vec();
            let post: PostId =
                sqlx::query_scalar(POST).bind(source).bind(&hash).bind(tick).fetch_one(&mut **$db).await.unwrap();
            let revision: RevisionId = sqlx::query_scalar(REVISION)
                .bind(post)
                .bind(tick)
                .bind(title)
                .bind("https://campaign.example/post")
                .bind(topics)
                .bind(&text)
                .bind(format!("<p>{text}</p>"))
                .bind(&hash)
                .fetch_one(&mut **$db)
                .await
                .unwrap();
            sqlx::query(CURRENT).bind(post).bind(revision).execute(&mut **$db).await.unwrap();
            (post, revision)
        }};
    }
    match tx {
        handbill::store::Tx::Sqlite(db) => run!(db),
        handbill::store::Tx::Postgres(db) => run!(db),
    }
}
