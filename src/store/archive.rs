//! What the public pages read: earlier mailings, topics, and in which language a mail was written.

use super::{Result, Store, on};
use crate::clock::Timestamp;
use crate::editions::archive::Issue;
use crate::id::{AppealId, EditionId, PostId, RevisionId, SubscriberId, VersionId};
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
    /// Its beginning, plain.
    pub excerpt: String,
    /// Its body, sanitised.
    pub html: String,
}

/// Which mailings are listed.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// Those made before this one.
    pub before: EditionId,
    /// Those sent at this time or later.
    pub from: Timestamp,
    /// Those sent earlier than this.
    pub until: Timestamp,
    /// Whether appeals, their corrections and cancellations are among them, and not digests alone.
    pub urgent: bool,
}

impl Stretch {
    /// All mailings there are.
    pub const ALL: Self =
        Self { before: EditionId(i64::MAX), from: Timestamp(i64::MIN), until: Timestamp(i64::MAX), urgent: true };
}

/// When a mailing was due. The slot of a reminder is the event that it is about.
macro_rules! sent_at {
    () => {
        "CASE WHEN e.kind = 'digest' THEN coalesce(e.slot_at, e.created_at) ELSE coalesce(e.hold_until, e.created_at) END"
    };
}

/// Mailings as the archive knows them. Of an appeal whose post was withdrawn there is no title any more.
macro_rules! issues {
    ($($condition:tt)*) => {
        concat!(
            "SELECT e.id, e.kind, e.cadence, ",
            sent_at!(),
            " AS sent_at, e.appeal_version_id AS version, \
             CASE WHEN p.state NOT IN ('withdrawn', 'dropped') THEN r.title END AS title, r.language FROM editions e \
             LEFT JOIN appeal_versions v ON v.id = e.appeal_version_id LEFT JOIN revisions r ON r.id = v.revision_id \
             LEFT JOIN posts p ON p.id = r.post_id WHERE ",
            $($condition)*
        )
    };
}

/// What is listed: nothing that a person may still take back has a variant. A reminder says nothing that its appeal does
/// not, and of one that was replaced before anybody had it nobody needs to know.
macro_rules! listed {
    () => {
        "e.kind IN ('digest', 'appeal', 'correction', 'cancellation') AND (e.kind <> 'digest' OR e.cadence IS NOT NULL) \
         AND (e.state IN ('sending', 'done') OR (e.state = 'superseded' AND EXISTS (SELECT 1 FROM deliveries d \
         WHERE d.edition_id = e.id AND d.state IN ('accepted', 'unknown')))) \
         AND EXISTS (SELECT 1 FROM variants w WHERE w.edition_id = e.id AND (e.kind <> 'digest' OR w.items <> ''))"
    };
}

impl Store {
    /// Up to `limit` mailings to the list that are being sent or were, newest first; digests without posts are left out.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn archived_editions(&self, which: Stretch, limit: i64) -> Result<Vec<Issue>> {
        const PAGE: &str = issues!(
            "e.id < $1 AND ",
            sent_at!(),
            " >= $2 AND ",
            sent_at!(),
            " < $3 AND ($4 OR e.kind = 'digest') AND ",
            listed!(),
            " ORDER BY e.id DESC LIMIT $5"
        );
        on!(self, db => {
            let query = sqlx::query_as(PAGE).bind(which.before).bind(which.from).bind(which.until).bind(which.urgent);
            Ok(query.bind(limit).fetch_all(db).await?)
        })
    }

    /// When the last listed mailing before `until` was sent.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn archived_last(&self, until: Timestamp) -> Result<Option<Timestamp>> {
        const LAST: &str =
            concat!("SELECT max(", sent_at!(), ") FROM editions e WHERE ", sent_at!(), " < $1 AND ", listed!());
        on!(self, db => Ok(sqlx::query_scalar(LAST).bind(until).fetch_one(db).await?))
    }

    /// One mailing that is being sent or was, also while its last deliveries are written or it is held back: those who have
    /// it already follow its links.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn archived_edition(&self, id: EditionId) -> Result<Option<Issue>> {
        const ONE: &str = issues!(
            "e.id = $1 AND ((e.kind = 'digest' AND e.cadence IS NOT NULL \
             AND e.state IN ('planning', 'paused', 'sending', 'done')) \
             OR (e.kind IN ('appeal', 'reminder', 'correction', 'cancellation') \
             AND e.state IN ('planning', 'paused', 'sending', 'done', 'superseded') \
             AND EXISTS (SELECT 1 FROM variants w WHERE w.edition_id = e.id)))"
        );
        on!(self, db => Ok(sqlx::query_as(ONE).bind(id).fetch_optional(db).await?))
    }

    /// The latest listed mailing about an appeal that brings a later version of it than this.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn archived_after(&self, appeal: AppealId, version: VersionId) -> Result<Option<EditionId>> {
        const AFTER: &str = concat!(
            "SELECT max(e.id) FROM editions e WHERE e.appeal_id = $1 AND e.appeal_version_id > $2 AND ",
            listed!()
        );
        on!(self, db => Ok(sqlx::query_scalar(AFTER).bind(appeal).bind(version).fetch_one(db).await?))
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
                "SELECT r.post_id, coalesce(p.original_id, p.id) AS original_id, r.title, r.url, r.language, r.topics, r.published_at, r.excerpt, r.html \
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
