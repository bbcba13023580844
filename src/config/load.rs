//! Reading `config.toml` and the environment.

use std::path::{Path, PathBuf};

use super::Config;

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
}

const PREFIX: &str = "HANDBILL_";

/// Reads the config at `path` and lays the variables `HANDBILL_SECTION__KEY` over it.
///
/// # Errors
///
/// When the file cannot be read or does not hold a whole, valid config.
pub fn load(path: &Path, environment: impl Iterator<Item = (String, String)>) -> Result<Config, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    let invalid = |line, message: String| ConfigError::Invalid { path: path.to_owned(), line, message };
    let line_at = |offset: usize| text[..offset.min(text.len())].matches('\n').count() + 1;
    let described = |error: &toml::de::Error| {
        let line = error.span().map(|span| line_at(span.start));
        let line = line_in_section(&text, error.message()).or(line);
        invalid(line, error.message().replace('\n', "; "))
    };

    let mut overrides: Vec<(Vec<String>, String)> = environment
        .filter_map(|(name, value)| {
            let rest = name.strip_prefix(PREFIX)?;
            rest.contains("__").then(|| (rest.to_lowercase().split("__").map(str::to_owned).collect(), value))
        })
        .collect();
    overrides.sort();

    let mut config: Config = if overrides.is_empty() {
        toml::from_str(&text).map_err(|error| described(&error))?
    } else {
        let mut table: toml::Table = toml::from_str(&text).map_err(|error| described(&error))?;
        for (keys, value) in &overrides {
            set(&mut table, keys, value)
                .map_err(|why| invalid(None, format!("{PREFIX}{}: {why}", keys.join("__").to_uppercase())))?;
        }
        serde_path_to_error::deserialize(toml::Value::Table(table)).map_err(|error| {
            // What stands in the file has a line; what comes from the environment has only its path.
            match toml::from_str::<Config>(&text) {
                Err(in_file) if in_file.message() == error.inner().message() => described(&in_file),
                _ => invalid(None, format!("{}: {}", error.path(), error.inner().message().replace('\n', "; "))),
            }
        })?
    };
    let base = path.parent().unwrap_or(Path::new("."));
    let base = std::path::absolute(base).unwrap_or_else(|_| base.to_owned());
    config.resolve_paths(&base);
    config.read_secrets().map_err(|message| invalid(None, message))?;
    config.validate().map_err(|(key, message)| invalid(line_of(&text, key), format!("{key}: {message}")))?;
    Ok(config)
}

/// Sets one key, reading `value` as TOML where it is a boolean or number, else as a string.
fn set(table: &mut toml::Table, keys: &[String], value: &str) -> Result<(), String> {
    let parsed = match value.parse::<toml::Value>() {
        Ok(value @ (toml::Value::Boolean(_) | toml::Value::Integer(_) | toml::Value::Array(_))) => value,
        _ => toml::Value::String(value.to_owned()),
    };
    let (last, parents) = keys.split_last().ok_or("no key is named")?;
    let mut parents = parents.iter().peekable();
    let mut table = table;
    while let Some(key) = parents.next() {
        let index = parents.peek().and_then(|next| next.parse::<usize>().ok());
        table = match index {
            Some(index) => {
                parents.next();
                let list = table.entry(key).or_insert_with(|| toml::Value::Array(Vec::new()));
                let list = list.as_array_mut().ok_or("a number follows what is no list")?;
                if list.len() == index {
                    list.push(toml::Value::Table(toml::Table::new()));
                }
                list.get_mut(index).and_then(toml::Value::as_table_mut).ok_or("the numbers must follow on from 0")?
            }
            None => {
                let inner = table.entry(key).or_insert_with(|| toml::Value::Table(toml::Table::new()));
                inner.as_table_mut().ok_or("a key inside of what is no section")?
            }
        };
    }
    table.insert(last.clone(), parsed);
    Ok(())
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
