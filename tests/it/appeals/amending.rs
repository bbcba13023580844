//! What an amendment may change, and whom it is told to.

use std::time::Duration;

use handbill::appeals::amend::{self, AmendError, Amended, Change, Checked};
use handbill::appeals::audience::Forecast;
use handbill::appeals::event::EventDraft;
use handbill::appeals::mark::{self, MarkError, Marking};
use handbill::appeals::outlook::outlook;
use handbill::id::AppealId;

use super::desk::{Desk, protest};
use crate::stores::at;

async fn check(desk: &Desk, appeal: AppealId, change: &Change) -> Result<Checked, AmendError> {
    amend::check(&desk.app.app, appeal, change).await
}

async fn carry_out(desk: &Desk, appeal: AppealId, change: &Change) -> Amended {
    let checked = check(desk, appeal, change).await.unwrap();
    amend::amend(&desk.app.app, &checked, Duration::ZERO, "test").await.unwrap()
}

fn region(name: &str) -> Change {
    let draft = EventDraft { region: Some(name.to_owned()), ..EventDraft::default() };
    Change { draft, ..Change::default() }
}

on_both! {
    async fn who_sees_no_change_is_not_corrected(store) {
        let desk = Desk::new(store, 2525).await;
        let told = desk.reader("told", None, true).await;
        let marked = desk.mark().await;
        desk.finish().await;
        let appeal = marked.appeal;
        // To another hour and back, before the relay takes the first correction.
        let first = desk.amend(appeal, 17).await;
        desk.plan().await;
        desk.defer(desk.claim(first.correction.unwrap(), 1).await).await;
        desk.amend(appeal, 16).await;
        desk.finish().await;
        assert_eq!(desk.told(appeal).await[&told], ["appeal1"]);
        // For others now, and called to for a shorter while: it is where it was, when it was.
        carry_out(&desk, appeal, &region("Leeds")).await;
        desk.finish().await;
        let deadline = Some(at("2015-09-28T14:00:00Z"));
        carry_out(&desk, appeal, &Change { deadline, ..Change::default() }).await;
        desk.finish().await;
        assert_eq!(desk.told(appeal).await[&told], ["appeal1"]);
        // Another hour they do see, from the version that they had.
        let last = desk.amend(appeal, 18).await;
        desk.finish().await;
        assert_eq!(desk.told(appeal).await[&told], ["appeal1", "correction6"]);
        let variants = desk.store.variants(last.correction.unwrap()).await.unwrap();
        assert_eq!(variants[0].items, format!("since.{}", marked.version));
    }
}

on_both! {
    async fn who_may_not_have_it_gets_it_even_if_nothing_else_is_new(store) {
        let desk = Desk::new(store, 2525).await;
        let taken = desk.reader("taken", None, true).await;
        let lost = desk.reader("lost", None, true).await;
        let marked = desk.mark().await;
        desk.plan().await;
        desk.accept(desk.claim(marked.edition, 1).await).await;
        desk.lose(desk.claim(marked.edition, 1).await).await;
        carry_out(&desk, marked.appeal, &region("Leeds")).await;
        desk.finish().await;
        let told = desk.told(marked.appeal).await;
        assert_eq!((told[&taken].join(" "), told[&lost].join(" ")), ("appeal1".into(), "appeal1? correction2".into()));
    }
}

on_both! {
    async fn a_deadline_is_not_after_the_last_event(store) {
        let desk = Desk::new(store, 2525).await;
        let (late, right) = (Some(at("2015-09-28T18:00:01Z")), Some(at("2015-09-28T18:00:00Z")));
        let marking = |deadline| Marking { events: vec![protest()], deadline, ..Marking::default() };
        let error = desk.marking(marking(late)).await.unwrap_err();
        assert!(matches!(error, MarkError::LateDeadline { .. }), "{error}");
        let appeal = desk.marking(marking(right)).await.unwrap().appeal;
        let error = check(&desk, appeal, &Change { deadline: late, ..Change::default() }).await.unwrap_err();
        assert!(matches!(error, AmendError::LateDeadline { .. }), "{error}");
        // Where the event comes to lie before a deadline of its own, the deadline follows it.
        let starts = Some("2015-09-28T10:00".to_owned());
        let change = Change { draft: EventDraft { starts, ..EventDraft::default() }, ..Change::default() };
        assert_eq!(check(&desk, appeal, &change).await.unwrap().deadline, at("2015-09-28T09:00:00Z"));
    }
}

on_both! {
    async fn of_what_has_begun_nobody_says_that_its_deadline_has_passed(store) {
        let desk = Desk::new(store, 2525).await;
        desk.clock.set(at("2015-09-28T15:03:00Z"));
        let error = desk.marking(Marking { events: vec![protest()], ..Marking::default() }).await.unwrap_err();
        assert!(matches!(error, MarkError::Begun(start) if start == at("2015-09-28T15:00:00Z")), "{error}");
        let deadline = Some(at("2015-09-28T16:00:00Z"));
        desk.marking(Marking { events: vec![protest()], deadline, ..Marking::default() }).await.unwrap();
    }
}

on_both! {
    async fn a_petition_gets_another_region_or_an_event(store) {
        let desk = Desk::new(store, 2525).await;
        let deadline = Some(at("2015-10-05T12:00:00Z"));
        let petition = Marking { deadline, region: Some("London".to_owned()), ..Marking::default() };
        let appeal = desk.marking(petition).await.unwrap().appeal;
        assert_eq!(check(&desk, appeal, &region("leeds")).await.unwrap().regions, ["Leeds"]);
        assert!(check(&desk, appeal, &region("Everybody")).await.unwrap().regions.is_empty());
        let error = check(&desk, appeal, &region("Paris")).await.unwrap_err().to_string();
        assert!(error.contains("no region") && error.contains("or everybody"), "{error}");
        let place = EventDraft { place: Some("Gate".to_owned()), ..EventDraft::default() };
        let error = check(&desk, appeal, &Change { draft: place, ..Change::default() }).await.unwrap_err().to_string();
        assert!(error.contains("has no event;") && error.contains("--add"), "{error}");
        // As its source says it.
        assert_eq!(desk.declared(appeal, &[], Some("Leeds")).await.unwrap().regions, ["Leeds"]);
        assert!(desk.declared(appeal, &[], None).await.unwrap().regions.is_empty());
        // An event is for whom the petition was for, and its deadline is not after it.
        let draft = EventDraft { region: None, ..protest() };
        let change = Change { add: true, draft, ..Change::default() };
        let checked = check(&desk, appeal, &change).await.unwrap();
        assert_eq!((checked.events.len(), checked.regions), (1, vec!["London".to_owned()]));
        assert_eq!(checked.deadline, at("2015-09-28T15:00:00Z"));
        carry_out(&desk, appeal, &change).await;
        let second = EventDraft { starts: Some("2015-09-30T16:00".to_owned()), ..protest() };
        let checked = check(&desk, appeal, &Change { add: true, draft: second, ..Change::default() }).await.unwrap();
        assert_eq!(checked.events.len(), 2);
        assert_ne!(checked.events[0].uid, checked.events[1].uid);
        assert!(check(&desk, appeal, &region("everybody")).await.unwrap().regions.is_empty());
    }
}

on_both! {
    async fn an_edited_source_drops_what_it_names_no_more_and_leaves_alone_what_is_over(store) {
        let desk = Desk::new(store, 2525).await;
        let tuesday = EventDraft {
            starts: Some("2015-09-29T16:00".to_owned()),
            address: Some("2 Park Row, London".to_owned()),
            ..protest()
        };
        let events = vec![protest(), tuesday.clone()];
        let appeal = desk.marking(Marking { events, ..Marking::default() }).await.unwrap().appeal;
        let dropped = desk.declared(appeal, std::slice::from_ref(&tuesday), None).await.unwrap();
        assert_eq!(dropped.events, dropped.before.events[1..], "Tuesday is what it was");
        // Monday is over.
        desk.clock.set(at("2015-09-28T20:00:00Z"));
        let later = EventDraft { starts: Some("2015-09-29T18:00".to_owned()), ..tuesday };
        let both = [protest(), later.clone()];
        let checked = desk.declared(appeal, &both, None).await.unwrap();
        assert_eq!(checked.events[0], checked.before.events[0]);
        assert_eq!(checked.events[1].uid, checked.before.events[1].uid);
        assert_eq!(checked.events[1].starts.at, at("2015-09-29T17:00:00Z"));
        let alone = desk.declared(appeal, &[later], None).await.unwrap();
        assert_eq!(alone.events, checked.events, "nobody needs to hear that what is over is gone");
    }
}

on_both! {
    async fn an_outlook_counts_who_is_corrected_and_who_is_called(store) {
        let desk = Desk::new(store, 2525).await;
        desk.reader("near", Some("London"), true).await;
        desk.reader("any", None, true).await;
        let gone = desk.reader("gone", None, true).await;
        desk.reader("far", Some("Leeds"), true).await;
        desk.reader("quiet", Some("Leeds"), false).await;
        let appeal = desk.mark().await.appeal;
        desk.finish().await;
        desk.leave(gone).await;
        let row = |region: Option<&str>| Forecast {
            region: region.map(str::to_owned),
            language: desk.app.config.site.language.clone(),
            recipients: 1,
        };
        let leeds = check(&desk, appeal, &region("Leeds")).await.unwrap();
        let found = outlook(&desk.app.app, &leeds).await.unwrap();
        assert_eq!((found.corrected, found.called), (vec![], vec![row(Some("Leeds"))]), "the others see no change");
        let draft = EventDraft { starts: Some("2015-09-28T17:00".to_owned()), ..region("Leeds").draft };
        let moved = check(&desk, appeal, &Change { draft, ..Change::default() }).await.unwrap();
        let found = outlook(&desk.app.app, &moved).await.unwrap();
        assert_eq!(found.corrected, [row(None), row(Some("London"))]);
        assert_eq!(found.called, [row(Some("Leeds"))]);
        // And so it comes.
        amend::amend(&desk.app.app, &moved, Duration::ZERO, "test").await.unwrap();
        desk.finish().await;
        let told: Vec<_> = desk.told(appeal).await.into_values().map(|told| told.join(" ")).collect();
        assert_eq!(told, ["appeal1 correction2", "appeal1 correction2", "appeal1", "appeal2"]);
    }
}

on_both! {
    async fn a_look_at_what_would_be_waits_for_no_writer(store) {
        let desk = Desk::new(store, 2525).await;
        desk.reader("near", None, true).await;
        let appeal = desk.mark().await.appeal;
        desk.finish().await;
        let change = check(&desk, appeal, &region("Leeds")).await.unwrap();
        let second = desk.app.post("A second protest", "Appeals").await;
        let post = desk.store.revision(second).await.unwrap().unwrap().post_id;
        let writing = desk.store.begin().await.unwrap();
        outlook(&desk.app.app, &change).await.unwrap();
        let starts = Some("2015-09-30T16:00".to_owned());
        let marking = Marking { events: vec![EventDraft { starts, ..protest() }], ..Marking::default() };
        mark::check(&desk.app.app, post, &marking).await.unwrap();
        drop(writing);
    }
}

on_both! {
    async fn an_open_appeal_whose_post_was_withdrawn_is_found(store) {
        let desk = Desk::new(store, 2525).await;
        let appeal = desk.mark().await.appeal;
        assert!(desk.store.appeals_of_withdrawn().await.unwrap().is_empty());
        let mut tx = desk.store.begin().await.unwrap();
        tx.withdraw_post(desk.post).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(desk.store.appeals_of_withdrawn().await.unwrap(), [(appeal, desk.post)]);
        amend::cancel(&desk.app.app, appeal, "Rain.", "test").await.unwrap();
        assert!(desk.store.appeals_of_withdrawn().await.unwrap().is_empty());
    }
}

on_both! {
    async fn an_end_that_the_clocks_skip_keeps_nobody_from_amending(store) {
        let desk = Desk::new(store, 2525).await;
        // As earlier versions of Handbill kept it: three hours on by the clock, where the clocks go forward.
        let starts = Some("2016-03-26T22:30".to_owned());
        let marking = Marking { events: vec![EventDraft { starts, ..protest() }], ..Marking::default() };
        let mut checked = mark::check(&desk.app.app, desk.post, &marking).await.unwrap();
        checked.events[0].ends.local = "2016-03-27T01:30:00".parse().unwrap();
        let appeal = mark::mark(&desk.app.app, &checked, "test").await.unwrap().appeal;
        let place = EventDraft { place: Some("Gate 2".to_owned()), ..EventDraft::default() };
        let amended = check(&desk, appeal, &Change { draft: place, ..Change::default() }).await.unwrap();
        assert_eq!(amended.events[0].ends, amended.before.events[0].ends);
        carry_out(&desk, appeal, &region("Leeds")).await;
        let starts = EventDraft { starts: Some("2016-03-26T23:00".to_owned()), ..EventDraft::default() };
        let moved = check(&desk, appeal, &Change { draft: starts, ..Change::default() }).await.unwrap();
        assert_eq!(moved.events[0].ends.at, at("2016-03-27T02:00:00Z"));
        assert_eq!(moved.events[0].ends.local, "2016-03-27T03:00:00".parse().unwrap());
    }
}
