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

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use handbill::config::{self, Tls};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// How long a test waits before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where in the conversation something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Banner,
    Ehlo,
    Starttls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// In the middle of the message: after the first bytes of it that come in.
    Body,
    Dot,
    Rset,
    Noop,
    Quit,
}

/// What the server does instead of going on well.
#[derive(Clone)]
pub(crate) enum Act {
    /// Answers with this, and goes on if it is a good reply. `{to}` is the latest recipient; several lines are
    /// parted by `\r\n`.
    Reply(&'static str),
    /// Says this and closes.
    ReplyAndClose(&'static str),
    /// Answers with this, one byte at a time.
    Pieces(&'static str),
    /// Does nothing and reads nothing, for ever.
    Stall,
    /// Closes without a word. A message at [`Stage::Dot`] was taken all the same.
    Close,
    /// Says something that is no SMTP.
    Garbage,
    /// Waits for a permit, then goes on as if nothing were scripted.
    Hold(Arc<Semaphore>),
}

type RcptRule = Arc<dyn Fn(&str) -> Option<Act> + Send + Sync>;

/// How the server behaves.
#[derive(Clone)]
pub(crate) struct Script {
    always: Vec<(Stage, Act)>,
    once: Vec<(Stage, Act)>,
    rcpt: Option<RcptRule>,
    keywords: Vec<&'static str>,
    account: Option<(&'static str, &'static str)>,
    tls: Option<Arc<ServerConfig>>,
    implicit: bool,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            always: Vec::new(),
            once: Vec::new(),
            rcpt: None,
            keywords: vec!["PIPELINING", "8BITMIME", "SMTPUTF8"],
            account: None,
            tls: None,
            implicit: false,
        }
    }
}

impl Script {
    /// Does `act` whenever `stage` comes.
    pub(crate) fn on(mut self, stage: Stage, act: Act) -> Self {
        self.always.push((stage, act));
        self
    }

    /// Does `act` the next time that `stage` comes, before what [`Script::on`] says; several are done in turn.
    pub(crate) fn once(mut self, stage: Stage, act: Act) -> Self {
        self.once.push((stage, act));
        self
    }

    /// Asks `rule` for each recipient, before everything else.
    pub(crate) fn on_rcpt(mut self, rule: impl Fn(&str) -> Option<Act> + Send + Sync + 'static) -> Self {
        self.rcpt = Some(Arc::new(rule));
        self
    }

    /// Offers exactly these in its EHLO reply, besides STARTTLS.
    pub(crate) fn offering(mut self, keywords: &[&'static str]) -> Self {
        self.keywords = keywords.to_vec();
        self
    }

    /// Takes this account and no other, when one is given.
    pub(crate) fn account(mut self, user: &'static str, password: &'static str) -> Self {
        self.account = Some((user, password));
        self
    }

    /// Offers STARTTLS.
    pub(crate) fn starttls(mut self, tls: Arc<ServerConfig>) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Speaks TLS from the first byte.
    pub(crate) fn implicit_tls(mut self, tls: Arc<ServerConfig>) -> Self {
        (self.tls, self.implicit) = (Some(tls), true);
        self
    }
}

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

async fn converse(tcp: TcpStream, shared: &Shared) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let script = shared.script.lock().unwrap().clone();
    let mut session = Session::new(Box::new(tcp), shared);
    match script.tls {
        Some(tls) if script.implicit => session.encrypt(tls).await?,
        _ => {}
    }
    session.run().await
}

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

struct Session<'a> {
    wire: Box<dyn Wire>,
    shared: &'a Shared,
    received: Vec<u8>,
    encrypted: bool,
    from: Option<String>,
    to: Vec<String>,
}

/// How the conversation goes on after a reply.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// As it should.
    Well,
    /// The command was refused.
    Refused,
    /// Not at all.
    End,
}

impl Act {
    /// What it makes the server say.
    fn says(&self) -> Option<&'static str> {
        match self {
            Self::Reply(text) | Self::ReplyAndClose(text) | Self::Pieces(text) => Some(text),
            Self::Garbage => Some("HTTP/1.1 400 Bad Request"),
            Self::Stall | Self::Close | Self::Hold(_) => None,
        }
    }

    fn refuses(&self) -> bool {
        self.says().is_some_and(|text| !text.starts_with(['2', '3']))
    }
}

impl<'a> Session<'a> {
    fn new(wire: Box<dyn Wire>, shared: &'a Shared) -> Self {
        Self { wire, shared, received: Vec::new(), encrypted: false, from: None, to: Vec::new() }
    }

    fn script(&self) -> Script {
        self.shared.script.lock().unwrap().clone()
    }

    async fn encrypt(&mut self, tls: Arc<ServerConfig>) -> io::Result<()> {
        let bare = std::mem::replace(&mut self.wire, Box::new(tokio::io::empty()));
        self.wire = Box::new(TlsAcceptor::from(tls).accept(bare).await?);
        self.encrypted = true;
        self.received.clear();
        Ok(())
    }

    async fn run(&mut self) -> io::Result<()> {
        let mut next = self.at(Stage::Banner, "220 faulty.example ESMTP").await?;
        while next != Next::End {
            let Some(line) = self.line().await? else { return Ok(()) };
            self.shared.seen.send_modify(|seen| seen.commands.push(line.clone()));
            next = self.obey(&line).await?;
        }
        Ok(())
    }

    async fn obey(&mut self, line: &str) -> io::Result<Next> {
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => {
                let script = self.script();
                let mut reply = "250-faulty.example".to_owned();
                if script.tls.is_some() && !self.encrypted {
                    reply.push_str("\r\n250-STARTTLS");
                }
                for keyword in script.keywords {
                    reply.push_str("\r\n250-");
                    reply.push_str(keyword);
                }
                self.at(Stage::Ehlo, &format!("{reply}\r\n250 HELP")).await
            }
            "STARTTLS" => {
                let next = self.at(Stage::Starttls, "220 go ahead").await?;
                if let (Some(tls), Next::Well) = (self.script().tls, next) {
                    self.encrypt(tls).await?;
                }
                Ok(next)
            }
            "AUTH" => self.auth(line).await,
            "MAIL" => {
                (self.from, self.to) = (Some(between(line)), Vec::new());
                self.at(Stage::Mail, "250 2.1.0 ok").await
            }
            "RCPT" => {
                let to = between(line);
                let rule = self.script().rcpt.and_then(|rule| rule(&to));
                self.to.push(to);
                let act = rule.or_else(|| self.take_act(Stage::Rcpt));
                let next = self.perform(act, "250 2.1.5 ok").await?;
                if next == Next::Refused {
                    self.to.pop();
                }
                Ok(next)
            }
            "DATA" => match self.at(Stage::Data, "354 go ahead").await? {
                Next::Well => self.message().await,
                next => Ok(next),
            },
            "RSET" => {
                (self.from, self.to) = (None, Vec::new());
                self.at(Stage::Rset, "250 2.0.0 ok").await
            }
            "NOOP" => self.at(Stage::Noop, "250 2.0.0 ok").await,
            "QUIT" => self.at(Stage::Quit, "221 2.0.0 bye").await.map(|_| Next::End),
            _ => self.say("502 5.5.1 unknown").await.map(|()| Next::Refused),
        }
    }

    async fn auth(&mut self, line: &str) -> io::Result<Next> {
        let decoded =
            |text: &str| String::from_utf8(STANDARD.decode(text.trim()).unwrap_or_default()).unwrap_or_default();
        let given = match line.split(' ').collect::<Vec<_>>()[..] {
            ["AUTH", "PLAIN", first] => decoded(first).trim_start_matches('\0').to_owned(),
            ["AUTH", "LOGIN"] => {
                let mut answers = Vec::new();
                for question in ["Username:", "Password:"] {
                    self.say(&format!("334 {}", STANDARD.encode(question))).await?;
                    answers.push(decoded(&self.line().await?.unwrap_or_default()));
                }
                answers.join("\0")
            }
            _ => String::new(),
        };
        let right = self.script().account.is_some_and(|(user, password)| given == format!("{user}\0{password}"));
        self.at(Stage::Auth, if right { "235 2.7.0 welcome" } else { "535 5.7.8 wrong password" }).await
    }

    async fn message(&mut self) -> io::Result<Next> {
        let mut middle = self.take_act(Stage::Body);
        let mut searched: usize = 0;
        loop {
            let end = if self.received.starts_with(b".\r\n") {
                Some((0, 3))
            } else {
                find(&self.received[searched..], b"\r\n.\r\n").map(|at| (searched + at + 2, searched + at + 5))
            };
            if let Some((text, end)) = end {
                let data = String::from_utf8_lossy(&self.received[..text]).into_owned();
                self.received.drain(..end);
                return self.dot(data).await;
            }
            searched = self.received.len().saturating_sub(4);
            if !self.receive().await? {
                return Ok(Next::End);
            }
            let Some(act) = middle.take() else { continue };
            if let Act::Hold(permits) = act {
                pass(&permits).await?;
            } else if self.perform(Some(act), "").await? == Next::End {
                return Ok(Next::End);
            }
        }
    }

    async fn dot(&mut self, data: String) -> io::Result<Next> {
        let mut act = self.take_act(Stage::Dot);
        if let Some(Act::Hold(permits)) = &act {
            pass(permits).await?;
            act = None;
        }
        if !act.as_ref().is_some_and(Act::refuses) {
            let taken = Taken { from: self.from.take().unwrap_or_default(), to: self.to.clone(), data };
            self.shared.seen.send_modify(|seen| seen.taken.push(taken));
        }
        let next = self.perform(act, "250 2.0.0 queued").await;
        self.to.clear();
        next
    }

    fn take_act(&self, stage: Stage) -> Option<Act> {
        let mut script = self.shared.script.lock().unwrap();
        if let Some(at) = script.once.iter().position(|(at, _)| *at == stage) {
            return Some(script.once.remove(at).1);
        }
        script.always.iter().find(|(at, _)| *at == stage).map(|(_, act)| act.clone())
    }

    async fn at(&mut self, stage: Stage, usual: &str) -> io::Result<Next> {
        let act = self.take_act(stage);
        self.perform(act, usual).await
    }

    async fn perform(&mut self, act: Option<Act>, usual: &str) -> io::Result<Next> {
        let next = if act.as_ref().is_some_and(Act::refuses) { Next::Refused } else { Next::Well };
        match act {
            None => self.say(usual).await?,
            Some(Act::Hold(permits)) => {
                pass(&permits).await?;
                self.say(usual).await?;
            }
            Some(Act::Stall) => std::future::pending().await,
            Some(Act::Close) => return Ok(Next::End),
            Some(Act::ReplyAndClose(text)) => return self.say(text).await.map(|()| Next::End),
            Some(Act::Pieces(text)) => {
                for byte in format!("{text}\r\n").bytes() {
                    self.wire.write_all(&[byte]).await?;
                    self.wire.flush().await?;
                    tokio::task::yield_now().await;
                }
            }
            Some(act @ (Act::Reply(_) | Act::Garbage)) => self.say(act.says().unwrap_or_default()).await?,
        }
        Ok(next)
    }

    async fn say(&mut self, text: &str) -> io::Result<()> {
        let to = self.to.last().cloned().unwrap_or_default();
        self.wire.write_all(format!("{}\r\n", text.replace("{to}", &to)).as_bytes()).await?;
        self.wire.flush().await
    }

    /// The next command line, or `None` at the end.
    async fn line(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(at) = find(&self.received, b"\r\n") {
                let line = String::from_utf8_lossy(&self.received[..at]).into_owned();
                self.received.drain(..at + 2);
                return Ok(Some(line));
            }
            if !self.receive().await? {
                return Ok(None);
            }
        }
    }

    async fn receive(&mut self) -> io::Result<bool> {
        let mut chunk = [0; 16 * 1024];
        let n = self.wire.read(&mut chunk).await?;
        self.received.extend_from_slice(&chunk[..n]);
        Ok(n > 0)
    }
}

/// Waits for a permit and uses it up.
async fn pass(permits: &Semaphore) -> io::Result<()> {
    permits.acquire().await.map_err(io::Error::other)?.forget();
    Ok(())
}

fn between(line: &str) -> String {
    line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(path, _)| path.to_owned()).unwrap_or_default()
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
