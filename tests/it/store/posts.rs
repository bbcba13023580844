//! Sources, posts, their revisions, and the archive of what was sent.

use handbill::clock::Timestamp;
use handbill::config::SourceKind::{Feed, Folder};
use handbill::editions::{EditionKind, EditionState};
use handbill::id::{PostId, RevisionId, SourceId};
use handbill::posts::PostState::{self, Baseline, Dropped, Held, Live, Withdrawn};
use handbill::posts::content::{Content, Markup, Raw};
use handbill::posts::matching::{NameKind, Names};
use handbill::sources::pass::Validators;
use handbill::store::Tx;
use handbill::store::archive::Stretch;
use handbill::store::posts::NewPost;
use handbill::store::sources::FeedMemory;
use handbill::topics::Topics;

use super::deliveries::new_edition;
use crate::stores::TestStore;

fn content(title: &str) -> Content {
    Content::new(Raw {
        title: Some(title.to_owned()),
        fallback_title: String::new(),
        url: None,
        base_url: &"https://campaign.example/".parse().unwrap(),
        body_base: None,
        published_at: None,
        language: "en".to_owned(),
        topics: Topics::new(["Appeals"]),
        summary: None,
        body: "Everybody out on Monday.",
        markup: Markup::Markdown,
    })
}

fn names(title: &str) -> Names {
    Names { guid: None, url: None, path: Some(format!("{title}.md")), text: content(title).text_hash() }
}

async fn add(tx: &mut Tx, source: SourceId, title: &str, state: PostState, now: Timestamp) -> PostId {
    let new = NewPost { source, state, names: &names(title), content: &content(title) };
    tx.add_post(&new, now).await.unwrap()
}

async fn state(store: &TestStore, id: PostId) -> (PostState, bool) {
    let post = store.post(id).await.unwrap().unwrap();
    (post.state, post.listed_at.is_some())
}

on_both! {
    async fn a_source_keeps_its_baseline_and_says_since_when_it_fails(store) {
        let now = store.now();
        let mut tx = store.begin().await.unwrap();
        let source = tx.begin_pass("posts", Folder, now).await.unwrap();
        assert_eq!((source.baseline_at, source.pass), (None, 1));
        tx.set_baseline(source.id, now).await.unwrap();
        tx.set_baseline(source.id, Timestamp(now.0 + 1)).await.unwrap();
        tx.source_failed("posts", Folder, "gone", None, Timestamp(now.0 + 2)).await.unwrap();
        tx.source_failed("posts", Folder, "still gone", None, Timestamp(now.0 + 3)).await.unwrap();
        tx.commit().await.unwrap();
        let status = store.source("posts").await.unwrap().unwrap();
        assert!(store.source("other").await.unwrap().is_none());
        assert_eq!((status.baseline_at, status.failing_since), (Some(now), Some(Timestamp(now.0 + 2))));
        assert_eq!(status.last_error.as_deref(), Some("still gone"));
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.begin_pass("posts", Folder, now).await.unwrap().id, source.id);
        tx.commit().await.unwrap();
        assert_eq!(store.sources().await.unwrap()[0].failing_since, None);
    }
}

on_both! {
    async fn a_pass_is_given_up_when_another_begins_which_counts_what_it_has_kept(store) {
        let now = store.now();
        let mut tx = store.begin().await.unwrap();
        let first = tx.begin_pass("posts", Folder, now).await.unwrap();
        assert!(tx.go_on_with_pass(first.id, first.pass).await.unwrap());
        tx.count_in_pass(first.id, 7, 1).await.unwrap();
        tx.count_in_pass(first.id, 3, 0).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.sources().await.unwrap()[0].last_pass_at, None, "it is not at its end");
        let mut tx = store.begin().await.unwrap();
        let second = tx.begin_pass("posts", Folder, now).await.unwrap();
        assert_eq!((second.pass, second.pass_new, second.pass_urgent), (2, 10, 1));
        assert!(!tx.go_on_with_pass(first.id, first.pass).await.unwrap());
        assert!(tx.go_on_with_pass(second.id, second.pass).await.unwrap());
        tx.end_pass(second.id, Some("bad.md:3: date: no date"), now).await.unwrap();
        let third = tx.begin_pass("posts", Folder, now).await.unwrap();
        assert_eq!((third.pass, third.pass_new, third.pass_urgent), (3, 0, 0));
        tx.commit().await.unwrap();
        let status = store.sources().await.unwrap().remove(0);
        assert_eq!((status.last_pass_at, status.left_out.as_str()), (Some(now), "bad.md:3: date: no date"));
        for (given, kept) in [(None, "bad.md:3: date: no date"), (Some(""), "")] {
            let mut tx = store.begin().await.unwrap();
            tx.end_pass(third.id, given, now).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(store.sources().await.unwrap()[0].left_out, kept);
        }
    }
}

on_both! {
    async fn of_a_feed_is_kept_how_to_ask_and_when_a_post_was_seen(store) {
        let now = store.now();
        assert_eq!(store.feed_memory("news").await.unwrap(), FeedMemory::default());
        let mut tx = store.begin().await.unwrap();
        let source = tx.begin_pass("news", Feed, now).await.unwrap().id;
        let validators = Validators {
            url: "https://campaign.example/feed/".to_owned(),
            etag: Some("\"7\"".to_owned()),
            last_modified: None,
        };
        tx.keep_validators(source, &validators, now).await.unwrap();
        let post = add(&mut tx, source, "Strike", Live, now).await;
        tx.commit().await.unwrap();
        assert_eq!(store.known_posts(source).await.unwrap()[0].last_seen_at, now);
        let later = Timestamp(now.0 + 1);
        let mut tx = store.begin().await.unwrap();
        tx.see_post(post, later).await.unwrap();
        tx.commit().await.unwrap();
        let known = &store.known_posts(source).await.unwrap()[0];
        assert_eq!((known.first_seen_at, known.last_seen_at, known.published_at), (now, later, now));
        // What was read before the baseline does not count as had.
        let kept = FeedMemory { validators: None, read_at: Some(now), retry_at: None };
        assert_eq!(store.feed_memory("news").await.unwrap(), kept);
        let mut tx = store.begin().await.unwrap();
        tx.set_baseline(source, now).await.unwrap();
        tx.source_failed("news", Feed, "busy", Some(later), now).await.unwrap();
        tx.commit().await.unwrap();
        let kept = FeedMemory { validators: Some(validators), read_at: Some(now), retry_at: Some(later) };
        assert_eq!(store.feed_memory("news").await.unwrap(), kept);
        let mut tx = store.begin().await.unwrap();
        tx.begin_pass("news", Feed, later).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.feed_memory("news").await.unwrap(), FeedMemory { retry_at: None, ..kept });
    }
}

on_both! {
    async fn a_post_keeps_the_names_that_it_gives_up(store) {
        let now = store.now();
        let some = |text: &str| Some(text.to_owned());
        let called = |guid: &str, url: Option<&str>, path: Option<&str>| Names {
            guid: some(guid),
            url: url.map(str::to_owned),
            path: path.map(str::to_owned),
            text: [0; 32],
        };
        let mut tx = store.begin().await.unwrap();
        let source = tx.begin_pass("posts", Folder, now).await.unwrap().id;
        let other = tx.begin_pass("others", Folder, now).await.unwrap().id;
        let first = called("g", Some("u"), Some("a.md"));
        let content = content("Strike");
        let new = NewPost { source, state: Live, names: &first, content: &content };
        let post = tx.add_post(&new, now).await.unwrap();
        for names in [
            called("g", Some("u"), Some("b.md")),
            called("h", None, Some("b.md")),
            called("g", Some("v"), None),
            called("h", Some("v"), Some("b.md")),
        ] {
            tx.rename_post(post, &names).await.unwrap();
        }
        let later = add(&mut tx, source, "March", Live, now).await;
        tx.rename_post(later, &called("g", None, None)).await.unwrap();
        tx.rename_post(later, &called("i", None, None)).await.unwrap();
        tx.commit().await.unwrap();
        let former = async |source, kind, names: &[&str]| {
            let mut found = store.former_names(source, kind, names).await.unwrap();
            found.sort_by_key(|row| (row.name.clone(), row.post_id));
            found.into_iter().map(|row| (row.name, row.post_id)).collect::<Vec<_>>()
        };
        let had = |name: &str, post| (name.to_owned(), post);
        let guids = [had("g", post), had("g", later), had("h", post)];
        assert_eq!(former(source, NameKind::Guid, &["g", "h", "i", "u"]).await, guids);
        assert_eq!(former(source, NameKind::Url, &["u", "v"]).await, [had("u", post)]);
        assert_eq!(former(source, NameKind::Path, &["a.md", "b.md", "g"]).await, [had("a.md", post)]);
        assert!(former(source, NameKind::Guid, &[]).await.is_empty());
        assert!(former(other, NameKind::Guid, &["g"]).await.is_empty());
        let many: Vec<String> = (0..1200).map(|number| format!("g{number}")).chain(["g".to_owned()]).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(former(source, NameKind::Guid, &many).await.len(), 2);
        let known = &store.known_posts(source).await.unwrap()[0];
        assert_eq!(NameKind::ALL.iter().map(|kind| known.name(*kind).unwrap()).collect::<Vec<_>>(), ["h", "v", "b.md"]);
    }
}

on_both! {
    async fn a_post_is_listed_once_and_changes_by_revisions(store) {
        let now = store.now();
        let mut tx = store.begin().await.unwrap();
        let source = tx.begin_pass("posts", Folder, now).await.unwrap().id;
        let live = add(&mut tx, source, "Strike", Live, now).await;
        let held = add(&mut tx, source, "March", Held, now).await;
        assert_eq!(tx.list_live_posts(now).await.unwrap(), 1);
        assert_eq!(tx.list_live_posts(now).await.unwrap(), 0);
        let revision = tx.add_revision(live, 2, &content("Strike on"), now, now).await.unwrap();
        tx.rename_post(live, &names("Strike on")).await.unwrap();
        assert_eq!(tx.lock_post(held).await.unwrap(), Some(Held));
        assert_eq!(tx.lock_post(PostId(999)).await.unwrap(), None);
        tx.set_post_state(held, Dropped).await.unwrap();
        tx.commit().await.unwrap();
        let known = store.known_posts(source).await.unwrap();
        assert_eq!(known.iter().map(|post| (post.id, post.number)).collect::<Vec<_>>(), [(live, 2), (held, 1)]);
        assert_eq!(known[0].path.as_deref(), Some("Strike on.md"));

        let page = store.posts(None, PostId(i64::MAX), 9).await.unwrap();
        assert_eq!(page.iter().map(|post| post.id).collect::<Vec<_>>(), [held, live]);
        let page = store.posts(Some(Live), PostId(i64::MAX), 9).await.unwrap();
        assert_eq!((page.len(), page[0].title.as_str(), page[0].revision), (1, "Strike on", 2));
        assert_eq!(store.count_posts(Dropped).await.unwrap(), 1);
        assert_eq!(store.count_posts(Held).await.unwrap(), 0);
        let listed = store.listed_posts(Timestamp(0), Timestamp(i64::MAX)).await.unwrap();
        assert_eq!(listed.iter().map(|post| post.revision_id).collect::<Vec<_>>(), [revision]);
        assert!(store.listed_posts(listed[0].listed_at, Timestamp(i64::MAX)).await.unwrap().is_empty());
        assert_eq!(store.revision(revision).await.unwrap().unwrap().title, "Strike on");
        assert!(store.revision(RevisionId(999)).await.unwrap().is_none());
        assert_eq!(store.topics().await.unwrap(), Topics::new(["Appeals"]));
    }
}

on_both! {
    async fn a_withdrawn_post_comes_back_as_it_was_and_is_listed_anew_unless_it_was_sent(store) {
        let now = store.now();
        let mut tx = store.begin().await.unwrap();
        let source = tx.begin_pass("posts", Folder, now).await.unwrap().id;
        let sent = add(&mut tx, source, "Strike", Live, now).await;
        let unsent = add(&mut tx, source, "March", Live, now).await;
        let old = add(&mut tx, source, "Picket", Baseline, now).await;
        tx.list_live_posts(now).await.unwrap();
        tx.commit().await.unwrap();
        let revision = store.post(sent).await.unwrap().unwrap().revision_id;
        let mut tx = store.begin().await.unwrap();
        let edition = tx.make_edition(&new_edition(EditionKind::Digest, "one", now), now).await.unwrap().unwrap();
        tx.make_variant(edition, "en", &format!("{revision}.full")).await.unwrap();
        for id in [sent, unsent, old] {
            tx.withdraw_post(id).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(state(&store, sent).await, (Withdrawn, true));
        let mut tx = store.begin().await.unwrap();
        for id in [sent, unsent, old] {
            tx.return_post(id).await.unwrap();
        }
        tx.forget_listing(sent).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(state(&store, sent).await, (Live, true));
        assert_eq!(state(&store, unsent).await, (Live, false));
        assert_eq!(state(&store, old).await, (Baseline, false));
    }
}

on_both! {
    async fn the_archive_shows_digests_that_went_out_and_posts_that_still_stand(store) {
        let now = store.now();
        let mut tx = store.begin().await.unwrap();
        let source = tx.begin_pass("posts", Folder, now).await.unwrap().id;
        let shown = add(&mut tx, source, "Strike", Live, now).await;
        let gone = add(&mut tx, source, "March", Withdrawn, now).await;
        let edition = tx.make_edition(&new_edition(EditionKind::Digest, "one", now), now).await.unwrap().unwrap();
        let empty = tx.make_edition(&new_edition(EditionKind::Digest, "two", now), now).await.unwrap().unwrap();
        tx.make_variant(edition, "en", "1.full").await.unwrap();
        tx.make_variant(edition, "ar", "1.full").await.unwrap();
        tx.make_variant(empty, "en", "").await.unwrap();
        tx.commit().await.unwrap();
        let issues = store.archived_editions(Stretch::ALL, 9).await.unwrap();
        assert_eq!(issues.iter().map(|issue| issue.id).collect::<Vec<_>>(), [edition]);
        assert!(store.archived_editions(Stretch { before: edition, ..Stretch::ALL }, 9).await.unwrap().is_empty());
        assert_eq!(store.archived_edition(edition).await.unwrap(), Some(issues[0].clone()));
        let sent = issues[0].sent_at;
        assert_eq!(store.archived_last(Timestamp(i64::MAX)).await.unwrap(), Some(sent));
        assert_eq!(store.archived_last(sent).await.unwrap(), None, "none is earlier");
        assert_eq!(store.archived_items(edition).await.unwrap(), ["1.full"]);
        let mut revisions = Vec::new();
        for id in [shown, gone] {
            revisions.push(store.post(id).await.unwrap().unwrap().revision_id);
        }
        let posts = store.archived_posts(&revisions).await.unwrap();
        assert_eq!(posts.iter().map(|post| (post.post_id, post.title.as_str())).collect::<Vec<_>>(), [(shown, "Strike")]);
        assert!(store.archived_posts(&[]).await.unwrap().is_empty());
        let mut tx = store.begin().await.unwrap();
        tx.move_edition(edition, &[EditionState::Sending], EditionState::Cancelled, now).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.archived_edition(edition).await.unwrap(), None);
    }
}
