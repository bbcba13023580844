//! Every mail and page in a real browser, at two widths and in both colour schemes: axe-core finds nothing that keeps
//! people out, and nothing is wider than a narrow screen, also with its text at twice the size.

use std::path::{Path, PathBuf};
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

/// Writes every mail and page to a folder, with the templates of another one.
fn preview(to: &Path, templates: Option<&Path>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handbill"));
    command.arg("--config").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("config.toml"));
    command.args(["templates", "preview", "--out"]).arg(to);
    // Variables of these tests are no keys of the config.
    command.env_clear();
    if let Some(templates) = templates {
        command.env("HANDBILL_MAIL__TEMPLATES", templates);
    }
    let written = command.output().unwrap();
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
}

/// The HTML files of a folder.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "html")).collect()
}

#[test]
fn nothing_in_mails_and_pages_keeps_people_out() {
    let folder = tempfile::tempdir().unwrap();
    preview(folder.path(), None);
    let seen = looked_at(folder.path());
    assert_eq!(seen["files"], pages(folder.path()).len());
    assert_eq!(seen["found"], serde_json::json!([]), "{seen:#}");
}

#[test]
fn nothing_keeps_people_out_who_read_from_right_to_left() {
    let folder = tempfile::tempdir().unwrap();
    preview(folder.path(), Some(&crate::arabic::folder()));
    let mut count = 0;
    for path in pages(folder.path()) {
        if path.to_string_lossy().ends_with(".ar.html") {
            let html = std::fs::read_to_string(&path).unwrap();
            assert!(html.contains("<html lang=\"ar\" dir=\"rtl\">"), "{}", path.display());
            count += 1;
        } else {
            std::fs::remove_file(path).unwrap();
        }
    }
    assert!(count > 40, "{count}");
    let seen = looked_at(folder.path());
    assert_eq!(seen["files"], count);
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
