//! What the parser of JSON Feed is too strict about, and what it does not say.

use serde::Deserialize;
use serde_json::Value;

/// The feed with each item's id as a text, where a feed has another kind of value there: readers are to take it as a
/// text (JSON Feed 1.1, "items"). Where that cannot be, the item is left to its other names. Nothing where all are texts.
pub(super) fn with_text_ids(text: &str) -> Option<String> {
    let mut feed: Value = serde_json::from_str(text).ok()?;
    let mut is_changed = false;
    for id in feed.get_mut("items")?.as_array_mut()?.iter_mut().filter_map(|item| item.get_mut("id")) {
        *id = match id {
            Value::Number(number) => number.to_string().into(),
            Value::Bool(yes) => yes.to_string().into(),
            Value::Array(_) | Value::Object(_) => Value::Null,
            Value::String(_) | Value::Null => continue,
        };
        is_changed = true;
    }
    is_changed.then(|| feed.to_string())
}

/// The field that keeps the feed from being read, as `items[2].tags`, and what is wrong with it, with its line.
pub(super) fn blamed(text: &str) -> Option<String> {
    let error = serde_path_to_error::deserialize::<_, JsonFeed>(&mut serde_json::Deserializer::from_str(text)).err()?;
    let (path, line, said) = (error.path().to_string(), error.inner().line(), error.inner().to_string());
    let missing = said.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    Some(match (missing, path.as_str()) {
        (Some(field), "." | "") => format!("it lacks `{field}`, at line {line}"),
        (Some(field), path) => format!("{path} lacks `{field}`, at line {line}"),
        (None, path) => format!("{path} is another kind of value than JSON Feed wants there, at line {line}"),
    })
}

/// As the parser reads it.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only to learn which field does not fit")]
struct JsonFeed {
    version: String,
    title: String,
    home_page_url: Option<String>,
    feed_url: Option<String>,
    language: Option<String>,
    description: Option<String>,
    icon: Option<String>,
    favicon: Option<String>,
    author: Option<Author>,
    authors: Option<Vec<Author>>,
    items: Vec<Item>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only to learn which field does not fit")]
struct Item {
    id: Option<String>,
    url: Option<String>,
    external_url: Option<String>,
    title: Option<String>,
    content_html: Option<String>,
    content_text: Option<String>,
    summary: Option<String>,
    date_published: Option<String>,
    date_modified: Option<String>,
    author: Option<Author>,
    authors: Option<Vec<Author>>,
    tags: Option<Vec<String>>,
    attachments: Option<Vec<Attachment>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only to learn which field does not fit")]
struct Author {
    name: Option<String>,
    url: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only to learn which field does not fit")]
struct Attachment {
    url: String,
    mime_type: String,
    title: Option<String>,
    size_in_bytes: Option<u64>,
}
