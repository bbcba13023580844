//! The real binary: the config, `notify test`, `doctor`, `status`, and a daemon that tells how an appeal went.

use super::Hook;
use crate::real::Real;
use crate::sink::free_port;

/// A command that keeps what it hears in the file `paged`.
const PAGER: &str = "[notify]\ncommand = [\"sh\", \"-c\", \"cat >> paged\"]\n";

#[test]
fn mistakes_in_the_config_are_named() {
    let real = Real::sqlite();
    for (more, said) in [
        ("[notify]\ncommand = [\"\"]\n", "notify.command: name the program"),
        ("[notify]\ncommand = \"page\"\n", "config.toml:"),
        ("[notify]\nwebhook = \"ftp://example.org/secret\"\n", "notify.webhook: write a whole address"),
        ("[notify]\nwebhook_file = \"hook.url\"\n", "notify.webhook_file: cannot read"),
        ("[notify.mail]\nto = \"duty\"\n", "not `Name <name@example.org>`"),
        ("[notify.mail]\n", "missing field `to`"),
        ("[notify]\npager = 1\n", "unknown field `pager`"),
        ("[notify.relay]\nname = \"second\"\nhost = \"localhost\"\nconnections = 0\n", "notify.relay.connections: "),
    ] {
        real.configure(more);
        let ran = real.run(&["notify", "test"]);
        assert_eq!(ran.code, Some(2), "{more}: {}", ran.err);
        assert!(ran.err.contains(said) && !ran.err.contains("secret"), "{more}: {}", ran.err);
    }
    real.configure("");
    let ran = real.run(&["notify", "test"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("no [notify] is in the config"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_goes_through_each_channel_and_says_which_worked() {
    let hook = Hook::start().await;
    tokio::task::spawn_blocking(move || {
        let real = Real::sqlite();
        let mail = "[notify.mail]\nto = \"duty@campaign.example\"\n";
        real.configure(&format!("{PAGER}{}{mail}", hook.config()));
        let out = real.done(&["notify", "test"]);
        assert_eq!(out.matches("told").count(), 3, "{out}");
        let paged = std::fs::read_to_string(real.path().join("paged")).unwrap();
        assert!(paged.contains("\"kind\":\"test\"") && paged.contains("Nothing is wrong"), "{paged}");
        assert_eq!(hook.posted().len(), 1);
        assert_eq!(real.sink.mails_about(1, "Campaign: This is a test").len(), 1);
        // What does not work is said, without secrets.
        let relay = format!(
            "[notify.relay]\nname = \"second\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n",
            free_port()
        );
        hook.answers.lock().unwrap().push_back(axum::http::StatusCode::FORBIDDEN);
        real.configure(&format!("[notify]\ncommand = [\"./page\", \"sesame\"]\n{}{mail}{relay}", hook.config()));
        let ran = real.run(&["notify", "test", "--json"]);
        assert_eq!(ran.code, Some(1), "{}", ran.err);
        for said in ["notify.command cannot be run", "answered 403", "check relay.host"] {
            assert!(ran.out.contains(said), "{}", ran.out);
        }
        for secret in ["secret-path", "sesame", "duty"] {
            assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{} {}", ran.out, ran.err);
        }
        // The doctor sees what it can without telling anybody.
        let doctor = real.run(&["doctor"]);
        assert!(doctor.out.contains("names a program that is not there"), "{}", doctor.out);
        real.configure(&format!("{PAGER}{mail}{relay}"));
        let doctor = real.run(&["doctor"]);
        let fails: Vec<_> = doctor.out.lines().filter(|line| line.starts_with("FAIL")).collect();
        assert!(fails.len() == 1 && fails[0].contains("notify") && fails[0].contains("check relay.host"), "{fails:?}");
        real.configure(&format!("{PAGER}{mail}"));
        let doctor = real.done(&["doctor"]);
        assert!(doctor.contains("staff are told by command, mail"), "{doctor}");
        assert_eq!(std::fs::read_to_string(real.path().join("paged")).unwrap(), paged);
    })
    .await
    .unwrap();
}

really_on_both! {
    fn status_says_that_a_relay_has_stopped(real) {
        real.people(1, "each");
        real.done(&["posts", "pull"]);
        real.post("strike.md", "The strike goes on");
        real.done(&["posts", "pull"]);
        real.done(&["digests", "send", "each"]);
        real.done(&["status"]);
        real.configure_relay(free_port(), PAGER);
        assert_eq!(real.run(&["dispatch", "--until-empty"]).code, Some(1));
        let ran = real.run(&["status"]);
        assert_eq!(ran.code, Some(1), "{}", ran.out);
        assert!(ran.out.contains("relay main has stopped since ") && ran.out.contains("cannot connect"), "{}", ran.out);
        real.configure("");
        real.done(&["dispatch", "--until-empty"]);
        assert!(real.done(&["status"]).contains(", working)"));
    }
}

really_on_both! {
    fn the_daemon_tells_an_organiser_how_an_appeal_went(real) {
        real.people(2, "weekly");
        real.done(&["posts", "pull"]);
        real.post("strike.md", "The strike goes on");
        real.done(&["posts", "pull"]);
        let mut daemon = real.daemon();
        let post = real.json(&["posts", "list", "--json"])[0]["id"].to_string();
        let deadline = ["--deadline", "2099-01-01T00:00:00Z", "--hold", "0s"];
        let mark = ["appeals", "mark", &post, "--report-to", "marek@campaign.example"];
        let said = real.done(&[&mark[..], &deadline].concat());
        assert!(said.contains("to whom --report-to names") && !said.contains("marek"), "{said}");
        let ran = real.run(&["appeals", "dismiss", "77"]);
        assert!(ran.code == Some(1) && ran.err.contains("there is no appeal 77"), "{}", ran.err);
        let mails = real.sink.mails_about(3, "Sent to 2 of 2: The strike goes on");
        assert_eq!(mails.len(), 1);
        assert_eq!(daemon.terminate().code(), Some(0));
        assert!(!daemon.log.text().contains("marek"), "{}", daemon.log.text());
        assert_eq!(real.sink.mails().len(), 3);
    }
}
