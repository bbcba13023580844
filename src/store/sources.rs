//! Sources: which there are, and how they are doing.

use serde::Serialize;

use super::{Result, Store, Tx, on, on_tx};
use crate::clock::Timestamp;
use crate::config::SourceKind;
use crate::id::SourceId;
use crate::sources::pass::Validators;

/// A source, as far as a pass needs it.
#[derive(Clone, Copy, Debug, sqlx_macros::FromRow)]
pub struct SourceRow {
    /// The row's number.
    pub id: SourceId,
    /// When its baseline was taken.
    pub baseline_at: Option<Timestamp>,
    /// The number of the pass that has just begun.
    pub pass: i64,
    /// How many new posts the pass before this one kept, if it did not come to its end.
    pub pass_new: i64,
    /// How many of those were urgent.
    pub pass_urgent: i64,
}

/// What is kept of a feed between two passes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedMemory {
    /// How to ask for what changed only; nothing before the baseline.
    pub validators: Option<Validators>,
    /// When it was last read whole.
    pub read_at: Option<Timestamp>,
    /// Before when its server does not want to be asked.
    pub retry_at: Option<Timestamp>,
}

/// How a source is doing.
#[derive(Clone, Debug, Default, Serialize, sqlx_macros::FromRow)]
pub struct SourceStatus {
    /// Its name.
    pub name: String,
    /// When its baseline was taken.
    pub baseline_at: Option<Timestamp>,
    /// When it was last read.
    pub last_pass_at: Option<Timestamp>,
    /// Since when it cannot be read.
    pub failing_since: Option<Timestamp>,
    /// Why not.
    pub last_error: Option<String>,
    /// What its last pass left out, and why, a line each.
    pub left_out: String,
}

impl Store {
    /// How the sources are doing, by name.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn sources(&self) -> Result<Vec<SourceStatus>> {
        const ALL: &str =
            "SELECT name, baseline_at, last_pass_at, failing_since, last_error, left_out FROM sources ORDER BY name";
        on!(self, db => Ok(sqlx::query_as(ALL).fetch_all(db).await?))
    }

    /// How the source of that name is doing, if it was ever looked at.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn source(&self, name: &str) -> Result<Option<SourceStatus>> {
        const ONE: &str =
            "SELECT name, baseline_at, last_pass_at, failing_since, last_error, left_out FROM sources WHERE name = $1";
        on!(self, db => Ok(sqlx::query_as(ONE).bind(name).fetch_optional(db).await?))
    }

    /// What is kept of a feed; nothing of one that was never read.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn feed_memory(&self, name: &str) -> Result<FeedMemory> {
        const KEPT: &str =
            "SELECT baseline_at, read_url, etag, last_modified, read_at, retry_at FROM sources WHERE name = $1";
        type Row =
            (Option<Timestamp>, Option<String>, Option<String>, Option<String>, Option<Timestamp>, Option<Timestamp>);
        let row: Option<Row> = on!(self, db => sqlx::query_as(KEPT).bind(name).fetch_optional(db).await?);
        Ok(row.map_or_else(FeedMemory::default, |(baseline_at, url, etag, last_modified, read_at, retry_at)| {
            let url = url.filter(|_| baseline_at.is_some());
            let validators = url.map(|url| Validators { url, etag, last_modified });
            FeedMemory { validators, read_at, retry_at }
        }))
    }
}

impl Tx {
    /// Begins a pass over a source that can be read, and so ends whichever is under way.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn begin_pass(&mut self, name: &str, kind: SourceKind, now: Timestamp) -> Result<SourceRow> {
        const BEGIN: &str = "INSERT INTO sources (name, kind, created_at, pass) VALUES ($1, $2, $3, 1) \
             ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, pass = sources.pass + 1, \
             failing_since = NULL, last_error = NULL, retry_at = NULL \
             RETURNING id, baseline_at, pass, pass_new, pass_urgent";
        on_tx!(self, db => Ok(sqlx::query_as(BEGIN).bind(name).bind(kind).bind(now).fetch_one(db).await?))
    }

    /// Goes on with a pass; false when another one has begun since. The source's row is locked, so that none does before
    /// the transaction ends.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn go_on_with_pass(&mut self, id: SourceId, pass: i64) -> Result<bool> {
        const GO_ON: &str = "UPDATE sources SET pass = pass WHERE id = $1 AND pass = $2";
        Ok(on_tx!(self, db => sqlx::query(GO_ON).bind(id).bind(pass).execute(db).await?.rows_affected()) > 0)
    }

    /// Notes that a pass which is not at its end has kept so many more new posts, and so many urgent ones among them.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn count_in_pass(&mut self, id: SourceId, new: i64, urgent: i64) -> Result<()> {
        const COUNT: &str = "UPDATE sources SET pass_new = pass_new + $2, pass_urgent = pass_urgent + $3 WHERE id = $1";
        on_tx!(self, db => sqlx::query(COUNT).bind(id).bind(new).bind(urgent).execute(db).await?.rows_affected());
        Ok(())
    }

    /// Notes that a pass has come to its end, and what it left out, a line each, where it tells.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn end_pass(&mut self, id: SourceId, left_out: Option<&str>, now: Timestamp) -> Result<()> {
        const END: &str = "UPDATE sources SET last_pass_at = $2, pass_new = 0, pass_urgent = 0, \
                           left_out = coalesce($3, left_out) WHERE id = $1";
        on_tx!(self, db => sqlx::query(END).bind(id).bind(now).bind(left_out).execute(db).await?.rows_affected());
        Ok(())
    }

    /// Notes that a source cannot be read, since when, and before when it does not want to be asked again.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn source_failed(
        &mut self,
        name: &str,
        kind: SourceKind,
        why: &str,
        retry_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<()> {
        const FAILED: &str = "INSERT INTO sources (name, kind, created_at, failing_since, last_error, retry_at) \
             VALUES ($1, $2, $3, $3, $4, $5) ON CONFLICT (name) DO UPDATE SET retry_at = excluded.retry_at, \
             failing_since = coalesce(sources.failing_since, excluded.failing_since), last_error = excluded.last_error";
        on_tx!(self, db => {
            let query = sqlx::query(FAILED).bind(name).bind(kind).bind(now).bind(why).bind(retry_at);
            query.execute(db).await?.rows_affected()
        });
        Ok(())
    }

    /// Notes that a feed was read whole, and how to ask for changes from now on.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn keep_validators(&mut self, id: SourceId, validators: &Validators, now: Timestamp) -> Result<()> {
        const KEEP: &str =
            "UPDATE sources SET read_url = $2, etag = $3, last_modified = $4, read_at = $5 WHERE id = $1";
        on_tx!(self, db => {
            let query = sqlx::query(KEEP).bind(id).bind(&validators.url).bind(&validators.etag);
            query.bind(&validators.last_modified).bind(now).execute(db).await?.rows_affected()
        });
        Ok(())
    }

    /// Notes that a source has had its baseline.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn set_baseline(&mut self, id: SourceId, now: Timestamp) -> Result<()> {
        const SET: &str = "UPDATE sources SET baseline_at = $2 WHERE id = $1 AND baseline_at IS NULL";
        on_tx!(self, db => sqlx::query(SET).bind(id).bind(now).execute(db).await?.rows_affected());
        Ok(())
    }
}
