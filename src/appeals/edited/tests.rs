use super::*;

fn config() -> Config {
    let site = "[site]\nname = \"C\"\nurl = \"https://news.campaign.example\"\nlanguage = \"en\"\ntime_zone = \"UTC\"\n\
                sender = \"news@campaign.example\"\npostal_address = \"1 Example Street\"\n";
    toml::from_str(site).unwrap()
}

fn draft(starts: &str, address: &str) -> EventDraft {
    EventDraft { starts: Some(starts.to_owned()), address: Some(address.to_owned()), ..EventDraft::default() }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.uid.as_str()).collect()
}

/// Monday and Tuesday, and then what each edit makes of them: `mon`, `tue`, or `new`.
fn edited(drafts: &[EventDraft], now: &str) -> Result<Vec<String>, MarkError> {
    let config = config();
    let first = [draft("2026-12-07T16:00", "1 Gate"), draft("2026-12-08T16:00", "2 Gate")];
    let mut known = mark::events(&config, &first, at("2026-12-01T00:00:00Z")).unwrap();
    for (event, uid) in known.iter_mut().zip(["mon", "tue"]) {
        event.uid = uid.to_owned();
    }
    let events = events(&config, &known, drafts, at(now))?;
    Ok(names(&events).iter().map(|uid| if uid.len() == 3 { (*uid).to_owned() } else { "new".to_owned() }).collect())
}

const BEFORE: &str = "2026-12-01T00:00:00Z";
const BETWEEN: &str = "2026-12-08T00:00:00Z";

#[test]
fn events_keep_their_names_wherever_they_come_to_stand() {
    let (monday, tuesday) = (draft("2026-12-07T16:00", "1 Gate"), draft("2026-12-08T16:00", "2 Gate"));
    let later = |event: &EventDraft, hour: &str| EventDraft {
        starts: event.starts.as_ref().map(|starts| starts.replace("16:00", hour)),
        ..event.clone()
    };
    let sunday = draft("2026-12-06T16:00", "3 Gate");
    let is = |drafts: &[EventDraft], names: &[&str]| assert_eq!(edited(drafts, BEFORE).unwrap(), names, "{drafts:?}");
    is(std::slice::from_ref(&tuesday), &["tue"]);
    is(&[sunday.clone(), monday.clone(), tuesday.clone()], &["new", "mon", "tue"]);
    is(&[tuesday.clone(), monday.clone()], &["tue", "mon"]);
    is(&[later(&tuesday, "17:00")], &["tue"]);
    is(&[later(&tuesday, "17:00"), later(&monday, "18:00")], &["tue", "mon"]);
    // Moved to another day and place, it is known by where it stands.
    is(&[draft("2026-12-10T10:00", "4 Gate"), tuesday.clone()], &["mon", "tue"]);
    is(&[tuesday.clone(), draft("2026-12-10T10:00", "4 Gate")], &["tue", "mon"]);
    is(&[monday.clone(), tuesday.clone(), sunday.clone()], &["mon", "tue", "new"]);
}

#[test]
fn what_is_over_stays_as_it_was() {
    let (monday, tuesday) = (draft("2026-12-07T16:00", "1 Gate"), draft("2026-12-08T17:00", "2 Gate"));
    assert_eq!(edited(&[monday.clone(), tuesday.clone()], BETWEEN).unwrap(), ["mon", "tue"]);
    assert_eq!(
        edited(std::slice::from_ref(&tuesday), BETWEEN).unwrap(),
        ["mon", "tue"],
        "also where the source has it no more"
    );
    let moved = EventDraft { place: Some("Elsewhere".to_owned()), ..monday };
    let error = edited(&[moved, tuesday], BETWEEN).unwrap_err().to_string();
    assert!(error.starts_with("event 1: starts: the event is over"), "{error}");
}
