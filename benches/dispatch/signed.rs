//! A digest that is signed, against what its signatures alone allow.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use handbill::clock::Clock;
use handbill::dkim::{Algorithm, Key, Signer};

use super::lab::{Database, Lab, Sink};
use super::wire::samples;
use super::{RUNS, median, row};

/// How long signing alone is measured.
const TIME: Duration = Duration::from_secs(3);

/// A digest of `count` deliveries from SQLite with RSA signatures, and the signatures alone.
pub(crate) fn run(count: usize) -> anyhow::Result<()> {
    let sink = Sink::start()?;
    let sample = String::from_utf8(samples()?.pop().context("nobody got the digest")?)?;
    // The sink keeps it with the line ends of files.
    let message = sample.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes();
    let mut base = Lab::new(Database::Sqlite, None, sink.port)?;
    base.people(count, 0)?;
    base.posts()?;
    let (mut bare, mut openssl, mut alone, mut signed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        bare.push(dispatched(&base.copy()?, count)?);
        openssl.push(openssl_signs()?);
        alone.push(signs(&base, &message)?);
        base.sign()?;
        signed.push(dispatched(&base.copy()?, count)?);
        base.leave_unsigned()?;
    }
    let [bare, openssl, alone, signed] = [bare, openssl, alone, signed].map(median);
    let size = message.len() / 1024;
    row(
        &format!("signing messages of {size} KB on one thread, messages a second"),
        &format!("{alone:.0}"),
        &format!("{openssl:.0} by openssl speed rsa2048"),
        alone / openssl,
        "–",
    );
    row(
        &format!("{count} digests of {size} KB from SQLite with DKIM, messages a second"),
        &format!("{signed:.0}"),
        &format!("{openssl:.0} by openssl speed rsa2048"),
        signed / openssl,
        "at least 0.75",
    );
    row(
        "the same, against those without DKIM",
        &format!("{signed:.0}"),
        &format!("{bare:.0} without"),
        signed / bare,
        "–",
    );
    Ok(())
}

/// How many messages a second a lab's digest goes out with.
fn dispatched(lab: &Lab, count: usize) -> anyhow::Result<f64> {
    let edition = lab.digest()?;
    let cost = lab.metered(&["dispatch", "--until-empty"])?;
    ensure!(lab.accepted(&edition)? == count, "not everybody got the digest");
    Ok(count as f64 / cost.wall.as_secs_f64())
}

/// How many messages like this one a second are signed, and nothing else.
fn signs(lab: &Lab, message: &[u8]) -> anyhow::Result<f64> {
    let file = lab.path().join("alone.pem");
    let key = if file.exists() { Key::read(Algorithm::Rsa, &file)? } else { Key::create(Algorithm::Rsa, &file)? };
    let signer = Signer::new("campaign.example", vec![("alone".to_owned(), key)]);
    let (began, spent, at, mut count) = (Instant::now(), processor_time()?, Clock::System.now(), 0);
    while began.elapsed() < TIME {
        signer.sign(message, at)?;
        count += 1;
    }
    Ok(f64::from(count) / (processor_time()? - spent))
}

/// How many seconds a processor has worked for this thread, which is what openssl speed counts too.
fn processor_time() -> anyhow::Result<f64> {
    let said = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(said.split(' ').next().context("Linux says no time")?.parse::<f64>()? / 1e9)
}

/// How many RSA signatures a second OpenSSL makes on one core.
fn openssl_signs() -> anyhow::Result<f64> {
    let seconds = TIME.as_secs().to_string();
    let output =
        Command::new("openssl").args(["speed", "-mr", "-seconds", &seconds, "rsa2048"]).stderr(Stdio::null()).output();
    let said = String::from_utf8(output.context("openssl is not installed")?.stdout)?;
    // +F2:NUMBER:BITS:SIGNED:VERIFIED, of which older versions give the seconds that each took.
    let line = said.lines().find_map(|line| line.strip_prefix("+F2:")).context("openssl speed said something else")?;
    let signed: f64 = line.split(':').nth(2).context("openssl speed named no number")?.parse()?;
    Ok(if signed < 1.0 { 1.0 / signed } else { signed })
}
