//! Posts that call themselves urgent in their front matter.

use std::time::Duration;

use handbill::app::App;
use handbill::appeals::amend::Change;
use handbill::appeals::event::EventDraft;
use handbill::appeals::{Version, amend, proposed};
use handbill::config::{FolderOrigin, Origin};
use handbill::id::{AppealId, PostId};
use handbill::posts::{PostState, review};
use handbill::sources::{self, SourceReport};

use crate::app::TestApp;
use crate::stores::{TestStore, at};

use super::desk::{Desk, EVE};

struct Site {
    app: TestApp,
}

const EVENT: &str = "urgent: true\nevent:\n  starts: 2015-09-28T16:00\n  address: 100 Victoria Street, London, SW1E 5JL\n  region: London";

impl Site {
    /// A site whose source has had its baseline.
    async fn new(store: TestStore) -> Self {
        Self::holding(store, "0s").await
    }

    /// As [`Site::new`], with another hold.
    async fn holding(store: TestStore, hold: &str) -> Self {
        store.clock.set(at(EVE));
        let more = format!("[appeals]\nregions = [\"London\"]\nhold = \"{hold}\"\n");
        let app = TestApp::with(store, 2525, &more).await;
        let site = Self { app };
        site.write("old.md", "title: An old one", "Long ago.");
        site.pull().await;
        site
    }

    fn write(&self, name: &str, front: &str, body: &str) {
        let text = format!("---\n{front}\n---\n{body}\n");
        std::fs::write(self.app.dir.path().join("posts").join(name), text).unwrap();
    }

    async fn pull(&self) -> SourceReport {
        // The clock of a scan has to come after the file's own.
        let app: &App = &self.app.app;
        let report = sources::pull(&app.store, &app.config, &app.clock, true).await.unwrap();
        report.sources.into_iter().next().unwrap()
    }

    async fn appeals(&self) -> Vec<(AppealId, PostId)> {
        let appeals = self.app.store.appeals(AppealId(i64::MAX), 100).await.unwrap();
        appeals.into_iter().map(|appeal| (appeal.id, appeal.post_id)).collect()
    }

    async fn version(&self, appeal: AppealId) -> Version {
        self.app.store.current_version(appeal).await.unwrap().unwrap()
    }
}

on_both! {
    async fn a_post_that_calls_itself_urgent_becomes_an_appeal(store) {
        let site = Site::new(store).await;
        site.write("protest.md", &format!("title: Protest\n{EVENT}"), "Come to the office.");
        let report = site.pull().await;
        assert_eq!((report.intake.new, report.intake.marks, report.problems.len()), (1, 1, 0));
        let appeals = site.appeals().await;
        let version = site.version(appeals[0].0).await;
        assert_eq!(version.events[0].starts.at, at("2015-09-28T15:00:00Z"));
        assert_eq!((version.regions, version.created_by.as_str()), (vec!["London".to_owned()], "source"));
        // Read again, it is the same one.
        site.write("protest.md", &format!("title: Protest\n{EVENT}"), "Come to the office, all of you.");
        assert_eq!(site.pull().await.intake.marks, 0);
        assert_eq!(site.appeals().await.len(), 1);
    }
}

on_both! {
    async fn a_known_post_that_turns_urgent_becomes_one_and_a_baseline_does_not(store) {
        let site = Site::new(store).await;
        site.write("old.md", &format!("title: An old one\n{EVENT}"), "Long ago.");
        let report = site.pull().await;
        assert!(report.intake.is_change(), "without a new word in its text");
        assert_eq!(site.appeals().await.len(), 1);
        // What is urgent at a source's first pass is not mailed, nor when it is edited.
        let fresh = tempfile::tempdir().unwrap();
        let mut config = site.app.config.clone();
        config.sources[0].name = "other".to_owned();
        config.sources[0].origin = Origin::Folder(FolderOrigin { path: fresh.path().to_owned() });
        let path = fresh.path().join("first.md");
        for address in ["1 Old Road, London", "2 Old Road, London"] {
            let event = format!("urgent: true\nevent: {{starts: 2015-10-28T16:00, address: \"{address}\"}}");
            std::fs::write(&path, format!("---\ntitle: First\n{event}\n---\nHere from the start.\n")).unwrap();
            sources::pull(&site.app.store, &config, &site.app.clock, true).await.unwrap();
            assert_eq!(site.appeals().await.len(), 1, "{address}");
        }
    }
}

on_both! {
    async fn a_file_that_comes_back_with_a_mark_becomes_an_appeal(store) {
        let site = Site::new(store).await;
        site.write("protest.md", "title: Protest", "Come.");
        site.pull().await;
        std::fs::remove_file(site.app.dir.path().join("posts/protest.md")).unwrap();
        assert_eq!(site.pull().await.intake.withdrawn, 1);
        site.write("protest.md", &format!("title: Protest\n{EVENT}"), "Come.");
        let report = site.pull().await;
        assert_eq!((report.intake.returned, report.intake.marks, report.problems.len()), (1, 1, 0));
        assert_eq!(site.appeals().await.len(), 1);
    }
}

on_both! {
    async fn an_edited_event_is_proposed_and_a_person_decides(store) {
        let site = Site::new(store).await;
        site.write("protest.md", &format!("title: Protest\n{EVENT}"), "Come.");
        site.pull().await;
        let (appeal, _) = site.appeals().await[0];
        let later = EVENT.replace("16:00", "17:00");
        site.write("protest.md", &format!("title: Protest\n{later}"), "Come.");
        assert_eq!(site.pull().await.intake.marks, 1);
        assert_eq!(site.version(appeal).await.number, 1, "nothing has happened yet");
        let proposals = site.app.store.proposals().await.unwrap();
        let declared = proposals[0].1.as_deref().unwrap();
        assert!(declared.contains("17:00"), "{declared}");
        let checked = proposed::check(&site.app.app, appeal).await.unwrap().checked;
        amend::amend(&site.app.app, &checked, Duration::ZERO, "test").await.unwrap();
        assert_eq!(site.version(appeal).await.events[0].starts.at, at("2015-09-28T16:00:00Z"));
        assert!(site.app.store.proposals().await.unwrap().is_empty());
        // Not urgent any more: also a person's to decide.
        site.write("protest.md", "title: Protest", "Come.");
        site.pull().await;
        assert_eq!(site.app.store.proposals().await.unwrap(), [(appeal, None)]);
    }
}

on_both! {
    async fn nothing_is_proposed_for_what_is_over(store) {
        let site = Site::new(store).await;
        site.write("protest.md", &format!("title: Protest\n{EVENT}"), "Come.");
        site.pull().await;
        let desk = Desk { app: site.app, post: PostId(0) };
        desk.reader("told", None, true).await;
        desk.finish().await;
        let site = Site { app: desk.app };
        let write = |event: &str| site.write("protest.md", &format!("title: Protest\n{event}"), "Come.");
        write(&EVENT.replace("16:00", "17:00"));
        site.pull().await;
        let (app, appeal) = (&site.app.app, site.appeals().await[0].0);
        let waiting = async || proposed::waiting(app).await.unwrap().into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(waiting().await, [appeal]);
        app.clock.set(at("2015-09-28T18:00:00Z"));
        assert!(waiting().await.is_empty(), "nobody could carry it out");
        write("place: Gate 2");
        site.pull().await;
        assert_eq!(site.app.store.proposal(appeal).await.unwrap(), None);
        write(&EVENT.replace("16:00", "18:00"));
        site.pull().await;
        assert_eq!(site.app.store.proposal(appeal).await.unwrap(), None);
    }
}

on_both! {
    async fn a_mark_that_cannot_be_carried_out_is_told_until_it_is_put_right(store) {
        let site = Site::new(store).await;
        let wrong = EVENT.replace("2015-09-28T16:00", "2015-09-26T16:00");
        site.write("protest.md", &format!("title: Protest\n{wrong}"), "Come.");
        let report = site.pull().await;
        assert_eq!(report.intake.new, 1, "nothing is lost: it is an ordinary post");
        let problem = report.problems[0].to_string();
        assert!(problem.starts_with("protest.md:3: starts: ") && problem.contains("over"), "{problem}");
        assert!(site.appeals().await.is_empty());
        let refused = site.app.store.refused_marks().await.unwrap();
        assert_eq!(refused.len(), 1);
        site.write("protest.md", &format!("title: Protest\n{EVENT}"), "Come.");
        site.pull().await;
        assert_eq!(site.appeals().await.len(), 1);
        assert!(site.app.store.refused_marks().await.unwrap().is_empty());
        let lost = "urgent: true\ndeadline: ana@example.org";
        site.write("petition.md", &format!("title: Sign\n{lost}"), "Sign here.");
        let problem = site.pull().await.problems[0].to_string();
        assert!(problem.contains("deadline: ") && problem.contains("no instant") && !problem.contains('@'), "{problem}");
        std::fs::remove_file(site.app.dir.path().join("posts/petition.md")).unwrap();
        // A weekday that does not fit its date waits for a person, too.
        let day = "urgent: true\nevent: {starts: 2015-10-06T16:00, address: \"1 Road, London\"}";
        site.write("other.md", &format!("title: Another\n{day}"), "We meet on Monday 6 October 2015 at 4pm.");
        let problem = site.pull().await.problems[0].to_string();
        assert!(problem.contains("is a Tuesday"), "{problem}");
    }
}

on_both! {
    async fn one_urgent_post_passes_a_flood_and_two_wait(store) {
        let site = Site::new(store).await;
        let event = |number: usize| {
            format!("urgent: true\nevent: {{starts: 2015-10-{:02}T16:00, address: \"{number} Road, London\"}}", number + 1)
        };
        for number in 1..=20 {
            site.write(&format!("flood{number}.md"), &format!("title: Flood {number}"), &format!("Number {number}."));
        }
        site.write("call.md", &format!("title: Call\n{}", event(1)), "Come.");
        let report = site.pull().await;
        assert_eq!((report.intake.new, report.intake.held), (1, 20));
        assert_eq!(site.appeals().await.len(), 1);
        for number in 2..=21 {
            let front = if number < 4 { format!("title: Call {number}\n{}", event(number)) } else { format!("title: More {number}") };
            site.write(&format!("second{number}.md"), &front, &format!("Second {number}."));
        }
        let report = site.pull().await;
        assert_eq!((report.intake.new, report.intake.held), (0, 20));
        assert_eq!(site.appeals().await.len(), 1, "two may be a mistake of the source");
        // A person lets one of them through: it goes out as what it says it is.
        let held = site.app.store.posts(Some(PostState::Held), PostId(i64::MAX), 100).await.unwrap();
        let call = held.iter().find(|post| post.title == "Call 2").unwrap();
        let refusal = review::release(&site.app.store, &site.app.config, call.id, "test", site.app.now()).await.unwrap();
        assert_eq!(refusal, None);
        assert_eq!(site.appeals().await.len(), 2);
    }
}

on_both! {
    async fn a_mark_whose_hold_would_outlast_it_waits_for_a_person(store) {
        let site = Site::holding(store, "2d").await;
        site.write("protest.md", &format!("title: Protest\n{EVENT}"), "Come.");
        let problem = site.pull().await.problems[0].to_string();
        assert!(problem.contains("appeals.hold") && problem.contains("2015-09-28T15:00:00Z"), "{problem}");
        assert!(site.appeals().await.is_empty());
        assert_eq!(site.app.store.refused_marks().await.unwrap().len(), 1);
    }
}

on_both! {
    async fn of_two_that_are_alike_in_one_pass_the_second_waits_for_a_person(store) {
        let site = Site::new(store).await;
        site.write("protest.md", &format!("title: Protest\n{EVENT}"), "Come to the office.");
        let elsewhere = EVENT.replace("100 Victoria Street", "2 Park Row").replace("28T16", "30T12");
        // The same hour, and the same title.
        site.write("second.md", &format!("title: A second one\n{EVENT}"), "Come, everybody.");
        site.write("third.md", &format!("title: Protest\n{elsewhere}"), "Come there too.");
        let problems: Vec<_> = site.pull().await.problems.iter().map(ToString::to_string).collect();
        assert_eq!(site.appeals().await.len(), 1, "{problems:?}");
        assert!(problems[0].contains("same time") && problems[1].contains("same title"), "{problems:?}");
        assert_eq!(site.app.store.refused_marks().await.unwrap().len(), 2);
        let mut tx = site.app.store.begin().await.unwrap();
        assert_eq!(tx.versions_marked_since(at(EVE)).await.unwrap().len(), 1);
        let version = site.version(site.appeals().await[0].0).await;
        assert_eq!(tx.title(version.revision).await.unwrap().as_deref(), Some("Protest"));
    }
}

/// Amends an appeal as a command does.
async fn amend_by_command(site: &Site, appeal: AppealId, draft: EventDraft) {
    let checked = amend::check(&site.app.app, appeal, &Change { draft, ..Change::default() }).await.unwrap();
    amend::amend(&site.app.app, &checked, Duration::ZERO, "test").await.unwrap();
}

on_both! {
    async fn what_was_amended_by_command_stays_when_something_else_is_edited(store) {
        let site = Site::new(store).await;
        let app = &site.app.app;
        let write = |event: &str, more: &str| site.write("protest.md", &format!("title: Protest\n{event}{more}"), "Come.");
        write(EVENT, "");
        site.pull().await;
        let (appeal, _) = site.appeals().await[0];
        let later = EventDraft { starts: Some("2015-09-28T17:00".to_owned()), ..EventDraft::default() };
        amend_by_command(&site, appeal, later).await;
        write(EVENT, "\n  place: Gate 2");
        site.pull().await;
        let proposed = proposed::check(app, appeal).await.unwrap();
        let event = &proposed.checked.events[0];
        assert_eq!((event.starts.at, event.place.as_deref()), (at("2015-09-28T16:00:00Z"), Some("Gate 2")));
        assert_eq!(event.ends.at, at("2015-09-28T19:00:00Z"));
        assert!(!proposed.takes_back);
        // Edited once more before anybody decides, it carries both; another command leaves it waiting.
        write(&EVENT.replace("100 Victoria", "102 Victoria"), "\n  place: Gate 2");
        site.pull().await;
        let online = EventDraft { online: Some("https://meet.example/room".to_owned()), ..EventDraft::default() };
        amend_by_command(&site, appeal, online).await;
        let proposed = proposed::check(app, appeal).await.unwrap();
        let event = &proposed.checked.events[0];
        assert_eq!((event.starts.at, event.place.as_deref()), (at("2015-09-28T16:00:00Z"), Some("Gate 2")));
        assert!(event.address.as_deref().is_some_and(|address| address.starts_with("102")), "{event:?}");
        assert!(event.online_url.is_some());
        // Taken up, it waits no more, whichever way.
        amend::amend(app, &proposed.checked, Duration::ZERO, "test").await.unwrap();
        assert_eq!(site.app.store.proposal(appeal).await.unwrap(), None);
        write(&EVENT.replace("100 Victoria", "102 Victoria").replace("16:00", "17:00"), "\n  place: Gate 2");
        site.pull().await;
        assert_eq!(site.app.store.proposal(appeal).await.unwrap(), None, "that is how it is already");
        write(&EVENT.replace("100 Victoria", "102 Victoria").replace("16:00", "18:00"), "\n  place: Gate 2");
        site.pull().await;
        amend_by_command(&site, appeal, EventDraft { starts: Some("2015-09-28T18:00".to_owned()), ..EventDraft::default() }).await;
        assert_eq!(site.app.store.proposal(appeal).await.unwrap(), None, "the command said the same");
    }
}

on_both! {
    async fn with_another_number_of_events_the_source_is_taken_whole_and_that_is_said(store) {
        let site = Site::new(store).await;
        let one = "{starts: 2015-09-28T16:00, address: \"1 Road, London\"}";
        let two = "{starts: 2015-09-30T16:00, address: \"2 Road, London\"}";
        let write = |events: &str| site.write("protest.md", &format!("title: Protest\nurgent: true\nevents: [{events}]"), "Come.");
        write(one);
        site.pull().await;
        let (appeal, _) = site.appeals().await[0];
        write(&format!("{one}, {two}"));
        site.pull().await;
        let proposed = proposed::check(&site.app.app, appeal).await.unwrap();
        assert_eq!((proposed.checked.events.len(), proposed.takes_back), (2, false), "nobody has amended anything");
        let later = EventDraft { starts: Some("2015-09-28T17:00".to_owned()), ..EventDraft::default() };
        amend_by_command(&site, appeal, later).await;
        let proposed = proposed::check(&site.app.app, appeal).await.unwrap();
        assert_eq!(proposed.checked.events[0].starts.at, at("2015-09-28T15:00:00Z"));
        assert!(proposed.takes_back);
        // Put back as it was, it proposes nothing.
        write(one);
        site.pull().await;
        assert_eq!(site.app.store.proposal(appeal).await.unwrap(), None);
        // What is put in another order is the same.
        amend_by_command(&site, appeal, EventDraft { starts: Some("2015-09-28T16:00".to_owned()), ..EventDraft::default() }).await;
        write(&format!("{one}, {two}"));
        site.pull().await;
        let proposed = proposed::check(&site.app.app, appeal).await.unwrap();
        amend::amend(&site.app.app, &proposed.checked, Duration::ZERO, "test").await.unwrap();
        write(&format!("{two}, {one}"));
        site.pull().await;
        assert_eq!(site.app.store.proposal(appeal).await.unwrap(), None);
    }
}
