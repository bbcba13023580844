use super::*;
use crate::appeals::event::EventDraft;

fn parse(text: &str) -> Result<(FrontMatter, String), Fault> {
    let base_url = "https://campaign.example/".parse().unwrap();
    let settings = Settings { time_zone: chrono_tz::Europe::London, base_url: &base_url };
    read(text, &settings).map(|(front, body)| (front, body.to_owned()))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn yaml_and_toml_say_the_same() {
    let yaml = "---\ntitle: \"Protest: Monday\"\ndate: 2015-09-28T09:00:00Z\ntopics: [Appeals, 'Press release']\n\
                language: en\nurl: /protest\nsummary: >\n  Come\n  along.\nguid: 007\ntags: [x]\nurgent: true\n\
                event:\n  starts: 2015-09-28T16:00\nodd:\n  ? [odd]\n  : key\n---\nBody\n---\nmore\n";
    let toml = "+++\r\ntitle = \"Protest: Monday\"\r\ndate = 2015-09-28T09:00:00Z\r\ntopics = [\"Press release\", \"Appeals\"]\r\n\
                language = \"en\"\r\nurl = \"https://campaign.example/protest\"\r\nsummary = \"Come along.\"\r\nguid = \"007\"\r\n\
                urgent = true\r\n[event]\r\nstarts = \"2015-09-28T16:00\"\r\n[params]\r\nx = 1\r\n+++\r\nBody\n---\nmore\n";
    let (mut front, body) = parse(yaml).unwrap();
    let (mut same, rest) = parse(toml).unwrap();
    let lines = [&mut front, &mut same].map(|front| front.urgent.as_mut().unwrap().line.take());
    assert_eq!(lines, [Some(12), Some(9)]);
    let event = EventDraft { starts: Some("2015-09-28T16:00".to_owned()), ..EventDraft::default() };
    assert_eq!(body, "Body\n---\nmore\n");
    assert_eq!(
        front,
        FrontMatter {
            title: Some("Protest: Monday".to_owned()),
            date: Some(at("2015-09-28T09:00:00Z")),
            topics: Topics::new(["Appeals", "Press release"]),
            language: Some("en".to_owned()),
            url: Some("https://campaign.example/protest".parse().unwrap()),
            summary: Some("Come along.".to_owned()),
            guid: Some("007".to_owned()),
            translation_of: None,
            draft: false,
            urgent: Some(Declared { events: vec![event], ..Declared::default() }),
        }
    );
    assert_eq!((same, rest), (front, body));
}

#[test]
fn fields_of_an_event_are_another_tools_where_nothing_is_urgent() {
    for odd in ["event: Picnic", "event:\n  name: Picnic", "events: none", "region: {code: 7}", "deadline: [soon]"] {
        let (front, _) = parse(&format!("---\ntitle: A\n{odd}\n---\nBody")).unwrap();
        assert_eq!((front.title.as_deref(), front.urgent), (Some("A"), None), "{odd}");
        let fault = parse(&format!("---\ntitle: A\nurgent: true\n{odd}\n---\nBody")).unwrap_err();
        assert_eq!(fault.field, Some(odd.split(':').next().unwrap()), "{odd}");
    }
    let toml = "title = \"A\"\nevent = \"Picnic\"\nregion = [7]\n";
    assert_eq!(parse(&format!("+++\n{toml}+++\nBody")).unwrap().0.urgent, None);
    let fault = parse(&format!("+++\nurgent = true\n{toml}+++\nBody")).unwrap_err();
    assert_eq!((fault.field, fault.line), (Some("event"), Some(4)));
}

#[test]
fn a_text_without_front_matter_is_all_body() {
    for text in ["Body", "", "---", "# Title\n---\n", "----\nx\n----\n"] {
        assert_eq!(parse(text).unwrap(), (FrontMatter::default(), text.to_owned()), "{text:?}");
    }
    assert_eq!(parse("---\n---\nBody").unwrap(), (FrontMatter::default(), "Body".to_owned()));
    assert_eq!(
        parse("---\n# nothing\ntitle:\ntopics:\n---\nBody").unwrap(),
        (FrontMatter::default(), "Body".to_owned())
    );
}

#[test]
fn topics_are_a_list_or_a_text_with_commas() {
    for line in ["topics: [b, A]", "topics: A, b", "topics:\n  - A\n  - b\n  -"] {
        let (front, _) = parse(&format!("---\n{line}\n---\n")).unwrap();
        assert_eq!(front.topics, Topics::new(["A", "b"]), "{line}");
    }
    assert_eq!(parse("---\ntopics: 2015\n---\n").unwrap().0.topics, Topics::new(["2015"]));
    assert_eq!(parse("---\ntopics: [2015, true]\n---\n").unwrap().0.topics, Topics::new(["2015", "true"]));
    assert!(parse("---\ncategories: [A]\n---\n").unwrap().0.topics.is_empty());
}

#[test]
fn dates_without_a_zone_are_on_the_clock_of_the_site() {
    for (text, instant) in [
        ("2015-09-28", "2015-09-27T23:00:00Z"),
        ("2015-09-28T16:00", "2015-09-28T15:00:00Z"),
        ("2015-09-28 16:00:00", "2015-09-28T15:00:00Z"),
        ("2015-12-28 16:00", "2015-12-28T16:00:00Z"),
        ("2015-09-28T16:00:00+02:00", "2015-09-28T14:00:00Z"),
        ("2015-09-28 16:00:00 +0200", "2015-09-28T14:00:00Z"),
        ("2015-09-28 16:00:00Z", "2015-09-28T16:00:00Z"),
        // The clock goes from 1 to 2: the hour between moves forward.
        ("2015-03-29 01:30", "2015-03-29T01:30:00Z"),
    ] {
        let (front, _) = parse(&format!("---\ndate: {text}\n---\n")).unwrap();
        assert_eq!(front.date, Some(at(instant)), "{text}");
    }
    let (front, _) = parse("+++\ndate = 2015-09-28\n+++\n").unwrap();
    assert_eq!(front.date, Some(at("2015-09-27T23:00:00Z")));
}

#[test]
fn an_error_names_line_field_and_remedy_and_quotes_nothing() {
    for (text, line, field, remedy) in [
        ("---\ntitle: x\ndate: ana@example.org\n---\n", 3, Some("date"), "2026-03-02"),
        ("---\ndate: 99999-01-01\n---\n", 2, Some("date"), "2026-03-02"),
        ("---\ntitle: x\nlanguage: ana@example.org\n---\n", 3, Some("language"), "pt-BR"),
        ("---\nurl: mailto:ana@example.org\n---\n", 2, Some("url"), "https://"),
        ("---\nurl: \"http://[::\"\n---\n", 2, Some("url"), "https://"),
        ("---\ntitle: x\ndraft: ana@example.org\n---\n", 3, Some("draft"), "true or false"),
        ("---\nx: 1\ntitle:\n  a: ana@example.org\n---\n", 4, Some("title"), "quotes"),
        ("---\ntopics:\n  a: ana@example.org\n---\n", 3, Some("topics"), "list"),
        ("---\nx: 1\nauthor: a: ana@example.org\n---\n", 3, None, "YAML"),
        ("---\n- ana@example.org\n---\n", 2, None, "key: value"),
        ("---\ntitle: x\nana@example.org\n", 1, None, "close it with a line `---`"),
        ("+++\ntitle = \"x\"\ndate = \"ana@example.org\"\n+++\n", 3, Some("date"), "2026-03-02"),
        ("+++\ntitle = \"x\"\nana@example.org\n+++\n", 3, None, "TOML"),
        ("+++\ntopics = { a = 1 }\n+++\n", 2, Some("topics"), "list"),
        ("+++\n\ndraft = \"yes\"\n+++\n", 3, Some("draft"), "true or false"),
    ] {
        let fault = parse(text).unwrap_err();
        assert_eq!((fault.line, fault.field), (Some(line), field), "{text:?}: {fault:?}");
        assert!(fault.message.contains(remedy) && !fault.message.contains("ana@"), "{text:?}: {fault:?}");
        assert!(!fault.message.contains('\n'));
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_a_panic(block in "[ -~\n:é&*!|>\\[\\]{}]{0,80}") {
        for text in [format!("---\n{block}\n---\nBody"), format!("+++\n{block}\n+++\nBody")] {
            if let Ok((_, body)) = parse(&text) {
                proptest::prop_assert!(body.ends_with("Body"));
            }
        }
    }
}

#[test]
fn a_key_that_is_there_twice_and_a_day_that_is_none_are_called_so() {
    for (text, line, field, said) in [
        (
            "---\ntitle: A\nguid: x\ntitle: B\n---\n",
            Some(4),
            Some("title"),
            "this key is there twice; keep one of the two",
        ),
        ("---\nodd: 1\nodd: 2\n---\n", Some(3), None, "this key is there twice; keep one of the two"),
        ("+++\ntitle = \"A\"\ntitle = \"B\"\n+++\n", Some(3), None, "this key is there twice; keep one of the two"),
        ("---\ntitle: [A]\n---\n", Some(2), Some("title"), "this is no text on one line; put it in quotes"),
        (
            "---\ndate: 2027-02-29\n---\n",
            Some(2),
            Some("date"),
            "the calendar has no day 2027-02-29; write one that it has",
        ),
    ] {
        let fault = parse(text).unwrap_err();
        assert_eq!((fault.line, fault.field, fault.message.as_str()), (line, field, said), "{text}");
    }
}
