//! What a subscriber asked for.

use chrono_tz::Tz;
use serde::Serialize;

use super::Cadence;
use crate::topics::Topics;

/// What a subscriber asked for. Where nothing was chosen, the site's own holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preferences {
    /// How often digests come.
    pub cadence: Cadence,
    /// Whether urgent appeals come as well, at once.
    pub alerts: bool,
    /// Which topics; none chosen means all.
    pub topics: Topics,
    /// Where they live, for appeals of one region.
    pub region: Option<String>,
    /// The language of their mail, such as `ru`.
    pub language: Option<String>,
    /// The zone of their digests' hour, where `digests.local_time` is set.
    pub time_zone: Option<Tz>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            cadence: Cadence::Weekly,
            alerts: true,
            topics: Topics::default(),
            region: None,
            language: None,
            time_zone: None,
        }
    }
}
