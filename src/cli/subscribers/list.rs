//! `handbill subscribers list`.

use super::super::args::{Format, choices};
use super::super::output::{Output, or_empty};
use super::super::{Ended, Outcome};
use crate::app::App;
use crate::id::SubscriberId;
use crate::store::subscribers::SubscriberFilter;
use crate::subscribers::{Cadence, Subscriber, SubscriberState};

/// How many rows are in memory at once.
const PAGE: i64 = 1000;

const EXAMPLES: &str = "\
Examples:
  handbill subscribers list
  handbill subscribers list --state pending
  handbill subscribers list --cadence daily --json";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in super::super) struct List {
    /// Only those in this state; default: all but the erased.
    #[arg(long, value_parser = choices(SubscriberState::ALL, SubscriberState::as_str))]
    state: Option<SubscriberState>,
    /// Only those with this cadence.
    #[arg(long, value_parser = choices(Cadence::ALL, Cadence::as_str))]
    cadence: Option<Cadence>,
    #[command(flatten)]
    format: Format,
}

pub(super) async fn run(app: &App, args: &List, out: &mut Output) -> Outcome {
    let columns =
        &["id", "address", "name", "state", "suppression", "cadence", "alerts", "topics", "region", "language"];
    let filter = SubscriberFilter { state: args.state, cadence: args.cadence };
    let mut list = out.list(args.format.json, columns);
    let mut after = SubscriberId(0);
    loop {
        let page = app.store.subscribers(filter, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for row in page.iter().filter(|row| args.state.is_some() || row.state != SubscriberState::Erased) {
            let subscriber = row.open(&app.vault)?;
            list.row(&subscriber, || cells(&subscriber))?;
        }
    }
    list.end()?;
    Ok(Ended::Done)
}

fn cells(subscriber: &Subscriber) -> Vec<String> {
    let wanted = &subscriber.preferences;
    vec![
        subscriber.id.to_string(),
        or_empty(subscriber.address.as_ref().map(|address| address.as_given())),
        or_empty(subscriber.name.as_ref()),
        subscriber.state.to_string(),
        or_empty(subscriber.suppression),
        wanted.cadence.to_string(),
        if wanted.alerts { "yes" } else { "no" }.to_owned(),
        wanted.topics.to_string(),
        or_empty(wanted.region.as_ref()),
        or_empty(wanted.language.as_ref()),
    ]
}
