//! `[notify]`: who is told when something is wrong, and how.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

use super::{Config, Relay, Sender};

/// `[notify]`: how staff are told that something is wrong, and that it is over. Each way is optional, and all may be set.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notify {
    /// A program and its arguments, run without a shell.
    pub command: Vec<String>,
    /// Where a JSON document is posted.
    pub webhook: Option<Url>,
    /// A file whose first line is that address, as it may hold a secret.
    pub webhook_file: Option<PathBuf>,
    /// Who is told by mail.
    pub mail: Option<NotifyMail>,
    /// What that mail is handed to; without it, to each `[[relay]]` in turn until one takes it.
    pub relay: Option<Relay>,
}

/// `[notify.mail]`: who is told by mail.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotifyMail {
    /// The address.
    pub to: Sender,
}

impl fmt::Debug for NotifyMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NotifyMail(..)")
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Arguments and paths may hold secrets.
        f.debug_struct("Notify")
            .field("command", &!self.command.is_empty())
            .field("webhook", &self.webhook.is_some())
            .field("mail", &self.mail)
            .field("relay", &self.relay)
            .finish()
    }
}

impl Config {
    /// The relays for mail to staff, one after the other until one takes it: its own, else all.
    pub fn notify_relays(&self) -> &[Relay] {
        self.notify.relay.as_ref().map_or(&*self.relays, std::slice::from_ref)
    }

    pub(super) fn validate_notify(&self) -> Result<(), (&'static str, String)> {
        let Notify { command, webhook, mail, relay, .. } = &self.notify;
        if command.first().is_some_and(|program| program.trim().is_empty()) {
            let why = "name the program first, like [\"/usr/local/bin/page\", \"campaign\"]";
            return Err(("notify.command", why.to_owned()));
        }
        if command.iter().any(|part| part.contains('\0')) {
            return Err(("notify.command", "no part of it may hold a NUL character".to_owned()));
        }
        if webhook.as_ref().is_some_and(|url| !matches!(url.scheme(), "http" | "https") || !url.has_host()) {
            return Err(("notify.webhook", "write a whole address like https://hooks.example.org/handbill".to_owned()));
        }
        if mail.is_some() && self.notify_relays().is_empty() {
            let why = "there is nothing to hand that mail to: add a [notify.relay] or a [[relay]]";
            return Err(("notify.mail.to", why.to_owned()));
        }
        if relay.as_ref().is_some_and(|relay| relay.connections == 0) {
            return Err(("notify.relay.connections", "it needs at least 1".to_owned()));
        }
        Ok(())
    }
}
