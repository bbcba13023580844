//! Whether the words around a date and time announce something, or report it, or are about something else.

use std::ops::Range;

use super::super::cues::{self, Cues};
use super::super::dates::{Day, Named};
use super::super::resolve::{Base, Resolved};
use super::Found;

impl Found<'_> {
    /// Whether the words around say that it is to come and people may come to it.
    pub(super) fn is_announced(&self, span: &Range<usize>, resolved: &Resolved, base: &Base, named: &Named) -> bool {
        let calendar = matches!(named.day, Day::Calendar { .. } | Day::Slashed { .. });
        let spelled_today = resolved.date == base.published && !matches!(named.day, Day::After(_));
        let first = self.text.segment_of(span.start);
        let last = self.text.segment_of(span.end.saturating_sub(1));
        let mut all = Cues::default();
        let mut placed = false;
        for number in first..=last {
            let segment = self.text.segment(number);
            placed |= self.addresses.iter().any(|address| segment.contains(&address.tokens.start));
            let own = cues::cues(self.text, segment, span, &self.taken);
            if number > first && number < last && own.off {
                continue;
            }
            all = all.and(own);
        }
        let soft = resolved.soft || resolved.date == base.published;
        if all.off || (soft && all.past) || (resolved.distant && !(all.call || (all.strong && all.future))) {
            return false;
        }
        let invited = all.call || all.strong;
        // The post's own date, alone with a time, is a byline.
        let headline = !spelled_today && self.is_headline(span, all.words, calendar);
        // `Dinner is served`, `the party has collapsed`: others' doings, as far as the words go.
        let own = all.weak && (all.future || all.ours || !all.states);
        invited
            || ((all.takes_place || placed || own) && !all.officials)
            || (headline && !all.officials && !all.past && !all.future)
    }

    /// Whether date and time stand alone or lead a line like `Monday 28 September, 4pm, Town Hall`, and not a sentence.
    fn is_headline(&self, span: &Range<usize>, words: usize, calendar: bool) -> bool {
        let segment = self.text.segment(self.text.segment_of(span.start));
        let last = self.text.segment(self.text.segment_of(span.end.saturating_sub(1)));
        let is_mark = |at: usize| self.text.get(at).is_none_or(|token| !token.is_word() && token.number().is_none());
        let prepositions = ["on", "at", "in", "from", "в", "с", "к", "the"];
        let leads = (segment.start..span.start).all(is_mark) && !self.text.is_one(span.start, &prepositions);
        // `Camp for justice, from Saturday`
        let before = (segment.start..span.start).rev().find(|at| !self.text.is_one(*at, &prepositions));
        let follows = before.is_some_and(is_mark);
        let closes = is_mark(span.end) || span.end >= last.end;
        words == 0 || (words <= 8 && ((leads && calendar) || ((leads || follows) && closes)))
    }
}
