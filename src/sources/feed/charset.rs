//! A feed's bytes as text: the charset is said by a byte order mark, by HTTP, or by the XML declaration.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// A feed as text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    /// The text.
    pub(super) text: String,
    /// Whether there are bytes in it that are no characters, and were replaced.
    pub(super) is_broken: bool,
}

/// Decodes a feed: by its first character where that shows UTF-16 or a byte order mark, else by the `charset` of
/// `content_type`, else by its XML declaration, else as UTF-8 (RFC 7303 section 3). A charset that does not fit the bytes
/// makes way for the next one; where none fits, broken characters are replaced, as the WHATWG's Encoding standard has it:
/// one of them should not hold back a whole feed.
///
/// The XML declaration is left out, as it would be wrong by now.
pub(super) fn decode(bytes: &[u8], content_type: Option<&str>) -> Decoded {
    let (text, is_broken) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()),
        None => {
            let candidates = [unmarked_utf16(bytes), content_type.and_then(charset), declared(bytes), Some(UTF_8)];
            let exact =
                |encoding: &&'static Encoding| encoding.decode_without_bom_handling_and_without_replacement(bytes);
            let mut found = candidates.iter().flatten().filter_map(exact);
            let first = candidates.iter().flatten().next().copied().unwrap_or(UTF_8);
            found.next().map_or_else(|| first.decode_without_bom_handling(bytes), |text| (text, false))
        }
    };
    Decoded { text: without_declaration(text), is_broken }
}

/// The charset that a `Content-Type` names.
fn charset(content_type: &str) -> Option<&'static Encoding> {
    let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    Encoding::for_label(charsets.next()?.1.trim().trim_matches(['"', '\'']).as_bytes())
}

/// UTF-16 without a byte order mark shows by the first character, which every feed begins with.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0, b'<' | b'{', ..] => Some(UTF_16BE),
        [b'<' | b'{', 0, ..] => Some(UTF_16LE),
        _ => None,
    }
}

/// The encoding that an XML declaration in ASCII names.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default().trim_ascii_start();
    let head = head.strip_prefix(b"<?xml")?;
    let head = std::str::from_utf8(head.split(|byte| *byte == b'>').next()?).ok()?;
    let value = head.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| ['"', '\''].contains(c))?;
    let encoding = Encoding::for_label(value.split(quote).nth(1)?.as_bytes())?;
    // A declaration that could be read byte by byte was not written in UTF-16.
    Some(if [UTF_16BE, UTF_16LE].contains(&encoding) { UTF_8 } else { encoding })
}

fn without_declaration(text: Cow<'_, str>) -> String {
    let body = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let rest = body.strip_prefix("<?xml").filter(|rest| rest.starts_with(char::is_whitespace));
    rest.and_then(|rest| rest.split_once("?>")).map_or(body, |(_, rest)| rest).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUSSIAN: &str = "<rss>Забастовка — «сегодня»</rss>";

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn each_way_to_name_a_charset_is_understood() {
        let cyrillic = encoding_rs::WINDOWS_1251.encode(RUSSIAN).0.into_owned();
        let declaring =
            |name: &str, body: &[u8]| [format!("<?xml version='1.0' encoding=\"{name}\"?>").as_bytes(), body].concat();
        for (bytes, content_type) in [
            (RUSSIAN.as_bytes().to_vec(), None),
            (RUSSIAN.as_bytes().to_vec(), Some("text/xml; charset=\"utf-8\"")),
            (cyrillic.clone(), Some("application/rss+xml; charset=windows-1251")),
            (declaring("windows-1251", &cyrillic), Some("text/xml")),
            (declaring("Windows-1251", &cyrillic), None),
            // HTTP is wrong here, and the bytes show it.
            (declaring("windows-1251", &cyrillic), Some("text/xml; charset=UTF-8")),
            (declaring("UTF-8", RUSSIAN.as_bytes()), Some("text/xml; charset=nonsense")),
            // Written by somebody who stores UTF-8 under an old declaration.
            (declaring("UTF-16", RUSSIAN.as_bytes()), None),
            ([b"\xef\xbb\xbf", RUSSIAN.as_bytes()].concat(), Some("text/xml; charset=windows-1251")),
            ([vec![0xfe, 0xff], utf16(RUSSIAN, true)].concat(), None),
            ([vec![0xff, 0xfe], utf16(RUSSIAN, false)].concat(), None),
            (utf16(&format!("<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n{RUSSIAN}"), true), None),
            (utf16(RUSSIAN, false), None),
            (utf16(RUSSIAN, false), Some("text/xml; charset=utf-8")),
            (utf16(RUSSIAN, true), Some("text/xml; charset=utf-16be")),
        ] {
            let Decoded { text, is_broken } = decode(&bytes, content_type);
            assert_eq!((text.trim_start(), is_broken), (RUSSIAN, false), "{content_type:?}, {bytes:?}");
        }
    }

    #[test]
    fn a_broken_character_does_not_hold_the_rest_back() {
        for (bytes, content_type, text, is_broken) in [
            (&b"\n <rss>a\xffb</rss>"[..], None, "<rss>a\u{fffd}b</rss>", true),
            (b"<rss>a\xffb</rss>", Some("text/xml; charset=utf-8"), "<rss>a\u{fffd}b</rss>", true),
            (b"", None, "", false),
            (&[0xfe, 0xff, 0xd8], None, "\u{fffd}", true),
            // Somebody else's broken character, which is a whole one by now.
            ("<rss>\u{fffd}</rss>".as_bytes(), None, "<rss>\u{fffd}</rss>", false),
            (b"<?xml-stylesheet href='x'?><rss/>", None, "<?xml-stylesheet href='x'?><rss/>", false),
        ] {
            assert_eq!(decode(bytes, content_type), Decoded { text: text.to_owned(), is_broken });
        }
    }
}
