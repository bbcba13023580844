//! `handbill subscribers show`.

use serde::Serialize;

use super::super::args::{Format, Who};
use super::super::output::{Output, or_empty};
use super::super::{Ended, Outcome};
use crate::app::App;
use crate::store::audit::AuditEntry;
use crate::store::deliveries::Delivery;
use crate::subscribers::Subscriber;

/// How many deliveries are shown.
const LATEST: i64 = 20;

const EXAMPLES: &str = "\
Examples:
  handbill subscribers show ana@example.org
  handbill subscribers show 12 --json";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in super::super) struct Show {
    /// Their address or number.
    #[arg(value_name = "ADDRESS|ID")]
    who: String,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Known {
    #[serde(flatten)]
    subscriber: Subscriber,
    history: Vec<AuditEntry>,
    deliveries: Vec<Delivery>,
}

pub(super) async fn run(app: &App, args: &Show, out: &mut Output) -> Outcome {
    let row = Who::read(&args.who)?.must_find(app).await?;
    let known = Known {
        subscriber: row.open(&app.vault)?,
        history: app.store.history(row.id).await?,
        deliveries: app.store.deliveries_to(row.id, LATEST).await?,
    };
    if args.format.json {
        out.json(&known)?;
        return Ok(Ended::Done);
    }
    let Known { subscriber, history, deliveries } = &known;
    let wanted = &subscriber.preferences;
    out.facts(&[
        ("id", subscriber.id.to_string()),
        ("address", or_empty(subscriber.address.as_ref().map(|address| address.as_given()))),
        ("name", or_empty(subscriber.name.as_ref())),
        ("state", subscriber.state.to_string()),
        ("suppression", or_empty(subscriber.suppression)),
        ("cadence", wanted.cadence.to_string()),
        ("alerts", if wanted.alerts { "yes" } else { "no" }.to_owned()),
        ("topics", if wanted.topics.is_empty() { "all".to_owned() } else { wanted.topics.to_string() }),
        ("region", or_empty(wanted.region.as_ref())),
        ("language", or_empty(wanted.language.as_ref())),
        ("time zone", or_empty(wanted.time_zone)),
        ("paused until", or_empty(subscriber.paused_until)),
        ("created", subscriber.created_at.to_string()),
        ("confirmed", or_empty(subscriber.confirmed_at)),
        ("consent from", subscriber.consent_source.clone()),
        ("consent note", or_empty(subscriber.consent_note.as_ref())),
    ])?;
    if !history.is_empty() {
        out.line("")?;
        let mut list = out.list(false, &["at", "by", "what", "more"]);
        for entry in history {
            list.row(entry, || {
                vec![entry.at.to_string(), entry.actor.clone(), entry.action.clone(), or_empty(entry.detail.as_ref())]
            })?;
        }
        list.end()?;
    }
    if !deliveries.is_empty() {
        out.line("")?;
        let mut list = out.list(false, &["edition", "state", "attempts", "ended", "reply"]);
        for delivery in deliveries {
            list.row(delivery, || {
                vec![
                    delivery.edition_id.to_string(),
                    delivery.state.to_string(),
                    delivery.attempts.to_string(),
                    or_empty(delivery.ended_at),
                    or_empty(delivery.reply.as_ref()),
                ]
            })?;
        }
        list.end()?;
    }
    Ok(Ended::Done)
}
