//! The variables of the environment that set keys, and those that set nothing and are mistakes.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::ConfigError;

const PREFIX: &str = "HANDBILL_";
/// What is no key: how the process starts, and what a `notify.command` is told, which may run Handbill in turn.
const OTHERS: &[&str] = &["CONFIG", "LOG", "LOG_FORMAT", "NOTICE_KIND", "NOTICE_SUBJECT", "NOTICE_STATE"];
/// The sections of the config, and whether there may be several of them.
pub(super) const SECTIONS: &[(&str, bool)] = &[
    ("site", false),
    ("store", false),
    ("vault", false),
    ("web", false),
    ("source", true),
    ("relay", true),
    ("domain", true),
    ("digests", false),
    ("mail", false),
    ("dkim", false),
    ("appeals", false),
    ("notify", false),
];

/// A key that is set by a variable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Override {
    /// The words of the key, with a number after a section that is there several times.
    pub(super) keys: Vec<String>,
    value: String,
    /// Whether the value is a text even where it looks like a number, as the name of a group may.
    pub(super) is_text: bool,
}

/// The keys that variables set, in order.
pub(super) fn overrides(environment: impl Iterator<Item = (String, String)>) -> Result<Vec<Override>, ConfigError> {
    let mut overrides = Vec::new();
    for (name, value) in environment {
        let Some(rest) = name.strip_prefix(PREFIX) else { continue };
        let keys: Vec<String> = rest.to_lowercase().split("__").map(str::to_owned).collect();
        if keys.len() > 1 && keys.iter().all(|key| !key.is_empty() && !key.starts_with('_')) {
            overrides.push(Override { keys, value, is_text: false });
        } else if !OTHERS.contains(&rest) && !is_of_containers(rest, &value) {
            return Err(ConfigError::Variable { message: remedy(rest), name });
        }
    }
    overrides.sort();
    Ok(overrides)
}

/// The variable that sets a key.
pub(super) fn name(keys: &[String]) -> String {
    format!("{PREFIX}{}", keys.join("__").to_uppercase())
}

/// Kubernetes and Docker tell every container of the services beside it: one called `handbill` makes variables like
/// `HANDBILL_SERVICE_HOST` and `HANDBILL_PORT_80_TCP`, which nobody wrote.
fn is_of_containers(rest: &str, value: &str) -> bool {
    let is_address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let rest = format!("_{rest}");
    let of_port = rest.split_once("_PORT_").is_some_and(|(_, port)| {
        port.split_once('_').is_some_and(|(number, of)| {
            number.parse::<u16>().is_ok() && ["TCP", "UDP", "SCTP"].iter().any(|word| of.starts_with(word))
        })
    });
    of_port
        || rest.ends_with("_SERVICE_HOST")
        || rest.contains("_SERVICE_PORT")
        || (rest.ends_with("_PORT") && is_address)
}

/// What to write instead of a variable that sets nothing.
fn remedy(rest: &str) -> String {
    let rest = rest.trim_start_matches('_').to_uppercase();
    let bare = |text: &str| text.replace('_', "");
    let same = OTHERS.iter().find(|other| bare(other) == bare(&rest));
    let similar = || OTHERS.iter().rev().find(|other| rest.starts_with(**other));
    let likely = match same.map(|other| (*other).to_owned()).or_else(|| of_section(&rest)) {
        Some(likely) => Some(likely),
        None => similar().map(|other| (*other).to_owned()),
    };
    match likely {
        Some(likely) if likely.contains("__") => {
            format!("it sets nothing; write {PREFIX}{likely}, with two underscores between section and key")
        }
        Some(likely) => format!("it sets nothing; write {PREFIX}{likely}, or unset it"),
        None => format!(
            "it sets nothing; unset it, or write it like {PREFIX}STORE__URL; those that are no keys are {PREFIX}CONFIG, \
             {PREFIX}LOG and {PREFIX}LOG_FORMAT"
        ),
    }
}

/// The words of a key that begin with a section's name, as they should be written.
fn of_section(rest: &str) -> Option<String> {
    let (section, is_list) = SECTIONS.iter().find(|(section, _)| rest.starts_with(&section.to_uppercase()))?;
    let key = rest.get(section.len()..)?.trim_matches('_');
    let number = key.bytes().take_while(u8::is_ascii_digit).count();
    let (number, key) = if *is_list { key.split_at(number) } else { ("", key) };
    let key = match key.trim_matches('_') {
        "" => "KEY",
        key => key,
    };
    let section = section.to_uppercase();
    Some(match (is_list, number) {
        (false, _) => format!("{section}__{key}"),
        (true, "") => format!("{section}__0__{key}"),
        (true, number) => format!("{section}__{number}__{key}"),
    })
}

impl Override {
    /// The variable.
    pub(super) fn name(&self) -> String {
        name(&self.keys)
    }

    /// Sets the key, reading the value as TOML where it is a boolean, a number or a list, else as a text.
    pub(super) fn set<'a>(&'a self, table: &mut DeTable<'a>) -> Result<(), String> {
        let parsed = match DeValue::parse(&self.value).map(Spanned::into_inner) {
            Ok(value @ (DeValue::Boolean(_) | DeValue::Integer(_) | DeValue::Array(_))) if !self.is_text => value,
            _ => DeValue::String(Cow::Borrowed(&self.value)),
        };
        let (last, parents) = self.keys.split_last().ok_or("no key is named")?;
        let mut parents = parents.iter().peekable();
        let mut table = table;
        while let Some(key) = parents.next() {
            let index = parents.peek().and_then(|next| next.parse::<usize>().ok());
            table = match index {
                Some(index) => {
                    parents.next();
                    let list = table.entry(named(key)).or_insert_with(|| nowhere(DeValue::Array(DeArray::new())));
                    let DeValue::Array(list) = list.get_mut() else {
                        return Err("a number follows what is no list".to_owned());
                    };
                    if list.len() == index {
                        list.push(nowhere(DeValue::Table(DeTable::new())));
                    }
                    match list.get_mut(index).map(Spanned::get_mut) {
                        Some(DeValue::Table(table)) => table,
                        _ => return Err("the numbers must follow on from 0".to_owned()),
                    }
                }
                None => {
                    let inner = table.entry(named(key)).or_insert_with(|| nowhere(DeValue::Table(DeTable::new())));
                    match inner.get_mut() {
                        DeValue::Table(table) => table,
                        _ => return Err("a key inside of what is no section".to_owned()),
                    }
                }
            };
        }
        table.insert(named(last), nowhere(parsed));
        Ok(())
    }
}

/// What stands in no file.
fn nowhere<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

fn named(key: &str) -> Spanned<Cow<'_, str>> {
    nowhere(Cow::Borrowed(key))
}

/// The variable that is to blame for what is wrong at `path`, where that is above its key, as a section that lacks
/// something, or below, as one of a list.
pub(super) fn nearest<'a>(overrides: &'a [Override], path: &[String]) -> Option<&'a Override> {
    let common = |set: &Override| set.keys.iter().zip(path).take_while(|(one, other)| one == other).count();
    let related = overrides.iter().filter(|set| {
        let common = common(set);
        common > 0 && (common == path.len() || common == set.keys.len())
    });
    related.max_by_key(|set| common(set))
}
