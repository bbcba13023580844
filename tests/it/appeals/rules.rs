//! The rules on marking, holds, regions, deadlines, digests and reminders.

use std::time::Duration;

use handbill::appeals::amend::{self, Change};
use handbill::appeals::event::EventDraft;
use handbill::appeals::mark::{self, MarkError, Marking};
use handbill::appeals::{AppealState, audience, public};
use handbill::clock::Timestamp;
use handbill::deliveries::DeliveryState;
use handbill::editions::{EditionKind, EditionState, brakes, planner};
use handbill::id::SubscriberId;
use handbill::subscribers::{Cadence, list};

use super::desk::{Desk, EVE, protest};
use crate::app::follows;
use crate::stores::at;

on_both! {
    async fn the_model_case_calls_london_and_those_of_no_region(store) {
        let desk = Desk::new(store, 2525).await;
        let near = desk.reader("near", Some("London"), true).await;
        let any = desk.reader("any", None, true).await;
        desk.reader("far", Some("Leeds"), true).await;
        desk.reader("quiet", Some("London"), false).await;
        let forecast = audience::forecast(&desk.app.app, &["London".to_owned()]).await.unwrap();
        let mut regions: Vec<_> = forecast.iter().map(|row| (row.region.as_deref(), row.recipients)).collect();
        regions.sort();
        assert_eq!(regions, [(None, 1), (Some("London"), 1)]);
        let marked = desk.mark().await;
        assert_eq!(marked.deadline, at("2015-09-28T15:00:00Z"), "the start of its last event");
        desk.finish().await;
        let told = desk.told(marked.appeal).await;
        assert_eq!(told.into_keys().collect::<Vec<_>>(), [near, any]);
        assert_eq!(desk.editions(marked.appeal).await, [(EditionKind::Appeal, EditionState::Done)]);
    }
}

on_both! {
    async fn what_is_over_or_doubtful_is_refused(store) {
        let desk = Desk::new(store, 2525).await;
        let one = |change: fn(&mut EventDraft)| {
            let mut event = protest();
            change(&mut event);
            Marking { events: vec![event], ..Marking::default() }
        };
        let error = desk.marking(one(|event| event.region = Some("Paris".to_owned()))).await.unwrap_err();
        assert!(matches!(&error, MarkError::Event { number: 1, error } if error.field == "region"), "{error}");
        let error = desk.marking(Marking::default()).await.unwrap_err();
        assert!(matches!(error, MarkError::NoEnd), "{error}");
        let passed = Some(at(EVE));
        let error = desk.marking(Marking { deadline: passed, ..Marking::default() }).await.unwrap_err();
        assert!(matches!(error, MarkError::Deadline(_)), "{error}");
        let marked = desk.mark().await;
        let error = desk.marking(one(|_| {})).await.unwrap_err();
        assert!(matches!(error, MarkError::Already(_, id) if id == marked.appeal), "{error}");
        // Another post for the same hour: a person has to say that it is right.
        let revision = desk.app.post("A second protest", "Appeals").await;
        let post = desk.store.revision(revision).await.unwrap().unwrap().post_id;
        let again = Desk { app: desk.app, post };
        let error = again.marking(one(|event| event.address = Some("Elsewhere".to_owned()))).await.unwrap_err();
        assert!(matches!(&error, MarkError::Doubts(doubts) if doubts[0].contains("same time")), "{error}");
        again.marking(Marking { sure: true, ..one(|_| {}) }).await.unwrap();
        // The clock goes on, and the event is over.
        again.clock.set(at("2026-11-25T10:00:00Z"));
        let revision = again.app.post("A third protest", "Appeals").await;
        let post = again.store.revision(revision).await.unwrap().unwrap().post_id;
        let late = Desk { app: again.app, post };
        let error = late.marking(one(|_| {})).await.unwrap_err().to_string();
        assert!(error.contains("over"), "{error}");
    }
}

on_both! {
    async fn an_appeal_of_some_days_ago_is_no_second_one_by_mistake(store) {
        let desk = Desk::new(store, 2525).await;
        desk.clock.set(at("2015-09-25T12:00:00Z"));
        let marked = desk.mark().await;
        desk.clock.set(at(EVE));
        desk.amend(marked.appeal, 17).await;
        let revision = desk.app.post("A second protest", "Appeals").await;
        let post = desk.store.revision(revision).await.unwrap().unwrap().post_id;
        let other = Desk { app: desk.app, post };
        let starts = Some("2015-09-28T17:00".to_owned());
        other.marking(Marking { events: vec![EventDraft { starts, ..protest() }], ..Marking::default() }).await.unwrap();
    }
}

on_both! {
    async fn a_day_that_the_text_does_not_call_to_is_doubted(store) {
        let desk = Desk::new(store, 2525).await;
        for (title, doubted) in [
            ("On Tuesday at 4pm, a protest will take place outside the office", Some("Tuesday, 2015-09-29")),
            ("On Tuesday 29 September 2015 at 4pm, a protest will take place", Some("Tuesday, 2015-09-29")),
            ("On Monday at 4pm, a protest will take place outside the office", None),
            ("What the court decided about last Tuesday", None),
        ] {
            let revision = desk.app.post(title, "Appeals").await;
            let post = desk.store.revision(revision).await.unwrap().unwrap().post_id;
            let marking = Marking { events: vec![protest()], ..Marking::default() };
            let found = mark::check(&desk.app.app, post, &marking).await;
            match (found, doubted) {
                (Ok(_), None) => {}
                (Err(MarkError::Doubts(doubts)), Some(day)) => assert!(doubts[0].contains(day), "{doubts:?}"),
                (found, _) => panic!("{title}: {found:?}"),
            }
            mark::check(&desk.app.app, post, &Marking { sure: true, ..marking }).await.unwrap();
        }
    }
}

on_both! {
    async fn the_archive_knows_what_came_after_a_version(store) {
        let desk = Desk::new(store, 2525).await;
        desk.reader("near", Some("London"), true).await;
        let marked = desk.mark().await;
        desk.finish().await;
        assert_eq!(desk.store.archived_after(marked.appeal, marked.version).await.unwrap(), None);
        let amended = desk.amend(marked.appeal, 17).await;
        desk.finish().await;
        let after = desk.store.archived_after(marked.appeal, marked.version).await.unwrap();
        assert!(amended.correction.is_some() && after == amended.correction, "{after:?} {amended:?}");
    }
}

on_both! {
    async fn during_the_hold_it_is_taken_back_and_nobody_hears_of_it(store) {
        let desk = Desk::new(store, 2525).await;
        desk.reader("near", Some("London"), true).await;
        let hold = Marking { events: vec![protest()], hold: Duration::from_secs(60), ..Marking::default() };
        let marked = desk.marking(hold.clone()).await.unwrap();
        desk.plan().await;
        let listed = async || desk.store.listed_posts(Timestamp(0), Timestamp(i64::MAX)).await.unwrap().len();
        assert_eq!(desk.edition(marked.edition).await.planned_to, SubscriberId(0), "the hold is not over");
        assert_eq!(listed().await, 0, "a post whose appeal is held waits");
        let done = amend::cancel(&desk.app.app, marked.appeal, "A mistake.", "test").await.unwrap();
        assert_eq!(done.correction, None);
        assert_eq!(listed().await, 1, "it is an ordinary post again");
        desk.app.pass(61);
        desk.finish().await;
        assert!(desk.told(marked.appeal).await.is_empty());
        assert_eq!(desk.store.appeal(marked.appeal).await.unwrap().unwrap().state, AppealState::Stopped);
        // Marked again, it goes out; the hold over, the post is listed.
        let again = desk.marking(hold).await.unwrap();
        assert_eq!(again.appeal, marked.appeal);
        assert_eq!(listed().await, 0);
        desk.app.pass(61);
        desk.finish().await;
        assert_eq!(desk.told(again.appeal).await.len(), 1);
        assert_eq!(listed().await, 1);
    }
}

on_both! {
    async fn what_was_changed_and_taken_back_in_its_hold_was_never_out(store) {
        let desk = Desk::new(store, 2525).await;
        desk.reader("near", None, true).await;
        let hold = Marking { events: vec![protest()], hold: Duration::from_secs(60), ..Marking::default() };
        let marked = desk.marking(hold.clone()).await.unwrap();
        let done = desk.amend(marked.appeal, 17).await;
        assert_eq!(done.correction, None, "nobody has anything to correct");
        assert!(desk.edition(done.replacement.unwrap()).await.is_held(desk.now()), "second thoughts go on");
        amend::cancel(&desk.app.app, marked.appeal, "A mistake.", "test").await.unwrap();
        desk.app.pass(3600);
        desk.finish().await;
        // Marked again, it is held again, and what was before does not show.
        let again = desk.marking(hold).await.unwrap();
        assert!(public::all(&desk.app.app).await.unwrap().is_empty());
        let done = amend::cancel(&desk.app.app, again.appeal, "Again a mistake.", "test").await.unwrap();
        assert_eq!(done.correction, None);
        assert_eq!(desk.store.appeal(again.appeal).await.unwrap().unwrap().state, AppealState::Stopped);
        assert!(desk.told(again.appeal).await.is_empty());
    }
}

on_both! {
    async fn cancelling_its_first_edition_takes_the_appeal_back(store) {
        let desk = Desk::new(store, 2525).await;
        desk.reader("near", None, true).await;
        let marked = desk.mark().await;
        desk.plan().await;
        brakes::cancel(&desk.app.app, marked.edition, "test").await.unwrap();
        assert_eq!(desk.store.appeal(marked.appeal).await.unwrap().unwrap().state, AppealState::Stopped);
        desk.finish().await;
        assert!(desk.told(marked.appeal).await.is_empty());
    }
}

on_both! {
    async fn what_is_not_sent_by_the_deadline_expires_and_is_counted(store) {
        let desk = Desk::new(store, 2525).await;
        desk.reader("one", None, true).await;
        desk.reader("two", None, true).await;
        let marked = desk.mark().await;
        desk.plan().await;
        desk.accept(desk.claim(marked.edition, 1).await).await;
        desk.clock.set(at("2015-09-28T15:00:00Z"));
        planner::sweep(&desk.store, desk.now(), 100).await.unwrap();
        let counts = desk.store.counts(marked.edition).await.unwrap();
        assert_eq!(counts.get(&DeliveryState::Expired), Some(&1));
        assert_eq!(counts.get(&DeliveryState::Accepted), Some(&1));
        assert_eq!(desk.edition(marked.edition).await.state, EditionState::Done);
        let ended = desk.store.urgent_ended_since(at(EVE)).await.unwrap();
        assert_eq!(ended.len(), 1);
    }
}

on_both! {
    async fn an_amendment_changes_what_is_named_and_keeps_the_rest(store) {
        let desk = Desk::new(store, 2525).await;
        let marked = desk.mark().await;
        let unchanged = amend::check(&desk.app.app, marked.appeal, &Change::default()).await.unwrap_err();
        assert!(unchanged.to_string().contains("changes nothing"), "{unchanged}");
        let draft = EventDraft { starts: Some("2015-09-28T17:30".to_owned()), ..EventDraft::default() };
        let change = Change { draft, ..Change::default() };
        let checked = amend::check(&desk.app.app, marked.appeal, &change).await.unwrap();
        let (old, new) = (&checked.before.events[0], &checked.events[0]);
        assert_eq!(new.uid, old.uid, "calendars know it by that name");
        assert_eq!(new.ends.at.since(new.starts.at), old.ends.at.since(old.starts.at), "as long as it was");
        assert_eq!((&new.address, &new.region), (&old.address, &old.region));
        assert_eq!(checked.deadline, new.starts.at, "the deadline follows its event");
        let wrong = Change { event: Some(2), ..change.clone() };
        let error = amend::check(&desk.app.app, marked.appeal, &wrong).await.unwrap_err();
        assert!(error.to_string().contains("no event 2"), "{error}");
        amend::amend(&desk.app.app, &checked, Duration::ZERO, "test").await.unwrap();
        let overtaken = amend::amend(&desk.app.app, &checked, Duration::ZERO, "test").await.unwrap_err();
        assert!(overtaken.to_string().contains("meanwhile"), "{overtaken}");
        desk.clock.set(at("2015-09-29T00:00:00Z"));
        let over = amend::check(&desk.app.app, marked.appeal, &change).await.unwrap_err();
        assert!(over.to_string().contains("over"), "{over}");
    }
}

on_both! {
    async fn who_leaves_may_still_hear_if_the_event_changes(store) {
        let desk = Desk::new(store, 2525).await;
        let follower = desk.reader("follower", None, true).await;
        let gone = desk.reader("gone", None, true).await;
        let marked = desk.mark().await;
        desk.finish().await;
        list::leave_but_follow(&desk.app.app, follower, marked.appeal, "subscriber", false).await.unwrap();
        desk.leave(gone).await;
        assert!(follows(&desk.app.app, marked.appeal, follower).await);
        desk.amend(marked.appeal, 17).await;
        desk.finish().await;
        let told = desk.told(marked.appeal).await;
        assert_eq!(told[&follower], ["appeal1", "correction2"]);
        assert_eq!(told[&gone], ["appeal1"]);
        // A reminder is no change.
        desk.clock.set(at("2015-09-28T15:59:00Z"));
        desk.remind().await;
        desk.finish().await;
        assert_eq!(desk.told(marked.appeal).await[&follower].len(), 2);
        // They leave again, with the next correction queued already.
        desk.clock.set(at("2015-09-28T15:59:30Z"));
        let done = desk.amend(marked.appeal, 18).await;
        desk.plan().await;
        desk.leave(follower).await;
        assert!(!follows(&desk.app.app, marked.appeal, follower).await);
        desk.finish().await;
        desk.amend(marked.appeal, 19).await;
        desk.finish().await;
        assert_eq!(desk.told(marked.appeal).await[&follower].len(), 2, "no more means no more");
        let counts = desk.store.counts(done.correction.unwrap()).await.unwrap();
        assert_eq!(counts.get(&DeliveryState::Suppressed), Some(&1));
        list::leave_but_follow(&desk.app.app, follower, marked.appeal, "subscriber", false).await.unwrap();
        assert!(follows(&desk.app.app, marked.appeal, follower).await);
        // Erased, they are left alone.
        list::erase(&desk.app.app, &"follower@example.org".parse().unwrap(), "cli").await.unwrap();
        assert!(!follows(&desk.app.app, marked.appeal, follower).await);
    }
}

on_both! {
    async fn a_reminder_goes_once_to_those_who_have_the_appeal(store) {
        let desk = Desk::new(store, 2525).await;
        let early = desk.reader("early", None, true).await;
        desk.clock.set(at("2015-09-26T10:00:00Z"));
        let marked = desk.mark().await;
        desk.finish().await;
        let late = desk.reader("late", None, true).await;
        assert!(desk.remind().await.is_empty(), "it is more than a day away");
        desk.clock.set(at("2015-09-27T15:00:00Z"));
        assert_eq!(desk.remind().await.len(), 1);
        assert!(desk.remind().await.is_empty());
        desk.finish().await;
        let told = desk.told(marked.appeal).await;
        assert_eq!(told[&early], ["appeal1", "reminder1"]);
        assert!(!told.contains_key(&late));
        // Put off by a day, they are corrected, and reminded once more.
        let draft = EventDraft { starts: Some("2015-09-29T16:00".to_owned()), ..EventDraft::default() };
        let checked = amend::check(&desk.app.app, marked.appeal, &Change { draft, ..Change::default() }).await.unwrap();
        amend::amend(&desk.app.app, &checked, Duration::ZERO, "test").await.unwrap();
        desk.finish().await;
        desk.clock.set(at("2015-09-28T15:00:00Z"));
        assert_eq!(desk.remind().await.len(), 1);
        desk.finish().await;
        let told = desk.told(marked.appeal).await;
        assert_eq!(told[&early], ["appeal1", "reminder1", "correction2", "reminder2"]);
        assert_eq!(told[&late], ["appeal2", "reminder2"], "who came later is called by the replacement");
    }
}

on_both! {
    async fn an_appeal_of_the_last_hours_is_not_reminded_of(store) {
        let desk = Desk::new(store, 2525).await;
        desk.reader("near", None, true).await;
        desk.clock.set(at("2015-09-27T14:00:00Z"));
        desk.mark().await;
        desk.finish().await;
        desk.clock.set(at("2015-09-27T15:30:00Z"));
        assert!(desk.remind().await.is_empty(), "they have heard of it an hour ago");
    }
}

on_both! {
    async fn a_digest_has_an_appeal_as_a_line_or_in_full(store) {
        let desk = Desk::new(store, 2525).await;
        let near = desk.reader("near", Some("London"), true).await;
        let far = desk.reader("far", Some("Leeds"), true).await;
        let marked = desk.mark().await;
        desk.clock.set(at("2015-09-28T08:00:00Z"));
        // While its people are not all written down, the digest waits.
        let mut tx = desk.store.begin().await.unwrap();
        assert_eq!(tx.list_live_posts(desk.now()).await.unwrap(), 1);
        tx.commit().await.unwrap();
        desk.app.pass(1);
        let alone = desk.app.plan(Cadence::Weekly).await;
        let edition = desk.edition(alone).await;
        let step = planner::Planner::default().step(&desk.app.app, &edition).await.unwrap();
        assert_eq!(step, planner::Step::Blocked);
        desk.finish().await;
        let readers = |rows: Vec<(SubscriberId, String, i32)>| rows.into_iter().map(|row| row.0).collect::<Vec<_>>();
        assert_eq!(readers(desk.ledger(alone).await), [far], "a digest of lines only is not sent");
        let variants = desk.store.variants(alone).await.unwrap();
        assert!(variants[0].items.ends_with(".full"), "{}", variants[0].items);
        // With news beside it, who had it sees it as one line.
        desk.clock.set(at("2015-10-05T07:30:00Z"));
        desk.app.post("How it went", "Articles").await;
        desk.clock.set(at("2015-10-05T08:00:00Z"));
        let next = desk.app.plan(Cadence::Weekly).await;
        desk.finish().await;
        let mut rows = readers(desk.ledger(next).await);
        rows.sort();
        assert_eq!(rows, [near, far]);
        let mut items: Vec<_> = desk.store.variants(next).await.unwrap().into_iter().map(|row| row.items).collect();
        items.sort_by_key(String::len);
        assert!(!items[0].contains("line") && items[1].contains(".line"), "{items:?}");
        assert_eq!(desk.store.who_had(&[marked.appeal], near, far).await.unwrap(), [(near, marked.appeal)]);
    }
}

on_both! {
    async fn an_appeal_is_held_while_nobody_hears_of_it_and_no_longer(store) {
        let desk = Desk::new(store, 2525).await;
        desk.reader("near", None, true).await;
        let hold = || Marking { events: vec![protest()], hold: Duration::from_secs(60), ..Marking::default() };
        let held = async |appeal| {
            let editions = desk.store.appeal_editions(appeal).await.unwrap();
            desk.store.appeal(appeal).await.unwrap().unwrap().held_until(&editions, desk.now())
        };
        let marked = desk.marking(hold()).await.unwrap();
        let appeal = marked.appeal;
        assert_eq!(held(appeal).await, Some(marked.hold_until));
        desk.app.pass(1);
        desk.amend(appeal, 17).await;
        assert_eq!(held(appeal).await, Some(marked.hold_until));
        amend::cancel(&desk.app.app, appeal, "A mistake.", "test").await.unwrap();
        assert_eq!(held(appeal).await, None, "it was taken back");
        desk.app.pass(1);
        let again = desk.marking(hold()).await.unwrap();
        assert_eq!(held(appeal).await, Some(again.hold_until));
        desk.app.pass(60);
        assert_eq!(held(appeal).await, None);
        desk.finish().await;
        // A correction may be held, but people know of the appeal by now.
        let draft = EventDraft { starts: Some("2015-09-28T18:00".to_owned()), ..EventDraft::default() };
        let checked = amend::check(&desk.app.app, appeal, &Change { draft, ..Change::default() }).await.unwrap();
        amend::amend(&desk.app.app, &checked, Duration::from_secs(3600), "test").await.unwrap();
        assert_eq!(held(appeal).await, None);
    }
}
