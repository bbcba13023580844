//! The steps of `docs/languages.md`, one after the other, on a daemon that is never started again.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use std::path::Path;

use crate::real::Real;

const DOC: &str = include_str!("../../docs/languages.md");

/// The document has this line: what is done here is what it says.
fn says(line: &str) -> &str {
    assert!(DOC.lines().any(|own| own.trim() == line), "docs/languages.md does not say `{line}`");
    line
}

/// The translation that the document gives for a line of English.
fn becomes(english: &str) -> &'static str {
    let line = DOC.lines().find(|own| own.trim().starts_with(english) && own.contains(" becomes ")).unwrap();
    line.split(" becomes ").nth(1).unwrap().trim()
}

/// Runs a command of the document as it stands there.
fn step(real: &Real, line: &str) {
    let words: Vec<&str> = says(line).split(' ').collect();
    match words.as_slice() {
        ["handbill", arguments @ ..] => drop(real.done(arguments)),
        ["mkdir", "-p", folder] => std::fs::create_dir_all(real.path().join(folder)).unwrap(),
        ["cp", from, to] => drop(std::fs::copy(real.path().join(from), real.path().join(to)).unwrap()),
        _ => panic!("{line}"),
    }
}

fn rewrite(path: &Path, change: impl Fn(&str) -> String) {
    let text = std::fs::read_to_string(path).unwrap();
    let changed = change(&text);
    assert_ne!(text, changed);
    std::fs::write(path, changed).unwrap();
}

#[test]
fn a_group_adds_a_language_by_adding_a_file() {
    let real = Real::sqlite();
    // 1. A folder.
    real.configure(&format!("{}\n{}", says("[mail]"), says("templates = \"look\"")));
    std::fs::create_dir(real.path().join("look")).unwrap();
    let daemon = real.daemon();
    let german = |path: &str| daemon.get(path, "Accept-Language: de-AT").1;
    assert!(german("/").contains("<html lang=\"en\" dir=\"ltr\">"));

    // 2. The English words.
    step(&real, "handbill templates preview --out preview");
    step(&real, "mkdir -p look/words");
    step(&real, "cp preview/words/en.ftl look/words/de.ftl");
    let file = real.path().join("look/words/de.ftl");
    daemon.log.wait_for("loaded the templates anew");

    // 3. Translated, with a slip of the pen, something left out, and something filled in that does not exist.
    let lines = ["digest-read-more = Read more", "digest-heading = News from { $site }"];
    let line = |text: &str, of: &str| 1 + text.lines().position(|own| own.starts_with(of)).unwrap();
    rewrite(&file, |text| {
        let text = lines.iter().fold(text.to_owned(), |text, line| text.replace(line, becomes(line)));
        text.replace("language-name = English", "language-name = Deutsch")
            .replace("event-map = Map", "event-mpa = Karte")
            .replace("digest-topics = Topics: { $topics }", "digest-topics = Themen: { $themen }")
            .replace("footer-unsubscribe = Unsubscribe\n", "")
            .replace("confirmation-button = Yes, subscribe me", "confirmation-button = Ja, bitte")
    });

    // 4. The check names each.
    let ran = real.run(&says("handbill templates check").split(' ').skip(1).collect::<Vec<_>>());
    assert_eq!(ran.code, Some(1), "{} {}", ran.out, ran.err);
    let text = std::fs::read_to_string(&file).unwrap();
    let english = std::fs::read_to_string(real.path().join("preview/words/en.ftl")).unwrap();
    for (id, at, what) in [
        ("event-mpa", line(&text, "event-mpa"), "nothing asks for the message `event-mpa`"),
        ("digest-topics", line(&text, "digest-topics"), "is not given the variable `$themen`; it has $topics"),
    ] {
        let problem = ran.out.lines().find(|line| line.contains(&format!("`{id}`"))).unwrap();
        assert!(
            problem.contains(&format!("look/words/de.ftl, line {at} (de): ")) && problem.contains(what),
            "{problem}"
        );
    }
    for id in ["event-map", "footer-unsubscribe"] {
        let problem = ran.out.lines().find(|line| line.contains(&format!("`{id}` is missing"))).unwrap();
        let at = format!("words/en.ftl, line {},", line(&english, id));
        assert!(problem.contains("look/words/de.ftl (de): ") && problem.contains(&at), "{problem}");
    }
    assert_eq!(ran.out.lines().count(), 4, "{}", ran.out);

    // 5. Taken up all the same, at once, for pages, subscribers and mail. What is missing is said in English.
    daemon.log.wait_for("loaded the templates anew");
    let home =
        until(|| german("/"), |page| page.contains("<html lang=\"de\" dir=\"ltr\">") && page.contains(">Deutsch<"));
    assert!(home.contains("value=\"de\""), "{home}");
    let (status, _) = daemon.post("/subscribe", "email=ana%40example.org&cadence=each&language=de");
    assert_eq!(status, 200);
    let mail = real.sink.mails_about(1, "").remove(0);
    assert!(mail.text.contains("Ja, bitte:") && mail.text.contains("This letter was sent by"), "{}", mail.text);

    // A file that cannot be read changes nothing, and the log names its line.
    rewrite(&file, |text| text.replace("link-button = See my choices", "link-button = { $"));
    let log = daemon.log.wait_for("kept the templates as they were");
    let at = line(&std::fs::read_to_string(&file).unwrap(), "link-button");
    assert!(log.contains(&format!("de.ftl, line {at}")), "{log}");
    assert!(german("/").contains("<html lang=\"de\" dir=\"ltr\">"));
}

/// Asks until the answer is as it should be: the event is the daemon's own, and has no other sign.
fn until(ask: impl Fn() -> String, fits: impl Fn(&str) -> bool) -> String {
    let began = std::time::Instant::now();
    loop {
        let answer = ask();
        if fits(&answer) {
            return answer;
        }
        assert!(began.elapsed() < crate::sink::PATIENCE, "{answer}");
        std::thread::park_timeout(std::time::Duration::from_millis(20));
    }
}

#[test]
fn the_document_names_what_a_file_must_have() {
    let english = handbill::words::ENGLISH_WORDS;
    let (_, table) = DOC.split_once("| message | what it is |").unwrap();
    let rows = table.lines().skip_while(|line| !line.starts_with("| `")).take_while(|line| line.starts_with('|'));
    let named: Vec<&str> = rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2)).collect();
    assert_eq!(named.len(), 10, "{named:?}");
    for id in named {
        assert!(english.contains(&format!("\n{id} = ")), "{id}");
    }
    // The languages that are there, and the example of a plural, which is valid as it stands.
    let names: Vec<String> = ["English", "Kazakh", "Russian"].map(str::to_owned).to_vec();
    assert!(DOC.contains(&format!("Handbill speaks {}, {} and {}.", names[0], names[1], names[2])));
    assert_eq!(handbill::words::Words::load(None).unwrap().tags().count(), names.len());
}
