//! Handlebars templates of mail and pages: built in, overridable, strict.
//!
//! There are two registries for each language, one that escapes HTML and one that does not, for text and subjects.
//! Both hold every template, and a template's name is its path under `templates/` without `.hbs`. A [`Templates`]
//! never changes: on SIGHUP another is loaded, and it takes the place of this one only when it has no error.

mod check;
pub mod contexts;
mod embedded;
mod error;
mod helpers;
pub mod look;
#[cfg(test)]
mod tests;
mod wrap;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use handlebars::{Handlebars, no_escape};
use serde::Serialize;

use crate::config::{Color, Config};
use crate::message::{Content, MAX_SUBJECT, one_line};
use crate::words::{ENGLISH, Words};

pub use check::{Depth, Problem, check, check_page, check_piece, faults};
pub use contexts::{Context, Mail};
pub use error::TemplateError;
pub use look::Look;
pub use wrap::{COLUMNS, excerpt, wrap};

/// The templates of one language.
struct Registries {
    html: Handlebars<'static>,
    plain: Handlebars<'static>,
}

/// Every template in every language.
pub struct Templates {
    languages: BTreeMap<String, Registries>,
    words: Arc<Words>,
    look: Arc<Look>,
    /// Where each template came from, by its name.
    files: BTreeMap<String, String>,
    /// What each template says, by its name.
    sources: BTreeMap<String, String>,
}

impl Templates {
    /// Loads the built-in templates and words, and those of the folder `overrides` that replace them.
    ///
    /// # Errors
    /// When a file cannot be read, has a mistake, or has a name that nothing asks for.
    pub fn load(overrides: Option<&Path>) -> Result<Self, TemplateError> {
        Self::load_for(overrides, ENGLISH)
    }

    /// The templates of a config: with its folder of overrides, in its language and its colours.
    ///
    /// # Errors
    /// As for [`Templates::load`].
    pub fn of(config: &Config) -> Result<Self, TemplateError> {
        let (overrides, site) = (config.mail.templates.as_deref(), &config.site);
        Self::load_in(overrides, &site.language, Look::load(overrides, site.color, site.color_dark)?)
    }

    /// As [`Templates::of`], and each template was rendered once: what was loaded can be sent.
    ///
    /// # Errors
    /// As for [`Templates::load`], and when a template does not render, as with a variable that there is not.
    pub fn proven(config: &Config) -> Result<Self, TemplateError> {
        let templates = Self::of(config)?;
        match check::faults(&templates).split_first() {
            None => Ok(templates),
            Some((Problem { what, .. }, others)) => {
                let others = others.iter().any(|other| other.what != *what);
                Err(TemplateError::Fault { what: what.clone(), others })
            }
        }
    }

    /// Like [`Templates::load`], with the site's language for readers who chose none.
    ///
    /// # Errors
    /// As for [`Templates::load`].
    pub fn load_for(overrides: Option<&Path>, site_language: &str) -> Result<Self, TemplateError> {
        Self::load_in(overrides, site_language, Look::load(overrides, Color::SITE, None)?)
    }

    fn load_in(overrides: Option<&Path>, site_language: &str, look: Look) -> Result<Self, TemplateError> {
        let words = Arc::new(Words::load(overrides)?.with_site_language(site_language));
        let look = Arc::new(look);
        let (mut files, mut sources) = (BTreeMap::new(), BTreeMap::new());
        for (path, text) in embedded::TEMPLATES {
            let name = path.trim_end_matches(".hbs").to_owned();
            files.insert(name.clone(), format!("built-in {path}"));
            sources.insert(name, (*text).to_owned());
        }
        for (name, path) in overrides.map(find_overrides).transpose()?.unwrap_or_default() {
            // A partial may be new; any other new name is a slip of the pen, as nothing would ever render it.
            if !sources.contains_key(&name) && !name.contains("/partials/") {
                return Err(TemplateError::Unknown { path });
            }
            let text =
                std::fs::read_to_string(&path).map_err(|source| TemplateError::Read { path: path.clone(), source })?;
            files.insert(name.clone(), path.display().to_string());
            sources.insert(name, text);
        }
        let mut parsed = Handlebars::new();
        parsed.set_strict_mode(true);
        parsed.set_prevent_indent(true);
        for (name, text) in &sources {
            parsed
                .register_template_string(name, text)
                .map_err(|error| TemplateError::parsing(&error, name, &files))?;
        }
        let languages = words.tags().map(|tag| {
            let mut html = parsed.clone();
            helpers::register(&mut html, &words, &look, tag);
            let mut plain = html.clone();
            plain.register_escape_fn(no_escape);
            helpers::register_plain(&mut plain, &words, tag);
            (tag.to_owned(), Registries { html, plain })
        });
        let languages = languages.collect();
        Ok(Self { languages, words, look, files, sources })
    }

    /// The words that the templates use.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The styles that the templates use.
    pub fn look(&self) -> &Look {
        &self.look
    }

    /// Renders a mail: its subject on one line, its text wrapped at [`COLUMNS`], its HTML.
    ///
    /// # Errors
    /// When a template names a variable, word or helper that there is not.
    pub fn mail<C: Mail>(&self, context: &C, language: &str) -> Result<Content, TemplateError> {
        let registries = self.registries(language)?;
        // Serialised once for all three.
        let context = handlebars::Context::wraps(context)
            .map_err(|error| TemplateError::rendering(&error, C::TEMPLATE, &self.files))?;
        let render = |registry: &Handlebars<'static>, part: &str| {
            let name = format!("{}/{part}", C::TEMPLATE);
            registry
                .render_with_context(&name, &context)
                .map_err(|error| TemplateError::rendering(&error, &name, &self.files))
        };
        Ok(Content {
            subject: one_line(&render(&registries.plain, "subject")?, MAX_SUBJECT),
            text: wrap(&render(&registries.plain, "text")?),
            html: render(&registries.html, "html")?,
        })
    }

    /// Renders the page `pages/NAME.hbs` as HTML.
    ///
    /// # Errors
    /// When there is no such page, or it names a variable, word or helper that there is not.
    pub fn page(&self, name: &str, context: &impl Serialize, language: &str) -> Result<String, TemplateError> {
        let name = format!("pages/{name}");
        let registries = self.registries(language)?;
        registries.html.render(&name, context).map_err(|error| TemplateError::rendering(&error, &name, &self.files))
    }

    fn registries(&self, language: &str) -> Result<&Registries, TemplateError> {
        let tag = self.words.language(language).tag();
        self.languages.get(tag).ok_or_else(|| TemplateError::Language { tag: tag.to_owned() })
    }
}

/// The templates below a folder, by name, in a stable order; hidden files and those of other kinds are passed over.
fn find_overrides(root: &Path) -> Result<BTreeMap<String, PathBuf>, TemplateError> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let read = |source| TemplateError::Read { path: folder.clone(), source };
        for entry in std::fs::read_dir(&folder).map_err(read)? {
            let entry = entry.map_err(read)?;
            let path = entry.path();
            // Links are not followed, so that the search ends.
            if entry.file_type().map_err(read)?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "hbs")
                && let Ok(relative) = path.with_extension("").strip_prefix(root)
            {
                let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
                found.insert(parts.join("/"), path);
            }
        }
    }
    Ok(found)
}
