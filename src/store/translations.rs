//! Posts that are translations of others.

use super::{Result, Store, Tx, on, on_tx};
use crate::id::{PostId, RevisionId};

/// One language version of a post, as it is at present.
#[derive(Clone, Debug, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Translation {
    /// Its present revision.
    pub revision_id: RevisionId,
    /// Its language.
    pub language: String,
}

impl Store {
    /// The translations of the post that `revision` is of, which may be one of them; not the original, and none that were
    /// withdrawn, dropped or held back.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn translations(&self, revision: RevisionId) -> Result<Vec<Translation>> {
        const ALL: &str = "SELECT p.revision_id, r.language FROM posts p JOIN revisions r ON r.id = p.revision_id \
             WHERE p.state IN ('live', 'baseline') AND p.original_id = \
             (SELECT coalesce(q.original_id, q.id) FROM revisions v JOIN posts q ON q.id = v.post_id WHERE v.id = $1) \
             ORDER BY p.id";
        on!(self, db => Ok(sqlx::query_as(ALL).bind(revision).fetch_all(db).await?))
    }
}

impl Tx {
    /// Notes what a post says it is a translation of; nothing makes it an original again.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn set_translation(&mut self, post: PostId, of: Option<&str>) -> Result<()> {
        const SET: &str = "UPDATE posts SET translation_key = $2, original_id = NULL \
                           WHERE id = $1 AND coalesce(translation_key, '') <> coalesce($2, '')";
        on_tx!(self, db => sqlx::query(SET).bind(post).bind(of).execute(db).await?.rows_affected());
        Ok(())
    }

    /// Finds the originals of translations that have none yet: a guid or a file of the same source, or the page of any. A
    /// translation keeps its original when that is renamed.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn link_translations(&mut self) -> Result<u64> {
        // Each by an index of its own; those without an original are few.
        const LINK: &str = "UPDATE posts SET original_id = coalesce( \
             (SELECT min(o.id) FROM posts o WHERE o.source_id = posts.source_id AND o.guid = posts.translation_key \
              AND o.translation_key IS NULL), \
             (SELECT min(o.id) FROM posts o WHERE o.source_id = posts.source_id AND o.path = posts.translation_key \
              AND o.translation_key IS NULL), \
             (SELECT min(o.id) FROM posts o WHERE o.canonical_url = posts.translation_key \
              AND o.translation_key IS NULL)) \
             WHERE translation_key IS NOT NULL AND original_id IS NULL";
        Ok(on_tx!(self, db => sqlx::query(LINK).execute(db).await?.rows_affected()))
    }
}
