//! What can be wrong with a template: which file, which line, which variable, and what to do.

use std::collections::BTreeMap;
use std::path::PathBuf;

use handlebars::{RenderError, RenderErrorReason};

use crate::words::WordsError;

/// Why templates cannot be used. It never quotes what was to be filled in.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The words are at fault.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// A file or folder could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file replaces nothing.
    #[error("{}: no built-in template has this name; rename the file, or move it to a folder `partials`", path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
    },
    /// A template that was asked for does not exist.
    #[error("there is no template `{name}`; add templates/{name}.hbs and list it in src/templates/embedded.rs")]
    Missing {
        /// The template.
        name: String,
    },
    /// The words know a language that the templates do not.
    #[error("there are no templates for the language `{tag}`; load them again")]
    Language {
        /// The language.
        tag: String,
    },
    /// A template names a variable that its context lacks.
    #[error("{place}: there is no variable `{variable}`; take it out, or use a name that the built-in template uses")]
    Variable {
        /// File and line.
        place: String,
        /// The variable.
        variable: String,
    },
    /// A template does not render.
    #[error("{what}{}", if *others { "; `handbill templates check` shows what else there is" } else { "" })]
    Fault {
        /// File, line and what is wrong.
        what: String,
        /// Whether there is more than that.
        others: bool,
    },
    /// Anything else that is wrong in a template.
    #[error("{place}: {what}; correct it, or delete the file to have the built-in one back")]
    Broken {
        /// File and line.
        place: String,
        /// What is wrong.
        what: String,
    },
}

impl TemplateError {
    pub(super) fn parsing(error: &handlebars::TemplateError, name: &str, files: &BTreeMap<String, String>) -> Self {
        let place = place(name, error.pos().map(|(line, _)| line), files);
        Self::Broken { place, what: error.reason().to_string() }
    }

    pub(super) fn rendering(error: &RenderError, name: &str, files: &BTreeMap<String, String>) -> Self {
        let place = place(error.template_name.as_deref().unwrap_or(name), error.line_no, files);
        match error.reason() {
            RenderErrorReason::MissingVariable(variable) => {
                Self::Variable { place, variable: variable.clone().unwrap_or_else(|| "?".to_owned()) }
            }
            RenderErrorReason::TemplateNotFound(name) => Self::Missing { name: name.clone() },
            RenderErrorReason::NestedError(inner) => Self::Broken { place, what: inner.to_string() },
            reason => Self::Broken { place, what: reason.to_string() },
        }
    }
}

fn place(name: &str, line: Option<usize>, files: &BTreeMap<String, String>) -> String {
    let file = files.get(name).map_or(name, String::as_str);
    line.map_or_else(|| file.to_owned(), |line| format!("{file}, line {line}"))
}
