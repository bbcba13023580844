//! `handbill keys`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Subcommand;
use serde::Serialize;

use super::args::Format;
use super::failure::Usage;
use super::output::Output;
use super::{Ended, Opening, Outcome};
use crate::config::{Config, check_selector};
use crate::dkim::{Algorithm, Key, Record};

const DKIM_EXAMPLES: &str = "\
Examples:
  handbill keys dkim                        make the keys that [dkim] names, and print what to publish
  handbill keys dkim --ed25519              a second key, for a second signature
  handbill keys dkim --selector autumn26    a new key to take the old one's place
  handbill keys dkim --json

A key that is there already is kept, and its record printed again. Publish the record in the DNS of your domain before the
config names the key: a signature whose key cannot be found counts for nothing.";

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Make a key that signs mail, and print the DNS record that publishes it.
    #[command(after_help = DKIM_EXAMPLES)]
    Dkim(Dkim),
}

#[derive(Debug, clap::Args)]
pub(super) struct Dkim {
    /// An Ed25519 key, for a second signature, and not one of RSA.
    #[arg(long)]
    ed25519: bool,
    /// The name under which it is published; by default the config's.
    #[arg(long, value_name = "NAME")]
    selector: Option<String>,
    /// Where it is kept; by default where the config says, else dkim-NAME.pem beside the config.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    #[command(flatten)]
    format: Format,
}

/// A key that is wanted.
struct Wanted {
    algorithm: Algorithm,
    selector: String,
    file: PathBuf,
}

/// A key that is there now, and its record.
#[derive(Serialize)]
struct Published {
    /// Whether it was made now.
    made: bool,
    algorithm: Algorithm,
    domain: String,
    selector: String,
    key_file: PathBuf,
    /// The record's name.
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    /// What it says.
    value: String,
    /// The same in strings as long as DNS allows.
    strings: Vec<String>,
    /// The line of a zone file.
    zone_line: String,
    #[serde(skip)]
    is: String,
}

pub(super) fn run(open: &Opening, command: &Keys, out: &mut Output) -> Outcome {
    let Keys::Dkim(args) = command;
    let config = open.config()?;
    let folder = open.folder();
    let domain = config.dkim_domain();
    let mut keys = Vec::new();
    for wanted in wanted(args, &config, &folder)? {
        keys.push(publish(&wanted, domain)?);
    }
    if args.format.json {
        out.json(&keys)?;
        return Ok(Ended::Done);
    }
    for key in &keys {
        let what = if key.made { "made" } else { "was there already, and is kept" };
        out.line(format_args!("{}: {what} ({})\n", key.key_file.display(), key.is))?;
        out.line(format_args!("Publish this in the DNS of {domain}:\n\n{}\n", key.zone_line))?;
        if !is_named(&config, key) {
            let place = if config.dkim.is_some() { "[dkim] of the config:\n" } else { "the config:\n\n[dkim]" };
            out.line(format_args!("When it can be found there, write into {place}\n{}\n", lines(key, &folder)))?;
        }
    }
    out.line("Where a form asks for its parts, the value is what stands in the quotes, with nothing between.")?;
    Ok(Ended::Done)
}

/// The keys that the command asks for: those of the config, or the one that its options describe.
fn wanted(args: &Dkim, config: &Config, folder: &Path) -> anyhow::Result<Vec<Wanted>> {
    let configured = config.dkim.iter().flat_map(|dkim| dkim.keys());
    let mut configured: Vec<Wanted> = configured
        .map(|(algorithm, selector, file)| Wanted { algorithm, selector: selector.to_owned(), file: file.to_owned() })
        .collect();
    if !args.ed25519 && args.selector.is_none() && args.key_file.is_none() && !configured.is_empty() {
        return Ok(configured);
    }
    let (algorithm, default) =
        if args.ed25519 { (Algorithm::Ed25519, "handbill-ed25519") } else { (Algorithm::Rsa, "handbill") };
    configured.retain(|key| key.algorithm == algorithm);
    let own = configured.pop();
    let selector = args.selector.clone();
    let selector =
        selector.or_else(|| own.as_ref().map(|key| key.selector.clone())).unwrap_or_else(|| default.to_owned());
    check_selector(&selector, config.dkim_domain()).map_err(|why| Usage(format!("--selector: {why}")))?;
    let named =
        args.key_file.as_ref().map(std::path::absolute).transpose().context("cannot tell where --key-file is")?;
    // Where another selector is named, the config's file holds another key.
    let own = own.filter(|key| key.selector == selector).map(|key| key.file);
    let file = named.or(own).unwrap_or_else(|| folder.join(format!("dkim-{selector}.pem")));
    Ok(vec![Wanted { algorithm, selector, file }])
}

/// Makes the key where there is none, and says what to publish.
fn publish(wanted: &Wanted, domain: &str) -> anyhow::Result<Published> {
    let Wanted { algorithm, selector, file } = wanted;
    let made = !file.exists();
    let key = if made { Key::create(*algorithm, file)? } else { Key::read(*algorithm, file)? };
    let record = Record::of(&key, selector, domain)?;
    Ok(Published {
        made,
        algorithm: *algorithm,
        domain: domain.to_owned(),
        selector: selector.clone(),
        key_file: file.clone(),
        kind: "TXT",
        strings: record.strings().iter().map(ToString::to_string).collect(),
        zone_line: record.zone_line(),
        name: record.name,
        value: record.value,
        is: key.kind(),
    })
}

/// Whether the config signs with this key.
fn is_named(config: &Config, key: &Published) -> bool {
    let mut keys = config.dkim.iter().flat_map(|dkim| dkim.keys());
    keys.any(|(_, selector, file)| selector == key.selector && file == key.key_file)
}

/// What the config has to say for it, in its section.
fn lines(key: &Published, folder: &Path) -> String {
    let file = key.key_file.strip_prefix(folder).unwrap_or(&key.key_file).display();
    let prefix = if key.algorithm == Algorithm::Ed25519 { "ed25519_" } else { "" };
    format!("{prefix}selector = \"{}\"\n{prefix}key_file = \"{file}\"", key.selector)
}
