//! Planning: an edition's deliveries are written in batches, each with the progress made.
//!
//! A batch holds the write lock for a few milliseconds, so that whatever is urgent goes between. A restart goes on after
//! the last batch; two planners at the same edition cannot both save one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use crate::app::App;
use crate::appeals::audience;
use crate::clock::Timestamp;
use crate::deliveries::DeliveryState;
use crate::editions::EditionState;
use crate::editions::digest::Due;
use crate::editions::items::{Form, Item, Items};
use crate::id::{AppealId, EditionId, PostId, SubscriberId, VariantId};
use crate::posts::translation;
use crate::store::audience::{Audience, Candidate};
use crate::store::deliveries::NewDelivery;
use crate::store::editions::Edition;
use crate::store::revisions::ListedPost;
use crate::store::{Result, Store};
use crate::topics::Topics;

/// How long a batch may hold the write lock, at most twice over.
const HOLD: Duration = Duration::from_millis(20);
/// The size of batches, which follows from how long the last one took.
const BATCH: std::ops::RangeInclusive<i64> = 50..=5000;

/// What one call of [`Planner::step`] came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many deliveries were written; there may be more.
    Planned(u64),
    /// An earlier digest is still in the hands of a relay; what it reaches must be known first.
    Blocked,
    /// The last delivery is written, or another node plans it.
    Done,
}

/// Plans mailings, and remembers what a digest's batches share.
#[derive(Debug)]
pub struct Planner {
    edition: Option<EditionId>,
    choice: Choice,
    size: i64,
    held: Duration,
}

impl Default for Planner {
    fn default() -> Self {
        Self { edition: None, choice: Choice::new(Vec::new(), String::new()), size: 500, held: Duration::ZERO }
    }
}

impl Planner {
    /// How long the last batch held the write lock.
    pub fn held(&self) -> Duration {
        self.held
    }

    /// Writes the next batch of `edition`'s deliveries.
    ///
    /// # Errors
    ///
    /// When the store fails; then the batch is not written and the next call tries it again.
    pub async fn step(&mut self, app: &App, edition: &Edition) -> Result<Step> {
        let step = self.batch(app, edition).await;
        if step.is_err() {
            // The variants that were made in the batch went with it.
            self.edition = None;
        }
        step
    }

    async fn batch(&mut self, app: &App, edition: &Edition) -> Result<Step> {
        let now = app.clock.now();
        // An appeal's ledger is written to its end also past the deadline: whom it did not reach is counted.
        if edition.is_held(now) || (edition.deadline_at <= now && edition.appeal_id.is_none()) {
            return Ok(Step::Blocked);
        }
        if let Some(appeal) = edition.appeal_id {
            return self.appeal_batch(app, edition, appeal, now).await;
        }
        if app.store.digest_before_is_open(edition).await? {
            return Ok(Step::Blocked);
        }
        if self.edition != Some(edition.id) {
            let cut_off = edition.cut_off_at.unwrap_or(edition.created_at);
            self.choice = Choice::load(app, cut_off).await?;
            self.edition = Some(edition.id);
        }
        let candidates =
            self.choice.candidates(app, edition_scope(app, edition), edition.planned_to, self.size).await?;
        let last = i64::try_from(candidates.len()).unwrap_or(i64::MAX) < self.size;
        let to = candidates.last().map_or(edition.planned_to, |candidate| candidate.id);
        let appeals = self.choice.appeals_for(&candidates);
        // Whom an appeal calls has to be known first: they get it here as one line.
        if app.store.appeals_in_planning(&appeals, now).await? > 0 {
            return Ok(Step::Blocked);
        }
        let had = who_had(&app.store, &appeals, &candidates).await?;

        let mut tx = app.store.begin().await?;
        let began = Instant::now();
        if !tx.advance_planning(edition.id, edition.planned_to, to).await? {
            self.edition = None;
            return Ok(Step::Done);
        }
        let mut rows = Vec::with_capacity(candidates.len());
        for candidate in &candidates {
            let Some(key) = self.choice.key(candidate, &had) else { continue };
            let variant = match self.choice.variants.get(&key) {
                Some(variant) => *variant,
                None => {
                    let items = self.choice.items(&key);
                    let id = match items.0.is_empty() {
                        true => None,
                        false => Some(tx.make_variant(edition.id, &key.language, &items.to_string()).await?),
                    };
                    *self.choice.variants.entry(key).or_insert(id)
                }
            };
            if let Some(variant) = variant {
                rows.push(NewDelivery { subscriber: candidate.id, variant, domain_index: candidate.domain_index });
            }
        }
        let added = tx.add_deliveries(edition.id, &rows, now).await?;
        if last {
            tx.move_edition(edition.id, &[EditionState::Planning], EditionState::Sending, now).await?;
            tx.end_edition(edition.id, now).await?;
        }
        tx.commit().await?;
        self.held = began.elapsed();
        self.size = next_size(self.size, self.held);
        if last {
            self.edition = None;
        }
        Ok(if last { Step::Done } else { Step::Planned(added) })
    }

    async fn appeal_batch(&mut self, app: &App, edition: &Edition, appeal: AppealId, now: Timestamp) -> Result<Step> {
        let next = audience::next(&app.store, edition, appeal, self.size).await?;
        let mut tx = app.store.begin().await?;
        let began = Instant::now();
        if !tx.advance_planning(edition.id, edition.planned_to, next.to).await? {
            return Ok(Step::Done);
        }
        let added = audience::write(&mut tx, app, edition, &next.people, now).await?;
        if edition.deadline_at <= now {
            // In the same transaction, so that no digest takes them for people who are about to get it.
            let limit = i64::try_from(next.people.len()).unwrap_or(i64::MAX);
            tx.end_queued(edition.id, DeliveryState::Expired, limit, now).await?;
        }
        if next.last {
            tx.move_edition(edition.id, &[EditionState::Planning], EditionState::Sending, now).await?;
            tx.end_edition(edition.id, now).await?;
        }
        tx.commit().await?;
        self.size = next_size(self.size, began.elapsed());
        Ok(if next.last { Step::Done } else { Step::Planned(added) })
    }
}

/// Which of these candidates have mail about which of these appeals.
async fn who_had(
    store: &Store,
    appeals: &[AppealId],
    candidates: &[Candidate],
) -> Result<HashMap<SubscriberId, BTreeSet<AppealId>>> {
    let mut had: HashMap<SubscriberId, BTreeSet<AppealId>> = HashMap::new();
    if let (Some(first), Some(last)) = (candidates.first(), candidates.last()) {
        for (subscriber, appeal) in store.who_had(appeals, first.id, last.id).await? {
            had.entry(subscriber).or_default().insert(appeal);
        }
    }
    Ok(had)
}

fn next_size(batch: i64, took: Duration) -> i64 {
    let fit = batch.saturating_mul(HOLD.as_micros() as i64) / (took.as_micros() as i64).max(1);
    // Half-way towards what would fit, so that one slow write does not undo all.
    ((batch + fit.min(batch * 4)) / 2).clamp(*BATCH.start(), *BATCH.end())
}

/// Whom a digest is for.
struct Scope<'a> {
    cadence: crate::subscribers::Cadence,
    zone: Option<&'a str>,
}

fn edition_scope<'a>(app: &App, edition: &'a Edition) -> Scope<'a> {
    Scope {
        cadence: edition.cadence.unwrap_or(crate::subscribers::Cadence::Weekly),
        zone: edition.time_zone.as_deref().filter(|_| of_one_zone(app, edition.cadence)),
    }
}

/// Whether a digest goes to those of its zone only. Those who want each post get it at once, wherever they are.
fn of_one_zone(app: &App, cadence: Option<crate::subscribers::Cadence>) -> bool {
    app.config.digests.local_time && cadence != Some(crate::subscribers::Cadence::Each)
}

/// What a variant follows from: the language, the topics, how many of the latest posts are new to somebody, and which of
/// them they had as appeals.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    language: String,
    topics: String,
    new: usize,
    had: BTreeSet<AppealId>,
}

/// A post in all its languages.
#[derive(Debug)]
struct Listed {
    /// The original first, if it is listed.
    versions: Vec<ListedPost>,
    /// What any of them is about, as each names it in its language.
    topics: Topics,
    /// When the first of them was listed: one that comes later is nothing new.
    listed_at: Timestamp,
    appeal_id: Option<AppealId>,
}

impl Listed {
    /// Posts with their translations, latest listed first.
    fn all(posts: Vec<ListedPost>) -> Vec<Self> {
        let mut groups: BTreeMap<PostId, Vec<ListedPost>> = BTreeMap::new();
        for post in posts {
            groups.entry(post.original_id).or_default().push(post);
        }
        let group = |mut versions: Vec<ListedPost>| {
            versions.sort_by_key(|version| (version.is_translation, version.listed_at));
            let topics = versions
                .iter()
                .flat_map(|version| Topics::parse(&version.topics).iter().map(str::to_owned).collect::<Vec<_>>());
            let topics = Topics::new(topics.collect::<Vec<_>>());
            let listed_at = versions.iter().map(|version| version.listed_at).min()?;
            let appeal_id = versions.iter().find_map(|version| version.appeal_id);
            Some(Self { versions, topics, listed_at, appeal_id })
        };
        let mut listed: Vec<Self> = groups.into_values().filter_map(group).collect();
        listed.sort_by_key(|post| std::cmp::Reverse(post.listed_at));
        listed
    }
}

/// The posts of an edition, and who gets which.
#[derive(Debug)]
struct Choice {
    /// Latest listed first, so that what is new to somebody is a beginning of it.
    posts: Vec<Listed>,
    site_language: String,
    variants: HashMap<Key, Option<VariantId>>,
}

impl Choice {
    fn new(posts: Vec<ListedPost>, site_language: String) -> Self {
        Self { posts: Listed::all(posts), site_language, variants: HashMap::new() }
    }

    async fn load(app: &App, cut_off: Timestamp) -> Result<Self> {
        let posts = app.store.listed_posts(Timestamp(0), cut_off).await?;
        Ok(Self::new(posts, app.config.site.language.clone()))
    }

    async fn candidates(&self, app: &App, scope: Scope<'_>, after: SubscriberId, limit: i64) -> Result<Vec<Candidate>> {
        let Some(newest) = self.posts.first() else { return Ok(Vec::new()) };
        let site_zone = app.config.site.time_zone.name();
        let now = app.clock.now();
        let Scope { cadence, zone } = scope;
        let audience = Audience { cadence, zone, site_zone, newest: newest.listed_at, now };
        app.store.digest_candidates(&audience, after, limit).await
    }

    /// How many of the latest posts somebody has not had.
    fn new_to(&self, candidate: &Candidate) -> usize {
        self.posts.partition_point(|post| post.listed_at > candidate.digest_mark)
    }

    /// The appeals among the posts that are new to any of these.
    fn appeals_for(&self, candidates: &[Candidate]) -> Vec<AppealId> {
        let new = candidates.iter().map(|candidate| self.new_to(candidate)).max().unwrap_or(0);
        self.posts.iter().take(new).filter_map(|post| post.appeal_id).collect()
    }

    /// Nothing when nothing is new to them, whatever their topics.
    fn key(&self, candidate: &Candidate, had: &HashMap<SubscriberId, BTreeSet<AppealId>>) -> Option<Key> {
        let new = self.new_to(candidate);
        let had = had.get(&candidate.id).map(|had| {
            let posts = self.posts.iter().take(new).filter_map(|post| post.appeal_id);
            posts.filter(|appeal| had.contains(appeal)).collect()
        });
        (new > 0).then(|| Key {
            language: candidate.language.clone().unwrap_or_else(|| self.site_language.clone()),
            topics: candidate.topics.clone(),
            new,
            had: had.unwrap_or_default(),
        })
    }

    /// The posts for a key, newest by their own date first; none where all of them came as appeals.
    fn items(&self, key: &Key) -> Items {
        let wanted = Topics::parse(&key.topics);
        let languages = [key.language.as_str(), self.site_language.as_str()];
        let posts = self.posts.iter().take(key.new).filter(|post| wanted.want(&post.topics));
        let theirs = |post: &'_ Listed| translation::choose(&post.versions, |one| &one.language, &languages).cloned();
        let mut posts: Vec<ListedPost> = posts.filter_map(theirs).collect();
        posts.sort_by_key(|post| std::cmp::Reverse((post.published_at, post.listed_at)));
        let items = posts.into_iter().map(|post| {
            let had = post.appeal_id.is_some_and(|appeal| key.had.contains(&appeal));
            Item { revision: post.revision_id, form: if had { Form::Line } else { Form::Full } }
        });
        let items: Vec<_> = items.collect();
        if items.iter().all(|item| item.form == Form::Line) { Items::default() } else { Items(items) }
    }
}

/// What a digest would be, for a look before it is sent.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Forecast {
    /// In which language.
    pub language: String,
    /// How many would get it.
    pub recipients: u64,
    /// Which posts.
    #[serde(skip)]
    pub items: Items,
}

/// Who would get what if `due` were planned now, most recipients first. Nothing is written.
///
/// # Errors
///
/// When the store fails.
pub async fn forecast(app: &App, due: &Due) -> Result<Vec<Forecast>> {
    let choice = Choice::load(app, due.cut_off).await?;
    let mut found: HashMap<(String, Items), u64> = HashMap::new();
    let mut known: HashMap<Key, Items> = HashMap::new();
    let mut after = SubscriberId(0);
    loop {
        let zone = Some(due.zone.name()).filter(|_| of_one_zone(app, Some(due.cadence)));
        let candidates = choice.candidates(app, Scope { cadence: due.cadence, zone }, after, 1000).await?;
        let Some(last) = candidates.last() else { break };
        after = last.id;
        let had = who_had(&app.store, &choice.appeals_for(&candidates), &candidates).await?;
        for key in candidates.iter().filter_map(|candidate| choice.key(candidate, &had)) {
            let items = known.entry(key.clone()).or_insert_with(|| choice.items(&key));
            if !items.0.is_empty() {
                *found.entry((key.language, items.clone())).or_default() += 1;
            }
        }
    }
    let mut forecast: Vec<_> =
        found.into_iter().map(|((language, items), recipients)| Forecast { language, recipients, items }).collect();
    forecast.sort_by(|a, b| (b.recipients, &a.language).cmp(&(a.recipients, &b.language)));
    Ok(forecast)
}

/// Ends what may not be sent any more, up to `limit` deliveries: of editions past their deadline, or stopped. An appeal's
/// mailing that is still being planned goes on to be, by [`Planner::step`], which ends it.
///
/// # Errors
///
/// When the store fails.
pub async fn sweep(store: &Store, now: Timestamp, limit: i64) -> Result<u64> {
    let mut ended = 0;
    for edition in store.editions_to_end(now).await? {
        let mut tx = store.begin().await?;
        let state = match edition.state {
            EditionState::Cancelled => DeliveryState::Cancelled,
            _ => DeliveryState::Expired,
        };
        let count = tx.end_queued(edition.id, state, limit, now).await?.len() as u64;
        if edition.state != EditionState::Cancelled && edition.appeal_id.is_some() && edition.planned_at.is_none() {
            tx.move_edition(edition.id, &[EditionState::Paused], EditionState::Planning, now).await?;
        } else if count < limit.unsigned_abs() && edition.state != EditionState::Cancelled {
            let from = [EditionState::Planning, EditionState::Paused];
            tx.move_edition(edition.id, &from, EditionState::Sending, now).await?;
            tx.end_edition(edition.id, now).await?;
        }
        tx.commit().await?;
        ended += count;
    }
    Ok(ended)
}
