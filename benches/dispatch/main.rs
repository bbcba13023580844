//! What dispatching costs: the real binary against Postfix's `smtp-sink`, each row a ratio measured in alternation.
//!
//! ```text
//! cargo bench --bench dispatch                        # every row, at full size: about 25 minutes
//! cargo bench --bench dispatch -- wire lane           # some rows
//! cargo bench --bench dispatch -- --share 0.1 wire    # at a tenth of the size
//! ```
//!
//! The tests' installer brings what it needs: `make servers`.

mod lab;
mod lane;
mod million;
mod signed;
mod wire;

use anyhow::{Context, bail};

/// Rows by their names, in the order in which they are measured.
const ROWS: [&str; 5] = ["wire", "signed", "nodes", "million", "lane"];

/// How often each side of a ratio is measured; the median counts.
const RUNS: usize = 3;

fn main() -> anyhow::Result<()> {
    let (mut share, mut rows) = (1.0, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // Cargo adds it.
            "--bench" => {}
            "--share" => share = arguments.next().context("--share wants a number")?.parse()?,
            row if ROWS.contains(&row) => rows.push(row.to_owned()),
            other => bail!("`{other}` is no row; there are: {}", ROWS.join(", ")),
        }
    }
    let wanted = |row: &str| rows.is_empty() || rows.iter().any(|own| own == row);
    let scaled = |count: usize| ((count as f64 * share) as usize).max(100);
    println!("| what | Handbill | against | ratio | target |\n|---|---|---|---|---|");
    if wanted("wire") {
        wire::against_smtp_source(scaled(50_000))?;
    }
    if wanted("signed") {
        signed::run(scaled(50_000))?;
    }
    if wanted("nodes") {
        wire::nodes(scaled(50_000))?;
    }
    if wanted("million") {
        million::run(scaled(10_000), scaled(1_000_000))?;
    }
    if wanted("lane") {
        lane::run(scaled(10_000), scaled(1_000_000))?;
    }
    Ok(())
}

/// Prints a row of the table.
fn row(what: &str, ours: &str, against: &str, ratio: f64, target: &str) {
    println!("| {what} | {ours} | {against} | {ratio:.2} | {target} |");
}

/// The middle one of an odd number of measurements.
fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}
