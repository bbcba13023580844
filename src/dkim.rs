//! Signatures by which whoever gets a mail can tell that it is ours and was not changed (DKIM, RFC 6376).
//!
//! Both headers and body are signed in their relaxed form. Every header of the message is signed, and those that decide what a
//! reader is shown once more than they are there, so that none can be added either (section 8.15). docs/decisions/011 says why
//! this is not a library's.

mod key;
mod record;
mod relaxed;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::error::Unspecified;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::Semaphore;

use crate::clock::Timestamp;
use crate::config::Config;

pub use key::{Algorithm, Key};
pub use record::{Record, name as record_name};

/// Headers that nobody can add to a signed message: a second one, or a first where there is none, breaks the signature.
const SEALED: [&str; 7] = ["From", "To", "Subject", "Date", "Reply-To", "MIME-Version", "Content-Type"];
/// The longest line of the header that is added, in octets.
const LINE: usize = 76;

/// Why mail cannot be signed. It holds nothing of a key.
#[derive(Debug, thiserror::Error)]
pub enum DkimError {
    /// A key cannot be used.
    #[error("{option}: {why}")]
    Key {
        /// The key of the config that names the file.
        option: &'static str,
        /// What is wrong with the file, and what to do.
        why: String,
    },
    /// A key file cannot be made.
    #[error("cannot make {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The message has no end of its headers, or one that is no header.
    #[error("the message to be signed has no headers, a fault of ours")]
    Message,
    /// The crypto library refused; it should not happen.
    #[error("the crypto library failed to {0}")]
    Library(&'static str),
    /// The thread that signs is gone, as the program ends.
    #[error("the message was not signed, as the program ends")]
    Ended,
}

/// Signs messages for a domain, with one key or two.
#[derive(Clone, Debug)]
pub struct Signer(Arc<Keys>);

#[derive(Debug)]
struct Keys {
    domain: String,
    /// With the selector under which each is published.
    keys: Vec<(String, Key)>,
    /// One for each core: more threads would only take turns, and keep others from theirs.
    threads: Semaphore,
}

impl Signer {
    /// The signer that the config asks for, if it does. It reads the keys.
    ///
    /// # Errors
    ///
    /// When a key cannot be used.
    pub fn of(config: &Config) -> Result<Option<Self>, DkimError> {
        let Some(dkim) = &config.dkim else { return Ok(None) };
        let keys =
            dkim.keys().map(|(algorithm, selector, file)| Ok((selector.to_owned(), Key::read(algorithm, file)?)));
        let keys = keys.collect::<Result<_, DkimError>>()?;
        Ok(Some(Self::new(config.dkim_domain(), keys)))
    }

    /// A signer for `domain` with keys and their selectors; the first key's signature comes first.
    pub fn new(domain: &str, keys: Vec<(String, Key)>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self(Arc::new(Keys { domain: domain.to_owned(), keys, threads: Semaphore::new(cores) }))
    }

    /// The domain that it signs for.
    pub fn domain(&self) -> &str {
        &self.0.domain
    }

    /// Its keys with their selectors.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &Key)> {
        self.0.keys.iter().map(|(selector, key)| (selector.as_str(), key))
    }

    /// As [`Signer::sign`], on a thread where it keeps nobody waiting.
    ///
    /// # Errors
    ///
    /// As for [`Signer::sign`], and when the program ends.
    pub async fn sign_aside(&self, message: Vec<u8>, at: Timestamp) -> Result<Vec<u8>, DkimError> {
        let _thread = self.0.threads.acquire().await.map_err(|_| DkimError::Ended)?;
        let signer = self.clone();
        tokio::task::spawn_blocking(move || signer.sign(&message, at)).await.map_err(|_| DkimError::Ended)?
    }

    /// The message with its signatures before it; `at` is when that was.
    ///
    /// # Errors
    ///
    /// When it is no message, or the crypto library fails.
    pub fn sign(&self, message: &[u8], at: Timestamp) -> Result<Vec<u8>, DkimError> {
        let (head, body) = parts(message).ok_or(DkimError::Message)?;
        let (names, mut signed) = headers(head)?;
        let mut body_hash = Context::new(&SHA256);
        relaxed::body(body, |stretch| body_hash.update(stretch));
        let body_hash = STANDARD.encode(body_hash.finish());
        let shared = signed.len();
        let mut whole = Vec::with_capacity(message.len() + 2048);
        for (selector, key) in &self.0.keys {
            let mut header = Folded::new(format!("DKIM-Signature: v=1; a={}-sha256;", key.algorithm().as_str()));
            header.word("c=relaxed/relaxed;");
            header.word(&format!("d={};", self.0.domain));
            header.word(&format!("s={selector};"));
            header.word(&format!("t={};", at.0.max(0) / 1_000_000));
            header.word("h=");
            for (number, name) in names.iter().enumerate() {
                header.part(&format!("{name}{}", if number + 1 < names.len() { ":" } else { ";" }));
            }
            header.word(&format!("bh={body_hash};"));
            header.word("b=");
            let mut header = header.text;
            // Signed is also what says how, but for the signature itself, and without a line break at the end.
            signed.truncate(shared);
            let (name, value) = header.split_once(':').ok_or(DkimError::Message)?;
            relaxed::header(name.as_bytes(), value.as_bytes(), &mut signed);
            let signature = key.sign(&signed).map_err(|Unspecified| DkimError::Library("sign"))?;
            fold(&STANDARD.encode(signature), &mut header);
            whole.extend_from_slice(header.as_bytes());
        }
        whole.extend_from_slice(message);
        Ok(whole)
    }
}

/// The headers with their last line break, and the body behind the empty line.
fn parts(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memmem::find(message, b"\r\n\r\n")?;
    Some((message.get(..end + 2)?, message.get(end + 4..)?))
}

/// The names for `h=`, and the relaxed form of what they stand for.
///
/// Where a name is there several times, its first mention means the last of them (RFC 6376 section 5.4.2), so all are named
/// from the bottom up.
fn headers(head: &[u8]) -> Result<(Vec<&str>, Vec<u8>), DkimError> {
    let mut fields: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        match fields.last_mut() {
            Some((_, end)) if line.starts_with(b" ") || line.starts_with(b"\t") => *end += line.len(),
            _ => fields.push((at, at + line.len())),
        }
        at += line.len();
    }
    let (mut names, mut signed) = (Vec::new(), Vec::with_capacity(head.len() + 1024));
    for (from, to) in fields.into_iter().rev() {
        let field = head.get(from..to).unwrap_or_default();
        let colon = field.iter().position(|byte| *byte == b':').ok_or(DkimError::Message)?;
        let (name, value) = field.split_at(colon);
        names.push(std::str::from_utf8(name).map_err(|_| DkimError::Message)?.trim_end());
        relaxed::header(name, value.get(1..).unwrap_or_default(), &mut signed);
        signed.extend_from_slice(b"\r\n");
    }
    names.extend(SEALED);
    Ok((names, signed))
}

/// A header that goes on in the next line where the present one is full.
struct Folded {
    text: String,
    /// How long the present line is.
    line: usize,
}

impl Folded {
    fn new(text: String) -> Self {
        Self { line: text.len(), text }
    }

    /// Adds a word, with white space before it.
    fn word(&mut self, word: &str) {
        let space = if self.line + 1 + word.len() > LINE { "\r\n " } else { " " };
        self.line = if space.len() > 1 { 1 } else { self.line + 1 } + word.len();
        self.text.push_str(space);
        self.text.push_str(word);
    }

    /// Adds what may follow directly, or in the next line.
    fn part(&mut self, part: &str) {
        if self.line + part.len() > LINE {
            self.text.push_str("\r\n ");
            self.line = 1;
        }
        self.line += part.len();
        self.text.push_str(part);
    }
}

/// Adds a signature in lines of its own, and ends the header.
fn fold(signature: &str, header: &mut String) {
    let mut rest = signature;
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(LINE - 1));
        // Writing to a string does not fail.
        let _ = write!(header, "\r\n {line}");
        rest = more;
    }
    header.push_str("\r\n");
}
