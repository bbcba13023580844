//! Appeals, their versions, and who heard of which, as the store keeps them.

use std::time::Duration;

use handbill::appeals::event::{Event, Moment};
use handbill::appeals::{AppealState, VersionKind};
use handbill::clock::Timestamp;
use handbill::editions::{EditionKind, EditionState};
use handbill::id::{AppealId, EditionId, SubscriberId};
use handbill::posts::PostState;
use handbill::store::appeals::ReportTo;
use handbill::store::deliveries::NewDelivery;
use handbill::store::proposals::Proposal;
use handbill::store::versions::NewVersion;
use handbill::subscribers::{Cadence, SuppressionReason};

use super::deliveries::{accepted, new_edition, soon};
use crate::app::{TestApp, follows};

fn event(now: Timestamp) -> Event {
    let local = now.plus(Duration::from_secs(3600)).to_utc().naive_utc();
    let moment = |hours: i64| Moment {
        local: local + chrono::TimeDelta::hours(hours),
        at: Timestamp(now.0 + 3_600_000_000 * (hours + 1)),
    };
    Event {
        uid: "one@campaign.example".to_owned(),
        starts: moment(0),
        ends: moment(3),
        time_zone: chrono_tz::UTC,
        place: Some("Steps".to_owned()),
        address: Some("1 Road, London".to_owned()),
        online_url: None,
        region: Some("London".to_owned()),
        point: None,
    }
}

on_both! {
    async fn an_appeal_is_kept_with_its_versions_and_events(store) {
        let app = TestApp::new(store, 2525).await;
        let revision = app.post("A strike", "Appeals").await;
        let post = app.store.revision(revision).await.unwrap().unwrap().post_id;
        let (now, events) = (app.now(), [event(app.now())]);
        let index = app.vault.address_index(&"ana@example.org".parse().unwrap()).unwrap();
        let report = ReportTo { key_id: app.vault.current_key(), index, address: vec![1, 2, 3] };
        let mut tx = app.store.begin().await.unwrap();
        let appeal = tx.make_appeal(post, PostState::Held, "cli", now).await.unwrap().unwrap();
        let again = tx.make_appeal(post, PostState::Live, "cli", now).await.unwrap();
        assert_eq!(again, None, "it is one already");
        tx.set_report_to(appeal, &report).await.unwrap();
        assert_eq!(tx.post_revision(post).await.unwrap(), Some(revision));
        let regions = ["London".to_owned()];
        let new = NewVersion {
            appeal,
            kind: VersionKind::Marked,
            revision,
            regions: &regions,
            deadline: events[0].starts.at,
            reason: None,
            by: "cli",
            events: &events,
        };
        let first = tx.add_version(&new, now).await.unwrap();
        let second = tx.add_version(&NewVersion { kind: VersionKind::Amended, ..new }, now).await.unwrap();
        assert_eq!(tx.lock_appeal(appeal).await.unwrap().unwrap().state, AppealState::Open);
        assert_eq!(tx.lock_appeal(AppealId(999)).await.unwrap().map(|appeal| appeal.id), None);
        assert_eq!(tx.appeal_of(post).await.unwrap().unwrap().id, appeal);
        let first_word = Proposal { base: Some("b".to_owned()), declared: Some("a".to_owned()) };
        tx.propose(appeal, &first_word, now).await.unwrap();
        let proposal = Proposal { declared: None, ..first_word };
        tx.propose(appeal, &proposal, now).await.unwrap();
        assert_eq!(tx.proposal(appeal).await.unwrap().as_ref(), Some(&proposal));
        tx.set_declared(post, Some("{}"), Some("no address")).await.unwrap();
        assert_eq!(tx.declared(post).await.unwrap().as_deref(), Some("{}"));
        tx.commit().await.unwrap();

        assert!(first < second);
        assert_eq!(app.store.proposal(appeal).await.unwrap(), Some(proposal));
        let current = app.store.current_version(appeal).await.unwrap().unwrap();
        assert_eq!((current.id, current.number, current.events.as_slice()), (second, 2, &events[..]));
        assert_eq!(app.store.appeal_of(post).await.unwrap().unwrap().id, appeal);
        assert_eq!(app.store.appeal_with_event(&events[0].uid).await.unwrap(), Some(appeal));
        assert_eq!(app.store.appeal_with_event("other@campaign.example").await.unwrap(), None);
        assert_eq!(app.store.report_to(appeal).await.unwrap().unwrap().address, report.address);
        let ends = events[0].ends.at;
        let with_events = async |since| app.store.appeals_with_events(since).await.unwrap().len();
        assert_eq!((with_events(ends).await, with_events(Timestamp(ends.0 + 1)).await), (1, 0));
        // Of those that start after now, and not later than the end of the stretch.
        let start = events[0].starts.at;
        let near = async |from, until| app.store.versions_to_remind(from, until).await.unwrap();
        let found = near(now, now.plus(Duration::from_secs(7200))).await;
        assert_eq!(found, std::slice::from_ref(&current), "the present version, and not the one before it");
        assert_eq!(near(Timestamp(start.0 - 1), start).await, found);
        assert!(near(now, Timestamp(start.0 - 1)).await.is_empty());
        assert!(near(start, Timestamp(i64::MAX)).await.is_empty());
        assert_eq!(app.store.proposals().await.unwrap(), [(appeal, None)], "the latest word counts");
        assert_eq!(app.store.refused_marks().await.unwrap(), [(post, "no address".to_owned())]);

        let mut tx = app.store.begin().await.unwrap();
        assert!(tx.drop_proposal(appeal).await.unwrap());
        assert!(!tx.drop_proposal(appeal).await.unwrap());
        tx.clear_declared_problem(post).await.unwrap();
        tx.set_appeal_state(appeal, AppealState::Stopped).await.unwrap();
        tx.unmark_post(appeal).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(with_events(ends).await, 0, "it was taken back");
        let mut tx = app.store.begin().await.unwrap();
        assert_eq!(tx.lock_post(post).await.unwrap(), Some(PostState::Held));
        let again = tx.make_appeal(post, PostState::Held, "cli", now).await.unwrap();
        assert_eq!(again, Some(appeal), "taken back, it can be marked again");
        tx.commit().await.unwrap();
        assert_eq!(near(now, start).await.len(), 1);
        assert!(app.store.report_to(appeal).await.unwrap().is_none(), "by somebody else, who named nobody");
        assert!(app.store.proposals().await.unwrap().is_empty());
        assert!(app.store.refused_marks().await.unwrap().is_empty());
        let mut tx = app.store.begin().await.unwrap();
        tx.set_appeal_state(appeal, AppealState::Cancelled).await.unwrap();
        tx.commit().await.unwrap();
        assert!(near(now, start).await.is_empty(), "it was called off");
        assert_eq!(with_events(ends).await, 1);
    }
}

on_both! {
    async fn the_ledger_knows_who_heard_of_which_version(store) {
        let app = TestApp::new(store, 2525).await;
        let people = app.people(3, Cadence::Weekly).await;
        let revision = app.post("A strike", "Appeals").await;
        let post = app.store.revision(revision).await.unwrap().unwrap().post_id;
        let (now, events) = (app.now(), [event(app.now())]);
        let mut tx = app.store.begin().await.unwrap();
        let appeal = tx.make_appeal(post, PostState::Live, "cli", now).await.unwrap().unwrap();
        let new = NewVersion {
            appeal,
            kind: VersionKind::Marked,
            revision,
            regions: &[],
            deadline: events[0].starts.at,
            reason: None,
            by: "cli",
            events: &events,
        };
        let version = tx.add_version(&new, now).await.unwrap();
        let mut edition = new_edition(EditionKind::Appeal, "appeal/1", now);
        edition.appeal = Some((appeal, version));
        edition.state = EditionState::Planning;
        let id = tx.make_edition(&edition, now).await.unwrap().unwrap();
        let variant = tx.make_variant(id, "en", "").await.unwrap();
        let rows: Vec<_> =
            people.iter().map(|id| NewDelivery { subscriber: *id, variant, domain_index: 0 }).collect();
        tx.add_deliveries(id, &rows, now).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(app.store.appeals_in_planning(&[appeal], now).await.unwrap(), 1);
        assert_eq!(app.store.appeals_in_planning(&[AppealId(999)], now).await.unwrap(), 0);
        let readers = app.store.alert_readers(&["London".to_owned()], SubscriberId(0), 2).await.unwrap();
        assert_eq!(readers.iter().map(|reader| reader.id).collect::<Vec<_>>(), people[..2], "who chose no region");

        let mut tx = app.store.begin().await.unwrap();
        assert_eq!(tx.hold_edition(id).await.unwrap(), Some(EditionState::Planning));
        let claimed = tx.claim(id, 2, 7, None, soon(now), now).await.unwrap();
        assert_eq!(tx.told_count(id).await.unwrap(), 2);
        assert_eq!(tx.heard_count(appeal).await.unwrap(), 2);
        assert_eq!(tx.heard_count(AppealId(999)).await.unwrap(), 0);
        tx.record(&[accepted(&claimed[0], now)]).await.unwrap();
        let mut reminder = new_edition(EditionKind::Reminder, "reminder/1", now);
        reminder.appeal = Some((appeal, version));
        let reminder = tx.make_edition(&reminder, now).await.unwrap().unwrap();
        assert_eq!(tx.supersede_appeal(appeal, false).await.unwrap(), 1);
        assert_eq!(tx.hold_edition(reminder).await.unwrap(), Some(EditionState::Sending));
        assert_eq!(tx.supersede_appeal(appeal, true).await.unwrap(), 1);
        assert!(tx.settle_edition(reminder, now).await.unwrap());
        assert!(!tx.settle_edition(id, now).await.unwrap(), "two of its deliveries are open");
        let had = tx.had_among(appeal, &people).await.unwrap();
        assert_eq!(had[&claimed[0].subscriber_id].version, Some(version));
        assert!(had[&claimed[1].subscriber_id].in_hand);
        assert!(tx.claim(id, 2, 8, None, soon(now), now).await.unwrap().is_empty(), "it is closed");
        tx.follow(appeal, people[0], now).await.unwrap();
        let left = app.vault.address_indexes(&"person1@example.org".parse().unwrap());
        tx.suppress(&left, SuppressionReason::Left, now).await.unwrap();
        let readers = tx.readers_among(appeal, &people).await.unwrap();
        let readers: Vec<_> = readers.iter().map(|reader| (reader.id, reader.alerts)).collect();
        assert_eq!(readers, [(people[0], false), (people[1], true), (people[2], true)]);
        tx.commit().await.unwrap();
        assert_eq!(app.store.reached(id, SubscriberId(0), 9).await.unwrap(), [claimed[0].subscriber_id]);
        let thread = app.store.thread(appeal, claimed[0].subscriber_id, EditionId(i64::MAX)).await.unwrap();
        assert_eq!(thread, [id]);
        assert_eq!(app.store.superseded_editions().await.unwrap().len(), 1);
        assert!(follows(&app, appeal, people[0]).await);
        let mut tx = app.store.begin().await.unwrap();
        tx.unfollow(people[0]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!follows(&app, appeal, people[0]).await);
    }
}
