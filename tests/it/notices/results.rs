//! Whoever marked an appeal is told how it went.

use handbill::appeals::amend;
use handbill::appeals::event::EventDraft;
use handbill::appeals::mark::{Marking, Report};
use handbill::editions::{EditionKind, planner};

use super::{Pager, node, room, round};
use crate::appeals::desk::{Desk, protest};
use crate::smtp::{Faulty, Script};
use crate::stores::at;

/// The protest, marked by somebody who wants to know.
fn reported() -> Marking {
    let report_to = Some("marek@campaign.example".parse().unwrap());
    Marking { events: vec![protest()], report_to, ..Marking::default() }
}

on_both! {
    async fn what_was_not_sent_by_the_deadline_is_told_to_who_marked_it(store) {
        let server = Faulty::start(Script::default()).await;
        let pager = Pager::new(store.dir.path());
        let more = format!("[notify]\n{}[notify.mail]\nto = \"duty@campaign.example\"\n", pager.config());
        let desk = Desk::with(store, server.address().port(), &more).await;
        for name in ["ana", "boris", "chloe"] {
            desk.reader(name, None, true).await;
        }
        let marked = desk.marking(reported()).await.unwrap();
        desk.plan().await;
        desk.accept(desk.claim(marked.edition, 1).await).await;
        let mut one = node(&desk.app.app, "one", &room());
        round(&mut one).await;
        assert_eq!(server.seen().taken.len(), 0, "it is not over");
        desk.clock.set(at("2015-09-28T15:00:00Z"));
        planner::sweep(&desk.store, desk.now(), 100).await.unwrap();
        round(&mut one).await;
        round(&mut node(&desk.app.app, "two", &room())).await;
        assert_eq!(pager.heard(), [format!("expired {} opened", marked.edition)]);
        assert!(pager.told()[0]["text"].as_str().unwrap().contains("deadline: 2."), "{:?}", pager.told());
        let mut taken = server.seen().taken;
        taken.sort_by_key(|taken| taken.to.clone());
        let to: Vec<_> = taken.iter().map(|taken| taken.to[0].as_str()).collect();
        assert_eq!(to, ["duty@campaign.example", "marek@campaign.example"], "the notice, and the result");
        let mail = mail_parser::MessageParser::default().parse(&taken[1].data).unwrap().into_owned();
        let title = "Protest against the victimisation of workers";
        assert_eq!(mail.subject(), Some(format!("Sent to 1 of 3: {title}").as_str()));
        for text in [mail.body_text(0).unwrap(), mail.body_html(0).unwrap()] {
            assert!(text.contains("2 people were not sent it before the deadline"), "{text}");
            assert!(!text.contains("example.org") && !text.contains("ana"), "{text}");
        }
        // Long after, still once.
        desk.app.pass(30 * 24 * 3600);
        round(&mut one).await;
        round(&mut one).await;
        assert_eq!((server.seen().taken.len(), pager.heard().len()), (2, 1));
        assert!(desk.store.open_notices().await.unwrap().is_empty(), "nothing is kept open for ever");
    }
}

on_both! {
    async fn each_mailing_of_an_appeal_has_its_result_once_all_of_them_are_settled(store) {
        let server = Faulty::start(Script::default()).await;
        let desk = Desk::with(store, server.address().port(), "").await;
        desk.reader("ana", None, true).await;
        desk.reader("boris", None, true).await;
        let marked = desk.marking(reported()).await.unwrap();
        desk.plan().await;
        desk.accept(desk.claim(marked.edition, 1).await).await;
        let held = desk.claim(marked.edition, 1).await;
        desk.amend(marked.appeal, 17).await;
        desk.plan().await;
        let mut one = node(&desk.app.app, "one", &room());
        // The correction of who had it ends first, and is not over: another may have to be corrected yet.
        let correction = desk.store.appeal_editions(marked.appeal).await.unwrap();
        let correction = correction.iter().find(|edition| edition.kind == EditionKind::Correction).unwrap().id;
        desk.accept(desk.claim(correction, 10).await).await;
        let mut tx = desk.store.begin().await.unwrap();
        assert!(tx.end_edition(correction, desk.now()).await.unwrap());
        tx.commit().await.unwrap();
        round(&mut one).await;
        assert_eq!(server.seen().taken.len(), 0, "one is still in a relay's hands");
        desk.accept(held).await;
        desk.finish().await;
        round(&mut one).await;
        round(&mut one).await;
        let parser = mail_parser::MessageParser::default();
        let taken = server.seen().taken;
        let mut said: Vec<_> =
            taken.iter().map(|taken| parser.parse(&taken.data).unwrap().body_text(0).unwrap().into_owned()).collect();
        said.sort();
        // The first one, and its correction; the replacement was for nobody.
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said.iter().any(|text| text.contains("The correction “Protest")), "{said:?}");
        assert!(said.iter().all(|text| text.contains("2 people")), "{said:?}");
    }
}

on_both! {
    async fn what_was_taken_back_or_is_nobodys_is_told_to_nobody(store) {
        let server = Faulty::start(Script::default()).await;
        let desk = Desk::with(store, server.address().port(), "").await;
        desk.reader("ana", None, true).await;
        let hold = std::time::Duration::from_secs(60);
        let marked = desk.marking(Marking { hold, ..reported() }).await.unwrap();
        amend::cancel(&desk.app.app, marked.appeal, "A mistake.", "test").await.unwrap();
        let mut one = node(&desk.app.app, "one", &room());
        round(&mut one).await;
        assert_eq!(desk.store.ended_without_result(handbill::clock::Timestamp(0)).await.unwrap().len(), 0);
        assert_eq!(server.seen().connections, 0);
    }
}

on_both! {
    async fn that_nobody_was_called_is_told_to_who_marked_it(store) {
        let server = Faulty::start(Script::default()).await;
        let desk = Desk::with(store, server.address().port(), "").await;
        let ana = desk.reader("ana", None, true).await;
        desk.marking(reported()).await.unwrap();
        // Nothing runs until it is too late.
        desk.clock.set(at("2015-09-28T15:00:00Z"));
        desk.finish().await;
        let mut one = node(&desk.app.app, "one", &room());
        round(&mut one).await;
        assert!(server.seen().taken[0].data.contains("Sent to 0 of 1"), "{:?}", server.seen().taken);
        // Another one comes when nobody is left.
        let revision = desk.app.post("In Leeds", "Appeals").await;
        let post = desk.store.revision(revision).await.unwrap().unwrap().post_id;
        let desk = Desk { app: desk.app, post };
        desk.leave(ana).await;
        let starts = Some("2015-09-29T16:00".to_owned());
        let events = vec![EventDraft { starts, ..protest() }];
        desk.marking(Marking { events, sure: true, ..reported() }).await.unwrap();
        desk.finish().await;
        round(&mut one).await;
        let taken = server.seen().taken;
        assert_eq!(taken.len(), 2);
        assert!(taken[1].data.contains("It has not gone out to anybody"), "{}", taken[1].data);
    }
}

on_both! {
    async fn marking_says_who_is_told_and_forgets_who_marked_before(store) {
        let desk = Desk::with(store, 2525, "").await;
        let marked = desk.marking(Marking { hold: std::time::Duration::from_secs(60), ..reported() }).await.unwrap();
        assert_eq!(marked.report, Report::Named);
        assert!(desk.store.report_to(marked.appeal).await.unwrap().is_some());
        amend::cancel(&desk.app.app, marked.appeal, "A mistake.", "test").await.unwrap();
        let again = desk.mark().await;
        assert_eq!((again.appeal, again.report), (marked.appeal, Report::Nobody));
        assert!(desk.store.report_to(marked.appeal).await.unwrap().is_none(), "another mark, by somebody else");
    }
}

on_both! {
    async fn who_is_on_duty_is_told_where_nobody_else_is_to_be(store) {
        let server = Faulty::start(Script::default()).await;
        let more = "[notify.mail]\nto = \"duty@campaign.example\"\n";
        let desk = Desk::with(store, server.address().port(), more).await;
        desk.reader("ana", None, true).await;
        assert_eq!(desk.mark().await.report, Report::Duty);
        desk.finish().await;
        round(&mut node(&desk.app.app, "one", &room())).await;
        let taken = server.seen().taken;
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].to, ["duty@campaign.example"]);
        assert!(taken[0].data.contains("Sent to 1 of 1"), "{}", taken[0].data);
    }
}
