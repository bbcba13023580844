//! `handbill deliveries`: the ledger.

use std::collections::{HashMap, HashSet};

use anyhow::Context;
use clap::Subcommand;
use serde::Serialize;

use super::args::{Format, choices};
use super::output::{Output, or_empty};
use super::{Ended, Outcome};
use crate::app::App;
use crate::deliveries::DeliveryState;
use crate::id::{EditionId, SubscriberId};
use crate::store::deliveries::Delivery;
use crate::store::subscribers::SubscriberFilter;

/// How many rows are in memory at once.
const PAGE: i64 = 1000;

const LIST_EXAMPLES: &str = "\
Examples:
  handbill deliveries list --edition 12
  handbill deliveries list --edition 12 --state refused
  handbill deliveries list --edition 12 --json > ledger.json";

#[derive(Debug, Subcommand)]
pub(super) enum Deliveries {
    /// List who a mailing went to, and what came of it.
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// The mailing's number.
        #[arg(long, value_name = "ID")]
        edition: EditionId,
        /// Only those in this state.
        #[arg(long, value_parser = choices(DeliveryState::ALL, DeliveryState::as_str))]
        state: Option<DeliveryState>,
        #[command(flatten)]
        format: Format,
    },
}

/// A line of the ledger with its address, for the admin who asks at a terminal.
#[derive(Serialize)]
struct Line {
    /// Nothing once the person is erased.
    address: Option<String>,
    #[serde(flatten)]
    delivery: Delivery,
}

pub(super) async fn run(app: &App, command: &Deliveries, out: &mut Output) -> Outcome {
    let Deliveries::List { edition, state, format } = command;
    app.store.edition(*edition).await?.with_context(|| format!("there is no edition {edition}"))?;
    let mut list = out.list(format.json, &["subscriber", "address", "state", "attempts", "ended", "relay", "reply"]);
    let mut after = SubscriberId(0);
    loop {
        let page = app.store.deliveries(*edition, *state, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.subscriber_id;
        let addresses = addresses(app, &page).await?;
        for delivery in page {
            let address = addresses.get(&delivery.subscriber_id).cloned();
            let line = Line { address, delivery };
            list.row(&line, || line.cells())?;
        }
    }
    list.end()?;
    Ok(Ended::Done)
}

/// The addresses of a page of the ledger, opened.
async fn addresses(app: &App, page: &[Delivery]) -> anyhow::Result<HashMap<SubscriberId, String>> {
    let mut rows = Vec::with_capacity(page.len());
    let (from, to) =
        (page.first().map_or(0, |line| line.subscriber_id.0), page.last().map_or(0, |line| line.subscriber_id.0));
    if to - from < 4 * PAGE {
        // Most of a mailing's people stand side by side in the list, and then a page of them is one query.
        let mut after = SubscriberId(from - 1);
        while after.0 < to {
            let next = app.store.subscribers(SubscriberFilter::default(), after, PAGE).await?;
            let Some(last) = next.last() else { break };
            after = last.id;
            rows.extend(next);
        }
    } else {
        for line in page {
            rows.extend(app.store.subscriber(line.subscriber_id).await?);
        }
    }
    let wanted: HashSet<_> = page.iter().map(|line| line.subscriber_id).collect();
    let mut addresses = HashMap::new();
    for row in rows.iter().filter(|row| wanted.contains(&row.id)) {
        if let Some(address) = row.open(&app.vault)?.address {
            addresses.insert(row.id, address.as_given());
        }
    }
    Ok(addresses)
}

impl Line {
    fn cells(&self) -> Vec<String> {
        let Delivery { subscriber_id, state, attempts, ended_at, relay, reply_code, reply, .. } = &self.delivery;
        let reply = match (reply_code, reply) {
            (Some(code), Some(reply)) => format!("{code} {reply}"),
            (None, Some(reply)) => reply.clone(),
            (code, None) => or_empty(*code),
        };
        vec![
            subscriber_id.to_string(),
            or_empty(self.address.as_ref()),
            state.to_string(),
            attempts.to_string(),
            or_empty(*ended_at),
            or_empty(relay.as_ref()),
            reply,
        ]
    }
}
