//! The demo's folder: sample posts, a commented config, and later the database and its key.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::{appeal, people};
use crate::config::{self, Config};

/// The first line of a demo's config, by which its folder is known again.
const MARK: &str = "# A Handbill demo. Nothing in it leaves this machine.";

const POSTS: &[(&str, &str)] = &[
    ("where-the-money-went.md", include_str!("posts/where-the-money-went.md")),
    ("housing-protest-day-one.md", include_str!("posts/housing-protest-day-one.md")),
    ("protest-victoria-street.md", include_str!("posts/protest-victoria-street.md")),
    ("gornyaki-prosyat-o-podderzhke.md", include_str!("posts/gornyaki-prosyat-o-podderzhke.md")),
    ("representative-in-london.md", include_str!("posts/representative-in-london.md")),
    ("court-case.md", include_str!("posts/court-case.md")),
    ("film-evening.md", include_str!("posts/film-evening.md")),
    ("letter-to-the-editor.md", include_str!("posts/letter-to-the-editor.md")),
];

/// The file by whose lock one demo at a time works in a folder.
const LOCK: &str = "demo.lock";

/// A folder that holds a demo, or is about to. While this lives, no other demo works in it.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
    /// Whether a demo lived here before.
    pub(super) known: bool,
}

impl Folder {
    /// Takes `path`, or a fresh folder under the system's temporary one.
    ///
    /// # Errors
    ///
    /// When the folder holds something else, another demo works in it, or it cannot be made.
    pub(super) fn take(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Self::fresh() };
        let path = std::path::absolute(path).with_context(|| format!("cannot use the folder {}", path.display()))?;
        let entries = match std::fs::read_dir(&path) {
            // A demo that was cut off at its very start left a lock, and nothing else.
            Ok(mut entries) => entries.any(|entry| entry.map_or(true, |entry| entry.file_name() != LOCK)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make(&path)?;
                false
            }
            Err(error) => return Err(error).with_context(|| format!("cannot look into {}", path.display())),
        };
        let marked = std::fs::read_to_string(path.join("config.toml")).is_ok_and(|text| text.starts_with(MARK));
        if entries && !marked {
            bail!("{} holds something that is no demo; name an empty or new folder with --dir", path.display());
        }
        Ok(Self { _lock: lock(&path)?, path, known: entries })
    }

    fn fresh() -> anyhow::Result<Self> {
        let parent = std::env::temp_dir();
        // Making it fails when the name is taken, whoever took it: so nobody can lay a folder ready for us.
        for number in 1..1000 {
            let path = parent.join(format!("handbill-demo-{}-{number}", std::process::id()));
            match private().create(&path) {
                Ok(()) => return Ok(Self { _lock: lock(&path)?, path, known: false }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error).with_context(|| format!("cannot make {}", path.display())),
            }
        }
        bail!("cannot find a free name for a folder in {}; name one with --dir", parent.display())
    }

    /// The folder itself.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The config file in it.
    pub(super) fn config_path(&self) -> PathBuf {
        self.path.join("config.toml")
    }

    /// The folder that is watched.
    pub(super) fn posts(&self) -> PathBuf {
        self.path.join("posts")
    }

    /// The port that mail was caught on last time.
    pub(super) fn relay_port(&self) -> Option<u16> {
        let text = std::fs::read_to_string(self.config_path()).ok().filter(|_| self.known)?;
        toml::from_str::<toml::Table>(&text).ok()?.get("relay")?.get(0)?.get("port")?.as_integer()?.try_into().ok()
    }

    /// Writes what is missing, and sets the addresses in the config to those of this run. What the visitor changed
    /// or deleted otherwise stays so.
    ///
    /// # Errors
    ///
    /// When a file cannot be written, or the config does not hold what a demo needs.
    pub(super) fn fill(&self, pages: SocketAddr, relay: SocketAddr) -> anyhow::Result<Config> {
        let path = self.config_path();
        // The config comes first, as its first line is what the folder is known by.
        let text = if path.exists() {
            let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let text = set(&text, "site", "url", &format!("\"{}\"", site_url(pages)));
            let text = set(&text, "web", "listen", &format!("\"{pages}\""));
            set(&text, "relay", "port", &relay.port().to_string())
        } else {
            config_text(pages, relay)
        };
        write(&path, &text)?;
        if !self.path.join("handbill.db").exists() {
            make(&self.posts())?;
            for (name, text) in POSTS {
                write(&self.posts().join(name), text)?;
            }
            // Of a store that is gone; a new one comes with its own day.
            match std::fs::remove_file(self.posts().join(appeal::FILE)) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {} from the posts", appeal::FILE));
                }
                _ => {}
            }
        }
        // Without the environment: a relay that is set there is a real one.
        let mut config = config::load(&path, std::iter::empty())?;
        let ours = |relay: &config::Relay| relay.host == "127.0.0.1" && relay.user.is_none();
        if config.relays.is_empty() || !config.relays.iter().all(ours) {
            bail!("{}: the demo's relay is the mail catcher on 127.0.0.1; set it back", path.display());
        }
        // What was typed into the file in another shape must not lead elsewhere either.
        config.relays.iter_mut().for_each(|own| own.port = Some(relay.port()));
        config.web.listen = pages;
        Ok(config)
    }
}

/// Takes the folder's lock; the system lets go of it when the process ends, however it ends.
fn lock(folder: &Path) -> anyhow::Result<File> {
    let path = folder.join(LOCK);
    let failed = || format!("cannot lock {}", path.display());
    let file = File::options().create(true).truncate(false).write(true).open(&path).with_context(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!("a demo is at work in {} already", folder.display()),
        Err(TryLockError::Error(error)) => Err(error).with_context(failed),
    }
}

fn private() -> std::fs::DirBuilder {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn make(path: &Path) -> anyhow::Result<()> {
    private().recursive(true).create(path).with_context(|| format!("cannot make the folder {}", path.display()))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Where the pages are reached from this machine.
pub(super) fn site_url(pages: SocketAddr) -> String {
    let mut at = pages;
    if at.ip().is_unspecified() {
        at.set_ip(if at.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() });
    }
    format!("http://{at}")
}

/// Sets `key` of `section` where it stands on a line of its own, and leaves every other line as it is.
fn set(text: &str, section: &str, key: &str, value: &str) -> String {
    let mut current = "";
    text.split_inclusive('\n')
        .map(|line| {
            let bare = line.trim();
            if bare.starts_with('[') {
                current = bare.split('#').next().unwrap_or_default().trim_matches(|c| "[] ".contains(c));
            }
            let here = current == section && bare.split_once('=').is_some_and(|(name, _)| name.trim() == key);
            if here { format!("{key} = {value}\n") } else { line.to_owned() }
        })
        .collect()
}

fn config_text(pages: SocketAddr, relay: SocketAddr) -> String {
    let (url, port) = (site_url(pages), relay.port());
    let regions: Vec<String> = people::regions().iter().map(|region| format!("\"{region}\"")).collect();
    let regions = regions.join(", ");
    format!(
        r#"{MARK}
# Change what you like and start the demo again with --dir; the three addresses are set anew at each start.

[site]
name = "Campaign for Miners' Rights"
url = "{url}"
# The language of those who chose none.
language = "en"
# Digests are due on this zone's clock.
time_zone = "Europe/London"
sender = "Campaign for Miners' Rights <news@campaign.example>"
reply_to = "office@campaign.example"
# Bulk mail must say where its sender lives.
postal_address = "14 Example Street, London, N1 0XX"

[store]
# The key that opens the addresses in it lies beside it: handbill.key.
url = "sqlite://handbill.db"

[web]
listen = "{pages}"

# Each Markdown file in this folder is a post.
[[source]]
name = "posts"
kind = "folder"
path = "posts"

# Here mail would be handed to a real mail server. The demo catches it instead; the mailbox page shows it.
[[relay]]
name = "catcher"
host = "127.0.0.1"
port = {port}
tls = "none"
connections = 4

# Second, minute, hour, day of the month, month, day of the week.
[digests]
daily = "0 0 8 * * *"
weekly = "0 0 8 * * Mon"
monthly = "0 0 8 1 * *"

[appeals]
# An appeal waits so long after it was marked, for second thoughts.
hold = "10s"
# An event may be in one; those who live in another are not called to it.
regions = [{regions}]

[mail]
# A demo that is told to end need not wait for slow mail servers.
stop_grace = "5s"
"#
    )
}

#[cfg(test)]
mod tests;
