//! Dates that are counted from the post's: `tomorrow`, `this Saturday`, `Monday the 28th`.

use super::super::tokens::Text;
use super::super::vocabulary;
use super::numeric::numeric;
use super::parts::{day_number, is_range, skip_between, weekday};
use super::spelled::spelled;
use super::{Date, Day, Named, day_part};

/// `tomorrow`, `сегодня`, `in three days`, each with a date after it if there is one.
pub(super) fn relative(text: &Text<'_>, from: usize) -> Option<Date> {
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
pub(super) fn weekday_only(text: &Text<'_>, from: usize) -> Option<Date> {
    let word = text.word(from)?;
    if vocabulary::is_every_weekday(word) {
        let mut date = Date::new(from, from + 1, vec![Named { day: Day::Weekday { next: false }, weekday: None }]);
        date.off = true;
        return Some(date);
    }
    let next = matches!(word, "next") || word.starts_with("следующ");
    let this =
        matches!(word, "this" | "coming" | "эту" | "этот" | "это" | "эта" | "этой") || word.starts_with("ближайш");
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
pub(super) fn of_month(text: &Text<'_>, from: usize) -> Option<Date> {
    text.number(from)?;
    let (day, after, ordinal) = day_number(text, from)?;
    let to = if text.is_one(after, &["числа"]) { after + 1 } else { after };
    let open = text
        .get(to)
        .is_none_or(|next| !next.is_word() || text.is_one(to, &["at", "from", "в", "с", "in", "on", "to", "till"]));
    let before = from.wrapping_sub(1);
    let announced = to > after
        || text.is_glued(from + 1, '-')
        || text.is_one(before, &["the"])
        || text.is_mark(before, ',')
        || weekday(text, before).is_some();
    if !(ordinal || to > after) || !open || !announced {
        return None;
    }
    let mut date = Date::new(from, to, vec![Named { day: Day::OfMonth(day), weekday: None }]);
    date.weak = true;
    Some(date)
}
