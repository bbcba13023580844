//! An organiser at work on a store, with the dispatcher's steps by hand, so that a test says what meets what.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::time::Duration;

use handbill::appeals::amend::{self, AmendError, Amended, Change, Checked};
use handbill::appeals::declared::Declared;
use handbill::appeals::event::EventDraft;
use handbill::appeals::mark::{self, Marked, Marking};
use handbill::appeals::{follow, proposed, remind};
use handbill::clock::Timestamp;
use handbill::deliveries::{self, DeliveryState, Verdict};
use handbill::dispatcher;
use handbill::editions::planner::{self, Planner, Step};
use handbill::editions::{EditionKind, EditionState};
use handbill::id::{AppealId, EditionId, PostId, SubscriberId};
use handbill::relay::{Outcome, Reply, Stage};
use handbill::store::editions::Edition;
use handbill::store::proposals::Proposal;
use handbill::store::queue::Claimed;
use handbill::subscribers::{Consent, Preferences, list};

use crate::app::{TestApp, newcomer};
use crate::stores::{TestStore, at};

/// The day before the protest of the model case.
pub(crate) const EVE: &str = "2015-09-27T12:00:00Z";

/// An app whose clock stands at the eve of the protest, with a post about it.
pub(crate) struct Desk {
    pub(crate) app: TestApp,
    pub(crate) post: PostId,
}

impl Deref for Desk {
    type Target = TestApp;

    fn deref(&self) -> &TestApp {
        &self.app
    }
}

/// The protest, as its printed text says.
pub(crate) fn protest() -> EventDraft {
    let some = |text: &str| Some(text.to_owned());
    EventDraft {
        starts: some("2015-09-28T16:00"),
        time_zone: some("Europe/London"),
        place: some("Outside the office of the mining company"),
        address: some("100 Victoria Street, London, SW1E 5JL"),
        region: some("London"),
        ..EventDraft::default()
    }
}

/// What a dispatcher holds.
pub(crate) struct InHand {
    edition: Edition,
    claimed: Vec<Claimed>,
}

impl InHand {
    pub(crate) fn people(&self) -> Vec<SubscriberId> {
        self.claimed.iter().map(|claimed| claimed.subscriber_id).collect()
    }
}

impl Desk {
    pub(crate) async fn new(store: TestStore, port: u16) -> Self {
        Self::with(store, port, "").await
    }

    /// As [`Desk::new`], with more lines of config.
    pub(crate) async fn with(store: TestStore, port: u16, more: &str) -> Self {
        store.clock.set(at(EVE));
        let more = format!("[appeals]\nregions = [\"London\", \"Leeds\"]\n{more}");
        let app = TestApp::with(store, port, &more).await;
        let revision = app.post("Protest against the victimisation of workers", "Appeals").await;
        let post = app.store.revision(revision).await.unwrap().unwrap().post_id;
        Self { app, post }
    }

    /// Somebody who wants alerts, of this region.
    pub(crate) async fn reader(&self, name: &str, region: Option<&str>, alerts: bool) -> SubscriberId {
        let preferences = Preferences { region: region.map(str::to_owned), alerts, ..Preferences::default() };
        let newcomer = newcomer(&format!("{name}@example.org"), preferences);
        let consent = Consent::Given("at a meeting".to_owned());
        match list::add(&self.app, &[newcomer], &consent, "cli").await.unwrap()[0] {
            handbill::subscribers::Added::Active(id) => id,
            other => panic!("not added: {other:?}"),
        }
    }

    pub(crate) async fn marking(&self, marking: Marking) -> Result<Marked, mark::MarkError> {
        let checked = mark::check(&self.app, self.post, &marking).await?;
        mark::mark(&self.app, &checked, "test").await
    }

    /// Marks the protest, without a hold.
    pub(crate) async fn mark(&self) -> Marked {
        self.marking(Marking { events: vec![protest()], ..Marking::default() }).await.unwrap()
    }

    /// Moves the protest to another hour.
    pub(crate) async fn amend(&self, appeal: AppealId, hour: u32) -> Amended {
        let draft = EventDraft { starts: Some(format!("2015-09-28T{hour}:00")), ..EventDraft::default() };
        let change = Change { draft, ..Change::default() };
        let checked = amend::check(&self.app, appeal, &change).await.unwrap();
        amend::amend(&self.app, &checked, Duration::ZERO, "test").await.unwrap()
    }

    /// What an edited source, taken whole, makes of an appeal.
    pub(crate) async fn declared(
        &self,
        appeal: AppealId,
        events: &[EventDraft],
        region: Option<&str>,
    ) -> Result<Checked, AmendError> {
        let declared = Declared { events: events.to_vec(), region: region.map(str::to_owned), ..Declared::default() };
        let proposal = Proposal { base: None, declared: Some(declared.to_text()) };
        let mut tx = self.app.store.begin().await.unwrap();
        tx.propose(appeal, &proposal, self.app.now()).await.unwrap();
        tx.commit().await.unwrap();
        Ok(proposed::check(&self.app, appeal).await?.checked)
    }

    pub(crate) async fn edition(&self, id: EditionId) -> Edition {
        self.app.store.edition(id).await.unwrap().unwrap()
    }

    /// Plans everything that can be planned.
    pub(crate) async fn plan(&self) {
        let mut planner = Planner::default();
        loop {
            let mut moved = false;
            for edition in self.app.store.open_editions().await.unwrap() {
                if edition.state == EditionState::Planning {
                    moved |= planner.step(&self.app, &edition).await.unwrap() != Step::Blocked;
                }
            }
            if !moved {
                return;
            }
        }
    }

    /// Claims up to `limit` deliveries of an edition.
    pub(crate) async fn claim(&self, edition: EditionId, limit: i64) -> InHand {
        let edition = self.edition(edition).await;
        let now = self.app.now();
        let lease = self.app.store.lease_clock(now).await.unwrap();
        let mut tx = self.app.store.begin().await.unwrap();
        let number = i64::from_be_bytes(handbill::vault::random_bytes().unwrap());
        let until = lease.plus(Duration::from_secs(180));
        let claimed = tx.claim(edition.id, limit, number, None, until, now).await.unwrap();
        tx.commit().await.unwrap();
        InHand { edition, claimed }
    }

    /// What the relay said about all that is in hand.
    pub(crate) async fn outcome(&self, hand: InHand, outcome: &Outcome) {
        let now = self.app.now();
        let lane = hand.edition.lane;
        let record = |claimed| deliveries::record(claimed, lane, "main", outcome, now, 0);
        let records: Vec<_> = hand.claimed.iter().map(record).collect();
        let editions = vec![&hand.edition; records.len()];
        dispatcher::record(&self.app, &records, &editions).await.unwrap();
    }

    pub(crate) async fn accept(&self, hand: InHand) {
        self.outcome(hand, &Outcome::Accepted { reply: reply(250, "taken") }).await;
    }

    pub(crate) async fn defer(&self, hand: InHand) {
        self.outcome(hand, &Outcome::Deferred { stage: Stage::Rcpt, reply: reply(450, "later") }).await;
    }

    pub(crate) async fn lose(&self, hand: InHand) {
        self.outcome(hand, &Outcome::Unknown { error: "gone after the dot".to_owned() }).await;
    }

    /// Puts back what is in hand, as a worker does that finds its edition closed.
    pub(crate) async fn put_back(&self, hand: InHand) {
        let mut tx = self.app.store.begin().await.unwrap();
        for claimed in &hand.claimed {
            tx.release(claimed.lease, &[claimed.subscriber_id]).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// The dispatcher that held something died.
    pub(crate) async fn crash(&self, hand: InHand) {
        assert!(!hand.claimed.is_empty());
        let mut tx = self.app.store.begin().await.unwrap();
        tx.void_leases(Timestamp(i64::MAX)).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn leave(&self, id: SubscriberId) {
        list::leave(&self.app, id, "subscriber", false).await.unwrap();
    }

    /// Everything that is due is claimed, looked at again as a worker does, and accepted, until nothing is left.
    pub(crate) async fn finish(&self) {
        for _ in 0..100 {
            follow::settle(&self.app, 3).await.unwrap();
            planner::sweep(&self.app.store, self.app.now(), 1000).await.unwrap();
            self.plan().await;
            let mut sent = 0;
            for edition in self.app.store.open_editions().await.unwrap() {
                let InHand { edition, claimed } = self.claim(edition.id, 1000).await;
                if claimed.is_empty() {
                    let mut tx = self.app.store.begin().await.unwrap();
                    tx.end_edition(edition.id, self.app.now()).await.unwrap();
                    tx.commit().await.unwrap();
                    continue;
                }
                let now = self.app.now();
                let mut records = Vec::new();
                for claimed in &claimed {
                    let outcome = Outcome::Accepted { reply: reply(250, "taken") };
                    records.push(match deliveries::verdict(&edition, &claimed.standing, None, now) {
                        Verdict::Send => deliveries::record(claimed, edition.lane, "main", &outcome, now, 0),
                        Verdict::End(state) => deliveries::ended(claimed, state, now),
                        Verdict::Wait(until) => deliveries::waiting(claimed, until, now),
                        Verdict::PutBack => panic!("an open edition's delivery is put back"),
                    });
                }
                sent += records.len();
                let editions = vec![&edition; records.len()];
                dispatcher::record(&self.app, &records, &editions).await.unwrap();
            }
            if sent == 0 && self.app.store.superseded_editions().await.unwrap().is_empty() {
                // What is left waits for a retry: its time comes.
                let mut later = 0;
                for edition in self.app.store.open_editions().await.unwrap() {
                    later += i64::from(self.app.store.next_due(edition.id).await.unwrap().is_some());
                }
                if later == 0 {
                    return;
                }
                self.app.pass(60);
            }
        }
        panic!("it never ends");
    }

    /// What each person was told, in order: the kind, and the version's number; `?` after what may not have arrived.
    pub(crate) async fn told(&self, appeal: AppealId) -> BTreeMap<SubscriberId, Vec<String>> {
        let mut told: BTreeMap<SubscriberId, Vec<String>> = BTreeMap::new();
        for edition in self.app.store.appeal_editions(appeal).await.unwrap() {
            let version = self.app.store.version(edition.appeal_version_id.unwrap()).await.unwrap().unwrap();
            for row in self.app.store.deliveries(edition.id, None, SubscriberId(0), 10_000).await.unwrap() {
                let sign = match row.state {
                    DeliveryState::Accepted => "",
                    DeliveryState::Unknown => "?",
                    _ => continue,
                };
                told.entry(row.subscriber_id).or_default().push(format!("{}{}{sign}", edition.kind, version.number));
            }
        }
        told
    }

    /// The kinds of the editions of an appeal, with their states.
    pub(crate) async fn editions(&self, appeal: AppealId) -> Vec<(EditionKind, EditionState)> {
        let editions = self.app.store.appeal_editions(appeal).await.unwrap();
        editions.iter().map(|edition| (edition.kind, edition.state)).collect()
    }

    pub(crate) async fn remind(&self) -> Vec<EditionId> {
        remind::open_due(&self.app).await.unwrap()
    }
}

fn reply(code: u16, text: &str) -> Reply {
    Reply::new(code, text)
}
