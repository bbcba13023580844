//! An appeal that is called off between its events: what took place is not off.

use std::time::Duration;

use handbill::appeals::amend::{self, Change};
use handbill::appeals::event::EventDraft;
use handbill::appeals::mark::Marked;
use handbill::appeals::{AppealState, public};
use handbill::subscribers::{Cadence, Consent, Preferences, list};
use mail_parser::MessageParser;

use super::desk::{Desk, protest};
use super::model_case::calendars;
use super::reader;
use crate::app::newcomer;
use crate::smtp::{Faulty, Script};
use crate::stores::at;

on_both! {
    async fn between_two_events_the_first_is_over_and_the_second_is_off(store) {
        let relay = Faulty::start(Script::default()).await;
        let desk = Desk::with(store, relay.address().port(), "reminder = \"0s\"\n").await;
        desk.reader("anywhere", None, true).await;
        let given = Consent::Given("at a meeting".to_owned());
        for cadence in [Cadence::Weekly, Cadence::Daily] {
            let wanted = Preferences { cadence, alerts: false, ..Preferences::default() };
            list::add(&desk.app, &[newcomer(&format!("{cadence}@example.org"), wanted)], &given, "cli").await.unwrap();
        }
        desk.app.pass(1);
        let marked = desk.both(Duration::ZERO).await;
        desk.app.dispatch().await.unwrap();
        let before = desk.store.current_version(marked.appeal).await.unwrap().unwrap();
        let [protest, vigil] = &before.events[..] else { panic!("{:?}", before.events) };
        desk.clock.set(at("2015-09-28T20:00:00Z"));
        desk.app.plan(Cadence::Weekly).await;
        desk.app.dispatch().await.unwrap();
        amend::cancel(&desk.app.app, marked.appeal, "Rain.", "test").await.unwrap();
        desk.app.dispatch().await.unwrap();
        desk.app.plan(Cadence::Daily).await;
        desk.app.dispatch().await.unwrap();
        let mails = relay.wait_for(4).await;
        let body = |number: usize| {
            let parsed = MessageParser::new().parse(mails[number].data.as_bytes()).unwrap();
            parsed.body_html(0).unwrap().into_owned()
        };
        // The digest of who had nothing, before and after.
        let links = |html: &str| [protest, vigil].map(|event| html.contains(event.uid.split('@').next().unwrap()));
        let ahead = body(1);
        assert_eq!((links(&ahead), ahead.contains("<s>")), ([false, true], false), "{ahead}");
        let off = body(3);
        assert!(off.contains("This was cancelled.") && off.contains("<s>Tuesday, 29 September 2015</s>"), "{off}");
        assert_eq!((links(&off), off.contains("<s>Monday")), ([false, false], false), "{off}");
        // The mail to who had it, and what their calendars are told.
        let parsed = MessageParser::new().parse(mails[2].data.as_bytes()).unwrap();
        let subject = parsed.subject().unwrap();
        assert!(subject.starts_with("Cancelled: ") && subject.ends_with("(Tuesday, 29 September, 18:00)"), "{subject}");
        let text = parsed.body_text(0).unwrap();
        assert!(text.contains("Park Row") && !text.contains("Victoria Street"), "{text}");
        for calendar in calendars(&mails[2].data) {
            let calendar = reader::Reader::new(&calendar);
            let entries = calendar.of_kind("VEVENT").into_iter();
            let found: Vec<_> = entries.map(|entry| (reader::text(entry, "UID"), reader::text(entry, "STATUS"))).collect();
            assert_eq!(found, [(protest.uid.as_str(), "CONFIRMED"), (vigil.uid.as_str(), "CANCELLED")]);
        }
    }
}

/// A change that nobody hears of for ten hours.
async fn held(desk: &Desk, marked: &Marked, change: Change) {
    let checked = amend::check(&desk.app.app, marked.appeal, &change).await.unwrap();
    amend::amend(&desk.app.app, &checked, Duration::from_secs(36_000), "test").await.unwrap();
}

on_both! {
    async fn what_is_called_off_is_what_people_were_told_of(store) {
        let desk = Desk::new(store, 2525).await;
        let reader = desk.reader("near", None, true).await;
        let marked = desk.mark().await;
        desk.finish().await;
        let told = desk.store.current_version(marked.appeal).await.unwrap().unwrap();
        let later = EventDraft { starts: Some("2015-09-28T17:00".to_owned()), ..EventDraft::default() };
        held(&desk, &marked, Change { draft: later, ..Change::default() }).await;
        let second = EventDraft { starts: Some("2015-09-30T16:00".to_owned()), ..protest() };
        held(&desk, &marked, Change { add: true, draft: second, ..Change::default() }).await;
        let done = amend::cancel(&desk.app.app, marked.appeal, "Rain.", "test").await.unwrap();
        let off = desk.store.version(done.version).await.unwrap().unwrap();
        assert_eq!((&off.events, off.deadline, &off.regions), (&told.events, told.deadline, &told.regions));
        assert_eq!(desk.edition(done.correction.unwrap()).await.deadline_at, told.told_until());
        desk.finish().await;
        assert_eq!(desk.told(marked.appeal).await[&reader], ["appeal1", "cancellation4"]);
    }
}

on_both! {
    async fn where_only_what_is_held_is_ahead_nobody_hears_that_it_is_off(store) {
        let desk = Desk::new(store, 2525).await;
        let reader = desk.reader("near", None, true).await;
        let marked = desk.mark().await;
        desk.finish().await;
        desk.clock.set(at("2015-09-28T17:00:00Z"));
        let second = EventDraft { starts: Some("2015-09-30T16:00".to_owned()), ..protest() };
        held(&desk, &marked, Change { add: true, draft: second, ..Change::default() }).await;
        desk.clock.set(at("2015-09-28T18:00:00Z"));
        let done = amend::cancel(&desk.app.app, marked.appeal, "A slip.", "test").await.unwrap();
        assert_eq!(done.correction, None);
        desk.finish().await;
        assert_eq!(desk.told(marked.appeal).await[&reader], ["appeal1"]);
        let public = public::appeal(&desk.app.app, marked.appeal).await.unwrap().unwrap();
        assert_eq!((public.appeal.state, public.version.number, public.is_off()), (AppealState::Cancelled, 1, false));
        assert!(public.dropped.is_empty());
    }
}
