//! Dates with the month's name: `Monday 28 September 2015`, `Sept. 28`, `3 and 4 October`, `с 3 по 5 октября`.

use chrono::Weekday;

use super::super::tokens::Text;
use super::parts::{day_number, is_list, is_range, month, skip_between, weekday, year};
use super::{Date, Day, Named};

/// `[weekday] day [(and|to) [weekday] day] month [year] [(weekday)]` and the American order.
pub(super) fn spelled(text: &Text<'_>, from: usize) -> Option<Date> {
    let (first, after) =
        weekday(text, from).map_or((None, from), |(day, after)| (Some(day), skip_between(text, after)));
    month_last(text, from, first, after).or_else(|| month_first(text, from, first, after))
}

type DayList = (Vec<(u32, Option<Weekday>)>, bool, usize);

/// Days with `and`, `,` or `to` between; whether they are a range; the token after them.
fn day_list(text: &Text<'_>, at: usize, first: Option<Weekday>) -> Option<DayList> {
    let (day, mut at, _) = day_number(text, at)?;
    let mut days = vec![(day, first)];
    let mut range = false;
    while days.len() < 10 {
        let ranged = is_range(text, at);
        if !ranged && !is_list(text, at) {
            break;
        }
        let mut next = at + 1;
        if !ranged && text.is_mark(at, ',') && text.is_one(next, &["and", "и"]) {
            next += 1;
        }
        let named = weekday(text, next).map(|(day, after)| (day, skip_between(text, after)));
        let Some((day, after, _)) = day_number(text, named.map_or(next, |(_, after)| after)) else { break };
        range |= ranged;
        days.push((day, named.map(|(day, _)| day)));
        at = after;
    }
    Some((days, range, at))
}

fn month_last(text: &Text<'_>, from: usize, first: Option<Weekday>, at: usize) -> Option<Date> {
    // The longest list that ends before a month: `at 2, 3 October` is not two days.
    let (days, range, after) = day_list(text, at, first)?;
    let day_of = |at: usize| if text.is_one(at, &["of", "day"]) || text.is_glued(at, '-') { at + 1 } else { at };
    let (month, after) = match month(text, day_of(after)) {
        Some(found) => found,
        None if days.len() > 1 => {
            let (_, after, _) = day_number(text, at)?;
            let (month, after) = month(text, day_of(after))?;
            return finish(text, from, vec![(days.first()?.0, first)], false, month, after);
        }
        None => return None,
    };
    finish(text, from, days, range, month, after)
}

fn month_first(text: &Text<'_>, from: usize, first: Option<Weekday>, at: usize) -> Option<Date> {
    let (month, after) = month(text, at)?;
    let after = if text.is_one(after, &["the"]) { after + 1 } else { after };
    if text.get(at)?.cyrillic() || text.get(after)?.is_mark(',') {
        return None;
    }
    text.number(after)?;
    let (mut days, mut range, mut after) = day_list(text, after, first)?;
    // `September 28, 2015` and `October 3, 10 people` are one day each.
    if days.len() > 1 && !range {
        let (day, end, _) =
            day_number(text, if text.is_one(at + 1, &["the"]) { at + 2 } else { after_month(text, at) })?;
        if !text.is_one(end, &["and"]) && !text.is_mark(end, '&') {
            (days, range, after) = (vec![(day, first)], false, end);
        }
    }
    // `May 6 pm` is half past nothing.
    if text.is_one(after, &["am", "pm"]) || (text.is_one(after, &["a", "p"]) && text.is_glued(after + 1, '.')) {
        return None;
    }
    finish(text, from, days, range, month, after)
}

fn after_month(text: &Text<'_>, at: usize) -> usize {
    month(text, at).map_or(at + 1, |(_, after)| after)
}

fn finish(
    text: &Text<'_>,
    from: usize,
    mut days: Vec<(u32, Option<Weekday>)>,
    range: bool,
    month: u32,
    after: usize,
) -> Option<Date> {
    let (year, mut to) = year(text, after).map_or((None, after), |(year, after)| (Some(year), after));
    if days.len() == 1
        && let Some(only) = days.first_mut()
        && only.1.is_none()
        && let Some((day, after)) = weekday_after(text, to)
    {
        only.1 = Some(day);
        to = after;
    }
    let year = year.or_else(|| {
        let (year, after) = self::year(text, to)?;
        to = after;
        Some(year)
    });
    let mut named: Vec<Named> =
        days.into_iter().map(|(day, weekday)| Named { day: Day::Calendar { year, month, day }, weekday }).collect();
    let until = if range && named.len() == 2 { named.pop() } else { None };
    let mut date = Date::new(from, to, named);
    date.until = until;
    date.off = range && date.until.is_none();
    Some(date)
}

/// A weekday after a date: `28 September (Monday)`, `28 сентября, понедельник`.
pub(super) fn weekday_after(text: &Text<'_>, at: usize) -> Option<(Weekday, usize)> {
    let bracket = text.is_mark(at, '(');
    let next = if bracket || text.is_mark(at, ',') { at + 1 } else { at };
    let next = if text.is_one(next, &["a", "в"]) { next + 1 } else { next };
    let (day, after) = weekday(text, next)?;
    // `28 September, Monday 5 October` are two dates.
    let own = month_last(text, next, None, skip_between(text, after))
        .or_else(|| month_first(text, next, None, skip_between(text, after)));
    if own.is_some() && !bracket {
        return None;
    }
    // `28 September, Friday prayers`
    let possessive = text.word(next).is_some_and(|word| word.ends_with("'s"));
    let goes_on = text.word(after).is_some_and(|word| {
        !matches!(word, "at" | "from" | "in" | "on" | "в" | "с" | "со" | "на" | "noon" | "evening" | "morning")
    });
    if !bracket && (possessive || goes_on) {
        return None;
    }
    Some((day, if bracket && text.is_mark(after, ')') { after + 1 } else { after }))
}
