//! What is urgent in a folder, read before the rest.

use std::collections::HashSet;

use super::text::read_text;
use super::{Folder, Scan};
use crate::posts::matching::Names;
use crate::sources::front_matter;
use crate::sources::pass::{Changed, Found, Urgent};

/// Keys of front matter that are looked for before it is read.
const URGENT: &str = "urgent";
const TRANSLATION: &str = "translation_of";
const GUID: &str = "guid";

impl Folder {
    /// What is urgent among the files of `scan` that are new or changed, with its translations. The others are not read
    /// beyond their front matter, and what is wrong with any is left to [`Folder::read`]. Nothing while files are being
    /// written: those that are copied together are one pass, whose rules hold for what is urgent in it, too.
    pub fn read_urgent(&self, scan: &Scan) -> Urgent {
        let (Ok(walk), false) = (&scan.walk, scan.is_settling()) else { return Urgent::default() };
        let is_known = |path: &str, stamp| self.seen.get(path).is_some_and(|seen| seen.stamp == stamp);
        let mut urgent = Urgent { present: walk.files.keys().cloned().collect(), ..Urgent::default() };
        let found = |path: &str, file| self.parse(path, &read_text(path, file).ok()??).ok()?;
        let mut translations = Vec::new();
        for (path, file) in walk.files.iter().filter(|(path, file)| !is_known(path, file.stamp)) {
            let Ok(Some(text)) = read_text(path, file) else { continue };
            let front = front_matter::block(&text).unwrap_or_default();
            urgent.changed.push(Changed { path: path.clone(), has_guid: front.contains(GUID) });
            if front.contains(URGENT)
                && let Ok(Some(found)) = self.parse(path, &text)
                && found.urgent.is_some()
            {
                urgent.found.push(found);
            } else if front.contains(TRANSLATION) {
                translations.push((path, file));
            }
        }
        let originals: Vec<Names> = urgent.found.iter().map(Names::of).collect();
        let names: HashSet<&str> = originals.iter().flat_map(Names::all).collect();
        let of_urgent =
            |found: &Found| found.content.translation_of.as_deref().is_some_and(|name| names.contains(name));
        if !names.is_empty() {
            let translations = translations.into_iter().filter_map(|(path, file)| found(path, file)).filter(of_urgent);
            urgent.found.extend(translations);
        }
        urgent
    }
}
