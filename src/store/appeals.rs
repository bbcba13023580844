//! Appeals: which there are, and where they stand.

use super::{Result, Store, Tx, on, on_tx};
use crate::appeals::{Appeal, AppealState};
use crate::clock::Timestamp;
use crate::id::{AppealId, PostId};
use crate::posts::PostState;
use crate::vault::{AddressIndex, KeyId};

/// Who is told how an appeal went: an address, sealed.
#[derive(Clone, Debug, sqlx_macros::FromRow)]
pub struct ReportTo {
    /// The key that sealed it.
    #[sqlx(rename = "report_key")]
    pub key_id: KeyId,
    /// What it is bound to.
    #[sqlx(rename = "report_index")]
    pub index: AddressIndex,
    /// The sealed address.
    #[sqlx(rename = "report_to")]
    pub address: Vec<u8>,
}

const APPEALS: &str = "SELECT id, post_id, state, created_at, created_by FROM appeals ";

fn sql(rest: &str) -> sqlx::AssertSqlSafe<String> {
    // Only constants of this file are joined here.
    sqlx::AssertSqlSafe(format!("{APPEALS}{rest}"))
}

impl Store {
    /// One appeal.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn appeal(&self, id: AppealId) -> Result<Option<Appeal>> {
        on!(self, db => Ok(sqlx::query_as(sql("WHERE id = $1")).bind(id).fetch_optional(db).await?))
    }

    /// The appeal that a post is, if it is one.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn appeal_of(&self, post: PostId) -> Result<Option<Appeal>> {
        on!(self, db => Ok(sqlx::query_as(sql("WHERE post_id = $1")).bind(post).fetch_optional(db).await?))
    }

    /// The newest `limit` appeals before `before`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn appeals(&self, before: AppealId, limit: i64) -> Result<Vec<Appeal>> {
        const PAGE: &str = "WHERE id < $1 ORDER BY id DESC LIMIT $2";
        on!(self, db => Ok(sqlx::query_as(sql(PAGE)).bind(before).bind(limit).fetch_all(db).await?))
    }

    /// The appeals, open or called off, that have or had an event which ends at `since` or later, oldest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn appeals_with_events(&self, since: Timestamp) -> Result<Vec<Appeal>> {
        const WITH: &str = "WHERE state IN ('open', 'cancelled') AND id IN (SELECT v.appeal_id FROM events e \
                            JOIN appeal_versions v ON v.id = e.version_id WHERE e.ends_at >= $1) ORDER BY id";
        on!(self, db => Ok(sqlx::query_as(sql(WITH)).bind(since).fetch_all(db).await?))
    }

    /// Who is told how an appeal went, where somebody is to be.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn report_to(&self, appeal: AppealId) -> Result<Option<ReportTo>> {
        const ONE: &str =
            "SELECT report_key, report_index, report_to FROM appeals WHERE id = $1 AND report_to IS NOT NULL";
        on!(self, db => Ok(sqlx::query_as(ONE).bind(appeal).fetch_optional(db).await?))
    }

    /// Open appeals whose posts were withdrawn from their source.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn appeals_of_withdrawn(&self) -> Result<Vec<(AppealId, PostId)>> {
        const ALL: &str = "SELECT a.id, a.post_id FROM appeals a JOIN posts p ON p.id = a.post_id \
                           WHERE a.state = 'open' AND p.state = 'withdrawn' ORDER BY a.id";
        on!(self, db => Ok(sqlx::query_as(ALL).fetch_all(db).await?))
    }
}

impl Tx {
    /// Marks a post as urgent, or again after its appeal was stopped; the appeal's number, or nothing when it is one.
    /// Who was to be told how an earlier mark of it went is forgotten. `former` is where the post stands without it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn make_appeal(
        &mut self,
        post: PostId,
        former: PostState,
        by: &str,
        now: Timestamp,
    ) -> Result<Option<AppealId>> {
        const MAKE: &str = "INSERT INTO appeals (post_id, state, created_at, created_by, former_state) \
             VALUES ($1, 'open', $2, $3, $4) ON CONFLICT (post_id) DO UPDATE SET state = 'open', \
             created_at = excluded.created_at, created_by = excluded.created_by, former_state = excluded.former_state, \
             report_to = NULL, report_index = NULL, report_key = NULL WHERE appeals.state = 'stopped' RETURNING id";
        on_tx!(self, db => {
            let query = sqlx::query_scalar(MAKE).bind(post).bind(now).bind(by).bind(former);
            Ok(query.fetch_optional(db).await?)
        })
    }

    /// Puts the post of an appeal that was stopped back where it stood before the mark, unless a person has moved it
    /// since; one whose file is gone goes there when it is back.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn unmark_post(&mut self, appeal: AppealId) -> Result<()> {
        const FORMER: &str = "SELECT post_id, former_state FROM appeals WHERE id = $1 AND former_state <> 'live'";
        const BACK: &str = "UPDATE posts SET state = $2 WHERE id = $1 AND state = 'live'";
        const BACK_LATER: &str =
            "UPDATE posts SET former_state = $2 WHERE id = $1 AND state = 'withdrawn' AND former_state = 'live'";
        let former: Option<(PostId, PostState)> =
            on_tx!(self, db => sqlx::query_as(FORMER).bind(appeal).fetch_optional(db).await?);
        let Some((post, former)) = former else { return Ok(()) };
        for back in [BACK, BACK_LATER] {
            on_tx!(self, db => sqlx::query(back).bind(post).bind(former).execute(db).await?.rows_affected());
        }
        self.forget_listing(post).await
    }

    /// Says who is told how an appeal went.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn set_report_to(&mut self, appeal: AppealId, to: &ReportTo) -> Result<()> {
        const SET: &str = "UPDATE appeals SET report_key = $2, report_index = $3, report_to = $4 WHERE id = $1";
        on_tx!(self, db => {
            let query = sqlx::query(SET).bind(appeal).bind(to.key_id).bind(&to.index).bind(&to.address);
            query.execute(db).await?.rows_affected()
        });
        Ok(())
    }

    /// The appeal that a post is, as it is within the transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn appeal_of(&mut self, post: PostId) -> Result<Option<Appeal>> {
        on_tx!(self, db => Ok(sqlx::query_as(sql("WHERE post_id = $1")).bind(post).fetch_optional(db).await?))
    }

    /// An appeal, its row locked until the end of the transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn lock_appeal(&mut self, id: AppealId) -> Result<Option<Appeal>> {
        const LOCK: &str =
            "UPDATE appeals SET state = state WHERE id = $1 RETURNING id, post_id, state, created_at, created_by";
        on_tx!(self, db => Ok(sqlx::query_as(LOCK).bind(id).fetch_optional(db).await?))
    }

    /// Puts an appeal into `state`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn set_appeal_state(&mut self, id: AppealId, state: AppealState) -> Result<()> {
        const SET: &str = "UPDATE appeals SET state = $2 WHERE id = $1";
        on_tx!(self, db => sqlx::query(SET).bind(id).bind(state).execute(db).await?.rows_affected());
        Ok(())
    }
}
