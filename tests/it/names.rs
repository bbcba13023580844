//! Posts by any name that they ever had.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use std::fs;

use handbill::posts::intake::Intake;

use crate::posts::Campaign;

impl Campaign {
    fn text(&self, name: &str, front: &str, text: &str) {
        self.write(name, &format!("---\ntitle: {text}\n{front}\n---\n{text}, all of it.\n"));
    }
}

on_both! {
    async fn a_post_that_takes_a_change_of_its_names_back_is_mailed_once(store) {
        let it = Campaign::new(store);
        it.write("stays.md", "Stays");
        it.pull().await;
        const FIRST: &str = "guid: g\nurl: https://campaign.example/g";
        const GUID: &str = "guid: g2\nurl: https://campaign.example/g";
        const URL: &str = "guid: g2\nurl: https://campaign.example/g2";
        it.text("a.md", FIRST, "One");
        it.text("n.md", "", "Nameless");
        assert_eq!(it.pull().await.new, 2);
        fs::rename(it.path("n.md"), it.path("m.md")).unwrap();
        assert_eq!(it.pull().await.moved, 1, "known by its text");
        // Once a month and more, so that the text alone makes no post known.
        for (number, (from, to, front)) in [
            ("a.md", "a.md", GUID),
            ("a.md", "a.md", URL),
            ("a.md", "b.md", URL),
            ("b.md", "a.md", FIRST),
            ("a.md", "b.md", URL),
            ("b.md", "c.md", FIRST),
            ("c.md", "a.md", ""),
            ("a.md", "b.md", ""),
        ]
        .into_iter()
        .enumerate()
        {
            it.later(40);
            it.remove(from);
            it.text(to, front, &format!("Number {number}"));
            let intake = it.pull().await;
            assert_eq!((intake.new, intake.withdrawn, intake.edited), (0, 0, 1), "{number}: {intake:?}");
            assert_eq!(it.posts().await[1].path.as_deref(), Some(to), "{number}");
        }
        it.remove("m.md");
        it.text("n.md", "", "Another text");
        assert_eq!(it.pull().await, Intake { edited: 1, moved: 1, unchanged: 2, ..Intake::default() });
        assert_eq!(it.posts().await.len(), 3);
    }
}

on_both! {
    async fn two_posts_that_trade_names_and_trade_them_back_stay_two(store) {
        let it = Campaign::new(store);
        it.pull().await;
        it.text("a.md", "guid: g", "March");
        it.text("b.md", "guid: h", "Strike");
        assert_eq!(it.pull().await.new, 2);
        let ids = async || {
            let posts = it.posts().await;
            posts.into_iter().map(|post| (post.path.unwrap(), post.title)).collect::<Vec<_>>()
        };
        let is = |paths: [&str; 2]| vec![(paths[0].to_owned(), "March".to_owned()), (paths[1].to_owned(), "Strike".to_owned())];
        for round in 0..3 {
            it.later(40);
            it.text("a.md", "guid: h", "Strike");
            it.text("b.md", "guid: g", "March");
            assert_eq!(it.pull().await, Intake { moved: 2, ..Intake::default() }, "{round}");
            assert_eq!(ids().await, is(["b.md", "a.md"]));
            it.later(40);
            it.text("a.md", "guid: g", "March");
            it.text("b.md", "guid: h", "Strike");
            assert_eq!(it.pull().await, Intake { moved: 2, ..Intake::default() }, "{round}");
            assert_eq!(ids().await, is(["a.md", "b.md"]));
        }
    }
}

on_both! {
    async fn a_name_that_is_given_to_something_new_brings_it(store) {
        let it = Campaign::new(store);
        it.pull().await;
        for month in ["january", "february", "march"] {
            it.text("latest.md", "", month);
            assert_eq!(it.pull().await.new, 1, "{month}");
            fs::rename(it.path("latest.md"), it.path(&format!("{month}.md"))).unwrap();
            assert_eq!(it.pull().await.moved, 1, "{month}");
            it.later(31);
        }
        // Also when those that had the name are gone: which of them would it be?
        fs::remove_file(it.path("january.md")).unwrap();
        fs::remove_file(it.path("february.md")).unwrap();
        it.text("latest.md", "", "April");
        assert_eq!(it.pull().await, Intake { new: 1, unchanged: 1, withdrawn: 2, ..Intake::default() });
    }
}
