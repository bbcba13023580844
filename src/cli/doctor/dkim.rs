//! Whether mail can be signed, and what has to be published for that.

use crate::clock::Timestamp;
use crate::config::Config;
use crate::dkim::{Signer, record_name};

/// Reads the keys, and signs with them. Nobody is asked what DNS says: what counts is what receivers see there.
pub(super) fn signs(config: &Config, now: Timestamp) -> anyhow::Result<String> {
    let Some(signer) = Signer::of(config)? else {
        return Ok("mail is not signed here; have the relay sign it, or see [dkim] in config.toml".to_owned());
    };
    signer.sign(b"From: a@example.org\r\n\r\nA test\r\n", now)?;
    let domain = signer.domain();
    let kinds: Vec<String> = signer.keys().map(|(_, key)| key.kind()).collect();
    let names: Vec<String> = signer.keys().map(|(selector, _)| record_name(selector, domain)).collect();
    Ok(format!(
        "can sign for {domain} ({}); whether DNS has {} was not looked at: compare what handbill keys dkim prints with what \
         dig +short TXT says",
        kinds.join(", "),
        names.join(" and "),
    ))
}
