//! A digest against `smtp-source`: as many messages of the same size over as many connections to the same sink.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::ensure;

use super::lab::{CONNECTIONS, Database, Lab, Server, Sink};
use super::{RUNS, median, row};

/// A digest of `count` deliveries from each database.
pub(crate) fn against_smtp_source(count: usize) -> anyhow::Result<()> {
    let (sink, size) = (Sink::start()?, message_size()?);
    for (database, target) in [(Database::Sqlite, "0.80"), (Database::Postgres, "0.70")] {
        let server = (database == Database::Postgres).then(Server::postgres).transpose()?;
        let base = Lab::new(database, server.as_ref(), sink.port)?;
        base.people(count, 0)?;
        base.posts()?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            let lab = base.copy()?;
            let edition = lab.digest()?;
            let cost = lab.metered(&["dispatch", "--until-empty"])?;
            ensure!(lab.accepted(&edition)? == count, "not everybody got the digest");
            ours.push(count as f64 / cost.wall.as_secs_f64());
            theirs.push(count as f64 / smtp_source(&sink, count, size)?);
        }
        let (ours, theirs) = (median(ours), median(theirs));
        row(
            &format!("{count} digests of {} KB from {}, messages a second", size / 1024, database.name()),
            &format!("{ours:.0}"),
            &format!("{theirs:.0} by smtp-source -d"),
            ours / theirs,
            &format!("at least {target}"),
        );
    }
    Ok(())
}

/// How many messages a second several dispatchers bring from one PostgreSQL.
pub(crate) fn nodes(count: usize) -> anyhow::Result<()> {
    let (sink, server) = (Sink::start()?, Server::postgres()?);
    let base = Lab::new(Database::Postgres, Some(&server), sink.port)?;
    base.people(count, 0)?;
    base.posts()?;
    let mut rates: [Vec<f64>; 3] = Default::default();
    for _ in 0..RUNS {
        for (nodes, rates) in [1, 2, 4].into_iter().zip(&mut rates) {
            let lab = base.copy()?;
            let edition = lab.digest()?;
            let began = Instant::now();
            let running: Vec<_> =
                (0..nodes).map(|_| lab.start(&["dispatch", "--until-empty"])).collect::<Result<_, _>>()?;
            for node in running {
                node.wait()?;
            }
            rates.push(count as f64 / began.elapsed().as_secs_f64());
            ensure!(lab.accepted(&edition)? == count, "not everybody got the digest");
        }
    }
    let [one, two, four] = rates.map(median);
    for (nodes, rate) in [(2, two), (4, four)] {
        row(
            &format!("{count} digests from one PostgreSQL by {nodes} processes, messages a second"),
            &format!("{rate:.0}"),
            &format!("{one:.0} by one process"),
            rate / one,
            "–",
        );
    }
    Ok(())
}

/// How long a message of the labs' digest is, as a sink receives it.
fn message_size() -> anyhow::Result<usize> {
    let samples = samples()?;
    Ok(samples.iter().map(Vec::len).sum::<usize>() / samples.len())
}

/// Three messages of the labs' digest, as a sink keeps them.
pub(crate) fn samples() -> anyhow::Result<Vec<Vec<u8>>> {
    let sink = Sink::keeping()?;
    let lab = Lab::new(Database::Sqlite, None, sink.port)?;
    lab.people(3, 0)?;
    lab.posts()?;
    lab.digest()?;
    lab.done(&["dispatch", "--until-empty"])?;
    let files = std::fs::read_dir(sink.folder())?.collect::<Result<Vec<_>, _>>()?;
    let samples = files.iter().map(|file| Ok(std::fs::read(file.path())?)).collect::<anyhow::Result<Vec<_>>>()?;
    ensure!(samples.len() == 3, "not everybody got the digest");
    Ok(samples)
}

/// How many seconds smtp-source takes for `count` messages of `size` bytes.
fn smtp_source(sink: &Sink, count: usize, size: usize) -> anyhow::Result<f64> {
    let began = Instant::now();
    let status = Command::new("smtp-source")
        .env("PATH", format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default()))
        .args(["-d", "-s", &CONNECTIONS.to_string(), "-m", &count.to_string(), "-l", &size.to_string()])
        .args(["-f", "news@campaign.example", "-t", "person@place.example", &format!("127.0.0.1:{}", sink.port)])
        .stdout(Stdio::null())
        .status()?;
    ensure!(status.success(), "smtp-source failed");
    Ok(began.elapsed().as_secs_f64())
}
