//! The grammar of dates: what is written, before anything is said about which day it is.

use chrono::Weekday;

use super::tokens::Text;
use super::vocabulary;

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

/// Skips what may stand between a weekday and its date: a comma, a bracket, a dash, `the`, an abbreviation's full stop.
fn skip_between(text: &Text<'_>, at: usize) -> usize {
    let mut at = at;
    for _ in 0..3 {
        let skips = text.is_mark(at, ',')
            || text.is_glued(at, '.')
            || text.is_mark(at, '(')
            || text.is_mark(at, '-')
            || text.is_one(at, &["the", "on"]);
        if !skips {
            break;
        }
        at += 1;
    }
    at
}

/// A weekday's name at `at`, and the token after it.
fn weekday(text: &Text<'_>, at: usize) -> Option<(Weekday, usize)> {
    let word = text.word(at)?;
    let word = word.strip_suffix("'s").unwrap_or(word);
    let day = vocabulary::weekday(word)?;
    let short = vocabulary::is_short_weekday(word);
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
fn day_number(text: &Text<'_>, at: usize) -> Option<(u32, usize, bool)> {
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

fn month(text: &Text<'_>, at: usize) -> Option<(u32, usize)> {
    let token = text.get(at)?;
    let month = vocabulary::month(text.word(at)?)?;
    if vocabulary::is_doubtful_month(&token.lower) && !token.capital && !token.cyrillic() {
        return None;
    }
    let short = vocabulary::is_abbreviation(&token.lower);
    Some((month, if short && text.is_glued(at + 1, '.') { at + 2 } else { at + 1 }))
}

/// A year, with or without a comma before and `года` after.
fn year(text: &Text<'_>, at: usize) -> Option<(i32, usize)> {
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

fn is_range(text: &Text<'_>, at: usize) -> bool {
    text.is_mark(at, '-') || text.is_one(at, &["to", "till", "until", "til", "through", "по", "до"])
}

fn is_list(text: &Text<'_>, at: usize) -> bool {
    text.is_mark(at, '&') || text.is_mark(at, ',') || text.is_one(at, &["and", "и"])
}

/// `[weekday] day [(and|to) [weekday] day] month [year] [(weekday)]` and the American order.
fn spelled(text: &Text<'_>, from: usize) -> Option<Date> {
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
fn weekday_after(text: &Text<'_>, at: usize) -> Option<(Weekday, usize)> {
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
    Some((day, if bracket && text.is_mark(after, ')') { after + 1 } else { after }))
}

/// `2015-09-28`, `28.09.2015`, `28/9/15`, and `28.09` or `28/9` beside a weekday or time.
fn numeric(text: &Text<'_>, from: usize) -> Option<Date> {
    let (first, at) = weekday(text, from).map_or((None, from), |(day, after)| (Some(day), skip_between(text, after)));
    let (a, a_digits) = text.number(at)?;
    if at > 0
        && text.get(at).is_some_and(|token| !token.spaced)
        && text.get(at - 1).is_some_and(|before| !before.is_mark('(') && !before.is_break() && first.is_none())
    {
        return None;
    }
    let mark = ['.', '/', '-'].into_iter().find(|mark| text.is_glued(at + 1, *mark))?;
    let (b, b_digits) = text.glued_number(at + 2)?;
    let third = if text.is_glued(at + 3, mark) { text.glued_number(at + 4) } else { None };
    let mut weak = false;
    let (day, mut to) = match third {
        Some((c, c_digits)) => {
            let glued = text.is_glued(at + 5, mark) && text.glued_number(at + 6).is_some();
            if glued {
                return None;
            }
            let day = if a_digits == 4 && mark != '/' {
                Day::Calendar { year: i32::try_from(a).ok(), month: b, day: c }
            } else if a_digits <= 2 && b_digits <= 2 && (c_digits == 4 || c_digits == 2) {
                let year = i32::try_from(if c_digits == 2 { c + 2000 } else { c }).ok();
                weak = c_digits == 2 && mark != '/';
                if mark == '.' {
                    Day::Calendar { year, month: b, day: a }
                } else {
                    Day::Slashed { year, first: a, second: b }
                }
            } else {
                return None;
            };
            (day, at + 5)
        }
        None => {
            if mark == '-' || a_digits > 2 || b_digits > 2 || (mark == '.' && b_digits != 2) {
                return None;
            }
            weak = true;
            let day = if mark == '.' {
                Day::Calendar { year: None, month: b, day: a }
            } else {
                Day::Slashed { year: None, first: a, second: b }
            };
            (day, at + 3)
        }
    };
    if let Day::Calendar { year, month, day } = day {
        let year = year.unwrap_or(2000);
        if !(1900..=2100).contains(&year) || chrono::NaiveDate::from_ymd_opt(year, month, day).is_none() {
            return None;
        }
    }
    if text.is_one(to, &["г", "года"]) {
        to += 1;
        to += usize::from(text.word_before(to) == Some("г") && text.is_glued(to, '.'));
    }
    let mut weekday = first;
    if weekday.is_none()
        && let Some((day, after)) = weekday_after(text, to)
    {
        weekday = Some(day);
        to = after;
    }
    let mut date = Date::new(from, to, vec![Named { day, weekday }]);
    date.weak = weak && weekday.is_none();
    Some(date)
}

/// `tomorrow`, `сегодня`, `in three days`, each with a date after it if there is one.
fn relative(text: &Text<'_>, from: usize) -> Option<Date> {
    let word = text.word(from)?;
    let (days, after, late) = match word.strip_suffix("'s").unwrap_or(word) {
        "today" | "сегодня" => (0, from + 1, None),
        "tonight" => (0, from + 1, Some(true)),
        "tomorrow" | "завтра" => (1, from + 1, None),
        "послезавтра" => (2, from + 1, None),
        "yesterday" | "вчера" | "позавчера" => (-1, from + 1, None),
        "this" if text.is_one(from + 1, &["evening", "afternoon"]) => (0, from + 2, Some(true)),
        "this" if text.is_one(from + 1, &["morning"]) => (0, from + 2, Some(false)),
        "the" | "day" => {
            let day = if text.word(from) == Some("the") { from + 1 } else { from };
            (text.is_one(day, &["day"]) && text.is_one(day + 1, &["after"]) && text.is_one(day + 2, &["tomorrow"]))
                .then_some((2, day + 3, None))?
        }
        "in" | "через" => {
            let (count, unit) = match text.number(from + 1) {
                Some((count, _)) => (count, from + 2),
                None => match vocabulary::small_number(text.word(from + 1)?)
                    .filter(|_| text.word(from + 1) != Some("час"))
                {
                    Some(count) => (count, from + 2),
                    None => (1, from + if text.is_one(from + 1, &["a"]) { 2 } else { 1 }),
                },
            };
            let days = match text.word(unit)? {
                "day" | "days" | "день" | "дня" | "дней" => 1,
                "week" | "weeks" | "неделю" | "недели" | "недель" => 7,
                _ => return None,
            };
            (i64::from(count.min(400)) * days, unit + 1, None)
        }
        _ => return None,
    };
    let mut date = Date::new(from, after, vec![Named { day: Day::After(days), weekday: None }]);
    date.off = days < 0;
    date.late = late;
    day_part(text, &mut date);
    take_explicit(text, &mut date);
    Some(date)
}

/// Lets the date that follows in `this Saturday (10 October)` say which day is meant.
fn take_explicit(text: &Text<'_>, date: &mut Date) {
    let next = skip_between(text, date.to);
    let bracket = (date.to..next).any(|at| text.is_mark(at, '('));
    let Some(named) = numeric(text, next).or_else(|| spelled(text, next)) else {
        // `tomorrow, Friday`
        if let Some((day, after)) = weekday(text, next)
            && let Some(first) = date.days.first_mut()
            && first.weekday.is_none()
            && !date.off
        {
            first.weekday = Some(day);
            date.to = after + usize::from(bracket && text.is_mark(after, ')'));
        }
        return;
    };
    if date.off {
        return;
    }
    let weekday = date.days.first().and_then(|first| first.weekday);
    date.to = named.to + usize::from(bracket && text.is_mark(named.to, ')'));
    date.until = named.until;
    date.days = named.days;
    if let Some(first) = date.days.first_mut() {
        first.weekday = first.weekday.or(weekday);
    }
}

/// `Friday`, `this Saturday`, `next Monday`, `в следующую пятницу`, `every Tuesday`.
fn weekday_only(text: &Text<'_>, from: usize) -> Option<Date> {
    let word = text.word(from)?;
    if vocabulary::is_every_weekday(word) {
        let mut date = Date::new(from, from + 1, vec![Named { day: Day::Weekday { next: false }, weekday: None }]);
        date.off = true;
        return Some(date);
    }
    let next = matches!(word, "next") || word.starts_with("следующ");
    let this = matches!(word, "this" | "coming" | "эту" | "этот" | "это") || word.starts_with("ближайш");
    let over = matches!(word, "last" | "past" | "previous") || word.starts_with("прошл") || word.starts_with("минувш");
    let again = matches!(word, "every" | "each") || word.starts_with("кажд");
    let modified = next || this || over || again;
    let mut at = from + usize::from(modified);
    if modified && text.is_one(at, &["coming"]) {
        at += 1;
    }
    let (day, after) = weekday(text, at)?;
    let mut date = Date::new(from, after, vec![Named { day: Day::Weekday { next }, weekday: Some(day) }]);
    date.off = over || again;
    date.weak = text.word(at).is_some_and(vocabulary::is_short_weekday) && !modified;
    if text.is_one(after, &["next", "after"]) && text.is_one(after + 1, &["week"]) {
        date.days = vec![Named { day: Day::Weekday { next: true }, weekday: Some(day) }];
        date.to = after + 2;
    }
    day_part(text, &mut date);
    if modified {
        take_explicit(text, &mut date);
    } else if is_range(text, date.to) && weekday(text, date.to + 1).is_some() {
        // `Monday to Friday` are opening hours.
        date.to += 2;
        date.off = true;
    } else if let Some(found) = of_month(text, skip_between(text, after)) {
        // `Monday the 28th`
        date.to = found.to;
        date.days = found.days.into_iter().map(|named| Named { weekday: Some(day), ..named }).collect();
        date.weak = false;
    }
    Some(date)
}

/// `the 28th`, `28-го`, `28 числа`.
fn of_month(text: &Text<'_>, from: usize) -> Option<Date> {
    text.number(from)?;
    let (day, after, ordinal) = day_number(text, from)?;
    let to = if text.is_one(after, &["числа"]) { after + 1 } else { after };
    let open = text
        .get(to)
        .is_none_or(|next| !next.is_word() || text.is_one(to, &["at", "from", "в", "с", "in", "on", "to", "till"]));
    let announced = text.is_one(from.wrapping_sub(1), &["the"])
        || text.get(from).is_some_and(|_| to > after || text.is_glued(from + 1, '-'))
        || text.is_mark(from.wrapping_sub(1), ',')
        || from.checked_sub(1).is_some_and(|before| weekday(text, before).is_some());
    if !(ordinal || to > after) || !open || !announced {
        return None;
    }
    let mut date = Date::new(from, to, vec![Named { day: Day::OfMonth(day), weekday: None }]);
    date.weak = true;
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
