//! Subscribers: who is on the list, what they asked for, and how they leave.

mod csv_cell;
pub mod export;
pub mod import;
pub mod list;
mod preferences;

use serde::Serialize;

use crate::address::Address;
use crate::clock::Timestamp;
use crate::id::SubscriberId;
use crate::text_enum::text_enum;

pub use list::{Added, Consent, LinkError, Newcomer};
pub use preferences::Preferences;

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

impl SuppressionReason {
    /// Whether the person's own double opt-in lifts it.
    pub const fn lifts(self) -> bool {
        matches!(self, Self::Left | Self::Erased | Self::Dead)
    }
}

/// Somebody on the list, opened. Only the one it concerns and admins may be shown it.
#[derive(Clone, Debug, Serialize)]
pub struct Subscriber {
    /// The row's number, which logs and audits may name.
    pub id: SubscriberId,
    /// The address as given; empty once erased.
    #[serde(serialize_with = "as_given")]
    pub address: Option<Address>,
    /// The name, if given.
    pub name: Option<String>,
    /// Where they stand.
    pub state: SubscriberState,
    /// Why they get no mail, if so.
    pub suppression: Option<SuppressionReason>,
    /// What they asked for.
    #[serde(flatten)]
    pub preferences: Preferences,
    /// No digests before this.
    pub paused_until: Option<Timestamp>,
    /// When the row was made.
    pub created_at: Timestamp,
    /// When they confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// Where consent came from: `web`, `import`, `cli`.
    pub consent_source: String,
    /// How and where consent was given, if noted.
    pub consent_note: Option<String>,
}

fn as_given<S: serde::Serializer>(address: &Option<Address>, serializer: S) -> Result<S::Ok, S::Error> {
    address.as_ref().map(Address::as_given).serialize(serializer)
}
