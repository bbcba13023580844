//! Thirty people for the demo, plainly invented.

use anyhow::Context;

use crate::app::App;
use crate::subscribers::{Added, Cadence, Consent, Newcomer, Preferences, list};
use crate::topics::Topics;

use Cadence::{Daily, Each, Monthly, Weekly};

/// Where they said yes.
const NOTE: &str = "Invented for the demo: sign-up sheet, Weavers' Hall, 6 November 2015";

/// Name, address, cadence, topics, region, language; empty where nothing was chosen.
type Row = (&'static str, &'static str, Cadence, &'static str, &'static str, &'static str);

const PEOPLE: &[Row] = &[
    ("Ana Example", "ana@example.org", Each, "", "London", "en"),
    ("Bolat Primerov", "bolat@example.com", Each, "", "Almaty", "ru"),
    ("Chidi Sample", "chidi.sample@example.net", Each, "Appeals", "Manchester", "en"),
    ("Dinara Obraztsova", "dinara@example.org", Each, "Appeals;Events", "London", "ru"),
    ("Edith Nobody", "edith@example.com", Each, "Appeals;Articles", "", ""),
    ("", "fax.machine@example.net", Each, "", "", ""),
    ("Gwen Placeholder", "gwen@example.org", Daily, "", "Cardiff", "en"),
    ("Hakan Ornek", "hakan@example.com", Daily, "Events", "London", "en"),
    ("Inkar Mysalova", "inkar@example.net", Daily, "", "Karaganda", "ru"),
    ("Jo Bloggs", "jo.bloggs@example.org", Daily, "Articles", "", "en"),
    ("Katya Vymyshlennaya", "katya@example.com", Daily, "Appeals;Articles", "", "ru"),
    ("Lars Eksempel", "lars@example.net", Daily, "", "", ""),
    ("Maria Exemplo", "maria@example.org", Weekly, "", "London", "en"),
    ("Nurlan Ulgiev", "nurlan@example.com", Weekly, "", "Almaty", "ru"),
    ("Olga Obraztsova", "olga+news@example.net", Weekly, "Articles;Press release", "", "ru"),
    ("Padraig Sampla", "padraig@example.org", Weekly, "Events", "Belfast", "en"),
    ("Queenie Test", "queenie@example.com", Weekly, "", "London", ""),
    ("Ravi Udaharan", "ravi@example.net", Weekly, "Appeals", "Birmingham", "en"),
    ("Sofia Ejemplo", "sofia@example.org", Weekly, "Appeals;Events", "London", "en"),
    ("Timur Primerov", "timur@example.com", Weekly, "", "", "ru"),
    ("Una Instance", "una@example.net", Weekly, "Press release", "", "en"),
    ("Viktor Vydumanny", "viktor@example.org", Weekly, "Appeals", "Almaty", "ru"),
    ("", "weekly.reader@example.com", Weekly, "", "", ""),
    ("Xenia Paradigma", "xenia@example.net", Weekly, "Articles", "", "en"),
    ("Yusuf Ornek", "yusuf@example.org", Monthly, "", "London", "en"),
    ("Zarina Mysalova", "zarina@example.com", Monthly, "", "Karaganda", "ru"),
    ("Abel Dummy", "abel@example.net", Monthly, "Articles;Press release", "", "en"),
    ("Beatriz Exemplo", "beatriz@example.org", Monthly, "Events", "", ""),
    ("Conor Sampla", "conor@example.com", Monthly, "", "Belfast", "en"),
    ("Damir Ulgiev", "damir@example.net", Monthly, "Articles", "Almaty", "ru"),
];

/// The regions that they live in, in order.
pub(super) fn regions() -> Vec<&'static str> {
    let mut regions: Vec<_> = PEOPLE.iter().map(|row| row.4).filter(|region| !region.is_empty()).collect();
    regions.sort_unstable();
    regions.dedup();
    regions
}

/// Puts them on the list; who is on it already, or has left, stays as they are. Returns how many are new.
///
/// # Errors
///
/// When the store fails.
pub(super) async fn add(app: &App) -> anyhow::Result<usize> {
    let people = PEOPLE.iter().map(newcomer).collect::<Result<Vec<_>, _>>().context("a sample address is broken")?;
    let added = list::add(app, &people, &Consent::Given(NOTE.to_owned()), "cli").await?;
    Ok(added.iter().filter(|added| matches!(added, Added::Active(_))).count())
}

fn newcomer(row: &Row) -> Result<Newcomer, crate::address::AddressError> {
    let (name, address, cadence, topics, region, language) = *row;
    let chosen = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Ok(Newcomer {
        address: address.parse()?,
        name: chosen(name),
        preferences: Preferences {
            cadence,
            topics: Topics::parse(topics),
            region: chosen(region),
            language: chosen(language),
            ..Preferences::default()
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn they_are_thirty_different_people_of_every_kind() {
        let people: Vec<Newcomer> = PEOPLE.iter().map(|row| newcomer(row).unwrap()).collect();
        let addresses: HashSet<String> = people.iter().map(|person| person.address.canonical()).collect();
        assert_eq!(addresses.len(), 30);
        for person in &people {
            assert!(["example.org", "example.com", "example.net"].contains(&person.address.domain()));
        }
        for cadence in Cadence::ALL {
            assert!(people.iter().filter(|person| person.preferences.cadence == *cadence).count() >= 6, "{cadence}");
        }
        let languages: HashSet<_> = people.iter().map(|person| person.preferences.language.as_deref()).collect();
        assert_eq!(languages, HashSet::from([None, Some("en"), Some("ru")]));
    }
}
