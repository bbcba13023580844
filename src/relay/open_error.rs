//! Why a connection could not be opened, and what to do about it.

use std::time::Duration;

use super::{Reply, Stage};

/// A connection to a relay could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("relay {host}:{port} ({stage}): {problem}; {}", .problem.advice())]
pub struct OpenError {
    /// The relay's host, as configured.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How far it had come.
    pub stage: Stage,
    /// What went wrong.
    pub problem: Problem,
}

impl OpenError {
    /// Whether trying again soon is of no use, as somebody has to change something first.
    pub fn is_permanent(&self) -> bool {
        self.problem.is_permanent()
    }
}

/// What went wrong while a connection was opened. Texts hold no address and no password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Nothing accepts connections there, or the name is not known.
    #[error("cannot connect: {0}")]
    Unreachable(String),
    /// It took too long.
    #[error("no answer within {}", humantime::format_duration(*.0))]
    Silent(Duration),
    /// The connection failed, or what was said is no SMTP.
    #[error("{0}")]
    Broken(String),
    /// The relay said no.
    #[error("the relay said: {0}")]
    Said(Reply),
    /// STARTTLS is wanted and not offered (RFC 3207 section 4.2).
    #[error("the relay offers no STARTTLS")]
    NoStarttls,
    /// Something was said in plain that would have been believed as if it had been encrypted.
    #[error("the relay, or somebody on the way, spoke on before encryption began")]
    Injected,
    /// The certificate is not to be trusted, or not for this host.
    #[error("its certificate is not accepted: {0}")]
    Certificate(String),
    /// The two sides cannot agree on how to encrypt.
    #[error("encryption cannot begin: {0}")]
    Handshake(String),
    /// There is nothing to check a certificate against.
    #[error("no trusted certificates: {0}")]
    Roots(String),
    /// An account without a password.
    #[error("a user is given without a password")]
    NoPassword,
    /// The password would have gone over the network in plain.
    #[error("a password is not sent over a connection that is not encrypted")]
    PlainPassword,
    /// The relay has no way to log in that we know.
    #[error("the relay offers neither AUTH PLAIN nor AUTH LOGIN")]
    NoMechanism,
}

impl Problem {
    fn is_permanent(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Silent(_) | Self::Broken(_) | Self::Injected => false,
            Self::Said(reply) => reply.code >= 500,
            _ => true,
        }
    }

    /// What somebody can do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "check relay.host and relay.port, and that this machine may connect there",
            Self::Silent(_) | Self::Broken(_) => "check relay.port and relay.tls: 465 wants implicit, 587 starttls",
            Self::Said(reply) if reply.code == 535 => "check relay.user and relay.password_file",
            Self::Said(reply) if reply.code < 500 => "it is tried again later",
            Self::Said(_) => "ask those who run the relay",
            Self::NoStarttls => "set relay.tls to implicit with port 465, or to none if the way is trusted",
            Self::Injected => "use relay.tls = \"implicit\" with port 465 and ask those who run the relay",
            Self::Certificate(_) => "check relay.host, or name the relay's own authority in relay.ca_file",
            Self::Handshake(_) => "the relay must speak TLS 1.2 or newer on this port; check relay.tls",
            Self::Roots(_) => "install the system's CA certificates, or give a readable PEM file as relay.ca_file",
            Self::NoPassword => "set relay.password_file",
            Self::PlainPassword => "set relay.tls to starttls or implicit",
            Self::NoMechanism => "check relay.tls and relay.port, or remove relay.user",
        }
    }
}
