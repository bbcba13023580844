//! Importing and exporting the list, on both databases.

use std::io::{self, Read};

use handbill::id::SubscriberId;
use handbill::store::subscribers::SubscriberFilter;
use handbill::subscribers::import::{ImportError, Refused, Summary, Watcher, import};
use handbill::subscribers::{Cadence, Consent, Subscriber, SubscriberState, SuppressionReason, export, list};

use crate::app::TestApp;
use crate::stores::TestStore;

/// Keeps what was refused.
#[derive(Default)]
struct Kept(Vec<Refused>);

impl Watcher for Kept {
    fn refused(&mut self, refused: &Refused) -> io::Result<()> {
        self.0.push(refused.clone());
        Ok(())
    }

    fn came_to(&mut self, _: u64, _: &Summary) {}
}

impl Kept {
    fn lines(&self) -> Vec<u64> {
        self.0.iter().map(|refused| refused.line).collect()
    }
}

fn given() -> Consent {
    Consent::Given("at a meeting".to_owned())
}

async fn app(store: TestStore) -> TestApp {
    TestApp::new(store, 2525).await
}

async fn take(app: &TestApp, file: impl Read, consent: &Consent) -> (Result<Summary, ImportError>, Kept) {
    let mut kept = Kept::default();
    (import(app, file, consent, "test", &mut kept).await, kept)
}

async fn take_ok(app: &TestApp, file: &str) -> (Summary, Kept) {
    let (summary, kept) = take(app, file.as_bytes(), &given()).await;
    (summary.unwrap(), kept)
}

async fn everybody(app: &TestApp) -> Vec<Subscriber> {
    let rows = app.store.subscribers(SubscriberFilter::default(), SubscriberId(0), 10_000).await.unwrap();
    rows.iter().map(|row| row.open(&app.vault).unwrap()).collect()
}

fn address(subscriber: &Subscriber) -> String {
    subscriber.address.as_ref().unwrap().as_given()
}

on_both! {
    async fn whatever_spreadsheet_wrote_it(store) {
        let app = app(store).await;
        let cells = ["Email ", "NAME", "topics", "cadence", "alerts", "region", "time_zone", "language"];
        for (number, (delimiter, mark, end)) in
            [(",", "", "\n"), (";", "\u{feff}", "\r\n"), ("\t", "\u{feff}", "\n")].into_iter().enumerate()
        {
            let person = [
                &format!("ana{number}@example.org"), "\"Ana, \"\"A;\"\"\tExample\"", "\"Reports;Appeals\"", "Daily", "NO", "London",
                "Europe/Berlin", "pt-br",
            ];
            let file = format!("{mark}{}{end}{}{end}", cells.join(delimiter), person.join(delimiter));
            let (summary, kept) = take_ok(&app, &file).await;
            assert_eq!((summary.rows, summary.added, kept.lines()), (1, 1, vec![]), "{delimiter:?} {:?}", kept.0);
        }
        let people = everybody(&app).await;
        assert_eq!(people.len(), 3);
        for person in people {
            let wanted = &person.preferences;
            assert_eq!(person.name.as_deref(), Some("Ana, \"A;\" Example"));
            assert_eq!((wanted.cadence, wanted.alerts), (Cadence::Daily, false));
            assert_eq!(wanted.topics.to_string(), "Appeals;Reports");
            assert_eq!(wanted.region.as_deref(), Some("London"));
            assert_eq!(wanted.language.as_deref(), Some("pt-BR"));
            assert_eq!(wanted.time_zone.unwrap().name(), "Europe/Berlin");
            assert_eq!((person.state, person.consent_source.as_str()), (SubscriberState::Active, "import"));
            assert_eq!(person.consent_note.as_deref(), Some("at a meeting"));
        }
    }
}

on_both! {
    async fn regions_are_those_of_the_config(store) {
        let app = TestApp::with(store, 2525, "[appeals]\nregions = [\"London\", \"Leeds\"]\n").await;
        let file = "email,region\nana@example.org, LONDON \nbo@example.org,Lundon\ncy@example.org,\n";
        let (summary, kept) = take_ok(&app, file).await;
        assert_eq!((summary.added, kept.lines()), (2, vec![3]));
        assert_eq!(kept.0[0].reason, "the region is none of appeals.regions in the config: London, Leeds");
        let people = everybody(&app).await;
        let regions: Vec<_> = people.iter().map(|person| person.preferences.region.as_deref()).collect();
        assert_eq!(regions, [Some("London"), None]);
    }
}

on_both! {
    async fn each_bad_row_is_named_by_its_line_and_the_rest_goes_in(store) {
        let app = app(store).await;
        let huge = "x".repeat(70_000);
        let file = format!(
            "email,name,cadence,alerts,language,time_zone\r\n\
             \r\n\
             ana@example.org,\"Ana\r\nExample\",,,,\r\n\
             nobody,,,,,\r\n\
             bo@example.org,{long},,,,\r\n\
             cy@example.org,,hourly,,,\r\n\
             dee@example.org,,,perhaps,,\r\n\
             eli@example.org,,,,not a language,\r\n\
             fay@example.org,,,,,Europe/Lundon\r\n\
             too,few\r\n\
             gus@example.org,{huge},,,,\r\n\
             ,Nobody,,,,\r\n\
             ,,,,,\r\n\
             hal@example.org,\"never closed,,,,\r\n\
             ida@example.org,,each,1,ru,Europe/Moscow\r\n",
            long = "n".repeat(201),
        );
        let (summary, kept) = take_ok(&app, &file).await;
        assert_eq!(kept.lines(), [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15]);
        assert_eq!((summary.rows, summary.added, summary.refused), (13, 1, 12));
        assert_eq!(everybody(&app).await.iter().map(address).collect::<Vec<_>>(), ["ida@example.org"]);
        for refused in &kept.0 {
            assert!(!refused.reason.contains('@') || refused.reason.contains("name@example.org"), "{refused:?}");
        }
    }
}

on_both! {
    async fn who_is_known_is_not_changed_and_who_left_stays_away(store) {
        let app = app(store).await;
        take_ok(&app, "email,cadence\nana@example.org,daily\nbo@example.org,\n").await;
        let bo = everybody(&app).await[1].id;
        list::leave(&app, bo, "test", false).await.unwrap();
        let file = "email,cadence\nANA@example.org,monthly\nbo@example.org,\ncy@example.org,\ncy@EXAMPLE.org,\n";
        let (summary, _) = take_ok(&app, file).await;
        let wanted = Summary { rows: 4, added: 1, known: 1, suppressed: 1, duplicates: 1, ..Summary::default() };
        assert_eq!(summary, wanted);
        let people = everybody(&app).await;
        assert_eq!(people.len(), 3);
        assert_eq!(people[0].preferences.cadence, Cadence::Daily);
        assert_eq!(people[1].suppression, Some(SuppressionReason::Left));
        // Duplicates are told across batches too.
        let many: String = (0..1200).map(|number| format!("dee{}@example.org\n", number % 700)).collect();
        let (summary, _) = take_ok(&app, &format!("email\n{many}")).await;
        assert_eq!((summary.rows, summary.added, summary.duplicates), (1200, 700, 500));
    }
}

on_both! {
    async fn without_consent_each_is_asked_once(store) {
        let app = app(store).await;
        let file = "email\nana@example.org\nbo@example.org\n";
        let (summary, _) = take(&app, file.as_bytes(), &Consent::Ask).await;
        assert_eq!(summary.unwrap().asked, 2);
        let (again, _) = take(&app, file.as_bytes(), &given()).await;
        assert_eq!(again.unwrap().known, 2);
        assert!(everybody(&app).await.iter().all(|person| person.state == SubscriberState::Pending));
        let letters = app.store.editions(true, handbill::id::EditionId(i64::MAX), 10).await.unwrap();
        assert_eq!(letters.len(), 1);
        assert_eq!(app.store.counts(letters[0].id).await.unwrap().values().sum::<i64>(), 2);
    }
}

#[tokio::test]
async fn stray_quotes_swallow_nobody() {
    for (middle, last, lost) in [
        ("bea@example.org,Bea", "cat@example.org,\"Cat", vec![2, 4]),
        ("bea@example.org,Bea", "cat@example.org,Cat\"", vec![2]),
        ("bea@example.org,Bea", "cat@example.org,Cat \",", vec![2, 4]),
        ("bea@example.org,\"Bea\"", "cat@example.org,\"Cat\" \"Catherine\"", vec![2, 4]),
    ] {
        let app = app(TestStore::sqlite().await).await;
        let file = format!("email,name\nann@example.org,\"Ann\n{middle}\n{last}\ndan@example.org,Dan\n");
        let (summary, kept) = take_ok(&app, &file).await;
        assert_eq!((summary.rows, kept.lines()), (4, lost.clone()), "{last}");
        let people = everybody(&app).await;
        let here: Vec<_> = people.iter().map(address).collect();
        assert!(
            here.contains(&"bea@example.org".to_owned()) && here.contains(&"dan@example.org".to_owned()),
            "{here:?}"
        );
        assert!(people.iter().all(|person| !person.name.as_deref().unwrap_or_default().contains('@')));
    }
}

#[tokio::test]
async fn nobodys_name_is_anothers_address() {
    let app = app(TestStore::sqlite().await).await;
    let file = "email,name\nann@example.org,\"Ann bea@example.org\"\nbo@example.org,<cy@example.org>\n\
                dee@example.org,\"Dee\rExample\"\nEli@example.org,eli@EXAMPLE.org\nfay@example.org,F@y\n";
    let (_, kept) = take_ok(&app, file).await;
    assert_eq!(kept.lines(), [2, 3, 4]);
    assert!(kept.0[0].reason.starts_with("column `name` holds an address; "), "{:?}", kept.0);
    let names: Vec<_> = everybody(&app).await.into_iter().filter_map(|person| person.name).collect();
    assert_eq!(names, ["eli@EXAMPLE.org", "F@y"]);
}

#[tokio::test]
async fn no_address_is_kept_in_a_column_that_is_not_sealed() {
    let app = app(TestStore::sqlite().await).await;
    assert!(app.config.appeals.regions.is_empty(), "any region would do");
    let file = "email,topics,region\nann@example.org,bea@example.org,\nbo@example.org,\"Strikes;<cy@example.org>\",\n\
                dee@example.org,Strikes,eli@example.org\nfay@example.org,b@home;Strikes,Leeds @ North\n";
    let (_, kept) = take_ok(&app, file).await;
    assert_eq!(kept.lines(), [2, 3, 4]);
    assert!(kept.0[1].reason.starts_with("column `topics` holds an address; "), "{:?}", kept.0);
    assert!(kept.0[2].reason.starts_with("column `region` holds an address; "), "{:?}", kept.0);
    let people = everybody(&app).await;
    assert_eq!(people.iter().map(address).collect::<Vec<_>>(), ["fay@example.org"]);
    assert_eq!(people[0].preferences.region.as_deref(), Some("Leeds @ North"));
}

#[tokio::test]
async fn no_name_turns_the_direction_of_what_follows() {
    let app = app(TestStore::sqlite().await).await;
    take_ok(&app, "email,name,region\nann@example.org,Ann \u{202e} Example,Le\u{2066}eds\n").await;
    let people = everybody(&app).await;
    assert_eq!(people[0].name.as_deref(), Some("Ann Example"));
    assert_eq!(people[0].preferences.region.as_deref(), Some("Leeds"));
}

#[tokio::test]
async fn a_header_that_cannot_be_used_says_what_to_write() {
    let app = app(TestStore::sqlite().await).await;
    for (file, said) in [
        (&b""[..], "first line names the columns"),
        (b"\n\n", "first line names the columns"),
        (b"email,phone\n", "line 1: column 2 `phone` is not known; the columns are email, name"),
        (b"\nname,cadence\n", "line 2: there is no column `email`"),
        (b"email,Email\n", "twice"),
        (b"ana@example.org\n", "column 1 is not known"),
        (b"email,n\xe4me\n", "UTF-8"),
        (b"\xff\xfee\0m\0", "UTF-16"),
    ] {
        let (result, _) = take(&app, file, &given()).await;
        let error = result.unwrap_err().to_string();
        assert!(error.contains(said) && !error.contains("ana@"), "{error}");
    }
}

#[tokio::test]
async fn a_row_in_latin_1_is_named_with_what_to_do() {
    let app = app(TestStore::sqlite().await).await;
    let (summary, kept) = take(&app, &b"email;name\nana@example.org;Ana\nbo@example.org;B\xf6\n"[..], &given()).await;
    assert_eq!(summary.unwrap().added, 1);
    assert_eq!(kept.lines(), [3]);
    assert!(kept.0[0].reason.contains("UTF-8"), "{:?}", kept.0);
}

#[tokio::test]
async fn a_file_that_breaks_off_says_how_far_it_came() {
    struct Breaks<'a>(&'a [u8]);
    impl Read for Breaks<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::other("the disk is gone")),
                count => Ok(count),
            }
        }
    }
    let app = app(TestStore::sqlite().await).await;
    let (result, _) = take(&app, Breaks(b"email\nana@example.org\nbo@example.org\n"), &given()).await;
    let error = result.unwrap_err();
    assert_eq!(error.summary().added, 2);
    assert!(error.to_string().contains("after line 3; 2 people were taken in"), "{error}");
    assert_eq!(everybody(&app).await.len(), 2);
}

on_both! {
    async fn what_is_exported_can_be_imported(store) {
        let from = app(store).await;
        let file = "email,name,topics,cadence,alerts,region,language,time_zone\n\
                    ana@example.org,'=1+1,Reports;Appeals,each,no,-London,ru,Europe/Moscow\n\
                    +bo@example.org,\"B, \"\"Bo\"\"\",,daily,yes,,,\n\
                    cy@example.org,''t Cy,,,,,,\n\
                    dee@example.org,,,,,,,\n\
                    eli@example.org,,,,,,,\n";
        take_ok(&from, file).await;
        take(&from, &b"email\nfay@example.org\n"[..], &Consent::Ask).await.0.unwrap();
        list::leave(&from, everybody(&from).await[3].id, "test", false).await.unwrap();
        assert!(list::erase(&from, &"eli@example.org".parse().unwrap(), "test").await.unwrap());

        let mut csv = Vec::new();
        let mut told = 0;
        assert_eq!(export::export(&from, "test", &mut csv, |count| told = count).await.unwrap(), 5);
        assert_eq!(told, 5);
        let text = String::from_utf8(csv).unwrap();
        assert!(!text.contains("eli@") && text.contains(",'=1+1,") && text.contains("\n'+bo@"), "{text}");

        let to = app(TestStore::sqlite().await).await;
        let (summary, kept) = take_ok(&to, &text).await;
        // Dee left, and Fay never confirmed: a note of consent is not theirs.
        assert_eq!((summary.added, summary.suppressed, kept.lines()), (3, 1, vec![6]));
        let both = everybody(&from).await;
        for (there, here) in both.iter().zip(everybody(&to).await.iter()) {
            assert_eq!(address(there), address(here));
            assert_eq!((&there.name, &there.preferences), (&here.name, &here.preferences));
        }
    }
}

on_both! {
    async fn when_and_how_somebody_said_yes_moves_with_them(store) {
        let from = app(store).await;
        let began = from.clock.now();
        take_ok(&from, "email\nana@example.org\n").await;
        from.pass(3600);
        let with = Consent::Given("=by phone, \"3 May\"".to_owned());
        take(&from, &b"email\nbo@example.org\n"[..], &with).await.0.unwrap();
        let mut csv = Vec::new();
        export::export(&from, "test", &mut csv, |_| {}).await.unwrap();

        let to = app(TestStore::sqlite().await).await;
        to.pass(24 * 3600);
        to.post("From before", "").await;
        take(&to, &csv[..], &Consent::Given("moved here".to_owned())).await.0.unwrap();
        let more = format!(
            "email,confirmed_at,consent\ncy@example.org,2020-03-02,\ndee@example.org,,a sheet\neli@example.org,yesterday,\n\
             fay@example.org,{},\n", to.clock.now().plus(std::time::Duration::from_secs(60)),
        );
        let (_, kept) = take(&to, more.as_bytes(), &Consent::Given("moved here".to_owned())).await;
        assert_eq!(kept.lines(), [4, 5]);
        assert!(kept.0[0].reason.starts_with("confirmed_at is no time; write"), "{:?}", kept.0);
        assert_eq!(kept.0[1].reason, "confirmed_at lies in the future");
        let people = everybody(&to).await;
        let seen: Vec<_> = people.iter().map(|p| (p.confirmed_at.unwrap(), p.consent_note.as_deref().unwrap())).collect();
        let (later, now) = (began.plus(std::time::Duration::from_secs(3600)), to.clock.now());
        let long_ago = "2020-03-02T00:00:00Z".parse().unwrap();
        let bo = "=by phone, \"3 May\"";
        assert_eq!(seen, [(began, "at a meeting"), (later, bo), (long_ago, "moved here"), (now, "a sheet")]);
        // Digests bring them what is new here, whenever they confirmed elsewhere.
        let mail = to.plan(Cadence::Weekly).await;
        assert_eq!(to.ledger(mail).await, []);
        // Who is asked has not said yes.
        let (asked, _) = take(&to, &b"email,confirmed_at,consent\ngus@example.org,2020-03-02,x\n"[..], &Consent::Ask).await;
        assert_eq!(asked.unwrap().asked, 1);
        let gus = everybody(&to).await.pop().unwrap();
        assert_eq!((gus.state, gus.confirmed_at, gus.consent_note), (SubscriberState::Pending, None, None));
    }
}

on_both! {
    async fn who_left_elsewhere_stays_away_here_too(store) {
        let to = app(store).await;
        take_ok(&to, "email\nana@example.org\n").await;
        let export = "email,state,suppression\n\
                      ana@example.org,active,left\nbo@example.org,active,left\ncy@example.org,active,complaint\n\
                      cy@example.org,active,\ndee@example.org,active,\n";
        let (summary, kept) = take_ok(&to, export).await;
        assert_eq!((summary.suppressed, summary.added, kept.lines()), (4, 1, vec![]));
        // An older list, from before they left.
        let old = "email\nana@example.org\nbo@example.org\ncy@example.org\n";
        let (summary, _) = take_ok(&to, old).await;
        assert_eq!((summary.suppressed, summary.known, summary.added), (2, 1, 0));
        // Who is on this list has not left it.
        let people = everybody(&to).await;
        assert_eq!(people.iter().map(address).collect::<Vec<_>>(), ["ana@example.org", "dee@example.org"]);
        assert!(people.iter().all(|person| person.suppression.is_none()));
        for (who, reason) in [("bo", SuppressionReason::Left), ("cy", SuppressionReason::Complaint)] {
            let indexes = to.vault.address_indexes(&format!("{who}@example.org").parse().unwrap());
            assert_eq!(to.store.suppression(&indexes).await.unwrap().unwrap().reason, reason);
        }
        // The same file again changes nothing, and is written down no second time.
        let (again, _) = take_ok(&to, export).await;
        assert_eq!((again.suppressed, again.added), (4, 0));
    }
}
