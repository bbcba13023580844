//! The loop over a folder: the system says when something happens in it, and a look from time to time is the net below.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use super::taker::Taker;
use crate::sources::folder::{Folder, SETTLED};
use crate::sources::pull::{read, read_urgent, settled};

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

/// The system's watch over a folder, which ends when it is dropped.
struct Watch {
    _watcher: RecommendedWatcher,
    /// Device and inode: a folder that was removed and made again is mostly another one.
    root: (u64, u64),
    /// Whether the folder went away meanwhile. One made in its place can have the same inode, yet nobody watches it.
    lost: Arc<AtomicBool>,
}

/// A folder under watch.
pub(super) struct FolderLoop {
    taker: Taker,
    folder: Option<Folder>,
    watch: Option<Watch>,
    /// Roots that the system would not watch; said once.
    unwatchable: bool,
    events: mpsc::Sender<()>,
    changes: mpsc::Receiver<()>,
}

impl FolderLoop {
    pub(super) fn new(taker: Taker, folder: Folder) -> Self {
        // One event that waits stands for all that follow.
        let (events, changes) = mpsc::channel(1);
        Self { taker, folder: Some(folder), watch: None, unwatchable: false, events, changes }
    }

    pub(super) async fn run(&mut self) -> anyhow::Result<()> {
        loop {
            let pause = self.pass().await?;
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
    async fn pass(&mut self) -> anyhow::Result<Duration> {
        let folder = self.folder.take().context("a source's folder is in use")?;
        let (mut folder, mut scan) = settled(folder, &self.taker.clock, PATIENCE, LOOK).await?;
        let root = scan.root().map(|(path, id)| (path.to_owned(), id));
        if self.rewatch(root).await? {
            // What came between the listing and the watch made no event.
            (folder, scan) = settled(folder, &self.taker.clock, PATIENCE, LOOK).await?;
        }
        let (folder, scan, urgent) = read_urgent(folder, scan).await?;
        let so_far = self.taker.take_urgent(&urgent).await;
        let (mut folder, pass) = read(folder, scan).await?;
        let taken = self.taker.take(&pass, so_far).await;
        let pause = match &taken {
            Some(_) if pass.settling => SETTLED,
            Some(_) if pass.readable && self.watch.is_some() => NET,
            _ => POLL,
        };
        if let Some(intake) = taken {
            folder.accept(pass, &intake.again());
        }
        self.folder = Some(folder);
        Ok(pause)
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
                    tracing::warn!(source = %self.taker.source.name, reason, "cannot watch the folder; looking every second");
                }
                Ok(false)
            }
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
