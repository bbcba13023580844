//! Dates in digits.

use chrono::NaiveDate;

use super::super::tokens::Text;
use super::parts::{skip_between, weekday};
use super::spelled::weekday_after;
use super::{Date, Day, Named};

/// `2015-09-28`, `28.09.2015`, `28/9/15`, and `28.09` or `28/9` beside a weekday or time.
pub(super) fn numeric(text: &Text<'_>, from: usize) -> Option<Date> {
    let (first, at) = weekday(text, from).map_or((None, from), |(day, after)| (Some(day), skip_between(text, after)));
    let (day, doubtful, mut to) = digits(text, at)?;
    if let Day::Calendar { year, month, day } = day {
        // 2000 is a leap year: without year, 29 February is a date.
        let year = year.unwrap_or(2000);
        if !(1900..=2100).contains(&year) || NaiveDate::from_ymd_opt(year, month, day).is_none() {
            return None;
        }
    }
    if text.is_one(to, &["г", "года"]) {
        to += 1;
        to += usize::from(text.word_before(to) == Some("г") && text.is_glued(to, '.'));
    }
    let mut named = Named { day, weekday: first };
    if named.weekday.is_none()
        && let Some((day, after)) = weekday_after(text, to)
    {
        named.weekday = Some(day);
        to = after;
    }
    let mut date = Date::new(from, to, vec![named]);
    date.weak = doubtful && named.weekday.is_none();
    Some(date)
}

/// Two or three numbers with the same mark between; whether they may be something else than a date; the token after them.
fn digits(text: &Text<'_>, at: usize) -> Option<(Day, bool, usize)> {
    let (first, first_digits) = text.number(at)?;
    let mark = ['.', '/', '-'].into_iter().find(|mark| text.is_glued(at + 1, *mark))?;
    let (second, second_digits) = text.glued_number(at + 2)?;
    if is_inside(text, at) || second_digits > 2 {
        return None;
    }
    let third = if text.is_glued(at + 3, mark) { text.glued_number(at + 4) } else { None };
    let Some((third, third_digits)) = third else {
        let fits = first_digits <= 2 && (mark == '/' || (mark == '.' && second_digits == 2));
        return fits.then_some((ordered(mark, None, first, second), true, at + 3));
    };
    // `1.2.3.4` is a version.
    if text.is_glued(at + 5, mark) && text.glued_number(at + 6).is_some() {
        return None;
    }
    match (first_digits, third_digits) {
        (4, 1..=2) if mark != '/' => {
            let year = i32::try_from(first).ok();
            Some((Day::Calendar { year, month: second, day: third }, false, at + 5))
        }
        (1..=2, 2 | 4) => {
            let year = i32::try_from(if third_digits == 2 { third + 2000 } else { third }).ok();
            Some((ordered(mark, year, first, second), third_digits == 2 && mark != '/', at + 5))
        }
        _ => None,
    }
}

/// With full stops the day always comes first.
fn ordered(mark: char, year: Option<i32>, first: u32, second: u32) -> Day {
    match mark {
        '.' => Day::Calendar { year, month: second, day: first },
        _ => Day::Slashed { year, first, second },
    }
}

/// Whether the number at `at` is part of a longer string, as in `A4/28/9`.
fn is_inside(text: &Text<'_>, at: usize) -> bool {
    let glued = text.get(at).is_some_and(|token| !token.spaced);
    glued
        && at
            .checked_sub(1)
            .and_then(|before| text.get(before))
            .is_some_and(|before| !before.is_break() && !before.is_mark('('))
}
