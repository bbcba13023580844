//! What may be a mistake about an appeal: a day that its text does not name, or another one that is like it.

use std::time::Duration;

use chrono_tz::Tz;

use super::Checked;
use crate::appeals::Version;
use crate::appeals::event::Event;
use crate::appeals::extract::{Context, suggest, weekday_contradictions};
use crate::clock::Timestamp;
use crate::store::{StoreError, Tx};

/// Two appeals made within this of each other, for the same time or place, may be one by mistake.
const SIMILAR_WITHIN: Duration = Duration::from_secs(24 * 3600);

/// Events that start within this of each other count as the same time.
const SAME_TIME: Duration = Duration::from_secs(3600);

/// What a post itself says, for events to be compared with.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Its title and text, plain.
    pub text: &'a str,
    /// When it was published.
    pub published: Timestamp,
    /// The zone in which that is a day.
    pub time_zone: Tz,
    /// Its language, such as `en`.
    pub language: &'a str,
}

impl Said<'_> {
    /// Weekdays in the text that do not fit their dates, as far as they speak of a day of `events`.
    fn contradictions(&self, events: &[Event]) -> Vec<String> {
        let published = self.published.to_utc().with_timezone(&self.time_zone).date_naive();
        let days: Vec<_> = events.iter().map(|event| event.starts.local.date()).collect();
        let found = weekday_contradictions(self.text, published).into_iter();
        let found = found.filter(|found| {
            // The day it names, or one of that weekday nearby: either may be the slip.
            days.iter().any(|day| (*day - found.date).num_days().abs() <= 7)
        });
        found
            .map(|found| {
                let day = capital(found.falls_on);
                format!("its text says \"{}\", but {} is a {day}", found.words.text, found.date)
            })
            .collect()
    }

    /// Events on a day that the text does not call to, where it calls to other days: a weekday or date may be the slip.
    fn other_days(&self, events: &[Event]) -> Vec<String> {
        let published = self.published.to_utc().with_timezone(&self.time_zone).date_naive();
        let context = Context { language: self.language, published, time_zone: self.time_zone };
        let called = suggest(self.text, &context).events;
        let days: Vec<_> = called.iter().map(|called| called.starts.date()).collect();
        let Some(first) = called.first() else { return Vec::new() };
        let off = events.iter().map(|event| event.starts.local.date()).filter(|day| !days.contains(day));
        off.map(|day| {
            let (words, said) = (&first.words.when.text, first.starts.format("%A, %Y-%m-%d"));
            format!("its text calls to {said} (\"{words}\"), and {} is another day", day.format("%A, %Y-%m-%d"))
        })
        .collect()
    }
}

/// A weekday as it is written in a sentence.
fn capital(day: &str) -> String {
    let mut letters = day.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// What may be a mistake about it, in words: also beside an appeal that was made earlier in the same transaction.
///
/// # Errors
///
/// When the database fails.
pub async fn doubts(
    tx: &mut Tx,
    checked: &Checked,
    said: &Said<'_>,
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let mut doubts = said.contradictions(&checked.events);
    doubts.extend(said.other_days(&checked.events));
    for known in tx.versions_marked_since(now.minus(SIMILAR_WITHIN)).await? {
        if let Some(why) = resembles(tx, &known, checked).await? {
            doubts.push(format!("appeal {} of the last day {why}", known.appeal));
        }
    }
    Ok(doubts)
}

/// In which way another appeal may be the same one.
async fn resembles(tx: &mut Tx, known: &Version, checked: &Checked) -> Result<Option<&'static str>, StoreError> {
    let plain = |text: &Option<String>| {
        let letters = text.iter().flat_map(|text| text.chars()).filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect::<String>()
    };
    for event in &checked.events {
        for other in &known.events {
            let apart = (event.starts.at.0 - other.starts.at.0).unsigned_abs();
            if u128::from(apart) <= SAME_TIME.as_micros() {
                return Ok(Some("has an event at the same time"));
            }
            let address = plain(&event.address);
            if !address.is_empty()
                && address == plain(&other.address)
                && event.starts.local.date() == other.starts.local.date()
            {
                return Ok(Some("has an event at the same place on the same day"));
            }
        }
    }
    let title = tx.title(known.revision).await?;
    Ok((plain(&title) == plain(&Some(checked.title.clone()))).then_some("has the same title"))
}
