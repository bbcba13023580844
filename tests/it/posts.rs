//! Posts: from files in a folder to rows that digests count.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use handbill::config::{Config, Origin};
use handbill::editions::{EditionKind, EditionState};
use handbill::id::PostId;
use handbill::posts::PostState;
use handbill::posts::intake::{Intake, SoFar, Taken, With, take_in};
use handbill::posts::review::{ReviewError, drop_post, release};
use handbill::sources::folder::{Folder, SETTLED};
use handbill::sources::{self, PullReport};
use handbill::store::editions::NewEdition;
use handbill::store::posts::Post;
use tokio_util::sync::CancellationToken;

use crate::stores::{TestStore, at};

/// A store with a folder beside it.
pub(crate) struct Campaign {
    store: TestStore,
    config: Config,
}

impl Campaign {
    /// Its clock is far ahead of the files' times, so that none counts as being written.
    pub(crate) fn new(store: TestStore) -> Self {
        store.clock.set(at("2126-03-02T09:00:00Z"));
        let campaign = Self { config: config(&store.dir.path().join("posts")), store };
        fs::create_dir(campaign.path("")).unwrap();
        campaign
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.store.dir.path().join("posts").join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    pub(crate) fn later(&self, days: u64) {
        self.store.clock.set(self.store.now().plus(Duration::from_secs(days * 86_400)));
    }

    async fn report(&self, baseline: bool) -> PullReport {
        sources::pull(&self.store, &self.config, &self.store.clock, baseline).await.unwrap()
    }

    pub(crate) async fn pull(&self) -> Intake {
        let mut report = self.report(true).await;
        let source = report.sources.remove(0);
        assert!(source.readable);
        source.intake
    }

    /// All posts, oldest first.
    pub(crate) async fn posts(&self) -> Vec<Post> {
        let mut posts = self.store.posts(None, PostId(i64::MAX), 1000).await.unwrap();
        posts.reverse();
        posts
    }

    async fn states(&self) -> Vec<PostState> {
        self.posts().await.into_iter().map(|post| post.state).collect()
    }
}

fn config(posts: &std::path::Path) -> Config {
    let text = format!(
        "[site]\nname = 'Campaign'\nurl = 'https://campaign.example'\nlanguage = 'en'\ntime_zone = 'Europe/London'\n\
         postal_address = '1 Example Street'\nsender = 'news@campaign.example'\n\
         [[source]]\nname = 'posts'\nkind = 'folder'\npath = '{}'\nflood = 3\n",
        posts.display()
    );
    toml::from_str(&text).unwrap()
}

on_both! {
    async fn the_first_pass_is_the_baseline_even_of_an_empty_folder(store) {
        let it = Campaign::new(store);
        for name in ["a.md", "b.md", "c.md", "d.md"] {
            it.write(name, "The same text in each");
        }
        let intake = it.pull().await;
        assert_eq!(intake, Intake { baseline: 4, ..Intake::default() });
        it.write("new.md", "---\ntitle: New\ntopics: [Appeals]\ndate: 2015-09-28T09:00:00Z\n---\nText");
        it.later(40);
        assert_eq!(it.pull().await, Intake { new: 1, unchanged: 4, ..Intake::default() });
        let posts = it.posts().await;
        assert!(posts[..4].iter().all(|post| post.state == PostState::Baseline && post.listed_at.is_none()));
        let new = &posts[4];
        assert_eq!((new.state, new.listed_at), (PostState::Live, Some(it.store.now())));
        assert_eq!(new.first_seen_at, it.store.now());
        assert_eq!((new.title.as_str(), new.topics.as_str(), new.revision), ("New", "Appeals", 1));
        assert_eq!(new.published_at, at("2015-09-28T09:00:00Z"));
        assert_eq!(posts[0].published_at, posts[0].first_seen_at);
        let listed = it.store.listed_posts(at("2026-01-01T00:00:00Z"), it.store.now()).await.unwrap();
        assert_eq!(listed.len(), 1);
    }
}

on_both! {
    async fn an_empty_first_pass_is_a_baseline_and_an_unreadable_one_is_not(store) {
        let it = Campaign::new(store);
        fs::remove_dir(it.path("")).unwrap();
        let report = it.report(true).await;
        assert!(!report.sources[0].readable && report.sources[0].problems.len() == 1);
        let status = &it.store.sources().await.unwrap()[0];
        assert_eq!((status.baseline_at, status.failing_since), (None, Some(it.store.now())));
        assert!(status.last_error.as_ref().unwrap().contains("source.path"));
        fs::create_dir(it.path("")).unwrap();
        assert_eq!(it.pull().await, Intake::default());
        let status = &it.store.sources().await.unwrap()[0];
        assert_eq!((status.baseline_at, status.failing_since), (Some(it.store.now()), None));
        it.write("a.md", "Text");
        assert_eq!(it.pull().await.new, 1);
    }
}

on_both! {
    async fn what_is_being_written_at_the_first_pass_belongs_to_the_baseline(store) {
        let it = Campaign::new(store);
        it.write("a.md", "A");
        let (source, started) = (&it.config.sources[0], Instant::now());
        let Origin::Folder(origin) = &source.origin else { panic!("{source:?}") };
        let mut folder = Folder::new(origin, None, &it.config.site);
        let (mut intakes, mut tick) = (Vec::new(), started);
        for (name, wait) in [("b.md", SETTLED), ("c.md", SETTLED), ("", Duration::ZERO), ("d.md", SETTLED), ("", SETTLED)] {
            if !name.is_empty() {
                it.write(name, name);
            }
            // A clock that lies behind the files' times, so that they settle by being looked at.
            let scan = folder.scan(at("2000-01-01T00:00:00Z"), tick);
            let pass = folder.read(scan);
            let with = With::new(&it.store, &it.config, source);
            let taken = take_in(&with, &pass, SoFar::default(), it.store.now()).await.unwrap();
            let Taken::Whole(intake) = taken else { panic!("{taken:?}") };
            folder.accept(pass, &[]);
            intakes.push((intake.baseline, intake.new));
            tick += wait;
        }
        assert_eq!(intakes, [(0, 0), (2, 0), (1, 0), (0, 0), (0, 1)]);
    }
}

on_both! {
    async fn a_flood_waits_unless_a_person_asked_for_it(store) {
        let it = Campaign::new(store);
        it.write("old.md", "Old");
        let asked = it.report(false).await;
        assert_eq!(asked.sources[0].intake.new, 1);
        for n in 0..2 {
            it.write(&format!("few{n}.md"), &format!("Few {n}"));
        }
        assert_eq!(it.pull().await.new, 2);
        for n in 0..3 {
            it.write(&format!("flood{n}.md"), &format!("Flood {n}"));
        }
        assert_eq!(it.pull().await, Intake { held: 3, unchanged: 3, ..Intake::default() });
        assert_eq!(it.store.count_posts(PostState::Held).await.unwrap(), 3);
        let held = it.store.posts(Some(PostState::Held), PostId(i64::MAX), 2).await.unwrap();
        assert!(held.len() == 2 && held.iter().all(|post| post.listed_at.is_none()));

        // Released, it is listed after every digest so far; dropped, it is not.
        it.later(1);
        let wakes = it.store.wake_count().await.unwrap();
        release(&it.store, &it.config, held[0].id, "cli", it.store.now()).await.unwrap();
        assert!(it.store.wake_count().await.unwrap() > wakes);
        drop_post(&it.store, held[1].id, "cli", it.store.now()).await.unwrap();
        let released = it.store.post(held[0].id).await.unwrap().unwrap();
        assert_eq!((released.state, released.listed_at), (PostState::Live, Some(it.store.now())));
        assert_eq!(it.store.post(held[1].id).await.unwrap().unwrap().state, PostState::Dropped);
        let again = release(&it.store, &it.config, held[0].id, "cli", it.store.now()).await.unwrap_err();
        assert!(matches!(again, ReviewError::State { state: PostState::Live, .. }), "{again}");
        let missing = drop_post(&it.store, PostId(999), "cli", it.store.now()).await.unwrap_err();
        assert!(matches!(missing, ReviewError::Missing(PostId(999))), "{missing}");

        for n in 3..9 {
            it.write(&format!("flood{n}.md"), &format!("Flood {n}"));
        }
        assert_eq!(it.report(false).await.sources[0].intake.new, 6);
    }
}

on_both! {
    async fn a_post_stays_the_same_when_its_file_is_edited_or_moved(store) {
        let it = Campaign::new(store);
        it.pull().await;
        it.write("a.md", "---\ntitle: A\nurl: https://campaign.example/a\n---\nText");
        it.write("b.md", "Text of b");
        it.pull().await;
        let first = it.posts().await;
        it.later(1);
        it.write("a.md", "---\ntitle: A\nurl: https://campaign.example/a\n---\nCorrected");
        fs::rename(it.path("b.md"), it.path("c.md")).unwrap();
        assert_eq!(it.pull().await, Intake { edited: 2, moved: 1, ..Intake::default() });
        let then = it.posts().await;
        assert_eq!(then.len(), 2);
        assert_eq!((then[0].id, then[0].revision, then[0].listed_at), (first[0].id, 2, first[0].listed_at));
        let old = it.store.revision(first[0].revision_id).await.unwrap().unwrap();
        let new = it.store.revision(then[0].revision_id).await.unwrap().unwrap();
        assert_eq!((old.text.as_str(), new.text.as_str(), new.excerpt.as_str()), ("Text", "Corrected", "Corrected"));
        assert_eq!((then[1].path.as_deref(), then[1].revision), (Some("c.md"), 2), "its title is its file's name");
        // Other path, other text, http for https: still the same page.
        it.remove("a.md");
        it.write("d.md", "---\ntitle: D\nurl: http://campaign.example/a/?utm_source=x\n---\nOther");
        assert_eq!(it.pull().await, Intake { edited: 1, moved: 1, unchanged: 1, ..Intake::default() });
        assert_eq!(it.posts().await[0].path.as_deref(), Some("d.md"));
    }
}

on_both! {
    async fn a_copy_is_left_alone_until_it_is_the_only_one(store) {
        let it = Campaign::new(store);
        it.pull().await;
        it.write("a.md", "---\ntitle: T\n---\nText");
        it.pull().await;
        it.write("0-copy.md", "---\ntitle: T\n---\nText");
        let report = it.report(true).await;
        assert_eq!(report.sources[0].intake.new, 0);
        assert_eq!(report.sources[0].problems[0].path, "0-copy.md");
        it.remove("a.md");
        assert_eq!(it.pull().await, Intake { moved: 1, ..Intake::default() });
        assert_eq!(it.states().await, [PostState::Live]);
    }
}

on_both! {
    async fn only_a_file_deleted_from_a_folder_that_holds_others_withdraws_its_post(store) {
        let it = Campaign::new(store);
        it.write("base.md", "Base");
        it.pull().await;
        it.write("a.md", "A");
        it.pull().await;
        it.remove("base.md");
        it.remove("a.md");
        assert_eq!(it.pull().await, Intake::default(), "an empty folder may be one that is not mounted");
        it.write("c.md", "C");
        it.write("draft.md", "---\ndraft: true\n---\nD");
        assert_eq!(it.pull().await, Intake { new: 1, withdrawn: 2, ..Intake::default() });
        assert_eq!(it.states().await, [PostState::Withdrawn, PostState::Withdrawn, PostState::Live]);
        // An unreadable file and a draft are there.
        it.write("c.md", "---\ndate: soon\n---\nC");
        it.write("a.md", "A");
        it.write("base.md", "Base");
        it.later(40);
        assert_eq!(it.pull().await, Intake { returned: 2, ..Intake::default() });
        assert_eq!(it.states().await, [PostState::Baseline, PostState::Live, PostState::Live]);
    }
}

on_both! {
    async fn a_post_that_returns_is_not_mailed_again_and_one_that_was_not_mailed_is(store) {
        let it = Campaign::new(store);
        it.pull().await;
        it.write("mailed.md", "Mailed");
        it.write("other.md", "Other");
        it.pull().await;
        let before = it.posts().await;
        let mut tx = it.store.begin().await.unwrap();
        let edition = NewEdition {
            kind: EditionKind::Digest,
            key: "digest/test".to_owned(),
            state: EditionState::Sending,
            cadence: None,
            slot_at: None,
            time_zone: None,
            cut_off_at: Some(it.store.now()),
            appeal: None,
            created_by: "test".to_owned(),
            hold_until: None,
            deadline_at: it.store.now(),
        };
        let edition = tx.make_edition(&edition, it.store.now()).await.unwrap().unwrap();
        tx.make_variant(edition, "en", &format!("99.full;{}.full", before[0].revision_id)).await.unwrap();
        tx.commit().await.unwrap();

        it.write("stays.md", "Stays");
        it.remove("mailed.md");
        it.remove("other.md");
        assert_eq!(it.pull().await.withdrawn, 2);
        assert_eq!(it.store.listed_posts(at("2026-01-01T00:00:00Z"), it.store.now().plus(Duration::from_secs(9))).await
            .unwrap().len(), 1, "withdrawn posts go into no digest");
        it.later(1);
        it.write("mailed.md", "Mailed");
        it.write("other.md", "Other");
        assert_eq!(it.pull().await.returned, 2);
        let after = it.posts().await;
        assert_eq!(after[0].listed_at, before[0].listed_at);
        assert_eq!(after[1].listed_at, Some(it.store.now()));
    }
}

on_both! {
    async fn a_dropped_file_is_seen_within_a_second_and_a_folder_may_come_and_go(store) {
        // The real clock: what is being written is waited for.
        let it = Campaign { config: config(&store.dir.path().join("posts")), store };
        let (changed, mut changes) = tokio::sync::mpsc::unbounded_channel();
        let shutdown = CancellationToken::new();
        let watching = {
            let (store, config, shutdown) = (it.store.store.clone(), it.config.clone(), shutdown.clone());
            let clock = handbill::clock::Clock::System;
            tokio::spawn(async move {
                sources::watch(&store, &config, &clock, move || changed.send(()).unwrap_or_default(), &shutdown).await
            })
        };
        let mut seen = async |limit| tokio::time::timeout(Duration::from_secs(limit), changes.recv()).await.unwrap().unwrap();
        // The folder is not there yet, and then it is, with what is its baseline.
        let staged = it.store.dir.path().join("staged");
        fs::create_dir(&staged).unwrap();
        fs::write(staged.join("base.md"), "Base").unwrap();
        fs::rename(staged, it.path("")).unwrap();
        seen(10).await;
        assert_eq!(it.states().await, [PostState::Baseline]);
        for name in ["a.md", "b.md"] {
            let dropped = std::time::Instant::now();
            it.write(name, name);
            seen(5).await;
            assert!(dropped.elapsed() < Duration::from_secs(1), "{:?}", dropped.elapsed());
        }
        fs::create_dir(it.path("below")).unwrap();
        it.write("below/c.md", "c");
        seen(5).await;
        it.remove("b.md");
        seen(5).await;
        fs::remove_dir_all(it.path("")).unwrap();
        fs::create_dir(it.path("")).unwrap();
        it.write("e.md", "e");
        // The others may be withdrawn in a pass of their own.
        tokio::time::timeout(Duration::from_secs(10), async {
            while it.posts().await.iter().all(|post| post.path.as_deref() != Some("e.md")) {
                seen(10).await;
            }
        }).await.unwrap();
        // The folder that was made again is watched as the first one was.
        it.write("f.md", "f");
        seen(5).await;
        shutdown.cancel();
        watching.await.unwrap().unwrap();
        let states = it.states().await;
        assert_eq!(states[4..], [PostState::Live, PostState::Live]);
        assert!(states[..4].iter().all(|state| *state == PostState::Withdrawn), "{states:?}");
    }
}

on_both! {
    async fn a_post_and_its_translations_are_one_in_a_flood(store) {
        let it = Campaign::new(store);
        it.write("old.md", "---\ntitle: Old\n---\nText");
        it.pull().await;
        for name in ["a", "b"] {
            it.write(&format!("{name}.md"), &format!("---\ntitle: {name}\n---\nText of {name}"));
            for language in ["ru", "kk"] {
                let front = format!("title: {name} {language}\nlanguage: {language}\ntranslation_of: {name}.md");
                it.write(&format!("{name}.{language}.md"), &format!("---\n{front}\n---\nText of {name} in {language}"));
            }
        }
        assert_eq!(it.pull().await, Intake { new: 6, unchanged: 1, ..Intake::default() });
        // Those of what was there before are a flood of their own.
        for language in ["de", "fr", "ru"] {
            let front = format!("title: Old {language}\nlanguage: {language}\ntranslation_of: old.md");
            it.write(&format!("old.{language}.md"), &format!("---\n{front}\n---\nOld text in {language}"));
        }
        assert_eq!(it.pull().await.held, 3);
    }
}
