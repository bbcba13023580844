//! What people do with posts: look at them, release what waits, drop what is not wanted.

use super::PostState;
use crate::appeals::declared::{self, Refusal};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::id::PostId;
use crate::store::{Store, StoreError, Tx};

/// Why a post cannot be released or dropped.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// There is none of this number.
    #[error("there is no post {0}; see `posts list`")]
    Missing(PostId),
    /// It is in a state from which this does not lead on.
    #[error("post {id} is {state}, and only {wanted} posts can be {done}")]
    State {
        /// Which post.
        id: PostId,
        /// Where it stands.
        state: PostState,
        /// Where it would have to stand.
        wanted: &'static str,
        /// What was to be done.
        done: &'static str,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Releases a held or dropped post: it goes into the digests from now on. One that digests have had keeps its place,
/// so that nobody gets it twice. One that its source marks as urgent becomes an appeal, or is an ordinary post for the
/// reason that is returned.
///
/// # Errors
///
/// When there is no such post, it is neither held nor dropped, or the database fails.
pub async fn release(
    store: &Store,
    config: &Config,
    id: PostId,
    actor: &str,
    now: Timestamp,
) -> Result<Option<Refusal>, ReviewError> {
    let mut tx = store.begin().await?;
    locked(&mut tx, id, &[PostState::Held, PostState::Dropped], "held or dropped", "released").await?;
    tx.set_post_state(id, PostState::Live).await?;
    tx.forget_listing(id).await?;
    let revision = match store.post(id).await? {
        Some(post) => store.revision(post.revision_id).await?,
        None => None,
    };
    let refusal = match revision {
        Some(revision) => declared::released(&mut tx, config, id, &revision, now).await?,
        None => None,
    };
    tx.list_live_posts(now).await?;
    done(tx, id, "post released", actor, now).await?;
    Ok(refusal)
}

/// Drops a held or live post: no digest that is planned from now on has it.
///
/// # Errors
///
/// When there is no such post, it is neither held nor live, or the database fails.
pub async fn drop_post(store: &Store, id: PostId, actor: &str, now: Timestamp) -> Result<(), ReviewError> {
    let mut tx = store.begin().await?;
    locked(&mut tx, id, &[PostState::Held, PostState::Live], "held or live", "dropped").await?;
    tx.set_post_state(id, PostState::Dropped).await?;
    done(tx, id, "post dropped", actor, now).await
}

/// Locks a post that stands in one of `from`, which is `wanted` in words, so that it can be `done` with as it says.
async fn locked(
    tx: &mut Tx,
    id: PostId,
    from: &[PostState],
    wanted: &'static str,
    done: &'static str,
) -> Result<(), ReviewError> {
    let state = tx.lock_post(id).await?.ok_or(ReviewError::Missing(id))?;
    if from.contains(&state) { Ok(()) } else { Err(ReviewError::State { id, state, wanted, done }) }
}

async fn done(mut tx: Tx, id: PostId, action: &str, actor: &str, now: Timestamp) -> Result<(), ReviewError> {
    tx.audit(now, actor, action, None, None, Some(&format!("post {id}"))).await?;
    tx.wake().await?;
    Ok(tx.commit().await?)
}
