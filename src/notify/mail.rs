//! Mail to staff, past the queue: straight to a relay of its own, or to whichever takes it, as the queue or a relay may be what is stuck.

use crate::address::Address;
use crate::config::{Config, Relay, Sender};
use crate::dkim::Signer;
use crate::editions::EditionKind;
use crate::id::EditionId;
use crate::message::{self, Content, Draft, MessageError};
use crate::relay::{Connection, OpenError, Outcome};
use crate::store::notices::Notice;

use super::tell::Teller;

/// Why a mail to staff did not go out. It holds no address.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// There is no relay.
    #[error("there is no [notify.relay] or [[relay]] to hand it to")]
    NoRelay,
    /// The relay cannot be reached.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The relay did not take it.
    #[error("relay {relay} did not take it: {why}")]
    Refused {
        /// Its name.
        relay: String,
        /// What it said, or what failed.
        why: String,
    },
    /// It could not be written.
    #[error(transparent)]
    Message(#[from] MessageError),
}

/// A mail to one member of staff.
#[derive(Debug)]
pub(super) struct Letter<'a> {
    to: &'a Sender,
    kind: EditionKind,
    edition: EditionId,
    message_id: String,
    content: &'a Content,
}

impl<'a> Letter<'a> {
    /// That of a notice. Tried again, it has the same Message-ID, so that it can be seen to be the same.
    pub(super) fn notice(notice: &Notice, to: &'a Sender, content: &'a Content) -> Self {
        let (state, at) = notice.closed_at.map_or(("opened", notice.opened_at), |at| ("closed", at));
        let message_id = format!("notice.{}.{}.{state}", notice.id, at.0);
        Self { to, kind: EditionKind::Notice, edition: EditionId(0), message_id, content }
    }

    /// That of a mailing that has ended.
    pub(super) fn result(notice: &Notice, edition: EditionId, to: &'a Sender, content: &'a Content) -> Self {
        let message_id = format!("result.{edition}.{}", notice.opened_at.0);
        Self { to, kind: EditionKind::Result, edition, message_id, content }
    }
}

/// The message, signed where we sign. Staff rather get it without than not at all: why it cannot be signed may be what it tells.
async fn signed(teller: &Teller<'_>, message: Vec<u8>) -> Vec<u8> {
    let signed = match Signer::of(teller.config) {
        Ok(Some(signer)) => signer.sign_aside(message.clone(), teller.clock.now()).await,
        Ok(None) => return message,
        Err(error) => Err(error),
    };
    signed.unwrap_or_else(|error| {
        tracing::warn!(%error, "a notice goes out without a signature");
        message
    })
}

/// Hands a letter to the relays for staff, one after the other, until one takes it.
pub(super) async fn send(teller: &Teller<'_>, letter: &Letter<'_>) -> Result<(), MailError> {
    let config = teller.config;
    let site = &config.site;
    let draft = Draft {
        sender: &site.sender,
        reply_to: site.reply_to.as_ref(),
        to: &letter.to.address,
        to_name: None,
        message_id: &letter.message_id,
        date: teller.clock.now(),
        time_zone: site.time_zone,
        kind: letter.kind,
        edition: letter.edition,
        content: letter.content,
        language: teller.templates.words().language(&site.language).tag(),
        list: None,
        thread: &[],
        calendar: None,
        images: &[],
    };
    let message = signed(teller, message::build(&draft)?).await;
    let mut failed = MailError::NoRelay;
    for relay in config.notify_relays() {
        match hand_over(config, relay, &letter.to.address, &message).await {
            Ok(()) => return Ok(()),
            Err(error) => {
                tracing::warn!(relay = relay.name, %error, "mail to staff was not taken");
                failed = error;
            }
        }
    }
    Err(failed)
}

async fn hand_over(config: &Config, relay: &Relay, to: &Address, message: &[u8]) -> Result<(), MailError> {
    let site = &config.site;
    let mut connection = Connection::open(relay, site.url.host_str().unwrap_or("localhost")).await?;
    let outcome = connection.send(&site.sender.address, to, message).await;
    connection.quit().await;
    let why = match outcome {
        Outcome::Accepted { .. } => return Ok(()),
        Outcome::Deferred { stage, reply } | Outcome::Refused { stage, reply } => format!("{stage}: {reply}"),
        Outcome::Lost { stage, error } => format!("{stage}: {error}"),
        // Rather twice than never; the Message-ID is the same.
        Outcome::Unknown { error } => format!("dot: {error}"),
    };
    Err(MailError::Refused { relay: relay.name.clone(), why })
}
