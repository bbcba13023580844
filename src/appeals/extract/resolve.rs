//! Which day a written date is: the year from the post's date, the order of `04/05` from where it was written.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::dates::{Day, Named};

/// How many days ahead a date without year has to be to be taken for one that is over: nearly a year.
const NEARLY_A_YEAR: i64 = 320;

/// How many days back a date without year may be when its weekday says that it is over.
const RECENT: i64 = 180;

/// What the days are read against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Base {
    /// The post's own day.
    pub(super) published: NaiveDate,
    /// Whether `04/05` is the fifth of April.
    pub(super) month_first: bool,
}

/// A day found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Resolved {
    /// The day.
    pub(super) date: NaiveDate,
    /// How sure that is, 0 to 1.
    pub(super) sure: f32,
    /// Whether the year, or more, was taken from the post's date.
    pub(super) soft: bool,
    /// Whether it is so far ahead that the last one is rather meant.
    pub(super) distant: bool,
    /// The weekday that is named and is not that of the day.
    pub(super) contradicts: Option<Weekday>,
}

impl Resolved {
    fn new(date: NaiveDate, sure: f32, soft: bool) -> Self {
        Self { date, sure, soft, distant: false, contradicts: None }
    }
}

/// The day that is meant, at or after the post's; nothing for one that is over or does not exist.
pub(super) fn resolve(named: &Named, base: &Base) -> Option<Resolved> {
    let resolved = any(named, base)?;
    (resolved.date >= base.published).then_some(resolved)
}

/// The day that is meant, over or not.
pub(super) fn any(named: &Named, base: &Base) -> Option<Resolved> {
    let published = base.published;
    let weekday = named.weekday;
    match named.day {
        Day::Calendar { year: Some(year), month, day } => {
            exact(NaiveDate::from_ymd_opt(year, month, day)?, weekday, 1.0)
        }
        Day::Calendar { year: None, month, day } => without_year(month, day, weekday, published),
        Day::Slashed { year, first, second } => slashed(year, first, second, weekday, base),
        Day::OfMonth(day) => of_month(day, weekday, published),
        Day::Weekday { next } => {
            let weekday = weekday?;
            let ahead = (weekday.num_days_from_monday() + 7 - published.weekday().num_days_from_monday()) % 7;
            let monday = published.checked_sub_days(Days::new(published.weekday().num_days_from_monday().into()))?;
            if next {
                // That of the week after the post's: in English some mean the very next one.
                let date = monday.checked_add_days(Days::new(u64::from(7 + weekday.num_days_from_monday())))?;
                return Some(Resolved::new(date, 0.7, true));
            }
            // On a Monday, `Monday` may be today or in a week.
            let date = published.checked_add_days(Days::new(ahead.into()))?;
            (ahead > 0 || next).then_some(Resolved::new(date, 0.85, true))
        }
        Day::After(days) => {
            let date = published.checked_add_signed(chrono::TimeDelta::try_days(days)?)?;
            exact(date, weekday, 0.9).map(|resolved| Resolved { soft: true, ..resolved })
        }
    }
}

fn exact(date: NaiveDate, weekday: Option<Weekday>, sure: f32) -> Option<Resolved> {
    let contradicts = weekday.filter(|weekday| *weekday != date.weekday());
    Some(Resolved { contradicts, ..Resolved::new(date, sure, false) })
}

fn without_year(month: u32, day: u32, weekday: Option<Weekday>, published: NaiveDate) -> Option<Resolved> {
    let in_year = |year: i32| NaiveDate::from_ymd_opt(year, month, day);
    // 29 February may be years ahead.
    let next = (0..=8).filter_map(|ahead| in_year(published.year() + ahead)).find(|date| *date >= published)?;
    let last = (0..=8).filter_map(|back| in_year(published.year() - back)).find(|date| *date < published);
    let ahead = (next - published).num_days();
    let Some(weekday) = weekday else {
        return Some(Resolved { distant: ahead > NEARLY_A_YEAR, ..Resolved::new(next, 0.9, true) });
    };
    if next.weekday() == weekday {
        return Some(Resolved::new(next, 0.95, true));
    }
    match last {
        Some(last) if last.weekday() == weekday && (published - last).num_days() < RECENT => {
            Some(Resolved::new(last, 0.9, true))
        }
        Some(last) if (published - last).num_days() < RECENT / 3 => exact(last, Some(weekday), 0.5),
        _ => exact(next, Some(weekday), 0.9).map(|resolved| Resolved { soft: true, ..resolved }),
    }
}

fn slashed(year: Option<i32>, first: u32, second: u32, weekday: Option<Weekday>, base: &Base) -> Option<Resolved> {
    let read = |month, day| any(&Named { day: Day::Calendar { year, month, day }, weekday }, base);
    let (day_first, month_first) = (read(second, first), read(first, second));
    match (day_first, month_first) {
        (Some(only), None) | (None, Some(only)) => Some(only),
        (Some(one), Some(other)) => {
            let (likely, less) = if base.month_first { (other, one) } else { (one, other) };
            if likely.contradicts.is_some() && less.contradicts.is_none() {
                return Some(less);
            }
            let sure = if weekday.is_some() || likely.date == less.date { likely.sure } else { likely.sure * 0.8 };
            Some(Resolved { sure, ..likely })
        }
        (None, None) => None,
    }
}

fn of_month(day: u32, weekday: Option<Weekday>, published: NaiveDate) -> Option<Resolved> {
    let first = published.with_day(1)?;
    let months = (0..12).filter_map(|ahead| first.checked_add_months(chrono::Months::new(ahead))?.with_day(day));
    let next = months.clone().find(|date| *date >= published)?;
    match weekday {
        None => Some(Resolved::new(next, 0.7, true)),
        // `Monday the 28th`: the weekday tells which month, within half a year.
        Some(weekday) => {
            let date = months.take(6).filter(|date| *date >= published).find(|date| date.weekday() == weekday)?;
            Some(Resolved::new(date, 0.85, true))
        }
    }
}
