//! `[[relay]]`: whom mail is handed to, how, and how fast.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::Config;
use super::sections::duration;
use crate::store::tallies::Limits;
use crate::text_enum::text_enum;

text_enum! {
    /// How the way to a relay is protected.
    pub enum Tls {
        /// Not at all; only for loopback and trusted networks.
        None = "none",
        /// Upgraded before anything is said; never falls back to plain (RFC 3207).
        Starttls = "starttls",
        /// From the first byte (RFC 8314).
        Implicit = "implicit",
    }
}

/// `[[relay]]`: an SMTP server that messages are handed to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relay {
    /// Its name in logs and in the ledger.
    pub name: String,
    /// Host name or IP address; the name its certificate must carry.
    pub host: String,
    /// By default 587, or 465 for implicit TLS.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the way is protected.
    #[serde(default = "default_tls")]
    pub tls: Tls,
    /// Further certificates to trust, as a PEM file.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// The account, where the relay wants one.
    #[serde(default)]
    pub user: Option<String>,
    /// Its password; better kept in `password_file`.
    #[serde(default)]
    pub password: Option<Secret>,
    /// A file whose first line is the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// How many connections may be open at once.
    #[serde(default = "default_connections")]
    pub connections: u16,
    /// How many of them are kept free for urgent appeals; at least one is left for all else.
    #[serde(default = "default_reserve")]
    pub reserve_for_urgent: u16,
    /// After how many messages a connection is closed and another one opened.
    #[serde(default = "default_messages")]
    pub messages_per_connection: u32,
    /// How long a connection stays open with nothing to send.
    #[serde(default = "default_idle", deserialize_with = "duration")]
    pub idle: Duration,
    /// Its part of the mail, against the weights of the others; with 0 it is used only while all that have one are away.
    #[serde(default = "default_weight")]
    pub weight: u16,
    /// How many messages it may be given in a minute, evenly, by all nodes together; 0 for as many as it takes. Of them, as large a part is kept for
    /// urgent appeals as of the connections.
    #[serde(default)]
    pub rate: u32,
    /// How many messages it may be given in an hour, as while a new address is made known; 0 for no limit.
    #[serde(default)]
    pub rate_per_hour: u32,
    /// The same in a day.
    #[serde(default)]
    pub rate_per_day: u32,
    /// How long one message may take from MAIL to the reply after its final dot.
    #[serde(default = "default_relay_timeout", deserialize_with = "duration")]
    pub timeout: Duration,
}

impl Relay {
    /// How many of so many connections mail may take that is not urgent.
    pub fn connections_for_bulk(&self, connections: u16) -> u16 {
        connections.saturating_sub(self.reserve_for_urgent).max(1)
    }

    /// How much of a limit mail may take that is not urgent: the same part as of the connections.
    pub fn part_for_bulk(&self, limit: u32) -> u32 {
        let kept = u64::from(self.connections - self.connections_for_bulk(self.connections));
        let kept = u64::from(limit) * kept / u64::from(self.connections.max(1));
        limit - u32::try_from(kept).unwrap_or(0)
    }

    /// What it may be given in an hour and in a day.
    pub fn limits(&self) -> Limits {
        Limits { hour: self.rate_per_hour, day: self.rate_per_day }
    }

    /// Of that, what mail may take that is not urgent.
    pub fn limits_for_bulk(&self) -> Limits {
        Limits { hour: self.part_for_bulk(self.rate_per_hour), day: self.part_for_bulk(self.rate_per_day) }
    }

    /// Whether it is used only while all others are away.
    pub fn is_standby(&self) -> bool {
        self.weight == 0
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(if self.tls == Tls::Implicit { 465 } else { 587 })
    }
}

impl Config {
    pub(super) fn validate_relays(&self) -> Result<(), (&'static str, String)> {
        let relays = &self.relays;
        if let Some((_, relay)) = relays.iter().enumerate().find(|(at, relay)| is_named(&relays[..*at], &relay.name)) {
            return Err(("relay.name", format!("two relays are called `{}`; give each a name of its own", relay.name)));
        }
        if let Some(relay) = relays.iter().find(|relay| relay.connections == 0) {
            return Err(("relay.connections", format!("relay `{}` needs at least 1", relay.name)));
        }
        if let Some(relay) = relays.iter().find(|relay| relay.messages_per_connection == 0) {
            return Err(("relay.messages_per_connection", format!("relay `{}` needs at least 1", relay.name)));
        }
        if !relays.is_empty() && relays.iter().all(Relay::is_standby) {
            let why = "with 0 it only stands in for others: at least one relay needs a weight of 1 or more";
            return Err(("relay.weight", why.to_owned()));
        }
        Ok(())
    }
}

fn is_named(relays: &[Relay], name: &str) -> bool {
    relays.iter().any(|relay| relay.name == name)
}

fn default_tls() -> Tls {
    Tls::Starttls
}

fn default_connections() -> u16 {
    16
}

fn default_reserve() -> u16 {
    2
}

/// Most large receivers and many relays end a connection after a hundred to a few thousand messages; whoever does it earlier
/// says so with a 421, which costs one delivery a moment.
fn default_messages() -> u32 {
    1000
}

fn default_idle() -> Duration {
    Duration::from_secs(15)
}

fn default_weight() -> u16 {
    1
}

fn default_relay_timeout() -> Duration {
    Duration::from_secs(120)
}

/// A password: never printed.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text that must not be printed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
