//! The names of posts: those that they go by, and those that they went by once.

use super::{Result, Store, Tx, on, on_tx};
use crate::id::{PostId, SourceId};
use crate::posts::matching::{NameKind, Names};

/// How many names are looked up at a time.
const AT_ONCE: usize = 500;

/// A name by which a post went once.
#[derive(Clone, Debug, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct FormerName {
    /// What kind of name.
    pub kind: NameKind,
    /// The name.
    pub name: String,
    /// Which post.
    pub post_id: PostId,
}

impl Store {
    /// Which posts of a source once went by these names of one kind.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn former_names(&self, source: SourceId, kind: NameKind, names: &[&str]) -> Result<Vec<FormerName>> {
        let mut former = Vec::new();
        for names in names.chunks(AT_ONCE) {
            let rows: Vec<FormerName> = on!(self, db => {
                let mut query =
                    sqlx::QueryBuilder::<Db>::new("SELECT kind, name, post_id FROM post_names WHERE source_id = ");
                query.push_bind(source).push(" AND kind = ").push_bind(kind).push(" AND name IN (");
                let mut list = query.separated(", ");
                for name in names {
                    list.push_bind(*name);
                }
                query.push(")");
                query.build_query_as().fetch_all(db).await?
            });
            former.extend(rows);
        }
        Ok(former)
    }
}

impl Tx {
    /// Gives a post the names under which it was found now. Those that it had stay known; a guid or URL that nothing takes
    /// the place of stays its own.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn rename_post(&mut self, id: PostId, names: &Names) -> Result<()> {
        const KEEP: &str = "INSERT INTO post_names (source_id, kind, name, post_id) \
             SELECT source_id, 'guid', guid, id FROM posts WHERE id = $1 AND guid <> $2 UNION ALL \
             SELECT source_id, 'url', canonical_url, id FROM posts WHERE id = $1 AND canonical_url <> $3 UNION ALL \
             SELECT source_id, 'path', path, id FROM posts WHERE id = $1 AND path <> $4 ON CONFLICT DO NOTHING";
        const RENAME: &str = "UPDATE posts SET guid = coalesce($2, guid), canonical_url = coalesce($3, canonical_url), \
                              path = coalesce($4, path), text_hash = $5 WHERE id = $1";
        on_tx!(self, db => {
            let keep = sqlx::query(KEEP).bind(id).bind(&names.guid).bind(&names.url).bind(&names.path);
            keep.execute(&mut *db).await?;
            let query = sqlx::query(RENAME).bind(id).bind(&names.guid).bind(&names.url).bind(&names.path);
            query.bind(names.text.as_slice()).execute(db).await?.rows_affected()
        });
        Ok(())
    }
}
