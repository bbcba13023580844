//! Logs: to stderr, as text or as JSON, and never with an address in them.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// Who is logging, which decides how much is said when nobody asked for more or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Talk {
    /// A daemon: what it does.
    Daemon,
    /// A command that prints its own result: warnings only.
    Command,
}

/// Starts logging as `HANDBILL_LOG` and `HANDBILL_LOG_FORMAT` say; a second start changes nothing.
///
/// # Errors
///
/// When one of the two cannot be read; the text says what to write.
pub fn start(talk: Talk, log: Option<&str>, format: Option<&str>) -> Result<(), String> {
    let filter = EnvFilter::try_new(directives(talk, log))
        .map_err(|_| "HANDBILL_LOG is no filter; write a level such as info, or handbill=debug,sqlx=warn".to_owned())?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    // Whoever called first, as a test may, has decided.
    let _ = match format {
        Some("json") => logs.json().flatten_event(true).with_span_list(true).with_current_span(false).try_init(),
        None | Some("" | "text") => logs.with_ansi(stderr().is_terminal()).try_init(),
        Some(_) => return Err("HANDBILL_LOG_FORMAT is neither text nor json".to_owned()),
    };
    Ok(())
}

/// A bare level is Handbill's own: other crates stay at warnings, as theirs may hold what was said to a relay or a
/// database. Who wants more of one names it.
fn directives(talk: Talk, log: Option<&str>) -> String {
    let log = log.map(str::trim).filter(|log| !log.is_empty());
    match (log, talk) {
        (Some(log), _) => match log.parse::<LevelFilter>() {
            Ok(level) if level > LevelFilter::WARN => format!("warn,handbill={level}"),
            _ => log.to_owned(),
        },
        (None, Talk::Daemon) => "warn,handbill=info".to_owned(),
        (None, Talk::Command) => "warn".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_level_is_not_for_other_crates() {
        assert_eq!(directives(Talk::Command, None), "warn");
        assert_eq!(directives(Talk::Daemon, Some(" ")), "warn,handbill=info");
        assert_eq!(directives(Talk::Command, Some("debug")), "warn,handbill=debug");
        assert_eq!(directives(Talk::Daemon, Some("error")), "error");
        assert_eq!(directives(Talk::Daemon, Some("sqlx=debug")), "sqlx=debug");
    }

    #[test]
    fn what_cannot_be_read_says_what_to_write() {
        assert!(start(Talk::Command, Some("handbill=loud"), None).unwrap_err().contains("HANDBILL_LOG"));
        assert!(start(Talk::Command, None, Some("xml")).unwrap_err().contains("json"));
    }
}
