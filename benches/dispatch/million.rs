//! Whether a large list costs more than a small one: for each delivery, and in memory.

use anyhow::{Context, ensure};
use serde_json::Value;

use super::lab::{Cost, Database, Lab, Sink};
use super::row;

/// A digest of `few` and one of `many` deliveries from SQLite.
pub(crate) fn run(few: usize, many: usize) -> anyhow::Result<()> {
    let sink = Sink::start()?;
    let (_, small, _) = dispatched(&sink, few)?;
    let (import, large, planning) = dispatched(&sink, many)?;
    let rate = many as f64 / import.wall.as_secs_f64();
    row(
        &format!("import of {many} rows, rows a second"),
        &format!("{rate:.0}"),
        "50,000",
        rate / 50_000.0,
        "at least 1",
    );
    row(&format!("planning {many} deliveries, seconds"), &format!("{planning:.1}"), "20", planning / 20.0, "at most 1");
    let each = |cost: Cost, count: usize| cost.cpu.as_secs_f64() * 1e6 / count as f64;
    let (large_each, small_each) = (each(large, many), each(small, few));
    row(
        &format!("processor time of a delivery among {many}, microseconds"),
        &format!("{large_each:.0}"),
        &format!("{small_each:.0} among {few}"),
        large_each / small_each,
        "0.9 to 1.1",
    );
    let mib = |cost: Cost| cost.peak as f64 / 1024.0;
    row(
        &format!("most memory held for {many} deliveries, MiB"),
        &format!("{:.0}", mib(large)),
        &format!("{:.0} for {few}", mib(small)),
        mib(large) / mib(small),
        "less than 64 MiB",
    );
    Ok(())
}

/// What importing, and dispatching a digest to, so many people takes; and how many seconds its planning.
fn dispatched(sink: &Sink, count: usize) -> anyhow::Result<(Cost, Cost, f64)> {
    let lab = Lab::new(Database::Sqlite, None, sink.port)?;
    let import = lab.people(count, 0)?;
    lab.posts()?;
    let edition = lab.digest()?;
    let cost = lab.metered(&["dispatch", "--until-empty"])?;
    ensure!(lab.accepted(&edition)? == count, "not everybody got the digest");
    // Planning goes on while the first are sent; alone, it is measured by the bench `store`.
    let shown = lab.json(&["editions", "show", &edition, "--json"])?;
    let planning = seconds(&shown["planned_at"])? - seconds(&shown["created_at"])?;
    Ok((import, cost, planning))
}

/// An instant of `--json` as seconds since 1970.
pub(crate) fn seconds(at: &Value) -> anyhow::Result<f64> {
    let text = at.as_str().context("it has no time")?;
    Ok(chrono::DateTime::parse_from_rfc3339(text)?.timestamp_micros() as f64 / 1e6)
}
