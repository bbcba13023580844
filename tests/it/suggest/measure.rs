//! Reads the two tables in `tests/data` and counts how many suggestions are right: for the test and for the bench.

use std::path::Path;

use anyhow::Context as _;
use chrono::{NaiveDate, NaiveDateTime};
use handbill::appeals::extract::{self, Context, Suggested};

/// A text, and what it says.
#[derive(Debug)]
pub(crate) struct Phrase {
    /// The language of its post.
    pub(crate) language: String,
    /// The day of its post.
    pub(crate) published: NaiveDate,
    /// The text.
    pub(crate) text: String,
    /// The events in it.
    pub(crate) expected: Vec<Expected>,
}

/// What has to be found; an address that is not named here may be found or not.
#[derive(Debug)]
pub(crate) struct Expected {
    starts: NaiveDateTime,
    ends: Option<NaiveDateTime>,
    address: Option<String>,
    contradiction: bool,
}

/// How many suggestions were made, and how many of them were right.
#[derive(Debug, Default)]
pub(crate) struct Score {
    /// How many there should have been.
    pub(crate) expected: u32,
    /// How many there were.
    pub(crate) suggested: u32,
    /// How many of those were right in every field.
    pub(crate) right: u32,
    /// One line on each text with something wrong or missing.
    pub(crate) failures: Vec<String>,
}

impl Score {
    /// The share of suggestions that were right.
    pub(crate) fn precision(&self) -> f64 {
        share(self.right, self.suggested)
    }

    /// The share of events that were found.
    pub(crate) fn recall(&self) -> f64 {
        share(self.right, self.expected)
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 1.0 } else { f64::from(part) / f64::from(whole) }
}

/// Both tables of a folder: `event-phrases.tsv` and `no-event-sentences.tsv`.
pub(crate) fn tables(folder: &Path) -> anyhow::Result<Vec<Phrase>> {
    let mut phrases = rows(&folder.join("event-phrases.tsv"))?;
    phrases.extend(rows(&folder.join("no-event-sentences.tsv"))?);
    Ok(phrases)
}

/// One table: the post's day, its language, what is in it, the text with `\n` for a line break, with tabs between.
pub(crate) fn rows(path: &Path) -> anyhow::Result<Vec<Phrase>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let rows = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    rows.map(|(number, line)| row(line).with_context(|| format!("{}, line {}", path.display(), number + 1))).collect()
}

fn row(line: &str) -> anyhow::Result<Phrase> {
    let mut fields = line.splitn(4, '\t');
    let mut field = || fields.next().context("a field is missing; they are day, language, events and text");
    let published = field()?.parse().context("the first field is no date")?;
    let language = field()?.to_owned();
    let expected = match field()? {
        "-" => Vec::new(),
        events => events.split(" ; ").map(expected).collect::<anyhow::Result<_>>()?,
    };
    Ok(Phrase { language, published, expected, text: field()?.replace("\\n", "\n") })
}

/// `2015-09-28T16:00..2015-09-28T18:00 @ 100 Victoria Street, London`; a `!` after the times stands for a contradiction.
fn expected(event: &str) -> anyhow::Result<Expected> {
    let (times, address) =
        event.split_once(" @ ").map_or((event, None), |(times, address)| (times, Some(address.to_owned())));
    let (times, contradiction) = times.strip_suffix('!').map_or((times, false), |times| (times, true));
    let (starts, ends) = times.split_once("..").map_or((times, None), |(starts, ends)| (starts, Some(ends)));
    let moment = |text: &str| {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").with_context(|| format!("{text:?} is no time"))
    };
    Ok(Expected { starts: moment(starts)?, ends: ends.map(moment).transpose()?, address, contradiction })
}

/// Reads every phrase and counts.
pub(crate) fn measure(phrases: &[Phrase]) -> Score {
    let mut score = Score::default();
    for phrase in phrases {
        let found = suggest(phrase).events;
        let right = found.iter().filter(|event| phrase.expected.iter().any(|expected| fits(event, expected))).count();
        score.expected += count(phrase.expected.len());
        score.suggested += count(found.len());
        score.right += count(right);
        if right != found.len() || right != phrase.expected.len() {
            let found: Vec<_> = found.iter().map(said).collect();
            score.failures.push(format!(
                "{:?} ({}): found {found:?}, expected {:?}",
                phrase.text, phrase.published, phrase.expected
            ));
        }
    }
    score
}

/// What the module makes of a phrase.
pub(crate) fn suggest(phrase: &Phrase) -> extract::Suggestions {
    let time_zone = match phrase.language.as_str() {
        "ru" | "kk" => chrono_tz::Asia::Almaty,
        "en-US" => chrono_tz::America::New_York,
        _ => chrono_tz::Europe::London,
    };
    extract::suggest(&phrase.text, &Context { language: &phrase.language, published: phrase.published, time_zone })
}

fn fits(event: &Suggested, expected: &Expected) -> bool {
    event.starts == expected.starts
        && event.ends == expected.ends
        && (expected.address.is_none() || event.address == expected.address)
        && event.weekday_contradiction.is_some() == expected.contradiction
}

fn said(event: &Suggested) -> String {
    format!(
        "{:?}..{:?} @ {:?} [{}] {:.2}",
        event.starts, event.ends, event.address, event.words.when.text, event.confidence
    )
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
