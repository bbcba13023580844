//! How the databases go about each statement: none reads a whole table of subscribers or deliveries, but those few that
//! look at everybody's zone or count deliveries; nor of posts' names, nor of events.
//!
//! The statements are those that the other tests of the store made PostgreSQL prepare, so none can be forgotten here.

use std::collections::BTreeMap;

use handbill::clock::Timestamp;
use handbill::deliveries::DeliveryState;
use handbill::id::{EditionId, PostId, SourceId, SubscriberId};
use handbill::posts::matching::{NameKind, Names};
use handbill::store::Store;
use handbill::store::audience::Audience;
use handbill::store::subscribers::SubscriberFilter;
use handbill::subscribers::{Cadence, SubscriberState};
use sqlx::{AssertSqlSafe, Executor, Row};

use super::deliveries::{accepted, soon};
use crate::app::TestApp;
use crate::stores::TestStore;

/// Enough that reading all of it costs more than looking up.
const ROWS: i64 = 20_000;

/// Those that look at each zone, or count half of all deliveries.
const OF_ALL: [&str; 2] = [
    "SELECT state, count(*) FROM deliveries WHERE edition_id",
    "SELECT DISTINCT COALESCE(time_zone, $2) FROM subscribers",
];

/// The one that counts everybody, in indexes that hold nothing else.
const COUNTS: &str = "SELECT 'active', FALSE, count(*) FROM subscribers";

/// Many subscribers and deliveries, half of them in each of two editions; and what PostgreSQL knows about tables that
/// grew a while ago.
async fn fill(store: &Store) {
    const EDITIONS: &str = "INSERT INTO editions (id, kind, lane, key, state, cadence, slot_at, time_zone, cut_off_at, \
         created_at, created_by, deadline_at) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2) \
         SELECT i, 'digest', 2, CAST(i AS TEXT), 'sending', 'weekly', i, 'Europe/London', i, 1, 'test', 9000000000000000 FROM n";
    const VARIANTS: &str =
        "INSERT INTO variants (id, edition_id, language, items) SELECT id, id, 'en', '' FROM editions";
    const SUBSCRIBERS: &str = "INSERT INTO subscribers (id, state, key_id, address_index, domain_index, consent_source, \
         created_at, cadence, alerts, topics, address) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
         SELECT i, CASE WHEN i % 100 = 0 THEN 'pending' ELSE 'active' END, 1, CAST('index ' || i AS BYTES), 0, 'test', 1, \
         CASE WHEN i % 4 = 0 THEN 'daily' ELSE 'weekly' END, TRUE, '', \
         CAST('as long as a sealed address, with its nonce and its tag, and a sealed name with its own, and then a little more \
         for what people say of when and where they gave their consent ' || i AS BYTES) FROM n";
    const DELIVERIES: &str = "INSERT INTO deliveries (edition_id, subscriber_id, variant_id, state, due_at, domain_index) \
         SELECT 1 + id % 2, id, 1 + id % 2, CASE WHEN id % 3 = 0 THEN 'queued' ELSE 'accepted' END, id, 0 FROM subscribers";
    let mut tx = store.begin().await.unwrap();
    match &mut tx {
        handbill::store::Tx::Sqlite(db) => {
            let subscribers = AssertSqlSafe(SUBSCRIBERS.replace("BYTES", "BLOB"));
            db.execute(EDITIONS).await.unwrap();
            db.execute(VARIANTS).await.unwrap();
            sqlx::query(subscribers).bind(ROWS).execute(&mut **db).await.unwrap();
            db.execute(DELIVERIES).await.unwrap();
        }
        handbill::store::Tx::Postgres(db) => {
            let subscribers = AssertSqlSafe(SUBSCRIBERS.replace("BYTES", "BYTEA"));
            db.execute(EDITIONS).await.unwrap();
            db.execute(VARIANTS).await.unwrap();
            sqlx::query(subscribers).bind(ROWS).execute(&mut **db).await.unwrap();
            db.execute(DELIVERIES).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

/// Has every statement prepared that a dispatcher, a planner, a page or a sweep runs.
async fn use_all(app: &TestApp) {
    let (store, now) = (&app.store, app.now());
    let edition = EditionId(1);
    for zone in [None, Some("Europe/Paris")] {
        let audience = Audience { cadence: Cadence::Weekly, zone, site_zone: "Europe/London", newest: now, now };
        store.digest_candidates(&audience, SubscriberId(0), 10).await.unwrap();
    }
    store.digest_zones(Cadence::Weekly, "Europe/London").await.unwrap();
    store.counts(edition).await.unwrap();
    for state in DeliveryState::ALL.iter().copied().map(Some).chain([None]) {
        store.deliveries(edition, state, SubscriberId(5), 10).await.unwrap();
    }
    for state in SubscriberState::ALL.iter().copied().map(Some).chain([None]) {
        for cadence in [None, Some(Cadence::Weekly)] {
            store.subscribers(SubscriberFilter { state, cadence }, SubscriberId(5), 10).await.unwrap();
        }
    }
    store.deliveries_to(SubscriberId(5), 10).await.unwrap();
    store.subscriber(SubscriberId(5)).await.unwrap();
    store.next_due(edition).await.unwrap();
    store.due_since(edition).await.unwrap();
    store.editions_to_end(now).await.unwrap();
    store.subscriber_counts().await.unwrap();
    store.mailed_language(edition, SubscriberId(5)).await.unwrap();
    store.history(SubscriberId(5)).await.unwrap();

    let address = "person@example.org".parse().unwrap();
    let indexes = app.vault.address_indexes(&address);
    let index: Vec<_> = indexes.iter().map(|(_, index)| index.clone()).collect();
    store.subscriber_by_address(&indexes).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let claimed = tx.claim(edition, 10, 7, None, soon(now), now).await.unwrap();
    assert_eq!(claimed.len(), 10);
    tx.extend_lease(7, soon(now)).await.unwrap();
    tx.postpone(7, now).await.unwrap();
    tx.release(7, &[claimed[9].subscriber_id]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.standings(7).await.unwrap().len(), 9);
    let mut tx = store.begin().await.unwrap();
    let records: Vec<_> = claimed.iter().take(2).map(|claimed| accepted(claimed, now)).collect();
    assert_eq!(tx.record(&records).await.unwrap().len(), 2);
    tx.advance_marks(now, &[SubscriberId(5), SubscriberId(6)]).await.unwrap();
    tx.void_leases(now).await.unwrap();
    tx.end_queued(edition, DeliveryState::Expired, 5, now).await.unwrap();
    tx.end_queued_of(SubscriberId(5), true, DeliveryState::Suppressed, now).await.unwrap();
    tx.end_edition(edition, now).await.unwrap();
    tx.known_among(&index).await.unwrap();
    tx.suppressed_among(&index).await.unwrap();
    tx.suppress(&indexes, handbill::subscribers::SuppressionReason::Manual, now).await.unwrap();
    tx.lift_suppression(SubscriberId(5), 999).await.unwrap();
    tx.void_links(SubscriberId(5), now).await.unwrap();
    tx.erase_subscriber(SubscriberId(5)).await.unwrap();
    tx.commit().await.unwrap();
}

/// The text of every statement, with PostgreSQL's plan of it for parameters that it does not know.
async fn postgres_plans(store: &Store, tables: &[&str]) -> BTreeMap<String, String> {
    const PREPARED: &str = "SELECT name, statement, cardinality(parameter_types) FROM pg_prepared_statements";
    let Store::Postgres(pool) = store else { unreachable!() };
    let mut plans = BTreeMap::new();
    let mut all = Vec::new();
    // Each connection has prepared what it ran, and no other.
    while all.len() < pool.size() as usize {
        all.push(pool.acquire().await.unwrap());
    }
    for db in &mut all {
        db.execute("SET plan_cache_mode = force_generic_plan").await.unwrap();
        for row in sqlx::query(PREPARED).persistent(false).fetch_all(&mut **db).await.unwrap() {
            let (name, text, parameters): (String, String, i32) = (row.get(0), row.get(1), row.get(2));
            if !tables.iter().any(|table| text.contains(table)) || text.starts_with("INSERT") {
                continue;
            }
            let nulls = vec!["NULL"; usize::try_from(parameters).unwrap()].join(", ");
            let given = if nulls.is_empty() { nulls } else { format!("({nulls})") };
            let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE \"{name}\"{given}"));
            let lines = sqlx::raw_sql(explain).fetch_all(&mut **db).await.unwrap();
            let plan: Vec<String> = lines.iter().map(|line| line.get(0)).collect();
            plans.insert(text, plan.join("\n"));
        }
    }
    plans
}

async fn sqlite_plan(pool: &sqlx::SqlitePool, text: &str) -> String {
    // The one place where the texts differ.
    let text = text.replace("= ANY (ARRAY(", "IN (").replace(" FOR UPDATE SKIP LOCKED))", ")");
    let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"))).fetch_all(pool).await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
    lines.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_reads_all_subscribers_or_deliveries() {
    let postgres = TestApp::new(TestStore::postgres().await, 2525).await;
    fill(&postgres.store).await;
    let Store::Postgres(pool) = &postgres.store else { unreachable!() };
    // As the server does by itself after a while: what is on each page, and that all of it can be seen by everybody.
    pool.execute("VACUUM (ANALYZE)").await.unwrap();
    use_all(&postgres).await;
    let plans = postgres_plans(&postgres.store, &["deliveries", "subscribers"]).await;
    assert!(plans.len() > 30, "only {} statements were seen", plans.len());
    for (text, plan) in &plans {
        if OF_ALL.iter().any(|start| text.starts_with(start)) {
            continue;
        }
        for table in ["subscribers", "deliveries"] {
            let scan = format!("Seq Scan on {table}");
            assert!(!plan.contains(&scan), "PostgreSQL reads all {table} for\n{text}\n{plan}");
        }
    }

    let sqlite = TestApp::new(TestStore::sqlite().await, 2525).await;
    fill(&sqlite.store).await;
    use_all(&sqlite).await;
    let file = format!("sqlite://{}", sqlite.store.folder().unwrap().join("handbill.db").display());
    let pool = sqlx::SqlitePool::connect(&file).await.unwrap();
    for text in plans.keys() {
        let plan = sqlite_plan(&pool, text).await;
        for line in plan.lines() {
            // A scan of the index of those that are leased is one of few.
            let read = line.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
            let scans =
                matches!(read, Some("subscribers" | "deliveries" | "s" | "d")) && !line.contains("deliveries_lease");
            let counts = OF_ALL.iter().any(|start| text.starts_with(start))
                || text.starts_with(COUNTS) && line.contains("COVERING INDEX");
            assert!(!scans || counts, "SQLite reads a whole table for\n{text}\n{plan}");
        }
    }
    // The proof that a scan would be seen.
    let scan = sqlite_plan(&pool, "SELECT count(*) FROM deliveries WHERE relay = 'none'").await;
    assert!(scan.contains("SCAN deliveries"), "{scan}");
}

/// A source of many posts, each with a former name of each kind and a page, and half of them a translation with its original.
async fn fill_posts(store: &Store) {
    const SOURCES: &str =
        "INSERT INTO sources (id, name, kind, created_at) VALUES (1, 'posts', 'folder', 1), (2, 'news', 'feed', 1)";
    const POSTS: &str = "INSERT INTO posts (id, source_id, state, guid, canonical_url, path, text_hash, first_seen_at, \
         listed_at, revision_id, translation_key, original_id) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
         SELECT i, 1 + i % 2, 'live', 'guid ' || i, 'https://campaign.example/' || i, i || '.md', CAST('hash' AS BYTES), 1, i, 0, \
         CASE WHEN i % 2 = 0 THEN 'guid ' || (i - 1) END, CASE WHEN i % 2 = 0 AND i < $1 THEN i - 1 END FROM n";
    const NAMES: &str = "INSERT INTO post_names (source_id, kind, name, post_id) \
         SELECT source_id, 'guid', 'was ' || id, id FROM posts UNION ALL \
         SELECT source_id, 'url', 'https://old.example/' || id, id FROM posts UNION ALL \
         SELECT source_id, 'path', 'old/' || id || '.md', id FROM posts";
    const EDITIONS: &str = "INSERT INTO editions (id, kind, lane, key, state, cadence, slot_at, time_zone, cut_off_at, \
         created_at, created_by, deadline_at) SELECT id, 'digest', 2, CAST(id AS TEXT), 'done', 'weekly', id, 'Europe/London', \
         id, 1, 'test', 1 FROM posts";
    const VARIANTS: &str =
        "INSERT INTO variants (id, edition_id, language, items) SELECT id, id, 'en', id || '.full' FROM editions";
    let mut tx = store.begin().await.unwrap();
    match &mut tx {
        handbill::store::Tx::Sqlite(db) => {
            db.execute(SOURCES).await.unwrap();
            let posts = AssertSqlSafe(POSTS.replace("BYTES", "BLOB"));
            sqlx::query(posts).bind(ROWS).execute(&mut **db).await.unwrap();
            for more in [NAMES, EDITIONS, VARIANTS] {
                db.execute(more).await.unwrap();
            }
        }
        handbill::store::Tx::Postgres(db) => {
            db.execute(SOURCES).await.unwrap();
            let posts = AssertSqlSafe(POSTS.replace("BYTES", "BYTEA"));
            sqlx::query(posts).bind(ROWS).execute(&mut **db).await.unwrap();
            for more in [NAMES, EDITIONS, VARIANTS] {
                db.execute(more).await.unwrap();
            }
        }
    }
    tx.commit().await.unwrap();
}

/// Has every statement prepared by which a pass looks for posts and their names, or lists what is new.
async fn use_posts(store: &Store, now: Timestamp) {
    for kind in NameKind::ALL.iter().copied() {
        store.former_names(SourceId(1), kind, &["was 5", "old/5.md"]).await.unwrap();
    }
    store.known_posts(SourceId(1)).await.unwrap();
    let names = Names { guid: Some("other".to_owned()), url: None, path: None, text: [0; 32] };
    let mut tx = store.begin().await.unwrap();
    tx.link_translations().await.unwrap();
    tx.list_live_posts(now).await.unwrap();
    tx.rename_post(PostId(5), &names).await.unwrap();
    tx.return_post(PostId(5)).await.unwrap();
    tx.forget_listing(PostId(5)).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_pass_reads_all_posts_or_names_for_one() {
    let postgres = TestStore::postgres().await;
    fill_posts(&postgres).await;
    let Store::Postgres(pool) = &postgres.store else { unreachable!() };
    pool.execute("VACUUM (ANALYZE)").await.unwrap();
    use_posts(&postgres, postgres.now()).await;
    let plans = postgres_plans(&postgres, &["posts", "post_names"]).await;
    assert!(plans.len() >= 7, "only {} statements were seen", plans.len());
    let sqlite = TestStore::sqlite().await;
    fill_posts(&sqlite).await;
    use_posts(&sqlite, sqlite.now()).await;
    let file = format!("sqlite://{}", sqlite.folder().unwrap().join("handbill.db").display());
    let pool = sqlx::SqlitePool::connect(&file).await.unwrap();
    for (text, plan) in plans {
        let on_sqlite = sqlite_plan(&pool, &text).await;
        assert!(!plan.contains("Seq Scan on post"), "PostgreSQL reads a whole table for\n{text}\n{plan}");
        for line in on_sqlite.lines().filter(|line| line.starts_with("SCAN ")) {
            // The index of those that have no original yet holds nothing else.
            assert!(line.contains("posts_unlinked"), "SQLite reads a whole table for\n{text}\n{on_sqlite}");
        }
    }
}

/// An appeal for each of many posts, with two versions of an event each; the events are an hour apart, and few are near.
async fn fill_appeals(store: &Store, now: Timestamp) {
    const REVISIONS: &str = "INSERT INTO revisions (id, post_id, number, seen_at, published_at, title, language, topics, \
         excerpt, html, text, hash) SELECT id, id, 1, 1, 1, '', 'en', '', '', '', '', CAST('hash' AS BYTES) FROM posts";
    const APPEALS: &str = "INSERT INTO appeals (id, post_id, state, created_at, created_by) \
         SELECT id, id, CASE WHEN id % 3 = 0 THEN 'cancelled' ELSE 'open' END, 1, 'test' FROM posts";
    const VERSIONS: &str = "INSERT INTO appeal_versions (id, appeal_id, number, kind, revision_id, deadline_at, created_at, \
         created_by) SELECT 2 * a.id + n.number, a.id, n.number, 'amended', a.id, 1, a.id, 'test' FROM appeals a, \
         (SELECT 1 AS number UNION ALL SELECT 2) n";
    const EVENTS: &str = "INSERT INTO events (version_id, position, uid, starts_local, ends_local, time_zone, starts_at, \
         ends_at, address) SELECT id, 0, 'event ' || appeal_id, '2026-03-02T16:00:00', '2026-03-02T19:00:00', 'Europe/London', \
         $1 + appeal_id * 3600000000, $1 + appeal_id * 3600000000 + 1, 'London' FROM appeal_versions";
    let mut tx = store.begin().await.unwrap();
    match &mut tx {
        handbill::store::Tx::Sqlite(db) => {
            db.execute(AssertSqlSafe(REVISIONS.replace("BYTES", "BLOB"))).await.unwrap();
            db.execute(APPEALS).await.unwrap();
            db.execute(VERSIONS).await.unwrap();
            sqlx::query(EVENTS).bind(now).execute(&mut **db).await.unwrap();
        }
        handbill::store::Tx::Postgres(db) => {
            db.execute(AssertSqlSafe(REVISIONS.replace("BYTES", "BYTEA"))).await.unwrap();
            db.execute(APPEALS).await.unwrap();
            db.execute(VERSIONS).await.unwrap();
            sqlx::query(EVENTS).bind(now).execute(&mut **db).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_look_for_reminders_reads_all_events() {
    let postgres = TestStore::postgres().await;
    let now = postgres.now();
    let near = now.plus(std::time::Duration::from_secs(24 * 3600));
    fill_posts(&postgres).await;
    fill_appeals(&postgres, now).await;
    let Store::Postgres(pool) = &postgres.store else { unreachable!() };
    pool.execute("VACUUM (ANALYZE)").await.unwrap();
    assert_eq!(postgres.versions_to_remind(now, near).await.unwrap().len(), 16, "those of a day that are open");
    let plans = postgres_plans(&postgres, &["FROM events"]).await;
    assert!(plans.len() >= 2, "only {} statements were seen", plans.len());
    let sqlite = TestStore::sqlite().await;
    fill_posts(&sqlite).await;
    fill_appeals(&sqlite, now).await;
    assert_eq!(sqlite.versions_to_remind(now, near).await.unwrap().len(), 16);
    let file = format!("sqlite://{}", sqlite.folder().unwrap().join("handbill.db").display());
    let pool = sqlx::SqlitePool::connect(&file).await.unwrap();
    for (text, plan) in plans {
        let on_sqlite = sqlite_plan(&pool, &text).await;
        assert!(!plan.contains("Seq Scan"), "PostgreSQL reads a whole table for\n{text}\n{plan}");
        let scans = on_sqlite.lines().any(|line| line.starts_with("SCAN "));
        assert!(!scans, "SQLite reads a whole table for\n{text}\n{on_sqlite}");
    }
}
