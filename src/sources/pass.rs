//! One pass over a source, of whatever kind: what it brings to be taken in.

use std::collections::BTreeSet;

use super::problem::Problem;
use crate::appeals::declared::Declared;
use crate::clock::Timestamp;
use crate::posts::content::Content;

/// One item found in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The file, below the source's folder; nothing where the source has no files.
    pub path: Option<String>,
    /// The name by which the source itself tells it apart.
    pub guid: Option<String>,
    /// What it says.
    pub content: Content,
    /// The urgent mark that it carries.
    pub urgent: Option<Declared>,
}

/// What one pass over a source brought.
#[derive(Clone, Debug, Default)]
pub struct Pass {
    /// What is new or was changed since the last pass that was accepted.
    pub found: Vec<Found>,
    /// All that is wrong now, whether or not it was before.
    pub problems: Vec<Problem>,
    /// The path of every file that may be a post, read or not.
    pub present: BTreeSet<String>,
    /// Whether the source could be read at all.
    pub readable: bool,
    /// Whether all of it could be listed, it is not empty and nothing is being written: what is not there was deleted.
    /// Never so for a feed, which shows only its newest items.
    pub complete: bool,
    /// Whether a file was left for later because it is being written.
    pub settling: bool,
    /// Whether the set of files is another one than at the last pass that was accepted.
    pub changed: bool,
    /// How to ask next time for what changed only, where the source was read whole and has an answer to that.
    pub validators: Option<Validators>,
    /// Before when the source does not want to be asked again.
    pub retry_at: Option<Timestamp>,
}

/// What is urgent in a source, read before the rest of it.
#[derive(Clone, Debug, Default)]
pub struct Urgent {
    /// Posts that call themselves urgent and are new or were changed, each with its translations.
    pub found: Vec<Found>,
    /// The path of every file that may be a post, read or not.
    pub present: BTreeSet<String>,
    /// Every file that is new or was changed, urgent or not.
    pub changed: Vec<Changed>,
}

/// A file that is new or was changed, of which little was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Below the source's folder.
    pub path: String,
    /// Whether its front matter has a guid: then it may be another post than the one that was in it.
    pub has_guid: bool,
}

/// What a server said about a feed, by which it knows what we have (RFC 9110 section 8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// The address that was asked; for another one they mean nothing.
    pub url: String,
    /// The `ETag`, as it came.
    pub etag: Option<String>,
    /// The `Last-Modified`, as it came.
    pub last_modified: Option<String>,
}

impl Pass {
    /// A pass over a source that could not be read.
    pub fn failed(why: impl Into<String>) -> Self {
        Self { problems: vec![Problem::new("", why)], ..Self::default() }
    }
}
