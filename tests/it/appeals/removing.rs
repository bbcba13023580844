//! An event that is off while others of its appeal take place: exactly those who were told are told.

use std::time::Duration;

use handbill::appeals::amend::{self, AmendError, Amended, Change};
use handbill::appeals::event::EventDraft;
use handbill::appeals::mark::{Marked, Marking};
use handbill::clock::Timestamp;
use handbill::editions::{EditionKind, EditionState};
use mail_parser::MessageParser;

use super::desk::{Desk, EVE, protest};
use super::model_case::calendars;
use super::reader;
use crate::smtp::{Faulty, Script};
use crate::stores::at;

/// A vigil in Leeds, the day after the protest.
fn vigil() -> EventDraft {
    EventDraft {
        starts: Some("2015-09-29T18:00".to_owned()),
        place: Some("The cathedral".to_owned()),
        address: Some("2 Park Row, Leeds".to_owned()),
        region: Some("Leeds".to_owned()),
        ..EventDraft::default()
    }
}

const VIGIL_ENDS: &str = "2015-09-29T20:00:00Z";

impl Desk {
    pub(super) async fn both(&self, hold: Duration) -> Marked {
        self.marking(Marking { events: vec![protest(), vigil()], hold, ..Marking::default() }).await.unwrap()
    }

    async fn refuses(&self, marked: &Marked, event: Option<usize>) -> AmendError {
        let change = Change { event, remove: true, ..Change::default() };
        amend::check(&self.app.app, marked.appeal, &change).await.unwrap_err()
    }

    async fn remove(&self, marked: &Marked, event: usize) -> Amended {
        let change = Change { event: Some(event), remove: true, ..Change::default() };
        let checked = amend::check(&self.app.app, marked.appeal, &change).await.unwrap();
        amend::amend(&self.app.app, &checked, Duration::ZERO, "test").await.unwrap()
    }
}

on_both! {
    async fn who_was_told_hears_that_an_event_is_off_and_nobody_else_is_called_to_it(store) {
        let desk = Desk::new(store, 2525).await;
        let london = desk.reader("london", Some("London"), true).await;
        let leeds = desk.reader("leeds", Some("Leeds"), true).await;
        let marked = desk.both(Duration::ZERO).await;
        desk.finish().await;
        let late = desk.reader("late", Some("Leeds"), true).await;
        let new = desk.reader("new", Some("London"), true).await;
        let done = desk.remove(&marked, 2).await;
        let version = desk.store.current_version(marked.appeal).await.unwrap().unwrap();
        assert_eq!((version.events.len(), version.regions.join(" ")), (1, "London".to_owned()));
        assert_eq!(version.deadline, at("2015-09-28T15:00:00Z"), "it followed from the last start, and does");
        // Whoever would still go is told until it would have been over, and called only to what is left.
        let correction = desk.edition(done.correction.unwrap()).await;
        assert_eq!(correction.deadline_at, at(VIGIL_ENDS));
        assert_eq!(desk.edition(done.replacement.unwrap()).await.deadline_at, version.deadline);
        desk.finish().await;
        let told = desk.told(marked.appeal).await;
        assert_eq!((&told[&london][..], &told[&leeds][..]), (&["appeal1".into(), "correction2".into()][..], &told[&london][..]));
        assert_eq!((told.get(&late), &told[&new][..]), (None, &["appeal2".to_owned()][..]));
        // Nobody is reminded of it.
        desk.clock.set(at("2015-09-28T17:30:00Z"));
        assert!(desk.remind().await.is_empty());
    }
}

on_both! {
    async fn an_event_is_off_only_while_another_is_ahead(store) {
        let desk = Desk::new(store, 2525).await;
        let marked = desk.both(Duration::ZERO).await;
        assert!(matches!(desk.refuses(&marked, None).await, AmendError::Which(_, 2)));
        for event in [0, 3] {
            assert!(matches!(desk.refuses(&marked, Some(event)).await, AmendError::NoEvent(..)), "{event}");
        }
        // The protest is over by now.
        desk.clock.set(at("2015-09-28T18:00:00Z"));
        assert!(matches!(desk.refuses(&marked, Some(1)).await, AmendError::EventOver(_, 1)));
        let last = desk.refuses(&marked, Some(2)).await;
        assert!(last.to_string().contains("handbill appeals cancel"), "{last}");
        // Nor does its source take the last one away.
        let declared = desk.declared(marked.appeal, &[protest()], None).await.unwrap_err();
        assert!(matches!(declared, AmendError::LastEvent(_)), "{declared}");
        // While it lasts, people are on their way.
        desk.clock.set(at("2015-09-28T17:59:59Z"));
        desk.remove(&marked, 1).await;
        assert!(matches!(desk.refuses(&marked, None).await, AmendError::LastEvent(_)));
        let deadline = Some(at("2015-10-05T12:00:00Z"));
        desk.app.post("A petition", "Appeals").await;
        let post = handbill::id::PostId(desk.post.0 + 1);
        let petition = Desk { app: desk.app, post };
        let petition = (petition.marking(Marking { deadline, ..Marking::default() }).await.unwrap(), petition);
        assert!(matches!(petition.1.refuses(&petition.0, Some(1)).await, AmendError::NoEvents(_)));
    }
}

on_both! {
    async fn during_the_hold_nobody_hears_that_there_was_another_event(store) {
        let desk = Desk::new(store, 2525).await;
        let london = desk.reader("london", Some("London"), true).await;
        desk.reader("leeds", Some("Leeds"), true).await;
        let marked = desk.both(Duration::from_secs(600)).await;
        let done = desk.remove(&marked, 2).await;
        assert_eq!((done.correction, done.hold_until), (None, at(EVE).plus(Duration::from_secs(601))));
        desk.app.pass(600);
        desk.finish().await;
        let told = desk.told(marked.appeal).await;
        assert_eq!(told.into_iter().collect::<Vec<_>>(), [(london, vec!["appeal2".to_owned()])]);
    }
}

on_both! {
    async fn a_mail_that_is_on_its_way_is_followed_by_one_word_of_what_is_off(store) {
        let desk = Desk::new(store, 2525).await;
        let taken = desk.reader("taken", None, true).await;
        let deferred = desk.reader("deferred", None, true).await;
        let lost = desk.reader("lost", None, true).await;
        let unsent = desk.reader("unsent", None, true).await;
        let starts = Some("2015-09-30T16:00".to_owned());
        let events = vec![protest(), vigil(), EventDraft { starts, ..protest() }];
        let marked = desk.marking(Marking { events, ..Marking::default() }).await.unwrap();
        desk.plan().await;
        let one = desk.claim(marked.edition, 1).await;
        let two = desk.claim(marked.edition, 1).await;
        let three = desk.claim(marked.edition, 1).await;
        assert_eq!([&one, &two, &three].map(|hand| hand.people()[0]), [taken, deferred, lost]);
        desk.remove(&marked, 2).await;
        desk.accept(one).await;
        desk.defer(two).await;
        // A second one before anybody hears of the first.
        let last = desk.remove(&marked, 2).await;
        desk.lose(three).await;
        desk.finish().await;
        let told = desk.told(marked.appeal).await;
        let told = [taken, deferred, lost, unsent].map(|id| told[&id].join(" "));
        assert_eq!(told, ["appeal1 correction3", "appeal3", "appeal1? correction3", "appeal3"]);
        let variants = desk.store.variants(last.correction.unwrap()).await.unwrap();
        assert_eq!(variants[0].items, format!("since.{}", marked.version), "from what they had: both are off");
        assert!(desk.editions(marked.appeal).await.iter().all(|(kind, state)| {
            *kind != EditionKind::Cancellation && matches!(state, EditionState::Done | EditionState::Superseded)
        }));
    }
}

on_both! {
    async fn the_mail_says_which_event_is_off_and_calendars_cancel_it(store) {
        let relay = Faulty::start(Script::default()).await;
        let desk = Desk::new(store, relay.address().port()).await;
        desk.reader("anywhere", None, true).await;
        let marked = desk.both(Duration::ZERO).await;
        desk.app.dispatch().await.unwrap();
        let before = desk.store.current_version(marked.appeal).await.unwrap().unwrap();
        desk.clock.set(Timestamp(desk.now().0 + 60_000_000));
        desk.remove(&marked, 2).await;
        desk.app.dispatch().await.unwrap();
        let mails = relay.wait_for(2).await;
        let header = |data: &str, name: &str| {
            let parsed = MessageParser::new().parse(data.as_bytes()).unwrap();
            parsed.header(name.to_owned()).and_then(|value| value.as_text().map(str::to_owned))
        };
        assert_eq!(header(&mails[1].data, "In-Reply-To"), header(&mails[0].data, "Message-ID"));
        let parsed = MessageParser::new().parse(mails[1].data.as_bytes()).unwrap();
        let subject = parsed.subject().unwrap();
        assert!(subject.starts_with("Event cancelled: was Tuesday, 29 September, 18:00 | "), "{subject}");
        let text = parsed.body_text(0).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        let (what, now) = text.split_once("All that holds now:").unwrap();
        assert!(what.contains("Event cancelled Was: Tuesday, 29 September, 18:00, 2 Park Row, Leeds"), "{what}");
        assert!(now.contains("100 Victoria Street") && !now.contains("Park Row"), "{now}");
        let sent = calendars(&mails[1].data);
        assert_eq!(sent.len(), 2, "one to read, and one as a file");
        for calendar in sent {
            let calendar = reader::Reader::new(&calendar);
            let entries = calendar.of_kind("VEVENT");
            let found: Vec<_> = entries
                .iter()
                .map(|entry| {
                    let text = |name| reader::text(entry, name);
                    (text("UID"), text("STATUS"), reader::number(entry, "SEQUENCE"))
                })
                .collect();
            let [on, off] = &before.events[..] else { panic!("{:?}", before.events) };
            assert_eq!(found, [(on.uid.as_str(), "CONFIRMED", 1), (off.uid.as_str(), "CANCELLED", 1)]);
            assert_eq!(calendar.instant(entries[1], "DTSTART").to_rfc3339(), "2015-09-29T17:00:00+00:00");
        }
    }
}
