//! What stands below a message's own headers, encoded once for everybody who gets a variant.
//!
//! Bodies of one variant differ in nothing but the token of their links. Tokens all have one length and are made of characters
//! that every encoding passes through or counts alike, so another token never moves anything else: it is laid over the
//! first one, be that split by soft line breaks (RFC 2045 section 6.7) or spread over groups of base64 (section 6.8).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::message::SinglePart;

use super::{Draft, body, clean_body};

/// The characters of a line of base64 as lettre writes it (RFC 2045 section 6.8 allows no more).
const BASE64_LINE: usize = 76;

/// An encoded body and the places of its token.
#[derive(Debug)]
pub struct SharedBody {
    bytes: Vec<u8>,
    token: usize,
    places: Vec<Place>,
}

/// Where a token, or a stretch of it, stands.
#[derive(Debug)]
enum Place {
    /// As it is: `count` of its characters after the first `from`.
    Plain { at: usize, from: usize, count: usize },
    /// In base64: the bytes of the groups that it touches, with the token at each of `holes`, as two tokens may share a group.
    /// The first character of them is number `first` of the text that begins at `begin`.
    Base64 { bytes: Vec<u8>, holes: Vec<usize>, begin: usize, first: usize },
}

impl SharedBody {
    /// The body that two drafts share, which differ in nothing but their tokens; nothing where it does not come out the
    /// same as [`super::build`] makes it. Templates can do that, by cutting a token up, say.
    pub fn new(draft: &Draft<'_>, token: &str, other: &Draft<'_>, other_token: &str) -> Option<Self> {
        let bytes = body(draft).formatted();
        let mut places = Vec::new();
        let (text, html) = (&draft.content.text, &draft.content.html);
        for (raw, part) in [(text, SinglePart::plain(clean_body(text))), (html, SinglePart::html(clean_body(html)))] {
            let part = part.formatted();
            let at = find(&bytes, &part)?;
            // lettre ends lines like this before it encodes them.
            let raw = clean_body(raw).replace('\n', "\r\n");
            let head = find(&part, b"\r\n\r\n")? + 4;
            let encoding = String::from_utf8_lossy(part.get(..head)?).to_ascii_lowercase();
            if encoding.contains("content-transfer-encoding: base64") {
                places.extend(in_base64(&raw, token, at + head));
            } else {
                plain(part.get(head..)?, token, at + head, &mut places);
            }
        }
        let shared = Self { bytes, token: token.len(), places };
        let mut written = Vec::new();
        let fits = shared.write(other_token, &mut written)
            && written == body(other).formatted()
            && draft.content.subject == other.content.subject;
        fits.then_some(shared)
    }

    /// Adds the body with this token to `message`; false, and nothing is added, when the token has another length.
    #[must_use]
    pub(super) fn write(&self, token: &str, message: &mut Vec<u8>) -> bool {
        if token.len() != self.token {
            return false;
        }
        let start = message.len();
        message.extend_from_slice(&self.bytes);
        let Some(written) = message.get_mut(start..) else { return false };
        let mut groups = String::new();
        for place in &self.places {
            match place {
                Place::Plain { at, from, count } => {
                    let stretch = token.as_bytes().get(*from..from + count);
                    if let Some((to, stretch)) = written.get_mut(*at..at + count).zip(stretch) {
                        to.copy_from_slice(stretch);
                    }
                }
                Place::Base64 { bytes, holes, begin, first } => {
                    let mut bytes = bytes.clone();
                    for hole in holes {
                        if let Some(to) = bytes.get_mut(*hole..hole + token.len()) {
                            to.copy_from_slice(token.as_bytes());
                        }
                    }
                    groups.clear();
                    STANDARD.encode_string(&bytes, &mut groups);
                    for (number, character) in (*first..).zip(groups.bytes()) {
                        if let Some(to) = written.get_mut(begin + number + number / BASE64_LINE * 2) {
                            *to = character;
                        }
                    }
                }
            }
        }
        true
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

/// Finds the token in a text that is 7bit or quoted-printable; `at` is where that begins.
fn plain(encoded: &[u8], token: &str, at: usize, places: &mut Vec<Place>) {
    const SOFT_BREAK: &[u8] = b"=\r\n";
    let token = token.as_bytes();
    for begin in 0..encoded.len() {
        let mut stretches: Vec<(usize, usize, usize)> = Vec::new();
        let (mut here, mut from) = (begin, 0);
        while from < token.len() {
            let Some(rest) = encoded.get(here..) else { break };
            if from > 0 && rest.starts_with(SOFT_BREAK) {
                here += SOFT_BREAK.len();
                continue;
            }
            if rest.first() != token.get(from) {
                break;
            }
            match stretches.last_mut() {
                Some((at, _, count)) if *at + *count == here => *count += 1,
                _ => stretches.push((here, from, 1)),
            }
            (here, from) = (here + 1, from + 1);
        }
        if from == token.len() {
            places.extend(stretches.into_iter().map(|(here, from, count)| Place::Plain { at: at + here, from, count }));
        }
    }
}

/// Finds the token in a text that was encoded in base64, whose first line begins at `begin`.
fn in_base64(raw: &str, token: &str, begin: usize) -> Vec<Place> {
    let mut stretches: Vec<(usize, usize, Vec<usize>)> = Vec::new();
    for (at, _) in raw.match_indices(token) {
        let (from, to) = (at / 3 * 3, ((at + token.len()).div_ceil(3) * 3).min(raw.len()));
        match stretches.last_mut() {
            Some((begins, ends, holes)) if from < *ends => {
                holes.push(at - *begins);
                *ends = to;
            }
            _ => stretches.push((from, to, vec![at - from])),
        }
    }
    let place = |(from, to, holes): (usize, usize, Vec<usize>)| {
        let bytes = raw.as_bytes().get(from..to)?.to_vec();
        Some(Place::Base64 { bytes, holes, begin, first: from / 3 * 4 })
    };
    stretches.into_iter().filter_map(place).collect()
}

#[cfg(test)]
mod tests;
