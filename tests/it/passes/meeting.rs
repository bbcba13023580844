//! Two passes over one source at once, and a person between two batches.

use handbill::posts::intake::{Taken, take_in};
use handbill::posts::review::release;

use super::*;

on_both! {
    async fn of_two_passes_over_one_source_the_later_one_goes_on_alone(store) {
        let it = Site::new(store);
        it.write("old.md", "");
        it.pull().await;
        it.write_all(&["a.md", "b.md", "c.md", "d.md"]);
        let (with, pass) = (it.with(false), it.read());
        let begin = async || Taking::begin(&with, &pass, SoFar::default(), it.store.now()).await.unwrap();
        let mut one = begin().await;
        while it.standing().await.len() < 3 {
            assert_eq!(one.step().await.unwrap(), Step::More);
        }
        let mut other = begin().await;
        assert_eq!(one.step().await.unwrap(), Step::Overtaken);
        assert_eq!(one.step().await.unwrap(), Step::Overtaken);
        let mut again = begin().await;
        assert_eq!(other.step().await.unwrap(), Step::Overtaken);
        while again.step().await.unwrap() != Step::Done {}
        // What each of them kept counts: together it is a flood.
        let held = it.standing().await.into_iter().filter(|post| post.1 == PostState::Held).count();
        assert_eq!((it.standing().await.len(), held), (5, 4));
        // The first one is made anew, and says what it has kept itself.
        let taken = take_in(&with, &it.read(), one.so_far(), it.store.now()).await.unwrap();
        let Taken::Whole(intake) = taken else { panic!("{taken:?}") };
        assert_eq!(intake, Intake { held: 2, unchanged: 5, ..Intake::default() });
    }
}

on_both! {
    async fn a_call_whose_own_part_is_overtaken_comes_with_the_pass(store) {
        let it = Site::new(store);
        it.write("old.md", "");
        it.pull().await;
        it.write("call.md", &urgent(1));
        // As soon as it begins, another begins.
        let sqlite = "CREATE TRIGGER faster AFTER UPDATE OF pass ON sources WHEN NEW.pass > OLD.pass \
                      BEGIN UPDATE sources SET pass = pass + 1; END";
        let postgres = "CREATE FUNCTION faster() RETURNS trigger AS $$ BEGIN \
                        IF pg_trigger_depth() = 1 THEN UPDATE sources SET pass = pass + 1; END IF; RETURN NULL; END $$ \
                        LANGUAGE plpgsql; CREATE TRIGGER faster AFTER UPDATE OF pass ON sources FOR EACH ROW \
                        WHEN (NEW.pass > OLD.pass) EXECUTE FUNCTION faster()";
        it.execute(sqlite, postgres).await;
        let so_far = it.take_urgent().await;
        assert_eq!((so_far.intake.new, it.appeals().await.len()), (0, 0));
        it.execute("DROP TRIGGER faster", "DROP TRIGGER faster ON sources").await;
        let (with, pass) = (it.with(false), it.read());
        let taken = take_in(&with, &pass, so_far, it.store.now()).await.unwrap();
        let Taken::Whole(intake) = taken else { panic!("{taken:?}") };
        assert_eq!(intake, Intake { new: 1, marks: 1, unchanged: 1, ..Intake::default() });
        assert_eq!(it.appeals().await, ["call.md"]);
    }
}

on_both! {
    async fn two_who_pull_at_once_take_each_post_once(store) {
        let it = Site::new(store);
        it.write("old.md", "");
        it.pull().await;
        for number in 0..60 {
            it.write(&format!("{number}.md"), "");
        }
        it.write("call.md", &urgent(1));
        let (one, other) = tokio::join!(it.pull(), it.pull());
        assert!(one.readable && other.readable);
        let standing = it.standing().await;
        let count = |state| standing.iter().filter(|post| post.1 == state).count();
        assert_eq!((standing.len(), count(PostState::Held), it.appeals().await.len()), (62, 60, 1));
    }
}

on_both! {
    async fn a_post_that_is_let_go_while_its_mark_is_read_is_marked(store) {
        let it = Site::new(store);
        it.write("old.md", "");
        it.pull().await;
        it.write_all(&["a.md", "b.md", "c.md"]);
        it.pull().await;
        it.write("b.md", &urgent(1));
        let (with, pass) = (it.with(false), it.read());
        let mut taking = Taking::begin(&with, &pass, SoFar::default(), it.store.now()).await.unwrap();
        let held = it.store.posts(Some(PostState::Held), PostId(i64::MAX), 9).await.unwrap();
        let post = held.iter().find(|post| post.path.as_deref() == Some("b.md")).unwrap();
        release(&it.store, &it.config, post.id, "test", it.store.now()).await.unwrap();
        while taking.step().await.unwrap() != Step::Done {}
        assert_eq!(it.appeals().await, ["b.md"]);
    }
}
