//! The real binary, each time in a folder of its own.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::app::config_text;

struct Folder(TempDir);

impl Folder {
    /// A folder with a config that works.
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("config.toml", &config_text("sqlite://handbill.db", 1, ""));
        std::fs::create_dir(folder.path().join("posts")).unwrap();
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_handbill"));
        command.args(arguments).current_dir(self.path()).env_clear().stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    fn done(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
        ran.out
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.done(arguments)).unwrap()
    }
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_to_write() {
    let folder = Folder::new();
    for (arguments, said) in [
        (&[][..], "Usage: handbill"),
        (&["frobnicate"], "unrecognized subcommand"),
        (&["migrate", "ana@example.org"], "unexpected argument 'ADDRESS'"),
        (&["subscribers", "add", "ana-example.org"], "handbill: this is no address: an address looks like"),
        (&["subscribers", "add", "ana@example.org", "--cadence", "hourly"], "each, daily, weekly, monthly"),
        (&["subscribers", "add", "ana@example.org", "--time-zone", "Mars"], "time zone"),
        (&["subscribers", "erase", "ana@example.org"], "handbill: erasing cannot be undone: say --yes"),
        (&["subscribers", "import", "-", "--consent", " "], "note"),
        (&["digests", "send", "weekly", "--at", "2026-03-02T08:00"], "offset"),
        (&["appeals", "mark", "1", "--hold", "soon"], "`soon` is no length of time; write it like 90s, 5m or 24h"),
    ] {
        let ran = folder.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(said) && !ran.err.contains("ana"), "{arguments:?}: {}", ran.err);
        assert_eq!(ran.out, "");
    }
}

#[test]
fn help_has_examples_everywhere() {
    let folder = Folder::new();
    let overview = folder.done(&["help"]);
    assert!(overview.contains("Examples:") && overview.contains("subscribers import people.csv"), "{overview}");
    let mut seen = 0;
    let mut open: Vec<Vec<String>> = vec![Vec::new()];
    while let Some(command) = open.pop() {
        let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = folder.done(&arguments);
        let commands = help.split_once("Commands:\n").map(|(_, rest)| rest.split("\n\n").next().unwrap());
        for line in commands.unwrap_or_default().lines().filter(|line| !line.starts_with("   ")) {
            let name = line.split_whitespace().next().unwrap();
            if name != "help" {
                open.push(command.iter().cloned().chain([name.to_owned()]).collect());
            }
        }
        if commands.is_none() {
            seen += 1;
            assert!(help.contains("Examples:\n  "), "{command:?}: {help}");
        }
    }
    assert!(seen > 25, "{seen}");
}

#[test]
fn a_wrong_config_ends_with_2_and_names_the_line() {
    let folder = Folder::new();
    let text = config_text("sqlite://handbill.db", 1, "");
    folder.write("wrong.toml", &text.replace("language = ", "langauge = "));
    let ran = folder.run(&["status", "--config", "wrong.toml"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.starts_with("handbill: wrong.toml:4: ") && ran.err.contains("langauge"), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    let ran = folder.run(&["status", "--config", "missing.toml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("missing.toml") && ran.err.contains("--config PATH"), "{}", ran.err);
    let ran = Ran::of(folder.command(&["status"]).env("HANDBILL_CONFIG", "other.toml").output().unwrap());
    assert!(ran.code == 2 && ran.err.contains("other.toml"), "{}", ran.err);
    let ran = Ran::of(folder.command(&["status"]).env("HANDBILL_LOG", "handbill=loud").output().unwrap());
    assert!(ran.code == 2 && ran.err.contains("HANDBILL_LOG"), "{}", ran.err);
    let ran = Ran::of(folder.command(&["status"]).env("HANDBILL_STORE_URL", "sqlite://other.db").output().unwrap());
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.starts_with("handbill: the variable HANDBILL_STORE_URL: it sets nothing; write "), "{}", ran.err);
}

#[test]
fn the_list_goes_in_is_shown_and_comes_out() {
    let folder = Folder::new();
    folder.write(
        "people.csv",
        "email,name,topics\nana@example.org,Ana Example,Appeals;Reports\nno address,,\nbo@example.org,,\n",
    );
    let ran = folder.run(&["subscribers", "import", "people.csv", "--consent", "at a meeting"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.starts_with("people.csv, line 3: ") && !ran.err.contains("ana@"), "{}", ran.err);
    folder.write("bad.csv", "email,phone\n");
    let bad = folder.run(&["subscribers", "import", "bad.csv"]);
    assert!(bad.err.contains("could not import bad.csv") && bad.err.contains("line 1: column 2"), "{}", bad.err);
    assert!(ran.out.contains("added") && ran.out.contains('2'), "{}", ran.out);

    let again = folder.json(&["subscribers", "import", "people.csv", "--json"]);
    assert_eq!((&again["known"], &again["added"], &again["refused_count"]), (&2.into(), &0.into(), &1.into()));
    assert_eq!(again["refused"][0]["line"], 3);

    let list = folder.json(&["subscribers", "list", "--json"]);
    assert_eq!(list[0]["address"], "ana@example.org");
    assert_eq!(list[0]["topics"], serde_json::json!(["Appeals", "Reports"]));
    assert!(list[0]["created_at"].as_str().unwrap().ends_with('Z'));
    let table = folder.done(&["subscribers", "list"]);
    assert_eq!(table.lines().count(), 3, "{table}");

    let shown = folder.json(&["subscribers", "show", "ana@example.org", "--json"]);
    assert_eq!((&shown["id"], &shown["consent_note"]), (&list[0]["id"], &"at a meeting".into()));
    assert!(folder.done(&["subscribers", "show", "1"]).contains("Ana Example"));

    folder.done(&["subscribers", "export", "--out", "list.csv"]);
    let file = folder.path().join("list.csv");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let csv = std::fs::read_to_string(&file).unwrap();
    assert_eq!(csv, folder.done(&["subscribers", "export"]));
    assert!(csv.starts_with("email,name,") && csv.contains("\nana@example.org,Ana Example,"), "{csv}");

    let ran = folder.run(&["subscribers", "export", "--out", "list.csv"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.starts_with("handbill: could not export the list to list.csv\n  because "), "{}", ran.err);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), csv);

    folder.done(&["subscribers", "erase", "ana@example.org", "--yes"]);
    let ran = folder.run(&["subscribers", "show", "ana@example.org"]);
    assert!(ran.code == 1 && !ran.err.contains("ana@"), "{}", ran.err);
    assert!(!folder.done(&["subscribers", "export"]).contains("ana@"));
    let back = folder.json(&["subscribers", "import", "list.csv", "--consent", "again", "--json"]);
    assert_eq!((&back["suppressed"], &back["known"]), (&1.into(), &1.into()));
}

#[test]
fn what_only_reads_makes_no_store() {
    let folder = Folder::new();
    for arguments in [
        &["status"][..],
        &["subscribers", "list"],
        &["subscribers", "export"],
        &["posts", "list"],
        &["posts", "release", "1"],
        &["editions", "list"],
        &["deliveries", "list", "--edition", "1"],
        &["appeals", "list"],
    ] {
        let ran = folder.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{arguments:?}: {}", ran.err);
        assert!(
            ran.err.starts_with("handbill: there is no store at ") && ran.err.contains("handbill.db"),
            "{}",
            ran.err
        );
        assert!(ran.err.contains("make it with: handbill migrate"), "{}", ran.err);
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    // What a script may call first goes on making it.
    for arguments in [
        &["migrate"][..],
        &["subscribers", "add", "ana@example.org"],
        &["subscribers", "suppress", "ana@example.org"],
        &["posts", "pull"],
        &["digests", "send", "weekly"],
        &["dispatch", "--until-empty"],
    ] {
        let folder = Folder::new();
        let ran = folder.run(arguments);
        assert!(!ran.err.contains("there is no store"), "{arguments:?}: {}", ran.err);
        assert_eq!(folder.run(&["status"]).code, 0, "{arguments:?}");
    }
}

#[test]
fn what_is_done_can_be_said_in_json() {
    let folder = Folder::new();
    let made = folder.json(&["migrate", "--json"]);
    assert!(made["key_file"].as_str().unwrap().ends_with("handbill.key") && made["up_to_date"] == true, "{made}");
    folder.done(&["subscribers", "add", "ana@example.org"]);
    folder.done(&["subscribers", "add", "bo@example.org", "--consent", "by phone"]);
    let editions = folder.json(&["editions", "list", "--letters", "--json"]);
    let id = editions[0]["id"].to_string();
    for (verb, state) in [("pause", "paused"), ("resume", "sending")] {
        let edition = folder.json(&["editions", verb, &id, "--json"]);
        assert_eq!((&edition["state"], &edition["deliveries"]["queued"]), (&state.into(), &1.into()), "{verb}");
    }
    let left = folder.json(&["subscribers", "unsubscribe", "bo@example.org", "--json"]);
    assert_eq!(left, serde_json::json!({ "id": 2, "suppression": "left" }));
    let kept = folder.json(&["subscribers", "suppress", "cy@example.org", "--reason", "dead", "--json"]);
    assert_eq!(kept, serde_json::json!({ "suppression": "dead" }));
    let written = folder.json(&["subscribers", "export", "--out", "list.csv", "--json"]);
    assert_eq!(written, serde_json::json!({ "people": 2, "file": "list.csv" }));
    assert_eq!(folder.run(&["subscribers", "export", "--json"]).code, 2);
    for was_listed in [true, false] {
        let who = if was_listed { "ana@example.org" } else { "dee@example.org" };
        let erased = folder.json(&["subscribers", "erase", who, "--yes", "--json"]);
        assert_eq!(erased, serde_json::json!({ "erased": was_listed, "suppression": "erased" }));
    }

    folder.write("posts/strike.md", "# The strike goes on\n\nText");
    folder.done(&["posts", "pull", "--no-baseline"]);
    let dropped = folder.json(&["posts", "drop", "1", "--json"]);
    assert_eq!(dropped, serde_json::json!([{ "id": 1, "state": "dropped", "not_urgent": null }]));
    let released = folder.json(&["posts", "release", "1", "--json"]);
    assert_eq!(
        (&released[0]["state"], &folder.json(&["posts", "show", "1", "--json"])["state"]),
        (&"live".into(), &"live".into())
    );
}

#[test]
fn people_are_added_leave_and_are_suppressed() {
    let folder = Folder::new();
    let added =
        folder.json(&["subscribers", "add", "ana@example.org", "--name", "Ana", "--consent", "by phone", "--json"]);
    assert_eq!((&added["result"], &added["id"]), (&"added".into(), &1.into()));
    assert_eq!(folder.json(&["subscribers", "add", "ANA@example.org", "--json"])["result"], "known");
    assert_eq!(folder.json(&["subscribers", "add", "bo@example.org", "--json"])["result"], "asked");
    folder.done(&["subscribers", "unsubscribe", "ana@example.org"]);
    folder.done(&["subscribers", "suppress", "cy@example.org", "--reason", "complaint"]);
    for address in ["ana@example.org", "cy@example.org"] {
        let ran = folder.run(&["subscribers", "add", address, "--consent", "again"]);
        assert!(ran.code == 1 && ran.err.contains("must not be mailed") && !ran.err.contains('@'), "{}", ran.err);
    }
    let ana = folder.json(&["subscribers", "show", "1", "--json"]);
    assert_eq!(ana["suppression"], "left");
    let history: Vec<_> = ana["history"].as_array().unwrap().iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(history, ["added", "left"]);
    let ran = folder.run(&["subscribers", "unsubscribe", "nobody@example.org"]);
    assert!(ran.code == 1 && !ran.err.contains('@'), "{}", ran.err);
    assert_eq!(folder.json(&["subscribers", "list", "--state", "pending", "--json"]).as_array().unwrap().len(), 1);
}

#[test]
fn an_edition_is_paused_resumed_and_its_ledger_listed() {
    let folder = Folder::new();
    folder.done(&["subscribers", "add", "ana@example.org"]);
    assert_eq!(folder.json(&["editions", "list", "--json"]), serde_json::json!([]));
    let list = folder.json(&["editions", "list", "--letters", "--json"]);
    assert_eq!((&list[0]["kind"], &list[0]["deliveries"]["queued"]), (&"confirmation".into(), &1.into()));
    let id = list[0]["id"].to_string();
    assert_eq!(folder.run(&["status"]).code, 0);

    folder.done(&["editions", "pause", &id]);
    let ran = folder.run(&["status", "--json"]);
    let status: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &status["editions"][0]["state"]), (1, &"paused".into()));
    assert!(status["to_do"][0].as_str().unwrap().contains("editions resume"));
    let ran = folder.run(&["editions", "pause", &id]);
    assert!(ran.code == 1 && ran.err.contains("is paused"), "{}", ran.err);
    folder.done(&["editions", "resume", &id]);
    assert_eq!(folder.json(&["editions", "show", &id, "--json"])["state"], "sending");
    let ran = folder.run(&["editions", "cancel", &id]);
    assert!(ran.code == 1 && ran.err.contains("paused, not cancelled"), "{}", ran.err);
    assert_eq!(folder.run(&["editions", "show", "99"]).code, 1);

    let ledger = folder.json(&["deliveries", "list", "--edition", &id, "--json"]);
    assert_eq!((&ledger[0]["address"], &ledger[0]["state"]), (&"ana@example.org".into(), &"queued".into()));
    let none = folder.json(&["deliveries", "list", "--edition", &id, "--state", "refused", "--json"]);
    assert_eq!(none, serde_json::json!([]));
}

#[test]
fn the_doctor_goes_on_after_a_failure() {
    let folder = Folder::new();
    let ran = folder.run(&["doctor", "--json"]);
    assert!(!folder.path().join("handbill.db").exists(), "a look makes nothing");
    let found: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    let state = |name: &str| found.iter().find(|finding| finding["check"] == name).unwrap()["ok"].clone();
    // Nothing listens on port 1.
    assert_eq!(
        (ran.code, state("relay main"), state("store"), state("templates")),
        (1, false.into(), true.into(), true.into())
    );

    folder.done(&["migrate"]);
    std::fs::remove_file(folder.path().join("handbill.key")).unwrap();
    let ran = folder.run(&["doctor"]);
    let fails: Vec<_> = ran.out.lines().filter(|line| line.starts_with("FAIL")).collect();
    assert_eq!((ran.code, fails.len()), (1, 2), "{}", ran.out);
    assert!(fails[0].contains("key") && fails[0].contains("backup"), "{}", ran.out);
    assert!(fails[1].contains("check relay.host"), "{}", ran.out);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let folder = Folder::new();
    let people: String = (0..3000).map(|number| format!("person{number}@example.org\n")).collect();
    let mut child = folder
        .command(&["subscribers", "import", "-", "--consent", "at a meeting"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(format!("email\n{people}").as_bytes()).unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    let mut child = folder
        .command(&["subscribers", "list", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn templates_are_checked_and_previewed() {
    let folder = Folder::new();
    let report = folder.json(&["templates", "check", "--json"]);
    assert_eq!(report["problems"], serde_json::json!([]));
    let written = folder.json(&["templates", "preview", "--out", "new", "--json"]);
    let files = written["files"].as_array().unwrap();
    assert!(!files.is_empty() && files.iter().all(|file| folder.path().join(file.as_str().unwrap()).exists()));
}

#[test]
fn who_drops_a_post_is_told_that_its_appeal_goes_on() {
    let folder = Folder::new();
    folder.write("posts/strike.md", "# The strike goes on\n\nText");
    folder.done(&["posts", "pull", "--no-baseline"]);
    folder.done(&["appeals", "mark", "1", "--deadline", "2099-01-01T00:00:00Z", "--yes"]);
    let said = folder.done(&["posts", "drop", "1"]);
    assert!(said.contains("its appeal 1 goes on; call it off with: handbill appeals cancel 1"), "{said}");
    folder.write("posts/march.md", "# The march\n\nText");
    folder.done(&["posts", "pull", "--no-baseline"]);
    assert_eq!(folder.done(&["posts", "drop", "2"]), "post 2 stays out of the digests\n");
    folder.write("posts/vote.md", "# The vote\n\nText");
    folder.done(&["posts", "pull", "--no-baseline"]);
    let said = folder.done(&["digests", "send", "each"]);
    assert!(said.contains(": what was new at ") && !said.contains("each digest"), "{said}");
}

#[test]
fn posts_are_pulled_held_released_and_dropped() {
    let folder = Folder::new();
    let post = |name: &str| {
        let text = format!("---\ntitle: {name}\ndate: 2026-03-01T09:00:00Z\ntopics: [Appeals]\n---\nAbout {name}.\n");
        folder.write(&format!("posts/{name}.md"), &text);
    };
    post("first");
    let pulled = folder.json(&["posts", "pull", "--json"]);
    assert_eq!((&pulled["sources"][0]["baseline"], &pulled["sources"][0]["new"]), (&1.into(), &0.into()));
    (0..25).for_each(|number| post(&format!("flood{number}")));
    let table = folder.done(&["posts", "pull"]);
    assert!(table.contains("posts list --state held"), "{table}");
    let held = folder.json(&["posts", "list", "--state", "held", "--json"]);
    assert_eq!(held.as_array().unwrap().len(), 25);
    let ran = folder.run(&["status"]);
    assert!(ran.code == 1 && ran.out.contains("25 posts"), "{}", ran.out);

    let ids: Vec<String> = held.as_array().unwrap().iter().map(|post| post["id"].to_string()).collect();
    folder.done(&["posts", "release", &ids[0], &ids[1]]);
    let rest: Vec<&str> = ["posts", "drop"].into_iter().chain(ids[2..].iter().map(String::as_str)).collect();
    folder.done(&rest);
    assert_eq!(folder.json(&["posts", "show", &ids[0], "--json"])["state"], "live");
    assert!(folder.done(&["posts", "show", &ids[2]]).contains("dropped"));
    assert_eq!(folder.done(&["posts", "list", "--limit", "3"]).lines().count(), 4);
    assert_eq!(folder.run(&["status"]).code, 0);
    assert_eq!(folder.run(&["posts", "release", "999"]).code, 1);

    std::fs::remove_dir_all(folder.path().join("posts")).unwrap();
    let ran = folder.run(&["posts", "pull"]);
    assert!(ran.code == 1 && ran.err.starts_with("handbill: could not read source posts\n  because "), "{}", ran.err);
    let ran = folder.run(&["status"]);
    assert!(ran.code == 1 && ran.out.contains("source posts cannot be read"), "{}", ran.out);
}

#[test]
fn an_appeal_is_amended_listed_and_missed() {
    let folder = Folder::new();
    let config = config_text("sqlite://handbill.db", 1, "[appeals]\nregions = [\"London\", \"Leeds\"]\n");
    folder.write("config.toml", &config);
    for name in ["first", "second"] {
        folder.write(&format!("posts/{name}.md"), &format!("---\ntitle: {name}\n---\nAbout {name}.\n"));
    }
    folder.done(&["posts", "pull"]);
    let posts = folder.json(&["posts", "list", "--json"]);
    let first = posts.as_array().unwrap().iter().find(|post| post["title"] == "first").unwrap()["id"].to_string();
    let day = |days: i64| {
        (handbill::clock::Clock::System.now().to_utc() + chrono::TimeDelta::days(days)).format("%Y-%m-%d").to_string()
    };
    let (soon, late) = (day(3), day(5));
    let (starts, second) = (format!("{soon}T16:00"), format!("{late}T16:00"));
    folder.done(&[
        "appeals",
        "mark",
        &first,
        "--starts",
        &second,
        "--address",
        "1 Road",
        "--starts",
        &starts,
        "--address",
        "2 Road",
        "--time-zone",
        "UTC",
        "--hold",
        "1h",
    ]);
    let list = folder.done(&["appeals", "list"]);
    assert!(list.contains(&format!("{soon}T16:00:00Z")), "what is next: {list}");
    let moved = folder.done(&["appeals", "amend", "1", "--event", "1", "--address", "3 Road", "--dry-run"]);
    assert!(moved.contains("Would correct 0 people") && moved.contains("Would call 0 people"), "{moved}");
    assert!(moved.contains("appeal in en: ") && !moved.contains("correction in"), "{moved}");
    let added = ["appeals", "amend", "1", "--add", "--starts", &second, "--address", "4 Road", "--region", "everybody"];
    let added = folder.json(&[&added[..], &["--dry-run", "--json"]].concat());
    assert_eq!((added["events"].as_array().unwrap().len(), &added["corrected"]), (3, &0.into()));
    let amend = |more: &[&str]| folder.run(&[&["appeals", "amend", "1", "--remove"], more].concat());
    let ran = amend(&[]);
    assert!(ran.code == 1 && ran.err.contains("say which with --event 1 to --event 2"), "{}", ran.err);
    assert_eq!(amend(&["--event", "2", "--place", "Gate"]).code, 2, "it is off, or it is elsewhere");
    let ran = amend(&["--event", "2", "--dry-run", "--json"]);
    let left: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((left["events"].as_array().unwrap().len(), &left["events"][0]["address"]), (1, &"1 Road".into()));
    assert_eq!(amend(&["--event", "2"]).code, 0);
    let ran = amend(&[]);
    assert!(ran.code == 1 && ran.err.contains("call it off with `handbill appeals cancel 1`"), "{}", ran.err);
    std::fs::remove_file(folder.path().join("posts/first.md")).unwrap();
    folder.run(&["posts", "pull"]);
    let ran = folder.run(&["status"]);
    assert!(ran.code == 1 && ran.out.contains(&format!("appeal 1: its post {first} was withdrawn")), "{}", ran.out);
}
