//! Sources: where posts come from.

pub mod folder;
pub mod front_matter;
pub mod problem;
mod walk;
