//! Telling one notice through one channel.

use std::time::Duration;

use serde::Serialize;

use super::{Channel, NoticeKind, command, mail};
use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::http::{Client, Limits};
use crate::id::NoticeId;
use crate::store::notices::Notice;
use crate::templates::Templates;
use crate::templates::contexts::{Frame, Site, StaffNotice};
use crate::text_enum::text_enum;
use crate::words::WordsError;

/// How long a command or a web server may take.
const LIMIT: Duration = Duration::from_secs(30);
/// The longest answer of a web server that is looked at, in bytes.
const ANSWER: usize = 1024 * 1024;

text_enum! {
    /// Whether what is told is so, or is over.
    pub enum NoticeState {
        /// It is so.
        Opened = "opened",
        /// It is over.
        Closed = "closed",
    }
}

/// A notice as commands and web servers get it.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// Whose Handbill it is.
    pub site: String,
    /// What it is.
    pub kind: NoticeKind,
    /// What it is about.
    pub subject: String,
    /// Whether it is so, or is over.
    pub state: NoticeState,
    /// Since when it was so.
    pub opened_at: Timestamp,
    /// When it was over.
    pub closed_at: Option<Timestamp>,
    /// All of it in words, in the site's language.
    pub text: String,
}

/// Why somebody could not be told. It holds no address.
#[derive(Debug, thiserror::Error)]
pub enum TellError {
    /// The command failed.
    #[error(transparent)]
    Command(#[from] command::CommandError),
    /// The web server did not take it.
    #[error("notify.webhook: {0}")]
    Webhook(#[from] crate::http::HttpError),
    /// The relay did not take it.
    #[error(transparent)]
    Mail(#[from] mail::MailError),
    /// It could not be put into words, or the store failed.
    #[error("{0}")]
    Words(String),
}

impl From<WordsError> for TellError {
    fn from(error: WordsError) -> Self {
        Self::Words(error.to_string())
    }
}

/// What it takes to tell.
#[derive(Clone, Copy)]
pub struct Teller<'a> {
    /// The config.
    pub config: &'a Config,
    /// The templates.
    pub templates: &'a Templates,
    /// The time.
    pub clock: &'a Clock,
}

impl std::fmt::Debug for Teller<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Teller").finish_non_exhaustive()
    }
}

/// A notice by which somebody tries the channels.
pub fn sample(now: Timestamp) -> Notice {
    Notice {
        id: NoticeId(0),
        kind: NoticeKind::Test,
        subject: "test".to_owned(),
        detail: String::new(),
        opened_at: now,
        told_at: None,
        closed_at: None,
        pending: Default::default(),
        attempts: 0,
    }
}

impl Teller<'_> {
    /// Tells a notice through one channel. That to organisers is another letter.
    ///
    /// # Errors
    ///
    /// When it was not taken there, within half a minute for commands and web servers, or within the relay's timeout.
    pub async fn tell(&self, notice: &Notice, channel: Channel) -> Result<(), TellError> {
        let said = self.said(notice)?;
        match channel {
            Channel::Command => {
                Ok(command::run(&self.config.notify.command, &self.document(notice, said), LIMIT).await?)
            }
            Channel::Webhook => {
                // Who has taken it out of the config since is not told.
                let Some(url) = &self.config.notify.webhook else { return Ok(()) };
                let json = serde_json::to_string(&self.document(notice, said));
                let json = json.map_err(|error| TellError::Words(error.to_string()))?;
                let client = Client::new(Limits { time: LIMIT, size: ANSWER, redirects: 0 });
                Ok(client.post_json(url, json).await?)
            }
            Channel::Mail | Channel::Organiser => {
                let Some(duty) = &self.config.notify.mail else { return Ok(()) };
                let language = self.config.site.language.as_str();
                let content =
                    self.templates.mail(&said, language).map_err(|error| TellError::Words(error.to_string()))?;
                Ok(mail::send(self, &mail::Letter::notice(notice, &duty.to, &content)).await?)
            }
        }
    }

    /// A notice in words.
    fn said(&self, notice: &Notice) -> Result<StaffNotice, WordsError> {
        let language = self.templates.words().language(&self.config.site.language);
        let frame = Frame::new(Site::of(self.config), &language);
        StaffNotice::new(frame, language, notice, self.config.site.time_zone)
    }

    fn document(&self, notice: &Notice, said: StaffNotice) -> Document {
        let state = if notice.closed_at.is_some() { NoticeState::Closed } else { NoticeState::Opened };
        Document {
            site: said.frame.site.name,
            kind: notice.kind,
            subject: notice.subject.clone(),
            state,
            opened_at: notice.opened_at,
            closed_at: notice.closed_at,
            text: format!("{}. {}", said.heading, said.body),
        }
    }
}
