//! What a relay answered, made fit to be kept: one short line, with no address in it.

use std::fmt;

use lettre::transport::smtp::response::Response;

use crate::address::Address;

/// The longest text that is kept, in characters.
const MAX_TEXT: usize = 200;
/// What stands where an address stood.
const CUT: &str = "<address>";

/// A relay's answer to one command (RFC 5321 section 4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The three digits, such as 250 or 550.
    pub code: u16,
    /// The enhanced status code that the text begins with, if it agrees with the reply's class (RFC 3463, RFC 2034).
    pub enhanced: Option<(u8, u16, u16)>,
    /// The text as one line of at most 200 characters, without control characters, every address cut out.
    pub text: String,
}

impl Reply {
    /// Makes a reply out of what was received.
    pub fn new(code: u16, text: &str) -> Self {
        Self { code, enhanced: enhanced(code, text), text: one_line(&cut_addresses(text)) }
    }

    /// A reply that no relay gave: Handbill's own reason why it did not even ask.
    pub(super) fn ours(code: u16, enhanced: (u8, u16, u16), why: &str) -> Self {
        let (class, subject, detail) = enhanced;
        Self { code, enhanced: Some(enhanced), text: format!("{class}.{subject}.{detail} Handbill: {why}") }
    }

    pub(super) fn from_response(response: &Response) -> Self {
        Self::new(response.code().into(), &response.message().collect::<Vec<_>>().join(" "))
    }

    /// Cuts out the name before the @ of `address` as well, for relays that quote only that.
    pub(super) fn hiding(mut self, address: &Address) -> Self {
        self.text = hide(&self.text, address);
        self
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.text)
    }
}

/// The enhanced code at the start of `text`; relays also write `#5.1.1` and `[5.1.1]`.
fn enhanced(code: u16, text: &str) -> Option<(u8, u16, u16)> {
    let word = text.split_whitespace().next()?.trim_matches(|c: char| !c.is_ascii_digit());
    let mut parts = word.split('.');
    let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
    let short = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || class.len() != 1 || !short(subject) || !short(detail) {
        return None;
    }
    let class: u8 = class.parse().ok()?;
    (u16::from(class) == code / 100).then_some((class, subject.parse().ok()?, detail.parse().ok()?))
}

/// `text` on one line: control characters become spaces, runs of spaces one, and it stops at 200 characters.
pub(super) fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX_TEXT).collect()
}

/// `text` without the name before the @ of `address`, where it stands alone.
pub(super) fn hide(text: &str, address: &Address) -> String {
    one_line(&cut_word(text, address.local()))
}

/// Replaces whatever looks like `x@y`. It rather cuts too much than leaves a part of an address standing.
pub(crate) fn cut_addresses(text: &str) -> String {
    let chars: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let at = |i: usize| chars.get(i).copied();
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    let mut i = 0;
    while let Some(c) = at(i) {
        let Some(sign) = at_sign(&chars, i) else {
            out.push(c);
            i += 1;
            continue;
        };
        drop_local_part(&mut out);
        out.extend(CUT.chars());
        i += sign;
        while at(i) == Some(' ') {
            i += 1;
        }
        // A second sign belongs to the same mess, as in `a%40b@c`.
        loop {
            match at_sign(&chars, i) {
                Some(sign) => i += sign,
                None if at(i).is_some_and(|c| !is_edge(c)) => i += 1,
                None => break,
            }
        }
    }
    out.into_iter().collect()
}

/// How many characters at `i` mean an `@`: the sign itself, its full-width form, or an encoding of it.
fn at_sign(chars: &[char], i: usize) -> Option<usize> {
    if matches!(chars.get(i), Some('@' | '\u{ff20}' | '\u{fe6b}')) {
        return Some(1);
    }
    let rest = chars.get(i..)?;
    ["%2540", "%40", "=40", "\\x40", "\\u0040", "&#64;", "&#x40;", "&commat;"].iter().find_map(|code| {
        let same = rest.iter().zip(code.chars()).all(|(a, b)| a.eq_ignore_ascii_case(&b));
        (same && rest.len() >= code.len()).then_some(code.len())
    })
}

/// Takes the part before an `@` off the end of `out`, with its quotes (RFC 5321 section 4.1.2) or encodings.
fn drop_local_part(out: &mut Vec<char>) {
    while out.last() == Some(&' ') {
        out.pop();
    }
    if matches!(out.last(), Some('"')) {
        out.pop();
        // An escaped quote is part of the name, not its beginning.
        while let Some(c) = out.pop() {
            if c == '"' && out.last() != Some(&'\\') {
                break;
            }
        }
    }
    while out.last().is_some_and(|c| !is_edge(*c)) {
        out.pop();
    }
}

/// What ends an address on either side.
fn is_edge(c: char) -> bool {
    c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | ',' | ';' | ':' | '"')
}

/// Replaces `word` where it stands alone, in any case.
fn cut_word(text: &str, word: &str) -> String {
    let (text_chars, word_chars): (Vec<char>, Vec<char>) = (text.chars().collect(), word.chars().collect());
    let same = |a: &char, b: &char| a == b || a.to_lowercase().eq(b.to_lowercase());
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut i = 0;
    while let Some(&c) = text_chars.get(i) {
        let end = i + word_chars.len();
        let here = text_chars.get(i..end).is_some_and(|part| part.iter().zip(&word_chars).all(|(a, b)| same(a, b)));
        let inside = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
        if here && !word_chars.is_empty() && !inside(before.as_ref()) && !inside(text_chars.get(end)) {
            out.push_str(CUT);
            before = Some('>');
            i = end;
        } else {
            out.push(c);
            before = Some(c);
            i += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests;
