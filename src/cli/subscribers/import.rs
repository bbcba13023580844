//! `handbill subscribers import`.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::super::args::Format;
use super::super::failure::Usage;
use super::super::output::Output;
use super::super::progress::Progress;
use super::super::{Ended, Outcome};
use crate::app::App;
use crate::subscribers::Consent;
use crate::subscribers::import::{self, Refused, Summary, Watcher};

const EXAMPLES: &str = "\
Examples:
  handbill subscribers import people.csv --consent 'sign-up sheets, May 2026'
  handbill subscribers import people.csv --report refused.csv
  zcat people.csv.gz | handbill subscribers import - --json

The file is CSV in UTF-8, with `,`, `;` or tab between cells. Its first line names the columns:
  email,name,language,topics,cadence,alerts,region,time_zone
Only email must be there. Topics have `;` between; cadence is each, daily, weekly or monthly; alerts is yes or no.
What `handbill subscribers export` writes can be imported too: with --consent, when and how each of them said yes, in its
columns confirmed_at and consent, is kept.

With --consent they count as confirmed; without it each gets a mail that asks them to confirm.
Each row that cannot be used is reported with its line and reason; the rest goes in, and the exit status is 0.
A row is one line, so that a stray quote spoils its own row and no other; nobody's name may hold an address.
Nobody is taken in twice and nobody's choices are changed, so importing the same file again is safe.
Who got no mail in the list that was exported, by its column suppression, gets none here either.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in super::super) struct Import {
    /// The CSV file; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where and how these people said yes; kept with each of them.
    #[arg(long, value_name = "NOTE")]
    consent: Option<String>,
    /// Write the refused rows to this CSV file, and not to stderr.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    format: Format,
}

pub(super) async fn run(app: &App, args: &Import, out: &mut Output) -> Outcome {
    let consent = consent(args.consent.as_deref())?;
    let (file, size) = open(&args.file).with_context(|| format!("could not open {}", args.file.display()))?;
    let report = args.report.as_deref().map(begin_report).transpose().context("could not write the report")?;
    let progress = Progress::new("import", size);
    let name = if args.file == Path::new("-") { "standard input".to_owned() } else { args.file.display().to_string() };
    let mut desk = Desk { out, json: args.format.json, listed: 0, report, progress, name: &name };
    let outcome = import::import(app, file, &consent, "cli", &mut desk).await;
    let summary = outcome.as_ref().map_or_else(import::ImportError::summary, |summary| *summary);
    // A header that cannot be used leaves nothing to sum up.
    if outcome.is_ok() || summary.rows > 0 {
        desk.sum_up(&summary)?;
    }
    outcome.with_context(|| format!("could not import {name}"))?;
    Ok(Ended::Done)
}

/// What consent a `--consent` stands for.
pub(super) fn consent(note: Option<&str>) -> Result<Consent, Usage> {
    let Some(note) = note else { return Ok(Consent::Ask) };
    match import::consent_note(note).map_err(Usage)? {
        Some(note) => Ok(Consent::Given(note)),
        None => Err(Usage("--consent wants a note of where and how they said yes".to_owned())),
    }
}

/// The file and, where it is a plain one, its size.
fn open(path: &Path) -> io::Result<(Box<dyn Read>, Option<u64>)> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin()), None));
    }
    let file = File::open(path)?;
    let about = file.metadata()?;
    Ok((Box::new(file), about.is_file().then_some(about.len())))
}

fn begin_report(path: &Path) -> anyhow::Result<csv::Writer<File>> {
    let mut report = csv::Writer::from_path(path).with_context(|| format!("cannot write {}", path.display()))?;
    report.write_record(["line", "reason"])?;
    Ok(report)
}

/// Where refused rows and progress go.
struct Desk<'a> {
    out: &'a mut Output,
    json: bool,
    /// How many rows the list in the JSON document has so far.
    listed: u64,
    report: Option<csv::Writer<File>>,
    progress: Progress,
    /// What the rows come from.
    name: &'a str,
}

impl Watcher for Desk<'_> {
    fn refused(&mut self, refused: &Refused) -> io::Result<()> {
        if let Some(report) = &mut self.report {
            report.write_record([refused.line.to_string().as_str(), &refused.reason])?;
        }
        if self.json {
            let before = if self.listed == 0 { "{\n  \"refused\": [\n    " } else { ",\n    " };
            self.listed += 1;
            let written = self.out.write_all(before.as_bytes());
            let written = written.and_then(|()| Ok(serde_json::to_writer(&mut *self.out, refused)?));
            // A reader who went away does not stop an import.
            return if self.out.is_closed() { Ok(()) } else { written };
        }
        if self.report.is_none() {
            self.progress.say(&format!("{}, line {}: {}", self.name, refused.line, refused.reason));
        }
        Ok(())
    }

    fn came_to(&mut self, bytes: u64, summary: &Summary) {
        self.progress.set(bytes, || format!("{} rows, {} refused", summary.rows, summary.refused));
    }
}

impl Desk<'_> {
    /// Prints what became of the rows.
    fn sum_up(mut self, summary: &Summary) -> anyhow::Result<()> {
        if let Some(report) = &mut self.report {
            report.flush().context("could not write the report")?;
        }
        drop(self.progress);
        let Summary { rows, added, asked, known, duplicates, suppressed, refused } = *summary;
        if !self.json {
            let sums = [
                ("rows", rows),
                ("added", added),
                ("asked to confirm", asked),
                ("known already", known),
                ("duplicates in the file", duplicates),
                ("suppressed", suppressed),
                ("refused", refused),
            ];
            return Ok(self.out.facts(&sums.map(|(name, count)| (name, count.to_string())))?);
        }
        self.out.write_all(if self.listed == 0 { b"{\n  \"refused\": [" } else { b"\n  " })?;
        let sums = [
            ("refused_count", refused),
            ("rows", rows),
            ("added", added),
            ("asked", asked),
            ("known", known),
            ("duplicates", duplicates),
            ("suppressed", suppressed),
        ];
        let sums = sums.map(|(name, count)| format!(",\n  \"{name}\": {count}")).concat();
        Ok(self.out.line(format_args!("]{sums}\n}}"))?)
    }
}
