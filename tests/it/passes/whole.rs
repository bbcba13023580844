//! A pass that is broken off after any of its batches comes to the same as one that is not.

use super::*;

/// What a source holds, what happens to it, and how both passes are made.
struct Story {
    name: &'static str,
    before: fn(&Site),
    then: fn(&Site, usize),
    /// Whether the pass that dies, and the one after it, mail all.
    mail_all: [bool; 2],
}

const STORIES: &[Story] = &[
    Story {
        name: "baseline",
        before: |_| {},
        then: |it, day| {
            it.write_all(&["a.md", "b.md", "c.md", "d.md"]);
            it.write("e.md", &urgent(day));
        },
        mail_all: [false, false],
    },
    Story {
        name: "few",
        before: |it| it.write("old.md", ""),
        then: |it, _| {
            it.write("a.md", "");
            it.write("b.md", "");
        },
        mail_all: [false, false],
    },
    Story {
        name: "flood",
        before: |it| it.write("old.md", ""),
        then: |it, _| it.write_all(&["a.md", "b.md", "c.md", "d.md", "e.md"]),
        mail_all: [false, false],
    },
    Story {
        name: "flood-and-call",
        before: |it| it.write("old.md", ""),
        then: |it, day| {
            it.write_all(&["a.md", "b.md", "c.md", "d.md"]);
            it.write("e.md", &urgent(day));
            it.write("e.ru.md", "language: ru\ntranslation_of: e.md");
        },
        mail_all: [false, false],
    },
    Story {
        name: "flood-of-calls",
        before: |it| it.write("old.md", ""),
        then: |it, day| {
            it.write_all(&["a.md", "b.md", "c.md"]);
            it.write("d.md", &urgent(day));
            it.write("e.md", &urgent(day + 1));
        },
        mail_all: [false, false],
    },
    Story {
        name: "changes",
        before: |it| {
            it.write_all(&["a.md", "b.md", "c.md", "d.md", "e.md"]);
            it.write("f.md", "guid: f");
            it.write("g.md", "guid: g");
        },
        then: |it, day| {
            it.write("a.md", "topics: [Edited]");
            fs::rename(it.path("b.md"), it.path("moved.md")).unwrap();
            it.remove("c.md");
            it.remove("d.md");
            it.write("e.md", &urgent(day));
            // These trade places.
            it.write("f.md", "guid: g");
            it.write("g.md", "guid: f");
            it.write("new.md", "");
        },
        mail_all: [false, false],
    },
    Story {
        name: "all-asked-for",
        before: |_| {},
        then: |it, day| {
            it.write_all(&["a.md", "b.md", "c.md", "d.md"]);
            it.write("e.md", &urgent(day));
            it.write("f.md", &urgent(day + 1));
        },
        mail_all: [true, true],
    },
];

on_both! {
    async fn wherever_a_pass_is_broken_off_the_next_one_comes_to_the_same(store) {
        let mut it = Site::new(store);
        let mut day = 1;
        for Story { name, before, then, mail_all } in STORIES {
            let (mut whole, mut broken) = (None, 0);
            // None is broken off in the first round, and all of them after the last batch in the last one.
            for batches in 0.. {
                it.turn_to(&format!("{name}-{batches}"));
                before(&it);
                if fs::read_dir(it.path("")).unwrap().next().is_some() {
                    it.pull().await;
                }
                then(&it, day);
                day += 2;
                let dies = batches > 0 && it.die_after(batches - 1, mail_all[0]).await;
                broken += usize::from(dies);
                it.pull_as(!mail_all[1]).await;
                let came_to = (it.standing().await, it.appeals().await);
                assert_eq!(&came_to, whole.get_or_insert(came_to.clone()), "{name}, broken off after {batches} batches");
                if batches > 0 && !dies {
                    break;
                }
            }
            assert!(broken >= 2, "{name} was broken off {broken} times");
            let (standing, appeals) = whole.unwrap();
            let count = |state| standing.iter().filter(|post| post.1 == state).count();
            let states = [PostState::Baseline, PostState::Live, PostState::Held, PostState::Withdrawn].map(count);
            let expected = match *name {
                "baseline" => ([5, 0, 0, 0], 0),
                "few" => ([1, 2, 0, 0], 0),
                "flood" => ([1, 0, 5, 0], 0),
                "flood-and-call" => ([1, 2, 4, 0], 1),
                "flood-of-calls" => ([1, 0, 5, 0], 0),
                "changes" => ([4, 2, 0, 2], 1),
                _ => ([0, 6, 0, 0], 2),
            };
            assert_eq!((states, appeals.len()), expected, "{name}: {standing:?}");
        }
    }
}

on_both! {
    async fn what_is_left_of_a_first_pass_that_was_asked_for_is_never_taken_for_the_baseline(store) {
        let it = Site::new(store);
        it.write_all(&["a.md", "b.md", "c.md", "d.md", "e.md"]);
        assert!(it.die_after(2, true).await);
        // The daemon, that nobody asked: a flood waits, and nothing is lost.
        assert_eq!(it.pull().await.intake, Intake { held: 3, unchanged: 2, ..Intake::default() });
    }
}

on_both! {
    async fn digests_see_a_pass_at_its_end_and_a_call_at_once(store) {
        let it = Site::new(store);
        it.write("old.md", "");
        it.pull().await;
        it.write("a.md", "");
        it.write("b.md", &urgent(1));
        // However much would fit into the first batch.
        let (with, pass) = (With { hold: Duration::from_secs(3600), ..it.with(false) }, it.read());
        let mut taking = Taking::begin(&with, &pass, SoFar::default(), it.store.now()).await.unwrap();
        let wakes = it.store.wake_count().await.unwrap();
        assert_eq!(taking.step().await.unwrap(), Step::More);
        assert_eq!((it.standing().await.len(), it.appeals().await), (2, vec!["b.md".to_owned()]));
        assert!(it.store.wake_count().await.unwrap() > wakes);
        let listed = async || it.standing().await.iter().filter(|post| post.3).count();
        assert_eq!(listed().await, 0);
        assert_eq!(taking.step().await.unwrap(), Step::Done);
        assert_eq!(listed().await, 2);
        let intake = taking.so_far().intake;
        assert_eq!(intake, Intake { new: 2, marks: 1, unchanged: 1, ..Intake::default() });
    }
}

on_both! {
    async fn a_batch_that_fails_leaves_those_before_it_and_is_made_again(store) {
        let it = Site::new(store);
        it.write("old.md", "");
        it.pull().await;
        it.write_all(&["a.md", "b.md", "c.md", "d.md"]);
        it.refuse("c.md of posts").await;
        let (with, pass) = (it.with(false), it.read());
        let mut taking = Taking::begin(&with, &pass, SoFar::default(), it.store.now()).await.unwrap();
        let failed = loop {
            match taking.step().await {
                Ok(step) => assert_eq!(step, Step::More),
                Err(error) => break error.to_string(),
            }
        };
        assert!(failed.contains("refused by the test"), "{failed}");
        assert_eq!(it.standing().await.len(), 3);
        it.refuse("nothing").await;
        // It goes on where it was, and a pass that begins anew would, too.
        while taking.step().await.unwrap() != Step::Done {}
        assert_eq!(taking.so_far().intake.held, 4);
        assert_eq!(it.pull().await.intake, Intake { unchanged: 5, ..Intake::default() });
    }
}

impl Site {
    /// Lets the database refuse a post of this title.
    async fn refuse(&self, title: &str) {
        let sqlite = format!(
            "DROP TRIGGER IF EXISTS refuse; CREATE TRIGGER refuse BEFORE INSERT ON revisions \
             WHEN NEW.title = '{title}' BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"
        );
        let postgres = format!(
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger AS $$ BEGIN \
             IF NEW.title = '{title}' THEN RAISE EXCEPTION 'refused by the test'; END IF; RETURN NEW; END $$ \
             LANGUAGE plpgsql; \
             CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON revisions FOR EACH ROW EXECUTE FUNCTION refuse()"
        );
        self.execute(&sqlite, &postgres).await;
    }
}
