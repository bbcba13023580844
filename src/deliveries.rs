//! Deliveries: one edition to one subscriber each, and the state it ends in.

use crate::text_enum::text_enum;

text_enum! {
    /// Where a delivery stands. All but the first two are final.
    pub enum DeliveryState {
        /// Waiting until it is due.
        Queued = "queued",
        /// In the hands of a dispatcher.
        Leased = "leased",
        /// The relay took it.
        Accepted = "accepted",
        /// The relay refused it for good.
        Refused = "refused",
        /// The person left, or must not be mailed.
        Suppressed = "suppressed",
        /// Its deadline passed.
        Expired = "expired",
        /// Its edition was stopped.
        Cancelled = "cancelled",
        /// It may or may not have arrived: the reply was lost.
        Unknown = "unknown",
    }
}
