//! The files that are built in: complete, translated, counted as their language counts, and honest about who read them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};

use super::super::*;

/// What may read as in English, and why.
const AS_IN_ENGLISH: &[(&str, &str, &str)] = &[
    ("kk", "text-direction", "a word for the program; Cyrillic is written from the left"),
    ("ru", "text-direction", "a word for the program; Cyrillic is written from the left"),
    ("kk", "date-time", "only the order, which is that of English: date, time, offset"),
    ("ru", "date-time", "only the order, which is that of English: date, time, offset"),
    ("ru", "date-short", "only the order, which is that of English: weekday, day, month"),
    ("kk", "time-short", "hours and minutes of a 24-hour clock"),
    ("ru", "time-short", "hours and minutes of a 24-hour clock"),
    ("kk", "event-day-time", "a date and a time with a comma between"),
    ("ru", "event-day-time", "a date and a time with a comma between"),
    ("kk", "event-calendar-outlook", "what that calendar is called everywhere"),
    ("ru", "event-calendar-outlook", "what that calendar is called everywhere"),
    ("kk", "appeal-subject", "a title and a date with a colon between"),
    ("ru", "appeal-subject", "a title and a date with a colon between"),
    ("kk", "correction-subject", "two inserted texts with a bar between"),
    ("ru", "correction-subject", "two inserted texts with a bar between"),
    ("kk", "change-short-new", "two inserted texts with a colon between"),
    ("ru", "change-short-new", "two inserted texts with a colon between"),
];

/// The plural categories of the whole numbers (CLDR), which is all that is counted here.
const PLURALS: &[(&str, &[&str])] =
    &[("en", &["one", "other"]), ("kk", &["one", "other"]), ("ru", &["few", "many", "one"])];
const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// The texts of a file, by message and by the choices that lead to each, and the choices of each selection.
#[derive(Default)]
struct Texts {
    leaves: BTreeMap<(String, Vec<String>), String>,
    choices: Vec<(String, BTreeSet<String>)>,
}

impl Texts {
    fn of(text: &str) -> Self {
        let mut texts = Self::default();
        for entry in fluent_syntax::parser::parse(text).unwrap().body {
            if let Entry::Message(message) = entry {
                texts.pattern(message.id.name, &[], message.value.as_ref().unwrap());
            }
        }
        texts
    }

    fn pattern(&mut self, id: &str, path: &[String], pattern: &Pattern<&str>) {
        let mut leaf = String::new();
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => leaf.push_str(value),
                PatternElement::Placeable { expression: Expression::Inline(inline) } => leaf.push_str(&name(inline)),
                PatternElement::Placeable { expression: Expression::Select { variants, .. } } => {
                    leaf.push_str("{select}");
                    let mut keys = BTreeSet::new();
                    for variant in variants {
                        let (VariantKey::Identifier { name: key } | VariantKey::NumberLiteral { value: key }) =
                            variant.key;
                        keys.insert(key.to_owned());
                        let mut path = path.to_vec();
                        path.push(key.to_owned());
                        self.pattern(id, &path, &variant.value);
                    }
                    self.choices.push((id.to_owned(), keys));
                }
            }
        }
        let words = leaf.split_whitespace().collect::<Vec<_>>().join(" ");
        // That there is a choice says nothing by itself.
        if words != "{select}" {
            self.leaves.insert((id.to_owned(), path.to_vec()), words);
        }
    }
}

fn name(inline: &InlineExpression<&str>) -> String {
    match inline {
        InlineExpression::VariableReference { id } => format!("{{${}}}", id.name),
        InlineExpression::MessageReference { id, .. } => format!("{{{}}}", id.name),
        other => format!("{other:?}"),
    }
}

/// What is wrong with a translation that is to be shipped.
fn faults(tag: &str, text: &str) -> Vec<String> {
    let words = Words::built_in(&[(ENGLISH, ENGLISH_WORDS), (tag, text)]).unwrap();
    let mut faults: Vec<String> = words.slips(|_| false).into_iter().map(|slip| slip.what).collect();
    faults.extend(unused(tag, text));
    let (english, own) = (Texts::of(ENGLISH_WORDS), Texts::of(text));
    let mut same = BTreeSet::new();
    for ((id, path), leaf) in &own.leaves {
        if english.leaves.get(&(id.clone(), path.clone())) == Some(leaf) {
            same.insert(id.as_str());
        }
    }
    let allowed: BTreeSet<&str> = AS_IN_ENGLISH.iter().filter(|(own, ..)| *own == tag).map(|(_, id, _)| *id).collect();
    faults.extend(same.difference(&allowed).map(|id| format!("`{id}` reads as in English")));
    faults.extend(allowed.difference(&same).map(|id| format!("`{id}` need not be excused any more")));
    faults.extend(uncounted(tag, &own));
    if !marked(text) {
        faults.push("the head says neither `not reviewed by a native speaker` nor `reviewed by NAME, DATE`".to_owned());
    }
    faults
}

/// Messages that leave out what the English one inserts.
fn unused(tag: &str, text: &str) -> Vec<String> {
    let words = Words::built_in(&[(ENGLISH, ENGLISH_WORDS), (tag, text)]).unwrap();
    let [english, own] = [&words.files[0], &words.files[1]];
    let shared = english.messages.keys().filter(|id| own.messages.contains_key(*id));
    let differs = |id: &&String| check::variables(&english.messages, id) != check::variables(&own.messages, id);
    shared.filter(differs).map(|id| format!("`{id}` leaves a variable out")).collect()
}

/// Selections by number that lack a category of the language, or have one of another.
fn uncounted(tag: &str, texts: &Texts) -> Vec<String> {
    let (_, wanted) = PLURALS.iter().find(|(own, _)| *own == tag).unwrap();
    let wanted: BTreeSet<&str> = wanted.iter().copied().collect();
    let by_number = texts.choices.iter().filter(|(_, keys)| keys.iter().all(|key| CATEGORIES.contains(&key.as_str())));
    by_number
        .filter(|(_, keys)| keys.iter().map(String::as_str).collect::<BTreeSet<_>>() != wanted)
        .map(|(id, keys)| format!("`{id}` counts {keys:?}, where the language has {wanted:?}"))
        .collect()
}

/// Whether the comment at the head says who has read the file.
fn marked(text: &str) -> bool {
    let head = text.lines().take_while(|line| line.starts_with('#')).map(|line| line.trim_start_matches(['#', ' ']));
    head.into_iter().any(|line| {
        line.starts_with("not reviewed by a native speaker")
            || line.strip_prefix("reviewed by ").and_then(|by| by.rsplit_once(", ")).is_some_and(|(name, date)| {
                !name.trim().is_empty() && name != "NAME" && date.trim().parse::<NaiveDate>().is_ok()
            })
    })
}

#[test]
fn every_translation_is_complete_translated_and_honest() {
    assert!(Texts::of(ENGLISH_WORDS).leaves.len() > 200);
    for (tag, text) in BUILT_IN.iter().filter(|(tag, _)| *tag != ENGLISH) {
        assert_eq!(faults(tag, text), [""; 0], "{tag}");
    }
    assert_eq!(uncounted(ENGLISH, &Texts::of(ENGLISH_WORDS)), [""; 0]);
    assert!(AS_IN_ENGLISH.iter().all(|(.., reason)| reason.len() > 10));
}

#[test]
fn a_translation_with_a_fault_fails() {
    let (_, russian) = BUILT_IN.iter().find(|(tag, _)| *tag == "ru").unwrap();
    for (from, to, fault) in [
        ("link-button = Моя подписка\n", "", "the message `link-button` is missing"),
        ("link-button =", "link-buton =", "nothing asks for the message `link-buton`"),
        ("link-button = Моя подписка", "link-button = See my choices", "`link-button` reads as in English"),
        ("[monthly] новости раз в месяц", "[monthly] news once a month", "`confirmation-cadence` reads as in English"),
        ("event-map = Карта", "event-map = { $url }", "`event-map` is not given the variable `$url`"),
        ("digest-topics = Темы: { $topics }", "digest-topics = Темы", "`digest-topics` leaves a variable out"),
        ("    [few] { $count } события.\n", "", "`event-many` counts"),
        (
            "time-short = { $hour }:{ $minute }",
            "time-short = { $hour }.{ $minute }",
            "`time-short` need not be excused",
        ),
        ("# not reviewed by a native speaker", "# read", "the head says neither"),
        ("# not reviewed by a native speaker", "# reviewed by NAME, DATE", "the head says neither"),
    ] {
        assert!(russian.contains(from), "{from}");
        let found = faults("ru", &russian.replace(from, to));
        assert!(found.iter().any(|found| found.contains(fault)), "{fault}: {found:?}");
    }
    let read = russian.replace("not reviewed by a native speaker", "reviewed by Ana Example, 2026-02-01\n# ");
    assert_eq!(faults("ru", &read), [""; 0]);
}
