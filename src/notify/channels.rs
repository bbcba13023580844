//! The ways of telling staff, and which of them are left.

use std::collections::BTreeSet;
use std::fmt;

use crate::config::Config;
use crate::text_enum::text_enum;

text_enum! {
    /// A way of telling staff.
    pub enum Channel {
        /// A program is run.
        Command = "command",
        /// A document is posted.
        Webhook = "webhook",
        /// A mail to who is on duty.
        Mail = "mail",
        /// A mail to whoever marked an appeal.
        Organiser = "organiser",
    }
}

/// Some of the channels; as text, with semicolons between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Channels(pub BTreeSet<Channel>);

impl Channels {
    /// Those that the config sets.
    pub fn of(config: &Config) -> Self {
        let notify = &config.notify;
        let set = [
            (!notify.command.is_empty(), Channel::Command),
            (notify.webhook.is_some(), Channel::Webhook),
            (notify.mail.is_some(), Channel::Mail),
        ];
        Self(set.into_iter().filter(|(is_set, _)| *is_set).map(|(_, channel)| channel).collect())
    }
}

impl fmt::Display for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.iter().map(|channel| channel.as_str()).collect();
        f.write_str(&words.join(";"))
    }
}

impl From<&str> for Channels {
    /// Reads what [`Channels`] wrote; ways that this version does not know are left out, as it cannot go them.
    fn from(text: &str) -> Self {
        Self(text.split(';').filter_map(|word| word.parse().ok()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_survive_their_text() {
        for channels in [Channels::default(), Channels([Channel::Command, Channel::Organiser].into())] {
            assert_eq!(Channels::from(channels.to_string().as_str()), channels);
        }
        assert_eq!(Channels::from("command;pigeon"), Channels([Channel::Command].into()));
    }
}
