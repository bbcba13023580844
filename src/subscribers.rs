//! Subscribers: who is on the list, what they asked for, and how they leave.

use crate::text_enum::text_enum;

text_enum! {
    /// How often somebody wants digests.
    pub enum Cadence {
        /// A mail for each new post.
        Each = "each",
        /// At most one a day.
        Daily = "daily",
        /// At most one a week.
        Weekly = "weekly",
        /// At most one a month.
        Monthly = "monthly",
    }
}

text_enum! {
    /// Where somebody stands on the list.
    pub enum SubscriberState {
        /// Asked to join and has not confirmed yet.
        Pending = "pending",
        /// Confirmed; gets mail unless suppressed.
        Active = "active",
        /// An empty row that keeps the ledger whole.
        Erased = "erased",
    }
}

text_enum! {
    /// Why an address must not be mailed, the later ones outweighing the earlier.
    pub enum SuppressionReason {
        /// The person left.
        Left = "left",
        /// The person had their data erased.
        Erased = "erased",
        /// The mailbox does not exist.
        Dead = "dead",
        /// An admin said so.
        Manual = "manual",
        /// The person reported mail as spam.
        Complaint = "complaint",
    }
}
