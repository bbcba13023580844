use std::collections::BTreeSet;

use chrono::{FixedOffset, TimeZone};

use super::*;

/// The names of the arguments that each message uses, by id.
fn arguments(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(id) = message_ids(line).pop() {
            found.insert(id.clone(), BTreeSet::new());
            current = Some(id);
        }
        let Some(arguments) = current.as_ref().and_then(|id| found.get_mut(id)) else { continue };
        for piece in line.split('$').skip(1) {
            arguments.insert(piece.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect());
        }
    }
    found
}

#[test]
fn all_languages_have_the_same_messages_with_the_same_arguments() {
    let (_, english) = BUILT_IN.iter().find(|(tag, _)| *tag == ENGLISH).unwrap();
    let english = arguments(english);
    assert!(english.len() > 30, "{}", english.len());
    for (tag, text) in BUILT_IN {
        let other = arguments(text);
        assert_eq!(english.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{tag}");
        assert_eq!(english, other, "{tag}");
    }
}

#[test]
fn the_ids_found_are_those_that_fluent_knows() {
    let words = Words::load(None).unwrap();
    for (tag, lexicon) in &words.lexicons {
        let known = lexicon.ids.iter().filter(|id| lexicon.bundle.has_message(id)).count();
        assert_eq!(known, lexicon.ids.len(), "{tag}");
    }
}

#[test]
fn russian_counts_one_few_and_many() {
    let words = Words::load(None).unwrap();
    let russian = words.language("ru");
    for (count, text) in [
        (1, "Вышла 1 новая публикация."),
        (3, "Вышли 3 новые публикации."),
        (11, "Вышло 11 новых публикаций."),
        (21, "Вышла 21 новая публикация."),
    ] {
        assert_eq!(russian.get("digest-intro", &[("count", Value::from(count))]).unwrap(), text);
    }
    let english = words.language("en");
    assert_eq!(english.get("digest-intro", &[("count", 1.into())]).unwrap(), "There is one new post.");
}

#[test]
fn dates_are_written_as_people_write_them() {
    let words = Words::load(None).unwrap();
    let at = FixedOffset::east_opt(3600).unwrap().with_ymd_and_hms(2015, 9, 28, 16, 5, 0).unwrap();
    let date = at.date_naive();
    assert_eq!(words.language("en").date(date).unwrap(), "Monday, 28 September 2015");
    assert_eq!(words.language("ru").date(date).unwrap(), "понедельник, 28 сентября 2015 г.");
    assert_eq!(words.language("en").date_time(&at).unwrap(), "Monday, 28 September 2015, 16:05 (UTC+01:00)");
    let west = FixedOffset::west_opt(12_600).unwrap().with_ymd_and_hms(2015, 9, 27, 0, 0, 0).unwrap();
    assert_eq!(words.language("en").date_time(&west).unwrap(), "Sunday, 27 September 2015, 00:00 (UTC-03:30)");
}

#[test]
fn an_unknown_language_falls_back_to_the_sites_and_then_to_english() {
    let words = Words::load(None).unwrap();
    assert_eq!(words.language("ru-KZ").tag(), "ru");
    assert_eq!(words.language("RU").tag(), "ru");
    assert_eq!(words.language("fr").tag(), "en");
    assert_eq!(words.language("no tag at all").tag(), "en");
    let words = words.with_site_language("ru");
    assert_eq!(words.language("fr").tag(), "ru");
    assert_eq!(words.language("en").tag(), "en");
}

#[test]
fn what_cannot_be_said_names_the_word() {
    let words = Words::load(None).unwrap();
    let error = words.language("en").get("no-such-word", &[]).unwrap_err().to_string();
    assert!(error.contains("`no-such-word`") && error.contains("words/en.ftl"), "{error}");
    let error = words.language("en").get("digest-heading", &[]).unwrap_err().to_string();
    assert!(error.contains("$site"), "{error}");
}

#[test]
fn a_folder_replaces_single_messages_and_adds_languages() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("words");
    std::fs::create_dir(&files).unwrap();
    std::fs::write(files.join("en.ftl"), "digest-read-more = Go on\n").unwrap();
    std::fs::write(files.join("de.ftl"), "digest-read-more = Weiterlesen\n").unwrap();
    let words = Words::load(Some(folder.path())).unwrap();
    assert_eq!(words.language("en").get("digest-read-more", &[]).unwrap(), "Go on");
    assert_eq!(words.language("en").get("link-button", &[]).unwrap(), "See my choices");
    let german = words.language("de-AT");
    assert_eq!(german.tag(), "de");
    assert_eq!(german.get("digest-read-more", &[]).unwrap(), "Weiterlesen");
    assert_eq!(german.get("link-button", &[]).unwrap(), "See my choices");

    std::fs::write(files.join("de.ftl"), "fine = Gut\n\nbroken = { $\n").unwrap();
    let error = Words::load(Some(folder.path())).err().unwrap().to_string();
    assert!(error.contains("de.ftl, line 3"), "{error}");
    std::fs::rename(files.join("de.ftl"), files.join("not a tag.ftl")).unwrap();
    let error = Words::load(Some(folder.path())).err().unwrap();
    assert!(matches!(error, WordsError::Tag { .. }), "{error}");
}

#[test]
fn words_are_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    let words = Words::load(None).unwrap();
    shared(&words);
    assert!(words.tags().eq(["en", "ru"]));
}
