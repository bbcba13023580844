//! A feed as a source: RSS, Atom or JSON Feed, over HTTP or from a file.
//!
//! An item that drops out of a feed stays a post: feeds show only their newest items.

mod charset;
mod items;
mod json;
mod pace;
mod said;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use aws_lc_rs::digest;
use feed_rs::parser::ParseFeedError;
use hyper::StatusCode;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use self::items::Settings;
pub(super) use self::pace::next_pass;
use super::pass::{Found, Pass, Validators};
use super::problem::Problem;
use crate::clock::Timestamp;
use crate::config::{FeedOrigin, Site};
use crate::http::{Answer, Client, Limits, Reach};
use crate::store::sources::FeedMemory;

/// A feed is read whole at least so often, whatever its server says of changes: caches err, and posts without guid and
/// link have to be seen from time to time to stay known.
const WHOLE_EACH: Duration = Duration::from_secs(24 * 3600);
/// The longest that a server's wish not to be asked is heeded.
const LONGEST_WISH: Duration = Duration::from_secs(24 * 3600);

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
                      application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.5";

/// A feed that is watched, and what is remembered of it between two passes.
#[derive(Debug)]
pub struct Feed {
    origin: FeedOrigin,
    base_url: Option<Url>,
    language: String,
    client: Client,
    limits: Limits,
    /// What was last accepted, so that the same bytes need not be read again.
    last: Option<Reading>,
    /// What the last pass read, and is not yet accepted.
    read: Option<Reading>,
}

/// What is remembered of a feed's content.
#[derive(Debug)]
struct Reading {
    hash: digest::Digest,
    problems: Vec<Problem>,
}

/// A feed's bytes, and what came with them.
struct Document {
    bytes: Vec<u8>,
    content_type: Option<String>,
    /// Where they came from in the end.
    url: Url,
    validators: Validators,
}

impl Feed {
    /// The feed of a source, of which nothing is remembered yet.
    pub fn new(origin: &FeedOrigin, base_url: Option<&Url>, site: &Site) -> Self {
        Self::within(Limits::default(), origin, base_url, site)
    }

    /// As [`Feed::new`], within other limits than those of a request by default.
    pub fn within(limits: Limits, origin: &FeedOrigin, base_url: Option<&Url>, site: &Site) -> Self {
        Self {
            origin: origin.clone(),
            base_url: base_url.cloned(),
            language: site.language.clone(),
            client: Client::new(limits),
            limits,
            last: None,
            read: None,
        }
    }

    /// Makes one pass: asks for what changed since what `memory` says, and reads it. A feed that cannot be fetched or
    /// read makes a pass that says so.
    pub async fn pass(&mut self, memory: &FeedMemory, now: Timestamp) -> Pass {
        let whole = memory.read_at.is_none_or(|at| now.since(at) >= WHOLE_EACH);
        let fetched = match self.origin.url.scheme() {
            "file" => self.open_file().await,
            _ => self.ask_server(memory, whole, now).await,
        };
        let document = match fetched {
            Ok(Some(document)) => document,
            Ok(None) => return self.unchanged(),
            Err(pass) => return *pass,
        };
        let mut hasher = digest::Context::new(&digest::SHA256);
        hasher.update(document.content_type.as_deref().unwrap_or_default().as_bytes());
        hasher.update(&document.bytes);
        let hash = hasher.finish();
        if !whole && self.last.as_ref().is_some_and(|last| last.hash.as_ref() == hash.as_ref()) {
            return self.unchanged();
        }
        let settings = Settings {
            base: self.base_url.clone().unwrap_or_else(|| document.url.clone()),
            base_is_given: self.base_url.is_some(),
            language: self.language.clone(),
        };
        let Document { bytes, content_type, validators, .. } = document;
        // Off the runtime's threads, as a large feed takes a while; and a parser that panics on strange input ends here.
        let reading = tokio::task::spawn_blocking(move || read(&bytes, content_type.as_deref(), &settings));
        match reading.await {
            Ok(Ok((found, problems))) => {
                self.read = Some(Reading { hash, problems: problems.clone() });
                Pass { found, problems, readable: true, validators: Some(validators), ..Pass::default() }
            }
            Ok(Err(why)) => Pass::failed(why),
            Err(_) => Pass::failed("the feed cannot be read: the parser gave up on it; please report this as a bug"),
        }
    }

    /// Remembers what the last pass read, once it is stored.
    pub fn accept(&mut self) {
        if let Some(read) = self.read.take() {
            self.last = Some(read);
        }
    }

    /// A pass that found the feed as it was.
    fn unchanged(&self) -> Pass {
        let problems = self.last.as_ref().map(|last| last.problems.clone()).unwrap_or_default();
        Pass { problems, readable: true, ..Pass::default() }
    }

    /// The feed, or nothing where its server says that it has not changed.
    async fn ask_server(
        &self,
        memory: &FeedMemory,
        whole: bool,
        now: Timestamp,
    ) -> Result<Option<Document>, Box<Pass>> {
        let wait = |until: Timestamp, said: &str| {
            let why = format!("{said}; the feed is left alone until {until}, as its server asks");
            Box::new(Pass { retry_at: Some(until), ..Pass::failed(why) })
        };
        if let Some(until) = memory.retry_at.filter(|until| *until > now) {
            return Err(wait(until, "the feed's server wants a rest"));
        }
        let url = &self.origin.url;
        // Only what is in the store counts as had.
        let known = memory.validators.as_ref().filter(|known| !whole && known.url == url.as_str());
        let conditions = [
            (header::IF_NONE_MATCH, known.and_then(|known| known.etag.as_deref())),
            (header::IF_MODIFIED_SINCE, known.and_then(|known| known.last_modified.as_deref())),
        ];
        let mut headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(ACCEPT))]);
        let conditions = conditions.into_iter().filter_map(|(name, value)| Some((name, value?.parse().ok()?)));
        headers.extend::<Vec<(HeaderName, HeaderValue)>>(conditions.collect());
        let is_conditional = headers.len() > 1;
        let reach = if self.origin.allow_private { Reach::Anywhere } else { Reach::Public };
        let answer = self
            .client
            .get(url, &headers, reach)
            .await
            .map_err(|error| Box::new(Pass::failed(said::of_http(&error))))?;
        match answer.status {
            StatusCode::NOT_MODIFIED if is_conditional => Ok(None),
            status if status.is_success() => Ok(Some(self.document(answer))),
            status => {
                let said = said::of_status(url, status);
                let until = answer.retry_after(now).map(|until| until.min(now.plus(LONGEST_WISH)));
                Err(match until.filter(|until| *until > now) {
                    Some(until) => wait(until, &said),
                    None => Box::new(Pass::failed(said)),
                })
            }
        }
    }

    fn document(&self, answer: Answer) -> Document {
        let kept = |name| answer.header(name).filter(|value| value.len() <= 1000).map(str::to_owned);
        let validators = Validators {
            url: self.origin.url.as_str().to_owned(),
            etag: kept(&header::ETAG),
            last_modified: kept(&header::LAST_MODIFIED),
        };
        let content_type = kept(&header::CONTENT_TYPE);
        Document { content_type, validators, url: answer.url, bytes: answer.body }
    }

    async fn open_file(&self) -> Result<Option<Document>, Box<Pass>> {
        let url = self.origin.url.clone();
        let failed = |why: String| Box::new(Pass::failed(format!("cannot read the feed's file: {why}")));
        let path = url.to_file_path().map_err(|()| failed("source.url names none; correct it".to_owned()))?;
        let limit = self.limits.size;
        let reading = tokio::task::spawn_blocking(move || read_file(&path, limit));
        let bytes = reading.await.map_err(|error| failed(error.to_string()))?.map_err(failed)?;
        let validators = Validators { url: url.as_str().to_owned(), ..Validators::default() };
        Ok(Some(Document { bytes, content_type: None, url, validators }))
    }
}

fn read_file(path: &Path, limit: usize) -> Result<Vec<u8>, String> {
    let wrong = |error: std::io::Error| format!("{}: {error}; correct source.url", path.display());
    // A pipe would keep us waiting for as long as nobody writes into it.
    if !std::fs::metadata(path).map_err(wrong)?.is_file() {
        return Err(format!("{} is no file; correct source.url", path.display()));
    }
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(wrong)?;
    if bytes.len() > limit {
        return Err(format!("{} is larger than {} MB", path.display(), limit / 1024 / 1024));
    }
    Ok(bytes)
}

/// The posts in a feed's bytes, and what is wrong with some of them.
fn read(bytes: &[u8], content_type: Option<&str>, settings: &Settings) -> Result<(Vec<Found>, Vec<Problem>), String> {
    let charset::Decoded { text, is_broken } = charset::decode(bytes, content_type);
    let parser = feed_rs::parser::Builder::new()
        .base_uri(Some(settings.base.as_str()))
        // An item without a name of its own is known by its other names, not by one that is made up.
        .id_generator(|_, _, _| String::new())
        .sanitize_content(false)
        .build();
    let feed = parser.parse(text.as_bytes()).or_else(|error| match &error {
        ParseFeedError::JsonSerde(fault) if fault.is_data() => match json::with_text_ids(&text) {
            Some(text) => parser.parse(text.as_bytes()).map_err(|error| said::of_parser(&text, &error)),
            None => Err(said::of_parser(&text, &error)),
        },
        _ => Err(said::of_parser(&text, &error)),
    })?;
    let (found, mut problems) = items::items(&feed, settings);
    if is_broken {
        problems.push(Problem::new("", said::BROKEN_CHARACTERS));
    }
    Ok((found, problems))
}

#[cfg(test)]
mod tests;
