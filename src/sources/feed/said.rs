//! What is said about a feed that cannot be fetched or read. Nothing of its content is quoted, as this ends up in logs.

use feed_rs::parser::{ParseErrorKind, ParseFeedError};
use hyper::StatusCode;
use url::Url;

use super::json;
use crate::http::HttpError;

/// That there are characters in it which nobody can read.
pub(super) const BROKEN_CHARACTERS: &str = "some of its characters are broken: its bytes are not in the charset that it \
    names, or in UTF-8; they are shown as \u{fffd}, until it is mended where it is made";

/// Why there is no answer.
pub(super) fn of_http(error: &HttpError) -> String {
    let remedy = match error {
        HttpError::Private { .. } => "set allow_private = true on the source if the feed is meant to be there",
        HttpError::Unreachable { .. } | HttpError::Silent { .. } | HttpError::Broken { .. } => {
            "it is tried again; see that the site is up and source.url is right"
        }
        HttpError::Tls { .. } => "let the site renew its certificate, or correct source.url",
        HttpError::TooLarge { .. } => "let the site list fewer items in its feed",
        _ => "correct source.url to where the feed itself is",
    };
    format!("cannot fetch the feed: {error}; {remedy}")
}

/// Why an answer is of no use.
pub(super) fn of_status(url: &Url, status: StatusCode) -> String {
    let host = url.host_str().unwrap_or_default();
    let remedy = match status.as_u16() {
        401 | 403 | 407 | 451 => "let Handbill read it without logging in, or correct source.url",
        404 | 410 => "correct source.url to where the feed is now",
        408 | 429 => "it is tried again later; a longer source.interval may help",
        500..=599 => "it is tried again later",
        _ => "correct source.url to where the feed itself is",
    };
    format!("cannot fetch the feed: {host} answered {status}; {remedy}")
}

/// Why what was fetched is no feed.
pub(super) fn of_parser(text: &str, error: &ParseFeedError) -> String {
    let start: String = text.chars().take(500).collect::<String>().to_ascii_lowercase();
    if start.contains("<html") || start.contains("<!doctype html") {
        return "this is a web page and no feed; correct source.url, often it is like https://campaign.example/feed/"
            .to_owned();
    }
    let why = match error {
        ParseFeedError::ParseError(ParseErrorKind::NoFeedRoot) => "it is neither RSS, Atom nor JSON Feed".to_owned(),
        ParseFeedError::ParseError(ParseErrorKind::UnknownMimeType(_)) => {
            "it holds a kind of content that is not known".to_owned()
        }
        ParseFeedError::ParseError(ParseErrorKind::MissingContent(what)) => format!("there is no {what} in an item"),
        ParseFeedError::JsonUnsupportedVersion(_) => "its version of JSON Feed is not known".to_owned(),
        ParseFeedError::JsonSerde(error) if error.is_data() => {
            json::blamed(text).unwrap_or_else(|| format!("it is no JSON Feed, at line {}", error.line()))
        }
        ParseFeedError::JsonSerde(error) => format!("its JSON is broken at line {}", error.line()),
        ParseFeedError::XmlReader(_) | ParseFeedError::IoError(_) => "its XML is broken or cut off".to_owned(),
    };
    format!("the feed cannot be read: {why}; mend it where it is made, a feed validator shows the place")
}
