//! Everything that a relay may do, and what comes of it: through a real dispatcher, into a real ledger. The table is also
//! the document `docs/smtp-outcomes.md`; `HANDBILL_WRITE_DOCS=1 cargo test outcomes` writes it anew.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

mod domains;
mod table;

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use handbill::app::App;
use handbill::clock::Timestamp;
use handbill::config::{Secret, Tls};
use handbill::deliveries::blame::{self, Blame};
use handbill::dispatcher::{self, Progress, Until};
use handbill::id::{EditionId, SubscriberId};
use handbill::relay::{RelayState, Reply};
use handbill::store::Store;
use handbill::store::deliveries::Delivery;
use handbill::subscribers::{Added, Cadence, Consent, Preferences, SuppressionReason, list};
use handbill::templates::Templates;
use handbill::vault::Vault;
use rustls::ServerConfig;
use tempfile::TempDir;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::table::{Next, Row, Setup, rows};
use crate::app::{TestApp, config_text, newcomer};
use crate::relay::certificates;
use crate::smtp::{Faulty, Script, Stage};
use crate::stores::TestStore;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/smtp-outcomes.md");
/// So many rows are tried at once: most of their time is waiting.
const AT_ONCE: usize = 40;

/// A store with a digest to one person, to be copied for each row.
struct Model {
    dir: TempDir,
    edition: EditionId,
    person: SubscriberId,
    now: Timestamp,
}

impl Model {
    async fn of(address: &str) -> Self {
        let app = TestApp::new(TestStore::sqlite().await, 25).await;
        let wanted = Preferences { cadence: Cadence::Weekly, ..Preferences::default() };
        let consent = Consent::Given("at a meeting".to_owned());
        let added = list::add(&app, &[newcomer(address, wanted)], &consent, "cli").await.unwrap();
        let Added::Active(person) = added[0] else { panic!("{added:?}") };
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        crate::nodes::plan_all(&app, edition).await;
        let now = app.now();
        let TestApp { app, dir } = app;
        // All of it is in the file then.
        app.store.close().await;
        Self { dir, edition, person, now }
    }

    /// An app of its own on a copy.
    async fn copy(&self, row: &Row, port: u16, ca: &Path) -> TestApp {
        let dir = tempfile::tempdir().unwrap();
        for name in ["handbill.db", "handbill.key"] {
            std::fs::copy(self.dir.path().join(name), dir.path().join(name)).unwrap();
        }
        std::fs::create_dir(dir.path().join("posts")).unwrap();
        let url = format!("sqlite://{}", dir.path().join("handbill.db").display());
        let path = dir.path().join("config.toml");
        std::fs::write(&path, config_text(&url, port, "")).unwrap();
        let mut config = handbill::config::load(&path, std::iter::empty()).unwrap();
        let relay = &mut config.relays[0];
        (relay.connections, relay.timeout) = (1, Duration::from_secs(row.limit));
        match row.setup {
            Setup::Starttls | Setup::NoStarttls => (relay.tls, relay.ca_file) = (Tls::Starttls, Some(ca.to_owned())),
            Setup::Account(password) => {
                (relay.user, relay.password) = (Some("group".to_owned()), Some(Secret::new(password)));
            }
            Setup::Plain | Setup::Offering(_) | Setup::Wide(_) => {}
        }
        let store = Store::open(&url).await.unwrap();
        let vault = Vault::read(&dir.path().join("handbill.key")).unwrap();
        let clock = handbill::clock::Clock::manual(self.now);
        TestApp { app: Arc::new(App { config, store, vault, clock }), dir }
    }
}

/// What the relay does when nothing is wrong with it.
fn well(setup: Setup, tls: &Arc<ServerConfig>) -> Script {
    match setup {
        Setup::Plain | Setup::NoStarttls => Script::default(),
        Setup::Offering(keywords) | Setup::Wide(keywords) => Script::default().offering(keywords),
        Setup::Starttls => Script::default().starttls(Arc::clone(tls)),
        Setup::Account(_) => Script::default().account("group", "sesame").offering(&["AUTH PLAIN", "PIPELINING"]),
    }
}

async fn ledger(app: &TestApp, edition: EditionId) -> Delivery {
    let rows = app.store.deliveries(edition, None, SubscriberId(0), 10).await.unwrap();
    rows.into_iter().next().unwrap()
}

/// What is written down of it: in the ledger, or else of the relay.
async fn said(app: &TestApp, line: &Delivery, port: u16) -> String {
    match (&line.stage, line.reply_code, &line.reply) {
        (Some(stage), Some(code), reply) => format!("{stage}: {code} {}", reply.as_deref().unwrap_or_default()),
        (Some(stage), None, reply) => format!("{stage}: {}", reply.as_deref().unwrap_or_default()),
        _ => {
            let relays = app.store.relays().await.unwrap();
            let reason = relays.first().and_then(|relay| relay.reason.clone()).unwrap_or_default();
            reason.replace(&format!("127.0.0.1:{port}"), "127.0.0.1:25")
        }
    }
}

/// Whose fault the ledger says it is.
fn blamed(line: &Delivery) -> Option<Blame> {
    match (line.state.as_str(), line.reply_code, line.stage.as_deref().map(str::parse)) {
        ("accepted", ..) => None,
        (_, Some(code), Some(Ok(stage))) => {
            let reply = Reply::new(u16::try_from(code).unwrap(), line.reply.as_deref().unwrap_or_default());
            Some(blame::blame(stage, &reply))
        }
        _ => Some(Blame::Relay),
    }
}

/// What happens next, as far as the store says.
async fn next(app: &TestApp, model: &Model, line: &Delivery, failed: bool) -> Next {
    let now = app.now();
    let domains = app.store.blocked_domains(now).await.unwrap();
    let person = app.store.subscriber(model.person).await.unwrap().unwrap();
    let relays = app.store.relays().await.unwrap();
    let relay = relays.first().filter(|relay| relay.state == RelayState::Stopped);
    match (line.state.as_str(), person.suppression) {
        ("accepted", None) => Next::Done,
        ("refused", Some(SuppressionReason::Dead)) => Next::Dead,
        ("refused", None) => Next::Over,
        ("queued", None) if line.attempts == 0 => {
            assert!(failed && line.due_at <= now, "{line:?}");
            match relay.and_then(|relay| relay.retry_at).unwrap().since(now).as_secs() {
                300 => Next::Password,
                30 => Next::Stopped,
                pause => {
                    assert!(pause < 30, "{pause}");
                    Next::Soon
                }
            }
        }
        ("queued", None) => {
            let wait = line.due_at.since(now).as_secs();
            assert!(!failed && (48..=72).contains(&wait), "{line:?}");
            match (domains.len(), line.stage.as_deref(), line.reply_code) {
                (1, ..) => Next::Domain,
                (_, Some("dot"), None) => Next::Maybe,
                _ => Next::Again,
            }
        }
        other => panic!("{other:?}: {line:?}"),
    }
}

/// Tries one row; what is wrong with it.
async fn check(
    row: &Row,
    model: &Model,
    tls: &Arc<ServerConfig>,
    ca: &Path,
    templates: &watch::Receiver<Arc<Templates>>,
) -> Result<(), String> {
    let dispatch = async |app: &TestApp| {
        let (progress, stop) = (Arc::new(Progress::default()), CancellationToken::new());
        dispatcher::run(Arc::clone(&app.app), templates.clone(), Until::Empty, progress, stop).await
    };
    let script = row.acts.iter().fold(well(row.setup, tls), |script, (stage, act)| script.on(*stage, act.clone()));
    let server = Faulty::start(script).await;
    let port = server.address().port();
    let app = model.copy(row, port, ca).await;
    let failed = dispatch(&app).await.is_err();
    let line = ledger(&app, model.edition).await;
    let found =
        (line.state.as_str(), said(&app, &line, port).await, blamed(&line), next(&app, model, &line, failed).await);
    let wanted = (row.next.state(), row.said.clone(), row.blame, row.next);
    if found != wanted {
        return Err(format!("found  {found:?}\n  wanted {wanted:?}"));
    }
    // Nothing was lost by it: what is not over arrives when the relay behaves, and what is over is not sent again.
    if row.acts.is_empty() {
        return Ok(());
    }
    let before = server.seen().taken.len();
    server.set(well(row.setup, tls));
    app.pass(80);
    dispatch(&app).await.map_err(|error| format!("afterwards: {error:#}"))?;
    let line = ledger(&app, model.edition).await;
    let taken = server.seen().taken;
    let over = matches!(row.next.state(), "accepted" | "refused");
    let wanted = (if over { row.next.state() } else { "accepted" }, before + usize::from(!over));
    if (line.state.as_str(), taken.len()) != wanted {
        return Err(format!("afterwards {:?} and {} taken, wanted {wanted:?}", line.state, taken.len()));
    }
    let id = |data: &str| data.lines().find(|line| line.starts_with("Message-ID:")).map(str::to_owned);
    let ids: std::collections::BTreeSet<_> = taken.iter().map(|taken| id(&taken.data).unwrap()).collect();
    if ids.len() > 1 {
        return Err(format!("several Message-IDs: {ids:?}"));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_thing_a_relay_may_do_ends_as_the_table_says() {
    let (folder, tls) = certificates();
    let ca: Arc<Path> = folder.path().join("ca.pem").into();
    let plain = Arc::new(Model::of("person1@example.org").await);
    let wide = Arc::new(Model::of("żółw@example.org").await);
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    // Loading them takes longer than most rows.
    let templates = watch::channel(Arc::new(Templates::load(None).unwrap())).1;
    let mut tries = JoinSet::new();
    // Handing over is tried without PIPELINING as well: what comes of it must be the same.
    let within = |row: &Row| row.setup == Setup::Plain && !matches!(row.stage, Stage::Banner | Stage::Ehlo);
    let again = rows().into_iter().filter(within).map(|row| Row { setup: table::ONE_BY_ONE, ..row });
    for row in rows().into_iter().chain(again) {
        let (tls, ca, permits, templates) =
            (Arc::clone(&tls), Arc::clone(&ca), Arc::clone(&permits), templates.clone());
        let model = Arc::clone(if matches!(row.setup, Setup::Wide(_)) { &wide } else { &plain });
        tries.spawn(async move {
            let _permit = permits.acquire().await.unwrap();
            let found = check(&row, &model, &tls, &ca, &templates).await;
            found.map_err(|why| format!("{:?} ({:?}): {}\n  {why}", row.stage, row.setup, row.does))
        });
    }
    let found = tries.join_all().await;
    let wrong: Vec<String> = found.iter().filter_map(|found| found.clone().err()).collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), found.len(), wrong.join("\n"));
}

/// The table as people read it.
fn document() -> String {
    let mut text = String::from(
        "# What comes of each thing that a relay may do\n\n\
         Each row is tried by `cargo test outcomes`, with a scripted SMTP server, a real dispatcher and a real ledger, and this\n\
         page is written from the same table (`tests/it/outcomes/table.rs`). Codes decide before stages, and stages before words;\n\
         `src/deliveries/blame.rs` has the rules. A relay's own fault never ends a delivery: it waits until its deadline.\n\n\
         | the relay | when | state | what is written down | who is to blame | what happens next |\n\
         |---|---|---|---|---|---|\n",
    );
    for row in rows() {
        let when = match row.stage {
            Stage::Banner => "on connecting".to_owned(),
            Stage::Body => "amid the message".to_owned(),
            Stage::Dot => "after the dot".to_owned(),
            other => format!("at {}", format!("{other:?}").to_uppercase()),
        };
        let said = row.said.replace('<', "&lt;").replace('|', "\\|");
        let blame = row.blame.map_or("nobody", Blame::as_str);
        let (does, state) = (&row.does, row.next.state());
        writeln!(text, "| {does} | {when} | {state} | {said} | {blame} | {} |", row.next).unwrap();
    }
    text
}

#[test]
fn the_document_is_the_table() {
    if std::env::var_os("HANDBILL_WRITE_DOCS").is_some() {
        std::fs::write(DOCUMENT, document()).unwrap();
    }
    let kept = std::fs::read_to_string(DOCUMENT).unwrap_or_default();
    assert!(kept == document(), "docs/smtp-outcomes.md differs: HANDBILL_WRITE_DOCS=1 cargo test outcomes");
}
