//! The public calendar of appeals, and leaving with an ear kept open for one event.

use std::time::Duration;

use handbill::appeals::amend;
use handbill::appeals::event::EventDraft;
use handbill::appeals::mark::{self, Marked, Marking};
use handbill::editions::planner::Planner;
use handbill::id::PostId;
use handbill::subscribers::Preferences;
use handbill::vault::TokenPurpose;

use super::site::{Site, posts};
use crate::app::follows;
use crate::stores::TestStore;

async fn site(store: TestStore) -> Site {
    posts(&store).await;
    Site::with(store, "\n[appeals]\nregions = [\"London\", \"Leeds\"]").await
}

/// Marks a post; its event is on 5 March at that hour, for this region or for everybody.
async fn marked(site: &Site, post: i64, hour: u32, region: Option<&str>) -> Marked {
    let event = EventDraft {
        starts: Some(format!("2026-03-05T{hour}:00")),
        address: Some(format!("{hour} Example Street, London")),
        region: region.map(str::to_owned),
        ..EventDraft::default()
    };
    let hold = Duration::from_secs(60);
    let marking = Marking { events: vec![event], hold, sure: true, ..Marking::default() };
    let checked = mark::check(&site.app, PostId(post), &marking).await.unwrap();
    mark::mark(&site.app, &checked, "test").await.unwrap()
}

fn pass(site: &Site, seconds: u64) {
    site.app.clock.set(site.app.clock.now().plus(Duration::from_secs(seconds)));
}

on_both! {
    async fn events_are_in_the_calendar_once_they_are_out(store) {
        let site = site(store).await;
        let london = marked(&site, 1, 16, Some("London")).await;
        marked(&site, 2, 18, None).await;
        let empty = site.get("/events.ics").await;
        assert_eq!((empty.status, empty.has("BEGIN:VEVENT")), (200, false), "a person may still take them back");
        let uid = site.app.store.current_version(london.appeal).await.unwrap().unwrap().events[0].uid.clone();
        let file = format!("/events/{uid}.ics");
        assert_eq!(site.get(&file).await.status, 404);

        pass(&site, 61);
        let all = site.get("/events.ics").await;
        assert_eq!(all.header("content-type"), Some("text/calendar; charset=utf-8"));
        assert_eq!(all.body.matches("BEGIN:VEVENT").count(), 2);
        let leeds = site.get("/events.ics?region=leeds").await;
        assert_eq!((leeds.body.matches("BEGIN:VEVENT").count(), leeds.has("T180000")), (1, true), "what is for all");
        assert_eq!(site.get("/events.ics?region=London").await.body.matches("BEGIN:VEVENT").count(), 2);
        assert_eq!(site.get("/events.ics?region=Atlantis").await.status, 404);
        let one = site.get(&file).await;
        assert_eq!((one.status, one.body.matches("BEGIN:VEVENT").count()), (200, 1));
        assert_eq!(one.header("content-type"), Some("text/calendar; charset=utf-8; method=PUBLISH"));
        assert!(one.has("METHOD:PUBLISH") && one.has("SEQUENCE:0"), "{}", one.body);

        amend::cancel(&site.app, london.appeal, "Rain.", "test").await.unwrap();
        let off = site.get(&file).await;
        assert!(off.has("STATUS:CANCELLED") && off.has("SEQUENCE:1"), "{}", off.body);
        assert!(site.get("/events.ics?region=London").await.has("STATUS:CANCELLED"));
    }
}

on_both! {
    async fn an_event_that_was_taken_away_is_cancelled_in_the_calendar(store) {
        let site = site(store).await;
        let marked = marked(&site, 1, 16, Some("London")).await;
        let draft = |hour| EventDraft {
            starts: Some(format!("2026-03-04T{hour}:00")),
            address: Some(format!("{hour} Example Street, Leeds")),
            region: Some("Leeds".to_owned()),
            ..EventDraft::default()
        };
        let change = async |change: amend::Change| {
            let checked = amend::check(&site.app, marked.appeal, &change).await.unwrap();
            amend::amend(&site.app, &checked, Duration::ZERO, "test").await.unwrap();
        };
        let add = |hour| amend::Change { add: true, draft: draft(hour), ..amend::Change::default() };
        let remove = || amend::Change { event: Some(2), remove: true, ..amend::Change::default() };
        // One that was never announced has never been.
        change(add(10)).await;
        let unheard = site.app.store.current_version(marked.appeal).await.unwrap().unwrap().events[1].uid.clone();
        change(remove()).await;
        pass(&site, 61);
        assert_eq!(site.get(&format!("/events/{unheard}.ics")).await.status, 404);
        change(add(18)).await;
        let uid = site.app.store.current_version(marked.appeal).await.unwrap().unwrap().events[1].uid.clone();
        pass(&site, 1);
        for edition in site.app.store.open_editions().await.unwrap() {
            Planner::default().step(&site.app, &edition).await.unwrap();
        }
        assert!(site.get(&format!("/events/{uid}.ics")).await.has("STATUS:CONFIRMED"));
        change(remove()).await;
        let off = site.get(&format!("/events/{uid}.ics")).await;
        assert!(off.has("STATUS:CANCELLED") && off.has("SEQUENCE:4") && off.has("T180000"), "{}", off.body);
        let all = site.get("/events.ics").await;
        let count = |what: &str| all.body.matches(what).count();
        assert_eq!((count("BEGIN:VEVENT"), count("STATUS:CANCELLED"), count(&uid)), (2, 1, 1), "{}", all.body);
        assert!(site.get("/events.ics?region=Leeds").await.has(&uid));
        // It goes from the calendar as what took place does; the other is there for a day longer.
        pass(&site, (92 * 24 + 15) * 3600);
        let all = site.get("/events.ics").await;
        assert_eq!((all.body.matches("BEGIN:VEVENT").count(), all.has(&uid)), (1, false), "{}", all.body);
    }
}

on_both! {
    async fn what_took_place_before_an_appeal_was_called_off_is_not_cancelled_in_the_calendar(store) {
        let site = site(store).await;
        let appeal = marked(&site, 1, 16, None).await.appeal;
        let starts = Some("2026-03-06T18:00".to_owned());
        let draft = EventDraft { starts, address: Some("2 Park Row, Leeds".to_owned()), ..EventDraft::default() };
        let change = amend::Change { add: true, draft, ..amend::Change::default() };
        let checked = amend::check(&site.app, appeal, &change).await.unwrap();
        amend::amend(&site.app, &checked, Duration::ZERO, "test").await.unwrap();
        site.app.clock.set("2026-03-05T20:00:00Z".parse().unwrap());
        amend::cancel(&site.app, appeal, "Rain.", "test").await.unwrap();
        let events = site.app.store.current_version(appeal).await.unwrap().unwrap().events;
        for (event, status) in events.iter().zip(["CONFIRMED", "CANCELLED"]) {
            let one = site.get(&format!("/events/{}.ics", event.uid)).await;
            assert!(one.has(&format!("STATUS:{status}")), "{}", one.body);
        }
        let all = site.get("/events.ics").await;
        let count = |what: &str| all.body.matches(what).count();
        assert_eq!((count("STATUS:CONFIRMED"), count("STATUS:CANCELLED")), (1, 1), "{}", all.body);
    }
}

on_both! {
    async fn who_leaves_by_an_appeals_link_may_ask_to_hear_of_changes(store) {
        let site = site(store).await;
        let (ana, ben) = (
            site.add("ana@example.org", Preferences::default()).await,
            site.add("ben@example.org", Preferences::default()).await,
        );
        let appeal = marked(&site, 1, 16, None).await;
        pass(&site, 61);
        let link = |id| format!("/unsubscribe/{}", site.token(TokenPurpose::Mail, id, appeal.edition.0));
        let page = site.get(&link(ana)).await;
        assert!(page.has("name=\"follow\"") && page.has("called off: Older"), "{}", page.body);
        let plain = format!("/unsubscribe/{}", site.token(TokenPurpose::Mail, ana, 999));
        assert!(!site.get(&plain).await.has("follow"), "a link of another mail says nothing of the event");
        let answer = site.post(&link(ana), "leave=yes&follow=yes").await;
        assert!(answer.has("only if the event changes"), "{}", answer.body);
        assert!(!site.post(&link(ben), "leave=yes").await.has("only if the event changes"));
        assert!(follows(&site.app, appeal.appeal, ana).await);
        assert!(!follows(&site.app, appeal.appeal, ben).await);
        // A mail about a change has the same ways out: one click, and the page's button.
        assert_eq!(site.post(&link(ana), "List-Unsubscribe=One-Click").await.status, 200);
        assert!(!follows(&site.app, appeal.appeal, ana).await, "one click leaves everything");
        site.post(&link(ana), "leave=yes&follow=yes").await;
        assert!(follows(&site.app, appeal.appeal, ana).await);
        assert!(!site.post(&link(ana), "leave=yes").await.has("only if the event changes"));
        assert!(!follows(&site.app, appeal.appeal, ana).await, "the box was not ticked");
        // Once it is over there is nothing to hear of.
        pass(&site, 4 * 24 * 3600);
        assert!(!site.get(&link(ben)).await.has("follow"));
    }
}
