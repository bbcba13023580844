//! Takes up changed templates while everything goes on: on SIGHUP, and when a file in the folder of overrides changes.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::signal::unix::Signal;
use tokio::sync::{mpsc, watch};

use crate::app::App;
use crate::templates::Templates;

/// So much time to let the writes of one change come together.
const DEBOUNCE: Duration = Duration::from_millis(100);

/// Loads the templates anew whenever that is asked for. A set that has a mistake, or that does not render, is not taken, and
/// the log says why.
pub(super) async fn run(app: Arc<App>, templates: watch::Sender<Arc<Templates>>, mut hangups: Signal) {
    let (changed, mut changes) = mpsc::channel(1);
    // Kept as long as this runs: dropped, it stops watching.
    let _watcher = app.config.mail.templates.as_deref().and_then(|folder| watcher(folder, changed));
    loop {
        tokio::select! {
            hangup = hangups.recv() => if hangup.is_none() { return },
            Some(()) = changes.recv() => {
                tokio::time::sleep(DEBOUNCE).await;
                while changes.try_recv().is_ok() {}
            }
        }
        let loading = Arc::clone(&app);
        // To render all of it takes a moment, in which the rest goes on.
        let loaded = tokio::task::spawn_blocking(move || super::load(&loading)).await;
        match loaded.unwrap_or_else(|error| Err(error.into())) {
            Ok(fresh) => {
                templates.send_replace(Arc::new(fresh));
                tracing::info!("loaded the templates anew");
            }
            Err(error) => tracing::error!(error = format!("{error:#}"), "kept the templates as they were"),
        }
    }
}

fn watcher(folder: &Path, changed: mpsc::Sender<()>) -> Option<RecommendedWatcher> {
    let started = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let matters = event.is_ok_and(|event| {
            // A folder that is new may have got its files before it was watched.
            let folder = matches!(event.kind, EventKind::Create(_)) && event.paths.iter().any(|path| path.is_dir());
            folder || !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(|path| ours(path))
        });
        if matters {
            // One that waits stands for all that come after it.
            let _ = changed.try_send(());
        }
    })
    .and_then(|mut watcher| watcher.watch(folder, RecursiveMode::Recursive).map(|()| watcher));
    match started {
        Ok(watcher) => Some(watcher),
        Err(error) => {
            tracing::warn!(%error, "the folder of templates is not watched; send SIGHUP after a change");
            None
        }
    }
}

/// Whether a file is one that templates are loaded from, and not what an editor leaves beside it.
fn ours(path: &Path) -> bool {
    path.extension().is_some_and(|extension| ["hbs", "ftl", "toml"].iter().any(|own| extension == *own))
}
