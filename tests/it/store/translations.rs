//! Which post is a translation of which.

use handbill::id::PostId;

use crate::translations::{app, post, pull};

on_both! {
    async fn the_store_links_translations_and_keeps_them_linked(store) {
        let (_server, app) = app(store).await;
        post(&app, "one.md", "title: One\nguid: first");
        post(&app, "one.ru.md", "title: Один\nlanguage: ru\ntranslation_of: first");
        assert_eq!(pull(&app).await, 2);
        let revisions = async || {
            let mut posts = app.store.posts(None, PostId(i64::MAX), 10).await.unwrap();
            posts.sort_by_key(|post| post.title.clone());
            posts
        };
        let posts = revisions().await;
        let (one, ru) = (&posts[0], &posts[1]);
        let found = app.store.translations(one.revision_id).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].revision_id, found[0].language.as_str()), (ru.revision_id, "ru"));
        assert_eq!(app.store.translations(ru.revision_id).await.unwrap(), found, "asked of either");

        let mut tx = app.store.begin().await.unwrap();
        assert_eq!(tx.link_translations().await.unwrap(), 0, "it has its original");
        tx.set_translation(ru.id, None).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(app.store.translations(one.revision_id).await.unwrap(), []);

        // By front matter alone, which is an edit; and what it names need not be there.
        post(&app, "one.ru.md", "title: Один\nlanguage: ru\ntranslation_of: nowhere.md");
        pull(&app).await;
        assert_eq!(app.store.translations(one.revision_id).await.unwrap(), []);
        post(&app, "one.ru.md", "title: Один\nlanguage: ru\ntranslation_of: one.md");
        pull(&app).await;
        assert_eq!(app.store.translations(one.revision_id).await.unwrap().len(), 1);
    }
}
