//! `handbill templates`: the arguments; what they do is in [`super::templates`].

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;

use super::args::Format;
use super::output::Output;
use super::{Ended, Outcome, templates};
use crate::clock::Clock;
use crate::config::Config;
use crate::templates::Templates;

const CHECK_EXAMPLES: &str = "\
Examples:
  handbill templates check
  HANDBILL_MAIL__TEMPLATES=new-look handbill templates check --json";
const PREVIEW_EXAMPLES: &str = "\
Examples:
  handbill templates preview --out preview
  open preview/digest-1.en.html

The people and posts in it are invented.";

#[derive(Debug, Subcommand)]
pub(super) enum TemplateCommands {
    /// Render every template with its samples, strictly; the exit status is 1 if one has a mistake.
    #[command(after_help = CHECK_EXAMPLES)]
    Check {
        #[command(flatten)]
        format: Format,
    },
    /// Write each mail, with its samples in each language, to a folder; and the English words, to be translated.
    #[command(after_help = PREVIEW_EXAMPLES)]
    Preview {
        /// The folder; it is made when it is missing.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        #[command(flatten)]
        format: Format,
    },
}

pub(super) fn run(config: &Config, command: &TemplateCommands, out: &mut Output) -> Outcome {
    let loaded = Templates::of(config).context("the templates cannot be loaded")?;
    match command {
        TemplateCommands::Check { format } => {
            let report = templates::check(&loaded);
            if format.json {
                out.json(&report)?;
            } else if report.problems.is_empty() {
                out.line(format_args!("all templates render in {}", report.languages.join(", ")))?;
            } else {
                report.problems.iter().try_for_each(|problem| out.line(problem))?;
            }
            Ok(if report.problems.is_empty() { Ended::Done } else { Ended::Attention })
        }
        TemplateCommands::Preview { out: folder, format } => {
            let written = templates::preview(&loaded, folder, Clock::System.now());
            let report = written.context("could not write the preview")?;
            if format.json {
                out.json(&report)?;
            } else {
                out.line(format_args!("{} files written to {}", report.files.len(), folder.display()))?;
            }
            Ok(Ended::Done)
        }
    }
}
