//! One SMTP connection, driven by hand: what came of a message, and at which stage.
//!
//! lettre speaks the protocol; its `tracing` feature stays off, as it would log every address.

mod body;
mod open;
mod open_error;
mod reply;
mod stream;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Noop, Quit, Rset};
use tokio::time::{Instant, timeout};

use crate::address::Address;
use crate::config;
use crate::text_enum::text_enum;

pub use open_error::{OpenError, Problem};
pub use reply::Reply;
pub(crate) use reply::cut_addresses;
use stream::Aside;

/// How long a relay may take to bring a connection back in order, or to answer a check.
const TIDY_LIMIT: Duration = Duration::from_secs(5);
/// How long a goodbye may take.
const QUIT_LIMIT: Duration = Duration::from_secs(1);

text_enum! {
    /// How far a connection, or a message on it, had come.
    pub enum Stage {
        /// Looking the host up and connecting to it.
        Connect = "connect",
        /// Waiting for the relay's first word.
        Greeting = "greeting",
        /// Turning encryption on.
        Tls = "tls",
        /// Saying EHLO.
        Hello = "hello",
        /// Proving who we are.
        Auth = "auth",
        /// MAIL, which names the sender.
        Mail = "mail",
        /// RCPT, which names the recipient.
        Rcpt = "rcpt",
        /// DATA, which asks to send the message.
        Data = "data",
        /// Writing the message; its end is not written yet.
        Body = "body",
        /// The final dot, and the reply to it.
        Dot = "dot",
    }
}

text_enum! {
    /// How a relay is doing.
    pub enum RelayState {
        /// It took the last that it was given, or at least a connection.
        Working = "working",
        /// It cannot be reached, or turns us away.
        Stopped = "stopped",
    }
}

/// What came of one message to one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The relay took it and answers for it from now on (RFC 5321 section 6.1).
    Accepted {
        /// What it said.
        reply: Reply,
    },
    /// The relay did not take it now and may later (4xx). After a 421 it hangs up (RFC 5321 section 3.8).
    Deferred {
        /// What was answered with it.
        stage: Stage,
        /// What the relay said.
        reply: Reply,
    },
    /// The relay will not take it (5xx), or cannot.
    Refused {
        /// What was answered with it.
        stage: Stage,
        /// What the relay said, or why it was not even asked.
        reply: Reply,
    },
    /// The connection failed before the final dot was begun: the message was surely not taken, and this says nothing
    /// of the address.
    Lost {
        /// How far it had come.
        stage: Stage,
        /// What failed, without addresses.
        error: String,
    },
    /// The connection failed after the final dot was begun: the message may have been taken.
    Unknown {
        /// What failed, without addresses.
        error: String,
    },
}

/// An open connection to a relay, for one message at a time.
pub struct Connection {
    /// Taken out while it talks: when a caller drops [`Connection::send`] half-way, the connection goes with it,
    /// as a reply that nobody read would be taken for the answer to the next command.
    smtp: Option<AsyncSmtpConnection>,
    /// What its stream tells of it.
    aside: Arc<Aside>,
    timeout: Duration,
    messages: u32,
    idle_since: Instant,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("usable", &self.is_usable())
            .field("messages", &self.messages)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// Connects, encrypts and proves who we are, as `relay` says; `hello` is the name that this machine gives itself
    /// (RFC 5321 section 4.1.1.1). Takes at most 30 seconds, or `relay.timeout` where that is shorter.
    ///
    /// # Errors
    ///
    /// [`OpenError`] says at which stage it failed, why, and what to do about it.
    pub async fn open(relay: &config::Relay, hello: &str) -> Result<Self, OpenError> {
        let (smtp, aside) = open::open(relay, hello).await?;
        tracing::debug!(relay = %relay.name, tls = %relay.tls, pipelining = aside.pipelining(), "connected to the relay");
        Ok(Self { smtp: Some(smtp), aside, timeout: relay.timeout, messages: 0, idle_since: Instant::now() })
    }

    /// Hands over one message: `message` is 7-bit text with CRLF line ends (RFC 5321 section 2.3.8), not yet
    /// dot-stuffed. Takes at most the relay's `timeout`, and a few seconds to tidy up after a refusal.
    ///
    /// Afterwards [`Connection::is_usable`] tells whether another one may follow.
    pub async fn send(&mut self, from: &Address, to: &Address, message: &[u8]) -> Outcome {
        let Some(mut smtp) = self.smtp.take() else {
            return Outcome::Lost { stage: Stage::Connect, error: "the connection was closed before".to_owned() };
        };
        let message = match body::sendable(&smtp, from, to, message) {
            Ok(message) => message,
            Err((stage, reply)) => {
                self.smtp = Some(smtp);
                return Outcome::Refused { stage, reply };
            }
        };
        self.messages = self.messages.saturating_add(1);
        let mut stage = Stage::Mail;
        let talk = timeout(self.timeout, talk(&mut smtp, &self.aside, from, to, message, &mut stage)).await;
        if stage == Stage::Body && self.aside.dot_is_begun() {
            stage = Stage::Dot;
        }
        let failure = match talk {
            Ok(Ok(reply)) => {
                self.keep(smtp);
                return Outcome::Accepted { reply: reply.hiding(to) };
            }
            Ok(Err(Failure::Broken(error))) if stage == Stage::Body => {
                last_word(&mut smtp).await.unwrap_or(Failure::Broken(error))
            }
            Ok(Err(failure)) => failure,
            Err(_) => Failure::Broken(format!("no answer within {}", humantime::format_duration(self.timeout))),
        };
        let is_in_step = matches!(failure, Failure::Said(_));
        match failure {
            Failure::Said(reply) | Failure::OutOfStep(reply) => {
                if is_in_step && reply.code != 421 && in_order(&mut smtp, stage).await {
                    self.keep(smtp);
                }
                let reply = reply.hiding(to);
                if reply.code < 500 { Outcome::Deferred { stage, reply } } else { Outcome::Refused { stage, reply } }
            }
            Failure::Broken(error) => {
                let error = reply::hide(&error, to);
                if stage == Stage::Dot { Outcome::Unknown { error } } else { Outcome::Lost { stage, error } }
            }
        }
    }

    /// Whether another message may be sent. Once it is not, it never is again.
    pub fn is_usable(&self) -> bool {
        self.smtp.is_some()
    }

    /// How many messages were begun on this connection, whatever came of them.
    pub const fn messages(&self) -> u32 {
        self.messages
    }

    /// Since when nothing was said on it.
    pub const fn idle_since(&self) -> Instant {
        self.idle_since
    }

    /// Asks the relay whether it is still there (NOOP), for up to 5 seconds; a connection that is not is closed.
    pub async fn check(&mut self) -> bool {
        if let Some(mut smtp) = self.smtp.take()
            && matches!(timeout(TIDY_LIMIT, smtp.command(Noop)).await, Ok(Ok(_)))
        {
            self.keep(smtp);
        }
        self.is_usable()
    }

    /// Says goodbye, for at most a second, and closes.
    pub async fn quit(mut self) {
        if let Some(mut smtp) = self.smtp.take() {
            // Whatever it answers, there is nothing left to lose.
            let _ = timeout(QUIT_LIMIT, smtp.command(Quit)).await;
        }
    }

    fn keep(&mut self, smtp: AsyncSmtpConnection) {
        self.smtp = Some(smtp);
        self.idle_since = Instant::now();
    }
}

/// Why a message was not taken.
enum Failure {
    /// The relay said so.
    Said(Reply),
    /// The relay said so, and more was said than can be taken back: nothing else may be said on this connection.
    OutOfStep(Reply),
    /// The connection failed, or the relay made no sense.
    Broken(String),
}

impl From<smtp::Error> for Failure {
    fn from(error: smtp::Error) -> Self {
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        match error.status() {
            Some(code) => Self::Said(Reply::new(code.into(), &source)),
            None if error.is_response() => Self::Broken("the relay's reply is no SMTP".to_owned()),
            None if source.is_empty() => Self::Broken(error.to_string()),
            None => Self::Broken(reply::one_line(&reply::cut_addresses(&source))),
        }
    }
}

/// A command of our own making. lettre's `Mail` and `Rcpt` want its own kind of address and could refuse ours.
struct Line(String);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\r\n", self.0)
    }
}

/// Sends one message; `stage` says at any time how far it has come, but for the step from the body to the final dot, which
/// `aside` knows.
async fn talk(
    smtp: &mut AsyncSmtpConnection,
    aside: &Aside,
    from: &Address,
    to: &Address,
    message: &str,
    stage: &mut Stage,
) -> Result<Reply, Failure> {
    envelope(smtp, aside.pipelining(), from, to, stage).await?;
    *stage = Stage::Body;
    let message = body::transparent(message);
    aside.begin_message(message.len().saturating_sub(body::DOT.len()));
    // lettre would double the dots byte by byte, which took a quarter of the whole delivery.
    let response = smtp.command(message).await?;
    expect(&response, 2)
}

/// Issues MAIL, RCPT and DATA: one after the other, or all at once where the relay takes that (RFC 2920). Nothing of the
/// message is said before all three were answered well.
async fn envelope(
    smtp: &mut AsyncSmtpConnection,
    pipelining: bool,
    from: &Address,
    to: &Address,
    stage: &mut Stage,
) -> Result<(), Failure> {
    let utf8 = if from.needs_smtputf8() || to.needs_smtputf8() { " SMTPUTF8" } else { "" };
    let mail = format!("MAIL FROM:<{}>{utf8}", from.as_given());
    let rcpt = format!("RCPT TO:<{}>", to.as_given());
    *stage = Stage::Mail;
    if !pipelining {
        expect(&smtp.command(Line(mail)).await?, 2)?;
        *stage = Stage::Rcpt;
        expect(&smtp.command(Line(rcpt)).await?, 2)?;
        *stage = Stage::Data;
        expect(&smtp.command(Data).await?, 3)?;
        return Ok(());
    }
    let all = Line(format!("{mail}\r\n{rcpt}\r\nDATA"));
    if let Err(failure) = smtp.command(all).await.map_err(Failure::from).and_then(|said| expect(&said, 2)) {
        return Err(pass_over(smtp, failure, 2).await);
    }
    *stage = Stage::Rcpt;
    if let Err(failure) = next(smtp, 2).await {
        return Err(pass_over(smtp, failure, 1).await);
    }
    *stage = Stage::Data;
    next(smtp, 3).await.map(drop)
}

/// The reply to the next of several commands that were said at once.
async fn next(smtp: &mut AsyncSmtpConnection, class: u16) -> Result<Reply, Failure> {
    expect(&smtp.read_response().await?, class)
}

/// Reads the replies to the commands behind one that was refused. Where DATA is among them and was taken all the same, or
/// a reply is missing, there is no way on but to close the connection: of a message that was not ended, nothing is kept.
async fn pass_over(smtp: &mut AsyncSmtpConnection, failure: Failure, behind: usize) -> Failure {
    let Failure::Said(reply) = failure else { return failure };
    if reply.code == 421 {
        // It hangs up with that, and answers nothing more.
        return Failure::OutOfStep(reply);
    }
    for _ in 0..behind {
        match timeout(TIDY_LIMIT, smtp.read_response()).await {
            Ok(Err(error)) if error.status().is_some() => {}
            Ok(Ok(said)) if u16::from(said.code()) / 100 == 2 => {}
            _ => return Failure::OutOfStep(reply),
        }
    }
    Failure::Said(reply)
}

/// A reply of the class that the command calls for; another good one means that the two sides are out of step.
fn expect(response: &smtp::response::Response, class: u16) -> Result<Reply, Failure> {
    let reply = Reply::from_response(response);
    if reply.code / 100 == class {
        Ok(reply)
    } else {
        Err(Failure::Broken(format!("the relay answered {} where {class}xx was due", reply.code)))
    }
}

/// What a relay said before it hung up in the middle of a message, such as that it is too large. Without it the
/// message would be tried again and again.
async fn last_word(smtp: &mut AsyncSmtpConnection) -> Option<Failure> {
    match timeout(QUIT_LIMIT, smtp.read_response()).await {
        Ok(Err(error)) => Some(Failure::from(error)).filter(|failure| matches!(failure, Failure::Said(_))),
        _ => None,
    }
}

/// Ends a refused transaction, so that the next can begin (RFC 5321 section 4.1.1.5); false when that fails.
async fn in_order(smtp: &mut AsyncSmtpConnection, stage: Stage) -> bool {
    match stage {
        // The reply to the dot ends the transaction, whatever it says.
        Stage::Dot => true,
        // The relay still waits for the rest of the message.
        Stage::Body => false,
        _ => matches!(timeout(TIDY_LIMIT, smtp.command(Rset)).await, Ok(Ok(_))),
    }
}
