//! Sources: where posts come from.

pub mod feed;
pub mod folder;
pub mod front_matter;
pub mod pass;
pub mod problem;
mod pull;
mod walk;
mod watch;

pub use pull::{PullReport, SourceReport, pull};
pub use watch::watch;
