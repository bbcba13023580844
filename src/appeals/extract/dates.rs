//! The grammar of dates: what is written, before anything is said about which day it is.

mod numeric;
mod parts;
mod relative;
mod spelled;

use chrono::Weekday;

use super::tokens::Text;
use numeric::numeric;
use parts::is_range;
use relative::{of_month, relative, weekday_only};
use spelled::spelled;

/// A day as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// Day and month, perhaps with the year.
    Calendar { year: Option<i32>, month: u32, day: u32 },
    /// `04/05/2015`, whose order depends on where it was written.
    Slashed { year: Option<i32>, first: u32, second: u32 },
    /// `the 28th`.
    OfMonth(u32),
    /// A weekday, and whether it is that of the coming week.
    Weekday { next: bool },
    /// So many days after the post.
    After(i64),
}

/// A day and the weekday named beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) day: Day,
    pub(super) weekday: Option<Weekday>,
}

/// A date in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Date {
    /// The first token.
    pub(super) from: usize,
    /// The token after the last.
    pub(super) to: usize,
    /// The days; several for `3 and 4 October`.
    pub(super) days: Vec<Named>,
    /// The last day of a range.
    pub(super) until: Option<Named>,
    /// Whether it is said to come again or to be over: `every Monday`, `last Friday`, `Monday to Friday`.
    pub(super) off: bool,
    /// Whether the afternoon or evening is named (`Some(true)`), or the morning.
    pub(super) late: Option<bool>,
    /// Whether it is a date only beside a time: `Sun`, `28.09`.
    pub(super) weak: bool,
    /// Whether it may be the end of something: `until Sunday`.
    pub(super) closing: bool,
}

impl Date {
    fn new(from: usize, to: usize, days: Vec<Named>) -> Self {
        Self { from, to, days, until: None, off: false, late: None, weak: false, closing: false }
    }
}
/// All dates of a text, in order.
pub(super) fn dates(text: &Text<'_>) -> Vec<Date> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.tokens.len() {
        match date_at(text, at) {
            Some(date) => {
                at = date.to.max(at + 1);
                found.push(date);
            }
            None => at += 1,
        }
    }
    found
}

fn date_at(text: &Text<'_>, at: usize) -> Option<Date> {
    let mut date = numeric(text, at)
        .or_else(|| relative(text, at))
        .or_else(|| spelled(text, at))
        .or_else(|| weekday_only(text, at))
        .or_else(|| of_month(text, at))?;
    if !(date.off || date.days.iter().any(|named| matches!(named.day, Day::After(_)))) {
        ranged(text, &mut date);
    }
    day_part(text, &mut date);
    date.closing = date.from.checked_sub(1).is_some_and(|before| is_range(text, before));
    date.off |= is_off(text, &date);
    Some(date)
}

/// Takes in `evening`, `вечером` and the like, which tell the half of the day.
fn day_part(text: &Text<'_>, date: &mut Date) {
    let late = match text.word(date.to) {
        Some("evening" | "night" | "afternoon" | "вечером" | "днем") => true,
        Some("morning" | "утром") => false,
        _ => return,
    };
    date.late = Some(late);
    date.to += 1;
}

/// `from 3 October to 5 October`: the second date is the range's end.
fn ranged(text: &Text<'_>, date: &mut Date) {
    if date.until.is_some() || date.days.len() != 1 || !is_range(text, date.to) {
        return;
    }
    let Some(end) = numeric(text, date.to + 1).or_else(|| spelled(text, date.to + 1)) else { return };
    let (Some(first), Some(last)) = (date.days.first_mut(), end.days.first()) else { return };
    if end.until.is_some() || end.days.len() != 1 {
        return;
    }
    if let (Day::Calendar { year: year @ None, .. }, Day::Calendar { year: Some(given), .. }) =
        (&mut first.day, last.day)
    {
        *year = Some(given);
    }
    date.until = Some(*last);
    date.to = end.to;
    date.weak = false;
}

/// Whether the words before say that the date is not that of something to come.
fn is_off(text: &Text<'_>, date: &Date) -> bool {
    let mut before = date.from;
    for _ in 0..2 {
        if text.is_one(before.wrapping_sub(1), &["the", "a", "в", "на"]) {
            before -= 1;
        }
    }
    let word = text.word_before(before).unwrap_or_default();
    matches!(
        word,
        "since"
            | "last"
            | "before"
            | "after"
            | "by"
            | "every"
            | "each"
            | "dated"
            | "от"
            | "после"
            | "каждый"
            | "каждую"
            | "каждое"
    )
}
