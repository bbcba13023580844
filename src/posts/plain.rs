//! Sanitised HTML as plain text: the body of a mail's text part, and the excerpt.

use super::html::{self, Token};

/// How many words an excerpt has.
const EXCERPT_WORDS: usize = 60;
/// A blind limit for text without spaces, in characters.
const EXCERPT_CHARACTERS: usize = 600;

/// The whole content: paragraphs with a blank line between, lists with dashes or numbers, links as `text (url)`.
pub(super) fn body(html: &str) -> String {
    write(html, false)
}

/// The first words of the running text, on one line, cut at a word with an ellipsis.
pub(super) fn excerpt(html: &str) -> String {
    shorten(&one_line(&write(html, true)))
}

/// Cuts a line after so many words as an excerpt has.
pub(crate) fn shorten(line: &str) -> String {
    let mut short = String::new();
    for (index, word) in line.split(' ').enumerate() {
        if index == EXCERPT_WORDS || short.chars().count() + word.chars().count() > EXCERPT_CHARACTERS {
            if short.is_empty() {
                short = word.chars().take(EXCERPT_CHARACTERS).collect();
            }
            return format!("{}…", short.trim_end_matches([',', ';', ':', '.', '-', '–', '—', ' ']));
        }
        if index > 0 {
            short.push(' ');
        }
        short.push_str(word);
    }
    short
}

/// All text of it on one line, with a space between blocks.
pub(super) fn line(html: &str) -> String {
    let mut line = String::with_capacity(html.len());
    for token in html::tokens(html) {
        match token {
            Token::Text(raw) => line.push_str(&html::unescape(raw)),
            Token::Open { name, .. } | Token::Close { name, .. } if breaks(name) => line.push(' '),
            _ => {}
        }
    }
    one_line(&line)
}

/// Whether words before and after this tag are two words.
fn breaks(name: &str) -> bool {
    is_block(name)
        || matches!(name, "br" | "hr" | "ul" | "ol" | "li" | "tr" | "td" | "th" | "dt" | "dd" | "pre" | "blockquote")
}

/// Whether a character turns the direction of what follows it, beyond the text that it stands in: embeddings, overrides and
/// isolates (UAX #9). The marks that only lean on their neighbours stay, as people write with them.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text that keeps to its direction.
pub(super) fn unturned(text: String) -> String {
    if text.contains(turns) { text.replace(turns, "") } else { text }
}

/// Text without control characters and without what turns its direction, every run of white space one space.
pub(crate) fn one_line(text: &str) -> String {
    let visible = text.replace(turns, "").replace(|c: char| c.is_control(), " ");
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[derive(Default)]
struct Writer {
    out: String,
    /// The line being written, without its indentation; it may hold line breaks.
    line: String,
    /// Whether a blank line comes before the next one.
    gap: bool,
    /// The open lists: the next number, or none for dashes.
    lists: Vec<Option<u64>>,
    /// The dash or number that is still to be written before the next line.
    marker: Option<String>,
    quotes: usize,
    verbatim: usize,
    /// The open link, and where its text begins in `line`.
    link: Option<(String, String)>,
    /// How deep we are in what an excerpt leaves out.
    skipping: usize,
    excerpt: bool,
}

fn write(source: &str, excerpt: bool) -> String {
    let mut writer = Writer { excerpt, ..Writer::default() };
    for token in html::tokens(source) {
        match token {
            Token::Text(raw) => writer.text(&html::unescape(raw)),
            Token::Open { name, attributes, .. } => writer.open(name, attributes),
            Token::Close { name, .. } => writer.close(name),
        }
    }
    writer.flush();
    writer.out
}

impl Writer {
    fn open(&mut self, name: &str, attributes: &str) {
        match name {
            "br" => self.push_break(),
            "hr" => {
                self.block();
                if !self.excerpt {
                    self.text("* * *");
                }
                self.block();
            }
            "img" if !self.excerpt => {
                let alt = html::attribute(attributes, "alt").unwrap_or_default();
                if !alt.trim().is_empty() {
                    self.text(&format!("[{}]", alt.trim()));
                }
            }
            "a" => {
                let href = html::attribute(attributes, "href").unwrap_or_default().into_owned();
                self.link = Some((href, String::new()));
            }
            "ul" | "ol" => {
                self.flush();
                self.gap |= self.lists.is_empty();
                let start = html::attribute(attributes, "start").and_then(|start| start.parse().ok()).unwrap_or(1);
                self.lists.push((name == "ol").then_some(start));
            }
            "li" => {
                self.flush();
                self.marker = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let marker = format!("{number}. ");
                        *number = number.saturating_add(1);
                        marker
                    }
                    _ => "- ".to_owned(),
                });
            }
            "tr" | "dt" | "dd" => self.flush(),
            "td" | "th" if !self.line.trim().is_empty() => {
                self.line.truncate(self.line.trim_end().len());
                self.line.push_str(" | ");
            }
            "blockquote" => {
                self.block();
                self.quotes += 1;
            }
            "pre" => {
                self.block();
                self.verbatim += 1;
            }
            _ if is_block(name) => self.block(),
            _ => {}
        }
        if self.excerpt && is_left_out(name) {
            self.skipping += 1;
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "a" => self.end_link(),
            "ul" | "ol" => {
                self.flush();
                self.marker = None;
                self.lists.pop();
                self.gap |= self.lists.is_empty();
            }
            "li" | "tr" | "dt" | "dd" => {
                self.flush();
                self.marker = None;
            }
            "blockquote" => {
                self.block();
                self.quotes = self.quotes.saturating_sub(1);
            }
            "pre" => {
                self.block();
                self.verbatim = self.verbatim.saturating_sub(1);
            }
            _ if is_block(name) => self.block(),
            _ => {}
        }
        if self.excerpt && is_left_out(name) {
            self.skipping = self.skipping.saturating_sub(1);
        }
    }

    fn text(&mut self, text: &str) {
        if self.skipping > 0 {
            return;
        }
        if let Some((_, label)) = &mut self.link {
            label.push_str(text);
        }
        if self.verbatim > 0 {
            self.line.push_str(text);
            return;
        }
        for c in text.chars() {
            // A space that does not break stays what it is.
            let space = c.is_whitespace() && c != '\u{a0}';
            if !space && !c.is_control() {
                self.line.push(c);
            } else if !self.line.is_empty() && !self.line.ends_with([' ', '\n']) {
                self.line.push(' ');
            }
        }
    }

    fn push_break(&mut self) {
        self.line.truncate(self.line.trim_end_matches(' ').len());
        self.line.push('\n');
    }

    fn end_link(&mut self) {
        let Some((href, label)) = self.link.take() else { return };
        if self.excerpt || href.is_empty() || self.skipping > 0 {
            return;
        }
        let label = label.trim();
        let bare = href.strip_prefix("mailto:").unwrap_or(&href);
        let same = |a: &str, b: &str| a.trim_end_matches('/') == b.trim_end_matches('/');
        if label.is_empty() {
            self.text(bare);
        } else if !same(label, bare) && !same(label, &href) {
            let spaced = self.line.ends_with(' ');
            self.line.truncate(self.line.trim_end_matches(' ').len());
            self.line.push_str(&format!(" ({bare})"));
            if spaced {
                self.line.push(' ');
            }
        }
    }

    /// Ends a block: what follows stands after a blank line.
    fn block(&mut self) {
        self.flush();
        // The first paragraph of a list item stands right behind its dash.
        self.gap = true;
    }

    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = if self.verbatim > 0 { line.trim_matches('\n').trim_end() } else { line.trim() };
        if line.is_empty() {
            return;
        }
        if !self.out.is_empty() {
            self.out.push_str(if self.gap { "\n\n" } else { "\n" });
        }
        self.gap = false;
        let quote = "> ".repeat(self.quotes);
        let indent = "  ".repeat(self.lists.len());
        let outer = "  ".repeat(self.lists.len().saturating_sub(1));
        for (index, line) in line.lines().enumerate() {
            let line = line.trim_end();
            if index > 0 {
                self.out.push('\n');
            }
            match self.marker.take() {
                Some(marker) if !self.excerpt => self.out.push_str(&format!("{quote}{outer}{marker}{line}")),
                _ => self.out.push_str(format!("{quote}{indent}{line}").trim_end()),
            }
        }
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "table" | "caption" | "dl" | "figure" | "figcaption"
    )
}

/// What is no running text: an excerpt goes without it.
fn is_left_out(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "pre" | "table" | "figcaption" | "caption")
}

#[cfg(test)]
mod tests;
