//! A scripted SMTP server, for what real relays do only on bad days.
//!
//! ```ignore
//! let relay = Faulty::start(Script::default().on(Stage::Rcpt, Act::Reply("550 5.1.1 no {to} here"))).await;
//! let config = relay.config();            // a config::Relay that points at it
//! relay.set(Script::default());           // from now on it behaves
//! relay.wait_for(3).await;                // until three messages were accepted
//! ```
//!
//! What is not scripted goes well. Dropping it closes everything.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

mod script;
mod session;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use handbill::config::{self, Tls};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

pub(crate) use script::{Act, Script, Stage};
use session::converse;

/// How long a test waits before it fails.
const PATIENCE: Duration = Duration::from_secs(20);
/// A message that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// As it came over the wire, without the final dot.
    pub(crate) data: String,
}

/// What the server has seen so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Connections that were opened.
    pub(crate) connections: usize,
    /// Connections that have ended.
    pub(crate) closed: usize,
    /// Every command line of every connection, in the order in which they came.
    pub(crate) commands: Vec<String>,
    /// Messages that were taken, also when the reply to their dot was lost.
    pub(crate) taken: Vec<Taken>,
}

impl Seen {
    /// How many command lines began with `verb`.
    pub(crate) fn count(&self, verb: &str) -> usize {
        self.commands.iter().filter(|line| line.starts_with(verb)).count()
    }
}

struct Shared {
    script: Mutex<Script>,
    seen: watch::Sender<Seen>,
}

/// The running server.
pub(crate) struct Faulty {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl Drop for Faulty {
    fn drop(&mut self) {
        // The connections' tasks belong to the server's, and end with it.
        self.server.abort();
    }
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Faulty {
    /// Starts on a free port of 127.0.0.1.
    pub(crate) async fn start(script: Script) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        // So that a message need not be huge to get stuck when nobody reads it.
        socket.set_recv_buffer_size(64 * 1024).unwrap();
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let listener = socket.listen(64).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { script: Mutex::new(script), seen: watch::Sender::new(Seen::default()) });
        let server = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, server }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// A relay's config that leads here: no TLS, no account, ten seconds for a message.
    pub(crate) fn config(&self) -> config::Relay {
        config::Relay {
            reserve_for_urgent: 0,
            messages_per_connection: 1000,
            idle: Duration::from_secs(15),
            weight: 1,
            rate: 0,
            rate_per_hour: 0,
            rate_per_day: 0,
            name: "faulty".to_owned(),
            host: self.address.ip().to_string(),
            port: Some(self.address.port()),
            tls: Tls::None,
            ca_file: None,
            user: None,
            password: None,
            password_file: None,
            connections: 4,
            timeout: Duration::from_secs(10),
        }
    }

    /// Behaves like `script` from the next command on, on open connections too.
    pub(crate) fn set(&self, script: Script) {
        *self.shared.script.lock().unwrap() = script;
    }

    /// What it has seen so far.
    pub(crate) fn seen(&self) -> Seen {
        self.shared.seen.borrow().clone()
    }

    /// Waits until `n` messages were taken, and returns them.
    pub(crate) async fn wait_for(&self, n: usize) -> Vec<Taken> {
        self.wait_until(|seen| seen.taken.len() >= n).await.taken
    }

    /// Waits until what it has seen fulfils `condition`.
    pub(crate) async fn wait_until(&self, condition: impl FnMut(&Seen) -> bool) -> Seen {
        let mut watch = self.shared.seen.subscribe();
        let reached = tokio::time::timeout(PATIENCE, watch.wait_for(condition)).await;
        match reached {
            Ok(seen) => seen.unwrap().clone(),
            Err(_) => panic!("this never came; seen so far: {:?}", self.seen()),
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((tcp, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        shared.seen.send_modify(|seen| seen.connections += 1);
        connections.spawn(async move {
            // Clients that go away are what some tests are about.
            let _ = converse(tcp, &shared).await;
            shared.seen.send_modify(|seen| seen.closed += 1);
        });
    }
}
