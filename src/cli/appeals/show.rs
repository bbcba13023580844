//! Lists of appeals, and one of them in full.

use anyhow::Context;
use serde::Serialize;

use super::super::editions::Standing;
use super::super::output::{Output, or_empty};
use crate::app::App;
use crate::appeals::event::Event;
use crate::appeals::{Appeal, Version, proposed};
use crate::clock::Timestamp;
use crate::id::AppealId;

/// An appeal as it is now.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    appeal: Appeal,
    title: String,
    version: Option<Version>,
    /// Until when it can be taken back without anybody hearing of it.
    hold_until: Option<Timestamp>,
    /// Whether its edited source says something else now.
    proposal: bool,
}

async fn shown(app: &App, appeal: Appeal, proposals: &[(AppealId, Option<String>)]) -> anyhow::Result<Shown> {
    let version = app.store.current_version(appeal.id).await?;
    let title = app.store.post(appeal.post_id).await?.map(|post| post.title).unwrap_or_default();
    let hold_until = appeal.held_until(&app.store.appeal_editions(appeal.id).await?, app.clock.now());
    let proposal = proposals.iter().any(|(id, _)| *id == appeal.id);
    Ok(Shown { appeal, title, version, hold_until, proposal })
}

pub(super) async fn list(app: &App, limit: u32, json: bool, out: &mut Output) -> anyhow::Result<()> {
    let proposals = proposed::waiting(app).await?;
    let now = app.clock.now();
    let columns = &["id", "post", "state", "version", "for", "next", "deadline", "title"];
    let mut list = out.list(json, columns);
    for appeal in app.store.appeals(AppealId(i64::MAX), i64::from(limit)).await? {
        let row = shown(app, appeal, &proposals).await?;
        list.row(&row, || {
            let version = row.version.as_ref();
            let held = row.hold_until.map(|until| format!(" (held until {until})")).unwrap_or_default();
            let proposal = if row.proposal { " (its source was edited)" } else { "" };
            vec![
                row.appeal.id.to_string(),
                row.appeal.post_id.to_string(),
                format!("{}{held}{proposal}", row.appeal.state),
                or_empty(version.map(|version| version.number)),
                or_empty(version.map(Version::regions_in_words)),
                or_empty(version.and_then(|version| version.next_start(now))),
                or_empty(version.map(|version| version.deadline)),
                row.title.clone(),
            ]
        })?;
    }
    Ok(list.end()?)
}

/// An appeal with all its mailings.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    shown: Shown,
    editions: Vec<Standing>,
}

pub(super) async fn one(app: &App, id: AppealId, json: bool, out: &mut Output) -> anyhow::Result<()> {
    let appeal = app.store.appeal(id).await?.with_context(|| format!("there is no appeal {id}"))?;
    let mut editions = Vec::new();
    for edition in app.store.appeal_editions(id).await? {
        editions.push(Standing::of(app, edition).await?);
    }
    let whole = Whole { shown: shown(app, appeal, &proposed::waiting(app).await?).await?, editions };
    if json {
        return Ok(out.json(&whole)?);
    }
    let Whole { shown: Shown { appeal, title, version, hold_until, proposal }, editions } = &whole;
    out.facts(&[
        ("id", appeal.id.to_string()),
        ("post", format!("{} ({title})", appeal.post_id)),
        ("state", appeal.state.to_string()),
        ("marked", format!("{} by {}", appeal.created_at, appeal.created_by)),
        ("held until", or_empty(*hold_until)),
        (
            "proposed",
            if *proposal {
                format!("its source was edited: handbill appeals amend {id} --proposed")
            } else {
                String::new()
            },
        ),
    ])?;
    if let Some(version) = version {
        out.facts(&[
            (
                "version",
                format!("{} ({}, {} by {})", version.number, version.kind, version.created_at, version.created_by),
            ),
            ("for", version.regions_in_words()),
            ("deadline", version.deadline.to_string()),
            ("reason", or_empty(version.reason.as_ref())),
        ])?;
        for (event, number) in version.events.iter().zip(1..) {
            out.facts(&facts(event, number))?;
        }
    }
    let mut list = out.list(false, Standing::COLUMNS);
    for standing in editions {
        list.row(standing, || standing.cells())?;
    }
    Ok(list.end()?)
}

fn facts(event: &Event, number: usize) -> Vec<(&'static str, String)> {
    vec![
        ("event", number.to_string()),
        ("starts", format!("{} in {} ({})", event.starts.local, event.time_zone, event.starts.at)),
        ("ends", format!("{} ({})", event.ends.local, event.ends.at)),
        ("place", or_empty(event.place.as_ref())),
        ("address", or_empty(event.address.as_ref())),
        ("online", or_empty(event.online_url.as_ref())),
        ("region", or_empty(event.region.as_ref())),
    ]
}
