//! A message's text: whether it may go over the wire, and how it does.

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::Extension;

use super::{Reply, Stage};
use crate::address::Address;

/// What ends a message.
pub(super) const DOT: &str = ".\r\n";

/// The message as text, or what is known to fail before the relay is asked.
pub(super) fn sendable<'a>(
    smtp: &AsyncSmtpConnection,
    from: &Address,
    to: &Address,
    message: &'a [u8],
) -> Result<&'a str, (Stage, Reply)> {
    let ours = |stage, code, enhanced, why| (stage, Reply::ours(code, enhanced, why));
    if !smtp.server_info().supports_feature(Extension::SmtpUtfEight) {
        // RFC 6531 section 3.5 has these codes for it.
        if from.needs_smtputf8() {
            return Err(ours(Stage::Mail, 550, (5, 6, 7), "the sender's address needs a relay that offers SMTPUTF8"));
        }
        if to.needs_smtputf8() {
            return Err(ours(Stage::Rcpt, 553, (5, 6, 7), "this address needs a relay that offers SMTPUTF8"));
        }
    }
    // A bare line feed before a dot ends the message for some servers and not for others, and what follows it
    // would then be commands.
    let mut feeds = memchr::memchr_iter(b'\n', message);
    let mut lines = 0;
    let are_pairs = feeds.all(|feed| {
        lines += 1;
        feed.checked_sub(1).and_then(|before| message.get(before)) == Some(&b'\r')
    });
    let is_in_lines = are_pairs && memchr::memchr_iter(b'\r', message).count() == lines;
    // With SMTPUTF8 the headers may hold the address as it is (RFC 6532).
    let wide = from.needs_smtputf8() || to.needs_smtputf8();
    match str::from_utf8(message) {
        Ok(text) if is_in_lines && (wide || text.is_ascii()) => Ok(text),
        _ => {
            Err(ours(Stage::Body, 554, (5, 6, 0), "the message is not 7-bit text with CRLF line ends, a fault of ours"))
        }
    }
}

/// A message as it goes over the wire: a dot that begins a line is doubled, and one alone ends it (RFC 5321 section
/// 4.5.2).
pub(super) fn transparent(message: &str) -> String {
    let mut wire = String::with_capacity(message.len() + 64);
    let mut rest = message;
    if rest.starts_with('.') {
        wire.push('.');
    }
    while let Some((line, behind)) =
        memchr::memmem::find(rest.as_bytes(), b"\r\n.").and_then(|end| rest.split_at_checked(end + 3))
    {
        wire.push_str(line);
        wire.push('.');
        rest = behind;
    }
    wire.push_str(rest);
    if !message.ends_with("\r\n") {
        wire.push_str("\r\n");
    }
    wire.push_str(DOT);
    wire
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::transparent;

    proptest! {
        #[test]
        fn what_a_server_reads_is_the_message(text in "([.\r\na]|\r\n|\r\n\\.){0,40}") {
            let wire = transparent(&text);
            let (body, end) = wire.split_at(wire.len() - 3);
            prop_assert_eq!(end, ".\r\n");
            // RFC 5321 section 4.5.2: the line that is a dot alone ends it, and of any other the first dot goes.
            let lines: Vec<&str> = body.split("\r\n").collect();
            prop_assert!(!lines.contains(&"."));
            let read: Vec<&str> = lines.iter().map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
            let whole = if text.ends_with("\r\n") { text } else { text + "\r\n" };
            prop_assert_eq!(read.join("\r\n"), whole);
        }
    }
}
