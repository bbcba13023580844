//! `handbill subscribers add`.

use anyhow::bail;
use serde_json::json;

use super::super::args::{self, Format, choices};
use super::super::failure::Usage;
use super::super::output::Output;
use super::super::{Ended, Outcome};
use super::import::consent;
use crate::app::App;
use crate::subscribers::{Added, Cadence, Newcomer, Preferences, import, list};

const EXAMPLES: &str = "\
Examples:
  handbill subscribers add ana@example.org
  handbill subscribers add ana@example.org --name 'Ana Example' --topics 'Appeals;Reports' --consent 'by phone, 3 May'

Without --consent they get a mail that asks them to confirm. Nobody who is on the list is changed.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in super::super) struct Add {
    /// Their address.
    #[arg(value_name = "ADDRESS")]
    address: String,
    /// Their name.
    #[arg(long)]
    name: Option<String>,
    /// The language of their mail, such as `ru`; default: the site's.
    #[arg(long)]
    language: Option<String>,
    /// Topics with `;` between; default: all.
    #[arg(long, default_value = "")]
    topics: String,
    /// How often digests come.
    #[arg(long, default_value = "weekly", value_parser = choices(Cadence::ALL, Cadence::as_str))]
    cadence: Cadence,
    /// Whether urgent appeals come as well, yes or no.
    #[arg(long, default_value = "yes", value_name = "YES|NO")]
    alerts: String,
    /// Where they live, one of appeals.regions; default: told of every region's appeals.
    #[arg(long)]
    region: Option<String>,
    /// The zone they live in, such as Europe/London.
    #[arg(long)]
    time_zone: Option<String>,
    /// Where and how they said yes; then they count as confirmed.
    #[arg(long, value_name = "NOTE")]
    consent: Option<String>,
    #[command(flatten)]
    format: Format,
}

impl Add {
    fn newcomer(&self, regions: &[String]) -> anyhow::Result<Newcomer> {
        let address = args::address(&self.address)?;
        let preferences = || -> Result<Preferences, String> {
            Ok(Preferences {
                cadence: self.cadence,
                alerts: import::yes_or_no(&self.alerts)?,
                topics: import::topics(&self.topics)?,
                region: self.region.as_deref().map(|name| import::region(name, regions)).transpose()?.flatten(),
                language: self.language.as_deref().map(import::language).transpose()?,
                time_zone: self.time_zone.as_deref().map(import::time_zone).transpose()?,
            })
        };
        let name = self.name.as_deref().map(import::name).transpose().map_err(Usage)?.flatten();
        Ok(Newcomer { address, name, preferences: preferences().map_err(Usage)? })
    }
}

pub(super) async fn run(app: &App, args: &Add, out: &mut Output) -> Outcome {
    let newcomer = args.newcomer(&app.config.appeals.regions)?;
    let consent = consent(args.consent.as_deref())?;
    let added = list::add(app, &[newcomer], &consent, "cli").await?;
    let (word, id, said) = match added.first() {
        Some(Added::Active(id)) => ("added", Some(*id), format!("subscriber {id} is on the list")),
        Some(Added::Asked(id)) => {
            ("asked", Some(*id), format!("subscriber {id} gets a mail that asks them to confirm"))
        }
        Some(Added::Known) => ("known", None, "this address is on the list already; nothing was changed".to_owned()),
        Some(Added::Suppressed(reason)) if reason.lifts() => {
            bail!("could not add this address: it must not be mailed ({reason}); they can sign up again themselves")
        }
        Some(Added::Suppressed(reason)) => bail!("could not add this address: it must not be mailed ({reason})"),
        None => bail!("could not add this address: the store gave no answer"),
    };
    if let Some(id) = id {
        let now = app.clock.now();
        let mut tx = app.store.begin().await?;
        tx.audit(now, "cli", word, Some(id), None, None).await?;
        tx.wake().await?;
        tx.commit().await?;
    }
    if args.format.json {
        out.json(&json!({ "result": word, "id": id }))?
    } else {
        out.line(said)?
    }
    Ok(Ended::Done)
}
