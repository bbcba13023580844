//! How a command says that it failed: one line, then its causes, one per line, and the exit status.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::config::ConfigError;

/// The exit status of wrong usage and of a wrong config.
pub(super) const WRONG_USAGE: u8 = 2;

/// A command that cannot be carried out as it was written. It says what to write instead, and quotes no address.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Usage(pub(super) String);

/// Says what was wrong with a command line, or prints the help that it asked for.
pub(super) fn print_usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Whoever asked for help may have closed the pipe since.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    use clap::error::ErrorKind::{DisplayHelpOnMissingArgumentOrSubcommand, MissingSubcommand};
    let help = matches!(error.kind(), DisplayHelpOnMissingArgumentOrSubcommand | MissingSubcommand);
    let text = error.render().to_string();
    let text = if help { text } else { without_addresses(&text) };
    let _ = io::stderr().write_all(text.as_bytes());
    ExitCode::from(WRONG_USAGE)
}

/// The text with each word cut out that may be an address: what goes to stderr may end up in a log.
fn without_addresses(text: &str) -> String {
    let words = text.split_inclusive([' ', '\n', '\'']);
    words
        .map(|word| {
            let bare = word.trim_end_matches([' ', '\n', '\'']);
            if bare.contains('@') { word.replacen(bare, "ADDRESS", 1) } else { word.to_owned() }
        })
        .collect()
}

/// Says why a command failed.
pub(super) fn print(error: &anyhow::Error) -> ExitCode {
    let wrong = error.chain().any(|cause| cause.is::<ConfigError>() || cause.is::<Usage>());
    lines(error).iter().for_each(|line| say(line));
    if wrong { ExitCode::from(WRONG_USAGE) } else { ExitCode::FAILURE }
}

/// Writes one line on stderr.
pub(super) fn say(line: &str) {
    let prefix = if line.starts_with(' ') { "" } else { "handbill: " };
    // Where stderr is closed, the exit status is all that is left to say it.
    let _ = writeln!(io::stderr(), "{prefix}{line}");
}

/// The error and its causes on one line.
pub(super) fn one_line(error: &anyhow::Error) -> String {
    let lines = lines(error);
    lines.iter().map(|line| line.trim().trim_start_matches("because ")).collect::<Vec<_>>().join(": ")
}

fn lines(error: &anyhow::Error) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = cause.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        match lines.last() {
            None => lines.push(text),
            // Many errors repeat their cause in their own line.
            Some(last) if last.contains(&text) => {}
            Some(_) => lines.push(format!("  because {text}")),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_is_told_once_on_a_line_of_its_own() {
        let error =
            anyhow::anyhow!("no space\nleft").context("cannot write: no space left").context("could not export");
        assert_eq!(lines(&error), ["could not export", "  because cannot write: no space left"]);
    }

    #[test]
    fn a_usage_error_quotes_no_address() {
        let error = <super::super::Cli as clap::Parser>::try_parse_from(["handbill", "migrate", "ana@example.org"])
            .unwrap_err();
        let text = without_addresses(&error.render().to_string());
        assert!(text.contains("'ADDRESS'") && !text.contains("ana"), "{text}");
    }
}
