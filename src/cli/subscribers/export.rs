//! `handbill subscribers export`.

use std::fs::OpenOptions;
use std::io::{BufWriter, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::super::output::Output;
use super::super::progress::Progress;
use super::super::{Ended, Outcome};
use crate::app::App;
use crate::subscribers::export;

const EXAMPLES: &str = "\
Examples:
  handbill subscribers export --out list.csv
  handbill subscribers export | gpg --encrypt --recipient office > list.csv.gpg

The list is the most dangerous thing the group owns: keep the file no longer than you need it.
It holds everybody who is not erased, in the columns that `handbill subscribers import` reads.
Cells that a spreadsheet would take for a formula get an apostrophe before them, which import takes away again.
That the list was given out is written down.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in super::super) struct Export {
    /// Write to this new file, which only you can read; default: standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Say as one JSON document how many people were written to which file.
    #[arg(long, requires = "out")]
    json: bool,
}

pub(super) async fn run(app: &App, args: &Export, out: &mut Output) -> Outcome {
    let mut progress = Progress::new("export", None);
    let told = |count| progress.set(count, || format!("{count} people"));
    match &args.out {
        None => {
            export::export(app, "cli", out, told).await.context("could not export the list")?;
        }
        Some(path) => {
            let exported = to_file(app, path, told).await;
            let count = exported.with_context(|| format!("could not export the list to {}", path.display()))?;
            drop(progress);
            if args.json {
                out.json(&serde_json::json!({ "people": count, "file": path }))?;
                return Ok(Ended::Done);
            }
            out.line(format_args!("{count} people written to {}", path.display()))?;
        }
    }
    Ok(Ended::Done)
}

async fn to_file(app: &App, path: &Path, told: impl FnMut(u64)) -> anyhow::Result<u64> {
    let file = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => bail!("the file is there already; name another"),
        other => other?,
    };
    let mut writer = BufWriter::new(&file);
    let exported = export::export(app, "cli", &mut writer, told).await;
    let count = exported.map_err(anyhow::Error::new).and_then(|count| {
        writer.flush()?;
        file.sync_all()?;
        Ok(count)
    });
    if count.is_err() {
        // Half a list must not be taken for all of it.
        let _ = std::fs::remove_file(path);
    }
    count
}
