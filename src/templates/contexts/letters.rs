//! What letters to one person are given. None carries text that a visitor wrote.

use serde::Serialize;

use super::{Frame, MAX_TEXT};
use crate::message::one_line;
use crate::regions;
use crate::subscribers::{Cadence, Preferences};

/// Asks somebody whether they meant to subscribe. It holds their choices but nothing that they wrote, not even a
/// name: anybody can have this letter sent to anybody.
#[derive(Clone, Debug, Serialize)]
pub struct Confirmation {
    /// Who is writing, and in which language.
    #[serde(flatten)]
    pub frame: Frame,
    /// How often they want digests.
    pub cadence: Cadence,
    /// Whether they want urgent appeals.
    pub alerts: bool,
    /// The region whose urgent appeals they get, besides those for everybody; nothing for all.
    pub region: Option<String>,
    /// The topics they chose among the site's own; empty for all.
    pub topics: Vec<String>,
    /// Where they say yes.
    pub confirm_url: String,
}

impl Confirmation {
    /// A confirmation of what was `wanted`. A visitor's own words must not get into it: its topics are the site's, and its
    /// region shows only where it is one of `regions`.
    pub fn new(frame: Frame, wanted: &Preferences, regions: &[String], confirm_url: String) -> Self {
        let region = wanted.region.as_deref().and_then(|region| regions::find(regions, region));
        Self {
            frame,
            cadence: wanted.cadence,
            alerts: wanted.alerts,
            region: region.map(|region| one_line(region, MAX_TEXT)),
            topics: wanted.topics.iter().map(|topic| one_line(topic, MAX_TEXT)).collect(),
            confirm_url,
        }
    }
}

/// Brings somebody a fresh link to their preferences, valid for an hour, once.
#[derive(Clone, Debug, Serialize)]
pub struct Link {
    /// Who is writing, and in which language.
    #[serde(flatten)]
    pub frame: Frame,
    /// The link.
    pub preferences_url: String,
}

/// Tells somebody that they have left.
#[derive(Clone, Debug, Serialize)]
pub struct Goodbye {
    /// Who is writing, and in which language.
    #[serde(flatten)]
    pub frame: Frame,
    /// Where they can subscribe again.
    pub return_url: String,
}
