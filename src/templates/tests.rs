mod appeals;
mod docs;

use serde_json::json;

use super::contexts::{Confirmation, Digest, Goodbye, Item, Link, safe_url};
use super::*;
use crate::words::Language;

fn built_in() -> Templates {
    Templates::load(None).unwrap()
}

fn tame(text: &str) -> String {
    text.to_owned()
}

fn english(templates: &Templates) -> Language<'_> {
    templates.words().language("en")
}

/// A folder that replaces one file.
fn replacing(path: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
    folder
}

#[test]
fn the_built_in_templates_pass_the_check() {
    assert_eq!(check(&built_in()), []);
}

#[test]
fn the_list_of_built_in_templates_is_that_of_the_folder() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let listed: Vec<&str> = embedded::TEMPLATES.iter().map(|(path, _)| path.trim_end_matches(".hbs")).collect();
    let mut found = find_overrides(&root).unwrap();
    for name in listed {
        assert!(found.remove(name).is_some(), "{name}");
    }
    assert!(found.is_empty(), "not in src/templates/embedded.rs: {found:?}");
}

#[test]
fn a_digest_of_several_shows_beginnings_and_one_of_a_single_post_the_whole() {
    let templates = built_in();
    let samples = Digest::samples(&english(&templates), &tame);
    let several = templates.mail(&samples[0], "en").unwrap();
    assert_eq!(several.subject, "Protest against the sacking of the bakery workers, and 2 more posts");
    assert!(!several.html.contains("telephone") && !several.text.contains("telephone"));
    assert!(several.text.contains("Read more:\nhttps://campaign.example/posts/0\n"), "{}", several.text);
    // The third has no address on the web.
    assert!(several.html.contains("the same room in a month"));
    for item in &samples[0].items {
        assert!(several.html.contains(&format!("{}</", item.title)), "{}", item.title);
        assert!(several.text.contains(&format!("\n{}\n", item.title)), "{}", item.title);
    }
    let single = templates.mail(&samples[1], "en").unwrap();
    assert_eq!(single.subject, "Protest against the sacking of the bakery workers");
    assert!(single.html.contains("by telephone") && single.text.contains("telephone"));
}

#[test]
fn a_digest_of_posts_without_titles_still_has_a_subject() {
    let templates = built_in();
    for digest in Digest::samples(&english(&templates), &|_| String::new()) {
        assert!(templates.mail(&digest, "en").unwrap().subject.starts_with("Campaign Example"));
    }
}

#[test]
fn a_single_post_too_long_for_mail_is_cut_where_it_can_be_read_elsewhere() {
    let templates = built_in();
    let sample = Digest::samples(&english(&templates), &tame).remove(1);
    let html = "<p>жжжжжжжжжж</p>\n".repeat(10_000);
    let archive = "https://campaign.example/archive/1#post-1";
    for (url, archived, link) in [
        (Some("https://campaign.example/long"), true, Some("https://campaign.example/long")),
        (None, true, Some(archive)),
        (None, false, None),
    ] {
        let item = Item::new("Long", url, "today".to_owned(), &[], html.clone(), "жж ".repeat(10_000));
        let item = if archived { item.archived(archive.to_owned()) } else { item };
        let digest = Digest::new(sample.frame.clone(), sample.cadence, vec![item], sample.links.clone());
        let content = templates.mail(&digest, "en").unwrap();
        assert_eq!(content.html.len() > html.len(), link.is_none());
        if let Some(link) = link {
            assert!(content.html.contains("жжжжжжжжжж</p>\n</div>"), "not cut at a paragraph");
            assert!(content.text.contains(&format!("Read on:\n{link}\n")) && content.text.len() > 20_000);
        }
    }
}

#[test]
fn both_parts_of_list_mail_carry_the_footer() {
    let templates = built_in();
    for tag in ["en", "ru"] {
        for digest in Digest::samples(&templates.words().language(tag), &tame) {
            let content = templates.mail(&digest, tag).unwrap();
            let language = templates.words().language(tag);
            let why = [("site", "Campaign Example".into()), ("cadence", digest.cadence.as_str().into())];
            let why = language.get("footer-why", &why).unwrap();
            for part in [&content.html, &content.text.replace('\n', " ")] {
                assert!(part.contains(&why), "{tag}: {part}");
                assert!(part.contains("1 Example Street") && part.contains("London"));
                assert!(part.contains(&digest.links.unsubscribe) && part.contains(&digest.links.preferences));
            }
        }
    }
}

#[test]
fn a_confirmation_has_no_footer_of_the_list() {
    let templates = built_in();
    for context in Confirmation::samples(&english(&templates), &tame) {
        let content = templates.mail(&context, "en").unwrap();
        assert!(!content.html.contains("Unsubscribe") && !content.text.contains("Unsubscribe"));
        assert!(content.html.contains(&context.confirm_url) && content.text.contains(&context.confirm_url));
        assert_eq!(content.text.contains("urgent appeals"), context.alerts);
    }
}

#[test]
fn every_letter_leads_where_it_has_to() {
    let templates = built_in();
    let link = &Link::samples(&english(&templates), &tame)[0];
    let content = templates.mail(link, "ru").unwrap();
    assert!(content.html.contains(&link.preferences_url) && content.text.contains(&link.preferences_url));
    let goodbye = &Goodbye::samples(&english(&templates), &tame)[0];
    let content = templates.mail(goodbye, "ru").unwrap();
    assert!(content.html.contains(&goodbye.return_url) && content.text.contains(&goodbye.return_url));
}

#[test]
fn text_is_no_wider_than_it_should_be() {
    let templates = built_in();
    for digest in Digest::samples(&english(&templates), &tame) {
        for line in templates.mail(&digest, "en").unwrap().text.lines() {
            assert!(line.chars().count() <= COLUMNS || !line.contains(' '), "{line}");
        }
    }
}

#[test]
fn html_is_escaped_in_html_and_left_alone_in_text() {
    let templates = built_in();
    let say = |text: &str| if text.len() < 60 { format!("{text} <b> & \"co\"") } else { text.to_owned() };
    let content = templates.mail(&Digest::samples(&english(&templates), &say)[1], "en").unwrap();
    assert!(content.html.contains("workers &lt;b&gt; &amp; &quot;co&quot;</h1>"), "{}", content.html);
    assert!(content.subject.ends_with("workers <b> & \"co\""), "{}", content.subject);
    assert!(content.text.contains("workers <b> & \"co\"\n"), "{}", content.text);
}

#[test]
fn a_variable_that_does_not_exist_is_an_error_even_in_a_condition() {
    for (text, line) in [
        ("a\n{{absent}}", 2),
        ("\n\n{{#if absent}}x{{/if}}", 3),
        ("{{#unless absent}}x{{/unless}}", 1),
        ("{{t \"digest-heading\" site=absent}}", 1),
        ("{{#each absent}}x{{/each}}", 1),
    ] {
        let folder = replacing("mail/digest/text.hbs", text);
        let templates = Templates::load(Some(folder.path())).unwrap();
        let sample = &Digest::samples(&english(&templates), &tame)[0];
        let error = templates.mail(sample, "en").unwrap_err();
        assert!(matches!(error, TemplateError::Variable { .. }), "{text}: {error}");
        let error = error.to_string();
        let place = format!("mail/digest/text.hbs, line {line}: there is no variable `absent`");
        assert!(error.contains(&place), "{text}: {error}");
        assert!(check(&templates).iter().any(|problem| problem.what.contains(&place)), "{text}");
    }
}

#[test]
fn a_mistake_in_a_template_names_file_and_line() {
    let folder = replacing("mail/link/text.hbs", "fine\n{{#if site}}\n{{/unless}}\n");
    let error = Templates::load(Some(folder.path())).err().unwrap().to_string();
    assert!(error.contains("mail/link/text.hbs, line 3: "), "{error}");
    let folder = replacing("mail/link/text.hbs", "{{t \"no-such-word\"}}\n");
    let templates = Templates::load(Some(folder.path())).unwrap();
    let sample = &Link::samples(&english(&templates), &tame)[0];
    let error = templates.mail(sample, "en").unwrap_err().to_string();
    assert!(error.contains("mail/link/text.hbs, line 1: ") && error.contains("`no-such-word`"), "{error}");
}

#[test]
fn a_file_that_replaces_nothing_is_an_error_but_a_partial_may_be_new() {
    let folder = replacing("mail/digset/text.hbs", "x");
    let error = Templates::load(Some(folder.path())).err().unwrap();
    assert!(matches!(error, TemplateError::Unknown { .. }), "{error}");
    let folder = replacing("mail/partials/ours.hbs", "Solidarity, {{site.name}}");
    std::fs::create_dir_all(folder.path().join("mail/link")).unwrap();
    std::fs::write(folder.path().join("mail/link/text.hbs"), "{{> mail/partials/ours}}").unwrap();
    let templates = Templates::load(Some(folder.path())).unwrap();
    let sample = &Link::samples(&english(&templates), &tame)[0];
    assert_eq!(templates.mail(sample, "en").unwrap().text, "Solidarity, Campaign Example\n");
}

#[test]
fn the_check_finds_what_is_dangerous() {
    for (path, text, what) in [
        ("mail/goodbye/html.hbs", "<html lang=\"en\"><h1></h1><a href=\"{{return_url}}\">", "unchecked"),
        ("mail/digest/html.hbs", "<html lang=\"en\"><h1>{{{lead}}}</h1>", "three"),
        ("mail/digest/html.hbs", "<html lang=\"en\"><p>{{lead}}</p>", "exactly one <h1>"),
        ("mail/digest/html.hbs", "<h1>{{lead}}</h1>", "has no lang"),
        ("mail/digest/html.hbs", "<html lang=\"en\"><h1><a href=\"{{ lead }}\"></a></h1>", "runs a script"),
        ("mail/digest/text.hbs", "{{#each items}}{{html}}{{/each}}", "has HTML in it"),
        ("mail/digest/text.hbs", " ", "is empty"),
    ] {
        let folder = replacing(path, text);
        let problems = check(&Templates::load(Some(folder.path())).unwrap());
        assert!(problems.iter().any(|problem| problem.what.contains(what)), "{text}: {problems:?}");
    }
}

#[test]
fn only_http_https_and_mailto_come_out_as_links() {
    for url in ["http://a.example/", "https://a.example/x?y=%20z", "mailto:press@example.org"] {
        assert_eq!(safe_url(url).as_deref(), Some(url));
    }
    for url in ["javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "/x", ""] {
        assert_eq!(safe_url(url), None, "{url:?}");
    }
    let item = Item::new("x", Some("mailto:a@example.org"), String::new(), &[], String::new(), String::new());
    assert_eq!((item.url, item.whole), (None, true));
    let folder = replacing("mail/link/text.hbs", "{{link \"vbscript:x\"}} {{link \"https://a.example\"}}");
    let templates = Templates::load(Some(folder.path())).unwrap();
    let sample = &Link::samples(&english(&templates), &tame)[0];
    assert_eq!(templates.mail(sample, "en").unwrap().text, "# https://a.example/\n");
}

#[test]
fn dates_and_lists_are_written_for_the_reader() {
    let text = "{{date \"2015-09-28\"}}|{{date \"2015-09-28T16:00:00+01:00\"}}";
    let folder = replacing("mail/link/subject.hbs", text);
    let templates = Templates::load(Some(folder.path())).unwrap();
    let sample = &Link::samples(&english(&templates), &tame)[0];
    let subject = templates.mail(sample, "ru").unwrap().subject;
    assert_eq!(subject, "понедельник, 28 сентября 2015 г.|понедельник, 28 сентября 2015 г., 16:00 (UTC+01:00)");
    let folder = replacing("mail/link/subject.hbs", "{{date \"yesterday\"}}");
    let templates = Templates::load(Some(folder.path())).unwrap();
    let error = templates.mail(&Link::samples(&english(&templates), &tame)[0], "en").unwrap_err().to_string();
    assert!(error.contains("`date` takes a date"), "{error}");
    let folder = replacing("mail/digest/subject.hbs", "{{#each items}}{{date}}|{{join topics}};{{/each}}");
    let templates = Templates::load(Some(folder.path())).unwrap();
    let subject = templates.mail(&Digest::samples(&english(&templates), &tame)[1], "en").unwrap().subject;
    assert_eq!(subject, "Monday, 28 September 2015|Appeals, Bakery;");
}

#[test]
fn a_page_that_does_not_exist_says_where_to_add_it() {
    let error = built_in().page("nowhere", &json!({}), "en").unwrap_err();
    assert!(matches!(error, TemplateError::Missing { .. }), "{error}");
    assert!(error.to_string().contains("templates/pages/nowhere.hbs"), "{error}");
}

#[test]
fn an_unknown_language_gets_the_sites() {
    let templates = Templates::load_for(None, "ru").unwrap();
    let sample = &Goodbye::samples(&templates.words().language("ru"), &tame)[0];
    assert_eq!(templates.mail(sample, "fr").unwrap().subject, "Вы отписались: Campaign Example");
}

#[test]
fn lines_are_broken_at_spaces_only() {
    let long = "x".repeat(100);
    let text = format!("\n\n* {} {long} b\n\n\n\nc  \n", "word ".repeat(20));
    let wrapped = wrap(&text);
    let lines: Vec<&str> = wrapped.lines().collect();
    assert_eq!(lines[0].len(), 71);
    assert_eq!(lines[2], long);
    assert_eq!(lines[3..], ["b", "", "c"]);
    assert_eq!(
        wrap(&format!("  {}", "ab ".repeat(40))),
        format!("{}\n{}\n", "ab ".repeat(24).trim(), "ab ".repeat(16).trim())
    );
    assert_eq!(wrap(" \n \n"), "");
}

#[test]
fn an_excerpt_ends_where_it_should() {
    assert_eq!(excerpt("one  two\nthree", 3), "one two three");
    assert_eq!(excerpt("one two, three", 2), "one two …");
    assert_eq!(excerpt(&"ж".repeat(10_000), 2), format!("{}…", "ж".repeat(20)));
    assert_eq!(excerpt("", 60), "");
}

#[test]
fn templates_hold_no_styles_and_no_colours_of_their_own() {
    for (path, text) in embedded::TEMPLATES.iter().filter(|(path, _)| path.starts_with("mail/")) {
        for style in text.split("style=\"").skip(1) {
            assert!(style.starts_with("{{css ") || style.starts_with("{{#if @first}}{{css "), "{path}: {style:.60}");
        }
        assert!(!text.contains("bgcolor") && !text.contains("color:"), "{path}");
    }
}

#[test]
fn every_style_is_used_and_every_used_one_is_there() {
    let templates = built_in();
    let text: String = embedded::TEMPLATES.iter().map(|(_, text)| *text).collect();
    for name in templates.look().names() {
        assert!(text.contains(&format!("{{{{css \"{name}\"}}}}")), "no template uses the style {name}");
    }
    for used in text.split("{{css \"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(templates.look().style(used, "ltr").is_some(), "{used}");
    }
}
