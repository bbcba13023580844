//! The urgent marks that posts' own sources make, and what edited ones propose for appeals that are out.

use super::{Result, Store, Tx, on, on_tx};
use crate::clock::Timestamp;
use crate::id::{AppealId, PostId};

/// What an edited source says of an appeal that is out: urgent marks as [`crate::appeals::declared::Declared`] writes them.
#[derive(Clone, Debug, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Proposal {
    /// The mark as the source made it when it and the appeal went together last; nothing where it made none.
    pub base: Option<String>,
    /// The mark as it is now; nothing where it makes none any more.
    pub declared: Option<String>,
}

const PROPOSAL: &str = "SELECT base, declared FROM proposals WHERE appeal_id = $1";

impl Store {
    /// What edited sources say of appeals that are out: the appeal, and its mark as it is declared now, if it is.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn proposals(&self) -> Result<Vec<(AppealId, Option<String>)>> {
        const ALL: &str = "SELECT p.appeal_id, p.declared FROM proposals p JOIN appeals a ON a.id = p.appeal_id \
                           WHERE a.state = 'open' ORDER BY p.appeal_id";
        on!(self, db => Ok(sqlx::query_as(ALL).fetch_all(db).await?))
    }

    /// What is proposed for an appeal.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn proposal(&self, appeal: AppealId) -> Result<Option<Proposal>> {
        on!(self, db => Ok(sqlx::query_as(PROPOSAL).bind(appeal).fetch_optional(db).await?))
    }

    /// Posts whose source marks them as urgent in a way that could not be carried out, and why.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn refused_marks(&self) -> Result<Vec<(PostId, String)>> {
        const ALL: &str = "SELECT id, declared_problem FROM posts WHERE declared_problem IS NOT NULL \
                           AND state NOT IN ('dropped', 'withdrawn') ORDER BY id";
        on!(self, db => Ok(sqlx::query_as(ALL).fetch_all(db).await?))
    }
}

impl Tx {
    /// The urgent mark that a post's source made when it was read last.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn declared(&mut self, post: PostId) -> Result<Option<String>> {
        const ONE: &str = "SELECT declared FROM posts WHERE id = $1";
        let declared: Option<Option<String>> =
            on_tx!(self, db => sqlx::query_scalar(ONE).bind(post).fetch_optional(db).await?);
        Ok(declared.flatten())
    }

    /// Keeps the urgent mark that a post's source makes, or why it could not be carried out.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn set_declared(&mut self, post: PostId, declared: Option<&str>, problem: Option<&str>) -> Result<()> {
        const SET: &str = "UPDATE posts SET declared = $2, declared_problem = $3 WHERE id = $1";
        on_tx!(self, db => sqlx::query(SET).bind(post).bind(declared).bind(problem).execute(db).await?.rows_affected());
        Ok(())
    }

    /// Forgets why a source's mark could not be carried out, as the post is an appeal now.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn clear_declared_problem(&mut self, post: PostId) -> Result<()> {
        const CLEAR: &str = "UPDATE posts SET declared_problem = NULL WHERE id = $1 AND declared_problem IS NOT NULL";
        on_tx!(self, db => sqlx::query(CLEAR).bind(post).execute(db).await?.rows_affected());
        Ok(())
    }

    /// Keeps what an edited source says of an appeal, for a person to decide; the latest word counts.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn propose(&mut self, appeal: AppealId, proposal: &Proposal, now: Timestamp) -> Result<()> {
        const PROPOSE: &str = "INSERT INTO proposals (appeal_id, base, declared, created_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (appeal_id) DO UPDATE SET base = excluded.base, declared = excluded.declared, \
             created_at = excluded.created_at";
        on_tx!(self, db => {
            let query = sqlx::query(PROPOSE).bind(appeal).bind(&proposal.base).bind(&proposal.declared).bind(now);
            query.execute(db).await?.rows_affected()
        });
        Ok(())
    }

    /// As [`Store::proposal`], within the transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn proposal(&mut self, appeal: AppealId) -> Result<Option<Proposal>> {
        on_tx!(self, db => Ok(sqlx::query_as(PROPOSAL).bind(appeal).fetch_optional(db).await?))
    }

    /// Drops what was proposed for an appeal, as it was taken up, or not; false when nothing was.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn drop_proposal(&mut self, appeal: AppealId) -> Result<bool> {
        const DROP: &str = "DELETE FROM proposals WHERE appeal_id = $1";
        Ok(on_tx!(self, db => sqlx::query(DROP).bind(appeal).execute(db).await?.rows_affected()) > 0)
    }
}
