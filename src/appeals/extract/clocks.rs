//! One reading of a clock: hour, minute, and the half of the day where it is said.

use super::tokens::Text;
use super::vocabulary;

/// A reading of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) hour: u32,
    pub(super) minute: u32,
    /// The second half of the day, or the first, where it is said.
    pub(super) late: Option<bool>,
    /// Whether minutes are written.
    pub(super) minutes: bool,
    /// Whether the hour is written with a zero before it, as on a 24-hour clock.
    pub(super) padded: bool,
    /// Whether nothing but a time is written like that.
    pub(super) sure: bool,
    /// Whether it is a machine's timestamp, with seconds or odd minutes.
    pub(super) stamp: bool,
}

impl Clock {
    fn new(hour: u32, minute: u32) -> Self {
        Self { hour, minute, late: None, minutes: false, padded: false, sure: false, stamp: false }
    }

    fn word(hour: u32, late: Option<bool>) -> Self {
        Self { late, sure: true, minutes: true, ..Self::new(hour, 0) }
    }

    fn midnight() -> Self {
        Self { padded: true, ..Self::word(0, None) }
    }

    /// Whether the half of the day is not said and not plain from the hour.
    pub(super) fn is_open(&self) -> bool {
        self.late.is_none() && self.hour <= 12
    }

    /// The hour, 0 to 23. What is not said is the afternoon for 1 to 7, and the morning for 8 to 11.
    pub(super) fn hour_of_day(&self, late: Option<bool>, english: bool) -> Option<u32> {
        let late = self.late.or(late.filter(|_| self.hour <= 12 && !self.padded));
        let hour = match late {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            // `в 12 ночи`
            Some(_) => self.hour,
            None if self.padded || (self.minutes && !english) => self.hour,
            None if (1..=7).contains(&self.hour) => self.hour + 12,
            None => self.hour,
        };
        match hour {
            24 if self.minute == 0 => Some(0),
            0..24 => Some(hour),
            _ => None,
        }
    }
}

/// The reading at `at`, and the token after it.
pub(super) fn clock_at(text: &Text<'_>, at: usize) -> Option<(Clock, usize)> {
    let (mut clock, mut to) = digits(text, at).or_else(|| words(text, at))?;
    if let Some((late, after)) = half_of_day(text, to, clock.hour) {
        if clock.hour > 12 && clock.late.is_none() {
            // `16:00 дня` says nothing new, `16 am` is nonsense.
            if late != (clock.hour >= 12) {
                return None;
            }
        } else {
            clock.late = Some(late);
        }
        clock.sure = true;
        to = after;
    }
    if clock.hour > 24 || clock.minute > 59 || (clock.late.is_some() && clock.hour == 0) {
        return None;
    }
    Some((clock, to))
}

fn digits(text: &Text<'_>, at: usize) -> Option<(Clock, usize)> {
    let (value, digits) = text.number(at)?;
    let glued_before = text.get(at).is_some_and(|token| !token.spaced)
        && text.get(at.wrapping_sub(1)).is_some_and(|before| {
            before.is_mark('.')
                || before.is_mark('/')
                || before.is_mark(',')
                || (before.is_word() && before.lower != "t")
        });
    if glued_before {
        return None;
    }
    if digits == 4 {
        let military = text.is_one(at + 1, &["hrs", "hours", "h", "hr"]);
        let clock = Clock { minutes: true, padded: true, sure: true, ..Clock::new(value / 100, value % 100) };
        return military.then_some((clock, at + 2));
    }
    if digits > 2 || value > 24 {
        return None;
    }
    let mut clock = Clock { padded: digits == 2 && value < 10, ..Clock::new(value, 0) };
    for mark in [':', '.'] {
        if text.is_glued(at + 1, mark)
            && let Some((minute, 2)) = text.glued_number(at + 2)
        {
            clock.minute = minute;
            clock.minutes = true;
            clock.sure = mark == ':' && minute < 60;
            clock.stamp = minute % 5 != 0;
            let mut to = at + 3;
            if text.is_glued(to, mark) && text.glued_number(to + 1).is_some() {
                if mark == '.' {
                    return None;
                }
                clock.stamp = true;
                to += 2;
            }
            if mark == ':' && value > 12 || clock.padded {
                clock.sure = mark == ':';
            }
            let hours = text.is_one(to, &["h", "hrs", "hours", "hr", "ч", "uhr"])
                && !(text.is_one(to, &["hours"]) && mark == '.');
            if hours {
                clock.sure = true;
                to += 1 + usize::from(text.is_glued(to + 1, '.') && text.word(to) == Some("ч"));
            }
            return Some((clock, to));
        }
    }
    // `в 16-00`
    if text.is_glued(at + 1, '-')
        && digits == 2
        && let Some((minute @ (0 | 15 | 30 | 45), 2)) = text.glued_number(at + 2)
        && text
            .word_before(at)
            .is_some_and(|word| matches!(word, "в" | "с" | "к" | "до" | "на" | "начало" | "время" | "около"))
        && !text.is_glued(at + 3, '-')
    {
        return Some((Clock { minute, minutes: true, sure: true, ..clock }, at + 3));
    }
    let next = text.word(at + 1);
    let glued = text.glued_word(at + 1).is_some();
    match next {
        Some("h") if glued => {
            clock.sure = true;
            clock.minutes = true;
            match text.glued_number(at + 2) {
                Some((minute, 2)) => Some((Clock { minute, stamp: minute % 5 != 0, ..clock }, at + 3)),
                _ => Some((clock, at + 2)),
            }
        }
        Some("hrs" | "uhr") if value > 0 && text.is_one(at.wrapping_sub(1), &["at", "from"]) => {
            Some((Clock { sure: true, minutes: true, ..clock }, at + 2))
        }
        Some("ч" | "час" | "часа" | "часов") => russian_hours(text, at, clock),
        Some("noon" | "midday") if value == 12 => Some((Clock::word(12, Some(true)), at + 2)),
        Some("midnight") if value == 12 => Some((Clock::midnight(), at + 2)),
        Some(word) if glued && !is_meridiem(word) => None,
        _ if text.is_mark(at + 1, '%') => None,
        _ => Some((clock, at + 1)),
    }
}

/// `16 часов 30 минут`, `4 часа дня`; but `8 часов` alone is as well how long something takes, so it needs a preposition.
fn russian_hours(text: &Text<'_>, at: usize, clock: Clock) -> Option<(Clock, usize)> {
    let mut to = at + 2;
    if text.word(at + 1) == Some("ч") && text.is_glued(to, '.') {
        to += 1;
    }
    let mut clock = clock;
    if let Some((minute, _)) = text.number(to)
        && text.is_one(to + 1, &["мин", "минут", "минуты"])
        && minute < 60
    {
        clock.minute = minute;
        to += 2 + usize::from(text.is_glued(to + 2, '.'));
    }
    let said = text
        .word_before(at)
        .is_some_and(|word| matches!(word, "в" | "с" | "к" | "до" | "на" | "около" | "начало" | "ровно"));
    let late = half_of_day(text, to, clock.hour).is_some();
    (said || late).then_some((Clock { sure: true, minutes: clock.hour > 12 || clock.minute > 0, ..clock }, to))
}

fn words(text: &Text<'_>, at: usize) -> Option<(Clock, usize)> {
    let word = text.word(at)?;
    match word {
        "noon" | "midday" | "noontime" => return Some((Clock::word(12, Some(true)), at + 1)),
        "midnight" => return Some((Clock::midnight(), at + 1)),
        "полдень"
            if text.is_one(at.wrapping_sub(1), &["в", "с", "на", "к"]) || text.is_mark(at.wrapping_sub(1), ',') =>
        {
            return Some((Clock::word(12, Some(true)), at + 1));
        }
        "полудня" if text.is_one(at.wrapping_sub(1), &["с", "до"]) => {
            return Some((Clock::word(12, Some(true)), at + 1));
        }
        "полночь" if text.is_one(at.wrapping_sub(1), &["в"]) => return Some((Clock::midnight(), at + 1)),
        "полуночи" if text.is_one(at.wrapping_sub(1), &["до"]) => return Some((Clock::midnight(), at + 1)),
        "half" | "quarter" => return past(text, at, word),
        "половине" => {
            let hour = vocabulary::hour_under_way(text.word(at + 1)?)?;
            return Some((half_before(hour), at + 2));
        }
        _ => {}
    }
    if let Some(hour) = word.strip_prefix("пол").and_then(vocabulary::hour_under_way) {
        return Some((half_before(hour), at + 1));
    }
    let hour = vocabulary::small_number(word)?;
    if text.is_one(at + 1, &["o'clock", "oclock"]) {
        return Some((Clock { sure: true, ..Clock::new(hour, 0) }, at + 2));
    }
    if text.get(at)?.cyrillic() {
        let hours = usize::from(text.is_one(at + 1, &["часа", "часов"]));
        let said = text.is_one(at.wrapping_sub(1), &["в", "с", "к", "до"]);
        let late = half_of_day(text, at + 1 + hours, hour).is_some();
        let sure = late || hours == 1;
        return (said && sure || late).then_some((Clock { sure, ..Clock::new(hour, 0) }, at + 1 + hours));
    }
    if text.is_one(at + 1, &["thirty"]) || text.is_one(at + 1, &["fifteen"]) {
        let minute = if text.is_one(at + 1, &["thirty"]) { 30 } else { 15 };
        let said = text.is_one(at.wrapping_sub(1), &["at", "from"]) || half_of_day(text, at + 2, hour).is_some();
        return said.then_some((Clock { minute, minutes: true, ..Clock::new(hour, 0) }, at + 2));
    }
    let said = text.is_one(at.wrapping_sub(1), &["at", "from", "till", "until", "to"]);
    let late = half_of_day(text, at + 1, hour).is_some();
    (said || late).then_some((Clock::new(hour, 0), at + 1))
}

fn half_before(hour: u32) -> Clock {
    let hour = if hour == 1 { 12 } else { hour - 1 };
    Clock { minute: 30, sure: true, ..Clock::new(hour, 0) }
}

/// `half past six`, `quarter to 7`.
fn past(text: &Text<'_>, at: usize, word: &str) -> Option<(Clock, usize)> {
    let to = text.is_one(at + 1, &["to"]);
    if !to && !text.is_one(at + 1, &["past"]) {
        return None;
    }
    let hour = match text.number(at + 2) {
        Some((hour, _)) => hour,
        None => vocabulary::small_number(text.word(at + 2)?)?,
    };
    if !(1..=12).contains(&hour) {
        return None;
    }
    let clock = match (word, to) {
        ("half", false) => Clock { minute: 30, ..Clock::new(hour, 0) },
        ("quarter", false) => Clock { minute: 15, ..Clock::new(hour, 0) },
        ("quarter", true) => Clock { minute: 45, ..Clock::new(if hour == 1 { 12 } else { hour - 1 }, 0) },
        _ => return None,
    };
    Some((Clock { sure: true, ..clock }, at + 3))
}

fn is_meridiem(word: &str) -> bool {
    matches!(word, "am" | "pm" | "a" | "p" | "noon" | "midday")
}

/// Which half of the day the words at `at` name, and the token after them.
fn half_of_day(text: &Text<'_>, at: usize, hour: u32) -> Option<(bool, usize)> {
    match text.word(at)? {
        "pm" => Some((
            true,
            at + 1
                + usize::from(
                    text.is_glued(at + 1, '.') && text.get(at + 2).is_some_and(|next| next.is_word() && !next.capital),
                ),
        )),
        "am" => Some((false, at + 1)),
        half @ ("a" | "p") if text.is_mark(at + 1, '.') && text.is_one(at + 2, &["m"]) => {
            // The last full stop may end the sentence as well; it is taken only where the sentence goes on.
            let more = text.is_glued(at + 3, '.')
                && text.get(at + 4).is_some_and(|next| !(next.is_break() || (next.is_word() && next.capital)));
            Some((half == "p", at + 3 + usize::from(more)))
        }
        half @ ("a" | "p") if text.is_one(at + 1, &["m"]) => Some((half == "p", at + 2)),
        "o'clock" | "oclock" => {
            half_of_day(text, at + 1, hour).or(Some(((1..=7).contains(&hour) || hour == 12, at + 1)))
        }
        "in" if text.is_one(at + 1, &["the"]) => match text.word(at + 2)? {
            "morning" => Some((false, at + 3)),
            "afternoon" | "evening" => Some((true, at + 3)),
            _ => None,
        },
        "at" if text.is_one(at + 1, &["night"]) => Some((hour != 12 && hour > 5, at + 2)),
        "noon" | "midday" if hour == 12 => Some((true, at + 1)),
        "утра" => Some((false, at + 1)),
        "дня" | "вечера" => Some((true, at + 1)),
        "пополудни" => Some((true, at + 1)),
        "ночи" => Some((hour > 8 && hour != 12, at + 1)),
        _ => None,
    }
}
