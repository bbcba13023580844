//! Postal addresses as they are written in Britain, the United States, Germany, Russia and Kazakhstan.

mod english;
mod german;
mod parts;
mod russian;

use std::ops::Range;

use super::tokens::Text;

/// An address in the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Address {
    /// Its tokens.
    pub(super) tokens: Range<usize>,
    /// How sure it is that this is one, 0 to 1.
    pub(super) sure: f32,
}

/// All addresses of a text, in order, none inside another.
pub(super) fn addresses(text: &Text<'_>) -> Vec<Address> {
    let mut all: Vec<Address> = (0..text.tokens.len())
        .flat_map(|at| {
            [english::at(text, at), english::at_postcode(text, at), german::at(text, at), russian::at(text, at)]
        })
        .flatten()
        .collect();
    // The most certain of those that overlap, then the longest.
    all.sort_by(|a, b| {
        b.sure.total_cmp(&a.sure).then(b.tokens.len().cmp(&a.tokens.len())).then(a.tokens.start.cmp(&b.tokens.start))
    });
    let mut taken = vec![false; text.tokens.len()];
    let mut kept: Vec<Address> = Vec::new();
    for address in all {
        let Some(places) = taken.get_mut(address.tokens.clone()) else { continue };
        if places.iter().all(|taken| !taken) {
            places.fill(true);
            kept.push(address);
        }
    }
    kept.sort_by_key(|address| address.tokens.start);
    kept
}

/// A piece of the text on one line: lines are joined with commas, decoration and double spaces are left out.
pub(super) fn one_line(text: &Text<'_>, tokens: &Range<usize>) -> String {
    let mut line = String::new();
    for at in tokens.clone() {
        let Some(token) = text.get(at) else { break };
        if token.is_break() {
            if !line.ends_with(',') {
                line.push(',');
            }
            continue;
        }
        let after_break = at > tokens.start && text.get(at - 1).is_some_and(super::tokens::Token::is_break);
        if !line.is_empty() && (token.spaced || after_break) {
            line.push(' ');
        }
        line.push_str(text.source.get(token.start..token.end).unwrap_or_default());
    }
    line
}
