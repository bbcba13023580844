//! `handbill templates check` and `handbill templates preview`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Serialize;

use crate::clock::Timestamp;
use crate::config::Sender;
use crate::editions::EditionKind;
use crate::id::EditionId;
use crate::message::{self, Content, Draft, List, ListId};
use crate::templates::contexts::{
    Appeal, Cancellation, Confirmation, Correction, Digest, Goodbye, Link, OrganiserResult, Reminder, StaffNotice,
    Welcome,
};
use crate::templates::{self, Mail, Problem, Templates};
use crate::words::ENGLISH_WORDS;

/// What `templates check` found.
#[derive(Debug, Serialize)]
pub struct CheckReport {
    /// The languages that the templates were rendered in.
    pub languages: Vec<String>,
    /// What is wrong; empty when all is well.
    pub problems: Vec<Problem>,
}

/// What `templates preview` wrote.
#[derive(Debug, Serialize)]
pub struct PreviewReport {
    /// The files, in the order in which they were written.
    pub files: Vec<PathBuf>,
}

/// Renders every template with its samples in every language.
pub fn check(templates: &Templates) -> CheckReport {
    let languages = templates.words().tags().map(str::to_owned).collect();
    CheckReport { languages, problems: templates::check(templates) }
}

/// Writes each sample of each mail in each language to the folder `out`, which is made when it is missing: the
/// subject and text as `.txt`, the HTML as `.html`, the calendar entries as `.ics`, and the whole message as `.eml`; and
/// each page as `.html`; and the English words, from which a translation starts, as `words/en.ftl`. `at` is the Date of the messages.
///
/// # Errors
/// When a template has a mistake or a file cannot be written.
pub fn preview(templates: &Templates, out: &Path, at: Timestamp) -> Result<PreviewReport> {
    std::fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    let preview = Preview { templates, out, at };
    let mut files = Vec::new();
    for tag in templates.words().tags() {
        preview.write::<Digest>(EditionKind::Digest, tag, &mut files)?;
        preview.write::<Appeal>(EditionKind::Appeal, tag, &mut files)?;
        preview.write::<Reminder>(EditionKind::Reminder, tag, &mut files)?;
        preview.write::<Correction>(EditionKind::Correction, tag, &mut files)?;
        preview.write::<Cancellation>(EditionKind::Cancellation, tag, &mut files)?;
        preview.write::<OrganiserResult>(EditionKind::Result, tag, &mut files)?;
        preview.write::<StaffNotice>(EditionKind::Notice, tag, &mut files)?;
        preview.write::<Confirmation>(EditionKind::Confirmation, tag, &mut files)?;
        preview.write::<Welcome>(EditionKind::Welcome, tag, &mut files)?;
        preview.write::<Link>(EditionKind::Link, tag, &mut files)?;
        preview.write::<Goodbye>(EditionKind::Goodbye, tag, &mut files)?;
        for page in crate::web::contexts::preview(templates, tag)? {
            preview.file(&format!("page-{}.{tag}.html", page.name), page.html.as_bytes(), &mut files)?;
        }
    }
    let words = out.join("words");
    std::fs::create_dir_all(&words).with_context(|| format!("cannot make the folder {}", words.display()))?;
    preview.file("words/en.ftl", ENGLISH_WORDS.as_bytes(), &mut files)?;
    Ok(PreviewReport { files })
}

struct Preview<'a> {
    templates: &'a Templates,
    out: &'a Path,
    at: Timestamp,
}

impl Preview<'_> {
    fn write<C: Mail>(&self, kind: EditionKind, tag: &str, files: &mut Vec<PathBuf>) -> Result<()> {
        let language = self.templates.words().language(tag);
        for (at, sample) in C::samples(&language, &str::to_owned).iter().enumerate() {
            let content = self.templates.mail(sample, tag)?;
            let name = format!("{kind}-{}.{tag}", at + 1);
            let calendar = C::calendar(&language, at);
            let message = self.message(kind, tag, &name, &content, calendar.as_deref())?;
            for (part, bytes) in [
                ("subject.txt", format!("{}\n", content.subject).into_bytes()),
                ("txt", content.text.into_bytes()),
                ("html", content.html.into_bytes()),
                ("eml", message),
            ] {
                self.file(&format!("{name}.{part}"), &bytes, files)?;
            }
            if let Some(calendar) = calendar {
                self.file(&format!("{name}.ics"), calendar.as_bytes(), files)?;
            }
        }
        Ok(())
    }

    fn file(&self, name: &str, bytes: &[u8], files: &mut Vec<PathBuf>) -> Result<()> {
        let path = self.out.join(name);
        std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        files.push(path);
        Ok(())
    }

    fn message(
        &self,
        kind: EditionKind,
        tag: &str,
        name: &str,
        content: &Content,
        calendar: Option<&str>,
    ) -> Result<Vec<u8>> {
        let sender: Sender = "Campaign Example <news@campaign.example>".parse().map_err(anyhow::Error::msg)?;
        let id = ListId::of(&sender);
        let list = List {
            id: &id,
            name: "Campaign Example",
            unsubscribe_url: "https://campaign.example/unsubscribe/SAMPLE-TOKEN",
            help_url: "https://campaign.example/",
            archive_url: "https://campaign.example/archive",
        };
        let draft = Draft {
            sender: &sender,
            reply_to: None,
            to: &"ana@example.org".parse()?,
            to_name: kind.is_list_mail().then_some("Ana Example"),
            message_id: name,
            date: self.at,
            time_zone: chrono_tz::UTC,
            kind,
            edition: EditionId(1),
            content,
            language: tag,
            list: kind.is_list_mail().then_some(list),
            thread: &[],
            calendar,
            images: &[],
        };
        Ok(message::build(&draft)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_templates_are_well() {
        let report = check(&Templates::load(None).unwrap());
        assert_eq!(report.languages, ["en", "kk", "ru"]);
        assert_eq!(report.problems, []);
    }

    #[test]
    fn a_preview_has_four_files_for_each_sample_and_is_the_same_each_time() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let at = Timestamp(1_443_420_000_000_000);
        let templates = Templates::load(None).unwrap();
        let files = preview(&templates, &first.path().join("new"), at).unwrap().files;
        let again = preview(&templates, second.path(), at).unwrap().files;
        assert!(files.len() >= 4 * 4 * 2, "{}", files.len());
        for (one, other) in files.iter().zip(&again) {
            assert_eq!(one.file_name(), other.file_name());
            let bytes = std::fs::read(one).unwrap();
            assert!(!bytes.is_empty(), "{}", one.display());
            assert_eq!(bytes, std::fs::read(other).unwrap(), "{}", one.display());
        }
    }
}
