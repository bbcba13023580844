mod shipped;

use chrono::{FixedOffset, TimeZone};

use super::*;

#[test]
fn each_language_counts_in_its_own_way() {
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
    let kazakh = words.language("kk");
    for (count, text) in
        [(1, "Бір жаңа жарияланым шықты."), (2, "2 жаңа жарияланым шықты."), (21, "21 жаңа жарияланым шықты.")]
    {
        assert_eq!(kazakh.get("digest-intro", &[("count", Value::from(count))]).unwrap(), text);
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
    assert_eq!(words.language("kk").date(date).unwrap(), "2015 ж. 28 қыркүйек, дүйсенбі");
    assert_eq!(words.language("kk").short_date_time(&at).unwrap(), "28 қыркүйек, дүйсенбі, 16:05");
    assert_eq!(words.language("kk").date_time(&at).unwrap(), "2015 ж. 28 қыркүйек, дүйсенбі, 16:05 (UTC+01:00)");
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
    // What a language lacks is said in the site's, as far as that has it.
    let words = words.with_site_language("kk");
    assert_eq!(words.language("de").get("link-button", &[]).unwrap(), "Таңдауымды көру");

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
    assert!(words.tags().eq(["en", "kk", "ru"]));
}

/// The words of an override folder with this file in it.
fn with(name: &str, text: &str) -> Words {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("words");
    std::fs::create_dir(&files).unwrap();
    std::fs::write(files.join(name), text).unwrap();
    Words::load(Some(folder.path())).unwrap()
}

/// The slips of one language, without what is missing.
fn slips(words: &Words, tag: &str) -> Vec<(Option<usize>, String)> {
    let slips = words.slips(|id| id == "own-word").into_iter().filter(|slip| slip.tag == tag);
    slips.filter(|slip| slip.line.is_some()).map(|slip| (slip.line, slip.what)).collect()
}

#[test]
fn a_spoilt_message_is_said_in_the_next_language() {
    let text = "date-long = { date-weekday }, { $day }\ndigest-heading = { $sites }\nlink-button = Los\n";
    let words = with("de.ftl", text);
    let german = words.language("de");
    let date = chrono::NaiveDate::from_ymd_opt(2015, 9, 28).unwrap();
    assert_eq!(german.date(date).unwrap(), "Monday, 28 September 2015");
    assert_eq!(german.get("digest-heading", &[("site", "X".into())]).unwrap(), "News from X");
    assert_eq!(german.get("link-button", &[]).unwrap(), "Los");
    // What a template forgets to give is an error all the same.
    assert!(german.get("digest-heading", &[]).is_err());
}

#[test]
fn slips_name_the_line_and_what_is_wrong() {
    let text = "# A comment\ndigest-heading = { $site } { $name }\n\ndigets-left = x\n\
                own-word = { -brand }\n-brand = B\ndate-long =\n    { date-weekday } { NUMBER($day) }\n";
    let words = with("de.ftl", text);
    let found = slips(&words, "de");
    let lines: Vec<usize> = found.iter().filter_map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 4, 8, 8], "{found:?}");
    assert!(found[0].1.contains("`digest-heading` is not given the variable `$name`; it has $site"), "{found:?}");
    assert!(found[1].1.contains("nothing asks for the message `digets-left`"), "{found:?}");
    assert!(found[2].1.contains("`NUMBER`"), "{found:?}");
    assert!(found[3].1.contains("`date-weekday`"), "{found:?}");
    let all = words.slips(|_| false);
    let missing = all.iter().find(|slip| slip.what.contains("`digest-left` is missing")).unwrap();
    assert!(missing.file.ends_with("de.ftl") && missing.what.contains("words/en.ftl, line "), "{missing:?}");
    assert!(missing.what.contains("get it in en;"), "{missing:?}");
    // A language that is there is complete with what is built in.
    assert_eq!(with("ru.ftl", "link-button = Моё\n").slips(|_| false), []);
}

#[test]
fn what_is_filled_into_lines_from_the_right_is_kept_apart() {
    let text = "text-direction = rtl\ntime-short = { $hour }:{ $minute }\ndigest-heading = أخبار { $site }\n\
                event-day-time = { $date }، { $time }\nevent-zone = توقيت { $city } ({ $offset })\n";
    let words = with("ar.ftl", text);
    let arabic = words.language("ar");
    assert_eq!(arabic.direction(), "rtl");
    assert_eq!(arabic.time(chrono::NaiveTime::from_hms_opt(16, 5, 0).unwrap()).unwrap(), "16:05");
    let heading = arabic.get("digest-heading", &[("site", "Campaign!".into())]).unwrap();
    assert_eq!(heading, "أخبار \u{2068}Campaign!\u{2069}");
    let zone = arabic.get("event-zone", &[("city", "London".into()), ("offset", "UTC+01:00".into())]).unwrap();
    assert_eq!(zone, "توقيت \u{2068}London\u{2069} (\u{2068}UTC+01:00\u{2069})");
    // What English stands in for has no marks, and neither has any language from the left.
    assert!(!words.language("en").get("digest-heading", &[("site", "X".into())]).unwrap().contains('\u{2068}'));
    // A language that does not say is from the left, also where the site's is not.
    let words = with("ar.ftl", text).with_site_language("ar");
    assert_eq!(words.language("ru").direction(), "ltr");
}
