//! The dispatcher dies, and dies again: nobody is lost, and hardly anybody gets it twice (promises 1 and 2).
//!
//! `make chaos` runs the long form of it: a hundred kills in twenty thousand deliveries.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

mod chaos;
pub(crate) mod counter;

use std::collections::HashSet;

use serde_json::Value;

use self::chaos::{Chaos, Ending};
use crate::real::Real;
use crate::sink::Mail;

/// So many take part in the whole flow.
const LIST: usize = 2000;

/// How long it is to be: so many people, and so often an end.
fn length(short: (usize, usize), long: (usize, usize)) -> (usize, usize) {
    if std::env::var_os("HANDBILL_CHAOS").is_some() { long } else { short }
}

really_on_both! {
    fn a_daemon_that_is_killed_loses_nobody_and_repeats_little(real) {
        let (people, kills) = length((1500, 5), (20_000, 100));
        Chaos::new(&real, people).run(kills, Ending::Kill);
    }
}

really_on_both! {
    fn a_daemon_that_is_told_to_end_repeats_nothing(real) {
        let (people, ends) = length((400, 3), (2000, 20));
        Chaos::new(&real, people).run(ends, Ending::Terminate);
    }
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
