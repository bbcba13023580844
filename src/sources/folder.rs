//! A folder of Markdown and HTML files as a source.

mod text;
mod urgent;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

use chrono_tz::Tz;
use url::Url;

use self::text::read_text;
use super::front_matter::{self, Fault};
use super::pass::{Found, Pass};
use super::problem::Problem;
use super::walk::{Candidate, Stamp, Walk, is_post, walk};
use crate::clock::Timestamp;
use crate::config::{FolderOrigin, Site};
use crate::posts::content::{Content, Markup, Raw, page_head};
use crate::posts::identity::canonical_url;

pub use self::text::MAX_SIZE;

/// How long a file must have stayed as it is before it is read.
pub const SETTLED: Duration = Duration::from_millis(300);

/// What is remembered of a file that was read.
#[derive(Clone, Debug)]
struct Seen {
    stamp: Stamp,
    problem: Option<Problem>,
}

/// A folder that is watched, and what is remembered of it between two passes.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    base_url: Url,
    language: String,
    time_zone: Tz,
    seen: HashMap<String, Seen>,
    /// What the last pass read, and is not yet accepted.
    read: HashMap<String, Seen>,
    /// Files that may still be being written, and since when they have been as they are.
    unsettled: HashMap<String, (Stamp, Instant)>,
    present: Option<BTreeSet<String>>,
}

/// A folder's files, listed and not yet read.
#[derive(Debug)]
pub struct Scan {
    walk: io::Result<Walk>,
    waiting: HashSet<String>,
}

impl Scan {
    /// Whether a file is being written, or was a moment ago.
    pub fn is_settling(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The folder itself, links followed, with its device and inode; nothing when it cannot be listed.
    pub fn root(&self) -> Option<(&Path, (u64, u64))> {
        self.walk.as_ref().ok().map(|walk| (walk.root.as_path(), walk.root_id))
    }
}

impl Folder {
    /// The folder of a source, of which nothing is remembered yet.
    pub fn new(origin: &FolderOrigin, base_url: Option<&Url>, site: &Site) -> Self {
        Self {
            path: origin.path.clone(),
            base_url: base_url.unwrap_or(&site.url).clone(),
            language: site.language.clone(),
            time_zone: site.time_zone,
            seen: HashMap::new(),
            read: HashMap::new(),
            unsettled: HashMap::new(),
            present: None,
        }
    }

    /// Lists the folder. `now` is compared with the files' own times, `tick` only with other ticks.
    pub fn scan(&mut self, now: Timestamp, tick: Instant) -> Scan {
        let walk = walk(&self.path);
        let mut unsettled = HashMap::new();
        let mut waiting = HashSet::new();
        for (path, Candidate { stamp, .. }) in walk.iter().flat_map(|walk| &walk.files) {
            let read = self.seen.get(path).is_some_and(|seen| seen.stamp == *stamp);
            // A file whose time lies ahead of the clock is watched instead.
            if read || now.since(stamp.touched()) >= SETTLED {
                continue;
            }
            let since = match self.unsettled.get(path) {
                Some((before, since)) if before == stamp => *since,
                _ => tick,
            };
            if tick.saturating_duration_since(since) < SETTLED {
                waiting.insert(path.clone());
            }
            unsettled.insert(path.clone(), (*stamp, since));
        }
        self.unsettled = unsettled;
        Scan { walk, waiting }
    }

    /// Reads the files of `scan` that are new or changed and are no longer being written.
    pub fn read(&mut self, scan: Scan) -> Pass {
        let Scan { walk, waiting } = scan;
        let walk = match walk {
            Ok(walk) => walk,
            Err(error) => {
                let remedy = match error.kind() {
                    io::ErrorKind::NotFound => "make it, or correct source.path",
                    _ => "let this user read it, or correct source.path",
                };
                return Pass::failed(format!("cannot list the folder {}: {error}; {remedy}", self.path.display()));
            }
        };
        let mut pass = Pass {
            problems: walk.problems,
            present: walk.files.keys().cloned().collect(),
            readable: true,
            settling: !waiting.is_empty(),
            ..Pass::default()
        };
        let mut read = HashMap::new();
        for (path, candidate) in &walk.files {
            let seen = match self.seen.get(path) {
                Some(seen) if seen.stamp == candidate.stamp => seen.clone(),
                _ if waiting.contains(path) => continue,
                _ => match self.read_file(path, candidate) {
                    Ok(Some(found)) => {
                        pass.found.extend(found);
                        Seen { stamp: candidate.stamp, problem: None }
                    }
                    Ok(None) => {
                        pass.settling = true;
                        continue;
                    }
                    Err(problem) => Seen { stamp: candidate.stamp, problem: Some(problem) },
                },
            };
            pass.problems.extend(seen.problem.clone());
            read.insert(path.clone(), seen);
        }
        self.read = read;
        pass.complete = walk.whole && !pass.present.is_empty() && !pass.settling;
        pass.changed = self.present.as_ref() != Some(&pass.present);
        pass
    }

    /// Remembers what `pass` read, the last one, once it is stored, so that the next one need not. The files in `again`
    /// are read again.
    pub fn accept(&mut self, pass: Pass, again: &[String]) {
        if pass.readable {
            self.seen = std::mem::take(&mut self.read);
            self.seen.retain(|path, _| !again.contains(path));
            // Files that vanished from a pass that may not withdraw them are looked for again.
            self.present = pass.complete.then_some(pass.present);
        }
    }

    /// One file: nothing when it changed meanwhile, and an empty answer for a draft.
    fn read_file(&self, path: &str, candidate: &Candidate) -> Result<Option<Option<Found>>, Problem> {
        read_text(path, candidate)?.map(|text| self.parse(path, &text)).transpose()
    }

    fn parse(&self, path: &str, text: &str) -> Result<Option<Found>, Problem> {
        let settings = front_matter::Settings { time_zone: self.time_zone, base_url: &self.base_url };
        let (front, body) = front_matter::read(text, &settings).map_err(|Fault { line, field, message }| Problem {
            path: path.to_owned(),
            line,
            field,
            message,
        })?;
        if front.draft {
            return Ok(None);
        }
        let name = Path::new(path);
        let extension = name.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let markup = if extension.starts_with("htm") { Markup::Html } else { Markup::Markdown };
        let head = if markup == Markup::Html { page_head(body) } else { Default::default() };
        let dated = || head.date.and_then(|date| front_matter::date(&date, self.time_zone));
        let content = Content::new(Raw {
            title: front.title.or(head.title),
            fallback_title: name.file_stem().unwrap_or_default().to_string_lossy().replace(['-', '_'], " "),
            url: front.url,
            base_url: &self.base_url,
            body_base: None,
            published_at: front.date.or_else(dated),
            language: front.language.unwrap_or_else(|| self.language.clone()),
            topics: front.topics,
            summary: front.summary,
            body,
            markup,
        });
        // Not a post yet: somebody made the file and is about to write it.
        if !content.titled && content.text.trim().is_empty() && !content.html.contains("<img") {
            return Err(Problem::new(path, "this file is empty; write a title and text"));
        }
        let original = front.translation_of.map(|name| original(&name, path));
        // A translation calls with its original: two appeals would call everybody twice.
        let urgent = front.urgent.filter(|_| original.is_none());
        let content = content.translating(original);
        Ok(Some(Found { path: Some(path.to_owned()), guid: front.guid, content, urgent }))
    }
}

/// What a post in the file `path` calls the one that it is a translation of, as that is known: a web address, a file, as seen
/// from its own, or a guid.
fn original(name: &str, path: &str) -> String {
    if let Some(url) = Url::parse(name).ok().as_ref().and_then(canonical_url) {
        return url;
    }
    if !is_post(Path::new(name)) {
        return name.to_owned();
    }
    let beside = Path::new(path).parent().unwrap_or(Path::new(""));
    let mut parts: Vec<String> = Vec::new();
    for part in beside.join(name.trim_start_matches('/')).components() {
        match part {
            Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
            Component::ParentDir => drop(parts.pop()),
            _ => {}
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests;
