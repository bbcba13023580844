//! The urgent lane: an appeal while a large digest is planned and sent, against the same with no digest.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::lab::{Database, Lab, Metered, Server, Sink};
use super::million::seconds;
use super::{RUNS, median, row};

/// How long an appeal took.
struct Took {
    /// Seconds from the command that marked it to its first acceptance.
    first: f64,
    /// Seconds from that command to its last acceptance.
    last: f64,
}

/// `urgent` people get an appeal, beside a digest to them and `bulk` others.
pub(crate) fn run(urgent: usize, bulk: usize) -> anyhow::Result<()> {
    let sink = Sink::start()?;
    for database in [Database::Sqlite, Database::Postgres] {
        let server = (database == Database::Postgres).then(Server::postgres).transpose()?;
        let base = Lab::new(database, server.as_ref(), sink.port)?;
        base.people(bulk, urgent)?;
        base.posts()?;
        let (mut alone, mut beside, mut first) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..RUNS {
            alone.push(appeal(&base.copy()?, urgent, false)?.last);
            let took = appeal(&base.copy()?, urgent, true)?;
            beside.push(took.last);
            first.push(took.first);
        }
        let (alone, beside, first) = (median(alone), median(beside), median(first));
        let name = database.name();
        row(
            &format!("{urgent} urgent during a digest of {bulk} from {name}, seconds from mark to the last accepted"),
            &format!("{beside:.2}"),
            &format!("{alone:.2} without a digest"),
            beside / alone,
            "at most 1.3",
        );
        row(
            &format!("the first of them from {name}, seconds from mark to accepted"),
            &format!("{first:.2}"),
            "1",
            first,
            "at most 1",
        );
    }
    Ok(())
}

/// Marks a post as an appeal on a running daemon, beside a digest or not.
fn appeal(lab: &Lab, count: usize, beside_digest: bool) -> anyhow::Result<Took> {
    let mut daemon = lab.start(&["run"])?;
    daemon.ready()?;
    let digest = beside_digest.then(|| begun_digest(lab)).transpose()?;
    let marked = now();
    let appeal = lab.json(&[
        "appeals",
        "mark",
        "1",
        "--starts",
        "2099-09-28T16:00",
        "--time-zone",
        "Europe/London",
        "--address",
        "100 Victoria Street, London, SW1E 5JL",
        "--region",
        "London",
        "--hold",
        "0s",
        "--yes",
        "--json",
    ])?;
    let edition = appeal["edition"].to_string();
    until("the appeal has been sent", || {
        let shown = lab.json(&["editions", "show", &edition, "--json"])?;
        Ok(shown["deliveries"]["accepted"].as_u64() == Some(count as u64))
    })?;
    if let Some((digest, command)) = digest {
        let shown = lab.json(&["editions", "show", &digest, "--json"])?;
        ensure!(shown["ended_at"].is_null(), "the digest was through before the appeal: make it larger");
        command.kill()?;
    }
    daemon.kill()?;
    let ledger = lab.json(&["deliveries", "list", "--edition", &edition, "--json"])?;
    let lines = ledger.as_array().context("the ledger is no list")?;
    let mut ended = lines.iter().map(|line| seconds(&line["ended_at"])).collect::<anyhow::Result<Vec<_>>>()?;
    ended.sort_by(f64::total_cmp);
    let (first, last) = ended.first().zip(ended.last()).context("nobody got it")?;
    Ok(Took { first: first - marked, last: last - marked })
}

/// A digest of which the first are sent while the others are still being planned, and the command that opened it.
fn begun_digest(lab: &Lab) -> anyhow::Result<(String, Metered)> {
    let command = lab.start(&["digests", "send", "weekly"])?;
    let mut digest = None;
    until("the digest is on its way", || {
        let editions = lab.json(&["editions", "list", "--json"])?;
        // The daemon opens one for each cadence whose hour it missed.
        let weekly = editions.as_array().and_then(|all| all.iter().find(|edition| edition["cadence"] == "weekly"));
        digest = weekly.map(|edition| edition["id"].to_string());
        Ok(digest.as_ref().is_some_and(|digest| lab.accepted(digest).is_ok_and(|accepted| accepted > 0)))
    })?;
    Ok((digest.context("no digest")?, command))
}

fn now() -> f64 {
    handbill::clock::Clock::System.now().0 as f64 / 1e6
}

fn until(what: &str, mut done: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let began = Instant::now();
    while !done()? {
        ensure!(began.elapsed() < Duration::from_secs(600), "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
