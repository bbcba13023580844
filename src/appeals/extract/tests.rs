use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;

fn context(published: &str) -> Context<'static> {
    Context { language: "en", published: published.parse().unwrap(), time_zone: chrono_tz::Europe::London }
}

fn only(text: &str, published: &str) -> Suggested {
    let mut events = suggest(text, &context(published)).events;
    assert_eq!(events.len(), 1, "{text}: {events:?}");
    events.remove(0)
}

#[test]
fn a_suggestion_says_which_words_it_comes_from() {
    let text = "Protest!\n\nSaturday 13 February, 2pm\nConway Hall\n25 Red Lion Square\nLondon WC1R 4RL";
    let event = only(text, "2016-02-10");
    assert_eq!(event.place.as_deref(), Some("Conway Hall"));
    assert_eq!(event.address.as_deref(), Some("25 Red Lion Square, London WC1R 4RL"));
    let address = event.words.address.unwrap();
    assert_eq!(address.text, "25 Red Lion Square\nLondon WC1R 4RL");
    for excerpt in [&event.words.when, &address, &event.words.place.unwrap()] {
        assert_eq!(text.get(excerpt.start..excerpt.end), Some(excerpt.text.as_str()));
    }
}

#[test]
fn words_that_are_apart_are_shown_apart() {
    let event = only("Date: Thursday 25 February\nAll welcome.\nTime: 6pm", "2016-02-10");
    assert_eq!(event.words.when.text, "Thursday 25 February … Time: 6pm");
}

#[test]
fn json_has_the_names_that_programs_read() {
    let found = suggest("Rally on Friday 18 February 2016 at 4pm", &context("2016-02-10"));
    let json = serde_json::to_value(found).unwrap();
    let event = &json["events"][0];
    assert_eq!(event["starts"], "2016-02-18T16:00:00");
    assert_eq!(event["ends"], serde_json::Value::Null);
    assert_eq!(event["words"]["when"]["text"], "Friday 18 February 2016 at 4pm");
    assert_eq!(event["weekday_contradiction"]["weekday"], "friday");
    assert_eq!(json["contradictions"][0]["falls_on"], "thursday");
    assert_eq!(json["contradictions"][0]["date"], "2016-02-18");
}

#[test]
fn a_contradiction_is_seen_in_any_date() {
    let days = |text: &str| {
        let found = weekday_contradictions(text, "2016-02-10".parse().unwrap());
        found.into_iter().map(|one| (one.weekday, one.date.to_string(), one.falls_on)).collect::<Vec<_>>()
    };
    assert_eq!(days("On Monday 28 September 2015 they met."), []);
    assert_eq!(days("On Monday 28 September they met."), [], "the last such day was a Monday");
    assert_eq!(days("On Tuesday 28 September 2015 they met."), [("tuesday", "2015-09-28".into(), "monday")]);
    assert_eq!(days("18.02.2016 (пятница)"), [("friday", "2016-02-18".into(), "thursday")]);
    assert_eq!(days("Friday 19 and Sunday 20 February"), [("sunday", "2016-02-20".into(), "saturday")]);
    assert_eq!(days("Sunday 05/04/2015"), [], "one of both readings is a Sunday");
}

#[test]
fn the_language_and_the_zone_tell_the_order_of_a_date() {
    let starts = |language, time_zone| {
        let context = Context { language, time_zone, ..context("2016-02-10") };
        suggest("Rally: 04/05/2016, 6pm", &context).events[0].starts.date().to_string()
    };
    assert_eq!(starts("en", chrono_tz::Europe::London), "2016-05-04");
    assert_eq!(starts("en-US", chrono_tz::Europe::London), "2016-04-05");
    assert_eq!(starts("en", chrono_tz::America::Chicago), "2016-04-05");
    assert_eq!(starts("en-GB", chrono_tz::America::Chicago), "2016-05-04");
}

#[test]
fn what_is_guessed_is_less_sure() {
    let sure = only("Rally on Saturday 13 February 2016 at 4pm", "2016-02-10").confidence;
    let hour = only("Rally on Saturday 13 February 2016 at 4", "2016-02-10").confidence;
    let wrong = only("Rally on Friday 13 February 2016 at 4pm", "2016-02-10").confidence;
    assert!(sure > hour && hour > wrong, "{sure} {hour} {wrong}");
}

/// Pieces that the grammars look for, in any order: more likely to reach their ends than any text.
fn pieces() -> impl Strategy<Value = String> {
    let pieces = [
        "Monday",
        "28",
        "September",
        "2015",
        "at",
        "4",
        "pm",
        "p.m.",
        ".",
        ",",
        "-",
        "–",
        ":",
        "/",
        "(",
        ")",
        "\n",
        "\n\n",
        " ",
        " ",
        "from",
        "6",
        "till",
        "8",
        "noon",
        "half",
        "past",
        "quarter",
        "to",
        "завтра",
        "в",
        "полдень",
        "15",
        "00",
        "апреля",
        "с",
        "до",
        "ул",
        "Абая",
        "г",
        "Алматы",
        "площадь",
        "Street",
        "St",
        "London",
        "SW",
        "1E",
        "5JL",
        "IL",
        "62701",
        "Straße",
        "10115",
        "Berlin",
        "des",
        "17",
        "Juni",
        "next",
        "this",
        "the",
        "th",
        "в",
        "пр",
        "т",
        "2-й",
        "99999999999",
        "0",
        "24",
        "31",
        "29",
        "February",
        "12",
        "midnight",
        "and",
        "и",
        "&",
        "@",
        "Room",
        "É",
        "ß",
        "e\u{301}",
        "🕓",
        "через",
        "in",
        "999",
        "days",
        "weeks",
        "года",
        "пл",
        "мкр",
        "40",
        "лет",
        "Победы",
        "join",
        "us",
    ];
    proptest::collection::vec(prop::sample::select(pieces.to_vec()), 0..40).prop_map(|pieces| pieces.concat())
}

fn is_sound(text: &str, published: NaiveDate) -> Result<(), TestCaseError> {
    let found = suggest(text, &Context { published, ..context("2016-02-10") });
    for event in &found.events {
        prop_assert!(event.starts.date() >= published);
        prop_assert!(event.ends.is_none_or(|ends| ends > event.starts));
        prop_assert!((0.0..=1.0).contains(&event.confidence));
        for excerpt in event.words.place.iter().chain(&event.words.address) {
            prop_assert_eq!(text.get(excerpt.start..excerpt.end), Some(excerpt.text.as_str()));
        }
        prop_assert!(text.get(event.words.when.start..event.words.when.end).is_some());
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_text_is_too_much(text in any::<String>(), days in any::<i16>()) {
        let published = NaiveDate::default() + chrono::TimeDelta::days(days.into());
        is_sound(&text, published)?;
    }

    #[test]
    fn no_order_of_words_is_too_much(text in pieces(), spaced in pieces(), days in 0i64..30_000) {
        let published = NaiveDate::default() + chrono::TimeDelta::days(days);
        is_sound(&text, published)?;
        is_sound(&format!("{text} {}", spaced.chars().flat_map(|c| [c, ' ']).collect::<String>()), published)?;
    }

    #[test]
    fn the_ends_of_the_calendar_are_no_trouble(text in pieces()) {
        for published in [NaiveDate::MIN, NaiveDate::MAX] {
            is_sound(&text, published)?;
        }
    }
}
