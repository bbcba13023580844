//! A store of its own for each test, on SQLite and on PostgreSQL.

use std::io::{BufRead, BufReader, Write};
use std::ops::Deref;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use handbill::clock::{Clock, Timestamp};
use handbill::store::Store;
use handbill::vault::Vault;

/// Makes two tests of one: `name::sqlite` and `name::postgres`, each with a fresh store.
macro_rules! on_both {
    ($(#[$attribute:meta])* async fn $name:ident($store:ident) $body:block) => {
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "some bodies name everything in full")]
            use super::*;

            async fn body($store: crate::stores::TestStore) $body

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                body(crate::stores::TestStore::sqlite().await).await;
            }

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                body(crate::stores::TestStore::postgres().await).await;
            }
        }
    };
}

/// A private store with its key, a clock that stands still, and a folder that vanishes with it.
pub(crate) struct TestStore {
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) clock: Clock,
    pub(crate) url: String,
    pub(crate) dir: tempfile::TempDir,
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

/// Monday, 2 March 2026, at 09:00 UTC.
pub(crate) const MONDAY: &str = "2026-03-02T09:00:00Z";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl TestStore {
    pub(crate) async fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", dir.path().join("handbill.db").display());
        Self::open(dir, url).await
    }

    pub(crate) async fn postgres() -> Self {
        Self::open(tempfile::tempdir().unwrap(), postgres_database().await).await
    }

    async fn open(dir: tempfile::TempDir, url: String) -> Self {
        let clock = Clock::manual(at(MONDAY));
        let store = Store::open(&url).await.unwrap();
        let vault = Vault::create(&dir.path().join("handbill.key"), clock.now()).unwrap();
        store.check_keys(&vault, clock.now()).await.unwrap();
        Self { store, vault, clock, url, dir }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

struct Server {
    url: String,
    // Its standard input stays open as long as this process lives, and the server with it.
    _child: Child,
}

/// The URL of a database of its own on the test server.
pub(crate) async fn postgres_database() -> String {
    static SERVER: OnceLock<Server> = OnceLock::new();
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(start)).await.unwrap();
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let Store::Postgres(pool) = Store::connect(&server.url).await.unwrap() else { unreachable!() };
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.unwrap();
    pool.close().await;
    let (server, _) = server.url.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

/// A PostgreSQL server of its own, for tests that do to it what others must not meet.
pub(crate) struct OwnServer {
    url: String,
    child: Child,
    said: BufReader<std::process::ChildStdout>,
}

impl OwnServer {
    pub(crate) fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/postgres");
        let mut child = Command::new(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let mut own = Self { url: String::new(), child, said };
        own.url = own.ready();
        own
    }

    fn ready(&mut self) -> String {
        let mut url = String::new();
        self.said.read_line(&mut url).unwrap();
        assert!(url.starts_with("postgres://"), "PostgreSQL did not start; see above");
        url.trim().to_owned()
    }

    /// Stops it as for an update, and starts it again.
    pub(crate) fn restart(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"again\n").unwrap();
        assert_eq!(self.ready(), self.url);
    }

    pub(crate) async fn store(&self) -> TestStore {
        TestStore::open(tempfile::tempdir().unwrap(), self.url.clone()).await
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn start() -> Server {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/postgres");
    let mut child = Command::new(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut url = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let url = url.trim().to_owned();
    assert!(url.starts_with("postgres://"), "PostgreSQL did not start; see above");
    Server { url, _child: child }
}
