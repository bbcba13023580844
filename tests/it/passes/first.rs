//! What is urgent goes before the rest of its pass.

use std::sync::Mutex;
use std::sync::mpsc;

use handbill::clock::Clock;
use handbill::id::EditionId;
use tokio_util::sync::CancellationToken;

use super::*;

on_both! {
    async fn an_urgent_file_beside_a_thousand_is_an_edition_before_they_are_read(store) {
        let mut it = Site::new(store);
        it.config.sources[0].flood = 20;
        it.write("old.md", "");
        it.pull().await;
        // All appear in one moment, and the call is the last of them by name.
        let staged = it.store.dir.path().join("staged");
        fs::create_dir(&staged).unwrap();
        for number in 0..1000 {
            fs::write(staged.join(format!("{number}.md")), format!("# Number {number}\n\nText of {number}.")).unwrap();
        }
        fs::write(staged.join("zz.md"), format!("---\ntitle: Come\n{}\n---\nCome, all of you.", urgent(1))).unwrap();
        let (changed, changes) = mpsc::channel();
        let (go_on, gone_on) = mpsc::channel();
        let gone_on = Mutex::new(gone_on);
        let shutdown = CancellationToken::new();
        let watching = {
            let (store, config, shutdown) = (it.store.store.clone(), it.config.clone(), shutdown.clone());
            tokio::spawn(async move {
                // The watcher stands still until it was looked at.
                let on_change = move || {
                    changed.send(()).unwrap();
                    let _ = tokio::task::block_in_place(|| gone_on.lock().unwrap().recv());
                };
                sources::watch(&store, &config, &Clock::System, on_change, &shutdown).await
            })
        };
        fs::rename(staged, it.path("below")).unwrap();
        let next = async move |changes: mpsc::Receiver<()>| {
            let waited = tokio::task::spawn_blocking(move || {
                changes.recv_timeout(Duration::from_secs(120)).unwrap();
                changes
            });
            waited.await.unwrap()
        };
        let changes = next(changes).await;
        assert_eq!(it.appeals().await, ["below/zz.md"]);
        let editions = it.store.editions(false, EditionId(i64::MAX), 10).await.unwrap();
        assert_eq!(editions.len(), 1);
        assert_eq!(it.standing().await.len(), 2, "the others are still to come");
        go_on.send(()).unwrap();
        let _changes = next(changes).await;
        go_on.send(()).unwrap();
        shutdown.cancel();
        watching.await.unwrap().unwrap();
        let standing = it.standing().await;
        let held = standing.iter().filter(|post| post.1 == PostState::Held).count();
        assert_eq!((standing.len(), held), (1002, 1000));
    }
}

on_both! {
    async fn a_call_that_went_first_counts_in_the_flood_that_follows_it(store) {
        let it = Site::new(store);
        it.write("old.md", "");
        it.pull().await;
        it.write_all(&["a.md", "b.md"]);
        it.write("c.md", &urgent(1));
        let so_far = it.take_urgent().await;
        assert_eq!(so_far.intake, Intake { new: 1, marks: 1, ..Intake::default() });
        assert_eq!(it.appeals().await, ["c.md"]);
        // As if the process had died here. With the call, the others are three.
        assert_eq!(it.pull().await.intake, Intake { held: 2, unchanged: 2, ..Intake::default() });
        // A pass that does not die says what became of all of it, and of each post once.
        it.write_all(&["d.md", "e.md"]);
        it.write("f.md", &urgent(2));
        let report = it.pull().await;
        assert_eq!(report.intake, Intake { new: 1, held: 2, marks: 1, unchanged: 4, ..Intake::default() });
        assert_eq!(it.appeals().await, ["c.md", "f.md"]);
    }
}

on_both! {
    async fn a_call_goes_first_with_its_translations(store) {
        let it = Site::new(store);
        it.write("old.md", "");
        it.pull().await;
        it.write("a.md", "");
        it.write("b.ru.md", "language: ru\ntranslation_of: b.md");
        it.write("b.md", &urgent(1));
        it.write("c.ru.md", "language: ru\ntranslation_of: a.md");
        assert_eq!(it.take_urgent().await.intake.new, 2);
        let appeal = it.posts().await.into_iter().find(|post| post.path.as_deref() == Some("b.md")).unwrap();
        let translations = it.store.translations(appeal.revision_id).await.unwrap();
        assert_eq!(translations.iter().map(|one| one.language.as_str()).collect::<Vec<_>>(), ["ru"]);
        assert_eq!(it.standing().await.len(), 3);
    }
}

on_both! {
    async fn only_what_is_sure_goes_first(store) {
        let mut it = Site::new(store);
        let mut day = 1;
        // The source's first pass mails nothing.
        it.write("old.md", &urgent(day));
        assert_eq!(it.take_urgent().await.intake, Intake::default());
        assert!(it.posts().await.is_empty());
        type Story = (&'static str, fn(&Site, usize), usize, usize);
        let stories: [Story; 7] = [
            ("two that are no flood", |it, day| {
                it.write("a.md", &urgent(day));
                it.write("b.md", &urgent(day + 1));
            }, 2, 2),
            ("two that may be one", |it, day| {
                it.write("a.md", &urgent(day));
                it.write("b.md", &urgent(day + 1));
                it.write("c.md", "");
            }, 0, 0),
            ("one that is known, beside two new ones in a flood", |it, day| {
                it.write("old.md", &urgent(day));
                it.write("b.md", &urgent(day + 1));
                it.write("c.md", &urgent(day + 2));
                it.write("d.md", "");
            }, 1, 1),
            ("one in the past", |it, _| {
                it.write("a.md", "urgent: true\nevent: {starts: 2026-03-02T16:00, address: London}");
            }, 0, 0),
            ("one that says the same as another", |it, day| {
                let text = fs::read_to_string(it.path("old.md")).unwrap();
                fs::write(it.path("a.md"), text.replacen("---\n", &format!("---\n{}\n", urgent(day)), 1)).unwrap();
            }, 0, 0),
            ("one that was moved", |it, day| {
                let text = fs::read_to_string(it.path("old.md")).unwrap();
                it.remove("old.md");
                fs::write(it.path("a.md"), text.replacen("---\n", &format!("---\n{}\n", urgent(day)), 1)).unwrap();
            }, 0, 1),
            ("one of two that are the same", |it, day| {
                it.write("a.md", "guid: same");
                it.write("b.md", &format!("guid: same\n{}", urgent(day)));
            }, 1, 1),
        ];
        for (number, (what, then, first, all)) in stories.into_iter().enumerate() {
            it.turn_to(&format!("source-{number}"));
            it.write("old.md", "");
            it.pull().await;
            day += 10;
            then(&it, day);
            let went = it.take_urgent().await.intake;
            assert_eq!((went.marks, it.appeals().await.len()), (first, first), "{what}: {went:?}");
            let went = it.pull().await.intake;
            assert_eq!(it.appeals().await.len(), all, "{what}: {went:?}");
            assert_eq!((it.pull().await.intake.new, it.appeals().await.len()), (0, all), "{what}");
        }
    }
}
