//! What an amendment may change, and whom it is told to.

use std::time::Duration;

use handbill::appeals::amend::{self, Amended, Change};
use handbill::appeals::event::EventDraft;
use handbill::id::AppealId;

use super::desk::Desk;
use crate::stores::at;

async fn carry_out(desk: &Desk, appeal: AppealId, change: &Change) -> Amended {
    let checked = amend::check(&desk.app.app, appeal, change).await.unwrap();
    amend::amend(&desk.app.app, &checked, Duration::ZERO, "test").await.unwrap()
}

fn region(name: &str) -> Change {
    let draft = EventDraft { region: Some(name.to_owned()), ..EventDraft::default() };
    Change { draft, ..Change::default() }
}

on_both! {
    async fn who_sees_no_change_is_not_corrected(store) {
        let desk = Desk::new(store, 2525).await;
        let told = desk.reader("told", None, true).await;
        let marked = desk.mark().await;
        desk.finish().await;
        let appeal = marked.appeal;
        // To another hour and back, before the relay takes the first correction.
        let first = desk.amend(appeal, 17).await;
        desk.plan().await;
        desk.defer(desk.claim(first.correction.unwrap(), 1).await).await;
        desk.amend(appeal, 16).await;
        desk.finish().await;
        assert_eq!(desk.told(appeal).await[&told], ["appeal1"]);
        // For others now, and called to for a shorter while: it is where it was, when it was.
        carry_out(&desk, appeal, &region("Leeds")).await;
        desk.finish().await;
        let deadline = Some(at("2015-09-28T14:00:00Z"));
        carry_out(&desk, appeal, &Change { deadline, ..Change::default() }).await;
        desk.finish().await;
        assert_eq!(desk.told(appeal).await[&told], ["appeal1"]);
        // Another hour they do see, from the version that they had.
        let last = desk.amend(appeal, 18).await;
        desk.finish().await;
        assert_eq!(desk.told(appeal).await[&told], ["appeal1", "correction6"]);
        let variants = desk.store.variants(last.correction.unwrap()).await.unwrap();
        assert_eq!(variants[0].items, format!("since.{}", marked.version));
    }
}

on_both! {
    async fn who_may_not_have_it_gets_it_even_if_nothing_else_is_new(store) {
        let desk = Desk::new(store, 2525).await;
        let taken = desk.reader("taken", None, true).await;
        let lost = desk.reader("lost", None, true).await;
        let marked = desk.mark().await;
        desk.plan().await;
        desk.accept(desk.claim(marked.edition, 1).await).await;
        desk.lose(desk.claim(marked.edition, 1).await).await;
        carry_out(&desk, marked.appeal, &region("Leeds")).await;
        desk.finish().await;
        let told = desk.told(marked.appeal).await;
        assert_eq!((told[&taken].join(" "), told[&lost].join(" ")), ("appeal1".into(), "appeal1? correction2".into()));
    }
}
