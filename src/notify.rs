//! Staff are told, at night too, when something is wrong: once, and once when it is over.
//!
//! ```text
//! facts (from the store) -> conditions (pure) -> notices (a table, so that nodes tell once between them) -> channels
//! ```
//!
//! A notice knows which channels it still waits for. Whoever tells it takes it first; what fails is tried again with growing
//! pauses, by any node, and after a restart. Nothing in it is about people.

mod channels;
mod command;
pub mod conditions;
mod disk;
mod mail;
mod organiser;
pub mod tell;
mod watch;

use crate::text_enum::text_enum;

pub use channels::{Channel, Channels};
pub use disk::Disk;
pub use watch::{DiskReader, Notifier, run};

text_enum! {
    /// What staff are told about.
    pub enum NoticeKind {
        /// An appeal is due, and nothing of it gets out. The subject is the mailing's number.
        Stall = "stall",
        /// A relay cannot be reached, or turns us away. The subject is its name.
        Relay = "relay",
        /// A recipients' domain blocks our mail, also after a pause. The subject is a number, as its name is nobody's business.
        Domain = "domain",
        /// Some deliveries of an appeal were not sent before its deadline. The subject is the mailing's number.
        Expired = "expired",
        /// A source cannot be read. The subject is its name.
        Source = "source",
        /// There is little room left where the store lies. The subject is the machine's name.
        Disk = "disk",
        /// How a mailing about an appeal went, for whoever marked it. The subject is the mailing's number.
        Result = "result",
        /// Nothing is wrong; somebody tries the channels.
        Test = "test",
    }
}

impl NoticeKind {
    /// Whether it is told once and never over: nothing can make it well again.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Expired | Self::Result | Self::Test)
    }
}
