//! Sources: which there are, and how they are doing.

use serde::Serialize;

use super::{Result, Store, Tx, on, on_tx};
use crate::clock::Timestamp;
use crate::config::SourceKind;
use crate::id::SourceId;

/// A source, as far as a pass needs it.
#[derive(Clone, Copy, Debug, sqlx_macros::FromRow)]
pub struct SourceRow {
    /// The row's number.
    pub id: SourceId,
    /// When its baseline was taken.
    pub baseline_at: Option<Timestamp>,
}

/// How a source is doing.
#[derive(Clone, Debug, Serialize, sqlx_macros::FromRow)]
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
}

impl Store {
    /// How the sources are doing, by name.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn sources(&self) -> Result<Vec<SourceStatus>> {
        const ALL: &str =
            "SELECT name, baseline_at, last_pass_at, failing_since, last_error FROM sources ORDER BY name";
        on!(self, db => Ok(sqlx::query_as(ALL).fetch_all(db).await?))
    }
}

impl Tx {
    /// Begins a pass over a source that can be read. Its row is locked, so that two passes over it do not meet.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn begin_pass(&mut self, name: &str, kind: SourceKind, now: Timestamp) -> Result<SourceRow> {
        const BEGIN: &str = "INSERT INTO sources (name, kind, created_at, last_pass_at) VALUES ($1, $2, $3, $3) \
             ON CONFLICT (name) DO UPDATE SET last_pass_at = excluded.last_pass_at, failing_since = NULL, \
             last_error = NULL RETURNING id, baseline_at";
        on_tx!(self, db => Ok(sqlx::query_as(BEGIN).bind(name).bind(kind).bind(now).fetch_one(db).await?))
    }

    /// Notes that a source cannot be read, and since when.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn source_failed(&mut self, name: &str, kind: SourceKind, why: &str, now: Timestamp) -> Result<()> {
        const FAILED: &str = "INSERT INTO sources (name, kind, created_at, failing_since, last_error) \
             VALUES ($1, $2, $3, $3, $4) ON CONFLICT (name) DO UPDATE SET \
             failing_since = coalesce(sources.failing_since, excluded.failing_since), last_error = excluded.last_error";
        on_tx!(self, db => sqlx::query(FAILED).bind(name).bind(kind).bind(now).bind(why).execute(db).await?.rows_affected());
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
