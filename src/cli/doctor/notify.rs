//! Whether the ways of telling staff are complete. Nobody is told.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::reach;
use crate::config::Config;
use crate::notify::{Channel, Channels};

/// Looks at each way that the config sets.
pub(super) async fn channels(config: &Config) -> anyhow::Result<String> {
    let channels = Channels::of(config);
    if channels.0.is_empty() {
        return Ok("nobody is told when something is wrong; see [notify] in config.toml".to_owned());
    }
    if let Some(program) = config.notify.command.first()
        && find(program).is_none()
    {
        bail!("notify.command names a program that is not there or must not be run; check its first part");
    }
    // The others were looked at by themselves.
    if let (Some(relay), true) = (&config.notify.relay, channels.0.contains(&Channel::Mail)) {
        reach(relay, config).await?;
    }
    Ok(format!("staff are told by {}; try it with: handbill notify test", channels.to_string().replace(';', ", ")))
}

/// The program that would be run.
fn find(program: &str) -> Option<PathBuf> {
    let can_run = |path: &PathBuf| rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok() && path.is_file();
    if program.contains('/') {
        return Some(Path::new(program).to_owned()).filter(can_run);
    }
    // Without one, the system looks here.
    let places = std::env::var_os("PATH").unwrap_or_else(|| "/bin:/usr/bin".into());
    std::env::split_paths(&places).map(|folder| folder.join(program)).find(can_run)
}
