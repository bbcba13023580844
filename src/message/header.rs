//! Header texts: cleaned, cut, and encoded so that nothing in them can start a header or pose as an encoded word.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Where a header goes on in the next line (RFC 5322 section 2.2.3).
const FOLD: &str = "\r\n ";
/// The longest line that a header is folded to.
const LINE: usize = 76;
/// The most bytes of text in one encoded word, so that with `=?utf-8?B?` and `?=` it stays under 75 (RFC 2047
/// section 2).
const WORD_BYTES: usize = 45;

/// A text on one line: controls and line breaks become spaces, runs of spaces become one, marks that turn the
/// direction of text are dropped, and what is longer than `max` characters is cut with an ellipsis.
pub fn one_line(text: &str, max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(4 * max));
    let mut count = 0;
    let visible = text.chars().filter(|c| !is_direction_mark(*c));
    let spaced = visible.map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c });
    for c in spaced {
        if c == ' ' && (line.is_empty() || line.ends_with(' ')) {
            continue;
        }
        if count == max && c == ' ' {
            continue;
        }
        if count == max {
            line.pop();
            return line.trim_end().to_owned() + "…";
        }
        line.push(c);
        count += 1;
    }
    line.truncate(line.trim_end().len());
    line
}

/// Marks that reorder what is around them, with which one text could pose as another (Unicode TR 36 section 3.5).
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The value of a header that is plain text, such as the subject.
pub(super) fn text(header: &str, text: &str, max: usize) -> String {
    let line = one_line(text, max);
    if is_plain(&line) { fold(header, &line) } else { encoded_words(&line) }
}

/// A display name: quoted when it is ASCII, else encoded words; empty when there is nothing to show.
fn phrase(header: &str, name: &str, max: usize) -> String {
    let name = one_line(name, max);
    if name.is_empty() {
        return name;
    }
    if !is_plain(&name) {
        return encoded_words(&name);
    }
    fold(header, &format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// A phrase and the address or identifier after it, in one line where it fits.
pub(super) fn with_phrase(header: &str, name: &str, max: usize, bracketed: &str) -> String {
    let phrase = phrase(header, name, max);
    if phrase.is_empty() {
        return bracketed.to_owned();
    }
    let fits = !phrase.contains(FOLD) && header.len() + 2 + phrase.len() + 1 + bracketed.len() <= LINE;
    format!("{phrase}{}{bracketed}", if fits { " " } else { FOLD })
}

/// Whether a text can stand in a header as it is: ASCII, no word that is too long to fold, and nothing that a reader
/// would take for an encoded word.
fn is_plain(line: &str) -> bool {
    line.is_ascii() && !line.contains("=?") && line.split(' ').all(|word| word.len() < LINE)
}

/// Breaks a line of short words at spaces.
fn fold(header: &str, line: &str) -> String {
    let mut folded = String::with_capacity(line.len() + 16);
    let mut column = header.len() + 2;
    for (at, word) in line.split(' ').enumerate() {
        if at > 0 && column + 1 + word.len() > LINE {
            folded.push_str(FOLD);
            column = 1;
        } else if at > 0 {
            folded.push(' ');
            column += 1;
        }
        folded.push_str(word);
        column += word.len();
    }
    folded
}

/// The text as encoded words (RFC 2047), each on a line of its own and each whole characters.
fn encoded_words(text: &str) -> String {
    let mut words = Vec::new();
    let mut chunk = String::with_capacity(WORD_BYTES);
    for c in text.chars() {
        if chunk.len() + c.len_utf8() > WORD_BYTES {
            words.push(encoded_word(&chunk));
            chunk.clear();
        }
        chunk.push(c);
    }
    words.push(encoded_word(&chunk));
    words.join(FOLD)
}

fn encoded_word(chunk: &str) -> String {
    format!("=?utf-8?B?{}?=", STANDARD.encode(chunk))
}
