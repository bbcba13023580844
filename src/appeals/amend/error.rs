//! Why an appeal stays as it is.

use crate::appeals::AppealState;
use crate::appeals::event::EventError;
use crate::appeals::mark::MarkError;
use crate::clock::Timestamp;
use crate::id::AppealId;
use crate::store::StoreError;

/// Why an appeal stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum AmendError {
    /// There is no such appeal.
    #[error("there is no appeal {0}; see `handbill appeals list`")]
    Missing(AppealId),
    /// It was called off or taken back.
    #[error("appeal {0} is {1}; nothing more can be changed about it")]
    Closed(AppealId, AppealState),
    /// It is over.
    #[error("appeal {0} is over; nobody needs to hear of a change any more")]
    Over(AppealId),
    /// It has no such event.
    #[error("appeal {0} has no event {1}; it has {2}")]
    NoEvent(AppealId, usize, usize),
    /// One that is over is not taken away.
    #[error("event {1} of appeal {0} is over; nobody needs to hear any more that it is off")]
    EventOver(AppealId, usize),
    /// Nothing would be left that anybody could come to.
    #[error("no other event of appeal {0} is still ahead; call it off with `handbill appeals cancel {0}`")]
    LastEvent(AppealId),
    /// Which event is meant?
    #[error("appeal {0} has {1} events; say which with --event 1 to --event {1}")]
    Which(AppealId, usize),
    /// An event cannot be used.
    #[error("event {number}: {error}")]
    Event {
        /// Which, from 1.
        number: usize,
        /// Why.
        error: EventError,
    },
    /// It has no event yet.
    #[error("appeal {0} has no event; change its region or deadline, or add an event with --add")]
    NoEvents(AppealId),
    /// The region is unknown.
    #[error(transparent)]
    Region(EventError),
    /// The deadline is no use.
    #[error("the deadline {0} has passed")]
    Deadline(Timestamp),
    /// Its source says what it said.
    #[error("nothing is proposed for appeal {0}; see `handbill status`")]
    NotProposed(AppealId),
    /// Its source makes no urgent mark any more.
    #[error("its source calls it urgent no more: `handbill appeals cancel {0}` or `handbill appeals dismiss {0}`")]
    NoMore(AppealId),
    /// Its source's mark cannot be read.
    #[error("what is proposed cannot be read: {0}")]
    Unreadable(String),
    /// The deadline comes when all events are over.
    #[error("the deadline {deadline} comes after the last event has ended, at {end}; nobody could come any more")]
    LateDeadline {
        /// What was said.
        deadline: Timestamp,
        /// When the last event ends.
        end: Timestamp,
    },
    /// It would be held for too long.
    #[error("it would be held until {until}, and nobody is told of it after {end}; give a shorter --hold")]
    LateHold {
        /// When the hold would end.
        until: Timestamp,
        /// Nobody is called, or corrected where it has begun, from then on.
        end: Timestamp,
    },
    /// It is held, and would be for too long.
    #[error(
        "appeal {appeal} was marked with a hold until {until}, and nobody would be called after {end}; take it back with \
         `handbill appeals cancel {appeal}` and mark it anew with a shorter --hold"
    )]
    StillHeld {
        /// The appeal.
        appeal: AppealId,
        /// When its hold ends.
        until: Timestamp,
        /// Nobody would be called from then on.
        end: Timestamp,
    },
    /// Everything stays as it was.
    #[error("this changes nothing about appeal {0}")]
    Unchanged(AppealId),
    /// It was amended by somebody else meanwhile.
    #[error("appeal {0} was changed by somebody else meanwhile; look at it again")]
    Overtaken(AppealId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AmendError {
    pub(in crate::appeals) fn marking(error: MarkError) -> Self {
        match error {
            MarkError::Event { number, error } => Self::Event { number, error },
            MarkError::Region(error) => Self::Region(error),
            MarkError::Store(error) => Self::Store(error),
            other => Self::Event { number: 1, error: EventError { field: "event", message: other.to_string() } },
        }
    }
}
