//! How far a command has come: a bar on a terminal, a line every few seconds elsewhere, always on stderr.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(3);

/// The progress of one command.
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    total: Option<u64>,
    bar: Option<ProgressBar>,
    told: Instant,
}

impl Progress {
    /// Begins to show how far `what` has come, out of `total` where that is known.
    pub fn new(what: &'static str, total: Option<u64>) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let (bar, template) = match total {
                Some(total) => (ProgressBar::new(total), "{prefix} [{bar:30}] {percent}% {msg}"),
                None => (ProgressBar::new_spinner(), "{prefix} {spinner} {msg}"),
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.with_prefix(what)
        });
        Self { what, total, bar, told: Instant::now() }
    }

    /// Shows that `done` of the total is done; `note` says it in words.
    pub fn set(&mut self, done: u64, note: impl FnOnce() -> String) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            bar.set_message(note());
        } else if self.told.elapsed() >= EVERY {
            self.told = Instant::now();
            let share = self.total.filter(|total| *total > 0);
            let share = share.map(|total| format!("{}%, ", done.saturating_mul(100) / total)).unwrap_or_default();
            // Nobody reads it: the command goes on.
            let _ = writeln!(io::stderr(), "{}: {share}{}", self.what, note());
        }
    }

    /// Writes a line on stderr without tearing the bar.
    pub fn say(&self, line: &str) {
        let say = || {
            let _ = writeln!(io::stderr(), "{line}");
        };
        match &self.bar {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
