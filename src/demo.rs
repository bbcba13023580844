//! A whole working campaign in a scratch folder. Nothing in it leaves the machine.
//!
//! Everything is the real thing: posts are taken in from a folder, digests are planned, and the dispatcher hands each
//! mail over SMTP to a catcher on loopback, whose mailbox is shown in the browser.

mod appeal;
pub mod catcher;
mod folder;
mod greeting;
pub mod mailbox;
mod people;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::clock::Clock;
use crate::daemon::Daemon;
use crate::dispatcher::{self, Progress, Summary, Until};
use crate::editions::digest;
use crate::sources;
use crate::subscribers::Cadence;
use crate::templates::Templates;

use appeal::Ahead;
use folder::Folder;
use mailbox::{Look, Mailbox};

pub use appeal::Pace;

/// Where mail is caught and shown: reached from this machine only.
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A demo that was set up, has sent its first mails, and can be run.
pub struct Demo {
    folder: Folder,
    app: Arc<App>,
    daemon: Daemon,
    mailbox: Arc<Mailbox>,
    mailbox_at: SocketAddr,
    parts: Parts,
    pace: Pace,
    ahead: Ahead,
    sent: u64,
}

/// The catcher and its mailbox, which outlive the daemon so that its last mails find them.
struct Parts {
    tasks: JoinSet<anyhow::Result<()>>,
    stop: CancellationToken,
}

impl fmt::Debug for Demo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Demo").field("folder", &self.folder).field("sent", &self.sent).finish_non_exhaustive()
    }
}

impl Demo {
    /// Sets a demo up in `dir`, or goes on with the one that is there; without `dir`, in a fresh folder among the
    /// system's temporary ones. Takes the posts in as new, and sends the weekly digest and what those get who want
    /// each post; then an urgent appeal is marked. The pages are on `listen`, or on a free port where that one is taken.
    ///
    /// # Errors
    ///
    /// When the folder holds something else or is in use, or a part cannot be started.
    pub async fn start(dir: Option<&Path>, listen: SocketAddr, clock: Clock, pace: Pace) -> anyhow::Result<Self> {
        let folder = Folder::take(dir)?;
        let pages = bind(listen).await?;
        let pages_at = pages.local_addr()?;
        let relay = bind(SocketAddr::new(HERE, folder.relay_port().unwrap_or(0))).await?;
        // Beside the pages, where it is easily found again; any port if they are on any.
        let beside = if listen.port() == 0 { 0 } else { pages_at.port().checked_add(1).unwrap_or(0) };
        let shown = bind(SocketAddr::new(HERE, beside)).await?;
        let mailbox_at = shown.local_addr()?;

        let config = folder.fill(pages_at, relay.local_addr()?)?;
        let app = Arc::new(App::open(config, clock).await?);
        let mailbox = Arc::new(Mailbox::default());
        let parts = Parts::start(&app, relay, shown, &mailbox);
        let templates = Templates::of(&app.config).context("the templates cannot be used")?;

        people::add(&app).await.context("cannot add the sample people")?;
        sources::pull(&app.store, &app.config, &app.clock, false).await?;
        let is_known = appeal::is_known(&app).await?;
        if is_known {
            // A start that was cut off in between left it unmarked: it must not go out as an ordinary post first.
            appeal::mark(&app, pace.hold).await?;
        }
        let sent = send(&app, templates).await?;
        if !is_known {
            appeal::publish(&app, &folder.posts()).await?;
            appeal::mark(&app, pace.hold).await?;
        }
        let ahead = appeal::ahead(&app, pace).await?;
        let daemon = Daemon::on(Arc::clone(&app), pages)?;
        Ok(Self { folder, app, daemon, mailbox, mailbox_at, parts, pace, ahead, sent })
    }

    /// Watches, plans, sends and serves until `stop`, and corrects the appeal when its time has come.
    ///
    /// # Errors
    ///
    /// With the error of the part that ended first, if any did before it was told to.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<Summary> {
        let Self { app, daemon, mut parts, folder, pace, .. } = self;
        let (posts, over) = (folder.posts(), parts.stop.clone());
        let serving = async {
            let summary = tokio::select! {
                summary = daemon.run(stop) => summary,
                ended = parts.tasks.join_next() => Err(match ended {
                    Some(Ok(Err(error))) => error,
                    Some(Err(crash)) => anyhow::Error::new(crash).context("a part of the demo crashed"),
                    _ => anyhow::anyhow!("the mail catcher ended by itself"),
                }),
            };
            parts.stop.cancel();
            summary
        };
        let (summary, ()) = tokio::join!(serving, appeal::correct(&app, &posts, pace.amend_after, &over));
        while parts.tasks.join_next().await.is_some() {}
        app.store.close().await;
        // Until here nobody else may work in the folder.
        drop(folder);
        summary
    }

    /// What was caught.
    pub fn mailbox(&self) -> Arc<Mailbox> {
        Arc::clone(&self.mailbox)
    }

    /// How many mails went out while it was set up.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// The folder that the demo is in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of posts that is watched.
    pub fn posts(&self) -> PathBuf {
        self.folder.posts()
    }

    /// Where the mailbox is, without a slash at the end.
    pub fn mailbox_url(&self) -> String {
        folder::site_url(self.mailbox_at)
    }

    /// Where the campaign's pages are, without a slash at the end.
    pub fn site_url(&self) -> String {
        self.app.config.site.url.as_str().trim_end_matches('/').to_owned()
    }
}

impl Parts {
    fn start(app: &App, relay: TcpListener, shown: TcpListener, mailbox: &Arc<Mailbox>) -> Self {
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let (sink, inbox) = mpsc::channel(64);
        let (kept, clock) = (Arc::clone(mailbox), app.clock.clone());
        tasks.spawn(async move {
            kept.collect(inbox, clock).await;
            Ok(())
        });
        let told = stop.clone();
        tasks.spawn(async move {
            catcher::serve(relay, sink, told).await;
            Ok(())
        });
        let site = &app.config.site;
        let look = Look {
            site_name: site.name.clone(),
            site_url: site.url.as_str().trim_end_matches('/').to_owned(),
            time_zone: site.time_zone,
        };
        tasks.spawn(mailbox::serve(shown, Arc::clone(mailbox), look, stop.clone()));
        Self { tasks, stop }
    }
}

/// Plans the weekly digest of the latest slot, and what those get who want each post, and sends both. What was planned
/// before is not planned again.
async fn send(app: &Arc<App>, templates: Templates) -> anyhow::Result<u64> {
    for cadence in [Cadence::Each, Cadence::Weekly] {
        for due in digest::due(app, cadence, app.clock.now()).await? {
            digest::open(app, &due, "demo").await?;
        }
    }
    let templates = watch::channel(Arc::new(templates)).1;
    let (progress, stop) = (Arc::new(Progress::default()), CancellationToken::new());
    let summary = dispatcher::run(Arc::clone(app), templates, Until::Empty, progress, stop).await;
    Ok(summary.context("cannot send the first mails")?.totals.accepted)
}

/// Listens on `wanted`, or on a free port where that one is taken.
async fn bind(wanted: SocketAddr) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(wanted).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            let any = SocketAddr::new(wanted.ip(), 0);
            TcpListener::bind(any).await.with_context(|| format!("cannot find a free port on {}", wanted.ip()))
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {wanted}")),
    }
}
