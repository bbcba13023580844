//! What staff are told, and what it is about.

use serde::Serialize;

use super::editions::{COLUMNS, Edition};
use super::{Result, Store, Tx, on, on_tx};
use crate::clock::Timestamp;
use crate::id::{EditionId, NoticeId};
use crate::notify::{Channels, NoticeKind};

/// Something that staff are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx_macros::FromRow)]
pub struct Notice {
    /// The row's number.
    pub id: NoticeId,
    /// What it is.
    pub kind: NoticeKind,
    /// What it is about: a mailing's number, the name of a relay, a source or a machine.
    pub subject: String,
    /// A count, or why; without addresses.
    pub detail: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// When it was told last.
    pub told_at: Option<Timestamp>,
    /// When it was over.
    pub closed_at: Option<Timestamp>,
    /// Who is still to be told how it stands now: [`Channels`] as text.
    #[serde(skip)]
    pub pending: String,
    /// How often this was tried.
    #[serde(skip)]
    pub attempts: i32,
}

/// What came of telling a notice.
#[derive(Clone, Debug)]
pub struct Telling<'a> {
    /// The notice, as it was told.
    pub notice: &'a Notice,
    /// The token of the claim.
    pub teller: i64,
    /// Who is still to be told.
    pub left: &'a Channels,
    /// Whether anybody was.
    pub told: bool,
    /// When to try those that are left.
    pub retry_at: Timestamp,
}

const NOTICES: &str = "id, kind, subject, detail, opened_at, told_at, closed_at, pending, attempts";

impl Store {
    /// What is not over, oldest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn open_notices(&self) -> Result<Vec<Notice>> {
        let open = sqlx::AssertSqlSafe(format!("SELECT {NOTICES} FROM notices WHERE closed_at IS NULL ORDER BY id"));
        on!(self, db => Ok(sqlx::query_as(open).fetch_all(db).await?))
    }

    /// The mailings about appeals that ended since `since`, and of which nobody was told how they went, oldest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn ended_without_result(&self, since: Timestamp) -> Result<Vec<Edition>> {
        let ended = sqlx::AssertSqlSafe(format!(
            "{COLUMNS}WHERE appeal_id IS NOT NULL AND ended_at >= $1 AND NOT EXISTS (SELECT 1 FROM notices n \
             WHERE n.kind = 'result' AND n.subject = CAST(editions.id AS TEXT)) ORDER BY id"
        ));
        on!(self, db => Ok(sqlx::query_as(ended).bind(since).fetch_all(db).await?))
    }

    /// Since when the oldest open delivery of an edition is due; it may lie ahead.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn due_since(&self, edition: EditionId) -> Result<Option<Timestamp>> {
        // Each minimum is one look into the index.
        const DUE: &str = "SELECT (SELECT min(due_at) FROM deliveries WHERE edition_id = $1 AND state = 'queued'), \
                           (SELECT min(due_at) FROM deliveries WHERE edition_id = $1 AND state = 'leased')";
        let (queued, leased): (Option<Timestamp>, Option<Timestamp>) =
            on!(self, db => sqlx::query_as(DUE).bind(edition).fetch_one(db).await?);
        Ok(queued.into_iter().chain(leased).min())
    }

    /// When a delivery of an edition ended last. It reads the ledger of all of the edition.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn last_ended(&self, edition: EditionId) -> Result<Option<Timestamp>> {
        const LAST: &str = "SELECT max(ended_at) FROM deliveries WHERE edition_id = $1";
        on!(self, db => Ok(sqlx::query_scalar(LAST).bind(edition).fetch_one(db).await?))
    }
}

impl Tx {
    /// Opens a notice for `channels`; false when it is open already.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn open_notice(
        &mut self,
        kind: NoticeKind,
        subject: &str,
        detail: &str,
        channels: &Channels,
        now: Timestamp,
    ) -> Result<bool> {
        const OPEN: &str = "INSERT INTO notices (kind, subject, detail, opened_at, pending) VALUES ($1, $2, $3, $4, $5) \
                            ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO NOTHING";
        let opened = on_tx!(self, db => {
            let query = sqlx::query(OPEN).bind(kind).bind(subject).bind(detail).bind(now).bind(channels.to_string());
            query.execute(db).await?.rows_affected()
        });
        Ok(opened == 1)
    }

    /// Closes a notice, for `channels` to be told; false when it was closed already.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn close_notice(&mut self, id: NoticeId, channels: &Channels, now: Timestamp) -> Result<bool> {
        // Whoever is telling that it is open goes on first: `retry_at` stays.
        const CLOSE: &str = "UPDATE notices SET closed_at = $2, pending = $3, attempts = 0, \
             retry_at = CASE WHEN teller IS NULL THEN $2 ELSE retry_at END WHERE id = $1 AND closed_at IS NULL";
        let closed = on_tx!(self, db => {
            sqlx::query(CLOSE).bind(id).bind(now).bind(channels.to_string()).execute(db).await?.rows_affected()
        });
        Ok(closed == 1)
    }

    /// Closes without a word what is only told once and was opened before `before`, and tells nothing more of what was
    /// not told by then.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn retire_notices(&mut self, before: Timestamp, now: Timestamp) -> Result<u64> {
        const RETIRE: &str = "UPDATE notices SET pending = '', closed_at = CASE WHEN kind IN ('expired', 'result') \
             THEN coalesce(closed_at, $2) ELSE closed_at END WHERE (closed_at IS NULL AND kind IN ('expired', 'result') \
             AND opened_at < $1) OR (pending <> '' AND coalesce(closed_at, opened_at) < $1)";
        Ok(on_tx!(self, db => sqlx::query(RETIRE).bind(before).bind(now).execute(db).await?.rows_affected()))
    }

    /// Takes the oldest notice that is to be told now; until `until` nobody else does.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn claim_notice(&mut self, teller: i64, until: Timestamp, now: Timestamp) -> Result<Option<Notice>> {
        // Where two nodes meet at one row, the second finds it taken and looks again in its next round.
        let claim = sqlx::AssertSqlSafe(format!(
            "UPDATE notices SET teller = $1, retry_at = $2, attempts = attempts + 1 WHERE pending <> '' \
             AND retry_at <= $3 AND id = (SELECT min(id) FROM notices WHERE pending <> '' AND retry_at <= $3) \
             RETURNING {NOTICES}"
        ));
        on_tx!(self, db => {
            Ok(sqlx::query_as(claim).bind(teller).bind(until).bind(now).fetch_optional(db).await?)
        })
    }

    /// Notes what came of telling a notice. When it was closed meanwhile, that is to be told at once.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn notice_told(&mut self, telling: &Telling<'_>, now: Timestamp) -> Result<bool> {
        const TOLD: &str = "UPDATE notices SET teller = NULL, told_at = CASE WHEN $4 THEN $7 ELSE told_at END, \
             pending = CASE WHEN (closed_at IS NULL) = $3 THEN $5 ELSE pending END, \
             retry_at = CASE WHEN (closed_at IS NULL) = $3 THEN $6 ELSE $7 END WHERE id = $1 AND teller = $2";
        let told = on_tx!(self, db => {
            let query = sqlx::query(TOLD).bind(telling.notice.id).bind(telling.teller);
            let query = query.bind(telling.notice.closed_at.is_none()).bind(telling.told);
            query.bind(telling.left.to_string()).bind(telling.retry_at).bind(now).execute(db).await?.rows_affected()
        });
        Ok(told == 1)
    }
}
