//! `handbill editions`: the mailings, and their brakes.

use std::time::Duration;

use anyhow::Context;
use clap::Subcommand;
use serde::Serialize;

use super::args::Format;
use super::output::{Output, or_empty};
use super::{Ended, Outcome};
use crate::app::App;
use crate::clock::Timestamp;
use crate::deliveries::DeliveryState;
use crate::editions::{EditionState, brakes};
use crate::id::EditionId;
use crate::store::deliveries::Counts;
use crate::store::editions::Edition;

/// Over what a rate is taken.
const MINUTE: Duration = Duration::from_secs(60);

const LIST_EXAMPLES: &str = "\
Examples:
  handbill editions list
  handbill editions list --letters --limit 100 --json";
const SHOW_EXAMPLES: &str = "\
Examples:
  handbill editions show 12
  handbill editions show 12 --json";
const PAUSE_EXAMPLES: &str = "\
Examples:
  handbill editions pause 12

Mails that are in the relay's hands already cannot be called back. Its deadline goes on running.";
const RESUME_EXAMPLES: &str = "\
Examples:
  handbill editions resume 12";
const CANCEL_EXAMPLES: &str = "\
Examples:
  handbill editions cancel 12

It cannot be taken up again, and those who got it already are told nothing. An appeal that somebody has already is
cancelled with `handbill appeals cancel`, which tells them.";

#[derive(Debug, Subcommand)]
pub(super) enum Editions {
    /// List the newest mailings.
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// How many.
        #[arg(long, default_value_t = 20)]
        limit: u32,
        /// Letters as well, such as confirmations.
        #[arg(long)]
        letters: bool,
        #[command(flatten)]
        format: Format,
    },
    /// Show one mailing and how far it has come.
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its number.
        id: EditionId,
        #[command(flatten)]
        format: Format,
    },
    /// Hold a mailing back.
    #[command(after_help = PAUSE_EXAMPLES)]
    Pause {
        /// Its number.
        id: EditionId,
        #[command(flatten)]
        format: Format,
    },
    /// Let a paused mailing go on.
    #[command(after_help = RESUME_EXAMPLES)]
    Resume {
        /// Its number.
        id: EditionId,
        #[command(flatten)]
        format: Format,
    },
    /// Stop a mailing for good.
    #[command(after_help = CANCEL_EXAMPLES)]
    Cancel {
        /// Its number.
        id: EditionId,
        #[command(flatten)]
        format: Format,
    },
}

/// An edition and how many of its deliveries are in each state.
#[derive(Serialize)]
pub(super) struct Standing {
    #[serde(flatten)]
    pub(super) edition: Edition,
    pub(super) deliveries: Counts,
}

impl Standing {
    pub(super) async fn of(app: &App, edition: Edition) -> anyhow::Result<Self> {
        Ok(Self { deliveries: app.store.counts(edition.id).await?, edition })
    }

    pub(super) fn is_paused(&self) -> bool {
        self.edition.state == EditionState::Paused
    }

    /// The columns of [`Standing::cells`].
    pub(super) const COLUMNS: &'static [&'static str] = &["id", "kind", "state", "created", "deadline", "deliveries"];

    pub(super) fn cells(&self) -> Vec<String> {
        let Edition { id, kind, state, cadence, created_at, deadline_at, .. } = &self.edition;
        let kind = cadence.map_or_else(|| kind.to_string(), |cadence| format!("{cadence} {kind}"));
        vec![
            id.to_string(),
            kind,
            state.to_string(),
            created_at.to_string(),
            deadline_at.to_string(),
            in_words(&self.deliveries),
        ]
    }
}

fn in_words(counts: &Counts) -> String {
    counts.iter().map(|(state, count)| format!("{count} {state}")).collect::<Vec<_>>().join(", ")
}

pub(super) async fn run(app: &App, command: &Editions, out: &mut Output) -> Outcome {
    match command {
        Editions::List { limit, letters, format } => list(app, *limit, *letters, format.json, out).await?,
        Editions::Show { id, format } => show(app, *id, format.json, out).await?,
        Editions::Pause { id, format } => {
            brakes::pause(app, *id, "cli").await.context("could not pause")?;
            if format.json {
                show(app, *id, true, out).await?;
            } else {
                out.line(format_args!("edition {id} is paused; go on with: handbill editions resume {id}"))?;
            }
        }
        Editions::Resume { id, format } => {
            let state = brakes::resume(app, *id, "cli").await.context("could not resume")?;
            if format.json {
                show(app, *id, true, out).await?;
            } else {
                out.line(format_args!("edition {id} goes on ({state})"))?;
            }
        }
        Editions::Cancel { id, format } => {
            brakes::cancel(app, *id, "cli").await.context("could not cancel")?;
            if format.json {
                show(app, *id, true, out).await?;
            } else {
                let left = in_words(&app.store.counts(*id).await?);
                out.line(format_args!("edition {id} is cancelled; what is queued of it is not sent"))?;
                out.facts(&[("deliveries when it was stopped", left)])?;
            }
        }
    }
    Ok(Ended::Done)
}

async fn list(app: &App, limit: u32, letters: bool, json: bool, out: &mut Output) -> anyhow::Result<()> {
    const PAGE: i64 = 100;
    let mut list = out.list(json, Standing::COLUMNS);
    let mut before = EditionId(i64::MAX);
    let mut left = i64::from(limit);
    while left > 0 {
        let page = app.store.editions(letters, before, left.min(PAGE)).await?;
        let Some(last) = page.last() else { break };
        before = last.id;
        left -= i64::try_from(page.len()).unwrap_or(left);
        for edition in page {
            let standing = Standing::of(app, edition).await?;
            list.row(&standing, || standing.cells())?;
        }
    }
    Ok(list.end()?)
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    standing: Standing,
    /// When its next delivery is due.
    next_due_at: Option<Timestamp>,
    /// How many the relays took within the last minute, while it is under way.
    per_minute: Option<i64>,
    /// In how many seconds the rest has gone at that rate; nothing where none was taken, or it is not planned to its end.
    seconds_left: Option<i64>,
}

impl Shown {
    async fn of(app: &App, edition: Edition) -> anyhow::Result<Self> {
        let is_open = matches!(edition.state, EditionState::Planning | EditionState::Sending | EditionState::Paused);
        let standing = Standing::of(app, edition).await?;
        let mut shown = Self { standing, next_due_at: None, per_minute: None, seconds_left: None };
        if !is_open {
            return Ok(shown);
        }
        let Standing { edition, deliveries } = &shown.standing;
        shown.next_due_at = app.store.next_due(edition.id).await?;
        let rate = app.store.accepted_since(edition.id, app.clock.now().minus(MINUTE)).await?;
        let left: i64 =
            [DeliveryState::Queued, DeliveryState::Leased].iter().filter_map(|state| deliveries.get(state)).sum();
        shown.per_minute = Some(rate);
        shown.seconds_left = (rate > 0 && edition.state == EditionState::Sending).then(|| left * 60 / rate);
        Ok(shown)
    }
}

async fn show(app: &App, id: EditionId, json: bool, out: &mut Output) -> anyhow::Result<()> {
    let edition = app.store.edition(id).await?.with_context(|| format!("there is no edition {id}"))?;
    let shown = Shown::of(app, edition).await?;
    if json {
        return Ok(out.json(&shown)?);
    }
    let Shown { standing: Standing { edition, deliveries }, next_due_at, per_minute, seconds_left } = &shown;
    let left = seconds_left.map(|seconds| humantime::format_duration(Duration::from_secs(seconds.unsigned_abs())));
    out.facts(&[
        ("id", edition.id.to_string()),
        ("kind", edition.kind.to_string()),
        ("cadence", or_empty(edition.cadence)),
        ("state", edition.state.to_string()),
        ("key", edition.key.clone()),
        ("slot", or_empty(edition.slot_at)),
        ("time zone", or_empty(edition.time_zone.as_ref())),
        ("posts up to", or_empty(edition.cut_off_at)),
        ("appeal", or_empty(edition.appeal_id)),
        ("held until", or_empty(edition.hold_until)),
        ("created", format!("{} by {}", edition.created_at, edition.created_by)),
        ("planned", or_empty(edition.planned_at)),
        ("ended", or_empty(edition.ended_at)),
        ("deadline", edition.deadline_at.to_string()),
        ("next is due", or_empty(*next_due_at)),
        ("deliveries", in_words(deliveries)),
        ("rate", per_minute.map_or_else(String::new, |rate| format!("{rate} in the last minute"))),
        ("time left", left.map_or_else(String::new, |left| format!("{left} at that rate"))),
    ])?;
    Ok(())
}
