//! Every word a reader sees, one Fluent file per language.
//!
//! The built-in files are `templates/words/*.ftl`. A folder of the same shape may replace single messages or add
//! languages. Who asks for a language gets the nearest one there is, and a message that a language lacks comes from
//! the site's language, then from English.

mod check;
mod dates;
mod file;
mod isolate;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use file::File;

pub use check::Slip;
pub use isolate::isolated;

/// An argument of a message: a text or a number.
pub use fluent_bundle::FluentValue as Value;

/// The language that is always there and always complete.
pub const ENGLISH: &str = "en";

/// The built-in file of that language, which a translation starts from.
pub const ENGLISH_WORDS: &str = include_str!("../templates/words/en.ftl");

/// The message that says in which direction a language is written.
const DIRECTION: &str = "text-direction";

const BUILT_IN: &[(&str, &str)] = &[
    ("en", ENGLISH_WORDS),
    ("kk", include_str!("../templates/words/kk.ftl")),
    ("ru", include_str!("../templates/words/ru.ftl")),
];

/// Why words could not be loaded or said.
#[derive(Debug, thiserror::Error)]
pub enum WordsError {
    /// A file or folder could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not valid Fluent.
    #[error("{file}, line {line}: {what}; see https://projectfluent.org for how messages are written")]
    Syntax {
        /// The file.
        file: String,
        /// The line of the first error, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// A file's name is no language tag.
    #[error("{file}: the file's name is no language tag; name it like en.ftl or pt-BR.ftl")]
    Tag {
        /// The file.
        file: String,
    },
    /// No language has this message.
    #[error("there is no word `{id}`; add it to words/{language}.ftl")]
    Missing {
        /// The message asked for.
        id: String,
        /// The language asked for.
        language: String,
    },
    /// A message could not be filled in, as when an argument is not given.
    #[error("the word `{id}` of words/{language}.ftl cannot be filled in: {what}; give it that argument")]
    Fill {
        /// The message.
        id: String,
        /// Its language.
        language: String,
        /// What Fluent said.
        what: String,
    },
}

/// The words of one language.
struct Lexicon {
    bundle: FluentBundle<FluentResource>,
    rtl: bool,
}

impl Lexicon {
    /// The message `id`; nothing when this language does not have it.
    fn say(&self, id: &str, args: &FluentArgs<'_>) -> Option<Result<String, String>> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(args), &mut errors);
        Some(match errors.first() {
            None if self.rtl => Ok(isolate::ease(&text)),
            None => Ok(text.into_owned()),
            Some(error) => Err(error.to_string()),
        })
    }
}

/// The words of all languages.
pub struct Words {
    lexicons: BTreeMap<String, Lexicon>,
    /// What each file says, in the order in which they were read.
    files: Vec<File>,
    site_language: String,
}

impl Words {
    /// Loads the built-in words and then those of `overrides/words/*.ftl`, message by message.
    ///
    /// # Errors
    /// When a file cannot be read, is not valid Fluent, or has a name that is no language tag.
    pub fn load(overrides: Option<&Path>) -> Result<Self, WordsError> {
        let mut words = Self::built_in(BUILT_IN)?;
        if let Some(folder) = overrides.map(|folder| folder.join("words")).filter(|folder| folder.is_dir()) {
            for path in ftl_files(&folder)? {
                let text =
                    std::fs::read_to_string(&path).map_err(|source| WordsError::Read { path: path.clone(), source })?;
                let tag = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
                words.add(&tag, &path.display().to_string(), false, text)?;
            }
        }
        Ok(words)
    }

    fn built_in(files: &[(&str, &str)]) -> Result<Self, WordsError> {
        let mut words = Self { lexicons: BTreeMap::new(), files: Vec::new(), site_language: ENGLISH.to_owned() };
        for (tag, text) in files {
            words.add(tag, &format!("words/{tag}.ftl"), true, (*text).to_owned())?;
        }
        Ok(words)
    }

    /// Sets the language of those who chose none, or one that there are no words for.
    #[must_use]
    pub fn with_site_language(mut self, tag: &str) -> Self {
        tag.clone_into(&mut self.site_language);
        self
    }

    fn add(&mut self, tag: &str, file: &str, built_in: bool, text: String) -> Result<(), WordsError> {
        let id: LanguageIdentifier = tag.parse().map_err(|_| WordsError::Tag { file: file.to_owned() })?;
        let resource = FluentResource::try_new(text).map_err(|(resource, errors)| {
            let (at, what) = errors.first().map_or((0, String::new()), |e| (e.pos.start, e.to_string()));
            let before = resource.source().bytes().take(at);
            let line = 1 + before.filter(|&byte| byte == b'\n').count();
            WordsError::Syntax { file: file.to_owned(), line, what }
        })?;
        let tag = id.to_string();
        self.files.push(File::read(&resource, tag.clone(), file.to_owned(), built_in));
        let lexicon = self.lexicons.entry(tag).or_insert_with(|| {
            let bundle = FluentBundle::new_concurrent(vec![id]);
            Lexicon { bundle, rtl: false }
        });
        lexicon.bundle.add_resource_overriding(resource);
        lexicon.rtl = matches!(lexicon.say(DIRECTION, &FluentArgs::new()), Some(Ok(direction)) if direction == "rtl");
        // Only where lines run the other way: elsewhere the marks would show as boxes in the plain text of some readers.
        lexicon.bundle.set_use_isolating(lexicon.rtl);
        Ok(())
    }

    /// The tags of all languages, such as `en`.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.lexicons.keys().map(String::as_str)
    }

    /// The language nearest to `tag`: itself, without its region, the site's, English.
    pub fn language(&self, tag: &str) -> Language<'_> {
        let chain =
            [self.nearest(tag), self.nearest(&self.site_language), self.lexicons.get_key_value(ENGLISH)].map(|found| {
                let (tag, lexicon) = found?;
                Some((tag.as_str(), lexicon))
            });
        Language { chain }
    }

    fn nearest(&self, tag: &str) -> Option<(&String, &Lexicon)> {
        // A parsed tag has its parts in the usual case, whatever was asked for.
        let id: LanguageIdentifier = tag.parse().ok()?;
        self.lexicons.get_key_value(&id.to_string()).or_else(|| self.lexicons.get_key_value(id.language.as_str()))
    }
}

/// The words of one language, with those that stand in for what it lacks.
#[derive(Clone, Copy)]
pub struct Language<'w> {
    chain: [Option<(&'w str, &'w Lexicon)>; 3],
}

impl std::fmt::Debug for Language<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Language").field(&self.tag()).finish()
    }
}

impl<'w> Language<'w> {
    /// The tag of the language that is spoken, such as `ru`, for `lang` and Content-Language.
    pub fn tag(&self) -> &'w str {
        self.chain.iter().flatten().next().map_or(ENGLISH, |(tag, _)| tag)
    }

    /// The message `id` with its arguments filled in. One that this language lacks, or that its file has spoilt, is said
    /// in the next language that has it.
    ///
    /// # Errors
    /// When no language has it, or an argument that it names is not given.
    pub fn get(&self, id: &str, args: &[(&str, Value<'_>)]) -> Result<String, WordsError> {
        let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut spoilt = None;
        for (tag, lexicon) in self.chain.iter().flatten() {
            match lexicon.say(id, &args) {
                Some(Ok(text)) => return Ok(text),
                Some(Err(what)) => {
                    spoilt.get_or_insert_with(|| WordsError::Fill {
                        id: id.to_owned(),
                        language: (*tag).to_owned(),
                        what,
                    });
                }
                None => {}
            }
        }
        Err(spoilt.unwrap_or_else(|| WordsError::Missing { id: id.to_owned(), language: self.tag().to_owned() }))
    }

    /// The language that says the message `id`.
    fn stand_in(&self, id: &str) -> Option<&'w str> {
        self.chain.iter().flatten().find(|(_, lexicon)| lexicon.bundle.has_message(id)).map(|(tag, _)| *tag)
    }

    /// The direction the language is written in: `ltr` or `rtl`. It is the language's own: a file that does not say is of
    /// one that is written from the left, whatever language stands in for what it lacks.
    pub fn direction(&self) -> &'static str {
        let rtl = self.chain.iter().flatten().next().is_some_and(|(_, lexicon)| lexicon.rtl);
        if rtl { "rtl" } else { "ltr" }
    }
}

/// The files of a folder of words, in a stable order.
fn ftl_files(folder: &Path) -> Result<Vec<PathBuf>, WordsError> {
    let read = |source| WordsError::Read { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if path.extension().is_some_and(|extension| extension == "ftl") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
