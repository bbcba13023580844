//! Earlier digests, as anybody may read them: the posts, and nothing of those they went to.

use std::collections::BTreeSet;

use crate::clock::Timestamp;
use crate::editions::items::Items;
use crate::id::{EditionId, PostId, RevisionId};
use crate::posts::translation;
use crate::store::archive::ArchivedPost;
use crate::store::{Store, StoreError};
use crate::subscribers::Cadence;

/// How many mailings a page of the list has.
const PAGE: usize = 30;

/// One earlier digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Issue {
    /// Its edition.
    pub id: EditionId,
    /// How often such a digest comes.
    pub cadence: Cadence,
    /// The slot it went out for.
    pub sent_at: Timestamp,
}

/// The digests before `before`, newest first, and whether there are older ones.
///
/// # Errors
///
/// When the store fails.
pub async fn list(store: &Store, before: EditionId) -> Result<(Vec<Issue>, bool), StoreError> {
    let mut issues = store.archived_editions(before, i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1)).await?;
    let more = issues.len() > PAGE;
    issues.truncate(PAGE);
    Ok((issues, more))
}

/// A digest with all posts that any of its readers had, newest first; `None` when there is no such digest, or it has
/// not been sent. A post that was withdrawn since is left out; of one that went out in several languages, the version for
/// who reads `languages`, the best first, is in it.
///
/// # Errors
///
/// When the store fails.
pub async fn show(
    store: &Store,
    id: EditionId,
    languages: &[&str],
) -> Result<Option<(Issue, Vec<ArchivedPost>)>, StoreError> {
    let Some(issue) = store.archived_edition(id).await? else { return Ok(None) };
    let items = store.archived_items(id).await?;
    let items = items.iter().filter_map(|items| items.parse::<Items>().ok());
    let revisions: BTreeSet<RevisionId> = items.flat_map(|items| items.0).map(|item| item.revision).collect();
    let mut posts = store.archived_posts(&revisions.into_iter().collect::<Vec<_>>()).await?;
    // A post that was edited while the digest was planned is shown once, in its last form: they come in that order.
    let mut seen = BTreeSet::new();
    posts.retain(|post| seen.insert(post.post_id));
    let mut places: Vec<(PostId, Vec<ArchivedPost>)> = Vec::new();
    for post in posts {
        match places.iter_mut().find(|(original, _)| *original == post.original_id) {
            Some((_, versions)) => versions.push(post),
            None => places.push((post.original_id, vec![post])),
        }
    }
    let theirs = places.into_iter().filter_map(|(_, mut versions)| {
        versions.sort_by_key(|version| version.post_id != version.original_id);
        translation::choose(&versions, |version| &version.language, languages).cloned()
    });
    Ok(Some((issue, theirs.collect())))
}
