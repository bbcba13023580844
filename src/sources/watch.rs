//! Watches the sources for as long as the daemon runs.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::folder::{Folder, SETTLED};
use super::problem::Problem;
use super::pull::{read, settled};
use crate::clock::Clock;
use crate::config::{Config, Source};
use crate::posts::intake::{Intake, take_in};
use crate::store::Store;

/// The net under the watcher: a pass at least so often.
const NET: Duration = Duration::from_secs(60);
/// How often to look where nothing is watching: the folder is not there, or the system has no watch left.
const POLL: Duration = Duration::from_secs(1);
/// So much time to let events come together in one pass.
const DEBOUNCE: Duration = Duration::from_millis(50);
/// How long files that keep being written hold back the others. As a flood is counted by pass, files that are copied
/// together should be found together.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often files that are being written are looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Watches all sources until `shutdown`, and calls `on_change` after each pass that changed something. A source that
/// cannot be read is said once, and taken up again when it can.
///
/// # Errors
///
/// When a source's loop ends before `shutdown`.
pub async fn watch<F>(
    store: &Store,
    config: &Config,
    clock: &Clock,
    on_change: F,
    shutdown: &CancellationToken,
) -> anyhow::Result<()>
where
    F: Fn() + Send + Sync + 'static,
{
    let on_change = Arc::new(on_change);
    let mut loops = JoinSet::new();
    for source in &config.sources {
        let on_change = on_change.clone();
        let mut watched = Watched::new(store.clone(), Arc::new(config.clone()), source.clone(), clock.clone());
        let shutdown = shutdown.clone();
        loops.spawn(async move {
            // A pass that is under way is left as it is: its transaction is rolled back, and it is made again.
            match shutdown.run_until_cancelled(watched.run(&*on_change)).await {
                Some(Err(error)) => Err(error),
                Some(Ok(())) | None => Ok(()),
            }
        });
    }
    while let Some(ended) = loops.join_next().await {
        ended.context("the loop over a source stopped")??;
    }
    Ok(())
}

/// The system's watch over a folder, which ends when it is dropped.
struct Watch {
    _watcher: RecommendedWatcher,
    /// Device and inode: a folder that was removed and made again is mostly another one.
    root: (u64, u64),
    /// Whether the folder went away meanwhile. One made in its place can have the same inode, yet nobody watches it.
    lost: Arc<AtomicBool>,
}

struct Watched {
    store: Store,
    config: Arc<Config>,
    source: Source,
    clock: Clock,
    folder: Option<Folder>,
    watch: Option<Watch>,
    /// Roots that the system would not watch; said once.
    unwatchable: bool,
    events: mpsc::Sender<()>,
    changes: mpsc::Receiver<()>,
    /// What is wrong at present and was said.
    said: HashSet<Problem>,
    store_failed: bool,
}

impl Watched {
    fn new(store: Store, config: Arc<Config>, source: Source, clock: Clock) -> Self {
        // One event that waits stands for all that follow.
        let (events, changes) = mpsc::channel(1);
        let folder = Some(Folder::new(&source, &config.site));
        Self {
            store,
            config,
            source,
            clock,
            folder,
            watch: None,
            unwatchable: false,
            events,
            changes,
            said: HashSet::new(),
            store_failed: false,
        }
    }

    async fn run(&mut self, on_change: &(dyn Fn() + Send + Sync)) -> anyhow::Result<()> {
        loop {
            let pause = self.pass(on_change).await?;
            tokio::select! {
                _ = self.changes.recv() => {
                    tokio::time::sleep(DEBOUNCE).await;
                    while self.changes.try_recv().is_ok() {}
                }
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// One pass; returns how long to wait for the next one if nothing happens.
    async fn pass(&mut self, on_change: &(dyn Fn() + Send + Sync)) -> anyhow::Result<Duration> {
        let folder = self.folder.take().context("a source's folder is in use")?;
        let (mut folder, mut scan) = settled(folder, &self.clock, PATIENCE, LOOK).await?;
        let root = scan.root().map(|(path, id)| (path.to_owned(), id));
        if self.rewatch(root).await? {
            // What came between the listing and the watch made no event.
            (folder, scan) = settled(folder, &self.clock, PATIENCE, LOOK).await?;
        }
        let (mut folder, mut pass) = read(folder, scan).await?;
        let (readable, settling) = (pass.readable, pass.settling);
        let mut problems = std::mem::take(&mut pass.problems);
        if !readable {
            // The store keeps the reason, too.
            pass.problems.clone_from(&problems);
        }
        let taken = take_in(&self.store, &self.config, &self.source, &pass, false, self.clock.now()).await;
        let taken = match taken {
            Ok(intake) => {
                self.store_failed = false;
                folder.accept(pass, &intake.again());
                self.log(&intake);
                if intake.is_change() {
                    on_change();
                }
                problems.extend(intake.copies.into_iter().chain(intake.refused));
                true
            }
            Err(error) => {
                if !std::mem::replace(&mut self.store_failed, true) {
                    tracing::error!(source = %self.source.name, %error, "cannot take in posts; trying again");
                }
                false
            }
        };
        self.folder = Some(folder);
        self.say(problems, readable);
        Ok(match () {
            () if !taken || !readable || self.watch.is_none() => POLL,
            () if settling => SETTLED,
            () => NET,
        })
    }

    /// Watches the folder that is there now; true when it was not watched before.
    async fn rewatch(&mut self, root: Option<(PathBuf, (u64, u64))>) -> anyhow::Result<bool> {
        let Some((path, id)) = root else {
            self.watch = None;
            return Ok(false);
        };
        if self.watch.as_ref().is_some_and(|watch| watch.root == id && !watch.lost.load(Ordering::SeqCst)) {
            return Ok(false);
        }
        let (events, lost) = (self.events.clone(), Arc::new(AtomicBool::new(false)));
        let started = tokio::task::spawn_blocking({
            let lost = lost.clone();
            move || start(&path, events, lost)
        });
        match started.await.context("starting to watch a folder stopped")? {
            Ok(watcher) => {
                self.watch = Some(Watch { _watcher: watcher, root: id, lost });
                self.unwatchable = false;
                Ok(true)
            }
            Err(error) => {
                self.watch = None;
                if !std::mem::replace(&mut self.unwatchable, true) {
                    let reason = match error.kind {
                        notify::ErrorKind::MaxFilesWatch => "the system's limit of watches is reached".to_owned(),
                        kind => format!("{kind:?}"),
                    };
                    tracing::warn!(source = %self.source.name, reason, "cannot watch the folder; looking every second");
                }
                Ok(false)
            }
        }
    }

    /// Logs each problem once, until it is over.
    fn say(&mut self, problems: Vec<Problem>, readable: bool) {
        let source = &self.source.name;
        let unreadable = |problem: &Problem| problem.path.is_empty();
        if readable && self.said.iter().any(unreadable) {
            tracing::info!(%source, "the source can be read again");
        }
        let problems: HashSet<_> = problems.into_iter().collect();
        for problem in problems.difference(&self.said) {
            if unreadable(problem) {
                tracing::error!(%source, %problem, "the source cannot be read");
            } else {
                tracing::warn!(%source, %problem, "a file is left out");
            }
        }
        if !readable {
            // What was wrong with single files is still so when the folder comes back.
            self.said.extend(problems);
        } else {
            self.said = problems;
        }
    }

    fn log(&self, intake: &Intake) {
        let source = &self.source.name;
        let Intake { new, baseline, held, edited, moved, returned, withdrawn, .. } = intake;
        if intake.is_change() {
            tracing::info!(%source, new, baseline, held, edited, moved, returned, withdrawn, "took in posts");
        }
        if *held > 0 {
            tracing::warn!(%source, held, "a flood of posts waits for a person; see `posts list`");
        }
    }
}

fn start(path: &Path, events: mpsc::Sender<()>, lost: Arc<AtomicBool>) -> notify::Result<RecommendedWatcher> {
    let root = path.to_owned();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if let Ok(event) = &event
            && matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)))
            && event.paths.contains(&root)
        {
            lost.store(true, Ordering::SeqCst);
        }
        // Our own reading must not set off the next pass. What the watcher cannot tell is looked at.
        let only_read = event.is_ok_and(|event| match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
            EventKind::Access(_) => !event.need_rescan(),
            _ => false,
        });
        if !only_read {
            // Full means that an event waits already; closed, that nobody listens any more.
            let _ = events.try_send(());
        }
    })?;
    watcher.watch(path, RecursiveMode::Recursive)?;
    Ok(watcher)
}
