//! `handbill posts`: what was found in the sources.

use anyhow::Context;
use clap::Subcommand;
use serde::Serialize;

use super::args::{Format, choices};
use super::output::{Output, or_empty};
use super::{Ended, Outcome};
use crate::app::App;
use crate::appeals::AppealState;
use crate::id::{AppealId, PostId};
use crate::posts::intake::Intake;
use crate::posts::{PostState, review};
use crate::sources;

const PULL_EXAMPLES: &str = "\
Examples:
  handbill posts pull
  handbill posts pull --no-baseline --json

The first pass over a source is its baseline, which mails nothing. With --no-baseline all that is found counts as
new, and a flood is not held back.";
const LIST_EXAMPLES: &str = "\
Examples:
  handbill posts list
  handbill posts list --state held --json";
const SHOW_EXAMPLES: &str = "\
Examples:
  handbill posts show 7";
const RELEASE_EXAMPLES: &str = "\
Examples:
  handbill posts release 7
  handbill posts release 7 8 9

A post that came with a flood, or was dropped, goes into the digests from now on.";
const DROP_EXAMPLES: &str = "\
Examples:
  handbill posts drop 7
  handbill posts drop 7 8 9

No digest that is planned from now on has it. An appeal that it is goes on: see `handbill appeals cancel`.";

#[derive(Debug, Subcommand)]
pub(super) enum Posts {
    /// Look for new posts once.
    #[command(after_help = PULL_EXAMPLES)]
    Pull {
        /// Take all that is found as new, even at a source's first pass.
        #[arg(long)]
        no_baseline: bool,
        #[command(flatten)]
        format: Format,
    },
    /// List the newest posts.
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Only those in this state.
        #[arg(long, value_parser = choices(PostState::ALL, PostState::as_str))]
        state: Option<PostState>,
        /// How many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
        #[command(flatten)]
        format: Format,
    },
    /// Show one post.
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its number.
        id: PostId,
        #[command(flatten)]
        format: Format,
    },
    /// Let posts go into the digests.
    #[command(after_help = RELEASE_EXAMPLES)]
    Release {
        /// Their numbers.
        #[arg(required = true)]
        ids: Vec<PostId>,
        #[command(flatten)]
        format: Format,
    },
    /// Keep posts out of the digests.
    #[command(after_help = DROP_EXAMPLES)]
    Drop {
        /// Their numbers.
        #[arg(required = true)]
        ids: Vec<PostId>,
        #[command(flatten)]
        format: Format,
    },
}

impl Posts {
    /// Whether there have to be posts for it already.
    pub(super) fn reads(&self) -> bool {
        !matches!(self, Self::Pull { .. })
    }
}

pub(super) async fn run(app: &App, command: &Posts, out: &mut Output) -> Outcome {
    match command {
        Posts::Pull { no_baseline, format } => return pull(app, !no_baseline, format.json, out).await,
        Posts::List { state, limit, format } => list(app, *state, *limit, format.json, out).await?,
        Posts::Show { id, format } => show(app, *id, format.json, out).await?,
        Posts::Release { ids, format } => release(app, ids, format.json, out).await?,
        Posts::Drop { ids, format } => drop_posts(app, ids, format.json, out).await?,
    }
    Ok(Ended::Done)
}

/// What became of a post that was let go or kept out.
#[derive(Serialize)]
struct Reviewed {
    id: PostId,
    state: PostState,
    /// Why its urgent mark was not taken.
    not_urgent: Option<String>,
    /// The appeal that it is and that goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    appeal: Option<AppealId>,
}

async fn release(app: &App, ids: &[PostId], json: bool, out: &mut Output) -> anyhow::Result<()> {
    let mut done = Vec::new();
    for id in ids {
        let released = review::release(&app.store, &app.config, *id, "cli", app.clock.now()).await;
        let refusal = released.context("could not release")?;
        let not_urgent = refusal.map(|refusal| format!("{}: {}", refusal.field, refusal.message));
        if !json {
            let why = not_urgent.as_ref().map(|why| format!("; not taken as urgent: {why}")).unwrap_or_default();
            out.line(format_args!("post {id} goes into the digests{why}"))?;
        }
        done.push(Reviewed { id: *id, state: PostState::Live, not_urgent, appeal: None });
    }
    if json {
        out.json(&done)?;
    }
    Ok(())
}

async fn drop_posts(app: &App, ids: &[PostId], json: bool, out: &mut Output) -> anyhow::Result<()> {
    let mut done = Vec::new();
    for id in ids {
        review::drop_post(&app.store, *id, "cli", app.clock.now()).await.context("could not drop")?;
        let appeal = app.store.appeal_of(*id).await?.filter(|appeal| appeal.state == AppealState::Open);
        let appeal = appeal.map(|appeal| appeal.id);
        if !json {
            out.line(format_args!("post {id} stays out of the digests"))?;
            if let Some(appeal) = appeal {
                out.line(format_args!(
                    "its appeal {appeal} goes on; call it off with: handbill appeals cancel {appeal}"
                ))?;
            }
        }
        done.push(Reviewed { id: *id, state: PostState::Dropped, not_urgent: None, appeal });
    }
    if json {
        out.json(&done)?;
    }
    Ok(())
}

async fn pull(app: &App, baseline: bool, json: bool, out: &mut Output) -> Outcome {
    let report = sources::pull(&app.store, &app.config, &app.clock, baseline).await.context("could not pull")?;
    let unreadable: Vec<_> = report.sources.iter().filter(|source| !source.readable).collect();
    if json {
        out.json(&report)?;
    } else {
        let mut list =
            out.list(false, &["source", "new", "baseline", "held", "edited", "moved", "returned", "withdrawn"]);
        for source in &report.sources {
            let Intake { new, baseline, held, edited, moved, returned, withdrawn, .. } = &source.intake;
            let counts = [new, baseline, held, edited, moved, returned, withdrawn];
            list.row(source, || {
                std::iter::once(source.source.clone()).chain(counts.map(ToString::to_string)).collect()
            })?;
        }
        list.end()?;
        for source in &report.sources {
            source.problems.iter().try_for_each(|problem| out.line(format_args!("{}: {problem}", source.source)))?;
        }
        if report.sources.iter().any(|source| source.intake.held > 0) {
            out.line("a flood of posts waits: see `handbill posts list --state held`, then release or drop them")?;
        }
        if report.sources.is_empty() {
            out.line("no [[source]] is in the config")?;
        }
    }
    if let Some(source) = unreadable.first() {
        let why = source.problems.first().map(ToString::to_string).unwrap_or_default();
        let error = anyhow::anyhow!("{why}").context(format!("could not read source {}", source.source));
        return Err(error);
    }
    Ok(Ended::Done)
}

async fn list(app: &App, state: Option<PostState>, limit: u32, json: bool, out: &mut Output) -> anyhow::Result<()> {
    const PAGE: i64 = 100;
    let mut list = out.list(json, &["id", "state", "first seen", "source", "language", "topics", "title"]);
    let mut before = PostId(i64::MAX);
    let mut left = i64::from(limit);
    while left > 0 {
        let page = app.store.posts(state, before, left.min(PAGE)).await?;
        let Some(last) = page.last() else { break };
        before = last.id;
        left -= i64::try_from(page.len()).unwrap_or(left);
        for post in &page {
            list.row(post, || {
                vec![
                    post.id.to_string(),
                    post.state.to_string(),
                    post.first_seen_at.to_string(),
                    post.source.clone(),
                    post.language.clone(),
                    post.topics.clone(),
                    post.title.clone(),
                ]
            })?;
        }
    }
    Ok(list.end()?)
}

async fn show(app: &App, id: PostId, json: bool, out: &mut Output) -> anyhow::Result<()> {
    let post = app.store.post(id).await?.with_context(|| format!("there is no post {id}"))?;
    if json {
        return Ok(out.json(&post)?);
    }
    out.facts(&[
        ("id", post.id.to_string()),
        ("state", post.state.to_string()),
        ("title", post.title.clone()),
        ("url", or_empty(post.url.as_ref())),
        ("source", post.source.clone()),
        ("file", or_empty(post.path.as_ref())),
        ("language", post.language.clone()),
        ("topics", post.topics.clone()),
        ("published", post.published_at.to_string()),
        ("first seen", post.first_seen_at.to_string()),
        ("revision", post.revision.to_string()),
        ("begins", post.excerpt.clone()),
    ])?;
    Ok(())
}
