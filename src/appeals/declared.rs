//! The urgent mark that a post's own source makes: `urgent: true` above it, with its events.
//!
//! A post that turns urgent becomes an appeal. What is edited after that is only proposed, and a person decides. A mark
//! that cannot be carried out leaves the post an ordinary one, and is told until somebody sees to it.

use serde::{Deserialize, Serialize};

use super::event::EventDraft;
use super::mark::{self, MarkError, Marking};
use super::{AppealState, Version, event, proposed};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::id::{AppealId, PostId, RevisionId};
use crate::posts::PostState;
use crate::store::proposals::Proposal;
use crate::store::revisions::Revision;
use crate::store::{Result, Tx};

/// An urgent mark as a source makes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Declared {
    /// Its events, as they were written.
    pub events: Vec<EventDraft>,
    /// When it is over, where it has no event: an instant.
    pub deadline: Option<String>,
    /// Whom it is for, where it has no event.
    pub region: Option<String>,
    /// The line of the file on which it is marked.
    #[serde(skip)]
    pub line: Option<usize>,
}

impl Declared {
    /// How it is kept.
    pub fn to_text(&self) -> String {
        // Texts and lists of texts always are JSON.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`Declared::to_text`] wrote.
    ///
    /// # Errors
    ///
    /// When it is something else.
    pub fn from_text(text: &str) -> std::result::Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The deadline as an instant.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn deadline(&self) -> std::result::Result<Option<Timestamp>, String> {
        self.deadline.as_deref().map(str::parse).transpose()
    }

    fn marking(&self, config: &Config) -> std::result::Result<Marking, Refusal> {
        let deadline = self.deadline().map_err(|message| Refusal { field: "deadline", message })?;
        let hold = config.appeals.hold;
        Ok(Marking { events: self.events.clone(), region: self.region.clone(), deadline, hold, ..Marking::default() })
    }

    /// Whether it could be carried out now, as far as its own words tell.
    ///
    /// # Errors
    ///
    /// With what is wrong with it.
    pub fn check(&self, config: &Config, now: Timestamp) -> std::result::Result<(), Refusal> {
        let marking = self.marking(config)?;
        mark::checked(config, PostId(0), RevisionId(0), String::new(), &marking, now).map_err(Refusal::of)?;
        Ok(())
    }
}

/// Why a mark was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The field that is to blame.
    pub field: &'static str,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Refusal {
    fn of(error: MarkError) -> Self {
        let field = match &error {
            MarkError::Event { error: event::EventError { field, .. }, .. } => field,
            MarkError::Region(_) => "region",
            MarkError::Deadline(_) | MarkError::LateDeadline { .. } => "deadline",
            MarkError::LateHold { until, deadline } => {
                let message = format!(
                    "its hold (appeals.hold) would last until {until}, and nobody is called after {deadline}; mark it with \
                     `handbill appeals mark` and a shorter --hold"
                );
                return Self { field: "urgent", message };
            }
            MarkError::Begun(_) => "starts",
            _ => "urgent",
        };
        Self { field, message: error.to_string() }
    }
}

/// A post whose source was read.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Which.
    pub post: PostId,
    /// Where it stands now.
    pub state: PostState,
    /// Whether it was seen for the first time.
    pub is_new: bool,
    /// Its title.
    pub title: &'a str,
    /// Its text, plain.
    pub text: &'a str,
    /// Its language.
    pub language: &'a str,
    /// When it was published, if it says so.
    pub published: Option<Timestamp>,
    /// The mark that its source made when it was read before.
    pub before: Option<&'a str>,
    /// The mark that it makes now.
    pub now: Option<&'a Declared>,
}

/// Carries out what has changed about a post's mark; says why not, where it cannot.
///
/// # Errors
///
/// When the database fails.
pub async fn take_in(tx: &mut Tx, config: &Config, seen: &Seen<'_>, now: Timestamp) -> Result<Option<Refusal>> {
    let text = seen.now.map(Declared::to_text);
    if text.as_deref() == seen.before {
        return Ok(None);
    }
    let stands = mark::known(tx, seen.post, now).await?.is_some();
    if let Some(appeal) = tx.appeal_of(seen.post).await?.filter(|_| stands) {
        if appeal.state == AppealState::Open {
            propose(tx, config, appeal.id, seen.before, text.clone(), now).await?;
        }
        tx.set_declared(seen.post, text.as_deref(), None).await?;
        return Ok(None);
    }
    let Some(declared) = seen.now else {
        tx.set_declared(seen.post, None, None).await?;
        return Ok(None);
    };
    // The first pass over a source mails nothing, and what waits for a person goes on waiting.
    let waits = match seen.state {
        PostState::Live => false,
        // One that was there from the beginning may turn urgent later.
        PostState::Baseline => seen.is_new || seen.before.is_some(),
        PostState::Held | PostState::Dropped | PostState::Withdrawn => true,
    };
    if waits {
        tx.set_declared(seen.post, text.as_deref(), None).await?;
        return Ok(None);
    }
    let refusal = mark(tx, config, seen, declared, now).await?;
    match &refusal {
        None => tx.set_declared(seen.post, text.as_deref(), None).await?,
        // Put right, it is a mark that was not there before.
        Some(refusal) => tx.set_declared(seen.post, None, Some(&refusal.message)).await?,
    }
    Ok(refusal)
}

/// Keeps an edited mark for a person to decide, with what the source said before the first edit that waits.
async fn propose(
    tx: &mut Tx,
    config: &Config,
    appeal: AppealId,
    before: Option<&str>,
    declared: Option<String>,
    now: Timestamp,
) -> Result<()> {
    let base = match tx.proposal(appeal).await? {
        Some(waiting) => waiting.base,
        None => before.map(str::to_owned),
    };
    let undone = base == declared;
    let proposal = Proposal { base, declared };
    let present = tx.current_version(appeal).await?;
    // Of what is over nobody needs to hear any more.
    let is_idle = |present: Version| present.is_over(now) || !proposed::changes(config, present, &proposal, now);
    if undone || present.is_some_and(is_idle) {
        tx.drop_proposal(appeal).await?;
        return Ok(());
    }
    tx.propose(appeal, &proposal, now).await
}

async fn mark(
    tx: &mut Tx,
    config: &Config,
    seen: &Seen<'_>,
    declared: &Declared,
    now: Timestamp,
) -> Result<Option<Refusal>> {
    let marking = match declared.marking(config) {
        Ok(marking) => marking,
        Err(refusal) => return Ok(Some(refusal)),
    };
    let revision = tx.post_revision(seen.post).await?.unwrap_or(RevisionId(0));
    let checked = match mark::checked(config, seen.post, revision, seen.title.to_owned(), &marking, now) {
        Ok(checked) => checked,
        Err(error) => return Ok(Some(Refusal::of(error))),
    };
    let text = format!("{}\n\n{}", seen.title, seen.text);
    let published = seen.published.unwrap_or(now);
    let said = mark::Said { text: &text, published, time_zone: config.site.time_zone, language: seen.language };
    let doubts = mark::doubts(tx, &checked, &said, now).await?;
    if !doubts.is_empty() {
        let message = format!("{}; if it is right, use `handbill appeals mark {} --yes`", doubts.join("; "), seen.post);
        return Ok(Some(Refusal { field: "urgent", message }));
    }
    if mark::mark_in(tx, &checked, "source", now).await?.is_ok() && checked.report == mark::Report::Nobody {
        tracing::warn!(post = %seen.post, "nobody is told how this appeal went; name somebody in [notify.mail]");
    }
    Ok(None)
}

/// Carries out the mark of a post that a person has let through.
///
/// # Errors
///
/// When the database fails.
pub async fn released(
    tx: &mut Tx,
    config: &Config,
    post: PostId,
    revision: &Revision,
    now: Timestamp,
) -> Result<Option<Refusal>> {
    let Some(declared) = tx.declared(post).await? else { return Ok(None) };
    let Ok(declared) = Declared::from_text(&declared) else { return Ok(None) };
    let seen = Seen {
        post,
        state: PostState::Live,
        is_new: true,
        title: &revision.title,
        text: &revision.text,
        language: &revision.language,
        published: Some(revision.published_at),
        before: None,
        now: Some(&declared),
    };
    take_in(tx, config, &seen, now).await
}
