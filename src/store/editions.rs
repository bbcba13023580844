//! Editions and variants.

use serde::Serialize;

use super::{Result, Store, Tx, on, on_tx};
use crate::clock::Timestamp;
use crate::editions::{EditionKind, EditionState, Lane};
use crate::id::{AppealId, EditionId, SubscriberId, VariantId, VersionId};
use crate::subscribers::Cadence;

/// An edition as kept.
#[derive(Clone, Debug, Serialize, sqlx_macros::FromRow)]
pub struct Edition {
    /// The row's number.
    pub id: EditionId,
    /// What it is.
    pub kind: EditionKind,
    /// Where it stands in the queue.
    #[serde(skip)]
    pub lane: Lane,
    /// What makes planning it twice plan it once.
    pub key: String,
    /// Where it stands.
    pub state: EditionState,
    /// The cadence of a digest.
    pub cadence: Option<Cadence>,
    /// The slot of a digest.
    pub slot_at: Option<Timestamp>,
    /// The zone in which the slot was read.
    pub time_zone: Option<String>,
    /// Posts listed up to this are in it.
    pub cut_off_at: Option<Timestamp>,
    /// The appeal that it is about.
    pub appeal_id: Option<AppealId>,
    /// The version of it that this mailing brings.
    pub appeal_version_id: Option<VersionId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom: `schedule`, `cli`, `source`, an account's name.
    pub created_by: String,
    /// Neither planned nor sent before this.
    pub hold_until: Option<Timestamp>,
    /// Nothing of it is handed to a relay after this.
    pub deadline_at: Timestamp,
    /// How far its planning has come.
    #[serde(skip)]
    pub planned_to: SubscriberId,
    /// When its last delivery was written.
    pub planned_at: Option<Timestamp>,
    /// When its last delivery ended.
    pub ended_at: Option<Timestamp>,
}

/// An edition to be made.
#[derive(Clone, Debug)]
pub struct NewEdition {
    /// What it is.
    pub kind: EditionKind,
    /// What makes planning it twice plan it once.
    pub key: String,
    /// Planning, or sending for letters, whose deliveries are written one by one.
    pub state: EditionState,
    /// The cadence of a digest.
    pub cadence: Option<Cadence>,
    /// The slot of a digest.
    pub slot_at: Option<Timestamp>,
    /// The zone in which the slot was read.
    pub time_zone: Option<String>,
    /// Posts listed up to this are in it.
    pub cut_off_at: Option<Timestamp>,
    /// The appeal that it is about, and the version of it that this mailing brings.
    pub appeal: Option<(AppealId, VersionId)>,
    /// By whom.
    pub created_by: String,
    /// Neither planned nor sent before this.
    pub hold_until: Option<Timestamp>,
    /// Nothing of it is handed to a relay after this.
    pub deadline_at: Timestamp,
}

impl Edition {
    /// Whether a person still has time to take it back before anybody is written to.
    pub fn is_held(&self, now: Timestamp) -> bool {
        self.hold_until.is_some_and(|until| until > now)
    }

    /// Whether anybody may have been written to, by any node's clock: one that is cancelled reached nobody, and one that was
    /// replaced before its planning began never will.
    pub fn is_out(&self, now: Timestamp) -> bool {
        let begun = self.planned_to != SubscriberId(0) || self.planned_at.is_some();
        match self.state {
            EditionState::Cancelled => false,
            EditionState::Superseded => begun,
            _ => begun || !self.is_held(now),
        }
    }
}

/// An edition as rendered for one language and one choice of posts.
#[derive(Clone, Debug, sqlx_macros::FromRow)]
pub struct Variant {
    /// The row's number.
    pub id: VariantId,
    /// The edition it is of.
    pub edition_id: EditionId,
    /// Its language.
    pub language: String,
    /// Its posts, as [`crate::editions::items::Items`] writes them.
    pub items: String,
}

pub(super) const COLUMNS: &str = "SELECT id, kind, lane, key, state, cadence, slot_at, time_zone, cut_off_at, appeal_id, \
                       appeal_version_id, created_at, created_by, hold_until, deadline_at, planned_to, planned_at, ended_at FROM editions ";

fn sql(rest: &str) -> sqlx::AssertSqlSafe<String> {
    // Only constants of this file are joined here.
    sqlx::AssertSqlSafe(format!("{COLUMNS}{rest}"))
}

impl Store {
    /// One edition.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn edition(&self, id: EditionId) -> Result<Option<Edition>> {
        on!(self, db => Ok(sqlx::query_as(sql("WHERE id = $1")).bind(id).fetch_optional(db).await?))
    }

    /// One edition by its key.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn edition_by_key(&self, key: &str) -> Result<Option<Edition>> {
        on!(self, db => Ok(sqlx::query_as(sql("WHERE key = $1")).bind(key).fetch_optional(db).await?))
    }

    /// Those whose deliveries are written or sent now, in the order of the queue.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn open_editions(&self) -> Result<Vec<Edition>> {
        on!(self, db => {
            Ok(sqlx::query_as(sql("WHERE state IN ('planning', 'sending') ORDER BY lane, id")).fetch_all(db).await?)
        })
    }

    /// Those that a person paused.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn paused_editions(&self) -> Result<Vec<Edition>> {
        on!(self, db => Ok(sqlx::query_as(sql("WHERE state = 'paused' ORDER BY lane, id")).fetch_all(db).await?))
    }

    /// The newest `limit` mailings before `before`, letters among them only on request.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn editions(&self, letters: bool, before: EditionId, limit: i64) -> Result<Vec<Edition>> {
        const PAGE: &str = "WHERE id < $1 AND ($2 OR kind NOT IN ('confirmation', 'welcome', 'link', 'goodbye')) \
                            ORDER BY id DESC LIMIT $3";
        on!(self, db => Ok(sqlx::query_as(sql(PAGE)).bind(before).bind(letters).bind(limit).fetch_all(db).await?))
    }

    /// The mailings about appeals that ended since `since`, newest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn urgent_ended_since(&self, since: Timestamp) -> Result<Vec<Edition>> {
        const ENDED: &str = "WHERE appeal_id IS NOT NULL AND ended_at >= $1 ORDER BY id DESC";
        on!(self, db => Ok(sqlx::query_as(sql(ENDED)).bind(since).fetch_all(db).await?))
    }

    /// Whether an earlier digest of the same cadence and zone is not over yet.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn digest_before_is_open(&self, edition: &Edition) -> Result<bool> {
        const BEFORE: &str = "SELECT count(*) FROM editions WHERE kind = 'digest' AND cadence = $1 AND time_zone = $2 \
                              AND id < $3 AND state IN ('planning', 'sending', 'paused')";
        let count: i64 = on!(self, db => {
            let query = sqlx::query_scalar(BEFORE).bind(edition.cadence).bind(&edition.time_zone).bind(edition.id);
            query.fetch_one(db).await?
        });
        Ok(count > 0)
    }

    /// Editions that a person stopped, or whose deadline has passed, with deliveries that are still queued.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn editions_to_end(&self, now: Timestamp) -> Result<Vec<Edition>> {
        // The minimum is looked up in the index. For EXISTS, PostgreSQL would read the table until it finds one, and where
        // there is none any more, all of it.
        const END: &str = "WHERE (state IN ('planning', 'sending', 'paused') AND deadline_at <= $1) OR (state = 'cancelled' \
             AND (SELECT min(due_at) FROM deliveries WHERE edition_id = editions.id AND deliveries.state = 'queued') IS NOT NULL) \
             ORDER BY lane, id";
        on!(self, db => Ok(sqlx::query_as(sql(END)).bind(now).fetch_all(db).await?))
    }

    /// The latest cut-off of any digest of `cadence`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn latest_cut_off(&self, cadence: Cadence) -> Result<Option<Timestamp>> {
        const LATEST: &str = "SELECT max(cut_off_at) FROM editions WHERE kind = 'digest' AND cadence = $1";
        on!(self, db => Ok(sqlx::query_scalar(LATEST).bind(cadence).fetch_one(db).await?))
    }

    /// One variant.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn variant(&self, id: VariantId) -> Result<Option<Variant>> {
        const ONE: &str = "SELECT id, edition_id, language, items FROM variants WHERE id = $1";
        on!(self, db => Ok(sqlx::query_as(ONE).bind(id).fetch_optional(db).await?))
    }

    /// All variants of an edition.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn variants(&self, edition: EditionId) -> Result<Vec<Variant>> {
        const ALL: &str = "SELECT id, edition_id, language, items FROM variants WHERE edition_id = $1 ORDER BY id";
        on!(self, db => Ok(sqlx::query_as(ALL).bind(edition).fetch_all(db).await?))
    }
}

impl Tx {
    /// Makes an edition; nothing when there is one with its key.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn make_edition(&mut self, new: &NewEdition, now: Timestamp) -> Result<Option<EditionId>> {
        const MAKE: &str = "INSERT INTO editions (kind, lane, key, state, cadence, slot_at, time_zone, cut_off_at, created_at, \
                            created_by, deadline_at, appeal_id, appeal_version_id, hold_until) \
                            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
                            ON CONFLICT (key) DO NOTHING RETURNING id";
        on_tx!(self, db => {
            let query = sqlx::query_scalar(MAKE).bind(new.kind).bind(new.kind.lane()).bind(&new.key).bind(new.state);
            let query = query.bind(new.cadence).bind(new.slot_at).bind(&new.time_zone).bind(new.cut_off_at);
            let query = query.bind(now).bind(&new.created_by).bind(new.deadline_at);
            let (appeal, version) = new.appeal.unzip();
            let query = query.bind(appeal).bind(version).bind(new.hold_until);
            Ok(query.fetch_optional(db).await?)
        })
    }

    /// The edition with this key, within the transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn edition_by_key(&mut self, key: &str) -> Result<Option<Edition>> {
        on_tx!(self, db => Ok(sqlx::query_as(sql("WHERE key = $1")).bind(key).fetch_optional(db).await?))
    }

    /// The variant of this language and these items, made if it is not there.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn make_variant(&mut self, edition: EditionId, language: &str, items: &str) -> Result<VariantId> {
        // An update that changes nothing, as DO NOTHING would return nothing.
        const MAKE: &str = "INSERT INTO variants (edition_id, language, items) VALUES ($1, $2, $3) \
                            ON CONFLICT (edition_id, language, items) DO UPDATE SET items = excluded.items RETURNING id";
        on_tx!(self, db => {
            Ok(sqlx::query_scalar(MAKE).bind(edition).bind(language).bind(items).fetch_one(db).await?)
        })
    }

    /// Moves an edition from one of `from` to `to`; false when it was in none of them.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn move_edition(
        &mut self,
        id: EditionId,
        from: &[EditionState],
        to: EditionState,
        now: Timestamp,
    ) -> Result<bool> {
        const MOVE: &str = "UPDATE editions SET state = $2, \
                            planned_at = CASE WHEN $2 = 'sending' AND planned_at IS NULL THEN $3 ELSE planned_at END, \
                            ended_at = CASE WHEN $2 IN ('done', 'cancelled') THEN $3 END \
                            WHERE id = $1 AND state = $4";
        for state in from {
            let moved = on_tx!(self, db => {
                sqlx::query(MOVE).bind(id).bind(to.as_str()).bind(now).bind(state).execute(db).await?.rows_affected()
            });
            if moved == 1 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Ends an edition none of whose deliveries is open; false when it is not over.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn end_edition(&mut self, id: EditionId, now: Timestamp) -> Result<bool> {
        // A letter that is being queued holds this row too: its delivery is seen by what comes after the lock.
        const LOCK: &str = "SELECT id FROM editions WHERE id = $1 FOR UPDATE";
        if let Self::Postgres(db) = self {
            sqlx::query(LOCK).bind(id).execute(&mut **db).await?;
        }
        // As for `editions_to_end`.
        const END: &str = "UPDATE editions SET state = 'done', ended_at = $2 WHERE id = $1 AND state = 'sending' \
                           AND (SELECT min(due_at) FROM deliveries WHERE edition_id = $1 AND state = 'queued') IS NULL \
                           AND (SELECT min(due_at) FROM deliveries WHERE edition_id = $1 AND state = 'leased') IS NULL";
        let ended = on_tx!(self, db => sqlx::query(END).bind(id).bind(now).execute(db).await?.rows_affected());
        Ok(ended == 1)
    }

    /// Where an edition stands, in which it stays until the end of the transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn hold_edition(&mut self, id: EditionId) -> Result<Option<EditionState>> {
        const READ: &str = "SELECT state FROM editions WHERE id = $1";
        match self {
            // A transaction that may write keeps all others from writing.
            Self::Sqlite(db) => Ok(sqlx::query_scalar(READ).bind(id).fetch_optional(&mut **db).await?),
            Self::Postgres(db) => {
                let hold = sqlx::AssertSqlSafe(format!("{READ} FOR SHARE"));
                Ok(sqlx::query_scalar(hold).bind(id).fetch_optional(&mut **db).await?)
            }
        }
    }

    /// Lets every unfinished digest of the same cadence and zone before `edition` expire now: `edition` brings its posts
    /// to those whom it did not reach.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn supersede_digests(&mut self, edition: &Edition, now: Timestamp) -> Result<u64> {
        const EXPIRE: &str = "UPDATE editions SET deadline_at = $4 WHERE kind = 'digest' AND cadence = $1 AND time_zone = $2 \
                              AND id < $3 AND state IN ('planning', 'sending', 'paused') AND deadline_at > $4";
        on_tx!(self, db => {
            let query = sqlx::query(EXPIRE).bind(edition.cadence).bind(&edition.time_zone).bind(edition.id).bind(now);
            Ok(query.execute(db).await?.rows_affected())
        })
    }

    /// Saves how far planning has come; false when another planner was there first, or planning was stopped.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn advance_planning(&mut self, id: EditionId, from: SubscriberId, to: SubscriberId) -> Result<bool> {
        const ADVANCE: &str =
            "UPDATE editions SET planned_to = $3 WHERE id = $1 AND planned_to = $2 AND state = 'planning'";
        let moved =
            on_tx!(self, db => sqlx::query(ADVANCE).bind(id).bind(from).bind(to).execute(db).await?.rows_affected());
        Ok(moved == 1)
    }
}
