//! Topics: what posts are about and what subscribers choose. No topic chosen means all.

use std::fmt;

/// A set of topics in a fixed order. Spelling is kept; upper and lower case do not tell two topics apart.
///
/// It is stored and written as its topics with `;` between, the way the CSV of an import has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Topics(Vec<String>);

impl Topics {
    /// Takes topics in any order, trimmed, each once; empty ones are left out.
    pub fn new<S: AsRef<str>>(topics: impl IntoIterator<Item = S>) -> Self {
        let mut list: Vec<String> = topics
            .into_iter()
            .flat_map(|topic| topic.as_ref().split(';').map(clean).collect::<Vec<_>>())
            .filter(|topic| !topic.is_empty())
            .collect();
        list.sort_by_key(|topic| topic.to_lowercase());
        list.dedup_by_key(|topic| topic.to_lowercase());
        Self(list)
    }

    /// Reads topics with `;` between.
    pub fn parse(text: &str) -> Self {
        Self::new([text])
    }

    /// Whether none is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The topics, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether `topic` is one of them, whatever its case.
    pub fn contains(&self, topic: &str) -> bool {
        let topic = topic.to_lowercase();
        self.0.iter().any(|own| own.to_lowercase() == topic)
    }

    /// Whether somebody who chose these wants a post about `post`: one in common, or none chosen.
    pub fn want(&self, post: &Self) -> bool {
        self.is_empty() || post.iter().any(|topic| self.contains(topic))
    }
}

/// One topic without control characters and outer white space.
fn clean(topic: &str) -> String {
    topic.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

impl fmt::Display for Topics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(";"))
    }
}

impl serde::Serialize for Topics {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_choice_means_all() {
        let post = Topics::new(["Appeals", "Press release"]);
        assert!(Topics::default().want(&post));
        assert!(Topics::parse("press RELEASE").want(&post));
        assert!(!Topics::parse("articles").want(&post));
        assert!(!Topics::parse("articles").want(&Topics::default()));
    }

    #[test]
    fn one_choice_has_one_text() {
        let topics = Topics::parse(" b; A;;b ;a\r\n");
        assert_eq!(topics.to_string(), "A;b");
        assert_eq!(Topics::parse(&topics.to_string()), topics);
    }
}
