//! Trouble that only a real process meets: its store is locked by another, has no room, or the machine sleeps.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use std::collections::HashSet;
use std::process::Command;
use std::time::Instant;

use sqlx::{Connection, SqliteConnection};

use crate::killed::counter::Counter;
use crate::real::{Real, Running};
use crate::sink::PATIENCE;

const PEOPLE: usize = 300;
/// `connections` of the tests' config, and a group: what may be out and not recorded.
const OPEN: usize = 4 + 64;

/// A digest that is planned; its number.
fn planned(real: &Real) -> String {
    real.people(PEOPLE, "weekly");
    real.post("strike.md", "The strike goes on");
    real.done(&["posts", "pull", "--no-baseline"]);
    real.json(&["digests", "send", "weekly", "--json"])[0]["edition"].to_string()
}

fn accepted(real: &Real, edition: &str) -> usize {
    let shown = real.json(&["editions", "show", edition, "--json"]);
    usize::try_from(shown["deliveries"]["accepted"].as_u64().unwrap_or(0)).unwrap()
}

fn wait_until_all_have_it(real: &Real, edition: &str, daemon: &Running) {
    wait_until_accepted(real, edition, PEOPLE, daemon);
}

fn wait_until_accepted(real: &Real, edition: &str, count: usize, daemon: &Running) {
    let began = Instant::now();
    while accepted(real, edition) < count {
        assert!(began.elapsed() < PATIENCE, "it is not seen through: {}", daemon.log.text());
        std::thread::park_timeout(std::time::Duration::from_millis(50));
    }
}

/// Everybody has it, once.
fn all_once(counter: &Counter) {
    let taken = counter.taken();
    let to: HashSet<_> = taken.iter().map(|mail| mail.rcpt.clone()).collect();
    assert_eq!((taken.len(), to.len()), (PEOPLE, PEOPLE));
}

/// The daemon's store cannot be written to while `trouble` holds; then it goes on by itself.
fn sees_it_through(trouble: impl FnOnce(&Real, &Running) -> Box<dyn FnOnce()>) {
    let (real, counter) = (Real::sqlite(), Counter::default());
    let edition = planned(&real);
    let environment = [("HANDBILL_RELAY__0__PORT", counter.listen().to_string())];
    counter.begin(0);
    let mut daemon = real.start_stubborn(&["run"], &environment);
    counter.permit(0, 30);
    counter.wait_until("it does not send", |taken| taken.len() == 30);
    let over = trouble(&real, &daemon);
    counter.permit(0, usize::MAX);
    daemon.log.wait_for("cannot record outcomes; trying again");
    let open = counter.taken().len();
    // A crash would send again what is not recorded: that must not be more than ever.
    assert!(open <= 30 + OPEN, "{open} went out, though nothing could be recorded");
    over();
    wait_until_all_have_it(&real, &edition, &daemon);
    assert_eq!(daemon.terminate().code(), Some(0), "{}", daemon.log.text());
    all_once(&counter);
}

#[test]
fn another_process_locks_the_store() {
    sees_it_through(|real, _| {
        let url = format!("sqlite://{}", real.path().join("handbill.db").display());
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut held = runtime.block_on(SqliteConnection::connect(&url)).unwrap();
        runtime.block_on(sqlx::query("BEGIN IMMEDIATE").execute(&mut held)).unwrap();
        Box::new(move || {
            runtime.block_on(sqlx::query("ROLLBACK").execute(&mut held)).unwrap();
        })
    });
}

#[test]
fn there_is_no_room_to_write() {
    fn limit(process: u32, bytes: &str) {
        let arguments = ["--pid", &process.to_string(), &format!("--fsize={bytes}:unlimited")];
        assert!(Command::new("prlimit").args(arguments).status().unwrap().success());
    }
    sees_it_through(|_, daemon| {
        let process = daemon.id();
        limit(process, "1024");
        Box::new(move || limit(process, "unlimited"))
    });
}

#[test]
fn a_node_that_slept_beyond_its_lease_sends_nothing_that_another_took() {
    let (real, counter) = (Real::postgres(), Counter::default());
    let edition = planned(&real);
    let ports = [counter.listen(), counter.listen()];
    let lives = [counter.begin(0), counter.begin(1)];
    let start = |node: usize| {
        real.start_with(
            &["run"],
            &[
                ("HANDBILL_RELAY__0__PORT", ports[node].to_string()),
                ("HANDBILL_RELAY__0__TIMEOUT", "4s".to_owned()),
                ("HANDBILL_MAIL__LEASE", "3s".to_owned()),
            ],
        )
    };
    let mut sleeper = start(0);
    counter.permit(0, 10);
    // It has taken ten; two are under way, and more are in its hands.
    counter.wait_for_begun(lives[0], 12);
    wait_until_accepted(&real, &edition, 10, &sleeper);
    sleeper.signal("STOP");
    let mut other = start(1);
    counter.permit(1, usize::MAX);
    wait_until_all_have_it(&real, &edition, &other);
    let begun = counter.begun(lives[0]);
    let brought = counter.taken().iter().filter(|mail| mail.life == lives[0]).count();
    assert_eq!(brought, 10);
    assert!(begun < PEOPLE);
    sleeper.signal("CONT");
    sleeper.log.wait_for("outcomes came after their lease had ended and were not recorded");
    assert_eq!(sleeper.terminate().code(), Some(0), "{}", sleeper.log.text());
    assert_eq!(counter.begun(lives[0]), begun, "it sent what another had");
    assert_eq!(other.terminate().code(), Some(0), "{}", other.log.text());
    // The two that were under way were tried again by the other, as nobody knew what became of them.
    all_once(&counter);
    assert_eq!(accepted(&real, &edition), PEOPLE);
}
