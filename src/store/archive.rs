//! What the public pages read: earlier digests, topics, and in which language a mail was written.

use super::{Result, Store, on};
use crate::clock::Timestamp;
use crate::editions::archive::Issue;
use crate::id::{EditionId, PostId, RevisionId, SubscriberId};
use crate::topics::Topics;

/// How many posts one page of the archive shows at most; well under the databases' limits of parameters.
const MAX_POSTS: usize = 500;

/// A post as it was sent.
#[derive(Clone, Debug, sqlx_macros::FromRow)]
pub struct ArchivedPost {
    /// The post.
    pub post_id: PostId,
    /// The post that it is a translation of, or itself.
    pub original_id: PostId,
    /// Its title.
    pub title: String,
    /// Where it is found on the web.
    pub url: Option<String>,
    /// Its language.
    pub language: String,
    /// Its topics, with `;` between.
    pub topics: String,
    /// Its date.
    pub published_at: Timestamp,
    /// Its body, sanitised.
    pub html: String,
}

impl Store {
    /// Up to `limit` digests before `before` that are being sent or were, newest first; those without posts are left
    /// out.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn archived_editions(&self, before: EditionId, limit: i64) -> Result<Vec<Issue>> {
        const PAGE: &str = "SELECT e.id, e.cadence, coalesce(e.slot_at, e.created_at) AS sent_at FROM editions e \
                            WHERE e.kind = 'digest' AND e.id < $1 AND e.state IN ('sending', 'done') \
                            AND e.cadence IS NOT NULL \
                            AND EXISTS (SELECT 1 FROM variants v WHERE v.edition_id = e.id AND v.items <> '') \
                            ORDER BY e.id DESC LIMIT $2";
        on!(self, db => Ok(sqlx::query_as(PAGE).bind(before).bind(limit).fetch_all(db).await?))
    }

    /// One digest that is being sent or was, also while its last deliveries are written or it is held back: those who have
    /// it already follow its links.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn archived_edition(&self, id: EditionId) -> Result<Option<Issue>> {
        const ONE: &str = "SELECT id, cadence, coalesce(slot_at, created_at) AS sent_at FROM editions \
                           WHERE id = $1 AND kind = 'digest' AND state IN ('planning', 'paused', 'sending', 'done') \
                           AND cadence IS NOT NULL";
        on!(self, db => Ok(sqlx::query_as(ONE).bind(id).fetch_optional(db).await?))
    }

    /// The different choices of posts in an edition's variants.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn archived_items(&self, id: EditionId) -> Result<Vec<String>> {
        const ITEMS: &str = "SELECT DISTINCT items FROM variants WHERE edition_id = $1";
        on!(self, db => Ok(sqlx::query_scalar(ITEMS).bind(id).fetch_all(db).await?))
    }

    /// These revisions, the newest post first and the newest revision of each first; at most 500, and none of a post
    /// that was withdrawn or dropped.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn archived_posts(&self, revisions: &[RevisionId]) -> Result<Vec<ArchivedPost>> {
        if revisions.is_empty() {
            return Ok(Vec::new());
        }
        on!(self, db => {
            let mut query = sqlx::QueryBuilder::<Db>::new(
                "SELECT r.post_id, coalesce(p.original_id, p.id) AS original_id, r.title, r.url, r.language, r.topics, r.published_at, r.html \
                 FROM revisions r JOIN posts p ON p.id = r.post_id \
                 WHERE p.state NOT IN ('withdrawn', 'dropped') AND r.id IN (",
            );
            let mut list = query.separated(", ");
            for revision in revisions.iter().rev().take(MAX_POSTS) {
                list.push_bind(*revision);
            }
            query.push(") ORDER BY coalesce(p.listed_at, p.first_seen_at) DESC, r.post_id DESC, r.id DESC");
            Ok(query.build_query_as().fetch_all(db).await?)
        })
    }

    /// The topics of the newest posts that can be read, in order.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn topics(&self) -> Result<Topics> {
        // Posts of the baseline are not mailed, but they show what the site writes about from its first day.
        const RECENT: &str = "SELECT DISTINCT r.topics FROM revisions r WHERE r.id IN \
                              (SELECT revision_id FROM posts WHERE state IN ('live', 'baseline') \
                              ORDER BY id DESC LIMIT 2000)";
        let texts: Vec<String> = on!(self, db => sqlx::query_scalar(RECENT).fetch_all(db).await?);
        Ok(Topics::new(texts))
    }

    /// The language of the mail that `edition` brought to `subscriber`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn mailed_language(&self, edition: EditionId, subscriber: SubscriberId) -> Result<Option<String>> {
        const LANGUAGE: &str = "SELECT v.language FROM deliveries d JOIN variants v ON v.id = d.variant_id \
                                WHERE d.edition_id = $1 AND d.subscriber_id = $2";
        on!(self, db => Ok(sqlx::query_scalar(LANGUAGE).bind(edition).bind(subscriber).fetch_optional(db).await?))
    }
}
