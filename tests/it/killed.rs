//! The dispatcher dies, and dies again: nobody is lost, and hardly anybody gets it twice (promises 1 and 2).
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use serde_json::Value;

use crate::real::Real;
use crate::sink::Mail;

/// So many get the digest whose dispatcher is killed.
const PEOPLE: usize = 1500;
/// So often it is killed.
const KILLS: usize = 5;
/// `connections` of the tests' config.
const CONNECTIONS: usize = 4;
/// The most that one transaction records.
const GROUP: usize = 64;
/// So many get the digest whose dispatcher is asked to end.
const STOPPED: usize = 400;
/// So many take part in the whole flow.
const LIST: usize = 2000;

/// Numbers that look random and come again with the same seed, which is printed.
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        let given = std::env::var("HANDBILL_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one(0));
        println!("HANDBILL_TEST_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, bound: usize) -> usize {
        // The multiplier of Knuth's MMIX; its high bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// Plans a digest to `count` people; returns its number.
fn planned(real: &Real, count: usize) -> String {
    real.people(count, "weekly");
    real.post("strike.md", "The strike goes on");
    real.done(&["posts", "pull", "--no-baseline"]);
    real.json(&["digests", "send", "weekly", "--json"])[0]["edition"].to_string()
}

/// How many the ledger says have it.
fn accepted(real: &Real, edition: &str) -> usize {
    let shown = real.json(&["editions", "show", edition, "--json"]);
    usize::try_from(shown["deliveries"]["accepted"].as_u64().unwrap_or(0)).unwrap()
}

/// Everybody has it, and the ledger knows.
fn all_told(real: &Real, edition: &str, count: usize) -> Vec<Mail> {
    let mails = real.sink.mails();
    let wanted: HashSet<String> = (0..count).map(|number| format!("person{number}@example.org")).collect();
    let got: HashSet<String> = mails.iter().map(|mail| mail.rcpt.clone()).collect();
    assert_eq!(got, wanted);
    let ledger = real.json(&["deliveries", "list", "--edition", edition, "--json"]);
    let lines: Vec<&Value> = ledger.as_array().unwrap().iter().collect();
    assert_eq!(lines.len(), count);
    assert!(lines.iter().all(|line| line["state"] == "accepted"), "not all are accepted");
    mails
}

really_on_both! {
    fn a_dispatcher_that_is_killed_loses_nobody_and_repeats_little(real) {
        let mut dice = Dice::new();
        let edition = planned(&real, PEOPLE);
        let (mut sent, mut recorded) = (0, 0);
        for kill in 0..KILLS {
            let before = real.sink.count();
            let running = real.start(&["dispatch", "--until-empty"]);
            real.sink.wait_for(before + 1 + dice.below(PEOPLE / (KILLS + 2)));
            running.kill();
            real.sink.drain();
            let (sent_now, recorded_now) = (real.sink.count(), accepted(&real, &edition));
            // What the sink took in this run and the ledger does not know of is what will be sent again.
            let open = (sent_now - sent).saturating_sub(recorded_now - recorded);
            println!("kill {kill}: {sent_now} sent, {recorded_now} recorded, {open} open");
            assert!(open <= CONNECTIONS + GROUP, "{open} are sent again");
            assert!(recorded_now < PEOPLE, "it was through before it was killed");
            (sent, recorded) = (sent_now, recorded_now);
        }
        real.done(&["dispatch", "--until-empty"]);
        let mails = all_told(&real, &edition, PEOPLE);
        let repeats = mails.len() - PEOPLE;
        println!("{repeats} repeats");
        assert!(repeats <= KILLS * (CONNECTIONS + GROUP), "{repeats}");
        let mut ids: HashMap<&str, &str> = HashMap::new();
        for mail in &mails {
            assert_eq!(*ids.entry(&mail.rcpt).or_insert(&mail.message_id), mail.message_id, "another Message-ID");
        }
        assert_eq!(ids.values().collect::<HashSet<_>>().len(), PEOPLE);
    }
}

really_on_both! {
    fn a_dispatcher_that_is_told_to_end_repeats_nothing(real) {
        let mut dice = Dice::new();
        let edition = planned(&real, STOPPED);
        for _ in 0..3 {
            let before = real.sink.count();
            let mut running = real.start(&["dispatch", "--until-empty"]);
            real.sink.wait_for(before + 1 + dice.below(STOPPED / 5));
            let status = running.terminate();
            assert_eq!(status.code(), Some(0), "{}", running.log.text());
            let mails = real.sink.mails().len();
            assert_eq!(accepted(&real, &edition), mails);
            assert!(mails < STOPPED, "it was through before it was told");
        }
        real.done(&["dispatch", "--until-empty"]);
        assert_eq!(all_told(&real, &edition, STOPPED).len(), STOPPED);
    }
}

#[test]
fn everybody_gets_one_of_their_own_and_who_leaves_gets_no_more() {
    let real = Real::sqlite();
    real.people(LIST, "each");
    real.post("strike.md", "The strike goes on");
    real.done(&["posts", "pull", "--no-baseline"]);
    let edition = real.json(&["digests", "send", "each", "--json"])[0]["edition"].to_string();
    real.done(&["dispatch", "--until-empty"]);
    let mails = all_told(&real, &edition, LIST);
    assert_eq!(mails.len(), LIST);
    assert!(mails.iter().all(|mail| mail.to == mail.rcpt), "To is not whom it went to");
    let tokens: HashSet<&str> = mails.iter().map(|mail| mail.unsubscribe.as_str()).collect();
    assert_eq!((tokens.len(), tokens.contains("")), (LIST, false));

    let leaves = mails.iter().find(|mail| mail.rcpt == "person7@example.org").unwrap();
    let mut daemon = real.daemon();
    let (status, answer) = daemon.post(&format!("/unsubscribe/{}", leaves.unsubscribe), "List-Unsubscribe=One-Click");
    assert_eq!(status, 200, "{answer}");
    real.post("victory.md", "The strike is won");
    let second = real.sink.mails_about(2 * LIST - 1, "The strike is won");
    assert_eq!(daemon.terminate().code(), Some(0), "{}", daemon.log.text());
    assert_eq!(second.len(), LIST - 1);
    let reached: HashSet<&str> = second.iter().map(|mail| mail.rcpt.as_str()).collect();
    assert_eq!((reached.len(), reached.contains("person7@example.org")), (LIST - 1, false));
    assert_eq!(real.sink.mails().len(), 2 * LIST - 1);
}
