//! `handbill digests`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Subcommand;
use serde::Serialize;
use tokio::sync::watch;

use super::args::{Format, choices};
use super::output::{Output, or_empty};
use super::progress::Progress;
use super::{Ended, Outcome};
use crate::app::App;
use crate::clock::Timestamp;
use crate::dispatcher::{Composer, DispatchLock};
use crate::editions::EditionState;
use crate::editions::digest::{self, Due};
use crate::editions::planner::{self, Forecast, Planner, Step};
use crate::id::EditionId;
use crate::subscribers::Cadence;
use crate::templates::Templates;
use crate::wake::LOOK;

const SEND_EXAMPLES: &str = "\
Examples:
  handbill digests send weekly --dry-run
  handbill digests send weekly && handbill dispatch --until-empty
  handbill digests send daily --at 2026-03-02T08:00:00Z

Planning the same digest twice is planning it once.";

#[derive(Debug, Subcommand)]
pub(super) enum Digests {
    /// Plan the digest of the latest slot.
    #[command(after_help = SEND_EXAMPLES)]
    Send(Send),
}

#[derive(Debug, clap::Args)]
pub(super) struct Send {
    /// Whose digest.
    #[arg(value_name = "CADENCE", value_parser = choices(Cadence::ALL, Cadence::as_str))]
    pub(super) cadence: Cadence,
    /// Take the latest slot at or before this instant, such as 2026-03-02T08:00:00Z; default and latest: now.
    #[arg(long, value_name = "INSTANT")]
    pub(super) at: Option<Timestamp>,
    /// Say what it would be, and plan nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) format: Format,
}

pub(super) async fn run(app: &Arc<App>, command: &Digests, out: &mut Output) -> Outcome {
    match command {
        Digests::Send(args) => send(app, args, out).await,
    }
}

/// What was planned, or would be.
#[derive(Debug, Serialize)]
struct Planned {
    edition: Option<EditionId>,
    /// Whether it was made now, and not by an earlier call.
    made: bool,
    cadence: Cadence,
    slot: Timestamp,
    time_zone: String,
    cut_off: Timestamp,
    expires: Timestamp,
    recipients: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    variants: Option<Vec<Sample>>,
}

/// One variant of a digest that was not planned, and how it would read.
#[derive(Debug, Serialize)]
struct Sample {
    #[serde(flatten)]
    forecast: Forecast,
    subject: String,
    text: String,
}

async fn send(app: &Arc<App>, args: &Send, out: &mut Output) -> Outcome {
    let could_not = || format!("could not plan the {} digest", args.cadence);
    let at = args.at.unwrap_or_else(|| app.clock.now());
    let due = digest::due(app, args.cadence, at).await.with_context(could_not)?;
    let mut planned = Vec::new();
    for due in &due {
        planned.push(match args.dry_run {
            true => look(app, due).await.with_context(could_not)?,
            false => plan(app, due).await.with_context(could_not)?,
        });
    }
    if args.format.json {
        out.json(&planned)?;
        return Ok(Ended::Done);
    }
    if planned.is_empty() {
        out.line("Nothing is new, so there is nothing to send.")?;
    }
    for planned in &planned {
        tell(planned, out)?;
    }
    Ok(Ended::Done)
}

async fn look(app: &Arc<App>, due: &Due) -> anyhow::Result<Planned> {
    let templates = Templates::of(&app.config)?;
    let composer = Composer::new(Arc::clone(app), watch::channel(Arc::new(templates)).1);
    let known = app.store.edition_by_key(&due.key()).await?;
    let mut samples = Vec::new();
    for forecast in planner::forecast(app, due).await? {
        let content = composer.sample(due.cadence, &forecast.language, &forecast.items).await?;
        samples.push(Sample { forecast, subject: content.subject, text: content.text });
    }
    let recipients = samples.iter().map(|sample| i64::try_from(sample.forecast.recipients).unwrap_or(i64::MAX)).sum();
    Ok(Planned { recipients, variants: Some(samples), ..summary(due, known.map(|edition| edition.id), false) })
}

async fn plan(app: &Arc<App>, due: &Due) -> anyhow::Result<Planned> {
    let (id, made) = digest::open(app, due, "cli").await?;
    let mut planner = Planner::default();
    let mut progress = Progress::new("planned", None);
    let (mut recipients, mut counting) = (0_u64, Duration::ZERO);
    // Another node may be planning it as well; whoever saves a batch first has it, and the other goes on after it.
    while let Some(edition) = app.store.edition(id).await?.filter(|edition| edition.state == EditionState::Planning) {
        if DispatchLock::is_taken(&app.store).await? && !app.store.digest_before_is_open(&edition).await? {
            // The daemon plans it, and lets whatever is urgent go between; two at one store would only wait for each other.
            // Counting a million deliveries takes a while, and is done the less often.
            tokio::time::sleep(LOOK.max(counting * 8)).await;
            let began = Instant::now();
            recipients = app.store.counts(id).await?.values().sum::<i64>().unsigned_abs();
            counting = began.elapsed();
        } else {
            match planner.step(app, &edition).await? {
                Step::Planned(count) => recipients += count,
                Step::Done => {}
                // The digest before it is in a relay's hands: the dispatcher plans this one when it knows whom that reached.
                Step::Blocked => {
                    if planner::sweep(&app.store, app.clock.now(), 5000).await? == 0 {
                        break;
                    }
                }
            }
        }
        progress.set(recipients, || format!("{recipients} deliveries"));
    }
    let recipients = app.store.counts(id).await?.values().sum();
    Ok(Planned { recipients, ..summary(due, Some(id), made) })
}

fn summary(due: &Due, edition: Option<EditionId>, made: bool) -> Planned {
    Planned {
        edition,
        made,
        cadence: due.cadence,
        slot: due.slot,
        time_zone: due.zone.name().to_owned(),
        cut_off: due.cut_off,
        expires: due.expires,
        recipients: 0,
        variants: None,
    }
}

fn tell(planned: &Planned, out: &mut Output) -> anyhow::Result<()> {
    let Planned { cadence, slot, time_zone, recipients, expires, .. } = planned;
    let digest = format!("{} ({time_zone})", digest::in_words(*cadence, *slot));
    match (&planned.variants, planned.edition) {
        (None, Some(edition)) if planned.made => {
            out.line(format!("Edition {edition}: {digest}: to {recipients}, until {expires}"))?;
        }
        (None, edition) => {
            let edition = or_empty(edition);
            out.line(format!("Edition {edition}: {digest}: planned before, to {recipients}"))?;
        }
        (Some(samples), edition) => {
            let before = edition.map(|id| format!("; edition {id} has it already")).unwrap_or_default();
            out.line(format!("Would be {digest}: to {recipients}{before}"))?;
            for sample in samples {
                out.line(format!(
                    "\n{} in {}: {}\n",
                    sample.forecast.recipients, sample.forecast.language, sample.subject
                ))?;
                out.line(&sample.text)?;
            }
        }
    }
    Ok(())
}
