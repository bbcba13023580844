//! `handbill subscribers`: the list.

mod add;
mod export;
mod import;
mod leave;
mod list;
mod show;

use clap::Subcommand;

use super::Outcome;
use super::output::Output;
use crate::app::App;

#[derive(Debug, Subcommand)]
pub(super) enum Subscribers {
    /// Take in people from a CSV file.
    Import(import::Import),
    /// Give out the list as a CSV file.
    Export(export::Export),
    /// Add one person.
    Add(add::Add),
    /// List everybody.
    List(list::List),
    /// Show all that is known of one person.
    Show(show::Show),
    /// Take a person off the list.
    Unsubscribe(leave::Unsubscribe),
    /// Keep an address from being mailed, whether or not it is on the list.
    Suppress(leave::Suppress),
    /// Erase a person's data for good.
    Erase(leave::Erase),
}

impl Subscribers {
    /// Whether there has to be a list for it already.
    pub(super) fn reads(&self) -> bool {
        matches!(self, Self::Export(_) | Self::List(_) | Self::Show(_))
    }
}

pub(super) async fn run(app: &App, command: &Subscribers, out: &mut Output) -> Outcome {
    match command {
        Subscribers::Import(args) => import::run(app, args, out).await,
        Subscribers::Export(args) => export::run(app, args, out).await,
        Subscribers::Add(args) => add::run(app, args, out).await,
        Subscribers::List(args) => list::run(app, args, out).await,
        Subscribers::Show(args) => show::run(app, args, out).await,
        Subscribers::Unsubscribe(args) => leave::unsubscribe(app, args, out).await,
        Subscribers::Suppress(args) => leave::suppress(app, args, out).await,
        Subscribers::Erase(args) => leave::erase(app, args, out).await,
    }
}
