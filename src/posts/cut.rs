//! The beginning of a post that is too long for a mail, in whole blocks.

use super::html::{self, Token};
use super::plain;

/// The beginning of a post, both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Beginning {
    /// As sanitised HTML, balanced.
    pub(crate) html: String,
    /// As plain text.
    pub(crate) text: String,
}

/// The first whole blocks of sanitised HTML, such as paragraphs and items of lists, in at most `max` bytes; nothing when
/// not even one fits.
pub(crate) fn beginning(html: &str, max: usize) -> Option<Beginning> {
    let (mut at, mut open, mut best) = (0, Vec::new(), None);
    for token in html::tokens(html) {
        at += token.raw().len();
        if at > max {
            break;
        }
        let ended = match token {
            Token::Open { name, .. } if matches!(name, "br" | "hr" | "img") => name,
            Token::Open { name, .. } => {
                open.push(name);
                continue;
            }
            Token::Close { name, .. } => {
                open.pop();
                name
            }
            Token::Text(_) => continue,
        };
        // What is still open is closed behind it.
        let closing: usize = open.iter().map(|name| name.len() + "</>".len()).sum();
        if is_block(ended) && at + closing <= max {
            best = Some((at, open.clone()));
        }
    }
    let (end, open) = best?;
    let mut cut = html.get(..end)?.to_owned();
    for name in open.iter().rev() {
        cut.push_str(&format!("</{name}>"));
    }
    let text = plain::body(&cut);
    Some(Beginning { html: cut, text })
}

/// What a beginning may end with. A heading belongs to what follows it.
fn is_block(name: &str) -> bool {
    matches!(name, "blockquote" | "dd" | "div" | "dl" | "figure" | "li" | "ol" | "p" | "pre" | "table" | "tr" | "ul")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(html: &str, max: usize) -> Option<String> {
        beginning(html, max).map(|beginning| beginning.html)
    }

    #[test]
    fn it_ends_with_a_whole_block() {
        let html = "<p>One <b>two</b>.</p><h2>Three</h2><p>Four, five and six.</p>";
        assert_eq!(cut(html, html.len()).as_deref(), Some(html));
        // Neither within a paragraph, nor with a heading that nothing follows.
        assert_eq!(cut(html, html.len() - 1).as_deref(), Some("<p>One <b>two</b>.</p>"));
        assert_eq!(cut(html, 21), None);
        assert_eq!(beginning(html, 30).unwrap().text, "One two.");
    }

    #[test]
    fn what_is_open_is_closed_within_the_limit() {
        let html = "<div><ul><li>One</li><li>Two</li></ul><p>Three</p></div>";
        let first = "<div><ul><li>One</li></ul></div>";
        assert_eq!(cut(html, first.len()).as_deref(), Some(first));
        assert_eq!(cut(html, first.len() - 1), None);
        let second = "<div><ul><li>One</li><li>Two</li></ul></div>";
        assert_eq!(cut(html, second.len()).as_deref(), Some(second));
        let image = "<p><img src=\"https://campaign.example/a>b.png\" alt=\"x\"><br>Text</p>";
        assert_eq!(cut(&format!("{image}<p>More</p>"), image.len() + 3).as_deref(), Some(image));
    }
}
