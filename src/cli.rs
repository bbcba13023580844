//! The command line.

pub mod templates;
