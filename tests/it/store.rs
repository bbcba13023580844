//! The store: every function, on both databases.

mod appeals;
pub(crate) mod deliveries;
mod domains;
mod editions;
mod letters;
mod notices;
mod plans;
mod posts;
mod subscribers;
mod tallies;
mod translations;
mod turns;

use handbill::id::AppealId;
use handbill::store::{Store, StoreError};
use handbill::vault::Vault;

on_both! {
    async fn the_post_clock_never_stands_still_or_goes_back(store) {
        let now = store.now();
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.tick(now).await.unwrap(), now);
        assert!(tx.tick(now).await.unwrap() > now);
        let later = now.plus(std::time::Duration::from_secs(60));
        tx.cut_off(later).await.unwrap();
        assert!(tx.tick(now).await.unwrap() > later);
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn a_change_wakes(store) {
        let before = store.wake_count().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.wake().await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.wake_count().await.unwrap(), before + 1);
    }
}

on_both! {
    async fn what_is_not_committed_is_not_kept(store) {
        let before = store.wake_count().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.wake().await.unwrap();
        drop(tx);
        assert_eq!(store.wake_count().await.unwrap(), before);
    }
}

on_both! {
    async fn who_only_reads_waits_for_no_writer_and_writes_nothing(store) {
        let before = store.wake_count().await.unwrap();
        let mut writing = store.begin().await.unwrap();
        writing.wake().await.unwrap();
        let mut reading = store.begin_read().await.unwrap();
        assert!(reading.current_version(AppealId(1)).await.unwrap().is_none());
        writing.commit().await.unwrap();
        assert!(reading.wake().await.is_err());
        drop(reading);
        assert_eq!(store.wake_count().await.unwrap(), before + 1);
    }
}

on_both! {
    async fn a_store_knows_its_keys(store) {
        assert!(!store.is_keyless().await.unwrap());
        store.check_keys(&store.vault, store.now()).await.unwrap();
        let other = Vault::create(&store.dir.path().join("other.key"), store.now()).unwrap();
        let error = store.check_keys(&other, store.now()).await.unwrap_err();
        assert!(matches!(error, StoreError::WrongKey(1)), "{error}");
        // Opened again, it is the same store.
        let again = Store::open(&store.url).await.unwrap();
        again.check_keys(&store.vault, store.now()).await.unwrap();
    }
}

/// Their names, by what their files say.
#[test]
fn every_function_of_the_store_is_called_on_both_databases() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |folder: &str, only: &str| -> String {
        let entries = std::fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        entries
            .filter(|path| path.is_file() && path.to_string_lossy().ends_with(only))
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect()
    };
    let (store, tests) = (read("src/store", ".rs"), read("tests/it/store", ".rs") + &read("tests/it", "/store.rs"));
    let tests = tests + &read("tests/it/appeals", ".rs");
    let names: Vec<&str> = store
        .split("pub async fn ")
        .skip(1)
        .filter_map(|rest| rest.split(['(', '<']).next())
        // Opened, migrated and closed is every store; the tests of commands ask whether one is up to date.
        .filter(|name| !["open", "connect", "migrate", "close", "is_up_to_date", "find"].contains(name))
        .collect();
    assert!(names.len() > 60, "only {} functions were found", names.len());
    let missing: Vec<&str> = names.into_iter().filter(|name| !tests.contains(&format!(".{name}("))).collect();
    assert!(missing.is_empty(), "no test of the store calls {missing:?}");
}

/// Table and column names, with whether each column may be empty.
async fn columns(store: &Store) -> Vec<(String, String, bool)> {
    const SQLITE: &str = "SELECT m.name, c.name, c.\"notnull\" = 0 FROM sqlite_master m, pragma_table_info(m.name) c \
                          WHERE m.type = 'table' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite%'";
    const POSTGRES: &str = "SELECT table_name::text, column_name::text, is_nullable = 'YES' \
                            FROM information_schema.columns WHERE table_schema = 'public' \
                            AND table_name NOT LIKE '\\_sqlx%'";
    let mut columns: Vec<(String, String, bool)> = match store {
        Store::Sqlite(_) => {
            let pool = sqlx::SqlitePool::connect(&sqlite_url(store)).await.unwrap();
            sqlx::query_as(SQLITE).fetch_all(&pool).await.unwrap()
        }
        Store::Postgres(pool) => sqlx::query_as(POSTGRES).fetch_all(pool).await.unwrap(),
    };
    columns.sort();
    columns
}

fn sqlite_url(store: &Store) -> String {
    format!("sqlite://{}", store.folder().unwrap().join("handbill.db").display())
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_have_the_same_tables() {
    let sqlite = crate::stores::TestStore::sqlite().await;
    let postgres = crate::stores::TestStore::postgres().await;
    let columns = (columns(&sqlite).await, columns(&postgres).await);
    assert!(columns.0.len() > 100);
    assert_eq!(columns.0, columns.1);
}

#[tokio::test]
async fn a_database_file_is_private_and_a_read_only_one_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let store = crate::stores::TestStore::sqlite().await;
    for name in ["handbill.db", "handbill.db-wal"] {
        let mode = std::fs::metadata(store.dir.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let missing = "sqlite:///proc/handbill/handbill.db";
    let error = Store::open(missing).await.unwrap_err().to_string();
    assert!(error.contains("/proc/handbill/handbill.db") && error.contains("writable"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_cannot_be_used_is_named_with_what_is_wrong() {
    let port = crate::sink::free_port();
    let away = format!("postgres://someone:secret@127.0.0.1:{port}/handbill");
    let error = Store::open(&away).await.unwrap_err().to_string();
    let place = format!("cannot open the store postgres://127.0.0.1:{port}/handbill: ");
    assert!(error.starts_with(&place) && error.contains("Connection refused"), "{error}");
    assert!(error.contains("check store.url") && !error.contains("secret"), "{error}");

    let there = crate::stores::postgres_database().await;
    let missing = format!("{there}_nowhere");
    let error = Store::open(&missing).await.unwrap_err().to_string();
    assert!(error.contains("does not exist; make it with createdb") && !error.contains("line"), "{error}");
}
