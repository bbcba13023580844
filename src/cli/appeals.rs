//! `handbill appeals`: what is urgent, from the mark to its correction.

mod dry_run;
mod event_flags;
mod show;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Subcommand;

use super::args::{Format, address};
use super::failure::Usage;
use super::output::Output;
use super::{Ended, Outcome};
use crate::app::App;
use crate::appeals::amend::{self, Amended, Change};
use crate::appeals::event::EventDraft;
use crate::appeals::extract::{self, Suggestions};
use crate::appeals::mark::{self, Marking, Report};
use crate::appeals::proposed;
use crate::clock::Timestamp;
use crate::id::{AppealId, PostId};
use dry_run::{told, would_amend, would_mark};
use event_flags::EventFlags;

const MARK_EXAMPLES: &str = "\
Examples:
  handbill appeals mark 7 --starts 2026-09-28T16:00 --time-zone Europe/London \\
      --place 'Outside the office' --address '100 Victoria Street, London, SW1E 5JL' --region London --dry-run
  handbill appeals mark 8 --deadline 2026-10-01T12:00:00Z        (a petition: no event, but an end)

Nothing goes out before the hold is over; until then `handbill appeals cancel` tells nobody. Each further --starts begins
another event.";
const AMEND_EXAMPLES: &str = "\
Examples:
  handbill appeals amend 3 --starts 2026-09-28T17:00
  handbill appeals amend 3 --event 2 --place 'Town hall' --address '2 Park Row, Leeds' --dry-run
  handbill appeals amend 3 --add --starts 2026-09-29T16:00 --address '2 Park Row, Leeds'
  handbill appeals amend 3 --event 2 --remove                    (that one is off, the others are not)
  handbill appeals amend 3 --region everybody
  handbill appeals amend 3 --proposed                            (as its edited source says)

Who had the appeal gets a correction in its thread, from what they had; who had not gets the appeal as it is now. An event
that is taken away is cancelled in their calendars.";
const CANCEL_EXAMPLES: &str = "\
Examples:
  handbill appeals cancel 3 --reason 'The police have closed the street.'

During the hold nobody hears of it. Later exactly those who were told are told.";
const DISMISS_EXAMPLES: &str = "\
Examples:
  handbill appeals dismiss 3";
const SHOW_EXAMPLES: &str = "\
Examples:
  handbill appeals show 3
  handbill appeals show 3 --json";
const SUGGEST_EXAMPLES: &str = "\
Examples:
  handbill appeals suggest 7
  handbill appeals suggest 7 | jq '.events[0].starts'

Each suggestion says how sure it is, from 0 to 1, and which words it was taken from. Look before you mark.";
const LIST_EXAMPLES: &str = "\
Examples:
  handbill appeals list
  handbill appeals list --json";

#[derive(Debug, Subcommand)]
pub(super) enum Appeals {
    /// Make a post urgent.
    #[command(after_help = MARK_EXAMPLES)]
    Mark(Mark),
    /// Change an appeal's times, places, events, region or deadline, and tell those who had it.
    #[command(after_help = AMEND_EXAMPLES)]
    Amend(Amend),
    /// Call an appeal off.
    #[command(after_help = CANCEL_EXAMPLES)]
    Cancel {
        /// Its number.
        id: AppealId,
        /// Why, in a sentence that its readers see.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        format: Format,
    },
    /// Leave an appeal as it is, whatever its edited source says.
    #[command(after_help = DISMISS_EXAMPLES)]
    Dismiss {
        /// Its number.
        id: AppealId,
    },
    /// Say what time and place a post's text seems to name; sends nothing.
    #[command(after_help = SUGGEST_EXAMPLES)]
    Suggest {
        /// The post's number.
        post: PostId,
        /// It is JSON in any case.
        #[command(flatten)]
        format: Format,
    },
    /// List the newest appeals.
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// How many.
        #[arg(long, default_value_t = 20)]
        limit: u32,
        #[command(flatten)]
        format: Format,
    },
    /// Show one appeal, its versions' mailings and how far they have come.
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its number.
        id: AppealId,
        #[command(flatten)]
        format: Format,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Mark {
    /// The post's number.
    post: PostId,
    #[command(flatten)]
    events: EventFlags,
    /// Call nobody after this instant; default: when the last event starts.
    #[arg(long, value_name = "INSTANT")]
    deadline: Option<Timestamp>,
    /// How long to wait, for second thoughts; default: appeals.hold.
    #[arg(long, value_name = "TIME", value_parser = crate::config::length_of_time)]
    hold: Option<Duration>,
    /// Who is told by mail how it went; default: whom [notify.mail] names.
    #[arg(long, value_name = "ADDRESS")]
    report_to: Option<String>,
    /// Show whom it would call and how it would read, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// It is right, whatever looked doubtful.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, clap::Args)]
pub(super) struct Amend {
    /// The appeal's number.
    id: AppealId,
    /// Which of its events, from 1.
    #[arg(long, value_name = "NUMBER")]
    event: Option<usize>,
    /// Add a further event.
    #[arg(long, conflicts_with = "event", requires = "starts")]
    add: bool,
    /// Take an event away: it is off, and the others are not.
    #[arg(long, conflicts_with_all = ["add", "starts", "ends", "time-zone", "place", "address", "online", "region", "geo"])]
    remove: bool,
    #[command(flatten)]
    fields: EventFlags,
    /// Call nobody after this instant.
    #[arg(long, value_name = "INSTANT")]
    deadline: Option<Timestamp>,
    /// Take what its edited source says.
    #[arg(long, conflicts_with_all = ["event", "add", "remove", "starts", "ends", "time-zone", "place", "address", "online", "region", "geo", "deadline"])]
    proposed: bool,
    /// How long to wait before anybody is told; mail with the old version stops at once.
    #[arg(long, value_name = "TIME", value_parser = crate::config::length_of_time, default_value = "0s")]
    hold: Duration,
    /// Show whom it would reach and how it would read, and write nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    format: Format,
}

impl Appeals {
    /// Whether it changes nothing.
    pub(super) fn reads(&self) -> bool {
        matches!(self, Self::Suggest { .. } | Self::List { .. } | Self::Show { .. })
    }
}

pub(super) async fn run(app: &Arc<App>, command: &Appeals, out: &mut Output) -> Outcome {
    match command {
        Appeals::Mark(args) => mark(app, args, out).await?,
        Appeals::Amend(args) => amend(app, args, out).await?,
        Appeals::Cancel { id, reason, format } => {
            let reason = crate::message::one_line(reason, 300);
            if reason.is_empty() {
                return Err(Usage("--reason must say why, as its readers will ask".to_owned()).into());
            }
            let done = amend::cancel(app, *id, &reason, "cli").await.context("could not call it off")?;
            if format.json {
                out.json(&done)?;
            } else {
                match done.correction {
                    Some(edition) => out.line(format_args!(
                        "appeal {id} is called off; edition {edition} tells those who had it: handbill editions show {edition}"
                    ))?,
                    None => out.line(format_args!("appeal {id} is taken back; nobody is told, as nobody has heard of what is off"))?,
                }
            }
        }
        Appeals::Dismiss { id } => {
            amend::dismiss(app, *id, "cli").await.context("could not dismiss anything")?;
            out.line(format_args!("appeal {id} stays as it is"))?;
        }
        Appeals::Suggest { post, .. } => out.json(&suggest(app, *post).await?)?,
        Appeals::List { limit, format } => show::list(app, *limit, format.json, out).await?,
        Appeals::Show { id, format } => show::one(app, *id, format.json, out).await?,
    }
    Ok(Ended::Done)
}

/// What a post's text seems to say.
async fn suggest(app: &App, id: PostId) -> anyhow::Result<Suggestions> {
    let post = app.store.post(id).await?.with_context(|| format!("there is no post {id}"))?;
    let revision = app.store.revision(post.revision_id).await?.with_context(|| format!("post {id} has no text"))?;
    let time_zone = app.config.site.time_zone;
    let published = revision.published_at.to_utc().with_timezone(&time_zone).date_naive();
    let context = extract::Context { language: &revision.language, published, time_zone };
    Ok(extract::suggest(&format!("{}\n\n{}", revision.title, revision.text), &context))
}

async fn mark(app: &Arc<App>, args: &Mark, out: &mut Output) -> anyhow::Result<()> {
    let (events, region) = args.events.split();
    let report_to = args.report_to.as_deref().map(address).transpose()?;
    let hold = args.hold.unwrap_or(app.config.appeals.hold);
    let marking = Marking { events, region, deadline: args.deadline, hold, report_to, sure: args.yes };
    let checked = mark::check(app, args.post, &marking).await.context("could not mark it")?;
    if args.dry_run {
        let run = would_mark(app, &checked).await.context("could not look what it would be")?;
        return told(&run, args.format.json, out);
    }
    let marked = mark::mark(app, &checked, "cli").await.context("could not mark it")?;
    if args.format.json {
        return Ok(out.json(&marked)?);
    }
    let mark::Marked { appeal, edition, hold_until, deadline, report, .. } = marked;
    out.line(format_args!("Appeal {appeal}, edition {edition}: goes out at {hold_until}, until {deadline}"))?;
    out.line(format_args!("Take it back before that with: handbill appeals cancel {appeal} --reason ..."))?;
    out.line(match report {
        Report::Named => "How it went is told by mail to whom --report-to names",
        Report::Duty => "How it went is told by mail to whom [notify.mail] names",
        Report::Nobody => "Nobody is told how it went: --report-to or [notify.mail] would name somebody",
    })?;
    Ok(())
}

async fn amend(app: &Arc<App>, args: &Amend, out: &mut Output) -> anyhow::Result<()> {
    const COULD_NOT: &str = "could not amend it";
    let id = args.id;
    let mut takes_back = false;
    let checked = if args.proposed {
        let proposed = proposed::check(app, id).await.context(COULD_NOT)?;
        takes_back = proposed.takes_back;
        proposed.checked
    } else {
        let mut drafts = args.fields.events.clone();
        if drafts.len() > 1 {
            return Err(Usage("amend one event at a time, with --event".to_owned()).into());
        }
        let draft: EventDraft = drafts.pop().unwrap_or_default();
        let Amend { event, add, remove, deadline, .. } = *args;
        let change = Change { event, add, remove, draft, deadline };
        amend::check(app, id, &change).await.context(COULD_NOT)?
    };
    if args.dry_run {
        amend::goes_out(app, &checked, args.hold).await.context(COULD_NOT)?;
        let run = would_amend(app, &checked, takes_back).await.context("could not look what it would be")?;
        return told(&run, args.format.json, out);
    }
    let done = amend::amend(app, &checked, args.hold, "cli").await.context(COULD_NOT)?;
    if args.format.json {
        return Ok(out.json(&done)?);
    }
    let Amended { replacement, correction, hold_until, .. } = done;
    out.line(format_args!(
        "appeal {id} is amended; mail with the old version is stopped, the new goes out at {hold_until}"
    ))?;
    if let Some(edition) = correction {
        out.line(format_args!(
            "edition {edition} corrects those who had something else: handbill editions show {edition}"
        ))?;
    }
    if let Some(edition) = replacement {
        out.line(format_args!("edition {edition} calls those who had not"))?;
    }
    Ok(())
}
