//! How often a suggested time and place is right, and what reading a text costs.
//!
//! ```text
//! cargo bench --bench suggest
//! ```

#[path = "../tests/it/suggest/measure.rs"]
mod measure;

use std::hint::black_box;
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

fn main() -> anyhow::Result<()> {
    let phrases = measure::tables(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data"))?;
    let score = measure::measure(&phrases);
    let started = Instant::now();
    let rounds = 20;
    for _ in 0..rounds {
        for phrase in &phrases {
            black_box(measure::suggest(black_box(phrase)));
        }
    }
    let texts = u32::try_from(phrases.len())?.saturating_mul(rounds);
    let micros = started.elapsed().as_secs_f64() * 1e6 / f64::from(texts.max(1));
    let mut out = io::stdout().lock();
    for failure in &score.failures {
        writeln!(out, "{failure}")?;
    }
    writeln!(out, "texts      {}, with {} events in them", phrases.len(), score.expected)?;
    writeln!(out, "precision  {:.3} ({} of {} suggested)", score.precision(), score.right, score.suggested)?;
    writeln!(out, "recall     {:.3} ({} of {})", score.recall(), score.right, score.expected)?;
    writeln!(out, "per text   {micros:.1} microseconds")?;
    Ok(())
}
