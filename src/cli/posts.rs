//! `handbill posts`: what was found in the sources.

use clap::Subcommand;

use super::Outcome;
use super::args::{Format, choices};
use super::output::Output;
use crate::app::App;
use crate::id::PostId;
use crate::posts::PostState;

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

No digest that is planned from now on has it.";

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
    },
    /// Keep posts out of the digests.
    #[command(after_help = DROP_EXAMPLES)]
    Drop {
        /// Their numbers.
        #[arg(required = true)]
        ids: Vec<PostId>,
    },
}

pub(super) async fn run(_app: &App, _command: &Posts, _out: &mut Output) -> Outcome {
    anyhow::bail!("this version has no sources yet")
}
