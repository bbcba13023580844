//! Every template, rendered with all its samples, tame and hostile, in every language; and the words, each by itself.

use std::fmt;

use super::contexts::{
    Appeal, Cancellation, Confirmation, Context, Correction, Digest, Goodbye, Link, Mail, OrganiserResult, Reminder,
    StaffNotice, Welcome,
};
use super::{TemplateError, Templates};

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Problem {
    /// The template, or the file when it is known.
    pub template: String,
    /// The language it was rendered in; empty when that makes no difference.
    pub language: String,
    /// What is wrong, and what to do.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { template, language, what } = self;
        if language.is_empty() { write!(f, "{template}: {what}") } else { write!(f, "{template} ({language}): {what}") }
    }
}

/// Texts that a post could bring to do harm or by accident; the tame text is in each of them.
const HOSTILE: &[fn(&str) -> String] = &[
    |text| format!("<script>alert('{text}')</script><b onclick=x>\"&amp;{{{{site}}}}"),
    |text| format!("{text}\r\nBcc: eve@example.org\r\n\r\n\0\u{1b}{text}"),
    |text| format!("{text} {}", "x".repeat(10_000)),
    |text| format!("\u{202e}{text}\u{2066} ✊🏽👩‍👩‍👧 \u{200f}"),
    |text| format!("javascript:alert(1)//{text}"),
    |_| String::new(),
];

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Everything.
    Whole,
    /// Only whether each template renders with its tame samples: what it takes to send anything at all.
    Rendering,
}

/// Renders every template with all its samples, tame and hostile, in every language, and gives what is wrong, each
/// thing once.
pub fn check(templates: &Templates) -> Vec<Problem> {
    let mut problems = links_unchecked(templates);
    problems.extend(words_slipped(templates));
    problems.extend(rendered(templates, Depth::Whole));
    problems.sort();
    problems.dedup();
    problems
}

/// Renders every template with its tame samples in every language, and gives what does not render: templates with such a
/// mistake stop mail, where words that are missing or a link that is filled in unchecked do not.
pub fn faults(templates: &Templates) -> Vec<Problem> {
    rendered(templates, Depth::Rendering)
}

fn rendered(templates: &Templates, depth: Depth) -> Vec<Problem> {
    let mut problems = Vec::new();
    problems.extend(check_mail::<Digest>(templates, depth));
    problems.extend(check_mail::<Appeal>(templates, depth));
    problems.extend(check_mail::<Reminder>(templates, depth));
    problems.extend(check_mail::<Correction>(templates, depth));
    problems.extend(check_mail::<Cancellation>(templates, depth));
    problems.extend(check_mail::<OrganiserResult>(templates, depth));
    problems.extend(check_mail::<StaffNotice>(templates, depth));
    problems.extend(check_mail::<Confirmation>(templates, depth));
    problems.extend(check_mail::<Welcome>(templates, depth));
    problems.extend(check_mail::<Link>(templates, depth));
    problems.extend(check_mail::<Goodbye>(templates, depth));
    problems.extend(crate::web::contexts::check(templates, depth));
    problems
}

/// Renders a page with its samples in every language.
pub fn check_page<C: Context>(templates: &Templates, depth: Depth) -> Vec<Problem> {
    each_sample::<C>(templates, depth, |context, language| {
        let name = C::TEMPLATE.trim_start_matches("pages/");
        let html = templates.page(name, context, language)?;
        Ok(html_problems(&html))
    })
}

/// As [`check_page`], for a piece of HTML that is no page.
pub fn check_piece<C: Context>(templates: &Templates, depth: Depth) -> Vec<Problem> {
    each_sample::<C>(templates, depth, |context, language| {
        let name = C::TEMPLATE.trim_start_matches("pages/");
        Ok(unsafe_html(&templates.page(name, context, language)?))
    })
}

fn check_mail<C: Mail>(templates: &Templates, depth: Depth) -> Vec<Problem> {
    each_sample::<C>(templates, depth, |context, language| {
        let content = templates.mail(context, language)?;
        let mut problems = html_problems(&content.html);
        if content.html.matches("<h1").count() != 1 {
            problems.push("the HTML has not exactly one <h1>");
        }
        if content.text.trim().is_empty() {
            problems.push("the plain text is empty");
        }
        if content.text.contains("</") {
            // Hostile samples bring markup, which plain text shows as it is.
            let tame = content.text.replace("</script>", "");
            if tame.contains("</") {
                problems.push("the plain text has HTML in it");
            }
        }
        Ok(problems)
    })
}

/// Renders all samples and collects what goes wrong.
fn each_sample<C: Context>(
    templates: &Templates,
    depth: Depth,
    render: impl Fn(&C, &str) -> Result<Vec<&'static str>, TemplateError>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let tame: fn(&str) -> String = str::to_owned;
    let hostile = if depth == Depth::Whole { HOSTILE } else { &[] };
    for tag in templates.words().tags() {
        let language = templates.words().language(tag);
        for say in std::iter::once(&tame).chain(hostile) {
            let samples = C::samples(&language, say);
            if samples.is_empty() && depth == Depth::Whole {
                let what = "no sample can be made, as the words for dates, events or changes have a mistake".to_owned();
                problems.push(Problem { template: C::TEMPLATE.to_owned(), language: tag.to_owned(), what });
            }
            for context in samples {
                let found = match render(&context, tag) {
                    Ok(_) if depth == Depth::Rendering => Vec::new(),
                    Ok(found) => found.into_iter().map(str::to_owned).collect(),
                    Err(error) => vec![error.to_string()],
                };
                let problem = |what| Problem { template: C::TEMPLATE.to_owned(), language: tag.to_owned(), what };
                problems.extend(found.into_iter().map(problem));
            }
        }
    }
    problems.sort();
    problems.dedup();
    problems
}

/// What no rendered HTML may have, whatever was filled in.
fn html_problems(html: &str) -> Vec<&'static str> {
    let mut problems = unsafe_html(html);
    if !html.to_ascii_lowercase().contains("<html lang=\"") {
        problems.push("<html> has no lang; write <html lang=\"{{language}}\" dir=\"{{dir}}\">");
    }
    problems
}

/// The same without what only whole pages have.
fn unsafe_html(html: &str) -> Vec<&'static str> {
    let lower = html.to_ascii_lowercase();
    let mut problems = Vec::new();
    if lower.contains("<script>alert") || lower.contains("<b onclick") {
        problems.push("text of a post comes out as HTML; write it with two braces, not three");
    }
    if lower.contains("href=\"javascript:") || lower.contains("src=\"javascript:") {
        problems.push("a link runs a script; write href=\"{{link url}}\"");
    }
    problems
}

/// What is wrong with files of words. A template may ask for words of its own.
fn words_slipped(templates: &Templates) -> impl Iterator<Item = Problem> {
    let asked = |id: &str| templates.sources.values().any(|source| source.contains(&format!("\"{id}\"")));
    templates.words().slips(asked).into_iter().map(|slip| {
        let template = slip.line.map_or_else(|| slip.file.clone(), |line| format!("{}, line {line}", slip.file));
        Problem { template, language: slip.tag, what: slip.what }
    })
}

/// Links that are filled in without the `link` helper, which alone refuses dangerous ones.
fn links_unchecked(templates: &Templates) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, text) in &templates.sources {
        let file = templates.files.get(name).unwrap_or(name);
        for (at, line) in text.lines().enumerate() {
            let raw = |attribute: &str| {
                line.split(attribute).skip(1).any(|rest| {
                    let rest = rest.trim_start_matches(['"', '\'']);
                    rest.starts_with("{{") && !rest.starts_with("{{link ") && !rest.starts_with("{{image ")
                })
            };
            if raw("href=") || raw("src=") {
                let what = format!("line {}: a link is filled in unchecked; write {{{{link ...}}}}", at + 1);
                problems.push(Problem { template: file.clone(), language: String::new(), what });
            }
        }
    }
    problems
}
