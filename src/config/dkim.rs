//! `[dkim]`: how mail is signed.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Config;
use crate::dkim::{Algorithm, record_name};

/// The longest name that DNS knows, in octets as it is written (RFC 1035 section 2.3.4).
const LONGEST_NAME: usize = 253;

/// `[dkim]`: signing mail (RFC 6376). Without it, the relay may sign.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dkim {
    /// The domain that signs; by default that of `site.sender`.
    #[serde(default)]
    pub domain: Option<String>,
    /// The name under which the RSA key is published.
    pub selector: String,
    /// The file of that key.
    pub key_file: PathBuf,
    /// The name under which an Ed25519 key is published, for a second signature.
    #[serde(default)]
    pub ed25519_selector: Option<String>,
    /// The file of that key.
    #[serde(default)]
    pub ed25519_key_file: Option<PathBuf>,
}

impl Dkim {
    /// The keys, each with its selector and its file.
    pub fn keys(&self) -> impl Iterator<Item = (Algorithm, &str, &Path)> {
        let second = self.ed25519_selector.as_deref().zip(self.ed25519_key_file.as_deref());
        let second = second.map(|(selector, file)| (Algorithm::Ed25519, selector, file));
        std::iter::once((Algorithm::Rsa, self.selector.as_str(), self.key_file.as_path())).chain(second)
    }
}

impl Config {
    /// The domain that signs mail.
    pub fn dkim_domain(&self) -> &str {
        let named = self.dkim.as_ref().and_then(|dkim| dkim.domain.as_deref());
        named.unwrap_or_else(|| self.site.sender.address.domain())
    }

    pub(super) fn validate_dkim(&self) -> Result<(), (&'static str, String)> {
        let Some(dkim) = &self.dkim else { return Ok(()) };
        let (domain, sender) = (self.dkim_domain(), self.site.sender.address.domain());
        if !is_name(domain) || !domain.contains('.') {
            return Err(("dkim.domain", "write a domain like campaign.example, in small letters".to_owned()));
        }
        // Receivers believe a signature of the domain that readers see as the sender's (DMARC, RFC 7489 section 3.1.1).
        let within = |inner: &str, outer: &str| inner.strip_suffix(outer).is_some_and(|rest| rest.ends_with('.'));
        if domain != sender && !within(sender, domain) && !within(domain, sender) {
            let why = format!(
                "mail of {sender} (site.sender) signed by {domain} does not count as signed by its sender; leave this out, \
                 or name {sender} or a domain above it"
            );
            return Err(("dkim.domain", why));
        }
        let selectors =
            [("dkim.selector", Some(&dkim.selector)), ("dkim.ed25519_selector", dkim.ed25519_selector.as_ref())];
        for (key, selector) in selectors.into_iter().filter_map(|(key, selector)| Some((key, selector?))) {
            check_selector(selector, domain).map_err(|why| (key, why))?;
        }
        if dkim.ed25519_selector.as_ref() == Some(&dkim.selector) {
            return Err(("dkim.ed25519_selector", "two keys cannot be published under one selector".to_owned()));
        }
        match (&dkim.ed25519_selector, &dkim.ed25519_key_file) {
            (Some(_), None) => Err(("dkim.ed25519_selector", "set dkim.ed25519_key_file too".to_owned())),
            (None, Some(_)) => Err(("dkim.ed25519_key_file", "set dkim.ed25519_selector too".to_owned())),
            _ => Ok(()),
        }
    }
}

/// Checks that a key can be published under this selector.
///
/// # Errors
///
/// When it cannot, with what to write.
pub fn check_selector(selector: &str, domain: &str) -> Result<(), String> {
    if !is_name(selector) {
        return Err("a selector is small letters, digits and dashes, such as handbill".to_owned());
    }
    if record_name(selector, domain).len() > LONGEST_NAME {
        return Err("the name of its DNS record would be too long; take a shorter one".to_owned());
    }
    Ok(())
}

/// Whether it is labels of small letters, digits and dashes with dots between (RFC 5321 section 4.1.2).
fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        (1..=63).contains(&label.len()) && label.chars().all(fits) && !label.starts_with('-') && !label.ends_with('-')
    };
    text.split('.').all(is_label)
}
