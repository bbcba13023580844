//! What the store costs with many rows: planning, claiming, recording, importing, on SQLite.
//!
//! ```text
//! cargo bench --bench store            # 10,000 and 1,000,000 deliveries, 100,000 imported rows
//! cargo bench --bench store -- 50000   # as many deliveries as that, and rows
//! ```

use std::io;
use std::time::{Duration, Instant};

use anyhow::Context;
use handbill::app::App;
use handbill::clock::{Clock, Timestamp};
use handbill::config::SourceKind;
use handbill::deliveries::DeliveryState;
use handbill::editions::digest;
use handbill::editions::planner::{Planner, Step};
use handbill::id::{EditionId, SubscriberId};
use handbill::posts::PostState;
use handbill::posts::content::{Content, Markup, Raw};
use handbill::posts::matching::Names;
use handbill::store::Store;
use handbill::store::posts::NewPost;
use handbill::store::queue::{Claimed, Record};
use handbill::subscribers::import::{Refused, Summary, Watcher, import};
use handbill::subscribers::{Cadence, Consent};
use handbill::topics::Topics;

const CONFIG: &str = r#"[site]
name = "Campaign"
url = "http://127.0.0.1:8080"
language = "en"
time_zone = "Europe/London"
sender = "Campaign <news@campaign.example>"
postal_address = "1 Example Street, London"
"#;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Cargo adds a `--bench` of its own.
    let given: Option<u64> = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    for count in given.map_or(vec![10_000, 1_000_000], |count| vec![count]) {
        deliveries(count).await?;
    }
    imported(given.unwrap_or(100_000)).await
}

async fn scratch() -> anyhow::Result<(App, tempfile::TempDir)> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("config.toml");
    std::fs::write(&path, CONFIG)?;
    let config = handbill::config::load(&path, std::iter::empty())?;
    let clock = Clock::manual("2026-03-02T09:00:00Z".parse().map_err(anyhow::Error::msg)?);
    Ok((App::open(config, clock).await?, dir))
}

/// So many subscribers without sealed values, which planning and the ledger never look at.
async fn people(store: &Store, count: u64) -> anyhow::Result<()> {
    const FILL: &str = "INSERT INTO subscribers (state, key_id, address_index, domain_index, address, consent_source, \
         created_at, cadence, alerts, topics) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
         SELECT 'active', 1, randomblob(32), i % 97, randomblob(60), 'bench', 1, 'weekly', 1, '' FROM n";
    let mut tx = store.begin().await?;
    if let handbill::store::Tx::Sqlite(db) = &mut tx {
        sqlx::query(FILL).bind(i64::try_from(count)?).execute(&mut **db).await?;
    }
    Ok(tx.commit().await?)
}

async fn post(app: &App) -> anyhow::Result<()> {
    let now = app.clock.now();
    let body = "Everybody out on Monday.";
    let content = Content::new(Raw {
        title: Some("A strike".to_owned()),
        fallback_title: String::new(),
        url: None,
        base_url: &app.config.site.url,
        body_base: None,
        published_at: None,
        language: "en".to_owned(),
        topics: Topics::new(["Appeals"]),
        summary: None,
        body,
        markup: Markup::Markdown,
    });
    let names = Names { guid: None, url: None, path: Some("strike.md".to_owned()), text: content.text_hash() };
    let mut tx = app.store.begin().await?;
    let source = tx.begin_pass("bench", SourceKind::Folder, now).await?.id;
    tx.add_post(&NewPost { source, state: PostState::Live, names: &names, content: &content }, now).await?;
    tx.list_live_posts(now).await?;
    Ok(tx.commit().await?)
}

async fn deliveries(count: u64) -> anyhow::Result<()> {
    let (app, _dir) = scratch().await?;
    people(&app.store, count).await?;
    post(&app).await?;
    let due = digest::due(&app, Cadence::Weekly, app.clock.now()).await?;
    let (id, _) = digest::open(&app, due.first().context("nothing is due")?, "bench").await?;

    let (began, mut longest, mut batches, mut holds) = (Instant::now(), Duration::ZERO, 0u32, Vec::new());
    let mut planner = Planner::default();
    loop {
        let edition = app.store.edition(id).await?.context("the edition is gone")?;
        let step = Instant::now();
        let done = planner.step(&app, &edition).await? == Step::Done;
        longest = longest.max(step.elapsed());
        holds.push(planner.held());
        batches += 1;
        if done {
            break;
        }
    }
    let took = began.elapsed();
    println!("{count} deliveries planned in {took:.1?}: {batches} batches, the longest {longest:.1?}");
    holds.sort();
    let at = |share: usize| holds.get(holds.len() * share / 100).or(holds.last()).copied().unwrap_or_default();
    println!(
        "  the write lock was held {:.1?} (half of them), {:.1?} (95 of 100), {:.1?} at most",
        at(50),
        at(95),
        at(100)
    );

    let (mut claiming, mut recording, mut claims, mut slowest) = (Duration::ZERO, Duration::ZERO, 0u64, Duration::ZERO);
    // A tenth is enough of a million, and leaves the index as full as it is on the way.
    while claims * 256 < count.min(100_000) {
        let began = Instant::now();
        let claimed = claim(&app, id, i64::try_from(claims)?).await?;
        claiming += began.elapsed();
        slowest = slowest.max(began.elapsed());
        if claimed.is_empty() {
            break;
        }
        let began = Instant::now();
        for group in claimed.chunks(64) {
            record(&app, group).await?;
        }
        recording += began.elapsed();
        claims += 1;
    }
    let each = |took: Duration| took / u32::try_from(claims * 256).unwrap_or(u32::MAX).max(1);
    println!(
        "of {count}: a claim of 256 costs {:.1?} a delivery (slowest claim {slowest:.1?}), a record in groups of 64 {:.1?}",
        each(claiming),
        each(recording)
    );
    let now = app.clock.now();
    timed("counts", app.store.counts(id)).await?;
    timed("next due", app.store.next_due(id)).await?;
    timed("a page", app.store.deliveries(id, None, SubscriberId(0), 100)).await?;
    timed("a page of those refused", app.store.deliveries(id, Some(DeliveryState::Refused), SubscriberId(0), 100))
        .await?;
    timed("editions to end", app.store.editions_to_end(now)).await?;
    timed("subscriber counts", app.store.subscriber_counts()).await
}

async fn timed<T>(what: &str, work: impl Future<Output = handbill::store::Result<T>>) -> anyhow::Result<()> {
    let began = Instant::now();
    work.await?;
    println!("  {what}: {:.1?}", began.elapsed());
    Ok(())
}

async fn claim(app: &App, edition: EditionId, lease: i64) -> anyhow::Result<Vec<Claimed>> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let claimed = tx.claim(edition, 256, lease, None, now.plus(Duration::from_secs(180)), now).await?;
    tx.commit().await?;
    Ok(claimed)
}

async fn record(app: &App, group: &[Claimed]) -> anyhow::Result<()> {
    let now = app.clock.now();
    let records: Vec<Record> = group.iter().map(|claimed| accepted(claimed, now)).collect();
    let mut tx = app.store.begin().await?;
    let live = tx.record(&records).await?;
    let reached: Vec<SubscriberId> = live.iter().map(|(_, subscriber)| *subscriber).collect();
    tx.advance_marks(now, &reached).await?;
    Ok(tx.commit().await?)
}

fn accepted(claimed: &Claimed, now: Timestamp) -> Record {
    Record {
        edition: claimed.edition_id,
        subscriber: claimed.subscriber_id,
        lease: claimed.lease,
        state: DeliveryState::Accepted,
        due_at: now,
        attempts: 1,
        maybe_sent: false,
        relay: Some("main".to_owned()),
        stage: Some("dot".to_owned()),
        reply_code: Some(250),
        reply: Some("2.0.0 Ok: queued".to_owned()),
        ended_at: Some(now),
        blocks: claimed.blocks,
        domain_index: claimed.domain_index,
        finding: None,
    }
}

struct Quiet;

impl Watcher for Quiet {
    fn refused(&mut self, _: &Refused) -> io::Result<()> {
        Ok(())
    }

    fn came_to(&mut self, _: u64, _: &Summary) {}
}

async fn imported(count: u64) -> anyhow::Result<()> {
    let (app, _dir) = scratch().await?;
    let mut file = "email,name,topics,cadence\n".to_owned();
    for number in 1..=count {
        file.push_str(&format!("person{number}@example.org,Person {number},Appeals,weekly\n"));
    }
    let consent = Consent::Given("at a meeting".to_owned());
    for round in ["rows imported", "rows known already"] {
        let began = Instant::now();
        import(&app, file.as_bytes(), &consent, "bench", &mut Quiet).await?;
        println!("{count} {round} in {:.1?}", began.elapsed());
    }
    Ok(())
}
