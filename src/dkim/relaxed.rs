//! The relaxed forms of headers and bodies (RFC 6376 sections 3.4.2 and 3.4.4): what a relay may change of a message on its
//! way without breaking its signature.

const CRLF: &[u8] = b"\r\n";

/// A header field: its name in lower case, its value on one line without white space that says nothing, no line break.
pub(super) fn header(name: &[u8], value: &[u8], to: &mut Vec<u8>) {
    to.extend(name.trim_ascii_end().iter().map(u8::to_ascii_lowercase));
    to.push(b':');
    let mut words = value.split(|byte| b" \t\r\n".contains(byte)).filter(|word| !word.is_empty());
    to.extend_from_slice(words.next().unwrap_or_default());
    for word in words {
        to.push(b' ');
        to.extend_from_slice(word);
    }
}

/// A body: one space for each run of white space, none at the ends of lines, and no empty lines at its end.
///
/// A line of nothing but white space becomes an empty one, so at the end it goes too.
pub(super) fn body(body: &[u8]) -> Vec<u8> {
    let mut to = Vec::with_capacity(body.len() + CRLF.len());
    // Where what is said so far ends; behind it are empty lines, which count only if something follows.
    let mut said = 0;
    for line in body.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if squeeze(line, &mut to) {
            said = to.len() + CRLF.len();
        }
        to.extend_from_slice(CRLF);
    }
    to.truncate(said);
    to
}

/// Adds a line without white space that says nothing; false when there is nothing else in it.
fn squeeze(line: &[u8], to: &mut Vec<u8>) -> bool {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
    let Some(last) = line.iter().rposition(|byte| !is_space(byte)) else { return false };
    let mut rest = line.get(..=last).unwrap_or(line);
    // Most lines have nothing to squeeze, and go as they are up to where there is.
    while let Some(at) = rest.iter().position(is_space) {
        let (before, from) = rest.split_at(at);
        to.extend_from_slice(before);
        to.push(b' ');
        rest = from.get(from.iter().take_while(|byte| is_space(byte)).count()..).unwrap_or_default();
    }
    to.extend_from_slice(rest);
    true
}
