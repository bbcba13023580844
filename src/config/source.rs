//! `[[source]]`: what is watched for posts, and which keys belong to which kind.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use url::Url;

use super::sections::duration;
use crate::text_enum::text_enum;

/// The shortest interval at which a feed may be read; more often would be a burden on whoever serves it.
pub const SHORTEST_INTERVAL: Duration = Duration::from_secs(60);

text_enum! {
    /// What a source is.
    pub enum SourceKind {
        /// A folder of Markdown and HTML files.
        Folder = "folder",
        /// RSS, Atom or JSON Feed.
        Feed = "feed",
    }
}

/// `[[source]]`: something that is watched for posts.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Keys")]
pub struct Source {
    /// Its name in the store; renaming it makes it a new source.
    pub name: String,
    /// Where its posts come from.
    pub origin: Origin,
    /// What relative links of posts are relative to, where a post names no `url`; by default the site's, or the feed's
    /// own.
    pub base_url: Option<Url>,
    /// So many new posts in one pass wait for a person.
    pub flood: usize,
}

/// Where posts come from, with the keys of that kind of source alone.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A folder of files.
    Folder(FolderOrigin),
    /// A feed.
    Feed(FeedOrigin),
}

/// The keys of `kind = "folder"`.
#[derive(Clone, Debug)]
pub struct FolderOrigin {
    /// The folder that is watched, with its subfolders.
    pub path: PathBuf,
}

/// The keys of `kind = "feed"`.
#[derive(Clone, Debug)]
pub struct FeedOrigin {
    /// The feed itself: `http`, `https` or `file`.
    pub url: Url,
    /// How often it is read.
    pub interval: Duration,
    /// Whether it may lie inside of the network: on loopback, in a private range, or the like.
    pub allow_private: bool,
}

impl Source {
    /// What kind of source it is.
    pub fn kind(&self) -> SourceKind {
        match self.origin {
            Origin::Folder(_) => SourceKind::Folder,
            Origin::Feed(_) => SourceKind::Feed,
        }
    }
}

/// The section as it is written: the keys of all kinds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    name: String,
    kind: SourceKind,
    path: Option<PathBuf>,
    url: Option<String>,
    interval: Option<Interval>,
    allow_private: Option<bool>,
    base_url: Option<Url>,
    flood: Option<usize>,
}

#[derive(Deserialize)]
struct Interval(#[serde(deserialize_with = "duration")] Duration);

impl TryFrom<Keys> for Source {
    /// `source.KEY: what to do`; the config's reader finds the line by the key.
    type Error = String;

    fn try_from(keys: Keys) -> Result<Self, String> {
        let Keys { name, kind, path, url, interval, allow_private, base_url, flood } = keys;
        let missing = |key, example| {
            format!("source.{key}: a source of kind \"{kind}\" needs it; add {key} = \"{example}\" to source `{name}`")
        };
        let foreign: &[_] = match kind {
            SourceKind::Folder => {
                &[("url", url.is_some()), ("interval", interval.is_some()), ("allow_private", allow_private.is_some())]
            }
            SourceKind::Feed => &[("path", path.is_some())],
        };
        if let Some((key, _)) = foreign.iter().find(|(_, is_there)| *is_there) {
            return Err(format!(
                "source.{key}: this key is not for kind \"{kind}\"; take it out of source `{name}`, or change its kind"
            ));
        }
        let origin = match kind {
            SourceKind::Folder => Origin::Folder(FolderOrigin { path: path.ok_or_else(|| missing("path", "posts"))? }),
            SourceKind::Feed => {
                let url = url.ok_or_else(|| missing("url", "https://campaign.example/feed/"))?;
                let interval = interval.map_or(Duration::from_secs(300), |interval| interval.0);
                if interval < SHORTEST_INTERVAL {
                    return Err(format!(
                        "source.interval: a feed is read at most once a minute; write 1m or more at source `{name}`"
                    ));
                }
                Origin::Feed(FeedOrigin {
                    url: feed_url(&url).map_err(|why| format!("source.url: {why} (source `{name}`)"))?,
                    interval,
                    allow_private: allow_private.unwrap_or(false),
                })
            }
        };
        Ok(Self { name, origin, base_url, flood: flood.unwrap_or(20) })
    }
}

fn feed_url(text: &str) -> Result<Url, &'static str> {
    const EXAMPLE: &str = "this is no address of a feed; write it like https://campaign.example/feed/";
    let url = Url::parse(text).map_err(|_| EXAMPLE)?;
    match url.scheme() {
        // A relative path would silently become one from the root.
        "file" if !text.starts_with("file:///") => Err("name the file from the root on, like file:///srv/feed.xml"),
        "file" => Ok(url),
        "http" | "https" if !url.username().is_empty() || url.password().is_some() => {
            Err("a user or password in the address is not supported; it would end up in other people's logs")
        }
        "http" | "https" => Ok(url),
        _ => Err("a feed is read by http, https or file"),
    }
}

#[cfg(test)]
mod tests;
