//! Each thing that can be wrong is told, and that it is over.

use std::sync::atomic::Ordering;

use handbill::config::SourceKind;

use super::{Pager, node, room, round};
use crate::app::TestApp;
use crate::appeals::desk::Desk;

on_both! {
    async fn an_appeal_that_stalls_is_told_until_it_moves(store) {
        let pager = Pager::new(store.dir.path());
        let desk = Desk::with(store, 1, &format!("[notify]\n{}", pager.config())).await;
        desk.reader("one", None, true).await;
        desk.reader("two", None, true).await;
        desk.reader("three", None, true).await;
        let marked = desk.mark().await;
        let mut one = node(&desk.app.app, "one", &room());
        desk.plan().await;
        desk.app.pass(59);
        round(&mut one).await;
        assert!(pager.heard().is_empty());
        desk.app.pass(1);
        round(&mut one).await;
        let id = marked.edition;
        assert_eq!(pager.heard(), [format!("stall {id} opened")]);
        desk.accept(desk.claim(id, 1).await).await;
        round(&mut one).await;
        assert_eq!(pager.heard()[1..], [format!("stall {id} closed")]);
        // It is in a relay's hands, who says nothing.
        let held = desk.claim(id, 1).await;
        desk.app.pass(60);
        round(&mut one).await;
        assert_eq!(pager.heard()[2..], [format!("stall {id} opened")]);
        desk.accept(held).await;
        desk.accept(desk.claim(id, 1).await).await;
        desk.finish().await;
        round(&mut one).await;
        assert_eq!(pager.heard()[3], format!("stall {id} closed"));
    }
}

on_both! {
    async fn one_that_is_held_or_paused_does_not_stall(store) {
        let desk = Desk::with(store, 1, "").await;
        desk.reader("one", None, true).await;
        let hold = std::time::Duration::from_secs(600);
        let marking = handbill::appeals::mark::Marking {
            events: vec![crate::appeals::desk::protest()],
            hold,
            ..Default::default()
        };
        let marked = desk.marking(marking).await.unwrap();
        let mut one = node(&desk.app.app, "one", &room());
        let open = async || desk.store.open_notices().await.unwrap().len();
        desk.app.pass(500);
        round(&mut one).await;
        assert_eq!(open().await, 0);
        desk.app.pass(101);
        handbill::editions::brakes::pause(&desk.app.app, marked.edition, "test").await.unwrap();
        desk.app.pass(600);
        round(&mut one).await;
        assert_eq!(open().await, 0);
        handbill::editions::brakes::resume(&desk.app.app, marked.edition, "test").await.unwrap();
        round(&mut one).await;
        assert_eq!(open().await, 1, "nobody writes its deliveries");
    }
}

on_both! {
    async fn a_source_that_fails_for_an_hour_is_told_without_addresses(store) {
        let pager = Pager::new(store.dir.path());
        let app = TestApp::with(store, 1, &format!("[notify]\n{}", pager.config())).await;
        let fail = async |name: &str| {
            let mut tx = app.store.begin().await.unwrap();
            let why = "no letter from ana@example.org";
            tx.source_failed(name, SourceKind::Folder, why, None, app.now()).await.unwrap();
            tx.commit().await.unwrap();
        };
        fail("posts").await;
        fail("one that is in the config no more").await;
        let mut one = node(&app.app, "one", &room());
        app.pass(3599);
        round(&mut one).await;
        assert!(pager.heard().is_empty());
        app.pass(1);
        round(&mut one).await;
        assert_eq!(pager.heard(), ["source posts opened"]);
        let text = pager.told()[0]["text"].as_str().unwrap().to_owned();
        assert!(text.contains("<address>") && !text.contains("ana"), "{text}");
        let mut tx = app.store.begin().await.unwrap();
        tx.begin_pass("posts", SourceKind::Folder, app.now()).await.unwrap();
        tx.commit().await.unwrap();
        round(&mut one).await;
        assert_eq!(pager.heard()[1..], ["source posts closed"]);
    }
}

on_both! {
    async fn each_machine_tells_of_its_own_disk(store) {
        let pager = Pager::new(store.dir.path());
        let app = TestApp::with(store, 1, &format!("[notify]\n{}", pager.config())).await;
        let (full, empty) = (room(), room());
        full.store(499, Ordering::SeqCst);
        let (mut one, mut two) = (node(&app.app, "one", &full), node(&app.app, "two", &empty));
        round(&mut one).await;
        round(&mut two).await;
        round(&mut one).await;
        assert_eq!(pager.heard(), ["disk one opened"]);
        full.store(510, Ordering::SeqCst);
        round(&mut one).await;
        assert_eq!(pager.heard().len(), 1, "it is not clear of the limit yet");
        full.store(600, Ordering::SeqCst);
        round(&mut two).await;
        assert_eq!(pager.heard().len(), 1, "the other cannot know");
        round(&mut one).await;
        assert_eq!(pager.heard()[1..], ["disk one closed"]);
    }
}
