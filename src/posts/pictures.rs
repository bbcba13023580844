//! The pictures of posts in mail: brought along, shown from the site, or left out. None ever comes from a third party,
//! who would learn from it who reads what, and when.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest;
use serde::Serialize;
use url::Url;

use super::html::{self, Token};
use crate::config::{Config, Images, Origin};

/// The widest that a picture is shown, in pixels: the card of a mail without its margins.
const MAX_WIDTH: u32 = 536;
/// The highest, likewise: with its post's title, it fits on the screen of a phone.
const MAX_HEIGHT: u32 = 480;
/// The biggest picture that a mail brings along, in bytes.
const MAX_BYTES: u64 = 200_000;
/// The most that all pictures of a post may have together, in bytes.
const MAX_ALL: usize = 500_000;
/// A narrower picture is an ornament and stands in no digest above a post's beginning.
const MIN_LEAD: u32 = 200;

/// A picture that a mail brings along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inline {
    /// Its Content-ID, without angle brackets (RFC 2392).
    pub id: String,
    /// Its media type.
    pub media: &'static str,
    /// The file.
    pub bytes: Arc<[u8]>,
}

/// The picture that stands above the beginning of a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lead {
    /// Where it is: http, https or cid.
    pub url: String,
    /// What it shows, in words.
    pub alt: String,
    /// How wide it is shown, in pixels.
    pub width: u32,
    /// How high, where that is known.
    pub height: Option<u32>,
}

/// A post's body as mail may show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fitted {
    /// The body, with the pictures that may be shown; the words of others stand in their place.
    pub html: String,
    /// The first picture, if it is no ornament.
    pub lead: Option<Lead>,
    /// The pictures that the mail has to bring along.
    pub inline: Vec<Inline>,
}

/// Where a picture is shown from, and how big it is.
struct Placed {
    url: String,
    size: Option<(u32, u32)>,
    inline: Option<Inline>,
}

/// Fits the pictures of a sanitised body to what `mail.images` says.
pub fn fit(config: &Config, body: &str) -> Fitted {
    if !body.contains("<img") {
        return Fitted { html: body.to_owned(), ..Fitted::default() };
    }
    let mut fitted = Fitted { html: String::with_capacity(body.len()), ..Fitted::default() };
    let mut brought = 0;
    for token in html::tokens(body) {
        let Token::Open { name: "img", attributes, .. } = token else {
            fitted.html.push_str(token.raw());
            continue;
        };
        let alt = html::attribute(attributes, "alt").unwrap_or_default();
        let source = html::attribute(attributes, "src").and_then(|src| Url::parse(&src).ok());
        let placed = source.and_then(|url| place(config, &url, MAX_ALL.saturating_sub(brought)));
        let Some(placed) = placed else {
            fitted.html.push_str(&html::escape(&alt));
            continue;
        };
        let given = |name| html::attribute(attributes, name).and_then(|value| value.trim().parse::<u32>().ok());
        let size = placed.size.or_else(|| given("width").map(|width| (width, given("height").unwrap_or_default())));
        let (width, height) = shown(size);
        let tall = height.map(|height| format!(" height=\"{height}\"")).unwrap_or_default();
        fitted.html.push_str(&format!(
            "<img src=\"{}\" alt=\"{}\" width=\"{width}\"{tall}>",
            html::escape(&placed.url),
            html::escape(&alt)
        ));
        if fitted.lead.is_none() && width >= MIN_LEAD {
            fitted.lead = Some(Lead { url: placed.url, alt: alt.into_owned(), width, height });
        }
        if let Some(inline) = placed.inline.filter(|inline| !fitted.inline.contains(inline)) {
            brought += inline.bytes.len();
            fitted.inline.push(inline);
        }
    }
    fitted
}

/// How big a picture is shown: never wider than the card, nor higher than a screen. What is unknown is taken for as wide as
/// the card.
fn shown(size: Option<(u32, u32)>) -> (u32, Option<u32>) {
    let Some((width, height)) = size.filter(|(width, _)| *width > 0) else { return (MAX_WIDTH, None) };
    let at_most = (u64::from(width) * u64::from(MAX_HEIGHT)).checked_div(u64::from(height));
    let at_most = at_most.and_then(|width| u32::try_from(width).ok()).unwrap_or(MAX_WIDTH);
    let fits = width.min(MAX_WIDTH).min(at_most).max(1);
    let scaled = u64::from(height) * u64::from(fits) / u64::from(width);
    (fits, u32::try_from(scaled).ok().filter(|height| *height > 0))
}

fn place(config: &Config, url: &Url, room: usize) -> Option<Placed> {
    match config.mail.images {
        Images::None => None,
        Images::Site => own(config, url).then(|| Placed { url: url.to_string(), size: None, inline: None }),
        Images::Embed => {
            let bytes = std::fs::read(file(config, url)?).ok().filter(|bytes| bytes.len() <= room)?;
            let (media, size) = look(&bytes)?;
            let hash = digest::digest(&digest::SHA256, &bytes);
            let name: String = hash.as_ref().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
            let id = format!("{name}@{}", config.site.sender.address.domain());
            let inline = Inline { id: id.clone(), media, bytes: bytes.into() };
            Some(Placed { url: format!("cid:{id}"), size, inline: Some(inline) })
        }
    }
}

/// The first picture of a sanitised body that lies on the group's own site, to be named, not shown.
pub fn first_own(config: &Config, body: &str) -> Option<Url> {
    html::tokens(body).find_map(|token| {
        let Token::Open { name: "img", attributes, .. } = token else { return None };
        let url = Url::parse(&html::attribute(attributes, "src")?).ok()?;
        own(config, &url).then_some(url)
    })
}

/// Whether an address is on the group's own site: that of the pages, or one that a source is published at.
fn own(config: &Config, url: &Url) -> bool {
    let published = config.sources.iter().filter_map(|source| source.base_url.as_ref());
    let mut sites = published.chain(std::iter::once(&config.site.url));
    matches!(url.scheme(), "http" | "https") && sites.any(|site| site.host_str() == url.host_str())
}

/// The file in a watched folder that is published at this address, if it is small enough to be brought along.
fn file(config: &Config, url: &Url) -> Option<PathBuf> {
    config.sources.iter().find_map(|source| {
        let base = source.base_url.as_ref().unwrap_or(&config.site.url);
        let Origin::Folder(folder) = &source.origin else { return None };
        let root = folder.path.canonicalize().ok()?;
        let inside = url.as_str().strip_prefix(base.as_str().trim_end_matches('/'))?;
        let inside = inside.split(['?', '#']).next()?.trim_start_matches('/');
        let path = root.join(Path::new(&unquoted(inside)?)).canonicalize().ok()?;
        // Neither dots nor links lead out of the folder.
        let fits =
            path.starts_with(&root) && path.metadata().is_ok_and(|found| found.is_file() && found.len() <= MAX_BYTES);
        fits.then_some(path)
    })
}

/// A path with its `%20` and the like undone.
fn unquoted(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

/// What a file is by its first bytes, and its width and height.
fn look(bytes: &[u8]) -> Option<(&'static str, Option<(u32, u32)>)> {
    let big = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let little = |at: usize| Some(u32::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(("image/png", big(16).zip(big(20))))
    } else if bytes.starts_with(b"GIF8") {
        Some(("image/gif", little(6).zip(little(8))))
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some(("image/jpeg", jpeg(bytes)))
    } else {
        None
    }
}

/// The size in a JPEG's frame header (ITU-T T.81, section B.2.2).
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let word = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?));
    let mut at = 2_usize;
    loop {
        let (marker, length) = (word(at)?, word(at.checked_add(2)?)?);
        match marker {
            0xffc0..=0xffc3 | 0xffc5..=0xffc7 | 0xffc9..=0xffcb | 0xffcd..=0xffcf => {
                return Some((u32::from(word(at + 7)?), u32::from(word(at + 5)?)));
            }
            0xff01..=0xffff => at = at.checked_add(2 + usize::from(length))?,
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests;
