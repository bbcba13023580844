//! The fields of front matter, read from YAML or TOML as text.

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Fault;
use crate::appeals::declared::Declared;
use crate::appeals::event::EventDraft;
use crate::posts::content;
use crate::topics::Topics;

const FIELDS: &[&str] = &[
    "title",
    "date",
    "topics",
    "language",
    "url",
    "summary",
    "guid",
    "translation_of",
    "draft",
    "urgent",
    "event",
    "events",
    "deadline",
    "region",
];
/// Fields that are ours only in an urgent post: in all others they belong to the site's own tools, whatever they look like.
const URGENT_FIELDS: &[&str] = &["event", "events", "deadline", "region"];
/// Of two values, only a person knows which one is meant.
const TWICE: &str = "this key is there twice; keep one of the two";
/// What to write where a field is not a text.
const REMEDIES: &[(&str, &str)] = &[
    ("topics", "write a list like [Appeals, Press release]"),
    ("draft", "write true or false"),
    ("urgent", "write true or false"),
    ("event", "an event has starts, ends, time_zone, place, address, online, region and geo, each a text on one line"),
    ("events", "write a list of events, each with starts and address as under `event`"),
];

/// The fields as they were written, not yet checked.
#[derive(Default)]
pub(super) struct Fields {
    texts: [Option<String>; FIELDS.len()],
    pub(super) topics: Topics,
    pub(super) draft: bool,
    pub(super) is_urgent: bool,
    pub(super) urgent: Urgent,
}

/// What belongs to an urgent mark, as it was written.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Urgent {
    event: Option<EventDraft>,
    events: Option<Vec<EventDraft>>,
    deadline: Option<String>,
    region: Option<String>,
}

impl Urgent {
    /// The mark that it makes, on this line of the file.
    pub(super) fn declared(self, line: Option<usize>) -> Declared {
        let text = |text: Option<String>| text.map(|text| content::one_line(&text)).filter(|text| !text.is_empty());
        let events = self.event.into_iter().chain(self.events.into_iter().flatten()).collect();
        Declared { events, deadline: text(self.deadline), region: text(self.region), line }
    }
}

impl Fields {
    /// The text of a field, on one line; nothing where it is empty.
    pub(super) fn take(&mut self, field: &str) -> Option<String> {
        let text = self.texts.get_mut(FIELDS.iter().position(|name| *name == field)?)?.take()?;
        Some(content::one_line(&text)).filter(|text| !text.is_empty())
    }
}

pub(super) fn from_yaml(block: &str) -> Result<Fields, Fault> {
    let mut fields = yaml::<Fields>(block)?;
    if fields.is_urgent {
        fields.urgent = yaml(block)?;
    }
    Ok(fields)
}

fn yaml<T: serde::de::DeserializeOwned + Default>(block: &str) -> Result<T, Fault> {
    let options = serde_saphyr::options! { with_snippet: false };
    // An empty block is null, which is no mapping.
    serde_saphyr::from_str_with_options::<Option<T>>(block, options).map(Option::unwrap_or_default).map_err(|error| {
        let line = error.location().and_then(|at| usize::try_from(at.line()).ok()).filter(|line| *line > 0);
        let field = line.and_then(|line| field_on(block, line));
        let is_twice = matches!(error.without_snippet(), serde_saphyr::Error::DuplicateMappingKey { .. });
        let message = match field {
            _ if is_twice => TWICE,
            Some(field) => remedy(field).unwrap_or("this is no text on one line; put it in quotes"),
            None => "this is no YAML; write `key: value` lines, with quotes around values that hold a colon",
        };
        // The opening fence is line 1 of the file.
        Fault { line: line.map(|line| line + 1), field, message: message.to_owned() }
    })
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
                        Some(_) if key == "urgent" => {
                            fields.is_urgent = map.next_value::<Option<bool>>()?.unwrap_or(false);
                        }
                        Some(_) if URGENT_FIELDS.contains(&key.as_str()) => {
                            map.next_value::<IgnoredAny>()?;
                        }
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

fn remedy(field: &str) -> Option<&'static str> {
    REMEDIES.iter().find(|(name, _)| *name == field).map(|(_, remedy)| *remedy)
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

pub(super) fn from_toml(block: &str) -> Result<Fields, Fault> {
    let table: toml::Table = toml::from_str(block).map_err(|error| {
        let before = error.span().and_then(|span| block.get(..span.start)).map(|text| text.matches('\n').count());
        let is_twice = error.message().contains("duplicate key");
        let message = if is_twice { TWICE } else { "this is no TOML; write `key = \"value\"` lines" }.to_owned();
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
            "urgent" => fields.is_urgent = value.as_bool().ok_or_else(|| wrong("write true or false"))?,
            // Read below, and only where they are ours.
            _ if URGENT_FIELDS.contains(&field) => {}
            _ => {
                let text = scalar(value).ok_or_else(|| wrong("this is no text; put it in quotes"))?;
                if let Some(slot) = fields.texts.get_mut(index) {
                    *slot = Some(text);
                }
            }
        }
    }
    if fields.is_urgent {
        fields.urgent = urgent_of(&table, |field| Fault {
            line: line_of(block, field),
            field: Some(field),
            message: remedy(field).unwrap_or("this is no text; put it in quotes").to_owned(),
        })?;
    }
    Ok(fields)
}

/// The fields of an urgent mark.
fn urgent_of(table: &toml::Table, wrong: impl Fn(&'static str) -> Fault) -> Result<Urgent, Fault> {
    let text = |field| match table.get(field) {
        Some(value) => scalar(value).map(Some).ok_or_else(|| wrong(field)),
        None => Ok(None),
    };
    let one = |value| event_of(value).ok_or_else(|| wrong("event"));
    let all = |value: &toml::Value| {
        let events = value.as_array().and_then(|list| list.iter().map(event_of).collect::<Option<Vec<_>>>());
        events.ok_or_else(|| wrong("events"))
    };
    Ok(Urgent {
        event: table.get("event").map(one).transpose()?,
        events: table.get("events").map(all).transpose()?,
        deadline: text("deadline")?,
        region: text("region")?,
    })
}

fn event_of(value: &toml::Value) -> Option<EventDraft> {
    // As texts, whatever they look like: TOML has dates of its own.
    let texts = value.as_table()?.iter().map(|(key, value)| Some((key.clone(), toml::Value::String(scalar(value)?))));
    toml::Value::Table(texts.collect::<Option<toml::Table>>()?).try_into().ok()
}

fn scalar(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Array(_) | toml::Value::Table(_) => None,
        other => Some(other.to_string()),
    }
}

/// The line of the file on which `field` is set at the outermost level; the opening fence is line 1.
pub(super) fn line_of(block: &str, field: &str) -> Option<usize> {
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
