//! Editions: one mailing each, whether a digest or a letter to one person.

pub mod archive;
pub mod brakes;
pub mod digest;
pub mod items;
pub mod letters;
pub mod planner;

use crate::text_enum::text_enum;

text_enum! {
    /// What a mailing is.
    pub enum EditionKind {
        /// The posts since the last digest.
        Digest = "digest",
        /// An urgent post with its events.
        Appeal = "appeal",
        /// A second word before an appeal's event starts.
        Reminder = "reminder",
        /// What changed about an appeal, to those who were told.
        Correction = "correction",
        /// That an appeal's event does not take place, to those who were told.
        Cancellation = "cancellation",
        /// Asks somebody whether they meant to subscribe.
        Confirmation = "confirmation",
        /// Greets somebody who has just confirmed.
        Welcome = "welcome",
        /// Brings somebody a fresh link to their preferences.
        Link = "link",
        /// Tells somebody that they have left.
        Goodbye = "goodbye",
        /// Tells whoever marked an appeal how a mailing about it ended.
        Result = "result",
        /// Tells staff that something is wrong, or is over. It is never in the ledger, as it must not wait in the queue.
        Notice = "notice",
    }
}

impl EditionKind {
    /// Whether this is a letter that one person's own doing called for, and not a mailing to the list.
    pub const fn is_letter(self) -> bool {
        matches!(self, Self::Confirmation | Self::Welcome | Self::Link | Self::Goodbye | Self::Result | Self::Notice)
    }

    /// Whether it goes to somebody as one who is on the list, and so has the list's headers and its ways out.
    pub const fn is_list_mail(self) -> bool {
        !self.is_letter() || matches!(self, Self::Welcome)
    }

    /// Where it stands in the queue.
    pub const fn lane(self) -> Lane {
        match self {
            Self::Digest => Lane::Bulk,
            Self::Confirmation | Self::Welcome | Self::Link | Self::Goodbye | Self::Result | Self::Notice => {
                Lane::Letter
            }
            Self::Appeal | Self::Reminder | Self::Correction | Self::Cancellation => Lane::Urgent,
        }
    }
}

/// The queues, first served first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx_macros::Type)]
#[repr(i16)]
pub enum Lane {
    /// Appeals and what follows from them.
    Urgent = 0,
    /// Letters that a person is waiting for.
    Letter = 1,
    /// Digests.
    Bulk = 2,
}

text_enum! {
    /// Where an edition stands.
    pub enum EditionState {
        /// Its deliveries are being written.
        Planning = "planning",
        /// All deliveries are written; some are still open.
        Sending = "sending",
        /// Held back by a person.
        Paused = "paused",
        /// Every delivery has ended.
        Done = "done",
        /// Stopped by a person; its open deliveries end as cancelled.
        Cancelled = "cancelled",
        /// Of an appeal that was amended or called off since; its open deliveries go over to the next version's mailing.
        Superseded = "superseded",
    }
}
