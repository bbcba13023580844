//! What the scripted server is to do, and when.

use std::sync::Arc;

use rustls::ServerConfig;
use tokio::sync::Semaphore;

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
    /// Says what it usually says, a byte every few milliseconds.
    Slow,
    /// Does nothing and reads nothing, for ever.
    Stall,
    /// Closes without a word. A message at [`Stage::Dot`] was taken all the same.
    Close,
    /// Says something that is no SMTP.
    Garbage,
    /// Waits for a permit, then goes on as if nothing were scripted.
    Hold(Arc<Semaphore>),
}

impl Act {
    /// What it makes the server say.
    pub(super) fn says(&self) -> Option<&'static str> {
        match self {
            Self::Reply(text) | Self::ReplyAndClose(text) | Self::Pieces(text) => Some(text),
            Self::Garbage => Some("HTTP/1.1 400 Bad Request"),
            Self::Slow | Self::Stall | Self::Close | Self::Hold(_) => None,
        }
    }

    pub(super) fn refuses(&self) -> bool {
        self.says().is_some_and(|text| !text.starts_with(['2', '3']))
    }
}

pub(super) type RcptRule = Arc<dyn Fn(&str) -> Option<Act> + Send + Sync>;

/// How the server behaves.
#[derive(Clone)]
pub(crate) struct Script {
    always: Vec<(Stage, Act)>,
    once: Vec<(Stage, Act)>,
    pub(super) rcpt: Option<RcptRule>,
    pub(super) keywords: Vec<&'static str>,
    pub(super) account: Option<(&'static str, &'static str)>,
    pub(super) tls: Option<Arc<ServerConfig>>,
    pub(super) implicit: bool,
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

    /// What is to be done at `stage`, using it up if it was for once.
    pub(super) fn take_act(&mut self, stage: Stage) -> Option<Act> {
        if let Some(at) = self.once.iter().position(|(at, _)| *at == stage) {
            return Some(self.once.remove(at).1);
        }
        self.always.iter().find(|(at, _)| *at == stage).map(|(_, act)| act.clone())
    }
}
