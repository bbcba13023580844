//! The way to a relay: TCP or TLS, with replies served line by line.
//!
//! It stands between the network and the SMTP client, which reads ahead into a buffer of its own. Here no more than
//! one line is handed up at a time, so that what a relay says out of turn stays visible: before TLS it may have been
//! put there by somebody else, and later it would be taken for the answer to the next command.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use lettre::transport::smtp::response::Response;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::reply::{cut_addresses, one_line};

/// The longest line of a reply, in bytes; RFC 5321 section 4.5.3.1.5 asks for 512, and relays are generous.
const MAX_LINE: usize = 990;
/// The most lines that one reply may have before TLS.
const MAX_LINES: usize = 100;

#[derive(Debug)]
enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection to a relay, encrypted or not.
#[derive(Debug)]
pub(super) struct Stream {
    wire: Wire,
    /// Received and not yet looked at.
    inbox: Vec<u8>,
    /// The line that is being handed up, cleaned, and how much of it is gone.
    line: Vec<u8>,
    served: usize,
    /// Whether we are speaking: it was looked whether the relay had fallen silent before.
    speaking: bool,
    aside: Arc<Aside>,
}

/// What is to be known of a stream once the SMTP client has it.
#[derive(Debug, Default)]
pub(super) struct Aside {
    pipelining: AtomicBool,
    /// How many bytes are to be written until the dot that ends a message is, itself counted.
    until_dot: AtomicUsize,
}

impl Aside {
    /// Whether the relay takes several commands at once (RFC 2920), which the SMTP client does not keep of what EHLO was
    /// answered with.
    pub(super) fn pipelining(&self) -> bool {
        self.pipelining.load(Ordering::Relaxed)
    }

    /// Announces a message, as it is written next, with so many bytes before its final dot.
    pub(super) fn begin_message(&self, before_dot: usize) {
        self.until_dot.store(before_dot.saturating_add(1), Ordering::Relaxed);
    }

    /// Whether the final dot of the announced message may be on its way. As long as it is not, the relay cannot have taken
    /// the message.
    pub(super) fn dot_is_begun(&self) -> bool {
        self.until_dot.load(Ordering::Relaxed) == 0
    }
}

impl Stream {
    pub(super) fn plain(tcp: TcpStream) -> Self {
        Self::over(Wire::Plain(tcp))
    }

    pub(super) fn tls(tls: TlsStream<TcpStream>) -> Self {
        Self::over(Wire::Tls(Box::new(tls)))
    }

    fn over(wire: Wire) -> Self {
        Self { wire, inbox: Vec::new(), line: Vec::new(), served: 0, speaking: false, aside: Arc::default() }
    }

    /// The bare connection, to start TLS on it; `None` when the relay has already said more than it was asked, which
    /// must not be believed once the line is encrypted (RFC 3207 section 4.2).
    pub(super) fn into_silent_tcp(self) -> Option<TcpStream> {
        match self.wire {
            Wire::Plain(tcp) if self.inbox.is_empty() && self.served >= self.line.len() => Some(tcp),
            _ => None,
        }
    }

    /// Lets the SMTP client read a greeting that has been read already.
    pub(super) fn replay_greeting(&mut self) {
        self.line = b"220 greeted\r\n".to_vec();
        self.served = 0;
    }

    /// What tells of the stream when somebody else has it.
    pub(super) fn aside(&self) -> Arc<Aside> {
        Arc::clone(&self.aside)
    }

    /// Whether the way is encrypted.
    pub(super) fn is_encrypted(&self) -> bool {
        matches!(self.wire, Wire::Tls(_))
    }

    /// Writes one command line and reads its reply, for what is said before the SMTP client takes over.
    pub(super) async fn ask(&mut self, command: &str) -> io::Result<Response> {
        self.write_all(command.as_bytes()).await?;
        self.flush().await?;
        self.read_reply().await
    }

    /// Reads one whole reply.
    pub(super) async fn read_reply(&mut self) -> io::Result<Response> {
        let mut reply = String::new();
        for _ in 0..MAX_LINES {
            poll_fn(|cx| self.poll_line(cx)).await?;
            self.served = self.line.len();
            reply.push_str(&String::from_utf8_lossy(&self.line));
            if self.line.get(3) != Some(&b'-') {
                return reply.parse().map_err(|_| invalid("the relay's reply is no SMTP"));
            }
        }
        Err(invalid("the relay's reply does not end"))
    }

    /// Fills `line` with the next line.
    fn poll_line(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.served < self.line.len() {
            return Poll::Ready(Ok(()));
        }
        self.line.clear();
        self.served = 0;
        loop {
            if let Some(end) = self.inbox.iter().position(|b| *b == b'\n') {
                let raw: Vec<u8> = self.inbox.drain(..=end).collect();
                if raw.len() > MAX_LINE {
                    return Poll::Ready(Err(invalid("a line of the relay's reply is too long")));
                }
                self.line = clean_line(&raw);
                if is_offer_of_pipelining(&self.line) {
                    self.aside.pipelining.store(true, Ordering::Relaxed);
                }
                self.speaking = false;
                return Poll::Ready(Ok(()));
            }
            if self.inbox.len() > MAX_LINE {
                return Poll::Ready(Err(invalid("a line of the relay's reply is too long")));
            }
            if ready!(self.poll_inbox(cx))? == 0 {
                return Poll::Ready(Err(closed()));
            }
        }
    }

    /// Receives what there is; 0 at the end of the stream.
    fn poll_inbox(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut space = [0; 1024];
        let mut buffer = ReadBuf::new(&mut space);
        ready!(match &mut self.wire {
            Wire::Plain(tcp) => Pin::new(tcp).poll_read(cx, &mut buffer),
            Wire::Tls(tls) => Pin::new(tls).poll_read(cx, &mut buffer),
        })?;
        self.inbox.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    }

    /// Makes sure that it is our turn: all replies were read, and the relay has neither spoken nor left since.
    fn take_turn(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.speaking {
            return Ok(());
        }
        if self.inbox.is_empty() && self.served >= self.line.len() {
            match self.poll_inbox(cx) {
                Poll::Pending => {}
                Poll::Ready(Ok(0)) => return Err(closed()),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => return Err(error),
            }
        }
        if !self.inbox.is_empty() || self.served < self.line.len() {
            let said = one_line(&cut_addresses(&String::from_utf8_lossy(&self.inbox)));
            return Err(invalid(format!("the relay spoke out of turn: {said}")));
        }
        self.speaking = true;
        Ok(())
    }
}

/// A line as the SMTP client can read it: it knows neither bare line feeds, nor codes without a text (which RFC 5321
/// section 4.2 asks clients to accept), nor bytes that are not UTF-8.
fn clean_line(raw: &[u8]) -> Vec<u8> {
    let text = raw.strip_suffix(b"\n").unwrap_or(raw);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let mut line: Vec<u8> = text.iter().map(|b| if b.is_ascii() && *b != b'\r' { *b } else { b'?' }).collect();
    if line.len() == 3 {
        line.push(b' ');
    }
    line.extend_from_slice(b"\r\n");
    line
}

/// Whether this is the line of EHLO's answer that offers it; no other answer says just that.
fn is_offer_of_pipelining(line: &[u8]) -> bool {
    let keyword = line.strip_prefix(b"250").and_then(|rest| rest.get(1..)).unwrap_or_default();
    keyword.trim_ascii().eq_ignore_ascii_case(b"PIPELINING")
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the relay closed the connection")
}

fn invalid(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_line(cx))?;
        let rest = self.line.get(self.served..).unwrap_or_default();
        let part = rest.get(..buffer.remaining()).unwrap_or(rest);
        buffer.put_slice(part);
        let part = part.len();
        self.served += part;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.take_turn(cx)?;
        let until_dot = self.aside.until_dot.load(Ordering::Relaxed);
        let written = ready!(match &mut self.wire {
            Wire::Plain(tcp) => Pin::new(tcp).poll_write(cx, bytes),
            Wire::Tls(tls) => {
                // What is written here may only be kept for later. So that the dot is not thought begun while the body
                // still waits, all before it goes out first.
                let mut tls = Pin::new(tls);
                ready!(tls.as_mut().poll_flush(cx))?;
                let body = until_dot.saturating_sub(1);
                tls.poll_write(cx, bytes.get(..body).filter(|body| !body.is_empty()).unwrap_or(bytes))
            }
        })?;
        self.aside.until_dot.store(until_dot.saturating_sub(written), Ordering::Relaxed);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.wire {
            Wire::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Wire::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.wire {
            Wire::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Wire::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}

impl AsyncTokioStream for Stream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.wire {
            Wire::Plain(tcp) => tcp.peer_addr(),
            Wire::Tls(tls) => tls.get_ref().0.peer_addr(),
        }
    }
}
