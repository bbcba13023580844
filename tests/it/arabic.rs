//! A language that is written from right to left, added the way a group adds one: by a file in its folder of templates.
//! The words are those of `tests/data/arabic/words/ar.ftl`, which is not shipped.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use handbill::templates::contexts::{Appeal, Correction, Digest};
use handbill::templates::{Mail, Templates, check};
use handbill::words::Value;

/// A folder as a group has it.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/arabic")
}

static TEMPLATES: LazyLock<Templates> = LazyLock::new(|| Templates::load(Some(&folder())).unwrap());

fn mail<C: Mail>(at: usize) -> handbill::message::Content {
    let sample = C::samples(&TEMPLATES.words().language("ar"), &str::to_owned).remove(at);
    TEMPLATES.mail(&sample, "ar").unwrap()
}

#[test]
fn the_language_is_complete_and_every_template_renders_in_it() {
    assert_eq!(check(&TEMPLATES), []);
    assert!(TEMPLATES.words().tags().eq(["ar", "en", "kk", "ru"]));
    // It is a test's: nobody else gets it.
    assert!(Templates::load(None).unwrap().words().tags().all(|tag| tag != "ar"));
}

#[test]
fn arabic_counts_in_six_ways() {
    let words = TEMPLATES.words().language("ar");
    let said = |count: usize| words.get("digest-intro", &[("count", Value::from(count))]).unwrap();
    let zero_one_two_few_many_other = [0, 1, 2, 3, 11, 100].map(said);
    assert_eq!(
        zero_one_two_few_many_other,
        [
            "لا توجد منشورات جديدة.",
            "هناك منشور جديد واحد.",
            "هناك منشوران جديدان.",
            "هناك 3 منشورات جديدة.",
            "هناك 11 منشورًا جديدًا.",
            "هناك 100 منشور جديد.",
        ]
    );
}

#[test]
fn mails_run_from_right_to_left() {
    for content in [mail::<Digest>(4), mail::<Appeal>(1), mail::<Correction>(2)] {
        let html = &content.html;
        assert!(html.contains("<html lang=\"ar\" dir=\"rtl\">"), "{html}");
        // Some web mail keeps nothing of <html>.
        assert!(html.contains("<div role=\"main\" lang=\"ar\" dir=\"rtl\">"), "{html}");
        let styles: Vec<&str> = html.split("style=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let card = styles.iter().find(|style| style.contains("max-width:600px")).unwrap();
        assert!(card.contains("text-align:right"), "{card}");
        for style in &styles {
            assert!(!style.contains("margin-right") && !style.contains("text-align:left"), "{style}");
        }
        assert!(html.contains("padding-right:20px") || !html.contains("leaf-cell"), "the leaf's outer side");
    }
}

#[test]
fn what_is_written_from_the_left_is_kept_apart() {
    let correction = mail::<Correction>(2);
    assert!(correction.html.contains("<bdi>1 Example Street, London, EX1 1EX</bdi>"), "{}", correction.html);
    assert!(correction.text.contains(": \u{2068}1 Example Street, London, EX1 1EX\u{2069}"), "{}", correction.text);
    // A time is in one piece, and digits need no marks.
    assert!(correction.text.contains("من 16:00 إلى 19:00"), "{}", correction.text);
    assert!(correction.text.contains("توقيت لندن (\u{2068}UTC+01:00\u{2069})"), "{}", correction.text);
    let digest = mail::<Digest>(4);
    assert!(digest.html.contains("dir=\"auto\">Protest") || digest.html.contains("dir=\"auto\" style="));
    // An address to follow stands on a line of its own, as it is.
    assert!(digest.text.lines().any(|line| line == "https://campaign.example/archive"), "{}", digest.text);
    // No marks get into headers, where they can deceive.
    for content in [&correction, &digest] {
        assert!(!content.subject.contains(['\u{2068}', '\u{2069}']), "{}", content.subject);
        for part in [&content.text, &content.html] {
            assert_eq!(part.matches('\u{2068}').count(), part.matches('\u{2069}').count(), "{part}");
        }
    }
}
