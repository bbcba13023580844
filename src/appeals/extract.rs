//! Finding time and place: what a post's text seems to say about when and where something takes place.
//!
//! It reads English and Russian prose by rules: a tokeniser, grammars of dates, times and addresses, and a reading of the
//! words around them, which tell an announcement from a report, a deadline or opening hours. Nothing is sent on its
//! word: an organiser looks at what is suggested. A wrong suggestion is worse than none, so whatever is in doubt is left
//! out. A date without a time is no event.
//!
//! The crates for this read one phrase that is known to be a date, few of them in Russian, and tell neither reports from
//! calls nor addresses from text, which is most of the work here; hence rules of our own.

mod addresses;
mod clocks;
mod cues;
mod dates;
mod events;
mod join;
mod places;
mod resolve;
mod times;
mod tokens;
mod vocabulary;

use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use serde::Serialize;

use resolve::Base;
use tokens::Text;

/// How much of a text is read, in bytes: many times what a post has, and little enough to be read at once.
const MAX_TEXT: usize = 50_000;

/// What the text is read against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The post's language, as a BCP 47 tag; `en-US` puts the month first in `04/05/2015`.
    pub language: &'a str,
    /// The post's own day, in its zone. Nothing before it is suggested, and years that are missing are taken from it.
    pub published: NaiveDate,
    /// The zone; those in the Americas put the month first too, for posts in English.
    pub time_zone: Tz,
}

/// What was found in a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suggestions {
    /// What takes place, in the order of the text.
    pub events: Vec<Suggested>,
    /// Weekdays that do not fit the date beside them.
    pub contradictions: Vec<Contradiction>,
}

/// Something that seems to take place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suggested {
    /// When it starts, local time.
    pub starts: NaiveDateTime,
    /// When it ends, where the text says so.
    pub ends: Option<NaiveDateTime>,
    /// The place's name, or where it is, in the text's own words.
    pub place: Option<String>,
    /// The postal address, on one line.
    pub address: Option<String>,
    /// How sure all that is, from 0 to 1.
    pub confidence: f32,
    /// The words that it was taken from.
    pub words: Words,
    /// The weekday beside the date, if the date falls on another.
    pub weekday_contradiction: Option<Contradiction>,
}

/// The words that a suggestion was taken from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Date and time.
    pub when: Excerpt,
    /// The place.
    pub place: Option<Excerpt>,
    /// The address.
    pub address: Option<Excerpt>,
}

/// A piece of the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Excerpt {
    /// The words as they are in the text; `…` stands for what is between a date and a time that are apart.
    pub text: String,
    /// Where it starts, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
}

/// A weekday named beside a date that falls on another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// The words.
    pub words: Excerpt,
    /// The weekday that the text names, in English, such as `monday`.
    pub weekday: &'static str,
    /// The date that it names.
    pub date: NaiveDate,
    /// The weekday on which that date falls.
    pub falls_on: &'static str,
}

/// What `text` seems to say about events at or after the post's day, with times and, where it has them, places.
pub fn suggest(text: &str, context: &Context<'_>) -> Suggestions {
    let text = Text::new(start_of(text));
    let base = Base { published: context.published, month_first: context.month_first() };
    let contradictions = events::contradictions(&text, &base);
    Suggestions { events: events::events(&text, &base), contradictions }
}

/// Weekdays in `text` that do not fit the date beside them, of dates to come as well as of those that are over.
///
/// An appeal whose text has one is not to be sent before somebody said which of both is right.
pub fn weekday_contradictions(text: &str, published: NaiveDate) -> Vec<Contradiction> {
    events::contradictions(&Text::new(start_of(text)), &Base { published, month_first: false })
}

fn start_of(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or(text)
}

impl Context<'_> {
    fn month_first(&self) -> bool {
        let language = self.language.to_ascii_lowercase();
        language == "en-us"
            || (language == "en"
                && (self.time_zone.name().starts_with("America/") || self.time_zone.name().starts_with("US/")))
    }
}

#[cfg(test)]
mod tests;
