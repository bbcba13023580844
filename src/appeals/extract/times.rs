//! The grammar of times of day: `4pm`, `16.00`, `6-8pm`, `from 6 till 8`, `noon`, `в три часа дня`, `с 18:00 до 20:00`.

use chrono::NaiveTime;

use super::clocks::{self, Clock};
use super::tokens::Text;

/// A time of day in the text, or two with `to` between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Time {
    /// The first token, with the preposition.
    pub(super) from: usize,
    /// The token after the last.
    pub(super) to: usize,
    /// When it starts.
    pub(super) start: Clock,
    /// When it ends.
    pub(super) end: Option<Clock>,
    /// What the words before say about it.
    pub(super) role: Role,
    /// Whether the words leave no doubt that it is a time, wherever it stands: `4pm`, `16:00`, `noon`.
    pub(super) sure: bool,
}

/// What a time is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// When something starts, for all that the words say.
    Start,
    /// When something ends, or by when: `until 8pm`, `by noon`.
    End,
    /// Neither: `after 4pm`, `10:15:32`.
    Off,
}

impl Time {
    /// Start and end; `late` is the half of the day that the date names, `english` whether hours may be those of a 12-hour clock.
    pub(super) fn read(&self, late: Option<bool>, english: bool) -> Option<(NaiveTime, Option<NaiveTime>, bool)> {
        let mut start = self.start;
        let mut end = self.end;
        if let Some(last) = end.as_mut() {
            share(&mut start, last);
        }
        let guessed = start.is_open() && (english || !start.minutes) && start.hour <= 12 && !start.padded;
        let hour = start.hour_of_day(late, english)?;
        let from = NaiveTime::from_hms_opt(hour, start.minute, 0)?;
        let till = match end {
            None => None,
            Some(end) if end.is_open() && end.hour <= 12 && !end.padded => {
                // The next such hour after the start.
                let plain = NaiveTime::from_hms_opt(end.hour % 12, end.minute, 0)?;
                let later = NaiveTime::from_hms_opt(end.hour % 12 + 12, end.minute, 0)?;
                Some(if plain > from { plain } else { later })
            }
            Some(end) => NaiveTime::from_hms_opt(end.hour_of_day(None, english)?, end.minute, 0),
        };
        Some((from, till.filter(|till| *till != from), guessed && late.is_none()))
    }
}

/// Lets `6-8pm` be both in the evening, and `11-1pm` not.
fn share(start: &mut Clock, end: &mut Clock) {
    if start.is_open()
        && start.hour <= 12
        && let Some(late) = end.late
    {
        let (first, last) = ((start.hour % 12, start.minute), (end.hour % 12, end.minute));
        start.late = Some(if first < last { late } else { !late });
    }
}

/// All times of a text, in order; `taken` are the tokens of the dates.
pub(super) fn times(text: &Text<'_>, taken: &[bool]) -> Vec<Time> {
    let mut found: Vec<Time> = Vec::new();
    let mut at = 0;
    while at < text.tokens.len() {
        let free = !taken.get(at).copied().unwrap_or_default();
        match if free { time_at(text, at, taken) } else { None } {
            Some(time) => {
                at = time.to.max(at + 1);
                found.push(time);
            }
            None => at += 1,
        }
    }
    found
}

const STARTS: [&str; 22] = [
    "at",
    "from",
    "around",
    "about",
    "circa",
    "starting",
    "starts",
    "start",
    "begins",
    "beginning",
    "approx",
    "в",
    "с",
    "к",
    "около",
    "начало",
    "начала",
    "сбор",
    "time",
    "время",
    "на",
    "between",
];
const ENDS: [&str; 14] = [
    "until",
    "till",
    "til",
    "by",
    "ends",
    "end",
    "ending",
    "finish",
    "finishes",
    "finishing",
    "before",
    "до",
    "окончание",
    "close",
];
const OFF: [&str; 8] = ["after", "since", "past", "после", "позже", "later", "closes", "closing"];

fn time_at(text: &Text<'_>, at: usize, taken: &[bool]) -> Option<Time> {
    let is_free =
        |range: std::ops::Range<usize>| range.into_iter().all(|at| !taken.get(at).copied().unwrap_or_default());
    let (start, mut to) = clocks::clock_at(text, at)?;
    let colon = text.is_mark(at.wrapping_sub(1), ':')
        || text.is_mark(at.wrapping_sub(1), '@')
        || text.is_mark(at.wrapping_sub(1), '-')
        || text.is_mark(at.wrapping_sub(1), ',');
    let mut word_at = if colon { at.wrapping_sub(2) } else { at.wrapping_sub(1) };
    if text.is_one(word_at, &["around", "about", "approximately", "exactly", "ровно", "примерно", "the", "is"])
        && text.word_before(word_at).is_some()
    {
        word_at = word_at.wrapping_sub(1);
    }
    // `ends at 8pm`, `until about 8pm`
    if text.is_one(word_at, &["at", "в", "около"]) && text.word_before(word_at).is_some_and(|word| ENDS.contains(&word))
    {
        word_at = word_at.wrapping_sub(1);
    }
    let before = text.word(word_at).unwrap_or_default();
    let at_sign = text.is_mark(at.wrapping_sub(1), '@');
    let beside = text.is_mark(at.wrapping_sub(1), ',') || text.is_mark(at.wrapping_sub(1), '-');
    let announced = at_sign || (STARTS.contains(&before) && !beside);
    let mut end = None;
    if let Some(next) = range_mark(text, to, before)
        && let Some((last, after)) = clocks::clock_at(text, next)
        && is_free(next..after)
        && is_range_of_times(&start, &last)
    {
        end = Some(last);
        to = after;
    }
    let prefixed = (announced && !at_sign || ENDS.contains(&before) || OFF.contains(&before)) && is_free(word_at..at);
    let from = if at_sign {
        at - 1
    } else if prefixed {
        word_at
    } else {
        at
    };
    let role = match before {
        // Midnight on Friday is the first moment of it to some and the last to others.
        _ if start.stamp || (start.hour % 24 == 0 && start.minute == 0) || OFF.contains(&before) && !beside => {
            Role::Off
        }
        _ if ENDS.contains(&before) && !beside && end.is_none() => Role::End,
        _ => Role::Start,
    };
    let sure = start.sure || end.is_some_and(|end| end.sure);
    if !sure {
        let near_date = |at: usize| taken.get(at).copied().unwrap_or_default();
        let touching = near_date(at.wrapping_sub(1)) || (beside && near_date(at.wrapping_sub(2)));
        let ranged = end.is_some() && (touching || matches!(before, "from" | "between" | "с" | "at"));
        let said = announced || role == Role::End;
        let minutes = start.minutes && (said || touching || ranged);
        let bare = !start.minutes && said && matches!(before, "at" | "from" | "until" | "till" | "by") || at_sign;
        if !(minutes || ranged || (bare && ends_here(text, to))) {
            return None;
        }
    }
    if is_measure(text, at, to) {
        return None;
    }
    Some(Time { from, to: zone(text, to), start, end, role, sure })
}

/// Where the second time starts, after `-`, `to`, `till` or, after `between`, `and`.
fn range_mark(text: &Text<'_>, at: usize, before: &str) -> Option<usize> {
    let joins = text.is_mark(at, '-')
        || text.is_one(at, &["to", "till", "until", "til", "до"])
        || (before == "between" && text.is_one(at, &["and"]));
    joins.then_some(at + 1)
}

/// `4-2015` and `10:30-7` are not two times.
fn is_range_of_times(start: &Clock, end: &Clock) -> bool {
    start.hour <= 24
        && end.hour <= 24
        && !(start.hour > 12 && !end.minutes && end.is_open() && !end.sure && start.minutes)
}

/// Whether a bare hour can end here, so that `at 6 Downing Street` is none.
fn ends_here(text: &Text<'_>, at: usize) -> bool {
    let Some(next) = text.get(at) else { return true };
    let follows = [
        "on", "this", "next", "tomorrow", "today", "tonight", "and", "in", "outside", "at", "for", "sharp", "onwards",
        "we", "the",
    ];
    match text.word(at) {
        Some(word) => follows.contains(&word) || super::vocabulary::weekday(word).is_some(),
        None => {
            let glued = next.is_mark('-') && !next.spaced;
            !(glued || next.number().is_some() || next.is_mark('%') || next.is_mark('/'))
        }
    }
}

/// Whether the number is money, a share, a score or a measure.
fn is_measure(text: &Text<'_>, at: usize, to: usize) -> bool {
    let before = text.get(at.wrapping_sub(1));
    let glued = text.get(at).is_some_and(|token| !token.spaced);
    let money = |mark: char| "$£€₸₽#№+".contains(mark);
    before.is_some_and(|token| matches!(token.kind, super::tokens::Kind::Mark(mark) if money(mark) || (glued && "./:=&?".contains(mark))))
        || text.get(to).is_some_and(|token| matches!(token.kind, super::tokens::Kind::Mark(mark) if "%$£€₸₽".contains(mark)))
        || text.is_one(
            to,
            &[
                "per", "percent", "million", "billion", "km", "miles", "mln", "тыс", "млн", "млрд", "процента", "процентов", "руб", "тенге", "км", "м",
                "pounds", "euros", "dollars", "points", "seconds", "minutes", "минут", "секунд", "m", "metres",
            ],
        )
        || text.is_one(at.wrapping_sub(1), &["version", "версия", "chapter", "article", "section", "verse", "page", "статья", "пункт", "стр"])
}

/// Takes in `sharp`, `onwards`, `GMT`, `(BST)`, `по московскому времени`, which belong to the time.
fn zone(text: &Text<'_>, at: usize) -> usize {
    if text.is_one(at, &["sharp", "onwards", "ровно", "prompt"]) {
        return at + 1;
    }
    let (open, word) = if text.is_mark(at, '(') { (1, at + 1) } else { (0, at) };
    if text.is_one(word, &["gmt", "bst", "utc", "cet", "cest", "est", "edt", "pst", "pdt", "cst", "msk", "мск"])
        && text.get(word).is_some_and(|token| token.capital)
    {
        return word + 1 + usize::from(open == 1 && text.is_mark(word + 1, ')'));
    }
    if text.is_one(at, &["по"]) && text.is_one(at + 2, &["времени"]) {
        return at + 3;
    }
    if text.is_one(at + 1, &["time"]) && text.is_one(at, &["local", "london", "moscow", "berlin", "astana", "almaty"]) {
        return at + 2;
    }
    at
}
