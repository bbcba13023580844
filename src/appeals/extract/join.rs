//! Which time belongs to which date.

use std::ops::Range;

use super::dates::Date;
use super::times::{Role, Time};
use super::tokens::{Kind, Text};

/// How far a time may stand from its date in the same sentence, in tokens.
const SAME_SENTENCE: usize = 30;
/// How far in the sentences or lines after it.
const NEXT_SENTENCE: usize = 45;
/// How many sentences or lines further.
const SEGMENTS: usize = 3;

/// A date with its time.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// The date, by its number.
    pub(super) date: usize,
    /// The time, by its number.
    pub(super) time: usize,
    /// How near they are.
    pub(super) nearness: Nearness,
    /// What ends it.
    pub(super) end: Option<End>,
}

/// How near a date and its time are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Nearness {
    /// Nothing but commas and prepositions is between.
    Beside,
    /// They are in one sentence.
    Sentence,
    /// They are in sentences or lines that follow each other.
    Apart,
}

/// What ends something.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// The date, by its number, if it is another day.
    pub(super) date: Option<usize>,
    /// The time, by its number.
    pub(super) time: usize,
}

impl Pair {
    /// The tokens from the first to the last of both.
    pub(super) fn span(&self, dates: &[Date], times: &[Time]) -> Range<usize> {
        let (Some(date), Some(time)) = (dates.get(self.date), times.get(self.time)) else { return 0..0 };
        date.from.min(time.from)..date.to.max(time.to)
    }
}

/// Pairs dates with times, in the order of the text.
pub(super) fn pairs(text: &Text<'_>, dates: &[Date], times: &[Time]) -> Vec<Pair> {
    let mut joiner = Joiner { text, dates, times, used: vec![false; times.len()], pairs: Vec::new() };
    for date in 0..dates.len() {
        joiner.beside(date);
    }
    joiner.shared();
    for date in 0..dates.len() {
        joiner.in_sentence(date);
    }
    for date in 0..dates.len() {
        joiner.apart(date);
    }
    joiner.finish()
}

struct Joiner<'a> {
    text: &'a Text<'a>,
    dates: &'a [Date],
    times: &'a [Time],
    used: Vec<bool>,
    pairs: Vec<Pair>,
}

impl Joiner<'_> {
    fn take(&mut self, date: usize, time: usize, nearness: Nearness) {
        if let Some(used) = self.used.get_mut(time) {
            *used = true;
        }
        self.pairs.push(Pair { date, time, nearness, end: None });
    }

    fn has_pair(&self, date: usize) -> bool {
        self.pairs.iter().any(|pair| pair.date == date)
    }

    fn is_free(&self, time: usize) -> bool {
        !self.used.get(time).copied().unwrap_or(true) && self.times.get(time).is_some_and(|time| time.role != Role::Off)
    }

    /// The first time after the date, and before the next date.
    fn after(&self, number: usize) -> Option<(usize, &Time)> {
        let date = self.dates.get(number)?;
        let limit = self.dates.get(number + 1).map_or(usize::MAX, |next| next.from);
        let time = self.times.partition_point(|time| time.from < date.to);
        self.times.get(time).filter(|found| found.from < limit).map(|found| (time, found))
    }

    /// The last time before the date, and after the date before.
    fn before(&self, number: usize) -> Option<(usize, &Time)> {
        let date = self.dates.get(number)?;
        let limit = number.checked_sub(1).and_then(|before| self.dates.get(before)).map_or(0, |before| before.to);
        let time = self.times.partition_point(|time| time.to <= date.from).checked_sub(1)?;
        self.times.get(time).filter(|found| found.from >= limit).map(|found| (time, found))
    }

    fn beside(&mut self, number: usize) {
        let Some(date) = self.dates.get(number) else { return };
        let later = self
            .after(number)
            .filter(|(time, _)| self.is_free(*time))
            .and_then(|(time, found)| Some((gap(self.text, date.to..found.from)?, time)));
        let earlier = self
            .before(number)
            .filter(|(time, _)| self.is_free(*time))
            .and_then(|(time, found)| Some((gap(self.text, found.to..date.from)?, time)));
        let best = match (later, earlier) {
            (Some(later), Some(earlier)) => Some(if earlier.0 < later.0 { earlier } else { later }),
            (later, earlier) => later.or(earlier),
        };
        if let Some((_, time)) = best {
            self.take(number, time, Nearness::Beside);
        }
    }

    fn in_sentence(&mut self, number: usize) {
        let Some(date) = self.dates.get(number) else { return };
        if self.has_pair(number) || date.weak || date.off {
            return;
        }
        let segment = self.text.segment(self.text.segment_of(date.from));
        let fits = |time: usize, found: &Time, distance: usize| {
            self.is_free(time)
                && found.role == Role::Start
                && segment.contains(&found.from)
                && distance <= SAME_SENTENCE
        };
        let later = self.after(number).filter(|(time, found)| fits(*time, found, found.from.saturating_sub(date.to)));
        let earlier =
            self.before(number).filter(|(time, found)| fits(*time, found, date.from.saturating_sub(found.to)));
        if let Some((time, _)) = later.or(earlier) {
            self.take(number, time, Nearness::Sentence);
        }
    }

    fn apart(&mut self, number: usize) {
        let Some(date) = self.dates.get(number) else { return };
        if self.has_pair(number) || date.weak || date.off || date.closing {
            return;
        }
        let own = self.text.segment_of(date.from);
        let fits = |time: usize, found: &Time, distance: usize| {
            let other = self.text.segment_of(found.from);
            self.is_free(time)
                && found.role == Role::Start
                && other.abs_diff(own) <= SEGMENTS
                && distance <= NEXT_SENTENCE
                && !self.parted(date, found)
        };
        let later = self.after(number).filter(|(time, found)| fits(*time, found, found.from.saturating_sub(date.to)));
        let earlier = self.before(number).filter(|(time, found)| {
            fits(*time, found, date.from.saturating_sub(found.to))
                && self.text.segment_of(found.from) + 2 > own
                && self.on_lines(found, date)
        });
        if let Some((time, _)) = later.or(earlier) {
            self.take(number, time, Nearness::Apart);
        }
    }

    /// Whether more than one empty line is between.
    fn parted(&self, date: &Date, time: &Time) -> bool {
        let between = date.to.min(time.to)..date.from.max(time.from);
        between.filter(|at| self.text.get(*at).is_some_and(|token| token.kind == Kind::Paragraph)).count() > 1
    }

    /// Whether time and date stand on lines of their own, as `Time: 6pm`, `Date: 5 May`.
    fn on_lines(&self, time: &Time, date: &Date) -> bool {
        (time.to..date.from).any(|at| self.text.get(at).is_some_and(super::tokens::Token::is_break))
    }

    /// `Saturday 10 June and Sunday 11 June at 3pm`: the time is that of both.
    fn shared(&mut self) {
        for number in (0..self.dates.len().saturating_sub(1)).rev() {
            let (Some(date), Some(next)) = (self.dates.get(number), self.dates.get(number + 1)) else { continue };
            let between = date.to..next.from;
            let listed = !between.is_empty()
                && between.len() <= 3
                && between.clone().all(|at| {
                    self.text.is_one(at, &["and", "и", "on", "в", "also"])
                        || self.text.is_mark(at, '&')
                        || self.text.is_mark(at, ',')
                });
            let pair = self.pairs.iter().find(|pair| pair.date == number + 1).cloned();
            if listed
                && !self.has_pair(number)
                && !date.off
                && let Some(pair) = pair
                && self.times.get(pair.time).is_some_and(|time| time.from >= next.to)
            {
                self.pairs.push(Pair { date: number, ..pair });
            }
        }
    }

    /// Adds second times of one day, and takes ends to what they end.
    fn finish(mut self) -> Vec<Pair> {
        self.pairs.sort_by_key(|pair| pair.span(self.dates, self.times).start);
        let mut pairs: Vec<Pair> = Vec::new();
        for pair in std::mem::take(&mut self.pairs) {
            let span = pair.span(self.dates, self.times);
            let (Some(date), Some(time)) = (self.dates.get(pair.date), self.times.get(pair.time)) else { continue };
            let until = time.role == Role::End
                || self.text.is_one(span.start.wrapping_sub(1), &["until", "till", "til", "through", "до"]);
            let to = until
                || self.text.is_one(span.start.wrapping_sub(1), &["to", "по"])
                || self.text.is_mark(span.start.wrapping_sub(1), '-');
            let last = pairs.last_mut().filter(|last| {
                let before = last.span(self.dates, self.times).end;
                to && last.end.is_none()
                    && span.start.saturating_sub(before) <= 2
                    && date.from > before.saturating_sub(1)
            });
            if let Some(last) = last {
                last.end = Some(End { date: Some(pair.date), time: pair.time });
            } else if !until {
                pairs.push(pair);
            }
        }
        let more: Vec<Pair> = pairs.iter().flat_map(|pair| self.second_times(pair)).collect();
        for pair in &mut pairs {
            if pair.end.is_none() {
                pair.end = self.said_end(pair.date, pair.time);
            }
        }
        pairs.extend(more);
        pairs.sort_by_key(|pair| pair.span(self.dates, self.times).start);
        pairs
    }

    /// `at 10am and 2pm` are two.
    fn second_times(&self, pair: &Pair) -> Vec<Pair> {
        let mut more = Vec::new();
        let mut last = pair.time;
        while let (Some(first), Some(next)) = (self.times.get(last), self.times.get(last + 1)) {
            let between = first.to..next.from;
            let joined = between.len() <= 2
                && between.clone().any(|at| self.text.is_one(at, &["and", "и"]) || self.text.is_mark(at, '&'))
                && between.clone().all(|at| {
                    self.text.is_one(at, &["and", "и"]) || self.text.is_mark(at, '&') || self.text.is_mark(at, ',')
                });
            if !joined || !self.is_free(last + 1) || next.role != Role::Start {
                break;
            }
            more.push(Pair { time: last + 1, end: self.said_end(pair.date, last + 1), ..pair.clone() });
            last += 1;
        }
        more
    }

    /// `until 8pm` after the start, in the same sentence.
    fn said_end(&self, date: usize, time: usize) -> Option<End> {
        let start = self.times.get(time)?;
        let next = self.times.get(time + 1).filter(|next| next.role == Role::End && self.is_free(time + 1))?;
        let date = self.dates.get(date)?;
        let same = self.text.segment_of(start.from) == self.text.segment_of(next.from);
        let other_date =
            self.dates.iter().any(|other| other.from >= start.to && other.from != date.from && other.to <= next.from);
        let word = self.text.word(next.from)?;
        (same
            && start.end.is_none()
            && !other_date
            && word != "by"
            && word != "before"
            && next.from.saturating_sub(start.to) <= 12)
            .then_some(End { date: None, time: time + 1 })
    }
}

/// How much is between a date and a time beside it; nothing if it is more than commas, prepositions and the like.
fn gap(text: &Text<'_>, between: Range<usize>) -> Option<usize> {
    if between.len() > 6 {
        return None;
    }
    let mut cost = 0;
    for at in between {
        let token = text.get(at)?;
        cost += match token.kind {
            Kind::Mark(',' | '(' | ')' | '-' | ':' | '@' | '/') => 2,
            Kind::Mark('.') if !token.spaced => 2,
            Kind::Line => 3,
            Kind::Word => match token.lower.as_str() {
                "on" | "the" | "of" | "this" | "в" | "at" | "from" | "с" | "t" => 1,
                "starting" | "start" | "starts" | "begins" | "beginning" | "time" | "in" | "начало" | "сбор"
                | "начала" | "ровно" | "around" | "about" | "exactly" | "doors" | "kick" | "off" | "local" | "for"
                | "на" | "к" | "a" | "time's" | "время" | "and"
                    if token.lower != "and" =>
                {
                    2
                }
                "evening" | "morning" | "afternoon" | "вечером" | "днем" | "утром" => 1,
                _ => return None,
            },
            _ => return None,
        };
    }
    Some(cost)
}
