//! British and American addresses: `100 Victoria Street, London, SW1E 5JL`, `123 Main St, Springfield, IL 62701`.

use super::super::tokens::Text;
use super::Address;
use super::parts::{ends, house, is_name, name, separator};

const STREETS: [&str; 54] = [
    "street",
    "st",
    "road",
    "rd",
    "lane",
    "ln",
    "avenue",
    "ave",
    "av",
    "square",
    "sq",
    "place",
    "pl",
    "way",
    "terrace",
    "gardens",
    "gdns",
    "hill",
    "row",
    "court",
    "ct",
    "close",
    "drive",
    "dr",
    "crescent",
    "park",
    "quay",
    "embankment",
    "mews",
    "walk",
    "yard",
    "green",
    "gate",
    "grove",
    "boulevard",
    "blvd",
    "highway",
    "hwy",
    "parkway",
    "pkwy",
    "circus",
    "broadway",
    "parade",
    "wharf",
    "bridge",
    "mall",
    "plaza",
    "circle",
    "alley",
    "approach",
    "rise",
    "view",
    "vale",
    "strand",
];

const STATES: [&str; 51] = [
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA",
    "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR",
    "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY",
];

/// An address whose house number, or street before its number, stands at `at`.
pub(super) fn at(text: &Text<'_>, at: usize) -> Option<Address> {
    let number_first = text.number(at).is_some();
    let (street, typed) = if number_first { numbered(text, at)? } else { (number_last(text, at)?, true) };
    let before = at.checked_sub(1).and_then(|before| text.get(before));
    if before.is_some_and(|token| {
        "$£€#/.:".chars().any(|mark| token.is_mark(mark)) && text.get(at).is_some_and(|next| !next.spaced)
    }) {
        return None;
    }
    let (to, sure) = tail(text, street);
    match (typed, sure) {
        (_, Some(sure)) => Some(Address { tokens: at..to, sure }),
        (true, None) => Some(Address { tokens: at..to, sure: if to > street { 0.8 } else { 0.6 } }),
        (false, None) => None,
    }
}

/// `25 Red Lion Square`, and whether its last word is that of a street.
fn numbered(text: &Text<'_>, at: usize) -> Option<(usize, bool)> {
    let mut to = house(text, at)?;
    if text.is_one(at.wrapping_sub(1), &["no", "top", "article", "chapter"]) && text.word_before(at) != Some("no") {
        return None;
    }
    if text.is_mark(to, ',') {
        to += 1;
    }
    if !text.get(to)?.spaced {
        return None;
    }
    let from = to;
    let mut typed = None;
    for _ in 0..6 {
        let numbered = text.number(to).is_some_and(|(value, digits)| value < 300 && digits <= 3)
            && text.glued_word(to + 1).is_some_and(|word| matches!(word, "st" | "nd" | "rd" | "th"));
        if numbered {
            to += 2;
            continue;
        }
        let article = to == from && text.is_one(to, &["the"]) && text.get(to)?.capital;
        if !(article || is_name(text, to)) {
            if to > from && text.is_one(to, &["of", "the"]) && is_name(text, to + 1) {
                to += 1;
                continue;
            }
            break;
        }
        let street = text.word(to).is_some_and(|word| STREETS.contains(&word));
        to += 1;
        while text.is_glued(to, '-') && text.get(to + 1).is_some_and(|next| next.is_word() && !next.spaced) {
            to += 2;
        }
        let short = text.is_glued(to, '.') && text.get(to - 1).is_some_and(|token| token.end - token.start <= 4);
        if short && (is_name(text, to + 1) || text.is_mark(to + 1, ',') || street) {
            to += usize::from(is_name(text, to + 1) || text.is_mark(to + 1, ',') || text.number(to + 1).is_some());
        }
        // `St James Street`, `Park Road`: the last one counts, and the first word of a name is no street.
        if street && (to > from + 1 || text.is_one(from, &["broadway", "strand"])) {
            typed = Some(to);
        }
    }
    if let Some(typed) = typed {
        let quarter = text
            .is_one(typed, &["n", "s", "e", "w", "nw", "ne", "sw", "se", "north", "south", "east", "west"])
            && text.number(typed + 1).is_none()
            && is_name(text, typed);
        return Some((typed + usize::from(quarter), true));
    }
    (to > from).then_some((to, false))
}

/// `Satpayev Street 22`, as English texts about other countries write it.
fn number_last(text: &Text<'_>, at: usize) -> Option<usize> {
    if !is_name(text, at) || is_name(text, at.wrapping_sub(1)) {
        return None;
    }
    let to = (at + 1..at + 5).find(|to| {
        text.word(*to).is_some_and(|word| {
            matches!(word, "street" | "avenue" | "ave" | "str" | "prospekt" | "prospect" | "boulevard" | "square")
        })
    })?;
    if !(at..=to).all(|at| is_name(text, at)) {
        return None;
    }
    let number = to + 1 + usize::from(text.is_mark(to + 1, ',') || text.is_glued(to + 1, '.'));
    house(text, number)
        .filter(|after| ends(text, *after) && separator(text, *after).is_some_and(|next| is_name(text, next)))
}

/// The parts after the street, and how sure they make it that this is an address.
fn tail(text: &Text<'_>, street: usize) -> (usize, Option<f32>) {
    let mut to = street;
    for _ in 0..5 {
        if let Some(after) = postcode(text, to) {
            return (after, Some(0.98));
        }
        let next = match separator(text, to) {
            Some(next) => next,
            // `Red Lion Square London WC1R 4RL`
            None if name(text, to, 3).is_some_and(|after| postcode(text, after).is_some()) => to,
            None => break,
        };
        if let Some(after) = postcode(text, next) {
            return (after, Some(0.98));
        }
        if let Some(after) = state(text, next) {
            return (after, Some(if text.number(after - 1).is_some() { 0.98 } else { 0.9 }));
        }
        if let Some(after) = unit(text, next) {
            to = after;
            continue;
        }
        let Some(after) = name(text, next, 4) else { break };
        if postcode(text, after).is_some() {
            to = after;
            continue;
        }
        // `Springfield IL 62701`
        let before_state =
            (next + 1..after).find(|at| state(text, *at).is_some_and(|end| text.number(end - 1).is_some()));
        if let Some(at) = before_state {
            return (state(text, at).unwrap_or(at), Some(0.97));
        }
        let line = text.get(next.wrapping_sub(1)).is_some_and(super::super::tokens::Token::is_break);
        let closed = ends(text, after)
            && !(text.get(after).is_some_and(super::super::tokens::Token::is_word) && line)
            && !text.is_mark(after, ':');
        if !closed {
            break;
        }
        to = after;
    }
    (to, None)
}

fn unit(text: &Text<'_>, at: usize) -> Option<usize> {
    if text.is_one(at, &["suite", "ste", "apt", "apartment", "unit", "room", "floor", "flat"]) {
        let dot = usize::from(text.is_glued(at + 1, '.'));
        text.number(at + 1 + dot)?;
        let after = at + 2 + dot;
        return Some(after + usize::from(text.glued_word(after).is_some()));
    }
    let floor =
        text.number(at).is_some() && text.is_one(at + 1, &["st", "nd", "rd", "th"]) && text.is_one(at + 2, &["floor"]);
    if floor || (text.is_one(at, &["ground", "first", "second", "third"]) && text.is_one(at + 1, &["floor"])) {
        return Some(if floor { at + 3 } else { at + 2 });
    }
    None
}

fn state(text: &Text<'_>, at: usize) -> Option<usize> {
    let token = text.get(at)?;
    let word = text.source.get(token.start..token.end)?;
    if !STATES.contains(&word) {
        return None;
    }
    let Some((_, 5)) = text.number(at + 1) else { return Some(at + 1) };
    let more = text.is_glued(at + 2, '-') && text.glued_number(at + 3).is_some_and(|(_, digits)| digits == 4);
    Some(if more { at + 4 } else { at + 2 })
}

/// The token after a British postcode at `at`.
pub(super) fn postcode(text: &Text<'_>, at: usize) -> Option<usize> {
    let area = text.get(at).filter(|token| {
        token.capital && token.lower.len() <= 2 && token.lower.chars().all(|c| c.is_ascii_alphabetic())
    })?;
    let whole = text.source.get(area.start..area.end)?;
    if !area.is_word() || whole.chars().any(char::is_lowercase) {
        return None;
    }
    let (_, digits) = text.glued_number(at + 1)?;
    let letter = usize::from(text.glued_word(at + 2).is_some_and(|word| word.len() == 1));
    let inward = at + 2 + letter;
    let (_, 1) = text.number(inward)? else { return None };
    (digits <= 2 && text.glued_word(inward + 1)?.len() == 2).then_some(inward + 2)
}

/// An address without house number that ends with the postcode at `at`: `Euston Road, London NW1 2BJ`.
pub(super) fn at_postcode(text: &Text<'_>, at: usize) -> Option<Address> {
    let to = postcode(text, at)?;
    let mut from = at;
    let mut street = None;
    let mut first = at;
    for _ in 0..5 {
        let end = back_over_separator(text, from);
        if end == from && from != at {
            break;
        }
        let start = name_before(text, end);
        if start == end {
            break;
        }
        from = start;
        first = start;
        if text.word(end - 1).is_some_and(|word| STREETS.contains(&word)) && street.is_none() {
            street = Some(start);
        }
    }
    let from = street.unwrap_or(first);
    (from < at).then_some(Address { tokens: from..to, sure: if street.is_some() { 0.9 } else { 0.75 } })
}

fn back_over_separator(text: &Text<'_>, at: usize) -> usize {
    let mut at = at;
    if text.get(at.wrapping_sub(1)).is_some_and(|token| token.kind == super::super::tokens::Kind::Line) {
        at -= 1;
    }
    if text.is_mark(at.wrapping_sub(1), ',') {
        at -= 1;
    }
    at
}

/// Where the capitalised words that end before `end` start.
fn name_before(text: &Text<'_>, end: usize) -> usize {
    let mut start = end;
    while start > 0 && end - start < 6 {
        let inside = start >= 2
            && start < end
            && (text.is_one(start - 1, &["of", "the", "and", "on", "upon"]) || text.is_glued(start - 1, '-'))
            && is_name(text, start - 2);
        if inside {
            start -= 2;
        } else if is_name(text, start - 1) {
            start -= 1;
        } else {
            break;
        }
    }
    start
}
