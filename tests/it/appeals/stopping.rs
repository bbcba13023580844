//! Taking an appeal back before anybody hears of it, and that it cannot be taken back afterwards.

use std::time::Duration;

use handbill::appeals::amend::{self, AmendError, Amended, Change};
use handbill::appeals::event::EventDraft;
use handbill::appeals::mark::{self, Marked, Marking};
use handbill::appeals::{AppealState, VersionKind};
use handbill::clock::Timestamp;
use handbill::editions::brakes::{self, BrakeError};
use handbill::editions::{EditionKind, EditionState};
use handbill::id::{AppealId, EditionId, PostId};
use handbill::posts::PostState;
use handbill::store::proposals::Proposal;

use super::desk::{Desk, protest};

async fn held(desk: &Desk, hold: u64) -> Marked {
    let hold = Duration::from_secs(hold);
    desk.marking(Marking { events: vec![protest()], hold, ..Marking::default() }).await.unwrap()
}

/// As [`Desk::amend`], but nobody is told for so many seconds.
async fn amend(desk: &Desk, appeal: AppealId, hour: u32, hold: u64) -> Amended {
    let draft = EventDraft { starts: Some(format!("2015-09-28T{hour}:00")), ..EventDraft::default() };
    let checked = amend::check(&desk.app.app, appeal, &Change { draft, ..Change::default() }).await.unwrap();
    amend::amend(&desk.app.app, &checked, Duration::from_secs(hold), "test").await.unwrap()
}

async fn take_back(desk: &Desk, appeal: AppealId) {
    let done = amend::cancel(&desk.app.app, appeal, "A mistake.", "test").await.unwrap();
    assert_eq!(done.correction, None);
}

async fn cancel(desk: &Desk, edition: EditionId) -> Result<(), BrakeError> {
    brakes::cancel(&desk.app.app, edition, "test").await
}

async fn post_state(desk: &Desk, post: PostId) -> PostState {
    desk.store.post(post).await.unwrap().unwrap().state
}

async fn appeal_state(desk: &Desk, appeal: AppealId) -> AppealState {
    desk.store.appeal(appeal).await.unwrap().unwrap().state
}

/// The posts that digests would bring.
async fn listed(desk: &Desk) -> usize {
    desk.store.listed_posts(Timestamp(0), Timestamp(i64::MAX)).await.unwrap().len()
}

/// Another post, which stands there.
async fn stands(desk: &mut Desk, state: PostState) {
    let revision = desk.app.post(&format!("A {state} post"), "Appeals").await;
    desk.post = desk.store.revision(revision).await.unwrap().unwrap().post_id;
    let mut tx = desk.store.begin().await.unwrap();
    tx.set_post_state(desk.post, state).await.unwrap();
    tx.commit().await.unwrap();
}

on_both! {
    async fn taken_back_a_post_stands_where_it_stood(store) {
        let mut desk = Desk::new(store, 2525).await;
        desk.reader("near", None, true).await;
        for state in [PostState::Baseline, PostState::Held, PostState::Dropped, PostState::Live] {
            stands(&mut desk, state).await;
            let before = listed(&desk).await;
            // In its hold, twice, and by its edition when nobody has it yet.
            for _ in 0..2 {
                let marked = held(&desk, 60).await;
                take_back(&desk, marked.appeal).await;
                assert_eq!((post_state(&desk, desk.post).await, listed(&desk).await), (state, before));
            }
            let marked = held(&desk, 0).await;
            desk.plan().await;
            assert_eq!(post_state(&desk, desk.post).await, PostState::Live);
            cancel(&desk, marked.edition).await.unwrap();
            assert_eq!((post_state(&desk, desk.post).await, listed(&desk).await), (state, before));
            desk.app.pass(61);
            desk.finish().await;
            assert!(desk.told(marked.appeal).await.is_empty());
            // Once people have it, it is like any other.
            let marked = held(&desk, 0).await;
            desk.finish().await;
            assert_eq!(desk.told(marked.appeal).await.len(), 1);
            amend::cancel(&desk.app.app, marked.appeal, "Rain.", "test").await.unwrap();
            assert_eq!(post_state(&desk, desk.post).await, PostState::Live);
        }
    }
}

on_both! {
    async fn a_post_that_is_moved_during_the_hold_stays_there(store) {
        let mut desk = Desk::new(store, 2525).await;
        stands(&mut desk, PostState::Baseline).await;
        let marked = held(&desk, 60).await;
        let mut tx = desk.store.begin().await.unwrap();
        tx.withdraw_post(desk.post).await.unwrap();
        tx.commit().await.unwrap();
        take_back(&desk, marked.appeal).await;
        assert_eq!(post_state(&desk, desk.post).await, PostState::Withdrawn);
        let mut tx = desk.store.begin().await.unwrap();
        tx.return_post(desk.post).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(post_state(&desk, desk.post).await, PostState::Baseline, "its file is back");
        stands(&mut desk, PostState::Held).await;
        let marked = held(&desk, 60).await;
        handbill::posts::review::drop_post(&desk.store, desk.post, "test", desk.now()).await.unwrap();
        take_back(&desk, marked.appeal).await;
        assert_eq!(post_state(&desk, desk.post).await, PostState::Dropped, "a person decided that meanwhile");
    }
}

on_both! {
    async fn no_mailing_of_an_appeal_that_was_heard_of_is_cancelled_in_silence(store) {
        let desk = Desk::new(store, 2525).await;
        let first = desk.reader("first", None, true).await;
        let second = desk.reader("second", None, true).await;
        let marked = desk.mark().await;
        desk.plan().await;
        desk.accept(desk.claim(marked.edition, 1).await).await;
        let done = amend(&desk, marked.appeal, 17, 300).await;
        let (call, correction) = (done.replacement.unwrap(), done.correction.unwrap());
        for edition in [correction, call] {
            let error = cancel(&desk, edition).await.unwrap_err();
            assert!(matches!(&error, BrakeError::Heard(appeal, _, 1) if *appeal == marked.appeal), "{error}");
            for instead in ["handbill appeals amend", "handbill appeals cancel"] {
                assert!(error.to_string().contains(instead), "{error}");
            }
            assert_eq!(desk.edition(edition).await.state, EditionState::Planning, "it goes on");
        }
        desk.app.pass(301);
        desk.finish().await;
        let told = desk.told(marked.appeal).await;
        assert_eq!((told[&first].join(" "), told[&second].join(" ")), ("appeal1 correction2".into(), "appeal2".into()));
        // A reminder leaves nobody with anything old.
        desk.clock.set(crate::stores::at("2015-09-28T15:00:00Z"));
        let reminder = desk.remind().await[0];
        cancel(&desk, reminder).await.unwrap();
        assert_eq!(appeal_state(&desk, marked.appeal).await, AppealState::Open);
        // That it is off is not kept from them either.
        let off = amend::cancel(&desk.app.app, marked.appeal, "Rain.", "test").await.unwrap();
        let error = cancel(&desk, off.correction.unwrap()).await.unwrap_err();
        assert!(matches!(error, BrakeError::Heard(_, _, 2)), "{error}");
    }
}

on_both! {
    async fn without_a_call_an_appeal_is_taken_back_however_often_it_was_amended(store) {
        let desk = Desk::new(store, 2525).await;
        desk.reader("near", None, true).await;
        let marked = held(&desk, 60).await;
        let done = amend(&desk, marked.appeal, 17, 0).await;
        cancel(&desk, done.replacement.unwrap()).await.unwrap();
        assert_eq!(appeal_state(&desk, marked.appeal).await, AppealState::Stopped);
        // The same when it was planned, but nothing was sent; then there is a correction too.
        let marked = held(&desk, 0).await;
        desk.plan().await;
        let done = amend(&desk, marked.appeal, 18, 0).await;
        cancel(&desk, done.correction.unwrap()).await.unwrap();
        assert_eq!(appeal_state(&desk, marked.appeal).await, AppealState::Open, "people are still called");
        cancel(&desk, done.replacement.unwrap()).await.unwrap();
        assert_eq!(appeal_state(&desk, marked.appeal).await, AppealState::Stopped);
        desk.app.pass(61);
        desk.finish().await;
        assert!(desk.told(marked.appeal).await.is_empty());
        let editions = desk.editions(marked.appeal).await;
        let open = [EditionState::Planning, EditionState::Sending, EditionState::Paused];
        assert!(editions.iter().all(|(_, state)| !open.contains(state)), "{editions:?}");
        assert!(editions.iter().any(|(kind, _)| *kind == EditionKind::Correction));
    }
}

on_both! {
    async fn only_the_first_hold_is_inherited(store) {
        let desk = Desk::new(store, 2525).await;
        desk.reader("near", None, true).await;
        // A mark that was taken back has nothing to say about the next one.
        let marked = held(&desk, 7200).await;
        amend(&desk, marked.appeal, 17, 0).await;
        take_back(&desk, marked.appeal).await;
        desk.app.pass(1);
        let marked = held(&desk, 60).await;
        let until = marked.hold_until;
        let done = amend(&desk, marked.appeal, 17, 600).await;
        assert_eq!(done.hold_until, desk.now().plus(Duration::from_secs(600)));
        let done = amend(&desk, marked.appeal, 18, 0).await;
        assert_eq!(done.hold_until, until, "the first word's own");
        assert_eq!(desk.edition(done.replacement.unwrap()).await.hold_until, Some(until));
        desk.app.pass(61);
        desk.finish().await;
        // Out: a later change does not wait for an earlier one's hold.
        amend(&desk, marked.appeal, 17, 600).await;
        let done = amend(&desk, marked.appeal, 19, 0).await;
        assert_eq!(done.hold_until, desk.now());
        assert!(!desk.edition(done.correction.unwrap()).await.is_held(desk.now()));
        desk.finish().await;
        let told = desk.told(marked.appeal).await.into_values().next().unwrap();
        let version = desk.store.version(done.version).await.unwrap().unwrap();
        assert_eq!(version.kind, VersionKind::Amended);
        assert_eq!(told.last().unwrap(), &format!("correction{}", version.number));
        assert_eq!(told.len(), 2, "{told:?}");
    }
}

on_both! {
    async fn a_post_is_marked_once_also_during_its_hold(store) {
        let desk = Desk::new(store, 2525).await;
        let marking = Marking { events: vec![protest()], hold: Duration::from_secs(60), ..Marking::default() };
        let checked = mark::check(&desk.app.app, desk.post, &marking).await.unwrap();
        let marked = desk.marking(marking.clone()).await.unwrap();
        let error = desk.marking(marking.clone()).await.unwrap_err();
        assert!(matches!(error, mark::MarkError::Already(_, id) if id == marked.appeal), "{error}");
        // Two at the same moment, both of whom had looked before.
        let error = mark::mark(&desk.app.app, &checked, "test").await.unwrap_err();
        assert!(matches!(error, mark::MarkError::Already(_, id) if id == marked.appeal), "{error}");
        assert_eq!(desk.editions(marked.appeal).await.len(), 1);
    }
}

on_both! {
    async fn what_was_called_off_needs_a_post_of_its_own(store) {
        let desk = Desk::new(store, 2525).await;
        desk.reader("near", None, true).await;
        let marking = Marking { events: vec![protest()], ..Marking::default() };
        let checked = mark::check(&desk.app.app, desk.post, &marking).await.unwrap();
        let marked = desk.mark().await;
        desk.finish().await;
        amend::cancel(&desk.app.app, marked.appeal, "Rain.", "test").await.unwrap();
        for error in [
            desk.marking(marking).await.unwrap_err(),
            mark::mark(&desk.app.app, &checked, "test").await.unwrap_err(),
        ] {
            assert!(matches!(error, mark::MarkError::CalledOff(_, id) if id == marked.appeal), "{error}");
        }
    }
}

on_both! {
    async fn only_what_was_proposed_is_dismissed(store) {
        let desk = Desk::new(store, 2525).await;
        let dismiss = async |id| amend::dismiss(&desk.app.app, id, "test").await;
        let error = dismiss(AppealId(77)).await.unwrap_err();
        assert!(matches!(error, AmendError::Missing(AppealId(77))), "{error}");
        let marked = desk.mark().await;
        let error = dismiss(marked.appeal).await.unwrap_err();
        assert!(matches!(error, AmendError::NotProposed(_)), "{error}");
        let mut tx = desk.store.begin().await.unwrap();
        tx.propose(marked.appeal, &Proposal { base: None, declared: None }, desk.now()).await.unwrap();
        tx.commit().await.unwrap();
        dismiss(marked.appeal).await.unwrap();
        assert!(desk.store.proposals().await.unwrap().is_empty());
    }
}
