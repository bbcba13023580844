//! The relaxed forms of headers and bodies (RFC 6376 sections 3.4.2 and 3.4.4): what a relay may change of a message on its
//! way without breaking its signature.

use memchr::memmem::Finder;

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

/// Says a body: one space for each run of white space, none at the ends of lines, and no empty lines at its end.
///
/// It is said in stretches as long as can be, as most of a body has nothing to leave out.
pub(super) fn body(body: &[u8], mut say: impl FnMut(&[u8])) {
    // A line of nothing but white space is an empty one, so at the end it goes too.
    let body = end_trimmed(body, b" \t\r\n");
    if body.is_empty() {
        return;
    }
    let mut runs = Runs::new(body);
    let mut rest = body;
    while let Some(at) = runs.next(body.len() - rest.len()) {
        let (before, run) = rest.split_at(at - (body.len() - rest.len()));
        // Before a tab there may be spaces.
        say(end_trimmed(before, b" \t"));
        let length = run.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        rest = run.get(length..).unwrap_or_default();
        if !rest.starts_with(CRLF) {
            say(b" ");
        }
    }
    say(rest);
    say(CRLF);
}

fn end_trimmed<'a>(bytes: &'a [u8], of: &[u8]) -> &'a [u8] {
    let end = bytes.iter().rposition(|byte| !of.contains(byte)).map_or(0, |last| last + 1);
    bytes.get(..end).unwrap_or(bytes)
}

/// Where white space stands that is not one space within a line, from left to right.
struct Runs<'a> {
    body: &'a [u8],
    /// What gives it away, with where that stands next.
    signs: [(Finder<'static>, Option<usize>); 3],
}

impl<'a> Runs<'a> {
    fn new(body: &'a [u8]) -> Self {
        let signs = ["  ", " \r", "\t"].map(|sign| {
            let finder = Finder::new(sign);
            let at = finder.find(body);
            (finder, at)
        });
        Self { body, signs }
    }

    /// The next one that does not begin before `from`.
    fn next(&mut self, from: usize) -> Option<usize> {
        for (finder, at) in &mut self.signs {
            if at.is_some_and(|at| at < from) {
                *at = finder.find(self.body.get(from..)?).map(|at| from + at);
            }
        }
        self.signs.iter().filter_map(|(_, at)| *at).min()
    }
}
