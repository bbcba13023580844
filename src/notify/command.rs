//! Telling by a program of the admin's own.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::tell::Document;
use crate::relay::cut_addresses;

/// How much of a command's output is logged, in bytes.
const OUTPUT: u64 = 4096;
/// How long to wait for output of a command that has ended, as what it began may hold the pipe open.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// Variables of our own, which may hold secrets.
const OURS: &str = "HANDBILL_";

/// Why a command did not tell. It names none of its arguments.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// None is configured.
    #[error("notify.command names no program")]
    None,
    /// It cannot be run.
    #[error("notify.command cannot be run: {0}; check its first part")]
    Run(#[from] std::io::Error),
    /// It took too long, and was killed.
    #[error("notify.command was killed, as it had not ended within {}", humantime::format_duration(*.0))]
    Late(Duration),
    /// It says that it failed.
    #[error("notify.command failed: {0}")]
    Failed(ExitStatus),
}

/// Runs `command` without a shell, the notice on its standard input and, in short, in its environment. After `limit` it is
/// killed, with all that it began.
pub(super) async fn run(command: &[String], document: &Document, limit: Duration) -> Result<(), CommandError> {
    let (program, arguments) = command.split_first().ok_or(CommandError::None)?;
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with(OURS)) {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .env("HANDBILL_NOTICE_KIND", document.kind.as_str())
        .env("HANDBILL_NOTICE_SUBJECT", document.subject.replace('\0', ""))
        .env("HANDBILL_NOTICE_STATE", document.state.as_str())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own, so that all of it can be killed, and a Ctrl-C for us is none for it.
        .process_group(0)
        .kill_on_drop(true);
    let json = serde_json::to_vec(document).map_err(std::io::Error::from)?;
    let mut child = command.spawn()?;
    let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).unwrap_or_default()));
    let status = timeout(limit, talk(&mut child, json)).await;
    let Ok(status) = status else {
        if let Some(group) = group {
            // Where it has just ended there is nothing left to kill.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = child.wait().await;
        return Err(CommandError::Late(limit));
    };
    let status = status?;
    if status.success() { Ok(()) } else { Err(CommandError::Failed(status)) }
}

/// Says it to the command, and waits for its end; whether it listens is its own affair.
async fn talk(child: &mut Child, mut json: Vec<u8>) -> std::io::Result<ExitStatus> {
    json.push(b'\n');
    let input = child.stdin.take();
    let said = tokio::spawn(async move {
        if let Some(mut input) = input {
            let _ = input.write_all(&json).await;
        }
    });
    let output = [tokio::spawn(heard(child.stdout.take())), tokio::spawn(heard(child.stderr.take()))];
    let status = child.wait().await?;
    said.abort();
    for heard in output {
        let text = timeout(LAST_WORDS, heard).await;
        if let Ok(Ok(text)) = text
            && !text.trim().is_empty()
        {
            tracing::debug!(output = cut_addresses(text.trim()), "the notify command said");
        }
    }
    Ok(status)
}

/// The beginning of what somebody says; the rest is read, so that they can go on, and dropped.
async fn heard(from: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut from) = from else { return String::new() };
    let mut bytes = Vec::new();
    let _ = (&mut from).take(OUTPUT).read_to_end(&mut bytes).await;
    let _ = tokio::io::copy(&mut from, &mut tokio::io::sink()).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests;
