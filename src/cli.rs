//! The command line: what can be asked for, and what becomes of it.

mod appeals;
mod args;
mod deliveries;
mod demo;
mod digests;
mod dispatch;
mod doctor;
mod editions;
mod failure;
mod keys;
mod migrate;
mod notify;
pub mod output;
mod posts;
pub mod progress;
mod run;
mod status;
mod subscribers;
mod template_commands;
pub mod templates;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};

use crate::app::App;
use crate::clock::Clock;
use crate::config::{self, Config, ConfigError};
use crate::telemetry::{self, Talk};
use failure::WRONG_USAGE;
use output::Output;

const EXAMPLES: &str = "\
Examples:
  handbill demo                                   see a whole campaign at work, without sending anything
  handbill doctor                                 check config, store, keys, templates and relay
  handbill subscribers import people.csv --consent 'sign-up sheets, May 2026'
  handbill posts pull                             look for new posts once
  handbill digests send weekly --dry-run          see what the weekly digest would be
  handbill appeals mark 7 --starts 2026-09-28T16:00 --address '1 High Street, London'
  handbill dispatch --until-empty                 send what is due, then exit
  handbill run                                    do all of it by itself, and serve the pages
  handbill keys dkim                              make a key that signs mail, and see what to publish
  handbill notify test                            see that staff would be told when something is wrong
  handbill status                                 see what is under way and what waits for you

Each command has examples of its own: handbill help subscribers import

Results go to stdout, progress and logs to stderr. The exit status is 0 when it is done, 1 when it failed,
2 for wrong usage or a wrong config. HANDBILL_LOG sets how much is logged (such as debug), and
HANDBILL_LOG_FORMAT=json makes each log line a JSON object. Every key of the config can be set from the
environment: HANDBILL_STORE__URL, HANDBILL_RELAY__0__PORT.";

/// Email newsletters and urgent appeals for campaign groups: everyone who asked, once, in time, with a way out.
#[derive(Debug, Parser)]
#[command(name = "handbill", version, after_help = EXAMPLES, arg_required_else_help = true, max_term_width = 110)]
pub struct Cli {
    /// The config file.
    #[arg(long, global = true, value_name = "PATH", env = "HANDBILL_CONFIG", default_value = "config.toml")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Watch, plan, send and serve the pages, until stopped.
    Run(run::Run),
    /// Set up a whole working campaign in a scratch folder; nothing leaves this machine.
    Demo(demo::Demo),
    /// Check config, store, keys, templates, relays and who is told.
    Doctor(doctor::Doctor),
    /// Bring the store up to date, or make it.
    Migrate(migrate::Migrate),
    /// See what is under way and what waits for a person.
    Status(status::Status),
    /// The list: who gets mail.
    #[command(subcommand)]
    Subscribers(subscribers::Subscribers),
    /// The posts that were found.
    #[command(subcommand)]
    Posts(posts::Posts),
    /// The digests.
    #[command(subcommand)]
    Digests(digests::Digests),
    /// What is urgent: mark, amend, cancel.
    #[command(subcommand)]
    Appeals(appeals::Appeals),
    /// The mailings, and their brakes.
    #[command(subcommand)]
    Editions(editions::Editions),
    /// The ledger: what became of each mail.
    #[command(subcommand)]
    Deliveries(deliveries::Deliveries),
    /// The keys that mail is signed with.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Who is told when something is wrong.
    #[command(subcommand)]
    Notify(notify::Notify),
    /// Send what is due.
    Dispatch(dispatch::Dispatch),
    /// The templates of mails and pages.
    #[command(subcommand)]
    Templates(template_commands::TemplateCommands),
}

/// How a command ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// All is well.
    Done,
    /// It did its work, and found that somebody must act; the exit status is 1.
    Attention,
}

/// The result of a command.
pub(crate) type Outcome = anyhow::Result<Ended>;

/// Reads the command line.
///
/// # Errors
///
/// The exit status, when it cannot be understood, or when it asked for help and got it.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, ExitCode> {
    Cli::try_parse_from(arguments).map_err(|error| failure::print_usage(&error))
}

/// Runs a command to its end.
pub fn run(cli: Cli) -> ExitCode {
    let variable = |name| std::env::var(name).ok();
    let talk = if matches!(cli.command, Command::Run(_) | Command::Demo(_)) { Talk::Daemon } else { Talk::Command };
    let (log, format) = (variable("HANDBILL_LOG"), variable("HANDBILL_LOG_FORMAT"));
    if let Err(why) = telemetry::start(talk, log.as_deref(), format.as_deref()) {
        failure::say(&why);
        return ExitCode::from(WRONG_USAGE);
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failure::print(&anyhow::Error::new(error).context("could not start")),
    };
    let mut out = Output::stdout();
    let outcome = runtime.block_on(carry_out(cli, &mut out));
    let flushed = std::io::Write::flush(&mut out);
    // A thread that waits for standard input must not keep the process.
    runtime.shutdown_background();
    match outcome {
        // `handbill ... | head` is no error.
        Err(_) if out.is_closed() => ExitCode::SUCCESS,
        Err(error) => failure::print(&error),
        Ok(_) if flushed.is_err() && !out.is_closed() => failure::print(&anyhow::anyhow!("could not write the result")),
        Ok(Ended::Done) => ExitCode::SUCCESS,
        Ok(Ended::Attention) => ExitCode::FAILURE,
    }
}

async fn carry_out(cli: Cli, out: &mut Output) -> Outcome {
    let open = Opening { config: cli.config };
    match cli.command {
        Command::Run(args) => run::run(&open, &args, out).await,
        Command::Demo(args) => demo::run(&args, out).await,
        Command::Doctor(args) => doctor::run(&open, &args, out).await,
        Command::Migrate(args) => migrate::run(&open, &args, out).await,
        Command::Status(args) => looking(&open, async |app| status::run(app, &args, out).await).await,
        Command::Subscribers(args) if args.reads() => {
            looking(&open, async |app| subscribers::run(app, &args, out).await).await
        }
        Command::Subscribers(args) => with_app(&open, async |app| subscribers::run(app, &args, out).await).await,
        Command::Posts(args) if args.reads() => looking(&open, async |app| posts::run(app, &args, out).await).await,
        Command::Posts(args) => with_app(&open, async |app| posts::run(app, &args, out).await).await,
        Command::Digests(args) => with_app(&open, async |app| digests::run(app, &args, out).await).await,
        Command::Appeals(args) if args.reads() => looking(&open, async |app| appeals::run(app, &args, out).await).await,
        Command::Appeals(args) => with_app(&open, async |app| appeals::run(app, &args, out).await).await,
        // There is nothing to brake in a store that is only being made.
        Command::Editions(args) => looking(&open, async |app| editions::run(app, &args, out).await).await,
        Command::Deliveries(args) => looking(&open, async |app| deliveries::run(app, &args, out).await).await,
        Command::Dispatch(args) => with_app(&open, async |app| dispatch::run(app, &args, out).await).await,
        Command::Keys(args) => keys::run(&open, &args, out),
        Command::Notify(args) => notify::run(&open, &args, out).await,
        Command::Templates(args) => template_commands::run(&open.config()?, &args, out),
    }
}

/// Runs `command` on an opened Handbill, and folds SQLite's log into its file afterwards, whatever came of it.
async fn with_app(open: &Opening, command: impl AsyncFnOnce(&Arc<App>) -> Outcome) -> Outcome {
    carried_out(open.app().await?, command).await
}

/// As [`with_app`], for what only reads: it makes no store, and brings none up to date.
async fn looking(open: &Opening, command: impl AsyncFnOnce(&Arc<App>) -> Outcome) -> Outcome {
    carried_out(App::look(open.config()?, Clock::System).await?, command).await
}

async fn carried_out(app: App, command: impl AsyncFnOnce(&Arc<App>) -> Outcome) -> Outcome {
    let app = Arc::new(app);
    let outcome = command(&app).await;
    app.store.close().await;
    outcome
}

/// What it takes to open Handbill.
#[derive(Debug)]
pub(crate) struct Opening {
    config: PathBuf,
}

impl Opening {
    /// The config.
    pub(crate) fn config(&self) -> Result<Config, ConfigError> {
        // `std::env::vars` panics at a variable that is not UTF-8.
        let variables =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        config::load(&self.config, variables)
    }

    /// The folder of the config, which paths in it are relative to.
    pub(crate) fn folder(&self) -> PathBuf {
        config::folder(&self.config)
    }

    /// Config, store and key, opened.
    pub(crate) async fn app(&self) -> anyhow::Result<App> {
        App::open(self.config()?, Clock::System).await
    }
}
