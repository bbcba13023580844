//! The real router on a loopback port, and a client that is no more than a socket.

use std::net::SocketAddr;
use std::sync::Arc;

use handbill::address::Address;
use handbill::app::App;
use handbill::id::SubscriberId;
use handbill::store::deliveries::Delivery;
use handbill::store::subscribers::SubscriberRow;
use handbill::store::{Store, Tx};
use handbill::subscribers::{Consent, Newcomer, Preferences, list};
use handbill::templates::Templates;
use handbill::vault::{Token, TokenPurpose, Vault};
use handbill::web::{Limits, Pages, serve_within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::stores::TestStore;

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) struct Site {
    pub(crate) at: SocketAddr,
    pub(crate) app: Arc<App>,
    pub(crate) pages: Pages,
    pub(crate) shutdown: CancellationToken,
    pub(crate) serving: JoinHandle<anyhow::Result<()>>,
    // Its folder vanishes with it.
    _store: TestStore,
}

/// An answer, with header names in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.body.contains(text)
    }
}

impl Site {
    pub(crate) async fn new(store: TestStore) -> Self {
        Self::with(store, "").await
    }

    /// A site with these lines in `[web]`.
    pub(crate) async fn with(store: TestStore, web: &str) -> Self {
        Self::within(Limits::default(), store, web).await
    }

    /// As [`Site::with`], with other limits of connections.
    pub(crate) async fn within(limits: Limits, store: TestStore, web: &str) -> Self {
        let config = format!(
            "[site]\nname = \"Campaign <Example>\"\nurl = \"http://127.0.0.1:8080\"\nlanguage = \"en\"\n\
             time_zone = \"Europe/London\"\nsender = \"Campaign <news@campaign.example>\"\n\
             postal_address = \"1 Example Street, London\"\n[web]\n{web}\n"
        );
        let app = Arc::new(App {
            config: toml::from_str(&config).unwrap(),
            store: store.store.clone(),
            vault: Vault::read(&store.dir.path().join("handbill.key")).unwrap(),
            clock: store.clock.clone(),
        });
        let (_, templates) = watch::channel(Arc::new(Templates::load(None).unwrap()));
        let pages = Pages::new(Arc::clone(&app), templates);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (at, shutdown) = (listener.local_addr().unwrap(), CancellationToken::new());
        let serving = tokio::spawn(serve_within(limits, listener, pages.clone(), shutdown.clone()));
        Self { at, app, pages, shutdown, serving, _store: store }
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if method == "POST" {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        self.raw(&[head.as_bytes(), b"\r\n", body].concat()).await
    }

    /// Sends these bytes and nothing more, and reads the answer to its end.
    pub(crate) async fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.at).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut bytes = Vec::new();
        // A server that refuses a long body may hang up before all of it is read; what it said first counts.
        let _ = stream.read_to_end(&mut bytes).await;
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| line.split_once(": ").unwrap());
        // The clock of the machine is no part of what was said.
        let headers =
            headers.filter(|(name, _)| *name != "date").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        Answer { status, headers: headers.collect(), body: body.to_owned() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"").await
    }

    pub(crate) async fn post(&self, path: &str, form: &str) -> Answer {
        self.send("POST", path, &[("Content-Type", FORM)], form.as_bytes()).await
    }

    pub(crate) async fn find(&self, address: &str) -> Option<SubscriberRow> {
        let address: Address = address.parse().unwrap();
        self.app.store.subscriber_by_address(&self.app.vault.address_indexes(&address)).await.unwrap()
    }

    pub(crate) async fn mails(&self, id: SubscriberId) -> Vec<Delivery> {
        self.app.store.deliveries_to(id, 100).await.unwrap()
    }

    /// Puts somebody on the list, as an import does.
    pub(crate) async fn add(&self, address: &str, preferences: Preferences) -> SubscriberId {
        let newcomer = Newcomer { address: address.parse().unwrap(), name: None, preferences };
        let consent = Consent::Given("on paper".to_owned());
        list::add(&self.app, &[newcomer], &consent, "import").await.unwrap();
        self.find(address).await.unwrap().id
    }

    /// The token that the latest mail to somebody has in its link.
    pub(crate) async fn mailed(&self, purpose: TokenPurpose, id: SubscriberId) -> String {
        let edition = self.mails(id).await.first().unwrap().edition_id;
        self.token(purpose, id, edition.0)
    }

    pub(crate) fn token(&self, purpose: TokenPurpose, id: SubscriberId, edition: i64) -> String {
        self.app.vault.write_token(Token { purpose, subscriber: id.0, edition }).unwrap()
    }
}

/// Runs one statement, whose one parameter is some bytes.
pub(crate) async fn execute(store: &Store, sql: &'static str) {
    let bytes: &[u8] = b"bytes";
    let mut tx = store.begin().await.unwrap();
    match &mut tx {
        Tx::Sqlite(tx) => drop(sqlx::query(sql).bind(bytes).execute(&mut **tx).await.unwrap()),
        Tx::Postgres(tx) => drop(sqlx::query(sql).bind(bytes).execute(&mut **tx).await.unwrap()),
    }
    tx.commit().await.unwrap();
}

/// Three posts with topics, one of them withdrawn.
pub(crate) async fn posts(store: &Store) {
    execute(store, "INSERT INTO sources (id, name, kind, created_at) SELECT 1, 'posts', 'folder', length($1)").await;
    execute(
        store,
        "INSERT INTO posts (id, source_id, state, text_hash, first_seen_at, listed_at, revision_id) VALUES \
         (1, 1, 'live', $1, 10, 10, 1), (2, 1, 'live', $1, 20, 20, 3), (3, 1, 'withdrawn', $1, 30, 30, 4)",
    )
    .await;
    execute(
        store,
        "INSERT INTO revisions (id, post_id, number, seen_at, published_at, title, url, language, topics, excerpt, \
         html, text, hash) VALUES \
         (1, 1, 1, 0, 1772442000000000, 'Older', 'https://campaign.example/1', 'en', 'Appeals', '', '<p>First</p>', '', $1), \
         (2, 2, 1, 0, 1772442000000000, 'Newer, first draft', NULL, 'en', 'Bakery', '', '<p>Draft</p>', '', $1), \
         (3, 2, 2, 0, 1772442000000000, 'Newer & better', 'javascript:alert(1)', 'ru', 'Bakery;Appeals', '', \
         '<p>Second</p>', '', $1), \
         (4, 3, 1, 0, 1772442000000000, 'Taken back', NULL, 'en', 'Secret', '', '<p>Gone</p>', '', $1)",
    )
    .await;
}
