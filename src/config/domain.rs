//! `[[domain]]`: how fast mail goes to the recipients of one provider.

use serde::Deserialize;

use super::Config;
use crate::address::Address;
use crate::store::tallies::Limits;

/// `[[domain]]`: the domains of one provider, which share what they are given.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// What stands behind the @ of its addresses.
    pub names: Vec<String>,
    /// How many messages it may be given in a minute, evenly, by all nodes together; 0 for no limit.
    #[serde(default)]
    pub rate: u32,
    /// The same in an hour.
    #[serde(default)]
    pub rate_per_hour: u32,
    /// The same in a day.
    #[serde(default)]
    pub rate_per_day: u32,
}

impl Domain {
    /// Its names as they stand in addresses; nothing for what is no domain.
    pub fn addresses(&self) -> impl Iterator<Item = Option<Address>> + '_ {
        self.names.iter().map(|name| format!("somebody@{}", name.trim()).parse().ok())
    }

    /// What it may be given in an hour and in a day.
    pub fn limits(&self) -> Limits {
        Limits { hour: self.rate_per_hour, day: self.rate_per_day }
    }
}

impl Config {
    pub(super) fn validate_domains(&self) -> Result<(), (&'static str, String)> {
        let mut known: Vec<String> = Vec::new();
        for domain in &self.domains {
            let Some(first) = domain.names.first() else {
                return Err(("domain.names", "name at least one domain, like [\"example.org\"]".to_owned()));
            };
            if domain.rate == 0 && !domain.limits().any() {
                let why =
                    format!("`{first}` has no limit: give it a rate, rate_per_hour or rate_per_day, or leave it out");
                return Err(("domain.names", why));
            }
            for (name, address) in domain.names.iter().zip(domain.addresses()) {
                let Some(address) = address else {
                    return Err(("domain.names", format!("`{name}` is no domain; write what stands behind the @")));
                };
                if known.iter().any(|known| known == address.domain()) {
                    return Err(("domain.names", format!("`{name}` is there twice")));
                }
                known.push(address.domain().to_owned());
            }
        }
        Ok(())
    }
}
