//! `handbill run`, from its start to its end.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use handbill::store::Store;
use tokio::sync::Semaphore;

use crate::real::Real;
use crate::sink::{Sink, free_port};
use crate::smtp::{Act, Faulty, Script, Stage};

/// Somebody who wants each post, on a store whose baseline is taken.
fn reader(real: &Real) {
    real.people(1, "each");
    real.post("before.md", "From before");
    real.done(&["posts", "pull"]);
}

really_on_both! {
    fn a_dropped_file_reaches_its_readers_in_moments_and_sigterm_ends_it(real) {
        reader(&real);
        let mut daemon = real.daemon();
        // Once this is out, all of it runs.
        real.post("first.md", "The first");
        real.sink.wait_for(1);
        let began = Instant::now();
        real.post("strike.md", "The strike goes on");
        assert_eq!(real.sink.mails_about(2, "The strike goes on").len(), 1);
        let took = began.elapsed();
        println!("from the file to the relay: {took:?}");
        // Two seconds are what it should take; a busy machine gets some more.
        assert!(took < Duration::from_secs(5), "{took:?}");
        assert_eq!(daemon.terminate().code(), Some(0), "{}", daemon.log.text());
        assert_eq!(real.sink.mails().len(), 2);
    }
}

#[test]
fn whoever_wants_each_post_has_it_at_once_wherever_they_live() {
    let real = Real::sqlite();
    real.configure("[digests]\nlocal_time = true");
    real.write("people.csv", "email,cadence,time_zone\nana@example.org,each,Asia/Almaty\nben@example.org,each,\n");
    real.done(&["subscribers", "import", "people.csv", "--consent", "at a meeting"]);
    real.post("before.md", "From before");
    real.done(&["posts", "pull"]);
    let _daemon = real.daemon();
    real.post("first.md", "The first");
    real.sink.wait_for(2);
    let began = Instant::now();
    real.post("strike.md", "The strike goes on");
    assert_eq!(real.sink.mails_about(4, "The strike goes on").len(), 2);
    // Half the time in which the zones are looked up anew.
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}

#[test]
fn sigterm_right_after_the_start_ends_it_well() {
    let real = Real::sqlite();
    for signal in ["TERM", "INT"] {
        let mut daemon = real.daemon();
        daemon.signal(signal);
        assert_eq!(daemon.ended().code(), Some(0), "{signal}: {}", daemon.log.text());
    }
}

#[test]
fn a_signal_while_it_starts_ends_it_well_too() {
    let real = Real::sqlite();
    for signal in ["TERM", "INT"] {
        // A database that lets it in and then says nothing, so that the start lasts.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgres://nobody@{}/none?sslmode=disable", silent.local_addr().unwrap());
        let (asked, is_asked) = std::sync::mpsc::channel();
        std::thread::spawn(move || silent.incoming().try_for_each(|connection| asked.send(connection)));
        let mut daemon = real.start_with(&["run"], &[("HANDBILL_STORE__URL", url)]);
        let _connection = is_asked.recv_timeout(Duration::from_secs(60)).unwrap();
        daemon.signal("HUP");
        daemon.signal(signal);
        assert_eq!(daemon.ended().code(), Some(0), "{signal}: {}", daemon.log.text());
        assert_eq!(daemon.out.text(), "");
    }
}

#[test]
fn sighup_takes_changed_templates_and_keeps_the_old_ones_when_they_are_broken() {
    let real = Real::sqlite();
    let template = "templates/mail/digest/subject.hbs";
    std::fs::create_dir_all(real.path().join("templates/mail/digest")).unwrap();
    real.configure("[mail]\ntemplates = \"templates\"");
    real.write(template, "Old: {{lead}}");
    reader(&real);
    let daemon = real.daemon();
    real.post("one.md", "The first");
    assert_eq!(real.sink.mails_about(1, "Old: The first").len(), 1);

    real.write(template, "New: {{lead}}");
    daemon.signal("HUP");
    daemon.log.wait_for("loaded the templates anew");
    real.post("two.md", "The second");
    assert_eq!(real.sink.mails_about(2, "New: The second").len(), 1);

    real.write(template, "Broken:\n{{#if lead}}");
    daemon.signal("HUP");
    let log = daemon.log.wait_for("kept the templates as they were");
    let line = log.lines().find(|line| line.contains("kept the templates as they were")).unwrap();
    assert!(line.contains("subject.hbs, line 2"), "{line}");
    real.post("three.md", "The third");
    assert_eq!(real.sink.mails_about(3, "New: The third").len(), 1);

    // What only shows when it is rendered, and in a mail that is not sent now.
    std::fs::create_dir_all(real.path().join("templates/mail/appeal")).unwrap();
    real.write("templates/mail/appeal/text.hbs", "\nHello {{nosuch}}");
    real.write(template, "Newer: {{lead}}");
    daemon.signal("HUP");
    let log = daemon.log.wait_for("there is no variable `nosuch`");
    let line = log.lines().find(|line| line.contains("`nosuch`")).unwrap();
    assert!(line.contains("kept the templates as they were") && line.contains("text.hbs, line 2"), "{line}");
    real.post("four.md", "The fourth");
    assert_eq!(real.sink.mails_about(4, "New: The fourth").len(), 1);
}

#[test]
fn neither_a_daemon_nor_a_dispatch_starts_with_a_template_that_does_not_render() {
    let real = Real::sqlite();
    std::fs::create_dir_all(real.path().join("templates/mail/digest")).unwrap();
    real.configure("[mail]\ntemplates = \"templates\"");
    reader(&real);
    real.write("templates/mail/digest/text.hbs", "Hello {{nosuch}}");
    for command in [&["run"][..], &["dispatch", "--until-empty"]] {
        let ran = real.run(command);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{command:?}: {}", ran.err);
        let said = ran.err.lines().find(|line| line.contains("`nosuch`")).unwrap();
        assert!(said.contains("digest/text.hbs, line 1") && said.contains("take it out"), "{command:?}: {said}");
    }
    // Words that are missing are said in another language, and stop nobody.
    real.write("templates/mail/digest/text.hbs", "Hello");
    std::fs::create_dir_all(real.path().join("templates/words")).unwrap();
    real.write("templates/words/de.ftl", "digest-read-more = Weiterlesen\n");
    real.done(&["dispatch", "--until-empty"]);
}

#[test]
fn a_changed_template_word_or_style_is_taken_up_without_a_signal() {
    let real = Real::sqlite();
    std::fs::create_dir_all(real.path().join("templates/mail/digest")).unwrap();
    std::fs::create_dir_all(real.path().join("templates/words")).unwrap();
    real.configure("[mail]\ntemplates = \"templates\"");
    reader(&real);
    let daemon = real.daemon();
    real.post("one.md", "The first");
    assert_eq!(real.sink.mails_about(1, "The first").len(), 1);

    // An editor's own file is none of ours; a folder that is new is watched as well.
    real.write("templates/mail/digest/.subject.hbs.swp", "x");
    real.write("templates/mail/digest/subject.hbs", "New: {{lead}}");
    daemon.log.wait_for("loaded the templates anew");
    real.post("two.md", "The second");
    assert_eq!(real.sink.mails_about(2, "New: The second").len(), 1);

    real.write("templates/look.toml", "[styles]\ntitle = \"color:{inc};\"\n");
    let log = daemon.log.wait_for("kept the templates as they were");
    assert!(log.contains("look.toml: the style `title` names a colour"), "{log}");
    real.post("three.md", "The third");
    assert_eq!(real.sink.mails_about(3, "New: The third").len(), 1);
}

#[test]
fn what_it_cannot_start_with_is_said_in_one_place() {
    let real = Real::sqlite();
    let config = std::fs::read_to_string(real.path().join("config.toml")).unwrap();
    let line = config.lines().position(|line| line.starts_with("language")).unwrap() + 1;
    real.write("config.toml", &config.replace("language =", "langauge ="));
    let ran = real.run(&["run"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains(&format!("config.toml:{line}: ")) && ran.err.contains("langauge"), "{}", ran.err);

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    real.write("config.toml", &config.replace("127.0.0.1:0", &address));
    let ran = real.run(&["run"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    assert!(ran.err.contains(&address) && ran.err.contains("Set web.listen"), "{}", ran.err);

    real.write("config.toml", &config);
    reader(&real);
    let mut first = real.daemon();
    // When this is out, it has the lock.
    real.post("strike.md", "The strike goes on");
    real.sink.wait_for(1);
    let ran = real.run(&["run"]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(ran.err.contains("another process is dispatching from this store"), "{}", ran.err);
    assert_eq!(first.terminate().code(), Some(0));
}

#[test]
fn broken_front_matter_is_said_once_and_the_rest_goes_on() {
    let real = Real::sqlite();
    reader(&real);
    let mut daemon = real.daemon();
    real.write("posts/bad.md", "---\ntitle: A bad one\ndate: last Monday\n---\nText.\n");
    let log = daemon.log.wait_for("a file is left out");
    let line = log.lines().find(|line| line.contains("a file is left out")).unwrap();
    assert!(line.contains("bad.md:3: date: ") && line.contains("write it like 2026-03-02"), "{line}");
    let status = real.run(&["status"]);
    assert_eq!(status.code, Some(1), "{}", status.out);
    assert!(status.out.contains("source posts leaves out bad.md:3: date: "), "{}", status.out);
    for (number, title) in ["The first", "The second"].into_iter().enumerate() {
        real.post(&format!("{number}.md"), title);
        assert_eq!(real.sink.mails_about(number + 1, title).len(), 1);
    }
    let urgent =
        "---\ntitle: A late one\nurgent: true\nevent: {starts: 2020-01-01T10:00, address: 1 Road}\n---\nText.\n";
    real.write("posts/late.md", urgent);
    let log = daemon.log.wait_for("late.md");
    let line = log.lines().find(|line| line.contains("late.md")).unwrap();
    assert!(line.contains("taken as an ordinary one") && !line.contains("left out"), "{line}");
    real.post("bad.md", "A mended one");
    assert_eq!(real.sink.mails_about(4, "A mended one").len(), 1);
    assert!(!real.run(&["status"]).out.contains("leaves out"));
    assert_eq!(daemon.terminate().code(), Some(0));
    assert_eq!(daemon.log.text().matches("bad.md").count(), 1, "{}", daemon.log.text());
}

really_on_both! {
    fn a_relay_that_is_away_is_said_once_and_gets_its_mail_when_it_is_back(real) {
        let port = free_port();
        real.configure_relay(port, "");
        reader(&real);
        let mut daemon = real.daemon();
        real.post("strike.md", "The strike goes on");
        daemon.log.wait_for("the relay still cannot be reached");
        let relay = Sink::on(port);
        assert_eq!(relay.mails_about(1, "The strike goes on").len(), 1);
        let log = daemon.log.wait_for("the relay answers again");
        assert_eq!(log.matches("the relay cannot be reached").count(), 1, "{log}");
        assert_eq!(log.lines().filter(|line| line.contains("ERROR")).count(), 1, "{log}");
        assert_eq!(daemon.terminate().code(), Some(0));
    }
}

#[test]
fn a_dispatch_beside_a_daemon_ends_when_no_relay_answers_it() {
    let real = Real::sqlite();
    let port = free_port();
    real.configure_relay(port, "");
    reader(&real);
    let mut daemon = real.daemon();
    real.post("strike.md", "The strike goes on");
    daemon.log.wait_for("the relay still cannot be reached");
    let ran = real.run(&["dispatch", "--until-empty"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{}", ran.err);
    assert!(
        ran.err.contains("no relay answers the running daemon") && ran.err.contains("cannot connect"),
        "{}",
        ran.err
    );
    // Once it answers, the daemon's mail goes out, and there is nothing left to wait for.
    let relay = Sink::on(port);
    assert_eq!(relay.mails_about(1, "The strike goes on").len(), 1);
    daemon.log.wait_for("the relay answers again");
    real.done(&["dispatch", "--until-empty"]);
    assert_eq!(daemon.terminate().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatch_beside_a_daemon_says_what_that_one_sent() {
    let gate = Arc::new(Semaphore::new(0));
    let relay = Faulty::start(Script::default().on(Stage::Dot, Act::Hold(Arc::clone(&gate)))).await;
    let real = Real::sqlite();
    real.configure_relay(relay.address().port(), "");
    reader(&real);
    let _daemon = real.daemon();
    real.post("strike.md", "The strike goes on");
    relay.wait_until(|seen| seen.count("DATA") == 1).await;
    let mut looking_on = real.start(&["dispatch", "--until-empty", "--json"]);
    looking_on.log.wait_for("still to be sent by the running daemon");
    gate.add_permits(1);
    assert_eq!(looking_on.ended().code(), Some(0), "{}", looking_on.log.text());
    let summary: serde_json::Value = serde_json::from_str(&looking_on.out.text()).unwrap();
    assert_eq!(summary["accepted"], 1, "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatch_beside_a_daemon_does_not_wait_for_the_next_hour() {
    let relay = Faulty::start(Script::default()).await;
    let real = Real::sqlite();
    real.configure_relay(relay.address().port(), "");
    real.people(10, "each");
    real.done(&["posts", "pull"]);
    let limit = [
        ("HANDBILL_RELAY__0__RATE_PER_HOUR", "4".to_owned()),
        ("HANDBILL_RELAY__0__RESERVE_FOR_URGENT", "0".to_owned()),
    ];
    let daemon = real.start_with(&["run"], &limit);
    daemon.ready();
    real.post("strike.md", "The strike goes on");
    relay.wait_for(4).await;
    let mut looking_on = real.start_with(&["dispatch", "--until-empty", "--json"], &limit);
    assert_eq!(looking_on.ended().code(), Some(0), "{}", looking_on.log.text());
    let summary: serde_json::Value = serde_json::from_str(&looking_on.out.text()).unwrap();
    // Where an hour ended just now, four more went.
    assert!(summary["later"] == 6 || summary["later"] == 2, "{summary}");
}

#[test]
fn a_dispatch_beside_a_daemon_ends_when_it_is_told_to_and_takes_over_when_the_daemon_is_gone() {
    let real = Real::sqlite();
    reader(&real);
    real.post("strike.md", "The strike goes on");
    real.done(&["posts", "pull"]);
    real.done(&["digests", "send", "each"]);
    // As a daemon does that sends nothing at present.
    let lock = std::fs::File::create(real.path().join("handbill.db.lock")).unwrap();
    lock.try_lock().unwrap();
    for signal in ["TERM", "INT"] {
        let mut looking_on = real.start(&["dispatch", "--until-empty"]);
        looking_on.log.wait_for("still to be sent by the running daemon");
        looking_on.signal(signal);
        assert_eq!(looking_on.ended().code(), Some(1), "{signal}: {}", looking_on.log.text());
        assert!(looking_on.log.text().contains("stopped before all was sent"), "{}", looking_on.log.text());
    }
    let mut looking_on = real.start(&["dispatch", "--until-empty"]);
    looking_on.log.wait_for("still to be sent by the running daemon");
    drop(lock);
    assert_eq!(looking_on.ended().code(), Some(0), "{}", looking_on.log.text());
    assert!(looking_on.out.text().starts_with("1 accepted"), "{}", looking_on.out.text());
    assert_eq!(real.sink.mails().len(), 1);
}

#[test]
fn a_store_that_cannot_be_written_is_one_clear_error() {
    let mut real = Real::sqlite();
    reader(&real);
    real.post("strike.md", "The strike goes on");
    // As root no file is read-only, so the database is told to open it as one.
    real.url = "sqlite://handbill.db?mode=ro".to_owned();
    real.configure("");
    for command in [&["posts", "pull"][..], &["digests", "send", "daily"], &["dispatch", "--until-empty"], &["run"]] {
        let ran = real.run(command);
        assert_eq!(ran.code, Some(1), "{command:?}: {}", ran.err);
        let said = ran.err.lines().filter(|line| line.starts_with("handbill: ") || line.starts_with("  because"));
        let said: Vec<&str> = said.filter(|line| line.contains("read-only")).collect();
        assert!(said.len() == 1 && said[0].contains("writable"), "{command:?}: {}", ran.err);
    }
}

/// Lets new sessions on PostgreSQL only read, or write again, and ends those that there are.
fn read_only(real: &Real, on: bool) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let Store::Postgres(pool) = Store::connect(&real.url).await.unwrap() else { unreachable!() };
        let (_, name) = real.url.rsplit_once('/').unwrap();
        let mut connection = pool.acquire().await.unwrap();
        // Our own session may be one that only reads.
        sqlx::query("SET default_transaction_read_only = off").execute(&mut *connection).await.unwrap();
        let set = format!("ALTER DATABASE {name} SET default_transaction_read_only = {on}");
        sqlx::query(sqlx::AssertSqlSafe(set)).execute(&mut *connection).await.unwrap();
        const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                           WHERE datname = current_database() AND pid <> pg_backend_pid()";
        sqlx::query(CUT).execute(&mut *connection).await.unwrap();
    });
}

#[test]
fn a_store_that_turns_read_only_under_a_daemon_is_said_and_lived_through() {
    let real = Real::postgres();
    reader(&real);
    let mut daemon = real.daemon();
    real.post("first.md", "The first");
    real.sink.wait_for(1);
    // Ends once the outcome is recorded.
    real.done(&["dispatch", "--until-empty"]);
    read_only(&real, true);
    real.post("strike.md", "The strike goes on");
    let log = daemon.log.wait_for("the store is read-only");
    let line = log.lines().find(|line| line.contains("the store is read-only")).unwrap();
    assert!(line.contains("let this user write"), "{line}");
    read_only(&real, false);
    assert_eq!(real.sink.mails_about(2, "The strike goes on").len(), 1);
    assert_eq!(daemon.terminate().code(), Some(0), "{}", daemon.log.text());
    assert_eq!(real.sink.mails().len(), 2);
}
