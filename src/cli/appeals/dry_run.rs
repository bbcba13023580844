//! What marking or amending would do: whom it would reach, and how it would read.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::watch;

use super::super::output::Output;
use crate::app::App;
use crate::appeals::amend;
use crate::appeals::audience::{Forecast, forecast};
use crate::appeals::event::Event;
use crate::appeals::mark::Checked;
use crate::appeals::outlook::outlook;
use crate::clock::Timestamp;
use crate::dispatcher::Composer;
use crate::templates::Templates;

/// What marking or amending would do.
#[derive(Serialize)]
pub(super) struct DryRun {
    regions: Vec<String>,
    deadline: Timestamp,
    events: Vec<Event>,
    /// How many would be called to it.
    recipients: u64,
    recipients_by: Vec<Forecast>,
    /// How many have another version of it and would be corrected; nothing where nobody can have one yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    corrected: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    corrected_by: Vec<Forecast>,
    /// Whether what its source says would undo what was amended by command.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    takes_back: bool,
    mails: Vec<Mail>,
}

fn all(by: &[Forecast]) -> u64 {
    by.iter().map(|row| row.recipients).sum()
}

/// How it would read.
#[derive(Serialize)]
struct Mail {
    language: String,
    kind: &'static str,
    subject: String,
    text: String,
}

pub(super) async fn would_mark(app: &Arc<App>, checked: &Checked) -> anyhow::Result<DryRun> {
    let by = forecast(app, &checked.regions).await?;
    let composer = composer(app)?;
    let mut mails = Vec::new();
    for language in languages(app, &by) {
        let content = composer.sample_appeal(checked.revision, &checked.events, checked.deadline, &language).await?;
        mails.push(Mail { language, kind: "appeal", subject: content.subject, text: content.text });
    }
    Ok(DryRun {
        regions: checked.regions.clone(),
        deadline: checked.deadline,
        events: checked.events.clone(),
        recipients: all(&by),
        recipients_by: by,
        corrected: None,
        corrected_by: Vec::new(),
        takes_back: false,
        mails,
    })
}

pub(super) async fn would_amend(app: &Arc<App>, checked: &amend::Checked, takes_back: bool) -> anyhow::Result<DryRun> {
    let whom = outlook(app, checked).await?;
    let composer = composer(app)?;
    let mut mails = Vec::new();
    let amend::Checked { before, events, regions, deadline } = checked;
    if !whom.corrected.is_empty() {
        for language in languages(app, &whom.corrected) {
            let content = composer.sample_correction(before.revision, before, events, *deadline, &language).await?;
            mails.push(Mail { language, kind: "correction", subject: content.subject, text: content.text });
        }
    }
    if !whom.called.is_empty() || whom.corrected.is_empty() {
        for language in languages(app, &whom.called) {
            let content = composer.sample_appeal(before.revision, events, *deadline, &language).await?;
            mails.push(Mail { language, kind: "appeal", subject: content.subject, text: content.text });
        }
    }
    Ok(DryRun {
        regions: regions.clone(),
        deadline: *deadline,
        events: events.clone(),
        recipients: all(&whom.called),
        recipients_by: whom.called,
        corrected: Some(all(&whom.corrected)),
        corrected_by: whom.corrected,
        takes_back,
        mails,
    })
}

fn composer(app: &Arc<App>) -> anyhow::Result<Composer> {
    let templates = Templates::of(&app.config)?;
    Ok(Composer::new(Arc::clone(app), watch::channel(Arc::new(templates)).1))
}

/// The languages it would be written in; the site's where nobody would get it.
fn languages(app: &App, by: &[Forecast]) -> Vec<String> {
    let mut languages: Vec<String> = by.iter().map(|row| row.language.clone()).collect();
    languages.sort();
    languages.dedup();
    if languages.is_empty() { vec![app.config.site.language.clone()] } else { languages }
}

pub(super) fn told(run: &DryRun, json: bool, out: &mut Output) -> anyhow::Result<()> {
    if json {
        return Ok(out.json(run)?);
    }
    let regions = if run.regions.is_empty() { "everybody with alerts".to_owned() } else { run.regions.join(", ") };
    let DryRun { recipients, deadline, .. } = run;
    if run.takes_back {
        out.line("Its source has more or fewer events now, so this would take back what was amended by command")?;
    }
    match run.corrected {
        None => out.line(format_args!("Would be for {regions}, in all {recipients} people, until {deadline}"))?,
        Some(corrected) => {
            out.line(format_args!("Would correct {corrected} people who had something else"))?;
            table(&run.corrected_by, out)?;
            out.line(format_args!("Would call {recipients} people who had nothing, for {regions}, until {deadline}"))?;
        }
    }
    table(&run.recipients_by, out)?;
    for mail in &run.mails {
        out.line(format_args!("\n{} in {}: {}\n", mail.kind, mail.language, mail.subject))?;
        out.line(&mail.text)?;
    }
    Ok(())
}

fn table(by: &[Forecast], out: &mut Output) -> std::io::Result<()> {
    let mut list = out.list(false, &["region", "language", "people"]);
    for row in by {
        list.row(row, || {
            let region = row.region.clone().unwrap_or_else(|| "(none chosen)".to_owned());
            vec![region, row.language.clone(), row.recipients.to_string()]
        })?;
    }
    list.end()
}
