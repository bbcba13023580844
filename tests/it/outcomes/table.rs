//! What comes of each thing that a relay may do. This is the table that `docs/smtp-outcomes.md` shows.

use std::fmt;

use handbill::deliveries::blame::Blame;

use crate::smtp::{Act, Stage};

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Done,
    Again,
    Maybe,
    Over,
    Dead,
    Domain,
    Soon,
    Stopped,
    Password,
}

impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done => "nothing",
            Self::Again => "tried again in about a minute, then with growing pauses until its deadline",
            Self::Maybe => "it may have arrived: tried again with the same Message-ID, and unknown in the end",
            Self::Over => "not tried again; the person gets the next mailing",
            Self::Dead => "not tried again; the address is suppressed as dead",
            Self::Domain => {
                "its domain is left alone for a minute, then for longer; staff are told when it blocks again; the person is \
                 not marked"
            }
            Self::Soon => "nothing was tried; the relay is asked again from a second on; staff are told after a minute",
            Self::Stopped => {
                "nothing was tried; the relay has stopped, is asked again every half minute, and staff are told"
            }
            Self::Password => {
                "nothing was tried; the relay has stopped, is asked again every five minutes so that no account gets locked, \
                 and staff are told; nobody's mail ends by it"
            }
        })
    }
}

impl Next {
    /// The state in the ledger.
    pub(crate) fn state(self) -> &'static str {
        match self {
            Self::Done => "accepted",
            Self::Over | Self::Dead => "refused",
            _ => "queued",
        }
    }
}

/// How the relay is set up, and how we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setup {
    Plain,
    /// It offers exactly these.
    Offering(&'static [&'static str]),
    /// As [`Setup::Offering`], for somebody whose address needs SMTPUTF8.
    Wide(&'static [&'static str]),
    Starttls,
    /// It wants a password, and gets this one.
    Account(&'static str),
    /// It has no STARTTLS, and we want it.
    NoStarttls,
}

/// One row.
pub(crate) struct Row {
    pub(crate) stage: Stage,
    /// What the relay does, in words.
    pub(crate) does: String,
    pub(crate) setup: Setup,
    pub(crate) acts: Vec<(Stage, Act)>,
    /// What is written down: in the ledger, or of the relay.
    pub(crate) said: String,
    pub(crate) blame: Option<Blame>,
    pub(crate) next: Next,
    /// How long a message may take, in seconds.
    pub(crate) limit: u64,
}

impl Row {
    fn new(stage: Stage, does: impl Into<String>, act: Act, said: impl Into<String>, next: Next) -> Self {
        let blame = (!matches!(next, Next::Done)).then_some(Blame::Relay);
        let limit = if matches!(act, Act::Stall) { STALL } else { 20 };
        let (does, said) = (does.into(), said.into());
        Self { stage, does, setup: Setup::Plain, acts: vec![(stage, act)], said, blame, next, limit }
    }

    fn to(self, blame: Blame) -> Self {
        Self { blame: Some(blame), ..self }
    }

    fn with(self, setup: Setup) -> Self {
        Self { setup, ..self }
    }

    fn also(mut self, stage: Stage, act: Act) -> Self {
        self.acts.push((stage, act));
        self
    }
}

/// How long we wait for a relay that says nothing, in seconds.
const STALL: u64 = 5;
const TAKEN: &str = "dot: 250 2.0.0 queued";
/// Before a recipient is named.
const BEFORE: [(Stage, &str, &str); 4] = [
    (Stage::Banner, "greeting", ""),
    (Stage::Ehlo, "hello", ""),
    (Stage::Starttls, "tls", ""),
    (Stage::Auth, "auth", ""),
];
/// While a message is handed over: where, and what comes of it when the connection fails there.
const WITHIN: [(Stage, &str, Next); 4] = [
    (Stage::Mail, "MAIL", Next::Soon),
    (Stage::Rcpt, "rcpt", Next::Again),
    (Stage::Data, "data", Next::Again),
    (Stage::Dot, "dot", Next::Maybe),
];

/// Whom it is about, and what is next: at RCPT, and later on.
type About = [(Blame, Next); 2];

/// What relays say no with: the reply, what is kept of it, and whom it is about and what is next at RCPT, and later on.
const REFUSALS: [(&str, &str, About); 18] = [
    ("550 5.1.1 {to} is unknown", "550 5.1.1 <address> is unknown", [(Blame::Address, Next::Dead); 2]),
    ("550 5.1.2 no such domain", "550 5.1.2 no such domain", [(Blame::Address, Next::Dead); 2]),
    ("550 5.1.10 the domain takes no mail", "550 5.1.10 the domain takes no mail", [(Blame::Address, Next::Dead); 2]),
    ("550 5.2.1 disabled", "550 5.2.1 disabled", [(Blame::Address, Next::Dead); 2]),
    ("550 5.1.0 rejected", "550 5.1.0 rejected", [(Blame::Address, Next::Over); 2]),
    ("450 4.1.1 not verified yet", "450 4.1.1 not verified yet", [(Blame::Address, Next::Again); 2]),
    ("550 no such user", "550 no such user", [(Blame::Address, Next::Over), (Blame::Content, Next::Over)]),
    ("552 5.2.2 mailbox full", "552 5.2.2 mailbox full", [(Blame::Mailbox, Next::Again); 2]),
    ("452 4.2.2 mailbox full", "452 4.2.2 mailbox full", [(Blame::Mailbox, Next::Again); 2]),
    ("552 quota exceeded", "552 quota exceeded", [(Blame::Mailbox, Next::Again), (Blame::Content, Next::Over)]),
    ("550 5.7.1 not from you", "550 5.7.1 not from you", [(Blame::Policy, Next::Domain); 2]),
    ("451 4.7.1 slow down", "451 4.7.1 slow down", [(Blame::Policy, Next::Domain); 2]),
    ("451 4.7.1 greylisted", "451 4.7.1 greylisted", [(Blame::Address, Next::Again); 2]),
    ("550 blocked by our policy", "550 blocked by our policy", [(Blame::Policy, Next::Domain); 2]),
    ("554 5.6.0 not MIME", "554 5.6.0 not MIME", [(Blame::Content, Next::Over); 2]),
    ("554 failed", "554 failed", [(Blame::Relay, Next::Over), (Blame::Content, Next::Over)]),
    ("451 4.3.0 later", "451 4.3.0 later", [(Blame::Relay, Next::Again); 2]),
    ("451 later", "451 later", [(Blame::Relay, Next::Again); 2]),
];

/// All rows, in the order of a conversation.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row { acts: Vec::new(), ..Row::new(Stage::Dot, "takes the message", Act::Slow, TAKEN, Next::Done) },
        offering("no 8BITMIME", &["PIPELINING", "SMTPUTF8"]),
        offering("no SMTPUTF8", &["PIPELINING", "8BITMIME"]),
        offering("no PIPELINING", &["8BITMIME", "SMTPUTF8"]),
        offering("nothing", &[]),
        Row {
            said: "rcpt: 553 5.6.7 Handbill: this address needs a relay that offers SMTPUTF8".to_owned(),
            setup: Setup::Wide(&["8BITMIME"]),
            acts: Vec::new(),
            ..Row::new(Stage::Rcpt, "offers no SMTPUTF8 to an address that needs it", Act::Slow, "", Next::Over)
        },
    ];
    opening(&mut rows);
    handing_over(&mut rows);
    after(&mut rows);
    rows
}

fn offering(what: &str, keywords: &'static [&'static str]) -> Row {
    let row = Row::new(Stage::Ehlo, format!("offers {what}"), Act::Slow, TAKEN, Next::Done);
    Row { acts: Vec::new(), setup: Setup::Offering(keywords), ..row }
}

/// From the connection to the password.
fn opening(rows: &mut Vec<Row>) {
    for (stage, name, _) in BEFORE {
        let setup = match stage {
            Stage::Starttls => Setup::Starttls,
            Stage::Auth => Setup::Account("sesame"),
            _ => Setup::Plain,
        };
        let mut add = |does: &str, act, why: &str, next| {
            let advice = match () {
                () if why.contains("535") => "check relay.user and relay.password_file",
                () if why.starts_with("the relay said: 5") => "ask those who run the relay",
                () if why.starts_with("the relay said: 4") => "it is tried again later",
                () => "check relay.port and relay.tls: 465 wants implicit, 587 starttls",
            };
            let said = format!("relay 127.0.0.1:25 ({name}): {why}; {advice}");
            rows.push(Row::new(stage, does, act, said, next).with(setup));
        };
        let refused = "550 5.7.1 go away";
        let stopped = if stage == Stage::Auth { Next::Password } else { Next::Stopped };
        add("refuses with a 5xx", Act::Reply(refused), "the relay said: 550 5.7.1 go away", stopped);
        add("refuses with a 4xx", Act::Reply("451 4.3.0 later"), "the relay said: 451 4.3.0 later", Next::Soon);
        let closing = Act::ReplyAndClose("421 4.3.2 closing");
        add("says 421 and closes", closing, "the relay said: 421 4.3.2 closing", Next::Soon);
        add("stalls", Act::Stall, "no answer within 5s", Next::Soon);
        add("hangs up", Act::Close, "the relay closed the connection", Next::Soon);
        add("talks garbage", Act::Garbage, "the relay's reply is no SMTP", Next::Soon);
        rows.push(Row::new(stage, "answers a byte every few milliseconds", Act::Slow, TAKEN, Next::Done).with(setup));
        if stage == Stage::Auth {
            let wrong = "relay 127.0.0.1:25 (auth): the relay said: 535 5.7.8 wrong password; check relay.user and \
                         relay.password_file";
            let row = Row::new(stage, "does not accept the password", Act::Slow, wrong, Next::Password);
            rows.push(Row { acts: Vec::new(), setup: Setup::Account("guess"), ..row });
        }
    }
    let none = "relay 127.0.0.1:25 (tls): the relay offers no STARTTLS; set relay.tls to implicit with port 465, or to none \
                if the way is trusted";
    let row = Row::new(Stage::Starttls, "offers no STARTTLS where it is wanted", Act::Slow, none, Next::Stopped);
    rows.push(Row { acts: Vec::new(), setup: Setup::NoStarttls, ..row });
    let injected = "relay 127.0.0.1:25 (tls): the relay, or somebody on the way, spoke on before encryption began; use \
                    relay.tls = \"implicit\" with port 465 and ask those who run the relay";
    let act = Act::Reply("220 go ahead\r\n250 and more");
    rows.push(Row::new(Stage::Starttls, "sends a reply too many", act, injected, Next::Soon).with(Setup::Starttls));
    for (stage, twice) in [(Stage::Banner, "220 hello\r\n220 hello"), (Stage::Ehlo, "250 hello\r\n250 hello")] {
        let said = match stage {
            Stage::Banner => {
                "relay 127.0.0.1:25 (hello): the relay spoke out of turn: 220 hello; check relay.port and relay.tls: 465 \
                 wants implicit, 587 starttls"
            }
            _ => "MAIL: the relay spoke out of turn: 250 hello",
        };
        rows.push(Row::new(stage, "sends a reply too many", Act::Reply(twice), said, Next::Soon));
    }
    let many = Act::Reply("220-one\r\n220-two\r\n220-three\r\n220 four");
    rows.push(Row::new(Stage::Banner, "answers in many lines", many, TAKEN, Next::Done));
}

/// A relay that takes commands at once.
const BOTH: Setup = Setup::Offering(&["PIPELINING", "8BITMIME", "SMTPUTF8"]);
/// A relay that takes them one by one.
pub(super) const ONE_BY_ONE: Setup = Setup::Offering(&["8BITMIME", "SMTPUTF8"]);

/// From MAIL to the reply after the dot.
fn handing_over(rows: &mut Vec<Row>) {
    for (stage, name, lost) in WITHIN {
        for (reply, kept, about) in REFUSALS {
            let (blame, next) = match stage {
                Stage::Mail if reply.starts_with('4') => (Blame::Relay, Next::Soon),
                Stage::Mail => (Blame::Relay, Next::Stopped),
                Stage::Rcpt => about[0],
                _ => about[1],
            };
            // Nobody was named yet.
            let kept = if stage == Stage::Mail { kept.replace("<address> ", "") } else { kept.to_owned() };
            let reply = Act::Reply(reply);
            let does = format!("says `{}`", kept.replace("<address>", "(address)"));
            rows.push(Row::new(stage, does, reply, format!("{name}: {kept}"), next).to(blame));
        }
        let mut add = |does: &str, act, why: &str, next| {
            rows.push(Row::new(stage, does, act, format!("{name}: {why}"), next));
        };
        let closing = Act::ReplyAndClose("421 4.3.2 closing");
        let next = if stage == Stage::Mail { Next::Soon } else { Next::Again };
        add("says 421 and closes", closing, "421 4.3.2 closing", next);
        add("stalls", Act::Stall, "no answer within 5s", lost);
        add("hangs up", Act::Close, "the relay closed the connection", lost);
        add("talks garbage", Act::Garbage, "the relay's reply is no SMTP", lost);
        let good = |act| Row::new(stage, "answers a byte every few milliseconds", act, TAKEN, Next::Done);
        rows.push(good(Act::Slow));
        let (pieces, many) = match stage {
            Stage::Data => ("354 go on", "354-go\r\n354-on\r\n354 now"),
            _ => ("250 2.0.0 queued", "250-2.0.0 queued\r\n250-2.0.0 and\r\n250 2.0.0 more"),
        };
        rows.push(Row { does: "answers in pieces".to_owned(), ..good(Act::Pieces(pieces)) });
        let said = if stage == Stage::Dot { "dot: 250 2.0.0 queued 2.0.0 and 2.0.0 more" } else { TAKEN };
        rows.push(Row { does: "answers in many lines".to_owned(), said: said.to_owned(), ..good(Act::Reply(many)) });
    }
    let not_ours = "554 5.7.1 {to}: Relay access denied";
    rows.push(Row::new(
        Stage::Rcpt,
        "says `554 5.7.1 (address): Relay access denied`",
        Act::Reply(not_ours),
        "RCPT: 554 5.7.1 <address>: Relay access denied",
        Next::Stopped,
    ));
    // The reply too many is taken for the next one, and the last then fits none.
    const SHIFTED: &str = "data: the relay answered 250 where 3xx was due";
    for (stage, said) in [
        (Stage::Mail, "rcpt: the relay spoke out of turn: 250 ok"),
        (Stage::Rcpt, "data: the relay spoke out of turn: 250 ok"),
    ] {
        let act = || Act::Reply("250 ok\r\n250 ok");
        rows.push(Row::new(stage, "sends a reply too many, with PIPELINING", act(), SHIFTED, Next::Again).with(BOTH));
        rows.push(Row::new(stage, "sends a reply too many, without it", act(), said, Next::Again).with(ONE_BY_ONE));
    }
    for (stage, twice, said, next) in [
        (Stage::Data, "354 go on\r\n250 ok", "body: the relay spoke out of turn: 250 ok", Next::Again),
        (Stage::Dot, "250 2.0.0 queued\r\n250 ok", TAKEN, Next::Done),
    ] {
        rows.push(Row::new(stage, "sends a reply too many", Act::Reply(twice), said, next));
    }
    rows.push(Row::new(
        Stage::Data,
        "says 250 where 354 was due",
        Act::Reply("250 ok"),
        "data: the relay answered 250 where 3xx was due",
        Next::Again,
    ));
    rows.push(Row::new(
        Stage::Dot,
        "says 354 where 250 was due",
        Act::Reply("354 go on"),
        "dot: the relay answered 354 where 2xx was due",
        Next::Maybe,
    ));
    let body = |does: &str, act, said: &str, next| Row::new(Stage::Body, does, act, said, next);
    rows.push(body("stops reading", Act::Stall, "dot: no answer within 5s", Next::Maybe));
    rows.push(body("hangs up", Act::Close, "dot: the relay closed the connection", Next::Maybe));
    rows.push(body("talks garbage", Act::Garbage, "dot: the relay's reply is no SMTP", Next::Maybe));
    let large = Act::ReplyAndClose("552 5.3.4 too large");
    rows.push(body("says 552 5.3.4 and closes", large, "dot: 552 5.3.4 too large", Next::Over).to(Blame::Content));
    let full = Act::ReplyAndClose("452 4.3.1 no room");
    rows.push(body("says 452 4.3.1 and closes", full, "dot: 452 4.3.1 no room", Next::Again));
    rows.push(body(
        "says 421 and closes",
        Act::ReplyAndClose("421 4.3.2 closing"),
        "dot: 421 4.3.2 closing",
        Next::Again,
    ));
    rows.push(body("reads slowly", Act::Slow, TAKEN, Next::Done));
}

/// When the message is through.
fn after(rows: &mut Vec<Row>) {
    let unknown = || Act::Reply("550 5.1.1 {to} is unknown");
    for (does, act) in [("hangs up", Act::Close), ("talks garbage", Act::Garbage), ("refuses", Act::Reply("502 no"))] {
        let said = "rcpt: 550 5.1.1 <address> is unknown";
        let does = format!("{does}, after a refusal");
        rows.push(Row::new(Stage::Rset, does, act, said, Next::Dead).to(Blame::Address).also(Stage::Rcpt, unknown()));
    }
    for (does, act) in [
        ("refuses", Act::Reply("502 5.5.1 what")),
        ("says 421 and closes", Act::ReplyAndClose("421 4.3.2 closing")),
        ("stalls", Act::Stall),
        ("hangs up", Act::Close),
        ("talks garbage", Act::Garbage),
        ("answers a byte every few milliseconds", Act::Slow),
        ("sends a reply too many", Act::Reply("221 bye\r\n221 bye")),
    ] {
        rows.push(Row::new(Stage::Quit, does, act, TAKEN, Next::Done));
    }
    rows.push(Row::new(
        Stage::Dot,
        "takes it, says 250 and closes",
        Act::ReplyAndClose("250 2.0.0 queued"),
        TAKEN,
        Next::Done,
    ));
}
