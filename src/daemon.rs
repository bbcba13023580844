//! The daemon: watcher, scheduler, dispatcher, notices and pages under one shutdown.
//!
//! The first SIGTERM or SIGINT stops it softly: nothing new is begun and open replies are awaited. A second one stops it at
//! once. A part that ends by itself ends the process, with its error.

mod reload;
mod scheduler;

use std::sync::Arc;

use anyhow::{Context, anyhow};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::dispatcher::{self, Progress, Summary, Until};
use crate::dkim::Signer;
use crate::metrics;
use crate::templates::Templates;
use crate::wake::LOOK;
use crate::web::{self, Limits, Pages};

/// What a part came to.
enum Ended {
    Part(&'static str),
    Dispatcher(Summary),
}

/// A daemon that was set up and can be run.
pub struct Daemon {
    app: Arc<App>,
    templates: watch::Sender<Arc<Templates>>,
    listener: TcpListener,
    metrics: Option<TcpListener>,
    /// Caught from the beginning: one that comes early must not end the process.
    hangups: Signal,
    progress: Arc<Progress>,
}

impl std::fmt::Debug for Daemon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Daemon").field("listener", &self.listener).finish_non_exhaustive()
    }
}

impl Daemon {
    /// Loads the templates, reads the keys that sign mail, and binds the pages' address, so that what is wrong with any of them
    /// is known before any work.
    ///
    /// # Errors
    ///
    /// When a template is broken or does not render, mail cannot be signed, or the address is taken.
    pub async fn new(app: Arc<App>) -> anyhow::Result<Self> {
        let listen = app.config.web.listen;
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot serve the pages on {listen}; is it taken? Set web.listen to another"))?;
        let metrics = metrics::bind(app.config.web.metrics_listen).await?;
        Ok(Self { metrics, ..Self::on(app, listener)? })
    }

    /// As [`Daemon::new`], with the pages on a listener that is bound already.
    ///
    /// # Errors
    ///
    /// When a template is broken, or mail cannot be signed.
    pub fn on(app: Arc<App>, listener: TcpListener) -> anyhow::Result<Self> {
        // First, so that one that comes while the templates are read has them read again.
        let hangups = signal(SignalKind::hangup()).context("cannot catch SIGHUP")?;
        let templates = watch::channel(Arc::new(load(&app)?)).0;
        Signer::of(&app.config)?;
        Ok(Self { app, templates, listener, metrics: None, hangups, progress: Arc::default() })
    }

    /// Where the metrics are served, if anywhere.
    pub fn metrics_address(&self) -> Option<std::net::SocketAddr> {
        self.metrics.as_ref().and_then(|listener| listener.local_addr().ok())
    }

    /// Where the pages are served.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn address(&self) -> std::io::Result<std::net::SocketAddr> {
        self.listener.local_addr()
    }

    /// Runs until `stop` is cancelled or a part fails. Softly: the dispatcher waits for open replies.
    ///
    /// # Errors
    ///
    /// With the error of the part that ended first, if any did before it was told to.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<Summary> {
        let Self { app, templates, listener, metrics, hangups, progress } = self;
        let pages = Pages::new(Arc::clone(&app), templates.subscribe());
        pages.set_ready(false);
        let mut parts: JoinSet<anyhow::Result<Ended>> = JoinSet::new();
        {
            let (app, stop) = (Arc::clone(&app), stop.clone());
            parts.spawn(async move {
                // Each pass that changes something wakes the others through the store.
                let watching = crate::sources::watch(&app.store, &app.config, &app.clock, || {}, &stop);
                watching.await.context("the watcher failed")?;
                Ok(Ended::Part("watcher"))
            });
        }
        {
            let (app, stop) = (Arc::clone(&app), stop.clone());
            parts.spawn(async move {
                scheduler::run(&app, stop).await.context("the scheduler failed")?;
                Ok(Ended::Part("scheduler"))
            });
        }
        if let Some(listener) = metrics {
            let (router, stop) = (metrics::router(Arc::clone(&app), Arc::clone(&progress)), stop.clone());
            parts.spawn(async move {
                let served = web::serve_router(Limits::default(), listener, router, stop, || {}).await;
                served.context("the metrics failed")?;
                Ok(Ended::Part("metrics"))
            });
        }
        {
            let (app, stop, templates) = (Arc::clone(&app), stop.clone(), templates.subscribe());
            parts.spawn(async move {
                let summary = dispatcher::run(app, templates, Until::Stopped, progress, stop).await;
                Ok(Ended::Dispatcher(summary.context("the dispatcher failed")?))
            });
        }
        {
            let (app, stop, templates) = (Arc::clone(&app), stop.clone(), templates.subscribe());
            parts.spawn(async move {
                crate::notify::run(app, templates, stop).await.context("the notices failed")?;
                Ok(Ended::Part("notices"))
            });
        }
        {
            let (stop, pages) = (stop.clone(), pages.clone());
            parts.spawn(async move {
                web::serve(listener, pages, stop).await.context("the pages failed")?;
                Ok(Ended::Part("pages"))
            });
        }
        let ready = tokio::spawn(ready_after_first_pass(Arc::clone(&app), pages));
        let reload = tokio::spawn(reload::run(app, templates, hangups));
        let outcome = supervise(&mut parts, &stop).await;
        ready.abort();
        reload.abort();
        outcome
    }
}

/// Waits for all parts; the first that ends unasked, or fails, stops the others.
async fn supervise(parts: &mut JoinSet<anyhow::Result<Ended>>, stop: &CancellationToken) -> anyhow::Result<Summary> {
    let mut failed = None;
    let mut summary = Summary::default();
    while let Some(ended) = parts.join_next().await {
        let early = !stop.is_cancelled();
        let error = match ended {
            Ok(Ok(Ended::Dispatcher(done))) if !early => {
                summary = done;
                None
            }
            Ok(Ok(Ended::Part(_))) if !early => None,
            Ok(Ok(Ended::Part(name))) => Some(anyhow!("the {name} ended by itself")),
            Ok(Ok(Ended::Dispatcher(_))) => Some(anyhow!("the dispatcher ended by itself")),
            Ok(Err(error)) => Some(error),
            Err(panic) => Some(anyhow!("a part crashed: {panic}")),
        };
        if let Some(error) = error {
            tracing::error!(error = format!("{error:#}"), "stopping, as a part of the daemon ended");
            stop.cancel();
            failed.get_or_insert(error);
        }
    }
    failed.map_or(Ok(summary), Err)
}

fn load(app: &App) -> anyhow::Result<Templates> {
    Templates::proven(&app.config).context("the templates cannot be used")
}

/// Lets `/readyz` say yes once each source was looked at: what is dropped into a folder from then on is surely new.
async fn ready_after_first_pass(app: Arc<App>, pages: Pages) {
    let began = app.clock.now();
    loop {
        let seen = app.store.sources().await.unwrap_or_default();
        let looked_at = |source: &crate::config::Source| {
            let status = seen.iter().find(|status| status.name == source.name);
            status.is_some_and(|status| {
                status.failing_since.is_some() || status.last_pass_at.is_some_and(|at| at >= began)
            })
        };
        if app.config.sources.iter().all(looked_at) {
            pages.set_ready(true);
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Catches SIGTERM and SIGINT from now on. What it returns cancels `stop` at the first of them and ends at the second,
/// when nothing more is to be waited for.
///
/// # Errors
///
/// When the system does not let signals be caught.
pub fn signals(stop: CancellationToken) -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        let mut next = async || {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        next().await;
        tracing::info!("stopping; once more stops at once");
        stop.cancel();
        next().await;
    })
}

/// From now on SIGHUP does not end the process; a [`Daemon`] heeds those that come once it is set up.
///
/// # Errors
///
/// When the system does not let signals be caught.
pub fn survive_hangups() -> std::io::Result<()> {
    // The runtime keeps its handler for good, whether or not anybody listens.
    signal(SignalKind::hangup()).map(drop)
}
