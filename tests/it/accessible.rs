//! Every mail and page in a real browser, at two widths and in both colour schemes: axe-core finds nothing that keeps
//! people out, and nothing is wider than a narrow screen, also with its text at twice the size.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What `tests/browser/axe.mjs` says of the HTML files of a folder.
fn looked_at(folder: &Path) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/axe.mjs");
    let ran = Command::new("node").arg(script).arg(folder).output();
    let output = ran.unwrap_or_else(|error| panic!("cannot run node: {error}; tests/servers/install installs it"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "axe.mjs failed: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn nothing_in_mails_and_pages_keeps_people_out() {
    let folder = tempfile::tempdir().unwrap();
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.toml");
    let written = Command::new(env!("CARGO_BIN_EXE_handbill"))
        .arg("--config")
        .arg(config)
        .args(["templates", "preview", "--out"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let seen = looked_at(folder.path());
    let files = std::fs::read_dir(folder.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "html"));
    assert_eq!(seen["files"], files.count());
    assert_eq!(seen["found"], serde_json::json!([]), "{seen:#}");
}

#[test]
fn the_browser_sees_what_keeps_people_out() {
    let folder = tempfile::tempdir().unwrap();
    let html =
        "<html><body><img src=\"x.png\"><p style=\"color:#aaa; background:#fff; width:900px\">Pale</p></body></html>";
    std::fs::write(folder.path().join("bad.html"), html).unwrap();
    let seen = looked_at(folder.path());
    let rules: Vec<_> = seen["found"].as_array().unwrap().iter().filter_map(|found| found["rule"].as_str()).collect();
    for rule in ["html-has-lang", "image-alt", "color-contrast", "fits"] {
        assert!(rules.contains(&rule), "{rule} was not seen: {rules:?}");
    }
}
