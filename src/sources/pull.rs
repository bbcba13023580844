//! One pass over all sources, on request.

use std::time::{Duration, Instant};

use anyhow::Context;
use serde::Serialize;

use super::feed::Feed;
use super::folder::{Folder, Scan};
use super::pass::{Pass, Urgent};
use super::problem::Problem;
use crate::clock::Clock;
use crate::config::{Config, Origin};
use crate::posts::intake::{Intake, SoFar, Taken, With, take_in, take_urgent};
use crate::store::Store;

/// How long a pull waits for files that are being written.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often files that are being written are looked at.
const LOOK: Duration = Duration::from_millis(50);

/// What one pass over all sources brought.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PullReport {
    /// Each source, in the order of the config.
    pub sources: Vec<SourceReport>,
}

/// What one pass over a source brought.
#[derive(Clone, Debug, Serialize)]
pub struct SourceReport {
    /// Its name.
    pub source: String,
    /// Whether it could be read at all.
    pub readable: bool,
    /// What became of its posts.
    #[serde(flatten)]
    pub intake: Intake,
    /// What a person has to put right.
    pub problems: Vec<Problem>,
}

/// Makes one pass over all sources, and waits for files that are just being written. A source's first pass is its
/// baseline, which mails nothing; without `baseline`, all that is found counts as new, and no flood is held.
///
/// # Errors
///
/// When the store fails. A source or a file that cannot be read is in the report.
pub async fn pull(store: &Store, config: &Config, clock: &Clock, baseline: bool) -> anyhow::Result<PullReport> {
    let mut report = PullReport::default();
    for source in &config.sources {
        let with = With { mail_all: !baseline, ..With::new(store, config, source) };
        let (mut pass, intake) = whole(&with, clock)
            .await
            .with_context(|| format!("cannot take in the posts of source `{}`", source.name))?;
        let mut problems = std::mem::take(&mut pass.problems);
        problems.extend(intake.copies.iter().chain(&intake.refused).cloned());
        if pass.settling {
            problems.push(Problem::new("", "some files are still being written; pull again once they are whole"));
        }
        report.sources.push(SourceReport { source: source.name.clone(), readable: pass.readable, intake, problems });
    }
    Ok(report)
}

/// One pass over a source, and what became of it.
async fn whole(with: &With<'_>, clock: &Clock) -> anyhow::Result<(Pass, Intake)> {
    let With { store, config, source, .. } = *with;
    let base_url = source.base_url.as_ref();
    let mut so_far = SoFar::default();
    loop {
        let pass = match &source.origin {
            Origin::Folder(origin) => {
                let folder = Folder::new(origin, base_url, &config.site);
                let (folder, scan) = settled(folder, clock, PATIENCE, LOOK).await?;
                let (folder, scan, urgent) = read_urgent(folder, scan).await?;
                so_far = take_urgent(with, &urgent, so_far, clock.now()).await?;
                read(folder, scan).await?.1
            }
            Origin::Feed(origin) => {
                let memory = store.feed_memory(&source.name).await?;
                Feed::new(origin, base_url, &config.site).pass(&memory, clock.now()).await
            }
        };
        match take_in(with, &pass, so_far, clock.now()).await? {
            Taken::Whole(intake) => return Ok((pass, intake)),
            // The daemon, or another node, was faster with some of it.
            Taken::Overtaken(kept) => so_far = kept,
        }
    }
}

/// Lists the folder until none of its files is being written, or `patience` is over.
pub(super) async fn settled(
    mut folder: Folder,
    clock: &Clock,
    patience: Duration,
    look: Duration,
) -> anyhow::Result<(Folder, Scan)> {
    let started = Instant::now();
    loop {
        let now = clock.now();
        let (back, scan) = tokio::task::spawn_blocking(move || {
            let scan = folder.scan(now, Instant::now());
            (folder, scan)
        })
        .await
        .context("listing a source's folder stopped")?;
        folder = back;
        if !scan.is_settling() || started.elapsed() >= patience {
            return Ok((folder, scan));
        }
        tokio::time::sleep(look).await;
    }
}

/// Reads what is urgent in what `scan` lists, off the runtime's threads.
pub(super) async fn read_urgent(folder: Folder, scan: Scan) -> anyhow::Result<(Folder, Scan, Urgent)> {
    let reading = tokio::task::spawn_blocking(move || {
        let urgent = folder.read_urgent(&scan);
        (folder, scan, urgent)
    });
    reading.await.context("reading a source's folder stopped")
}

/// Reads what `scan` lists, off the runtime's threads.
pub(super) async fn read(mut folder: Folder, scan: Scan) -> anyhow::Result<(Folder, Pass)> {
    let reading = tokio::task::spawn_blocking(move || {
        let pass = folder.read(scan);
        (folder, pass)
    });
    reading.await.context("reading a source's folder stopped")
}
