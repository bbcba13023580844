//! When a reminder is due, and when it is not, or not any more.

use std::time::Duration;

use handbill::appeals::amend::{self, Change};
use handbill::appeals::event::EventDraft;
use handbill::appeals::mark::{Marked, Marking};
use handbill::clock::Timestamp;
use handbill::editions::EditionKind;

use super::desk::{Desk, protest};
use crate::stores::at;

/// When the protest starts, and a day before that.
const START: &str = "2015-09-28T15:00:00Z";
const DUE: &str = "2015-09-27T15:00:00Z";

impl Desk {
    /// How many reminders are made at `now`.
    async fn reminds_at(&self, now: Timestamp) -> usize {
        self.clock.set(now);
        self.remind().await.len()
    }

    /// The protest and these, marked two days before.
    async fn marked(&self, others: &[EventDraft]) -> Marked {
        self.clock.set(at("2015-09-26T15:00:00Z"));
        let events = [protest()].iter().chain(others).cloned().collect();
        self.marking(Marking { events, ..Marking::default() }).await.unwrap()
    }

    async fn change(&self, marked: &Marked, draft: EventDraft) {
        let change = Change { draft, ..Change::default() };
        let checked = amend::check(&self.app.app, marked.appeal, &change).await.unwrap();
        amend::amend(&self.app.app, &checked, Duration::ZERO, "test").await.unwrap();
    }
}

fn just_before(moment: Timestamp) -> Timestamp {
    Timestamp(moment.0 - 1)
}

on_both! {
    async fn a_reminder_is_due_a_day_before_to_the_microsecond(store) {
        let desk = Desk::new(store, 2525).await;
        let marked = desk.marked(&[]).await;
        assert_eq!(desk.reminds_at(just_before(at(DUE))).await, 0);
        desk.clock.set(at(DUE));
        let reminder = desk.edition(desk.remind().await[0]).await;
        assert_eq!((reminder.kind, reminder.appeal_version_id), (EditionKind::Reminder, Some(marked.version)));
        assert_eq!((reminder.slot_at, reminder.deadline_at), (Some(at(START)), at(START)));
        assert_eq!(desk.reminds_at(at(DUE)).await, 0, "once");
        assert_eq!(desk.reminds_at(just_before(at(START))).await, 0);
    }
}

on_both! {
    async fn a_late_reminder_comes_until_the_event_starts(store) {
        let desk = Desk::new(store, 2525).await;
        desk.marked(&[]).await;
        // Nobody was there to remind before.
        assert_eq!(desk.reminds_at(at("2015-09-28T18:00:00Z")).await, 0, "it is over");
        assert_eq!(desk.reminds_at(at(START)).await, 0, "it has started");
        assert_eq!(desk.reminds_at(just_before(at(START))).await, 1);
    }
}

on_both! {
    async fn an_amended_start_is_reminded_of_and_the_one_before_it_is_not(store) {
        let desk = Desk::new(store, 2525).await;
        let marked = desk.marked(&[]).await;
        let starts = |text: &str| EventDraft { starts: Some(text.to_owned()), ..EventDraft::default() };
        // Put off, and then brought forward to before it was.
        desk.change(&marked, starts("2015-09-29T16:00")).await;
        assert_eq!(desk.reminds_at(at(DUE)).await, 0);
        desk.change(&marked, starts("2015-09-29T11:00")).await;
        assert_eq!(desk.reminds_at(just_before(at("2015-09-28T10:00:00Z"))).await, 0);
        assert_eq!(desk.reminds_at(at("2015-09-28T10:00:00Z")).await, 1);
        // Another place is no other event, and another time is one, unless its correction is as good as a reminder.
        let place = EventDraft { place: Some("The back door".to_owned()), ..EventDraft::default() };
        desk.change(&marked, place).await;
        assert_eq!(desk.reminds_at(at("2015-09-28T13:00:00Z")).await, 0);
        desk.change(&marked, starts("2015-09-29T16:01")).await;
        assert_eq!(desk.reminds_at(at("2015-09-28T15:01:00Z")).await, 1, "heard of two hours and a minute before");
        desk.change(&marked, starts("2015-09-29T18:00")).await;
        assert_eq!(desk.reminds_at(at("2015-09-28T17:00:00Z")).await, 0, "heard of less than two hours before");
    }
}

on_both! {
    async fn a_change_that_nobody_sees_takes_the_reminder_from_nobody(store) {
        let desk = Desk::new(store, 2525).await;
        let told = desk.reader("told", None, true).await;
        desk.reader("other", None, true).await;
        let marked = desk.marked(&[]).await;
        desk.finish().await;
        // An hour before the reminder; the second one is held until after it.
        let leeds = EventDraft { region: Some("Leeds".to_owned()), ..EventDraft::default() };
        desk.clock.set(at("2015-09-27T14:00:00Z"));
        desk.change(&marked, leeds).await;
        let deadline = Some(at("2015-09-28T14:00:00Z"));
        let checked = amend::check(&desk.app.app, marked.appeal, &Change { deadline, ..Change::default() }).await.unwrap();
        amend::amend(&desk.app.app, &checked, Duration::from_secs(7200), "test").await.unwrap();
        desk.clock.set(at(DUE));
        let reminder = desk.remind().await;
        assert_eq!(reminder.len(), 1);
        // Nor does one that comes while it is being sent.
        desk.plan().await;
        desk.accept(desk.claim(reminder[0], 1).await).await;
        desk.change(&marked, EventDraft { region: Some("everybody".to_owned()), ..EventDraft::default() }).await;
        desk.finish().await;
        let told_all = desk.told(marked.appeal).await;
        assert!(told_all.values().all(|told| told == &["appeal1", "reminder3"]), "{told_all:?}");
        assert_eq!(told_all.len(), 2);
        // One that they see does.
        let place = EventDraft { place: Some("The back door".to_owned()), ..EventDraft::default() };
        desk.clock.set(at("2015-09-27T16:00:00Z"));
        desk.change(&marked, place).await;
        desk.finish().await;
        assert_eq!(desk.told(marked.appeal).await[&told].last().map(String::as_str), Some("correction5"));
    }
}

on_both! {
    async fn nobody_is_reminded_of_what_was_called_off_or_taken_back(store) {
        let desk = Desk::new(store, 2525).await;
        let marked = desk.marked(&[]).await;
        amend::cancel(&desk.app.app, marked.appeal, "The street is closed.", "test").await.unwrap();
        assert_eq!(desk.reminds_at(at(DUE)).await, 0);
        assert_eq!(desk.reminds_at(just_before(at(START))).await, 0);
    }
}

on_both! {
    async fn what_is_taken_back_before_it_goes_out_is_not_reminded_of(store) {
        let desk = Desk::new(store, 2525).await;
        desk.clock.set(at("2015-09-26T15:00:00Z"));
        let hold = Duration::from_secs(3600);
        let marked = desk.marking(Marking { events: vec![protest()], hold, ..Marking::default() }).await.unwrap();
        amend::cancel(&desk.app.app, marked.appeal, "A slip.", "test").await.unwrap();
        assert_eq!(desk.reminds_at(at(DUE)).await, 0);
    }
}

on_both! {
    async fn each_event_is_reminded_of_at_its_own_time(store) {
        let desk = Desk::new(store, 2525).await;
        let some = |text: &str| Some(text.to_owned());
        let vigil = EventDraft { starts: some("2015-09-28T18:00"), address: some("2 Park Row, Leeds"), ..EventDraft::default() };
        let march = EventDraft { starts: some("2015-10-05T12:00"), address: some("Park Row, Leeds"), ..EventDraft::default() };
        let marked = desk.marked(&[march, vigil]).await;
        assert_eq!(desk.reminds_at(at(DUE)).await, 1);
        assert_eq!(desk.reminds_at(at("2015-09-27T17:00:00Z")).await, 1);
        assert_eq!(desk.reminds_at(at("2015-09-28T17:00:00Z")).await, 0);
        assert_eq!(desk.reminds_at(at("2015-10-04T11:00:00Z")).await, 1);
        let reminders = desk.editions(marked.appeal).await.into_iter().filter(|(kind, _)| *kind == EditionKind::Reminder);
        assert_eq!(reminders.count(), 3);
    }
}

on_both! {
    async fn of_two_events_the_one_that_has_started_is_not_reminded_of(store) {
        let desk = Desk::new(store, 2525).await;
        let starts = Some("2015-09-28T18:00".to_owned());
        desk.marked(&[EventDraft { starts, ..protest() }]).await;
        desk.clock.set(at("2015-09-28T16:00:00Z"));
        let made = desk.remind().await;
        assert_eq!(made.len(), 1);
        assert_eq!(desk.edition(made[0]).await.slot_at, Some(at("2015-09-28T17:00:00Z")));
    }
}

on_both! {
    async fn the_config_says_how_long_before_and_whether_at_all(store) {
        let desk = Desk::with(store, 2525, "reminder = \"0s\"\n").await;
        desk.marked(&[]).await;
        assert_eq!(desk.reminds_at(at(DUE)).await, 0);
        assert_eq!(desk.reminds_at(just_before(at(START))).await, 0);
    }
}

on_both! {
    async fn a_shorter_time_is_counted_from_the_start(store) {
        let desk = Desk::with(store, 2525, "reminder = \"2h\"\n").await;
        desk.marked(&[]).await;
        assert_eq!(desk.reminds_at(just_before(at("2015-09-28T13:00:00Z"))).await, 0);
        assert_eq!(desk.reminds_at(at("2015-09-28T13:00:00Z")).await, 1);
    }
}
