//! Appeals that come to their deadline before everybody was called: refused where that can be foreseen, else counted.

use std::time::Duration;

use handbill::appeals::AppealState;
use handbill::appeals::amend::{self, AmendError, Change};
use handbill::appeals::audience;
use handbill::appeals::event::EventDraft;
use handbill::appeals::mark::{MarkError, Marking};
use handbill::clock::Timestamp;
use handbill::deliveries::DeliveryState;
use handbill::editions::{EditionState, brakes};
use handbill::id::SubscriberId;
use handbill::subscribers::Cadence;

use super::desk::{Desk, protest};
use crate::stores::at;

const HOUR: Duration = Duration::from_secs(3600);
/// The protest starts 27 hours after the desk opens.
const START: &str = "2015-09-28T15:00:00Z";

fn held(hold: Duration) -> Marking {
    Marking { events: vec![protest()], hold, ..Marking::default() }
}

fn starts(at: &str) -> Change {
    Change { draft: EventDraft { starts: Some(at.to_owned()), ..EventDraft::default() }, ..Change::default() }
}

async fn listed(desk: &Desk) -> usize {
    desk.store.listed_posts(Timestamp(0), Timestamp(i64::MAX)).await.unwrap().len()
}

on_both! {
    async fn a_hold_ends_before_the_deadline(store) {
        let desk = Desk::new(store, 2525).await;
        let error = desk.marking(held(HOUR * 27)).await.unwrap_err();
        assert!(matches!(error, MarkError::LateHold { deadline, .. } if deadline == at(START)), "{error}");
        assert!(error.to_string().contains(START) && error.to_string().contains("--hold"), "{error}");
        let marked = desk.marking(held(HOUR * 26)).await.unwrap();
        // Nor does an amendment's, and the one before it stays as it was.
        let app = &desk.app.app;
        let later = amend::check(app, marked.appeal, &starts("2015-09-28T17:00")).await.unwrap();
        let error = amend::goes_out(app, &later, HOUR * 28).await.unwrap_err();
        assert!(matches!(error, AmendError::LateHold { end, .. } if end == at("2015-09-28T16:00:00Z")), "{error}");
        let error = amend::amend(app, &later, HOUR * 28, "test").await.unwrap_err();
        assert!(matches!(error, AmendError::LateHold { .. }), "{error}");
        // Its first hold would outlast it.
        let sooner = amend::check(app, marked.appeal, &starts("2015-09-28T14:00")).await.unwrap();
        let error = amend::amend(app, &sooner, Duration::ZERO, "test").await.unwrap_err();
        assert!(matches!(error, AmendError::StillHeld { .. }), "{error}");
        assert!(error.to_string().contains("appeals cancel"), "{error}");
        assert_eq!(desk.edition(marked.edition).await.state, EditionState::Planning);
        amend::amend(app, &later, HOUR * 27, "test").await.unwrap();
    }
}

on_both! {
    async fn of_what_has_begun_a_correction_is_held_no_longer_than_it_lasts(store) {
        let desk = Desk::new(store, 2525).await;
        desk.reader("near", None, true).await;
        let marked = desk.mark().await;
        desk.finish().await;
        desk.clock.set(at("2015-09-28T15:30:00Z"));
        let app = &desk.app.app;
        let draft = EventDraft { place: Some("Round the corner".to_owned()), ..EventDraft::default() };
        let checked = amend::check(app, marked.appeal, &Change { draft, ..Change::default() }).await.unwrap();
        let error = amend::amend(app, &checked, HOUR * 3, "test").await.unwrap_err();
        assert!(matches!(error, AmendError::LateHold { end, .. } if end == at("2015-09-28T18:00:00Z")), "{error}");
        let done = amend::amend(app, &checked, HOUR, "test").await.unwrap();
        assert!(done.correction.is_some() && done.replacement.is_none(), "{done:?}");
    }
}

on_both! {
    async fn whom_an_outage_kept_from_being_called_is_in_the_ledger(store) {
        let desk = Desk::new(store, 2525).await;
        let first = desk.reader("first", None, true).await;
        desk.reader("second", None, true).await;
        desk.reader("third", None, true).await;
        let marked = desk.mark().await;
        // Half planned, and paused, when everything stops.
        let edition = desk.edition(marked.edition).await;
        let mut tx = desk.store.begin().await.unwrap();
        assert!(tx.advance_planning(edition.id, SubscriberId(0), first).await.unwrap());
        audience::write(&mut tx, &desk.app.app, &edition, &[first], desk.now()).await.unwrap();
        tx.commit().await.unwrap();
        brakes::pause(&desk.app.app, edition.id, "test").await.unwrap();
        desk.clock.set(at(START));
        desk.finish().await;
        let counts = desk.store.counts(edition.id).await.unwrap();
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(DeliveryState::Expired, 3)]);
        assert_eq!(desk.edition(edition.id).await.state, EditionState::Done);
        assert!(desk.told(marked.appeal).await.is_empty());
    }
}

on_both! {
    async fn what_nobody_was_called_to_comes_in_digests_and_can_be_marked_anew(store) {
        let desk = Desk::new(store, 2525).await;
        let reader = desk.reader("reader", None, true).await;
        let lapsed = desk.mark().await;
        assert_eq!(listed(&desk).await, 0);
        desk.clock.set(at(START));
        desk.finish().await;
        assert_eq!(listed(&desk).await, 1);
        desk.app.pass(60);
        let digest = desk.app.plan(Cadence::Weekly).await;
        desk.finish().await;
        let readers: Vec<_> = desk.ledger(digest).await.into_iter().map(|row| row.0).collect();
        assert_eq!(readers, [reader]);
        assert!(desk.store.variants(digest).await.unwrap()[0].items.ends_with(".full"));
        // It may still be amended while it lasts; then the next one takes its place.
        let next = || Marking {
            events: vec![EventDraft { starts: Some("2015-10-05T16:00".to_owned()), ..protest() }],
            hold: HOUR,
            ..Marking::default()
        };
        let error = desk.marking(next()).await.unwrap_err();
        assert!(matches!(error, MarkError::Already(..)), "{error}");
        desk.clock.set(at("2015-09-28T18:00:00Z"));
        let anew = desk.marking(next()).await.unwrap();
        assert_eq!(anew.appeal, lapsed.appeal);
        // Taken back in its hold, nobody hears of it: what went before does not count.
        let taken_back = amend::cancel(&desk.app.app, anew.appeal, "A mistake.", "test").await.unwrap();
        assert_eq!(taken_back.correction, None);
        assert_eq!(desk.store.appeal(anew.appeal).await.unwrap().unwrap().state, AppealState::Stopped);
        desk.marking(next()).await.unwrap();
        desk.app.pass(3600);
        desk.finish().await;
        assert_eq!(desk.told(anew.appeal).await[&reader], ["appeal4"]);
        // People had this one: what comes after it is another post.
        desk.clock.set(at("2015-10-06T12:00:00Z"));
        let error = desk.marking(next()).await.unwrap_err();
        assert!(matches!(error, MarkError::Over(_, id) if id == anew.appeal), "{error}");
    }
}
