//! The part of the daemon that looks what is wrong, and tells.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::conditions::{self, Facts, STALL, Urgent};
use super::tell::Teller;
use super::{Channel, Channels, Disk, NoticeKind, disk, organiser};
use crate::app::App;
use crate::clock::Timestamp;
use crate::deliveries::DeliveryState;
use crate::editions::{EditionState, Lane};
use crate::id::EditionId;
use crate::relay::cut_addresses;
use crate::store::Result;
use crate::store::notices::{Notice, Telling};
use crate::templates::Templates;
use crate::wake::Wake;

/// How often to look, whether or not anything was changed.
const ROUND: Duration = Duration::from_secs(5);
/// How far back a mailing may have ended of which nobody was told yet; after that, nobody wants to hear of it.
const BACK: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long a notice is kept after that, so that a clock that is a little off does not tell it again.
const KEPT: Duration = Duration::from_secs(8 * 24 * 3600);
/// How long whoever tells a notice has it to itself, beyond the time that the relays may take for a message.
const CLAIM: Duration = Duration::from_secs(120);
/// The pauses between two attempts, in seconds; the last one repeats.
const PAUSES: [u64; 7] = [30, 60, 120, 300, 600, 1800, 3600];

/// How the room on a disk is found out.
pub type DiskReader = Box<dyn Fn(&Path) -> io::Result<Disk> + Send + Sync>;

/// Looks what is wrong, keeps it in the store, and tells.
pub struct Notifier {
    app: Arc<App>,
    templates: watch::Receiver<Arc<Templates>>,
    machine: String,
    disk: DiskReader,
    /// When a delivery of a mailing was last seen to have ended: looking costs, and is only needed after a minute.
    moved: HashMap<EditionId, Timestamp>,
}

impl std::fmt::Debug for Notifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notifier").field("machine", &self.machine).finish_non_exhaustive()
    }
}

/// Looks and tells until stopped; what fails is tried again.
///
/// # Errors
///
/// Never, at present.
pub async fn run(
    app: Arc<App>,
    templates: watch::Receiver<Arc<Templates>>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut notifier = Notifier::new(Arc::clone(&app), templates);
    let mut wake = Wake::default();
    let mut fine = true;
    while !stop.is_cancelled() {
        match notifier.round(&stop).await {
            Ok(_) => fine = true,
            Err(error) if std::mem::replace(&mut fine, false) => {
                tracing::error!(%error, "cannot look what staff should be told; trying again");
            }
            Err(_) => {}
        }
        if !wake.wait(&app.store, ROUND, &stop).await {
            break;
        }
    }
    Ok(())
}

impl Notifier {
    /// One that looks at this machine's disk.
    pub fn new(app: Arc<App>, templates: watch::Receiver<Arc<Templates>>) -> Self {
        Self::on(app, templates, disk::machine(), Box::new(Disk::of))
    }

    /// One on a machine of this name, whose disk is as `disk` says.
    pub fn on(app: Arc<App>, templates: watch::Receiver<Arc<Templates>>, machine: String, disk: DiskReader) -> Self {
        Self { app, templates, machine, disk, moved: HashMap::new() }
    }

    /// Looks, and then tells all that is to be told now, or until stopped; returns how many notices were told in full.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn round(&mut self, stop: &CancellationToken) -> Result<usize> {
        self.look().await?;
        let mut told = 0;
        while !stop.is_cancelled() {
            match self.tell().await? {
                Some(in_full) => told += usize::from(in_full),
                None => break,
            }
        }
        Ok(told)
    }

    /// Opens notices of what is wrong, and closes those of what is not any more.
    async fn look(&mut self) -> Result<()> {
        let app = Arc::clone(&self.app);
        let now = app.clock.now();
        let facts = self.facts(now).await?;
        let open = app.store.open_notices().await?;
        let is_open = |kind, subject: &str| open.iter().any(|notice| notice.kind == kind && notice.subject == subject);
        let wrong = conditions::conditions(&facts, is_open, now);
        let channels = Channels::of(&app.config);
        for condition in wrong.iter().filter(|found| self.is_ours(found.kind, &found.subject)) {
            if !is_open(condition.kind, &condition.subject) {
                self.open(condition.kind, &condition.subject, &condition.detail, &channels, now).await?;
            }
        }
        for notice in open.iter().filter(|notice| !notice.kind.is_final()) {
            let same = wrong.iter().any(|found| found.kind == notice.kind && found.subject == notice.subject);
            // One node knows nothing of another's disk, and nothing of its own while the system does not say.
            let unseen = notice.kind == NoticeKind::Disk
                && facts.disk.as_ref().is_none_or(|(machine, _)| *machine != notice.subject);
            if same || unseen {
                continue;
            }
            let mut tx = app.store.begin().await?;
            let closed = tx.close_notice(notice.id, &channels, now).await?;
            tx.commit().await?;
            if closed {
                tracing::info!(kind = %notice.kind, subject = notice.subject, "this is over");
            }
        }
        self.results(&channels, now).await?;
        if open.iter().any(|notice| notice.opened_at < now.minus(KEPT)) {
            let mut tx = app.store.begin().await?;
            tx.retire_notices(now.minus(KEPT), now).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Whether this node is to say that something is wrong. Nodes may watch different sources.
    fn is_ours(&self, kind: NoticeKind, subject: &str) -> bool {
        let config = &self.app.config;
        match kind {
            NoticeKind::Relay => config.relays.iter().any(|relay| relay.name == subject),
            NoticeKind::Source => config.sources.iter().any(|source| source.name == subject),
            _ => true,
        }
    }

    async fn open(
        &self,
        kind: NoticeKind,
        subject: &str,
        detail: &str,
        channels: &Channels,
        now: Timestamp,
    ) -> Result<()> {
        let detail = cut_addresses(detail);
        let mut tx = self.app.store.begin().await?;
        let opened = tx.open_notice(kind, subject, &detail, channels, now).await?;
        tx.commit().await?;
        if opened && kind != NoticeKind::Result {
            tracing::warn!(%kind, subject, detail, "staff should know of this");
        }
        Ok(())
    }

    async fn facts(&mut self, now: Timestamp) -> Result<Facts> {
        let store = &self.app.store;
        let mut urgent = Vec::new();
        for edition in store.open_editions().await? {
            if edition.lane != Lane::Urgent || edition.is_held(now) {
                continue;
            }
            let began = edition.hold_until.map_or(edition.created_at, |until| until.max(edition.created_at));
            let planning = edition.state == EditionState::Planning;
            let due_since = store.due_since(edition.id).await?;
            let mut found = Urgent { edition: edition.id, began, planning, due_since, last_ended: None };
            found.last_ended = self.moved.get(&edition.id).copied();
            if now.since(found.last_ended.unwrap_or(began)) >= STALL {
                found.last_ended = store.last_ended(edition.id).await?;
                if let Some(at) = found.last_ended {
                    self.moved.insert(edition.id, at);
                }
            }
            urgent.push(found);
        }
        self.moved.retain(|id, _| urgent.iter().any(|found| found.edition == *id));
        let disk = match (self.disk)(&disk::folder(&self.app)) {
            Ok(disk) => Some((self.machine.clone(), disk)),
            Err(error) => {
                tracing::debug!(%error, "the room on the disk is not known");
                None
            }
        };
        let (relays, domains) = (store.relays().await?, store.blocked_domains(now).await?);
        Ok(Facts { urgent, relays, domains, sources: store.sources().await?, disk })
    }

    /// Finds mailings about appeals that have ended, so that whoever marked them is told how they went.
    async fn results(&self, channels: &Channels, now: Timestamp) -> Result<()> {
        let store = &self.app.store;
        for edition in store.ended_without_result(now.minus(BACK)).await? {
            let Some(counts) = organiser::settled(store, &edition).await? else { continue };
            let subject = edition.id.to_string();
            let expired = counts.get(&DeliveryState::Expired).copied().unwrap_or(0);
            if expired > 0 {
                self.open(NoticeKind::Expired, &subject, &expired.to_string(), channels, now).await?;
            }
            // Last, as by it the mailing is known to be done with.
            let whom = organiser::channels(&self.app, &edition, &counts).await?;
            self.open(NoticeKind::Result, &subject, "", &whom, now).await?;
        }
        Ok(())
    }

    /// Takes one notice that is to be told and tells it; nothing when there is none, else whether it was told in full.
    async fn tell(&self) -> Result<Option<bool>> {
        let store = &self.app.store;
        let now = self.app.clock.now();
        let teller = i64::from_be_bytes(crate::vault::random_bytes()?);
        let mut tx = store.begin().await?;
        let relays = self.app.config.notify_relays().iter().map(|relay| relay.timeout);
        let at_most = relays.fold(CLAIM, Duration::saturating_add);
        let claimed = tx.claim_notice(teller, now.plus(at_most), now).await?;
        tx.commit().await?;
        let Some(notice) = claimed else { return Ok(None) };
        let pending = Channels::from(notice.pending.as_str());
        let left = self.tell_all(&notice).await;
        let now = self.app.clock.now();
        let telling = Telling {
            notice: &notice,
            teller,
            left: &left,
            told: left != pending,
            retry_at: now.plus(pause(notice.attempts)),
        };
        let mut tx = store.begin().await?;
        tx.notice_told(&telling, now).await?;
        tx.commit().await?;
        Ok(Some(left.0.is_empty()))
    }

    /// Tells a notice through all its channels at once; returns those that failed.
    async fn tell_all(&self, notice: &Notice) -> Channels {
        let templates = self.templates.borrow().clone();
        let teller = Teller { config: &self.app.config, templates: &templates, clock: &self.app.clock };
        let pending = Channels::from(notice.pending.as_str());
        let try_out = async |channel| {
            if !pending.0.contains(&channel) {
                return None;
            }
            let told = match channel {
                Channel::Organiser => organiser::tell(&self.app, &teller, notice).await,
                other => teller.tell(notice, other).await,
            };
            let Err(error) = told else { return None };
            let again = humantime::format_duration(pause(notice.attempts));
            let (kind, subject) = (notice.kind, &notice.subject);
            tracing::error!(%channel, %kind, subject, %error, "could not tell staff; trying again in {again}");
            Some(channel)
        };
        // One that is slow does not keep the others waiting.
        let (command, webhook, mail, organiser) = tokio::join!(
            try_out(Channel::Command),
            try_out(Channel::Webhook),
            try_out(Channel::Mail),
            try_out(Channel::Organiser),
        );
        Channels([command, webhook, mail, organiser].into_iter().flatten().collect())
    }
}

/// How long to wait after so many attempts.
fn pause(attempts: i32) -> Duration {
    let step = usize::try_from(attempts.max(1) - 1).unwrap_or(0);
    Duration::from_secs(PAUSES.get(step).or(PAUSES.last()).copied().unwrap_or(60))
}
