//! The DNS record that publishes a key (RFC 6376 section 3.6).

use aws_lc_rs::error::Unspecified;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{DkimError, Key};

/// The most that one string of a TXT record holds, in octets (RFC 1035 section 3.3).
const STRING: usize = 255;

/// Where a key's record stands: under the selector in the domain that signs.
pub fn name(selector: &str, domain: &str) -> String {
    format!("{selector}._domainkey.{domain}")
}

/// A TXT record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its full name, without the last dot.
    pub name: String,
    /// What it says, all its strings in one.
    pub value: String,
}

impl Record {
    /// The record that publishes `key`.
    ///
    /// # Errors
    ///
    /// When the crypto library fails.
    pub fn of(key: &Key, selector: &str, domain: &str) -> Result<Self, DkimError> {
        let public = key.public().map_err(|Unspecified| DkimError::Library("write the public key"))?;
        let value = format!("v=DKIM1; k={}; p={}", key.algorithm().as_str(), STANDARD.encode(public));
        Ok(Self { name: name(selector, domain), value })
    }

    /// Its value in strings as long as DNS allows, which whoever reads it joins with nothing between.
    pub fn strings(&self) -> Vec<&str> {
        let mut strings = Vec::new();
        let mut rest = self.value.as_str();
        while !rest.is_empty() {
            // All of it is ASCII.
            let (string, more) = rest.split_at(rest.len().min(STRING));
            strings.push(string);
            rest = more;
        }
        strings
    }

    /// The line of a zone file (RFC 1035 section 5.1).
    pub fn zone_line(&self) -> String {
        let strings: Vec<String> = self.strings().iter().map(|string| format!("\"{string}\"")).collect();
        format!("{}. IN TXT ( {} )", self.name, strings.join(" "))
    }
}
