//! Front matter: what stands above a post's body, as YAML between `---` or as TOML between `+++`.
//!
//! Keys that Handbill does not know are left to the site tools that do.

mod fields;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use unic_langid::LanguageIdentifier;
use url::Url;

use self::fields::{Fields, line_of};
use crate::appeals::declared::Declared;
use crate::clock::Timestamp;
use crate::schedule::{instant, missing_day};
use crate::topics::Topics;

/// What a post says about itself; everything is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrontMatter {
    /// `title`.
    pub title: Option<String>,
    /// `date`.
    pub date: Option<Timestamp>,
    /// `topics`; `tags` and `categories` are other tools' words.
    pub topics: Topics,
    /// `language`, as a BCP 47 tag.
    pub language: Option<String>,
    /// `url`, made absolute.
    pub url: Option<Url>,
    /// `summary`.
    pub summary: Option<String>,
    /// `guid`.
    pub guid: Option<String>,
    /// `translation_of`: the guid, file or web address of the post that this is a translation of.
    pub translation_of: Option<String>,
    /// `draft`: it is no post yet.
    pub draft: bool,
    /// `urgent`, with `event` or `events`, or with `deadline` and `region`.
    pub urgent: Option<Declared>,
}

/// Why front matter cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line of the file, from 1.
    pub line: Option<usize>,
    /// The field.
    pub field: Option<&'static str>,
    /// What is wrong, and what to write instead.
    pub message: String,
}

/// How front matter is read.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// The zone of dates without one.
    pub time_zone: Tz,
    /// What a relative `url` is relative to.
    pub base_url: &'a Url,
}

/// Reads the front matter of `text`, and returns it with the body below.
///
/// # Errors
///
/// When it does not end, is neither YAML nor TOML, or holds a value that cannot be used.
pub fn read<'a>(text: &'a str, settings: &Settings<'_>) -> Result<(FrontMatter, &'a str), Fault> {
    let Some((fence, block, body)) = split(text)? else { return Ok((FrontMatter::default(), text)) };
    let fields = if fence == "+++" { fields::from_toml(block)? } else { fields::from_yaml(block)? };
    let at = |field: &'static str, message: &str| Fault {
        line: line_of(block, field),
        field: Some(field),
        message: message.to_owned(),
    };
    Ok((checked(fields, settings, at)?, body))
}

/// The front matter of `text`, unread; nothing where it has none, or none that ends.
pub fn block(text: &str) -> Option<&str> {
    split(text).ok().flatten().map(|(_, block, _)| block)
}

/// Fence, front matter and body; nothing where `text` does not begin with a fence.
fn split(text: &str) -> Result<Option<(&str, &str, &str)>, Fault> {
    let Some((first, rest)) = text.split_once('\n') else { return Ok(None) };
    let fence = first.trim_end();
    if !["---", "+++"].contains(&fence) {
        return Ok(None);
    }
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        let end = at + line.len();
        if line.trim_end() == fence {
            return Ok(Some((fence, rest.get(..at).unwrap_or_default(), rest.get(end..).unwrap_or_default())));
        }
        at = end;
    }
    Err(Fault {
        line: Some(1),
        field: None,
        message: format!("the front matter has no end; close it with a line `{fence}`"),
    })
}

fn checked(
    mut fields: Fields,
    settings: &Settings<'_>,
    wrong: impl Fn(&'static str, &str) -> Fault,
) -> Result<FrontMatter, Fault> {
    let date = fields.take("date").map(|text| date(&text, settings.time_zone).ok_or(text));
    let date = date.transpose().map_err(|text| match missing_day(&text) {
        Some(day) => wrong("date", &format!("the calendar has no day {day}; write one that it has")),
        None => wrong("date", "this is no date; write it like 2026-03-02, 2026-03-02T08:00 or 2026-03-02T08:00:00Z"),
    })?;
    let language = fields.take("language").map(|tag| tag.parse::<LanguageIdentifier>());
    let language = language
        .transpose()
        .map_err(|_| wrong("language", "this is no language tag; write it like en, de or pt-BR"))?
        .map(|tag| tag.to_string());
    let url = fields.take("url").map(|url| settings.base_url.join(&url)).transpose().ok();
    let url = url
        .filter(|url| url.as_ref().is_none_or(|url| matches!(url.scheme(), "http" | "https")))
        .ok_or_else(|| wrong("url", "this is no web address; write it like https://campaign.example/protest"))?;
    let line = wrong("urgent", "").line;
    let urgent = fields.is_urgent.then(|| std::mem::take(&mut fields.urgent).declared(line));
    Ok(FrontMatter {
        urgent,
        title: fields.take("title"),
        summary: fields.take("summary"),
        guid: fields.take("guid"),
        translation_of: fields.take("translation_of"),
        topics: fields.topics,
        draft: fields.draft,
        date,
        language,
        url,
    })
}

/// A date as site tools write it: an RFC 3339 instant, or a date or date and time on the clock of `zone`.
pub fn date(text: &str, zone: Tz) -> Option<Timestamp> {
    const ZONED: &[&str] =
        &["%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M%:z", "%Y-%m-%d %H:%M %z"];
    const LOCAL: &[&str] = &["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let text = text.trim();
    let zoned = || {
        let rfc3339 = DateTime::parse_from_rfc3339(text).ok();
        let at = rfc3339.or_else(|| ZONED.iter().find_map(|form| DateTime::parse_from_str(text, form).ok()))?;
        Some(at.with_timezone(&Utc)).filter(|at| is_sane(at.year())).map(Timestamp::from)
    };
    let local = || {
        let at = LOCAL.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
        let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
        at.or_else(day).filter(|at| is_sane(at.year())).map(|at| instant(at, zone))
    };
    zoned().or_else(local)
}

fn is_sane(year: i32) -> bool {
    (1900..=9999).contains(&year)
}

#[cfg(test)]
mod tests;
