//! The posts of a real campaign's listing, in one digest.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use chrono::NaiveDate;

use crate::real::Real;

const LISTING: &str = include_str!("../data/post-listing.txt");

pub(crate) struct Entry {
    pub(crate) title: &'static str,
    date: NaiveDate,
    topics: Vec<&'static str>,
    body: &'static str,
}

impl Entry {
    /// As a file of a folder source.
    pub(crate) fn file(&self) -> String {
        let Self { title, date, topics, body } = self;
        let (title, topics) = (serde_json::to_string(title).unwrap(), topics.join(", "));
        format!("---\ntitle: {title}\ndate: {date}T09:00:00Z\ntopics: [{topics}]\n---\n{body}\n")
    }
}

/// Each entry is a title, `: date`, `topics /` and a text, with empty lines between.
pub(crate) fn entries() -> Vec<Entry> {
    let lines: Vec<&str> = LISTING.lines().map(str::trim).collect();
    let dated = lines.iter().enumerate().filter(|(_, line)| line.starts_with(": "));
    dated
        .map(|(at, line)| Entry {
            title: lines[at - 2],
            date: NaiveDate::parse_from_str(line, ": %B %d, %Y").unwrap(),
            topics: lines[at + 1].trim_end_matches('/').split(',').map(str::trim).collect(),
            body: lines[at + 3],
        })
        .collect()
}

#[test]
fn five_posts_arrive_in_one_mail_newest_first_with_whole_titles() {
    let real = Real::sqlite();
    real.people(1, "weekly");
    let entries = entries();
    assert_eq!(entries.len(), 5);
    assert!(entries.iter().any(|entry| entry.title.contains('’')), "the listing lost its apostrophes");
    // In another order than that of their dates.
    for (number, index) in [2, 4, 0, 3, 1].into_iter().enumerate() {
        real.write(&format!("posts/{number}.md"), &entries[index].file());
    }
    let pulled = real.json(&["posts", "pull", "--no-baseline", "--json"]);
    assert_eq!(pulled["sources"][0]["new"], 5, "{pulled}");
    real.done(&["digests", "send", "weekly"]);
    real.done(&["dispatch", "--until-empty"]);
    let mails = real.sink.mails();
    assert_eq!(mails.len(), 1);
    // Where the text was wrapped says nothing.
    let text = mails[0].text.split_whitespace().collect::<Vec<_>>().join(" ");
    let place = |entry: &Entry| {
        let title = entry.title.split_whitespace().collect::<Vec<_>>().join(" ");
        text.find(&title).unwrap_or_else(|| panic!("no {title} in {text}"))
    };
    let places: Vec<usize> = entries.iter().map(place).collect();
    assert!(places.is_sorted(), "not newest first: {places:?} in {text}");
    assert!(entries.is_sorted_by(|one, other| one.date > other.date), "the listing is not newest first");
}
