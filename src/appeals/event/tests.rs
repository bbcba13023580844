use chrono_tz::Europe::London;

use super::*;

fn rules(regions: &[String]) -> Rules<'_> {
    Rules { time_zone: London, regions, now: "2015-09-27T12:00:00Z".parse().unwrap() }
}

fn protest() -> EventDraft {
    let some = |text: &str| Some(text.to_owned());
    EventDraft {
        starts: some("2015-09-28T16:00"),
        place: some("Outside the company's office"),
        address: some("100 Victoria Street, London, SW1E 5JL"),
        region: some("london"),
        ..EventDraft::default()
    }
}

fn check(draft: &EventDraft) -> Result<Event, EventError> {
    draft.check(&rules(&["London".to_owned(), "Leeds".to_owned()]), "one@campaign.example".to_owned())
}

fn fails(change: impl FnOnce(&mut EventDraft), field: &str, says: &str) {
    let mut draft = protest();
    change(&mut draft);
    let error = check(&draft).unwrap_err();
    assert_eq!(error.field, field, "{error}");
    assert!(error.message.contains(says), "{error}");
}

#[test]
fn the_model_case_is_at_four_in_london() {
    let event = check(&protest()).unwrap();
    assert_eq!(event.starts.at.to_string(), "2015-09-28T15:00:00Z");
    assert_eq!(event.ends.at.to_string(), "2015-09-28T18:00:00Z");
    assert_eq!(event.region.as_deref(), Some("London"), "as the config spells it");
}

#[test]
fn an_end_may_be_a_time_of_that_day() {
    let event = check(&EventDraft { ends: Some("17:30".to_owned()), ..protest() }).unwrap();
    assert_eq!(event.ends.at.to_string(), "2015-09-28T16:30:00Z");
}

#[test]
fn no_refusal_quotes_an_address() {
    let fields: [fn(&mut EventDraft) -> &mut Option<String>; 6] = [
        |draft| &mut draft.starts,
        |draft| &mut draft.ends,
        |draft| &mut draft.time_zone,
        |draft| &mut draft.region,
        |draft| &mut draft.geo,
        |draft| &mut draft.online,
    ];
    for (at, field) in fields.into_iter().enumerate() {
        let mut draft = protest();
        *field(&mut draft) = Some("ana@example.org".to_owned());
        let error = check(&draft).unwrap_err().to_string();
        assert!(error.contains("this is no ") && !error.contains('@'), "{at}: {error}");
    }
}

#[test]
fn each_refusal_names_field_and_remedy() {
    fails(|draft| draft.starts = None, "starts", "like 2026-09-28T16:00");
    fails(|draft| draft.starts = Some("2015-09-27T08:00".to_owned()), "starts", "is over");
    fails(|draft| draft.starts = Some("tomorrow".to_owned()), "starts", "no local time");
    fails(|draft| draft.starts = Some("2027-02-29T10:00".to_owned()), "starts", "no day 2027-02-29;");
    fails(|draft| draft.starts = Some("2015-09-28T16:00Z".to_owned()), "starts", "without an offset");
    fails(|draft| draft.starts = Some("2016-03-27T01:30".to_owned()), "starts", "does not exist");
    fails(|draft| draft.starts = Some("2015-10-25T01:30".to_owned()), "starts", "comes twice");
    fails(|draft| draft.ends = Some("15:00".to_owned()), "ends", "before it starts");
    fails(|draft| draft.ends = Some("2015-12-28T16:00".to_owned()), "ends", "31 days");
    fails(|draft| draft.time_zone = Some("London".to_owned()), "time_zone", "Europe/London");
    fails(|draft| draft.address = Some("  ".to_owned()), "address", "say where");
    fails(|draft| draft.region = Some("Paris".to_owned()), "region", "London, Leeds");
    fails(|draft| draft.online = Some("javascript:alert(1)".to_owned()), "online", "https://");
    fails(|draft| draft.geo = Some("north".to_owned()), "geo", "51.4975");
}

#[test]
fn online_needs_no_address() {
    let draft = EventDraft { address: None, online: Some("https://meet.example/room".to_owned()), ..protest() };
    assert_eq!(check(&draft).unwrap().online_url.as_deref(), Some("https://meet.example/room"));
}

#[test]
fn nothing_that_was_typed_brings_a_line_break() {
    let event = check(&EventDraft { place: Some("Steps\r\nX-Evil: 1".to_owned()), ..protest() }).unwrap();
    assert!(!event.place.unwrap().contains(['\r', '\n']));
}

#[test]
fn an_end_that_nobody_named_is_three_hours_later_whatever_the_clocks_do() {
    for (starts, local, at) in [
        ("2016-03-26T22:30", "2016-03-27T02:30:00", "2016-03-27T01:30:00Z"),
        ("2016-03-26T23:30", "2016-03-27T03:30:00", "2016-03-27T02:30:00Z"),
        ("2015-10-24T23:30", "2015-10-25T01:30:00", "2015-10-25T01:30:00Z"),
    ] {
        let event = check(&EventDraft { starts: Some(starts.to_owned()), ..protest() }).unwrap();
        let ends = event.ends.local.format("%Y-%m-%dT%H:%M:%S").to_string();
        assert_eq!((ends.as_str(), event.ends.at.to_string().as_str()), (local, at), "{starts}");
    }
}

#[test]
fn what_lasts_for_days_ends_at_the_same_hour_when_it_moves() {
    let dates = |starts: &str, ends: &str| (Some(starts.to_owned()), Some(ends.to_owned()));
    let (starts, ends) = dates("2016-03-19T10:00", "2016-03-20T16:00");
    let camp = check(&EventDraft { starts, ends, ..protest() }).unwrap();
    let moved = |local: &str| Moment::new(local.parse().unwrap(), London).unwrap();
    // The clocks go forward on the 27th.
    let ends = camp.end_from(moved("2016-03-26T10:00:00"), London);
    assert_eq!(ends.local.to_string(), "2016-03-27 16:00:00");
    // At an hour that there is not, it lasts as long as it did.
    let (starts, ends) = dates("2016-03-18T22:30", "2016-03-20T01:30");
    let night = check(&EventDraft { starts, ends, ..protest() }).unwrap();
    let ends = night.end_from(moved("2016-03-25T22:30:00"), London);
    assert_eq!(ends.at.to_string(), "2016-03-27T01:30:00Z");
}
