//! `docs/templates.md` lists every variable and helper, and none that there is not.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::{built_in, english, tame};
use crate::templates::Context;
use crate::templates::contexts::{
    Appeal, Cancellation, Confirmation, Correction, Digest, Goodbye, Link, OrganiserResult, Reminder, StaffNotice,
    Welcome,
};
use crate::templates::helpers::HELPERS;
use crate::web::contexts::{Archive, Confirm, Entry, Home, Issue, Leave, Less, Manage, Notice, Page};

const DOC: &str = include_str!("../../../docs/templates.md");

/// What the first column of the table below a heading lists.
fn listed(heading: &str) -> BTreeSet<String> {
    let (_, below) = DOC.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no heading {heading}"));
    let section = below.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split('`').next().map(str::to_owned)).collect()
}

/// The names in a value, those of an object inside with a dot.
fn names(value: &Value, into: &mut BTreeSet<String>) {
    for (name, value) in value.as_object().unwrap() {
        // A post has a table of its own.
        match value {
            Value::Object(inner) if name != "post" => into.extend(inner.keys().map(|own| format!("{name}.{own}"))),
            _ => {
                into.insert(name.clone());
            }
        }
    }
    // Where one sample has an object, another may have none.
    let inside: Vec<String> =
        into.iter().filter_map(|name| name.split_once('.')).map(|(outer, _)| outer.to_owned()).collect();
    into.retain(|name| !inside.contains(name));
}

fn of_all<'a>(values: impl IntoIterator<Item = &'a Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    values.into_iter().for_each(|value| names(value, &mut found));
    found
}

fn samples<C: Context + Serialize>() -> Vec<Value> {
    let templates = built_in();
    C::samples(&english(&templates), &tame).iter().map(|sample| serde_json::to_value(sample).unwrap()).collect()
}

fn check<C: Context + Serialize>(besides: &BTreeSet<String>) {
    let has: BTreeSet<String> = of_all(&samples::<C>()).difference(besides).cloned().collect();
    assert_eq!(listed(&format!("`{}`", C::TEMPLATE)), has, "{}", C::TEMPLATE);
}

#[test]
fn the_documentation_lists_every_variable_and_no_other() {
    let frame = listed("Every mail");
    let goodbye = of_all(&samples::<Goodbye>());
    assert_eq!(goodbye.difference(&frame).count(), 1, "all but the link back is in every mail: {goodbye:?}");
    assert!(frame.is_subset(&goodbye));
    check::<Digest>(&frame);
    check::<Confirmation>(&frame);
    check::<Welcome>(&frame);
    check::<Link>(&frame);
    check::<Goodbye>(&frame);
    check::<OrganiserResult>(&frame);
    check::<StaffNotice>(&frame);
    check::<Appeal>(&frame);
    let urgent: BTreeSet<String> = frame.union(&listed("`mail/appeal`")).cloned().collect();
    check::<Reminder>(&urgent);
    check::<Correction>(&urgent);
    check::<Cancellation>(&urgent);
    let inside = |samples: Vec<Value>, list: &str| -> Vec<Value> {
        samples.iter().filter_map(|sample| sample[list].as_array()).flatten().cloned().collect()
    };
    let posts = inside(samples::<Digest>(), "items");
    assert_eq!(listed("A post"), of_all(&posts));
    assert_eq!(listed("An event"), of_all(&inside(samples::<Appeal>(), "events")));
    assert_eq!(listed("A change"), of_all(&inside(samples::<Correction>(), "changes")));
}

#[test]
fn the_documentation_lists_what_pages_are_given() {
    let frame = listed("Every page");
    check::<Page<Leave>>(&frame);
    check::<Page<Home>>(&frame);
    check::<Page<Notice>>(&frame);
    check::<Page<Confirm>>(&frame);
    check::<Page<Manage>>(&frame);
    check::<Page<Less>>(&frame);
    check::<Page<Archive>>(&frame);
    check::<Page<Issue>>(&frame);
    check::<Page<Entry>>(&frame.union(&listed("`pages/issue`")).cloned().collect());
}

#[test]
fn the_documentation_lists_every_helper_and_no_other() {
    assert_eq!(listed("Helpers"), HELPERS.iter().map(|name| (*name).to_owned()).collect());
}

#[test]
fn every_line_of_the_tables_has_an_example() {
    for row in DOC.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert!(cells.len() == 3 && cells.iter().all(|cell| !cell.is_empty()), "{row}");
    }
}
