//! What dates are made of: weekdays, days, months, years and what joins them.

use chrono::Weekday;

use super::super::tokens::{Kind, Text};
use super::super::vocabulary;

/// Skips what may stand between a weekday and its date: a comma, a bracket, a dash, `the`, an abbreviation's full stop.
pub(super) fn skip_between(text: &Text<'_>, at: usize) -> usize {
    let mut at = at;
    for _ in 0..3 {
        let skips = text.is_mark(at, ',')
            || text.is_glued(at, '.')
            || text.is_mark(at, '(')
            || text.is_mark(at, '-')
            || text.get(at).is_some_and(|token| token.kind == Kind::Line)
            || text.is_one(at, &["the", "on"]);
        if !skips {
            break;
        }
        at += 1;
    }
    at
}

/// A weekday's name at `at`, and the token after it.
pub(super) fn weekday(text: &Text<'_>, at: usize) -> Option<(Weekday, usize)> {
    let word = text.word(at)?;
    let word = word.strip_suffix("'s").unwrap_or(word);
    let day = vocabulary::weekday(word)?;
    let short = vocabulary::is_short_weekday(word);
    // `The Sun, 28 September` is a newspaper.
    if word == "sun" && text.word_before(at) == Some("the") {
        return None;
    }
    if short && !text.get(at)?.capital && !text.get(at)?.cyrillic() {
        return None;
    }
    if word.starts_with("сред")
        && text
            .word_before(at)
            .is_some_and(|before| before.ends_with("ую") || before.ends_with("ая") || before.ends_with("ой"))
    {
        let before = text.word_before(at).unwrap_or_default();
        if !before.starts_with("следующ") && !before.starts_with("ближайш") {
            return None;
        }
    }
    let after = if short && text.is_glued(at + 1, '.') { at + 2 } else { at + 1 };
    Some((day, after))
}

/// A day of a month, the token after it, and whether it is written as an ordinal.
pub(super) fn day_number(text: &Text<'_>, at: usize) -> Option<(u32, usize, bool)> {
    if let Some((day, digits)) = text.number(at) {
        if !(1..=31).contains(&day) || digits > 2 {
            return None;
        }
        if matches!(text.glued_word(at + 1), Some("st" | "nd" | "rd" | "th")) {
            return Some((day, at + 2, true));
        }
        if text.is_glued(at + 1, '-') && matches!(text.glued_word(at + 2), Some("го" | "е" | "ое")) {
            return Some((day, at + 3, true));
        }
        // `4pm` and `16:00` are no days.
        let glued = text.get(at + 1).is_some_and(|next| !next.spaced && (next.is_word() || next.is_mark(':')));
        let decimal = (text.is_glued(at + 1, '.') || text.is_glued(at + 1, ',')) && text.glued_number(at + 2).is_some();
        return (!glued && !decimal).then_some((day, at + 1, false));
    }
    let word = text.word(at)?;
    if let Some(tens) = vocabulary::tens(word) {
        let next = if text.is_glued(at + 1, '-') { at + 2 } else { at + 1 };
        let rest = vocabulary::ordinal(text.word(next)?)?;
        return (tens + rest <= 31 && rest < 10).then_some((tens + rest, next + 1, true));
    }
    vocabulary::ordinal(word).map(|day| (day, at + 1, true))
}

pub(super) fn month(text: &Text<'_>, at: usize) -> Option<(u32, usize)> {
    let token = text.get(at)?;
    let month = vocabulary::month(text.word(at)?)?;
    if vocabulary::is_doubtful_month(&token.lower) && !token.capital && !token.cyrillic() {
        return None;
    }
    let short = vocabulary::is_abbreviation(&token.lower);
    Some((month, if short && text.is_glued(at + 1, '.') { at + 2 } else { at + 1 }))
}

/// A year, with or without a comma before and `года` after.
pub(super) fn year(text: &Text<'_>, at: usize) -> Option<(i32, usize)> {
    let at = if text.is_mark(at, ',') { at + 1 } else { at };
    let (value, digits) = text.number(at)?;
    if digits != 4 || !(1900..=2100).contains(&value) {
        return None;
    }
    if text.is_one(at + 1, &["hrs", "hours", "hr", "people", "человек", "рабочих"]) {
        return None;
    }
    let mut after = at + 1;
    if text.is_one(after, &["г", "года", "год"]) {
        after += 1;
        if text.word_before(after) == Some("г") && text.is_glued(after, '.') {
            after += 1;
        }
    }
    Some((i32::try_from(value).ok()?, after))
}

pub(super) fn is_range(text: &Text<'_>, at: usize) -> bool {
    text.is_mark(at, '-') || text.is_one(at, &["to", "till", "until", "til", "through", "по", "до"])
}

pub(super) fn is_list(text: &Text<'_>, at: usize) -> bool {
    text.is_mark(at, '&') || text.is_mark(at, ',') || text.is_one(at, &["and", "и"])
}
