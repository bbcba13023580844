//! An appeal that is called off between its events: what took place is not off.

use std::time::Duration;

use handbill::appeals::amend;
use handbill::subscribers::{Cadence, Consent, Preferences, list};
use mail_parser::MessageParser;

use super::desk::Desk;
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
