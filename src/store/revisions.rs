//! Posts as digests see them: listed, and as they were when planned.

use super::{Result, Store, Tx, on, on_tx};
use crate::clock::Timestamp;
use crate::id::AppealId;
use crate::id::{PostId, RevisionId};

/// A post that goes into digests, without its text.
#[derive(Clone, Debug, sqlx_macros::FromRow)]
pub struct ListedPost {
    /// Its present revision.
    pub revision_id: RevisionId,
    /// The tick from which digests count it.
    pub listed_at: Timestamp,
    /// When it says it was published.
    pub published_at: Timestamp,
    /// What it is about.
    pub topics: String,
    /// Its language.
    pub language: String,
    /// The post that it is a translation of, or itself.
    pub original_id: PostId,
    /// Whether it is a translation.
    pub is_translation: bool,
    /// The appeal that it is, unless that was taken back before anybody heard of it.
    pub appeal_id: Option<AppealId>,
}

/// A post's content at one time.
#[derive(Clone, Debug, sqlx_macros::FromRow)]
pub struct Revision {
    /// The row's number.
    pub id: RevisionId,
    /// The post it is of.
    pub post_id: PostId,
    /// The post that that is a translation of, or itself.
    pub original_id: PostId,
    /// When it says it was published.
    pub published_at: Timestamp,
    /// Its title.
    pub title: String,
    /// Where it is to be read.
    pub url: Option<String>,
    /// Its language.
    pub language: String,
    /// What it is about.
    pub topics: String,
    /// Its beginning, plain.
    pub excerpt: String,
    /// Its sanitised body.
    pub html: String,
    /// Its body as plain text.
    pub text: String,
}

impl Store {
    /// The posts listed after `after` and up to `cut_off`, latest listed first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn listed_posts(&self, after: Timestamp, cut_off: Timestamp) -> Result<Vec<ListedPost>> {
        const LISTED: &str = "SELECT p.revision_id, p.listed_at, r.published_at, r.topics, r.language, \
             coalesce(p.original_id, p.id) AS original_id, p.original_id IS NOT NULL AS is_translation, \
             a.id AS appeal_id FROM posts p JOIN revisions r ON r.id = p.revision_id \
             LEFT JOIN appeals a ON a.post_id = coalesce(p.original_id, p.id) AND a.state <> 'stopped' \
             WHERE p.listed_at > $1 AND p.listed_at <= $2 AND p.state = 'live' ORDER BY p.listed_at DESC";
        on!(self, db => Ok(sqlx::query_as(LISTED).bind(after).bind(cut_off).fetch_all(db).await?))
    }

    /// One revision.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn revision(&self, id: RevisionId) -> Result<Option<Revision>> {
        const ONE: &str = "SELECT r.id, r.post_id, coalesce(p.original_id, p.id) AS original_id, r.published_at, r.title, \
             r.url, r.language, r.topics, r.excerpt, r.html, r.text \
             FROM revisions r JOIN posts p ON p.id = r.post_id WHERE r.id = $1";
        on!(self, db => Ok(sqlx::query_as(ONE).bind(id).fetch_optional(db).await?))
    }
}

impl Tx {
    /// The title of a revision, also of one that was written in this transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn title(&mut self, id: RevisionId) -> Result<Option<String>> {
        const TITLE: &str = "SELECT title FROM revisions WHERE id = $1";
        on_tx!(self, db => Ok(sqlx::query_scalar(TITLE).bind(id).fetch_optional(db).await?))
    }
}
