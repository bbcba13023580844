//! `handbill notify`: whether staff would be told.

use clap::Subcommand;
use serde::Serialize;

use super::args::Format;
use super::failure::{Usage, one_line};
use super::output::Output;
use super::{Ended, Opening, Outcome};
use crate::clock::Clock;
use crate::notify::tell::{Teller, sample};
use crate::notify::{Channel, Channels};
use crate::templates::Templates;

const TEST_EXAMPLES: &str = "\
Examples:
  handbill notify test
  handbill notify test --json

Sends a notice that nothing is wrong through each way that [notify] sets, and says which worked. The exit status is 1 when
one did not.";

#[derive(Debug, Subcommand)]
pub(super) enum Notify {
    /// Send a test notice through each channel of [notify].
    #[command(after_help = TEST_EXAMPLES)]
    Test {
        #[command(flatten)]
        format: Format,
    },
}

/// How one channel did.
#[derive(Serialize)]
struct Tried {
    channel: Channel,
    ok: bool,
    /// Why not.
    error: Option<String>,
}

pub(super) async fn run(open: &Opening, command: &Notify, out: &mut Output) -> Outcome {
    let Notify::Test { format } = command;
    let config = open.config()?;
    let channels = Channels::of(&config);
    if channels.0.is_empty() {
        let why = "no [notify] is in the config: set notify.command, notify.webhook or notify.mail.to".to_owned();
        return Err(Usage(why).into());
    }
    let templates = Templates::load_for(config.mail.templates.as_deref(), &config.site.language)?;
    let teller = Teller { config: &config, templates: &templates, clock: &Clock::System };
    let notice = sample(Clock::System.now());
    let mut well = true;
    let mut list = out.list(format.json, &["", "channel", "found"]);
    for channel in channels.0 {
        let told = teller.tell(&notice, channel).await;
        let error = told.err().map(|error| one_line(&error.into()));
        let tried = Tried { channel, ok: error.is_none(), error };
        well &= tried.ok;
        list.row(&tried, || {
            let mark = if tried.ok { "ok" } else { "FAIL" };
            let found = tried.error.clone().unwrap_or_else(|| "told".to_owned());
            vec![mark.to_owned(), channel.to_string(), found]
        })?;
    }
    list.end()?;
    Ok(if well { Ended::Done } else { Ended::Attention })
}
