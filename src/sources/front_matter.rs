//! Front matter: what stands above a post's body, as YAML between `---` or as TOML between `+++`.
//!
//! Keys that Handbill does not know are left to the site tools that do.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use unic_langid::LanguageIdentifier;
use url::Url;

use crate::clock::Timestamp;
use crate::posts::content;
use crate::schedule::instant;
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
    /// `draft`: it is no post yet.
    pub draft: bool,
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

const FIELDS: &[&str] = &["title", "date", "topics", "language", "url", "summary", "guid", "draft"];

#[derive(Default)]
struct Fields {
    texts: [Option<String>; FIELDS.len()],
    topics: Topics,
    draft: bool,
}

impl Fields {
    fn take(&mut self, field: &str) -> Option<String> {
        let text = self.texts.get_mut(FIELDS.iter().position(|name| *name == field)?)?.take()?;
        Some(content::one_line(&text)).filter(|text| !text.is_empty())
    }
}

/// Reads the front matter of `text`, and returns it with the body below.
///
/// # Errors
///
/// When it does not end, is neither YAML nor TOML, or holds a value that cannot be used.
pub fn read<'a>(text: &'a str, settings: &Settings<'_>) -> Result<(FrontMatter, &'a str), Fault> {
    let Some((fence, block, body)) = split(text)? else { return Ok((FrontMatter::default(), text)) };
    let fields = if fence == "+++" { from_toml(block)? } else { from_yaml(block)? };
    let at = |field: &'static str, message: &str| Fault {
        line: line_of(block, field),
        field: Some(field),
        message: message.to_owned(),
    };
    Ok((checked(fields, settings, at)?, body))
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

fn from_yaml(block: &str) -> Result<Fields, Fault> {
    let options = serde_saphyr::options! { with_snippet: false };
    // An empty block is null, which is no mapping.
    serde_saphyr::from_str_with_options::<Option<Fields>>(block, options).map(Option::unwrap_or_default).map_err(
        |error| {
            let line = error.location().and_then(|at| usize::try_from(at.line()).ok()).filter(|line| *line > 0);
            let field = line.and_then(|line| field_on(block, line));
            let message = match field {
                Some("topics") => "write a list like [Appeals, Press release]",
                Some("draft") => "write true or false",
                Some(_) => "this is no text on one line; put it in quotes",
                None => "this is no YAML; write `key: value` lines, with quotes around values that hold a colon",
            };
            // The opening fence is line 1 of the file.
            Fault { line: line.map(|line| line + 1), field, message: message.to_owned() }
        },
    )
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Mapping;

        impl<'de> Visitor<'de> for Mapping {
            type Value = Fields;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("`key: value` lines")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields::default();
                while let Some(key) = map.next_key::<String>()? {
                    match FIELDS.iter().position(|name| *name == key) {
                        Some(_) if key == "topics" => fields.topics = map.next_value::<TopicList>()?.0,
                        Some(_) if key == "draft" => fields.draft = map.next_value::<Option<bool>>()?.unwrap_or(false),
                        // Read as text, whatever it looks like: a guid 007 is not 7.
                        Some(index) => {
                            let value = map.next_value::<Option<String>>()?;
                            if let Some(slot) = fields.texts.get_mut(index) {
                                *slot = value;
                            }
                        }
                        None => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(Mapping)
    }
}

/// Topics as a list, or as one text with commas.
struct TopicList(Topics);

impl<'de> Deserialize<'de> for TopicList {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = TopicList;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of topics")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<TopicList, A::Error> {
                let mut topics = Vec::new();
                while let Some(topic) = seq.next_element::<Option<String>>()? {
                    topics.extend(topic);
                }
                Ok(TopicList(Topics::new(topics)))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<TopicList, E> {
                Ok(TopicList(Topics::new(text.split(','))))
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<TopicList, E> {
                Ok(TopicList(Topics::new([number.to_string()])))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<TopicList, E> {
                Ok(TopicList(Topics::new([number.to_string()])))
            }

            fn visit_unit<E: serde::de::Error>(self) -> Result<TopicList, E> {
                Ok(TopicList(Topics::default()))
            }

            fn visit_none<E: serde::de::Error>(self) -> Result<TopicList, E> {
                self.visit_unit()
            }
        }

        deserializer.deserialize_any(List)
    }
}

fn from_toml(block: &str) -> Result<Fields, Fault> {
    let table: toml::Table = toml::from_str(block).map_err(|error| {
        let before = error.span().and_then(|span| block.get(..span.start)).map(|text| text.matches('\n').count());
        let message = "this is no TOML; write `key = \"value\"` lines".to_owned();
        Fault { line: before.map(|before| before + 2), field: None, message }
    })?;
    let mut fields = Fields::default();
    for (index, field) in FIELDS.iter().copied().enumerate() {
        let Some(value) = table.get(field) else { continue };
        let wrong =
            |message: &str| Fault { line: line_of(block, field), field: Some(field), message: message.to_owned() };
        match field {
            "topics" => {
                let topics = value.as_array().map(|list| list.iter().filter_map(scalar).collect::<Vec<_>>());
                let one = || Some(scalar(value)?.split(',').map(str::to_owned).collect());
                let topics =
                    topics.or_else(one).ok_or_else(|| wrong("write a list like [\"Appeals\", \"Press release\"]"))?;
                fields.topics = Topics::new(topics);
            }
            "draft" => fields.draft = value.as_bool().ok_or_else(|| wrong("write true or false"))?,
            _ => {
                let text = scalar(value).ok_or_else(|| wrong("this is no text; put it in quotes"))?;
                if let Some(slot) = fields.texts.get_mut(index) {
                    *slot = Some(text);
                }
            }
        }
    }
    Ok(fields)
}

fn scalar(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Array(_) | toml::Value::Table(_) => None,
        other => Some(other.to_string()),
    }
}

fn checked(
    mut fields: Fields,
    settings: &Settings<'_>,
    wrong: impl Fn(&'static str, &str) -> Fault,
) -> Result<FrontMatter, Fault> {
    let date = fields.take("date").map(|text| date(&text, settings.time_zone).ok_or(()));
    let date = date.transpose().map_err(|()| {
        wrong("date", "this is no date; write it like 2026-03-02, 2026-03-02T08:00 or 2026-03-02T08:00:00Z")
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
    Ok(FrontMatter {
        title: fields.take("title"),
        summary: fields.take("summary"),
        guid: fields.take("guid"),
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

/// The line of the file on which `field` is set at the outermost level; the opening fence is line 1.
fn line_of(block: &str, field: &str) -> Option<usize> {
    block.lines().position(|line| key_of(line) == Some(field)).map(|index| index + 2)
}

/// The known field that line `line` of the block, from 1, belongs to.
fn field_on(block: &str, line: usize) -> Option<&'static str> {
    let above: Vec<_> = block.lines().take(line).collect();
    let key = above.into_iter().rev().find_map(key_of)?;
    FIELDS.iter().copied().find(|field| *field == key)
}

fn key_of(line: &str) -> Option<&str> {
    if line.starts_with([' ', '\t', '#', '-']) {
        return None;
    }
    let (key, _) = line.split_once([':', '='])?;
    Some(key.trim().trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests;
