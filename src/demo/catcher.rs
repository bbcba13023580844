//! A small SMTP server that keeps what it is given: where the demo's mail ends up.
//!
//! It speaks RFC 5321 with PIPELINING (RFC 2920), 8BITMIME, SMTPUTF8 and SIZE, and takes anybody's mail, so it
//! belongs on a loopback address.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// The largest message that is taken, in bytes.
pub const MAX_MESSAGE: usize = 10_000_000;
/// The longest command line, in bytes; RFC 5321 section 4.5.3.1.4 asks for 512, extensions for some more.
const MAX_LINE: usize = 2_048;
/// The most recipients of one message (RFC 5321 section 4.5.3.1.8 asks for at least 100).
const MAX_RECIPIENTS: usize = 1_000;
/// The most connections at once; further ones wait to be accepted.
const MAX_CONNECTIONS: usize = 128;
/// How long a client may be silent (RFC 5321 section 4.5.3.2.7).
const PATIENCE: Duration = Duration::from_secs(300);
/// How long open connections may take to end after `shutdown`.
const GRACE: Duration = Duration::from_secs(2);

/// A message as it came in.
#[derive(Clone, PartialEq, Eq)]
pub struct Caught {
    /// The envelope's sender; empty for a bounce.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The message, with the dots that its transport added taken out again.
    pub data: Vec<u8>,
}

impl fmt::Debug for Caught {
    /// Tells sizes only, as this may end up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caught").field("to", &self.to.len()).field("data", &self.data.len()).finish_non_exhaustive()
    }
}

/// Serves `listener` until `shutdown`, and hands each message to `sink` before it is accepted. A full `sink` makes
/// clients wait; a closed one makes them try again later. Open connections end after their current message.
pub async fn serve(listener: TcpListener, sink: mpsc::Sender<Caught>, shutdown: CancellationToken) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = async {
                let place = Arc::clone(&room).acquire_owned().await;
                (place, listener.accept().await)
            } => accepted,
        };
        match accepted {
            (Ok(place), Ok((tcp, _))) => {
                let (sink, shutdown) = (sink.clone(), shutdown.clone());
                connections.spawn(async move {
                    if let Err(error) = connection(tcp, sink, shutdown).await {
                        tracing::debug!(%error, "a connection to the mail catcher ended early");
                    }
                    drop(place);
                });
            }
            (_, Err(error)) => {
                // Out of file descriptors, as a rule; it passes when a connection ends.
                tracing::warn!(%error, "the mail catcher cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            (Err(_), _) => break,
        }
    }
    // Whoever is still writing then is cut off, as the demo must not outlast its Ctrl-C.
    let _ = timeout(GRACE, async { while connections.join_next().await.is_some() {} }).await;
}

async fn connection(mut tcp: TcpStream, sink: mpsc::Sender<Caught>, shutdown: CancellationToken) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let (input, output) = tcp.split();
    Session {
        input: BufReader::with_capacity(64 * 1024, input),
        output,
        replies: Vec::new(),
        sink,
        shutdown,
        from: None,
        to: Vec::new(),
    }
    .run()
    .await
}

struct Session<R, W> {
    input: BufReader<R>,
    output: W,
    /// Written and not yet sent: pipelined commands are answered together.
    replies: Vec<u8>,
    sink: mpsc::Sender<Caught>,
    shutdown: CancellationToken,
    from: Option<String>,
    to: Vec<String>,
}

/// How a line ended.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Whole,
    TooLong,
    /// The other side left before its end.
    End,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Session<R, W> {
    async fn run(mut self) -> io::Result<()> {
        self.say("220 handbill.localhost ESMTP, the demo's mail catcher");
        let mut line = Vec::new();
        loop {
            if self.input.buffer().is_empty() {
                self.flush().await?;
            }
            line.clear();
            let shutdown = self.shutdown.clone();
            let read = tokio::select! {
                () = shutdown.cancelled() => {
                    self.say("421 4.3.2 closing down");
                    return self.flush().await;
                }
                read = timeout(PATIENCE, read_line(&mut self.input, &mut line, MAX_LINE)) => read,
            };
            match read {
                Err(_) => {
                    self.say("421 4.4.2 you were silent for too long");
                    return self.flush().await;
                }
                Ok(Err(error)) => return Err(error),
                Ok(Ok(Line::End)) => return Ok(()),
                Ok(Ok(Line::TooLong)) => self.say("500 5.5.2 that line is too long"),
                Ok(Ok(Line::Whole)) => {
                    let text = String::from_utf8_lossy(&line);
                    if !self.command(text.trim()).await? {
                        return self.flush().await;
                    }
                }
            }
        }
    }

    /// Obeys one command; false when the connection is to end.
    async fn command(&mut self, line: &str) -> io::Result<bool> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                self.reset();
                for offer in ["handbill.localhost", "PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"] {
                    self.say(&format!("250-{offer}"));
                }
                self.say(&format!("250 SIZE {MAX_MESSAGE}"));
            }
            "HELO" => {
                self.reset();
                self.say("250 handbill.localhost");
            }
            "MAIL" => self.mail(rest),
            "RCPT" => self.rcpt(rest),
            "DATA" if self.to.is_empty() => self.say("503 5.5.1 RCPT comes before DATA"),
            "DATA" => return self.data().await,
            "RSET" => {
                self.reset();
                self.say("250 2.0.0 forgotten");
            }
            "NOOP" => self.say("250 2.0.0 still here"),
            "QUIT" => {
                self.say("221 2.0.0 goodbye");
                return Ok(false);
            }
            _ => self.say("502 5.5.1 that command is not known here"),
        }
        Ok(true)
    }

    fn mail(&mut self, rest: &str) {
        match path(rest, "FROM:") {
            _ if self.from.is_some() => self.say("503 5.5.1 MAIL was said already"),
            Some((_, options)) if too_large(options) => self.say("552 5.3.4 that message is too large"),
            Some((from, _)) => {
                self.from = Some(from.to_owned());
                self.say("250 2.1.0 go on");
            }
            None => self.say("501 5.5.4 write MAIL FROM:<address>"),
        }
    }

    fn rcpt(&mut self, rest: &str) {
        match path(rest, "TO:") {
            _ if self.from.is_none() => self.say("503 5.5.1 MAIL comes before RCPT"),
            _ if self.to.len() >= MAX_RECIPIENTS => self.say("452 4.5.3 too many recipients"),
            Some((to, _)) if !to.is_empty() => {
                self.to.push(to.to_owned());
                self.say("250 2.1.5 go on");
            }
            _ => self.say("501 5.1.3 write RCPT TO:<address>"),
        }
    }

    async fn data(&mut self) -> io::Result<bool> {
        self.say("354 end with a line that is one dot");
        self.flush().await?;
        let mut data = Vec::new();
        let mut too_large = false;
        // Only CRLF ends a line here: a dot after a bare line feed is text (RFC 5321 section 4.1.1.4).
        let mut at_start = true;
        loop {
            let start = data.len();
            // What is too much is read to its end all the same, so that the client hears why.
            let space = MAX_MESSAGE.saturating_sub(start) + 8;
            let read = timeout(PATIENCE, read_line(&mut self.input, &mut data, space)).await;
            match read.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?? {
                Line::End => return Ok(false),
                Line::TooLong => too_large = true,
                Line::Whole => {}
            }
            let line = data.get(start..).unwrap_or_default();
            let ends_here = at_start && line == b".\r\n";
            let stuffed = at_start && line.first() == Some(&b'.');
            at_start = line.ends_with(b"\r\n");
            if ends_here {
                data.truncate(start);
                break;
            }
            if stuffed {
                data.remove(start);
            }
            if data.len() > MAX_MESSAGE || too_large {
                too_large = true;
                data.truncate(start);
            }
        }
        let (from, to) = (self.from.take().unwrap_or_default(), std::mem::take(&mut self.to));
        if too_large {
            self.say("552 5.3.4 that message is too large");
        } else if self.sink.send(Caught { from, to, data }).await.is_ok() {
            self.say("250 2.0.0 caught");
        } else {
            self.say("451 4.3.0 nobody is there to keep it");
        }
        Ok(true)
    }

    fn reset(&mut self) {
        self.from = None;
        self.to.clear();
    }

    fn say(&mut self, line: &str) {
        self.replies.extend_from_slice(line.as_bytes());
        self.replies.extend_from_slice(b"\r\n");
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.output.write_all(&self.replies).await?;
        self.replies.clear();
        self.output.flush().await
    }
}

/// Appends one line with its end to `line`. Of one that is longer than `limit` the rest is read and thrown away,
/// all but its last two bytes.
async fn read_line(input: &mut (impl AsyncBufRead + Unpin), line: &mut Vec<u8>, limit: usize) -> io::Result<Line> {
    let start = line.len();
    let mut too_long = false;
    loop {
        let chunk = input.fill_buf().await?;
        if chunk.is_empty() {
            return Ok(Line::End);
        }
        let end = chunk.iter().position(|b| *b == b'\n').map(|at| at + 1);
        let used = end.unwrap_or(chunk.len());
        line.extend_from_slice(chunk.get(..used).unwrap_or_default());
        input.consume(used);
        let length = line.len().saturating_sub(start);
        if length > limit {
            too_long = true;
            // The last two bytes tell how the line ended.
            line.drain(start..line.len().saturating_sub(2));
        }
        if end.is_some() {
            return Ok(if too_long { Line::TooLong } else { Line::Whole });
        }
    }
}

/// The address in `FROM:<address> OPTIONS`, and the options.
fn path<'a>(text: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (head, rest) = (text.get(..keyword.len())?, text.get(keyword.len()..)?);
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let (address, options) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    Some((address, options.trim()))
}

/// Whether a client says that its message is larger than what is taken (RFC 1870 section 6.1).
fn too_large(options: &str) -> bool {
    options.split_whitespace().any(|option| match option.split_once('=') {
        Some((name, size)) if name.eq_ignore_ascii_case("SIZE") => {
            size.parse().is_ok_and(|size: u64| size > MAX_MESSAGE as u64)
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests;
