//! What somebody decides amid a mailing holds on every node within a second, also for what is claimed already.
//!
//! The relay keeps every connection waiting for the reply to its dot, and each node has more in hand. Then something is
//! decided, a second passes, and the relay goes on: what is begun after that would be wrong.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use handbill::editions::{EditionState, brakes};
use handbill::id::{EditionId, SubscriberId};
use handbill::store::Store;
use handbill::subscribers::{Cadence, SuppressionReason, list};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::app::TestApp;
use crate::nodes::{Running, node, start, until};
use crate::smtp::{Act, Faulty, Script, Stage};
use crate::stores::TestStore;

const PEOPLE: usize = 200;
/// What each node uses of its four connections: two are kept for what is urgent.
const CONNECTIONS: usize = 2;
/// In which what was decided takes hold: the promise itself.
const SECOND: Duration = Duration::from_secs(1);

/// A mailing that every node is in the midst of.
struct Amid {
    app: TestApp,
    server: Faulty,
    gate: Arc<Semaphore>,
    edition: EditionId,
    people: Vec<SubscriberId>,
    nodes: Vec<Running>,
    stop: CancellationToken,
    /// How many messages are at their dot.
    open: usize,
}

impl Amid {
    async fn new(store: TestStore) -> Self {
        let gate = Arc::new(Semaphore::new(0));
        let server = Faulty::start(Script::default().on(Stage::Dot, Act::Hold(Arc::clone(&gate)))).await;
        let app = TestApp::with(store, server.address().port(), "").await;
        let people = app.people(PEOPLE, Cadence::Weekly).await;
        app.post("A strike", "").await;
        let edition = app.plan(Cadence::Weekly).await;
        crate::nodes::plan_all(&app, edition).await;
        let stop = CancellationToken::new();
        let count = if matches!(app.store, Store::Sqlite(_)) { 1 } else { 2 };
        let mut nodes = Vec::new();
        for _ in 0..count {
            nodes.push(start(&app, &node(&app).await, handbill::dispatcher::Until::Stopped, &stop));
        }
        let open = count * CONNECTIONS;
        server.wait_until(|seen| seen.count("DATA") == open).await;
        let amid = Self { app, server, gate, edition, people, nodes, stop, open };
        assert!(amid.in_hand().await.len() >= count * 2, "nothing is claimed beyond what is out");
        amid
    }

    /// Who has not been heard of at the relay.
    fn unheard(&self) -> impl Iterator<Item = (usize, SubscriberId)> {
        let seen = self.server.seen();
        let heard = move |number: usize| {
            let address = format!("<person{}@example.org>", number + 1);
            seen.commands.iter().any(|line| line.starts_with("RCPT") && line.contains(&address))
        };
        self.people.clone().into_iter().enumerate().filter(move |(number, _)| !heard(*number))
    }

    /// Whom the nodes have claimed, and the relay has not heard of.
    async fn in_hand(&self) -> Vec<(usize, SubscriberId)> {
        let ledger = self.app.ledger(self.edition).await;
        let leased: BTreeSet<_> =
            ledger.into_iter().filter(|(_, state, _)| state == "leased").map(|(id, ..)| id).collect();
        self.unheard().filter(|(_, id)| leased.contains(id)).collect()
    }

    /// A second later the relay goes on.
    async fn go_on(&self) {
        tokio::time::sleep(SECOND).await;
        self.gate.add_permits(100_000);
    }

    async fn count(&self, wanted: &str) -> usize {
        self.app.ledger(self.edition).await.iter().filter(|(_, state, _)| state == wanted).count()
    }

    async fn end(self) {
        self.stop.cancel();
        for node in self.nodes {
            node.await.unwrap().unwrap();
        }
    }
}

on_both! {
    async fn a_pause_and_its_end(store) {
        let amid = Amid::new(store).await;
        brakes::pause(&amid.app, amid.edition, "test").await.unwrap();
        amid.go_on().await;
        until("what was claimed stays claimed", async || amid.count("leased").await == 0).await;
        assert_eq!(amid.server.seen().count("MAIL"), amid.open, "a message was begun in spite of it");
        assert_eq!((amid.count("accepted").await, amid.count("queued").await), (amid.open, PEOPLE - amid.open));
        brakes::resume(&amid.app, amid.edition, "test").await.unwrap();
        until("it does not go on", async || amid.count("accepted").await == PEOPLE).await;
        let taken = amid.server.seen().taken;
        let to: BTreeSet<_> = taken.iter().map(|message| &message.to).collect();
        assert_eq!((taken.len(), to.len()), (PEOPLE, PEOPLE));
        amid.end().await;
    }
}

on_both! {
    async fn a_cancellation(store) {
        let amid = Amid::new(store).await;
        brakes::cancel(&amid.app, amid.edition, "test").await.unwrap();
        amid.go_on().await;
        until("it does not end", async || amid.count("cancelled").await + amid.count("accepted").await == PEOPLE).await;
        assert_eq!(amid.server.seen().count("MAIL"), amid.open, "a message was begun in spite of it");
        assert_eq!(amid.count("accepted").await, amid.open);
        let edition = amid.app.store.edition(amid.edition).await.unwrap().unwrap();
        assert_eq!(edition.state, EditionState::Cancelled);
        amid.end().await;
    }
}

on_both! {
    async fn who_leaves_or_is_suppressed(store) {
        let amid = Amid::new(store).await;
        let in_hand = amid.in_hand().await;
        let others: Vec<_> = amid.unheard().filter(|person| !in_hand.contains(person)).take(4).collect();
        for (turn, (number, id)) in in_hand.iter().chain(&others).enumerate() {
            if turn % 2 == 0 {
                list::leave(&amid.app, *id, "subscriber", false).await.unwrap();
            } else {
                let address = format!("person{}@example.org", number + 1).parse().unwrap();
                list::suppress(&amid.app, &address, SuppressionReason::Complaint, "cli").await.unwrap();
            }
        }
        let gone: BTreeSet<_> = in_hand.iter().chain(&others).map(|(number, _)| *number).collect();
        amid.go_on().await;
        until("the others do not get theirs", async || amid.count("accepted").await == PEOPLE - gone.len()).await;
        assert_eq!(amid.count("suppressed").await, gone.len());
        let unheard: BTreeSet<_> = amid.unheard().map(|(number, _)| number).collect();
        assert_eq!(unheard, gone, "somebody was written to who had left");
        amid.end().await;
    }
}
