//! Why a post was not marked.

use crate::appeals::event::EventError;
use crate::clock::Timestamp;
use crate::id::{AppealId, PostId};
use crate::store::StoreError;

/// Why a post was not marked.
#[derive(Debug, thiserror::Error)]
pub enum MarkError {
    /// There is no such post.
    #[error("there is no post {0}; see `handbill posts list`")]
    NoPost(PostId),
    /// Its file is gone.
    #[error("post {0} was withdrawn; put its file back first")]
    Withdrawn(PostId),
    /// It is one already.
    #[error("post {0} is appeal {1} already; change it with `handbill appeals amend {1}`")]
    Already(PostId, AppealId),
    /// It was one, and people had that.
    #[error("post {0} was appeal {1}, which is over and which people had; what is to come needs a post of its own")]
    Over(PostId, AppealId),
    /// It was one, and was called off.
    #[error("post {0} was appeal {1}, which was called off; what takes place after all needs a post of its own")]
    CalledOff(PostId, AppealId),
    /// It is another one in another language.
    #[error("post {0} is a translation of post {1}; mark that one, and each reader gets it in their language")]
    Translation(PostId, PostId),
    /// An event cannot be used.
    #[error("event {number}: {error}")]
    Event {
        /// Which, from 1.
        number: usize,
        /// Why.
        error: EventError,
    },
    /// The region is unknown.
    #[error(transparent)]
    Region(EventError),
    /// It has neither an event nor a deadline.
    #[error("say when it is over: an appeal needs an event (--starts) or a deadline (--deadline)")]
    NoEnd,
    /// Its deadline is no use.
    #[error("the deadline {0} has passed; nobody would be called")]
    Deadline(Timestamp),
    /// Its deadline comes when all its events are over.
    #[error("the deadline {deadline} comes after the last event has ended, at {end}; nobody could come any more")]
    LateDeadline {
        /// What was said.
        deadline: Timestamp,
        /// When the last event ends.
        end: Timestamp,
    },
    /// Its hold ends when nobody may be called any more.
    #[error("its hold would last until {until}, and nobody is called after {deadline}; give a shorter one with --hold")]
    LateHold {
        /// When the hold would end.
        until: Timestamp,
        /// Nobody is called from then on.
        deadline: Timestamp,
    },
    /// It has begun, and nobody said for how long people are still to be called.
    #[error("the last event began at {0}; to call people to it while it lasts, say until when, with a deadline")]
    Begun(Timestamp),
    /// It may be a mistake; a person has to say that it is none.
    #[error("{}; look again, and add --yes if it is right", .0.join("; "))]
    Doubts(Vec<String>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
