//! `handbill subscribers unsubscribe`, `suppress` and `erase`.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::bail;
use serde_json::json;

use super::super::args::{Format, Who, choices};
use super::super::failure::Usage;
use super::super::output::Output;
use super::super::{Ended, Outcome};
use crate::app::App;
use crate::subscribers::{SuppressionReason, list};

const UNSUBSCRIBE_EXAMPLES: &str = "\
Examples:
  handbill subscribers unsubscribe ana@example.org

They get no mail about it. They can sign up again themselves; no import brings them back.";

#[derive(Debug, clap::Args)]
#[command(after_help = UNSUBSCRIBE_EXAMPLES)]
pub(in super::super) struct Unsubscribe {
    /// Their address or number.
    #[arg(value_name = "ADDRESS|ID")]
    who: String,
    #[command(flatten)]
    format: Format,
}

pub(super) async fn unsubscribe(app: &App, args: &Unsubscribe, out: &mut Output) -> Outcome {
    let who = Who::read(&args.who)?;
    let Some(row) = who.find(app).await? else {
        bail!("could not unsubscribe: nobody on the list is that; to keep an address from being mailed, use suppress")
    };
    list::leave(app, row.id, "cli", false).await?;
    if args.format.json {
        out.json(&json!({ "id": row.id, "suppression": SuppressionReason::Left }))?;
    } else {
        out.line(format_args!("subscriber {} gets no more mail", row.id))?;
    }
    Ok(Ended::Done)
}

const SUPPRESS_EXAMPLES: &str = "\
Examples:
  handbill subscribers suppress ana@example.org
  handbill subscribers suppress ana@example.org --reason complaint

After manual and complaint, not even their own sign-up brings them back; after dead it does.";

/// The reasons an admin may give; people leave and are erased by other commands.
const REASONS: &[SuppressionReason] =
    &[SuppressionReason::Manual, SuppressionReason::Complaint, SuppressionReason::Dead];

#[derive(Debug, clap::Args)]
#[command(after_help = SUPPRESS_EXAMPLES)]
pub(in super::super) struct Suppress {
    /// Their address or number.
    #[arg(value_name = "ADDRESS|ID")]
    who: String,
    /// Why.
    #[arg(long, default_value = "manual", value_parser = choices(REASONS, SuppressionReason::as_str))]
    reason: SuppressionReason,
    #[command(flatten)]
    format: Format,
}

pub(super) async fn suppress(app: &App, args: &Suppress, out: &mut Output) -> Outcome {
    let Some(address) = Who::read(&args.who)?.address(app).await? else {
        bail!("could not suppress: this subscriber is erased, and their address is kept from being mailed")
    };
    list::suppress(app, &address, args.reason, "cli").await?;
    if args.format.json {
        out.json(&json!({ "suppression": args.reason }))?;
    } else {
        out.line(format_args!("the address is not mailed any more ({})", args.reason))?;
    }
    Ok(Ended::Done)
}

const ERASE_EXAMPLES: &str = "\
Examples:
  handbill subscribers erase ana@example.org
  handbill subscribers erase ana@example.org --yes

What is left is an empty row for the ledger, and a keyed hash that keeps the address from being mailed.";

#[derive(Debug, clap::Args)]
#[command(after_help = ERASE_EXAMPLES)]
pub(in super::super) struct Erase {
    /// Their address or number.
    #[arg(value_name = "ADDRESS|ID")]
    who: String,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    format: Format,
}

pub(super) async fn erase(app: &App, args: &Erase, out: &mut Output) -> Outcome {
    let who = Who::read(&args.who)?;
    if !args.yes && !io::stdin().is_terminal() {
        return Err(Usage("erasing cannot be undone: say --yes, or run it on a terminal to be asked".to_owned()).into());
    }
    let Some(address) = who.address(app).await? else { bail!("could not erase: this subscriber is erased already") };
    if !args.yes && !confirmed()? {
        if args.format.json {
            out.json(&json!({ "erased": false }))?;
        } else {
            out.line("nothing was erased")?;
        }
        return Ok(Ended::Done);
    }
    let was_listed = list::erase(app, &address, "cli").await?;
    if args.format.json {
        out.json(&json!({ "erased": was_listed, "suppression": SuppressionReason::Erased }))?;
    } else if was_listed {
        out.line("their data is erased, and the address is not mailed any more")?;
    } else {
        out.line("the address is not on the list; it is kept from being mailed all the same")?;
    }
    Ok(Ended::Done)
}

fn confirmed() -> io::Result<bool> {
    write!(io::stderr(), "Erase all that is known of this person? This cannot be undone. Type yes: ")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}
