//! Reading `config.toml` and the environment.

mod variables;

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::DeTable;

use super::Config;
use super::sections::LENGTH_OF_TIME;

/// Why a config cannot be used: one line that names file, line, key and remedy.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the config {}: {source}; name another with --config PATH", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not TOML, or a key is unknown, missing or holds a wrong value.
    #[error("{}{}: {message}", path.display(), line.map(|line| format!(":{line}")).unwrap_or_default())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line, where one is to blame.
        line: Option<usize>,
        /// What is wrong and what to write instead.
        message: String,
    },
    /// A variable of the environment is unknown or holds a wrong value.
    #[error("the variable {name}: {message}")]
    Variable {
        /// The variable.
        name: String,
        /// What is wrong and what to write instead.
        message: String,
    },
}

/// Reads the config at `path` and lays the variables `HANDBILL_SECTION__KEY` over it.
///
/// # Errors
///
/// When the file cannot be read or does not hold a whole, valid config, or a variable `HANDBILL_...` sets nothing.
pub fn load(path: &Path, environment: impl Iterator<Item = (String, String)>) -> Result<Config, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    let invalid = |line, message: String| ConfigError::Invalid { path: path.to_owned(), line, message };
    let line_at = |offset: usize| text[..offset.min(text.len())].matches('\n').count() + 1;
    let unparsed = |error: &toml::de::Error| {
        invalid(error.span().map(|span| line_at(span.start)), error.message().replace('\n', "; "))
    };
    let described = |error: &serde_path_to_error::Error<toml::de::Error>| {
        let (key, message) = (error.path().to_string(), error.inner().message());
        let line = error.inner().span().map(|span| line_at(span.start));
        let line = line_in_section(&text, message).or(line);
        invalid(line, worded(&key, message))
    };

    let mut overrides = variables::overrides(environment)?;
    let file = DeTable::parse(&text).map_err(|error| unparsed(&error))?;
    let mut config = loop {
        let mut table = file.clone();
        for set in &overrides {
            set.set(table.get_mut()).map_err(|message| ConfigError::Variable { name: set.name(), message })?;
        }
        let error = match read(table) {
            Ok(config) => break config,
            Err(error) => error,
        };
        let (key, message) = (error.path().to_string(), error.inner().message());
        // What stands in the file has a line; what comes from the environment has the variable's name.
        if let Some(set) = overrides.iter_mut().find(|set| is_blamed(&set.keys, &key, message)) {
            // There are no quotes in the environment that would make a text of a number.
            if !set.is_text && wants_text(message) {
                set.is_text = true;
                continue;
            }
            return Err(ConfigError::Variable { name: set.name(), message: bare(message) });
        }
        return Err(match read(file) {
            Err(in_file) if in_file.inner().message() == message => described(&in_file),
            _ => match variables::nearest(&overrides, &words(&key, message)) {
                Some(set) => ConfigError::Variable { name: set.name(), message: lacking(&words(&key, ""), message) },
                None => invalid(None, worded(&key, message)),
            },
        });
    };
    config.resolve_paths(&folder(path));
    config.read_secrets().map_err(|message| invalid(None, message))?;
    config.validate().map_err(|(key, message)| {
        match overrides.iter().find(|set| without_numbers(&set.keys) == key) {
            Some(set) => ConfigError::Variable { name: set.name(), message },
            None => invalid(line_of(&text, key), format!("{key}: {message}")),
        }
    })?;
    Ok(config)
}

fn read(table: Spanned<DeTable<'_>>) -> Result<Config, serde_path_to_error::Error<toml::de::Error>> {
    serde_path_to_error::deserialize(toml::Deserializer::from(table))
}

/// The folder of a config, from the root, which the paths in it are relative to.
pub fn folder(config: &Path) -> PathBuf {
    let folder = config.parent().unwrap_or(Path::new("."));
    std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned())
}

/// A key as it is written in the file: without the numbers of sections that are there several times.
fn without_numbers(keys: &[String]) -> String {
    let words = keys.iter().filter(|key| key.parse::<usize>().is_err());
    words.map(String::as_str).collect::<Vec<_>>().join(".")
}

/// Whether what is wrong at `key`, such as `relay[0].port`, was set by the variable of these keys. A section as a whole may
/// name the key in its message, as in `source.path: ...`.
fn is_blamed(keys: &[String], key: &str, message: &str) -> bool {
    let set = keys.join(".");
    let key = key.replace('[', ".").replace(']', "");
    let named = message.split_once(": ").and_then(|(named, _)| named.rsplit_once('.')).map(|(_, named)| named);
    set == key || named.is_some_and(|named| set == format!("{key}.{named}"))
}

/// The words of the key that a message is about, such as `relay[0].port`.
fn words(key: &str, message: &str) -> Vec<String> {
    let mut words: Vec<String> = key.replace('[', ".").replace(']', "").split('.').map(str::to_owned).collect();
    words.retain(|word| !word.is_empty());
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    if let Some(unknown) = unknown.filter(|unknown| words.last().is_none_or(|last| last != unknown)) {
        words.push(unknown.to_owned());
    }
    words
}

/// Whether a text was wanted, and a number, a boolean or a list was there.
fn wants_text(message: &str) -> bool {
    message.starts_with("invalid type: ") && ["a string", LENGTH_OF_TIME].iter().any(|wanted| message.ends_with(wanted))
}

/// What is wrong with a section that a variable began, with the variable that is to be set as well.
fn lacking(section: &[String], message: &str) -> String {
    match message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        Some(field) => {
            let keys: Vec<String> = section.iter().cloned().chain([field.to_owned()]).collect();
            format!("it sets a key of a section that has no `{field}`; set {} as well", variables::name(&keys))
        }
        None => bare(message),
    }
}

/// What is wrong, with its key and what to write.
fn worded(key: &str, message: &str) -> String {
    let key = without_numbers(&words(key, ""));
    let section = key.split('.').next().unwrap_or_default();
    let says_so = ["unknown field", "missing field"].iter().any(|word| message.starts_with(word));
    // What a section says as a whole begins with its key.
    let says_so = says_so || message.split(": ").next().is_some_and(|named| named.split('.').next() == Some(section));
    if says_so || section.is_empty() { bare(message) } else { format!("{key}: {}", bare(message)) }
}

/// What is wrong, and what to write where the reader of TOML does not say it.
fn bare(message: &str) -> String {
    let message = message.replace('\n', "; ");
    let remedy = match message.rsplit_once("expected ").map_or("", |(_, wanted)| wanted) {
        "u16" => "; write a whole number up to 65535, without quotes",
        "u32" | "u64" | "usize" | "i64" => "; write a whole number, without quotes",
        "a boolean" => "; write true or false, without quotes",
        "a string" => "; write it in quotes",
        LENGTH_OF_TIME => "; write it in quotes with its unit, like \"90s\", \"5m\" or \"24h\"",
        "a sequence" => "; write a list like [\"one\", \"two\"]",
        wanted if wanted == "socket address" || message.contains("invalid socket address") => {
            "; write it like 127.0.0.1:8080"
        }
        _ => "",
    };
    message + remedy
}

/// The line on which `section.key` is set, if it is.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let (section, key) = key.rsplit_once('.')?;
    let mut current = "";
    text.lines()
        .position(|line| {
            let line = line.trim();
            if line.starts_with('[') {
                current = line.trim_matches(|c| "[] ".contains(c));
            }
            current == section && line.split('=').next().is_some_and(|name| name.trim() == key)
        })
        .map(|index| index + 1)
}

/// Where an error blames a key of one of several sections and names that section, as in `source.path: ... source `news``:
/// the line of the key, or of the section's beginning where the key is missing.
fn line_in_section(text: &str, message: &str) -> Option<usize> {
    let (section, key) = message.split(": ").next()?.rsplit_once('.')?;
    let name = message.split('`').nth(1)?;
    let (mut begins, mut is_named, mut at) = (None, false, None);
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.starts_with('[') {
            if is_named {
                break;
            }
            begins = (line.trim_matches(|c| "[] ".contains(c)) == section).then_some(number);
            at = begins;
        } else if let (Some(_), Some((word, value))) = (begins, line.split_once('=')) {
            is_named |= word.trim() == "name" && value.trim().trim_matches(['"', '\'']) == name;
            at = if word.trim() == key { Some(number) } else { at };
        }
    }
    at.filter(|_| is_named)
}

#[cfg(test)]
mod tests;
