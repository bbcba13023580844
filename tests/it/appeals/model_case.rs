//! The model case: the protest of a real campaign's listing, marked with its printed time and place.

use handbill::appeals::mark::Marking;
use handbill::sources;
use mail_parser::{MessageParser, MimeHeaders};

use super::desk::{Desk, protest};
use super::reader;
use crate::listing;
use crate::smtp::{Faulty, Script};

/// The calendar entries of a mail, as a part beside the texts and as a file.
pub(super) fn calendars(data: &str) -> Vec<String> {
    let message = MessageParser::new().parse(data.as_bytes()).unwrap();
    let is_calendar = |part: &&mail_parser::MessagePart<'_>| part.is_content_type("text", "calendar");
    message.parts.iter().filter(is_calendar).map(|part| part.text_contents().unwrap().to_owned()).collect()
}

on_both! {
    async fn the_protest_of_the_listing_reaches_london_and_nobody_else(store) {
        let relay = Faulty::start(Script::default()).await;
        let mut desk = Desk::new(store, relay.address().port()).await;
        let posts = desk.app.dir.path().join("posts");
        std::fs::create_dir_all(&posts).unwrap();
        let entry = listing::entries().into_iter().find(|entry| entry.title.starts_with("Protest")).unwrap();
        std::fs::write(posts.join("protest.md"), entry.file()).unwrap();
        let report = sources::pull(&desk.app.store, &desk.app.config, &desk.app.clock, false).await.unwrap();
        assert_eq!(report.sources[0].intake.new, 1);
        let found = desk.app.store.posts(None, handbill::id::PostId(i64::MAX), 10).await.unwrap();
        desk.post = found.into_iter().find(|post| post.title == entry.title).unwrap().id;
        for (name, region, alerts) in [
            ("near", Some("London"), true),
            ("anywhere", None, true),
            ("far", Some("Leeds"), true),
            ("quiet", Some("London"), false),
            ("silent", None, false),
        ] {
            desk.reader(name, region, alerts).await;
        }
        let marking = Marking { events: vec![protest()], hold: std::time::Duration::ZERO, ..Marking::default() };
        desk.marking(marking).await.unwrap();
        assert_eq!(desk.app.dispatch().await.unwrap().totals.accepted, 2);
        let mut taken = relay.wait_for(2).await;
        taken.sort_by(|one, other| one.to.cmp(&other.to));
        let reached: Vec<&str> = taken.iter().map(|mail| mail.to[0].as_str()).collect();
        assert_eq!(reached, ["anywhere@example.org", "near@example.org"]);
        for mail in &taken {
            let calendars = calendars(&mail.data);
            assert_eq!(calendars.len(), 2, "one to read, and one as a file");
            for calendar in calendars {
                let reader = reader::Reader::new(&calendar);
                let starts = reader.instant(reader.only_event(), "DTSTART");
                assert_eq!(starts.to_rfc3339(), "2015-09-28T15:00:00+00:00");
            }
        }
    }
}

really_on_both! {
    fn today_it_is_refused_as_over(real) {
        let entry = listing::entries().into_iter().find(|entry| entry.title.starts_with("Protest")).unwrap();
        real.write("posts/protest.md", &entry.file());
        real.done(&["posts", "pull", "--no-baseline"]);
        let ran = real.run(&[
            "appeals", "mark", "1", "--starts", "2015-09-28T16:00", "--time-zone", "Europe/London", "--address",
            "100 Victoria Street, London, SW1E 5JL", "--hold", "0s", "--yes",
        ]);
        assert_eq!(ran.code, Some(1), "{}", ran.err);
        assert!(ran.err.contains("the event is over: it ended at 2015-09-28 19:00:00 there"), "{}", ran.err);
        assert_eq!(real.json(&["appeals", "list", "--json"]), serde_json::json!([]));
    }
}
