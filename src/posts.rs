//! Posts: what was found in a source, recognised, cleaned and dated.

pub mod content;
pub(crate) mod cut;
mod html;
pub mod identity;
pub mod intake;
pub mod matching;
pub mod pictures;
mod plain;
pub mod review;
mod sanitise;
pub mod translation;

use crate::text_enum::text_enum;

text_enum! {
    /// Where a post stands.
    pub enum PostState {
        /// Was there at the source's first pass; never mailed.
        Baseline = "baseline",
        /// Goes into digests.
        Live = "live",
        /// Came with a flood; waits for a person.
        Held = "held",
        /// A person decided against it.
        Dropped = "dropped",
        /// Its file was deleted.
        Withdrawn = "withdrawn",
    }
}
