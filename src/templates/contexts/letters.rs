//! What letters to one person are given. None carries text that a visitor wrote.

use serde::Serialize;

use super::{Frame, Links, MAX_TEXT};
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

/// An earlier mailing.
#[derive(Clone, Debug, Serialize)]
pub struct Earlier {
    /// Its day, in words.
    pub day: String,
    /// Its page in the archive.
    pub url: String,
}

/// Greets somebody who has just confirmed, and is on the list now.
#[derive(Clone, Debug, Serialize)]
pub struct Welcome {
    /// Who is writing, and in which language.
    #[serde(flatten)]
    pub frame: Frame,
    /// How often they get digests.
    pub cadence: Cadence,
    /// Whether they get urgent appeals.
    pub alerts: bool,
    /// The region whose urgent appeals they get, besides those for everybody; nothing for all.
    pub region: Option<String>,
    /// The topics they chose among the site's own; empty for all.
    pub topics: Vec<String>,
    /// When the next digest is due, in words; nothing for those who get each post.
    pub next: Option<String>,
    /// The latest mailings before.
    pub earlier: Vec<Earlier>,
    /// Where the foot leads.
    pub links: Foot,
}

/// Where the foot of a letter to somebody on the list leads.
#[derive(Clone, Debug, Serialize)]
pub struct Foot {
    /// The page with the button that leaves.
    pub unsubscribe: String,
    /// The page that sends a fresh link to the preferences.
    pub preferences: String,
    /// Earlier mailings.
    pub archive: String,
}

impl Welcome {
    /// A welcome to somebody who wants this; its region shows only where it is one of `regions`.
    pub fn new(
        frame: Frame,
        wanted: &Preferences,
        regions: &[String],
        next: Option<String>,
        earlier: Vec<Earlier>,
        links: Links,
    ) -> Self {
        let Confirmation { frame, cadence, alerts, region, topics, .. } =
            Confirmation::new(frame, wanted, regions, String::new());
        let Links { unsubscribe, preferences, archive, .. } = links;
        let links = Foot { unsubscribe, preferences, archive };
        Self { frame, cadence, alerts, region, topics, next, earlier, links }
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
