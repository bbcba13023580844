//! The sections of `config.toml`, with their defaults and their rules.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use chrono_tz::Tz;
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};
use url::Url;

use super::Notify;
use super::color::{Color, DARK_GROUND, READABLE};
use super::source::{Origin, Source};
use crate::address::Address;
use crate::regions;
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
    /// When digests go out.
    #[serde(default)]
    pub digests: Digests,
    /// How mail is written.
    #[serde(default)]
    pub mail: Mail,
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
    /// Proxies whose `X-Forwarded-For` is believed.
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
            trusted_proxies: Vec::new(),
            requests_per_network: 60,
            requests_overall: 1000,
            index_archive: true,
        }
    }
}

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
    /// How many messages it may be given in a minute, evenly; 0 for as many as it takes. Of them, as large a part is kept for
    /// urgent appeals as of the connections.
    #[serde(default)]
    pub rate: u32,
    /// How long one message may take from MAIL to the reply after its final dot.
    #[serde(default = "default_relay_timeout", deserialize_with = "duration")]
    pub timeout: Duration,
}

impl Relay {
    /// How many of so many connections mail may take that is not urgent.
    pub fn connections_for_bulk(&self, connections: u16) -> u16 {
        connections.saturating_sub(self.reserve_for_urgent).max(1)
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(if self.tls == Tls::Implicit { 465 } else { 587 })
    }
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

fn default_relay_timeout() -> Duration {
    Duration::from_secs(120)
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

fn time_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| serde::de::Error::custom(format!("`{text}` is no time zone; write it like Europe/London")))
}

pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text)
        .map_err(|_| serde::de::Error::custom(format!("`{text}` is no length of time; write it like 90s, 5m or 24h")))
}

impl Config {
    /// Where the key file lies.
    pub fn key_file(&self) -> PathBuf {
        // `resolve_paths` has set it; the rest is for configs made in code.
        self.vault.key_file.clone().unwrap_or_else(|| PathBuf::from("handbill.key"))
    }

    /// Makes every path relative to the folder of the config file.
    pub(super) fn resolve_paths(&mut self, base: &Path) {
        let resolve = |path: &mut PathBuf| {
            if path.is_relative() {
                *path = base.join(&*path);
            }
        };
        let optional = [&mut self.store.password_file, &mut self.vault.key_file, &mut self.mail.templates];
        optional.into_iter().flatten().for_each(resolve);
        for source in &mut self.sources {
            if let Origin::Folder(folder) = &mut source.origin {
                resolve(&mut folder.path);
            }
        }
        self.notify.webhook_file.iter_mut().for_each(resolve);
        if let Some(program) = self.notify.command.first_mut().filter(|program| program.contains('/')) {
            // A bare name is looked up among the system's programs.
            *program = base.join(&*program).display().to_string();
        }
        for relay in self.relays.iter_mut().chain(&mut self.notify.relay) {
            [&mut relay.ca_file, &mut relay.password_file].into_iter().flatten().for_each(resolve);
        }
        let file = self.store.url.strip_prefix("sqlite://").or_else(|| self.store.url.strip_prefix("sqlite:"));
        if let Some(file) = file
            && Path::new(file).is_relative()
        {
            self.store.url = format!("sqlite://{}", base.join(file).display());
        }
        if self.vault.key_file.is_none() {
            let database = self.store.url.strip_prefix("sqlite://").map(Path::new);
            let folder = database.and_then(Path::parent).unwrap_or(base);
            self.vault.key_file = Some(folder.join("handbill.key"));
        }
    }
}

impl Config {
    /// Reads the files that hold secrets.
    pub(super) fn read_secrets(&mut self) -> Result<(), String> {
        if let Some(path) = &self.notify.webhook_file {
            let url = first_line(path, "notify.webhook_file")?;
            // What stands in the file is no part of the error.
            let url = Url::parse(&url).map_err(|error| format!("notify.webhook_file: its first line: {error}"))?;
            self.notify.webhook = Some(url);
        }
        for relay in self.relays.iter_mut().chain(&mut self.notify.relay) {
            if let Some(path) = &relay.password_file {
                relay.password = Some(Secret::new(first_line(path, "relay.password_file")?));
            }
        }
        if let Some(path) = &self.store.password_file {
            let password = first_line(path, "store.password_file")?;
            let mut url = Url::parse(&self.store.url).map_err(|error| format!("store.url: {error}"))?;
            url.set_password(Some(&password)).map_err(|()| "store.password_file: store.url takes no password")?;
            self.store.url = url.into();
        }
        Ok(())
    }

    /// Checks what the types cannot; the error is the key and what to do about it.
    pub(super) fn validate(&self) -> Result<(), (&'static str, String)> {
        let site = &self.site.url;
        let loopback = match site.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => return Err(("site.url", "write a whole address like https://news.example.org".to_owned())),
        };
        match site.scheme() {
            "https" => {}
            "http" if loopback => {}
            _ => {
                let why = "links in mail must not be read on the way: use https (http only on loopback)";
                return Err(("site.url", why.to_owned()));
            }
        }
        if self.site.name.trim().is_empty() || self.site.name.chars().any(char::is_control) {
            return Err(("site.name", "give the group's name, on one line".to_owned()));
        }
        if self.site.color.contrast(Color::WHITE) < READABLE {
            let why = format!("{} cannot be read on white; take a darker one", self.site.color);
            return Err(("site.color", why));
        }
        if let Some(color) = self.site.color_dark.filter(|color| color.contrast(DARK_GROUND) < READABLE) {
            let why = format!("{color} cannot be read on {DARK_GROUND}, the dark scheme's ground; take a lighter one");
            return Err(("site.color_dark", why));
        }
        self.site.logo_url().map_err(|error| ("site.logo", error))?;
        if self.site.postal_address.trim().is_empty() {
            return Err(("site.postal_address", "bulk mail must carry a postal address".to_owned()));
        }
        if !self.store.url.starts_with("sqlite:") && !self.store.url.starts_with("postgres") {
            return Err(("store.url", "use sqlite://FILE or postgres://USER@HOST/DATABASE".to_owned()));
        }
        let digests = &self.digests;
        for (key, line) in [
            ("digests.daily", &digests.daily),
            ("digests.weekly", &digests.weekly),
            ("digests.monthly", &digests.monthly),
        ] {
            crate::schedule::Schedule::parse(line).map_err(|error| (key, error.to_string()))?;
        }
        let mut names: Vec<_> = self.sources.iter().map(|source| &source.name).collect();
        names.sort();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(("source.name", format!("two sources are called `{}`", twice[0])));
        }
        if let Some(relay) = self.relays.iter().find(|relay| relay.connections == 0) {
            return Err(("relay.connections", format!("relay `{}` needs at least 1", relay.name)));
        }
        let wrong = self.appeals.regions.iter().find(|region| region.trim().is_empty() || region.contains(';'));
        if wrong.is_some() {
            return Err(("appeals.regions", "a region is a name without semicolons".to_owned()));
        }
        let is_twice = |(at, region): (usize, &String)| regions::find(&self.appeals.regions[..at], region).is_some();
        if let Some((_, twice)) = self.appeals.regions.iter().enumerate().find(|pair| is_twice(*pair)) {
            return Err(("appeals.regions", format!("`{twice}` is there twice")));
        }
        self.validate_notify()?;
        if self.relays.len() > 1 {
            return Err(("relay.name", "one relay is all that this version can use".to_owned()));
        }
        Ok(())
    }
}

fn first_line(path: &Path, key: &str) -> Result<String, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{key}: cannot read {}: {error}", path.display()))?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}
