//! The sections of `config.toml`, with their defaults and their rules.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use chrono_tz::Tz;
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};
use url::Url;

use super::color::Color;
use super::source::Source;
use super::{Dkim, Domain, Notify, Relay};
use crate::address::Address;
use crate::subscribers::Cadence;
use crate::text_enum::text_enum;

/// The whole of `config.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Who is writing, and where its pages are.
    pub site: Site,
    /// Where the data is kept.
    #[serde(default)]
    pub store: Store,
    /// Where the key is kept that opens the addresses in it.
    #[serde(default)]
    pub vault: Vault,
    /// The pages.
    #[serde(default)]
    pub web: Web,
    /// What is watched.
    #[serde(default, rename = "source")]
    pub sources: Vec<Source>,
    /// What mail is handed to.
    #[serde(default, rename = "relay")]
    pub relays: Vec<Relay>,
    /// How fast mail goes to some providers.
    #[serde(default, rename = "domain")]
    pub domains: Vec<Domain>,
    /// When digests go out.
    #[serde(default)]
    pub digests: Digests,
    /// How mail is written.
    #[serde(default)]
    pub mail: Mail,
    /// How mail is signed; nothing where the relay sees to that.
    #[serde(default)]
    pub dkim: Option<Dkim>,
    /// Urgent appeals.
    #[serde(default)]
    pub appeals: Appeals,
    /// Who is told when something is wrong.
    #[serde(default)]
    pub notify: Notify,
}

impl Config {
    /// The zone of those who chose none, where each digest is due on its readers' own clocks; nothing where all are due
    /// on the site's.
    pub fn local_time(&self) -> Option<Tz> {
        self.digests.local_time.then_some(self.site.time_zone)
    }
}

/// `[site]`: who is writing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// The group's name, as readers know it.
    pub name: String,
    /// Where Handbill's pages are reached from outside; https unless on loopback.
    pub url: Url,
    /// The language of those who chose none, such as `en`.
    pub language: String,
    /// The zone in which digests are due and dates are written.
    #[serde(deserialize_with = "time_zone")]
    pub time_zone: Tz,
    /// The postal address that bulk mail must carry.
    pub postal_address: String,
    /// The From of every mail: `Name <address>`.
    pub sender: Sender,
    /// Where answers go, if not to the sender.
    #[serde(default)]
    pub reply_to: Option<Sender>,
    /// The colour of its mail and pages, as text and as ground.
    #[serde(default = "default_color")]
    pub color: Color,
    /// The same for the dark scheme; by default a lighter one of the same hue.
    #[serde(default)]
    pub color_dark: Option<Color>,
    /// Its logo: the path or address of an image on the site itself, about 40 pixels high.
    #[serde(default)]
    pub logo: Option<String>,
}

impl Site {
    /// Where the logo is, if there is one.
    ///
    /// # Errors
    /// When that is no address on the site itself, with what to do about it.
    pub fn logo_url(&self) -> Result<Option<Url>, String> {
        let Some(logo) = self.logo.as_deref().map(str::trim).filter(|logo| !logo.is_empty()) else { return Ok(None) };
        let mut base = self.url.clone();
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let url = base.join(logo).map_err(|error| format!("`{logo}` is no address: {error}"))?;
        if url.host_str() == self.url.host_str() && matches!(url.scheme(), "http" | "https") {
            Ok(Some(url))
        } else {
            Err(format!("`{logo}` is not on the site itself: mail shows no image from elsewhere"))
        }
    }
}

fn default_color() -> Color {
    Color::SITE
}

/// `[store]`: where the data is kept.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// `sqlite://FILE` or `postgres://USER@HOST/DATABASE`.
    #[serde(default = "default_store_url")]
    pub url: String,
    /// A file that holds PostgreSQL's password, so that it need not stand in the URL.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.url.split(':').next().unwrap_or_default();
        f.debug_struct("Store").field("url", &format_args!("{scheme}:..")).finish_non_exhaustive()
    }
}

impl Default for Store {
    fn default() -> Self {
        Self { url: default_store_url(), password_file: None }
    }
}

fn default_store_url() -> String {
    "sqlite://data/handbill.db".to_owned()
}

/// `[vault]`: the key that opens addresses and names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vault {
    /// The key file; by default `handbill.key` beside the database, or beside the config on PostgreSQL.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
}

/// `[web]`: the pages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Web {
    /// Where the pages are served.
    pub listen: SocketAddr,
    /// Where `/metrics` is served, on loopback; nowhere by default.
    pub metrics_listen: Option<SocketAddr>,
    /// Proxies whose `X-Forwarded-For` is believed.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// How many sign-ups and link requests one network (an IPv4 /24, an IPv6 /56) may make in an hour.
    pub requests_per_network: u32,
    /// How many of them all networks together may make in an hour.
    pub requests_overall: u32,
    /// Whether search engines may list earlier mailings.
    pub index_archive: bool,
}

impl Default for Web {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            metrics_listen: None,
            trusted_proxies: Vec::new(),
            requests_per_network: 60,
            requests_overall: 1000,
            index_archive: true,
        }
    }
}

/// `[digests]`: when they are due, as cron lines with seconds, on the wall clock of `site.time_zone`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Digests {
    /// When the daily digest is due.
    pub daily: String,
    /// When the weekly digest is due.
    pub weekly: String,
    /// When the monthly digest is due.
    pub monthly: String,
    /// Whether the slot is read in each subscriber's own zone.
    pub local_time: bool,
}

impl Digests {
    /// The cron line of a cadence; those who get each post have none.
    pub fn line(&self, cadence: Cadence) -> Option<&str> {
        match cadence {
            Cadence::Each => None,
            Cadence::Daily => Some(&self.daily),
            Cadence::Weekly => Some(&self.weekly),
            Cadence::Monthly => Some(&self.monthly),
        }
    }
}

impl Default for Digests {
    fn default() -> Self {
        Self {
            daily: "0 0 8 * * *".to_owned(),
            weekly: "0 0 8 * * Mon".to_owned(),
            monthly: "0 0 8 1 * *".to_owned(),
            local_time: false,
        }
    }
}

text_enum! {
    /// What becomes of the images in posts.
    pub enum Images {
        /// Brought along with the mail, where they lie in a watched folder; others are left out.
        Embed = "embed",
        /// Shown from the site itself, and only from there.
        Site = "site",
        /// Left out; their alt text stays.
        None = "none",
    }
}

/// `[mail]`: how mail is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// A folder whose files replace the built-in templates of the same name.
    pub templates: Option<PathBuf>,
    /// What becomes of the images in posts.
    pub images: Images,
    /// How long to wait for open replies after SIGTERM before they count as unknown.
    #[serde(deserialize_with = "duration")]
    pub stop_grace: Duration,
    /// How long a node on PostgreSQL may say nothing, beyond the time that one message may take, before others take over
    /// what it held.
    #[serde(deserialize_with = "duration")]
    pub lease: Duration,
}

impl Default for Mail {
    fn default() -> Self {
        let minute = Duration::from_secs(60);
        Self { templates: None, images: Images::None, stop_grace: minute, lease: minute }
    }
}

/// `[appeals]`: urgent appeals.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Appeals {
    /// How long an appeal waits after it was marked, for second thoughts.
    #[serde(deserialize_with = "duration")]
    pub hold: Duration,
    /// How long before an event starts those who had its appeal are reminded; `0s` for never.
    #[serde(deserialize_with = "duration")]
    pub reminder: Duration,
    /// The regions that an event may be in and a subscriber may choose.
    pub regions: Vec<String>,
}

impl Default for Appeals {
    fn default() -> Self {
        Self { hold: Duration::from_secs(60), reminder: Duration::from_secs(24 * 3600), regions: Vec::new() }
    }
}

/// A From or Reply-To: an address with or without a name before it.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The name readers see; empty where there is none.
    pub name: String,
    /// The address.
    pub address: Address,
}

impl FromStr for Sender {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, address) = match text.trim().strip_suffix('>').and_then(|t| t.rsplit_once('<')) {
            Some((name, address)) => (name.trim().trim_matches('"').to_owned(), address),
            None => (String::new(), text),
        };
        if name.chars().any(char::is_control) {
            return Err("a sender's name has no line breaks".to_owned());
        }
        let address = address.parse().map_err(|error| format!("not `Name <name@example.org>`: {error}"))?;
        Ok(Self { name, address })
    }
}

impl<'de> Deserialize<'de> for Sender {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

fn time_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| serde::de::Error::custom(format!("`{text}` is no time zone; write it like Europe/London")))
}

/// What a length of time is called where something else stands in its place.
pub(super) const LENGTH_OF_TIME: &str = "a length of time";

pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    struct Length;

    impl serde::de::Visitor<'_> for Length {
        type Value = Duration;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(LENGTH_OF_TIME)
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Duration, E> {
            length_of_time(text).map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Length)
}

/// Reads a length of time such as `90s` or `1h 30m`.
///
/// # Errors
///
/// When it is none, with what to write.
pub fn length_of_time(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| format!("`{text}` is no length of time; write it like 90s, 5m or 24h"))
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let network = |text: String| {
        let wrong = || format!("`{text}` is no network; write it like 10.0.0.0/8, or 192.0.2.1/32 for one address");
        text.parse().map_err(|_| serde::de::Error::custom(wrong()))
    };
    Vec::<String>::deserialize(deserializer)?.into_iter().map(network).collect()
}
