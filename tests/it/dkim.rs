//! Signed mail, as dkimpy finds it, which had no part in signing it.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

mod commands;
mod sent;
mod tampered;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use handbill::dkim::{Algorithm, Key, Record, Signer};

use crate::smtp::Taken;

const DOMAIN: &str = "campaign.example";

/// What dkimpy finds of the signatures of each message, from the top, if this is what DNS has.
fn verify(records: &[Record], messages: &[Vec<u8>]) -> Vec<Vec<String>> {
    let records: BTreeMap<&str, &str> =
        records.iter().map(|record| (record.name.as_str(), record.value.as_str())).collect();
    let messages: Vec<String> = messages.iter().map(|message| STANDARD.encode(message)).collect();
    let asked = serde_json::json!({ "records": records, "messages": messages });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/dkim-verify");
    let mut child = Command::new(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "dkimpy failed; see above");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Both kinds of keys, in a folder.
struct Keys {
    config: String,
    records: Vec<Record>,
    signer: Signer,
}

impl Keys {
    fn make(folder: &Path) -> Self {
        let (mut config, mut records, mut keys) = ("[dkim]\n".to_owned(), Vec::new(), Vec::new());
        for (algorithm, selector, prefix) in [(Algorithm::Rsa, "one", ""), (Algorithm::Ed25519, "two", "ed25519_")] {
            let file = folder.join(format!("{selector}.pem"));
            let key = Key::create(algorithm, &file).unwrap();
            records.push(Record::of(&key, selector, DOMAIN).unwrap());
            config += &format!("{prefix}selector = \"{selector}\"\n{prefix}key_file = \"{selector}.pem\"\n");
            keys.push((selector.to_owned(), key));
        }
        Self { config, records, signer: Signer::new(DOMAIN, keys) }
    }

    /// Looks that both signatures of each message are good.
    fn vouch_for(&self, messages: &[Vec<u8>]) {
        let found = verify(&self.records, messages);
        assert_eq!(found.len(), messages.len());
        for (found, message) in found.iter().zip(messages) {
            assert_eq!(found, &["good", "good"], "{}", String::from_utf8_lossy(message));
        }
    }
}

/// A message as its recipient's server has it: without the dots that SMTP adds (RFC 5321 section 4.5.2).
fn received(taken: &Taken) -> Vec<u8> {
    let lines = taken.data.split_inclusive("\r\n");
    lines.map(|line| line.strip_prefix('.').unwrap_or(line)).collect::<String>().into_bytes()
}

/// The names in the `h=` of the first signature, in small letters.
fn signed_names(message: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(message);
    let (_, rest) = text.split_once(" h=").unwrap();
    let (names, _) = rest.split_once(';').unwrap();
    names.split(':').map(|name| name.trim().to_lowercase()).collect()
}
