//! What staff are told when something is wrong, through real channels.

mod channels;
mod commands;
mod conditions;
mod relays;
mod results;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use handbill::app::App;
use handbill::clock::Timestamp;
use handbill::notify::{Disk, Notifier};
use handbill::relay::RelayState;
use handbill::store::relays::RelayStatus;
use handbill::templates::Templates;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::app::TestApp;

/// Free room on the disk of every node of a test, in megabytes.
type Room = Arc<AtomicU64>;

/// A node that looks and tells.
fn node(app: &Arc<App>, machine: &str, room: &Room) -> Notifier {
    let templates = watch::channel(Arc::new(Templates::load(None).unwrap())).1;
    let room = Arc::clone(room);
    let disk =
        move |_: &std::path::Path| Ok(Disk { free: room.load(Ordering::SeqCst) * 1_000_000, total: 10_000_000_000 });
    Notifier::on(Arc::clone(app), templates, machine.to_owned(), Box::new(disk))
}

fn room() -> Room {
    Arc::new(AtomicU64::new(5000))
}

/// Looks and tells once; returns how many notices were told in full.
async fn round(node: &mut Notifier) -> usize {
    node.round(&CancellationToken::new()).await.unwrap()
}

/// A command that keeps what it is told in a file.
struct Pager(PathBuf);

impl Pager {
    fn new(folder: &std::path::Path) -> Self {
        Self(folder.join("paged"))
    }

    fn config(&self) -> String {
        format!("command = [\"sh\", \"-c\", \"cat >> $1\", \"sh\", \"{}\"]\n", self.0.display())
    }

    fn told(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.0).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Kind, subject and state of all it was told.
    fn heard(&self) -> Vec<String> {
        let word = |notice: &Value, key: &str| notice[key].as_str().unwrap().to_owned();
        let line = |notice: &Value| ["kind", "subject", "state"].map(|key| word(notice, key)).join(" ");
        self.told().iter().map(line).collect()
    }
}

/// A web server that keeps what is posted to it.
struct Hook {
    at: SocketAddr,
    posted: Arc<Mutex<Vec<Value>>>,
    /// What it answers next; well, when there is nothing.
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
}

impl Hook {
    async fn start() -> Self {
        type Kept = (Arc<Mutex<Vec<Value>>>, Arc<Mutex<VecDeque<StatusCode>>>);
        async fn keep(State((posted, answers)): State<Kept>, body: String) -> StatusCode {
            let answer = answers.lock().unwrap().pop_front().unwrap_or(StatusCode::OK);
            if answer.is_success() {
                posted.lock().unwrap().push(serde_json::from_str(&body).unwrap());
            }
            answer
        }
        let kept: Kept = Default::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let router = Router::new().route("/secret-path", post(keep)).with_state(kept.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { at, posted: kept.0, answers: kept.1 }
    }

    fn config(&self) -> String {
        format!("webhook = \"http://{}/secret-path\"\n", self.at)
    }

    fn posted(&self) -> Vec<Value> {
        self.posted.lock().unwrap().clone()
    }
}

/// The relay `main`, in this state since `since`.
async fn relay_is(app: &TestApp, state: RelayState, since: Timestamp) {
    let reason = (state == RelayState::Stopped).then(|| "no answer within 5s".to_owned());
    let status = RelayStatus { name: "main".to_owned(), state, reason, changed_at: since, retry_at: None };
    let mut tx = app.store.begin().await.unwrap();
    tx.set_relay(&status).await.unwrap();
    tx.commit().await.unwrap();
}
