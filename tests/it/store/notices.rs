//! What staff are told, and how relays are doing.

use std::time::Duration;

use handbill::clock::Timestamp;
use handbill::id::EditionId;
use handbill::notify::{Channel, Channels, NoticeKind};
use handbill::relay::RelayState;
use handbill::store::notices::Telling;
use handbill::store::relays::RelayStatus;
use handbill::subscribers::Cadence;

use crate::app::TestApp;

on_both! {
    async fn a_notice_is_open_once_and_told_by_one(store) {
        let now = store.now();
        let later = |seconds| now.plus(Duration::from_secs(seconds));
        let channels = Channels([Channel::Command, Channel::Mail].into());
        let mut tx = store.begin().await.unwrap();
        assert!(tx.open_notice(NoticeKind::Relay, "main", "no answer", &channels, now).await.unwrap());
        assert!(!tx.open_notice(NoticeKind::Relay, "main", "no answer", &channels, later(1)).await.unwrap());
        assert!(tx.open_notice(NoticeKind::Relay, "second", "", &Channels::default(), now).await.unwrap());
        tx.commit().await.unwrap();
        let open = store.open_notices().await.unwrap();
        assert_eq!((open.len(), open[0].subject.as_str(), open[0].pending.as_str()), (2, "main", "command;mail"));
        let mut tx = store.begin().await.unwrap();
        let claimed = tx.claim_notice(1, later(60), now).await.unwrap().unwrap();
        assert_eq!(claimed.id, open[0].id);
        assert!(tx.claim_notice(2, later(60), later(59)).await.unwrap().is_none(), "it is taken, and no other waits");
        // It closes while it is told: what is told is not lost, and its end is told to all.
        assert!(tx.close_notice(claimed.id, &channels, later(5)).await.unwrap());
        assert!(!tx.close_notice(claimed.id, &channels, later(6)).await.unwrap());
        assert!(tx.claim_notice(2, later(60), later(6)).await.unwrap().is_none(), "the first is still telling");
        let left = Channels([Channel::Mail].into());
        let telling = |teller| Telling { notice: &claimed, teller, left: &left, told: true, retry_at: later(90) };
        assert!(!tx.notice_told(&telling(2), later(7)).await.unwrap(), "whose claim it is not records nothing");
        assert!(tx.notice_told(&telling(1), later(7)).await.unwrap());
        let over = tx.claim_notice(3, later(60), later(7)).await.unwrap().unwrap();
        assert_eq!((over.closed_at, over.told_at), (Some(later(5)), Some(later(7))));
        assert_eq!((over.pending.as_str(), over.attempts), ("command;mail", 1));
        let telling = Telling { notice: &over, teller: 3, left: &left, told: true, retry_at: later(90) };
        assert!(tx.notice_told(&telling, later(8)).await.unwrap());
        assert!(tx.claim_notice(4, later(99), later(89)).await.unwrap().is_none());
        assert_eq!(tx.claim_notice(4, later(99), later(90)).await.unwrap().unwrap().pending, "mail");
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn what_is_told_once_only_is_closed_in_the_end(store) {
        let now = store.now();
        let channels = Channels([Channel::Command].into());
        let mut tx = store.begin().await.unwrap();
        for kind in [NoticeKind::Expired, NoticeKind::Result, NoticeKind::Disk] {
            tx.open_notice(kind, "7", "", &channels, now).await.unwrap();
        }
        assert_eq!(tx.retire_notices(now, now).await.unwrap(), 0);
        let after = now.plus(Duration::from_secs(1));
        assert_eq!(tx.retire_notices(after, after).await.unwrap(), 3);
        assert!(tx.claim_notice(1, after, after).await.unwrap().is_none(), "nobody wants to hear of it any more");
        tx.commit().await.unwrap();
        let open = store.open_notices().await.unwrap();
        assert_eq!(open.iter().map(|notice| notice.kind).collect::<Vec<_>>(), [NoticeKind::Disk], "it is still so");
    }
}

on_both! {
    async fn a_relay_keeps_the_time_since_when_it_is_as_it_is(store) {
        let now = store.now();
        let status = |state, seconds| RelayStatus {
            name: "main".to_owned(),
            state,
            reason: Some(format!("after {seconds}")),
            changed_at: now.plus(Duration::from_secs(seconds)),
            retry_at: Some(now.plus(Duration::from_secs(seconds + 30))),
        };
        for (state, seconds, since) in [
            (RelayState::Stopped, 0, 0),
            (RelayState::Stopped, 60, 0),
            (RelayState::Working, 90, 90),
            (RelayState::Stopped, 120, 120),
        ] {
            let mut tx = store.begin().await.unwrap();
            tx.set_relay(&status(state, seconds)).await.unwrap();
            tx.commit().await.unwrap();
            let changed_at = now.plus(Duration::from_secs(since));
            assert_eq!(store.relays().await.unwrap(), [RelayStatus { changed_at, ..status(state, seconds) }]);
        }
    }
}

on_both! {
    async fn a_mailing_knows_when_it_moved_last(store) {
        let server = crate::smtp::Faulty::start(Default::default()).await;
        let app = TestApp::new(store, server.address().port()).await;
        app.people(2, Cadence::Weekly).await;
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        assert_eq!(app.store.due_since(edition).await.unwrap(), None, "nothing is written yet");
        app.dispatch().await.unwrap();
        assert_eq!(app.store.due_since(edition).await.unwrap(), None);
        assert_eq!(app.store.last_ended(edition).await.unwrap(), Some(app.now()));
        assert_eq!(app.store.last_ended(EditionId(99)).await.unwrap(), None);
        // A digest is nothing that an organiser waits for.
        assert!(app.store.ended_without_result(Timestamp(0)).await.unwrap().is_empty());
    }
}
