//! What the columns of an import mean.

use std::str::FromStr;

use chrono_tz::Tz;
use unic_langid::LanguageIdentifier;

use super::cells::Cells;
use crate::address::Address;
use crate::clock::Timestamp;
use crate::message;
use crate::posts::content::one_line;
use crate::regions;
use crate::sources::front_matter;
use crate::subscribers::list::SaidYes;
use crate::subscribers::{Cadence, Newcomer, Preferences, SubscriberState, SuppressionReason};
use crate::text_enum::text_enum;
use crate::topics::Topics;

/// The longest name, in characters.
const LONGEST_NAME: usize = 200;

text_enum! {
    /// A column of an import or export.
    pub enum Column {
        /// The address; the only one that must be there.
        Email = "email",
        /// The name.
        Name = "name",
        /// The language of their mail.
        Language = "language",
        /// Topics with `;` between.
        Topics = "topics",
        /// How often digests come.
        Cadence = "cadence",
        /// Whether urgent appeals come as well.
        Alerts = "alerts",
        /// Where they live.
        Region = "region",
        /// The zone of their digests' hour.
        TimeZone = "time_zone",
        /// Where they stood in the list that was exported.
        State = "state",
        /// Why they got no mail there.
        Suppression = "suppression",
        /// When they confirmed there.
        ConfirmedAt = "confirmed_at",
        /// Where and how they said yes there.
        Consent = "consent",
    }
}

/// A row that was understood.
#[derive(Debug)]
pub(super) enum Row {
    /// Somebody to be added, and what the file says of how they said yes.
    Newcomer(Newcomer, SaidYes),
    /// Somebody who, as an export says, must not be mailed, and why.
    Suppressed(Address, SuppressionReason),
    /// Nothing but empty cells.
    Blank,
}

/// How rows are read.
pub(super) struct Rules<'a> {
    /// Whether each is asked by mail first.
    pub(super) ask: bool,
    /// The regions of the config.
    pub(super) regions: &'a [String],
    /// The zone of times without one.
    pub(super) time_zone: Tz,
    /// When the import began.
    pub(super) now: Timestamp,
}

/// Reads the header line: the delimiter that it was written with, and its columns.
pub(super) fn header(line: &[u8]) -> Result<(u8, Vec<Column>), String> {
    if line.starts_with(b"\xff\xfe") || line.starts_with(b"\xfe\xff") {
        return Err("the file is UTF-16; save it as CSV in UTF-8".to_owned());
    }
    if std::str::from_utf8(line).is_err() {
        return Err("the file is not UTF-8; save it as CSV in UTF-8".to_owned());
    }
    let mut best: Option<(u8, Vec<String>)> = None;
    for delimiter in [b',', b';', b'\t'] {
        let names = Cells::new(delimiter).read(line.to_vec())?;
        if best.as_ref().is_none_or(|(_, best)| names.len() > best.len()) {
            best = Some((delimiter, names));
        }
    }
    let (delimiter, names) = best.unwrap_or_default();
    let known = || Column::ALL.iter().map(|column| column.as_str()).collect::<Vec<_>>().join(", ");
    let mut columns = Vec::with_capacity(names.len());
    for (position, name) in names.iter().enumerate() {
        let name = name.trim().to_lowercase();
        let column = name.parse::<Column>().map_err(|_| {
            // A file without a header has an address here, which must not be quoted.
            let shown = if name.contains('@') { String::new() } else { format!(" `{}`", message::one_line(&name, 40)) };
            format!("column {}{shown} is not known; the columns are {}", position + 1, known())
        })?;
        if columns.contains(&column) {
            return Err(format!("column `{column}` is there twice"));
        }
        columns.push(column);
    }
    if !columns.contains(&Column::Email) {
        return Err(format!("there is no column `email`; the columns are {}", known()));
    }
    Ok((delimiter, columns))
}

/// Reads one row. What it says of a mistake never quotes a cell: a shifted row has its address in any of them.
pub(super) fn row(columns: &[Column], cells: &[String], rules: &Rules<'_>) -> Result<Row, String> {
    if cells.iter().all(|cell| cell.trim().is_empty()) {
        return Ok(Row::Blank);
    }
    if cells.len() != columns.len() {
        return Err(format!("the row has {} cells and the header {}", cells.len(), columns.len()));
    }
    let mut address = None;
    let mut name = None;
    let mut wanted = Preferences::default();
    let mut suppressed = None;
    let mut said_yes = SaidYes::default();
    for (column, cell) in columns.iter().zip(cells) {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        match column {
            Column::Email => address = Some(cell.parse::<Address>().map_err(|error| error.to_string())?),
            Column::Name => name = self::name(cell)?,
            Column::Language => wanted.language = Some(language(cell)?),
            Column::Topics => wanted.topics = topics(plain("topics", cell)?)?,
            Column::Cadence => wanted.cadence = word::<Cadence>(cell, "cadence", Cadence::ALL, Cadence::as_str)?,
            Column::Alerts => wanted.alerts = yes_or_no(cell)?,
            Column::Region => wanted.region = region(plain("region", cell)?, rules.regions)?,
            Column::TimeZone => wanted.time_zone = Some(time_zone(cell)?),
            Column::State => {
                match word::<SubscriberState>(cell, "state", SubscriberState::ALL, SubscriberState::as_str)? {
                    SubscriberState::Pending if !rules.ask => {
                        return Err("they never confirmed; import this row without --consent to ask them".to_owned());
                    }
                    _ => {}
                }
            }
            Column::Suppression => {
                let all = SuppressionReason::ALL;
                suppressed = Some(word::<SuppressionReason>(cell, "suppression", all, SuppressionReason::as_str)?);
            }
            Column::ConfirmedAt => said_yes.at = Some(confirmed_at(cell, rules)?),
            Column::Consent => said_yes.note = consent_note(cell)?,
        }
    }
    let Some(address) = address else { return Err("there is no address in column `email`".to_owned()) };
    // Their own is kept: there are programs that write the address where there is no name.
    let own = address.as_given();
    if let Some(name) = name.as_deref().filter(|name| !name.eq_ignore_ascii_case(&own)) {
        plain("name", name)?;
    }
    Ok(match suppressed {
        Some(reason) => Row::Suppressed(address, reason),
        None => Row::Newcomer(Newcomer { address, name, preferences: wanted }, said_yes),
    })
}

/// A cell of a shifted row may be an address, and what this column holds is kept unsealed, or shown to others.
fn plain<'a>(column: &str, cell: &'a str) -> Result<&'a str, String> {
    match holds_address(cell) {
        true => Err(format!(
            "column `{column}` holds an address; see that the row's cells and quotes are where they should be"
        )),
        false => Ok(cell),
    }
}

/// Whether one of its words looks like an address.
fn holds_address(name: &str) -> bool {
    let parts = |word: &str| {
        word.rsplit_once('@').is_some_and(|(who, host)| !who.is_empty() && host.trim_matches('.').contains('.'))
    };
    name.split(|c: char| c.is_whitespace() || ",;<>()\"".contains(c)).any(parts)
}

/// A name on one line, without what turns its direction; nothing when that leaves nothing.
///
/// # Errors
///
/// When it is longer than 200 characters.
pub fn name(text: &str) -> Result<Option<String>, String> {
    let name = one_line(text);
    if name.chars().count() > LONGEST_NAME {
        return Err(format!("the name is longer than {LONGEST_NAME} characters"));
    }
    Ok(Some(name).filter(|name| !name.is_empty()))
}

/// A note of where and how somebody said yes, on one line; nothing when it is empty.
///
/// # Errors
///
/// When it is longer than 1,000 characters.
pub fn consent_note(text: &str) -> Result<Option<String>, String> {
    let note = one_line(text);
    match note.chars().count() {
        0 => Ok(None),
        1..=1000 => Ok(Some(note)),
        _ => Err("the note of consent is longer than 1,000 characters".to_owned()),
    }
}

fn confirmed_at(text: &str, rules: &Rules<'_>) -> Result<Timestamp, String> {
    match front_matter::date(text, rules.time_zone) {
        Some(at) if at <= rules.now => Ok(at),
        Some(_) => Err("confirmed_at lies in the future".to_owned()),
        None => Err("confirmed_at is no time; write it like 2026-03-02 or 2026-03-02T08:00:00Z".to_owned()),
    }
}

/// A language such as `ru` or `pt-BR` (RFC 5646).
///
/// # Errors
///
/// When it is none.
pub fn language(text: &str) -> Result<String, String> {
    match text.parse::<LanguageIdentifier>() {
        Ok(language) if language != LanguageIdentifier::default() => Ok(language.to_string()),
        _ => Err("the language is no tag such as en, ru or pt-BR".to_owned()),
    }
}

/// Topics with `;` between.
///
/// # Errors
///
/// When they are longer than a choice can be.
pub fn topics(text: &str) -> Result<Topics, String> {
    let topics = Topics::parse(text);
    if topics.to_string().chars().count() > 1000 {
        return Err("the topics are longer than 1,000 characters".to_owned());
    }
    Ok(topics)
}

/// A region as the config spells it, or where that lists none yet, on one line; nothing when it is empty.
///
/// # Errors
///
/// When it is none of the config's, or longer than 100 characters.
pub fn region(text: &str, regions: &[String]) -> Result<Option<String>, String> {
    let region = one_line(text);
    if region.is_empty() {
        return Ok(None);
    }
    if region.chars().count() > 100 {
        return Err("the region is longer than 100 characters".to_owned());
    }
    if regions.is_empty() {
        return Ok(Some(region));
    }
    match regions::find(regions, &region) {
        Some(known) => Ok(Some(known.to_owned())),
        None => Err(format!("the region is none of appeals.regions in the config: {}", regions.join(", "))),
    }
}

/// A zone of the IANA database.
///
/// # Errors
///
/// When there is none of this name.
pub fn time_zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| "the time zone is none such as Europe/London".to_owned())
}

/// Whether a word says yes or no.
///
/// # Errors
///
/// When it says neither.
pub fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "yes" | "true" | "1" => Ok(true),
        "no" | "false" | "0" => Ok(false),
        _ => Err("alerts is none of yes, no, true, false, 1, 0".to_owned()),
    }
}

fn word<T: FromStr + Copy>(text: &str, column: &str, all: &[T], word: fn(T) -> &'static str) -> Result<T, String> {
    text.to_lowercase().parse().map_err(|_| {
        let choices: Vec<_> = all.iter().map(|value| word(*value)).collect();
        format!("{column} is none of {}", choices.join(", "))
    })
}
