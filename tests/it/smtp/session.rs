//! One conversation of the scripted server.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use super::script::{Act, Script, Stage};
use super::{Shared, Taken};

/// Between two bytes of a slow reply.
const SLOW: Duration = Duration::from_millis(3);

/// Holds one conversation, to its end.
pub(super) async fn converse(tcp: TcpStream, shared: &Shared) -> io::Result<()> {
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
                let next = self.at(Stage::Mail, "250 2.1.0 ok").await?;
                (self.from, self.to) = ((next == Next::Well).then(|| between(line)), Vec::new());
                Ok(next)
            }
            // What comes behind a refused command, by RFC 2920 section 3.2.
            "RCPT" if self.from.is_none() => self.say("503 5.5.1 no sender").await.map(|()| Next::Refused),
            "DATA" if self.to.is_empty() => self.say("554 5.5.1 no valid recipients").await.map(|()| Next::Refused),
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
        let mut slow = false;
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
            if slow {
                tokio::time::sleep(SLOW).await;
            }
            if !self.receive().await? {
                return Ok(Next::End);
            }
            let Some(act) = middle.take() else { continue };
            if let Act::Hold(permits) = act {
                pass(&permits).await?;
            } else if matches!(act, Act::Slow) {
                slow = true;
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
        self.shared.script.lock().unwrap().take_act(stage)
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
            Some(Act::Slow) => {
                for byte in format!("{usual}\r\n").bytes() {
                    tokio::time::sleep(SLOW).await;
                    self.wire.write_all(&[byte]).await?;
                    self.wire.flush().await?;
                }
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
