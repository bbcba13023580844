//! Daemons that end again and again amid a mailing: by themselves on SQLite, two at a time on PostgreSQL.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use handbill::deliveries::DeliveryState;
use handbill::id::{EditionId, SubscriberId};
use handbill::store::Store;
use tokio::runtime::Runtime;

use super::counter::Counter;
use crate::real::{Real, Running};
use crate::sink::PATIENCE;

/// `connections` of the tests' config.
const CONNECTIONS: usize = 4;
/// The most that one transaction records.
const GROUP: usize = 64;

/// How a daemon ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As by a power cut.
    Kill,
    /// As it is asked to.
    Terminate,
}

impl Ending {
    /// How many may be sent again after it.
    fn allows(self) -> usize {
        match self {
            Self::Kill => CONNECTIONS + GROUP,
            Self::Terminate => 0,
        }
    }
}

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

/// A node, its door at the relay, and which life of it this is.
struct Node {
    running: Running,
    life: usize,
}

/// One end of a node.
struct End {
    node: usize,
    life: usize,
    /// What this life had brought, and what of everything was in the ledger then.
    brought: usize,
    recorded: usize,
    /// In the ledger as accepted, and unknown to the relay.
    lost: usize,
}

pub(crate) struct Chaos<'a> {
    real: &'a Real,
    people: usize,
    edition: EditionId,
    /// The subscriber behind each address.
    who: HashMap<String, SubscriberId>,
    counter: Counter,
    ports: Vec<u16>,
    store: Store,
    runtime: Runtime,
    dice: Dice,
}

impl<'a> Chaos<'a> {
    /// A digest to `people` that nobody has sent yet.
    pub(crate) fn new(real: &'a Real, people: usize) -> Self {
        real.people(people, "weekly");
        real.post("strike.md", "The strike goes on");
        real.done(&["posts", "pull", "--no-baseline"]);
        let edition = real.json(&["digests", "send", "weekly", "--json"])[0]["edition"].as_i64().unwrap();
        let list = real.json(&["subscribers", "list", "--json"]);
        let line = |line: &serde_json::Value| {
            (line["address"].as_str().unwrap().to_owned(), SubscriberId(line["id"].as_i64().unwrap()))
        };
        let who: HashMap<_, _> = list.as_array().unwrap().iter().map(line).collect();
        assert_eq!(who.len(), people);
        let runtime = Runtime::new().unwrap();
        let is_file = real.url.starts_with("sqlite");
        let url = match is_file {
            true => format!("sqlite://{}", real.path().join("handbill.db").display()),
            false => real.url.clone(),
        };
        let store = runtime.block_on(Store::connect(&url)).unwrap();
        let counter = Counter::default();
        let ports = (0..if is_file { 1 } else { 2 }).map(|_| counter.listen()).collect();
        let edition = EditionId(edition);
        Self { real, people, edition, who, counter, ports, store, runtime, dice: Dice::new() }
    }

    fn start(&self, node: usize) -> Node {
        let life = self.counter.begin(node);
        let environment = [
            ("HANDBILL_RELAY__0__PORT", self.ports[node].to_string()),
            // The relay makes them wait.
            ("HANDBILL_RELAY__0__TIMEOUT", "120s".to_owned()),
        ];
        Node { running: self.real.start_with(&["run"], &environment), life }
    }

    /// Whom the ledger says to have it.
    fn accepted(&self) -> HashSet<SubscriberId> {
        let page = self.store.deliveries(self.edition, Some(DeliveryState::Accepted), SubscriberId(0), 1_000_000);
        self.runtime.block_on(page).unwrap().into_iter().map(|row| row.subscriber_id).collect()
    }

    /// How many the ledger says have it.
    fn count(&self) -> usize {
        let counts = self.runtime.block_on(self.store.counts(self.edition)).unwrap();
        usize::try_from(counts.get(&DeliveryState::Accepted).copied().unwrap_or(0)).unwrap()
    }

    /// Ends a node `ends` times, each time with progress behind and work ahead of it, and lets them see it through.
    pub(crate) fn run(mut self, ends: usize, ending: Ending) {
        let began = Instant::now();
        let per = self.people / ends;
        let mut nodes: Vec<Node> = (0..self.ports.len()).map(|node| self.start(node)).collect();
        let mut history = Vec::new();
        for _ in 0..ends {
            let node = self.dice.below(nodes.len());
            let (bring, others) = (1 + self.dice.below(per / 3), self.dice.below(per / 4));
            for other in (0..nodes.len()).filter(|other| *other != node) {
                self.counter.permit(other, others);
            }
            self.counter.permit(node, usize::MAX);
            let life = nodes[node].life;
            self.counter.wait_until("it does not send", |taken| {
                taken.iter().rev().filter(|mail| mail.life == life).take(bring).count() == bring
            });
            history.push(self.end(&mut nodes[node], node, ending));
            nodes[node] = self.start(node);
        }
        for node in 0..nodes.len() {
            self.counter.permit(node, usize::MAX);
        }
        let waited = Instant::now();
        while self.count() < self.people {
            assert!(waited.elapsed() < 4 * PATIENCE, "they do not see it through");
            std::thread::park_timeout(Duration::from_millis(100));
        }
        for node in &mut nodes {
            // The last that was started may have had nothing to do, and be slower than the others.
            node.running.ready();
            assert_eq!(node.running.terminate().code(), Some(0), "{}", node.running.log.text());
        }
        self.judge(&history, ending);
        println!("{ends} ends, {} people: {:.0} s", self.people, began.elapsed().as_secs_f32());
    }

    fn end(&self, node: &mut Node, number: usize, ending: Ending) -> End {
        match ending {
            Ending::Kill => node.running.kill(),
            Ending::Terminate => {
                assert_eq!(node.running.terminate().code(), Some(0), "{}", node.running.log.text());
            }
        }
        // What has come from it in full is still taken, and only what comes next waits: it would wait for good, as nobody is there.
        self.counter.drain(node.life);
        self.counter.permit(number, 0);
        // In this order, as what is recorded was taken before.
        let recorded = self.accepted();
        let taken = self.counter.taken();
        let reached: HashSet<SubscriberId> = taken.iter().map(|mail| self.who[&mail.rcpt]).collect();
        assert!(recorded.len() < self.people, "it was through before its end");
        let brought = taken.iter().filter(|mail| mail.life == node.life).count();
        let lost = recorded.difference(&reached).count();
        End { node: number, life: node.life, brought, recorded: recorded.len(), lost }
    }

    /// Prints what each end led to, and sees that it is no more than promised.
    fn judge(&self, history: &[End], ending: Ending) {
        let taken = self.counter.taken();
        let mut before: HashMap<&str, (usize, &str)> = HashMap::new();
        let (mut repeats, mut other_ids) = (HashMap::<usize, usize>::new(), HashMap::<usize, usize>::new());
        for mail in &taken {
            // Whoever brought it before left it open.
            if let Some((life, id)) = before.insert(&mail.rcpt, (mail.life, &mail.message_id)) {
                *repeats.entry(life).or_default() += 1;
                *other_ids.entry(life).or_default() += usize::from(id != mail.message_id);
            }
        }
        let of = |counts: &HashMap<usize, usize>, life: usize| counts.get(&life).copied().unwrap_or(0);
        println!(
            "{:>4} {:>4} {:>8} {:>8} {:>8} {:>8} {:>9}",
            "end", "node", "brought", "behind", "lost", "repeats", "other ids"
        );
        for (number, end) in history.iter().enumerate() {
            let (again, other) = (of(&repeats, end.life), of(&other_ids, end.life));
            let End { node, brought, recorded, lost, .. } = end;
            println!("{number:>4} {node:>4} {brought:>8} {recorded:>8} {lost:>8} {again:>8} {other:>9}");
        }
        let all: usize = repeats.values().sum();
        let most = history.iter().map(|end| of(&repeats, end.life)).max().unwrap_or(0);
        let missing = self.people - before.len();
        println!(
            "{} taken, {missing} missing, {all} repeats, at most {most} after one end ({} are allowed)",
            taken.len(),
            ending.allows()
        );
        assert_eq!(missing, 0, "somebody never got it");
        assert!(history.iter().all(|end| end.lost == 0), "the ledger says more than the relay");
        assert!(history.iter().all(|end| end.brought > 0), "an end without progress behind it");
        assert!(most <= ending.allows(), "{most} were sent again after one end");
        let ended: HashSet<usize> = history.iter().map(|end| end.life).collect();
        assert!(repeats.keys().all(|life| ended.contains(life)), "a node repeated what another that lived had sent");
        assert!(other_ids.values().all(|count| *count == 0), "sent again with another Message-ID");
        let ids: HashSet<&str> = before.values().map(|(_, id)| *id).collect();
        assert!(ids.len() == self.people && !ids.contains(""), "two people share a Message-ID");
    }
}
