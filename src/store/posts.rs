//! Posts and their revisions.

use serde::{Serialize, Serializer};

use super::{Result, Store, Tx, on, on_tx};
use crate::clock::Timestamp;
use crate::id::{PostId, RevisionId, SourceId};
use crate::posts::PostState;
use crate::posts::content::Content;
use crate::posts::matching::{NameKind, Names};
use crate::topics::Topics;

/// What a found item is compared with.
#[derive(Clone, Debug, sqlx_macros::FromRow)]
pub struct Known {
    /// The row's number.
    pub id: PostId,
    /// Where it stands.
    pub state: PostState,
    /// The source's own name for it.
    pub guid: Option<String>,
    /// Its URL, canonical.
    pub canonical_url: Option<String>,
    /// Its file.
    pub path: Option<String>,
    /// The hash of its title and text.
    pub text_hash: Vec<u8>,
    /// When it was first seen.
    pub first_seen_at: Timestamp,
    /// When its feed last showed it; of a file, when it was first seen.
    pub last_seen_at: Timestamp,
    /// When its present revision says that it was published.
    pub published_at: Timestamp,
    /// The hash of its present revision.
    pub hash: Vec<u8>,
    /// The number of its present revision, from 1.
    pub number: i32,
    /// The urgent mark that its source made.
    pub declared: Option<String>,
}

impl Known {
    /// The name of one kind by which it goes now.
    pub fn name(&self, kind: NameKind) -> Option<&str> {
        match kind {
            NameKind::Guid => self.guid.as_deref(),
            NameKind::Url => self.canonical_url.as_deref(),
            NameKind::Path => self.path.as_deref(),
        }
    }

    /// Whether its file was deleted.
    pub fn is_withdrawn(&self) -> bool {
        self.state == PostState::Withdrawn
    }
}

/// A post that is seen for the first time.
#[derive(Clone, Copy, Debug)]
pub struct NewPost<'a> {
    /// Where it was found.
    pub source: SourceId,
    /// Where it stands.
    pub state: PostState,
    /// How it is recognised.
    pub names: &'a Names,
    /// What it says.
    pub content: &'a Content,
}

/// A post as lists show it.
#[derive(Clone, Debug, Serialize, sqlx_macros::FromRow)]
pub struct Post {
    /// The row's number.
    pub id: PostId,
    /// The name of its source.
    pub source: String,
    /// Where it stands.
    pub state: PostState,
    /// Its file, below the source's folder.
    pub path: Option<String>,
    /// When Handbill first saw it.
    pub first_seen_at: Timestamp,
    /// The tick from which digests count it.
    pub listed_at: Option<Timestamp>,
    /// Its present revision.
    #[serde(skip)]
    pub revision_id: RevisionId,
    /// How often its content was seen to change, plus one.
    pub revision: i32,
    /// When it says it was published.
    pub published_at: Timestamp,
    /// Its title.
    pub title: String,
    /// Where it is to be read.
    pub url: Option<String>,
    /// Its language.
    pub language: String,
    /// What it is about, with `;` between.
    #[serde(serialize_with = "as_list")]
    pub topics: String,
    /// Its beginning, plain.
    pub excerpt: String,
}

fn as_list<S: Serializer>(topics: &str, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    Topics::parse(topics).serialize(serializer)
}

const POSTS: &str = "SELECT p.id, s.name AS source, p.state, p.path, p.first_seen_at, p.listed_at, p.revision_id, \
                     r.number AS revision, r.published_at, r.title, r.url, r.language, r.topics, r.excerpt \
                     FROM posts p JOIN sources s ON s.id = p.source_id JOIN revisions r ON r.id = p.revision_id ";

fn sql(rest: &str) -> sqlx::AssertSqlSafe<String> {
    // Only constants of this file are joined here.
    sqlx::AssertSqlSafe(format!("{POSTS}{rest}"))
}

impl Store {
    /// The newest `limit` posts before `before`, of all states or of one.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn posts(&self, state: Option<PostState>, before: PostId, limit: i64) -> Result<Vec<Post>> {
        const ALL: &str = "WHERE p.id < $1 ORDER BY p.id DESC LIMIT $2";
        const OF_STATE: &str = "WHERE p.id < $1 AND p.state = $3 ORDER BY p.id DESC LIMIT $2";
        on!(self, db => {
            let query = sqlx::query_as(sql(if state.is_some() { OF_STATE } else { ALL })).bind(before).bind(limit);
            let query = if let Some(state) = state { query.bind(state) } else { query };
            Ok(query.fetch_all(db).await?)
        })
    }

    /// One post.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn post(&self, id: PostId) -> Result<Option<Post>> {
        on!(self, db => Ok(sqlx::query_as(sql("WHERE p.id = $1")).bind(id).fetch_optional(db).await?))
    }

    /// All posts of a source, as found items are compared with them.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn known_posts(&self, source: SourceId) -> Result<Vec<Known>> {
        const KNOWN: &str = "SELECT p.id, p.state, p.guid, p.canonical_url, p.path, p.text_hash, p.first_seen_at, \
             coalesce(p.last_seen_at, p.first_seen_at) AS last_seen_at, r.published_at, r.hash, r.number, p.declared \
             FROM posts p JOIN revisions r ON r.id = p.revision_id WHERE p.source_id = $1 ORDER BY p.id";
        on!(self, db => Ok(sqlx::query_as(KNOWN).bind(source).fetch_all(db).await?))
    }

    /// How many posts are in `state`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn count_posts(&self, state: PostState) -> Result<i64> {
        const COUNT: &str = "SELECT count(*) FROM posts WHERE state = $1";
        on!(self, db => Ok(sqlx::query_scalar(COUNT).bind(state).fetch_one(db).await?))
    }
}

impl Tx {
    /// Adds a post with its first revision. It is not listed yet.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn add_post(&mut self, new: &NewPost<'_>, now: Timestamp) -> Result<PostId> {
        // The revision needs the post's number, and takes its place within the transaction.
        const ADD: &str = "INSERT INTO posts (source_id, state, guid, canonical_url, path, text_hash, first_seen_at, \
                           revision_id) VALUES ($1, $2, $3, $4, $5, $6, $7, 0) RETURNING id";
        let names = new.names;
        let id: PostId = on_tx!(self, db => {
            let query = sqlx::query_scalar(ADD).bind(new.source).bind(new.state).bind(&names.guid).bind(&names.url);
            query.bind(&names.path).bind(names.text.as_slice()).bind(now).fetch_one(db).await?
        });
        self.add_revision(id, 1, new.content, now, now).await?;
        self.set_translation(id, new.content.translation_of.as_deref()).await?;
        Ok(id)
    }

    /// Adds a revision and makes it the post's present one. Where the content names no date of publication, it is
    /// `first_seen_at`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn add_revision(
        &mut self,
        post: PostId,
        number: i32,
        content: &Content,
        first_seen_at: Timestamp,
        now: Timestamp,
    ) -> Result<RevisionId> {
        const ADD: &str = "INSERT INTO revisions (post_id, number, seen_at, published_at, title, url, language, topics, \
             excerpt, html, text, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id";
        const SET: &str = "UPDATE posts SET revision_id = $2 WHERE id = $1";
        let id: RevisionId = on_tx!(self, db => {
            let query = sqlx::query_scalar(ADD).bind(post).bind(number).bind(now);
            let query = query.bind(content.published_at.unwrap_or(first_seen_at)).bind(&content.title).bind(&content.url);
            let query = query.bind(&content.language).bind(content.topics.to_string()).bind(&content.excerpt);
            let hash = content.hash();
            query.bind(&content.html).bind(&content.text).bind(hash.as_slice()).fetch_one(db).await?
        });
        on_tx!(self, db => sqlx::query(SET).bind(post).bind(id).execute(db).await?.rows_affected());
        Ok(id)
    }

    /// Notes that a feed shows a post at this time.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn see_post(&mut self, id: PostId, now: Timestamp) -> Result<()> {
        const SEE: &str = "UPDATE posts SET last_seen_at = $2 WHERE id = $1";
        on_tx!(self, db => sqlx::query(SEE).bind(id).bind(now).execute(db).await?.rows_affected());
        Ok(())
    }

    /// Withdraws a post, and remembers where it stood.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn withdraw_post(&mut self, id: PostId) -> Result<()> {
        const WITHDRAW: &str =
            "UPDATE posts SET former_state = state, state = 'withdrawn' WHERE id = $1 AND state <> 'withdrawn'";
        on_tx!(self, db => sqlx::query(WITHDRAW).bind(id).execute(db).await?.rows_affected());
        Ok(())
    }

    /// Puts a withdrawn post back where it stood. One that no digest has had is listed anew, or those whose digests
    /// went out meanwhile would never get it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn return_post(&mut self, id: PostId) -> Result<()> {
        const RETURN: &str = "UPDATE posts SET state = coalesce(former_state, 'baseline'), former_state = NULL \
                              WHERE id = $1 AND state = 'withdrawn'";
        on_tx!(self, db => sqlx::query(RETURN).bind(id).execute(db).await?.rows_affected());
        self.forget_listing(id).await
    }

    /// Takes a post's place in the order of listing away, unless a digest has had it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn forget_listing(&mut self, id: PostId) -> Result<()> {
        // Only a digest that was cut off after the post was listed can have it.
        const FORGET: &str = "UPDATE posts SET listed_at = NULL WHERE id = $1 AND listed_at IS NOT NULL AND NOT EXISTS ( \
             SELECT 1 FROM editions e JOIN variants v ON v.edition_id = e.id \
             JOIN revisions r ON ';' || v.items LIKE '%;' || r.id || '.%' \
             WHERE r.post_id = $1 AND e.kind = 'digest' AND e.cut_off_at >= posts.listed_at)";
        on_tx!(self, db => sqlx::query(FORGET).bind(id).execute(db).await?.rows_affected());
        Ok(())
    }

    /// Lists the live posts that are not listed yet, with a tick of the post clock; says how many.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn list_live_posts(&mut self, now: Timestamp) -> Result<u64> {
        // One whose appeal a person may still take back waits: else a digest could tell of it first.
        const WHICH: &str = "state = 'live' AND listed_at IS NULL AND NOT EXISTS (SELECT 1 FROM appeals a \
             JOIN editions e ON e.appeal_id = a.id \
             WHERE a.post_id = coalesce(posts.original_id, posts.id) AND e.kind = 'appeal' \
             AND e.state IN ('planning', 'paused') AND e.hold_until > $1 AND a.state = 'open')";
        let count = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM posts WHERE {WHICH}"));
        let list = sqlx::AssertSqlSafe(format!("UPDATE posts SET listed_at = $2 WHERE {WHICH}"));
        let unlisted: i64 = on_tx!(self, db => sqlx::query_scalar(count).bind(now).fetch_one(db).await?);
        if unlisted == 0 {
            return Ok(0);
        }
        // Last, as the clock's row stays locked until the end.
        let tick = self.tick(now).await?;
        Ok(on_tx!(self, db => sqlx::query(list).bind(now).bind(tick).execute(db).await?.rows_affected()))
    }

    /// A post's state, its row locked until the end of the transaction; nothing where there is no such post.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn lock_post(&mut self, id: PostId) -> Result<Option<PostState>> {
        const LOCK: &str = "UPDATE posts SET state = state WHERE id = $1 RETURNING state";
        on_tx!(self, db => Ok(sqlx::query_scalar(LOCK).bind(id).fetch_optional(db).await?))
    }

    /// The number of a post's present revision.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn post_revision(&mut self, id: PostId) -> Result<Option<RevisionId>> {
        const ONE: &str = "SELECT revision_id FROM posts WHERE id = $1";
        on_tx!(self, db => Ok(sqlx::query_scalar(ONE).bind(id).fetch_optional(db).await?))
    }

    /// Puts a post into `state`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn set_post_state(&mut self, id: PostId, state: PostState) -> Result<()> {
        const SET: &str = "UPDATE posts SET state = $2 WHERE id = $1";
        on_tx!(self, db => sqlx::query(SET).bind(id).bind(state).execute(db).await?.rows_affected());
        Ok(())
    }
}
