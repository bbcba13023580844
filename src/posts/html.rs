//! Walks HTML that [`ammonia`] has written: balanced tags, quoted attributes, escaped text. It reads no other HTML.

use std::borrow::Cow;

/// One piece of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `<name attributes>`, `raw` being the whole of it.
    Open { name: &'a str, attributes: &'a str, raw: &'a str },
    /// `</name>`.
    Close { name: &'a str, raw: &'a str },
    /// What stands between tags, still escaped.
    Text(&'a str),
}

impl<'a> Token<'a> {
    /// The token as it stands in the document.
    pub(super) fn raw(self) -> &'a str {
        match self {
            Self::Open { raw, .. } | Self::Close { raw, .. } | Self::Text(raw) => raw,
        }
    }
}

/// The tokens of `html`, in order.
pub(super) fn tokens(html: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let end = match rest.strip_prefix('<') {
            None if rest.is_empty() => return None,
            None => rest.find('<').unwrap_or(rest.len()),
            Some(tag) => tag_end(tag).map_or(rest.len(), |end| end + 2),
        };
        let (raw, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(match raw.strip_prefix('<').map(|tag| tag.strip_suffix('>').unwrap_or(tag)) {
            None => Token::Text(raw),
            Some(tag) => match tag.strip_prefix('/') {
                Some(name) => Token::Close { name: name.trim(), raw },
                None => {
                    let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
                    Token::Open { name, attributes, raw }
                }
            },
        })
    })
}

/// Where the `>` stands that ends a tag; one in quotes does not.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quoted = false;
    tag.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    })
}

/// The value of `name` among the attributes of a tag, unescaped.
pub(super) fn attribute<'a>(attributes: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut rest = attributes;
    while let Some((key, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"')?;
        if key.trim() == name {
            return Some(unescape(value));
        }
        rest = after;
    }
    None
}

/// Undoes the escapes that HTML serialisation writes.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    // The ampersand last, or `&amp;lt;` would be undone twice.
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    Cow::Owned(text.replace("&nbsp;", "\u{a0}").replace("&amp;", "&"))
}

/// Escapes a text for use between tags.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_ends_outside_of_quotes() {
        let html = r#"a &amp;lt; <img alt="x > y" src="/i">b</p>"#;
        let found: Vec<_> = tokens(html).collect();
        assert_eq!(found.iter().map(|token| token.raw()).collect::<String>(), html);
        let Token::Open { name, attributes, .. } = found[1] else { panic!("{found:?}") };
        assert_eq!((name, attribute(attributes, "alt").as_deref()), ("img", Some("x > y")));
        assert_eq!(attribute(attributes, "src").as_deref(), Some("/i"));
        assert_eq!(attribute(attributes, "href"), None);
        assert_eq!(found[2..], [Token::Text("b"), Token::Close { name: "p", raw: "</p>" }]);
        assert_eq!(unescape("a &amp;lt; b"), "a &lt; b");
    }

    #[test]
    fn what_is_cut_off_is_walked_to_its_end() {
        for html in ["<", "<a href=\"x", "</", "é<é", ""] {
            assert_eq!(tokens(html).map(Token::raw).collect::<String>(), html);
        }
    }
}
