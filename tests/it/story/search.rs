//! Finds a text in bytes, in whatever form it may have ended up there.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// Bytes that are searched.
pub(super) struct Haystack {
    /// With what a dump wrote as hex put in plain behind them, in lower case and without line ends, where letters' case and wrapping tell nothing.
    folded: Vec<u8>,
    /// The same with letters as they are, for base64.
    unwrapped: Vec<u8>,
}

impl Haystack {
    pub(super) fn new(bytes: &[u8]) -> Self {
        let mut bytes = bytes.to_vec();
        let decoded = decoded(&bytes);
        bytes.extend(decoded);
        // A soft line end in quoted-printable is `=` and the line's end.
        let mut unwrapped: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b'\r').collect();
        let mut kept = Vec::with_capacity(unwrapped.len());
        for byte in unwrapped.drain(..) {
            if byte == b'\n' {
                if kept.last() == Some(&b'=') {
                    kept.pop();
                }
            } else {
                kept.push(byte);
            }
        }
        let folded = kept.to_ascii_lowercase();
        Self { folded, unwrapped: kept }
    }

    /// The first form in which `secret` is there.
    pub(super) fn find(&self, secret: &str) -> Option<&'static str> {
        let spellings = [secret.to_owned(), secret.to_lowercase(), secret.to_uppercase(), domain_lowered(secret)];
        spellings.iter().find_map(|text| self.find_as(text))
    }

    /// The first form of `text` that is there; in hex and base64, letters count as they are.
    fn find_as(&self, text: &str) -> Option<&'static str> {
        let every = |prefix: &str| text.bytes().map(|byte| format!("{prefix}{byte:02x}")).collect::<String>();
        let special = |prefix: &str, plain: &str| -> String {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || plain.contains(c);
            let coded = |c: char| format!("{prefix}{:02x}", u32::from(c));
            text.chars().map(|c| if is_plain(c) { c.to_string() } else { coded(c) }).collect()
        };
        let forms = [
            ("in plain", text.to_owned()),
            ("in hex", every("")),
            ("percent-encoded whole", every("%")),
            ("percent-encoded", special("%", "-._~")),
            ("percent-encoded but for its plus", special("%", "-._~+")),
            ("quoted-printable whole", every("=")),
            ("quoted-printable", special("=", "-._~+")),
            ("quoted-printable with more quoted", special("=", "")),
            ("UTF-16, little end first", text.encode_utf16().flat_map(u16::to_le_bytes).map(char::from).collect()),
            ("UTF-16, big end first", text.encode_utf16().flat_map(u16::to_be_bytes).map(char::from).collect()),
        ];
        let folded = |wanted: &str| contains(&self.folded, wanted.to_ascii_lowercase().as_bytes());
        if let Some((form, _)) = forms.iter().find(|(_, wanted)| folded(wanted)) {
            return Some(form);
        }
        let coded = (0..3).any(|at| base64(text, at).iter().any(|wanted| contains(&self.unwrapped, wanted.as_bytes())));
        coded.then_some("in base64")
    }
}

fn domain_lowered(address: &str) -> String {
    address.split_once('@').map_or(address.to_owned(), |(local, domain)| format!("{local}@{}", domain.to_lowercase()))
}

/// The part of its base64 that does not depend on what stands around it, in both alphabets.
fn base64(text: &str, alignment: usize) -> [String; 2] {
    let shifted = [&[0; 2][..alignment], text.as_bytes()].concat();
    let (from, to) = ((alignment * 8).div_ceil(6), shifted.len() * 8 / 6);
    [STANDARD.encode(&shifted)[from..to].to_owned(), URL_SAFE.encode(&shifted)[from..to].to_owned()]
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else { return false };
    // Looking for the first byte alone is what is fast in a debug build, too.
    let mut at = 0;
    while let Some(found) = haystack[at..].iter().position(|byte| byte == first) {
        at += found + 1;
        if haystack[at..].starts_with(rest) {
            return true;
        }
    }
    false
}

/// What stands as `\x0123..` in a dump, as PostgreSQL writes bytes.
fn decoded(bytes: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut plain = Vec::new();
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(2).position(|pair| pair == b"\\x") {
        at += found + 2;
        for pair in bytes[at..].chunks_exact(2) {
            let (Some(high), Some(low)) = (digit(&pair[0]), digit(&pair[1])) else { break };
            plain.push(high << 4 | low);
        }
        plain.push(b'\n');
    }
    plain
}

/// `secret` in each form, among other things, as somebody else would write it.
pub(super) fn planted(secret: &str) -> Vec<(String, Vec<u8>)> {
    let mut forms: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |form: &str, bytes: Vec<u8>| forms.push((form.to_owned(), [b"<", &bytes[..], b">"].concat()));
    for text in [secret.to_owned(), secret.to_lowercase(), secret.to_uppercase()] {
        add("plain", text.clone().into_bytes());
        for before in ["", "a", "ab"] {
            for after in ["", "z", "zz"] {
                let wider = format!("{before}{text}{after}");
                add("base64", STANDARD.encode(&wider).into_bytes());
                add("URL base64", URL_SAFE.encode(&wider).into_bytes());
            }
        }
        add("hex", text.bytes().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect());
        add("upper hex", text.bytes().flat_map(|byte| format!("{byte:02X}").into_bytes()).collect());
        add("percent", text.replace('@', "%40").replace('+', "%2B").into_bytes());
        add("percent but plus", text.replace('@', "%40").into_bytes());
        add("all percent", text.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).collect());
        add("quoted-printable", text.replace('@', "=40").into_bytes());
        add("wrapped quoted-printable", text.replace('@', "=40=\r\n").into_bytes());
        add("all quoted-printable", text.bytes().flat_map(|byte| format!("={byte:02X}").into_bytes()).collect());
        add("UTF-16LE", text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        add("UTF-16BE", text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    let coded = STANDARD.encode(secret);
    let (one, other) = coded.split_at(10);
    add("wrapped base64", format!("{one}\r\n{other}").into_bytes());
    forms
}

#[test]
fn what_is_planted_is_found_in_every_form() {
    let secret = "Nobody.Atall+x@example.org";
    assert!(Haystack::new(b"nobody.atall at example.org").find(secret).is_none());
    for (form, bytes) in planted(secret) {
        assert!(Haystack::new(&bytes).find(secret).is_some(), "{form}");
    }
}
