//! What is wrong with files of words, as far as that can be seen without saying them: what is missing, what nothing asks
//! for, and variables that nothing gives.

use std::collections::{BTreeMap, BTreeSet};

use super::file::{File, Message};
use super::{ENGLISH, Words};

/// Something that is wrong with a file of words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slip {
    /// The language.
    pub tag: String,
    /// The file.
    pub file: String,
    /// The line, from 1; nothing where a whole message is missing.
    pub line: Option<usize>,
    /// What is wrong, and what to do.
    pub what: String,
}

type Messages = BTreeMap<String, Message>;

impl Words {
    /// What is wrong with the files of words, both those that are built in and those of the folder of overrides. A
    /// message that English does not have is right where templates ask for it, of which `asked` knows.
    pub fn slips(&self, asked: impl Fn(&str) -> bool) -> Vec<Slip> {
        let Some(english) = self.files.iter().find(|file| file.tag == ENGLISH && file.built_in) else {
            return Vec::new();
        };
        let mut slips = Vec::new();
        for file in &self.files {
            let spoken = self.spoken(&file.tag);
            let looked = Look { file, spoken: &spoken, english: &english.messages };
            looked.unknown(&asked, &mut slips);
            looked.variables(&mut slips);
            looked.references(&mut slips);
        }
        for tag in self.tags() {
            self.missing(tag, english, &mut slips);
        }
        slips.sort();
        slips
    }

    /// The messages of a language, of all its files together.
    fn spoken(&self, tag: &str) -> Messages {
        let files = self.files.iter().filter(|file| file.tag == tag);
        files.flat_map(|file| file.messages.clone()).collect()
    }

    fn missing(&self, tag: &str, english: &File, slips: &mut Vec<Slip>) {
        let Some(file) = self.files.iter().rfind(|file| file.tag == tag) else { return };
        let spoken = self.spoken(tag);
        for (id, message) in english.messages.iter().filter(|(id, _)| !spoken.contains_key(*id)) {
            let instead = self.language(tag).stand_in(id).unwrap_or(ENGLISH);
            let what = format!(
                "the message `{id}` is missing, and readers get it in {instead}; {}, line {}, has it in English",
                english.place, message.line
            );
            slips.push(Slip { tag: tag.to_owned(), file: file.place.clone(), line: None, what });
        }
    }
}

/// One file, and what it is held against.
struct Look<'a> {
    file: &'a File,
    spoken: &'a Messages,
    english: &'a Messages,
}

impl Look<'_> {
    fn slip(&self, line: usize, what: String) -> Slip {
        Slip { tag: self.file.tag.clone(), file: self.file.place.clone(), line: Some(line), what }
    }

    fn unknown(&self, asked: &impl Fn(&str) -> bool, slips: &mut Vec<Slip>) {
        let referred: BTreeSet<&str> =
            self.spoken.values().flat_map(|message| &message.refers).map(|named| named.name.as_str()).collect();
        for (id, message) in &self.file.messages {
            if !self.english.contains_key(id) && !referred.contains(id.as_str()) && !asked(id) {
                let what = format!("nothing asks for the message `{id}`; correct its name, or take it out");
                slips.push(self.slip(message.line, what));
            }
        }
    }

    fn variables(&self, slips: &mut Vec<Slip>) {
        for (id, message) in &self.file.messages {
            // Of a message that English lacks nobody can say here what it is given.
            if !self.english.contains_key(id) {
                continue;
            }
            let given = variables(self.english, id);
            for named in message.variables.iter().filter(|named| !given.contains(named.name.as_str())) {
                let those: Vec<String> = given.iter().map(|name| format!("${name}")).collect();
                let those = if those.is_empty() { "none".to_owned() } else { those.join(", ") };
                let what = format!("the message `{id}` is not given the variable `${}`; it has {those}", named.name);
                slips.push(self.slip(named.line, what));
            }
        }
    }

    fn references(&self, slips: &mut Vec<Slip>) {
        for (id, message) in &self.file.messages {
            for named in message.refers.iter().filter(|named| !self.spoken.contains_key(&named.name)) {
                let what = format!(
                    "the message `{id}` refers to `{}`, which this language does not have; add it to the file",
                    named.name
                );
                slips.push(self.slip(named.line, what));
            }
            for named in &message.calls {
                let what = format!("the message `{id}` calls `{}`, and there are no functions here", named.name);
                slips.push(self.slip(named.line, what));
            }
        }
    }
}

/// The variables that a message is given: those that it names, and those of what it refers to.
pub(super) fn variables<'m>(messages: &'m Messages, id: &'m str) -> BTreeSet<&'m str> {
    let mut names = BTreeSet::new();
    let (mut seen, mut open) = (BTreeSet::new(), vec![id]);
    while let Some(id) = open.pop() {
        // A message that refers to itself, if by a detour, is looked at once.
        let Some(message) = messages.get(id).filter(|_| seen.insert(id)) else { continue };
        names.extend(message.variables.iter().map(|named| named.name.as_str()));
        open.extend(message.refers.iter().map(|named| named.name.as_str()));
    }
    names
}
