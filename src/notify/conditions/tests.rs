//! When each thing is wrong, and when it is well again.

use super::*;

const NOW: Timestamp = Timestamp(1_772_442_000_000_000);

fn ago(seconds: u64) -> Timestamp {
    NOW.minus(Duration::from_secs(seconds))
}

fn found(facts: &Facts, open: &[NoticeKind]) -> Vec<(NoticeKind, String)> {
    let found = conditions(facts, |kind, _| open.contains(&kind), NOW);
    found.into_iter().map(|condition| (condition.kind, condition.subject)).collect()
}

fn urgent(began: u64, due: Option<u64>, ended: Option<u64>) -> Urgent {
    let (due_since, last_ended) = (due.map(ago), ended.map(ago));
    Urgent { edition: EditionId(7), began: ago(began), planning: false, due_since, last_ended }
}

#[test]
fn an_appeal_stalls_when_it_is_due_and_nothing_moves_for_a_minute() {
    let stalls = |urgent| !found(&Facts { urgent: vec![urgent], ..Facts::default() }, &[]).is_empty();
    assert!(stalls(urgent(60, Some(60), None)));
    assert!(!stalls(urgent(59, Some(59), None)), "it has just begun");
    assert!(stalls(urgent(600, Some(600), Some(60))));
    assert!(!stalls(urgent(600, Some(600), Some(59))), "something ended a moment ago");
    assert!(!stalls(urgent(600, Some(59), Some(300))), "what is left came due a moment ago");
    assert!(!stalls(urgent(600, None, Some(300))), "nothing is left");
    let later = Urgent { due_since: Some(NOW.plus(Duration::from_secs(60))), ..urgent(600, None, Some(300)) };
    assert!(!stalls(later), "what is left waits for its next attempt");
    assert!(stalls(Urgent { last_ended: None, ..later }), "all of it was put off, so nobody has heard of it");
    let planning = Urgent { planning: true, ..urgent(60, None, None) };
    assert!(stalls(planning), "nobody writes its deliveries");
    assert!(!stalls(Urgent { planning: true, ..urgent(600, None, Some(59)) }));
}

#[test]
fn a_relay_has_stopped_after_a_minute_and_a_source_after_an_hour() {
    let relay = |state, since| RelayStatus {
        name: "main".to_owned(),
        state,
        reason: Some("no answer".to_owned()),
        changed_at: ago(since),
        retry_at: None,
    };
    let relays = |relay| Facts { relays: vec![relay], ..Facts::default() };
    assert_eq!(found(&relays(relay(RelayState::Stopped, 60)), &[]), [(NoticeKind::Relay, "main".to_owned())]);
    assert!(found(&relays(relay(RelayState::Stopped, 59)), &[]).is_empty());
    assert!(found(&relays(relay(RelayState::Working, 600)), &[]).is_empty());
    let source = |since: Option<u64>| SourceStatus {
        name: "posts".to_owned(),
        failing_since: since.map(ago),
        last_error: Some("it is gone".to_owned()),
        ..SourceStatus::default()
    };
    let sources = |source| Facts { sources: vec![source], ..Facts::default() };
    assert_eq!(found(&sources(source(Some(3600))), &[]), [(NoticeKind::Source, "posts".to_owned())]);
    assert!(found(&sources(source(Some(3599))), &[]).is_empty());
    assert!(found(&sources(source(None)), &[]).is_empty());
}

#[test]
fn a_disk_is_low_by_its_size_and_well_only_when_clear_of_that() {
    let low = |free_mb: u64, total_mb: u64, open: &[NoticeKind]| {
        let disk = Disk { free: free_mb * MB, total: total_mb * MB };
        !found(&Facts { disk: Some(("node".to_owned(), disk)), ..Facts::default() }, open).is_empty()
    };
    assert!(low(499, 5000, &[]) && !low(500, 5000, &[]));
    assert!(low(1999, 40_000, &[]) && !low(2000, 40_000, &[]), "a twentieth");
    assert!(low(4999, 4_000_000, &[]) && !low(5000, 4_000_000, &[]), "plenty");
    assert!(low(540, 5000, &[NoticeKind::Disk]) && !low(560, 5000, &[NoticeKind::Disk]));
}
