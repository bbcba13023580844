//! German addresses: `Potsdamer Straße 12, 10785 Berlin`, `Straße des 17. Juni 135, 10623 Berlin`.

use super::super::tokens::Text;
use super::Address;
use super::parts::{ends, house, is_name, name, separator};

/// How streets' names end.
const ENDINGS: [&str; 24] = [
    "straße",
    "strasse",
    "str",
    "weg",
    "platz",
    "allee",
    "gasse",
    "damm",
    "ufer",
    "ring",
    "markt",
    "chaussee",
    "promenade",
    "steig",
    "brücke",
    "graben",
    "tor",
    "wall",
    "pfad",
    "stieg",
    "zeile",
    "garten",
    "hof",
    "linden",
];

/// An address whose street starts at `at`.
pub(super) fn at(text: &Text<'_>, at: usize) -> Option<Address> {
    if !is_name(text, at)
        || (at > 0 && is_name(text, at - 1) && !text.is_mark(at.wrapping_sub(1), ','))
        || is_inside(text, at)
    {
        return None;
    }
    let (street, german) = street(text, at)?;
    let number = house(text, street).filter(|after| {
        text.get(street).is_some_and(|token| token.spaced)
            && !text.get(*after).is_some_and(|next| {
                next.is_word() && (next.capital || matches!(next.lower.as_str(), "a" | "p" | "am" | "pm"))
            })
    });
    let after = number.unwrap_or(street);
    match (
        separator(text, after).and_then(|next| town(text, next)).or_else(|| town(text, after)),
        german,
        number.is_some(),
    ) {
        (Some(to), true, true) => Some(Address { tokens: at..to, sure: 0.97 }),
        (Some(to), true, false) => Some(Address { tokens: at..to, sure: 0.85 }),
        (Some(to), false, true) => Some(Address { tokens: at..to, sure: 0.9 }),
        (None, true, true) => {
            let city = separator(text, after)
                .and_then(|next| name(text, next, 2))
                .filter(|to| ends(text, *to) && !text.is_mark(*to, ':'));
            Some(Address { tokens: at..city.unwrap_or(after), sure: if city.is_some() { 0.85 } else { 0.65 } })
        }
        _ => None,
    }
}

/// Whether the word at `at` follows a hyphen or a connecting word of the same name.
fn is_inside(text: &Text<'_>, at: usize) -> bool {
    at >= 2 && text.is_glued(at - 1, '-') && text.get(at).is_some_and(|token| !token.spaced)
}

/// The token after a street's name, and whether it is plainly a German one.
fn street(text: &Text<'_>, at: usize) -> Option<(usize, bool)> {
    let mut to = at;
    let mut german = text.is_one(at, &["am", "an", "unter", "zum", "zur", "im"]);
    for _ in 0..7 {
        let word = text.word(to)?;
        let connects = matches!(
            word,
            "der" | "des" | "den" | "dem" | "die" | "am" | "an" | "im" | "unter" | "zu" | "von" | "alten" | "neuen"
        );
        if is_name(text, to) || connects {
            german |= is_street(word, text, to);
            to += 1;
            while text.is_glued(to, '-') && text.get(to + 1).is_some_and(|next| next.is_word() && !next.spaced) {
                german |= text.word(to + 1).is_some_and(|word| is_street(word, text, to + 1));
                to += 2;
            }
            if text.is_glued(to, '.') && text.word(to - 1).is_some_and(|word| word.ends_with("str")) {
                to += 1;
            }
        } else {
            return None;
        }
        // `17. Juni`
        if text.number(to).is_some_and(|(day, _)| day <= 31)
            && text.is_glued(to + 1, '.')
            && text.word(to + 2).is_some_and(super::super::vocabulary::is_german_month)
        {
            to += 3;
            break;
        }
        if text.word(to).is_none() {
            break;
        }
    }
    Some((to, german))
}

fn is_street(word: &str, text: &Text<'_>, at: usize) -> bool {
    // `str` alone is also how English texts shorten it; whole words like `Tor` or `Ring` need a first half.
    ENDINGS.iter().any(|ending| {
        word.ends_with(ending)
            && (word.len() > ending.len() + 2
                || matches!(*ending, "straße" | "strasse" | "platz" | "allee" | "ufer" | "damm" | "linden"))
    }) || (word == "str" && text.is_glued(at + 1, '.'))
        || (word == "str" && text.is_glued(at.wrapping_sub(1), '-'))
}

/// The token after a postal code and town: `10785 Berlin`, `D-60311 Frankfurt am Main`.
fn town(text: &Text<'_>, at: usize) -> Option<usize> {
    let at = if text.is_one(at, &["d", "de"]) && text.is_glued(at + 1, '-') { at + 2 } else { at };
    let (_, 5) = text.number(at)? else { return None };
    let mut to = name(text, at + 1, 1)?;
    if text.is_mark(to, '(') && is_name(text, to + 1) && text.is_mark(to + 2, ')') {
        to += 3;
    }
    Some(to)
}
