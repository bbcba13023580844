//! `handbill status`: one screen of what is under way and what waits for a person.

use serde::Serialize;

use super::args::Format;
use super::editions::Standing;
use super::output::Output;
use super::{Ended, Outcome};
use crate::app::App;
use crate::appeals::proposed;
use crate::clock::Timestamp;
use crate::dispatcher;
use crate::notify::NoticeKind;
use crate::posts::PostState;
use crate::relay::RelayState;
use crate::store::domains::BlockedDomain;
use crate::store::notices::Notice;
use crate::subscribers::SubscriberState;

const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

/// So many of the files that a source leaves out stand on the screen.
const SHOWN: usize = 5;

const EXAMPLES: &str = "\
Examples:
  handbill status
  handbill status --json
  handbill status > /dev/null || echo 'Handbill waits for somebody' | wall

The exit status is 1 when somebody must act; what to do stands under `to do`.";

/// See what is under way and what waits for a person.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Status {
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Screen {
    /// What somebody must do, in words.
    to_do: Vec<String>,
    editions: Vec<Standing>,
    /// Mailings about appeals that ended within a day.
    lately: Vec<Standing>,
    held_posts: i64,
    sources: Vec<SourceLine>,
    relays: Vec<RelayLine>,
    /// Recipients' domains that block our mail; no name is kept of them.
    domains: Vec<BlockedDomain>,
    /// What staff were told, or would be, and is not over.
    notices: Vec<Notice>,
    subscribers: Vec<People>,
}

#[derive(Serialize)]
struct SourceLine {
    name: String,
    last_error: Option<String>,
    /// Files or items that were left out, each with its line, field and remedy.
    left_out: Vec<String>,
}

#[derive(Serialize)]
struct RelayLine {
    name: String,
    host: String,
    port: u16,
    /// How it is doing; nothing before it was used.
    state: Option<RelayState>,
    /// Since when.
    since: Option<Timestamp>,
    /// Why it takes no mail.
    reason: Option<String>,
    /// What it may be given in an hour and in a day, where there is such a limit.
    rate_per_hour: Option<u32>,
    rate_per_day: Option<u32>,
    /// What it was given of that so far, with what is just being sent.
    this_hour: Option<i64>,
    today: Option<i64>,
}

#[derive(Serialize)]
struct People {
    state: SubscriberState,
    suppressed: bool,
    count: i64,
}

pub(super) async fn run(app: &App, args: &Status, out: &mut Output) -> Outcome {
    let screen = look(app).await?;
    if args.format.json {
        out.json(&screen)?;
    } else {
        show(&screen, out)?;
    }
    Ok(if screen.to_do.is_empty() { Ended::Done } else { Ended::Attention })
}

async fn look(app: &App) -> anyhow::Result<Screen> {
    let mut to_do = Vec::new();
    let mut editions = Vec::new();
    for edition in app.store.paused_editions().await?.into_iter().chain(app.store.open_editions().await?) {
        editions.push(Standing::of(app, edition).await?);
    }
    for Standing { edition, .. } in editions.iter().filter(|standing| standing.is_paused()) {
        let id = edition.id;
        to_do.push(format!("edition {id} is paused: handbill editions resume {id}, or cancel {id}"));
    }
    let mut lately = Vec::new();
    for edition in app.store.urgent_ended_since(app.clock.now().minus(DAY)).await? {
        lately.push(Standing::of(app, edition).await?);
    }
    for (appeal, declared) in proposed::waiting(app).await? {
        to_do.push(match declared {
            Some(_) => {
                let takes_back = proposed::check(app, appeal).await.is_ok_and(|proposed| proposed.takes_back);
                let warning = if takes_back { ", which would take back what was amended by command" } else { "" };
                format!(
                    "appeal {appeal}: its source was edited{warning}; look with `handbill appeals amend {appeal} --proposed \
                     --dry-run`, then amend it, or `handbill appeals dismiss {appeal}`"
                )
            }
            None => format!(
                "appeal {appeal}: its source calls it urgent no more; `handbill appeals cancel {appeal}`, or dismiss {appeal}"
            ),
        });
    }
    for (appeal, post) in app.store.appeals_of_withdrawn().await? {
        let version = app.store.current_version(appeal).await?;
        if version.is_some_and(|version| !version.is_over(app.clock.now())) {
            to_do.push(format!(
                "appeal {appeal}: its post {post} was withdrawn, but nobody was told: `handbill appeals cancel {appeal}`, or \
                 put the post back"
            ));
        }
    }
    for (post, problem) in app.store.refused_marks().await? {
        to_do.push(format!("post {post} calls itself urgent, but cannot be an appeal: {problem}"));
    }
    let held_posts = app.store.count_posts(PostState::Held).await?;
    if held_posts > 0 {
        let what = "came with a flood and wait: handbill posts list --state held, then posts release or posts drop";
        to_do.push(format!("{held_posts} posts {what}"));
    }
    let known = app.store.sources().await?;
    let sources = app.config.sources.iter().map(|source| {
        let status = known.iter().find(|status| status.name == source.name);
        let left_out = status.map(|status| status.left_out.lines().map(str::to_owned).collect());
        let last_error = status.and_then(|status| status.last_error.clone());
        SourceLine { name: source.name.clone(), last_error, left_out: left_out.unwrap_or_default() }
    });
    let sources: Vec<_> = sources.collect();
    for source in &sources {
        if let Some(error) = &source.last_error {
            to_do.push(format!("source {} cannot be read: {error}", source.name));
        }
        for problem in source.left_out.iter().take(SHOWN) {
            to_do.push(format!("source {} leaves out {problem}", source.name));
        }
        if let Some(more) = source.left_out.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            to_do.push(format!("source {} leaves out {more} more: handbill status --json", source.name));
        }
    }
    if app.config.relays.is_empty() {
        to_do.push("no [[relay]] is in the config, so nothing can be sent".to_owned());
    }
    let relays = relays(app).await?;
    for relay in relays.iter().filter(|relay| relay.state == Some(RelayState::Stopped)) {
        let since = relay.since.map(|since| format!(" since {since}")).unwrap_or_default();
        let reason = relay.reason.as_deref().unwrap_or("it did not say why");
        to_do.push(format!("relay {} has stopped{since}: {reason}", relay.name));
    }
    let domains = app.store.blocked_domains(app.clock.now()).await?;
    for domain in domains.iter().filter(|domain| domain.blocks > 1) {
        to_do.push(format!(
            "domain {} blocks our mail since {}, and what goes there waits: {}; ask those who run it, or the relay",
            domain.number(),
            domain.since,
            domain.reason
        ));
    }
    let mut notices = app.store.open_notices().await?;
    notices.retain(|notice| !notice.kind.is_final());
    for notice in &notices {
        let subject = &notice.subject;
        match notice.kind {
            NoticeKind::Stall => to_do.push(format!(
                "edition {subject} is urgent, and nothing of it gets out since {}: handbill editions show {subject}",
                notice.opened_at
            )),
            NoticeKind::Disk => {
                to_do.push(format!("on {subject} there is little room left: {}", notice.detail));
            }
            // The others are told by what they are about, or are over already.
            _ => {}
        }
    }
    let counts = app.store.subscriber_counts().await?;
    let people = counts.into_iter().map(|(state, suppressed, count)| People { state, suppressed, count });
    Ok(Screen { to_do, editions, lately, held_posts, sources, relays, domains, notices, subscribers: people.collect() })
}

/// The relays of the config, and how they are doing.
async fn relays(app: &App) -> anyhow::Result<Vec<RelayLine>> {
    let known = app.store.relays().await?;
    let mut relays = Vec::new();
    for relay in &app.config.relays {
        let status = known.iter().find(|status| status.name == relay.name);
        let used = match relay.limits().any() {
            true => Some(app.store.tally(&dispatcher::subject(&relay.name), app.clock.now()).await?),
            false => None,
        };
        relays.push(RelayLine {
            name: relay.name.clone(),
            host: relay.host.clone(),
            port: relay.port(),
            state: status.map(|status| status.state),
            since: status.map(|status| status.changed_at),
            reason: status.and_then(|status| status.reason.clone()),
            rate_per_hour: Some(relay.rate_per_hour).filter(|limit| *limit > 0),
            rate_per_day: Some(relay.rate_per_day).filter(|limit| *limit > 0),
            this_hour: used.map(|(hour, _)| hour),
            today: used.map(|(_, day)| day),
        });
    }
    Ok(relays)
}

fn show(screen: &Screen, out: &mut Output) -> std::io::Result<()> {
    if screen.to_do.is_empty() {
        out.line("nothing waits for a person")?;
    } else {
        out.line("to do:")?;
        screen.to_do.iter().try_for_each(|what| out.line(format_args!("  {what}")))?;
    }
    out.line("")?;
    if screen.editions.is_empty() {
        out.line("nothing is under way")?;
    } else {
        let mut list = out.list(false, Standing::COLUMNS);
        screen.editions.iter().try_for_each(|standing| list.row(standing, || standing.cells()))?;
        list.end()?;
    }
    if !screen.lately.is_empty() {
        out.line("\nended within a day:")?;
        let mut list = out.list(false, Standing::COLUMNS);
        screen.lately.iter().try_for_each(|standing| list.row(standing, || standing.cells()))?;
        list.end()?;
    }
    out.line("")?;
    let sources = screen.sources.iter().map(|source| (source.name.as_str(), source.last_error.as_deref()));
    let sources = sources.map(|(name, error)| format!("{name} ({})", error.unwrap_or("well"))).collect::<Vec<_>>();
    let relays = screen.relays.iter().map(|relay| {
        let state = relay.state.map(|state| format!(", {state}")).unwrap_or_default();
        let used = |used: Option<i64>, limit: Option<u32>, when| {
            used.zip(limit).map(|(used, limit)| format!(", {used} of {limit} {when}")).unwrap_or_default()
        };
        let hour = used(relay.this_hour, relay.rate_per_hour, "this hour");
        let day = used(relay.today, relay.rate_per_day, "today");
        format!("{} ({}:{}{state}{hour}{day})", relay.name, relay.host, relay.port)
    });
    let people = screen.subscribers.iter().map(|people| {
        format!("{} {}{}", people.count, people.state, if people.suppressed { ", not mailed" } else { "" })
    });
    let domains = screen.domains.iter().map(|domain| {
        format!("{} leaves us waiting until {} ({})", domain.number(), domain.paused_until, domain.reason)
    });
    let domains = Some(domains.collect::<Vec<_>>().join("; ")).filter(|domains| !domains.is_empty());
    out.facts(&[
        ("sources", sources.join(", ")),
        ("held posts", screen.held_posts.to_string()),
        ("relays", relays.collect::<Vec<_>>().join(", ")),
        ("domains", domains.unwrap_or_else(|| "none blocks our mail".to_owned())),
        ("subscribers", people.collect::<Vec<_>>().join("; ")),
    ])
}
